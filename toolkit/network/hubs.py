"""Hubs: how central each node of a weighted co-authorship network is, by published measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from toolkit.errors import BadParameter
from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.checks import require_choice, require_fraction, require_whole
from toolkit.network.engines import betweenness_of, chosen_engine, pagerank_of

__all__ = ["MEASURES", "betweenness_scores", "degrees", "hubs", "pagerank_scores", "strengths"]

MEASURES: Final = ("degree", "strength", "pagerank", "betweenness")
"""Measures :func:`hubs` knows."""

_DECIMALS: Final = 9


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
    return _series(edges, "degree", _degrees(edges))


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
    return _series(edges, "strength", _strengths(edges))


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
        ``auto`` (igraph), ``igraph`` or ``networkx`` (its Google matrix, solved exactly; at most 5,000 nodes).

    Returns
    -------
    pandas.Series
        ``pagerank`` by id, in id order.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph, the weight, alpha or the engine can't be used.

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
    return _series(edges, "pagerank", pagerank_of(edges, alpha=alpha, engine=chosen))


def betweenness_scores(g: Any, *, weight: str | None, engine: str = "auto") -> pd.Series[float]:
    """Betweenness: the part of shortest paths that lead through each node.

    b_i = 2 / ((n - 1)(n - 2)) * sum over pairs {s, t} without i of sigma_st(i) / sigma_st, with sigma_st the number of
    shortest paths between s and t and sigma_st(i) those through i; a path's length is the sum of its distances
    1 / weight. Normalised as in NetworkX.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute of the strength (not of the distance); ``None`` counts steps.
    engine
        ``auto`` (igraph), ``igraph`` or ``networkx``.

    Returns
    -------
    pandas.Series
        ``betweenness`` by id, in id order.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph, the weight or the engine can't be used.

    Notes
    -----
    Which paths count as equally long decides the value, so weights are taken as the nearest fraction with a
    denominator of at most a million: 0.333333333 is 1/3, and 1/3 + 1/6 is as long as 1/2 in every engine. NetworkX on
    plain floats misses some such ties.

    Cost grows with nodes times edges: igraph takes about 1 s for 1,400 nodes and 20,000 edges, hours for 20,000 nodes
    and a million edges. The ``networkx`` engine is for small graphs.

    References
    ----------
    Freeman (1977), doi 10.2307/3033543; Brandes (2001), doi 10.1080/0022250X.2001.9990249; strength as inverse
    distance: Newman (2001), doi 10.1103/PhysRevE.64.016132.

    Examples
    --------
    >>> import networkx as nx
    >>> betweenness_scores(nx.path_graph(3), weight=None).to_dict()
    {'0': 0.0, '1': 1.0, '2': 0.0}
    """
    chosen = chosen_engine("betweenness", engine)
    edges = edge_array(g, weight=weight)
    return _series(edges, "betweenness", betweenness_of(edges, engine=chosen))


def hubs(
    g: Any,
    *,
    weight: str | None,
    measures: Sequence[str] = MEASURES,
    engine: str = "auto",
    top_n: int | None = None,
) -> pd.DataFrame:
    """Centrality of each node by several measures, each with its rank.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute of the strength; ``None`` takes every edge as 1.
    measures
        Any of ``degree``, ``strength``, ``pagerank``, ``betweenness``.
    engine
        ``auto`` (igraph), ``igraph`` or ``networkx``; they give the same values.
    top_n
        Rows returned; ``None`` returns all.

    Returns
    -------
    pandas.DataFrame
        id, name, each measure, and ``<measure>_rank``; values to 9 decimals. Competition ranks (1, 2, 2, 4), ties
        equal to 9 decimals. Sorted by strength where it was asked for, else by the first measure; ties by id.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph, the weight, a measure or the engine can't be used.

    Notes
    -----
    Betweenness dominates the cost; leave it out for networks of institutions
    (see :func:`betweenness_scores`).

    Examples
    --------
    >>> import networkx as nx
    >>> hubs(nx.star_graph(3), weight=None, measures=("degree", "betweenness"), top_n=2)
      id name  degree  betweenness  degree_rank  betweenness_rank
    0  0    0       3          1.0            1                 1
    1  1    1       1          0.0            2                 2
    """
    wanted = tuple(measures)
    if not wanted:
        raise BadParameter("measures", measures, f"some of {', '.join(MEASURES)}")
    for measure in wanted:
        require_choice("measures", measure, MEASURES)
    require_choice("engine", engine, ("auto", "igraph", "networkx"))
    if top_n is not None:
        require_whole("top_n", top_n, least=1)
    edges = edge_array(g, weight=weight)
    frame = pd.DataFrame({"id": edges.nodes.tolist(), "name": edges.labels()})
    for measure in wanted:
        frame[measure] = _values(edges, measure, engine)
    for measure in wanted:
        frame[f"{measure}_rank"] = frame[measure].rank(method="min", ascending=False).astype("int64")
    leading = "strength" if "strength" in wanted else wanted[0]
    frame = frame.sort_values([f"{leading}_rank", "id"], kind="stable", ignore_index=True)
    return frame if top_n is None else frame.head(top_n)


def _values(edges: EdgeArray, measure: str, engine: str) -> Any:
    if measure == "degree":
        return _degrees(edges)
    if measure == "strength":
        values = _strengths(edges)
    elif measure == "pagerank":
        values = pagerank_of(edges, alpha=0.85, engine=chosen_engine("pagerank", engine))
    else:
        values = betweenness_of(edges, engine=chosen_engine("betweenness", engine))
    # + 0.0: a rounded -0.0 is a zero
    return np.round(values, _DECIMALS) + 0.0


def _degrees(edges: EdgeArray) -> Any:
    return np.bincount(edges.source, minlength=edges.n_nodes) + np.bincount(edges.target, minlength=edges.n_nodes)


def _strengths(edges: EdgeArray) -> Any:
    return np.bincount(edges.source, edges.weight, edges.n_nodes) + np.bincount(
        edges.target, edges.weight, edges.n_nodes
    )


def _series(edges: EdgeArray, name: str, values: Any) -> pd.Series[Any]:
    return pd.Series(values, index=pd.Index(edges.nodes.tolist(), name="id"), name=name)
