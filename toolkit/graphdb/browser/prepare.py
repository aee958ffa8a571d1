"""Everything for an hour in Neo4j Browser: the server runs, the graph is loaded and marked, the files lie ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from toolkit.errors import EmptySelection
from toolkit.graphdb.browser.marks import Marks, mark_places
from toolkit.graphdb.browser.saved_queries import saved_queries, write_saved_queries
from toolkit.graphdb.browser.style import Colouring, browser_style
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.load import load
from toolkit.graphdb.server import ManagedServer, ServerInfo
from toolkit.output_files import write_text_atomically
from toolkit.settings import Settings, load_settings
from toolkit.workspace import Workspace

if TYPE_CHECKING:
    from toolkit.graphdb.library import Library

__all__ = ["BrowserSession", "browser_url", "prepare_browser"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BrowserSession:
    """What to open and type.

    Attributes
    ----------
    url
        Address of the Browser, with the connection filled in.
    username, password_file
        Whom to log in as, and where the password is.
    style, saved_queries
        Files to drop on the page.
    queries
        Number of saved queries.
    marks
        What the style has to go by.
    """

    url: str
    username: str
    password_file: Path
    style: Path
    saved_queries: Path
    queries: int
    marks: Marks


def prepare_browser(
    workspace: Workspace,
    *,
    colours: Colouring = "country",
    library: Library | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> BrowserSession:
    """Start the workspace's server, load the graph, mark its places for the style, and write style and saved queries.

    Parameters
    ----------
    workspace
        A workspace with records.
    colours
        ``country`` or ``community``.
    library
        Queries to save; the shipped ones by default.
    settings
        Settings in force; read from the workspace and the environment by default.
    progress
        Called as ``progress(stage, done, total)``.

    Returns
    -------
    BrowserSession
        Where to go and what to do there; the files are in ``WORKSPACE/neo4j/browser``.

    Raises
    ------
    BadParameter
        Colours by something else.
    EmptySelection
        Colours by community, and none were written back.
    DataError, GraphStoreError
        As :func:`toolkit.graphdb.load.load`.
    """
    style = browser_style(colours)
    settings = settings or load_settings(workspace.root, neo4j_uri="local")
    load(workspace, "local", settings=settings, progress=progress, contents=None)
    with open_graph("local", workspace=workspace, settings=settings) as graph:
        marks = mark_places(graph)
        texts = saved_queries(library, graph=graph)
    if colours == "community" and not marks.in_communities:
        raise EmptySelection(
            "The graph has no communities to colour by. `scicities communities --from local --write` finds some and "
            "writes them to it."
        )
    server = ManagedServer(workspace.neo4j, settings=settings)
    folder = server.home / "browser"
    style_file, queries_file = folder / f"{colours}.grass", folder / "saved-queries.zip"
    write_text_atomically(style_file, style)
    queries = write_saved_queries(queries_file, texts)
    info = server.info()
    return BrowserSession(
        url=browser_url(info),
        username=info.username,
        password_file=server.home / "password",
        style=style_file,
        saved_queries=queries_file,
        queries=queries,
        marks=marks,
    )


def browser_url(info: ServerInfo) -> str:
    """Address of the Browser of a running server, with the connection filled in and no password."""
    query = urlencode({"dbms": info.uri.replace("bolt://", f"bolt://{info.username}@"), "db": "neo4j"}, safe=":/@")
    return f"{info.http_url}/browser/?{query}"
