"""Count, Share and adjusted Share."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting.levels import UNASSIGNED, UNLOCATED
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, numbered_parts, unassigned_parts, unit_numbers, year_totals
from toolkit.measures.precision import exact_sum, from_limbs, summed_over_years
from toolkit.measures.tables import Tables

__all__ = ["unit_shares", "yearly_shares"]

_WFC: Final = Counting(wfc=True)


def yearly_shares(tables: Tables, *, level: str, counting: Counting = DEFAULT, years: Years | None = None) -> ir.Table:
    """Count and Share of each unit in each year, with the rows ``unassigned`` and ``unlocated``.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``count`` [articles], ``share`` [articles]
    """
    name = f"{level}_shares" if counting.is_default else f"{level}_wfc_shares"
    stored = tables.built(name, years) if counting in (DEFAULT, _WFC) else None
    known = tables.covering(("shares", level, counting), years) if stored is None else stored
    if known is not None:
        return known
    parts = numbered_parts(tables, level=level, counting=counting, years=years)
    shares = parts.group_by("unit_no", "year").agg(
        count=parts.count(), share=from_limbs(parts.high.sum(), parts.low.sum())
    )
    shares = shares.left_join(unit_numbers(tables, level), [("unit_no", "number")])
    shares = shares.select("year", "count", "share", id=ibis.coalesce(shares.unit_id, UNLOCATED))
    nowhere = unassigned_parts(tables, counting=counting, years=years)
    nowhere = nowhere.group_by("year").agg(count=nowhere.count(), share=exact_sum(nowhere.share))
    columns = ["id", "year", "count", "share"]
    shares = shares.select(columns).union(nowhere.mutate(id=ibis.literal(UNASSIGNED)).select(columns))
    return tables.keep(("shares", level, counting, years), shares)


def unit_shares(
    tables: Tables,
    *,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    base_year: int | None = None,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Count, Share and adjusted Share of each unit.

    ``Count(i, Y)`` = number of articles of Y with at least one author at i.
    ``Share(i, Y) = sum over articles p of Y of Share_p(i)``, where ``Share_p(i) = sum over authors a at i of
    1 / (n_p k_ap)``, n_p the article's authors and k_ap the sites its author a signs from.
    ``AdjShare(i, t) = Share(i, t) N_base / N_t``, N_y being the articles of year y
    (:func:`~toolkit.measures.counting.parts.year_totals`); over a window it is the sum of the years' adjusted Shares.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    years
        First and last year, inclusive; ``None`` for all.
    by_year
        A row per unit and year; else the window is summed.
    base_year
        Year whose number of articles the others are brought to; ``None``: the window's last year with articles.
    counting
        Conventions.

    Returns
    -------
    ibis table
        ``id`` (``unassigned`` and ``unlocated`` among them), ``year`` (null over a window), ``count``, ``share``,
        ``adjusted_share`` [articles], unrounded. The Shares add up to the number of articles counted.

    References
    ----------
    Nature Index, Glossary: Count, Share and adjusted Share. https://www.nature.com/nature-index/glossary

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> unit_shares(tables, level="country").to_pyarrow().to_pylist()
    [{'id': 'CN', 'year': None, 'count': 1, 'share': 1.0, 'adjusted_share': 1.0}]
    """
    yearly = yearly_shares(tables, level=level, counting=counting, years=years)
    totals = year_totals(tables, counting=counting).select(total_year="year", articles="articles")
    if base_year is not None:
        base = totals.filter(totals.total_year == base_year)
    else:
        base = totals if years is None else totals.filter(totals.total_year.between(*years))
        base = base.order_by(ibis.desc("total_year")).limit(1)
    yearly = yearly.inner_join(totals, [("year", "total_year")])
    yearly = yearly.cross_join(base.select(base_articles="articles"))
    yearly = yearly.select(
        "id", "year", "count", "share", adjusted_share=yearly.share * yearly.base_articles / yearly.articles
    )
    if by_year:
        return yearly
    return summed_over_years(yearly, "id", counts=["count"], parts=["share", "adjusted_share"])
