"""Ids and words that stand for something missing, in the readers of tables and registries: nothing has such an id."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from toolkit.corpus.ingest import ingest_institutions
from toolkit.corpus.institutions import parse_institution
from toolkit.corpus.placeholders import TABLE_IDS, TABLE_NAMES
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.corpus.ror import parse_ror
from toolkit.errors import DataError
from toolkit.workspace import open_workspace

WORDS = [word for word in TABLE_IDS if word not in {"/", "*"}]
BRACKETED = "[No author id available]"


def rows(workspace, table):
    return pq.read_table(workspace.table(table)).to_pylist()


def csv(path, header, *lines):
    path.write_text("\n".join([header, *(",".join(f'"{cell}"' for cell in line) for line in lines)]) + "\n")
    return path


def test_authors_with_a_placeholder_for_an_id_are_as_many_as_their_listings(tmp_path):
    given = [*WORDS, *(word.upper() for word in WORDS), BRACKETED, "https://openalex.org/A9999999999", "A5317838346"]
    given += ["https://orcid.org/0000-0000-0000-0000", "0000-0000-0000-0000", " NA "]
    given = list(dict.fromkeys(given))
    works = csv(tmp_path / "works.csv", "work_id,year", ("W1", 2020))
    listed = csv(
        tmp_path / "authorships.csv",
        "work_id,position,author_id,institution_id",
        *(("W1", number, word, "I1") for number, word in enumerate(given)),
        ("W1", len(given), "A5", "I1"),
    )
    workspace = open_workspace(tmp_path / "data")
    report = ingest_tables(workspace, works=works, authorships=listed)
    assert [row["author_id"] for row in rows(workspace, "authors")] == ["A5"]
    assert rows(workspace, "works")[0]["n_authors"] == len(given) + 1
    facts = report.run.facts["report"]["inputs"]["tables"]["facts"]
    assert facts["author rows with a placeholder for an id"] == len(given)


def test_institutions_and_journals_with_a_placeholder_are_none(tmp_path):
    names = [word for word in TABLE_NAMES if word in WORDS] + ["[No affiliation available]"]
    works = csv(
        tmp_path / "works.csv",
        "work_id,year,journal,journal_id",
        *((f"W{number}", 2020, word, "") for number, word in enumerate(names)),
        ("W900", 2020, "", "NA"),
        ("W901", 2020, "", "https://openalex.org/V77"),
        ("NA", 2020, "", ""),
        ("unknown", 2020, "", ""),
    )
    listed = csv(
        tmp_path / "authorships.csv",
        "work_id,author_id,institution,country",
        *((f"W{number}", "A1", word.title(), "DE") for number, word in enumerate(names)),
        ("W901", "A1", "Made University", "DE"),
    )
    workspace = open_workspace(tmp_path / "data")
    report = ingest_tables(workspace, works=works, authorships=listed)
    assert [row["name"] for row in rows(workspace, "institutions")] == ["Made University"]
    assert [row["journal_id"] for row in rows(workspace, "journals")] == ["S77"]
    assert report.rejects == {"no id": 2}
    assert {row["work_id"] for row in rows(workspace, "works") if row["journal_id"]} == {"W901"}


def test_institution_ids_that_are_placeholders_match_nothing(tmp_path):
    given = [*WORDS, "I4389424196", "https://ror.org/000000000", "[No id]"]
    works = csv(tmp_path / "works.csv", "work_id,year", ("W1", 2020))
    listed = csv(
        tmp_path / "authorships.csv",
        "work_id,author_id,institution_id",
        *(("W1", f"A{number}", word) for number, word in enumerate(given)),
        ("W1", "A900", "I7"),
    )
    workspace = open_workspace(tmp_path / "data")
    report = ingest_tables(workspace, works=works, authorships=listed)
    assert [row["institution_id"] for row in rows(workspace, "institutions")] == ["I7"]
    facts = report.run.facts["report"]["inputs"]["tables"]["facts"]
    assert facts["author rows with a placeholder for an institution"] == len(given)


def test_words_that_are_names_of_places_stay(tmp_path):
    works = csv(tmp_path / "works.csv", "work_id,year", ("W1", 2020))
    listed = csv(
        tmp_path / "authorships.csv",
        "work_id,author_id,institution_id,city,country",
        ("W1", "A1", "I1", "None", "IT"),
        ("W1", "A2", "I2", "Na", "NA"),
    )
    workspace = open_workspace(tmp_path / "data")
    ingest_tables(workspace, works=works, authorships=listed)
    assert {(row["name"], row["country"]) for row in rows(workspace, "cities")} == {("None", "IT"), ("Na", "NA")}


def test_registries_have_no_placeholder(tmp_path):
    with pytest.raises(ValueError, match="no id of an OpenAlex institution"):
        parse_institution({"id": "https://openalex.org/I4389424196", "display_name": "Deleted Institution"})
    with pytest.raises(ValueError, match="no ROR id"):
        parse_ror({"id": "https://ror.org/000000000", "name": "Nothing"})
    lineage = ["https://openalex.org/I1", "https://openalex.org/I4389424196"]
    assert parse_institution({"id": "I1", "lineage": lineage}).row["lineage"] == ["I1"]
    path = tmp_path / "institutions.jsonl"
    path.write_text('{"id": "https://openalex.org/I4389424196"}\n')
    with pytest.raises(DataError, match="holds no OpenAlex institutions"):
        ingest_institutions(open_workspace(tmp_path / "data"), path)
