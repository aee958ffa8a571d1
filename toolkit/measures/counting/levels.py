"""Levels: which unit a site belongs to, what units are called, and where they are."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.corpus.countries import country_name
from toolkit.corpus.schema import FUNDER, LEVELS, UNLOCATED
from toolkit.errors import BadParameter
from toolkit.measures.counting.hierarchy import tops
from toolkit.measures.tables import Tables

__all__ = [
    "PLACE_LEVELS",
    "SEVERAL_UNITS",
    "SPECIAL",
    "UNASSIGNED",
    "UNKNOWN_TYPE",
    "UNLOCATED",
    "check_level",
    "unit_of_site",
    "units",
]

UNASSIGNED: Final = "unassigned"
"""Row for the parts of authors without a usable affiliation."""
SPECIAL: Final = (UNASSIGNED, UNLOCATED)
PLACE_LEVELS: Final = ("city", "country", "metro", "region")
"""Levels at which several institutions share a unit: those with partnerships and internal collaboration."""
SEVERAL_UNITS: Final = ("parent", "type")
"""Levels at which one institution may belong to several units."""
UNKNOWN_TYPE: Final = "unknown"
"""Unit at level ``type`` of institutions without a type."""


def check_level(level: str, allowed: tuple[str, ...] = LEVELS) -> None:
    """Raise where ``level`` is not one of ``allowed``.

    Raises
    ------
    BadParameter
        It is not.
    """
    if level not in allowed:
        raise BadParameter("level", level, f"it is one of {', '.join(allowed)}")


def unit_of_site(tables: Tables, level: str) -> ir.Table:
    """Unit of each site at ``level``.

    The country of a site is its city's, else its institution's. A site without a city, country or region is
    ``unlocated`` there and its part is never given to others. A region is the city's country and first-order division
    (GeoNames' ``CN.22``). A city without a metropolitan area is its own.

    Returns
    -------
    ibis table
        ``site_id``, ``institution_id``, ``unit_id``; one row per site, at the levels of :data:`SEVERAL_UNITS` one for
        each unit of its institution: its top ancestors (:func:`~toolkit.measures.counting.hierarchy.tops`), its types
    """
    check_level(level)
    known = tables.known(("unit_of_site", level))
    if known is not None:
        return known
    sites = tables.sites
    if level == "parent":
        above = tops(tables).select(child_id="institution_id", top_id="top_id")
        sites = sites.left_join(above, [("institution_id", "child_id")])
        unit = ibis.coalesce(sites.top_id, sites.institution_id)
    elif level == "type":
        types = tables.listed("institution_types")
        types = types.filter(types.value != FUNDER).select(typed_id="institution_id", type="value")
        sites = sites.left_join(types, [("institution_id", "typed_id")])
        unit = ibis.coalesce(sites.type, UNKNOWN_TYPE)
    elif level == "metro":
        sites = sites.left_join(_metros(tables), [("city_id", "city_key")])
        unit = ibis.coalesce(sites.metro, sites.city_id, UNLOCATED)
    elif level == "region":
        sites = sites.left_join(_regions(tables).select("city_key", "region_id"), [("city_id", "city_key")])
        unit = ibis.coalesce(sites.region_id, UNLOCATED)
    elif level == "country":
        cities = tables.cities.select(city_key="city_id", city_country="country")
        institutions = tables.institutions.select(institution_key="institution_id", own_country="country")
        sites = sites.left_join(cities, [("city_id", "city_key")])
        sites = sites.left_join(institutions, [("institution_id", "institution_key")])
        unit = ibis.coalesce(sites.city_country, sites.own_country, UNLOCATED)
    elif level == "city":
        unit = ibis.coalesce(sites.city_id, UNLOCATED)
    else:
        unit = sites[f"{level}_id"]
    return tables.keep(("unit_of_site", level), sites.select("site_id", "institution_id", unit_id=unit))


def units(tables: Tables, level: str) -> ir.Table:
    """Units of a level with their names and countries.

    A site is called after its institution and city, a metropolitan area as the map says, else after the city
    whose id it has; it lies in a country where all its cities do. A type lies in none.

    Returns
    -------
    ibis table
        ``id``, ``name``, ``country``; a row per unit
    """
    check_level(level)
    if level == "country":
        return _countries(tables)
    if level == "city":
        return tables.cities.select(id="city_id", name="name", country="country")
    if level == "metro":
        return _named_metros(tables)
    if level == "region":
        regions = _regions(tables)
        return regions.group_by(id="region_id").agg(name=regions.region.min(), country=regions.country.min())
    if level == "type":
        types = unit_of_site(tables, "type").select(id="unit_id", name="unit_id").distinct()
        return types.mutate(country=ibis.null("string"))
    institutions = tables.institutions.select(id="institution_id", name="name", country="country")
    if level in ("institution", "parent"):
        return institutions
    cities = tables.cities.select(city_key="city_id", city="name", city_country="country")
    sites = tables.sites.left_join(institutions, [("institution_id", "id")])
    sites = sites.left_join(cities, [("city_id", "city_key")])
    name = ibis.coalesce(sites.name.concat(", ", sites.city), sites.name, sites.site_id)
    return sites.select(id="site_id", name=name, country=ibis.coalesce(sites.city_country, sites.country))


def _regions(tables: Tables) -> ir.Table:
    """Cities of known region: ``city_key``, ``region_id``, ``region`` (its name, else its code), ``country``."""
    cities = tables.cities
    cities = cities.filter(cities.country.notnull(), cities.admin1.notnull(), cities.admin1 != "")
    return cities.select(
        city_key="city_id",
        region_id=cities.country.concat(".", cities.admin1),
        region=ibis.coalesce(cities.region, cities.admin1),
        country="country",
    )


def _metros(tables: Tables) -> ir.Table:
    """Cities of a metropolitan area: ``city_key``, ``metro`` (its id), ``metro_name``; blank areas are none."""
    cities = tables.cities
    cities = cities.filter(cities.metro_id.notnull(), cities.metro_id != "")
    return cities.select(city_key="city_id", metro="metro_id", metro_name="metro")


def _named_metros(tables: Tables) -> ir.Table:
    metros = _metros(tables)
    cities = tables.cities.select("city_id", "country").left_join(metros, [("city_id", "city_key")])
    cities = cities.select(
        id=ibis.coalesce(cities.metro, cities.city_id), metro_name=cities.metro_name, country=cities.country
    )
    areas = cities.group_by("id").agg(
        given=cities.metro_name.min(), first=cities.country.min(), last=cities.country.max()
    )
    areas = areas.left_join(tables.cities.select(named_id="city_id", city="name"), [("id", "named_id")])
    country = ibis.ifelse(areas["first"] == areas["last"], areas["first"], ibis.null("string"))
    return tables.keep(
        ("units", "metro"), areas.select("id", name=ibis.coalesce(areas.given, areas.city, areas.id), country=country)
    )


def _countries(tables: Tables) -> ir.Table:
    used = unit_of_site(tables, "country").unit_id.as_table().distinct().to_pyarrow()["unit_id"].to_pylist()
    codes = sorted(code for code in used if code != UNLOCATED)
    text = pa.string()
    named = {
        "id": pa.array(codes, text),
        "name": pa.array([country_name(code) for code in codes], text),
        "country": pa.array(codes, text),
    }
    return tables.keep(("units", "country"), pa.table(named))
