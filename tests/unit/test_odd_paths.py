"""Folders whose names mean something to an engine, a shell or a library: patterns, addresses, quotes, separators."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import toolkit as sc
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.graphdb.tables import graph_tables

NAMES = [
    "study [2024]",
    "a*",
    "a?",
    "~home",
    "s3:bucket",
    "file:x",
    'it\'s "50 %", {a,b}; $HOME #1 & a=b',
    "back\\slash",
    "名前 café",
    "line\nbreak",
    "-w",
    "x" * 240,
]


def work(number: int, institution: str) -> dict[str, object]:
    place = {"id": f"https://openalex.org/{institution}", "display_name": institution, "country_code": "NO"}
    author = {
        "author_position": "first",
        "author": {"id": f"https://openalex.org/A{number}", "display_name": "N. N."},
        "institutions": [place],
    }
    year = 2020 + number
    return {
        "id": f"https://openalex.org/W{number}",
        "type": "article",
        "publication_year": year,
        "authorships": [author],
    }


def write_works(folder: Path, institution: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "works [1].jsonl"
    file.write_text("".join(json.dumps(work(number, institution)) + "\n" for number in range(3)), encoding="utf-8")
    return folder


@pytest.fixture
def neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workspaces that the odd names would match as patterns, with another institution's records."""
    monkeypatch.chdir(tmp_path)
    first = sc.open_workspace(Path("study 2"))
    sc.ingest_openalex(first, write_works(Path("raw-of-neighbours"), "I9"))
    for name in ("ab", "a1"):
        shutil.copytree(first.root, name)


@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_any_name_gives_its_own_records(name: str) -> None:
    workspace = sc.open_workspace(Path(name))
    sc.ingest_openalex(workspace, write_works(Path(name) / "raw", "I1"))
    assert sc.share(workspace, level="institution").frame[["id", "share"]].values.tolist() == [["I1", 3.0]]


@pytest.mark.usefixtures("neighbours")
def test_every_reader_of_a_workspace_takes_its_folder_by_name() -> None:
    name = "study [2024]"
    workspace = sc.open_workspace(Path(name))
    sc.ingest_openalex(workspace, write_works(Path(name) / "raw", "I1"))
    sc.build(workspace, levels=("institution",))
    assert sc.share(workspace, level="institution").frame[["id", "share"]].values.tolist() == [["I1", 3.0]]
    assert len(sc.moves(workspace, level="institution").frame) == 0
    assert sc.reconciliation(workspace).balanced
    assert sc.compare(workspace, workspace, level="institution").frame["id"].tolist() == ["I1"]
    assert graph_tables(workspace).nodes["Institution"]["id"].to_pylist() == ["I1"]


@pytest.mark.usefixtures("neighbours")
@pytest.mark.parametrize("name", ["t [1]", "s3:tables", "~t"])
def test_plain_tables_in_a_folder_of_any_name(name: str) -> None:
    folder = Path(name)
    folder.mkdir()
    tables = {
        "works": {"work_id": ["1"], "year": ["2020"]},
        "authorships": {"work_id": ["1"], "author_id": ["p"], "institution_id": ["i"]},
        "institutions": {"institution_id": ["i"], "name": ["Institute"], "country": ["NO"]},
    }
    for table, columns in tables.items():
        pq.write_table(pa.table(columns), (folder / f"{table}.parquet").absolute())
    workspace = sc.open_workspace(folder / "ws")
    ingest_tables(workspace, **{table: folder / f"{table}.parquet" for table in tables})
    assert sc.share(workspace, level="institution").frame[["id", "share"]].values.tolist() == [["i", 1.0]]


def test_a_workspace_stays_where_it_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    workspace = sc.open_workspace("data")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert workspace.root == tmp_path / "data"
