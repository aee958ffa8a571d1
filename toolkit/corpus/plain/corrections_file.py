"""Corrections files: ``author_id, becomes`` and, for one work only, ``work_id``; csv, tsv or Parquet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from toolkit.corpus.jsonlines import RawFile, excerpt, find_files
from toolkit.corpus.plain.table_files import TABLE_SUFFIXES, TableFile
from toolkit.corpus.read_once import read_once, require_a_good_row
from toolkit.corpus.registry import openalex_id
from toolkit.corpus.staging import STAGING, StagedInput, StagingWriter
from toolkit.errors import BadRecord
from toolkit.workspace import Workspace

__all__ = ["stage_corrections"]

_ORCID: Final = re.compile(r"orcid\.org/(?:.*/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx])/?$")


def stage_corrections(
    workspace: Workspace, paths: Sequence[str | Path] | str | Path | None, *, strict: bool = False
) -> list[StagedInput]:
    """Staged inputs of corrections files, each read now unless it was before.

    Parameters
    ----------
    workspace
        The caller holds its writer lock.
    paths
        Files and folders; ``None`` gives none.
    strict
        Raise at the first bad row instead of putting it aside.

    Raises
    ------
    SettingsError
        A path does not exist.
    MissingColumn
        ``author_id`` or ``becomes`` has no column.
    BadRecord
        A row is bad, and ``strict`` was asked for.
    DataError
        No row of theirs can be used.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths or ())
    if not given:
        return []
    files = find_files(given, what="corrections of author ids", suffixes=TABLE_SUFFIXES)
    read = partial(_read, strict=strict)
    staged = [read_once(workspace, "corrections", file, read, strict=strict) for file in files]
    require_a_good_row(staged, what="a corrections file")
    return staged


def _read(file: RawFile, writer: StagingWriter, *, strict: bool) -> dict[str, Any]:
    table = TableFile(file, "corrections", {}, strict=strict)
    kept, rejects = 0, Counter[str]()
    for batch in table.batches():
        good: list[dict[str, Any]] = []
        bad: list[dict[str, Any]] = []
        for row in batch.to_pylist():
            found = {
                "line": row["line"],
                "author_id": _author_ref(row.get("author_id")),
                "becomes": _author_ref(row.get("becomes")),
                "work_id": _work_ref(row.get("work_id")),
            }
            if reason := _why_bad(found):
                text = excerpt(", ".join(str(value) for value in row.values() if value and value != row["line"]))
                if strict:
                    raise BadRecord(f"{file.path}:{row['line']}: {reason}: {text}")
                bad.append({"source": file.label, "line": row["line"], "reason": reason, "excerpt": text})
            else:
                good.append(found)
        writer.add("corrections", pa.Table.from_pylist(good, schema=STAGING["corrections"]))
        writer.add("rejects", pa.Table.from_pylist(bad, schema=STAGING["rejects"]))
        kept += len(good)
        rejects.update(row["reason"] for row in bad)
    unread = table.rejects()
    writer.add("rejects", unread)
    rejects.update(unread.column("reason").to_pylist())
    return {"read": table.rows, "kept": kept, "rejects": dict(sorted(rejects.items()))}


def _why_bad(row: dict[str, Any]) -> str:
    if row["author_id"] is None:
        return "no author id"
    if row["becomes"] is None:
        return "no id that it becomes"
    if row["author_id"] == row["becomes"] and row["work_id"] is None:
        return "an id that becomes itself on every work"
    return ""


def _author_ref(text: str | None) -> str | None:
    """The id as the readers spell it: OpenAlex and ORCID addresses in short form, all else as it is."""
    said = (text or "").strip()
    orcid = _ORCID.search(said)
    return openalex_id("A", said) or (orcid[1].upper() if orcid else None) or said or None


def _work_ref(text: str | None) -> str | None:
    said = (text or "").strip()
    return openalex_id("W", said) or said or None
