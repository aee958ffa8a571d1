"""Files are written whole or not at all, and only where a file may be written."""

from __future__ import annotations

import errno
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from toolkit.errors import SettingsError
from toolkit.output_files import (
    OF_WORKSPACE,
    output_file,
    replacing,
    require_output,
    temporary_folder,
    write_text_atomically,
)
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


WRITER = """
import os, sys, time
from pathlib import Path
from toolkit.output_files import replacing
with replacing(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    time.sleep(600)
"""


@contextmanager
def writer_of(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is in the middle of writing ``path``."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "writing\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize("name", ["rows.csv", "[a]*?, \u6771 b.csv", "x" * 240 + ".csv"])
def test_next_write_of_the_same_file_removes_what_a_killed_writer_left(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with writer_of(path):
        pass
    assert len(names(tmp_path)) == 1
    write_text_atomically(tmp_path / "other.csv", "rows")
    assert len(names(tmp_path)) == 2
    write_text_atomically(path, "rows")
    assert set(names(tmp_path)) == {name, "other.csv"}


def test_temporary_folder_is_the_owners_alone_and_does_not_stay(tmp_path: Path) -> None:
    left = tmp_path / f".graph.zip.{'a' * 16}.new"
    left.mkdir()
    (left / "neo4j.dump").write_text("half")
    with temporary_folder(tmp_path / "graph.zip") as folder, temporary_folder(tmp_path / "graph.zip") as other:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert names(tmp_path) == sorted([folder.name, other.name])
        write_text_atomically(tmp_path / "graph.zip", "rows")
        assert folder.exists()
    assert names(tmp_path) == ["graph.zip"]


def test_new_file_of_a_living_writer_stays_however_old_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with writer_of(path):
        (new,) = tmp_path.iterdir()
        os.utime(new, (0, 0))
        write_text_atomically(path, "rows")
        assert names(tmp_path) == sorted([new.name, "rows.csv"])


def test_writer_whose_file_was_taken_for_a_leftover_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment between making the file and locking it."""
    fcntl, lost = pytest.importorskip("fcntl"), []
    lock = fcntl.flock

    def late(handle: int, kind: int) -> None:
        if not lost:
            lost.extend(tmp_path.iterdir())
            lost[0].unlink()
        lock(handle, kind)

    monkeypatch.setattr(fcntl, "flock", late)
    write_text_atomically(tmp_path / "rows.csv", "rows")
    assert len(lost) == 1
    assert names(tmp_path) == ["rows.csv"]


def test_without_file_locks_leftovers_go_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def unsupported(_handle: int, _kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    old, fresh = (tmp_path / f".rows.csv.{digit * 16}.new" for digit in "ab")
    for path in (old, fresh):
        path.write_text("half")
    os.utime(old, (0, 0))
    write_text_atomically(tmp_path / "rows.csv", "rows")
    assert names(tmp_path) == [fresh.name, "rows.csv"]


def test_links_and_pipes_that_look_like_leftovers_stay(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / f".rows.csv.{'a' * 16}.new").symlink_to("victim")
    os.mkfifo(tmp_path / f".rows.csv.{'b' * 16}.new")
    before = names(tmp_path)
    write_text_atomically(tmp_path / "rows.csv", "rows")
    assert names(tmp_path) == sorted([*before, "rows.csv"])
    assert (tmp_path / "victim").read_text() == "precious"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize(("opened", "wanted"), [(0o700, 0o600), (0o750, 0o640), (0o2770, 0o660)])
def test_new_files_in_a_workspace_are_readable_as_the_workspace_is(
    tmp_path: Path, umask: int, opened: int, wanted: int
) -> None:
    (tmp_path / "state.json").write_text("{}")
    tmp_path.chmod(opened)
    before = os.umask(umask)
    try:
        with output_file(tmp_path / "results" / "rows.csv") as file:
            assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == wanted
        with output_file(tmp_path / "results" / "people.csv", private=True):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "results" / "rows.csv").stat().st_mode) == wanted
    assert stat.S_IMODE((tmp_path / "results").stat().st_mode) & 0o777 == opened & 0o777
    assert stat.S_IMODE((tmp_path / "results" / "people.csv").stat().st_mode) == 0o600


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
