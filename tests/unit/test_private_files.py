"""A workspace is its owner's alone unless the owner says otherwise."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolkit.cli import main
from toolkit.corpus.ingest import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.sample import write_sample
from toolkit.graphdb.server.home import Home
from toolkit.measures.store import build
from toolkit.private_files import follow_folder, make_private, open_to_everyone
from toolkit.workspace import Workspace, open_workspace


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes(folder: Path) -> dict[bool, set[int]]:
    """Permissions found below a folder, those of folders under True."""
    found: dict[bool, set[int]] = {True: {mode(folder)}, False: set()}
    for path in folder.rglob("*"):
        found[path.is_dir()].add(mode(path))
    return found


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder / "raw", works=200, seed=1)
    return folder / "raw"


def filled(root: Path, raw: Path) -> Workspace:
    space = open_workspace(root)
    ingest_ror(space, raw / "ror")
    ingest_institutions(space, raw / "institutions")
    ingest_openalex(space, raw / "works")
    return space


def test_only_the_owner_reads_what_ingest_and_build_leave(tmp_path: Path, sample: Path) -> None:
    space = filled(tmp_path / "space", sample)
    assert modes(space.root) == {True: {0o700}, False: {0o600}}
    build(space)
    assert modes(space.root) == {True: {0o700}, False: {0o600}}
    assert mode(tmp_path) == 0o700 or mode(tmp_path) == 0o755  # what is above stays


def test_workspace_that_its_owner_opened_to_a_group_stays_so_and_new_files_follow(tmp_path: Path, sample: Path) -> None:
    space = filled(tmp_path / "space", sample)
    space.root.chmod(0o750)
    with space.writing():
        space.update_state({"note": 1})
    build(space)
    assert modes(space.root) == {True: {0o750}, False: {0o640}}


def test_workspace_of_an_earlier_version_is_reported_and_tightened_once_its_folder_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "space"
    root.mkdir()
    (root / "state.json").write_text(json.dumps({"version": 1}))
    space = open_workspace(root)
    with space.writing():
        space.update_state({})
    assert (mode(root), mode(root / "state.json")) == (0o755, 0o644)
    assert main(["doctor", "-w", str(root), "--format", "csv"]) == 0
    assert f"chmod 700 {root}" in capsys.readouterr().out
    root.chmod(0o700)
    with space.writing():
        pass
    assert modes(root) == {True: {0o700}, False: {0o600}}
    assert main(["doctor", "-w", str(root), "--format", "csv"]) == 0
    assert "chmod" not in capsys.readouterr().out


@pytest.mark.parametrize(("before", "after"), [(0o755, 0o700), (0o777, 0o700), (0o750, 0o750), (0o770, 0o770)])
def test_empty_folder_becomes_private_unless_it_was_closed_to_others_already(
    tmp_path: Path, before: int, after: int
) -> None:
    folder = tmp_path / "space"
    folder.mkdir()
    folder.chmod(before)
    make_private(folder)
    assert mode(folder) == after


def test_links_in_a_folder_do_not_carry_permissions_out_of_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("x")
    folder = tmp_path / "space"
    make_private(folder)
    (folder / "link.csv").symlink_to(outside)
    (folder / "gone.csv").symlink_to("nowhere")
    follow_folder(folder)
    assert mode(outside) == 0o644


def test_folder_open_to_everyone_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "space"
    folder.mkdir()
    (folder / "a.csv").write_text("x")
    assert open_to_everyone(folder)
    follow_folder(folder)
    assert mode(folder / "a.csv") == 0o644


def test_home_of_the_server_is_the_owners_alone_also_in_a_shared_workspace(tmp_path: Path) -> None:
    home = Home(tmp_path / "neo4j")
    home.root.mkdir()
    with home.alone(1):
        home.make()
        home.write_conf()
        home.make_password()
        (home.root / "data" / "store").write_text("people")
    assert modes(home.root) == {True: {0o700}, False: {0o600}}
