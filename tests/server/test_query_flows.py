"""Queries of moves: against the measures of flows, plain computations from yearly flows, and the moves planted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from plain import graph_moves as plain
from plain.loaded_graph import WHOLE, Case, Loaded, same_rows

from toolkit.graphdb.library import load_library
from toolkit.graphdb.query_values import examples
from toolkit.measures.answers import corridors, flow_indicators

BEIJING, SHANGHAI, XIAN, NEW_YORK, LONDON = "1816670", "1796236", "1790630", "5128581", "2643743"
SHORT = (2017, 2021)


CASES: list[Case[Loaded]] = [
    Case("flows.net_by_year", lambda at: plain.net_by_year(at.records, BEIJING, WHOLE, "tenure"), ("year",)),
    Case(
        "flows.net_by_year",
        lambda at: plain.net_by_year(at.records, NEW_YORK, SHORT, "mode-year"),
        ("year",),
        None,
        SHORT,
        {"city_id": NEW_YORK, "rule": "mode-year"},
    ),
    Case(
        "flows.gains_and_losses", lambda at: plain.gains_and_losses(at.records, None, SHORT), ("city_id",), "net", SHORT
    ),
    Case(
        "flows.gains_and_losses",
        lambda at: plain.gains_and_losses(at.records, "CN", WHOLE),
        ("city_id",),
        "net",
        params={"country": "CN"},
    ),
    Case("flows.leavers", lambda at: plain.leavers(at.records, BEIJING, WHOLE), ("to_id",), "researchers"),
    Case("flows.suppliers", lambda at: plain.suppliers(at.records, BEIJING, WHOLE), ("from_id",), "researchers"),
    Case(
        "flows.between_types",
        lambda at: plain.between_types(at.records, WHOLE),
        ("from_type", "to_type"),
        "researchers",
    ),
    Case(
        "flows.between_types",
        lambda at: plain.between_types(at.records, SHORT, "education"),
        ("from_type", "to_type"),
        "researchers",
        SHORT,
        {"from_type": "education"},
    ),
    Case("flows.of_umbrella", lambda at: plain.of_umbrella(at.records, None, WHOLE), ("umbrella_id", "other_type")),
    Case("flows.through_gateways", lambda at: plain.through_gateways(at.records, "tenure", WHOLE, 5), ("city_id",)),
    Case(
        "flows.through_gateways",
        lambda at: plain.through_gateways(at.records, "mode-year", WHOLE, 4),
        ("city_id",),
        params={"rule": "mode-year", "country": "US", "within_years": 4},
    ),
    Case("flows.brain_gain", lambda at: plain.brain_gain(at.records, SHORT), ("country_code",), "net", SHORT),
    Case(
        "flows.back_flows",
        lambda at: plain.back_flows(at.records, (2015, 2019), (2020, 2024), None),
        ("city_id", "other_id"),
        "came_back",
        (2020, 2024),
    ),
    Case(
        "flows.without_papers",
        lambda at: plain.without_papers(at.records, WHOLE, 1.0, 8),
        ("a_id", "b_id"),
        "researchers",
        params={"min_researchers": 1.0, "max_joint": 8},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rows_are_those_of_a_plain_computation(loaded: Loaded, case: Case[Loaded]) -> None:
    frame = case.frame(loaded, loaded)
    if case.by:
        assert len(frame) > 1
        assert frame[case.by].round(6).is_monotonic_decreasing


@pytest.mark.parametrize(("rule", "window"), [("tenure", WHOLE), ("mode-year", SHORT)])
def test_corridors_are_the_measures(loaded: Loaded, rule: str, window: tuple[int, int]) -> None:
    asked = corridors(loaded.workspace, years=window, top=0, rule=rule).frame
    frame = loaded.rows("flows.corridors", window, rule=rule, min_researchers=0.0)
    pd.testing.assert_frame_equal(frame, asked[list(frame.columns)], check_dtype=False, rtol=0, atol=1e-7)
    assert len(frame) > 5


@pytest.mark.parametrize("level", ["city", "country"])
def test_nets_are_the_measures(loaded: Loaded, level: str) -> None:
    asked = flow_indicators(loaded.workspace, level=level, years=WHOLE, top=0).frame
    asked = asked[(asked.inflow > 0) | (asked.outflow > 0)]
    name, key = {"city": ("gains_and_losses", "city_id"), "country": ("brain_gain", "country_code")}[level]
    frame = loaded.rows(f"flows.{name}", WHOLE)
    columns = ["inflow", "outflow", "net", *(["effectiveness"] if level == "city" else [])]
    expected = asked.rename(columns={"id": key})[[key, *columns]]
    same_rows(frame, expected.to_dict("records"), keys=[key])
    assert frame.net.sum() == pytest.approx(0, abs=1e-9)
    losers = loaded.rows(f"flows.{name}", WHOLE, losers=True)
    assert losers.net.round(6).is_monotonic_increasing
    assert len(losers) == len(frame)


def test_planted_moves_are_found_again(loaded: Loaded) -> None:
    """Every mover the sample plants is in the flow between the two cities, by the rule that recovers them."""
    planted = Counter((move["from_city_id"], move["to_city_id"]) for move in loaded.truth.content["moves"])
    planted = Counter({ends: n for ends, n in planted.items() if ends[0] != ends[1]})
    city = Counter(a for a, _ in planted.elements()).most_common(1)[0][0]
    frame = loaded.rows("flows.leavers", WHOLE, city_id=city)
    found = dict(zip(frame.to_id, frame.researchers, strict=True))
    expected = {b: n for (a, b), n in planted.items() if a == city}
    assert all(found.get(b, 0) >= n for b, n in expected.items()), (expected, found)
    frame = loaded.rows("flows.corridors", WHOLE, min_researchers=0.0)
    both = dict(zip(zip(frame.a_id, frame.b_id, strict=True), frame.total, strict=True))
    recovered = sum(min(n, both.get(tuple(sorted(ends)), 0)) for ends, n in planted.items())
    assert recovered / planted.total() > 0.9


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        # Beijing: London's people (2) find 1.5 going on to Shanghai; nobody left Shanghai after the arrivals there
        ({}, [(BEIJING, 3.0, 1.5, LONDON, SHANGHAI, 1.5)]),
        # London's came too early then, so that the path begins in New York
        ({"within_years": 2}, [(BEIJING, 3.0, 1.5, NEW_YORK, SHANGHAI, 1.0)]),
        ({"within_years": 9}, [(BEIJING, 3.0, 2.5, LONDON, SHANGHAI, 1.5)]),
        ({"year_to": 2026}, [(BEIJING, 3.0, 1.5, LONDON, SHANGHAI, 1.5), (SHANGHAI, 1.0, 3.0, LONDON, XIAN, 1.0)]),
        ({"country": "GB"}, []),
        ({"rule": "mode-year"}, []),
    ],
)
def test_gateways_by_hand(loaded: Loaded, params: dict[str, Any], expected: list[tuple[Any, ...]]) -> None:
    """Moves made up in a transaction that is rolled back."""
    moves = [
        (LONDON, BEIJING, 2015, 2.0, "tenure"),
        (NEW_YORK, BEIJING, 2016, 1.0, "tenure"),
        (BEIJING, SHANGHAI, 2018, 1.5, "tenure"),
        (BEIJING, XIAN, 2022, 1.0, "tenure"),  # six years after the last arrival
        (SHANGHAI, BEIJING, 2019, 5.0, "tenure"),  # before anybody came to Shanghai
        (LONDON, SHANGHAI, 2020, 1.0, "tenure"),
        (SHANGHAI, XIAN, 2025, 3.0, "tenure"),
        (LONDON, BEIJING, 2018, 9.0, "mode-year"),
    ]
    spec = load_library()["flows.through_gateways"]
    with loaded.graph.driver.session(database="neo4j") as session, session.begin_transaction() as transaction:
        transaction.run("MATCH (:City)-[r:MOVED_TO]->(:City) DELETE r").consume()
        transaction.run(
            "UNWIND $moves AS m MATCH (a:City {id: m[0]}) MATCH (b:City {id: m[1]}) "
            "CREATE (a)-[:MOVED_TO {year: m[2], researchers: m[3], moves: 1, rule: m[4]}]->(b)",
            moves=moves,
        ).consume()
        rows = transaction.run(spec.statement, **(examples(loaded.graph, spec) | params)).data()
        transaction.rollback()
    names = ("city_id", "arrivals", "went_on", "path_from_id", "path_to_id", "path")
    assert [tuple(row[name] for name in names) for row in rows] == expected


def test_rules_are_not_added_up(loaded: Loaded) -> None:
    """A rule that is none has no moves; each of the two has its own."""
    sums = {
        rule: loaded.rows("flows.gains_and_losses", WHOLE, rule=rule).inflow.sum()
        for rule in ("tenure", "mode-year", "origin")
    }
    assert sums["origin"] == 0
    assert 0 < sums["tenure"] != sums["mode-year"] > 0
