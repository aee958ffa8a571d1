"""Tables of the ids that OpenAlex merged or deleted, csv, gzip or not.

Merged ids have the columns ``merge_date``, ``id`` and ``merge_into_id``; deleted ones (``deleted_ids.csv``, since 2026)
``work_id`` (or ``author_id`` …) and ``deleted_date``. Both are staged as table ``merged``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa

from toolkit.corpus.jsonlines import RawFile, blocks
from toolkit.corpus.openalex_sql import MACROS
from toolkit.corpus.plain.table_files import TableFile
from toolkit.corpus.read_once import read_once
from toolkit.corpus.scratch import database
from toolkit.corpus.staging import StagedInput, StagingWriter
from toolkit.errors import BadRecord
from toolkit.settings import Settings
from toolkit.workspace import Workspace

__all__ = ["MergedIdsReader", "is_merged_ids", "stage_merged"]

_HEADERS: Final = {b"merge_into_id": "merged", b"deleted_date": "deleted"}
_DELETED: Final = "deleted_ids"

# venues of before 2023 are today's sources
_SOURCE_OF: Final = "CREATE OR REPLACE TEMP MACRO source_of(id) AS regexp_replace(id, '^V', 'S')"
_JUDGED: Final = """
SELECT line, iso_date(date) AS merged, old, into_text,
    coalesce(source_of(any_openalex_id('[WAISV]', into_text)), '') AS into_id,
    CASE
        WHEN old IS NULL THEN 'not the id of an OpenAlex work, author, institution or source'
        WHEN said(into_text) IS NOT NULL AND left(coalesce(into_id, ''), 1) IS DISTINCT FROM left(old, 1)
            THEN 'merged into what is no id of its kind'
        WHEN old = into_id THEN 'merged into itself'
    END AS reason, concat_ws(', ', date, old_text, into_text) AS excerpt
FROM (
    SELECT line, merge_date AS date, id AS old_text, into_id AS into_text,
        source_of(any_openalex_id('[WAISV]', id)) AS old
    FROM rows
)
ORDER BY line
"""


def is_merged_ids(file: RawFile) -> bool:
    """Whether the file is a table of merged or deleted ids: its folder, its name or its first line says so."""
    if "merged_ids" in file.path.absolute().parts[:-1] or file.path.name.lower().startswith(_DELETED):
        return True
    return file.path.name.lower().endswith((".csv", ".csv.gz")) and _columns(file) is not None


def _columns(file: RawFile) -> str | None:
    """Which of the two tables the first line of the file begins."""
    first = next(blocks(file.path, size=1 << 12), None)
    line = b"" if first is None else first.data.split(b"\n", 1)[0].lower()
    return next((table for name, table in _HEADERS.items() if name in line), None)


class MergedIdsReader:
    """Reads files of merged ids.

    Parameters
    ----------
    connection
        DuckDB connection.
    strict
        Raise at the first bad row instead of setting it aside.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, strict: bool = False) -> None:
        self._db = connection
        self._strict = strict
        connection.execute(MACROS)
        connection.execute(_SOURCE_OF)

    def read(self, file: RawFile, writer: StagingWriter) -> dict[str, Any]:
        """Read ``file`` into ``writer`` and return the counts of :class:`~toolkit.corpus.staging.StagedInput`."""
        deleted = file.path.name.lower().startswith(_DELETED)
        table = TableFile(file, _columns(file) or ("deleted" if deleted else "merged"), {}, strict=self._strict)
        kept, newest = 0, ""
        rejects = Counter[str]()
        for batch in table.batches():
            empty = pa.nulls(batch.num_rows, pa.string())
            columns = dict.fromkeys(("merge_date", "into_id"), empty) | {
                name: batch.column(name) for name in batch.column_names
            }
            self._db.register("rows", pa.table(columns))
            found = self._db.execute(_JUDGED).to_arrow_table()
            self._db.register("found", found)
            good = self._db.execute(
                "SELECT line, merged, old AS id, nullif(into_id, '') AS into_id FROM found WHERE reason IS NULL"
            ).to_arrow_table()
            bad = self._db.execute(
                "SELECT ? AS source, line, reason, excerpt FROM found WHERE reason IS NOT NULL", [file.label]
            ).to_arrow_table()
            for name in ("rows", "found"):
                self._db.unregister(name)
            if self._strict and bad.num_rows:
                row = bad.slice(0, 1).to_pylist()[0]
                raise BadRecord(f"{file.path}:{row['line']}: {row['reason']}: {row['excerpt']}")
            writer.add("merged", good)
            writer.add("rejects", bad)
            kept += good.num_rows
            rejects.update(bad.column("reason").to_pylist())
            newest = max([newest, *(day for day in good.column("merged").to_pylist() if day)])
        unread = table.rejects()
        writer.add("rejects", unread)
        rejects.update(unread.column("reason").to_pylist())
        return {"read": table.rows, "kept": kept, "rejects": dict(sorted(rejects.items())), "snapshot": newest}


def stage_merged(
    workspace: Workspace, files: Sequence[RawFile], settings: Settings, *, strict: bool
) -> list[StagedInput]:
    """Staged inputs of tables of merged and deleted ids, each read now unless it was before."""
    if not files:
        return []
    with database(workspace, settings) as connection:
        reader = MergedIdsReader(connection, strict=strict)
        return [read_once(workspace, "merged-ids", file, reader.read, strict=strict) for file in files]
