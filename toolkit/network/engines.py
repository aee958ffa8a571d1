"""The libraries that do the work, behind one function per task; nothing else here imports them for analysis.

Exact measures (PageRank, betweenness) must come out the same from every engine. Community detection is heuristic:
engines differ, so results are compared by modularity, and each engine gives equal results for equal seeds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, Final

import community as python_louvain
import igraph
import networkx as nx
import numpy as np
import numpy.typing as npt

from toolkit.errors import BadParameter
from toolkit.network.arrays import EdgeArray
from toolkit.network.checks import require_choice

__all__ = ["ENGINES", "betweenness_of", "chosen_engine", "pagerank_of", "partitioner"]

Numbers = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

ENGINES: Final[dict[str, tuple[str, ...]]] = {
    "leiden": ("igraph",),
    "louvain": ("igraph", "python-louvain", "networkx"),
    "pagerank": ("igraph", "networkx"),
    "betweenness": ("igraph", "networkx"),
}
"""Engines of each task; ``auto`` takes the first, the fastest."""

_DENSE_LIMIT: Final = 5_000
_LARGEST_DENOMINATOR: Final = 1_000_000


def chosen_engine(task: str, engine: str) -> str:
    """Engine that does ``task`` when ``engine`` is asked for.

    Raises
    ------
    BadParameter
        No such engine does this task.

    Examples
    --------
    >>> chosen_engine("louvain", "auto"), chosen_engine("louvain", "python-louvain")
    ('igraph', 'python-louvain')
    """
    require_choice(f"engine (for {task})", engine, ("auto", *ENGINES[task]))
    return ENGINES[task][0] if engine == "auto" else engine


def pagerank_of(edges: EdgeArray, *, alpha: float, engine: str) -> Numbers:
    """PageRank of each node, in node order; see :func:`toolkit.network.hubs.pagerank_scores`."""
    if engine == "networkx":
        return _pagerank_dense(edges, alpha)
    g = edges.to_igraph()
    scores: Numbers = np.array(g.pagerank(directed=False, damping=alpha, weights="weight", implementation="prpack"))
    return scores


def _pagerank_dense(edges: EdgeArray, alpha: float) -> Numbers:
    # networkx.pagerank needs SciPy; the Google matrix it is defined by does not
    if edges.n_nodes > _DENSE_LIMIT:
        raise BadParameter(
            "engine", "networkx", f"PageRank by it is for at most {_DENSE_LIMIT} nodes, here are {edges.n_nodes}"
        )
    transition = np.asarray(nx.google_matrix(edges.to_networkx(), alpha=alpha, weight="weight"))
    system = transition.T - np.eye(edges.n_nodes)
    system[-1] = 1.0  # the last balance follows from the others; scores sum to 1 in its place
    scores: Numbers = np.linalg.solve(system, np.r_[np.zeros(edges.n_nodes - 1), 1.0]).astype(np.float64)
    return scores


def betweenness_of(edges: EdgeArray, *, engine: str) -> Numbers:
    """Normalised betweenness of each node, in node order; see :func:`toolkit.network.hubs.betweenness_scores`."""
    lengths = _exact_lengths(edges)
    if engine == "networkx":
        g = edges.to_networkx()
        ids = edges.nodes.tolist()
        for source, target, length in zip(edges.source.tolist(), edges.target.tolist(), lengths, strict=True):
            g.edges[ids[source], ids[target]]["length"] = length
        scores = nx.betweenness_centrality(g, weight="length", normalized=True)
        return np.array([scores[node] for node in ids])
    # igraph warns of lengths near its tolerance; only their ratios matter
    shortest = min(lengths)
    found = edges.to_igraph().betweenness(directed=False, weights=[float(length / shortest) for length in lengths])
    pairs = (edges.n_nodes - 1) * (edges.n_nodes - 2) / 2
    return np.array(found) / pairs if pairs else np.zeros(edges.n_nodes)


def _exact_lengths(edges: EdgeArray) -> list[Fraction]:
    """Distances as fractions, so that paths of equal length are equal.

    NetworkX compares sums of floats exactly and igraph within 1e-10: on 1/3 + 1/6 against 1/2 they would disagree.
    Weights here are sums of small fractions, rounded to 9 decimals on the way: the nearest fraction with a
    denominator of at most a million gives them back. NetworkX then adds fractions without error, and what igraph
    adds is far nearer than its tolerance.
    """
    known: dict[float, Fraction] = {}
    lengths = []
    for weight in edges.weight.tolist():
        if weight not in known:
            exact = Fraction(weight)
            near = exact.limit_denominator(_LARGEST_DENOMINATOR)
            known[weight] = 1 / (near or exact)
        lengths.append(known[weight])
    return lengths


def partitioner(edges: EdgeArray, *, method: str, engine: str, resolution: float) -> Callable[[int], Labels]:
    """Function from a seed to the community label of each node, in node order.

    The engine's graph is made once, for all seeds. Labels are arbitrary numbers.

    Raises
    ------
    BadParameter
        python-louvain is asked for another resolution than 1, of which its moves and its stopping rule have different
        conventions.
    """
    if engine == "igraph":
        return _igraph_partitioner(edges, method, resolution)
    if engine == "python-louvain" and resolution != 1:
        # 0.16 moves nodes by resolution * expected weight and stops by resolution * inside weight
        raise BadParameter("resolution", resolution, "python-louvain takes only 1; use igraph or networkx")
    g = edges.to_networkx()
    ids = edges.nodes.tolist()

    def by_python_louvain(seed: int) -> Labels:
        found = python_louvain.best_partition(g, weight="weight", random_state=seed)
        return np.array([found[node] for node in ids], dtype=np.int64)

    def by_networkx(seed: int) -> Labels:
        found = nx.community.louvain_communities(g, weight="weight", resolution=resolution, seed=seed)
        label = {node: number for number, members in enumerate(found) for node in members}
        return np.array([label[node] for node in ids], dtype=np.int64)

    return by_python_louvain if engine == "python-louvain" else by_networkx


def _igraph_partitioner(edges: EdgeArray, method: str, resolution: float) -> Callable[[int], Labels]:
    g = edges.to_igraph()

    def labels(seed: int) -> Labels:
        with _igraph_seeded(seed):
            if method == "leiden":
                found: Any = g.community_leiden(
                    objective_function="modularity", weights="weight", resolution=resolution, n_iterations=2
                )
            else:
                found = g.community_multilevel(weights="weight", resolution=resolution)
        return np.array(found.membership, dtype=np.int64)

    return labels


@contextmanager
def _igraph_seeded(seed: int) -> Iterator[None]:
    """Give igraph a generator of our own for the block; afterwards the standard module, as igraph starts with."""
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311 - a heuristic's seed, no secret
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)
