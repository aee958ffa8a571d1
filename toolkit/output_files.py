"""Writing a file whole or not at all, and only where a file may be written.

Every file that replaces another goes through :func:`replacing`: a new file of a random name in the same folder, which
gets the old one's name once it is complete and on the disk. Files that the user names go through :func:`output_file`,
which also refuses what is no ordinary file, and what belongs to a workspace.

A process that is killed leaves its new file. The name begins with that of the target, and the writer holds a lock on
the file as long as it lives: the next write of the same target removes what is no longer locked.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from toolkit.errors import SettingsError
from toolkit.private_files import open_to_everyone

if sys.platform != "win32":
    import fcntl

__all__ = [
    "OF_WORKSPACE",
    "output_file",
    "replacing",
    "require_output",
    "temporary_folder",
    "write_text_atomically",
]

OF_WORKSPACE: Final = frozenset(
    {"corpus", "staging", "measures", "networks", "neo4j", "runs", "rejects", "state.json", "scicities.toml"}
)
"""Files and folders in a workspace that only scicities writes (and, the last one, its user by hand)."""
_LONGEST: Final = 200
"""Bytes of a target's name in that of its new file; file systems allow 255."""
_RANDOM: Final = re.compile(r"[0-9a-f]{16}\.new")
_STALE: Final = 24 * 3600.0
"""Seconds after which a leftover is removed where files can't be locked."""


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A new file that takes the name ``path`` when the block ends without an error, and is gone otherwise.

    Another process finds the old content or the new, never a part. The new file is made so that it can be no link and
    no file of others. It has the permissions of the file it replaces, else those of the workspace it is in, else those
    that the process gives new files. A symbolic link of that name is replaced, and what it points to stays.

    Parameters
    ----------
    private
        A new file is readable by its owner alone, wherever it is.

    Raises
    ------
    OSError
        The folder can't be made, or the file can't be written.
    """
    _make_folder(path.parent)
    _remove_leftovers(path)
    new, handle = _locked_new(path)
    try:
        with os.fdopen(handle, "w+b") as file:
            mode = 0o600 if private else _mode_in_workspace(path)
            with suppress(OSError):
                old = path.lstat()
                if stat.S_ISREG(old.st_mode):
                    mode = stat.S_IMODE(old.st_mode)
            if mode is not None:
                with suppress(OSError):
                    os.chmod(new, mode)  # noqa: PTH101 - beside os.open and os.fsync
            yield file
            file.flush()
            os.fsync(file.fileno())
            if sys.platform != "win32":  # while it is locked
                new.replace(path)
        if sys.platform == "win32":  # an open file keeps its name there
            new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _stem(path: Path) -> str:
    """What the names of a target's new files begin with."""
    name = os.fsencode(path.name)
    return f".{path.name if len(name) <= _LONGEST else hashlib.sha256(name).hexdigest()}."


def _locked_new(path: Path) -> tuple[Path, int]:
    """A new file for ``path``, and its handle, which holds the lock."""
    while True:
        new = path.with_name(f"{_stem(path)}{secrets.token_hex(8)}.new")
        handle = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
        if sys.platform == "win32":
            return new, handle
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if new.exists():  # else another process took it for a leftover before it was locked
            return new, handle
        os.close(handle)


def _remove_leftovers(path: Path) -> None:
    """Remove new files for ``path`` whose writer was killed."""
    stem = _stem(path)
    with os.scandir(path.parent) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(stem)]
    for name in names:
        if _RANDOM.fullmatch(name[len(stem) :]):
            with suppress(OSError):  # gone meanwhile, or of another user
                _remove_abandoned(path.with_name(name))


def _remove_abandoned(new: Path) -> None:
    """Remove the file or folder if no process writes to it any more."""
    found = new.lstat()
    if stat.S_ISDIR(found.st_mode):
        remove: Callable[[Path], None] = shutil.rmtree
    elif stat.S_ISREG(found.st_mode):
        remove = Path.unlink
    else:
        return
    is_old = time.time() - found.st_mtime > _STALE
    if sys.platform == "win32":
        if is_old:
            remove(new)
        return
    handle = os.open(new, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    except OSError:  # a file system without locks
        if is_old:
            remove(new)
    else:
        remove(new)  # while it is locked: a writer that waits for the lock then sees it gone
    finally:
        os.close(handle)


@contextmanager
def temporary_folder(path: Path) -> Iterator[Path]:
    """A folder of its owner alone beside ``path``, removed at the end; one that a killed process left, too.

    Raises
    ------
    OSError
        It can't be made.
    """
    _make_folder(path.parent)
    _remove_leftovers(path)
    handle = None
    while True:
        folder = path.with_name(f"{_stem(path)}{secrets.token_hex(8)}.new")
        folder.mkdir(mode=0o700)
        if sys.platform == "win32":
            break
        with suppress(FileNotFoundError):  # else another process took it for a leftover before it was locked
            handle = os.open(folder, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            if folder.exists():
                break
            os.close(handle)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _make_folder(folder: Path) -> None:
    """Make the folder and those above it; in a workspace they get the workspace's permissions."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    mode = _mode_in_workspace(folder) if missing else None
    if mode is not None:
        for one in missing:
            with suppress(OSError):
                one.chmod(mode | (mode & 0o444) >> 2)  # who may read a folder may enter it


def _mode_in_workspace(path: Path) -> int | None:
    """Permissions of a new file in a workspace that not everybody may read; ``None`` elsewhere."""
    parent = path.parent.resolve()
    for folder in (parent, *parent.parents):
        if (folder / "state.json").is_file():
            return None if open_to_everyone(folder) else stat.S_IMODE(folder.stat().st_mode) & 0o666
    return None


def write_text_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that a reader sees the old content or the new, never a part."""
    with replacing(path) as file:
        file.write(text.encode())


def require_output(path: Path) -> None:
    """Raise where a file that the user names can't or must not be written.

    Raises
    ------
    SettingsError
        It is a folder, a device, a pipe or a symbolic link, or belongs to a workspace's own files.
    """
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
            raise SettingsError(f"{path} can't be written: {error.strerror or error}.") from error
        mode = stat.S_IFREG
    if stat.S_ISLNK(mode):
        raise SettingsError(f"{path} is a symbolic link to {os.readlink(path)}. Name the file itself.")  # noqa: PTH115
    if stat.S_ISDIR(mode):
        raise SettingsError(f"{path} is a folder. Name a file in it.")
    if not stat.S_ISREG(mode):
        raise SettingsError(
            f"{path} is a device or a pipe, not a file. Without a file name the rows go to standard output, which can "
            "be redirected."
        )
    whole = path.parent.resolve() / path.name
    for folder in whole.parents:
        own = whole.relative_to(folder).parts[0]
        if own in OF_WORKSPACE and (folder / "state.json").is_file():
            raise SettingsError(
                f"{path} is among the files of the workspace {folder} ({own}), which only scicities writes. Name a "
                f"file elsewhere, for example {folder / 'results' / path.name}."
            )


@contextmanager
def output_file(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """As :func:`replacing`, for a file that the user names.

    Raises
    ------
    SettingsError
        As :func:`require_output`, or the file can't be written.
    """
    require_output(path)
    try:
        with replacing(path, private=private) as file:
            yield file
    except OSError as error:
        raise SettingsError(f"{path} can't be written: {error.strerror or error}.") from error
