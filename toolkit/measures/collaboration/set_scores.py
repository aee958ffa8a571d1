"""Set score: what several places write all together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, unit_numbers, unsummed_parts, year_totals
from toolkit.measures.precision import from_limbs, summed_over_years
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
    asked: dict[str, Any] = {"level": level, "counting": counting, "years": years}
    sums = tables.keep(("set", tuple(members), *asked.values()), _yearly_sums(tables, members, **asked))
    # all members are on each of these articles, so each has as many as the set
    whole = sums.group_by("year").agg(joint=sums.joint.max(), high=sums.high.sum(), low=sums.low.sum())
    found = sums.union(whole.mutate(id=ibis.literal(WHOLE_SET)).select(sums.columns))
    base = year_totals(tables, counting=counting).select("year")
    if years is not None:
        base = base.filter(base.year.between(*years))
    names = ibis.memtable(pa.table({"id": pa.array([WHOLE_SET, *members], pa.string())}))
    rows = base.cross_join(names).left_join(found, ["id", "year"])
    rows = rows.select(
        "id",
        "year",
        joint=ibis.coalesce(rows.joint, 0),
        score=ibis.coalesce(from_limbs(rows.high, rows.low), 0.0),
    )
    if by_year:
        return rows
    return summed_over_years(rows, "id", counts=["joint"], parts=["score"])


def _yearly_sums(
    tables: Tables, members: Sequence[str], *, level: str, counting: Counting, years: Years | None
) -> ir.Table:
    """Articles that all members are on: ``id`` of each member, ``year``, ``joint`` and the limbs of its Share."""
    names = unit_numbers(tables, level)
    names = names.filter(names.unit_id.isin(list(members)))
    numbers = names.number.to_pyarrow().to_pylist()
    parts = unsummed_parts(tables, level=level, counting=counting, years=years, units=tuple(sorted(members)))
    parts = parts.filter(parts.unit_no.isin(numbers)).select("work_no", "year", "unit_no", "high", "low")
    there = {f"on_{place}": (parts.unit_no == place).any() for place in numbers}
    present = parts.group_by("work_no").agg(rows=parts.count(), **there)
    # a member that nobody signs from has no number, so no article is of all
    present = present.filter(*(present[name] for name in there), len(numbers) == len(members))
    parts = parts.semi_join(present, "work_no")
    sums = parts.group_by("unit_no", "year").agg(
        joint=parts.work_no.nunique(), high=parts.high.sum(), low=parts.low.sum()
    )
    sums = sums.inner_join(names, [("unit_no", "number")])
    return sums.select("year", "joint", "high", "low", id="unit_id")
