"""ROR records, schema versions 1 and 2 in any mixture, into staging rows.

The first location (version 2) or address (version 1) is the institution's place; records with several are counted.
Withdrawn and inactive records, and those with a successor, are used as they are, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from toolkit.corpus.registry import (
    NO_COORDINATES,
    NO_DATE,
    Parsed,
    country_code,
    degrees,
    geonames_id,
    iso_time,
    ror_id,
    text_of,
)

__all__ = ["parse_ror"]

_STATUSES = ("active", "inactive", "withdrawn")


def parse_ror(record: Mapping[str, Any]) -> Parsed:
    """Staging row of one ROR record.

    Parameters
    ----------
    record
        As the registry's dump or API gives it; version 2 is told by its ``locations``.

    Raises
    ------
    ValueError
        It has no ROR id.
    TypeError, AttributeError, KeyError
        A field has another type than its schema says.

    Examples
    --------
    >>> parse_ror({"id": "https://ror.org/00hj54h04", "name": "UT Austin", "types": ["Education"]}).row["types"]
    ['education']
    """
    identifier = ror_id(record.get("id"))
    if identifier is None:
        raise ValueError("no ROR id")
    second = "locations" in record or "names" in record
    places = list(_places_v2(record) if second else _places_v1(record))
    status = (text_of(record.get("status")) or "active").lower()
    relations = [(str(item["type"]).lower(), ror_id(item.get("id"))) for item in _objects(record.get("relationships"))]
    facts = [f"ROR schema version {2 if second else 1}"]
    if status != "active":
        facts.append(f"{status if status in _STATUSES else 'unknown status'} records")
    if any(kind == "successor" for kind, _ in relations):
        facts.append("records with a successor, which are not followed")
    if len(places) > 1:
        facts.append("records with several locations")
    if not places:
        facts.append("records without a location")
    row = {
        "institution_ref": identifier,
        "ror": identifier,
        "name": _name_v2(record) if second else text_of(record.get("name")),
        "types": list(dict.fromkeys(kind.lower() for kind in _texts(record.get("types")))),
        "status": status,
        "parents": [ror for kind, ror in relations if kind == "parent" and ror],
        "children": [ror for kind, ror in relations if kind == "child" and ror],
        **(places[0] if places else {}),
    }
    if not second:
        country = record.get("country") or {}
        row["country"] = country_code(country.get("country_code")) or row.get("country")
    modified = ((record.get("admin") or {}).get("last_modified") or {}).get("date")
    notes = [NO_DATE] if modified is not None and not iso_time(modified) else []
    if places and any(
        places[0][name] is None and value is not None for name, value in _coordinates(record, second=second)
    ):
        notes.append(NO_COORDINATES)
    return Parsed(row, tuple(facts), iso_time(modified), tuple(notes))


def _coordinates(record: Mapping[str, Any], *, second: bool) -> list[tuple[str, Any]]:
    """The coordinates of the first place as the record has them."""
    place = record["locations"][0].get("geonames_details") or {} if second else record["addresses"][0]
    return [("lat", place.get("lat")), ("lon", place.get("lng"))]


def _places_v2(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for location in _objects(record.get("locations")):
        details = location.get("geonames_details") or {}
        country = country_code(details.get("country_code"))
        yield {
            "city_ref": geonames_id(location.get("geonames_id")),
            "city_name": text_of(details.get("name")),
            "city_country": country,
            "country": country,
            "admin1": text_of(details.get("country_subdivision_name"))
            or text_of(details.get("country_subdivision_code")),
            "lat": degrees(details.get("lat"), 90),
            "lon": degrees(details.get("lng"), 180),
        }


def _places_v1(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    country = country_code((record.get("country") or {}).get("country_code"))
    for address in _objects(record.get("addresses")):
        city = address.get("geonames_city") or {}
        region = city.get("geonames_admin1") or {}
        code = (text_of(region.get("code")) or "").partition(".")
        yield {
            "city_ref": geonames_id(city.get("id")),
            "city_name": text_of(city.get("city")) or text_of(address.get("city")),
            "city_country": country,
            "country": country,
            "admin1": text_of(region.get("name")) or text_of(address.get("state")),
            # 00 is GeoNames' word for a city in no region
            "admin1_code": code[2] if code[0] == country and code[2] not in {"", "00"} else None,
            "lat": degrees(address.get("lat"), 90),
            "lon": degrees(address.get("lng"), 180),
        }


def _name_v2(record: Mapping[str, Any]) -> str | None:
    """The name the registry displays, else its first label, else its first name."""
    names = [(set(_texts(item.get("types"))), text_of(item.get("value"))) for item in _objects(record.get("names"))]
    for wanted in ({"ror_display"}, {"label"}, set[str]()):
        for kinds, value in names:
            if value and wanted <= kinds:
                return value
    return None


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError
    return value


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError
    return [text for text in map(text_of, value) if text]
