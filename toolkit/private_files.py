"""Who may read a folder that holds records about people.

A new folder is its owner's alone (0700), and every file in it (0600). A folder that its owner opened to a group with
``chmod g+rx`` stays open to the group, and the files in it follow. A folder that everybody may read is left as it is:
:func:`open_to_everyone` is what `scicities doctor` reports.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["follow_folder", "make_private", "open_to_everyone"]

_EVERYONE: Final = 0o007
_OWNER: Final = 0o700


def make_private(folder: Path) -> None:
    """Make ``folder``, for its owner alone; an empty one that everybody may read becomes so.

    Raises
    ------
    OSError
        It can't be made.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=_OWNER)
    if open_to_everyone(folder) and not any(folder.iterdir()):
        with suppress(PermissionError):  # of another owner, who decides
            folder.chmod(_OWNER)


def open_to_everyone(folder: Path) -> bool:
    """Whether users who are neither the owner nor of the folder's group may read it, write to it or enter it."""
    return os.name == "posix" and folder.is_dir() and bool(folder.stat().st_mode & _EVERYONE)


def follow_folder(folder: Path, *, leave: Collection[str] = ()) -> None:
    """Give everything in ``folder`` the folder's own permissions, files without the right to be executed.

    Nothing is done in a folder that everybody may read. Links are not followed.

    Parameters
    ----------
    leave
        Names in the folder that keep their permissions.
    """
    if os.name != "posix" or not folder.is_dir() or open_to_everyone(folder):
        return
    wanted = stat.S_IMODE(folder.stat().st_mode) & 0o777
    for root, folders, files in os.walk(folder):
        if root == str(folder):
            folders[:] = [name for name in folders if name not in leave]
        for names, mode in ((folders, wanted), (files, wanted & 0o666)):
            for name in names:
                with suppress(FileNotFoundError, PermissionError):  # removed meanwhile, or of another owner
                    path = Path(root, name)
                    found = path.lstat().st_mode
                    if not stat.S_ISLNK(found) and found & 0o777 != mode:
                        path.chmod(stat.S_IMODE(found) & ~0o777 | mode)
