"""The city that an author's own address names, which is how a company's laboratory gets its real city."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from toolkit.corpus.cities import SAME_PLACE_KM, haversine_km
from toolkit.corpus.countries import country_code
from toolkit.corpus.names import folded

__all__ = [
    "ADDRESS_CITIES",
    "CITY_FROM_OPTIONS",
    "HOW_ADDRESSES_END",
    "Address",
    "KnownCity",
    "address_cities",
    "address_parts",
]

CITY_FROM_OPTIONS: Final = ("registry", "affiliation")
"""What option ``city_from`` may be."""

ADDRESS_CITIES: Final = pa.schema(
    [("institution_id", pa.string()), ("text", pa.string()), ("city_id", pa.string()), ("how", pa.string())]
)
"""Columns of :func:`address_cities`."""

HOW_ADDRESSES_END: Final = ("as the registry", "another city", "several cities", "no city")
"""Values of column ``how``."""

_BETWEEN: Final = re.compile(r"[,;|\n]+")
_CODE: Final = re.compile(r"\S*\d\S*")
"""A word with a digit: a postal code, a house number."""


class Address(NamedTuple):
    """An address as authors of an institution give it, with what the registry says of the institution."""

    institution_id: str
    text: str
    country: str | None
    registry_city: str | None


class KnownCity(NamedTuple):
    """A city under one of its names (folded); coordinates [degrees] where known, ``region`` by its name."""

    name: str
    city_id: str
    country: str
    region: str
    lat: float | None
    lon: float | None


def address_parts(text: str) -> list[str]:
    """Parts of an address between commas, folded, without postal codes; the last ones first.

    Examples
    --------
    >>> address_parts("Sample Company, Research, D-69120 Heidelberg, Germany")
    ['germany', 'heidelberg', 'research', 'sample company']
    """
    parts = (folded(_CODE.sub(" ", part)) for part in _BETWEEN.split(text))
    return [part for part in parts if part][::-1]


def address_cities(addresses: Iterable[Address], cities: Iterable[KnownCity]) -> pa.Table:
    """The city each address names, looked for among the cities of the institution's country.

    A part of the address between commas must be a city's whole name ("Nanjing University" names no city). The
    country's name is none, so that of Singapore the registry's word stands. Where several parts are cities, one whose
    region is another part is the city ("Changchun, Jilin"), then the registry's own; else the address is undecided
    and the registry's city stands.

    Parameters
    ----------
    addresses
        Distinct addresses by institution.
    cities
        Every name of every known city.

    Returns
    -------
    pyarrow.Table
        Columns :data:`ADDRESS_CITIES`, a row per address. ``how``: ``as the registry``, ``another city``, ``several
        cities`` and ``no city`` (the last two with ``city_id`` null).

    Examples
    --------
    >>> cities = [
    ...     KnownCity("boston", "1", "US", "Massachusetts", 42.36, -71.06),
    ...     KnownCity("chicago", "2", "US", "Illinois", 41.85, -87.65),
    ... ]
    >>> laboratory = Address("i", "Sample Company, Boston, USA", "US", "2")
    >>> address_cities([laboratory], cities).select(["city_id", "how"]).to_pylist()
    [{'city_id': '1', 'how': 'another city'}]
    """
    known: dict[tuple[str, str], list[KnownCity]] = defaultdict(list)
    for city in cities:
        known[city.country, city.name].append(city)
    rows = []
    for address in addresses:
        city_id, how = _found(address, known)
        rows.append({"institution_id": address.institution_id, "text": address.text, "city_id": city_id, "how": how})
    return pa.Table.from_pylist(rows, schema=ADDRESS_CITIES)


def _found(address: Address, known: dict[tuple[str, str], list[KnownCity]]) -> tuple[str | None, str]:
    parts = address_parts(address.text)
    country = address.country or ""
    parts = [part for part in parts if country_code(part) != country]
    named = {part: known[country, part] for part in parts if (country, part) in known}
    if not named:
        return None, "no city"
    places = {part: _one_place(cities, parts, address.registry_city) for part, cities in named.items()}
    if len(places) > 1:
        inside = [one for part, one in places.items() if one and _in_named_region(one, part, parts)]
        own = [one for one in places.values() if one and one.city_id == address.registry_city]
        decided = inside if len(inside) == 1 else own
    else:
        decided = [one for one in places.values() if one]
    if len(decided) != 1:
        return None, "several cities"
    city_id = decided[0].city_id
    return city_id, "as the registry" if city_id == address.registry_city else "another city"


def _one_place(cities: Sequence[KnownCity], parts: Sequence[str], registry_city: str | None) -> KnownCity | None:
    """The one place among cities of one name: the registry's, the one whose region is named, or ids of one place."""
    for city in cities:
        if city.city_id == registry_city:
            return city
    there = [city for city in cities if city.region and folded(city.region) in parts] or list(cities)
    first = min(there, key=lambda city: (len(city.city_id), city.city_id))
    return first if all(_same_place(first, other) for other in there) else None


def _same_place(one: KnownCity, other: KnownCity) -> bool:
    if one.city_id == other.city_id:
        return True
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return False
    return haversine_km(one.lat, one.lon, other.lat, other.lon) <= SAME_PLACE_KM


def _in_named_region(city: KnownCity, part: str, parts: Sequence[str]) -> bool:
    """Whether the city's region is another part of the address."""
    region = folded(city.region)
    return bool(region) and region != part and region in parts
