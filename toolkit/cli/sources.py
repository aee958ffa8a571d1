"""``--from corpus|local|URI``: the workspace, or its graph in a Neo4j."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.errors import SettingsError
from toolkit.settings import load_settings

if TYPE_CHECKING:
    from toolkit.cli.progress import ProgressCallback
    from toolkit.graphdb.connection import Graph
    from toolkit.workspace import Workspace

__all__ = ["OpenSource", "graph_of", "open_source"]


@dataclass(frozen=True)
class OpenSource:
    """What an analysis reads from, and the graph it may write to."""

    source: Workspace | Graph
    written: Graph | None

    @property
    def graph(self) -> Graph:
        """The graph to write to."""
        if self.written is None:
            raise SettingsError("There is no graph to write to; add --from local or --from URI.")
        return self.written


@contextmanager
def graph_of(target: str | None, ws: Workspace, *, progress: ProgressCallback | None = None) -> Iterator[Graph]:
    """The graph at ``target`` (``None``: the settings' address, else local)."""
    from toolkit.graphdb.connection import open_graph

    settings = load_settings(ws.root, neo4j_uri=target)
    with open_graph(settings.neo4j_uri, workspace=ws, settings=settings, progress=progress) as graph:
        yield graph


@contextmanager
def open_source(
    source: str,
    ws: Workspace,
    *,
    write: bool = False,
    network: str | None = None,
    progress: ProgressCallback | None = None,
) -> Iterator[OpenSource]:
    """Open what ``--from`` names; with ``write``, also the graph that takes the result.

    An imported ``network`` needs no records, and its results belong to no node of a graph.
    """
    with ExitStack() as stack:
        if network is not None:
            if write or source != "corpus":
                raise SettingsError("An imported network is in the workspace alone: leave --from and --write out.")
            yield OpenSource(ws, None)
            return
        if source == "corpus":
            ws.require_corpus()
            written = stack.enter_context(graph_of(None, ws, progress=progress)) if write else None
            yield OpenSource(ws, written)
            return
        graph = stack.enter_context(graph_of(source, ws, progress=progress))
        yield OpenSource(graph, graph)
