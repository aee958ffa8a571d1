"""Suppliers and attractors of a network of flows: the hubs and authorities of HITS."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import BadWeight, EmptyGraph, NotConverged, WrongGraph

__all__ = ["suppliers_and_attractors"]

_MOST_ROUNDS = 10_000
_CLOSE = 1e-12


def suppliers_and_attractors(g: nx.DiGraph[Any], *, weight: str | None) -> pd.DataFrame:
    """Suppliers send people to attractors, attractors receive them from suppliers: HITS on the flow matrix.

    With M_ij the flow from i to j, supplier values h and attractor values a are those of ``h = M a / |M a|`` and
    ``a = M' h / |M' h|``, reached from equal values, so that of several solutions (unconnected corridors of equal
    strength) the even one comes out. Each adds up to 1 over the nodes.

    Parameters
    ----------
    g
        A :class:`networkx.DiGraph` of flows.
    weight
        Edge attribute of M; ``None`` takes every edge as 1.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``name``, ``supplier``, ``attractor`` (to 9 decimals), ``supplier_rank``, ``attractor_rank``
        (competition ranks); by attractor rank, then id

    Raises
    ------
    WrongGraph
        The graph is undirected, a multigraph or has loops.
    EmptyGraph, BadWeight
        No edge, or a weight that is missing, not finite, or not above zero.
    NotConverged
        The iteration did not settle.

    Notes
    -----
    A round costs as much as there are edges. The values say who matters in the strongest circle of flows, not how much
    a place gains: for that see its net.

    References
    ----------
    J. Kleinberg, Authoritative sources in a hyperlinked environment, JACM 46 (1999) 604-632, doi 10.1145/324133.324140;
    on flows of researchers: A. Urbinati, E. Galimberti, G. Ruffo, arXiv 1907.07175.

    Examples
    --------
    >>> g = nx.DiGraph()
    >>> g.add_weighted_edges_from([("Rome", "Oslo", 2.0), ("Rome", "Lima", 1.0)])
    >>> suppliers_and_attractors(g, weight="weight")[["id", "supplier", "attractor"]].values.tolist()
    [['Oslo', 0.0, 0.666666667], ['Lima', 0.0, 0.333333333], ['Rome', 1.0, 0.0]]
    """
    if not isinstance(g, nx.DiGraph) or g.is_multigraph():
        raise WrongGraph(f"Suppliers and attractors need a networkx.DiGraph of flows, not a {type(g).__name__}.")
    if not g.number_of_edges():
        raise EmptyGraph("There is no flow in the graph.")
    nodes = sorted(g, key=str)
    place = {node: number for number, node in enumerate(nodes)}
    edges = sorted((place[a], place[b], value) for a, b, value in _weighted(g, weight))
    source, target = (np.array([edge[end] for edge in edges]) for end in (0, 1))
    supplier, attractor = _hits(source, target, np.array([edge[2] for edge in edges]), len(nodes))
    frame = pd.DataFrame(
        {
            "id": [str(node) for node in nodes],
            "name": [str(g.nodes[node].get("name") or node) for node in nodes],
            "supplier": np.round(supplier, 9) + 0.0,
            "attractor": np.round(attractor, 9) + 0.0,
        }
    )
    for name in ("supplier", "attractor"):
        frame[f"{name}_rank"] = frame[name].rank(method="min", ascending=False).astype("int64")
    return frame.sort_values(["attractor_rank", "id"], kind="stable", ignore_index=True)


def _weighted(g: nx.DiGraph[Any], weight: str | None) -> list[tuple[Any, Any, float]]:
    found = []
    for a, b, values in g.edges(data=True):
        if a == b:
            raise WrongGraph(f"Edge {a!r} - {b!r} joins a node with itself; nobody moves from a place to itself.")
        value = 1.0 if weight is None else values.get(weight)
        if not isinstance(value, int | float) or not np.isfinite(value) or value <= 0:
            raise BadWeight(f"Edge {a!r} - {b!r} has weight {value!r}; a finite number above zero is needed.")
        found.append((a, b, float(value)))
    return found


def _hits(
    source: npt.NDArray[Any], target: npt.NDArray[Any], flow: npt.NDArray[np.float64], n: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    attractor = np.full(n, 1.0 / n)
    flow = flow / flow.max()
    for _ in range(_MOST_ROUNDS):
        supplier = _shares(source, flow * attractor[target], n)
        following = _shares(target, flow * supplier[source], n)
        change = float(np.abs(following - attractor).sum())
        attractor = following
        if change < _CLOSE:
            return supplier, attractor
    raise NotConverged(
        f"Suppliers and attractors did not settle in {_MOST_ROUNDS:,} rounds (last change {change:.2g}): two parts of "
        "the network are almost equally strong. Ask for another window or level."
    )


def _shares(ends: npt.NDArray[Any], values: npt.NDArray[np.float64], n: int) -> npt.NDArray[np.float64]:
    """Sum of the values at each node, over the sum of all."""
    sums = np.bincount(ends, values, n).astype(np.float64)
    shares: npt.NDArray[np.float64] = sums / sums.sum()
    return shares
