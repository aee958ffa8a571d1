"""Sums that don't depend on the order of rows, and the rounding of results.

A sum of floating-point numbers changes in its last digits with the order of its terms, and an engine on several threads
has no order. A number that is published must come out the same each time, on each engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import ibis
import ibis.expr.types as ir

__all__ = ["DIGITS", "exact_sum", "from_limbs", "limbs", "rounded", "summed_over_years"]

DIGITS: Final = 9
"""Decimals of every printed number; two numbers equal to so many are tied."""

_SCALE: Final = float(2**30)


def exact_sum(column: ir.FloatingColumn | ir.NumericColumn) -> ir.FloatingScalar:
    """Sum of a column of non-negative numbers, whatever the order of its rows.

    Each term x is cut into two whole numbers, ``x = h / 2^30 + l / 2^60``. Whole numbers add up exactly, so the
    order does not matter; the parts of Shares lose nothing by it, as all but the smallest fit into 60 bits.

    Parameters
    ----------
    column
        Numbers of at most about 1e9.

    Returns
    -------
    ibis scalar
        The sum, 0 or null over no rows as the engine has it.
    """
    high, low = limbs(column)
    return from_limbs(high.sum(), low.sum())


def limbs(column: ir.NumericColumn) -> tuple[ir.IntegerColumn, ir.IntegerColumn]:
    """The whole numbers h and l of ``x = h / 2^30 + l / 2^60``, which add up exactly."""
    scaled = column * _SCALE
    high = scaled.floor()
    return high.cast("int64"), ((scaled - high) * _SCALE).floor().cast("int64")


def from_limbs(high: ir.IntegerValue, low: ir.IntegerValue) -> ir.FloatingValue:
    """The number that h and l, or sums of them, stand for."""
    return high.cast("float64") / _SCALE + low.cast("float64") / (_SCALE * _SCALE)


def rounded(value: ir.NumericValue) -> ir.NumericValue:
    """``value`` to :data:`DIGITS` decimals: the last step of every answer, and what ties are judged by."""
    return value.round(DIGITS)


def summed_over_years(yearly: ir.Table, *ids: str, counts: Sequence[str], parts: Sequence[str]) -> ir.Table:
    """Rows of a window from those of its years.

    Parameters
    ----------
    yearly
        ``year``, and the columns named.
    *ids
        What a row is of.
    counts
        Whole numbers [articles].
    parts
        Parts of articles, whose sum is exact [articles].

    Returns
    -------
    ibis table
        ``ids``, ``year`` (null), ``counts``, ``parts``

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = {"id": ["a", "a"], "year": [2019, 2020], "count": [1, 2], "share": [0.25, 0.5]}
    >>> yearly = ibis.duckdb.connect().create_table("yearly", pa.table(rows))
    >>> summed_over_years(yearly, "id", counts=["count"], parts=["share"]).to_pyarrow().to_pylist()
    [{'id': 'a', 'year': None, 'count': 3, 'share': 0.75}]
    """
    sums = {name: yearly[name].sum() for name in counts} | {name: exact_sum(yearly[name]) for name in parts}
    summed = yearly.group_by(list(ids)).agg(**sums)
    return summed.mutate(year=ibis.null("int32")).select(*ids, "year", *counts, *parts)
