"""Loading only what differs: in the end the graph is the one a full load gives, whatever stood there before."""

from __future__ import annotations

import json
import random

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from plain.graph_content import Killed, content, stop_after

from toolkit.corpus.example import PKU, example_workspace, mapped_tables
from toolkit.errors import GraphStoreError, QueryRefused
from toolkit.graphdb.load import load, load_changes, load_tables
from toolkit.graphdb.load_changes import Changes
from toolkit.graphdb.tables import GraphTables, graph_tables
from toolkit.workspace import Workspace


@pytest.fixture(scope="module")
def earlier(tmp_path_factory) -> Workspace:
    return example_workspace(tmp_path_factory.mktemp("earlier"), tables=mapped_tables())


@pytest.fixture(scope="module")
def later(tmp_path_factory) -> Workspace:
    """One article (W02) is gone, one author moved (W07), one is new (of 2022), a city has more people."""
    tables = mapped_tables()
    tables["works"] = tables["works"].filter(pc.not_equal(tables["works"]["work_id"], "W02"))
    signed = tables["authorships"].filter(pc.not_equal(tables["authorships"]["work_id"], "W02")).to_pylist()
    for row in signed:
        if row["work_id"] == "W07":
            row["site_id"] = PKU
    works = tables["works"].to_pylist()
    works.append(works[0] | {"work_id": "W99", "year": 2022, "doi": None})
    first = works[0]["work_id"]
    signed += [
        row | {"work_id": "W99", "author_key": row["author_key"].replace(first, "W99")}
        for row in signed
        if row["work_id"] == first
    ]
    cities = tables["cities"].to_pylist()
    cities[0]["population"] += 1
    for name, rows in (("works", works), ("authorships", signed), ("cities", cities)):
        tables[name] = pa.Table.from_pylist(rows, schema=tables[name].schema)
    return example_workspace(tmp_path_factory.mktemp("later"), tables=tables)


@pytest.fixture(scope="module")
def before(earlier) -> GraphTables:
    return graph_tables(earlier)


@pytest.fixture(scope="module")
def after(later) -> GraphTables:
    return graph_tables(later)


def expected_changes(before: GraphTables, after: GraphTables) -> dict[str, Changes]:
    """What differs between two sets of tables, from plain dicts."""
    found = {}
    named = [(label, before.nodes[label], after.nodes[label], 1) for label in before.nodes]
    for kind in before.relationships:
        keys = 3 if "year" in kind.properties else 2
        named.append((kind.pattern, before.relationships[kind], after.relationships[kind], keys))
    for name, one, other, keys in named:
        old = {tuple(row.values())[:keys]: str(row) for row in one.to_pylist()}
        new = {tuple(row.values())[:keys]: str(row) for row in other.to_pylist()}
        both = old.keys() & new.keys()
        found[name] = Changes(
            added=len(new.keys() - old.keys()),
            changed=sum(old[key] != new[key] for key in both),
            removed=len(old.keys() - new.keys()),
        )
    return found


def test_only_what_differs_is_written_and_the_graph_is_that_of_a_full_load(empty_graph, earlier, later, before, after):
    load(later, empty_graph)
    wanted = content(empty_graph)
    load(earlier, empty_graph, replace=True)
    former = content(empty_graph)
    stays = "MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City) RETURN a.id + b.id + r.year AS pair, elementId(r) AS id"
    ids = dict(empty_graph.read(stays).itertuples(index=False))
    report = load(later, empty_graph, only_changed=True)
    assert content(empty_graph) == wanted != former
    assert (report.action, report.mode, report.counts) == ("changed", "online", report.expected)
    assert report.changes == expected_changes(before, after)
    assert {name for name, rows in report.changes.items() if rows} >= {"City", "Output", "Site"}
    assert report.changes["City"].changed == 1
    pairs = report.changes["(:City)-[:COLLABORATES_WITH]->(:City)"]
    assert min(pairs.added, pairs.removed) > 0
    kept = dict(empty_graph.read(stays).itertuples(index=False))
    assert sum(ids.get(pair) == one for pair, one in kept.items()) == len(ids) - pairs.changed - pairs.removed > 0
    assert report.totals["output of City"]["count"] == after.totals()["output of City"]["count"]
    assert report.run.facts["changes"]["City"] == {"added": 0, "changed": 1, "removed": 0}
    assert load(later, empty_graph, only_changed=True).unchanged
    assert load(earlier, empty_graph, only_changed=True, batch_size=3).action == "changed"
    assert content(empty_graph) == former


