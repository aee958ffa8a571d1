"""The workspace folder: where tables lie, how a new version replaces the old, and who may write.

::

    scicities-data/
      corpus/     canonical tables, one Parquet file each
      staging/    what each raw file gave, so that only new files are read again
      measures/   derived tables
      networks/   imported flows and networks, a folder each
      neo4j/      home of the managed server
      runs/       run records
      rejects/    records that could not be read, by source
      state.json  what was ingested, fingerprints, dates

A folder of tables is built beside the old one and renamed in; whatever is killed half-way leaves the old one, and the
next opening tidies up. One process writes at a time. A new workspace is its owner's alone
(:mod:`toolkit.private_files`).
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from toolkit.errors import DataError, SettingsError, ToolkitError
from toolkit.output_files import write_text_atomically
from toolkit.paths import absolute, expanded
from toolkit.private_files import follow_folder, make_private

__all__ = [
    "DEFAULT_FOLDER",
    "LAYOUT",
    "Folder",
    "Workspace",
    "full_disk",
    "open_workspace",
]

DEFAULT_FOLDER = "scicities-data"
LAYOUT = 3
"""Raised when columns of the canonical tables change, so that tables of another version are not taken for ours."""
_STATE_VERSION = 1
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Workspace:
    """A folder of tables; see the module's text for its layout.

    Attributes
    ----------
    root
        The folder, made absolute: libraries read some relative paths as addresses.
    """

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", absolute(self.root))

    @property
    def corpus(self) -> Path:
        """Folder of the canonical tables."""
        return self.root / "corpus"

    @property
    def staging(self) -> Path:
        """Folder of what each raw file gave."""
        return self.root / "staging"

    @property
    def measures(self) -> Path:
        """Folder of derived tables."""
        return self.root / "measures"

    @property
    def networks(self) -> Path:
        """Folder of imported flows and networks, each in a folder of its name."""
        return self.root / "networks"

    @property
    def neo4j(self) -> Path:
        """Home of the managed server."""
        return self.root / "neo4j"

    @property
    def runs(self) -> Path:
        """Folder of run records."""
        return self.root / "runs"

    @property
    def rejects(self) -> Path:
        """Folder of quarantined records."""
        return self.root / "rejects"

    @property
    def state_path(self) -> Path:
        """The state file."""
        return self.root / "state.json"

    def table(self, name: str) -> Path:
        """Path of canonical table ``name``, whether or not it exists yet."""
        return self.corpus / f"{name}.parquet"

    def state(self) -> dict[str, Any]:
        """Content of ``state.json``; empty for a new workspace.

        Raises
        ------
        DataError
            The file is not the JSON object we wrote, or was written by a newer version.
        """
        try:
            state = json.loads(self.state_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise DataError(
                f"{self.state_path} is not readable ({error}). Remove it and ingest again; the raw files are untouched."
            ) from error
        if not isinstance(state, dict) or state.get("version", _STATE_VERSION) > _STATE_VERSION:
            raise DataError(f"{self.state_path} was written by a newer scicities. Upgrade, or use another workspace.")
        return state

    def update_state(self, changes: Mapping[str, Any]) -> None:
        """Merge ``changes`` into ``state.json`` atomically (call it under :meth:`writing`)."""
        state = {"version": _STATE_VERSION, **self.state(), **changes}
        write_text_atomically(self.state_path, json.dumps(state, indent=1, sort_keys=True, ensure_ascii=False) + "\n")

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the corpus, empty where nothing was ingested."""
        return str(self.state().get("fingerprint", ""))

    @property
    def snapshot(self) -> str:
        """Date of the records as ISO text, empty where they don't say."""
        return str(self.state().get("snapshot", ""))

    @property
    def synthetic(self) -> bool:
        """Whether the records come from the sample generator; shown wherever numbers are."""
        return bool(self.state().get("synthetic", False))

    def require_corpus(self) -> None:
        """Raise where no records were ingested yet, or by a version whose tables were others.

        Raises
        ------
        DataError
            The workspace has no corpus, or not one of this version.
        """
        if not self.table("works").exists():
            raise DataError(
                f"The workspace {self.root} has no records yet. Try `scicities demo`, or "
                "`scicities ingest openalex FOLDER` with your own."
            )
        if self.state().get("layout") != LAYOUT:
            raise DataError(
                f"The tables of {self.root} were made by another version of scicities, with other columns. Ingest the "
                "records again, each kind with the command it came by; the raw files and options are in state.json."
            )

    @contextmanager
    def writing(self) -> Iterator[Workspace]:
        """Hold the workspace's writer lock; tidy up after a killed writer first.

        Raises
        ------
        SettingsError
            Another live process writes to this workspace, or the folder can't be written.
        ToolkitError
            The disk is full. What the workspace held is as it was.
        """
        try:
            make_private(self.root)
        except OSError as error:
            raise SettingsError(f"The workspace {self.root} can't be made: {error.strerror or error}.") from error
        lock_path = self.root / ".lock"
        lock = FileLock(lock_path, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            holder = lock_holder(lock_path)
            raise SettingsError(
                f"Another scicities process{holder} is writing to {self.root}. Wait for it to end, or stop it."
            ) from None
        except OSError as error:
            raise SettingsError(f"The workspace {self.root} can't be written: {error.strerror or error}.") from error
        try:
            write_text_atomically(self.root / ".lock.pid", f"{os.getpid()}\n")
            for folder in (self.corpus, self.measures, *self._named_networks()):
                _recover(folder)
            yield self
        except OSError as error:
            full = full_disk(error, f"the workspace {self.root}")
            if full is None:
                raise
            raise full from error
        finally:
            follow_folder(self.root, leave={self.neo4j.name})
            lock.release()

    def _named_networks(self) -> list[Path]:
        """Folders of networks, those included of which a killed writer left only the old or the new."""
        found = self.networks.iterdir() if self.networks.is_dir() else ()
        return sorted({path.with_name(re.sub(r"\.(old|new)$", "", path.name)) for path in found})

    @contextmanager
    def replacing(self, folder: Path) -> Iterator[Path]:
        """Yield an empty folder beside ``folder``; renamed in its place when the block ends without an error."""
        beside = folder.with_name(folder.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        try:
            yield beside
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        _swap(beside, folder)


Folder = Workspace | str | Path
"""A workspace, or its folder: what every public function takes."""


def lock_holder(lock_path: Path) -> str:
    """`` (process N)`` of the lock's holder where known, else empty text."""
    try:
        return f" (process {int((lock_path.parent / '.lock.pid').read_text())})"
    except (OSError, ValueError):
        return ""


def _swap(beside: Path, folder: Path) -> None:
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    beside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _recover(folder: Path) -> None:
    """Finish or undo a swap that was killed: between its two renames only ``.old`` and ``.new`` exist."""
    old, beside = folder.with_name(folder.name + ".old"), folder.with_name(folder.name + ".new")
    if not folder.exists() and old.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(beside, ignore_errors=True)


def open_workspace(folder: Folder | None = None) -> Workspace:
    """Open the workspace in ``folder``.

    Parameters
    ----------
    folder
        The folder; ``None`` takes ``SCICITIES_WORKSPACE``, else ``./scicities-data``. It need not exist yet. A
        workspace is given back as it is.

    Returns
    -------
    Workspace
        Nothing is created before something is written.

    Raises
    ------
    SettingsError
        The path is a file.

    Examples
    --------
    >>> open_workspace("no-such-folder").fingerprint
    ''
    """
    if isinstance(folder, Workspace):
        return folder
    chosen = folder if folder is not None else os.environ.get("SCICITIES_WORKSPACE") or DEFAULT_FOLDER
    root = expanded(chosen)
    if root.is_file():
        raise SettingsError(f"The workspace {root} is a file; a folder is needed.")
    workspace = Workspace(root)
    if not workspace.corpus.exists() and workspace.corpus.with_name("corpus.old").exists():
        with workspace.writing():
            pass
    return workspace


def full_disk(error: BaseException, where: object = "") -> ToolkitError | None:
    """What to say of ``error`` if it, or what it came from, tells of a disk without room; ``None`` where it does not.

    Parameters
    ----------
    error
        Any error; libraries say it in their own ways.
    where
        What was being written; by default the file that the error names.

    Examples
    --------
    >>> print(full_disk(OSError(28, "No space left on device"), "/data/ws"))
    The disk is full (No space left on device): /data/ws can't be written. Make room, then give the same command again; what was written before is as it was.
    >>> full_disk(PermissionError(13, "Permission denied"), "/data/ws")
    """  # noqa: E501 - the sentence as it is printed
    found: BaseException | None = error
    while found is not None:
        is_full = found.errno in _FULL if isinstance(found, OSError) else os.strerror(errno.ENOSPC) in str(found)
        if is_full:
            told = os.strerror(found.errno or errno.ENOSPC) if isinstance(found, OSError) else os.strerror(errno.ENOSPC)
            what = where or getattr(found, "filename", None) or "a file"
            return ToolkitError(
                f"The disk is full ({told}): {what} can't be written. Make room, then give the same command again; "
                "what was written before is as it was."
            )
        found = found.__cause__ or found.__context__
    return None
