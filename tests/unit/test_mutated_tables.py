"""Odd cells in lists and plain tables: each row is kept or rejected with a reason, and none stops the others."""

from __future__ import annotations

import csv
import json

import pyarrow.parquet as pq
import pytest

from toolkit import (
    ingest_corrections,
    ingest_countries,
    ingest_indicators,
    ingest_journals,
    ingest_marks,
    ingest_metro,
    ingest_openalex,
    ingest_subject_map,
    ingest_tables,
)
from toolkit.corpus.checking import reconciliation
from toolkit.corpus.ingest_report import lost_records
from toolkit.corpus.people_file import people_in
from toolkit.workspace import open_workspace

GOOD = {
    "journals": (ingest_journals, {"journal_id": "S1", "issn": "1111-1111", "name": "Letters", "mark": "m"}),
    "marks": (ingest_marks, {"institution_id": "I1", "name": "Alder", "country": "DE", "mark": "m"}),
    "subject-map": (ingest_subject_map, {"subject_from": "Physics", "journal": "", "subject": "Matter", "part": "2"}),
    "indicators": (
        ingest_indicators,
        {"level": "country", "place_id": "DE", "place": "", "country": "", "region": "", "year": "2020",
         "indicator": "gdp", "value": "1.5", "unit": "USD", "source": "s"},
    ),
    "metro": (
        ingest_metro,
        {"city_id": "2", "city": "", "country": "DE", "region": "", "metro_id": "m", "metro_name": "M"},
    ),
    "countries": (ingest_countries, {"code": "DE", "becomes": "FR"}),
    "corrections": (ingest_corrections, {"author_id": "A1", "becomes": "A2", "work_id": "W1"}),
}  # fmt: skip
ODD = (
    "", " ", "\x00", "a\x00b", "NaN", "inf", "-1", "0", "1e400", "1e308", "9" * 400, "1_0", "\u0662\u0660\u0662\u0660",
    "\u202e",
    "x" * 200_000, '"', "a\nb", "a\rb", "[]", "{}", "=1+1", "NA", "null", "|", "|;|", "\U0001f600", "\udcff", "2020.0",
    "https://openalex.org/A1", "\\", "'; DROP TABLE works", "%s", "\ufeff", "DE.13", "-91",
)  # fmt: skip


def rows_of(good):
    """The good row, then for each column and odd cell the row with this cell, each followed by the good row."""
    yield good
    for column in good:
        for cell in ODD:
            yield good | {column: cell}
            yield good


def written(path, rows):
    rows = list(rows)
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


@pytest.fixture
def workspace(tmp_path):
    made = open_workspace(tmp_path / "data")
    listing = {
        "author": {"id": "https://openalex.org/A1"},
        "institutions": [{"id": "https://openalex.org/I1", "display_name": "Alder", "country_code": "DE"}],
    }
    work = {
        "id": "https://openalex.org/W1",
        "type": "article",
        "publication_year": 2020,
        "authorships": [listing],
        "topics": [{"display_name": "t", "field": {"display_name": "Physics"}}],
        "primary_location": {"source": {"id": "https://openalex.org/S1", "display_name": "Letters"}},
    }
    (tmp_path / "works.jsonl").write_text(json.dumps(work) + "\n")
    ingest_openalex(made, tmp_path / "works.jsonl")
    return made


@pytest.mark.parametrize("kind", GOOD)
def test_odd_cell_in_a_list_costs_at_most_its_row(workspace, tmp_path, kind):
    ingest, good = GOOD[kind]
    rows = list(rows_of(good))
    if kind == "corrections":  # two rows that give one id two successors are refused: each row its own author
        rows = [row | {"author_id": row["author_id"] and f"{row['author_id']}-{n}"} for n, row in enumerate(rows)]
    count = written(tmp_path / "list.csv", rows)
    report = ingest(workspace, tmp_path / "list.csv", accept_rejects=True)
    lost = sum(lost_records(report.rejects).values())
    assert report.read == count
    assert report.kept == count - lost
    assert lost < count / 2
    assert reconciliation(workspace).balanced
    rejects = pq.read_table(workspace.table("rejects")).to_pylist()
    assert all(row["reason"] and row["line"] is not None for row in rejects)
    parts = pq.read_table(workspace.table("subjects")).column("part").to_pylist()
    assert sum(parts) == pytest.approx(1)


def test_odd_cell_in_a_plain_table_costs_at_most_its_row(tmp_path):
    works = {"id": "W1", "doi": "10.1/x", "title": "T", "year": "2020", "type": "article", "journal_id": "S1",
             "journal": "J", "issn": "1111-1111", "subjects": "Physics", "authors_truncated": "", "retracted": "",
             "updated": "2024-01-01"}  # fmt: skip
    place = {"city_id": "2", "city": "Bonn", "admin1": "NW", "country": "DE", "lat": "50.7", "lon": "7.1"}
    authors = {"work_id": "W0", "position": "0", "author_id": "A1", "orcid": "", "author_name": "Ann",
               "institution_id": "X1", "institution": "Alder"} | place  # fmt: skip
    institutions = {"institution_id": "X1", "ror": "", "name": "Alder", "types": "education", "status": "active",
                    "parents": "X2", "marks": "m"} | place  # fmt: skip
    counts = [
        written(tmp_path / "w.csv", (row | {"id": f"W{n}"} for n, row in enumerate(rows_of(works)))),
        written(tmp_path / "a.csv", rows_of(authors)),
        written(tmp_path / "i.csv", rows_of(institutions)),
    ]
    workspace = open_workspace(tmp_path / "data")
    report = ingest_tables(
        workspace, works=tmp_path / "w.csv", authorships=tmp_path / "a.csv", institutions=tmp_path / "i.csv"
    )
    assert report.read == sum(counts)
    assert report.read == report.kept + sum(report.left_out.values()) + sum(lost_records(report.rejects).values())
    assert "X1" in pq.read_table(workspace.table("institutions")).column("institution_id").to_pylist()
    assert reconciliation(workspace).balanced


def test_odd_cell_in_a_file_of_people_costs_at_most_its_row(tmp_path):
    good = {"author_id": "A1", "orcid": "", "group": "g", "event_year": "2012"}
    count = written(tmp_path / "people.csv", rows_of(good))
    people, bad = people_in(tmp_path / "people.csv")
    assert len(people) + len([row for row in bad if not row["reason"].startswith("kept")]) == count
    assert sum(person[1:] == ("A1", "", "g", 2012) for person in people) > count / 2


def test_nul_byte_in_a_row_is_left_out_and_noted(workspace, tmp_path):
    (tmp_path / "list.csv").write_bytes(b"name,mark\nLetters,\x00m\x00\nOther,m\n")
    report = ingest_journals(workspace, tmp_path / "list.csv")
    assert (report.read, report.kept, report.rejects) == (2, 2, {"kept: NUL bytes were left out": 1})
    assert [row["marks"] for row in pq.read_table(workspace.table("journals")).to_pylist()] == [["m"]]


def test_cell_of_a_million_characters_is_read(workspace, tmp_path):
    (tmp_path / "list.csv").write_text("name,mark\nLetters,m\n" + "x" * 1_000_000 + ",m\n")
    assert ingest_journals(workspace, tmp_path / "list.csv").kept == 2
