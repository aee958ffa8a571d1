"""Ranks: order by value, ties by id, competition ranks."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.measures.precision import rounded

__all__ = ["ranked"]


def ranked(rows: ir.Table, *, value: str, ids: tuple[str, ...], by_year: bool = False) -> ir.Table:
    """``rows`` with their rank and their distance to the next.

    ``rank`` is 1 + the number of rows with a larger value: 1, 2, 2, 4. ``ratio_to_next`` is the value over that of the
    row after it in the order (value descending, then ``ids`` as text); null for the last. Values are tied when they are
    equal to 9 decimals.

    Parameters
    ----------
    rows
        A table with ``value``, ``ids`` and ``year``.
    value
        Column to rank by.
    ids
        Columns that tell rows apart.
    by_year
        Rank within each year.

    Returns
    -------
    ibis table
        The columns of ``rows``, ``value`` rounded, with ``rank`` and ``ratio_to_next``
    """
    rows = rows.mutate(
        **{value: rounded(rows[value].cast("float64")) if rows[value].type().is_floating() else rows[value]}
    )
    groups = ["year"] if by_year else []
    following = rows[value].lead().over(group_by=groups, order_by=[ibis.desc(value), *ids])
    rows = rows.mutate(
        rank=ibis.rank().over(group_by=groups, order_by=ibis.desc(value)) + 1,
        next_value=following,
    )
    ratio = rows[value].cast("float64") / rows.next_value.cast("float64").nullif(0.0)
    return rows.mutate(ratio_to_next=rounded(ratio)).drop("next_value")
