"""Backup and restore of the workspace's own graph: one file, with what it holds written beside it, and verified."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from toolkit.errors import ServerError
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.load_check import differences
from toolkit.graphdb.load_node import found_counts, read_load
from toolkit.graphdb.server import ManagedServer
from toolkit.output_files import output_file, require_output, temporary_folder
from toolkit.settings import Settings, load_settings
from toolkit.workspace import Workspace

__all__ = ["Backup", "back_up", "restore"]

Progress = Callable[[str, int, int], None]
_DUMP: Final = "neo4j.dump"
_RECORD: Final = "scicities-backup.json"
_LONGEST_RECORD: Final = 1 << 20
"""Bytes; a record has a few hundred."""


@dataclass(frozen=True)
class Backup:
    """What a backup file holds.

    Attributes
    ----------
    neo4j_version
        Of the server that wrote it.
    made
        When [UTC].
    fingerprint, snapshot
        Of the records that the graph shows.
    counts
        Rows by label and relationship kind.
    sha256
        Digest of the database's dump.
    """

    neo4j_version: str
    made: str
    fingerprint: str
    snapshot: str
    counts: dict[str, int]
    sha256: str

    @property
    def rows(self) -> int:
        """Nodes and relationships."""
        return sum(self.counts.values())


def back_up(
    workspace: Workspace, file: Path, *, settings: Settings | None = None, progress: Progress | None = None
) -> Backup:
    """Write the workspace's graph, with results written back to it, into one file.

    Parameters
    ----------
    workspace
        Whose own server is meant.
    file
        Replaced where it exists, once the new one is complete. A new file is readable by its owner alone.
    settings
        Settings in force; read from the workspace and the environment by default.
    progress
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    Backup
        What the file says it holds.

    Raises
    ------
    ServerError
        The settings name another Neo4j, there is no graph whose load ended, the disk is full, or the file can't be
        written. The graph is as it was.

    Notes
    -----
    The server is stopped meanwhile (Community writes no dump of a running one) and started again.
    """
    settings = settings or load_settings(workspace.root)
    _refuse_other_graphs(settings, "back up")
    server = ManagedServer(workspace.neo4j, settings=settings, progress=progress)
    if not server.has_graph:
        raise ServerError(f"There is no graph to back up in {server.home}; `scicities load` makes one.")
    with open_graph("local", workspace=workspace, settings=settings, progress=progress) as graph:
        node, counts = read_load(graph), found_counts(graph)
        version = graph.info().version
    if node is None or node.state != "complete" or differences(node.counts, counts):
        raise ServerError(f"The graph in {server.home} is not complete; `scicities load` finishes it, then back it up.")
    try:
        require_output(file)
        with temporary_folder(file) as folder:
            dump = server.dump(folder)
            with dump.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            made = datetime.now(UTC).isoformat(timespec="seconds")
            record = Backup(version, made, node.fingerprint, node.snapshot, counts, digest)
            with (
                output_file(file, private=True) as written,
                zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive,
            ):
                archive.writestr(_RECORD, json.dumps(asdict(record), indent=1))
                archive.write(dump, _DUMP)
    except OSError as error:
        raise ServerError(f"The backup can't be written to {file}: {error.strerror or error}.") from error
    return record


def restore(
    workspace: Workspace, file: Path, *, settings: Settings | None = None, progress: Progress | None = None
) -> Backup:
    """Replace the workspace's graph by that of a backup.

    Parameters
    ----------
    workspace
        Whose own server is meant.
    file
        What :func:`back_up` wrote.
    settings, progress
        As there.

    Returns
    -------
    Backup
        What it held; the graph was counted and holds the same.

    Raises
    ------
    ServerError
        The settings name another Neo4j; the file is none of ours or damaged, shows other records than the workspace's,
        or comes from a newer Neo4j than this; the disk is full. The graph is then as it was, also after a kill.
    """
    settings = settings or load_settings(workspace.root)
    _refuse_other_graphs(settings, "restore")
    server = ManagedServer(workspace.neo4j, settings=settings, progress=progress)
    server.home.mkdir(parents=True, exist_ok=True)
    try:
        with (
            zipfile.ZipFile(file) as archive,
            temporary_folder(server.home / "restore") as folder,
        ):
            record = _read_record(archive, file)
            _refuse_unfit(record, workspace, settings, file)
            dump = folder / _DUMP
            with archive.open(_DUMP) as source, dump.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            with dump.open("rb") as opened:
                if hashlib.file_digest(opened, "sha256").hexdigest() != record.sha256:
                    raise ServerError(f"{file} is damaged: its checksum is not the one written with it.")
            server.load_dump(folder)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ServerError(f"{file} is no backup of scicities, or a damaged one ({error}).") from error
    except OSError as error:
        raise ServerError(f"The backup {file} can't be read or unpacked: {error.strerror or error}.") from error
    with open_graph("local", workspace=workspace, settings=settings, progress=progress) as graph:
        wrong = differences(record.counts, found_counts(graph))
    if wrong:
        raise ServerError(f"The graph is not what {file} says: {'; '.join(wrong)}. Load with --replace to mend it.")
    return record


def _refuse_other_graphs(settings: Settings, what: str) -> None:
    if settings.neo4j_uri != "local":
        raise ServerError(
            f"Only the workspace's own server can be told to {what} here, and NEO4J_URI names {settings.neo4j_uri}: "
            "use `neo4j-admin database dump` and `load` there, or unset NEO4J_URI."
        )


def _read_record(archive: zipfile.ZipFile, file: Path) -> Backup:
    members = archive.infolist()
    # we compress nothing: what is compressed may unpack to any size
    ours = sorted(member.filename for member in members) == sorted([_DUMP, _RECORD])
    if not ours or any(member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1 for member in members):
        raise ServerError(f"{file} is no backup of scicities: it has other or compressed members.")
    if archive.getinfo(_RECORD).file_size > _LONGEST_RECORD:
        raise ServerError(f"{file} is no backup of scicities: its record is too long.")
    try:
        found: dict[str, Any] = json.loads(archive.read(_RECORD))
        return Backup(**found)
    except (ValueError, TypeError, RecursionError) as error:
        raise ServerError(f"{file} is no backup of scicities, or a damaged one ({error}).") from error


def _refuse_unfit(record: Backup, workspace: Workspace, settings: Settings, file: Path) -> None:
    if workspace.fingerprint and record.fingerprint != workspace.fingerprint:
        raise ServerError(
            f"{file} holds the graph of other records (fingerprint {record.fingerprint[:12]}, made {record.made}) than "
            f"{workspace.root} has ({workspace.fingerprint[:12]}). Restore it in the workspace it was made from."
        )
    if _ordered(record.neo4j_version) > _ordered(settings.neo4j_version):
        raise ServerError(
            f"{file} was written by Neo4j {record.neo4j_version}, and {settings.neo4j_version} can't read newer ones: "
            f"set SCICITIES_NEO4J_VERSION={record.neo4j_version}."
        )


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split(".") if part.isdigit())
