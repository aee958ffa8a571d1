"""Joint articles and collaboration score of pairs of units."""

from __future__ import annotations

import ibis.expr.types as ir

from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.pairing import (
    end_columns,
    linked,
    of_pairable_size,
    of_several_institutions,
    with_institutions,
    without_kin,
)
from toolkit.measures.counting.parts import Years, numbered_parts, numbered_works, unit_numbers
from toolkit.measures.precision import DIGITS, exact_sum, from_limbs, summed_over_years
from toolkit.measures.tables import Tables

__all__ = ["collaboration_scores", "pair_parts", "total_collaboration", "total_of_level", "yearly_scores"]


def pair_parts(
    tables: Tables,
    *,
    level: str,
    counting: Counting = DEFAULT,
    years: Years | None = None,
    within: str | None = None,
) -> ir.Table:
    """Each joint article of each pair of units, with both parts.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``a_id``, ``b_id`` (``a_id < b_id`` as text), ``share_a``, ``share_b`` [articles]
    """
    pairs = _numbered_pairs(tables, level=level, counting=counting, years=years, within=within)
    works = numbered_works(tables, counting=counting, years=years).select("work_no", "work_id")
    pairs = pairs.inner_join(works, "work_no")
    pairs = pairs.select("work_id", "year", "a_no", "b_no", "share_a", "share_b")
    pairs = without_kin(tables, pairs, level=level, counting=counting)
    return _named(tables, pairs, level=level).select("work_id", "year", "a_id", "b_id", "share_a", "share_b")


def yearly_scores(
    tables: Tables,
    *,
    level: str,
    counting: Counting = DEFAULT,
    years: Years | None = None,
    within: str | None = None,
) -> ir.Table:
    """Joint articles and collaboration score of each pair in each year.

    Returns
    -------
    ibis table
        ``a_id``, ``b_id``, ``year``, ``joint``, ``score`` [articles]
    """
    stored = tables.built(f"{level}_scores", years) if counting.is_default and within is None else None
    if stored is not None:
        return stored
    pairs = _numbered_pairs(tables, level=level, counting=counting, years=years, within=within)
    pairs = pairs.group_by("a_no", "b_no", "year").agg(
        joint=pairs.count(),
        score=from_limbs((pairs.high_a + pairs.high_b).sum(), (pairs.low_a + pairs.low_b).sum()),
    )
    pairs = without_kin(tables, pairs, level=level, counting=counting)
    pairs = _named(tables, pairs, level=level).select("a_id", "b_id", "year", "joint", "score")
    return tables.keep(("scores", level, counting, years, within), pairs)


def collaboration_scores(
    tables: Tables,
    *,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
    within: str | None = None,
) -> ir.Table:
    """Bilateral collaboration score of each pair of units.

    ``joint(A, B)`` = number of articles with at least one author at A and one at B (the same author is enough unless
    ``link="two-authors"``). ``CS(A, B) = sum over those articles p of Share_p(A) + Share_p(B)``.

    It is computed from articles at each level: a city's score is never the sum of its institutions' scores. At
    institution and site level an institution and its ancestor or descendant are no pair (``kin="drop"``), nor are two
    sites of one institution. Two parents (or types) that are on an article through one joint institute alone are no
    pair either: it takes two institutions, one of each.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    years
        First and last year, inclusive; ``None`` for all.
    by_year
        A row per pair and year; else the window is summed.
    counting
        Conventions; articles with more than ``max_units`` units are left out here.
    within
        Only sites in this city: the pairs inside one city (level ``institution`` or ``site``).

    Returns
    -------
    ibis table
        ``a_id``, ``b_id`` (``a_id < b_id`` as text), ``year`` (null over a window), ``joint``, ``score`` [articles],
        unrounded

    References
    ----------
    Nature Index, Glossary: bilateral collaboration score. https://www.nature.com/nature-index/glossary

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> scores = collaboration_scores(tables, level="institution").order_by("a_id", "b_id")
    >>> scores.to_pyarrow().to_pylist()[0]
    {'a_id': 'ciac', 'b_id': 'nju', 'year': None, 'joint': 1, 'score': 0.5}
    """
    yearly = yearly_scores(tables, level=level, counting=counting, years=years, within=within)
    if by_year:
        return yearly
    return summed_over_years(yearly, "a_id", "b_id", counts=["joint"], parts=["score"])


def total_collaboration(scores: ir.Table) -> ir.Table:
    """Totals of each unit over its partners: ``total CS(A) = sum over B of CS(A, B)``.

    An article with m partners of A enters A's own Share m times.

    Parameters
    ----------
    scores
        What :func:`collaboration_scores` gives.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``partners`` [units], ``joint``, ``strength`` [articles]
    """
    ends = scores.select(id="a_id", year="year", joint="joint", score="score").union(
        scores.select(id="b_id", year="year", joint="joint", score="score")
    )
    return ends.group_by("id", "year").agg(
        partners=ends.count(), joint=ends.joint.sum(), strength=exact_sum(ends.score)
    )


def total_of_level(tables: Tables, *, level: str, years: Years | None = None, counting: Counting = DEFAULT) -> float:
    """Collaboration score of a whole level [articles]: the sum over its unordered pairs, each counted once.

    This is half the sum of the units' total scores, in which each pair stands at both its ends.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> total_of_level(Tables.on(ibis.duckdb.connect(), hand_tables()), level="city")
    2.0
    """
    scores = yearly_scores(tables, level=level, counting=counting, years=years)
    total = scores.agg(total=exact_sum(scores.score)).to_pyarrow()["total"][0].as_py()
    return round(total or 0.0, DIGITS)


def _numbered_pairs(
    tables: Tables, *, level: str, counting: Counting, years: Years | None, within: str | None
) -> ir.Table:
    """Each pair on each article by numbers: ``work_no``, ``year``, ``a_no``, ``b_no``, parts of both."""
    two_authors = counting.link == "two-authors"
    parts = numbered_parts(tables, level=level, counting=counting, years=years, within=within, authors=two_authors)
    parts = parts.filter(parts.unit_no > 0)
    parts = with_institutions(tables, parts, level=level, counting=counting, years=years)
    a = of_pairable_size(parts, counting).select(
        "work_no", "year", a_no="unit_no", **end_columns(counting, "a", "share", "high", "low", level=level)
    )
    b = parts.select("work_no", b_no="unit_no", **end_columns(counting, "b", "share", "high", "low", level=level))
    pairs = a.inner_join(b, "work_no")
    pairs = pairs.filter(pairs.a_no < pairs.b_no)
    return linked(of_several_institutions(pairs, level=level), counting)


def _named(tables: Tables, pairs: ir.Table, *, level: str) -> ir.Table:
    names = unit_numbers(tables, level)
    pairs = pairs.inner_join(names.select(a_number="number", a_id="unit_id"), [("a_no", "a_number")])
    return pairs.inner_join(names.select(b_number="number", b_id="unit_id"), [("b_no", "b_number")])
