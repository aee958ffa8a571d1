"""Rows of plain tables made into staging tables: ids in short form, numbers read, places named, bad rows put aside.

Nothing here compares names of people. Institutions and cities without an id get one made from name, country and
region, so that the same spelling is the same place in every file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.column_mapping import FIELDS
from toolkit.corpus.countries import country_code
from toolkit.corpus.names import made_id
from toolkit.corpus.openalex import FIRST_YEAR, LAST_YEAR
from toolkit.corpus.plain_statements import (
    AUTHORSHIPS,
    COUNTRIES,
    FACTS,
    INSTITUTIONS,
    MACROS,
    NAMED_INSTITUTIONS,
    STAGED,
    WORKS,
)
from toolkit.corpus.staging import RANKS

__all__ = ["RawRows", "staged_tables"]


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
        """Append what :meth:`toolkit.corpus.table_files.TableFile.batches` gives."""
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


def staged_tables(
    connection: duckdb.DuckDBPyConnection,
    raw: dict[str, Path],
    *,
    types: Sequence[str] | None,
    by_name: bool,
    institutions: bool,
) -> tuple[dict[str, list[pa.Table]], dict[str, int], dict[str, int]]:
    """Staging tables of the raw rows.

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
    institutions
        Whether a table of institutions was given.

    Returns
    -------
    tables
        Staging table -> its parts, in a stable order.
    left_out
        Good works left out, by reason.
    facts
        Other counts worth telling.
    """
    connection.execute(MACROS)
    connection.create_function(  # type: ignore[call-overload]
        "made", _made, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR", type="arrow", null_handling="special"
    )
    for table, path in raw.items():
        connection.read_parquet(str(path)).create_view(f"raw_{table}")
    texts = [row[0] for row in connection.execute(COUNTRIES).fetchall()]
    nations = pa.table(
        {
            "country_text": pa.array(texts, pa.string()),
            "nation": pa.array([_nation(text) for text in texts], pa.string()),
        }
    )
    connection.register("nations", nations)
    chosen = None if types is None else [name.lower() for name in types]
    parameters = {
        "some": chosen is not None,
        "types": chosen or [],
        "first_year": FIRST_YEAR,
        "last_year": LAST_YEAR,
        "by_name": by_name,
        "institutions": institutions,
        "rank": RANKS["tables"],
    }

    def ran(query: str) -> duckdb.DuckDBPyConnection:
        return connection.execute(query, {name: value for name, value in parameters.items() if f"${name}" in query})

    for query in (WORKS, AUTHORSHIPS, INSTITUTIONS):
        ran(query)
    tables = {
        name: [ran(query).to_arrow_table() for query in queries if by_name or query != NAMED_INSTITUTIONS]
        for name, queries in STAGED.items()
    }
    left_out = connection.execute(
        "SELECT left_out, count(*) FROM judged_works WHERE bad IS NULL AND left_out IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    facts = {name: int((ran(query).fetchone() or (0,))[0]) for name, query in FACTS.items()}
    return tables, dict(left_out), {name: count for name, count in facts.items() if count}


def _nation(text: str) -> str | None:
    """Code of a country written as code or name; two letters that ISO does not know stay: they are the user's own."""
    return country_code(text) or (text.upper() if len(text) == 2 and text.isalpha() and text.isascii() else None)


def _made(names: pa.ChunkedArray, countries: pa.ChunkedArray, regions: pa.ChunkedArray) -> pa.Array:
    if names.null_count == len(names):
        return pa.nulls(len(names), pa.string())
    known: dict[tuple[str, str | None, str | None], str] = {}
    made: list[str | None] = []
    for row in zip(names.to_pylist(), countries.to_pylist(), regions.to_pylist(), strict=True):
        if row[0] is None:
            made.append(None)
            continue
        if row not in known:
            known[row] = made_id(row[0], row[1] or "", row[2] or "")
        made.append(known[row])
    return pa.array(made, pa.string())
