"""Reading a table row by row into one staging table: what each row says, and the bad ones set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from toolkit.corpus.jsonlines import RawFile, excerpt
from toolkit.corpus.plain.table_files import TableFile
from toolkit.corpus.staging import STAGING, StagingWriter
from toolkit.errors import BadRecord

__all__ = ["BadRow", "Found", "Row", "read_rows"]

Row = Mapping[str, str | None]
Found = list[dict[str, Any]]


class BadRow(ValueError):
    """A row can't be used; the text is the reason."""


def read_rows(
    file: RawFile, writer: StagingWriter, *, kind: str, table: str, parse: Callable[[Row], Found], strict: bool
) -> dict[str, Any]:
    """Read one file into staging table ``table``.

    Parameters
    ----------
    file
        A csv, tsv or Parquet file.
    writer
        Of the file's staging.
    kind
        What its columns are looked up as, see :mod:`toolkit.corpus.plain.column_mapping`.
    table
        Staging table; ``line`` is added to its rows.
    parse
        Rows of the staging table for one row of the file; raises :class:`BadRow`.
    strict
        Raise at the first bad row instead of setting it aside.

    Returns
    -------
    dict
        ``read``, ``kept`` and ``rejects`` by reason, as :class:`~toolkit.corpus.staging.StagedInput` has them.

    Raises
    ------
    MissingColumn
        A needed column is not there.
    BadRecord
        A row is bad, and ``strict`` was asked for.
    """
    content = TableFile(file, kind, {}, strict=strict)
    kept, rejects = 0, Counter[str]()
    for batch in content.batches():
        good: Found = []
        bad: Found = []
        for row in batch.to_pylist():
            line = row.pop("line")
            try:
                good += [{**found, "line": line} for found in parse(row)]
            except BadRow as reason:
                text = excerpt(", ".join(value for value in row.values() if value))
                if strict:
                    raise BadRecord(f"{file.path}:{line}: {reason}: {text}") from reason
                bad.append({"source": file.label, "line": line, "reason": str(reason), "excerpt": text})
        writer.add(table, pa.Table.from_pylist(good, schema=STAGING[table]))
        writer.add("rejects", pa.Table.from_pylist(bad, schema=STAGING["rejects"]))
        kept += batch.num_rows - len(bad)
        rejects.update(row["reason"] for row in bad)
    unread = content.rejects()
    writer.add("rejects", unread)
    rejects.update(unread.column("reason").to_pylist())
    return {"read": content.rows, "kept": kept, "rejects": dict(sorted(rejects.items()))}
