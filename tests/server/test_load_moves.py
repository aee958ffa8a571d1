"""Moves and researchers in a real Neo4j: what stands there is the workspace's, and goes when it is not asked for."""

from __future__ import annotations

import random
from itertools import combinations

import pandas as pd
import pytest
from plain.graph_content import Killed, content

from toolkit.analyses.community_analysis import communities
from toolkit.analyses.hub_analysis import hubs
from toolkit.analyses.write_back import write_back
from toolkit.corpus.example import example_workspace, moving_tables
from toolkit.corpus.networks.ingest_flows import ingest_flows
from toolkit.corpus.networks.store import read_network
from toolkit.errors import GraphStoreError
from toolkit.graphdb.contents import GraphContents
from toolkit.graphdb.layout import PLACE_LABELS
from toolkit.graphdb.load import load, load_tables
from toolkit.graphdb.load_node import read_load
from toolkit.graphdb.projection import project
from toolkit.graphdb.tables import GraphTables, graph_tables
from toolkit.measures.answers import corridors, flow_indicators, flows
from toolkit.measures.movement.options import FLOW_RULES
from toolkit.network.imported import undirected_edges
from toolkit.network.ingest_network import ingest_network
from toolkit.workspace import Workspace, open_workspace

EVERYTHING = GraphContents(researchers=True, names=True)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    return example_workspace(tmp_path_factory.mktemp("moving"), tables=moving_tables())


@pytest.fixture(scope="module")
def tables(workspace) -> GraphTables:
    return graph_tables(workspace, contents=EVERYTHING)


def moved(graph):
    return graph.read(
        "MATCH (a)-[r:MOVED_TO]->(b) RETURN labels(a)[0] AS label, coalesce(a.id, a.code) AS from_id, "
        "coalesce(b.id, b.code) AS to_id, r.year AS year, r.rule AS rule, r.researchers AS researchers, "
        "r.moves AS moves ORDER BY label, rule, from_id, to_id, year"
    )


def stayed(graph):
    return graph.read(
        "MATCH (p:Researcher)-[r:WORKED_AT]->(i:Institution) RETURN p.id AS id, p.name AS name, i.id AS place, "
        "r.from_year AS from_year, r.to_year AS to_year, r.works AS works ORDER BY id, place, from_year"
    )


def test_rows_are_the_workspaces_and_people_go_with_the_next_load(empty_graph, workspace):
    report = load(workspace, empty_graph, contents=EVERYTHING)
    assert report.counts == report.expected
    assert report.run.parameters["contents"] == EVERYTHING.to_dict()
    assert report.totals["(:City)-[:MOVED_TO {rule: 'tenure'}]->(:City)"] == {"researchers": 3.0, "moves": 3.0}
    found = moved(empty_graph)
    assert set(found["label"]) == set(PLACE_LABELS.values())
    for level, rule in (("institution", "tenure"), ("city", "mode-year")):
        rows = found[(found["label"] == PLACE_LABELS[level]) & (found["rule"] == rule)].drop(columns="label")
        asked = flows(workspace, level=level, rule=rule, by_year=True, top=0).frame
        asked = asked.sort_values(["from_id", "to_id", "year"], ignore_index=True)[list(rows.columns)]
        pd.testing.assert_frame_equal(rows.reset_index(drop=True), asked, check_dtype=False, check_exact=True)
        assert len(rows) > 1
    people = stayed(empty_graph)
    assert people.loc[people["id"] == "returnee"].to_numpy().tolist() == [
        ["returnee", "Author returnee", "nju", 2000, 2004, 5],
        ["returnee", "Author returnee", "nju", 2012, 2018, 7],
        ["returnee", "Author returnee", "oxf", 2005, 2011, 7],
    ]

    # as it is where nobody says what is wanted, and without people where they are not asked for
    assert load(workspace, empty_graph, contents=None).unchanged
    node = read_load(empty_graph)
    assert node is not None
    assert node.contents == EVERYTHING
    assert load(workspace, empty_graph).action == "replaced"
    assert stayed(empty_graph).empty
    assert empty_graph.read("MATCH (p:Researcher) RETURN p.id AS id").empty
    pd.testing.assert_frame_equal(moved(empty_graph), found)
    bare = load(workspace, empty_graph, contents=GraphContents(moves=False))
    assert bare.action == "replaced"
    assert moved(empty_graph).empty
    assert not any("MOVED_TO" in name for name in bare.totals)


