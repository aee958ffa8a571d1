"""Set score: what several places write all together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.measures.counting import DEFAULT, Counting
from toolkit.measures.parts import Years, unit_numbers, unsummed_parts, year_totals
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
    whole = {name: reduce(add, (sums[f"{name}_{place}"] for place in range(len(members)))) for name in ("high", "low")}
    rows = [sums.select("year", "joint", id=ibis.literal(WHOLE_SET), **whole)]
    rows += [
        sums.select("year", "joint", id=ibis.literal(member), high=f"high_{place}", low=f"low_{place}")
        for place, member in enumerate(members)
    ]
    found = ibis.union(*rows)
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
    """Articles that all members are on, by ``year``: ``joint`` and each member's limbs, ``high_0`` and so on."""
    numbers = unit_numbers(tables, level)
    chosen = numbers.filter(numbers.unit_id.isin(list(members))).to_pyarrow().to_pydict()
    number_of = dict(zip(chosen["unit_id"], chosen["number"], strict=True))
    parts = unsummed_parts(tables, level=level, counting=counting, years=years, units=tuple(sorted(members)))
    sums: dict[str, ir.IntegerScalar] = {}
    for place, member in enumerate(members):
        own = parts.unit_no == number_of.get(member, -1)
        sums |= {f"{name}_{place}": parts[name].sum(where=own) for name in ("high", "low")}
    # a sum over no rows is null: the member is not on the article
    articles = parts.group_by("work_no", "year").agg(**sums).drop_null()
    return articles.group_by("year").agg(joint=articles.count(), **{name: articles[name].sum() for name in sums})
