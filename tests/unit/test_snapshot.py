"""OpenAlex's snapshot as it lies on the disk: partitions by day, other entities, manifests, merged and deleted ids."""

from __future__ import annotations

import gzip
import json

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus.ingest import ingest_institutions, ingest_openalex
from toolkit.errors import BadParameter, BadRecord, DataError
from toolkit.workspace import open_workspace


def work(number, *listings, **fields):
    record = {"id": f"https://openalex.org/W{number}", "type": "article", "publication_year": 2020}
    return record | {"authorships": list(listings)} | fields


def listing(author, *institutions):
    return {
        "author": {"id": f"https://openalex.org/A{author}"},
        "institutions": [{"id": f"https://openalex.org/I{number}"} for number in institutions],
    }


def partition(root, entity, day, *records, part="part_000.gz"):
    path = root / "data" / entity / f"updated_date={day}" / part
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(b"".join(json.dumps(record).encode() + b"\n" for record in records)))
    return path


def merged(root, entity, *rows, day="2025-06-01"):
    path = root / "data" / "merged_ids" / entity / f"{day}.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in ("merge_date,id,merge_into_id", *rows))
    path.write_bytes(gzip.compress(text.encode()))
    return path


def table(workspace, name):
    return pq.read_table(workspace.table(name)).to_pylist()


def titles(workspace):
    return {row["work_id"]: row["title"] for row in table(workspace, "works")}


def rejects(workspace):
    return sorted((row["reason"], row["excerpt"]) for row in table(workspace, "rejects"))


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "data-of-mine")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "openalex-snapshot"


@pytest.mark.parametrize("newer_says", [None, "2020-01-01", "2025-01-02T00:00:00"])
def test_the_newer_partition_s_record_counts_whatever_the_records_say_of_their_own_day(workspace, root, newer_says):
    partition(root, "works", "2024-03-01", work(1, title="old", updated_date="2024-12-31"))
    partition(root, "works", "2025-01-02", work(1, title="new", updated_date=newer_says))
    ingest_openalex(workspace, root)
    assert titles(workspace) == {"W1": "new"}
    assert rejects(workspace) == [("another record of this work was taken", "W1")]


def test_a_record_of_the_interface_counts_by_its_own_day_against_a_partition(workspace, root, tmp_path):
    partition(root, "works", "2025-01-02", work(1, title="snapshot"), work(2, title="snapshot"))
    api = tmp_path / "api.jsonl"
    records = [work(1, title="api", updated_date="2025-02-01"), work(2, title="api", updated_date="2024-12-01")]
    api.write_text("".join(json.dumps(record) + "\n" for record in records))
    ingest_openalex(workspace, [root, api])
    assert titles(workspace) == {"W1": "api", "W2": "snapshot"}


def test_of_a_whole_snapshot_only_what_was_asked_for_is_read(workspace, root):
    partition(root, "works", "2025-01-02", work(1, listing(1, 7)))
    partition(root, "authors", "2025-01-02", {"id": "https://openalex.org/A1"})
    partition(root, "institutions", "2025-01-02", {"id": "https://openalex.org/I7", "display_name": "Seven"})
    for name in ("data/works/manifest", "data/manifest.json", "RELEASE_NOTES.txt"):
        (root / name).write_text('{"entries": []}')
    merged(root, "works")
    report = ingest_openalex(workspace, root)
    assert (report.files, report.read, report.kept, dict(report.rejects)) == (2, 1, 1, {})
    report = ingest_institutions(workspace, root)
    assert (report.files, report.read, report.kept, dict(report.rejects)) == (1, 1, 1, {})
    assert [row["name"] for row in table(workspace, "institutions")] == ["Seven"]


def test_a_snapshot_without_works_is_refused_in_a_sentence(workspace, root):
    partition(root, "authors", "2025-01-02", {"id": "https://openalex.org/A1"})
    with pytest.raises(DataError, match="hold other things than OpenAlex works"):
        ingest_openalex(workspace, root)


def test_records_of_merged_ids_leave_and_references_follow(workspace, root):
    source = {"id": "https://openalex.org/S1", "display_name": "Old name", "issn_l": "1111-1111"}
    partition(
        root,
        "works",
        "2025-01-02",
        work(1, listing(1, 7)),
        work(2, listing(2, 7, 8), listing(3, 9), primary_location={"source": source}),
        work(3, listing(5, 9)),
        work(4),
        work(6),
    )
    merged(root, "works", "2025-05-01,W1,W2", "2025-05-01,W3,W99", "2025-05-01,W4,W4285719527")
    merged(root, "authors", "2025-05-01,A2,A20", "2025-06-01,A20,A200", "2025-05-01,A3,A5317838346")
    merged(root, "institutions", "2025-05-01,I7,I8", "2025-05-01,I9,")
    merged(root, "sources", "2025-05-01,S1,S2")
    report = ingest_openalex(workspace, root)
    assert report.run.facts["report"]["merged_ids"] == {
        "rows": 9,
        "works_left": 3,
        "authors_followed": 2,
        "institutions_followed": 2,
        "journals_followed": 1,
        "deleted": 3,
    }
    assert [(row["work_id"], row["journal_id"]) for row in table(workspace, "works")] == [("W2", "S2"), ("W6", None)]
    rows = [(row["author_key"], row["author_id"], row["site_id"]) for row in table(workspace, "authorships")]
    assert rows == [("A200", "A200", "I8@"), ("W2:1", None, None)]
    assert [row["institution_id"] for row in table(workspace, "institutions")] == ["I8"]
    assert rejects(workspace) == [
        ("OpenAlex deleted this work", "W4"),
        ("merged into a work that is not here", "W3 into W99"),
        ("merged into another work", "W1 into W2"),
    ]


