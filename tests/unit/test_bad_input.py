"""Bad input, the same list for every reader: quarantined or refused with a sentence, the old workspace intact.

What each reader makes of its own records is tested with it; here all of them meet the same damage.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.corpus import assemble
from toolkit.corpus.checking import reconciliation
from toolkit.corpus.ingest import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.errors import BadRecord, DataError, MissingColumn, SettingsError, ToolkitError
from toolkit.workspace import Workspace, open_workspace

OPENALEX = "https://openalex.org/"
RECORDS = 40


def _work(number: int, **fields: object) -> bytes:
    site = {"id": f"{OPENALEX}I{number % 5}", "display_name": f"I{number % 5}", "country_code": "NA", "lineage": []}
    author = {"author": {"id": f"{OPENALEX}A{number}", "display_name": "X"}, "institutions": [site]}
    record = {"id": f"{OPENALEX}W{number}", "type": "article", "publication_year": 2020, "authorships": [author]}
    return json.dumps(record | fields).encode()


def _institution(number: int) -> bytes:
    geo = {"geonames_city_id": "3352136", "city": "Windhoek", "country_code": "NA", "latitude": -22.6, "longitude": 17}
    record = {"id": f"{OPENALEX}I{number}", "display_name": f"Name {number}", "type": "education", "geo": geo}
    return json.dumps(record).encode()


def _organisation(number: int) -> bytes:
    names = [{"value": f"Name {number}", "types": ["ror_display"], "lang": None}]
    return json.dumps({"id": f"https://ror.org/0{number:06}11", "names": names, "locations": []}).encode()


def _row(number: int) -> bytes:
    return f"W{number},2020,Title {number}".encode()


def _ingest_works_table(workspace: Workspace, path: Path, **options: object) -> object:
    authorships = path.parent / "authorships.txt.csv" if path.is_file() else workspace.root.parent / "authorships.csv"
    authorships.write_text("work_id,author_id,institution_id\nW1,A1,I1\nW2,A1,I1\nW2,A2,I2\n")
    return ingest_tables(workspace, works=path, authorships=authorships, **options)


@dataclass(frozen=True)
class Reader:
    """One reader and what its records look like."""

    ingest: Callable[..., object]
    good: Callable[[int], bytes]
    broken: bytes
    why: str
    header: bytes = b""
    suffix: str = "jsonl"

    def data(self, *extra: bytes, count: int = RECORDS) -> bytes:
        lines = [
            *([self.header] if self.header else []),
            *(self.good(number) for number in range(1, count + 1)),
            *extra,
        ]
        return b"\n".join(lines) + b"\n"

    @property
    def first_extra_line(self) -> int:
        return RECORDS + 1 + bool(self.header)


READERS = {
    "openalex": Reader(ingest_openalex, _work, b'{"id": "W99", "title": ', "broken JSON"),
    "institutions": Reader(ingest_institutions, _institution, b'{"id": "I99", ', "broken JSON"),
    "ror": Reader(ingest_ror, _organisation, b'{"id": "https://ror.org/', "broken JSON"),
    "tables": Reader(_ingest_works_table, _row, b"W99,2020", "2 columns instead of 3", b"work_id,year,title", "csv"),
}
each_reader = pytest.mark.parametrize("reader", READERS.values(), ids=READERS)


def digest(workspace: Workspace) -> dict[str, str]:
    """Digest of every file of the workspace but its lock."""
    files = [path for path in sorted(workspace.root.rglob("*")) if path.is_file() and not path.name.startswith(".lock")]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rejects(workspace: Workspace) -> list[tuple[str, int, str]]:
    rows = pq.read_table(workspace.table("rejects")).to_pylist()
    return [(row["source"].split("/")[-1], row["line"], row["reason"]) for row in rows]


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """A workspace with ten works."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "first.jsonl").write_bytes(b"\n".join(_work(number) for number in range(200_001, 200_011)))
    ingest_openalex(open_workspace(folder / "data"), folder / "first.jsonl")
    return folder / "data"


@pytest.fixture
def workspace(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "data")
    return open_workspace(tmp_path / "data")


def _zip(data: bytes) -> bytes:
    return b"PK\x03\x04" + data


