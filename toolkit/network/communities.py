"""Communities: groups of nodes that work with each other more than chance would have it, by modularity."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import WrongGraph
from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.checks import require_choice, require_positive, require_whole
from toolkit.network.engines import chosen_engine, partitioner
from toolkit.network.partition import adjusted_mutual_information

__all__ = ["METHODS", "Communities", "communities", "modularity"]

METHODS: Final = ("leiden", "louvain")
"""Methods :func:`communities` knows."""

_DECIMALS: Final = 12

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Communities:
    """A division of a network into communities, and how it was found.

    Attributes
    ----------
    frame
        id, name, community (1 is the largest; equal sizes by smallest id), size [nodes]; sorted by community and id.
    modularity
        Q of this division.
    n_communities, n_nodes, n_edges
        Sizes.
    method, engine, weight, resolution
        What was asked for; ``engine`` is the one that ran.
    seeds
        Seed of each start.
    modularities
        Q of each start, in the order of ``seeds``.
    best_seed
        Seed of the start that is returned: the largest Q, the smallest seed among equal ones (to 12 decimals).
    stability
        Mean adjusted mutual information over all pairs of starts, 1 where all agree; ``None`` with one start.
    """

    frame: pd.DataFrame
    modularity: float
    n_communities: int
    n_nodes: int
    n_edges: int
    method: str
    engine: str
    weight: str | None
    resolution: float
    seeds: tuple[int, ...]
    modularities: tuple[float, ...]
    best_seed: int
    stability: float | None

    def labels(self) -> dict[str, int]:
        """Community of each id."""
        return dict(zip(self.frame["id"].tolist(), self.frame["community"].tolist(), strict=True))

    def sets(self) -> list[set[str]]:
        """Ids of each community, community 1 first: the form NetworkX's functions take."""
        return [set(members) for _, members in self.frame.groupby("community")["id"]]

    def facts(self) -> dict[str, Any]:
        """All but the frame, as JSON values, for a run record."""
        return {
            "modularity": self.modularity,
            "n_communities": self.n_communities,
            "n_nodes": self.n_nodes,
            "n_edges": self.n_edges,
            "method": self.method,
            "engine": self.engine,
            "weight": self.weight,
            "resolution": self.resolution,
            "seeds": list(self.seeds),
            "modularities": list(self.modularities),
            "best_seed": self.best_seed,
            "stability": self.stability,
        }


def communities(
    g: Any,
    *,
    weight: str | None,
    method: str = "leiden",
    engine: str = "auto",
    seed: int = 0,
    starts: int = 10,
    resolution: float = 1.0,
) -> Communities:
    """Best division into communities of several seeded starts.

    Maximises Q = sum over communities c of [L_c / m - resolution * (S_c / 2m)^2], with L_c the weight inside c, S_c the
    strengths of c's nodes summed, m the weight of all edges.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute of the strength; ``None`` takes every edge as 1.
    method
        ``leiden`` (communities are connected) or ``louvain``.
    engine
        ``auto`` (igraph), ``igraph``, and for Louvain ``python-louvain`` or ``networkx``.
    seed
        Seed of the first start; the others follow it.
    starts
        Number of starts, seeds ``seed`` to ``seed + starts - 1``.
    resolution
        Above 1 gives more and smaller communities, below 1 fewer and larger ones. python-louvain takes only 1.

    Returns
    -------
    Communities
        The division of largest modularity, and what the starts gave.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph, the weight or an option can't be used.

    Notes
    -----
    Nodes and edges are sorted first: equal graphs and seeds give equal results, whatever the order of rows. Another
    engine, or another version of it, may find another division of nearly the same modularity; ``stability`` says how
    much the starts differ. Modularity cannot see communities much smaller than sqrt(2m) in weight (Fortunato and
    Barthelemy 2007, doi 10.1073/pnas.0605965104).

    One start on 20,000 nodes and 1.5 million edges takes about a second with igraph's Leiden, a minute with
    python-louvain.

    References
    ----------
    Newman, Girvan (2004), doi 10.1103/PhysRevE.69.026113 (Q); Reichardt, Bornholdt (2006),
    doi 10.1103/PhysRevE.74.016110 (resolution); Blondel et al. (2008), doi 10.1088/1742-5468/2008/10/P10008 (Louvain);
    Traag, Waltman, van Eck (2019), doi 10.1038/s41598-019-41695-z (Leiden).

    Examples
    --------
    >>> import networkx as nx
    >>> found = communities(nx.barbell_graph(4, 0), weight=None)
    >>> found.sets() == [{"0", "1", "2", "3"}, {"4", "5", "6", "7"}], round(found.modularity, 4)
    (True, 0.4231)
    """
    require_choice("method", method, METHODS)
    chosen = chosen_engine(method, engine)
    require_whole("seed", seed, least=0)
    require_whole("starts", starts, least=1)
    resolution = require_positive("resolution", resolution)
    edges = edge_array(g, weight=weight)
    partition = partitioner(edges, method=method, engine=chosen, resolution=resolution)
    seeds = tuple(range(seed, seed + starts))
    found = [partition(each) for each in seeds]
    qualities = tuple(round(_modularity(edges, labels, resolution), _DECIMALS) for labels in found)
    best = max(range(starts), key=lambda start: (qualities[start], -start))
    numbers, sizes = _numbered(found[best])
    frame = pd.DataFrame({"id": edges.nodes.tolist(), "name": edges.labels(), "community": numbers})
    frame["size"] = sizes[numbers - 1]
    return Communities(
        frame=frame.sort_values(["community", "id"], kind="stable", ignore_index=True),
        modularity=qualities[best],
        n_communities=len(sizes),
        n_nodes=edges.n_nodes,
        n_edges=edges.n_edges,
        method=method,
        engine=chosen,
        weight=None if weight is None else edges.weight_name,
        resolution=resolution,
        seeds=seeds,
        modularities=qualities,
        best_seed=seeds[best],
        stability=_stability(found),
    )


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
        As in :func:`communities`.

    Returns
    -------
    float
        At most 1; 0 with all nodes in one community and ``resolution`` 1.

    Raises
    ------
    WrongGraph
        A node has no community, or as :func:`communities`.

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
    nodes = edges.nodes.tolist()
    missing = [node for node in nodes if node not in division]
    if missing:
        raise WrongGraph(f"{len(missing)} of {len(nodes)} nodes have no community, the first is {missing[0]!r}.")
    labels = pd.factorize(np.array([str(division[node]) for node in nodes], dtype=object))[0]
    return _modularity(edges, labels.astype(np.int64), require_positive("resolution", resolution))


def _modularity(edges: EdgeArray, labels: Labels, resolution: float) -> float:
    left, right = labels[edges.source], labels[edges.target]
    total = float(edges.weight.sum())
    inside = float(edges.weight[left == right].sum())
    size = int(labels.max()) + 1
    strength = np.bincount(left, edges.weight, size) + np.bincount(right, edges.weight, size)
    return inside / total - resolution * float(np.sum((strength / (2 * total)) ** 2))


def _numbered(labels: Labels) -> tuple[Labels, Labels]:
    """Labels as 1, 2, ... by falling size, equal sizes by their first node; and the size of each number."""
    _, first, codes, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    return number[codes], sizes[order]


def _stability(found: list[Labels]) -> float | None:
    if len(found) < 2:
        return None
    pairs = [adjusted_mutual_information(one, other) for one, other in combinations(found, 2)]
    return round(float(np.mean(pairs)), _DECIMALS)
