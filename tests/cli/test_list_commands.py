"""Lists of one's own on the command line: what is said, what is written, what is refused."""

from pathlib import Path

import pandas as pd
import pytest
from command_line import Cli


@pytest.fixture
def works(tmp_path: Path) -> Path:
    path = tmp_path / "works.jsonl"
    source = '{"source": {"id": "https://openalex.org/S1", "display_name": "Nature", "issn_l": "0028-0836"}}'
    topic = '{"display_name": "Catalysis", "field": {"display_name": "Chemistry"}}'
    place = '{"id": "https://openalex.org/I1", "display_name": "University of X", "country_code": "CN"}'
    path.write_text(
        '{"id": "https://openalex.org/W1", "type": "article", "publication_year": 2020, '
        f'"authorships": [{{"author": {{}}, "institutions": [{place}]}}], '
        f'"primary_location": {source}, "topics": [{topic}]}}\n'
    )
    return path


def test_lists_are_laid_over_and_what_they_miss_is_told(cli: Cli, works: Path, tmp_path: Path) -> None:
    ws = tmp_path / "data"
    (tmp_path / "index.csv").write_text("issn\n0028-0836\n9999-9999\n")
    (tmp_path / "c9.csv").write_text("name,country\nuniversity of x,China\n")
    (tmp_path / "map.csv").write_text("from,to\nCatalysis,Matter\n")
    (tmp_path / "gdp.csv").write_text("level,place,year,indicator,value\ncountry,China,2020,gdp,14688\n")
    done = cli("ingest", "openalex", works, "--subjects", "topic", "--journals", tmp_path / "index.csv", "-w", ws)
    assert done.code == 0, done.err
    assert "index.csv: 1 of 2 rows matched" in done.err
    for command, name in (("marks", "c9"), ("subject-map", "map"), ("indicators", "gdp")):
        done = cli("ingest", command, tmp_path / f"{name}.csv", "-w", ws)
        assert done.code == 0, done.err
        assert f"{name}.csv: 1 of 1 rows matched" in done.err
    tables = {name: pd.read_parquet(ws / "corpus" / f"{name}.parquet") for name in ("journals", "institutions")}
    assert [list(tables[name]["marks"].iloc[0]) for name in tables] == [["index"], ["c9"]]
    assert list(pd.read_parquet(ws / "corpus" / "subjects.parquet")["subject"]) == ["Matter"]
    assert list(pd.read_parquet(ws / "corpus" / "indicators.parquet")["place_id"]) == ["CN"]
    rejects = cli("check", "--rejects", "-w", ws, "--format", "json").rows()
    assert [(row["line"], row["reason"]) for row in rejects] == [(3, "kept: a journal on a list that no work names")]


@pytest.mark.parametrize(
    ("command", "lines", "expected"),
    [
        ("journals", "name|Natur", "line 2: Natur (a journal on a list that no work names); close: Nature = S1"),
        ("marks", "name,country|Universiti of X,CN", "close: University of X (CN) = I1"),
        ("subject-map", "from,to|Chemistri,Matter", "close: Chemistry"),
        ("indicators", "level,place,year,indicator,value|country,Chna,2020,gdp,1", "close: China = CN"),
        ("countries", "code,becomes|HK,CN", "line 2: HK, CN (a country of the map that no place of the works"),
        ("metro", "city,metro_id|Bejing,m", "line 2: Bejing, m (unknown place: no city of the works)"),
        ("journals", "name|A1|A2|A3|A4|A5", "and 2 more: `scicities check --rejects` lists all"),
    ],
)
def test_unmatched_rows_are_named_with_what_is_close(cli: Cli, works: Path, command: str, lines: str, expected: str):
    folder = works.parent
    assert cli("ingest", "openalex", works, "-w", folder / "data").code == 0
    (folder / "list.csv").write_text(lines.replace("|", "\n") + "\n")
    done = cli("ingest", command, folder / "list.csv", "-w", folder / "data")
    assert done.code == 0, done.err
    assert expected in " ".join(done.err.split())


def test_a_wrong_list_is_refused_in_a_sentence(cli: Cli, works: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("publisher\nElsevier\n")
    done = cli("ingest", "journals", tmp_path / "x.csv", "-w", tmp_path / "data")
    assert (done.code, done.out) == (4, "")
    assert "needs a column for journal_id or issn or name" in done.err
    done = cli("ingest", "openalex", works, "--subjects", "faculty", "-w", tmp_path / "data")
    assert done.code == 4
    assert "one of field, subfield, domain, topic" in done.err


def test_people_go_under_pseudonyms_and_no_workspace_becomes_a_mixture(cli: Cli, works: Path, tmp_path: Path) -> None:
    ws, key = tmp_path / "hidden", tmp_path / "key"
    works.write_text(works.read_text().replace('"author": {}', '"author": {"id": "https://openalex.org/A7"}'))
    done = cli("ingest", "openalex", works, "--pseudonymise", "--pseudonym-key", key, "-w", ws)
    assert done.code == 0, done.err
    assert "people: under pseudonyms, key " in done.err
    assert key.read_text().strip() not in done.err
    career = cli("careers", "--author", "A7", "-w", ws, "--format", "json")
    assert [row["author_id"][:2] for row in career.rows()] == ["A-"]
    assert "author=A7" not in career.err
    assert cli("ingest", "openalex", works, "-w", tmp_path / "plain").code == 0
    done = cli("ingest", "openalex", works, "--pseudonymise", "--pseudonym-key", key, "-w", tmp_path / "plain")
    assert (done.code, done.out) == (2, "")
    assert "holds people under their own ids" in done.err
    done = cli("ingest", "openalex", works, "--pseudonym-key", key, "-w", ws)
    assert (done.code, "give both" in done.err) == (2, True)