REFUSED = {
    "empty file": (lambda _: b"", r"{file} is empty"),
    "empty gzip": (lambda _: gzip.compress(b""), r"{file} .*(is empty|only blank lines)"),
    "zip": (lambda reader: _zip(reader.data()), r"{file} is a zip archive"),
    "pdf": (lambda _: b"%PDF-1.7", r"{file} is a PDF"),
    "web page": (lambda _: b"<!DOCTYPE html><html>", r"{file} is a web page"),
    "UTF-16": (lambda reader: reader.data().decode().encode("utf-16"), r"{file} is text in UTF-16; save it"),
}


@each_reader
@pytest.mark.parametrize(("make", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_file_is_refused_by_name_and_nothing_changes(workspace, tmp_path, reader, make, sentence):
    path = tmp_path / f"odd.{reader.suffix}"
    path.write_bytes(make(reader))
    before = digest(workspace)
    if reader.header and "UTF-16" in sentence:  # a table may be in UTF-16
        assert reader.ingest(workspace, path).kept
        return
    with pytest.raises(DataError, match=sentence.format(file=rf"odd\.{reader.suffix}")) as raised:
        reader.ingest(workspace, path)
    assert raised.value.exit_code == 4
    assert digest(workspace) == before


@each_reader
def test_the_records_of_another_reader_are_refused(workspace, tmp_path, reader):
    before = digest(workspace)
    for other in READERS.values():
        if other is not reader:
            path = tmp_path / "other.dat"
            path.write_bytes(other.data())
            with pytest.raises(DataError, match=r"other\.dat"):
                reader.ingest(workspace, path)
    assert digest(workspace) == before


@each_reader
def test_a_path_that_is_not_there_and_an_empty_folder(workspace, tmp_path, reader):
    before = digest(workspace)
    with pytest.raises(SettingsError, match=r"nowhere does not exist") as raised:
        reader.ingest(workspace, tmp_path / "nowhere")
    assert raised.value.exit_code == 2
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"There is no file to read in .*empty"):
        reader.ingest(workspace, tmp_path / "empty")
    assert digest(workspace) == before


@each_reader
def test_broken_and_foreign_lines_are_quarantined_with_file_line_and_reason(workspace, tmp_path, reader):
    path = tmp_path / f"mixed.{reader.suffix}"
    foreign = reader.good(77).replace(b"77", b"7\xe97", 1) if reader.header else reader.good(77)[:-1] + b"\xe9}"
    path.write_bytes(reader.data(reader.broken, reader.good(78), foreign))
    report = reader.ingest(workspace, path)
    at = reader.first_extra_line
    assert [row for row in rejects(workspace) if row[0] == path.name] == [
        (path.name, at, reader.why),
        (path.name, at + 2, "wrong encoding"),
    ]
    assert report.rejects[reader.why] == report.rejects["wrong encoding"] == 1
    assert report.read == report.kept + sum(report.left_out.values()) + sum(report.rejects.values())
    assert reconciliation(workspace).balanced
    with pytest.raises(BadRecord, match=rf"{path.name}:{at}: {reader.why}"):
        reader.ingest(open_workspace(tmp_path / "strict"), path, strict=True)
    assert not (tmp_path / "strict" / "corpus").exists()


@each_reader
def test_a_gzip_file_cut_in_the_middle_gives_what_was_whole(workspace, tmp_path, reader):
    path = tmp_path / f"cut.{reader.suffix}.gz"
    # records that don't compress to nothing, so that a cut leaves some of them
    data = reader.data(*(reader.good(number * 7919 % 100_003) for number in range(RECORDS + 1, 3000)))
    packed = gzip.compress(data)
    path.write_bytes(packed[: len(packed) * 2 // 3])
    report = reader.ingest(workspace, path)
    cut = [row for row in rejects(workspace) if row[0] == path.name and row[2] == "the compressed file is cut short"]
    assert len(cut) == 1
    assert RECORDS < report.kept < 3000
    assert cut[0][1] > RECORDS
    assert reconciliation(workspace).balanced


@each_reader
def test_bytes_that_are_no_gzip_under_a_gzip_s_first_two(workspace, tmp_path, reader):
    path = tmp_path / f"fake.{reader.suffix}.gz"
    path.write_bytes(b"\x1f\x8b" + reader.data())
    before = digest(workspace)
    with pytest.raises(DataError, match=r"fake\."):
        reader.ingest(workspace, path)
    assert digest(workspace) == before


@each_reader
def test_an_interrupt_while_reading_leaves_the_workspace_and_the_next_call_works(
    workspace, tmp_path, reader, monkeypatch
):
    path = tmp_path / f"good.{reader.suffix}"
    path.write_bytes(reader.data())
    before = digest(workspace)

    def interrupted(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(assemble, "_write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            reader.ingest(workspace, path)
    after = digest(workspace)
    assert {name: after[name] for name in before} == before
    assert {Path(name).relative_to(workspace.root).parts[0] for name in after.keys() - before.keys()} <= {"staging"}
    reader.ingest(workspace, path)
    assert reconciliation(workspace).balanced


def test_years_that_cannot_be_cost_the_year_and_not_the_work(tmp_path):
    lines = [_work(number, publication_year=year) for number, year in enumerate((0, 3024, -5, 99999, 2020), start=1)]
    (tmp_path / "works.jsonl").write_bytes(b"\n".join(lines))
    rows = "".join(f"W{number},{year},t\n" for number, year in enumerate((0, 3024, -5, 99999, 2020), start=1))
    (tmp_path / "works.csv").write_text("work_id,year,title\n" + rows)
    years = []
    for reader, name in (("openalex", "works.jsonl"), ("tables", "works.csv")):
        workspace = open_workspace(tmp_path / reader)
        report = READERS[reader].ingest(workspace, tmp_path / name)
        assert report.rejects["kept without a year: impossible year"] == 4
        years.append(pq.read_table(workspace.table("works")).column("year").to_pylist())
    assert years == [[None, None, None, None, 2020]] * 2


def test_duplicate_ids_and_a_repeated_author_are_one_article_and_one_author(tmp_path):
    twice = json.loads(_work(1))
    twice["authorships"] *= 2
    (tmp_path / "works.jsonl").write_bytes(b"\n".join([_work(1), json.dumps(twice).encode(), _work(2)]))
    (tmp_path / "works.csv").write_text("work_id,year,title\nW1,2020,a\nW1,2020,b\nW2,2020,c\n")
    for reader, name in (("openalex", "works.jsonl"), ("tables", "works.csv")):
        workspace = open_workspace(tmp_path / reader)
        READERS[reader].ingest(workspace, tmp_path / name)
        works = pq.read_table(workspace.table("works")).to_pylist()
        assert [row["work_id"] for row in works] == ["W1", "W2"]
        assert works[0]["n_authors"] == 1
        assert [row[2] for row in rejects(workspace)] == ["another record of this work was taken"]
        assert reconciliation(workspace).balanced


def test_a_missing_column_is_named_with_what_is_there(workspace, tmp_path):
    (tmp_path / "works.csv").write_text("work_id,titel\nW1,a\n")
    before = digest(workspace)
    with pytest.raises(
        MissingColumn, match=r"works\.csv: the table of works needs a column for year .*'titel'"
    ) as raised:
        _ingest_works_table(workspace, tmp_path / "works.csv")
    assert raised.value.exit_code == 4
    assert digest(workspace) == before


def test_another_writer_is_named_and_waited_for_by_nobody(workspace, tmp_path):
    (tmp_path / "works.jsonl").write_bytes(READERS["openalex"].data())
    with workspace.writing(), pytest.raises(SettingsError, match=r"Another scicities process \(process \d+\)"):
        ingest_openalex(open_workspace(workspace.root), tmp_path / "works.jsonl")


@each_reader
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_ends_in_records_or_in_a_sentence(tmp_path_factory, reader, data):
    folder = tmp_path_factory.mktemp("damage")
    raw = bytearray(reader.data(count=6))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"\n", b"\0"])
        )
        raw = raw or bytearray(b"x")
    packed = data.draw(st.booleans())
    path = folder / f"damaged.{reader.suffix}"
    path.write_bytes(gzip.compress(bytes(raw)) if packed else bytes(raw))
    workspace = open_workspace(folder / "data")
    problem: ToolkitError | None = None
    try:
        report = reader.ingest(workspace, path)
    except ToolkitError as error:
        problem = error
    if problem is not None:
        assert problem.exit_code in {2, 4}
        assert "damaged" in str(problem)
        assert not workspace.corpus.exists()
    else:
        lost = sum(count for reason, count in report.rejects.items() if not reason.startswith("kept"))
        assert report.read == report.kept + sum(report.left_out.values()) + lost
        assert reconciliation(workspace).balanced
