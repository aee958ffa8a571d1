"""What units are ranked by, and the ranks they had before."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.collaboration.internal import internal_collaboration
from toolkit.measures.collaboration.partnerships import corpus_years, one_ended_partnerships
from toolkit.measures.collaboration.scores import collaboration_scores, total_collaboration
from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years
from toolkit.measures.counting.ranking import ranked
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.selection import in_country
from toolkit.measures.tables import Tables

__all__ = ["RANKED_BY", "previous_ranks", "unit_values"]

_OUTPUT = ("share", "count", "adjusted_share")
_TOTALS = ("strength", "joint", "partners")
_INSIDE = ("internal_joint", "internal_share")
_DEPENDENCE = "dependence"
RANKED_BY = (*_OUTPUT, *_TOTALS, *_INSIDE, "partnerships", _DEPENDENCE)
"""What units can be ranked by: output; total collaboration score, joint articles and number of partners, each summed
over partners; collaboration inside a place; one-ended partnerships; collaboration dependence (Count / Share)."""


def unit_values(
    tables: Tables,
    *,
    by: str,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    base_year: int | None = None,
    counting: Counting = DEFAULT,
    country: str | None = None,
) -> ir.Table:
    """One number for each unit (of ``country``, where one is given), to rank by.

    Returns
    -------
    ibis table
        ``id``, ``year`` (null over a window), ``value``; located units with such a number only

    Raises
    ------
    BadParameter
        ``by`` is none of :data:`RANKED_BY`, or is not defined at the level.
    """
    if by in (*_OUTPUT, _DEPENDENCE):
        values = unit_shares(tables, level=level, years=years, by_year=by_year, base_year=base_year, counting=counting)
        values = values.filter(values.id.notin(SPECIAL))
        if by == _DEPENDENCE:
            values = values.filter(values.share > 0)
            values = values.mutate(dependence=values["count"].cast("float64") / values.share)
    elif by in _TOTALS:
        scores = collaboration_scores(tables, level=level, years=years, by_year=by_year, counting=counting)
        values = total_collaboration(scores)
    elif by in _INSIDE:
        values = internal_collaboration(tables, level=level, years=years, by_year=by_year, counting=counting)
    elif by == "partnerships":
        values = one_ended_partnerships(tables, level=level, years=years, by_year=by_year, counting=counting)
        values = values.filter(values.scope == "all", values.partnerships > 0)
    else:
        raise BadParameter("by", by, f"it is one of {', '.join(RANKED_BY)}")
    if country is not None:
        values = in_country(tables, values, level=level, country=country)
    return values.select("id", "year", value=values[by])


def previous_ranks(
    tables: Tables, rows: ir.Table, *, years: Years, by_year: bool, counting: Counting, **asked: Any
) -> ir.Table:
    """``rows`` with the rank each unit had in the window of equal length just before (``by_year``: the year before).

    Null where the records don't hold all of those years, or the unit had no value then.
    """
    first, last = years
    length = last - first + 1
    before = (first - 1, last - 1) if by_year else (first - length, first - 1)
    known = corpus_years(tables, counting=counting)
    if known is None or (not by_year and before[0] < known[0]):
        return rows.mutate(previous_rank=ibis.null("int64"))
    if by_year:
        before = (max(before[0], known[0]), before[1])
    values = unit_values(tables, years=before, by_year=by_year, counting=counting, **asked)
    earlier = ranked(values, value="value", ids=("id",), by_year=by_year)
    if by_year:
        earlier = earlier.select(earlier_id="id", earlier_year=earlier.year + 1, previous_rank="rank")
        rows = rows.left_join(earlier, [("id", "earlier_id"), ("year", "earlier_year")])
        return rows.drop("earlier_id", "earlier_year")
    earlier = earlier.select(earlier_id="id", previous_rank="rank")
    return rows.left_join(earlier, [("id", "earlier_id")]).drop("earlier_id")