def test_killed_on_the_way_the_next_load_finishes(empty_graph, tables):
    load_tables(empty_graph, tables)
    before = (moved(empty_graph), stayed(empty_graph))
    nodes = sum(table.num_rows for table in tables.nodes.values())
    kinds = [kind for kind in tables.relationships if kind.type in ("MOVED_TO", "WORKED_AT")]
    last = sum(tables.relationships[kind].num_rows for kind in kinds)
    ties = tables.rows - nodes
    for row in random.Random(3).sample(range(ties - last, ties), 3):

        def stop(stage: str, done: int, total: int, row: int = row) -> None:
            if stage == "Loading relationships" and done >= row:
                raise Killed

        empty_graph.raw("MATCH (n) DETACH DELETE n", write=True)
        with pytest.raises(Killed):
            load_tables(empty_graph, tables, batch_size=40, progress=stop)
        assert load_tables(empty_graph, tables) == "resumed"
        for found, expected in zip((moved(empty_graph), stayed(empty_graph)), before, strict=True):
            pd.testing.assert_frame_equal(found, expected)


def test_only_what_differs_is_written_where_other_contents_are_asked_for(empty_graph, workspace, tables):
    load(workspace, empty_graph, contents=GraphContents(researchers=True))
    report = load(workspace, empty_graph, only_changed=True, contents=EVERYTHING)
    people = tables.nodes["Researcher"].num_rows
    assert {name: (rows.added, rows.changed, rows.removed) for name, rows in report.changes.items() if rows} == {
        "Researcher": (0, people, 0)
    }
    changed = content(empty_graph)
    load_tables(empty_graph, tables, replace=True)
    assert content(empty_graph) == changed
    report = load(workspace, empty_graph, only_changed=True)
    stays = tables.counts()["(:Researcher)-[:WORKED_AT]->(:Institution)"]
    assert {name: (rows.added, rows.changed, rows.removed) for name, rows in report.changes.items() if rows} == {
        "Researcher": (0, 0, people),
        "(:Researcher)-[:WORKED_AT]->(:Institution)": (0, 0, stays),
    }


def test_imported_flows_in_place_of_records(empty_graph, workspace, tmp_path):
    """Without any record; the queries of flows then answer as the measures do, and records come back in their place."""
    made = tmp_path / "orcid.csv"
    rows = ["CN,JP,2019,5", "CN,JP,2020,2", "JP,CN,2020,1.5", "GB,CN,2019,3", "NA,GB,2021,4", "GB,NA,2021,1"]
    made.write_text("\n".join(["origin,destination,year,count", *rows]) + "\n", encoding="utf-8")
    other = open_workspace(tmp_path / "flows")
    ingest_flows(other, made)
    report = load(other, empty_graph, network="orcid")
    assert report.counts == report.expected
    assert report.totals == {
        "(:Country)-[:MOVED_TO {rule: 'imported'}]->(:Country)": {"researchers": 16.5, "moves": 17.0}
    }
    assert (report.run.parameters["network"], report.counts["Country"]) == ("orcid", 4)
    assert load(other, empty_graph, network="orcid").unchanged
    asked = flow_indicators(other, network="orcid", top=0).frame
    found = empty_graph.run("flows.brain_gain", rule="imported", top_n=100)
    names = ["inflow", "outflow", "net"]
    expected = asked.set_index("id")[names].sort_index()
    got = found.set_index("country_code")[names].sort_index()
    pd.testing.assert_frame_equal(got, expected, check_dtype=False, check_names=False)
    assert found.set_index("country_code").loc["CN", ["lost_to_code", "lost"]].tolist() == ["JP", 5.5]
    assert found["net_per_share"].isna().all()  # no articles, no Share
    other_cities = other.root.parent / "cities.csv"
    other_cities.write_text(
        "origin,destination,year,count\nBeijing,Nanjing,2019,2\nNanjing,Beijing,2020,1\nOxford,Beijing,2020,3\n"
    )
    ingest_flows(workspace, other_cities, level="city")
    assert load(workspace, empty_graph, network="cities").action == "replaced"
    found = empty_graph.run("flows.corridors", rule="imported", min_researchers=0.0)
    asked = corridors(workspace, network="cities", top=0).frame
    pd.testing.assert_frame_equal(found, asked[list(found.columns)], check_dtype=False)
    assert len(found) == 2
    frame = empty_graph.run("flows.suppliers", rule="imported", city_id="Beijing")
    assert frame[["from_name", "country", "researchers"]].to_numpy().tolist() == [
        ["Oxford", "GB", 3.0],
        ["Nanjing", "CN", 1.0],
    ]
    assert load(workspace, empty_graph).action == "replaced"
    assert set(moved(empty_graph)["rule"]) == set(FLOW_RULES)


