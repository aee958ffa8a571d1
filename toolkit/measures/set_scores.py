"""Set score: what several places write all together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting import DEFAULT, Counting
from toolkit.measures.parts import Years, numbered_parts, unit_numbers, year_totals
from toolkit.measures.precision import exact_sum, summed_over_years
from toolkit.measures.tables import Tables

__all__ = ["WHOLE_SET", "set_scores"]

WHOLE_SET: Final = "set"
"""Id of the row of all members together."""


def set_scores(
    tables: Tables,
    *,
    level: str,
    members: Sequence[str],
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Set score of ``members`` S: ``CS(S) = sum over articles p with all of S of the sum over i in S of Share_p(i)``.

    An article counts if each member has at least one author on it, whoever else does; it is looked at as it is, so
    kinship, ``link`` and ``max_units``, which are about pairs, change nothing. The score of two members is their
    collaboration score, where these don't either.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        Level of the members.
    members
        Ids of different units.
    years
        First and last year, inclusive; ``None`` for all.
    by_year
        A row per year with articles in the corpus; else the window is summed.
    counting
        Conventions.

    Returns
    -------
    ibis table
        ``id`` (:data:`WHOLE_SET` and each member), ``year`` (null over a window), ``joint``, ``score`` [articles]: the
        member's Share in these articles, the set score in the row of the set. Rows of 0 where there are no articles.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> found = set_scores(tables, level="institution", members=["pku", "nju", "ucas"]).order_by("id")
    >>> found.filter(found.id == WHOLE_SET).to_pyarrow().to_pylist()
    [{'id': 'set', 'year': None, 'joint': 1, 'score': 0.875}]
    """
    numbers = unit_numbers(tables, level)
    chosen = numbers.filter(numbers.unit_id.isin(list(members)))
    parts = numbered_parts(tables, level=level, counting=counting, years=years, units=tuple(sorted(members)))
    parts = parts.inner_join(chosen, [("unit_no", "number")])
    present = parts.group_by("work_no").agg(members=parts.unit_no.nunique())
    parts = parts.semi_join(present.filter(present.members == len(members)), "work_no")
    parts = tables.keep(
        ("set", level, tuple(members), counting, years), parts.select("work_no", "year", "unit_id", "share")
    )
    base = year_totals(tables, counting=counting).select("year")
    if years is not None:
        base = base.filter(base.year.between(*years))
    counted = parts.group_by("year").agg(joint=parts.work_no.nunique(), score=exact_sum(parts.share))
    rows = _row(base, counted, WHOLE_SET)
    for member in members:
        of_member = parts.filter(parts.unit_id == member)
        counted = of_member.group_by("year").agg(joint=of_member.count(), score=exact_sum(of_member.share))
        rows = rows.union(_row(base, counted, member))
    if by_year:
        return rows
    return summed_over_years(rows, "id", counts=["joint"], parts=["score"])


def _row(base: ir.Table, counted: ir.Table, unit: str) -> ir.Table:
    """``counted`` in each year of ``base``, 0 where there is nothing."""
    joined = base.left_join(counted, "year")
    return joined.select(
        id=ibis.literal(unit),
        year=joined.year,
        joint=ibis.coalesce(joined.joint, 0),
        score=ibis.coalesce(joined.score, 0.0),
    )
