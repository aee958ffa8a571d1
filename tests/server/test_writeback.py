"""Results on the places of a real graph: read again, replaced as a whole, never mixed, never by half."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from toolkit.corpus.example import BEIJING, NANJING, OXFORD, example_workspace
from toolkit.errors import DataError, GraphStoreError
from toolkit.graphdb.load import load_tables
from toolkit.graphdb.tables import graph_tables
from toolkit.graphdb.writeback import write_results
from toolkit.runs import RunRecord

FRAME = pd.DataFrame(
    {"id": [BEIJING, NANJING], "name": ["Beijing", "Nanjing"], "community": [1, 2], "pagerank": [0.5, None]}
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return graph_tables(example_workspace(tmp_path_factory.mktemp("example")))


@pytest.fixture(scope="module")
def cleared(graph):
    graph.raw("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", write=True)
    return graph


@pytest.fixture
def clean(cleared, tables):
    """The example without any results."""
    load_tables(cleared, tables)
    cleared.write("MATCH (r:Run) DELETE r")
    for name in ("community", "community_run", "pagerank", "pagerank_run"):
        cleared.write(f"MATCH (n:City|Institution) REMOVE n.{name}")
    return cleared


def run(method: str = "communities", **parameters) -> RunRecord:
    return RunRecord(method, {"seed": 7, **parameters}, notes=("a note",), facts={"modularity": 0.25})


def written(graph) -> dict[str, tuple]:
    rows = graph.read(
        "MATCH (c:City) WHERE c.community IS NOT NULL OR c.pagerank IS NOT NULL "
        "RETURN c.id AS id, [c.community, c.community_run, c.pagerank, c.pagerank_run] AS found"
    )
    return {place: tuple(found) for place, found in zip(rows["id"], rows["found"], strict=True)}


def runs(graph) -> set[str]:
    return set(graph.read("MATCH (r:Run) RETURN r.id AS id")["id"])


def test_written_and_read_again(clean, tables):
    record = run()
    assert write_results(clean, FRAME, level="city", run=record) == 2
    assert written(clean) == {
        BEIJING: (1, record.run_id, 0.5, record.run_id),
        NANJING: (2, record.run_id, None, None),
    }
    stored = clean.read("MATCH (r:Run) RETURN properties(r) AS run")["run"].iloc[0]
    assert stored["id"] == record.run_id
    assert (stored["method"], stored["level"], stored["seed"]) == ("communities", "city", 7)
    assert stored["properties"] == ["community", "pagerank"]
    assert json.loads(stored["parameters"]) == record.parameters
    assert json.loads(stored["facts"]) == {"modularity": 0.25}
    assert stored["notes"] == ["a note"]


def test_the_same_run_twice_is_one(clean):
    for _ in range(2):
        write_results(clean, FRAME, level="city", run=run())
    assert len(runs(clean)) == 1
    assert len(written(clean)) == 2


def test_a_later_run_replaces_the_earlier_as_a_whole(clean):
    write_results(clean, FRAME, level="city", run=run())
    later = run(resolution=2.0)
    write_results(clean, pd.DataFrame({"id": [OXFORD], "community": [9]}), level="city", run=later)
    assert written(clean) == {OXFORD: (9, later.run_id, None, None)}
    assert runs(clean) == {later.run_id}


@pytest.mark.parametrize("name", ["x IS NOT NULL DETACH DELETE n //", "name", "community_run, n.name"])
def test_property_names_that_others_put_into_the_graph_do_not_get_into_a_statement(clean, name):
    """A graph that was restored or shared may have a run that scicities did not write."""
    cities = clean.read("MATCH (c:City) RETURN c.id AS id, c.name AS name ORDER BY id")
    clean.write("CREATE (:Run {id: 'evil', level: 'city', method: 'communities', properties: [$name]})", {"name": name})
    write_results(clean, FRAME, level="city", run=run())
    assert clean.read("MATCH (c:City) RETURN c.id AS id, c.name AS name ORDER BY id").equals(cities)
    assert runs(clean) == {run().run_id}


def test_runs_of_different_methods_stand_side_by_side(clean):
    first, second = run(), run("hubs")
    write_results(clean, FRAME, level="city", run=first, properties=["community"])
    write_results(clean, FRAME, level="city", run=second, properties=["pagerank"])
    assert written(clean)[BEIJING] == (1, first.run_id, 0.5, second.run_id)
    assert runs(clean) == {first.run_id, second.run_id}


def test_levels_stand_side_by_side(clean):
    write_results(clean, FRAME, level="city", run=run(level="city"))
    frame = pd.DataFrame({"id": ["pku"], "community": [3]})
    write_results(clean, frame, level="institution", run=run(level="institution"))
    assert len(written(clean)) == 2
    assert len(runs(clean)) == 2


def test_unknown_places_and_other_records_are_refused_whole(clean):
    write_results(clean, FRAME, level="city", run=run())
    before = written(clean)
    with pytest.raises(DataError, match="no city Atlantis; nothing was written"):
        write_results(clean, FRAME.assign(id=[BEIJING, "Atlantis"]), level="city", run=run(seed=8))
    record = RunRecord("communities", {}, fingerprint="of other records")
    with pytest.raises(DataError, match="other records than the graph shows"):
        write_results(clean, FRAME, level="city", run=record)
    assert written(clean) == before


def test_no_graph(empty_graph):
    with pytest.raises(GraphStoreError, match="holds no scicities graph"):
        write_results(empty_graph, FRAME, level="city", run=run())
