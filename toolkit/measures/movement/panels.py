"""Careers year by year: what people publish, and with institutions of which countries, a row per person and year."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.movement.kin import kin_of_places
from toolkit.measures.movement.observations import (
    author_numbers,
    authored_articles,
    numbered_articles,
    places_of_sites,
)
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.precision import exact_sum
from toolkit.measures.tables import Tables

__all__ = ["OUTCOMES", "career_years", "yearly_subjects"]

OUTCOMES: Final = {
    "articles": "[articles]",
    "share": "[articles]",
    "domestic_partners": "[institutions]",
    "international_partners": "[institutions]",
    "partners_at_origin": "[institutions]",
    "mixed_articles": "[articles]",
    "own_institution_only": "[articles]",
}
"""Outcomes of a person's year, with their units."""


def career_years(
    tables: Tables, people: ir.Table, left: ir.Table, *, level: str = "country", movement: Movement = DEFAULT_MOVEMENT
) -> ir.Table:
    """What each of ``people`` published in each year with an article, and with whom.

    - ``articles``: dated articles of the person, cut author lists among them.
    - ``share``: the sum of ``1 / n_p`` over them, the person's own part; articles with a cut author list have no n.
    - partner institutions: distinct institutions of co-authors that are not the person's own on that article (nor kin
      of these); ``domestic`` in a country that the person signs the article from, ``international`` in another. One
      without a country, or of an article signed from none, is neither.
    - ``partners_at_origin``: partner institutions at any place that the person left; null for those who left none.
    - ``mixed_articles``: articles with partners of both kinds.
    - ``own_institution_only``: articles whose institutions are all the person's own.

    Parameters
    ----------
    tables
        The canonical tables.
    people
        ``author_no``; a row per person.
    left
        ``author_no``, ``place_no``: places that a person left, by number at ``level``; any number of rows per person.
    level
        Level of the places left.
    movement
        Conventions: whether kin are partners.

    Returns
    -------
    ibis table
        ``author_no``, ``year`` and the columns of :data:`OUTCOMES`; years without an article are left out
    """
    people = people.select("author_no")
    left = left.select(mover="author_no", place_left="place_no").distinct()
    names = author_numbers(tables)
    own = people.inner_join(names, "author_no").inner_join(authored_articles(tables), "author_id")
    dated = numbered_articles(tables).inner_join(
        tables.works.select("work_id", "n_authors", "authors_truncated"), "work_id"
    )
    dated = dated.select(
        dated_work="work_no",
        year="year",
        part=ibis.ifelse(
            ibis.coalesce(dated.authors_truncated, False), 0.0, 1.0 / dated.n_authors.cast("float64").nullif(0.0)
        ),
    )
    own = own.inner_join(dated, [("work_no", "dated_work")]).select("author_no", "work_no", "year", "part")
    own = tables.keep(("articles of people", people.op()), own)
    output = own.group_by(["author_no", "year"]).agg(articles=own.count(), share=exact_sum(own.part))
    met = _partners(tables, own, left, level=level, movement=movement)
    kinds = met.group_by(["author_no", "work_no", "year"]).agg(
        domestic=met.domestic.max(), abroad=met.abroad.max(), outside=met.outside.max(), inside=met.inside.max()
    )
    mixed = kinds.group_by(["author_no", "year"]).agg(
        mixed_articles=(kinds.domestic * kinds.abroad).sum(),
        own_institution_only=(kinds.inside * (1 - kinds.outside)).sum(),
    )
    partners = met.group_by(["author_no", "year", "institution_no"]).agg(
        domestic=met.domestic.max(), abroad=met.abroad.max(), at_origin=met.at_origin.max()
    )
    partners = partners.group_by(["author_no", "year"]).agg(
        domestic_partners=partners.domestic.sum(),
        international_partners=partners.abroad.sum(),
        at_origin=partners.at_origin.sum(),
    )
    mixed = tables.keep(("mixed articles of people", left.op(), own.op(), level, movement), mixed)
    partners = tables.keep(("partners of people", left.op(), own.op(), level, movement), partners)
    keys = ["author_no", "year"]
    rows = output.left_join(partners, keys).drop("author_no_right", "year_right")
    rows = rows.left_join(mixed, keys).drop("author_no_right", "year_right")
    rows = rows.left_join(left.select("mover").distinct(), [("author_no", "mover")])
    at_origin = ibis.ifelse(rows.mover.notnull(), ibis.coalesce(rows.at_origin, 0), ibis.null("int64"))
    none = ("domestic_partners", "international_partners", "mixed_articles", "own_institution_only")
    rows = rows.mutate(partners_at_origin=at_origin, **{name: ibis.coalesce(rows[name], 0) for name in none})
    return rows.select("author_no", "year", *OUTCOMES)


