"""Writing a file whole or not at all, and only where a file may be written.

Every file that replaces another goes through :func:`replacing`: a new file of a random name in the same folder, which
gets the old one's name once it is complete and on the disk. Files that the user names go through :func:`output_file`,
which also refuses what is no ordinary file, and what belongs to a workspace.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from toolkit.errors import SettingsError

__all__ = ["OF_WORKSPACE", "output_file", "replacing", "require_output", "write_text_atomically"]

OF_WORKSPACE: Final = frozenset(
    {"corpus", "staging", "measures", "networks", "neo4j", "runs", "rejects", "state.json", "scicities.toml"}
)
"""Files and folders in a workspace that only scicities writes (and, the last one, its user by hand)."""
_NEW: Final = ".new"


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the name ``path`` when the block ends without an error, and is gone otherwise.

    Another process finds the old content or the new, never a part. The new file is made so that it can be no link and
    no file of others. It has the permissions of the file it replaces, else those that the process gives new files. A
    symbolic link of that name is replaced, and what it points to stays.

    Raises
    ------
    OSError
        The folder can't be made, or the file can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{secrets.token_hex(8)}{_NEW}")
    handle = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        with os.fdopen(handle, "w+b") as file:
            with suppress(OSError):
                old = path.lstat()
                if stat.S_ISREG(old.st_mode):
                    os.chmod(new, stat.S_IMODE(old.st_mode))  # noqa: PTH101 - beside os.open and os.fsync
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


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
def output_file(path: Path) -> Iterator[IO[bytes]]:
    """As :func:`replacing`, for a file that the user names.

    Raises
    ------
    SettingsError
        As :func:`require_output`, or the file can't be written.
    """
    require_output(path)
    try:
        with replacing(path) as file:
            yield file
    except OSError as error:
        raise SettingsError(f"{path} can't be written: {error.strerror or error}.") from error
