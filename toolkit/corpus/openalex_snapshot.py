"""Which files of a folder are records to read, where the folder is a snapshot of OpenAlex or holds one.

Three layouts are known: ``data/jsonl/<entity>/updated_date=…`` with a copy in ``data/parquet`` (since June 2026),
``data/<entity>/updated_date=…`` with ``data/merged_ids`` (before), and the same under ``legacy-data``. A folder that
was synced over an older one holds several of them; then the current one counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from toolkit.corpus.jsonlines import SUFFIXES, RawFile, find_files
from toolkit.corpus.merged_ids_file import is_merged_ids
from toolkit.errors import DataError

__all__ = ["SnapshotFiles", "snapshot_files"]

_ENTITY: Final = {"openalex": "works", "institutions": "institutions"}
"""Folder of a snapshot that holds the records of a kind."""
_MERGED: Final = ("works", "authors", "institutions", "sources", "venues")
"""Entities whose merged and deleted ids concern works."""
_DELETED: Final = ("deleted_ids.csv", "deleted_ids.csv.gz")
_FORMATS: Final = ("jsonl", "parquet")
_LEGACY: Final = "legacy-data"


class SnapshotFiles(NamedTuple):
    """Files to read.

    Attributes
    ----------
    records, merged
        Files of records, and tables of merged and deleted ids.
    skipped
        Files of an older layout than the current one beside it.
    notes
        What was skipped and why, in sentences.
    """

    records: list[RawFile]
    merged: list[RawFile]
    skipped: list[Path]
    notes: list[str]


class _Place(NamedTuple):
    """Where in a snapshot a file is: the folder of its entity, the layout's folder, and the snapshot's."""

    entity: Path
    layout: str
    release: Path


def snapshot_files(paths: Sequence[str | Path], kind: str, *, what: str) -> SnapshotFiles:
    """Files among ``paths``, and in the folders among them, to read as records of ``kind``.

    Parameters
    ----------
    paths
        Files and folders.
    kind
        ``openalex``, ``institutions`` or ``ror``.
    what
        The records looked for, for the messages.

    Returns
    -------
    SnapshotFiles
        Of folders, other entities of a snapshot are passed over. Tables of deleted ids are found beside the
        partitions of works, too.

    Raises
    ------
    SettingsError
        A path does not exist.
    DataError
        Nothing is left, or the records are there as Parquet only.
    """
    entity = _ENTITY.get(kind)
    if entity is None:
        return SnapshotFiles(find_files(paths, what=what), [], [], [])
    found = find_files(paths, what=what, also=(".csv", ".parquet"))
    wanted = [file for file in found if file.named or _concerns(file, entity)]
    notes, skipped = _older(wanted)
    files = [file for file in wanted if file.path not in skipped]
    copies = [file for file in files if file.path.suffix.lower() == ".parquet"]
    merged = [file for file in files if file not in copies and is_merged_ids(file)]
    records = [file for file in files if file not in merged and file not in copies]
    if copies:
        notes += _parquet_notes(copies, records, what)
    if kind == "openalex":
        merged += _deleted_beside(records, merged)
    else:
        merged = []
    if not records and not merged:
        raise DataError(f"The {len(found):,} files found hold other things than {what}.")
    return SnapshotFiles(records, merged, skipped, notes)


def _concerns(file: RawFile, entity: str) -> bool:
    """Whether a file found in a folder may hold records of the entity, or ids that were merged or deleted."""
    name, place = file.path.name.lower(), _place(file.path)
    if name in _DELETED:
        return place is None or place.entity.name in _MERGED
    if "merged_ids" in file.path.absolute().parts[:-1]:
        return file.path.absolute().parent.name in (*_MERGED, "merged_ids")
    if name.endswith((".csv", ".parquet")):
        return name.endswith(".parquet") and place is not None and place.entity.name == entity
    return name.endswith(SUFFIXES) and (place is None or place.entity.name == entity)


def _place(path: Path) -> _Place | None:
    """Where in a snapshot the file is; ``None`` for a file that is in none."""
    folder = path.absolute().parent
    merged = "merged_ids" in (folder.name, folder.parent.name)
    if merged:
        entity = folder if folder.name == "merged_ids" else folder.parent
    elif folder.name.startswith("updated_date="):
        entity = folder.parent
    elif folder.parent.name in _FORMATS or path.name.lower() in _DELETED:
        entity = folder
    else:
        return None
    layout = entity.parent
    above = layout.parent if layout.name in (*_FORMATS, _LEGACY) else layout
    return _Place(entity, layout.name, above.parent if above.name == "data" else above)


def _older(files: Sequence[RawFile]) -> tuple[list[str], list[Path]]:
    """Notes on the files of older layouts beside a current one, and these files."""
    places = {file.path: place for file in files if not file.named and (place := _place(file.path)) is not None}
    current = {place.release for place in places.values() if place.layout in _FORMATS}
    older: defaultdict[Path, list[Path]] = defaultdict(list)
    for path, place in places.items():
        if place.layout not in _FORMATS and place.release in current:
            older[place.entity].append(path)
    notes = [
        f"Skipped {_several(len(paths))} in {folder}: an older layout of the snapshot, not part of the current release."
        for folder, paths in sorted(older.items())
    ]
    return notes, [path for paths in older.values() for path in paths]


def _parquet_notes(copies: Sequence[RawFile], records: Sequence[RawFile], what: str) -> list[str]:
    """Notes on Parquet copies that are not read.

    Raises
    ------
    DataError
        There are no JSON lines of the same records.
    """
    read: defaultdict[Path, set[str]] = defaultdict(set)
    for file in records:
        if (place := _place(file.path)) is not None:
            read[place.entity].add(_partition(file.path))
    folders: defaultdict[Path, list[Path]] = defaultdict(list)
    for file in copies:
        place = _place(file.path)
        folders[place.entity if place else file.path.absolute().parent].append(file.path)
    notes = []
    for folder, files in sorted(folders.items()):
        twin = Path(*("jsonl" if part == "parquet" else part for part in folder.parts))
        if twin == folder or twin not in read:
            lines = twin if twin != folder else "data/jsonl of the snapshot"
            raise DataError(f"{files[0]} is Parquet, from which {what} are not read. Give its JSON lines: {lines}.")
        missing = sorted({_partition(path) for path in files} - read[twin])
        notes.append(
            f"Skipped the Parquet copy in {folder} ({_several(len(files))}): its records are read from {twin}."
            + (f" Not read, for lack of JSON lines: {', '.join(missing)}." if missing else "")
        )
    return notes


def _partition(path: Path) -> str:
    return path.absolute().parent.name


def _deleted_beside(records: Sequence[RawFile], known: Sequence[RawFile]) -> list[RawFile]:
    """Tables of deleted ids that are beside the partitions of the files, and were not found with them."""
    there = {file.path.resolve() for file in known}
    folders = {place.entity for file in records if (place := _place(file.path)) is not None}
    found = [folder / name for folder in sorted(folders) for name in _DELETED if (folder / name).is_file()]
    return [RawFile(path, named=False) for path in found if path.resolve() not in there]


def _several(number: int) -> str:
    return f"{number:,} file" if number == 1 else f"{number:,} files"
