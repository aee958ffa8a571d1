"""Companies that a city works with, by where they stand."""

from __future__ import annotations

from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.measures.collaboration.place_links import links_of_place
from toolkit.measures.collaboration.types import COMPANY
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, numbered_parts, numbered_works, unit_numbers
from toolkit.measures.counting.seats import numbered_seat_pairs, seat_pairs_of_place
from toolkit.measures.tables import Tables

__all__ = [
    "PLACES_OF_COMPANIES",
    "companies_by_place",
    "companies_without_city",
    "company_articles",
    "yearly_company_works",
]

PLACES_OF_COMPANIES: Final = ("same city", "same region", "other region", "abroad", "unknown")
"""Where a company can stand, seen from a city; unknown: in its country, but one of the regions is not known."""

_ALL: Final = "all"
_STANDINGS: Final = pa.table(
    {
        "standing": pa.array([*PLACES_OF_COMPANIES, _ALL], pa.string()),
        "order": pa.array(range(len(PLACES_OF_COMPANIES) + 1), pa.int64()),
    }
)


def company_articles(
    tables: Tables, *, city: str, years: Years | None = None, counting: Counting = DEFAULT
) -> ir.Table:
    """Joint articles of a city's institutions with companies.

    A company is an institution with ``company`` among its types. It is a partner of city c by an article with an
    author at the company's seat and one at another institution of c; it stands where that seat does. Kin are no
    partners (``kin="drop"``). A company whose city is unknown has no seat.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``own_no``, ``company_no`` (institutions), ``there_no`` (city), ``standing`` (one of
        :data:`PLACES_OF_COMPANIES`)
    """
    asked: dict[str, Any] = {"level": "city", "place": city, "counting": counting, "years": years}
    inside = seat_pairs_of_place(tables, inside=True, **asked)
    turned = inside.select("work_no", "year", own_no="partner_no", partner_no="own_no", there_no="there_no")
    pairs = inside.union(turned).union(seat_pairs_of_place(tables, inside=False, **asked))
    pairs = _standing(tables, _of_companies(tables, pairs), city)
    return tables.keep(("company_articles", city, counting, years), pairs.rename(company_no="partner_no").distinct())


def yearly_company_works(tables: Tables) -> ir.Table:
    """Articles of each city with companies, by where these stand: what ``scicities build`` keeps of them.

    Returns
    -------
    ibis table
        ``place_no`` (the city), ``year``, ``standing`` (:data:`PLACES_OF_COMPANIES` and ``all``), ``joint``
        [articles]; rows with articles only
    """
    ends = []
    for inside in (True, False):
        pairs = numbered_seat_pairs(tables, level="city", inside=inside)
        a, b = pairs.a_institution_no, pairs.b_institution_no
        for place, there, partner in (("a_no", "b_no", b), ("b_no", "a_no", a)):
            end = pairs.select("work_no", "year", place_no=place, there_no=there, partner_no=partner)
            ends.append(_of_companies(tables, end).drop("partner_no"))
    works = tables.keep(("works with companies",), ibis.union(*ends, distinct=True))
    works = _standing(tables, works).drop("there_no")
    works = works.union(works.mutate(standing=ibis.literal(_ALL))).distinct()
    return works.group_by("place_no", "year", "standing").agg(joint=works.count())


def companies_by_place(
    tables: Tables, *, city: str, years: Years | None = None, by_year: bool = False, counting: Counting = DEFAULT
) -> ir.Table:
    """Number of companies a city works with, by where they stand.

    A company with seats in several of these places counts in each of them, and once in ``all``.

    Returns
    -------
    ibis table
        ``standing`` (:data:`PLACES_OF_COMPANIES` and ``all``), ``order`` (0 to 5), ``year`` (null over a window; years
        with a company only), ``companies`` [institutions], ``joint`` [articles]
    """
    works = tables.built("city_company_works", years) if counting.is_default else None
    if works is None:
        seen = company_articles(tables, city=city, years=years, counting=counting)
        works = seen.select("work_no", "year", "standing")
        works = works.union(works.mutate(standing=ibis.literal(_ALL))).distinct()
        works = works.group_by("year", "standing").agg(joint=works.count())
    else:
        works = works.semi_join(_here(tables, city), [("place_no", "number")])
        seen = _companies_seen(tables, city=city, years=years)
    seen = seen.select("year", "standing", "company_no")
    seen = seen.union(seen.mutate(standing=ibis.literal(_ALL)))
    keys = ["standing", "year"] if by_year else ["standing"]
    companies = seen.group_by(keys).agg(companies=seen.company_no.nunique())
    joint = works.group_by(keys).agg(joint=works.joint.sum())
    rows = ibis.memtable(_STANDINGS)
    if by_year:
        rows = rows.cross_join(works.select("year").distinct())
    rows = rows.left_join(companies, keys).drop(*(f"{key}_right" for key in keys)).left_join(joint, keys)
    return rows.select(
        "standing",
        "order",
        year=rows.year if by_year else ibis.null("int32"),
        companies=ibis.coalesce(rows.companies, 0),
        joint=ibis.coalesce(rows.joint, 0),
    )


