"""Networks that drop and servers that go away, in the middle of a load and of a query."""

from __future__ import annotations

import random

import pytest
from dropping_proxy import dropping_proxy

from toolkit.corpus.example import example_workspace
from toolkit.errors import Unreachable
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.load import load_tables
from toolkit.graphdb.tables import GraphTables, graph_tables
from toolkit.settings import Settings


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> GraphTables:
    return graph_tables(example_workspace(tmp_path_factory.mktemp("example")))


def port(uri: str) -> int:
    return int(uri.rpartition(":")[2])


def sums(graph) -> list[dict]:
    """What shows every lost, doubled or changed row."""
    nodes = graph.read("MATCH (n) RETURN labels(n)[0] AS kind, count(*) AS rows ORDER BY kind")
    ties = graph.read(
        "MATCH ()-[r]->() RETURN type(r) AS kind, count(*) AS rows, sum(r.score) AS score, sum(r.joint) AS joint, "
        "sum(r.year) AS years ORDER BY kind"
    )
    return [*nodes.to_dict("records"), *ties.round(9).to_dict("records")]


def test_a_network_that_drops_costs_a_load_retries_and_no_row(empty_graph, server, tables, monkeypatch):
    """Eight cuts at random bytes, some before, some after the server committed a batch."""
    monkeypatch.setattr("toolkit.graphdb.load_online._ASK_AGAIN", 0.05)
    load_tables(empty_graph, tables, batch_size=10)
    expected = sums(empty_graph)
    info, chance = server.info(), random.Random(5)
    with dropping_proxy(port(info.uri), []) as proxy, open_graph_through(proxy, info) as graph:
        load_tables(graph, tables, batch_size=10, replace=True)
        sent = proxy.passed
    cuts = [chance.randrange(sent // 20, sent) for _ in range(8)]
    with dropping_proxy(port(info.uri), cuts) as proxy, open_graph_through(proxy, info) as graph:
        load_tables(graph, tables, batch_size=10, replace=True)
        assert proxy.dropped >= 4
    assert sums(empty_graph) == expected


def test_a_query_survives_a_cut_and_says_so_when_the_network_stays_away(empty_graph, server, tables, monkeypatch):
    load_tables(empty_graph, tables)
    info = server.info()
    text = "UNWIND range(1, 20000) AS n RETURN n, 'a row that takes some bytes' AS words"
    with dropping_proxy(port(info.uri), [100_000]) as proxy, open_graph_through(proxy, info) as graph:
        assert graph.read(text)["n"].tolist() == list(range(1, 20_001))
        assert proxy.dropped == 1
    monkeypatch.setattr("toolkit.graphdb.connection._RETRY_SECONDS", 1.0)
    with dropping_proxy(port(info.uri), [100_000]) as proxy, open_graph_through(proxy, info) as graph:
        monkeypatch.setattr(proxy, "_target", 9)
        with pytest.raises(Unreachable, match=r"Neo4j does not answer at bolt://127\.0\.0\.1"):
            graph.read(text)


def open_graph_through(proxy, info):
    settings = Settings(neo4j_username=info.username, neo4j_password=info.password)
    return open_graph(f"bolt://127.0.0.1:{proxy.port}", settings=settings)


def test_a_server_started_anew_while_loading_costs_a_retry_and_no_row(empty_graph, server, tables, monkeypatch):
    monkeypatch.setattr("toolkit.graphdb.load_online._PATIENCE", 600.0)  # a busy machine starts it in a minute
    load_tables(empty_graph, tables, batch_size=10)
    expected, pid = sums(empty_graph), server.info().pid

    def restart(stage: str, done: int, total: int) -> None:
        if stage == "Loading relationships" and done > total // 3 and server.info().pid == pid:
            server.stop()
            server.start()

    assert load_tables(empty_graph, tables, batch_size=10, replace=True, progress=restart) == "replaced"
    assert server.info().pid != pid
    assert sums(empty_graph) == expected
