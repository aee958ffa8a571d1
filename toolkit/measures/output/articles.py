"""The articles behind a number, each with the part it gives."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.measures.collaboration.internal import internal_parts
from toolkit.measures.collaboration.scores import pair_parts
from toolkit.measures.counting.levels import UNASSIGNED
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, numbered_works, unassigned_parts, unit_numbers, unit_parts
from toolkit.measures.counting.seats import numbered_seat_pairs
from toolkit.measures.tables import Tables

__all__ = ["described", "works_behind", "works_of_partnerships"]


def works_behind(
    tables: Tables,
    *,
    level: str,
    place: str,
    partner: str | None = None,
    inside: bool = False,
    within: str | None = None,
    years: Years | None = None,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Articles behind a Share, a collaboration score or an internal collaboration.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        Level of the number.
    place
        Its unit; ``unassigned`` and ``unlocated`` too.
    partner
        The other unit, for the articles behind a pair's score.
    inside
        The articles behind the internal collaboration of ``place``.
    within
        The pair is one of those inside this city.
    years
        First and last year, inclusive; ``None`` for all.
    counting
        Conventions, the same as of the number.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``share_a`` (part of ``place``), ``share_b`` (part of ``partner``), ``joint_score``
        (their sum), null without a partner. ``share_a`` adds up to Share or internal Share, ``joint_score`` to the
        collaboration score, the rows to Count or joint.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> works_behind(tables, level="city", place="1816670", partner="1799962").to_pyarrow().to_pylist()
    [{'work_id': 'W01', 'year': 2020, 'share_a': 0.5, 'share_b': 0.375, 'joint_score': 0.875}]
    """
    nothing = ibis.null("float64")
    if partner is not None:
        works = pair_parts(tables, level=level, counting=counting, years=years, within=within)
        low, high = sorted((place, partner))
        works = works.filter(works.a_id == low, works.b_id == high)
        first, second = ("share_a", "share_b") if place == low else ("share_b", "share_a")
        return works.select(
            "work_id",
            "year",
            share_a=works[first],
            share_b=works[second],
            joint_score=works.share_a + works.share_b,
        )
    if inside:
        works = internal_parts(tables, level=level, counting=counting, years=years)
        works = works.inner_join(unit_numbers(tables, level), [("place_no", "number")])
        ids = numbered_works(tables, counting=counting, years=years).select("work_no", "work_id")
        works = works.filter(works.unit_id == place).inner_join(ids, "work_no")
    elif place == UNASSIGNED:
        works = unassigned_parts(tables, counting=counting, years=years)
    else:
        works = unit_parts(tables, level=level, counting=counting, years=years, within=within)
        works = works.filter(works.unit_id == place)
    return works.select("work_id", "year", share_a="share", share_b=nothing, joint_score=nothing)


def works_of_partnerships(
    tables: Tables,
    *,
    level: str,
    place: str,
    partner: str | None = None,
    years: Years | None = None,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Articles behind the partnerships of two places, or inside one: a row per article and pair of institutions.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``a_institution`` (at ``place``), ``b_institution`` (at ``partner``). The distinct
        unordered pairs are the number of partnerships.
    """
    pairs = numbered_seat_pairs(tables, level=level, inside=partner is None, counting=counting, years=years)
    numbers = unit_numbers(tables, level)
    low, high = sorted((place, partner or place))
    for end, unit in (("a", low), ("b", high)):
        chosen = numbers.filter(numbers.unit_id == unit).select(**{f"{end}_no": "number"})
        pairs = pairs.semi_join(chosen, f"{end}_no")
    names = unit_numbers(tables, "institution")
    for end in ("a", "b"):
        named = names.select(**{f"{end}_institution_no": "number", f"{end}_institution": "unit_id"})
        pairs = pairs.inner_join(named, f"{end}_institution_no")
    works = numbered_works(tables, counting=counting, years=years).select("work_no", "work_id")
    pairs = pairs.inner_join(works, "work_no")
    first, second = ("a_institution", "b_institution") if place == low else ("b_institution", "a_institution")
    return pairs.select("work_id", "year", a_institution=first, b_institution=second)


def described(tables: Tables, works: ir.Table) -> ir.Table:
    """``works`` with ``doi``, ``title`` and ``journal`` (its name, else its id)."""
    text = tables.works.select("work_id", "doi", "title", "journal_id")
    journals = tables.journals.select(known_journal="journal_id", journal_name="name")
    text = text.left_join(journals, [("journal_id", "known_journal")])
    text = text.select("work_id", "doi", "title", journal=ibis.coalesce(text.journal_name, text.journal_id))
    return works.inner_join(text, "work_id")
