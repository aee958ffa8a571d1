"""Inside the city, elsewhere in the country, abroad: how closely a city's strongest pairs of institutions work."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting import DEFAULT, Counting
from toolkit.measures.levels import units
from toolkit.measures.parts import Years, unit_numbers, year_totals
from toolkit.measures.place_links import has_built_links, links_of_place
from toolkit.measures.seats import seat_pairs_of_place
from toolkit.measures.tables import Tables

__all__ = ["compared_scopes", "scope_pairs"]

_SCOPES: Final = ("inside", "domestic", "international")


def scope_pairs(
    tables: Tables,
    *,
    level: str,
    place: str,
    partner_country: str | None = None,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Joint articles of each institution of ``place`` with each other institution, by where the other stands.

    ``joint(i, j)`` = articles with an author at i in the place and one at j: in the place too (``inside``), elsewhere
    in its country (``domestic``), in another country (``international``), or elsewhere in ``partner_country`` (scope:
    its code). A partner with seats in several places of a scope counts once an article. Kin as
    :class:`~toolkit.measures.counting.Counting` says; a seat of unknown country is in no scope.

    Returns
    -------
    ibis table
        ``scope``, ``year`` (null over a window), ``own_no``, ``partner_no`` (numbers of institutions), ``joint``
        [articles]
    """
    asked: dict[str, Any] = {"level": level, "place": place, "counting": counting, "years": years}
    keys = ["scope", "year", "own_no", "partner_no"] if by_year else ["scope", "own_no", "partner_no"]
    scoped = partial(_scoped, tables, level=level, place=place, partner_country=partner_country)
    counted = None
    if has_built_links(tables, level=level, counting=counting):
        links = scoped(*(links_of_place(tables, inside=inside, **asked) for inside in (True, False)))
        links = tables.keep(("scoped links", level, years, place, partner_country), links)
        if not _stand_in_several_places(links):
            counted = links.group_by(keys).agg(joint=links.joint.sum())
    if counted is None:
        found = scoped(*(seat_pairs_of_place(tables, inside=inside, **asked) for inside in (True, False)))
        counted = found.drop("there_no").distinct().group_by(keys).agg(joint=ibis._.count())
    year = counted.year if by_year else ibis.null("int32")
    counted = counted.select("scope", "own_no", "partner_no", "joint", year=year)
    return tables.keep(("scope_pairs", level, counting, years, by_year, place, partner_country), counted)


def _scoped(
    tables: Tables, inside: ir.Table, outside: ir.Table, *, level: str, place: str, partner_country: str | None
) -> ir.Table:
    """Pairs of a place with the ``scope`` that the partner stands in; one of both a country and abroad has two rows."""
    countries = units(tables, level)
    homes = unit_numbers(tables, level).inner_join(
        countries.select(unit="id", country="country"), [("unit_id", "unit")]
    )
    columns = inside.columns
    outside = outside.inner_join(homes.select(home_no="number", country="country"), [("there_no", "home_no")])
    of_place = countries.filter(countries.id == place).select(own_country="country")
    known = outside.cross_join(of_place).filter(ibis._.country.notnull(), ibis._.own_country.notnull())
    scope = ibis.ifelse(known.country == known.own_country, "domestic", "international")
    found = inside.mutate(scope=ibis.literal("inside")).select(*columns, "scope")
    found = found.union(known.mutate(scope=scope).select(*columns, "scope"))
    if partner_country is None:
        return found
    named = outside.filter(outside.country == partner_country)
    return found.union(named.mutate(scope=ibis.literal(partner_country)).select(*columns, "scope"))


def _stand_in_several_places(links: ir.Table) -> bool:
    """Whether a partner has seats in several places of one scope, so that an article may stand in several links."""
    seats = links.select("scope", "partner_no", "there_no").distinct()
    several = seats.group_by("scope", "partner_no").agg(places=seats.count())
    return bool(several.filter(several.places > 1).count().to_pyarrow().as_py())


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

    The pairs of :func:`scope_pairs` with most joint articles are taken in each scope (and year), all of them where
    there are fewer. ``ratio_to_inside`` = mean of the scope / mean inside the place.

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
        As :func:`~toolkit.measures.partnerships.partnership_counts`.

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
    rows = scope_pairs(
        tables,
        level=level,
        place=place,
        partner_country=partner_country,
        years=years,
        by_year=by_year,
        counting=counting,
    )
    keys = ["scope", "year"] if by_year else ["scope"]
    order = [ibis.desc("joint"), "own_no", "partner_no"]
    rows = rows.mutate(position=ibis.row_number().over(group_by=keys, order_by=order) + 1)
    if top:
        rows = rows.filter(rows.position <= top)
    rows = rows.mutate(number=ibis._.count().over(group_by=keys))
    # the middle one, or the middle two: not every engine has a median
    middle = (2 * rows.position - rows.number).between(0, 2)
    found = rows.group_by(keys).agg(
        pairs=rows.count(),
        mean_joint=rows.joint.sum().cast("float64") / rows.count().cast("float64"),
        median_joint=rows.joint.cast("float64").mean(where=middle),
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
