"""The layouts of OpenAlex's snapshot, alone and synced over one another, and its log of deleted ids."""

from __future__ import annotations

import gzip
import itertools
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.corpus.ingest import ingest_institutions, ingest_openalex
from toolkit.corpus.openalex_snapshot import snapshot_files
from toolkit.errors import DataError
from toolkit.workspace import open_workspace

ID = "https://openalex.org/"
LAYOUTS = {
    "current": "data/jsonl/works/updated_date={day}/part_0000.gz",
    "flat": "data/works/updated_date={day}/part_000.gz",
    "legacy": "legacy-data/works/updated_date={day}/part_000.gz",
}


def work(number, *, author=1, **fields):
    listing = {"author": {"id": f"{ID}A{author}"}, "institutions": [{"id": f"{ID}I1"}]}
    record = {"id": f"{ID}W{number}", "type": "article", "publication_year": 2020, "authorships": [listing]}
    return record | fields


def put(root, layout, day, *records):
    path = root / LAYOUTS[layout].format(day=day)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode()))
    return path


def deleted(path, *ids, column="work_id", day="2026-08-14"):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in (f"{column},deleted_date", *(f"{ID}{one},{day}" for one in ids)))
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def parquet(root, day="2026-06-24", entity="works"):
    path = root / "data" / "parquet" / entity / f"updated_date={day}" / "part_0000.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"id": [f"{ID}W1"]}), path)
    return path


def ids(workspace):
    return pq.read_table(workspace.table("works")).column("work_id").to_pylist()


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "data-of-mine")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "snapshot"


@pytest.mark.parametrize(
    "there", [set(some) for n in (1, 2, 3) for some in itertools.combinations(LAYOUTS, n)], ids=str
)
def test_the_current_layout_counts_where_it_is(root, there):
    paths = {layout: put(root, layout, "2026-01-01", work(1)) for layout in there}
    for name in ("data", "legacy-data"):
        merged = root / name / "merged_ids" / "works" / "2025-06-01.csv.gz"
        merged.parent.mkdir(parents=True)
        merged.write_bytes(gzip.compress(b"merge_date,id,merge_into_id\n"))
    records, merged, skipped, notes = snapshot_files([root], "openalex", what="OpenAlex works")
    read = {"current"} & there or there
    assert {file.path for file in records} == {paths[layout] for layout in read}
    assert {paths[layout] for layout in there - read} <= set(skipped)
    assert len(merged) == (0 if "current" in there else 2)
    assert bool(notes) == ("current" in there)
    assert all(note.startswith("Skipped 1 file in ") for note in notes)


def test_a_snapshot_synced_over_an_older_one_takes_its_place(workspace, root):
    put(root, "flat", "2025-01-01", work(1), work(2), work(3))
    put(root, "legacy", "2025-10-01", work(4))
    ingest_openalex(workspace, root)
    assert ids(workspace) == ["W1", "W2", "W3", "W4"]
    put(root, "current", "2026-06-24", work(1, title="new"), work(2))
    report = ingest_openalex(workspace, root)
    assert ids(workspace) == ["W1", "W2"]
    assert [note.partition(" in ")[0] for note in report.notes] == ["Skipped 1 file", "Skipped 1 file"]
    assert report.run.facts["report"]["notes"] == list(report.notes)
    assert {source["path"].split("/")[-4] for source in workspace.state()["sources"]} == {"jsonl"}


def test_an_older_layout_alone_is_read(workspace, root):
    put(root, "legacy", "2025-10-01", work(4))
    put(root, "current", "2026-06-24", work(1))
    assert ingest_openalex(workspace, root / "legacy-data").notes == ()
    assert ids(workspace) == ["W4"]


