"""A weighted, undirected network as sorted arrays: what every analysis computes on.

Node ids are text in text order; an edge is a pair of positions in that order, smaller first; edges stand in order of
their ends. So equal networks are equal arrays, whatever the order of the rows they were read from, and seeded methods
give equal results.

``weight`` is a strength (joint articles, collaboration score). ``distance`` = 1 / weight is a cost, for path measures;
it is made here and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa

from toolkit.errors import BadParameter, EmptyGraph, MissingColumn, WrongGraph
from toolkit.network.edge_rows import (
    Numbers,
    Positions,
    Texts,
    encoded_ends,
    names_in_rows,
    pair_keys,
    refuse_bad_weights,
    refuse_loops,
    sorted_edges,
    strengths_of_graph,
    strengths_of_rows,
)

__all__ = ["EdgeArray", "edge_array"]


@dataclass(frozen=True, eq=False)
class EdgeArray:
    """An undirected weighted network without loops or repeated edges.

    Make one with :meth:`from_edges` or :meth:`from_networkx`; the arrays are checked and then read-only.

    Attributes
    ----------
    nodes
        Node ids, in text order, no repeats; shape (n,).
    source, target
        Ends of each edge as positions in ``nodes``, ``source < target``; edges in order of (source, target);
        shape (m,).
    weight
        Strength of each edge, finite and above zero; shape (m,).
    names
        Readable name of each id, where they are known.
    shown
        Names for tables and figures of the nodes whose name another place has as well: ``Cambridge (GB)``.
    weight_name
        What the weight is (``score``, ``joint``), for run records.

    Raises
    ------
    EmptyGraph, WrongGraph, BadWeight
        As :meth:`from_edges`.

    Examples
    --------
    >>> rows = pd.DataFrame({"a_id": ["Rome", "Oslo"], "b_id": ["Oslo", "Lima"], "score": [2.0, 0.5]})
    >>> edges = EdgeArray.from_edges(rows)
    >>> edges.nodes.tolist(), edges.source.tolist(), edges.target.tolist(), edges.weight.tolist()
    (['Lima', 'Oslo', 'Rome'], [0, 1], [1, 2], [0.5, 2.0])
    >>> edges.distance.tolist()
    [2.0, 0.5]
    """

    nodes: Texts
    source: Positions
    target: Positions
    weight: Numbers
    names: Mapping[str, str] | None = None
    weight_name: str = "weight"
    shown: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        for field, dtype in (("source", np.int32), ("target", np.int32), ("weight", np.float64)):
            object.__setattr__(self, field, np.ascontiguousarray(getattr(self, field), dtype=dtype))
        object.__setattr__(self, "nodes", np.asarray(self.nodes, dtype=np.str_))
        self._check()
        for array in (self.nodes, self.source, self.target, self.weight):
            array.flags.writeable = False

    def _check(self) -> None:
        if not len(self.source) == len(self.target) == len(self.weight):
            raise WrongGraph(
                f"source, target and weight must be equally long; they have {len(self.source)}, {len(self.target)} "
                f"and {len(self.weight)} elements."
            )
        if not len(self.source):
            raise EmptyGraph("The network has no edges. Widen the years, or lower what is filtered out.")
        if not bool((self.nodes[:-1] < self.nodes[1:]).all()):
            raise WrongGraph("Node ids must be sorted and unique; EdgeArray.from_edges does that.")
        if int(self.source.min()) < 0 or int(self.target.max()) >= len(self.nodes):
            raise WrongGraph(f"An edge names a node outside 0..{len(self.nodes) - 1}.")
        refuse_loops(self.nodes, self.source, self.target)
        refuse_bad_weights(self.nodes, self.source, self.target, self.weight)
        key = pair_keys(self.source, self.target, len(self.nodes))
        if not bool((self.source < self.target).all() and (key[:-1] < key[1:]).all()):
            raise WrongGraph(
                "Edges must be sorted by (source, target), source before target, each once; EdgeArray.from_edges "
                "does that."
            )

    def __len__(self) -> int:
        return len(self.weight)

    def __repr__(self) -> str:
        return f"EdgeArray({self.n_nodes} nodes, {self.n_edges} edges, weight={self.weight_name!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EdgeArray):
            return NotImplemented
        return (
            np.array_equal(self.nodes, other.nodes)
            and np.array_equal(self.source, other.source)
            and np.array_equal(self.target, other.target)
            and np.array_equal(self.weight, other.weight)
            and dict(self.names or {}) == dict(other.names or {})
        )

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.weight)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of nodes, edges and weights: equal networks share it, whatever their nodes are called."""
        digest = hashlib.sha256("\0".join(self.nodes.tolist()).encode(errors="surrogatepass"))
        for array, kind in ((self.source, "<i8"), (self.target, "<i8"), (self.weight, "<f8")):
            digest.update(np.ascontiguousarray(array, dtype=kind).tobytes())
        return digest.hexdigest()

    @property
    def distance(self) -> Numbers:
        """Cost of each edge, 1 / weight; shape (m,)."""
        return 1.0 / self.weight

    def labels(self) -> list[str]:
        """Name of each node, its id where no name is known; in node order."""
        known = self.names or {}
        return [known.get(node, node) for node in self.nodes.tolist()]

    @classmethod
    def from_edges(
        cls,
        edges: pd.DataFrame | pa.Table,
        *,
        a: str = "a_id",
        b: str = "b_id",
        weight: str = "score",
        names: Mapping[str, str] | None = None,
        sum_duplicates: bool = False,
    ) -> EdgeArray:
        """Network of a table with one row per pair.

        Parameters
        ----------
        edges
            Rows in any order, ends in any order.
        a, b
            Columns of the ends' ids; they become text.
        weight
            Column of strengths, finite and above zero.
        names
            Readable names by id. Without it, columns ``a_name`` and ``b_name`` are used where the table has them.
        sum_duplicates
            Add the weights of rows of the same pair (rows of several years). Else such rows are refused.

        Returns
        -------
        EdgeArray
            Nodes are the ids that occur in the rows.

        Raises
        ------
        MissingColumn
            The table lacks one of the columns.
        EmptyGraph
            There are no rows.
        WrongGraph
            A pair stands twice, an edge joins a node with itself, or an end is missing.
        BadWeight
            A weight is missing, not a number, not finite, zero or negative.

        Notes
        -----
        1.5 million rows take about half a second.
        """
        table = edges if isinstance(edges, pa.Table) else pa.Table.from_pandas(edges, preserve_index=False)
        missing = [column for column in (a, b, weight) if column not in table.column_names]
        if missing:
            raise MissingColumn(
                f"The edge table has no column {', '.join(map(repr, missing))}; it has {', '.join(table.column_names)}."
            )
        if not table.num_rows:
            raise EmptyGraph("The edge table has no rows. Widen the years, or lower what is filtered out.")
        nodes, ends = encoded_ends(table, a, b)
        left, right = ends[: table.num_rows], ends[table.num_rows :]
        source, target = np.minimum(left, right), np.maximum(left, right)
        strengths = strengths_of_rows(table.column(weight), weight)
        refuse_loops(nodes, source, target)
        refuse_bad_weights(nodes, source, target, strengths)
        source, target, strengths = sorted_edges(nodes, source, target, strengths, sum_duplicates=sum_duplicates)
        return cls(nodes, source, target, strengths, names=names or names_in_rows(table, a, b), weight_name=weight)

    @classmethod
    def from_networkx(cls, g: Any, *, weight: str | None) -> EdgeArray:
        """Network of a NetworkX graph.

        Parameters
        ----------
        g
            An undirected :class:`networkx.Graph`. Nodes become text; their ``name`` attribute is kept.
        weight
            Edge attribute of the strength; ``None`` gives each edge 1.

        Returns
        -------
        EdgeArray
            Nodes without edges are kept.

        Raises
        ------
        WrongGraph
            Directed, several edges per pair, a loop, or two nodes of the same text.
        EmptyGraph
            No edges.
        BadWeight
            An edge lacks the attribute, or its value is not a finite number above zero.

        Examples
        --------
        >>> EdgeArray.from_networkx(nx.path_graph(3), weight=None)
        EdgeArray(3 nodes, 2 edges, weight='1')
        """
        if not isinstance(g, nx.Graph):
            raise WrongGraph(f"A networkx.Graph or an EdgeArray is needed, not {type(g).__name__}.")
        if g.is_directed() or g.is_multigraph():
            raise WrongGraph(
                f"{type(g).__name__} is {'directed' if g.is_directed() else 'a multigraph'}; co-authorship methods "
                "here are defined on an undirected networkx.Graph with one edge per pair."
            )
        if not g.number_of_edges():
            raise EmptyGraph("The graph has no edges.")
        texts = {node: str(node) for node in g}
        order = sorted(texts.values())
        position = {text: place for place, text in enumerate(order)}
        if len(position) < len(texts):
            raise WrongGraph("Two nodes of the graph have the same text as id; relabel them.")
        place = {node: position[text] for node, text in texts.items()}
        m = g.number_of_edges()
        ends = np.fromiter((place[node] for edge in g.edges() for node in edge), dtype=np.int32, count=2 * m)
        source, target = ends.reshape(m, 2).min(axis=1), ends.reshape(m, 2).max(axis=1)
        nodes = np.array(order, dtype=np.str_)
        strengths = np.ones(m) if weight is None else strengths_of_graph(g, weight)
        refuse_loops(nodes, source, target)
        refuse_bad_weights(nodes, source, target, strengths)
        source, target, strengths = sorted_edges(nodes, source, target, strengths, sum_duplicates=False)
        names = {texts[node]: str(name) for node, name in g.nodes(data="name") if name is not None}
        return cls(nodes, source, target, strengths, names=names or None, weight_name=weight or "1")

    def to_networkx(self) -> nx.Graph[str]:
        """NetworkX graph with edge attributes ``weight`` and ``distance`` and, where known, node attribute ``name``.

        Notes
        -----
        About 2 seconds and 1 GB for 1.5 million edges; analyses here don't need it.
        """
        g: nx.Graph[str] = nx.Graph()
        ids = self.nodes.tolist()
        if self.names is None:
            g.add_nodes_from(ids)
        else:
            g.add_nodes_from((node, {"name": label}) for node, label in zip(ids, self.labels(), strict=True))
        columns = (self.source.tolist(), self.target.tolist(), self.weight.tolist(), self.distance.tolist())
        g.add_edges_from(
            (ids[source], ids[target], {"weight": weight, "distance": distance})
            for source, target, weight, distance in zip(*columns, strict=True)
        )
        return g

    def to_igraph(self) -> Any:
        """:class:`igraph.Graph` with vertex attribute ``name`` (the id) and edge attribute ``weight``."""
        # igraph reads pairs of Python numbers several times faster than a numpy array
        g = igraph.Graph(n=self.n_nodes, edges=zip(self.source.tolist(), self.target.tolist(), strict=True))
        g.vs["name"] = self.nodes.tolist()
        g.es["weight"] = self.weight.tolist()
        return g

    def unweighted(self) -> EdgeArray:
        """The same network with every weight 1."""
        return EdgeArray(self.nodes, self.source, self.target, np.ones(self.n_edges), self.names, "1", self.shown)


def edge_array(g: Any, *, weight: str | None) -> EdgeArray:
    """Edge array of what an analysis was given, with the weight it asked for.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`EdgeArray`.
    weight
        Edge attribute; ``None`` takes every edge as 1. An edge array holds one weight, known as ``weight`` and by the
        name it was made with.

    Raises
    ------
    BadParameter
        The edge array holds another weight.
    WrongGraph, EmptyGraph, BadWeight
        As :meth:`EdgeArray.from_networkx`.
    """
    if not isinstance(g, EdgeArray):
        return EdgeArray.from_networkx(g, weight=weight)
    if weight is None:
        return g.unweighted()
    if weight not in {"weight", g.weight_name}:
        raise BadParameter("weight", weight, f"this edge array holds {g.weight_name!r}; None takes every edge as 1")
    return g
