"""Everything that reads refuses every way of writing or of reaching outside, and nothing is different afterwards."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from plain.loaded_graph import Loaded
from plain.writing_statements import OUTSIDE, READS, SCHEMA, WRITES, attempts, filled

from toolkit.errors import BadParameter, QueryRefused, ToolkitError
from toolkit.graphdb.connection import Graph
from toolkit.graphdb.graph_json import graph_of_statement
from toolkit.graphdb.library import library, load_library
from toolkit.graphdb.plans import profiled
from toolkit.graphdb.query_text import writing_words
from toolkit.graphdb.server import ManagedServer

BEIJING = "1816670"
PARAMETERS = {"where": "file:///etc/passwd"}
SECRET = "secret-of-the-import-folder"
FILE = "scicities-test.csv"


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """A port on which a connection of the server would be seen."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0)
        yield listening


@pytest.fixture(scope="module")
def every(server: ManagedServer, listener: socket.socket) -> Iterator[list[str]]:
    """All attempts, with a file in the server's import folder that they may name."""
    file = server.home / "import" / FILE
    file.write_text(f"{SECRET},b\n", encoding="utf-8")
    yield attempts(BEIJING, file=FILE, port=listener.getsockname()[1])
    file.unlink()


@contextmanager
def sent(graph: Graph) -> Iterator[list[str]]:
    """The statements that are sent to the server inside the block."""
    texts: list[str] = []
    send = graph.driver.execute_query

    def noting(query: Any, *arguments: Any, **options: Any) -> Any:
        texts.append(query.text)
        return send(query, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph.driver, "execute_query", noting)
        yield texts


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


def test_there_are_more_than_two_hundred_ways(every: list[str]) -> None:
    assert len(set(WRITES)) == len(WRITES) > 50
    assert len(set(every)) == len(every) > 200


def test_no_attempt_gets_further_than_its_plan(loaded: Loaded, every: list[str], listener: socket.socket) -> None:
    """Whatever the server's own settings would refuse: the statement is never sent but with EXPLAIN before it."""
    graph, before = loaded.graph, state(loaded.graph)
    through: list[str] = []
    graph.raw("RETURN 1")  # what is asked once about the server has been asked
    for text in every:
        with sent(graph) as texts, suppress(BadParameter, QueryRefused):
            if len(graph.raw(text, PARAMETERS)):
                through.append(text)
        if not all(one.startswith("EXPLAIN\n") for one in texts):
            through.append(text)
    assert through == []
    assert state(graph) == before
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("door", [graph_of_statement, profiled])
def test_other_functions_that_take_a_statement_refuse_the_same(loaded: Loaded, every: list[str], door: Any) -> None:
    before = state(loaded.graph)
    for text in every[::5]:
        with sent(loaded.graph) as texts, pytest.raises(ToolkitError):
            door(loaded.graph, text, PARAMETERS)
        assert all(one.startswith("EXPLAIN\n") for one in texts), text
    assert state(loaded.graph) == before


def test_read_session_refuses_writes_by_itself(loaded: Loaded) -> None:
    """`read` is for statements of our own: its session refuses writes, and that is all."""
    before = state(loaded.graph)
    for text in (filled(text, {"{city}": BEIJING}) for text in WRITES[::6]):
        with pytest.raises(ToolkitError):
            loaded.graph.read(text, PARAMETERS)
    assert state(loaded.graph) == before


def test_query_files_of_the_user_that_say_read_are_held_to_it(loaded: Loaded, tmp_path: Path, every: list[str]) -> None:
    header = "// name: mine.x\n// summary: X.\n// access: read\n// column: x string? | X.\n\n"
    (tmp_path / "mine").mkdir()
    for text in [one for one in every if one.endswith(" AS x") and "$" not in one]:
        (tmp_path / "mine" / "x.cypher").write_text(f"{header}{text} ORDER BY x;\n", encoding="utf-8")
        with sent(loaded.graph) as texts, pytest.raises(ToolkitError):
            library(tmp_path, strict=False).run(loaded.graph, "mine.x")
        assert all(one.startswith("EXPLAIN\n") for one in texts), text


def test_what_a_file_does_not_show_the_plan_does(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.cypher").write_text(
        "// name: mine.x\n// summary: X.\n// access: read\n// column: name string | X.\n\n"
        "CALL dbms.listConfig() YIELD name RETURN name ORDER BY name;\n",
        encoding="utf-8",
    )
    own = library(tmp_path)
    with pytest.raises(BadParameter, match="access is read"):
        own.run(loaded.graph, "mine.x")


def test_explaining_what_writes_does_nothing(loaded: Loaded) -> None:
    before = state(loaded.graph)
    for text in [filled(text, {"{city}": BEIJING}) for text in (*WRITES[:8], OUTSIDE[0], *SCHEMA[:2])]:
        assert loaded.graph.raw(f"EXPLAIN {text}", PARAMETERS).empty
    assert state(loaded.graph) == before


@pytest.mark.parametrize("text", READS)
def test_reading_is_let_through(loaded: Loaded, text: str) -> None:
    assert len(loaded.graph.raw(filled(text, {"{city}": BEIJING}))) > 0


def test_every_shipped_query_that_reads_passes_the_check(loaded: Loaded) -> None:
    """They are run without it, which this allows."""
    for spec in load_library().values():
        if spec.access == "read":
            loaded.graph.require_reading(spec.statement, spec.examples, allowed=spec.name)


@pytest.mark.parametrize(
    "address", ["file:///{file}", "http://127.0.0.1:{port}/x", "http://localhost:{port}/x", "ftp://127.0.0.1:{port}/x"]
)
def test_managed_server_itself_reads_no_file_and_no_address(
    loaded: Loaded, every: list[str], listener: socket.socket, address: str
) -> None:
    assert every
    where = filled(address, {"{file}": FILE, "{port}": str(listener.getsockname()[1])})
    with pytest.raises(QueryRefused, match="Cannot load from URL"):
        loaded.graph.raw("LOAD CSV FROM $where AS line RETURN line", {"where": where}, write=True)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_files_show_most_of_it_without_a_server() -> None:
    """A word that writes is seen in a query file before any server is asked; procedures take the server."""
    unseen = [text for text in WRITES if not writing_words(text)]
    assert unseen == []
    assert [text for text in OUTSIDE if not writing_words(text)] == []
    assert [text for text in SCHEMA if not writing_words(text) and "CALL" not in text] == []
