"""Corrections files: ``author_id, becomes`` and, for one work only, ``work_id``; csv, tsv or Parquet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from toolkit.corpus.jsonlines import find_files
from toolkit.corpus.plain.row_reader import BadRow, Found, Row, read_rows
from toolkit.corpus.plain.table_files import TABLE_SUFFIXES
from toolkit.corpus.read_once import read_once, require_a_good_row
from toolkit.corpus.registry import openalex_id
from toolkit.corpus.staging import StagedInput
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
    read = partial(read_rows, kind="corrections", table="corrections", parse=_correction, strict=strict)
    staged = [read_once(workspace, "corrections", file, read, strict=strict) for file in files]
    require_a_good_row(staged, what="a corrections file")
    return staged


def _correction(row: Row) -> Found:
    author, becomes = _author_ref(row.get("author_id")), _author_ref(row.get("becomes"))
    work = _work_ref(row.get("work_id"))
    if author is None:
        raise BadRow("no author id")
    if becomes is None:
        raise BadRow("no id that it becomes")
    if author == becomes and work is None:
        raise BadRow("an id that becomes itself on every work")
    return [{"author_id": author, "becomes": becomes, "work_id": work}]


def _author_ref(text: str | None) -> str | None:
    """The id as the readers spell it: OpenAlex and ORCID addresses in short form, all else as it is."""
    said = (text or "").strip()
    orcid = _ORCID.search(said)
    return openalex_id("A", said) or (orcid[1].upper() if orcid else None) or said or None


def _work_ref(text: str | None) -> str | None:
    said = (text or "").strip()
    return openalex_id("W", said) or said or None