def test_merged_ids_hold_for_records_that_come_later_and_the_last_word_counts(workspace, root):
    merged(root, "works", "2025-05-01,W1,W2")
    merged(root, "authors", "2025-05-01,A1,A2", day="2025-05-01")
    merged(root, "authors", "2025-07-01,A1,A3", day="2025-07-01")
    partition(root, "works", "2025-01-02", work(9))
    ingest_openalex(workspace, root)
    partition(root, "works", "2025-01-03", work(1), work(2, listing(1)))
    ingest_openalex(workspace, root)
    assert [row["work_id"] for row in table(workspace, "works")] == ["W2", "W9"]
    assert [row["author_id"] for row in table(workspace, "authorships")] == ["A3"]


def test_what_was_said_of_the_old_institution_is_heard_where_nothing_is_known_of_the_new(workspace, root):
    partition(root, "works", "2025-01-02", work(1, listing(1, 1), listing(2, 3), listing(3, 4)))
    records = [
        {"id": f"https://openalex.org/I{number}", "display_name": f"Name {number}", "lineage": lineage}
        for number, lineage in ((1, ["https://openalex.org/I5"]), (3, []), (4, []))
    ]
    partition(root, "institutions", "2025-01-02", *records)
    merged(root, "institutions", "2025-05-01,I1,I2", "2025-05-01,I3,I4", "2025-05-01,I5,I6")
    ingest_institutions(workspace, root)
    ingest_openalex(workspace, root)
    names = {row["institution_id"]: row["name"] for row in table(workspace, "institutions")}
    assert names == {"I2": "Name 1", "I4": "Name 4", "I6": "I6"}
    assert [(row["institution_id"], row["ancestor_id"]) for row in table(workspace, "lineage")] == [("I2", "I6")]


def test_ids_merged_in_a_circle_stay_and_are_noted(workspace, root):
    partition(root, "works", "2025-01-02", work(1, listing(1)), work(2))
    merged(root, "works", "2025-05-01,W1,W2", "2025-05-01,W2,W1")
    ingest_openalex(workspace, root)
    assert sorted(titles(workspace)) == ["W1", "W2"]
    assert rejects(workspace) == [
        ("kept: ids merged in a circle", "W1 into W2"),
        ("kept: ids merged in a circle", "W2 into W1"),
    ]


def test_bad_rows_of_merged_ids_are_named_by_line(workspace, root):
    partition(root, "works", "2025-01-02", work(1))
    merged(root, "works", "2025-05-01,nonsense,W2", "2025-05-01,W5,A5", "2025-05-01,W6,W6", "soon,W7,W8")
    report = ingest_openalex(workspace, root)
    assert dict(report.rejects) == {
        "merged into itself": 1,
        "merged into what is no id of its kind": 1,
        "not the id of an OpenAlex work, author, institution or source": 1,
    }
    assert sorted(row["line"] for row in table(workspace, "rejects")) == [2, 3, 4]
    with pytest.raises(BadRecord, match=r"2025-06-01\.csv\.gz:2: not the id"):
        ingest_openalex(workspace, root, strict=True)


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(st.integers(0, 7), st.integers(0, 8), max_size=8))
def test_chains_end_where_following_row_by_row_ends(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("chains")
    root, workspace = folder / "snapshot", open_workspace(folder / "workspace")
    partition(root, "works", "2025-01-02", *(work(number, listing(number)) for number in range(8)))
    merged(root, "authors", *(f"2025-05-01,A{old},A{new}" for old, new in rows.items() if old != new))
    ingest_openalex(workspace, root)

    def end(start):
        seen, current = {start}, start
        while current in rows and rows[current] != current:
            current = rows[current]
            if current in seen:
                return start
            seen.add(current)
        return current

    found = {row["work_id"]: row["author_id"] for row in table(workspace, "authorships")}
    assert found == {f"W{number}": f"A{end(number)}" for number in range(8)}


def test_the_level_of_subjects_is_changed_without_reading_again(workspace, root, monkeypatch):
    topics = [
        {
            "display_name": name,
            "subfield": {"display_name": "Organic Chemistry"},
            "field": {"display_name": "Chemistry"},
            "domain": {"display_name": "Physical Sciences"},
        }
        for name in ("Catalysis", "Synthesis")
    ]
    path = partition(root, "works", "2025-01-02", work(1, topics=topics))
    ingest_openalex(workspace, path)
    found = {}
    monkeypatch.setattr("toolkit.corpus.openalex.WorksReader.read", None)
    for level in ("field", "subfield", "domain", "topic"):
        ingest_openalex(workspace, path, subjects=level)
        found[level] = [(row["subject"], row["part"]) for row in table(workspace, "subjects")]
    assert found == {
        "field": [("Chemistry", 1.0)],
        "subfield": [("Organic Chemistry", 1.0)],
        "domain": [("Physical Sciences", 1.0)],
        "topic": [("Catalysis", 0.5), ("Synthesis", 0.5)],
    }
    ingest_openalex(workspace, path)
    assert [row["subject"] for row in table(workspace, "subjects")] == ["Catalysis", "Synthesis"]
    with pytest.raises(BadParameter, match="subjects"):
        ingest_openalex(workspace, path, subjects="faculty")
