"""The invented world the sample is drawn from: cities, institutions, umbrellas, people and their moves.

The cities are real (``cities.csv``: GeoNames, https://www.geonames.org, CC BY 4.0), so that maps look like maps
and careless readers are caught by Namibia's code ``NA``. Everything else is made up, carries ``Sample`` or
``Synthetic`` in its name, and has an id in a range that no registry uses: ROR ``0zz…``, OpenAlex ``W9…``, ``A9…``,
``I9…``, ``S9…`` followed by nine digits.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

__all__ = ["FIELDS", "TWIN_CITIES", "YEARS", "City", "Institution", "Move", "World", "build_world", "planted_cities"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

YEARS = tuple(range(2015, 2025))
DISTANCE_EXPONENT = 0.5
COMMUNITY_BOOST = 16.0
MOST_MOVERS = 10_000
MINIMUM_PEOPLE = 6
"""People of the smallest institution."""
HUB_STRENGTHS = (13.0, 9.4, 6.8, 4.9, 3.6, 2.7)
"""Expected strength of each hub, in order; the other cities lie between .5 and 1.05."""

TWIN_CITIES = {"1835848": "1835847"}
"""A city's id and the id of the administrative seat of the same name, which is the same place (Seoul)."""
TWIN_FROM = 3
"""Which of the city's institutions, by size, bear the other id."""
ODDITIES: dict[str, tuple[str, str, dict[str, str]]] = {
    "Sample School": ("education", "Windhoek", {}),
    "Sample Clinic Boston": ("healthcare", "Boston", {}),
    "Sample Department without a City": ("education", "Paris", {"where": "placeless"}),
    "Sample Body of No Type": ("", "Chicago", {"where": "openalex"}),
    "Sample Institute of No Country": ("facility", "Lyon", {"where": "placeless"}),
    "Sample Observatory of a Small Town": ("facility", "Lyon", {"where": "openalex", "town": "Sample Town"}),
    "Sample Circle Institute One": ("facility", "Lyon", {}),
    "Sample Circle Institute Two": ("facility", "Lyon", {}),
    "Sample Valley College": ("education", "Windhoek", {}),
    "Sample Academy of Governance": ("government", "Windhoek", {}),
}
"""Institutions as a wrong match or a bad registry makes them: kind, city, and what is odd."""
CIRCLE = ("Sample Circle Institute One", "Sample Circle Institute Two")
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
ACADEMY_CITIES = (
    *("Beijing", "Beijing", "Shanghai", "Nanjing", "Wuhan", "Hefei", "Changchun", "Dalian"),
    *("Xi’an", "Chengdu", "Guangzhou", "Shenzhen", "Windhoek"),
)
SOCIETY_CITIES = ("Munich", "Berlin", "Dresden")
FIELDS = ("Physics", "Chemistry", "Biology", "Engineering", "Medicine", "Astronomy", "Earth Science", "Computing")
KINDS = (
    ("education", "Sample University of {city}"),
    ("facility", "Sample Institute of {field}, {city}"),
    ("healthcare", "Sample Hospital {city}"),
    ("company", "Sample Company {number} ({country})"),
    ("education", "Sample Technical University of {city}"),
    ("government", "Sample Office of {field}, {city}"),
    ("nonprofit", "Sample Foundation {city}"),
    ("facility", "Sample Laboratory for {field}, {city}"),
    ("company", "Sample Company {number} ({country})"),
    ("archive", "Sample Museum of {city}"),
)


@dataclass(frozen=True)
class City:
    """A planted city; ``community`` counts from 1, ``hub`` is its place among the hubs or 0."""

    city_id: str
    name: str
    country: str
    country_name: str
    admin1: str
    region: str
    subdivision: str
    lat: float
    lon: float
    population: int
    community: int
    hub: int


