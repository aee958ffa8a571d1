"""Centralities of an edge array by each engine: numbers in node order, the same from all of them."""

from __future__ import annotations

from typing import Any, Final

import igraph
import networkx as nx
import numpy as np
import numpy.typing as npt

from toolkit.errors import BadParameter, NotConverged, WrongGraph
from toolkit.network.arrays import EdgeArray
from toolkit.network.engines import igraph_seeded, networkit, networkit_graph
from toolkit.network.lengths import edge_lengths
from toolkit.network.shortcuts import without_detours

__all__ = ["betweenness_of", "cores_of", "eigenvector_of", "harmonic_of", "pagerank_of", "pivots_of"]

Numbers = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

_DENSE_LIMIT: Final = 5_000
_MOST_STEPS: Final = 10_000
_SAME_VALUE: Final = 1e-9
_SOURCES_AT_ONCE: Final = 64


def pivots_of(n_nodes: int, *, samples: int | None, seed: int) -> Positions | None:
    """Positions of ``samples`` nodes drawn without replacement, ascending; ``None`` where that would be all of them.

    Examples
    --------
    >>> pivots_of(5, samples=2, seed=1).tolist(), pivots_of(5, samples=5, seed=1)
    ([1, 2], None)
    """
    if samples is None or samples >= n_nodes:
        return None
    return np.sort(np.random.default_rng(seed).choice(n_nodes, size=samples, replace=False))


def pagerank_of(edges: EdgeArray, *, alpha: float, engine: str) -> Numbers:
    """PageRank of each node, in node order; see :func:`toolkit.network.centrality.pagerank_scores`."""
    if engine == "networkx":
        return _pagerank_dense(edges, alpha)
    if engine == "networkit":
        module = networkit()
        # its own tolerance of 1e-8 is coarser than the 9 decimals shown
        run = module.centrality.PageRank(networkit_graph(edges, edges.weight), alpha, 1e-13).run()
        found = np.array(run.scores())
        # it loses what nodes without edges pass on, which all nodes would get alike: only the sum is missing
        return np.asarray(found / found.sum(), dtype=np.float64)
    if engine == "numpy":
        return _pagerank_by_steps(edges, alpha)
    g = edges.to_igraph()
    scores: Numbers = np.array(g.pagerank(directed=False, damping=alpha, weights="weight", implementation="prpack"))
    return scores


def _pagerank_by_steps(edges: EdgeArray, alpha: float) -> Numbers:
    """The walker's steps until the distance to the limit is below 1e-12: at most alpha / (1 - alpha) of the last."""
    n = edges.n_nodes
    here = np.concatenate((edges.source, edges.target)).astype(np.int64)
    there = np.concatenate((edges.target, edges.source)).astype(np.int64)
    weight = np.concatenate((edges.weight, edges.weight))
    strength = np.bincount(here, weight, n)
    lone = strength == 0
    part = weight / strength[there]
    scores: Numbers = np.full(n, 1.0 / n)
    for _ in range(_MOST_STEPS):
        followed = np.bincount(here, part * scores[there], n) + float(scores[lone].sum()) / n
        after = np.asarray(alpha * followed + (1.0 - alpha) / n, dtype=np.float64)
        moved = float(np.abs(after - scores).sum())
        scores = after
        if moved * alpha / (1.0 - alpha) < 1e-12:
            return scores
    raise NotConverged(
        f"PageRank with alpha = {alpha} did not settle in {_MOST_STEPS:,} steps; take a smaller alpha, or the engine "
        "igraph, which solves it."
    )


def _pagerank_dense(edges: EdgeArray, alpha: float) -> Numbers:
    # networkx.pagerank needs SciPy; the Google matrix it is defined by does not
    _refuse_large_matrix("PageRank", edges)
    transition = np.asarray(nx.google_matrix(edges.to_networkx(), alpha=alpha, weight="weight"))
    system = transition.T - np.eye(edges.n_nodes)
    system[-1] = 1.0  # the last balance follows from the others; scores sum to 1 in its place
    scores: Numbers = np.linalg.solve(system, np.r_[np.zeros(edges.n_nodes - 1), 1.0]).astype(np.float64)
    return scores