def _partners(tables: Tables, own: ir.Table, left: ir.Table, *, level: str, movement: Movement) -> ir.Table:
    """Institutions on each article of each person.

    ``author_no``, ``work_no``, ``year``, ``institution_no``, and 0 or 1: ``inside`` (the person's own), ``outside``
    (not), ``domestic`` and ``abroad`` (a partner's), ``at_origin``.
    """
    signed = _institutions_of_articles(tables, own, level=level)
    known = ["work_no", "institution_no", "country_no", "place_no"]
    on_articles = signed.select(*known).distinct()
    mine = signed.inner_join(own.select(me="author_no", mine="work_no"), [("author_no", "me"), ("work_no", "mine")])
    mine = tables.keep(
        ("own institutions", own.op(), level),
        mine.select("author_no", "work_no", "institution_no", "country_no").distinct(),
    )
    institutions = mine.select("author_no", "work_no", "institution_no")
    homes = mine.filter(mine.country_no > 0).select("author_no", "work_no", "country_no")
    rows = own.select("author_no", "work_no", "year").inner_join(on_articles, "work_no")
    rows = _marked(rows, institutions, "inside")
    rows = _marked(rows, homes.select("author_no", "work_no"), "signed_from_somewhere")
    rows = _marked(rows, homes, "same")
    kin = kin_of_places(tables, level="institution", movement=movement)
    if kin is None:
        rows = rows.mutate(kin=ibis.literal(0))
    else:
        related = institutions.inner_join(kin, [("institution_no", "one")])
        rows = _marked(rows, related.select("author_no", "work_no", institution_no="other"), "kin")
    rows = rows.left_join(left, [("author_no", "mover"), ("place_no", "place_left")])
    partner = (rows.inside == 0) & (rows.kin == 0)
    placed = partner & (rows.country_no > 0) & (rows.signed_from_somewhere == 1)
    at_origin = partner & rows.place_left.notnull()
    flagged = rows.select(
        "author_no",
        "work_no",
        "year",
        "institution_no",
        "inside",
        outside=1 - rows.inside,
        domestic=ibis.ifelse(placed & (rows.same == 1), 1, 0),
        abroad=ibis.ifelse(placed & (rows.same == 0), 1, 0),
        at_origin=ibis.ifelse(at_origin, 1, 0),
    )
    return tables.keep(("partners on articles", own.op(), left.op(), level, movement), flagged)


def _marked(rows: ir.Table, found: ir.Table, name: str) -> ir.Table:
    """``rows`` with column ``name``: 1 where ``found`` has their values of its columns, else 0."""
    keys = {f"{column}_found": column for column in found.columns}
    found = found.distinct().rename(keys).mutate(found=ibis.literal(1))
    rows = rows.left_join(found, [(column, of_found) for of_found, column in keys.items()])
    return rows.mutate(**{name: ibis.coalesce(rows.found, 0)}).drop(*keys, "found")


def _institutions_of_articles(tables: Tables, own: ir.Table, *, level: str) -> ir.Table:
    """Who signs the articles of ``own`` from which institution, country and place (0 where unknown)."""
    works = (
        own.select("work_no").distinct().inner_join(numbered_articles(tables).select("work_no", "work_id"), "work_no")
    )
    signed = tables.authorships.select("work_id", "author_id", "site_id").inner_join(works, "work_id")
    for name, at in (("institution_no", "institution"), ("country_no", "country"), ("place_no", level)):
        homes = places_of_sites(tables, at).select("home_site", number="place_no")
        signed = signed.left_join(homes, [("site_id", "home_site")])
        signed = signed.mutate(**{name: ibis.coalesce(signed.number, 0)}).drop("home_site", "number")
    signed = signed.left_join(author_numbers(tables), "author_id")
    signed = signed.filter(signed.institution_no > 0)
    signed = signed.select("work_no", "author_no", "institution_no", "country_no", "place_no").distinct()
    return tables.keep(("institutions of articles", own.op(), level), signed)


def yearly_subjects(tables: Tables, people: ir.Table) -> ir.Table:
    """Parts of the articles of each of ``people`` by subject and year.

    Returns
    -------
    ibis table
        ``author_no``, ``year``, ``subject``, ``part`` [articles]; articles without a subject are left out
    """
    own = people.select("author_no").inner_join(author_numbers(tables), "author_no")
    own = own.inner_join(authored_articles(tables), "author_id").inner_join(numbered_articles(tables), "work_no")
    parts = own.inner_join(tables.subjects.select("work_id", "subject", "part"), "work_id")
    return parts.group_by(["author_no", "year", "subject"]).agg(part=exact_sum(parts.part))