def test_an_imported_network_in_place_of_records(empty_graph, workspace, tmp_path):
    """Queries, hubs and communities answer on the graph as they do on the network in the workspace."""
    ids = sorted(row["city_id"] for row in moving_tables()["cities"].to_pylist())
    ties = {
        (a, b, year): (9.5 if n % 3 else 0.25) + year % 7
        for n, (a, b) in enumerate(combinations(ids, 2))
        for year in (2018 + n % 2, 2020)
        if n % 4
    }
    file = tmp_path / "ties.csv"

    def write(rows):
        lines = [f"{a},{b},{year},{weight}" for (a, b, year), weight in rows.items()]
        file.write_text("\n".join(["source,target,year,weight", *lines]) + "\n", encoding="utf-8")
        ingest_network(workspace, file, level="city")
        return read_network(workspace, "ties")

    made = write(ties)
    report = load(workspace, empty_graph, network="ties")
    assert report.counts == report.expected
    assert report.counts["(:City)-[:COLLABORATES_WITH]->(:City)"] == len(ties)
    for years in (None, (2018, 2019)):
        assert project(empty_graph, level="city", weight="score", years=years) == undirected_edges(made, years=years)
    asked = hubs(workspace, network="ties", measures=("degree", "strength")).frame
    found = empty_graph.run("hubs.by_strength", year_from=2018, year_to=2020)
    columns = asked[["id", "degree", "strength"]].sort_values(["strength", "id"], ascending=[False, True])
    assert found[["city_id", "partners", "strength"]].to_numpy().tolist() == columns.to_numpy().tolist()
    pairs = empty_graph.run("collaboration.strongest_pairs", year_from=2020, year_to=2020)
    assert {(row.a_id, row.b_id, 2020): (row.score, row.joint) for row in pairs.itertuples()} == {
        tie: (weight, round(weight)) for tie, weight in ties.items() if tie[2] == 2020
    }
    groups, plain = communities(empty_graph, seed=3), communities(workspace, network="ties", seed=3)
    assert groups.frame[["id", "community"]].equals(plain.frame[["id", "community"]])
    assert write_back(empty_graph, groups) == len(ids)
    inside = empty_graph.run("communities.summary", year_from=2018, year_to=2020)
    assert inside["cities"].tolist() == plain.frame["community"].value_counts().sort_index().tolist()
    # another version of it: one tie less, one of another weight
    first, second, *_ = ties
    others = {tie: weight for tie, weight in ties.items() if tie != first} | {second: 30.5}
    made = write(others)
    changed = load(workspace, empty_graph, network="ties", only_changed=True).changes
    rows = changed["(:City)-[:COLLABORATES_WITH]->(:City)"]
    assert (rows.added, rows.changed, rows.removed) == (0, 1, 1)
    assert project(empty_graph, level="city", weight="score") == undirected_edges(made)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            "MATCH (:City)-[r:MOVED_TO {rule: 'tenure'}]->() WITH r LIMIT 1 SET r.researchers = r.researchers + 1",
            r"researchers of \(:City\)-\[:MOVED_TO \{rule: 'tenure'\}\]->\(:City\): 4 instead of 3",
        ),
        (
            "MATCH (:City)-[r:MOVED_TO {rule: 'tenure'}]->() WITH r LIMIT 1 SET r.rule = 'mode-year'",
            r"moves of \(:City\)-\[:MOVED_TO \{rule: 'mode-year'\}\]->\(:City\): 5 instead of 4",
        ),
        (
            "MATCH ()-[r:WORKED_AT]->() WITH r LIMIT 1 SET r.works = 0",
            r"works of \(:Researcher\)-\[:WORKED_AT\]->\(:Institution\)",
        ),
        ("MATCH ()-[r:WORKED_AT]->() WITH r LIMIT 1 DELETE r", r"\(:Researcher\)-\[:WORKED_AT\]->\(:Institution\) ins"),
    ],
)
def test_sums_that_are_wrong_fail_the_load(empty_graph, tables, damage, message):
    def disturb(stage: str, done: int, total: int) -> None:
        if stage == "Checking the graph" and not done:
            empty_graph.write(damage)

    with pytest.raises(GraphStoreError, match=message):
        load_tables(empty_graph, tables, progress=disturb)
