"""Where to draw the nodes of a network that has no map."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from toolkit.network.arrays import EdgeArray
from toolkit.network.normalisation import association_strengths

__all__ = ["network_layout"]

_SMALL: Final = 0.05
"""Width of a small component; the largest one has 1."""
_STEPS: Final = 200
_STILL: Final = 1e-5
_JITTER: Final = 1e-3

Places = npt.NDArray[np.float64]


def network_layout(edges: EdgeArray, *, seed: int = 1) -> Places:
    """Positions of the nodes by stress majorization: the stronger a tie for its ends, the nearer they are.

    Minimises the sum over pairs of (|x_i - x_j| - d_ij)^2 / d_ij^2, the stress of Kamada and Kawai, with d_ij the
    length of the shortest path and 1 / sqrt(a_ij) the length of a tie of association strength a_ij, so that the
    strongest nodes do not end up on one heap. The largest component is 1 wide or high, the others are in a row
    below it.

    Parameters
    ----------
    edges
        The network; a few hundred nodes can still be read.
    seed
        Seed of the small shifts that part nodes of equal ties; equal networks and seeds give equal positions.

    Returns
    -------
    array
        Across and up, in node order; shape (n, 2).

    Notes
    -----
    Takes n^3 operations once and n^2 in each of at most 200 steps: a second for 1,000 nodes.

    References
    ----------
    Kamada, Kawai (1989), An algorithm for drawing general undirected graphs, doi 10.1016/0020-0190(89)90102-6;
    Gansner, Koren, North (2004), Graph drawing by stress majorization, doi 10.1007/978-3-540-31843-9_25.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"a_id": ["a", "b", "c"], "b_id": ["b", "c", "d"], "score": [1.0, 1.0, 1.0]})
    >>> network_layout(EdgeArray.from_edges(rows)).shape
    (4, 2)
    """
    g = association_strengths(edges, weight="weight").to_igraph()
    g.es["distance"] = [1 / weight**0.5 for weight in g.es["weight"]]
    parts = sorted(g.connected_components(), key=lambda part: (-len(part), part[0]))
    rng = np.random.default_rng(seed)
    place = np.zeros((edges.n_nodes, 2))
    for number, part in enumerate(parts):
        unit = _unit_square(_least_stress(g.induced_subgraph(part), rng))
        beside = np.array([(number - 1) * 2 * _SMALL, -3 * _SMALL])
        place[part] = unit if number == 0 else unit * _SMALL + beside
    return place


def _least_stress(g: Any, rng: np.random.Generator) -> Places:
    """Positions of a connected graph."""
    wanted = np.array(g.distances(weights="distance"))
    n = len(wanted)
    if n == 1:
        return np.zeros((1, 2))
    place = _scaled(wanted) + rng.normal(0, _JITTER * wanted.max(), (n, 2))
    np.fill_diagonal(wanted, 1.0)
    pull = wanted**-2
    np.fill_diagonal(pull, 0.0)
    # the Laplacian without its first row and column: the first node stays at the origin
    inverse = np.linalg.inv(np.diag(pull.sum(axis=1))[1:, 1:] - pull[1:, 1:])
    for _ in range(_STEPS):
        apart = np.sqrt(((place[:, None] - place[None]) ** 2).sum(axis=-1))
        push = np.divide(pull * wanted, apart, out=np.zeros_like(apart), where=apart > 0)
        moved = np.vstack([np.zeros(2), inverse @ ((np.diag(push.sum(axis=1)) - push) @ place)[1:]])
        still = float(np.abs((moved - moved.mean(axis=0)) - (place - place.mean(axis=0))).max()) < _STILL * wanted.max()
        place = moved
        if still:
            break
    return place


def _scaled(distance: Places) -> Places:
    """Classical scaling: the plane that keeps most of the distances, where the search starts."""
    squared = distance**2
    mean = squared.mean(axis=0)
    values, vectors = np.linalg.eigh(-0.5 * (squared - mean - mean[:, None] + squared.mean()))
    place = np.zeros((len(distance), 2))
    place[:, : min(2, len(distance))] = vectors[:, ::-1][:, :2] * np.sqrt(np.maximum(values[::-1][:2], 0))
    return place


def _unit_square(place: Places) -> Places:
    """The same picture, its longer side 1."""
    span = float(np.ptp(place, axis=0).max())
    return np.asarray((place - place.min(axis=0)) / (span or 1.0), dtype=np.float64)
