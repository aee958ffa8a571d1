"""Which city a name means: GeoNames' own and other names, narrowed by country, region and coordinates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import pyarrow as pa

from toolkit.corpus.cities import SAME_PLACE_KM, haversine_km
from toolkit.corpus.names import folded
from toolkit.corpus.regions import RegionNames

__all__ = ["CITY_NAMES_FILE", "FOUND", "NAMED_CITIES", "Candidate", "NamedCity", "found_cities"]

CITY_NAMES_FILE: Final = "city_names.parquet"
"""Table of :data:`NAMED_CITIES` beside the canonical tables: the names in use, with what became of each."""

FOUND: Final = ("its name", "another of its names")
"""Values of ``how`` where a name was found to be a city; the others say why it was not."""

NAMED_CITIES: Final = pa.schema(
    [
        ("made_id", pa.string()),
        ("name", pa.string()),
        ("country", pa.string()),
        ("region", pa.string()),
        ("city_id", pa.string()),
        ("how", pa.string()),
        ("candidates", pa.list_(pa.string())),
        ("records", pa.int64()),
    ]
)
"""Columns of :func:`found_cities`; ``city_id`` is null where it stays undecided, ``records`` are rows that say so."""


class NamedCity(NamedTuple):
    """A city that records name without an id; coordinates [degrees] are those of its institutions, where known."""

    made_id: str
    name: str
    country: str | None
    region: str | None
    lat: float | None
    lon: float | None
    records: int


class Candidate(NamedTuple):
    """A city of the gazetteer that has the name; ``main``: GeoNames itself calls it so."""

    name: str
    main: bool
    city_id: str
    country: str
    admin1: str | None
    lat: float
    lon: float
    population: int | None


def found_cities(named: Iterable[NamedCity], candidates: Iterable[Sequence[Any]], regions: RegionNames) -> pa.Table:
    """The GeoNames city that each name means, where exactly one place has it.

    Names are compared whole, without case, accents and punctuation. Of the cities that have the name in the record's
    country, those in another region than the record's and those farther than 30 km from the record's coordinates are
    no candidates; nor are places whose population GeoNames does not know, where there is one that has any: many a
    city's name is also a hamlet's. One that GeoNames itself calls so comes before one that has it as another or an
    old name.
    Candidates in one region and within 30 km of each other are one place, told by the more populous. What is left
    undecided stays a city of its own; nothing is guessed from size.

    Parameters
    ----------
    named
        Cities without an id.
    candidates
        Rows of :meth:`~toolkit.corpus.gazetteer.Gazetteer.cities_named` for their folded names.
    regions
        What regions are called; a region text that stands for no code decides nothing.

    Returns
    -------
    pyarrow.Table
        One row for each of ``named``, columns :data:`NAMED_CITIES`, ordered by ``made_id``. ``how`` is one of
        :data:`FOUND`, else ``not in the gazetteer``, ``in another region``, ``too far away`` or ``several places``.
        Without a country, a name must be the only one in the world.

    Examples
    --------
    >>> rows = [
    ...     ("york", True, "2633352", "GB", "ENG", 53.96, -1.08, 153717),
    ...     ("york", True, "4562407", "US", "PA", 39.96, -76.73, 43718),
    ...     ("york", True, "5079348", "US", "NE", 40.87, -97.59, 7766),
    ... ]
    >>> names = RegionNames([], {"4562407": ("US", "PA")}, {("US", "PA"): "Pennsylvania"})
    >>> york = NamedCity("x-GB-york", "York", "GB", None, None, None, 1)
    >>> found_cities([york], rows, names).column("city_id").to_pylist()
    ['2633352']
    >>> york = york._replace(country="US")
    >>> found_cities([york], rows, names).select(["how", "candidates"]).to_pylist()
    [{'how': 'several places', 'candidates': ['4562407', '5079348']}]
    >>> found_cities([york._replace(region="Pennsylvania")], rows, names).column("city_id").to_pylist()
    ['4562407']
    """
    by_name: dict[str, list[Candidate]] = defaultdict(list)
    for row in candidates:
        candidate = Candidate(*row)
        by_name[candidate.name].append(candidate)
    rows = []
    for city in sorted(named, key=lambda city: city.made_id):
        how, left = _narrowed(city, by_name.get(folded(city.name), []), regions)
        fixed = how in FOUND
        rows.append(
            {
                "made_id": city.made_id,
                "name": city.name,
                "country": city.country,
                "region": city.region,
                "city_id": left[0].city_id if fixed else None,
                "how": how,
                "candidates": [candidate.city_id for candidate in left],
                "records": city.records,
            }
        )
    return pa.Table.from_pylist(rows, schema=NAMED_CITIES)


def _narrowed(
    city: NamedCity, candidates: Sequence[Candidate], regions: RegionNames
) -> tuple[str, Sequence[Candidate]]:
    """How the search ended, and the candidates then left."""
    found = [one for one in candidates if not city.country or one.country == city.country]
    if not found:
        return "not in the gazetteer", []
    code = regions.code_of(city.country, city.region) if city.country else None
    there = [one for one in found if code is None or one.admin1 == code]
    if not there:
        return "in another region", found
    near = [one for one in there if _km(city, one) <= SAME_PLACE_KM]
    if not near:
        return "too far away", there
    towns = [one for one in near if one.population] or near
    for main in (True, False):
        places = _places([one for one in towns if one.main is main])
        if len(places) == 1:
            return FOUND[not main], places
        if places:
            return "several places", places
    return "not in the gazetteer", []


def _km(city: NamedCity, candidate: Candidate) -> float:
    """Distance [km]; 0 where the record has no coordinates, which then decide nothing."""
    if city.lat is None or city.lon is None:
        return 0.0
    return haversine_km(city.lat, city.lon, candidate.lat, candidate.lon)


def _places(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One candidate for each place, the more populous before the others, then by id."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda one: (-(one.population or 0), len(one.city_id), one.city_id)):
        if not any(
            (one.country, one.admin1) == (other.country, other.admin1)
            and haversine_km(one.lat, one.lon, other.lat, other.lon) <= SAME_PLACE_KM
            for other in kept
        ):
            kept.append(one)
    return kept
