"""Careers by the places of their first year (rule ``origin``): who stays, who leaves, who adds places."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.movement.observations import author_numbers, career_bounds, numbered_observations
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.tables import Tables

__all__ = ["ORIGIN_CLASSES", "origin_classes"]

ORIGIN_CLASSES: Final = (
    "single year",
    "stayer",
    "migrant",
    "return migrant",
    "non-directional traveller",
    "directional traveller",
    "partly kept",
)


def origin_classes(tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT) -> ir.Table:
    """Class of each author's career, by the places O of the author's first observed year.

    - ``single year``: seen in one year only;
    - ``stayer``: one place ever;
    - ``migrant``: some later year has no place of O; ``return migrant`` if the last year has one again;
    - ``non-directional traveller``: O are several places, and all of them are kept in every year;
    - ``directional traveller``: O is one place, kept in every year, and others were added;
    - ``partly kept``: O are several places, and each year has some of them, not each year all.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    movement
        Whether suspect authors are left out; the rest of it changes nothing here.

    Returns
    -------
    ibis table
        ``author_id``, ``category``

    References
    ----------
    N. Robinson-Garcia et al., The many faces of mobility: Using bibliometric data to measure the movement of
    scientists, Journal of Informetrics 13 (2019) 50-63, doi 10.1016/j.joi.2018.11.002.

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> origin_classes(tables, level="city").order_by("author_id").to_pyarrow().to_pandas()
      author_id        category
    0     clean         migrant
    1   overlap         migrant
    2  returnee  return migrant
    """
    given = tables.built(f"{level}_origins") if movement.people is None else None
    if given is not None:
        return given
    bounds = career_bounds(tables, level=level, movement=movement)
    seen = numbered_observations(tables, level=level, movement=movement).select("author_no", "place_no", "year")
    # a career in one place or one year has its class from its bounds
    moving = bounds.filter(bounds.lowest != bounds.highest, bounds.began != bounds.ended)
    seen = seen.inner_join(moving.select("author_no", "began", "ended"), "author_no")
    origin = seen.filter(seen.year == seen.began).select(a="author_no", p="place_no", of_origin=ibis.literal(1))
    seen = seen.left_join(origin, [("author_no", "a"), ("place_no", "p")])
    years = seen.group_by(["author_no", "year", "began", "ended"]).agg(kept=ibis.coalesce(seen.of_origin, 0).sum())
    years = years.group_by(moved_no="author_no").agg(
        origins=years.kept.max(where=years.year == years.began),
        least=years.kept.min(),
        at_last=years.kept.max(where=years.year == years.ended),
    )
    careers = bounds.left_join(years, [("author_no", "moved_no")]).inner_join(author_numbers(tables), "author_no")
    left = careers.least == 0
    category = ibis.cases(
        (careers.began == careers.ended, "single year"),
        (careers.lowest == careers.highest, "stayer"),
        (left & (careers.at_last > 0), "return migrant"),
        (left, "migrant"),
        ((careers.origins > 1) & (careers.least == careers.origins), "non-directional traveller"),
        (careers.origins == 1, "directional traveller"),
        else_="partly kept",
    )
    return careers.select("author_id", category=category)
