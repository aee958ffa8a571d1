"""Rows of plain tables made into staging tables: ids in short form, numbers read, places named, bad rows put aside.

Nothing here compares names of people. Institutions and cities without an id get one made from name, country and
region, so that the same spelling is the same place in every file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.countries import country_code
from toolkit.corpus.names import made_id
from toolkit.corpus.openalex import FIRST_YEAR, LAST_YEAR
from toolkit.corpus.plain.column_mapping import FIELDS
from toolkit.corpus.plain.statements import (
    AUTHORSHIPS,
    COUNTRIES,
    FACTS,
    INSTITUTIONS,
    KEPT,
    LEFT_OUT,
    MACROS,
    NAMES,
    NOTED,
    STAGED,
    WORKS,
)
from toolkit.corpus.staging import RANKS, StagingWriter
from toolkit.paths import engine_path

__all__ = ["RawRows", "RowCounts", "RowJudge"]

_BATCH: Final = 100_000


class RawRows:
    """Rows of one plain table, gathered in one Parquet file with a number, a line and every field as text.

    A context manager; ``path`` is whole when it ends.
    """

    def __init__(self, folder: Path, table: str) -> None:
        self.path = folder / f"{table}.parquet"
        self.rows = 0
        self._schema = pa.schema(
            [("n", pa.int64()), ("line", pa.int64()), ("source", pa.string())]
            + [(field, pa.string()) for field in FIELDS[table]]
        )
        self._writer = pq.ParquetWriter(self.path, self._schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.close()

    def add(self, source: str, rows: pa.Table) -> None:
        """Append what :meth:`toolkit.corpus.plain.table_files.TableFile.batches` gives."""
        count = rows.num_rows
        given = {
            "n": pa.array(range(self.rows + 1, self.rows + 1 + count), pa.int64()),
            "line": rows.column("line"),
            "source": pa.array([source] * count, pa.string()),
        }
        columns = [
            given[column.name]
            if column.name in given
            else rows.column(column.name)
            if column.name in rows.column_names
            else pa.nulls(count, column.type)
            for column in self._schema
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self.rows += count


@dataclass(frozen=True)
class RowCounts:
    """What became of the rows.

    Attributes
    ----------
    works, kept
        Works kept, and rows kept of all tables.
    left_out
        Good rows left out, by reason.
    rejects
        Bad rows and notes, by reason.
    facts
        Other counts worth telling.
    snapshot
        Newest date of a work's record as ISO text, empty where they have none.
    rejects_of
        Bad rows of each table, by reason.
    """

    works: int
    kept: int
    left_out: Mapping[str, int]
    rejects: Mapping[str, int]
    facts: Mapping[str, int]
    snapshot: str
    rejects_of: Mapping[str, Mapping[str, int]]


class RowJudge:
    """Judges the raw rows of the tables, then stages the good ones.

    Parameters
    ----------
    connection
        DuckDB connection; its memory limit and threads bound what this takes.
    raw
        Paths of :class:`RawRows` for ``works``, ``authorships`` and ``institutions``.
    types
        Work types to keep; ``None`` keeps all.
    by_name
        Whether institutions without an id are told apart by their names.
    notes
        File of :data:`~toolkit.corpus.plain.records.NOTES`; those of works that are kept are told with the rejects.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        raw: Mapping[str, Path],
        *,
        types: Sequence[str] | None,
        by_name: bool,
        notes: Path | None = None,
    ) -> None:
        self._db = connection
        self._parameters = {
            "some": types is not None,
            "types": list(types or ()),
            "first_year": FIRST_YEAR,
            "last_year": LAST_YEAR,
            "by_name": by_name,
            "rank": RANKS["tables"],
            # beside ids the column may be raw text, so that any table or registry knows them better
            "named_rank": RANKS["tables" if by_name else "openalex"],
        }
        connection.execute(MACROS)
        for table, path in raw.items():
            connection.read_parquet(engine_path(path)).create_view(f"raw_{table}")
        self._look_up("nations", COUNTRIES, ("country_text",), "nation", _nation)
        self._look_up("made", NAMES, ("name", "country", "region"), "id", made_id)
        for statement in (WORKS, AUTHORSHIPS, INSTITUTIONS):
            self._run(statement)
        self._staged = dict(STAGED)
        if notes is not None:
            connection.read_parquet(engine_path(notes), file_row_number=True).create_view("notes")
            self._staged["rejects"] = (*STAGED["rejects"], NOTED)

    def _look_up(
        self, table: str, query: str, keys: Sequence[str], value: str, function: Callable[..., str | None]
    ) -> None:
        """Make a table of what ``function`` gives for each row of ``query``."""
        # not a function of DuckDB's: it reads strings that a Python function returned after they are gone
        rows = self._db.execute(query).fetchall()
        columns = {key: pa.array([row[at] for row in rows], pa.string()) for at, key in enumerate(keys)}
        columns[value] = pa.array([function(*row) for row in rows], pa.string())
        self._db.register("given", pa.table(columns))
        self._db.execute(f"CREATE TEMP TABLE {table} AS FROM given")
        self._db.unregister("given")

    def first_bad(self) -> tuple[str, int, str, str] | None:
        """Source, line, reason and text of the first bad row, or ``None``."""
        for query in self._staged["rejects"]:
            row = self._run(f"FROM ({query}) WHERE NOT starts_with(reason, 'kept') LIMIT 1").fetchone()
            if row is not None:
                return row
        return None

    def write(self, writer: StagingWriter) -> None:
        """Write the good rows and the bad ones to the staging tables, in a stable order."""
        for table, queries in self._staged.items():
            for query in queries:
                for batch in self._run(query).to_arrow_reader(_BATCH):
                    writer.add(table, pa.Table.from_batches([batch]))

    def counts(self) -> RowCounts:
        """What became of the rows."""
        facts = {name: self._number(query) for name, query in FACTS.items()}
        rejects = Counter[str]()
        by_query: list[Mapping[str, int]] = []
        for query in self._staged["rejects"]:
            found = self._run(f"SELECT reason, count(*) FROM ({query}) GROUP BY reason").fetchall()  # noqa: S608
            rejects.update(dict(found))
            by_query.append(dict(found))
        snapshot = self._run("SELECT coalesce(max(left(updated, 10)), '') FROM judged_works").fetchone()
        return RowCounts(
            works=self._number(KEPT["works"]),
            kept=sum(self._number(query) for query in KEPT.values()),
            left_out=dict(self._run(LEFT_OUT).fetchall()),
            rejects=rejects,
            facts={name: count for name, count in facts.items() if count},
            snapshot=str(snapshot[0]) if snapshot else "",
            rejects_of=dict(zip(("works", "authorships", "institutions"), by_query, strict=False)),
        )

    def _run(self, query: str) -> duckdb.DuckDBPyConnection:
        used = {name: value for name, value in self._parameters.items() if f"${name}" in query}
        return self._db.execute(query, used)

    def _number(self, query: str) -> int:
        row = self._run(query).fetchone()
        return int(row[0]) if row else 0


def _nation(text: str) -> str | None:
    """Code of a country written as code or name; two letters that ISO does not know stay: they are the user's own."""
    return country_code(text) or (text.upper() if len(text) == 2 and text.isalpha() and text.isascii() else None)
