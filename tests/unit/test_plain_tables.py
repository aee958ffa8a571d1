"""Plain tables into the workspace: worked out by hand, row by row."""

from __future__ import annotations

import csv
import gzip
import os
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.corpus.plain import tables as plain_tables
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.errors import BadParameter, BadRecord, DataError, MissingColumn, SettingsError
from toolkit.measures.output.unit_answers import share
from toolkit.workspace import open_workspace

WORKS = """work_id,doi,title,year,journal,type,subjects
https://openalex.org/W1,https://doi.org/10.1/A,"Two
lines",2001,J One,Article,Physics|Chemistry
w2,,Second,2002-05-01,J One,review,
W3,,No authors,,J Two,,
W4,,Too late,3024,,,
W5,,When?,n.d.,,,
,,No id,2001,,,
W6,,Year zero,0,,,
"""
AUTHORSHIPS = """work_id,position,author_id,author_name,institution_id
W1,0,https://openalex.org/A1,Ann,https://ror.org/02V51F717
W1,0,https://openalex.org/A1,Ann,https://openalex.org/I2
W1,0,https://openalex.org/A1,Ann,https://openalex.org/I2
W1,1,,Bob,I9
W1,2,,Bob,
W2,0,A1,Ann,I2
W2,1,A1,Ann,02v51f717
W4,1.0,A2,Cid,I2
W5,0,A2,Cid,I2
W7,0,A2,Cid,I2
W2,-1,A2,Cid,I2
W2,first one,A2,Cid,I2
,0,A2,Cid,I2
W3,,,,
"""
INSTITUTIONS = """institution_id,ror,name,types,city_geonames_id,city,admin1,country,lat,lng
,https://ror.org/02v51f717,Peking University,education|funder,1816670,Beijing,Beijing,CN,39.9,116.4
https://openalex.org/I2,,Windhoek Lab,company,https://www.geonames.org/3352136,Windhoek,,Namibia,-22.56,17.08
I3,,Unused,,,,,,,
,,Nameless,,,,,,,
I9,,Somewhere,,,Springfield,Ohio,US,95,-83.8
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in (("works", WORKS), ("authorships", AUTHORSHIPS), ("institutions", INSTITUTIONS)):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def paths(folder, *tables):
    return {name: folder / f"{name}.csv" for name in tables or ("works", "authorships", "institutions")}


def rows(workspace, table, *columns):
    read = pq.read_table(workspace.table(table), columns=list(columns))
    return [tuple(row.values()) for row in read.to_pylist()]


def rejected(workspace):
    return [
        (source.split("/")[1], line, reason)
        for source, line, reason in rows(workspace, "rejects", "source", "line", "reason")
    ]


def test_every_row_is_kept_left_out_or_put_aside_and_told(folder):
    workspace = open_workspace(folder / "w")
    report = ingest_tables(workspace, **paths(folder))
    assert (report.kind, report.files, report.read) == ("tables", 3, 7 + 14 + 5)
    assert report.left_out == {"authorship row without an author": 1}
    assert report.rejects == {
        "its work is not in the table of works": 1,
        "its work was put aside": 1,
        "kept without a year: impossible year": 2,
        "no id": 2,
        "no work id": 1,
        "the position is negative": 1,
        "the position is no whole number": 1,
        "the year is no number": 1,
    }
    lost = sum(count for reason, count in report.rejects.items() if not reason.startswith("kept"))
    assert report.read == report.kept + sum(report.left_out.values()) + lost
    assert rejected(workspace) == [
        ("authorships.csv", 10, "its work was put aside"),
        ("authorships.csv", 11, "its work is not in the table of works"),
        ("authorships.csv", 12, "the position is negative"),
        ("authorships.csv", 13, "the position is no whole number"),
        ("authorships.csv", 14, "no work id"),
        ("institutions.csv", 5, "no id"),
        ("works.csv", 6, "kept without a year: impossible year"),
        ("works.csv", 7, "the year is no number"),
        ("works.csv", 8, "no id"),
        ("works.csv", 9, "kept without a year: impossible year"),
    ]


def test_works_authors_and_sites_as_worked_out_by_hand(folder):
    workspace = open_workspace(folder / "w")
    ingest_tables(workspace, **paths(folder))
    assert rows(workspace, "works", "work_id", "doi", "title", "year", "type", "n_authors") == [
        ("W1", "10.1/a", "Two\nlines", 2001, "article", 3),
        ("W2", None, "Second", 2002, "review", 1),
        ("W3", None, "No authors", None, None, 0),
        ("W4", None, "Too late", None, None, 1),
        ("W6", None, "Year zero", None, None, 0),
    ]
    springfield = "x-US-springfield.ohio"
    assert rows(workspace, "authorships", "work_id", "author_key", "author_id", "author_position", "site_id") == [
        ("W1", "A1", "A1", 0, "02v51f717@1816670"),
        ("W1", "A1", "A1", 0, "I2@3352136"),
        ("W1", "W1:1", None, 1, f"I9@{springfield}"),
        ("W1", "W1:2", None, 2, None),
        ("W2", "A1", "A1", 0, "02v51f717@1816670"),
        ("W2", "A1", "A1", 0, "I2@3352136"),
        ("W4", "A2", "A2", 1, "I2@3352136"),
    ]
    assert rows(workspace, "institutions", "institution_id", "types", "country") == [
        ("02v51f717", ["education", "funder"], "CN"),
        ("I2", ["company"], "NA"),
        ("I9", [], "US"),
    ]
    assert rows(workspace, "cities", "city_id", "name", "country", "admin1", "region", "lat") == [
        ("1816670", "Beijing", "CN", "beijing", "Beijing", 39.9),
        ("3352136", "Windhoek", "NA", None, None, -22.56),
        (springfield, "Springfield", "US", "ohio", "Ohio", None),
    ]
    assert rows(workspace, "subjects", "work_id", "subject", "part") == [
        ("W1", "Chemistry", 0.5),
        ("W1", "Physics", 0.5),
    ]
    journals = dict(rows(workspace, "journals", "journal_id", "name"))
    assert journals == {"x-ZZ-j-one": "J One", "x-ZZ-j-two": "J Two"}
    facts = workspace.state()["report"]["inputs"]["tables"]["facts"]
    assert facts["coordinates that can't be"] == 1


def test_an_institution_in_no_table_is_a_site_without_a_city_and_counted(folder):
    workspace = open_workspace(folder / "w")
    (folder / "institutions.csv").write_text("ror,name,city,country\n02v51f717,PKU,Beijing,China\n")
    ingest_tables(workspace, **paths(folder))
    facts = workspace.state()["report"]["inputs"]["tables"]["facts"]
    assert facts["authorship rows whose institution is in no table of institutions"] == 5
    assert rows(workspace, "sites", "site_id") == [("02v51f717@x-CN-beijing",), ("I2@",), ("I9@",)]


def test_rows_with_an_id_and_no_city_keep_their_country_and_name(tmp_path):
    (tmp_path / "works.csv").write_text("id,year\nW1,2001\n")
    (tmp_path / "authorships.csv").write_text(
        "work_id,author_id,institution_id,institution,city,country\n"
        "W1,A1,I1,Overseas Laboratory,Geneva,CH\n"
        "W1,A2,I1,Laboratory of the Academy,,China\n"
        "W1,A3,I2,,,Namibia\n"
        "W1,A4,I3,Institute,Paris,FR\n"
        "W1,A5,I4,,,Atlantis\n"
    )
    workspace = open_workspace(tmp_path / "w")
    ingest_tables(workspace, **paths(tmp_path, "works", "authorships"))
    assert rows(workspace, "institutions", "institution_id", "name", "country") == [
        ("I1", "Overseas Laboratory", "CN"),  # the row without a city: that with one tells where the city is
        ("I2", "I2", "NA"),
        ("I3", "Institute", "FR"),
        ("I4", "I4", None),
    ]
    shares = share(workspace, level="country").frame
    assert dict(zip(shares["id"], shares["share"], strict=True)) == dict.fromkeys(
        ["CH", "CN", "NA", "FR", "unlocated"], 0.2
    )
    (tmp_path / "institutions.csv").write_text("id,name,country\nI1,The Academy,\nI3,,Switzerland\n")
    ingest_tables(workspace, **paths(tmp_path))
    assert rows(workspace, "institutions", "institution_id", "name", "country")[:3] == [
        ("I1", "The Academy", "CN"),  # a table of institutions is taken at its word, and completed by the rows
        ("I2", "I2", "NA"),
        ("I3", "Institute", "CH"),
    ]


def test_all_types_are_kept_unless_some_are_named(folder):
    workspace = open_workspace(folder / "w")
    report = ingest_tables(workspace, **paths(folder), types=["Article"])
    assert report.left_out == {
        "authorship row of a work left out": 4,
        "type: none": 3,
        "type: review": 1,
    }
    assert rows(workspace, "works", "work_id") == [("W1",)]
    with pytest.raises(BadParameter, match="types"):
        ingest_tables(workspace, **paths(folder), types=[])


def test_retracted_works_are_left_out_and_cut_lists_marked(tmp_path):
    (tmp_path / "works.csv").write_text(
        "id,year,is_retracted,is_authors_truncated\nW1,2001,true,\nW2,2001,False,TRUE\nW3,2001,0,0\n"
    )
    (tmp_path / "authorships.csv").write_text("work_id,author_id,institution_id\nW1,A1,I1\nW2,A1,I1\nW3,A1,I1\n")
    workspace = open_workspace(tmp_path / "w")
    report = ingest_tables(workspace, **paths(tmp_path, "works", "authorships"))
    assert report.left_out == {"authorship row of a work left out": 1, "retracted": 1}
    assert rows(workspace, "works", "work_id", "authors_truncated") == [("W2", True), ("W3", False)]


def test_without_positions_each_id_is_one_listing_and_each_nameless_row_another(tmp_path):
    (tmp_path / "works.csv").write_text("id,year\nW1,2001\n")
    (tmp_path / "authorships.csv").write_text(
        "work_id,author_position,author_id,author,institution_id\n"
        "W1,first,A2,Bo,I1\nW1,middle,,Cy,I1\nW1,first,A2,Bo,I2\nW1,middle,,Cy,I2\nW1,last,A1,Al,I1\n"
    )
    workspace = open_workspace(tmp_path / "w")
    ingest_tables(workspace, **paths(tmp_path, "works", "authorships"))
    assert rows(workspace, "authorships", "author_key", "author_position", "site_id") == [
        ("A2", 0, "I1@"),
        ("A2", 0, "I2@"),
        ("W1:1", 1, "I1@"),
        ("W1:2", 2, "I2@"),
        ("A1", 3, "I1@"),
    ]


def test_an_orcid_stands_for_an_id_that_is_missing(tmp_path):
    (tmp_path / "works.csv").write_text("id,year\nW1,2001\n")
    (tmp_path / "authorships.csv").write_text(
        "work_id,author_id,orcid,institution_id\n"
        "W1,,https://orcid.org/0000-0002-1825-009x,I1\nW1,,0000-0002-1825-009X,I2\nW1,A1,0000-0001-5109-3700,I1\n"
    )
    workspace = open_workspace(tmp_path / "w")
    ingest_tables(workspace, **paths(tmp_path, "works", "authorships"))
    assert rows(workspace, "authors", "author_id", "orcid") == [
        ("0000-0002-1825-009X", "0000-0002-1825-009X"),
        ("A1", "0000-0001-5109-3700"),
    ]
    assert rows(workspace, "works", "n_authors") == [(2,)]


def test_institutions_and_cities_by_name_alone(tmp_path):
    (tmp_path / "works.csv").write_text("id,year\nW1,2001\nW2,2002\n")
    (tmp_path / "authorships.csv").write_text(
        "work_id,author,institution,city,country\n"
        "W1,Al,Peking University,Beijing,China\n"
        "W1,Bo,PEKING UNIVERSITY,beijing,cn\n"
        "W2,Al,Université de Paris,Paris,France\n"
        "W2,Bo,,Paris,FR\n"
        "W2,Cy,,,\n"
    )
    workspace = open_workspace(tmp_path / "w")
    ingest_tables(workspace, **paths(tmp_path, "works", "authorships"))
    assert rows(workspace, "authorships", "author_key", "site_id") == [
        ("W1:0", "x-CN-peking-university@x-CN-beijing"),
        ("W1:1", "x-CN-peking-university@x-CN-beijing"),
        ("W2:0", "x-FR-universite-de-paris@x-FR-paris"),
        ("W2:1", "@x-FR-paris"),
        ("W2:2", None),
    ]
    assert rows(workspace, "institutions", "institution_id", "name", "country") == [
        ("x-CN-peking-university", "Peking University", "CN"),
        ("x-FR-universite-de-paris", "Université de Paris", "FR"),
    ]


def test_raw_affiliation_text_beside_ids_makes_no_institution(tmp_path):
    (tmp_path / "works.csv").write_text("id,year\nW1,2001\n")
    (tmp_path / "authorships.csv").write_text("work_id,author_id,institution_id,institution\nW1,A1,,Some Text\n")
    workspace = open_workspace(tmp_path / "w")
    ingest_tables(workspace, **paths(tmp_path, "works", "authorships"))
    assert rows(workspace, "authorships", "author_key", "site_id") == [("A1", None)]


def test_all_forms_of_a_table_give_the_same_workspace(folder):
    reference = open_workspace(folder / "reference")
    ingest_tables(reference, **paths(folder))
    fingerprints = {reference.fingerprint}
    for form in ("gzip", "tsv", "semicolons", "parquet", "folder"):
        given = {}
        for name, path in paths(folder).items():
            given[name] = _in_form(form, name, path, folder / form)
        workspace = open_workspace(folder / f"of-{form}")
        ingest_tables(workspace, **given)
        fingerprints.add(workspace.fingerprint)
    assert len(fingerprints) == 1


def _in_form(form: str, name: str, path: Path, out: Path) -> Path:
    out.mkdir(exist_ok=True)
    if form == "gzip":
        (out / f"{name}.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        return out / f"{name}.csv.gz"
    with path.open(newline="") as file:
        table = list(csv.reader(file))
    if form == "parquet":
        columns = {title: [row[i] or None for row in table[1:]] for i, title in enumerate(table[0])}
        pq.write_table(
            pa.table({title: pa.array(cells, pa.string()) for title, cells in columns.items()}), out / f"{name}.parquet"
        )
        return out / f"{name}.parquet"
    if form == "folder":
        (out / name).mkdir()
        for part, lines in enumerate((table[1:3], table[3:])):
            with (out / name / f"part{part}.csv").open("w", newline="") as file:
                csv.writer(file).writerows([table[0], *lines])
        return out / name
    target = out / f"{name}.{'tsv' if form == 'tsv' else 'csv'}"
    with target.open("w", newline="") as file:
        csv.writer(file, delimiter="\t" if form == "tsv" else ";").writerows(table)
    return target


def test_a_mapping_names_columns_of_ones_own(tmp_path):
    (tmp_path / "works.csv").write_text("Key;Article Title;PY\nx1;A title;2001\n")
    (tmp_path / "authorships.csv").write_text("Key;Who;Where\nx1;p1;Lab\n")
    mapping = {
        "works": {"work_id": "Key", "title": "Article Title"},
        "authorships": {"work_id": "Key", "author_id": "Who", "institution": "Where"},
    }
    workspace = open_workspace(tmp_path / "w")
    ingest_tables(workspace, **paths(tmp_path, "works", "authorships"), mapping=mapping)
    assert rows(workspace, "works", "work_id", "title", "year") == [("x1", "A title", 2001)]
    assert rows(workspace, "authorships", "author_id", "site_id") == [("p1", "x-ZZ-lab@")]


def test_two_records_of_one_work_are_one_article_with_one_list_of_authors(tmp_path):
    (tmp_path / "works.csv").write_text("id,title,year,updated\nW1,old,2001,2020-01-01\nW1,new,2002,2021-01-01\n")
    (tmp_path / "authorships.csv").write_text("work_id,position,author_id,institution_id\nW1,0,A1,I1\nW1,1,A2,I1\n")
    workspace = open_workspace(tmp_path / "w")
    ingest_tables(workspace, **paths(tmp_path, "works", "authorships"))
    assert rows(workspace, "works", "work_id", "title", "n_authors") == [("W1", "new", 2)]
    assert len(rows(workspace, "authorships", "work_id")) == 2
    assert rejected(workspace) == [("works.csv", 2, "another record of this work was taken")]
    assert workspace.snapshot == "2021-01-01"


def test_strict_names_the_first_bad_row_and_leaves_the_old_workspace(folder):
    workspace = open_workspace(folder / "w")
    ingest_tables(workspace, **paths(folder, "institutions"), cities="as-given")
    state, before = workspace.state(), sorted(path.name for path in workspace.staging.iterdir())
    with pytest.raises(BadRecord, match=r"works\.csv:7: the year is no number: W5, n\.d\., When\?"):
        ingest_tables(workspace, **paths(folder, "works", "authorships"), strict=True)
    assert workspace.state() == state
    assert sorted(path.name for path in workspace.staging.iterdir()) == before
    ingest_tables(workspace, **paths(folder, "works", "authorships"))
    with pytest.raises(BadRecord, match="the year is no number"):
        ingest_tables(workspace, **paths(folder, "works", "authorships"), strict=True)


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ((), SettingsError, "No table was given: a table of works and one of authorships are needed"),
        (("works",), SettingsError, "works was given without its table of authorships; give both in one call"),
        (("authorships", "institutions"), SettingsError, "authorships was given without its table of works"),
    ],
)
def test_tables_that_belong_together_are_asked_for_together(folder, given, error, sentence):
    with pytest.raises(error, match=sentence):
        ingest_tables(open_workspace(folder / "w"), **(paths(folder, *given) if given else {}))
    assert not (folder / "w").exists()


def test_tables_without_a_usable_row_are_refused(folder):
    (folder / "works.csv").write_text("id,year\nW1,soon\n,2001\n")
    with pytest.raises(DataError, match=r"There is no work to be had from .*works\.csv.*the year is no number \(1\)"):
        ingest_tables(open_workspace(folder / "w"), **paths(folder))
    (folder / "institutions.csv").write_text("ror,name\nx\n")
    with pytest.raises(DataError, match=r"There is no institution .*1 columns instead of 2 \(1\)"):
        ingest_tables(open_workspace(folder / "w"), **paths(folder, "institutions"))
    (folder / "authorships.csv").write_text("")
    with pytest.raises(DataError, match=r"authorships\.csv is empty"):
        ingest_tables(open_workspace(folder / "w"), **paths(folder))
    with pytest.raises(MissingColumn, match="the table of works needs a column for work_id"):
        ingest_tables(open_workspace(folder / "w"), works=folder / "institutions.csv", authorships=folder / "works.csv")


def test_an_interrupt_leaves_the_old_workspace_and_the_next_call_works(folder, monkeypatch):
    workspace = open_workspace(folder / "w")
    ingest_tables(workspace, **paths(folder))
    before = {path.name: path.read_bytes() for path in workspace.corpus.iterdir()}
    (folder / "works.csv").write_text(WORKS.replace("Second", "Changed"))

    def interrupted(*_):
        os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(plain_tables.RowJudge, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ingest_tables(workspace, **paths(folder))
    assert {path.name: path.read_bytes() for path in workspace.corpus.iterdir()} == before
    assert not [path for path in workspace.staging.iterdir() if path.name.startswith(".")]
    ingest_tables(workspace, **paths(folder))
    assert ("W2", "Changed") in rows(workspace, "works", "work_id", "title")
    assert len(list(workspace.staging.iterdir())) == 1


def test_the_order_of_calls_changes_no_byte(folder):
    one, other = open_workspace(folder / "one"), open_workspace(folder / "other")
    ingest_tables(one, **paths(folder, "works", "authorships"))
    ingest_tables(one, **paths(folder, "institutions"))
    ingest_tables(other, **paths(folder, "institutions"))
    ingest_tables(other, **paths(folder, "works", "authorships"))
    assert one.fingerprint == other.fingerprint
    for path in one.corpus.iterdir():
        assert path.read_bytes() == (other.corpus / path.name).read_bytes(), path.name
