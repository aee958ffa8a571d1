"""What lies in a snapshot of OpenAlex beside the records asked for: other entities, and tables of merged ids.

Tables of merged ids are csv, gzip or not, ``merge_date, id, merge_into_id``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from toolkit.corpus.jsonlines import RawFile, blocks
from toolkit.corpus.openalex_sql import MACROS
from toolkit.corpus.plain.table_files import TableFile
from toolkit.corpus.read_once import read_once
from toolkit.corpus.scratch import database
from toolkit.corpus.staging import StagedInput, StagingWriter
from toolkit.errors import BadRecord, DataError
from toolkit.settings import Settings
from toolkit.workspace import Workspace

__all__ = ["MergedIdsReader", "is_merged_ids", "snapshot_files", "stage_merged"]

_ENTITY: Final = {"openalex": "works", "institutions": "institutions"}
"""Folder of a snapshot that holds the records of a kind."""
_HEADER: Final = b"merge_into_id"

_JUDGED: Final = """
SELECT line, iso_date(date) AS merged, old, into_text, coalesce(any_openalex_id('[WAIS]', into_text), '') AS into_id,
    CASE
        WHEN old IS NULL THEN 'not the id of an OpenAlex work, author, institution or source'
        WHEN said(into_text) IS NOT NULL AND left(coalesce(into_id, ''), 1) IS DISTINCT FROM left(old, 1)
            THEN 'merged into what is no id of its kind'
        WHEN old = into_id THEN 'merged into itself'
    END AS reason, concat_ws(', ', date, old_text, into_text) AS excerpt
FROM (
    SELECT line, merge_date AS date, id AS old_text, into_id AS into_text, any_openalex_id('[WAIS]', id) AS old
    FROM rows
)
ORDER BY line
"""


def is_merged_ids(file: RawFile) -> bool:
    """Whether the file is a table of merged ids: it lies in such a folder of a snapshot, or begins like one."""
    if "merged_ids" in file.path.absolute().parts[:-1]:
        return True
    if not file.path.name.lower().endswith((".csv", ".csv.gz")):
        return False
    first = next(blocks(file.path, size=1 << 12), None)
    return first is not None and _HEADER in first.data.split(b"\n", 1)[0]


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

    def read(self, file: RawFile, writer: StagingWriter) -> dict[str, Any]:
        """Read ``file`` into ``writer`` and return the counts of :class:`~toolkit.corpus.staging.StagedInput`."""
        table = TableFile(file, "merged", {}, strict=self._strict)
        kept, newest = 0, ""
        rejects = Counter[str]()
        for batch in table.batches():
            self._db.register("rows", batch)
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


def snapshot_files(files: Sequence[RawFile], kind: str, *, what: str) -> tuple[list[RawFile], list[RawFile]]:
    """Files to read as records of ``kind``, and, beside works, the tables of merged ids.

    Found in folders, the other entities of a snapshot are passed over.

    Raises
    ------
    DataError
        Nothing is left.
    """
    entity = _ENTITY.get(kind)
    if entity is None:
        return list(files), []
    merged = [file for file in files if is_merged_ids(file)]
    records = [file for file in files if file not in merged and (file.named or _entity(file.path) in (None, entity))]
    if kind != "openalex":
        merged = []
    if not records and not merged:
        raise DataError(f"The {len(files):,} files found hold other things than {what}.")
    return records, merged


def _entity(path: Path) -> str | None:
    """Which of OpenAlex's entities a file of its snapshot holds; ``None`` for a file that lies elsewhere."""
    folder = path.absolute().parent
    return folder.parent.name if folder.name.startswith("updated_date=") else None


def stage_merged(
    workspace: Workspace, files: Sequence[RawFile], settings: Settings, *, strict: bool
) -> list[StagedInput]:
    """Staged inputs of tables of merged ids, each read now unless it was before."""
    if not files:
        return []
    with database(workspace, settings) as connection:
        reader = MergedIdsReader(connection, strict=strict)
        return [read_once(workspace, "merged-ids", file, reader.read, strict=strict) for file in files]