def test_results_and_marks_of_the_former_records_go(empty_graph, before, after):
    """Even from places of which nothing else differs."""
    load_tables(empty_graph, after)
    wanted = content(empty_graph)
    load_tables(empty_graph, before)
    empty_graph.write(
        "CREATE (:Run {id: 'x'}) WITH 1 AS one MATCH (c:City|Country) "
        "SET c.community = 1, c.community_run = 'x', c:Size_3:In_CN"
    )
    load_changes(empty_graph, after)
    assert content(empty_graph) == wanted


def test_records_that_give_the_same_rows_still_count_as_other_records(empty_graph, before):
    load_tables(empty_graph, before)
    same = GraphTables(before.nodes, before.relationships, "another fingerprint", before.facts)
    action, changes = load_changes(empty_graph, same)
    assert (action, set(changes.values())) == ("changed", {Changes()})
    assert empty_graph.read("MATCH (l:Load) RETURN l.fingerprint AS it, l.state AS state").values.tolist() == [
        ["another fingerprint", "complete"]
    ]


def test_killed_at_random_points_the_next_load_ends_in_the_same_graph(empty_graph, before, after):
    load_tables(empty_graph, after)
    wanted = content(empty_graph)
    load_tables(empty_graph, before)
    told: list[str] = []
    load_changes(empty_graph, after, batch_size=4, progress=lambda stage, *_: told.append(stage))
    assert content(empty_graph) == wanted
    assert {"Comparing with the graph", "Changing City", "Changing Output", "Checking the graph"} < set(told)
    for last in random.Random(2).sample(sorted(set(told)), 5):
        load_tables(empty_graph, before)

        def stop(stage: str, _done: int, _total: int, last: str = last) -> None:
            if stage == last:
                raise Killed

        with pytest.raises(Killed):
            load_changes(empty_graph, after, batch_size=4, progress=stop)
        state = empty_graph.read("MATCH (l:Load) RETURN l.state AS state")["state"].iloc[0]
        assert state == "changing"
        load_changes(empty_graph, after)
        assert content(empty_graph) == wanted, last


def test_killed_a_full_load_finishes_it_too(empty_graph, before, after):
    load_tables(empty_graph, after)
    wanted = content(empty_graph)
    load_tables(empty_graph, before)
    with pytest.raises(Killed):
        load_changes(empty_graph, after, batch_size=4, progress=stop_after(9))
    assert load_tables(empty_graph, after) == "replaced"
    assert content(empty_graph) == wanted


@pytest.mark.parametrize(
    "damage",
    [
        "MATCH (:City)-[r:COLLABORATES_WITH]->() WITH r LIMIT 2 DELETE r",
        "MATCH (c:City) WITH c LIMIT 1 SET c.name = 'Atlantis'",
        # as a batch that was written twice
        "MATCH (a)-[r:PARTNERS_WITH]->(b) WITH a, r, b LIMIT 1 CREATE (a)-[s:PARTNERS_WITH]->(b) SET s = properties(r)",
    ],
)
def test_what_was_damaged_meanwhile_is_mended(empty_graph, before, after, damage):
    load_tables(empty_graph, after)
    wanted = content(empty_graph)
    empty_graph.write(damage)
    empty_graph.write("MATCH (l:Load) SET l.state = 'broken', l.counts = $all", {"all": json.dumps({})})
    assert load_changes(empty_graph, after)[0] == "changed"
    assert content(empty_graph) == wanted


def test_an_empty_database_is_loaded_and_an_interrupted_load_taken_up(empty_graph, before):
    with pytest.raises(Killed):
        load_changes(empty_graph, before, batch_size=4, progress=stop_after(9))
    assert load_changes(empty_graph, before) == ("resumed", {})
    assert len(content(empty_graph)) == before.rows + 1


def test_what_others_added_is_refused_before_anything_is_written(empty_graph, before, after):
    load_tables(empty_graph, before)
    empty_graph.write("MATCH (c:City) WITH c LIMIT 1 CREATE (:Note)-[:ABOUT]->(c)")
    stands = content(empty_graph)
    with pytest.raises(QueryRefused, match=r"1 relationships \(:Note\)-\[:ABOUT\]->\(:City\)"):
        load_changes(empty_graph, after)
    assert content(empty_graph) == stands


def test_a_value_of_another_type_is_named(empty_graph, before, after):
    load_tables(empty_graph, before)
    empty_graph.write("MATCH (c:City) WITH c LIMIT 1 SET c.population = 'many'")
    with pytest.raises(GraphStoreError, match=r"not of the type that scicities writes .*load --replace"):
        load_changes(empty_graph, after)
    assert load_tables(empty_graph, after) == "replaced"
