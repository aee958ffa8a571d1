"""Files are written whole or not at all, and only where a file may be written."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from toolkit.errors import SettingsError
from toolkit.output_files import OF_WORKSPACE, output_file, replacing, require_output, write_text_atomically
from toolkit.present.formats import write_answer_file
from toolkit.runs import RunRecord
from toolkit.workspace import Workspace, open_workspace

RUN = RunRecord("share", {})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_has_the_old_content_until_the_new_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["rows.csv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_nothing_is_left_of_a_file_that_fails(tmp_path: Path, error: type[BaseException]) -> None:
    def fail_halfway() -> None:
        with replacing(tmp_path / "rows.csv") as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        fail_halfway()
    assert names(tmp_path) == []


def test_new_file_has_the_permissions_of_the_process_and_a_replaced_one_keeps_its_own(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text_atomically(tmp_path / "new.csv", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o640
    (tmp_path / "new.csv").chmod(0o600)
    write_text_atomically(tmp_path / "new.csv", "y")
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o600


def test_links_laid_where_the_temporary_file_was_are_not_followed(tmp_path: Path) -> None:
    """The temporary file's name can't be guessed, and it is never an existing file."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    folder = tmp_path / "out"
    folder.mkdir()
    for name in (".rows.csv.new", f".rows.csv.{os.getpid()}.new"):
        (folder / name).symlink_to(victim)
    write_answer_file(b"rows", RUN, folder / "rows.csv")
    assert victim.read_text() == "precious"
    assert (folder / "rows.csv").read_bytes() == b"rows"


def test_long_name_is_no_reason_to_fail(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 240 + ".csv")
    write_text_atomically(path, "rows")
    assert path.read_text() == "rows"


def test_symbolic_links_folders_devices_and_pipes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "target.csv").write_text("precious")
    (tmp_path / "link.csv").symlink_to("target.csv")
    (tmp_path / "dangling.csv").symlink_to("nowhere.csv")
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(tmp_path)  # the address of such a socket is short
        bound.bind("socket.csv")
        os.chdir(here)
    cases = {
        "link.csv": "symbolic link to target.csv",
        "dangling.csv": "symbolic link to nowhere.csv",
        "folder.csv": "is a folder",
        "pipe.csv": "a device or a pipe",
        "socket.csv": "a device or a pipe",
    }
    for name, why in cases.items():
        with pytest.raises(SettingsError, match=why):
            write_answer_file(b"rows", RUN, tmp_path / name)
    with pytest.raises(SettingsError, match="a device or a pipe"):
        require_output(Path(os.devnull))
    assert (tmp_path / "target.csv").read_text() == "precious"
    assert stat.S_ISFIFO((tmp_path / "pipe.csv").lstat().st_mode)
    assert names(tmp_path) == sorted([*cases, "target.csv"])


def test_run_record_that_would_follow_a_link_stops_the_file_too(tmp_path: Path) -> None:
    (tmp_path / "rows.csv.run.json").symlink_to("elsewhere.json")
    with pytest.raises(SettingsError, match=r"rows\.csv\.run\.json is a symbolic link"):
        write_answer_file(b"rows", RUN, tmp_path / "rows.csv")
    assert names(tmp_path) == ["rows.csv.run.json"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    space = open_workspace(tmp_path / "space")
    with space.writing():
        space.update_state({})
    return space


@pytest.mark.parametrize("name", sorted(OF_WORKSPACE))
def test_files_of_a_workspace_are_refused(workspace: Workspace, name: str) -> None:
    for path in (workspace.root / name, workspace.root / name / "deeper" / "rows.csv"):
        if path == workspace.state_path / "deeper" / "rows.csv":
            continue
        with pytest.raises(SettingsError, match=r"among the files of the workspace|is a folder"):
            require_output(path)


def test_folder_of_a_workspace_is_refused_by_any_path_to_it(workspace: Workspace, tmp_path: Path) -> None:
    workspace.corpus.mkdir()
    (tmp_path / "elsewhere").symlink_to(workspace.corpus)
    with pytest.raises(SettingsError, match="among the files of the workspace"):
        require_output(tmp_path / "elsewhere" / "works.parquet")
    with pytest.raises(SettingsError, match="among the files of the workspace"):
        require_output(tmp_path / "x" / ".." / "space" / "corpus" / "works.parquet")


def test_other_folders_of_a_workspace_take_files(workspace: Workspace, tmp_path: Path) -> None:
    for path in (
        workspace.root / "results" / "rows.csv",
        workspace.root / "rows.csv",
        tmp_path / "corpus" / "rows.csv",
    ):
        with output_file(path) as file:
            file.write(b"rows")
        assert path.read_bytes() == b"rows"
