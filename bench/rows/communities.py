"""Communities of a large network against python-louvain."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import community as python_louvain
import networkx as nx

from bench.harness import Comparison, Side, WrongOutput
from bench.networks import network
from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import Communities, communities, modularity

NAME = "communities"
SIZES = {"full": {"nodes": 20_000, "edges": 1_500_000}, "quick": {"nodes": 300, "edges": 3_000}}
TOLERANCE = 0.002


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Each side starts from the graph its users hold: an edge array, a NetworkX graph."""
    table = network(size["nodes"], size["edges"]).table()
    begun = time.perf_counter()
    edges = EdgeArray.from_edges(table)
    from_table = time.perf_counter() - begun
    g: nx.Graph[str] = edges.to_networkx()
    begun = time.perf_counter()
    EdgeArray.from_networkx(g, weight="weight")
    from_networkx = time.perf_counter() - begun

    def same(found: Communities, division: dict[str, int]) -> dict[str, Any]:
        theirs = modularity(edges, division, weight="score")
        if set(found.labels()) != set(division):
            raise WrongOutput("the two divisions are of different nodes")
        if found.modularity < theirs - TOLERANCE:
            raise WrongOutput(f"modularity {found.modularity:.4f} against {theirs:.4f}")
        return {
            "modularity": f"ours {found.modularity:.4f} ({found.n_communities} communities), "
            f"rival {theirs:.4f} ({len(set(division.values()))} communities); at most {TOLERANCE} less is allowed",
            "not in the times": f"making the edge array from a table of rows in random order takes {from_table:.2f} s, "
            f"from a NetworkX graph {from_networkx:.2f} s",
        }

    return [
        Comparison(
            name="communities",
            title="Communities",
            size=f"{edges.n_nodes:,} nodes, {edges.n_edges:,} weighted edges",
            ours=Side(
                'communities(edges, weight="score", starts=1), Leiden by igraph: edge array to frame and modularity',
                lambda: communities(edges, weight="score", starts=1),
                repeats=5,
            ),
            rival=Side(
                'python-louvain, best_partition(g, weight="weight", random_state=0) on a NetworkX graph already built',
                lambda: python_louvain.best_partition(g, weight="weight", random_state=0),
                repeats=1 if size["edges"] > 100_000 else 2,
            ),
            minimum=50,
            same=same,
            warm_up=False,
        )
    ]
