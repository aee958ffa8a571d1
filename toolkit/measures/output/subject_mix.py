"""Output by subject: the mix of a unit, the concentration of a subject, the rank of units in each."""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting.levels import SPECIAL, UNASSIGNED, UNLOCATED
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import (
    NO_SUBJECT,
    Years,
    numbered_parts,
    numbered_works,
    site_parts,
    unassigned_parts,
    unit_numbers,
)
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.precision import exact_sum, from_limbs, summed_over_years
from toolkit.measures.tables import Tables

__all__ = ["subject_concentration", "subject_mix", "subject_shares", "yearly_subject_shares", "yearly_subject_totals"]


def yearly_subject_shares(
    tables: Tables, *, level: str, counting: Counting = DEFAULT, years: Years | None = None
) -> ir.Table:
    """Count and Share of each unit in each subject and year, see :func:`subject_shares`.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``subject``, ``count``, ``share`` [articles]
    """
    stored = tables.built(f"{level}_subjects", years) if counting.is_default else None
    known = tables.covering(("subject_shares", level, counting), years) if stored is None else stored
    if known is not None:
        return known
    about = _subjects_of_works(tables, counting=counting, years=years)
    parts = numbered_parts(tables, level=level, counting=counting, years=years).inner_join(about, "work_no")
    parts = parts.select("unit_no", "year", "subject", part=parts.share * parts.weight)
    shares = parts.group_by("unit_no", "year", "subject").agg(count=parts.count(), share=exact_sum(parts.part))
    shares = shares.left_join(unit_numbers(tables, level), [("unit_no", "number")])
    shares = shares.select("year", "subject", "count", "share", id=ibis.coalesce(shares.unit_id, UNLOCATED))
    nowhere = unassigned_parts(tables, counting=counting, years=years)
    numbers = numbered_works(tables, counting=counting, years=years).select("work_id", "work_no")
    nowhere = nowhere.inner_join(numbers, "work_id").inner_join(about, "work_no")
    nowhere = nowhere.mutate(part=nowhere.share * nowhere.weight)
    nowhere = nowhere.group_by("year", "subject").agg(count=nowhere.count(), share=exact_sum(nowhere.part))
    columns = ("id", "year", "subject", "count", "share")
    shares = shares.select(*columns).union(nowhere.mutate(id=ibis.literal(UNASSIGNED)).select(*columns))
    return tables.keep(("subject_shares", level, counting, years), shares)


def yearly_subject_totals(tables: Tables, *, counting: Counting = DEFAULT, years: Years | None = None) -> ir.Table:
    """Assigned Share of the whole corpus by subject and year: of all authors with a usable affiliation.

    Returns
    -------
    ibis table
        ``subject``, ``year``, ``given``, ``whole`` (of all subjects, each article once) [articles]
    """
    stored = tables.built("subject_totals", years) if counting.is_default else None
    if stored is not None:
        return stored
    parts = site_parts(tables, counting=counting, years=years)
    works = parts.group_by(["work_no", "year"]).agg(assigned=from_limbs(parts.high.sum(), parts.low.sum()))
    works = tables.keep(("assigned", counting, years), works)
    whole = works.group_by("year").agg(whole=exact_sum(works.assigned))
    rows = works.inner_join(_subjects_of_works(tables, counting=counting, years=years), "work_no")
    rows = rows.mutate(part=rows.assigned * rows.weight)
    found = rows.group_by("subject", "year").agg(given=exact_sum(rows.part)).inner_join(whole, "year")
    return tables.keep(("subject_totals", counting, years), found.select("subject", "year", "given", "whole"))


