"""Centralities of the places themselves and of their neighbours: degree, strength, PageRank, eigenvector, core."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.centrality_engines import cores_of, eigenvector_of, pagerank_of
from toolkit.network.checks import require_fraction
from toolkit.network.engines import chosen_engine

__all__ = [
    "core_numbers",
    "degrees",
    "degrees_of",
    "eigenvector_scores",
    "pagerank_scores",
    "series_of",
    "strengths",
    "strengths_of",
]


def degrees(g: Any) -> pd.Series[int]:
    """Degree: the number of partners of each node.

    k_i = number of edges at node i.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.

    Returns
    -------
    pandas.Series
        ``degree`` [nodes] by id, in id order.

    Raises
    ------
    WrongGraph, EmptyGraph
        The graph is directed, a multigraph, has loops, or has no edges.

    Examples
    --------
    >>> import networkx as nx
    >>> degrees(nx.star_graph(3)).to_dict()
    {'0': 3, '1': 1, '2': 1, '3': 1}
    """
    edges = edge_array(g, weight=None)
    return series_of(edges, "degree", degrees_of(edges))


def strengths(g: Any, *, weight: str | None) -> pd.Series[float]:
    """Strength: the weight each node shares with all its partners.

    s_i = sum over j of c_ij, with c_ij the weight of edge ij.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute; ``None`` takes every edge as 1.

    Returns
    -------
    pandas.Series
        ``strength`` [unit of the weight] by id, in id order.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph or the weight can't be used.

    References
    ----------
    Barrat, Barthelemy, Pastor-Satorras, Vespignani (2004), The architecture of complex weighted networks,
    doi 10.1073/pnas.0400087101.

    Examples
    --------
    >>> import networkx as nx
    >>> g = nx.Graph()
    >>> g.add_weighted_edges_from([("Rome", "Oslo", 2.0), ("Oslo", "Lima", 0.5)])
    >>> strengths(g, weight="weight").to_dict()
    {'Lima': 0.5, 'Oslo': 2.5, 'Rome': 2.0}
    """
    edges = edge_array(g, weight=weight)
    return series_of(edges, "strength", strengths_of(edges))


def pagerank_scores(g: Any, *, weight: str | None, alpha: float = 0.85, engine: str = "auto") -> pd.Series[float]:
    """PageRank: the part of time a walker spends at each node.

    x_i = (1 - alpha) / n + alpha * (sum over j of x_j c_ij / s_j + (sum of x_j over nodes j without edges) / n), with
    n nodes, weights c_ij and strengths s_j. Scores add up to 1.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute; ``None`` takes every edge as 1.
    alpha
        Probability that the walker follows an edge, between 0 and 1.
    engine
        ``auto`` (numpy: the walker's steps on the arrays), ``numpy``, ``igraph``, ``networkit``, or ``networkx`` (its
        Google matrix, solved exactly; at most 5,000 nodes).

    Returns
    -------
    pandas.Series
        ``pagerank`` by id, in id order.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph, the weight, alpha or the engine can't be used.
    NotConverged
        10,000 steps were not enough: alpha is nearly 1.
    SettingsError
        NetworKit is not installed.

    References
    ----------
    Brin, Page (1998), The anatomy of a large-scale hypertextual Web search engine, doi 10.1016/S0169-7552(98)00110-X.

    Examples
    --------
    >>> import networkx as nx
    >>> pagerank_scores(nx.path_graph(3), weight=None).round(4).to_dict()
    {'0': 0.2568, '1': 0.4865, '2': 0.2568}
    """
    require_fraction("alpha", alpha)
    chosen = chosen_engine("pagerank", engine)
    edges = edge_array(g, weight=weight)
    return series_of(edges, "pagerank", pagerank_of(edges, alpha=alpha, engine=chosen))


def eigenvector_scores(g: Any, *, weight: str | None, engine: str = "auto") -> pd.Series[float]:
    """Eigenvector centrality: a node is central by the centrality of those it is tied to.

    x_i = (1 / lambda) sum over j of c_ij x_j, with c_ij the weight of edge ij and lambda the largest eigenvalue of the
    matrix of weights; x is not below 0 and of length 1 (sum of x_i^2 = 1), as in NetworkX.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute; ``None`` takes every edge as 1.
    engine
        ``auto`` (igraph), ``igraph``, or ``networkx`` (its matrix, solved exactly; at most 5,000 nodes).

    Returns
    -------
    pandas.Series
        ``eigenvector`` by id, in id order. Nodes outside the component of the largest eigenvalue have 0.

    Raises
    ------
    WrongGraph
        Several components share the largest eigenvalue: no vector is singled out. Or as the next.
    EmptyGraph, BadWeight, BadParameter
        The graph, the weight or the engine can't be used.
    NotConverged
        The engine gave up.

    Notes
    -----
    A network of several components is ranked in one of them only; PageRank ranks all.

    References
    ----------
    Bonacich (1972), Factoring and weighting approaches to status scores and clique identification,
    doi 10.1080/0022250X.1972.9989806.

    Examples
    --------
    >>> import networkx as nx
    >>> eigenvector_scores(nx.path_graph(3), weight=None).round(4).to_dict()
    {'0': 0.5, '1': 0.7071, '2': 0.5}
    """
    chosen = chosen_engine("eigenvector", engine)
    edges = edge_array(g, weight=weight)
    return series_of(edges, "eigenvector", eigenvector_of(edges, engine=chosen))


def core_numbers(g: Any, *, engine: str = "auto") -> pd.Series[int]:
    """Core number: how deep in the network's nested cores each node lies.

    core_i = the largest k for which i belongs to the k-core, the largest subnetwork in which each node has at least k
    neighbours of the same subnetwork. Weights play no part.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    engine
        ``auto`` (igraph), ``igraph``, ``networkx`` or ``networkit``.

    Returns
    -------
    pandas.Series
        ``core`` [nodes] by id, in id order; 0 without edges.

    Raises
    ------
    WrongGraph, EmptyGraph, BadParameter
        The graph or the engine can't be used.
    SettingsError
        NetworKit is not installed.

    References
    ----------
    Seidman (1983), Network structure and minimum degree, doi 10.1016/0378-8733(83)90028-X.

    Examples
    --------
    >>> import networkx as nx
    >>> core_numbers(nx.lollipop_graph(3, 1)).to_dict()
    {'0': 2, '1': 2, '2': 2, '3': 1}
    """
    chosen = chosen_engine("core", engine)
    edges = edge_array(g, weight=None)
    return series_of(edges, "core", cores_of(edges, engine=chosen))


def degrees_of(edges: EdgeArray) -> Any:
    """Degree of each node, in node order."""
    return np.bincount(edges.source, minlength=edges.n_nodes) + np.bincount(edges.target, minlength=edges.n_nodes)


def strengths_of(edges: EdgeArray) -> Any:
    """Strength of each node, in node order."""
    return np.bincount(edges.source, edges.weight, edges.n_nodes) + np.bincount(
        edges.target, edges.weight, edges.n_nodes
    )


def series_of(edges: EdgeArray, name: str, values: Any) -> pd.Series[Any]:
    """Values in node order as a Series by id."""
    return pd.Series(values, index=pd.Index(edges.nodes.tolist(), name="id"), name=name)
