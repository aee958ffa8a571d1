"""How good a division of a network into communities is: modularity, and the constant Potts model."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import WrongGraph
from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.checks import require_positive

__all__ = ["Labels", "constant_potts", "constant_potts_of", "modularity", "modularity_of"]

Labels = npt.NDArray[np.int64]
"""Community of each node, by its position."""


def modularity(g: Any, division: Any, *, weight: str | None, resolution: float = 1.0) -> float:
    """Modularity of a given division of a network.

    Q = sum over communities c of [L_c / m - resolution * (S_c / 2m)^2], with L_c the weight inside c, S_c the strengths
    of c's nodes summed, m the weight of all edges.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    division
        Mapping from each id to its community; any names.
    weight
        Edge attribute of the strength; ``None`` takes every edge as 1.
    resolution
        As in :func:`~toolkit.network.communities.communities`.

    Returns
    -------
    float
        At most 1; 0 with all nodes in one community and ``resolution`` 1.

    Raises
    ------
    WrongGraph
        A node has no community, or as :func:`~toolkit.network.communities.communities`.

    References
    ----------
    Newman, Girvan (2004), doi 10.1103/PhysRevE.69.026113.

    Examples
    --------
    >>> import networkx as nx
    >>> round(modularity(nx.path_graph(4), {"0": 1, "1": 1, "2": 2, "3": 2}, weight=None), 6)
    0.166667
    """
    edges = edge_array(g, weight=weight)
    return modularity_of(edges, _labels_of(edges, division), require_positive("resolution", resolution))


def constant_potts(g: Any, division: Any, *, weight: str | None, resolution: float = 1.0) -> float:
    """Constant Potts model of a given division of a network.

    H = sum over communities c of [L_c - resolution * n_c (n_c - 1) / 2], with L_c the weight inside c, n_c its nodes.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    division
        Mapping from each id to its community; any names.
    weight
        Edge attribute of the strength; ``None`` takes every edge as 1.
    resolution
        Strength a pair inside a community must have to pay for itself [unit of the weight].

    Returns
    -------
    float
        0 with every node alone [unit of the weight].

    Raises
    ------
    WrongGraph
        A node has no community, or as :func:`~toolkit.network.communities.communities`.

    References
    ----------
    Traag, Van Dooren, Nesterov (2011), Narrow scope for resolution-limit-free community detection,
    doi 10.1103/PhysRevE.84.016114.

    Examples
    --------
    >>> import networkx as nx
    >>> constant_potts(nx.path_graph(3), {"0": 1, "1": 1, "2": 1}, weight=None, resolution=0.5)
    0.5
    """
    edges = edge_array(g, weight=weight)
    return constant_potts_of(edges, _labels_of(edges, division), require_positive("resolution", resolution))


def _labels_of(edges: EdgeArray, division: Any) -> Labels:
    nodes = edges.nodes.tolist()
    missing = [node for node in nodes if node not in division]
    if missing:
        raise WrongGraph(f"{len(missing)} of {len(nodes)} nodes have no community, the first is {missing[0]!r}.")
    labels = pd.factorize(np.array([str(division[node]) for node in nodes], dtype=object))[0]
    return labels.astype(np.int64)


def constant_potts_of(edges: EdgeArray, labels: Labels, resolution: float) -> float:
    """H of labels by position of the node, see :func:`constant_potts` [unit of the weight]."""
    inside = float(edges.weight[labels[edges.source] == labels[edges.target]].sum())
    sizes = np.bincount(labels).astype(np.float64)
    return inside - resolution * float(np.sum(sizes * (sizes - 1) / 2))


def modularity_of(edges: EdgeArray, labels: Labels, resolution: float) -> float:
    """Q of labels by position of the node, see :func:`modularity`."""
    left, right = labels[edges.source], labels[edges.target]
    total = float(edges.weight.sum())
    inside = float(edges.weight[left == right].sum())
    size = int(labels.max()) + 1
    strength = np.bincount(left, edges.weight, size) + np.bincount(right, edges.weight, size)
    return inside / total - resolution * float(np.sum((strength / (2 * total)) ** 2))
