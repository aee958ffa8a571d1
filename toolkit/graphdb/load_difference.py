"""What differs between a table that stands in the graph and the one that is to stand there, row by row.

Both are Arrow tables of the same columns. A row is known by its identity: the key of a node, or the ends of a
relationship with those of its properties that are no measurements (its year).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

__all__ = ["COPIES", "Difference", "difference"]

COPIES: Final = "_copies"
"""Column of :attr:`Difference.outdated` and :attr:`Difference.removed`: how often the row stands in the graph."""

_COUNTED: Final = """
CREATE TEMP VIEW standing AS SELECT *, count(*) AS _copies FROM found GROUP BY ALL;
CREATE TEMP VIEW needed AS SELECT *, 1::BIGINT AS _copies FROM wanted;
CREATE TEMP TABLE out_rows AS FROM standing EXCEPT FROM needed;
CREATE TEMP TABLE in_rows AS FROM needed EXCEPT FROM standing;
"""
_PART: Final = "FROM {rows} WHERE {negated} EXISTS (FROM {others} WHERE {same}) ORDER BY {order}"


@dataclass(frozen=True)
class Difference:
    """Rows in which a table of the graph differs from the one wanted.

    Attributes
    ----------
    added
        Rows to put in whose identity the graph does not have.
    changed
        Rows to put in whose identity it has with other values, or more than once.
    outdated
        What stands there in place of ``changed``.
    removed
        Rows whose identity is not wanted any more.
    """

    added: pa.Table
    changed: pa.Table
    outdated: pa.Table
    removed: pa.Table


def difference(found: pa.Table, wanted: pa.Table, identity: Sequence[str]) -> Difference:
    """Difference between ``found`` in the graph and ``wanted``, each part ordered by ``identity``.

    Parameters
    ----------
    found, wanted
        Tables of the same columns and types; a missing value equals a missing value.
    identity
        Columns that tell the rows of ``wanted`` apart.

    Examples
    --------
    >>> found = pa.table({"id": ["a", "b", "c"], "score": [1.0, 2.0, 3.0]})
    >>> wanted = pa.table({"id": ["b", "c", "d"], "score": [2.0, 3.5, 4.0]})
    >>> parts = difference(found, wanted, ["id"])
    >>> [rows["id"].to_pylist() for rows in (parts.added, parts.changed, parts.outdated, parts.removed)]
    [['d'], ['c'], ['c'], ['a']]
    """
    same = " AND ".join(f'in_rows."{name}" = out_rows."{name}"' for name in identity)
    order = ", ".join(f'"{name}"' for name in identity)
    with (
        tempfile.TemporaryDirectory() as spill,
        duckdb.connect(config={"temp_directory": spill}) as database,
    ):
        database.register("found", found)
        database.register("wanted", wanted)
        database.execute(_COUNTED)

        def part(rows: str, *, known: bool) -> pa.Table:
            others = "out_rows" if rows == "in_rows" else "in_rows"
            negated = "" if known else "NOT"
            text = _PART.format(rows=rows, others=others, negated=negated, same=same, order=order)
            return database.execute(text).to_arrow_table()

        return Difference(
            added=part("in_rows", known=False).drop_columns([COPIES]),
            changed=part("in_rows", known=True).drop_columns([COPIES]),
            outdated=part("out_rows", known=True),
            removed=part("out_rows", known=False),
        )
