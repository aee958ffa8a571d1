"""Collaboration types of articles: one author, one institution, one country, several."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.corpus.schema import FUNDER
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, numbered_parts, numbered_works, unit_numbers
from toolkit.measures.precision import exact_sum
from toolkit.measures.tables import Tables

__all__ = ["ALL_ARTICLES", "COMPANY", "TYPES", "article_types", "type_counts", "with_industry", "yearly_types"]

TYPES: Final = ("single-author", "single-institution", "domestic", "international", "unknown")
"""Types in the order in which an article is tried for them; what fits none of the first four is unknown."""
COMPANY: Final = "company"
"""The institution type that stands for industry."""
ALL_ARTICLES: Final = "all"
"""Id of the whole corpus, where no level is asked for."""


def article_types(tables: Tables, *, counting: Counting = DEFAULT, years: Years | None = None) -> ir.Table:
    """Type of each article, from its known affiliations.

    In this order: ``single-author`` (n_p = 1, whatever the affiliations), ``single-institution`` (one institution,
    wherever its sites stand), ``domestic`` (several institutions, their known countries are one), ``international``
    (several countries). ``unknown``: no affiliation, or several institutions of which none has a country. A country is
    the site's, as at level ``country``.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``weight`` [articles], ``type``, ``industry`` (0 or 1, see :func:`with_industry`)
    """
    works = numbered_works(tables, counting=counting, years=years)
    for level in ("institution", "country"):
        parts = numbered_parts(tables, level=level, counting=counting, years=years)
        located = parts.filter(parts.unit_no > 0)
        number = located.group_by("work_no").agg(**{f"{level}_number": located.unit_no.nunique()})
        works = works.left_join(number, "work_no")
        works = works.drop(*(column for column in works.columns if column.endswith("_right")))
    institutions = ibis.coalesce(works.institution_number, 0)
    countries = ibis.coalesce(works.country_number, 0)
    kind = ibis.cases(
        (works.n_authors == 1, TYPES[0]),
        (institutions == 1, TYPES[1]),
        ((institutions > 1) & (countries == 1), TYPES[2]),
        ((institutions > 1) & (countries > 1), TYPES[3]),
        else_=TYPES[4],
    )
    works = works.select("work_no", "year", "weight", type=kind)
    flagged = with_industry(tables, counting=counting, years=years).mutate(industry=ibis.literal(1, "int64"))
    works = works.left_join(flagged, "work_no")
    works = works.select("work_no", "year", "weight", "type", industry=ibis.coalesce(works.industry, 0))
    return tables.keep(("article_types", counting, years), works)


def with_industry(tables: Tables, *, counting: Counting = DEFAULT, years: Years | None = None) -> ir.Table:
    """Articles that a company shares with another kind of institution: the industry flag.

    At least one institution is a company (among its types), and at least one other is typed and not only a company.
    ``funder`` is no type.

    Returns
    -------
    ibis table
        ``work_no``; no repeats
    """
    types = tables.listed("institution_types")
    types = types.filter(types.value != FUNDER)
    company = (types.value == COMPANY).cast("int64")
    kinds = types.mutate(company=company, other=1 - company)
    kinds = kinds.group_by("institution_id").agg(company=kinds.company.max(), other=kinds.other.max())
    numbers = unit_numbers(tables, "institution").select(unit_no="number", known_id="unit_id")
    kinds = kinds.inner_join(numbers, [("institution_id", "known_id")]).select("unit_no", "company", "other")
    parts = numbered_parts(tables, level="institution", counting=counting, years=years)
    typed = parts.select("work_no", "unit_no").inner_join(kinds, "unit_no")
    typed = typed.group_by("work_no").agg(
        institutions=typed.count(), companies=typed.company.sum(), others=typed.other.sum()
    )
    # two institutions that are both company and something else are each other's other
    return typed.filter(typed.companies > 0, typed.others > 0, typed.institutions > 1).select("work_no")


def type_counts(
    tables: Tables,
    *,
    level: str | None,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Articles of each type, of every unit or of the whole corpus.

    ``count(i, type)`` = articles of the type with at least one author at i. ``share`` = the unit's Share in them.
    ``part = count(i, type) / sum over types of count(i, type)``: for the type ``international`` this is the unit's
    international share. ``industry`` = those among ``count`` with the industry flag (:func:`with_industry`).

    Parameters
    ----------
    tables
        The canonical tables.
    level
        Level of the units; ``None`` for the whole corpus, as the one unit :data:`ALL_ARTICLES`.
    years
        First and last year, inclusive; ``None`` for all.
    by_year
        A row per unit, year and type; else the window is summed.
    counting
        Conventions.

    Returns
    -------
    ibis table
        ``id``, ``year`` (null over a window), ``type``, ``place_in_types`` (0 to 4), ``count``, ``share``,
        ``industry``, ``articles`` (of all types) [articles], ``part``; all five types of each unit that has an article

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> found = type_counts(tables, level="city").filter(ibis._.id == "1816670", ibis._.type == "domestic")
    >>> found.select("count", "share", "part").to_pyarrow().to_pylist()
    [{'count': 1, 'share': 0.5, 'part': 1.0}]
    """
    yearly = yearly_types(tables, level=level, counting=counting, years=years)
    if by_year:
        return _all_types(yearly, ["id", "year"])
    summed = yearly.group_by("id", "type").agg(
        count=yearly["count"].sum(), share=exact_sum(yearly.share), industry=yearly.industry.sum()
    )
    return _all_types(tables.keep(("types summed", level, counting, years), summed), ["id"])


