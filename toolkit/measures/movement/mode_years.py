"""Movement by the year's main place (rule ``mode-year``): a move is a change of it."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.movement.kin import kin_of_places
from toolkit.measures.movement.observations import career_bounds, numbered_observations
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.tables import Tables

__all__ = ["main_places", "mode_years", "moves_by_mode", "tied_years"]

_WEIGHTS: Final = {"parts": "part", "articles": "articles"}
_TIE: Final = 1e-9
"""Sums that differ by no more are tied [articles]."""
_YEAR: Final = 2**32
"""A place's number is below it, so that year and place fit into one whole number and sort by year."""


def mode_years(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """Main place of each author in each year.

    It is the place with the largest sum of parts (or of articles) in the year. A tie goes to the place of the latest
    earlier year without a tie if that is among the tied; else to the place of the very next observed year if that year
    has no tie and its place is among the tied; else the year is dropped, as if nothing had been seen in it.

    Returns
    -------
    ibis table
        ``author_no``, ``year``, ``place_no``
    """
    years = _years(tables, level=level, movement=movement)
    arbitrary = movement.ties == "smallest-id"
    place = years.smallest if arbitrary else ibis.ifelse(years.tied == 1, years.by_neighbours, years.smallest)
    years = years.select("author_no", "year", place_no=place)
    return tables.keep(("mode years", *_key(level, movement)), years.filter(years.place_no.notnull()))


def main_places(tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT) -> ir.Table:
    """Places with the largest sum of parts (or of articles) in each year of each author: several where they are tied.

    Returns
    -------
    ibis table
        ``author_no``, ``year``, ``place_no``
    """
    seen = numbered_observations(tables, level=level, movement=movement)
    seen = seen.select("author_no", "year", "place_no", value=seen[_WEIGHTS[movement.mode_weight]].cast("float64"))
    tops = seen.mutate(best=seen.value.max().over(group_by=["author_no", "year"]))
    tops = tops.filter(tops.value >= tops.best - _TIE).select("author_no", "year", "place_no")
    return tables.keep(("main places", level, movement.mode_weight, movement.people), tops)


def tied_years(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """Years of authors in which several places have the largest sum.

    Returns
    -------
    ibis table
        ``author_no``, ``year``, ``dropped`` (1 where the tie stayed open, else 0)
    """
    years = _years(tables, level=level, movement=movement)
    opened = years.by_neighbours.isnull() if movement.ties == "earlier" else ibis.literal(False)
    return years.filter(years.tied == 1).select("author_no", "year", dropped=ibis.ifelse(opened, 1, 0))


def _years(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """``author_no``, ``year``, ``smallest`` (place of the tied), ``tied`` (1 or 0), ``by_neighbours`` (of a tie)."""
    tops = main_places(tables, level=level, movement=movement)
    key = (level, movement.mode_weight, movement.people)
    years = tops.group_by(["author_no", "year"]).agg(smallest=tops.place_no.min(), places=tops.count())
    years = years.mutate(tied=ibis.ifelse(years.places > 1, 1, 0))
    clear = ibis.ifelse(years.tied == 0, years.smallest, ibis.null("int64"))
    years = years.mutate(clear=clear, dated=years.year * _YEAR + clear)
    career = ibis.window(group_by="author_no", order_by="year")
    before = ibis.window(group_by="author_no", order_by="year", preceding=(None, 1))
    years = years.mutate(earlier=years.dated.max().over(before) % _YEAR, following=years.clear.lead().over(career))
    years = tables.keep(
        ("main years", *key), years.select("author_no", "year", "smallest", "tied", "earlier", "following")
    )
    open_years = years.filter(years.tied == 1).select(a="author_no", y="year", earlier="earlier", following="following")
    tied = open_years.inner_join(tops, [("a", "author_no"), ("y", "year")])
    tied = tied.group_by(["a", "y"]).agg(
        held=tied.place_no.max(where=tied.place_no == tied.earlier),
        coming=tied.place_no.max(where=tied.place_no == tied.following),
    )
    tied = tied.select("a", "y", by_neighbours=ibis.coalesce(tied.held, tied.coming))
    years = years.left_join(tied, [("author_no", "a"), ("year", "y")])
    return years.select("author_no", "year", "smallest", "tied", "by_neighbours")


def _key(level: str, movement: Movement) -> tuple[object, ...]:
    """What main places depend on: other gaps start from the same ones."""
    return level, movement.mode_weight, movement.ties, movement.people


def moves_by_mode(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """Changes of the main place between years that follow on one another.

    Returns
    -------
    ibis table
        ``author_no``, ``from_no``, ``to_no``, ``year`` (first at the new place), ``last_year_at_from``, ``kind``
        (``move``; ``gap`` over more than ``max_gap`` empty years), ``is_return``, ``returns_to_origin``,
        ``career_end``
    """
    years = mode_years(tables, level=level, movement=movement)
    career = ibis.window(group_by="author_no", order_by="year")
    held = years.group_by(b="author_no", q="place_no").agg(held_since=years.year.min())
    years = years.mutate(from_no=years.place_no.lag().over(career), last_year_at_from=years.year.lag().over(career))
    changes = years.filter(years.from_no.notnull(), years.from_no != years.place_no)
    changes = changes.inner_join(held, [("author_no", "b"), ("place_no", "q")]).drop("b", "q")
    changes = changes.mutate(last_change=changes.year.max().over(group_by="author_no"))
    changes = tables.keep(("changes of mode", *_key(level, movement)), changes)
    bounds = career_bounds(tables, level=level, movement=movement).select(person="author_no", began="began")
    seen = numbered_observations(tables, level=level, movement=movement)
    first = seen.inner_join(bounds, [("author_no", "person"), ("year", "began")])
    first = first.select(a="author_no", origin="place_no")
    changes = changes.left_join(first, [("author_no", "a"), ("place_no", "origin")])
    moves = changes.select(
        "author_no",
        "from_no",
        "year",
        "last_year_at_from",
        to_no="place_no",
        kind=ibis.ifelse(changes.year - changes.last_year_at_from - 1 > movement.max_gap, "gap", "move"),
        is_return=changes.held_since < changes.year,
        returns_to_origin=changes.origin.notnull(),
        career_end=changes.year == changes.last_change,
    )
    kin = kin_of_places(tables, level=level, movement=movement)
    return moves if kin is None else moves.anti_join(kin, [("from_no", "one"), ("to_no", "other")])
