"""Group moves: colleagues who go from one institution to another at the same time."""

from __future__ import annotations

import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.counting.levels import unit_of_site
from toolkit.measures.counting.options import is_count
from toolkit.measures.counting.parts import Years
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.movement.rules import moves_counted
from toolkit.measures.tables import Tables

__all__ = ["group_moves"]

_BEFORE = 3
"""Years before a move in which the joint article lies [years]."""


def group_moves(
    tables: Tables,
    *,
    level: str = "institution",
    movement: Movement = DEFAULT_MOVEMENT,
    years: Years | None = None,
    least: int = 3,
) -> ir.Table:
    """Groups of authors of one article at i who move from i to j within one year of each other.

    At least ``least`` authors signed one article at i in [y - 3, y - 1] of each one's own move from i to j in y, and
    these moves lie in y0 or y0 + 1, y0 being the earliest of them. Groups of the same way and y0 are one group,
    whichever article shows them; those who are all in the group that began a year before are no group of their own.

    Parameters
    ----------
    tables, movement
        As :func:`~toolkit.measures.flows.counts.flow_counts`.
    level
        ``institution`` or ``parent``.
    years
        First and last year of y0, both inclusive.
    least
        Fewest authors [researchers].

    Returns
    -------
    ibis table
        ``from_id``, ``to_id``, ``year`` (y0), ``last_year``, ``authors`` [researchers], ``articles`` (that show it),
        ``author_id``; a row for each author of a group

    Raises
    ------
    BadParameter
        Another level, or fewer than two authors.
    """
    if level not in ("institution", "parent"):
        raise BadParameter("level", level, "groups leave institutions: institution or parent")
    if not is_count(least, least=2):
        raise BadParameter("least", least, "a group has at least 2 authors")
    shown = tables.keep(("group movers", level, movement), _articles_of_movers(tables, level, movement))
    starts = shown.select("from_id", "to_id", "work_id", start="year").distinct()
    near = starts.inner_join(shown, ["from_id", "to_id", "work_id"])
    near = near.filter(near.year >= near.start, near.year <= near.start + 1)
    way = ["from_id", "to_id", "start"]
    big = near.group_by([*way, "work_id"]).agg(authors=near.author_id.nunique(), first=near.year.min())
    big = big.filter(big.authors >= least).select(*way, "work_id")
    members = near.inner_join(big, [*way, "work_id"])
    found = members.group_by(way).agg(articles=members.work_id.nunique())
    people = members.select(*way, "author_id", "year").distinct()
    sums = people.group_by(way).agg(
        last_year=people.year.max(),
        authors=people.author_id.nunique(),
    )
    found = sums.inner_join(found, way)
    earlier = people.select("from_id", "to_id", "author_id", begun=people.start + 1)
    fresh = people.anti_join(earlier, [*("from_id", "to_id", "author_id"), ("start", "begun")])
    found = found.semi_join(fresh.select(*way).distinct(), way)
    found = found.inner_join(people.select(*way, "author_id"), way)
    found = found.select("from_id", "to_id", "last_year", "authors", "articles", "author_id", year="start")
    return found if years is None else found.filter(found.year.between(*years))


def _articles_of_movers(tables: Tables, level: str, movement: Movement) -> ir.Table:
    """Moves with each article that the mover signed at the place left in the three years before."""
    moves = moves_counted(tables, level=level, movement=movement).select("author_id", "from_id", "to_id", "year")
    homes = unit_of_site(tables, level).select(home="site_id", place="unit_id")
    works = tables.works.filter(tables.works.year.notnull())
    works = works.select(dated_id="work_id", published=works.year.cast("int64"))
    signed = tables.authorships.semi_join(moves.select("author_id").distinct(), "author_id")
    signed = signed.inner_join(homes, [("site_id", "home")]).inner_join(works, [("work_id", "dated_id")])
    signed = signed.select("work_id", "published", "place", signer="author_id").distinct()
    shown = moves.inner_join(signed, [("author_id", "signer"), ("from_id", "place")])
    shown = shown.filter(shown.published.between(shown.year - _BEFORE, shown.year - 1))
    return shown.select("author_id", "from_id", "to_id", "year", "work_id")
