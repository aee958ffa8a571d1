"""Partnerships: which institutions of two places work together, and since when.

A partnership is an unordered pair of different institutions, one with a site in each place, with at least one article
both sites are on. It is counted once in a year, and once in a window of years: a partnership that lasts three years is
one partnership of the window.
"""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting.levels import units
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, unit_numbers, year_totals
from toolkit.measures.counting.seats import numbered_seat_pairs
from toolkit.measures.tables import Tables

__all__ = ["corpus_years", "internal_partnerships", "one_ended_partnerships", "partnership_counts", "yearly_links"]

_PAIR: Final = ("a_institution_no", "b_institution_no")

_COUNTS: Final = ("partnerships", "new", "kept", "lost")


def corpus_years(tables: Tables, *, counting: Counting = DEFAULT) -> Years | None:
    """First and last year with an article that has an author; ``None`` without one."""
    years = [row["year"] for row in year_totals(tables, counting=counting).to_pyarrow().to_pylist()]
    return (min(years), max(years)) if years else None


def yearly_links(
    tables: Tables, *, level: str, inside: bool = False, counting: Counting = DEFAULT, years: Years | None = None
) -> ir.Table:
    """Institutions that are on an article together, by place and year: what partnerships are counted from.

    Returns
    -------
    ibis table
        ``a_no``, ``b_no`` (numbers of places; equal if ``inside``, else ``a_no < b_no``), ``a_institution_no`` (at
        ``a_no``), ``b_institution_no`` (at ``b_no``), ``year``, ``joint`` [articles]; a row for each pair and year

    Raises
    ------
    BadParameter
        The level is not one of places.
    """
    name = "inside_links" if inside else "links"
    stored = tables.built(f"{level}_{name}", years) if counting.is_default else None
    if stored is not None:
        return stored
    pairs = numbered_seat_pairs(tables, level=level, inside=inside, counting=counting, years=years)
    # an article has each pair of seats once
    links = pairs.group_by("year", "a_no", "b_no", *_PAIR).agg(joint=pairs.count())
    return tables.keep((name, level, counting, years), links)


