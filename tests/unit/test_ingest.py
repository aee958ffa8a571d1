"""Commands of ingest: what they refuse, what they set aside, and that a workspace is whole at every moment."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import shutil
import signal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.corpus.ingest import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.jsonlines import find_files
from toolkit.corpus.openalex import WorksReader
from toolkit.corpus.schema import TABLES
from toolkit.corpus.scratch import database
from toolkit.errors import BadParameter, BadRecord, DataError, SettingsError
from toolkit.runs import RunRecord
from toolkit.settings import Settings
from toolkit.workspace import LAYOUT, open_workspace


def record(number, **fields):
    base = {"id": f"https://openalex.org/W{number}", "type": "article", "publication_year": 2020, "authorships": []}
    return base | fields


def text(*records):
    return "".join(json.dumps(one) + "\n" for one in records).encode()


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def ids(workspace):
    return pq.read_table(workspace.table("works")).column("work_id").to_pylist()


def snapshot_of(workspace):
    """Digest of every file people and programs read."""
    files = [*workspace.corpus.rglob("*"), *workspace.rejects.rglob("*"), workspace.state_path]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()}


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "data")


@pytest.fixture
def filled(workspace, tmp_path):
    ingest_openalex(workspace, write(tmp_path / "first" / "works.jsonl", text(record(1), record(2), {"no": "id"})))
    return workspace


def test_the_report_adds_up(workspace, tmp_path):
    raw = tmp_path / "raw"
    write(raw / "a.jsonl", text(record(1), record(2, type="dataset"), record(3, publication_year=0)) + b"{\n")
    write(raw / "deep" / "b.jsonl.gz", gzip.compress(text(record(4), record(1, title="again"))))
    write(raw / "notes.txt", b"not looked at")
    write(raw / ".hidden.jsonl", b"not looked at")
    seen = []
    report = ingest_openalex(workspace, raw, progress=lambda *step: seen.append(step))
    assert (report.kind, report.files, report.read, report.kept) == ("openalex", 2, 6, 4)
    assert report.left_out == {"type: dataset": 1}
    assert report.rejects == {"broken JSON": 1, "kept without a year: impossible year": 1}
    assert ids(workspace) == ["W1", "W3", "W4"]
    assert seen[:2] == [("reading OpenAlex works", 1, 2), ("reading OpenAlex works", 2, 2)]
    assert seen[2:] == [("putting tables together", step, 4) for step in (1, 2, 3, 4)]
    state = workspace.state()
    assert [(one["source"], one["rows"]) for one in state["sources"]] == [("deep/b.jsonl.gz", 2), ("raw/a.jsonl", 2)]
    assert state["report"]["inputs"]["openalex"]["read"] == 6
    assert state["report"]["rejects"]["rows"] == 3
    assert not state["synthetic"]
    (path,) = workspace.runs.iterdir()
    run = RunRecord.read(path)
    assert run == report.run
    assert run.fingerprint == workspace.fingerprint
    assert run.parameters["types"] == ["article", "conference-paper", "letter", "review"]


def test_synthetic_records_and_the_newest_date_are_told(workspace, tmp_path):
    data = text(record(1, updated_date="2025-03-04T05:06:07"), record(2, synthetic=True, updated_date="2024-12-31"))
    ingest_openalex(workspace, write(tmp_path / "works.jsonl", data))
    assert workspace.synthetic
    assert workspace.snapshot == "2025-03-04"


def test_a_path_that_is_not_there(filled, tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.jsonl does not exist: OpenAlex works can't be read from it"):
        ingest_openalex(filled, tmp_path / "nowhere.jsonl")
    with pytest.raises(SettingsError, match="No file or folder with ROR records was given"):
        ingest_ror(filled, [])


def test_an_empty_folder(workspace, tmp_path):
    folder = tmp_path / "nothing"
    folder.mkdir()
    with pytest.raises(
        DataError, match=r"There is no file to read in .*nothing: .*\.jsonl, \.ndjson, \.json, \.gz files"
    ):
        ingest_openalex(workspace, folder)
    assert not workspace.corpus.exists()


PARQUET = pa.BufferOutputStream()
pq.write_table(pa.table({"a": [1]}), PARQUET)
WRONG = {
    "is empty": b"",
    "holds only blank lines": b"\n \n",
    "is a PDF": b"%PDF-1.7 ...",
    "is a Parquet file": PARQUET.getvalue().to_pybytes(),
    "is a web page": b"<!doctype html><html></html>",
    "is text in UTF-16": '{"id": "W1"}'.encode("utf-16"),
    "is binary": b"\x00\x01\x02\x00id",
    "begins with 'work_id,doi,title'": b"work_id,doi,title\nW1,10.1/1,A title\n",
    "can't be unpacked": b"\x1f\x8b\x08\x00 this is no gzip file",
    "is compressed with zstd": b"\x28\xb5\x2f\xfd1234",
    "holds no OpenAlex works": text({"id": "https://openalex.org/I1", "display_name": "An institution"}),
}


@pytest.mark.parametrize(("sentence", "data"), WRONG.items())
def test_a_file_that_is_something_else_is_refused_by_name(filled, tmp_path, sentence, data):
    before = snapshot_of(filled)
    with pytest.raises(DataError, match=rf"odd\.jsonl .*{sentence}"):
        ingest_openalex(filled, write(tmp_path / "odd.jsonl", data))
    assert snapshot_of(filled) == before


def test_a_folder_s_odd_files_are_counted_beside_its_good_ones(workspace, tmp_path):
    raw = tmp_path / "raw"
    for number, data in enumerate(WRONG.values()):
        write(raw / f"odd-{number:02}.jsonl", data)
    write(raw / "works.jsonl", text(record(1)))
    report = ingest_openalex(workspace, raw)
    assert report.rejects == {"not a file of OpenAlex works": len(WRONG)}
    assert ids(workspace) == ["W1"]
    rows = pq.read_table(workspace.table("rejects")).to_pylist()
    assert [row["source"] for row in rows] == [f"raw/odd-{number:02}.jsonl" for number in range(len(WRONG))]
    assert [sentence in row["excerpt"] for sentence, row in zip(WRONG, rows, strict=True)] == [True] * len(WRONG)


def test_a_folder_of_odd_files_only(workspace, tmp_path):
    for name in ("a", "b"):
        write(tmp_path / "raw" / f"{name}.jsonl", b"%PDF")
    with pytest.raises(DataError, match=r"No file in .*raw holds OpenAlex works: not a file of OpenAlex works \(2\)"):
        ingest_openalex(workspace, tmp_path / "raw")
    assert not workspace.corpus.exists()


def test_registries_refuse_works(workspace, tmp_path):
    path = write(tmp_path / "works.jsonl", text(record(1)))
    with pytest.raises(DataError, match=r"works\.jsonl holds no ROR records \(1 of 1 records: no ROR id\)"):
        ingest_ror(workspace, path)
    with pytest.raises(DataError, match="holds no OpenAlex institutions"):
        ingest_institutions(workspace, path)


def test_strict_changes_nothing_and_names_the_place(filled, tmp_path):
    before = snapshot_of(filled)
    path = write(tmp_path / "works.jsonl", text(record(5)) + b"{\n" + text(record(6)))
    with pytest.raises(BadRecord, match=r"works\.jsonl:2: broken JSON"):
        ingest_openalex(filled, path, strict=True)
    assert snapshot_of(filled) == before
    assert ingest_openalex(filled, path).rejects == {"broken JSON": 1}
    with pytest.raises(BadRecord, match=r"works\.jsonl:2: broken JSON"):
        ingest_openalex(filled, path, strict=True)  # though it was staged before
    assert ids(filled) == ["W1", "W2", "W5", "W6"]


def test_an_interrupt_leaves_the_old_tables_and_the_next_call_goes_on(filled, tmp_path, monkeypatch):
    for number in (3, 4, 5):
        write(tmp_path / "raw" / f"part-{number}.jsonl", text(record(number)))
    before, seen = snapshot_of(filled), []
    original = WorksReader.read

    def counted(self, file, writer):
        seen.append(file.path.name)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return original(self, file, writer)

    monkeypatch.setattr(WorksReader, "read", counted)
    with pytest.raises(KeyboardInterrupt):
        ingest_openalex(filled, tmp_path / "raw")
    assert snapshot_of(filled) == before
    assert not list(filled.staging.glob(".*.new"))
    ingest_openalex(filled, tmp_path / "raw")
    assert seen == ["part-3.jsonl", "part-4.jsonl", "part-5.jsonl", "part-5.jsonl"]
    assert ids(filled) == ["W1", "W2", "W3", "W4", "W5"]


def test_an_error_while_tables_are_made_leaves_the_old_ones(filled, tmp_path, monkeypatch):
    before = snapshot_of(filled)

    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("toolkit.corpus.assemble._write_rejects", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ingest_openalex(filled, write(tmp_path / "works.jsonl", text(record(3))))
    assert snapshot_of(filled) == before
    monkeypatch.undo()
    ingest_openalex(filled, tmp_path / "works.jsonl")
    assert ids(filled) == ["W1", "W2", "W3"]


@pytest.mark.parametrize("moment", [("reading OpenAlex works", 1), ("putting tables together", 2)])
def test_ctrl_c_at_any_moment_leaves_the_old_tables(filled, tmp_path, moment):
    before = snapshot_of(filled)
    path = write(tmp_path / "works.jsonl", text(record(3)))

    def pressed(stage, done, total):
        if (stage, done) == moment:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        ingest_openalex(filled, path, progress=pressed)
    assert snapshot_of(filled) == before
    assert not (filled.staging / ".scratch").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_ctrl_c_that_somebody_swallowed_is_not_lost(workspace):
    def swallowed():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), database(workspace) as db:  # noqa: PT012 (two statements are the point)
        swallowed()
        db.execute("SELECT 1")
    with pytest.raises(KeyboardInterrupt), database(workspace):
        swallowed()  # or none


@pytest.mark.parametrize("odd", [Settings(threads=-1), Settings(memory_limit="lots")])
def test_settings_that_duckdb_refuses(workspace, tmp_path, odd):
    with pytest.raises(SettingsError, match=rf"DuckDB does not start with threads = {odd.threads} and memory_limit"):
        ingest_openalex(workspace, write(tmp_path / "works.jsonl", text(record(1))), settings=odd)


def test_reading_a_file_again_changes_nothing(filled, tmp_path):
    before = snapshot_of(filled)
    report = ingest_openalex(filled, tmp_path / "first" / "works.jsonl")
    assert snapshot_of(filled) == before
    assert (report.read, report.kept, report.rejects) == (3, 2, {"no id": 1})
    copy = write(tmp_path / "second" / "copy.jsonl", (tmp_path / "first" / "works.jsonl").read_bytes())
    ingest_openalex(filled, copy)
    assert snapshot_of(filled) == before


def test_a_changed_file_takes_the_place_of_its_old_self(filled, tmp_path):
    path = write(tmp_path / "first" / "works.jsonl", text(record(2), record(9)))
    ingest_openalex(filled, path)
    assert ids(filled) == ["W2", "W9"]
    assert len(list(filled.staging.iterdir())) == 1


def test_other_types_of_the_same_file_take_the_place_of_the_first(workspace, tmp_path):
    path = write(tmp_path / "works.jsonl", text(record(1), record(2, type="dataset")))
    ingest_openalex(workspace, path)
    assert ids(workspace) == ["W1"]
    ingest_openalex(workspace, path, types=None)
    assert ids(workspace) == ["W1", "W2"]
    ingest_openalex(workspace, path, types=["Dataset"])
    assert ids(workspace) == ["W2"]
    with pytest.raises(BadParameter, match=r"types = \[\] can't be used"):
        ingest_openalex(workspace, path, types=[])


def test_a_registry_may_come_before_the_works(workspace, tmp_path):
    place = {"geonames_id": 5, "geonames_details": {"name": "Here", "country_code": "NA"}}
    known = {"id": "https://ror.org/042aqky30", "names": [], "types": [], "locations": [place], "status": "active"}
    ingest_ror(workspace, write(tmp_path / "ror.json", json.dumps([known], indent=1).encode()))
    assert ids(workspace) == []
    assert pq.read_table(workspace.table("institutions")).num_rows == 0
    author = {"author": {"id": "A1"}, "institutions": [{"id": "I1", "ror": "https://ror.org/042aqky30"}]}
    ingest_openalex(workspace, write(tmp_path / "works.jsonl", text(record(1, authorships=[author]))))
    (site,) = pq.read_table(workspace.table("sites")).to_pylist()
    (city,) = pq.read_table(workspace.table("cities")).to_pylist()
    assert site["site_id"] == "042aqky30@5"
    assert city["country"] == "NA"


def test_folders_with_odd_names(tmp_path):
    workspace = open_workspace(tmp_path / "it's [1] * data?")
    ingest_openalex(workspace, write(tmp_path / "[raw]*" / "works 'a'.jsonl", text(record(1)) + b"{\n"))
    assert ids(workspace) == ["W1"]


def test_files_are_found_once_and_in_order(tmp_path):
    b, a = write(tmp_path / "x" / "b.JSONL", b"{}"), write(tmp_path / "x" / "a.gz", b"{}")
    named = write(tmp_path / "x" / "extra.txt", b"{}")
    found = find_files([tmp_path / "x", a, named, tmp_path], what="works")
    assert [(file.path, file.named) for file in found] == [(a, True), (b, False), (named, True)]


def test_too_little_memory_is_said_in_a_sentence(filled, tmp_path):
    before = snapshot_of(filled)
    path = write(tmp_path / "works.jsonl", text(*(record(number, title="x" * 500) for number in range(5000))))
    with pytest.raises(DataError, match="need more memory than DuckDB may use"):
        ingest_openalex(filled, path, settings=Settings(memory_limit="2MB"))
    assert snapshot_of(filled) == before


def test_tables_of_another_version_are_refused_and_made_anew_kind_by_kind(filled, tmp_path):
    workspace, registry = filled, tmp_path / "institutions.jsonl"
    registry.write_text(json.dumps({"id": "https://openalex.org/I900000001", "display_name": "Sample College"}) + "\n")
    ingest_institutions(workspace, registry)
    before = {path.name: path.read_bytes() for path in workspace.corpus.iterdir()}
    sources = workspace.state()["sources"]
    works = next(item["path"] for item in sources if item["kind"] == "openalex")
    workspace.update_state({"layout": 1, "sources": [item | {"format": 1} for item in sources]})
    shutil.rmtree(workspace.staging)
    with pytest.raises(DataError, match="made by another version of scicities"):
        workspace.require_corpus()
    with pytest.raises(DataError, match=rf"Ingest them again, in any order: openalex: {re.escape(works)}"):
        ingest_institutions(workspace, registry)
    ingest_openalex(workspace, works)
    workspace.require_corpus()
    assert {path.name: path.read_bytes() for path in workspace.corpus.iterdir()} == before


def test_a_change_of_the_tables_columns_raises_the_layout():
    text = repr([(name, str(schema)) for name, schema in TABLES.items()])
    assert (LAYOUT, hashlib.sha256(text.encode()).hexdigest()[:12]) == (3, "2a5958adb2c6")
