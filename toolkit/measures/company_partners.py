"""Companies that a city works with, by where they stand."""

from __future__ import annotations

from typing import Any, Final

import ibis
import ibis.expr.types as ir

from toolkit.measures.collaboration_types import COMPANY
from toolkit.measures.counting import DEFAULT, Counting
from toolkit.measures.levels import UNLOCATED, unit_of_site, units
from toolkit.measures.parts import Years, unit_numbers, unit_parts
from toolkit.measures.seats import seat_pairs_of_place
from toolkit.measures.tables import Tables

__all__ = ["PLACES_OF_COMPANIES", "companies_by_place", "companies_without_city", "company_articles"]

PLACES_OF_COMPANIES: Final = ("same city", "same region", "other region", "abroad", "unknown")
"""Where a company can stand, seen from a city; unknown: in its country, but one of the regions is not known."""


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
    types = tables.listed("institution_types")
    firms = types.filter(types.value == COMPANY).select(firm_id="institution_id").distinct()
    firms = unit_numbers(tables, "institution").inner_join(firms, [("unit_id", "firm_id")])
    pairs = pairs.semi_join(firms.select(partner_no="number"), "partner_no")
    pairs = pairs.inner_join(_standings(tables, city), "there_no")
    pairs = pairs.select("work_no", "year", "own_no", "there_no", "standing", company_no="partner_no")
    return tables.keep(("company_articles", city, counting, years), pairs.distinct())


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
    found = company_articles(tables, city=city, years=years, counting=counting)
    keys = ["year"] if by_year else ["any_year"]
    found = found.mutate(any_year=ibis.literal(1))
    base = found.select(keys).distinct() if by_year else found.agg(rows=found.count()).select(any_year=ibis.literal(1))
    rows = None
    for order, standing in enumerate((*PLACES_OF_COMPANIES, "all")):
        chosen = found if standing == "all" else found.filter(found.standing == standing)
        counted = chosen.group_by(keys).agg(companies=chosen.company_no.nunique(), joint=chosen.work_no.nunique())
        joined = base.left_join(counted, keys)
        row = joined.select(
            standing=ibis.literal(standing),
            order=ibis.literal(order, "int64"),
            year=joined.year if by_year else ibis.null("int32"),
            companies=ibis.coalesce(joined.companies, 0),
            joint=ibis.coalesce(joined.joint, 0),
        )
        rows = row if rows is None else rows.union(row)
    assert rows is not None  # noqa: S101  (there is at least the row of all)
    return rows


def companies_without_city(
    tables: Tables, *, city: str, years: Years | None = None, counting: Counting = DEFAULT
) -> tuple[int, int]:
    """Number of companies of no known city on articles of ``city``, and of those articles: they stand nowhere."""
    parts = unit_parts(tables, level="city", counting=counting, years=years)
    own = parts.filter(parts.unit_id == city).select("work_id").distinct()
    types = tables.listed("institution_types")
    firms = types.filter(types.value == COMPANY).select("institution_id").distinct()
    nowhere = tables.sites.filter(tables.sites.city_id.isnull()).semi_join(firms, "institution_id")
    signed = tables.authorships.select("work_id", "site_id").inner_join(nowhere, "site_id").semi_join(own, "work_id")
    found = signed.agg(companies=signed.institution_id.nunique(), works=signed.work_id.nunique()).to_pyarrow()
    return found["companies"][0].as_py(), found["works"][0].as_py()


def _standings(tables: Tables, city: str) -> ir.Table:
    """Where each city stands, seen from ``city``: ``there_no``, ``standing``."""
    regions = unit_of_site(tables, "region").select(region_site="site_id", region="unit_id")
    homes = unit_of_site(tables, "city").inner_join(regions, [("site_id", "region_site")])
    homes = homes.select(city_id="unit_id", region=homes.region.nullif(UNLOCATED)).distinct()
    known = units(tables, "city").select(known_id="id", country="country")
    homes = homes.left_join(known, [("city_id", "known_id")]).drop("known_id")
    own = homes.filter(homes.city_id == city).select(own_region="region", own_country="country")
    homes = homes.cross_join(own)
    same_country = ibis.coalesce(homes.country == homes.own_country, False)
    standing = ibis.cases(
        (homes.city_id == city, PLACES_OF_COMPANIES[0]),
        (same_country & (homes.region == homes.own_region), PLACES_OF_COMPANIES[1]),
        (same_country & (homes.region != homes.own_region), PLACES_OF_COMPANIES[2]),
        (homes.country != homes.own_country, PLACES_OF_COMPANIES[3]),
        else_=PLACES_OF_COMPANIES[4],
    )
    homes = homes.select(home_id="city_id", standing=standing)
    homes = homes.inner_join(unit_numbers(tables, "city"), [("home_id", "unit_id")])
    return homes.select("standing", there_no="number")
