"""Community detection by each engine: a function from a seed to labels in node order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import community as python_louvain
import networkx as nx
import numpy as np
import numpy.typing as npt

from toolkit.errors import BadParameter
from toolkit.network.arrays import EdgeArray
from toolkit.network.engines import igraph_seeded, networkit, networkit_graph, one_thread

__all__ = ["partitioner"]

Labels = npt.NDArray[np.int64]


def partitioner(
    edges: EdgeArray, *, method: str, engine: str, quality: str, resolution: float
) -> Callable[[int], Labels]:
    """Function from a seed to the community label of each node, in node order.

    The engine's graph is made once, for all seeds (NetworKit's anew, in an order of the seed's own). Labels are
    arbitrary numbers.

    Raises
    ------
    BadParameter
        The quality is not modularity and the method or the engine knows no other; or python-louvain is asked for
        another resolution than 1, of which its moves and its stopping rule have different conventions.
    """
    if quality != "modularity" and (method, engine) != ("leiden", "igraph"):
        raise BadParameter("quality", quality, f"{method} by {engine} knows modularity; cpm is leiden's, by igraph")
    if engine == "igraph":
        return _by_igraph(edges, method, quality, resolution)
    if engine == "networkit":
        return _by_networkit(edges, method, resolution)
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


def _by_igraph(edges: EdgeArray, method: str, quality: str, resolution: float) -> Callable[[int], Labels]:
    g = edges.to_igraph()
    objective = "CPM" if quality == "cpm" else "modularity"

    def labels(seed: int) -> Labels:
        with igraph_seeded(seed):
            if method == "leiden":
                found: Any = g.community_leiden(
                    objective_function=objective, weights="weight", resolution=resolution, n_iterations=2
                )
            else:
                found = g.community_multilevel(weights="weight", resolution=resolution)
        return np.array(found.membership, dtype=np.int64)

    return labels


def _by_networkit(edges: EdgeArray, method: str, resolution: float) -> Callable[[int], Labels]:
    detection = networkit().community

    def labels(seed: int) -> Labels:
        # its Louvain visits nodes in their order: an order of each seed's own makes the starts differ
        order = np.random.default_rng(seed).permutation(edges.n_nodes)
        g = networkit_graph(edges, edges.weight, order)
        with one_thread(seed):
            if method == "leiden":
                run = detection.ParallelLeiden(g, randomize=True, iterations=3, gamma=resolution)
            else:
                run = detection.PLM(g, gamma=resolution, par="none")
            found = np.array(run.run().getPartition().getVector(), dtype=np.int64)
        return found[order]

    return labels
