"""Hubs of a large network against NetworkX, and against igraph called directly on the same arrays."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.harness import Comparison, Side, WrongOutput
from bench.networks import network
from toolkit.network.arrays import EdgeArray
from toolkit.network.centrality_engines import pivots_of
from toolkit.network.hubs import hubs

NAME = "hubs"
SIZES = {
    "full": {"nodes": 20_000, "edges": 1_500_000, "samples": 20},
    "quick": {"nodes": 300, "edges": 3_000, "samples": 20},
}
SEED = 1
OVERHEAD = 1.3
"""Times the bare engine's time that ours may take at most."""


def bare_graph(edges: EdgeArray) -> igraph.Graph:
    """igraph's graph of the arrays, the quickest way its manual knows."""
    g = igraph.Graph(n=edges.n_nodes, edges=zip(edges.source.tolist(), edges.target.tolist(), strict=True))
    g.es["weight"] = edges.weight.tolist()
    return g


def bare_pagerank(edges: EdgeArray) -> npt.NDArray[np.float64]:
    """Scores in node order."""
    return np.array(bare_graph(edges).pagerank(directed=False, weights="weight"))


def bare_betweenness(edges: EdgeArray, pivots: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Unscaled scores in node order; igraph warns of lengths near its tolerance, so the shortest is 1."""
    g = bare_graph(edges)
    distance = edges.weight.max() / edges.weight
    return np.array(g.betweenness(directed=False, weights=distance.tolist(), sources=pivots.tolist()))


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Each side starts from what its users hold: an edge array, a NetworkX graph; the bare engine from the arrays."""
    edges = EdgeArray.from_edges(network(size["nodes"], size["edges"]).table())
    g: nx.Graph[str] = edges.to_networkx()
    ids = edges.nodes.tolist()
    samples = size["samples"]
    pivots = pivots_of(edges.n_nodes, samples=samples, seed=SEED)
    assert pivots is not None
    sources = [ids[place] for place in pivots.tolist()]
    n = edges.n_nodes
    factor = n / samples / ((n - 1) * (n - 2) / 2)

    def values(frame: pd.DataFrame, measure: str) -> npt.NDArray[np.float64]:
        return frame.set_index("id").loc[ids, measure].to_numpy(dtype=float)

    def near(measure: str, theirs: npt.NDArray[np.float64], frame: pd.DataFrame, within: float) -> dict[str, Any]:
        apart = float(np.abs(values(frame, measure) - theirs).max())
        if apart > within:
            raise WrongOutput(f"{measure} differs by {apart:g}, {within:g} is allowed")
        return {"largest difference": f"{apart:.1e}"}

    def ours(measure: str) -> Side:
        text = f'hubs(edges, weight="score", measures=["{measure}"]'
        text += f", samples={samples})" if measure == "betweenness" else ")"
        return Side(
            f"{text}: edge array to frame with ranks",
            lambda: hubs(edges, weight="score", measures=[measure], samples=samples, seed=SEED),
            repeats=5 if measure == "pagerank" else 3,
        )

    text = f"{edges.n_nodes:,} nodes, {edges.n_edges:,} weighted edges"
    return [
        Comparison(
            name="pagerank",
            title="PageRank",
            size=text,
            ours=ours("pagerank"),
            rival=Side(
                'nx.pagerank(g, weight="weight", tol=1e-10) with SciPy, on a NetworkX graph already built',
                lambda: nx.pagerank(g, tol=1e-10),
            ),
            minimum=5,
            same=lambda frame, found: near("pagerank", np.array([found[node] for node in ids]), frame, 1e-8),
        ),
        Comparison(
            name="pagerank, bare engine",
            title="PageRank against igraph itself",
            size=text,
            ours=ours("pagerank"),
            rival=Side("igraph: the graph of the same arrays, pagerank()", lambda: bare_pagerank(edges), repeats=5),
            minimum=round(1 / OVERHEAD, 2),
            same=lambda frame, found: near("pagerank", found, frame, 1e-9),
        ),
        Comparison(
            name="betweenness",
            title=f"Betweenness from {samples} sampled nodes",
            size=text,
            ours=ours("betweenness"),
            rival=Side(
                "nx.betweenness_centrality_subset(g, the same nodes, all nodes) on a NetworkX graph already built",
                lambda: nx.betweenness_centrality_subset(g, sources, ids, weight="distance"),
                repeats=1,
            ),
            minimum=5,
            same=lambda frame, found: near(
                "betweenness", np.array([found[node] for node in ids]) * factor, frame, 1e-6
            ),
            warm_up=False,
        ),
        Comparison(
            name="betweenness, bare engine",
            title=f"Betweenness from {samples} sampled nodes against igraph itself",
            size=text,
            ours=ours("betweenness"),
            rival=Side(
                "igraph: the graph of the same arrays, betweenness(sources=the same)",
                lambda: bare_betweenness(edges, pivots),
            ),
            minimum=round(1 / OVERHEAD, 2),
            same=lambda frame, found: near("betweenness", found * factor, frame, 1e-6),
        ),
    ]
