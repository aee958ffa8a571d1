"""Which libraries do which task, and how their seeds and threads are kept in hand.

Exact measures (PageRank, betweenness, ...) must come out the same from every engine. Community detection is heuristic:
engines differ, so results are compared by their quality, and each engine gives equal results for equal seeds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import igraph
import numpy as np
import numpy.typing as npt

from toolkit.errors import SettingsError
from toolkit.network.arrays import EdgeArray
from toolkit.network.checks import require_choice

__all__ = ["ENGINES", "ENGINE_NAMES", "chosen_engine", "igraph_seeded", "networkit", "networkit_graph", "one_thread"]

Numbers = npt.NDArray[np.float64]

ENGINES: Final[dict[str, tuple[str, ...]]] = {
    "leiden": ("igraph", "networkit"),
    "louvain": ("igraph", "python-louvain", "networkx", "networkit"),
    "pagerank": ("numpy", "igraph", "networkx", "networkit"),
    "eigenvector": ("igraph", "networkx"),
    "betweenness": ("igraph", "networkx"),
    "harmonic": ("igraph", "networkx", "networkit"),
    "core": ("igraph", "networkx", "networkit"),
}
"""Engines of each task; ``auto`` takes the first.

NetworKit has no part in two measures: its betweenness compares sums of floats exactly and misses paths of equal
length, and its eigenvector centrality never ends on bipartite networks.
"""

ENGINE_NAMES: Final = ("auto", "igraph", "networkx", "networkit", "numpy", "python-louvain")


def chosen_engine(task: str, engine: str) -> str:
    """Engine that does ``task`` when ``engine`` is asked for.

    Raises
    ------
    BadParameter
        No such engine does this task.
    SettingsError
        The engine is NetworKit, which is not installed.

    Examples
    --------
    >>> chosen_engine("louvain", "auto"), chosen_engine("louvain", "python-louvain")
    ('igraph', 'python-louvain')
    """
    require_choice(f"engine (for {task})", engine, ("auto", *ENGINES[task]))
    if engine == "networkit":
        networkit()
    return ENGINES[task][0] if engine == "auto" else engine


def networkit() -> Any:
    """The module NetworKit, imported where it is first needed: it takes seconds.

    Raises
    ------
    SettingsError
        It is not installed.
    """
    try:
        import networkit as found
    except ImportError as error:
        raise SettingsError(
            "The engine networkit needs NetworKit: pip install 'scicities[networkit]'. Without it, --engine auto."
        ) from error
    return found


def networkit_graph(edges: EdgeArray, weight: Numbers, order: npt.NDArray[Any] | None = None) -> Any:
    """NetworKit's graph of the edges with these weights; node i becomes ``order[i]`` where an order is given."""
    ends = (edges.source, edges.target) if order is None else (order[edges.source], order[edges.target])
    source, target = (each.astype(np.uint64) for each in ends)
    return networkit().GraphFromCoo((weight, (source, target)), n=edges.n_nodes, weighted=True, directed=False)


@contextmanager
def one_thread(seed: int) -> Iterator[None]:
    """Give NetworKit a seed and one thread for the block, without which its results differ from run to run."""
    module = networkit()
    threads = module.getMaxNumberOfThreads()
    module.setNumberOfThreads(1)
    module.setSeed(seed, False)
    try:
        yield
    finally:
        module.setNumberOfThreads(threads)


@contextmanager
def igraph_seeded(seed: int) -> Iterator[None]:
    """Give igraph a generator of our own for the block; afterwards the standard module, as igraph starts with."""
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311 - a heuristic's seed, no secret
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)