def eigenvector_of(edges: EdgeArray, *, engine: str) -> Numbers:
    """Eigenvector centrality, in node order; see :func:`toolkit.network.centrality.eigenvector_scores`.

    Worked out component by component, where it is unique: the component of the largest eigenvalue keeps its vector,
    all others have 0. A component whose largest strength is below the best eigenvalue can't have a larger one.
    """
    membership = np.array(edges.to_igraph().connected_components().membership, dtype=np.int64)
    strength = np.bincount(edges.source, edges.weight, edges.n_nodes)
    strength += np.bincount(edges.target, edges.weight, edges.n_nodes)
    bounds = np.zeros(int(membership.max()) + 1)
    np.maximum.at(bounds, membership, strength)
    scores, best, equal = np.zeros(edges.n_nodes), 0.0, 1
    for component in np.argsort(-bounds, kind="stable").tolist():
        if bounds[component] < best * (1 - _SAME_VALUE):
            break
        inside = membership == component
        part = _component(edges, inside)
        vector = _leading_vector(part, engine)
        value = 2 * float(np.sum(part.weight * vector[part.source] * vector[part.target]))
        if abs(value - best) <= best * _SAME_VALUE:
            equal += 1
        elif value > best:
            best, equal = value, 1
            scores = np.zeros(edges.n_nodes)
            scores[inside] = vector
    if equal > 1:
        raise WrongGraph(
            f"The network falls into components of which {equal} share the largest eigenvalue ({best:.6g}): "
            "eigenvector centrality can't tell them apart. Leave it out, or take one component."
        )
    return scores


def _component(edges: EdgeArray, inside: npt.NDArray[np.bool_]) -> EdgeArray:
    if inside.all():
        return edges
    kept = inside[edges.source]
    place = np.cumsum(inside) - 1
    return EdgeArray(edges.nodes[inside], place[edges.source[kept]], place[edges.target[kept]], edges.weight[kept])


def _leading_vector(edges: EdgeArray, engine: str) -> Numbers:
    """Leading eigenvector of a connected network, above zero, of length 1."""
    # its direction does not depend on the unit of the weights
    scaled = EdgeArray(edges.nodes, edges.source, edges.target, edges.weight / float(edges.weight.max()))
    if engine == "networkx":
        # networkx.eigenvector_centrality_numpy needs SciPy, and its steps without stop short; the matrix does not
        _refuse_large_matrix("eigenvector centrality", edges)
        matrix = nx.to_numpy_array(scaled.to_networkx(), nodelist=edges.nodes.tolist(), weight="weight")
        vector = np.linalg.eigh(matrix)[1][:, -1]
    else:
        try:
            with igraph_seeded(0):  # it starts from a vector drawn at random
                vector = np.array(scaled.to_igraph().eigenvector_centrality(weights="weight"))
        except igraph.InternalError as error:
            raise NotConverged(
                f"Eigenvector centrality of {edges.n_nodes:,} nodes did not settle: {error}. Leave it out; PageRank "
                "always settles."
            ) from error
    vector = np.abs(vector)
    length: Numbers = vector / np.linalg.norm(vector)
    return length


def _refuse_large_matrix(what: str, edges: EdgeArray) -> None:
    if edges.n_nodes > _DENSE_LIMIT:
        raise BadParameter(
            "engine", "networkx", f"{what} by it is for at most {_DENSE_LIMIT} nodes, here are {edges.n_nodes}"
        )


