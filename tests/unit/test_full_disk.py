"""A disk that is full while a workspace is written: a sentence, the old tables, and the same command later."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from plain.small_disk import fill, scicities, small_disk

from toolkit.corpus.ingest import ingest_openalex
from toolkit.corpus.sample import write_sample
from toolkit.errors import SettingsError, ToolkitError
from toolkit.measures.store import build
from toolkit.workspace import Workspace, full_disk

SENTENCE = "error: The disk is full (No space left on device): the workspace {} can't be written. Make room,"
LIMIT = 3_000
KINDS = {"a disk of its own": None, "a limit on files": LIMIT}


@pytest.fixture(scope="module")
def raw(tmp_path_factory) -> Path:
    return write_sample(tmp_path_factory.mktemp("sample"), works=300, seed=3).works_folder


def content(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in [*workspace.corpus.iterdir(), workspace.state_path]}


@pytest.mark.parametrize("limit", KINDS.values(), ids=KINDS)
def test_records_that_do_not_fit_leave_the_old_ones(tmp_path, raw, limit):
    """Where no disk can be mounted, both ways are the limit."""
    with small_disk(tmp_path / "disk", size=4_000_000) as mounted:
        workspace = Workspace(tmp_path / "disk" / "ws")
        ingest_openalex(workspace, raw)
        before = content(workspace)
        ballast = fill(tmp_path / "disk", but=8_000) if mounted and limit is None else None
        limit = None if ballast else LIMIT
        for command in (["ingest", "openalex", raw, "--city-from", "affiliation"], ["build"]):
            code, said = scicities(*command, "-w", workspace.root, file_limit=limit)
            expected = SENTENCE.format(workspace.root)
            assert code == 1
            assert said.splitlines()[-1].startswith(
                expected if ballast else expected.replace("No space left on device", "File too large")
            )
            assert content(workspace) == before
            assert not list(workspace.root.glob("*.new"))
        if ballast:
            ballast.unlink()
        build(workspace, movement=False)


def test_who_ran_out_of_room_is_found_behind_other_errors():
    behind = ValueError("not written")
    behind.__cause__ = OSError(errno.ENOSPC, "No space left on device", "works.parquet")
    told = full_disk(behind)
    assert type(told) is ToolkitError
    assert "works.parquet can't be written. Make room" in str(told)
    assert full_disk(RuntimeError("IO Error: No space left on device")).exit_code == 1
    assert full_disk(PermissionError(errno.EACCES, "Permission denied")) is None
    assert full_disk(SettingsError("x")) is None
