"""Levels: which unit a site belongs to, what units are called, and where they are."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.corpus.countries import country_name
from toolkit.corpus.schema import LEVELS
from toolkit.errors import BadParameter
from toolkit.measures.tables import Tables

__all__ = ["PLACE_LEVELS", "SPECIAL", "UNASSIGNED", "UNLOCATED", "check_level", "unit_of_site", "units"]

UNASSIGNED: Final = "unassigned"
"""Row for the parts of authors without a usable affiliation."""
UNLOCATED: Final = "unlocated"
"""Row for the parts at sites whose city or country is unknown."""
SPECIAL: Final = (UNASSIGNED, UNLOCATED)
PLACE_LEVELS: Final = ("city", "country")
"""Levels at which several institutions share a unit: those with partnerships and internal collaboration."""


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

    The country of a site is its city's, else its institution's. A site without a city or country is ``unlocated``
    there and its part is never given to others.

    Returns
    -------
    ibis table
        ``site_id``, ``institution_id``, ``unit_id``
    """
    check_level(level)
    sites = tables.sites
    if level == "country":
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

    A site is called after its institution and city.

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
    institutions = tables.institutions.select(id="institution_id", name="name", country="country")
    if level == "institution":
        return institutions
    cities = tables.cities.select(city_key="city_id", city="name", city_country="country")
    sites = tables.sites.left_join(institutions, [("institution_id", "id")])
    sites = sites.left_join(cities, [("city_id", "city_key")])
    name = ibis.coalesce(sites.name.concat(", ", sites.city), sites.name, sites.site_id)
    return sites.select(id="site_id", name=name, country=ibis.coalesce(sites.city_country, sites.country))


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
