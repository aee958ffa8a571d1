"""What a load shows: the workspace's records with the contents asked for, or an imported network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolkit.corpus.networks.store import read_network
from toolkit.errors import BadParameter
from toolkit.graphdb.contents import DEFAULT_CONTENTS, GraphContents
from toolkit.graphdb.network_tables import network_tables
from toolkit.graphdb.tables import GraphTables, graph_id, graph_tables

if TYPE_CHECKING:
    from toolkit.graphdb.load_node import LoadNode
    from toolkit.workspace import Workspace

__all__ = ["LoadSource"]


class LoadSource:
    """Records, or imported flows or an imported network.

    Parameters
    ----------
    workspace
        Where either lies.
    contents
        What is to stand in the graph beside places, output and collaboration; ``None``: what a graph has already.
    network
        Name of the flows or network; ``None`` for the records.

    Raises
    ------
    DataError
        The workspace has no records.
    BadParameter
        There is none of that name, or contents of records are asked for beside them.
    """

    def __init__(self, workspace: Workspace, contents: GraphContents | None, network: str | None) -> None:
        self._workspace = workspace
        self._network = None if network is None else read_network(workspace, network)
        self.contents, self._as_loaded = contents or DEFAULT_CONTENTS, contents is None
        if self._network is None:
            workspace.require_corpus()
            self.fingerprint, self.snapshot = workspace.fingerprint, workspace.snapshot
            return
        if self.contents != DEFAULT_CONTENTS:
            raise BadParameter("network", network, "it is imported: no researchers, moves or rules can be chosen")
        self.fingerprint, self.snapshot = self._network.fingerprint, ""

    @property
    def load_id(self) -> str:
        """What the graph of it is known by."""
        return graph_id(self.fingerprint, self.contents)

    def settle(self, node: LoadNode | None) -> None:
        """Take the contents of the graph there is, where none were asked for and it shows the same."""
        if self._as_loaded and node is not None and node.fingerprint == self.fingerprint:
            self.contents = node.contents

    def tables(self) -> GraphTables:
        """Tables of the graph.

        Raises
        ------
        DataError, EmptySelection
            As :func:`~toolkit.graphdb.tables.graph_tables`.
        BadParameter
            As :func:`~toolkit.graphdb.network_tables.network_tables`.
        """
        if self._network is not None:
            return network_tables(self._network)
        return graph_tables(self._workspace, contents=self.contents)

    def parameters(self) -> dict[str, Any]:
        """What the run record says of it."""
        if self._network is not None:
            return {"network": self._network.name}
        return {"contents": self.contents.to_dict()}
