"""A disk that is full under a running server: who writes is told, and the next command goes on by itself."""

from __future__ import annotations

import shutil

import pytest
from plain.small_disk import scicities

from toolkit.corpus.example import example_workspace
from toolkit.errors import QueryRefused, ServerError
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.load import load
from toolkit.graphdb.server import ManagedServer


def test_a_transaction_that_does_not_fit_is_lost_and_nothing_else(tmp_path):
    """Neo4j then closes the database, and refuses to read the log whose last transaction it has cut off."""
    workspace = example_workspace(tmp_path / "ws")
    server = ManagedServer(workspace.neo4j)
    try:
        code, said = scicities("server", "start", "-w", workspace.root, file_limit=9_000_000)
        assert code == 0, said
        pid = server.info().pid
        with open_graph("local", workspace=workspace) as graph:
            assert load(workspace, graph).action == "loaded"
            with pytest.raises(QueryRefused, match=r"The disk of the server .* is full, or it can't write .*Make room"):
                graph.write("UNWIND range(1, 12000) AS n CREATE (:Note {text: $text + n})", {"text": "x" * 1000})
        with open_graph("local", workspace=workspace) as graph:
            assert server.info().pid != pid
            assert graph.read("MATCH (n:Note) RETURN count(n) AS notes")["notes"].iloc[0] == 0
            assert load(workspace, graph).unchanged
    finally:
        server.stop()


@pytest.mark.usefixtures("server")  # without jars the disk is too full for these first
def test_a_start_without_room_is_refused_before_anything_is_done(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=300_000))
    with pytest.raises(ServerError, match=r"has 0\.3 MB left, and Neo4j needs 8 MB to start\. Make room"):
        ManagedServer(tmp_path / "neo4j").start()
    assert not (tmp_path / "neo4j" / "data" / "dbms").exists()
