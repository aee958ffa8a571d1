"""Corrections files: ``author_id, becomes`` and, for one work only, ``work_id``; csv, tsv or Parquet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from toolkit.corpus.jsonlines import RawFile, content_hash, excerpt, find_files
from toolkit.corpus.plain.table_files import TABLE_SUFFIXES, TableFile
from toolkit.corpus.pseudonyms import pseudonyms_of
from toolkit.corpus.registry import openalex_id
from toolkit.corpus.staging import STAGING, StagedInput, StagingWriter, read_meta, staging_folder, staging_input
from toolkit.corpus.staging import write_meta as write_staged_meta
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
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths or ())
    if not given:
        return []
    files = find_files(given, what="corrections of author ids", suffixes=TABLE_SUFFIXES)
    return [_stage(workspace, file, strict=strict) for file in files]


def _stage(workspace: Workspace, file: RawFile, *, strict: bool) -> StagedInput:
    name = StagedInput("corrections", file.label, str(file.path.resolve()), content_hash(file.path))
    done = read_meta(staging_folder(workspace, name))
    if done is not None and not (strict and done.rejects):
        return done
    table = TableFile(file, "corrections", {}, strict=strict)
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    for batch in table.batches():
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
    rejects = pa.concat_tables([table.rejects(), pa.Table.from_pylist(bad, schema=STAGING["rejects"])])
    staged = replace(
        name,
        read=table.rows,
        kept=len(good),
        rejects=dict(sorted(Counter[str](rejects.column("reason").to_pylist()).items())),
    )
    with staging_input(workspace, name.folder_name) as folder:
        with StagingWriter(folder, pseudonyms_of(workspace)) as writer:
            writer.add("corrections", pa.Table.from_pylist(good, schema=STAGING["corrections"]))
            writer.add("rejects", rejects)
        write_staged_meta(folder, staged)
    return staged


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