@dataclass(frozen=True)
class Institution:
    """A made-up institution. ``city`` and ``parents`` are positions in :class:`World`'s lists.

    ``where`` says which registry files know it: ``ror``, ``openalex`` (no ROR id), ``placeless`` (an OpenAlex record
    without a city) or ``nowhere`` (named by works alone). ``status`` is the ROR record's. One that is not ``drawn`` has
    no people, and only dirty records name it. ``town`` is a place that has no id in any record.
    """

    openalex_id: str
    ror_id: str
    name: str
    kind: str
    country: str
    city: int
    weight: float
    where: str = "ror"
    parents: tuple[int, ...] = ()
    status: str = "active"
    drawn: bool = True
    town: str = ""

    @property
    def institution_id(self) -> str:
        """The id the corpus knows it by."""
        return self.ror_id or self.openalex_id

    @property
    def placed(self) -> bool:
        """Whether any record tells its city."""
        return self.where in {"ror", "openalex"}


@dataclass(frozen=True)
class Move:
    """A planted move: the person signs from ``origin`` before ``year`` and from ``target`` from then on."""

    person: int
    origin: int
    target: int
    year: int


@dataclass(frozen=True)
class World:
    """All there is to draw from; arrays are indexed by position in ``cities`` or ``institutions``, or by person."""

    cities: tuple[City, ...]
    gravity: Floats
    institutions: tuple[Institution, ...]
    academy: int
    society: int
    members: tuple[Ints, ...]
    first_person: Ints
    people: Ints
    second: Ints
    moves: tuple[Move, ...]

    def laboratory(self, position: int) -> int | None:
        """City of a company's laboratory away from its headquarters: the next city of its country, if there is one.

        The registries know the headquarters alone; the address on the article names the laboratory's city.
        """
        one = self.institutions[position]
        inside = [place for place, city in enumerate(self.cities) if city.country == one.country]
        if one.kind != "company" or len(inside) < 2:
            return None
        return inside[(inside.index(one.city) + 1) % len(inside)]

    def city_id(self, position: int) -> str:
        """City id that the registries give an institution: of Seoul's two ids some have the other one."""
        city = self.cities[self.institutions[position].city]
        inside = self.members[self.institutions[position].city].tolist()
        twin = city.city_id in TWIN_CITIES and inside.index(position) >= TWIN_FROM
        return TWIN_CITIES[city.city_id] if twin else city.city_id

    def ancestors(self, position: int) -> list[int]:
        """Positions of all ancestors of an institution, nearest first."""
        found: list[int] = []
        waiting = list(self.institutions[position].parents)
        while waiting:
            parent = waiting.pop(0)
            if parent not in found and parent != position:
                found.append(parent)
                waiting += self.institutions[parent].parents
        return found


