"""Edges that no shortest path takes, found in a fraction of the time that all shortest paths take."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from toolkit.network.arrays import EdgeArray

__all__ = ["without_detours"]

Numbers = npt.NDArray[np.float64]

_LANDMARKS: Final = 16
_WORTH: Final = 4
"""Times the landmarks that sources must be before looking for detours saves time."""
_MARGIN: Final = 1e-9
"""Relative; engines take lengths within 1e-10 as equal, so an edge as long as its detour is always kept."""


def without_detours(edges: EdgeArray, lengths: Numbers, *, sources: int) -> tuple[Any, Numbers]:
    """Graph of igraph without edges that are longer than a path around them, and the lengths of the edges left.

    An edge uv is left out where l_uv > min over landmarks h of (d_uh + d_hv), with l its length and d the length of the
    shortest path: some path through h is shorter, so no shortest path takes uv. All shortest paths, and all their
    lengths, stay. The landmarks are the nodes of the largest strength, through which the paths lead in networks of
    collaboration: there most edges go.

    Parameters
    ----------
    edges
        The network.
    lengths
        Length of each edge; shape (m,).
    sources
        From how many nodes paths will be looked for; for a few the search for detours costs more than it saves, and
        the graph stays whole.

    Returns
    -------
    tuple
        The graph, of the same vertices, and the length of each of its edges; shape (kept,).

    References
    ----------
    Simas, Correia, Rocha (2021), The distance backbone of complex networks, doi 10.1093/comnet/cnab021 (the edges
    that shortest paths take); Potamias et al. (2009), doi 10.1145/1645953.1646063 (bounds from landmarks).

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"a_id": ["a", "b", "a"], "b_id": ["b", "c", "c"], "score": [4.0, 4.0, 1.0]})
    >>> edges = EdgeArray.from_edges(rows)
    >>> g, lengths = without_detours(edges, edges.distance, sources=64)
    >>> g.get_edgelist(), lengths.tolist()
    ([(0, 1), (1, 2)], [0.25, 0.25])
    """
    g = edges.to_igraph()
    if sources < _WORTH * _LANDMARKS:
        return g, lengths
    strength = np.bincount(edges.source, edges.weight, edges.n_nodes)
    strength += np.bincount(edges.target, edges.weight, edges.n_nodes)
    landmarks = np.argsort(-strength, kind="stable")[:_LANDMARKS]
    away = np.array(g.distances(source=landmarks.tolist(), weights=lengths.tolist()))
    detour = np.full(edges.n_edges, np.inf)
    for from_landmark in away:
        np.minimum(detour, from_landmark[edges.source] + from_landmark[edges.target], out=detour)
    longer = lengths > detour * (1 + _MARGIN)
    g.delete_edges(np.flatnonzero(longer).tolist())
    return g, lengths[~longer]
