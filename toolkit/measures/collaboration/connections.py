"""The partner places of one place: how many partnerships, between how many institutions, on how many articles."""

from __future__ import annotations

from typing import Any, Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.collaboration.place_links import links_of_place
from toolkit.measures.collaboration.scores import collaboration_scores
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, unit_numbers
from toolkit.measures.tables import Tables

__all__ = ["SCOPES", "partner_places"]

SCOPES: Final = ("all", "domestic", "international")
"""Partner places of any country, of the place's own, of another; an unknown country is in ``all`` alone."""

_COUNTS: Final = ("partnerships", "own_institutions", "partner_institutions")


def partner_places(
    tables: Tables,
    *,
    level: str,
    place: str,
    scope: str = "all",
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Every place that ``place`` has a joint article with.

    For a partner place d of c, over the window or in each year:

    - ``joint(c, d)`` and ``score`` = CS(c, d) of :func:`~toolkit.measures.collaboration.scores.collaboration_scores`;
    - ``partnerships(c, d)`` of :func:`~toolkit.measures.collaboration.partnerships.partnership_counts`;
    - ``own_institutions``: institutions of c that are in one of these partnerships with their seat in c;
    - ``partner_institutions``: institutions of d, likewise.

    A place whose joint articles come from kin or from one institution's two seats has joint articles and no
    partnership.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        ``city``, ``metro``, ``region`` or ``country``.
    place
        Id of the place.
    scope
        One of :data:`SCOPES`.
    years
        First and last year, inclusive; ``None`` for all.
    by_year
        A row per partner and year; else joint and score are summed and partnerships and institutions are distinct.
    counting
        Conventions.

    Returns
    -------
    ibis table
        ``id``, ``country``, ``year`` (null over a window), ``partnerships`` [pairs of institutions],
        ``own_institutions``, ``partner_institutions`` [institutions], ``joint``, ``score`` [articles]

    Raises
    ------
    BadParameter
        There are no partnerships at the level.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> found = partner_places(tables, level="city", place="1816670").order_by("id").to_pyarrow()
    >>> found.select(["id", "partnerships", "own_institutions", "partner_institutions", "score"]).to_pylist()[0]
    {'id': '1799962', 'partnerships': 2, 'own_institutions': 2, 'partner_institutions': 1, 'score': 0.875}
    """
    asked: dict[str, Any] = {"level": level, "years": years, "by_year": by_year, "counting": counting}
    keys = ["id", "year"] if by_year else ["id"]
    rows = _others(collaboration_scores(tables, **asked), place).select("id", "year", "joint", "score")
    links = links_of_place(tables, level=level, place=place, inside=False, counting=counting, years=years)
    places = unit_numbers(tables, level).select(there_no="number", id="unit_id")
    links = links.inner_join(places, "there_no")
    own, partner = links.own_no, links.partner_no
    links = links.mutate(low=ibis.least(own, partner), high=ibis.greatest(own, partner))
    distinct = zip(_COUNTS, (("low", "high"), ("own_no",), ("partner_no",)), strict=True)
    for name, columns in distinct:
        counted = links.select(*keys, *columns).distinct().group_by(keys).agg(**{name: ibis._.count()})
        rows = _beside(rows, counted, keys)
    rows = rows.mutate(**{name: ibis.coalesce(rows[name], 0) for name in _COUNTS})
    rows = _in_scope(tables, rows, level=level, place=place, scope=scope)
    return rows.select("id", "country", "year", *_COUNTS, "joint", "score")


def _others(pairs: ir.Table, place: str) -> ir.Table:
    """The pairs of ``place``, with the other end as ``id``."""
    pairs = pairs.filter((pairs.a_id == place) | (pairs.b_id == place))
    return pairs.mutate(id=ibis.ifelse(pairs.a_id == place, pairs.b_id, pairs.a_id))


def _beside(rows: ir.Table, counted: ir.Table, keys: list[str]) -> ir.Table:
    joined = rows.left_join(counted, keys)
    return joined.drop(*(column for column in joined.columns if column.endswith("_right")))


def _in_scope(tables: Tables, rows: ir.Table, *, level: str, place: str, scope: str) -> ir.Table:
    """``rows`` with the partner's ``country``, those of the scope only."""
    known = units(tables, level).select(partner_id="id", country="country")
    rows = rows.left_join(known, [("id", "partner_id")]).drop("partner_id")
    if scope == "all":
        return rows
    own = known.filter(known.partner_id == place).select(own_country="country")
    rows = rows.cross_join(own)
    same = rows.country == rows.own_country
    return rows.filter(same if scope == "domestic" else ~same).drop("own_country")
