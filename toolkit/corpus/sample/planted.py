"""What is planted beside the network: subjects of cities, company laboratories, lists, a map and indicators.

The tables go into the folder ``lists`` in the shape that ``scicities ingest`` takes; whatever they say about people,
money or places' circles is made up like the rest.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from toolkit.corpus.sample.records import JOURNALS, TOPICS
from toolkit.corpus.sample.world import FIELDS, YEARS, City, World

__all__ = ["ASTRONOMY", "LEAGUE", "SELECTED", "favoured_fields", "list_files", "truth_of_lists", "with_favoured_topics"]

LEAGUE: Final = "Sample League"
"""A list of nine universities."""
SELECTED: Final = "Sample Selection"
"""A list of journals."""
ASTRONOMY: Final = "astronomy"
FAVOUR: Final = 0.7
"""Part of a specialised city's articles whose first topic is of its field."""
METROS: Final = {
    "sample-bay": ("Sample Bay", ("5391959", "5327684", "5380748")),
    "sample-charles": ("Sample Charles River", ("4930956", "4931972")),
}
"""Metropolitan areas: id, name, and the cities (San Francisco, Berkeley, Palo Alto; Boston, Cambridge)."""
_LEAGUE_CITIES: Final = 9


@cache
def favoured_fields(cities: tuple[City, ...]) -> dict[int, int]:
    """Field that each specialised city favours, by positions: one city in eight is specialised."""
    return {place: place // 8 % len(FIELDS) for place in range(3, len(cities), 8)}


def with_favoured_topics(topics: list[int], field: int | None, draw: float) -> list[int]:
    """The article's topics, the first one replaced by one of ``field`` where ``draw`` [0, 1) says so."""
    if field is None or not topics or draw >= FAVOUR:
        return topics
    own = [number for number, (_, _, other) in enumerate(TOPICS) if other == field]
    first = own[int(draw / FAVOUR * len(own))]
    return [first, *(topic for topic in topics[1:] if topic != first)]


def league_members(world: World) -> list[int]:
    """Positions of the league's universities: the first one of every seventh city."""
    return [int(world.members[place][0]) for place in range(0, len(world.cities), 7)][:_LEAGUE_CITIES]


def list_files(world: World) -> dict[str, str]:
    """Texts of the files in ``lists`` by name."""
    institutions = [world.institutions[i] for i in league_members(world)]
    journals = [(journal_id, issn, name) for journal_id, name, issn in JOURNALS]
    astronomical = [row for row in journals if "Astronom" in row[-1]]
    metros = [(city, metro, name) for metro, (name, inside) in METROS.items() for city in inside]
    return {
        "league.csv": _table(
            ("institution_id", "name", "mark"), [(one.institution_id, one.name, LEAGUE) for one in institutions]
        ),
        "journals.csv": _table(
            ("journal_id", "issn", "name", "mark"),
            [(*row, ASTRONOMY) for row in astronomical] + [(*row, SELECTED) for row in journals[:5]],
        ),
        "metro.csv": _table(("city_id", "metro_id", "metro_name"), metros),
        "indicators.csv": _table(
            ("place_id", "year", "indicator", "value", "unit", "source"), _indicators(world.cities)
        ),
    }


def truth_of_lists(world: World) -> Mapping[str, object]:
    """What the tables say, for ``truth.json``."""
    return {
        "league": {"mark": LEAGUE, "members": [world.institutions[i].institution_id for i in league_members(world)]},
        "journals": {
            ASTRONOMY: [journal_id for journal_id, name, _ in JOURNALS if "Astronom" in name],
            SELECTED: [journal_id for journal_id, _, _ in JOURNALS[:5]],
        },
        "metros": {metro: list(inside) for metro, (_, inside) in METROS.items()},
        "favoured_subjects": {
            world.cities[place].city_id: FIELDS[field] for place, field in favoured_fields(world.cities).items()
        },
    }


def _indicators(cities: Iterable[City]) -> list[tuple[object, ...]]:
    """Population (real, the same for each year) and an invented product, 40,000 a head and 3 % more each year."""
    rows: list[tuple[object, ...]] = []
    for city in cities:
        for year in YEARS:
            rows.append((city.city_id, year, "population", city.population, "persons", "GeoNames"))
            product = round(city.population * 0.04 * 1.03 ** (year - YEARS[0]))
            rows.append((city.city_id, year, "gdp", product, "million USD", "invented"))
    return rows


def _table(columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
