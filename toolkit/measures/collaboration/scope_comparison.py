"""Inside the city, elsewhere in the country, abroad: how closely a city's strongest pairs of institutions work."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.collaboration.place_links import has_built_links, links_of_place
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, unit_numbers, year_totals
from toolkit.measures.counting.seats import seat_pairs_of_place
from toolkit.measures.tables import Tables

__all__ = ["compared_scopes", "joint_frequencies"]

_SCOPES: Final = ("inside", "domestic", "international")


def joint_frequencies(
    tables: Tables,
    *,
    level: str,
    place: str,
    partner_country: str | None = None,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """How many pairs of institutions have how many joint articles, by where the institution outside stands.

    ``joint(i, j)`` = articles with an author at i in the place and one at j: in the place too (``inside``), elsewhere
    in its country (``domestic``), in another country (``international``), or elsewhere in ``partner_country`` (scope:
    its code). A partner with seats in several places of a scope counts once an article. Kin as
    :class:`~toolkit.measures.counting.options.Counting` says; a seat of unknown country is in no scope.

    Returns
    -------
    ibis table
        ``place_in_scopes`` (0 inside, 1 domestic, 2 international, 3 ``partner_country``), with ``by_year`` also
        ``year``, ``joint`` [articles], ``pairs`` [pairs of institutions]
    """
    asked: dict[str, Any] = {"level": level, "place": place, "counting": counting, "years": years}
    span = ["place_in_scopes", *(["year"] if by_year else [])]
    keys = [*span, "own_no", "partner_no"]
    key = ("joint_frequencies", level, counting, years, by_year, place, partner_country)
    scoped = partial(_scoped, tables, level=level, place=place, partner_country=partner_country)
    if has_built_links(tables, level=level, counting=counting):
        links = scoped(*(links_of_place(tables, inside=inside, **asked) for inside in (True, False)))
        # an article stands in several links of a partner who has seats in several places of a scope
        several = links.there_no.min() < links.there_no.max()
        counted = links.group_by(keys).agg(joint=links.joint.sum(), several=several)
        counted = counted.group_by([*span, "joint"]).agg(pairs=counted.count(), several=counted.several.any())
        counted = tables.keep(("of links", *key), counted)
        if not counted.several.any().to_pyarrow().as_py():
            return counted.drop("several")
    found = scoped(*(seat_pairs_of_place(tables, inside=inside, **asked) for inside in (True, False)))
    counted = found.drop("there_no").distinct().group_by(keys).agg(joint=ibis._.count())
    return tables.keep(key, counted.group_by([*span, "joint"]).agg(pairs=counted.count()))


def _scoped(
    tables: Tables, inside: ir.Table, outside: ir.Table, *, level: str, place: str, partner_country: str | None
) -> ir.Table:
    """Pairs of a place with the scope that the partner stands in; one of a country named has a row for that too."""
    countries = units(tables, level)
    homes = unit_numbers(tables, level).inner_join(
        countries.select(unit="id", country="country"), [("unit_id", "unit")]
    )
    columns = inside.columns
    outside = outside.inner_join(homes.select(home_no="number", country="country"), [("there_no", "home_no")])
    of_place = countries.filter(countries.id == place).select(own_country="country")
    known = outside.cross_join(of_place).filter(ibis._.country.notnull(), ibis._.own_country.notnull())
    abroad = ibis.ifelse(known.country == known.own_country, 1, 2).cast("int64")
    found = inside.mutate(place_in_scopes=ibis.literal(0, "int64")).select(*columns, "place_in_scopes")
    found = found.union(known.mutate(place_in_scopes=abroad).select(*columns, "place_in_scopes"))
    if partner_country is None:
        return found
    named = outside.filter(outside.country == partner_country).mutate(place_in_scopes=ibis.literal(3, "int64"))
    return found.union(named.select(*columns, "place_in_scopes"))


def compared_scopes(
    tables: Tables,
    *,
    level: str,
    place: str,
    partner_country: str | None = None,
    top: int | None = None,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Mean and median joint articles of the ``top`` pairs of institutions of each scope.

    The pairs of :func:`joint_frequencies` with most joint articles are taken in each scope (and year), all of them
    where there are fewer. ``ratio_to_inside`` = mean of the scope / mean inside the place.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        ``city``, ``metro``, ``region`` or ``country``.
    place
        Id of the place.
    partner_country
        Code of a country that gets a row of its own.
    top
        Pairs taken of each scope; ``None`` or 0 for all.
    years, by_year, counting
        As :func:`~toolkit.measures.collaboration.partnerships.partnership_counts`.

    Returns
    -------
    ibis table
        ``scope`` (``inside``, ``domestic``, ``international``, the code of ``partner_country``), ``place_in_scopes``,
        ``year`` (null over a window), ``pairs`` [pairs of institutions], ``mean_joint``, ``median_joint`` [articles],
        ``ratio_to_inside``; the last three null without pairs

    Raises
    ------
    BadParameter
        There are no seats at the level.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> found = compared_scopes(tables, level="city", place="1816670").order_by("place_in_scopes").to_pyarrow()
    >>> found.select(["scope", "pairs", "mean_joint"]).to_pylist()[:2]
    [{'scope': 'inside', 'pairs': 1, 'mean_joint': 1.0}, {'scope': 'domestic', 'pairs': 4, 'mean_joint': 1.0}]
    """
    rows = joint_frequencies(
        tables,
        level=level,
        place=place,
        partner_country=partner_country,
        years=years,
        by_year=by_year,
        counting=counting,
    )
    keys = ["place_in_scopes", "year"] if by_year else ["place_in_scopes"]
    # pairs stand in the order of their joint articles: those of a row behind all with more
    window = ibis.cumulative_window(group_by=keys, order_by=ibis.desc("joint"))
    rows = rows.mutate(last=rows.pairs.sum().over(window).cast("int64"))
    rows = rows.mutate(before=rows.last - rows.pairs)
    if top:
        rows = rows.filter(rows.before < top).mutate(last=ibis.least(ibis._.last, top))
    rows = rows.mutate(number=ibis._.last.max().over(group_by=keys), taken=ibis._.last - ibis._.before)
    # the middle one, or the middle two: not every engine has a median
    middle = [(rows.before < place) & (rows.last >= place) for place in ((rows.number + 1) // 2, rows.number // 2 + 1)]
    lower, upper = (rows.joint.max(where=one).cast("float64") for one in middle)
    found = rows.group_by(keys).agg(
        pairs=rows.taken.sum().cast("int64"),
        mean_joint=(rows.joint * rows.taken).sum().cast("float64") / rows.taken.sum().cast("float64"),
        median_joint=(lower + upper) / 2.0,
    )
    grid = _grid(tables, partner_country, years=years, by_year=by_year, counting=counting)
    found = grid.left_join(found, keys)
    found = found.drop(*(column for column in found.columns if column.endswith("_right")))
    inside = found.filter(found.scope == "inside").select(*keys[1:], inside_mean="mean_joint")
    found = found.left_join(inside, "year") if by_year else found.cross_join(inside)
    return found.select(
        "scope",
        "place_in_scopes",
        year=found.year if by_year else ibis.null("int32"),
        pairs=ibis.coalesce(found.pairs, 0),
        mean_joint=found.mean_joint,
        median_joint=found.median_joint,
        ratio_to_inside=found.mean_joint / found.inside_mean,
    )


def _grid(
    tables: Tables, partner_country: str | None, *, years: Years | None, by_year: bool, counting: Counting
) -> ir.Table:
    """A row for each scope, and each year with articles if ``by_year``."""
    scopes = [*_SCOPES, *([partner_country] if partner_country else [])]
    totals = year_totals(tables, counting=counting)
    if years is not None:
        totals = totals.filter(totals.year.between(*years))
    base = totals.select("year") if by_year else totals.agg(any_year=totals.year.max())
    grid = None
    for place, scope in enumerate(scopes):
        rows = base.mutate(scope=ibis.literal(scope), place_in_scopes=ibis.literal(place, "int64"))
        grid = rows if grid is None else grid.union(rows)
    assert grid is not None  # noqa: S101  (there are scopes)
    return grid
