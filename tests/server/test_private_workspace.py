"""Only the owner, or the group it was opened to, reads what commands with a server leave in a workspace."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolkit.cli import main
from toolkit.corpus.example import example_workspace
from toolkit.graphdb.server import ManagedServer
from toolkit.workspace import Workspace


@pytest.fixture
def careless() -> Iterator[None]:
    """A process whose new files everybody may write to."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def workspace(tmp_path: Path, careless: None) -> Iterator[Workspace]:
    made = example_workspace(tmp_path / "space")
    yield made
    ManagedServer(made.neo4j).stop()


def modes(folder: Path, *, without: str = "") -> dict[bool, set[int]]:
    """Permissions found below a folder, those of folders under True; links have none."""
    found: dict[bool, set[int]] = {True: {stat.S_IMODE(folder.stat().st_mode) & 0o777}, False: set()}
    for path in folder.rglob("*"):
        if not path.is_symlink() and path.relative_to(folder).parts[0] != without:
            found[path.is_dir()].add(stat.S_IMODE(path.stat().st_mode) & 0o777)
    return found


def test_modes_from_load_to_restore_with_an_open_umask(workspace: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    root, backup = workspace.root, workspace.root / "results" / "graph.backup"
    place = ("-w", str(root))
    assert main(["build", *place]) == 0
    assert main(["load", *place]) == 0
    assert main(["query", "run", "quality.totals", *place, "-o", str(root / "results" / "totals.csv")]) == 0
    assert main(["server", "backup", str(backup), *place]) == 0
    assert main(["server", "restore", str(backup), *place]) == 0
    assert modes(root) == {True: {0o700}, False: {0o600}}

    root.chmod(0o2770)
    assert main(["build", *place]) == 0
    assert main(["query", "run", "quality.totals", *place, "-o", str(root / "results" / "again.csv")]) == 0
    assert main(["server", "backup", str(root / "results" / "again.backup"), *place]) == 0
    capfd.readouterr()
    assert modes(root, without="neo4j") == {True: {0o770}, False: {0o660, 0o600}}
    assert stat.S_IMODE((root / "results" / "again.csv").stat().st_mode) == 0o660
    assert stat.S_IMODE((root / "results" / "again.backup").stat().st_mode) == 0o600
    assert modes(workspace.neo4j) == {True: {0o700}, False: {0o600}}
