"""The secret key that pseudonyms are made with: where it lies, how it is read and made.

A key is 32 random bytes, written as 64 hexadecimal digits. It is looked for, in this order, in the file asked for, in
the environment (``SCICITIES_PSEUDONYM_KEY`` holds the key itself), in the file that setting ``pseudonym_key_file``
names, in the file that the workspace was pseudonymised with, and in the user's own file
(:func:`default_key_file`). It is never written into a workspace, a run record or a message.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final, NamedTuple

from platformdirs import user_data_path

from toolkit.errors import SettingsError
from toolkit.paths import expanded
from toolkit.settings import load_settings
from toolkit.workspace import Workspace

__all__ = ["KEY_VARIABLE", "FoundKey", "default_key_file", "found_key", "made_key"]

KEY_VARIABLE: Final = "SCICITIES_PSEUDONYM_KEY"
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")
_BYTES: Final = 32


class FoundKey(NamedTuple):
    """A key, and the file it came from; empty text where it came from the environment."""

    key: bytes
    file: str


def default_key_file() -> Path:
    """Where a key is made and looked for when nothing else is said: beside the user's other data, not in a workspace.

    Examples
    --------
    >>> default_key_file().name
    'pseudonym.key'
    """
    return user_data_path("scicities", appauthor=False) / "pseudonym.key"


def found_key(workspace: Workspace, *, file: Path | None = None, remembered: str = "") -> FoundKey | None:
    """The first key there is, in the order of the module's text; ``None`` where there is none.

    Parameters
    ----------
    workspace
        Whose settings are read.
    file
        The file asked for: no other is looked at then.
    remembered
        The file that the workspace was pseudonymised with.

    Raises
    ------
    SettingsError
        A key is no key, others may read its file, or the file lies in the workspace.
    """
    if file is None and (text := os.environ.get(KEY_VARIABLE)):
        return FoundKey(_key_of(text, KEY_VARIABLE), "")
    for path in [file] if file is not None else _places(workspace, remembered):
        if path.is_file():
            _refuse_inside(workspace, path)
            return FoundKey(_read(path), str(path.absolute()))
    return None


def made_key(workspace: Workspace, *, file: Path | None = None) -> FoundKey:
    """The key to begin with: the one that is found, else a new one in a file that only this user can read.

    Raises
    ------
    SettingsError
        As :func:`found_key`, or the file can't be written.
    """
    found = found_key(workspace, file=file)
    if found is not None:
        return found
    path = file if file is not None else _places(workspace, "")[0]
    _refuse_inside(workspace, path)
    key = secrets.token_bytes(_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
            written.write(key.hex() + "\n")
    except OSError as error:
        raise SettingsError(f"The key of the pseudonyms can't be written to {path}: {error.strerror}.") from error
    return FoundKey(key, str(path.absolute()))


def _places(workspace: Workspace, remembered: str) -> list[Path]:
    named = [load_settings(workspace.root).pseudonym_key_file, remembered]
    return [*(expanded(name) for name in named if name), default_key_file()]


def _refuse_inside(workspace: Workspace, path: Path) -> None:
    if path.resolve().is_relative_to(workspace.root.resolve()):
        raise SettingsError(
            f"The key of the pseudonyms would lie in the workspace itself ({path}), where everybody gets it who gets "
            "the workspace. Name a file elsewhere."
        )


def _read(path: Path) -> bytes:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SettingsError(f"Others than you may read {path}, which holds a secret key: run `chmod 600 {path}`.")
    try:
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise SettingsError(f"The key of the pseudonyms can't be read from {path}: {error.strerror}.") from error
    except UnicodeDecodeError:
        text = ""
    return _key_of(text, str(path))


def _key_of(text: str, where: str) -> bytes:
    if not _HEX.fullmatch(text.strip()):
        raise SettingsError(f"{where} holds no key: 64 hexadecimal digits are needed (`openssl rand -hex 32`).")
    return bytes.fromhex(text.strip())
