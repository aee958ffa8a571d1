"""Statements that try to read files, to write or to act on the server, through the door that only reads."""

from __future__ import annotations

import socket
from pathlib import Path

from plain.graph_content import content
from plain.writing_statements import attempts

from toolkit.corpus.example import BEIJING, example_workspace
from toolkit.errors import ToolkitError
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.load import load
from toolkit.graphdb.server import ManagedServer
from torture.harness import Outcome, timed

SECRET = "secret-of-the-import-folder"
FILE = "scicities-torture.csv"


def refused_statements(folder: Path) -> Outcome:
    """Send every attempt to a server of its own: none reads a file, reaches an address or changes anything."""
    outcome = Outcome("statements that do more than read", "none reads a file, writes or acts on the server")
    workspace = example_workspace(folder / "ws")
    server = ManagedServer(workspace.neo4j)
    with timed(outcome), socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0)
        try:
            load(workspace, "local")
            (workspace.neo4j / "import" / FILE).write_text(f"{SECRET},b\n", encoding="utf-8")
            with open_graph("local", workspace=workspace) as graph:
                before = content(graph)
                for text in attempts(BEIJING, file=FILE, port=listener.getsockname()[1]):
                    try:
                        rows = graph.raw(text, {"where": f"file:///{FILE}"}).to_csv()
                    except ToolkitError:
                        rows = ""
                    wrong = "it read the file" if SECRET in rows else "it gave rows" if rows.count("\n") > 1 else ""
                    outcome.check(holds=not wrong, failure=f"{text[:200]!r}: {wrong}")
                outcome.check(holds=content(graph) == before, failure="the graph changed")
                outcome.check(holds=_unreached(listener), failure="the server opened a connection")
        finally:
            server.stop()
    return outcome


def _unreached(listener: socket.socket) -> bool:
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False
