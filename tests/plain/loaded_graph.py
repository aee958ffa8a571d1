"""A sample in a graph, and all that is held against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import pandas as pd
from plain.graph_questions import Corpus
from plain.graph_records import Records

from toolkit.corpus.sample import SampleTruth
from toolkit.graphdb.connection import Graph
from toolkit.graphdb.library import load_library
from toolkit.workspace import Workspace

ALL = 100_000
WHOLE = (2015, 2024)
"""Years of the sample's works."""
ASKED: Mapping[str, Mapping[str, Any]] = {
    "bridges.between_cities": {"city_id": "1816670", "other_city_id": "1796236"},
    "bridges.between_countries": {"country": "CN", "other_country": "US"},
    "bridges.gateways": {"country": "CN", "other_country": "US"},
    "bridges.sole_contacts": {"country": "CN"},
    "careers.dual": {"institution_id": "0zz003117"},
    "careers.leavers": {"institution_id": "0zz003117"},
    "careers.returnees": {"country": "CN"},
    "careers.tenures": {"researcher_id": "A9000002812"},
    "careers.through_city": {"city_id": "5128581"},
    "collaboration.among_cities": {"city_ids": ["1816670", "5128581", "2643743", "2988507", "1850147"]},
    "collaboration.common_partners": {"city_id": "1816670", "other_city_id": "1796236"},
    "collaboration.institution_partners": {"institution_id": "0zz003117"},
    "collaboration.new_and_lost": {"city_id": "1790630"},
    "collaboration.not_yet_partners": {"city_id": "1790630"},
    "collaboration.pair_by_year": {"city_id": "1816670", "other_city_id": "1796236"},
    "collaboration.partner_countries": {"city_id": "1816670"},
    "flows.leavers": {"city_id": "1816670"},
    "flows.net_by_year": {"city_id": "1816670"},
    "flows.suppliers": {"city_id": "1816670"},
    "hubs.institutions_of_city": {"city_id": "1816670"},
    "output.by_year": {"city_id": "1816670"},
    "output.standing": {"city_id": "1816670"},
    "partnerships.between_cities": {"city_id": "1816670"},
    "partnerships.companies": {"city_id": "1816670"},
    "partnerships.inside_against_abroad": {"city_id": "1816670"},
    "partnerships.lasting": {"city_id": "1816670"},
    "partnerships.lost_in_window": {"city_id": "1816670"},
    "partnerships.new_in_window": {"city_id": "1816670"},
    "partnerships.not_yet": {"city_id": "1816670", "other_city_id": "1796236"},
    "partnerships.of_two_cities": {"city_id": "1816670", "other_city_id": "1796236"},
    "paths.alternatives": {"city_id": "1790630", "other_city_id": "3173435"},
    "paths.between_institutions": {"institution_id": "0zz003117", "other_institution_id": "0zz0p5a17"},
    "paths.cheapest": {"city_id": "1790630", "other_city_id": "3173435"},
    "paths.reach": {"city_id": "1816670"},
    "paths.strongest_chain": {"city_id": "1790630", "other_city_id": "3173435"},
    "places.companies_near_universities": {"country": "CN"},
    "places.institutions_of_city": {"city_id": "1816670"},
    "places.nearby_cities": {"city_id": "1816670"},
    "ties.bridging_people": {"institution_id": "0zz003117", "other_institution_id": "0zz059r17"},
    "ties.dual_between_cities": {"city_id": "1816670"},
    "ties.former_institutions": {"institution_id": "0zz003117"},
}
"""Places of the sample that the tests ask each query about."""
T = TypeVar("T")


@dataclass(frozen=True)
class Loaded:
    """A workspace, its graph, what is planted in it, and what plain computations start from."""

    workspace: Workspace
    graph: Graph
    truth: SampleTruth
    records: Records
    community: Mapping[str, int]

    @property
    def corpus(self) -> Corpus:
        return self.records.corpus

    def rows(self, name: str, window: tuple[int, int] | None = None, **params: Any) -> pd.DataFrame:
        """All rows of a query, about the places of :data:`ASKED` where no others are given."""
        spec = load_library()[name]
        params = {**ASKED.get(name, {}), **params}
        if window:
            params |= {"year_from": window[0], "year_to": window[1]}
        if spec.param("top_n"):
            params.setdefault("top_n", ALL)
        return self.graph.run(name, **params)


def same(frame: pd.DataFrame, expected: Iterable[tuple[Any, ...]], *, keys: tuple[str, ...], by: str) -> None:
    """Rows equal, whatever their order; and in order of ``by``, largest first."""
    rows = [tuple(row) for row in expected]
    wanted = pd.DataFrame(rows, columns=list(frame.columns)).sort_values(list(keys), ignore_index=True)
    found = frame.sort_values(list(keys), ignore_index=True)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=0, atol=1e-7)
    assert len(rows) > 2
    assert frame[by].round(6).is_monotonic_decreasing


def same_rows(frame: pd.DataFrame, expected: Sequence[Mapping[str, Any]], *, keys: Sequence[str]) -> None:
    """Rows equal in all columns that ``expected`` names, whatever their order."""
    assert expected
    wanted = pd.DataFrame(list(expected)).sort_values(list(keys), ignore_index=True)
    found = frame[list(wanted.columns)].sort_values(list(keys), ignore_index=True)
    found = found.astype({name: "float64" for name, kind in found.dtypes.items() if str(kind) == "Int64"})  # no <NA>
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=0, atol=1e-7)


@dataclass(frozen=True)
class Case(Generic[T]):
    """A query, its parameters, the plain answer to the same, and what its rows are ordered by, largest first."""

    name: str
    plain: Callable[[T], list[dict[str, Any]]]
    keys: tuple[str, ...]
    by: str | None = None
    window: tuple[int, int] | None = WHOLE
    params: dict[str, Any] = field(default_factory=dict)

    def frame(self, loaded: Loaded, asked: T) -> pd.DataFrame:
        """The query's rows, which are those of the plain answer about ``asked``."""
        found = loaded.rows(self.name, self.window, **self.params)
        same_rows(found, self.plain(asked), keys=self.keys)
        return found