@pytest.mark.parametrize("name", ["deleted_ids.csv", "deleted_ids.csv.gz"])
def test_deleted_works_leave_whatever_the_order_of_the_commands(tmp_path, root, name):
    first = put(root, "current", "2026-06-24", work(1), work(2))
    second = put(root, "current", "2026-07-01", work(3), work(4))
    elsewhere = put(tmp_path / "other", "current", "2026-07-02", work(2), work(5))
    log = deleted(root / "data" / "jsonl" / "works" / name, "W2", "W4", "W999")
    calls = [first.parent, second, elsewhere, log]
    tables = set()
    for number, order in enumerate([calls, calls[::-1], [log, root, elsewhere], [elsewhere, root]]):
        workspace = open_workspace(tmp_path / f"data-{number}")
        for path in order:
            ingest_openalex(workspace, path)
        assert ids(workspace) == ["W1", "W3", "W5"]
        tables.add(workspace.table("rejects").read_bytes())
    assert len(tables) == 1
    rejects = pq.read_table(workspace.table("rejects")).to_pylist()
    assert [(row["reason"], row["excerpt"]) for row in rejects] == [
        ("OpenAlex deleted this work", one) for one in ("W2", "W4", "W2")
    ]


def test_a_partition_finds_the_log_beside_it(workspace, root):
    path = put(root, "current", "2026-06-24", work(1), work(2))
    deleted(root / "data" / "jsonl" / "works" / "deleted_ids.csv", "W2")
    for given in (path, path.parent, path.parent.parent):
        ingest_openalex(workspace, given)
        assert ids(workspace) == ["W1"]


def test_a_log_that_lists_a_work_no_longer_gives_it_back(workspace, root):
    put(root, "current", "2026-06-24", work(1), work(2))
    log = deleted(root / "data" / "jsonl" / "works" / "deleted_ids.csv", "W2")
    ingest_openalex(workspace, root)
    deleted(log)
    ingest_openalex(workspace, log)
    assert ids(workspace) == ["W1", "W2"]


def test_deleted_authors_have_no_id_and_other_entities_delete_no_work(workspace, root):
    put(root, "current", "2026-06-24", work(1, author=5), work(2, author=6))
    entities = root / "data" / "jsonl"
    deleted(entities / "authors" / "deleted_ids.csv", "A5", column="author_id")
    deleted(entities / "topics" / "deleted_ids.csv", "T1", "T2", column="topic_id")
    deleted(entities / "institutions" / "deleted_ids.csv", "I99", column="institution_id")
    report = ingest_openalex(workspace, root)
    assert ids(workspace) == ["W1", "W2"]
    assert pq.read_table(workspace.table("authors")).column("author_id").to_pylist() == ["A6"]
    assert report.rejects == {}


def test_a_parquet_copy_beside_json_lines_is_read_once_and_noted(workspace, root):
    put(root, "current", "2026-06-24", work(1))
    parquet(root)
    late = parquet(root, "2026-07-01")
    parquet(root, entity="authors")
    report = ingest_openalex(workspace, root)
    assert ids(workspace) == ["W1"]
    jsonl = root / "data" / "jsonl" / "works"
    (note,) = report.notes
    assert note.startswith(
        f"Skipped the Parquet copy in {late.parents[1]} (2 files): its records are read from {jsonl}."
    )
    assert note.endswith("Not read, for lack of JSON lines: updated_date=2026-07-01.")


def test_parquet_alone_is_refused_with_the_json_lines_to_use(workspace, root, tmp_path):
    path = parquet(root)
    put(root, "legacy", "2025-10-01", work(4))
    for given in (root, path):
        with pytest.raises(DataError, match=rf"part_0000\.parquet is Parquet, .*JSON lines: {root}/data/jsonl/works"):
            ingest_openalex(workspace, given)
    lone = tmp_path / "works.parquet"
    pq.write_table(pa.table({"id": [1]}), lone)
    with pytest.raises(DataError, match=r"Give its JSON lines: data/jsonl of the snapshot"):
        ingest_openalex(workspace, lone)
    assert not workspace.corpus.exists()


def test_institutions_of_the_current_layout_count_too(workspace, root):
    record = {"id": f"{ID}I1", "display_name": "New"}
    for folder, name in (("data/jsonl", "New"), ("legacy-data", "Old"), ("data", "Oldest")):
        path = root / folder / "institutions" / "updated_date=2026-01-01" / "part_0000.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps(record | {"display_name": name}).encode()))
    report = ingest_institutions(workspace, root)
    assert (report.files, report.kept, len(report.notes)) == (1, 1, 2)
