"""The three tables of partnerships: between places, of one place with all others, inside places."""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from toolkit.measures.asking import Question, named
from toolkit.measures.collaboration.partnerships import (
    internal_partnerships,
    one_ended_partnerships,
    partnership_counts,
)
from toolkit.measures.counting.levels import units
from toolkit.measures.precision import rounded
from toolkit.measures.selection import both_in_country, either_in_country, in_country
from toolkit.runs import Answer

__all__ = ["inside_counts", "one_ended_rows", "pair_counts"]

_COUNTS = ("partnerships", "new", "kept", "lost")


def pair_counts(
    question: Question,
    *,
    chosen: Sequence[str],
    country: str | None,
    country_either: bool,
    window: int,
    top: int | None,
) -> Answer:
    """Partnerships of each pair of places, most first; with ``chosen``, of that pair alone."""
    tables, level = question.tables, question.level
    rows = partnership_counts(
        tables,
        level=level,
        years=question.years,
        by_year=question.by_year,
        window=window,
        counting=question.counting,
    )
    for unit in chosen:
        rows = rows.filter((rows.a_id == unit) | (rows.b_id == unit))
    if country is not None:
        keep = either_in_country if country_either else both_in_country
        rows = keep(tables, rows, level=level, country=country)
    rows = named(tables, rows, "a_id", "b_id", level=level)
    columns = ["a_id", "a_name", "b_id", "b_name", "year", *_COUNTS]
    return question.answer(rows, columns, [ibis.desc("partnerships"), "a_id", "b_id"], top=top, total="partnerships")


def inside_counts(
    question: Question, *, place: str | None, country: str | None, window: int, top: int | None
) -> Answer:
    """Partnerships inside each place, most first."""
    tables, level = question.tables, question.level
    rows = internal_partnerships(
        tables,
        level=level,
        years=question.years,
        by_year=question.by_year,
        window=window,
        counting=question.counting,
    )
    if place is not None:
        rows = rows.filter(rows.id == place)
    if country is not None:
        rows = in_country(tables, rows, level=level, country=country)
    rows = named(tables, rows, level=level)
    return question.answer(
        rows, ["id", "name", "year", *_COUNTS], [ibis.desc("partnerships"), "id"], top=top, total="partnerships"
    )


def one_ended_rows(question: Question, *, place: str, window: int, top: int | None) -> Answer:
    """Partnerships of one place with all others, by scope, and its rank among the places of its country."""
    tables, level = question.tables, question.level
    rows = one_ended_partnerships(
        tables,
        level=level,
        years=question.years,
        by_year=question.by_year,
        window=window,
        counting=question.counting,
    )
    countries = units(tables, level).select(placed="id", country="country")
    rows = rows.left_join(countries, [("id", "placed")]).drop("placed")
    if level == "city":
        peers = ["country", "scope", "year"] if question.by_year else ["country", "scope"]
        position = ibis.rank().over(group_by=peers, order_by=ibis.desc("partnerships")) + 1
        following = ibis._.partnerships.lead().over(group_by=peers, order_by=[ibis.desc("partnerships"), "id"])
        rows = rows.mutate(position=position, following=following)
        ratio = rows.partnerships.cast("float64") / rows.following.cast("float64").nullif(0.0)
        known = rows.country.notnull()
        rows = rows.mutate(
            rank_in_country=ibis.ifelse(known, rows.position, ibis.null("int64")),
            ratio_to_next=ibis.ifelse(known, rounded(ratio), ibis.null("float64")),
        )
    rows = named(tables, rows.filter(rows.id == place), level=level)
    columns = ["id", "name", "scope", "year", *_COUNTS, "partner_institutions", "partner_places"]
    if level == "city":
        columns += ["rank_in_country", "ratio_to_next"]
    return question.answer(rows, columns, ["scope"], top=top, total="partnerships")