@cache
def planted_cities() -> tuple[City, ...]:
    """The cities of ``cities.csv``.

    Examples
    --------
    >>> [(city.name, city.country) for city in planted_cities() if city.country == "NA"]
    [('Windhoek', 'NA')]
    """
    lines = files("toolkit.corpus.sample").joinpath("cities.csv").read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return tuple(
        City(
            city_id=row["city_id"],
            name=row["name"],
            country=row["country"],
            country_name=row["country_name"],
            admin1=row["admin1"],
            region=row["region"],
            subdivision=row["subdivision"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            population=int(row["population"]),
            community=int(row["community"]),
            hub=int(row["hub"]),
        )
        for row in rows
    )


def build_world(works: int, seed: int) -> World:
    """The world for a sample of ``works`` articles; equal arguments give an equal world."""
    rng = np.random.default_rng([seed, 0])
    cities = planted_cities()
    strengths = _target_strengths(cities, rng)
    gravity = gravity_weights(cities, strengths)
    institutions, academy, society = _institutions(cities, rng)
    members = tuple(
        np.array([i for i, one in enumerate(institutions) if one.city == position and one.drawn])
        for position in range(len(cities))
    )
    weight = np.array([one.weight for one in institutions])
    share = np.zeros(len(institutions))
    for position, inside in enumerate(members):
        share[inside] = strengths[position] / strengths.sum() * weight[inside] / weight[inside].sum()
    people = np.maximum(MINIMUM_PEOPLE, np.ceil(0.5 * works * share)).astype(np.int64)
    people[[not one.drawn for one in institutions]] = 0
    first_person = np.concatenate([[0], np.cumsum(people)[:-1]])
    second = _second_affiliations(institutions, members, gravity, people, rng)
    first_mover = int(people.sum())
    movers = range(first_mover, first_mover + min(max(10, works // 100), MOST_MOVERS))
    moves = _moves(institutions, members, gravity, movers, rng)
    return World(cities, gravity, institutions, academy, society, members, first_person, people, second, moves)


def gravity_weights(cities: tuple[City, ...], strengths: Floats) -> Floats:
    """Symmetric weights ``w_ij = x_i x_j f_ij`` that add up to each city's target strength.

    ``f_ij = d_ij^-g``, times a boost where both cities are of one community; ``d`` [km] is at least 100. The sizes
    ``x`` are found by balancing, so that a city's expected strength is its target, wherever it lies.
    """
    lat, lon = (np.radians([getattr(city, name) for city in cities]) for name in ("lat", "lon"))
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    distance = np.maximum(100.0, 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
    community = np.array([city.community for city in cities])
    pull = distance**-DISTANCE_EXPONENT * np.where(community[:, None] == community, COMMUNITY_BOOST, 1.0)
    np.fill_diagonal(pull, 0.0)
    size = np.sqrt(strengths)
    for _ in range(200):
        size = np.sqrt(size * strengths / (pull @ size))
    weights: Floats = size[:, None] * size * pull
    return weights


def ror_like(number: int) -> str:
    """ROR-shaped id ``0zz…`` with a valid check number (ISO 7064 mod 97-10 over the base-32 number).

    Examples
    --------
    >>> ror_like(0)
    '0zz000017'
    """
    value, digits = 31 * 32**5 + 31 * 32**4 + number % 32**4, ""
    rest = value
    for _ in range(6):
        rest, digit = divmod(rest, 32)
        digits = BASE32[digit] + digits
    return f"0{digits}{98 - value * 100 % 97:02d}"


def _target_strengths(cities: tuple[City, ...], rng: np.random.Generator) -> Floats:
    ordinary = rng.uniform(0.5, 1.05, len(cities))
    hubs = np.array([HUB_STRENGTHS[city.hub - 1] if city.hub else 0.0 for city in cities])
    strengths: Floats = np.where(hubs > 0, hubs, ordinary)
    return strengths


def _institutions(cities: tuple[City, ...], rng: np.random.Generator) -> tuple[tuple[Institution, ...], int, int]:
    made: list[Institution] = []
    position = {city.name: i for i, city in enumerate(cities) if city.name != "Cambridge"}

    def add(name: str, kind: str, city: int, weight: float, **more: object) -> int:
        number = len(made) + 1
        made.append(
            Institution(
                f"I9{number:09d}",
                ror_like(number * 97) if more.get("where", "ror") == "ror" else "",
                name,
                kind,
                cities[city].country,
                city,
                weight,
                **more,  # type: ignore[arg-type]
            )
        )
        return number - 1

    for place, city in enumerate(cities):
        for rank in range(9 if city.hub else 4 + int(rng.integers(0, 3))):
            kind, pattern = KINDS[rank]
            name = pattern.format(
                city=city.name, country=city.country_name, field=FIELDS[(place + rank) % len(FIELDS)], number=len(made)
            )
            # The heavy tail: the first university is some ten times the last laboratory.
            add(name, kind, place, float((rank + 1) ** -1.2 * rng.lognormal(0, 0.25)))
    academy = add("Sample Academy of Sciences", "government", position["Beijing"], 0.25)
    for number, place_name in enumerate(ACADEMY_CITIES):
        field = FIELDS[number % len(FIELDS)]
        name = f"Sample Academy Institute of {field}, {place_name}"
        add(name, "facility", position[place_name], 0.5, parents=(academy,))
    university = next(i for i, one in enumerate(made) if one.name == "Sample Technical University of Beijing")
    made[university] = replace(made[university], name="Sample University of the Academy", parents=(academy,))
    hefei = next(i for i, one in enumerate(made) if one.name == "Sample University of Hefei")
    add("Sample Joint Laboratory Hefei", "facility", position["Hefei"], 0.25, parents=(academy, hefei))
    add("Sample Academy Telescope Group", "facility", position["Beijing"], 0.15, parents=(academy + 1,))
    society = add("Sample Research Society", "nonprofit", position["Munich"], 0.1)
    for number, place_name in enumerate(SOCIETY_CITIES):
        name = f"Sample Society Institute of {FIELDS[number]}, {place_name}"
        add(name, "facility", position[place_name], 0.4, parents=(society,))
    for number, place_name in enumerate(("Wuhan", "Boston", "Lyon", "Kyoto", "London", "Seattle", "Windhoek")):
        add(f"Sample College {number + 1}, {place_name}", "education", position[place_name], 0.2, where="openalex")
    add("Sample Institute without a City", "facility", position["Paris"], 0.08, where="placeless")
    add("Sample Institute of Works Alone", "facility", position["Tokyo"], 0.06, where="nowhere")
    add("Sample Institute That Closed", "facility", position["Chicago"], 0.4, status="inactive")
    add("Sample Institute Entered in Error", "facility", position["Madrid"], 0.4, status="withdrawn")
    for name, (kind, place_name, more) in ODDITIES.items():
        add(name, kind, position[place_name], 0.0, drawn=False, **more)
    stateless = next(i for i, one in enumerate(made) if one.name == "Sample Institute of No Country")
    made[stateless] = replace(made[stateless], country="")
    first, second = (next(i for i, one in enumerate(made) if one.name == name) for name in CIRCLE)
    made[first], made[second] = replace(made[first], parents=(second,)), replace(made[second], parents=(first,))
    return tuple(made), academy, society


def _second_affiliations(
    institutions: tuple[Institution, ...],
    members: tuple[Ints, ...],
    gravity: Floats,
    people: Ints,
    rng: np.random.Generator,
) -> Ints:
    """For each person the institution they also sign from, or -1.

    An institute's people now and then sign from its umbrella too (kin); others from a second institution of their
    city, or of a city their own is close to.
    """
    second = np.full(int(people.sum()), -1, dtype=np.int64)
    start = 0
    for position, count in enumerate(people):
        one = institutions[position]
        draw, choice, abroad = rng.random((3, count))
        if one.parents:
            second[start : start + count] = np.where(draw < 0.12, one.parents[0], -1)
            draw = np.where(draw < 0.12, 1.0, draw - 0.12)
        row = np.cumsum(gravity[one.city])
        other_city = np.searchsorted(row / row[-1], abroad, side="right").clip(0, len(members) - 1)
        for person in np.flatnonzero(draw < 0.07):
            inside = members[int(other_city[person]) if draw[person] < 0.03 else one.city]
            other = int(inside[int(choice[person] * len(inside))])
            if other != position and second[start + person] < 0:
                second[start + person] = other
        start += count
    return second


def _moves(
    institutions: tuple[Institution, ...],
    members: tuple[Ints, ...],
    gravity: Floats,
    numbers: range,
    rng: np.random.Generator,
) -> tuple[Move, ...]:
    """Planted moves between two cities."""
    strengths = gravity.sum(axis=1)
    made = []
    for number in numbers:
        origin = int(rng.choice(len(members), p=strengths / strengths.sum()))
        target = int(rng.choice(len(members), p=gravity[origin] / strengths[origin]))
        ends = []
        for city in (origin, target):
            placed = [int(i) for i in members[city] if institutions[int(i)].placed]
            ends.append(placed[int(rng.integers(len(placed)))])
        made.append(Move(number, ends[0], ends[1], int(rng.integers(2018, 2023))))
    return tuple(made)
