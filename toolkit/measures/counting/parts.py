"""The base relation of every measure: which part of which article belongs to which unit.

Author a of an article with n authors signs from k sites; each of the sites gets ``1 / (n k)`` of the article.
A unit's part ``Share_p`` is the sum over its sites.

Joins and groupings run on numbers given to articles and units, several times as fast as on the ids themselves; the ids
come back in what the public functions return.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.counting.journals import ASTRONOMY, ASTRONOMY_WEIGHT, in_journals, weighted_fractional
from toolkit.measures.counting.levels import UNLOCATED, unit_of_site
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.precision import from_limbs, limbs
from toolkit.measures.tables import Tables

__all__ = [
    "NO_SUBJECT",
    "Years",
    "articles_key",
    "author_parts",
    "counted_works",
    "numbered_parts",
    "numbered_seats",
    "numbered_works",
    "site_homes",
    "site_parts",
    "unassigned_parts",
    "unit_numbers",
    "unit_parts",
    "unsummed_parts",
    "year_totals",
]

NO_SUBJECT: Final = "none"
"""Name under which articles without a subject are asked for."""

Years = tuple[int, int]


def year_totals(tables: Tables, *, counting: Counting = DEFAULT) -> ir.Table:
    """N_y: articles of each year with at least one author.

    Articles with a cut author list are in; those above ``max_authors`` and of other journals than those asked
    for are out. A subject changes nothing here: adjusted Share measures against the growth of the whole corpus.

    Returns
    -------
    ibis table
        ``year``, ``articles`` [articles]
    """
    stored = tables.built("year_totals") if (counting.max_authors, counting.journals) == (None, None) else None
    if stored is not None:
        return stored
    works = _dated_works(tables, counting=counting, years=None)
    totals = works.group_by("year").agg(articles=works.count())
    return tables.keep(("year_totals", counting.max_authors, counting.journals), totals)


def counted_works(tables: Tables, *, counting: Counting = DEFAULT, years: Years | None = None) -> ir.Table:
    """Articles that are counted: with a year, with an author, and none of those the counting leaves out.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``n_authors``, ``weight`` (the subject's part of the article; 1 without a subject),
        with ``wfc`` a fifth of that in journals of astronomy
    """
    works = _of_subject(tables, counting=counting, years=years)
    return weighted_fractional(tables, works) if counting.wfc else works


def _of_subject(tables: Tables, *, counting: Counting, years: Years | None) -> ir.Table:
    works = _dated_works(tables, counting=counting, years=years)
    if counting.truncated == "drop":
        works = works.filter(~ibis.coalesce(works.authors_truncated, False))
    works = works.select("work_id", "year", "n_authors")
    if counting.subject is None:
        return works.mutate(weight=ibis.literal(1.0))
    subjects = tables.subjects
    if counting.subject == NO_SUBJECT:
        others = subjects.filter(subjects.subject != NO_SUBJECT).select("work_id")
        return works.anti_join(others, "work_id").mutate(weight=ibis.literal(1.0))
    chosen = subjects.filter(subjects.subject == counting.subject).select(subject_work="work_id", weight="part")
    works = works.inner_join(chosen, [("work_id", "subject_work")]).drop("subject_work")
    return works if counting.subject_counting == "fractional" else works.mutate(weight=ibis.literal(1.0))


def unit_parts(
    tables: Tables, *, level: str, counting: Counting = DEFAULT, years: Years | None = None, within: str | None = None
) -> ir.Table:
    """Part of each article that belongs to each unit.

    ``Share_p(i) = sum over authors a of p with i among their sites' units of 1 / (n_p k_ap)``, times the subject's
    part where a subject is asked for.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    counting
        Conventions.
    years
        First and last year, both inclusive.
    within
        Only sites in this city: an institution then has the part of its sites there.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``unit_id`` (``unlocated`` where unknown), ``share`` [articles], ``n_authors_here``,
        ``one_author`` (the author's key where there is only one, else null)

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> parts = unit_parts(tables, level="city").order_by("unit_id").to_pyarrow()
    >>> parts.select(["unit_id", "share", "n_authors_here"]).to_pylist()[0]
    {'unit_id': '1799962', 'share': 0.375, 'n_authors_here': 2}
    """
    parts = numbered_parts(tables, level=level, counting=counting, years=years, within=within, authors=True)
    works = numbered_works(tables, counting=counting, years=years).select("work_no", "work_id")
    parts = parts.inner_join(works, "work_no")
    parts = parts.left_join(unit_numbers(tables, level), [("unit_no", "number")])
    one = parts.first_author == parts.last_author
    return parts.select(
        work_id=parts.work_id,
        year=parts.year,
        unit_id=ibis.coalesce(parts.unit_id, UNLOCATED),
        share=parts.share,
        n_authors_here=parts.n_authors_here,
        one_author=ibis.ifelse(one, parts.first_author, ibis.null("string")),
    )


def unassigned_parts(tables: Tables, *, counting: Counting = DEFAULT, years: Years | None = None) -> ir.Table:
    """Part of each article whose authors have no usable affiliation: their number over n.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``share`` [articles]; articles without such an author are left out
    """
    if counting.wfc:
        whole = unassigned_parts(tables, counting=replace(counting, wfc=False), years=years)
        return weighted_fractional(tables, whole.rename(weight="share")).rename(share="weight")
    parts = author_parts(tables, counting=counting, years=years)
    assigned = parts.group_by("work_no").agg(assigned=parts.part.sum())
    works = numbered_works(tables, counting=counting, years=years).left_join(assigned, "work_no")
    # each author with a site adds weight / n, so this is a whole number but for the last digits of a sum
    known = (ibis.coalesce(works.assigned, 0.0) / works.weight * works.n_authors).round().cast("int64")
    works = works.mutate(missing=works.n_authors - known)
    works = works.filter(works.missing > 0)
    works = works.select("work_id", "year", share=works.weight * works.missing / works.n_authors)
    return tables.keep(("unassigned", articles_key(counting), years), works)


def numbered_works(
    tables: Tables, *, counting: Counting = DEFAULT, years: Years | None = None, ordered: bool = False
) -> ir.Table:
    """What :func:`counted_works` gives, with a number for each article.

    The numbers are made once for each conventions and years, so ``work_no`` is the same in all relations made with
    them; they stand in no order, as nothing printed depends on one, unless ``ordered`` asks for that of the ids.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``n_authors``, ``weight``, ``work_no``
    """
    if counting.wfc:
        whole = numbered_works(tables, counting=replace(counting, wfc=False), years=years)
        return tables.keep(("works", articles_key(counting), years), weighted_fractional(tables, whole))
    stored = tables.built("articles", years) if _is_usual(counting) else None
    if stored is not None:
        return stored
    works = counted_works(tables, counting=counting, years=years)
    works = works.mutate(work_no=ibis.row_number().over(order_by="work_id") if ordered else ibis.row_number())
    return tables.keep(("works", articles_key(counting), years), works)


def unit_numbers(tables: Tables, level: str) -> ir.Table:
    """Number of each unit of ``level``, from 1 in the order of the ids; 0 stands for ``unlocated``.

    Returns
    -------
    ibis table
        ``number``, ``unit_id``
    """
    given = tables.known(("unit_numbers", level), f"{level}_numbers")
    if given is not None:
        return given
    known = unit_of_site(tables, level).select("unit_id").distinct()
    known = known.filter(known.unit_id != UNLOCATED)
    known = known.mutate(number=ibis.row_number().over(order_by="unit_id") + 1)
    return tables.keep(("unit_numbers", level), known)


def author_parts(
    tables: Tables, *, counting: Counting = DEFAULT, years: Years | None = None, authors: bool = False
) -> ir.Table:
    """Part of each article that each author gives to each site, ``weight / (n k)``.

    The canonical table has a row per article, author and site, without repeats; rows without a site don't enter k.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``site_no``, ``part`` [articles] and its ``high`` and ``low``
        (:func:`~toolkit.measures.precision.limbs`); with ``authors`` also ``author_key``
    """
    works = numbered_works(tables, counting=counting, years=years)
    signed = tables.authorships.filter(tables.authorships.site_id.notnull()).inner_join(works, "work_id")
    signed = signed.left_join(unit_numbers(tables, "site"), [("site_id", "unit_id")])
    signed = signed.select(
        "work_no", "year", "author_key", "weight", "n_authors", site_no=ibis.coalesce(signed.number, 0)
    )
    # after the ids became numbers: what a window carries along costs more than what it counts
    signed = signed.mutate(k=ibis._.count().over(group_by=["work_no", "author_key"]))
    parts = signed.mutate(part=signed.weight / (signed.n_authors * signed.k))
    high, low = limbs(parts.part)
    keys = ["author_key"] if authors else []
    parts = parts.select("work_no", "year", "site_no", *keys, "part", high=high, low=low)
    return tables.keep(("author_parts", articles_key(counting), years, authors), parts)


def site_parts(tables: Tables, *, counting: Counting = DEFAULT, years: Years | None = None) -> ir.Table:
    """Part of each article that belongs to each site, in rows whose ``high`` and ``low`` add up to it.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``site_no``, ``high``, ``low``; a row or several for each article and site
    """
    columns = ("work_no", "year", "site_no", "high", "low")
    if counting.wfc:
        parts = site_parts(tables, counting=replace(counting, wfc=False), years=years)
        works = numbered_works(tables, counting=counting, years=years)
        dimmed = works.semi_join(in_journals(tables, tables.works, ASTRONOMY), "work_id").select(dimmed_no="work_no")
        parts = parts.left_join(dimmed, [("work_no", "dimmed_no")])
        high, low = limbs(from_limbs(parts.high, parts.low) * ASTRONOMY_WEIGHT)
        dim = parts.dimmed_no.notnull()
        parts = parts.mutate(high=ibis.ifelse(dim, high, parts.high), low=ibis.ifelse(dim, low, parts.low))
        return parts.select(*columns)
    stored = tables.built("site_parts", years) if _is_usual(counting) else None
    return author_parts(tables, counting=counting, years=years).select(*columns) if stored is None else stored


def numbered_parts(
    tables: Tables,
    *,
    level: str,
    counting: Counting = DEFAULT,
    years: Years | None = None,
    within: str | None = None,
    authors: bool = False,
    units: tuple[str, ...] | None = None,
) -> ir.Table:
    """What :func:`unit_parts` gives, by numbers; the authors' columns only where asked for.

    ``units`` asks for the parts of these alone, which is quicker where it can be told before all are added up.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``unit_no``, ``share`` [articles] and its ``high`` and ``low``
        (:func:`~toolkit.measures.precision.limbs`); with ``authors`` also ``first_author``, ``last_author``,
        ``n_authors_here``
    """
    asked: dict[str, Any] = {"level": level, "counting": counting, "years": years, "within": within}
    parts = unsummed_parts(tables, authors=authors, units=units, **asked)
    key = ("parts", level, articles_key(counting), counting.rollup, years, within, authors, units)
    return tables.keep(key, _summed(parts, ["work_no", "year", "unit_no"], authors=authors))


def unsummed_parts(
    tables: Tables,
    *,
    level: str,
    counting: Counting = DEFAULT,
    years: Years | None = None,
    within: str | None = None,
    authors: bool = False,
    units: tuple[str, ...] | None = None,
) -> ir.Table:
    """What :func:`numbered_parts` adds up: for those who add up more.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``unit_no``, ``high``, ``low`` among others; one or several rows for each article and
        unit
    """
    if counting.rollup == "first":
        if within is not None:
            raise BadParameter(
                "rollup",
                "first",
                "inside one city an institution has the part of its sites there, which it splits last",
            )
        return _rolled_up_first(tables, level=level, counting=counting, years=years)
    return _split_first(
        tables, level=level, counting=counting, years=years, within=within, authors=authors, units=units
    )


def numbered_seats(
    tables: Tables,
    *,
    level: str,
    counting: Counting = DEFAULT,
    years: Years | None = None,
    authors: bool = False,
    place: str | None = None,
) -> ir.Table:
    """Institutions at places on each article: what partnerships are made of.

    With ``place``, of articles that this place is on alone.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``institution_no``, ``place_no``; with ``authors`` also ``first_author``,
        ``last_author``; located seats only, no repeats
    """
    key = ("seat_parts", level, articles_key(counting), years, authors, place)
    given = tables.known(key)
    if given is not None:
        return given
    parts = _parts_of_authors_or_sites(tables, counting=counting, years=years, authors=authors)
    places = site_homes(tables, level)
    if place is not None:
        there = places.filter(places.unit_id == place).select("site_no")
        works = parts.inner_join(there, "site_no").select("work_no").distinct()
        # kept: a query that reads the parts twice would join them in whole
        works = tables.keep(("works of place", level, place, articles_key(counting), years, authors), works)
        parts = parts.inner_join(works, "work_no")
    places = places.filter(places.number > 0).select("site_no", place_no="number")
    institutions = site_homes(tables, "institution").select("site_no", institution_no="number")
    seats = parts.inner_join(places, "site_no").inner_join(institutions, "site_no")
    keys = ["work_no", "year", "institution_no", "place_no"]
    if not authors:
        return tables.keep(key, seats.select(keys).distinct())
    people = {"first_author": seats.author_key.min(), "last_author": seats.author_key.max()}
    return tables.keep(key, seats.group_by(keys).agg(**people))


def _split_first(
    tables: Tables,
    *,
    level: str,
    counting: Counting,
    years: Years | None,
    within: str | None,
    authors: bool,
    units: tuple[str, ...] | None,
) -> ir.Table:
    """Parts of authors at sites, each under its site's unit: a part for each of several units, or its full part."""
    if level == "type":
        parts = author_parts(tables, counting=counting, years=years, authors=authors)
    else:
        parts = _parts_of_authors_or_sites(tables, counting=counting, years=years, authors=authors)
    homes = site_homes(tables, level)
    if units is not None:
        homes = homes.filter(homes.unit_id.isin(units))
    homes = homes.drop("unit_id")
    if within is None:
        parts = parts.left_join(homes, "site_no") if units is None else parts.inner_join(homes, "site_no")
    else:
        cities = site_homes(tables, "city")
        inside = cities.filter(cities.unit_id == within).select("site_no")
        parts = parts.inner_join(homes.semi_join(inside, "site_no"), "site_no")
    if level == "type":
        high, low = limbs(parts.part * ibis.coalesce(parts.portion, 1.0))
        parts = parts.mutate(high=high, low=low)
    return parts.mutate(unit_no=ibis.coalesce(parts.number, 0))


def _rolled_up_first(tables: Tables, *, level: str, counting: Counting, years: Years | None) -> ir.Table:
    """Parts of authors at the distinct units of their sites, ``weight / (n K)`` with K such units.

    Each site without a unit at the level is one of the K, and its part is ``unlocated``.
    """
    signed = author_parts(tables, counting=counting, years=years, authors=True)
    homes = site_homes(tables, level).select("site_no", "number")
    signed = signed.left_join(homes, "site_no")
    leaf = ibis.ifelse(ibis.coalesce(signed.number, 0) > 0, signed.number, -signed.site_no)
    signed = signed.select("work_no", "year", "author_key", leaf=leaf).distinct()
    signed = signed.mutate(k=ibis._.count().over(group_by=["work_no", "author_key"]))
    works = numbered_works(tables, counting=counting, years=years).select("work_no", "n_authors", "weight")
    signed = signed.inner_join(works, "work_no")
    high, low = limbs(signed.weight / (signed.n_authors * signed.k))
    return signed.select("work_no", "year", "author_key", unit_no=ibis.greatest(signed.leaf, 0), high=high, low=low)


def site_homes(tables: Tables, level: str) -> ir.Table:
    """Units of each site by number: ``site_no``, ``number`` (0 where unlocated), ``unit_id``.

    At level ``type`` also ``portion``: what each of the site's types has of it.
    """
    given = tables.known(("site_homes", level), f"{level}_homes")
    if given is not None:
        return given
    sites = unit_numbers(tables, "site").select(site_no="number", numbered_site="unit_id")
    homes = unit_of_site(tables, level).inner_join(sites, [("site_id", "numbered_site")])
    homes = homes.select("site_no", "unit_id").left_join(unit_numbers(tables, level), "unit_id")
    homes = homes.select("site_no", "unit_id", number=ibis.coalesce(homes.number, 0))
    if level == "type":
        homes = homes.mutate(portion=1.0 / ibis._.count().over(group_by="site_no").cast("float64"))
    return tables.keep(("site_homes", level), homes)


def articles_key(counting: Counting) -> tuple[object, ...]:
    """The conventions that change which articles count and by what weight; the others concern units or pairs only."""
    return (
        counting.truncated,
        counting.max_authors,
        counting.subject,
        counting.subject_counting,
        counting.wfc,
        counting.journals,
    )


def _dated_works(tables: Tables, *, counting: Counting, years: Years | None) -> ir.Table:
    works = tables.works
    works = works.filter(works.year.notnull(), works.n_authors >= 1)
    if years is not None:
        works = works.filter(works.year.between(*years))
    if counting.max_authors is not None:
        works = works.filter(works.n_authors <= counting.max_authors)
    return works if counting.journals is None else in_journals(tables, works, counting.journals)


def _is_usual(counting: Counting) -> bool:
    """Whether the articles that count, and their weights, are those of the stored tables."""
    return articles_key(counting) == articles_key(DEFAULT)


def _parts_of_authors_or_sites(tables: Tables, *, counting: Counting, years: Years | None, authors: bool) -> ir.Table:
    if authors:
        return author_parts(tables, counting=counting, years=years, authors=True)
    return site_parts(tables, counting=counting, years=years)


def _summed(parts: ir.Table, keys: list[str], *, authors: bool) -> ir.Table:
    sums = {"high": parts.high.sum(), "low": parts.low.sum()}
    if authors:
        sums["first_author"] = parts.author_key.min()
        sums["last_author"] = parts.author_key.max()
        sums["n_authors_here"] = parts.author_key.nunique()
    summed = parts.group_by(keys).agg(**sums)
    return summed.mutate(share=from_limbs(summed.high, summed.low))
