"""Weights of a network relative to what the strengths of their ends lead to expect."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from toolkit.network.arrays import EdgeArray, edge_array

__all__ = ["NORMALISATIONS", "association_strengths", "normalised"]

NORMALISATIONS: Final = ("none", "association")
"""Normalisations that communities can be asked for."""


def association_strengths(g: Any, *, weight: str | None) -> EdgeArray:
    """Association strength of each edge: how many times as strong it is as strengths alone would make it.

    a_ij = 2 m c_ij / (s_i s_j), with c_ij the weight of edge ij, s_i = sum over j of c_ij the strength of node i, and
    m = sum over i < j of c_ij.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute of the strength; ``None`` takes every edge as 1.

    Returns
    -------
    EdgeArray
        The same nodes and edges; weights without unit, 1 where two nodes are tied as often as by chance.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph or the weight can't be used.

    Notes
    -----
    Multiplying all weights by a number changes nothing. VOSviewer and the networkanalysis package of CWTS use the same
    formula; older papers leave out the constant 2m.

    References
    ----------
    van Eck, Waltman (2009), How to normalize cooccurrence data?, doi 10.1002/asi.21075.

    Examples
    --------
    >>> import networkx as nx
    >>> g = nx.Graph()
    >>> g.add_weighted_edges_from([("Bern", "Lima", 3.0), ("Lima", "Oslo", 1.0), ("Bern", "Oslo", 2.0)])
    >>> association_strengths(g, weight="weight").weight.round(6).tolist()
    [1.8, 1.6, 1.0]
    """
    edges = edge_array(g, weight=weight)
    strength = np.bincount(edges.source, edges.weight, edges.n_nodes)
    strength += np.bincount(edges.target, edges.weight, edges.n_nodes)
    relative = edges.weight / strength[edges.source] * (float(strength.sum()) / strength[edges.target])
    return EdgeArray(edges.nodes, edges.source, edges.target, relative, edges.names, edges.weight_name)


def normalised(edges: EdgeArray, normalise: str) -> EdgeArray:
    """The network with its weights normalised, or as it is for ``none``."""
    return association_strengths(edges, weight="weight") if normalise == "association" else edges
