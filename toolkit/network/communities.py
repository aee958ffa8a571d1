"""Communities: groups of nodes that work with each other more than chance, or a given strength, would have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.checks import require_choice, require_positive, require_whole
from toolkit.network.community_engines import partitioner
from toolkit.network.engines import chosen_engine
from toolkit.network.normalisation import NORMALISATIONS, normalised
from toolkit.network.quality import Labels, constant_potts, constant_potts_of, modularity, modularity_of
from toolkit.network.stability import consensus_labels, mean_agreement, supports

__all__ = ["METHODS", "NORMALISATIONS", "QUALITIES", "Communities", "communities", "constant_potts", "modularity"]

METHODS: Final = ("leiden", "louvain")
"""Methods :func:`communities` knows."""
QUALITIES: Final = ("modularity", "cpm")
"""What it can maximise."""

_DECIMALS: Final = 12
_SUPPORT_DECIMALS: Final = 9


@dataclass(frozen=True)
class Communities:
    """A division of a network into communities, and how it was found.

    Attributes
    ----------
    frame
        id, name, community (1 is the largest; equal sizes by smallest id), size [nodes]; sorted by community and id.
        With ``stability`` or ``consensus`` asked for also ``support``: fraction of the starts that keep a node together
        with a member of its community, mean over the other members (1 for a community of one).
    modularity
        Q of this division, at ``resolution`` where modularity was maximised, else at 1; of the weights as they are,
        whatever the normalisation.
    n_communities, n_nodes, n_edges
        Sizes.
    method, engine, weight, resolution
        What was asked for; ``engine`` is the one that ran.
    seeds
        Seed of each start.
    modularities
        Q of each start, in the order of ``seeds``.
    best_seed
        Seed of the start of the largest value, the smallest seed among equal ones (to 12 decimals); its division is
        returned, unless the consensus was asked for.
    stability
        Mean adjusted mutual information over all pairs of starts, 1 where all agree; ``None`` with one start.
    quality
        What was maximised, ``modularity`` or ``cpm``.
    value, values
        It, of this division and of each start; of the normalised weights.
    consensus
        Whether this is the consensus of the starts instead of the best of them.
    normalise
        What the weights were normalised by, ``none`` or ``association``.
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
    quality: str
    value: float
    values: tuple[float, ...]
    consensus: bool
    normalise: str

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
            "quality": self.quality,
            "value": self.value,
            "values": list(self.values),
            "consensus": self.consensus,
            "normalise": self.normalise,
        }