def subject_shares(
    tables: Tables, *, level: str, years: Years | None = None, by_year: bool = False, counting: Counting = DEFAULT
) -> ir.Table:
    """Count and Share of each unit in each subject.

    ``Count(i, s)`` = articles of s with at least one author at i. ``Share(i, s) = sum over articles p of
    Share_p(i) w_ps``, w_ps being the part of p that belongs to s (1 over the number of its subjects), or 1 with
    ``subject_counting="whole"``. An article without a subject belongs to ``none``. The counting's own ``subject`` is
    not heeded: all subjects are there.

    Returns
    -------
    ibis table
        ``id`` (``unassigned`` and ``unlocated`` among them), ``year`` (null over a window), ``subject``, ``count``,
        ``share`` [articles]. Counted fractionally, a unit's Shares add up to its Share.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import BEIJING, example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), example_tables())
    >>> rows = subject_shares(tables, level="city", years=(2020, 2020)).to_pyarrow().to_pylist()
    >>> sorted((row["subject"], row["count"], row["share"]) for row in rows if row["id"] == BEIJING)
    [('Chemistry', 1, 0.25), ('Physics', 1, 0.25), ('none', 1, 1.0)]
    """
    counting = replace(counting, subject=None)
    yearly = yearly_subject_shares(tables, level=level, counting=counting, years=years)
    if by_year:
        return yearly
    summed = summed_over_years(yearly, "id", "subject", counts=["count"], parts=["share"])
    summed = summed.select("id", "year", "subject", "count", "share")
    return tables.keep(("subject_shares summed", level, counting, years), summed)


def subject_mix(
    tables: Tables, *, level: str, years: Years | None = None, by_year: bool = False, counting: Counting = DEFAULT
) -> ir.Table:
    """What each unit's output consists of, and where it is specialised.

    ``part(i, s) = Share(i, s) / Share(i)``. ``LQ(i, s) = part(i, s) / part(s)``, where part(s) is the subject's part of
    the corpus's assigned Share: of all authors with a usable affiliation, wherever they stand; 1 = as much of the
    subject as everybody together. ``Herfindahl(i) = sum over s of (Share(i, s) / sum over s of Share(i, s))^2``: 1 =
    one subject, 1 / n = n equal ones.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``subject``, ``count``, ``share`` [articles], ``part``, ``location_quotient`` (null for
        ``unassigned``), ``herfindahl`` (of the unit, the same in each of its rows), ``unit_share`` [articles];
        unrounded. Parts add up to 1, with whole counting to 1 or more.

    References
    ----------
    B. Balassa (1965), Trade liberalisation and revealed comparative advantage. doi 10.1111/j.1467-9957.1965.tb00050.x

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import BEIJING, example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), example_tables())
    >>> rows = subject_mix(tables, level="city", years=(2020, 2020)).to_pyarrow().to_pylist()
    >>> rows = sorted((row for row in rows if row["id"] == BEIJING), key=lambda row: row["subject"])
    >>> [(row["subject"], round(row["part"], 6), round(row["location_quotient"], 6)) for row in rows]
    [('Chemistry', 0.166667, 1.0), ('Physics', 0.166667, 1.0), ('none', 0.666667, 1.0)]
    """
    counting = replace(counting, subject=None)
    shares = subject_shares(tables, level=level, years=years, by_year=by_year, counting=counting)
    span = ["year"] if by_year else []
    whole = unit_shares(tables, level=level, years=years, by_year=by_year, counting=counting)
    whole = whole.select("id", *span, unit_share="share")
    mixes = shares.group_by(["id", *span]).agg(sum_share=exact_sum(shares.share))
    rows = shares.inner_join(whole, ["id", *span]).inner_join(mixes, ["id", *span])
    rows = rows.mutate(square=(rows.share / rows.sum_share.nullif(0.0)) ** 2)
    spread = rows.group_by(["id", *span]).agg(herfindahl=exact_sum(rows.square))
    rows = rows.inner_join(spread, ["id", *span])
    corpus = _corpus_parts(tables, counting=counting, years=years, by_year=by_year)
    rows = rows.left_join(corpus, ["subject", *span])
    part = rows.share / rows.unit_share.nullif(0.0)
    quotient = ibis.ifelse(rows.id == UNASSIGNED, ibis.null("float64"), part / rows.corpus_part.nullif(0.0))
    return rows.select(
        "id",
        "year",
        "subject",
        "count",
        "share",
        "herfindahl",
        "unit_share",
        part=part,
        location_quotient=quotient,
    )


