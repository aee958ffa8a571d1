"""Collaboration inside one place: articles that several of its institutions share."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, numbered_parts, unit_numbers
from toolkit.measures.counting.seats import numbered_seat_pairs
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.precision import exact_sum, summed_over_years
from toolkit.measures.tables import Tables

__all__ = ["internal_collaboration", "internal_parts", "internal_parts_of_share", "yearly_internal"]


def internal_parts(tables: Tables, *, level: str, counting: Counting = DEFAULT, years: Years | None = None) -> ir.Table:
    """Part of each place in each article that at least two of its institutions share.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``place_no``, ``share`` [articles]
    """
    pairs = numbered_seat_pairs(tables, level=level, inside=True, counting=counting, years=years)
    joint = pairs.select("work_no", place_no="a_no").distinct()
    parts = numbered_parts(tables, level=level, counting=counting, years=years)
    parts = parts.inner_join(joint, ["work_no", ("unit_no", "place_no")])
    return parts.select("work_no", "year", "place_no", "share")


def yearly_internal(
    tables: Tables, *, level: str, counting: Counting = DEFAULT, years: Years | None = None
) -> ir.Table:
    """Collaboration inside each place in each year.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``internal_joint``, ``internal_share`` [articles]
    """
    stored = tables.built(f"{level}_internal", years) if counting.is_default else None
    if stored is not None:
        return stored
    parts = internal_parts(tables, level=level, counting=counting, years=years)
    internal = parts.group_by("place_no", "year").agg(
        internal_joint=parts.count(), internal_share=exact_sum(parts.share)
    )
    internal = internal.inner_join(unit_numbers(tables, level), [("place_no", "number")])
    internal = internal.select("year", "internal_joint", "internal_share", id="unit_id")
    return tables.keep(("internal", level, counting, years), internal)


def internal_collaboration(
    tables: Tables,
    *,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Articles that at least two institutions of one place share.

    ``internal(c)`` = number of articles with at least two different institutions of c that are not kin, and
    ``Share_p(c)`` summed over them, once an article.

    Returns
    -------
    ibis table
        ``id``, ``year`` (null over a window), ``internal_joint``, ``internal_share`` [articles]; places with at least
        one such article

    Raises
    ------
    BadParameter
        The level is not one of places.
    """
    yearly = yearly_internal(tables, level=level, counting=counting, years=years)
    if by_year:
        return yearly
    return summed_over_years(yearly, "id", counts=["internal_joint"], parts=["internal_share"])


def internal_parts_of_share(
    tables: Tables,
    *,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Collaboration inside each place beside the place's whole output.

    ``part_of_share(c) = internal_share(c) / Share(c)``: 1 where each article of c is shared by several of its
    institutions, 0 where none is. Parameters as :func:`internal_collaboration`.

    Returns
    -------
    ibis table
        ``id``, ``year`` (null over a window), ``internal_joint``, ``internal_share``, ``share`` [articles],
        ``part_of_share``; a row for each place with output, 0 where nothing is internal

    Raises
    ------
    BadParameter
        There is no internal collaboration at the level.
    """
    asked: dict[str, Any] = {"level": level, "years": years, "by_year": by_year, "counting": counting}
    inside = internal_collaboration(tables, **asked)
    shares = unit_shares(tables, **asked)
    shares = shares.filter(shares.id.notin(SPECIAL)).select("id", "year", "share")
    keys = ["id", "year"] if by_year else ["id"]
    inside = inside.select(*keys, "internal_joint", "internal_share")
    rows = shares.left_join(inside, keys)
    rows = rows.select(
        "id",
        "year",
        "share",
        internal_joint=ibis.coalesce(rows.internal_joint, 0),
        internal_share=ibis.coalesce(rows.internal_share, 0.0),
    )
    return rows.mutate(part_of_share=rows.internal_share / rows.share.nullif(0.0))