def partnership_counts(
    tables: Tables,
    *,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    window: int = 1,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Number of partnerships of each pair of places.

    ``partnerships(c, d)`` = number of unordered pairs {i, j} of different institutions, i with a site in c and j with
    one in d, that have at least one article with both sites. Kin are not partners (``kin="drop"``).

    In year t, with w = ``window``, a partnership is **new** if joint in t and in none of t-w..t-1, **kept** if joint in
    t and in one of t-w..t-1, **lost** if joint in t-w and in none of t-w+1..t. The corpus's first w years have no
    status.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        ``city``, ``metro``, ``region`` or ``country``.
    years
        First and last year, inclusive; ``None`` for all. Status looks at the years before the window too.
    by_year
        A row per pair and year, also where all partnerships were lost; else each partnership of the window counts
        once and there is no status.
    window
        Years looked back for the status.
    counting
        Conventions.

    Returns
    -------
    ibis table
        ``a_id``, ``b_id`` (``a_id < b_id`` as text), ``year`` (null over a window), ``partnerships``, ``new``,
        ``kept``, ``lost`` [pairs of institutions]

    Raises
    ------
    BadParameter
        The level is not one of places.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> counts = partnership_counts(tables, level="city").order_by("a_id", "b_id").to_pyarrow()
    >>> counts.select(["a_id", "b_id", "partnerships"]).to_pylist()[0]
    {'a_id': '1799962', 'b_id': '1816670', 'partnerships': 2}
    """
    usual = by_year and window == 1 and counting.is_default
    stored = tables.built(f"{level}_partnerships", years) if usual else None
    if stored is not None:
        return stored
    seen = _looked_at(years, by_year=by_year, window=window)
    links = yearly_links(tables, level=level, counting=counting, years=seen)
    links = _unordered(links).select("a_no", "b_no", "low", "high", "year").distinct()
    rows = _counted(tables, links, ["a_no", "b_no"], years=years, by_year=by_year, window=window, counting=counting)
    numbers = unit_numbers(tables, level)
    rows = rows.inner_join(numbers.select(a_number="number", a_id="unit_id"), [("a_no", "a_number")])
    rows = rows.inner_join(numbers.select(b_number="number", b_id="unit_id"), [("b_no", "b_number")])
    rows = rows.select("a_id", "b_id", "year", *_COUNTS)
    return tables.keep(("partnerships", level, counting, years, by_year, window), rows)


def internal_partnerships(
    tables: Tables,
    *,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    window: int = 1,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Number of partnerships inside each place: pairs of its own institutions.

    Parameters as :func:`partnership_counts`.

    Returns
    -------
    ibis table
        ``id``, ``year`` (null over a window), ``partnerships``, ``new``, ``kept``, ``lost`` [pairs of institutions]
    """
    seen = _looked_at(years, by_year=by_year, window=window)
    links = yearly_links(tables, level=level, inside=True, counting=counting, years=seen)
    links = _unordered(links).select("a_no", "low", "high", "year").distinct()
    rows = _counted(tables, links, ["a_no"], years=years, by_year=by_year, window=window, counting=counting)
    rows = rows.inner_join(unit_numbers(tables, level), [("a_no", "number")])
    return rows.select("year", *_COUNTS, id="unit_id").relocate("id")


def one_ended_partnerships(
    tables: Tables,
    *,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    window: int = 1,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Partnerships of each place with all other places together.

    ``partnerships(c)`` = number of distinct pairs (own institution, outside institution) over all other places of the
    scope. A partner with sites in several places counts once; pairs inside c don't count.

    Parameters as :func:`partnership_counts`.

    Returns
    -------
    ibis table
        ``id``, ``scope`` (``all``, ``domestic``, ``international``; a partner place of unknown country is in ``all``
        alone), ``year`` (null over a window), ``partnerships``, ``new``, ``kept``, ``lost`` [pairs of institutions],
        ``partner_institutions`` [institutions], ``partner_places`` [places]
    """
    usual = by_year and window == 1 and counting.is_default
    stored = tables.built(f"{level}_one_ended", years) if usual else None
    if stored is not None:
        return stored
    seen = _looked_at(years, by_year=by_year, window=window)
    ends = _ends(tables, level=level, counting=counting, years=seen)
    links = ends.select("place_no", "scope", low="own_no", high="partner_no", year="year").distinct()
    keys = ["place_no", "scope"]
    counts = _counted(tables, links, keys, years=years, by_year=by_year, window=window, counting=counting)
    shown = ends if years is None else ends.filter(ends.year.between(*years))
    if by_year:
        keys = [*keys, "year"]
    for column, name in (("partner_no", "partner_institutions"), ("there_no", "partner_places")):
        partners = shown.select(*keys, column).distinct().group_by(keys).agg(**{name: ibis._.count()})
        counts = counts.left_join(partners, keys)
        counts = counts.drop(*[column for column in counts.columns if column.endswith("_right")])
    counts = counts.inner_join(unit_numbers(tables, level), [("place_no", "number")])
    rows = counts.select(
        "scope",
        "year",
        *_COUNTS,
        id="unit_id",
        partner_institutions=ibis.coalesce(counts.partner_institutions, 0),
        partner_places=ibis.coalesce(counts.partner_places, 0),
    )
    return tables.keep(("one_ended", level, counting, years, by_year, window), rows.relocate("id"))


def _ends(tables: Tables, *, level: str, counting: Counting, years: Years | None) -> ir.Table:
    """Each link from both its ends, in each scope it is of: by numbers of places and institutions."""
    links = yearly_links(tables, level=level, counting=counting, years=years)
    known = units(tables, level).select(unit="id", country="country")
    places = unit_numbers(tables, level).inner_join(known, [("unit_id", "unit")]).select("number", "country")
    links = links.left_join(places.select(a_number="number", a_country="country"), [("a_no", "a_number")])
    links = links.left_join(places.select(b_number="number", b_country="country"), [("b_no", "b_number")])
    scope = ibis.ifelse(links.a_country == links.b_country, "domestic", "international")
    links = links.mutate(scope=scope, known=links.a_country.notnull() & links.b_country.notnull())
    here = {"place_no": "a_no", "own_no": "a_institution_no", "there_no": "b_no", "partner_no": "b_institution_no"}
    there = {"place_no": "b_no", "own_no": "b_institution_no", "there_no": "a_no", "partner_no": "a_institution_no"}
    ends = links.select("year", "scope", "known", **here).union(links.select("year", "scope", "known", **there))
    scoped = ends.filter(ends.known).drop("known")
    ends = ends.mutate(scope=ibis.literal("all")).drop("known").select(scoped.columns).union(scoped)
    return tables.keep(("ends", level, counting, years), ends)


def _looked_at(years: Years | None, *, by_year: bool, window: int) -> Years | None:
    """Years whose links are needed: a status needs those before the first too."""
    return years if years is None or not by_year else (years[0] - window, years[1])


def _unordered(links: ir.Table) -> ir.Table:
    a, b = (links[name] for name in _PAIR)
    return links.select("a_no", "b_no", "year", low=ibis.least(a, b), high=ibis.greatest(a, b))


def _counted(
    tables: Tables,
    links: ir.Table,
    keys: list[str],
    *,
    years: Years | None,
    by_year: bool,
    window: int,
    counting: Counting,
) -> ir.Table:
    """Partnerships by ``keys`` from links (``keys``, ``low``, ``high``, ``year``; no repeats), with status by year."""
    if not by_year:
        once = links.drop("year").distinct().group_by(keys).agg(partnerships=ibis._.count())
        nothing = ibis.null("int64")
        once = once.mutate(year=ibis.null("int32"), new=nothing, kept=nothing, lost=nothing)
        return once.select(*keys, "year", *_COUNTS)
    first, last = corpus_years(tables, counting=counting) or (0, 0)
    pair = [*keys, "low", "high"]
    dated = links.mutate(
        before=ibis._.year.lag().over(group_by=pair, order_by="year"),
        after=ibis._.year.lead().over(group_by=pair, order_by="year"),
    )
    was = dated.before.notnull() & (dated.before >= dated.year - window)
    present = dated.select(
        *keys,
        "year",
        partnerships=ibis.literal(1),
        new=ibis.ifelse(was, 0, 1),
        kept=ibis.ifelse(was, 1, 0),
        lost=ibis.literal(0),
    )
    ended = dated.filter(dated.after.isnull() | (dated.after > dated.year + window), dated.year + window <= last)
    gone = ended.select(
        *keys,
        year=(ended.year + window).cast("int32"),
        partnerships=ibis.literal(0),
        new=ibis.literal(0),
        kept=ibis.literal(0),
        lost=ibis.literal(1),
    )
    rows = present.mutate(year=present.year.cast("int32")).select(gone.columns).union(gone)
    rows = rows.group_by([*keys, "year"]).agg(**{name: rows[name].sum() for name in _COUNTS})
    if years is not None:
        rows = rows.filter(rows.year.between(*years))
    known = rows.year >= first + window
    rows = rows.mutate(**{name: ibis.ifelse(known, rows[name], ibis.null("int64")) for name in _COUNTS[1:]})
    return rows.select(*keys, "year", *_COUNTS)
