"""Rows of tables and records of other databases that can't be used: listed one by one, or refused at the first."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadRecord

__all__ = ["SetAside"]


class SetAside:
    """What was set aside of one file, or of several.

    Parameters
    ----------
    strict
        Raise at the first row instead.

    Examples
    --------
    >>> from pathlib import Path
    >>> aside = SetAside()
    >>> aside.add(RawFile(Path("/records/works.csv"), named=True), 3, "no year", "W3, A title")
    >>> aside.table().to_pylist()
    [{'source': 'records/works.csv', 'line': 3, 'reason': 'no year', 'excerpt': 'W3, A title'}]
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._rows: list[dict[str, Any]] = []

    def add(self, file: RawFile, line: int, reason: str, shown: str) -> None:
        """Set a row aside, by what people recognise it by.

        Raises
        ------
        BadRecord
            ``strict`` was asked for.
        """
        if self._strict:
            raise BadRecord(f"{file.path}:{line}: {reason}: {shown}")
        self.note(file, line, reason, shown)

    def note(self, file: RawFile, line: int, reason: str, shown: str) -> None:
        """List a good row that is not used, which is nobody's mistake."""
        self._rows.append({"source": file.label, "line": line, "reason": reason, "excerpt": shown})

    def table(self) -> pa.Table:
        """The rows so far, as the table of rejects has them."""
        return pa.Table.from_pylist(self._rows, schema=TABLES["rejects"])