def communities(
    g: Any,
    *,
    weight: str | None,
    method: str = "leiden",
    quality: str = "modularity",
    normalise: str = "none",
    engine: str = "auto",
    seed: int = 0,
    starts: int = 10,
    resolution: float = 1.0,
    stability: bool = False,
    consensus: bool = False,
) -> Communities:
    """Best division into communities of several seeded starts, or their consensus.

    Maximises Q = sum over communities c of [L_c / m - resolution * (S_c / 2m)^2], with L_c the weight inside c, S_c the
    strengths of c's nodes summed, m the weight of all edges; or, with ``quality="cpm"``, the constant Potts model
    H = sum over c of [L_c - resolution * n_c (n_c - 1) / 2], with n_c the nodes of c.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute of the strength; ``None`` takes every edge as 1.
    method
        ``leiden`` (communities are connected) or ``louvain``.
    quality
        ``modularity`` or, for Leiden by igraph, ``cpm``.
    normalise
        ``none``, or ``association``: the weights are replaced by their association strength 2 m c_ij / (s_i s_j)
        (:func:`~toolkit.network.normalisation.association_strengths`), with ``cpm`` VOSviewer's method.
    engine
        ``auto`` (igraph), ``igraph``, ``networkit``, and for Louvain ``python-louvain`` or ``networkx``.
    seed
        Seed of the first start; the others follow it.
    starts
        Number of starts, seeds ``seed`` to ``seed + starts - 1``.
    resolution
        Of modularity: above 1 gives more and smaller communities, below 1 fewer and larger ones; python-louvain takes
        only 1. Of ``cpm``, in the unit of the (normalised) weight: inside a community, two nodes are tied by more
        than this on average, and nodes of two communities by less.
    stability
        Add the column ``support``.
    consensus
        Return the median of the starts, which agrees with them on the most pairs of nodes
        (:func:`~toolkit.network.stability.consensus_labels`). Takes at least 2 starts, and adds the column
        ``support``.

    Returns
    -------
    Communities
        The division of the largest value, or the consensus, and what the starts gave.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter
        The graph, the weight or an option can't be used.
    SettingsError
        NetworKit is not installed.

    Notes
    -----
    Nodes and edges are sorted first: equal graphs and seeds give equal results, whatever the order of rows. Another
    engine, or another version of it, may find another division of nearly the same modularity; ``stability`` says how
    much the starts differ. Modularity cannot see communities much smaller than sqrt(2m) in weight (Fortunato and
    Barthelemy 2007, doi 10.1073/pnas.0605965104); the constant Potts model can, since whether two communities are
    one does not depend on the rest of the network.

    One start on 20,000 nodes and 1.5 million edges takes about a second with igraph's Leiden, a minute with
    python-louvain.

    References
    ----------
    Newman, Girvan (2004), doi 10.1103/PhysRevE.69.026113 (Q); Reichardt, Bornholdt (2006),
    doi 10.1103/PhysRevE.74.016110 (resolution); Blondel et al. (2008), doi 10.1088/1742-5468/2008/10/P10008 (Louvain);
    Traag, Waltman, van Eck (2019), doi 10.1038/s41598-019-41695-z (Leiden); Traag, Van Dooren, Nesterov (2011),
    doi 10.1103/PhysRevE.84.016114 (constant Potts model); Staudt, Meyerhenke (2016), doi 10.1109/TPDS.2015.2390633
    (NetworKit's Louvain); Filkov, Skiena (2004), doi 10.1142/S0218213004001867 (consensus); van Eck, Waltman (2009),
    doi 10.1002/asi.21075 (association strength); Waltman, van Eck, Noyons (2010), doi 10.1016/j.joi.2010.07.002
    (VOSviewer's method).

    Examples
    --------
    >>> import networkx as nx
    >>> found = communities(nx.barbell_graph(4, 0), weight=None)
    >>> found.sets() == [{"0", "1", "2", "3"}, {"4", "5", "6", "7"}], round(found.modularity, 4)
    (True, 0.4231)
    """
    require_choice("method", method, METHODS)
    require_choice("quality", quality, QUALITIES)
    require_choice("normalise", normalise, NORMALISATIONS)
    chosen = chosen_engine(method, engine)
    require_whole("seed", seed, least=0)
    require_whole("starts", starts, least=2 if consensus else 1)
    resolution = require_positive("resolution", resolution)
    edges = edge_array(g, weight=weight)
    divided = normalised(edges, normalise)
    partition = partitioner(divided, method=method, engine=chosen, quality=quality, resolution=resolution)
    seeds = tuple(range(seed, seed + starts))
    found = [partition(each) for each in seeds]
    modularities = tuple(_q(edges, labels, quality, resolution) for labels in found)
    values = tuple(_value(divided, labels, quality, resolution) for labels in found)
    best = max(range(starts), key=lambda start: (values[start], -start))
    labels = consensus_labels(found) if consensus else found[best]
    numbers, sizes = _numbered(labels)
    frame = pd.DataFrame({"id": edges.nodes.tolist(), "name": edges.labels(), "community": numbers})
    frame["size"] = sizes[numbers - 1]
    if stability or consensus:
        frame["support"] = np.round(supports(labels, found), _SUPPORT_DECIMALS)
    agreed = mean_agreement(found)
    return Communities(
        frame=frame.sort_values(["community", "id"], kind="stable", ignore_index=True),
        modularity=_q(edges, labels, quality, resolution),
        n_communities=len(sizes),
        n_nodes=edges.n_nodes,
        n_edges=edges.n_edges,
        method=method,
        engine=chosen,
        weight=None if weight is None else edges.weight_name,
        resolution=resolution,
        seeds=seeds,
        modularities=modularities,
        best_seed=seeds[best],
        stability=None if agreed is None else round(agreed, _DECIMALS),
        quality=quality,
        value=_value(divided, labels, quality, resolution),
        values=values,
        consensus=consensus,
        normalise=normalise,
    )


def _q(edges: EdgeArray, labels: Labels, quality: str, resolution: float) -> float:
    return round(modularity_of(edges, labels, resolution if quality == "modularity" else 1.0), _DECIMALS)


def _value(edges: EdgeArray, labels: Labels, quality: str, resolution: float) -> float:
    """What was maximised."""
    if quality == "modularity":
        return _q(edges, labels, quality, resolution)
    return round(constant_potts_of(edges, labels, resolution), _DECIMALS)


def _numbered(labels: Labels) -> tuple[Labels, Labels]:
    """Labels as 1, 2, ... by falling size, equal sizes by their first node; and the size of each number."""
    _, first, codes, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    return number[codes], sizes[order]
