"""Who was seen where and when: the observations that every rule of movement starts from.

Windows and joins run on numbers given to authors and places; the ids come back in what the public functions return.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting.levels import UNLOCATED, unit_of_site
from toolkit.measures.counting.parts import unit_numbers, year_totals
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.precision import exact_sum
from toolkit.measures.tables import Tables

__all__ = [
    "author_numbers",
    "authored_articles",
    "career_bounds",
    "corpus_span",
    "first_years",
    "numbered_articles",
    "numbered_first_years",
    "numbered_observations",
    "observations",
    "places_of_sites",
    "signed_articles",
    "suspects",
]

_FIRST_YEARS = 2
"""Careers that begin in so many first years of the corpus may have begun before it."""


def observations(tables: Tables, *, level: str) -> ir.Table:
    """Places that each author is seen at in each year.

    An author with an id who signs an article of the year from k affiliations is observed at the place of each of
    them; ``part = sum over the year's articles of 1 / k``, once for each affiliation at the place. An affiliation
    without a place at ``level`` stays in k and its part is dropped. Authors without an id are not followed, articles
    without a year are not read, cut author lists count.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`; observations are made anew at each.

    Returns
    -------
    ibis table
        ``author_id``, ``place_id``, ``year``, ``part`` [articles], ``articles`` [articles]; a row for each place an
        author is seen at in a year

    Raises
    ------
    BadParameter
        There is no such level.

    Examples
    --------
    >>> from toolkit.corpus.example import hand_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), hand_tables())
    >>> seen = observations(tables, level="institution")
    >>> seen.filter(seen.author_id == "A2").order_by("place_id").to_pyarrow().to_pylist()[0]
    {'author_id': 'A2', 'place_id': 'nju', 'year': 2020, 'part': 0.5, 'articles': 1}
    """
    seen = numbered_observations(tables, level=level)
    seen = seen.inner_join(author_numbers(tables), "author_no")
    seen = seen.inner_join(unit_numbers(tables, level), [("place_no", "number")])
    return seen.rename(place_id="unit_id").select("author_id", "place_id", "year", "part", "articles")


def author_numbers(tables: Tables, *, ordered: bool = False) -> ir.Table:
    """Number of each author with an id and an affiliation; in no order unless ``ordered`` asks for that of the ids.

    Returns
    -------
    ibis table
        ``author_no``, ``author_id``
    """
    given = tables.known(("author_numbers",), "author_numbers")
    if given is not None:
        return given
    signed = tables.authorships
    known = signed.filter(signed.author_id.notnull(), signed.author_id != "", signed.site_id.notnull())
    number = ibis.row_number().over(order_by="author_id") if ordered else ibis.row_number()
    known = known.select("author_id").distinct().mutate(author_no=number)
    return tables.keep(("author_numbers",), known.select("author_no", "author_id"))


def numbered_observations(tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT) -> ir.Table:
    """What :func:`observations` gives, in numbers; without suspects where ``movement`` leaves them out.

    Returns
    -------
    ibis table
        ``author_no``, ``place_no`` (of :func:`~toolkit.measures.counting.parts.unit_numbers`, in the order of the ids),
        ``year``, ``part``, ``articles``
    """
    seen = tables.known(("observations", level), f"{level}_observations")
    if seen is None:
        signed = signed_articles(tables).inner_join(places_of_sites(tables, level), [("site_id", "home_site")])
        works = signed.group_by(["author_no", "place_no", "year", "work_no"]).agg(
            part=(signed.portion / signed.k).sum()
        )
        seen = works.group_by(["author_no", "place_no", "year"]).agg(part=exact_sum(works.part), articles=works.count())
        seen = tables.keep(("observations", level), seen)
    if not movement.drop_suspects:
        return seen
    return tables.keep(
        ("observations", level, movement.max_places),
        seen.anti_join(_suspect_years(seen, movement).select("author_no").distinct(), "author_no"),
    )


def career_bounds(tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT) -> ir.Table:
    """First and last year of each author's observations, and between which numbers of places they lie.

    Joined to what it is asked for, this costs a fraction of what windows over the careers do.

    Returns
    -------
    ibis table
        ``author_no``, ``began``, ``ended``, ``lowest``, ``highest`` (equal for a career in one place)
    """
    seen = numbered_observations(tables, level=level, movement=movement)
    bounds = seen.group_by("author_no").agg(
        began=seen.year.min(), ended=seen.year.max(), lowest=seen.place_no.min(), highest=seen.place_no.max()
    )
    return tables.keep(("career bounds", level, movement.people), bounds)


def places_of_sites(tables: Tables, level: str) -> ir.Table:
    """Place of each site that has one at ``level``; at level ``type`` a row for each type of its institution.

    Returns
    -------
    ibis table
        ``home_site``, ``place_no`` (of :func:`~toolkit.measures.counting.parts.unit_numbers`), ``portion`` (what the
        place has of the site: its institution's types share it)
    """
    homes = unit_of_site(tables, level)
    homes = homes.filter(homes.unit_id != UNLOCATED).select(home_site="site_id", unit="unit_id")
    homes = homes.inner_join(unit_numbers(tables, level), [("unit", "unit_id")])
    several = ibis._.count().over(group_by="home_site").cast("float64")
    portion = 1.0 / several if level == "type" else ibis.literal(1.0)
    return tables.keep(("movement homes", level), homes.select("home_site", place_no="number").mutate(portion=portion))


def signed_articles(tables: Tables) -> ir.Table:
    """Affiliations of authors with an id on dated articles.

    Returns
    -------
    ibis table
        ``author_no``, ``work_no`` (of :func:`numbered_articles`), ``year``, ``site_id``, ``k`` (affiliations of the
        author on the article)
    """
    works = numbered_articles(tables).rename(dated_id="work_id")
    signed = tables.authorships.filter(tables.authorships.site_id.notnull()).select("work_id", "author_id", "site_id")
    signed = signed.inner_join(works, [("work_id", "dated_id")]).inner_join(author_numbers(tables), "author_id")
    signed = signed.select("author_no", "work_no", "year", "site_id")
    # after the ids became numbers: what a window carries along costs more than what it counts
    signed = signed.mutate(k=ibis._.count().over(group_by=["author_no", "work_no"]))
    return tables.keep(("signed articles",), signed)


def numbered_articles(tables: Tables) -> ir.Table:
    """Articles with a year, cut author lists among them.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``work_no``
    """
    works = tables.works.filter(tables.works.year.notnull())
    works = works.select("work_id", year=works.year.cast("int64"), work_no=ibis.row_number())
    return tables.keep(("numbered articles",), works)


def authored_articles(tables: Tables) -> ir.Table:
    """Dated articles of each author with an id, whether or not an affiliation is known.

    Returns
    -------
    ibis table
        ``author_id``, ``work_no``; no repeats
    """
    signed = tables.authorships.filter(tables.authorships.author_id.notnull(), tables.authorships.author_id != "")
    signed = signed.select("work_id", "author_id").distinct().inner_join(numbered_articles(tables), "work_id")
    return tables.keep(("authored",), signed.select("author_id", "work_no"))


def suspects(tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT) -> ir.Table:
    """Authors with more than ``max_places`` places in a year: ids that may merge several people.

    Returns
    -------
    ibis table
        ``author_id``, ``year`` (the year with most places, the first of these), ``places`` [places]
    """
    years = _suspect_years(numbered_observations(tables, level=level), movement)
    order = ibis.row_number().over(group_by="author_no", order_by=[ibis.desc("places"), "year"])
    years = years.mutate(place_in_order=order)
    years = years.filter(years.place_in_order == 0).inner_join(author_numbers(tables), "author_no")
    return years.select("author_id", "year", "places")


def _suspect_years(seen: ir.Table, movement: Movement) -> ir.Table:
    years = seen.group_by(["author_no", "year"]).agg(places=seen.count())
    return years.filter(years.places > movement.max_places)


def corpus_span(tables: Tables) -> tuple[int, int]:
    """First and last year with an article that has an author; ``(0, 0)`` without one."""
    known = year_totals(tables).year
    found = known.as_table().agg(first=known.min(), last=known.max()).to_pyarrow().to_pylist()[0]
    return (int(found["first"]), int(found["last"])) if found["first"] is not None else (0, 0)


def first_years(tables: Tables) -> ir.Table:
    """First year that each author is observed in at any place: where career age begins.

    Returns
    -------
    ibis table
        ``author_id``, ``first_year``, ``left_censored`` (it is one of the corpus's first two years, so the career may
        have begun before)

    Examples
    --------
    >>> from toolkit.corpus.example import example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), example_tables())
    >>> began = first_years(tables)
    >>> began.filter(began.author_id == "A9").to_pyarrow().to_pylist()
    [{'author_id': 'A9', 'first_year': 2020, 'left_censored': False}]
    """
    began = numbered_first_years(tables).inner_join(author_numbers(tables), "author_no")
    return began.select("author_id", "first_year", "left_censored")


def numbered_first_years(tables: Tables) -> ir.Table:
    """What :func:`first_years` gives, by ``author_no``."""
    given = tables.known(("first_years",), "first_years")
    if given is not None:
        return given
    signed = signed_articles(tables)
    began = signed.group_by("author_no").agg(first_year=signed.year.min())
    early = corpus_span(tables)[0] + _FIRST_YEARS - 1
    return tables.keep(("first_years",), began.mutate(left_censored=began.first_year <= early))
