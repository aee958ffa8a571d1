"""Which city, region or country of the tables a row of indicators means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from toolkit.corpus.countries import countries_like, country_code, country_name
from toolkit.corpus.names import folded, names_alike
from toolkit.corpus.registry import geonames_id

__all__ = ["PlaceIndex"]

City = tuple[str, str | None, str | None, str | None, str | None, str | None]
"""city_id, name, ascii_name, country, admin1, region"""


class PlaceIndex:
    """Places to be found by id, or by name and what lies around them.

    Cities and regions must be among those of the works; a country need only be one. A region's id is its country and
    first-order division, ``US.CA``; the place of a row at level country may stand in any of its columns.

    Parameters
    ----------
    cities
        One row for each city and name of it.
    moved
        City id -> the id that stands for the same place.

    Examples
    --------
    >>> index = PlaceIndex([("1816670", "Beijing", "Beijing", "CN", "22", "Beijing")], {"1": "1816670"})
    >>> index.found({"place_id": "1"}), index.found({"level": "city", "place": "beijing", "country": "China"})
    (('1816670', ''), ('1816670', ''))
    >>> index.found({"level": "region", "place": "Beijing", "country": "CN"}), index.found({"place_id": "CHN"})
    (('CN.22', ''), ('', 'no level: city, region or country'))
    """

    def __init__(self, cities: Iterable[City], moved: Mapping[str, str]) -> None:
        self._moved = moved
        self._cities: dict[str, tuple[str | None, str | None]] = {}
        self._city_names: dict[str, set[str]] = defaultdict(set)
        self._shown: dict[str, dict[str, str]] = {"city": {}, "region": {}}
        self._region_names: dict[str, set[str]] = defaultdict(set)
        for city_id, name, ascii_name, country, admin1, region in cities:
            region_id = f"{country}.{admin1}" if country and admin1 else None
            self._cities[city_id] = (country, region_id)
            for one in (name, ascii_name):
                if one and folded(one):
                    self._city_names[folded(one)].add(city_id)
                    where = ", ".join(part for part in (region, country) if part)
                    self._shown["city"].setdefault(folded(one), f"{one} ({where}) = {city_id}")
            if region_id:
                self._region_names[folded(region or "") or region_id.lower()].add(region_id)
                self._shown["region"].setdefault(folded(region or ""), f"{region} ({country}) = {region_id}")
        self._regions = {region for _, region in self._cities.values() if region}

    def found(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """``(id, "")`` of the place meant, or ``("", reason)``."""
        level = row.get("level") or self._level(row.get("place_id") or "")
        if level == "country":
            said = row.get("place_id") or row.get("place") or row.get("country") or ""
            code = country_code(said)
            return (code, "") if code else ("", "unknown place: no such country")
        if level == "region":
            return self._region(row)
        if level == "city":
            return self._city(row)
        return "", "no level: city, region or country"

    def alike(self, row: Mapping[str, Any]) -> list[str]:
        """Places of the row's level whose name looks like the one it gives, as ``Beijing (CN) = 1816670``."""
        level = row.get("level") or self._level(row.get("place_id") or "")
        name = row.get("place") or (row.get("place_id") if level == "country" else "") or ""
        if level == "country":
            return [f"{country_name(code)} = {code}" for code in countries_like(name or row.get("country") or "")]
        return names_alike(name, self._shown.get(level, {}))

    @staticmethod
    def _level(place_id: str) -> str:
        """The level that an id shows by its form; empty text for none."""
        if geonames_id(place_id) or place_id.startswith("x-"):
            return "city"
        if re.fullmatch(r"[A-Z]{2}", place_id):
            return "country"
        return "region" if re.fullmatch(r"[A-Z]{2}\..+", place_id) else ""

    def _city(self, row: Mapping[str, Any]) -> tuple[str, str]:
        given = row.get("place_id")
        if given:
            city_id = geonames_id(given) or given
            city_id = self._moved.get(city_id, city_id)
            return (city_id, "") if city_id in self._cities else ("", "unknown place: no city of the works")
        code = _country(row)
        regions = self._regions_called(row.get("region"), code) if row.get("region") else None
        named = sorted(
            city_id
            for city_id in self._city_names.get(folded(row.get("place") or ""), ())
            if (code is None or self._cities[city_id][0] == code)
            and (regions is None or self._cities[city_id][1] in regions)
        )
        return _only(named, "city")

    def _region(self, row: Mapping[str, Any]) -> tuple[str, str]:
        given = row.get("place_id")
        if given:
            return (given, "") if given in self._regions else ("", "unknown place: no region of the works")
        return _only(sorted(self._regions_called(row.get("place") or row.get("region"), _country(row))), "region")

    def _regions_called(self, text: str | None, country: str | None) -> set[str]:
        named = set(self._region_names.get(folded(text or ""), ()))
        coded = {f"{country}.{text}"} & self._regions if country else set()
        return {one for one in named | coded if country is None or one.startswith(f"{country}.")}


def _country(row: Mapping[str, Any]) -> str | None:
    said = row.get("country")
    return (country_code(said) or said) if said else None


def _only(named: list[str], what: str) -> tuple[str, str]:
    if len(named) == 1:
        return named[0], ""
    if named:
        return "", f"several places: more than one {what} of this name ({', '.join(named)})"
    return "", f"unknown place: no {what} of the works"
