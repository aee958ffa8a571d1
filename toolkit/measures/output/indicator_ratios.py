"""Ratios of a measure to an indicator of places: Share per million people, per unit of product or of R&D spending."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years
from toolkit.measures.output.ranks import unit_values
from toolkit.measures.precision import exact_sum
from toolkit.measures.selection import in_country
from toolkit.measures.tables import Tables

__all__ = ["INDICATOR_LEVELS", "RATIO_OF", "indicator_ratios", "places_without"]

INDICATOR_LEVELS: Final = ("city", "region", "country")
RATIO_OF: Final = ("share", "count", "adjusted_share", "strength", "joint", "internal_joint", "internal_share")
"""Measures that can stand over an indicator: those whose years add up."""


def indicator_ratios(
    tables: Tables,
    indicator: ir.Table,
    *,
    level: str,
    by: str = "share",
    per: float = 1.0,
    years: Years | None = None,
    by_year: bool = False,
    base_year: int | None = None,
    counting: Counting = DEFAULT,
    country: str | None = None,
) -> ir.Table:
    """A measure of each place over its indicator.

    ``ratio(i, y) = per * value(i, y) / amount(i, y)``, value being the measure and amount the indicator. Over a window
    ``ratio(i) = per * sum of value / sum of amount``, both over the years of the window in which the place has an
    amount: articles per person and year, not per person. A place with an amount and no article has 0.

    Parameters
    ----------
    tables
        The canonical tables.
    indicator
        ``place_id``, ``year``, ``amount`` (positive); one row per place and year.
    level
        ``city``, ``region`` or ``country``.
    by
        One of :data:`RATIO_OF`.
    per
        Units of the indicator that the ratio is for, for example 1,000,000 people.
    years
        First and last year, inclusive; ``None`` for all.
    by_year
        A row per place and year; else the window is summed.
    base_year
        Base year of adjusted Share.
    counting
        Conventions.
    country
        Only places of this country.

    Returns
    -------
    ibis table
        ``id``, ``year`` (null over a window), ``years`` (with an amount), ``value`` [articles], ``amount`` [the
        indicator's unit], ``ratio``; unrounded

    Raises
    ------
    BadParameter
        ``by`` or ``per`` is something else.

    Examples
    --------
    >>> import ibis, pyarrow as pa
    >>> from toolkit.corpus.example import BEIJING, hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> people = ibis.memtable(pa.table({"place_id": [BEIJING], "year": [2020], "amount": [2e6]}))
    >>> row = indicator_ratios(tables, people, level="city", per=1e6).to_pyarrow().to_pylist()[0]
    >>> row["value"], row["amount"], row["ratio"]
    (0.5, 2000000.0, 0.25)
    """
    if by not in RATIO_OF:
        raise BadParameter("by", by, f"it is one of {', '.join(RATIO_OF)}")
    if isinstance(per, bool) or not isinstance(per, int | float) or not 0 < per < float("inf"):
        raise BadParameter("per", per, "it is a positive number of the indicator's units")
    given = _at_level(tables, indicator, level=level, years=years, country=country)
    values = unit_values(
        tables, by=by, level=level, years=years, by_year=True, base_year=base_year, counting=counting, country=country
    )
    values = values.select(value_id="id", value_year="year", value=values.value.cast("float64"))
    rows = given.left_join(values, [("id", "value_id"), ("year", "value_year")])
    rows = rows.select("id", "year", "amount", value=ibis.coalesce(rows.value, 0.0))
    if by_year:
        rows = rows.mutate(years=ibis.literal(1))
    else:
        rows = rows.mutate(whole=rows.amount.floor())
        rows = rows.mutate(rest=rows.amount - rows.whole)
        rows = rows.group_by("id").agg(
            years=rows.count(),
            value=exact_sum(rows.value),
            # products are larger than what exact_sum takes: their whole part is summed as a whole number
            amount=rows.whole.cast("int64").sum().cast("float64") + exact_sum(rows.rest),
        )
        rows = rows.mutate(year=ibis.null("int32"))
    return rows.select("id", "year", "years", "value", "amount", ratio=rows.value * float(per) / rows.amount)


def places_without(
    tables: Tables,
    indicator: ir.Table,
    *,
    level: str,
    years: Years | None = None,
    counting: Counting = DEFAULT,
    country: str | None = None,
) -> ir.Table:
    """Places with an article in the window that have no amount in any of its years: ``id``."""
    given = _at_level(tables, indicator, level=level, years=years, country=country)
    values = unit_values(tables, by="count", level=level, years=years, counting=counting, country=country)
    return values.anti_join(given, "id").select("id")


def _at_level(tables: Tables, indicator: ir.Table, *, level: str, years: Years | None, country: str | None) -> ir.Table:
    """Amounts of the level's places: ``id``, ``year``, ``amount``."""
    known = units(tables, level).select("id").distinct()
    rows = indicator.select("year", "amount", id="place_id").semi_join(known, "id")
    if years is not None:
        rows = rows.filter(rows.year.between(*years))
    return rows if country is None else in_country(tables, rows, level=level, country=country)
