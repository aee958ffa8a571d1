"""Imported flows as tables of a graph: by hand, and what can't be shown."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from toolkit.corpus.example import example_workspace
from toolkit.corpus.networks.ingest_flows import ingest_flows
from toolkit.corpus.networks.store import EDGES, NODES, NamedNetwork
from toolkit.errors import BadParameter, DataError
from toolkit.graphdb.contents import GraphContents
from toolkit.graphdb.layout import KEYS, RELATIONSHIPS
from toolkit.graphdb.load import load
from toolkit.graphdb.load_source import LoadSource
from toolkit.graphdb.network_tables import network_tables
from toolkit.workspace import open_workspace


def network(level="city", *, directed=True, year: int | None = 2019, name="made"):
    edges = [("c1", "c2", year, 2.4), ("c2", "c1", year, 1.0), ("c1", "c3", year, 0.2)]
    nodes = [("c1", "One", "XA"), ("c2", "Two", "XA"), ("c3", "Three\nlines", None)]
    tables = [
        pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)
        for rows, schema in ((edges, EDGES), (nodes, NODES))
    ]
    return NamedNetwork(name, "flows", level, directed, *tables)


def test_cities_by_hand():
    graph = network_tables(network())
    found = {kind.pattern: table.to_pylist() for kind, table in graph.relationships.items() if table.num_rows}
    assert set(found) == {"(:City)-[:MOVED_TO]->(:City)", "(:City)-[:IN_COUNTRY]->(:Country)"}
    assert [tuple(row.values()) for row in found["(:City)-[:MOVED_TO]->(:City)"]] == [
        ("c1", "c2", 2019, 2.4, 2, "imported"),
        ("c1", "c3", 2019, 0.2, 0, "imported"),
        ("c2", "c1", 2019, 1.0, 1, "imported"),
    ]
    assert found["(:City)-[:IN_COUNTRY]->(:Country)"] == [{"start": "c1", "end": "XA"}, {"start": "c2", "end": "XA"}]
    assert graph.nodes["City"].to_pylist()[2] == {"id": "c3", "name": "Three lines", "country": None}
    assert graph.nodes["Country"]["code"].to_pylist() == ["XA"]
    assert graph.totals()["(:City)-[:MOVED_TO {rule: 'imported'}]->(:City)"] == {"researchers": 3.6, "moves": 3.0}
    assert {label: table.num_rows for label, table in graph.nodes.items() if table.num_rows} == {
        "City": 3,
        "Country": 1,
    }
    assert (list(graph.nodes), list(graph.relationships)) == (list(KEYS), list(RELATIONSHIPS))
    assert graph.facts == {"network": "made", "first_year": 2019, "last_year": 2019}


@pytest.mark.parametrize(
    ("level", "ties", "more"),
    [
        ("city", "(:City)-[:COLLABORATES_WITH]->(:City)", (0,)),
        ("country", "(:Country)-[:COLLABORATES_WITH]->(:Country)", (0,)),
        ("institution", "(:Institution)-[:COAUTHORS_WITH]->(:Institution)", ()),
    ],
)
def test_ties_without_directions_by_hand(level, ties, more):
    edges = [("c1", "c3", 2020, 2.6), ("c1", "c2", 2019, 0.25), ("c1", "c2", 2020, 4.0)]
    made = network(level, directed=False)
    rows = [dict(zip(EDGES.names, row, strict=True)) for row in edges]
    graph = network_tables(replace(made, kind="network", edges=pa.Table.from_pylist(rows, schema=EDGES)))
    found = {kind.pattern: table for kind, table in graph.relationships.items() if table.num_rows}
    assert [tuple(row.values()) for row in found.pop(ties).to_pylist()] == [
        ("c1", "c2", 2019, 0, 0.25, *more),
        ("c1", "c2", 2020, 4, 4.0, *more),
        ("c1", "c3", 2020, 3, 2.6, *more),
    ]
    assert set(found) <= {"(:City)-[:IN_COUNTRY]->(:Country)"}
    sums = {name: value for name, value in graph.totals()[ties].items() if value}
    assert sums == {"joint": 7.0, "score": pytest.approx(6.85)}
    assert graph.facts == {"network": "made", "first_year": 2019, "last_year": 2020}


@pytest.mark.parametrize(
    ("made", "error", "message"),
    [
        (network("region"), BadParameter, "its places are of level region, and the graph has country, metro, city"),
        (
            network(year=None),
            BadParameter,
            "its edges have no years, by which every query asks; take them in again with --year",
        ),
    ],
)
def test_what_the_graph_can_not_show(made, error, message):
    with pytest.raises(error, match=message):
        network_tables(made)


def test_a_load_shows_records_or_flows(tmp_path):
    file = tmp_path / "made.csv"
    file.write_text("origin,destination,year,count\nCN,JP,2019,5\n", encoding="utf-8")
    empty = open_workspace(tmp_path / "empty")
    ingest_flows(empty, file)
    with pytest.raises(DataError, match="ingest openalex"):
        LoadSource(empty, GraphContents(), None)
    flows = LoadSource(empty, GraphContents(), "made")
    assert flows.parameters() == {"network": "made"}
    assert flows.tables().nodes["Country"]["name"].to_pylist() == ["China", "Japan"]
    with pytest.raises(BadParameter, match="it is imported: no researchers"):
        LoadSource(empty, GraphContents(researchers=True), "made")
    with pytest.raises(BadParameter, match="there are made, in"):
        load(empty, "local", network="other")
    records = LoadSource(example_workspace(tmp_path / "records"), GraphContents(moves=False), None)
    assert records.parameters()["contents"]["moves"] is False
    assert records.load_id != flows.load_id
