"""Centralities of shortest paths: betweenness and harmonic closeness, whole or from sampled sources."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.centrality import series_of
from toolkit.network.centrality_engines import betweenness_of, harmonic_of, pivots_of
from toolkit.network.checks import require_whole
from toolkit.network.engines import chosen_engine

__all__ = ["betweenness_scores", "checked_pivots", "harmonic_scores"]


def betweenness_scores(
    g: Any, *, weight: str | None, engine: str = "auto", samples: int | None = None, seed: int = 0
) -> pd.Series[float]:
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
    samples
        Estimate from the shortest paths that start at so many nodes, drawn without replacement; ``None`` takes all
        paths. The engines draw the same nodes.
    seed
        Seed of the draw.

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
    and a million edges; there ``samples=100`` takes some 10 s. The estimate is sum over sampled s and all t of
    sigma_st(i) / sigma_st, times n / (2 samples): right on average, and least sure for nodes few paths lead through.
    The ``networkx`` engine is for small graphs.

    References
    ----------
    Freeman (1977), doi 10.2307/3033543; Brandes (2001), doi 10.1080/0022250X.2001.9990249; strength as inverse
    distance: Newman (2001), doi 10.1103/PhysRevE.64.016132; samples: Brandes, Pich (2007),
    doi 10.1142/S0218127407018403.

    Examples
    --------
    >>> import networkx as nx
    >>> betweenness_scores(nx.path_graph(3), weight=None).to_dict()
    {'0': 0.0, '1': 1.0, '2': 0.0}
    """
    chosen = chosen_engine("betweenness", engine)
    edges = edge_array(g, weight=weight)
    pivots = checked_pivots(edges, samples=samples, seed=seed)
    return series_of(edges, "betweenness", betweenness_of(edges, engine=chosen, pivots=pivots))


def harmonic_scores(
    g: Any, *, weight: str | None, engine: str = "auto", samples: int | None = None, seed: int = 0
) -> pd.Series[float]:
    """Harmonic closeness: how near each node is to all others, along the strongest ties.

    h_i = 1 / (n - 1) * sum over j != i of 1 / d_ij, with d_ij the length of the shortest path, the sum of its distances
    1 / weight, and 1 / d_ij = 0 where there is no path. So networks in several parts need no exception.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute of the strength (not of the distance); ``None`` counts steps.
    engine
        ``auto`` (igraph), ``igraph``, ``networkx``, or without samples ``networkit``.
    samples
        Estimate from the distances to so many nodes, drawn without replacement; ``None`` takes all. The engines draw
        the same nodes.
    seed
        Seed of the draw.

    Returns
    -------
    pandas.Series
        ``harmonic`` [unit of the weight] by id, in id order: the strength of a single tie to every other node that
        would bring the node as near to them as it is, on average.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph, the weight, the samples or the engine can't be used.
    SettingsError
        NetworKit is not installed.

    Notes
    -----
    Cost grows with nodes times edges, as betweenness' does.

    References
    ----------
    Marchiori, Latora (2000), Harmony in the small-world, doi 10.1016/S0378-4371(00)00311-3; Rochat (2009), Closeness
    centrality extended to unconnected graphs; samples: Eppstein, Wang (2004), doi 10.7155/jgaa.00081.

    Examples
    --------
    >>> import networkx as nx
    >>> harmonic_scores(nx.path_graph(3), weight=None).to_dict()
    {'0': 0.75, '1': 1.0, '2': 0.75}
    """
    chosen = chosen_engine("harmonic", engine)
    edges = edge_array(g, weight=weight)
    pivots = checked_pivots(edges, samples=samples, seed=seed)
    return series_of(edges, "harmonic", harmonic_of(edges, engine=chosen, pivots=pivots))


def checked_pivots(edges: EdgeArray, *, samples: int | None, seed: int) -> npt.NDArray[np.int64] | None:
    """Positions of the sampled nodes, after a look at what was asked for.

    Raises
    ------
    BadParameter
        ``samples`` or ``seed`` is no whole number in its range.
    """
    require_whole("seed", seed, least=0)
    if samples is not None:
        require_whole("samples", samples, least=1)
    return pivots_of(edges.n_nodes, samples=samples, seed=seed)
