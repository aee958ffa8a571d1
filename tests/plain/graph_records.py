"""What the plain answers to the query library start from: tables, published yearly numbers, distances."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from plain.graph_questions import Corpus, strongest

from toolkit.measures.answers import flows, pairs, share
from toolkit.workspace import Workspace

Row = dict[str, Any]
Years = tuple[int, int]
EARTH_KM = 6378.14


@dataclass(frozen=True)
class Records:
    """The workspace's tables and yearly measures, as far as these answers need them."""

    workspace: Workspace
    corpus: Corpus

    def table(self, name: str) -> pd.DataFrame:
        return pq.read_table(self.workspace.table(name)).to_pandas()

    @cached_property
    def institutions(self) -> dict[str, dict[str, Any]]:
        return self.table("institutions").set_index("institution_id").to_dict("index")

    def types(self, institution: str) -> list[str]:
        found = self.institutions[institution]["types"]
        return [] if found is None else list(found)

    @cached_property
    def sites(self) -> pd.DataFrame:
        """Sites of the institutions that are in the graph, those without a city too."""
        signed = self.table("authorships")[["site_id"]].dropna().drop_duplicates().merge(self.table("sites"))
        lineage = self.corpus.lineage
        present = set(signed.institution_id)
        present |= set(lineage.ancestor_id[lineage.institution_id.isin(present)])
        every = self.table("sites")
        return every[every.institution_id.isin(present)]

    @cached_property
    def country_pairs(self) -> pd.DataFrame:
        return pairs(self.workspace, level="country", by_year=True).frame

    def outputs(self, level: str) -> pd.DataFrame:
        return self._outputs[level]

    @cached_property
    def _outputs(self) -> dict[str, pd.DataFrame]:
        found = {}
        for level in ("city", "country", "institution"):
            frame = share(self.workspace, level=level, by_year=True).frame
            found[level] = frame[~frame.id.isin(["unassigned", "unlocated"])]
        return found

    def moves(self, level: str, years: Years, rule: str = "tenure") -> pd.DataFrame:
        """Flows by year: ``from_id``, ``to_id``, ``year``, ``researchers``."""
        if (level, rule) not in self._moves:
            self._moves[level, rule] = flows(self.workspace, level=level, rule=rule, by_year=True, top=0).frame
        found = self._moves[level, rule]
        return found[found.year.between(*years)]

    @cached_property
    def _moves(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    def shares(self, level: str, years: Years, column: str = "share") -> dict[str, float]:
        frame = self.outputs(level)
        return frame[frame.year.between(*years)].groupby("id")[column].sum().to_dict()

    def near(self, years: Years) -> dict[str, dict[str, float]]:
        """Partner cities of each city with their scores."""
        return self.corpus.neighbours(self.corpus.city_pairs, *years)

    def joint(self, years: Years) -> dict[frozenset[str], float]:
        return self.corpus.scores(self.corpus.city_pairs, *years, "joint")

    def country(self, city: str) -> str:
        return str(self.corpus.cities[city]["country"])

    def in_country(self, code: str) -> set[str]:
        """Cities of the graph in a country."""
        return {city for city in set(self.corpus.sites.city_id) if self.country(city) == code}

    def city_km(self, a: str, b: str) -> float:
        one, other = self.corpus.cities[a], self.corpus.cities[b]
        return km((one["lat"], one["lon"]), (other["lat"], other["lon"]))

    def cities_of(self, institution: str) -> list[str]:
        ids = self.corpus.sites.city_id[self.corpus.sites.institution_id == institution]
        return sorted(self.corpus.cities[city]["name"] for city in ids)


def km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance by haversines."""
    (lat, lon), (lat2, lon2) = (tuple(map(math.radians, place)) for place in (one, other))
    h = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))


def first_of(ties: Mapping[str, float]) -> str:
    return strongest(ties, 1)[0]
