"""Seats: an institution at a place, the ends of a partnership."""

from __future__ import annotations

import ibis.expr.types as ir

from toolkit.measures.counting.levels import PLACE_LEVELS, check_level
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.pairing import end_columns, linked, of_pairable_size, without_kin
from toolkit.measures.counting.parts import Years, numbered_seats, unit_numbers
from toolkit.measures.tables import Tables

__all__ = ["numbered_seat_pairs", "seat_pairs_of_place"]


def numbered_seat_pairs(
    tables: Tables, *, level: str, inside: bool, counting: Counting = DEFAULT, years: Years | None = None
) -> ir.Table:
    """Pairs of different institutions on each article, with the places they sign from.

    Kin are left out as :class:`~toolkit.measures.counting.options.Counting` says.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        ``city``, ``metro``, ``region`` or ``country``.
    inside
        Whether both seats are at one place, or at two.
    counting
        Conventions.
    years
        First and last year, inclusive.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``a_no``, ``b_no`` (places; equal if ``inside``, else ``a_no < b_no``),
        ``a_institution_no``, ``b_institution_no``

    Raises
    ------
    BadParameter
        Another level.
    """
    check_level(level, PLACE_LEVELS)
    two_authors = counting.link == "two-authors"
    seats = numbered_seats(tables, level=level, counting=counting, years=years, authors=two_authors)
    a = of_pairable_size(seats, counting).select(
        "work_no", "year", a_no="place_no", a_institution_no="institution_no", **end_columns(counting, "a")
    )
    b = seats.select("work_no", b_no="place_no", b_institution_no="institution_no", **end_columns(counting, "b"))
    if inside:
        pairs = a.inner_join(b, ["work_no", ("a_no", "b_no")])
        pairs = pairs.filter(pairs.a_institution_no < pairs.b_institution_no)
    else:
        pairs = a.inner_join(b, "work_no")
        pairs = pairs.filter(pairs.a_no < pairs.b_no, pairs.a_institution_no != pairs.b_institution_no)
    pairs = linked(pairs, counting)
    pairs = pairs.select("work_no", "year", "a_no", "b_no", "a_institution_no", "b_institution_no")
    return without_kin(
        tables, pairs, level="institution", counting=counting, a="a_institution_no", b="b_institution_no"
    )


def seat_pairs_of_place(
    tables: Tables, *, level: str, place: str, inside: bool, counting: Counting = DEFAULT, years: Years | None = None
) -> ir.Table:
    """The pairs of :func:`numbered_seat_pairs` that have an end in ``place``, seen from there.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``own_no``, ``partner_no`` (institutions), ``there_no`` (place of the partner, the same
        if ``inside``, where each pair stands once)
    """
    check_level(level, PLACE_LEVELS)
    two_authors = counting.link == "two-authors"
    seats = numbered_seats(tables, level=level, counting=counting, years=years, authors=two_authors, place=place)
    numbers = unit_numbers(tables, level)
    here = numbers.filter(numbers.unit_id == place).select(own_place="number")
    own = of_pairable_size(seats, counting)
    own = own.select("work_no", "year", own_place="place_no", own_no="institution_no", **end_columns(counting, "a"))
    own = own.inner_join(here, "own_place")
    others = seats.select("work_no", there_no="place_no", partner_no="institution_no", **end_columns(counting, "b"))
    pairs = own.inner_join(others, "work_no")
    if inside:
        pairs = pairs.filter(pairs.own_place == pairs.there_no, pairs.own_no < pairs.partner_no)
    else:
        pairs = pairs.filter(pairs.own_place != pairs.there_no, pairs.own_no != pairs.partner_no)
    pairs = linked(pairs, counting).select("work_no", "year", "own_no", "partner_no", "there_no")
    pairs = without_kin(tables, pairs, level="institution", counting=counting, a="own_no", b="partner_no")
    return tables.keep(("pairs of place", level, place, inside, counting, years), pairs)
