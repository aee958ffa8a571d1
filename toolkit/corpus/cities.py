"""One id for one city: ids of the same place are made one, cities without an id get one."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import pyarrow as pa

from toolkit.corpus.names import MADE, folded, made_id
from toolkit.errors import BadParameter

__all__ = [
    "CITIES_OPTIONS",
    "MERGED_PAIRS",
    "SAME_PLACE_KM",
    "CityMerge",
    "city_id_for",
    "haversine_km",
    "merge_duplicate_cities",
]

CITIES_OPTIONS: Final = ("merged", "as-given")
"""What option ``cities`` may be."""

SAME_PLACE_KM: Final = 30.0
EARTH_RADIUS_KM: Final = 6371.0088
_REGION_CODE = re.compile(r"[A-Z0-9]+")

MERGED_PAIRS: Final = pa.schema(
    [
        ("merged_id", pa.string()),
        ("kept_id", pa.string()),
        ("name", pa.string()),
        ("country", pa.string()),
        ("admin1", pa.string()),
        ("km", pa.float64()),
        ("merged_sites", pa.int64()),
        ("kept_sites", pa.int64()),
    ]
)
"""Columns of :attr:`CityMerge.pairs`; ``km`` is null where a city without coordinates was matched by name."""


@dataclass(frozen=True)
class CityMerge:
    """Which city ids became which.

    Attributes
    ----------
    mapping
        Old id -> id kept; ids that stay are not in it.
    pairs
        One row for each old id, columns :data:`MERGED_PAIRS`, ordered by ``kept_id`` and ``merged_id``.
    """

    mapping: Mapping[str, str]
    pairs: pa.Table


class _City(NamedTuple):
    city_id: str
    name: str
    country: str
    region: str
    lat: float | None
    lon: float | None
    sites: int
    region_name: str = ""

    @property
    def made(self) -> bool:
        return self.city_id.startswith(MADE)


@dataclass
class _Group:
    """Ids found to be one place; ``head`` is the one kept, the region the first known among the members."""

    head: _City
    region: str
    region_name: str
    members: list[tuple[_City, float | None]] = field(default_factory=list)


def merge_duplicate_cities(
    cities: pa.Table,
    sites_of: Mapping[str, int],
    *,
    option: str = "merged",
    within_km: float = SAME_PLACE_KM,
    apart: Collection[str] = (),
) -> CityMerge:
    """Ids that stand for one place, each with the id that is kept.

    Two ids are one place when their names (without case and accents) and countries are equal, their regions are equal
    where both are known, and they lie within ``within_km`` of each other: the administrative seat and the city of
    Seoul. The id kept is the one with most sites, among equals the smallest number; GeoNames ids are kept before made
    ones. A made id (:func:`city_id_for`) without coordinates joins the city of its name, country and region when
    there is exactly one.

    Parameters
    ----------
    cities
        Columns ``city_id``, ``name``, ``country``, ``admin1``, ``lat``, ``lon`` [degrees], one row for each id; a
        column ``region`` with the regions' names is used where one region is a code and the other a name.
    sites_of
        Number of sites at each city id; ids that are not in it have none.
    option
        ``merged``, or ``as-given`` for no merging at all.
    within_km
        Largest great-circle distance between an id and the id kept [km].
    apart
        Made ids whose names a gazetteer has for several places: they join no other.

    Returns
    -------
    CityMerge
        The same whatever the order of the rows. Cities without a name or country are never merged.

    Raises
    ------
    BadParameter
        ``option`` is neither.

    Notes
    -----
    Every merged id lies within ``within_km`` of the id kept, so chains of near places do not run together. A region
    written as a code and one written as a name are compared by their names where both are known.

    Examples
    --------
    >>> cities = pa.table(
    ...     {
    ...         "city_id": ["1835847", "1835848", "1816670"],
    ...         "name": ["Seoul", "Seoul", "Beijing"],
    ...         "country": ["KR", "KR", "CN"],
    ...         "admin1": ["11", "11", "22"],
    ...         "lat": [37.58333, 37.566, 39.9075],
    ...         "lon": [127.0, 126.9784, 116.39723],
    ...     }
    ... )
    >>> merge_duplicate_cities(cities, {"1835848": 19, "1835847": 2, "1816670": 40}).mapping
    {'1835847': '1835848'}
    """
    if option not in CITIES_OPTIONS:
        raise BadParameter("cities", option, f"one of {', '.join(CITIES_OPTIONS)}")
    if option == "as-given":
        return CityMerge({}, MERGED_PAIRS.empty_table())
    pairs = [
        (member, group.head, km)
        for block in _blocks(cities, sites_of, frozenset(apart))
        for group in _groups(block, within_km)
        for member, km in group.members
    ]
    rows = [
        {
            "merged_id": member.city_id,
            "kept_id": head.city_id,
            "name": head.name,
            "country": head.country,
            "admin1": head.region or member.region or None,
            "km": None if km is None else round(km, 3),
            "merged_sites": member.sites,
            "kept_sites": head.sites,
        }
        for member, head, km in sorted(pairs, key=lambda pair: (pair[1].city_id, pair[0].city_id))
    ]
    mapping = {str(row["merged_id"]): str(row["kept_id"]) for row in rows}
    return CityMerge(mapping, pa.Table.from_pylist(rows, schema=MERGED_PAIRS))


def _blocks(cities: pa.Table, sites_of: Mapping[str, int], apart: frozenset[str]) -> Iterator[list[_City]]:
    """Cities of one name and country, two at least, the id to keep first."""
    blocks: dict[tuple[str, str], list[_City]] = {}
    columns = (cities.column(name).to_pylist() for name in ("city_id", "name", "country", "admin1", "lat", "lon"))
    called = cities.column("region").to_pylist() if "region" in cities.column_names else [None] * cities.num_rows
    for city_id, name, country, region, lat, lon, region_name in zip(*columns, called, strict=True):
        if name and country and folded(name) and city_id not in apart:
            sites = int(sites_of.get(city_id, 0))
            city = _City(city_id, name, country, region or "", lat, lon, sites, region_name or "")
            blocks.setdefault((folded(name), country), []).append(city)
    for block in blocks.values():
        if len(block) > 1:
            # text of equal length sorts as numbers do
            yield sorted(block, key=lambda city: (city.made, -city.sites, len(city.city_id), city.city_id))


def _groups(block: Sequence[_City], within_km: float) -> list[_Group]:
    groups: list[_Group] = []
    later: list[_City] = []
    for city in block:
        if city.made and city.lat is None:
            later.append(city)
            continue
        for group in groups:
            km = _distance(city, group.head)
            if km is not None and km <= within_km and not _regions_differ(city, group):
                _join(group, city, km)
                break
        else:
            groups.append(_Group(city, city.region, city.region_name))
    unplaced: list[_Group] = []
    for city in later:
        # a city nobody has placed is no rival for one that has coordinates
        fitting = _fitting(groups, city) or _fitting(unplaced, city)
        if len(fitting) == 1:
            _join(fitting[0], city, None)
        else:
            unplaced.append(_Group(city, city.region, city.region_name))
    return groups + unplaced


def _fitting(groups: Sequence[_Group], city: _City) -> list[_Group]:
    return [group for group in groups if not _regions_differ(city, group)]


def _join(group: _Group, city: _City, km: float | None) -> None:
    group.members.append((city, km))
    if not group.region:
        group.region, group.region_name = city.region, city.region_name


def _regions_differ(city: _City, group: _Group) -> bool:
    if not city.region or not group.region:
        return False
    if bool(_REGION_CODE.fullmatch(city.region)) == bool(_REGION_CODE.fullmatch(group.region)):
        return folded(city.region) != folded(group.region)
    one, other = folded(city.region_name), folded(group.region_name)
    return bool(one and other) and one != other


def _distance(one: _City, other: _City) -> float | None:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    return haversine_km(one.lat, one.lon, other.lat, other.lon)


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    r"""Great-circle distance of two points.

    .. math:: d = 2R \arcsin\sqrt{\sin^2\frac{\varphi_2-\varphi_1}{2} +
              \cos\varphi_1\cos\varphi_2\sin^2\frac{\lambda_2-\lambda_1}{2}}

    with latitudes :math:`\varphi`, longitudes :math:`\lambda` and the earth's mean radius R = 6371.0088 km.

    Parameters
    ----------
    lat1, lon1, lat2, lon2
        Coordinates [degrees].

    Returns
    -------
    float
        Distance [km].

    References
    ----------
    R. W. Sinnott, Virtues of the haversine, Sky and Telescope 68 (1984) 159.

    Examples
    --------
    >>> round(haversine_km(0, 0, 0, 90), 1)
    10007.6
    """
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def city_id_for(name: str, country: str = "", region: str = "") -> str:
    """Id of a city that has none, made from its names as :func:`~toolkit.corpus.names.made_id` does.

    Examples
    --------
    >>> city_id_for("São Paulo", "BR"), city_id_for("Springfield", "US", "Ohio")
    ('x-BR-sao-paulo', 'x-US-springfield.ohio')
    """
    return made_id(name, country, region)
