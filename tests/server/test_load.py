"""Loading into a real Neo4j: what stands there is the workspace's, after every kind of interruption."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pandas as pd
import pytest
from plain.graph_content import Killed, content, stop_after

from toolkit.corpus.example import example_workspace, hand_tables, mapped_tables, moving_tables
from toolkit.errors import BadParameter, GraphStoreError, QueryRefused
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.contents import GraphContents
from toolkit.graphdb.layout import PLACE_LABELS
from toolkit.graphdb.load import load, load_tables
from toolkit.graphdb.server import ManagedServer
from toolkit.graphdb.tables import GraphTables, graph_tables
from toolkit.measures.answers import pairs, partnerships, share
from toolkit.runs import RunRecord
from toolkit.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    return example_workspace(tmp_path_factory.mktemp("example"), tables=mapped_tables())


@pytest.fixture(scope="module")
def tables(workspace) -> GraphTables:
    return graph_tables(workspace)


@pytest.fixture(scope="module")
def hand(tmp_path_factory) -> GraphTables:
    return graph_tables(example_workspace(tmp_path_factory.mktemp("hand"), tables=hand_tables()))


def test_rows_are_the_workspaces(empty_graph, workspace):
    report = load(workspace, empty_graph)
    assert (report.mode, report.action, report.unchanged) == ("online", "loaded", False)
    assert report.counts == report.expected
    assert report.run.rows == report.counts
    row = empty_graph.read("MATCH (:City)-[:PRODUCED]->(o:Output) RETURN sum(o.count) AS count, sum(o.share) AS share")
    assert row.iloc[0].to_dict() == pytest.approx(dict(report.totals["output of City"]), rel=1e-9)
    assert report.totals["output of City"]["share"] > 1
    assert report.totals["(:City)-[:COLLABORATES_WITH]->(:City)"].keys() == {"joint", "score", "partnerships"}
    for level, label in PLACE_LABELS.items():
        rows = empty_graph.read(
            f"MATCH (p:{label})-[:PRODUCED]->(o:Output) RETURN coalesce(p.id, p.code) AS id, o.year AS year, "
            "o.count AS count, o.share AS share, o.adjusted_share AS adjusted_share ORDER BY id, year"
        )
        asked = share(workspace, level=level, by_year=True).frame
        asked = asked[~asked["id"].isin(["unassigned", "unlocated"])].sort_values(["id", "year"], ignore_index=True)
        pd.testing.assert_frame_equal(rows, asked[rows.columns], check_dtype=False, check_exact=True)
        kind = "COAUTHORS_WITH" if level == "institution" else "COLLABORATES_WITH"
        rows = empty_graph.read(
            f"MATCH (a:{label})-[r:{kind}]->(b:{label}) RETURN coalesce(a.id, a.code) AS a_id, "
            "coalesce(b.id, b.code) AS b_id, r.year AS year, r.joint AS joint, r.score AS score "
            "ORDER BY a_id, b_id, year"
        )
        asked = pairs(workspace, level=level, by_year=True, top=0).frame
        asked = asked.sort_values(["a_id", "b_id", "year"], ignore_index=True)
        pd.testing.assert_frame_equal(rows, asked[rows.columns], check_dtype=False, check_exact=True)
    rows = empty_graph.read(
        "MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City) WHERE r.partnerships > 0 "
        "RETURN a.id AS a_id, b.id AS b_id, r.year AS year, r.partnerships AS partnerships ORDER BY a_id, b_id, year"
    )
    asked = partnerships(workspace, level="city", by_year=True, top=0).frame
    asked = asked[asked["partnerships"] > 0].sort_values(["a_id", "b_id", "year"], ignore_index=True)
    pd.testing.assert_frame_equal(rows, asked[rows.columns], check_dtype=False, check_exact=True)


def test_partnerships_counted_in_the_graph(empty_graph, tables):
    """Counting the partner sites of two cities again, hop by hop, gives the partnerships stored on the pair."""
    load_tables(empty_graph, tables)
    rows = empty_graph.read(
        "MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City) "
        "CALL (a, b, r) { "
        "  MATCH (a)<-[:LOCATED_IN]-(s:Site)-[p:PARTNERS_WITH {year: r.year}]-(t:Site)-[:LOCATED_IN]->(b) "
        "  MATCH (i:Institution)-[:HAS_SITE]->(s), (j:Institution)-[:HAS_SITE]->(t) "
        "  WITH DISTINCT CASE WHEN i.id < j.id THEN [i.id, j.id] ELSE [j.id, i.id] END AS pair "
        "  RETURN count(pair) AS again } "
        "RETURN r.partnerships AS stored, again"
    )
    assert rows["stored"].tolist() == rows["again"].tolist()
    assert rows["stored"].sum() == 14


def test_a_second_load_changes_nothing(empty_graph, workspace):
    load(workspace, empty_graph)
    before = content(empty_graph)
    report = load(workspace, empty_graph)
    assert (report.unchanged, report.mode) == (True, "none")
    assert report.counts["City"] == 6
    assert content(empty_graph) == before


def stop_at(row: int, tables: GraphTables) -> Callable[[str, int, int], None]:
    """Progress callback that ends the load once so many rows are in."""
    nodes = sum(table.num_rows for table in tables.nodes.values())
    before = {"Loading nodes": 0, "Loading relationships": nodes, "Checking the graph": tables.rows}

    def progress(stage: str, done: int, total: int) -> None:
        if before.get(stage, -1) + done >= row:
            raise Killed

    return progress


def test_killed_at_twenty_random_points_the_next_load_finishes(empty_graph, tables):
    """And every time with the content of a load that nobody stopped."""
    load_tables(empty_graph, tables)
    uninterrupted = content(empty_graph)
    assert len(uninterrupted) == tables.rows + 1  # and the Load node
    for row in random.Random(11).sample(range(1, tables.rows + 1), 20):
        empty_graph.raw("MATCH (n) DETACH DELETE n", write=True)
        with pytest.raises(Killed):
            load_tables(empty_graph, tables, batch_size=10, progress=stop_at(row, tables))
        assert load_tables(empty_graph, tables, batch_size=1000) == "resumed"
        assert content(empty_graph) == uninterrupted, row


@pytest.mark.parametrize("calls", [1, 3, 15, 22])
def test_killed_while_replacing(empty_graph, tables, hand, calls):
    load_tables(empty_graph, tables)
    with pytest.raises(Killed):
        load_tables(empty_graph, hand, batch_size=5, progress=stop_after(calls))
    load_tables(empty_graph, hand)
    assert len(content(empty_graph)) == hand.rows + 1
    assert empty_graph.read("MATCH (o:Output) RETURN DISTINCT o.year AS year")["year"].tolist() == [2020]


def test_results_of_the_former_records_go_with_them(empty_graph, tables, hand):
    load_tables(empty_graph, tables)
    empty_graph.write("CREATE (:Run {id: 'x'}) WITH 1 AS one MATCH (c:City) SET c.community = 1, c.community_run = 'x'")
    load_tables(empty_graph, hand)
    assert empty_graph.read("MATCH (n) WHERE n:Run OR n.community IS NOT NULL RETURN n.id AS id").empty


def test_a_database_of_someone_else_is_refused(empty_graph, workspace):
    empty_graph.write("CREATE (:Note {text: 'mine'})-[:ABOUT]->(:City {id: 'Atlantis'})")
    before = content(empty_graph)
    for replace in (False, True):
        with pytest.raises(QueryRefused, match="2 nodes that scicities did not load, so nothing was written"):
            load(workspace, empty_graph, replace=replace)
    assert content(empty_graph) == before
    assert empty_graph.read("SHOW CONSTRAINTS").empty


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        (
            "MATCH (c:City) WITH c LIMIT 1 CREATE (:Note)-[:ABOUT]->(c)",
            r"1 relationships \(:Note\)-\[:ABOUT\]->\(:City\)",
        ),
        ("CREATE (:City {id: 'Atlantis'})", "7 City, 1 more than"),
    ],
)
def test_what_others_added_is_never_removed(empty_graph, tables, hand, theirs, message):
    load_tables(empty_graph, tables)
    empty_graph.write(theirs)
    before = content(empty_graph)
    with pytest.raises(QueryRefused, match=message):
        load_tables(empty_graph, hand)
    assert content(empty_graph) == before


def test_notes_beside_the_graph_stay(empty_graph, tables, hand):
    load_tables(empty_graph, tables)
    empty_graph.write("CREATE (:Note {text: 'mine'})-[:NEXT]->(:Note {text: 'too'})")
    load_tables(empty_graph, hand)
    assert len(content(empty_graph)) == hand.rows + 1 + 3


def test_a_graph_that_was_damaged_is_made_anew(empty_graph, workspace, tables):
    load_tables(empty_graph, tables)
    before = content(empty_graph)
    empty_graph.write("MATCH (:City)-[r:COLLABORATES_WITH]->() WITH r LIMIT 2 DELETE r")
    assert load(workspace, empty_graph).action == "replaced"
    assert content(empty_graph) == before


def test_a_sum_that_is_wrong_fails_the_load_and_the_next_mends_it(empty_graph, tables):
    def disturb(stage: str, done: int, total: int) -> None:
        if stage == "Checking the graph" and not done:
            empty_graph.write("MATCH ()-[r:COLLABORATES_WITH {year: 2020}]->() SET r.score = r.score + 0.01")

    with pytest.raises(GraphStoreError, match=r"score of \(:City\)-\[:COLLABORATES_WITH\]->\(:City\)"):
        load_tables(empty_graph, tables, progress=disturb)
    assert load_tables(empty_graph, tables) == "replaced"
    assert len(content(empty_graph)) == tables.rows + 1


def test_every_key_has_its_constraint_and_names_are_indexed(empty_graph, tables):
    load_tables(empty_graph, tables)
    shown = empty_graph.read(
        "SHOW CONSTRAINTS YIELD labelsOrTypes, properties RETURN labelsOrTypes[0] + '.' + properties[0] AS key"
    )
    assert {
        "Country.code",
        "Metro.id",
        "City.id",
        "Site.id",
        "Institution.id",
        "Output.id",
        "Researcher.id",
        "Run.id",
    } <= set(shown["key"])
    shown = empty_graph.read("SHOW INDEXES YIELD name, state RETURN name, state")
    assert {"city_name", "institution_name", "output_year"} <= set(shown["name"])
    assert set(shown["state"]) == {"ONLINE"}


def test_import_tool_and_connection_give_the_same_graph(empty_graph, tmp_path):
    """Names with quotes, commas and lists too: the import reads files, the connection sends values."""
    institutions = moving_tables()["institutions"].to_pydict()
    institutions["name"][0] = 'A "quoted", \\ name; with\nall of it é'
    institutions["name"][1] = "long " * 14_000
    institutions["marks"][0] = ["c9", "two, words", "two\nlines; and more"]
    schema = moving_tables()["institutions"].schema
    changed = moving_tables() | {"institutions": schema.empty_table().from_pydict(institutions, schema=schema)}
    # the tool would split the path at its comma and read the bracket as a pattern
    workspace = example_workspace(tmp_path / "a, [b] 名", tables=changed)
    everything = GraphContents(researchers=True, names=True)
    own = ManagedServer(workspace.neo4j)  # the suite's server would lose what other tests hold of it
    try:
        report = load(workspace, "local", mode="offline", contents=everything)
        assert (report.mode, report.action, report.counts) == ("offline", "loaded", report.expected)
        assert any("1 names in the graph were shortened to 2,000" in note for note in report.run.notes)
        assert load(workspace, "local", contents=everything).unchanged
        assert load(workspace, "local", contents=everything, mode="offline").unchanged
        with pytest.raises(BadParameter, match="holds another graph; online or auto replaces it"):
            load(workspace, "local", mode="offline", replace=True)
        with open_graph("local", workspace=workspace) as graph:
            imported = content(graph)
            graph.write("MATCH (l:Load) SET l.state = 'filled'")  # as a kill right after the import leaves it
            assert load(workspace, "local", contents=everything).action == "resumed"
            assert content(graph) == imported
    finally:
        own.stop()
    load(workspace, empty_graph, contents=everything)
    assert content(empty_graph) == imported
    assert any("quoted" in row and "two, words" in row for row in imported)
    assert any('"MOVED_TO"' in row for row in imported)
    assert any('"WORKED_AT"' in row for row in imported)


def test_run_record_says_how(empty_graph, workspace):
    report = load(workspace, empty_graph)
    again = RunRecord.from_dict(json.loads(report.run.to_json()))
    assert (again.method, again.facts["mode"], again.fingerprint) == ("load", "online", workspace.fingerprint)
