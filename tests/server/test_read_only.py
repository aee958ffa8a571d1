"""Reading doors refuse every way of writing, and nothing is different afterwards."""

from __future__ import annotations

import hashlib

import pytest
from plain.loaded_graph import Loaded
from plain.writing_statements import OUTSIDE, SCHEMA, SERVER, WRITES

from toolkit.errors import BadParameter, QueryRefused, ToolkitError
from toolkit.graphdb.connection import Graph
from toolkit.graphdb.graph_json import graph_of_statement
from toolkit.graphdb.plans import profiled
from toolkit.graphdb.query_text import writing_words

BEIJING = "1816670"
PARAMETERS = {"where": "file:///etc/passwd"}
EVERY = [text.replace("{city}", BEIJING) for text in (*WRITES, *SCHEMA, *SERVER, *OUTSIDE)]


def state(graph: Graph) -> str:
    """Hash of all nodes, relationships, labels, property names, indexes, constraints and users."""
    parts = [
        "MATCH (n) RETURN count(n), sum(size(keys(n))), sum(size(labels(n))), sum(size(coalesce(n.name, '')))",
        "MATCH ()-[r]->() RETURN count(r) AS n, sum(r.joint) AS m, sum(size(keys(r))) AS k",
        "CALL db.labels() YIELD label RETURN label ORDER BY label",
        "CALL db.relationshipTypes() YIELD relationshipType AS t RETURN t ORDER BY t",
        "CALL db.propertyKeys() YIELD propertyKey AS p RETURN p ORDER BY p",
        "SHOW INDEXES YIELD name, state, labelsOrTypes, properties RETURN * ORDER BY name",
        "SHOW CONSTRAINTS YIELD name, type RETURN * ORDER BY name",
    ]
    told = [graph.raw(text).to_csv() for text in parts]
    told.append(graph.raw("SHOW USERS YIELD user, passwordChangeRequired", write=True).to_csv())
    return hashlib.sha256("".join(told).encode()).hexdigest()


def test_there_are_more_than_fifty_ways() -> None:
    assert len(set(WRITES)) == len(WRITES) > 50
    assert len(set(EVERY)) == len(EVERY) > 100


def test_nothing_writes_through_a_reading_door(loaded: Loaded) -> None:
    graph, before = loaded.graph, state(loaded.graph)
    for text in EVERY:
        with pytest.raises(ToolkitError) as refused:
            graph.raw(text, PARAMETERS)
        told = str(refused.value)
        assert isinstance(refused.value, (BadParameter, QueryRefused)), text
        assert told.endswith((".", "]")), told
    assert state(graph) == before


@pytest.mark.parametrize("door", [graph_of_statement, profiled, lambda graph, text, p: graph.read(text, p)])
def test_the_other_doors_are_as_closed(loaded: Loaded, door: object) -> None:
    before = state(loaded.graph)
    for text in EVERY[::6]:
        if door not in {graph_of_statement, profiled} and text in (*SCHEMA, *SERVER, *OUTSIDE):
            continue  # `read` is for statements of our own: its session refuses writes, and that is all
        with pytest.raises(ToolkitError):
            door(loaded.graph, text, PARAMETERS)  # type: ignore[operator]
    assert state(loaded.graph) == before


def test_what_only_asks_for_a_plan_does_nothing(loaded: Loaded) -> None:
    before = state(loaded.graph)
    for text in WRITES[:8]:
        loaded.graph.raw(f"EXPLAIN {text}", PARAMETERS)
    assert state(loaded.graph) == before


def test_reading_is_let_through(loaded: Loaded) -> None:
    for text in (
        "MATCH (c:City) RETURN c.name AS `CREATE` LIMIT 1",
        "RETURN 'CREATE (:Sneaked)' AS text // MERGE",
        "SHOW INDEXES",
        "CALL db.labels()",
        "MATCH (c:City) CALL (c) { RETURN 1 AS x } RETURN count(x)",
        "PROFILE MATCH (c:City {id: '1816670'}) RETURN c.set",
    ):
        assert len(loaded.graph.raw(text)) > 0


def test_files_show_most_of_it_without_a_server() -> None:
    """A word that writes is seen in a query file before any server is asked; procedures take the server."""
    unseen = [text for text in WRITES if not writing_words(text)]
    assert unseen == []
    assert [text for text in OUTSIDE if not writing_words(text)] == []
    assert [text for text in SCHEMA if not writing_words(text) and "CALL" not in text] == []