def yearly_types(
    tables: Tables, *, level: str | None, counting: Counting = DEFAULT, years: Years | None = None
) -> ir.Table:
    """Articles of each type by unit (``None``: of the corpus) and year; types without an article have no row.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``type``, ``count``, ``share``, ``industry`` [articles]
    """
    stored = tables.built(f"{level or ALL_ARTICLES}_types", years) if counting.is_default else None
    if stored is not None:
        return stored
    types = article_types(tables, counting=counting, years=years)
    if level is None:
        rows = types.select("year", "type", "weight", "industry", id=ibis.literal(ALL_ARTICLES))
    else:
        parts = numbered_parts(tables, level=level, counting=counting, years=years)
        parts = parts.filter(parts.unit_no > 0).select("work_no", "unit_no", "share")
        rows = parts.inner_join(types.select("work_no", "year", "type", "industry"), "work_no")
        rows = rows.inner_join(unit_numbers(tables, level), [("unit_no", "number")])
        rows = rows.select("year", "type", "industry", weight="share", id="unit_id")
    yearly = rows.group_by(["id", "year", "type"]).agg(
        count=rows.count(), share=exact_sum(rows.weight), industry=rows.industry.sum()
    )
    return tables.keep(("types", level, counting, years), yearly)


def _all_types(counts: ir.Table, keys: list[str]) -> ir.Table:
    """A row of each type for each unit, in columns as :func:`type_counts` returns them."""
    totals = counts.group_by(keys).agg(articles=counts["count"].sum())
    rows = None
    for place, name in enumerate(TYPES):
        found = totals.left_join(counts.filter(counts.type == name).drop("type"), keys)
        found = found.drop(*(column for column in found.columns if column.endswith("_right")))
        found = found.select(
            id="id",
            year=found.year if "year" in keys else ibis.null("int32"),
            type=ibis.literal(name),
            place_in_types=ibis.literal(place, "int64"),
            count=ibis.coalesce(found["count"], 0),
            share=ibis.coalesce(found.share, 0.0),
            industry=ibis.coalesce(found.industry, 0),
            articles=found.articles,
        )
        rows = found if rows is None else rows.union(found)
    assert rows is not None  # noqa: S101  (there are types)
    return rows.mutate(part=rows["count"].cast("float64") / rows.articles.cast("float64"))
