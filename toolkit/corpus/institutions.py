"""OpenAlex institution records, one JSON object a line, into staging rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toolkit.corpus.registry import (
    NO_COORDINATES,
    NO_DATE,
    Parsed,
    country_code,
    degrees,
    geonames_id,
    iso_time,
    openalex_id,
    ror_id,
    text_of,
)

__all__ = ["parse_institution"]


def parse_institution(record: Mapping[str, Any]) -> Parsed:
    """Staging row of one OpenAlex institution.

    ``lineage`` lists ancestors without saying how far they are; the depth stays unknown.

    Raises
    ------
    ValueError
        It has no OpenAlex institution id.
    TypeError, AttributeError
        A field has another type than OpenAlex documents.

    Examples
    --------
    >>> record = {"id": "https://openalex.org/I1", "type": "Company", "geo": {"country_code": "NA"}}
    >>> row = parse_institution(record).row
    >>> row["types"], row["city_country"]
    (['company'], 'NA')
    """
    identifier = openalex_id("I", record.get("id"))
    if identifier is None:
        raise ValueError("no id of an OpenAlex institution")
    geo = record.get("geo") or {}
    kind = text_of(record.get("type"))
    country = country_code(record.get("country_code")) or country_code(geo.get("country_code"))
    ancestors = [openalex_id("I", item) or ror_id(item) for item in record.get("lineage") or []]
    city = geonames_id(geo.get("geonames_city_id"))
    facts = [
        fact
        for fact, yes in (("records without a city", city is None), ("records without a ROR id", not record.get("ror")))
        if yes
    ]
    row = {
        "institution_ref": identifier,
        "ror": ror_id(record.get("ror")),
        "name": text_of(record.get("display_name")),
        "types": [kind.lower()] if kind else None,
        "country": country,
        "city_ref": city,
        "city_name": text_of(geo.get("city")),
        "city_country": country_code(geo.get("country_code")) or country,
        "admin1": text_of(geo.get("region")),
        "lat": degrees(geo.get("latitude"), 90),
        "lon": degrees(geo.get("longitude"), 180),
        "lineage": [ancestor for ancestor in ancestors if ancestor],
    }
    updated = record.get("updated_date")
    notes = [NO_DATE] if updated is not None and not iso_time(updated) else []
    if any(row[own] is None and geo.get(name) is not None for own, name in (("lat", "latitude"), ("lon", "longitude"))):
        notes.append(NO_COORDINATES)
    return Parsed(row, tuple(facts), iso_time(updated), tuple(notes))