def subject_concentration(
    tables: Tables,
    *,
    level: str,
    largest: int = 10,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """How far each subject is in the hands of few units.

    ``Herfindahl(s) = sum over units i of (Share(i, s) / Share(s))^2`` and ``part of the largest n = sum of the n
    largest Share(i, s) / Share(s)``, Share(s) being the sum over located units.

    Parameters
    ----------
    tables, level, years, by_year, counting
        As :func:`subject_shares`.
    largest
        How many units are the largest ones; of equal ones (to 9 decimals) those whose id comes first as text.

    Returns
    -------
    ibis table
        ``subject``, ``year``, ``units``, ``share`` [articles], ``herfindahl``, ``largest_part``, ``first_id`` (the
        largest unit), ``first_part``; unrounded

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> row = subject_concentration(tables, level="city", largest=2).to_pyarrow().to_pylist()[0]
    >>> row["subject"], row["units"], row["herfindahl"], row["largest_part"]
    ('none', 3, 0.40625, 0.875)
    """
    rows = subject_shares(tables, level=level, years=years, by_year=by_year, counting=counting)
    rows = rows.filter(rows.id.notin(SPECIAL))
    span = ["subject", "year"] if by_year else ["subject"]
    totals = rows.group_by(span).agg(total=exact_sum(rows.share), units=rows.count())
    rows = rows.inner_join(totals, span)
    order = ibis.row_number().over(group_by=span, order_by=[ibis.desc(rows.share.round(9)), rows.id])
    rows = rows.mutate(place=order, part=rows.share / rows.total.nullif(0.0))
    rows = rows.mutate(
        square=rows.part**2,
        large=ibis.ifelse(rows.place < largest, rows.part, 0.0),
        first=ibis.ifelse(rows.place == 0, rows.id, ibis.null("string")),
        first_only=ibis.ifelse(rows.place == 0, rows.part, 0.0),
    )
    found = rows.group_by(span).agg(
        units=rows.units.max(),
        share=rows.total.max(),
        herfindahl=exact_sum(rows.square),
        largest_part=exact_sum(rows.large),
        first_id=rows["first"].max(),
        first_part=exact_sum(rows.first_only),
    )
    return found if by_year else found.mutate(year=ibis.null("int32"))


def _subjects_of_works(tables: Tables, *, counting: Counting, years: Years | None) -> ir.Table:
    """Subjects of each counted article and what it gives to each: ``work_no``, ``subject``, ``weight``."""
    works = numbered_works(tables, counting=counting, years=years).select("work_no", "work_id")
    about = tables.subjects.filter(tables.subjects.subject != NO_SUBJECT)
    about = about.select("subject", about_work="work_id", part="part")
    rows = works.left_join(about, [("work_id", "about_work")])
    fractional = counting.subject_counting == "fractional"
    weight = ibis.coalesce(rows.part, 1.0) if fractional else ibis.literal(1.0)
    rows = rows.select("work_no", subject=ibis.coalesce(rows.subject, NO_SUBJECT), weight=weight)
    return tables.keep(("subjects_of_works", counting, years), rows)


def _corpus_parts(tables: Tables, *, counting: Counting, years: Years | None, by_year: bool) -> ir.Table:
    """Part of each subject in the corpus's assigned Share: ``subject``, ``corpus_part``, with ``by_year`` ``year``."""
    yearly = yearly_subject_totals(tables, counting=counting, years=years)
    if by_year:
        return yearly.select("subject", "year", corpus_part=yearly.given / yearly.whole.nullif(0.0))
    found = yearly.group_by("subject").agg(given=exact_sum(yearly.given))
    each = yearly.select("year", "whole").distinct()
    found = found.cross_join(each.agg(whole=exact_sum(each.whole)))
    return found.select("subject", corpus_part=found.given / found.whole.nullif(0.0))