def betweenness_of(edges: EdgeArray, *, engine: str, pivots: Positions | None = None) -> Numbers:
    """Normalised betweenness, in node order; see :func:`~toolkit.network.path_centrality.betweenness_scores`.

    With pivots, the paths from these alone, times the number of nodes over theirs.
    """
    n = edges.n_nodes
    if n < 3:
        return np.zeros(n)
    lengths = edge_lengths(edges.weight)
    found: Any
    if engine == "networkx":
        ids = edges.nodes.tolist()
        g = edges.to_networkx()
        for source, target, length in zip(edges.source.tolist(), edges.target.tolist(), lengths.exact(), strict=True):
            g.edges[ids[source], ids[target]]["length"] = length
        if pivots is None:
            by_node = nx.betweenness_centrality(g, weight="length", normalized=False)
        else:
            by_node = nx.betweenness_centrality_subset(g, [ids[p] for p in pivots.tolist()], ids, weight="length")
        found = [by_node[node] for node in ids]
    else:
        sources = None if pivots is None else pivots.tolist()
        g, scaled = without_detours(edges, lengths.scaled()[0], sources=n if pivots is None else len(pivots))
        found = g.betweenness(directed=False, weights=scaled.tolist(), sources=sources)
    paths = np.array(found, dtype=np.float64) if pivots is None else np.array(found) * (n / len(pivots))
    scores: Numbers = paths / ((n - 1) * (n - 2) / 2)
    return scores


def harmonic_of(edges: EdgeArray, *, engine: str, pivots: Positions | None = None) -> Numbers:
    """Harmonic closeness, in node order; see :func:`~toolkit.network.path_centrality.harmonic_scores`.

    With pivots, the distances to these alone, times the number of nodes over theirs.
    """
    n = edges.n_nodes
    if engine == "networkit":
        if pivots is not None:
            raise BadParameter("engine", engine, "harmonic closeness from samples is igraph's or networkx's")
        g = networkit_graph(edges, edges.distance)
        return np.array(networkit().centrality.HarmonicCloseness(g, True).run().scores())
    sources = np.arange(n) if pivots is None else pivots
    sums = _sums_by_networkx(edges, sources) if engine == "networkx" else _sums_by_igraph(edges, sources)
    scores: Numbers = sums * (n / len(sources)) / (n - 1)
    return scores


def _sums_by_networkx(edges: EdgeArray, sources: Positions) -> Numbers:
    g, ids = edges.to_networkx(), edges.nodes.tolist()
    sums = dict.fromkeys(ids, 0.0)
    for source in sources.tolist():
        for node, distance in nx.single_source_dijkstra_path_length(g, ids[source], weight="distance").items():
            if distance:
                sums[node] += 1.0 / distance
    return np.array([sums[node] for node in ids])


def _sums_by_igraph(edges: EdgeArray, sources: Positions) -> Numbers:
    """Sum over the sources of 1 / distance, 0 where there is no path; a few sources at a time."""
    distance = edges.distance
    shortest = float(distance.min())
    g, scaled = without_detours(edges, distance / shortest, sources=len(sources))
    lengths = scaled.tolist()
    sums = np.zeros(edges.n_nodes)
    for first in range(0, len(sources), _SOURCES_AT_ONCE):
        part = sources[first : first + _SOURCES_AT_ONCE]
        found = np.array(g.distances(source=part.tolist(), weights=lengths))
        found[np.arange(len(part)), part] = np.inf
        sums += (1.0 / found).sum(axis=0)
    return sums / shortest


def cores_of(edges: EdgeArray, *, engine: str) -> Positions:
    """Core number of each node, in node order; see :func:`toolkit.network.centrality.core_numbers`."""
    found: Any
    if engine == "networkx":
        by_node = nx.core_number(edges.to_networkx())
        found = [by_node[node] for node in edges.nodes.tolist()]
    elif engine == "networkit":
        found = networkit().centrality.CoreDecomposition(networkit_graph(edges, edges.weight)).run().scores()
    else:
        found = edges.to_igraph().coreness()
    return np.array(found).astype(np.int64)
