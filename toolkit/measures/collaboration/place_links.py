"""One place's partners: which institutions its own ones write with, and on how many articles."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from toolkit.measures.collaboration.partnerships import yearly_links
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, unit_numbers
from toolkit.measures.counting.seats import seat_pairs_of_place
from toolkit.measures.tables import Tables

__all__ = ["has_built_links", "links_of_place"]


def has_built_links(tables: Tables, *, level: str, counting: Counting = DEFAULT) -> bool:
    """Whether the links of ``level`` were built, so that no article need be read for those of one place."""
    return counting.is_default and f"{level}_links" in tables.stored


def links_of_place(
    tables: Tables, *, level: str, place: str, inside: bool, counting: Counting = DEFAULT, years: Years | None = None
) -> ir.Table:
    """Pairs of institutions on an article together that have an end in ``place``, seen from there.

    They are the rows of :func:`~toolkit.measures.collaboration.partnerships.yearly_links` of this place: taken from
    those where they were built, else made of the place's own articles.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        ``city``, ``metro``, ``region`` or ``country``.
    place
        Id of the place.
    inside
        Whether the other end is in the place too (each pair stands once then), or elsewhere.
    counting
        Conventions.
    years
        First and last year, inclusive.

    Returns
    -------
    ibis table
        ``year``, ``own_no``, ``partner_no`` (institutions), ``there_no`` (place of the partner), ``joint`` [articles]

    Raises
    ------
    BadParameter
        There are no seats at the level.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> links = links_of_place(tables, level="city", place="1816670", inside=False)
    >>> int(links.joint.sum().to_pyarrow().as_py())
    4
    """
    key = ("links of place", level, place, inside, counting, years)
    if key in tables.kept:
        return tables.kept[key]
    asked: dict[str, Any] = {"level": level, "place": place, "inside": inside, "years": years}
    if has_built_links(tables, level=level, counting=counting):
        return _built(tables, **asked)
    pairs = seat_pairs_of_place(tables, counting=counting, **asked)
    links = pairs.group_by("year", "own_no", "partner_no", "there_no").agg(joint=pairs.count())
    return tables.keep(key, links)


def _built(tables: Tables, *, level: str, place: str, inside: bool, years: Years | None) -> ir.Table:
    """The place's rows of the built links, those of its second ends turned round."""
    links = yearly_links(tables, level=level, inside=inside, years=years)
    numbers = unit_numbers(tables, level)
    here = numbers.filter(numbers.unit_id == place).select(here_no="number")
    own, partner = "a_institution_no", "b_institution_no"
    first = links.inner_join(here, [("a_no", "here_no")])
    first = first.select("year", "joint", own_no=own, partner_no=partner, there_no="b_no")
    if inside:
        return first
    second = links.inner_join(here, [("b_no", "here_no")])
    return first.union(second.select("year", "joint", own_no=partner, partner_no=own, there_no="a_no"))
