"""A real Neo4j for the whole run of the suite: started once, stopped whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from toolkit.graphdb.connection import Graph, open_graph
from toolkit.graphdb.server import ManagedServer
from toolkit.workspace import Workspace


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the server, and says so."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
def server_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace whose managed server the suite shares."""
    return Workspace(tmp_path_factory.mktemp("graph") / "workspace")


@pytest.fixture(scope="session")
def server(server_workspace: Workspace) -> Iterator[ManagedServer]:
    """The suite's server, running; a test that stops it starts it again."""
    managed = ManagedServer(server_workspace.neo4j)
    try:
        managed.start()
        yield managed
    finally:
        managed.stop()


@pytest.fixture(scope="session")
def graph(server: ManagedServer, server_workspace: Workspace) -> Iterator[Graph]:
    """A connection to the suite's server."""
    with open_graph("local", workspace=server_workspace) as opened:
        yield opened


@pytest.fixture
def empty_graph(graph: Graph) -> Graph:
    """The suite's graph without nodes, indexes or constraints."""
    graph.raw("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", write=True)
    for kind, shown in (
        ("CONSTRAINT", "SHOW CONSTRAINTS"),
        ("INDEX", "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'"),
    ):
        for name in graph.raw(shown)["name"]:
            graph.raw(f"DROP {kind} `{name}` IF EXISTS", write=True)
    return graph