def companies_without_city(
    tables: Tables, *, city: str, years: Years | None = None, counting: Counting = DEFAULT
) -> tuple[int, int]:
    """Number of companies of no known city on articles of ``city``, and of those articles: they stand nowhere."""
    parts = numbered_parts(tables, level="city", counting=counting, years=years, units=(city,))
    works = numbered_works(tables, counting=counting, years=years)
    own = works.semi_join(parts, "work_no").select("work_id")
    types = tables.listed("institution_types")
    firms = types.filter(types.value == COMPANY).select("institution_id").distinct()
    nowhere = tables.sites.filter(tables.sites.city_id.isnull()).semi_join(firms, "institution_id")
    signed = tables.authorships.select("work_id", "site_id").inner_join(nowhere, "site_id").semi_join(own, "work_id")
    found = signed.agg(companies=signed.institution_id.nunique(), works=signed.work_id.nunique()).to_pyarrow()
    return found["companies"][0].as_py(), found["works"][0].as_py()


def _companies_seen(tables: Tables, *, city: str, years: Years | None) -> ir.Table:
    """Companies among the partners that were built: ``year``, ``company_no``, ``standing``."""
    asked: dict[str, Any] = {"level": "city", "place": city, "years": years}
    inside = links_of_place(tables, inside=True, **asked)
    columns = ("year", "there_no", "partner_no")
    links = inside.select(*columns).union(inside.select("year", "there_no", partner_no="own_no"))
    links = links.union(links_of_place(tables, inside=False, **asked).select(*columns))
    return _standing(tables, _of_companies(tables, links), city).rename(company_no="partner_no")


def _of_companies(tables: Tables, pairs: ir.Table) -> ir.Table:
    """``pairs`` whose ``partner_no`` is a company's."""
    types = tables.listed("institution_types")
    firms = types.filter(types.value == COMPANY).select(firm_id="institution_id").distinct()
    firms = unit_numbers(tables, "institution").inner_join(firms, [("unit_id", "firm_id")])
    return pairs.semi_join(firms.select(partner_no="number"), "partner_no")


def _here(tables: Tables, city: str) -> ir.Table:
    numbers = unit_numbers(tables, "city")
    return numbers.filter(numbers.unit_id == city).select("number")


def _standing(tables: Tables, pairs: ir.Table, city: str | None = None) -> ir.Table:
    """``pairs`` with the ``standing`` of ``there_no``, seen from ``city``, else from the row's ``place_no``."""
    cities = tables.cities
    cities = cities.select("city_id", "country", region=cities.admin1.nullif(""))
    homes = unit_numbers(tables, "city").left_join(cities, [("unit_id", "city_id")])
    homes = homes.select("number", "region", "country")
    columns = pairs.columns
    own = homes.select(own_place="number", own_region="region", own_country="country")
    if city is None:
        pairs = pairs.inner_join(own, [("place_no", "own_place")])
    else:
        pairs = pairs.cross_join(own.semi_join(_here(tables, city), [("own_place", "number")]))
    found = pairs.inner_join(homes.select(home="number", region="region", country="country"), [("there_no", "home")])
    same_country = ibis.coalesce(found.country == found.own_country, False)
    here = found.there_no == (found.own_place if city is not None else found.place_no)
    standing = ibis.cases(
        (here, PLACES_OF_COMPANIES[0]),
        (same_country & (found.region == found.own_region), PLACES_OF_COMPANIES[1]),
        (same_country & (found.region != found.own_region), PLACES_OF_COMPANIES[2]),
        (found.country != found.own_country, PLACES_OF_COMPANIES[3]),
        else_=PLACES_OF_COMPANIES[4],
    )
    return found.select(*columns, standing=standing)
