"""Queries as they come give the numbers of the measures as they come, on real records in a real Neo4j."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from toolkit.analyses.hub_analysis import hubs
from toolkit.graphdb.browser.saved_queries import browser_query
from toolkit.graphdb.connection import Graph, open_graph
from toolkit.graphdb.library import load_library
from toolkit.graphdb.load import load
from toolkit.graphdb.query_values import examples
from toolkit.graphdb.server import ManagedServer
from toolkit.measures import answers
from toolkit.settings import load_settings
from toolkit.workspace import Workspace

pytestmark = pytest.mark.server
ALL = 1_000_000


@pytest.fixture(scope="module")
def graph(openalex: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The records in a server of their own."""
    home = Workspace(tmp_path_factory.mktemp("queries") / "workspace")
    managed = ManagedServer(home.neo4j, settings=load_settings(home.root))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
        try:
            managed.start()
            with open_graph("local", workspace=home) as opened:
                load(openalex, opened)
                yield opened
        finally:
            managed.stop()


def without_rest(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["id"].isin(["unassigned", "unlocated"])]


def partnerships_of_largest(workspace: Workspace, city: str) -> pd.DataFrame:
    frame = answers.partnerships(workspace).frame
    a = frame[frame["a_id"] == city].rename(columns={"b_id": "partner_id"})
    b = frame[frame["b_id"] == city].rename(columns={"a_id": "partner_id"})
    return pd.concat([a, b])


Ask = Callable[[Workspace, dict[str, Any]], pd.DataFrame]
COUNTERPARTS: dict[str, tuple[Ask, dict[str, str], dict[str, Any]]] = {
    "collaboration.strongest_pairs": (
        lambda w, _: answers.pairs(w).frame,
        {"a_id": "a_id", "b_id": "b_id", "joint": "joint", "score": "score"},
        {},
    ),
    "collaboration.country_pairs": (
        lambda w, _: answers.pairs(w, level="country").frame,
        {"a_code": "a_id", "b_code": "b_id", "joint": "joint", "score": "score"},
        {},
    ),
    "collaboration.institution_partners": (
        lambda w, v: answers.pairs(w, level="institution", place=v["institution_id"]).frame.assign(
            partner=lambda f: f["a_id"].where(f["a_id"] != v["institution_id"], f["b_id"])
        ),
        {"partner_id": "partner", "joint": "joint", "score": "score"},
        {},
    ),
    "output.top_cities": (
        lambda w, _: without_rest(answers.share(w).frame),
        {"city_id": "id", "count": "count", "share": "share"},
        {},
    ),
    "output.top_institutions": (
        lambda w, _: without_rest(answers.share(w, level="institution").frame),
        {"institution_id": "id", "count": "count", "share": "share"},
        {},
    ),
    "places.countries": (
        lambda w, _: without_rest(answers.share(w, level="country").frame),
        {"country": "id", "count": "count", "share": "share"},
        {},
    ),
    "output.by_year": (
        lambda w, v: answers.share(w, places=v["city_id"], by_year=True).frame,
        {"year": "year", "count": "count", "share": "share", "adjusted_share": "adjusted_share"},
        {},
    ),
    "output.written_inside": (
        lambda w, _: answers.internal(w, by="part_of_share").frame,
        {"city_id": "id", "share": "share", "internal_share": "internal_share", "inside_part": "part_of_share"},
        {"min_share": 0.0},
    ),
    "hubs.by_strength": (
        lambda w, _: hubs(w, measures=("degree", "strength")).frame.query("degree > 0"),
        {"city_id": "id", "partners": "degree", "strength": "strength"},
        {},
    ),
    "partnerships.between_cities": (
        lambda w, v: partnerships_of_largest(w, v["city_id"]),
        {"partner_id": "partner_id", "partnerships": "partnerships"},
        {},
    ),
    "flows.corridors": (
        lambda w, _: answers.corridors(w).frame,
        {"a_id": "a_id", "b_id": "b_id", "a_to_b": "a_to_b", "b_to_a": "b_to_a", "total": "total"},
        {"min_researchers": 0.0},
    ),
    "flows.gains_and_losses": (
        lambda w, _: answers.flow_indicators(w, by="net").frame.query("inflow + outflow > 0"),
        {"city_id": "id", "inflow": "inflow", "outflow": "outflow", "net": "net", "effectiveness": "effectiveness"},
        {},
    ),
}
"""By query: the measure with its own defaults, its columns for the query's, and limits of the query that are lifted."""


@pytest.mark.parametrize("name", COUNTERPARTS)
def test_a_query_gives_by_default_what_the_measure_gives_by_default(
    graph: Graph, openalex: Workspace, name: str
) -> None:
    ask, columns, lifted = COUNTERPARTS[name]
    spec = load_library()[name]
    tried = examples(graph, spec)
    places = {param.name: tried[param.name] for param in spec.params if param.required}
    everything = {"top_n": ALL} if spec.param("top_n") else {}
    found = graph.run(name, **places, **lifted, **everything)[list(columns)]
    saved = graph.read(browser_query(spec, {**tried, **lifted, **everything}))[list(columns)]
    expected = ask(openalex, places)[list(columns.values())].set_axis(list(columns), axis=1)
    keys = [column for column in columns if column.endswith(("_id", "_code")) or column in {"country", "year"}]
    assert not expected.empty
    for frame in (found, saved):
        pd.testing.assert_frame_equal(
            frame.sort_values(keys, ignore_index=True),
            expected.sort_values(keys, ignore_index=True),
            check_dtype=False,
            rtol=0,
            atol=1e-6,
        )


def test_the_strongest_pair_of_the_query_is_that_of_the_measure(graph: Graph, openalex: Workspace) -> None:
    first = graph.run("collaboration.strongest_pairs", top_n=1).iloc[0]
    measured = answers.pairs(openalex, top=1).frame.iloc[0]
    assert (first.a_id, first.b_id) == (measured.a_id, measured.b_id)
    assert first.score == pytest.approx(measured.score, abs=1e-7)
