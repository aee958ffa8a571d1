"""Communities of a large network against python-louvain, NetworkX, and igraph called directly on the same arrays."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import community as python_louvain
import networkx as nx
import numpy as np

from bench.harness import Comparison, Side, WrongOutput
from bench.networks import network
from bench.rows.hubs import OVERHEAD, bare_graph
from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import Communities, communities, modularity
from toolkit.network.engines import igraph_seeded

NAME = "communities"
SIZES = {"full": {"nodes": 20_000, "edges": 1_500_000}, "quick": {"nodes": 300, "edges": 3_000}}
TOLERANCE = 0.002


def bare_leiden(edges: EdgeArray) -> list[int]:
    """Labels in node order."""
    g = bare_graph(edges)
    with igraph_seeded(0):
        found = g.community_leiden(objective_function="modularity", weights="weight", n_iterations=2)
    labels: list[int] = found.membership
    return labels


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

    def of_networkx(found: Communities, sets: list[set[str]]) -> dict[str, Any]:
        return same(found, {node: number for number, members in enumerate(sets) for node in members})

    def equal(found: Communities, labels: list[int]) -> dict[str, Any]:
        theirs = dict(zip(edges.nodes.tolist(), labels, strict=True))
        numbers = found.labels()
        pairs = {(numbers[node], label) for node, label in theirs.items()}
        if not len(pairs) == found.n_communities == len(np.unique(labels)):
            raise WrongOutput("equal seeds gave different divisions")
        return {"modularity": f"{found.modularity:.4f} ({found.n_communities} communities) in both: the same division"}

    ours = Side(
        'communities(edges, weight="score", starts=1), Leiden by igraph: edge array to frame and modularity',
        lambda: communities(edges, weight="score", starts=1),
        repeats=5,
    )
    text = f"{edges.n_nodes:,} nodes, {edges.n_edges:,} weighted edges"
    large = size["edges"] > 100_000
    return [
        Comparison(
            name="communities",
            title="Communities",
            size=text,
            ours=ours,
            rival=Side(
                'python-louvain, best_partition(g, weight="weight", random_state=0) on a NetworkX graph already built',
                lambda: python_louvain.best_partition(g, weight="weight", random_state=0),
                repeats=1 if large else 2,
            ),
            minimum=50,
            same=same,
            warm_up=False,
        ),
        Comparison(
            name="communities, NetworkX",
            title="Communities against NetworkX",
            size=text,
            ours=ours,
            rival=Side(
                'nx.community.louvain_communities(g, weight="weight", seed=0) on a NetworkX graph already built',
                lambda: nx.community.louvain_communities(g, weight="weight", seed=0),
                repeats=1 if large else 2,
            ),
            minimum=5,
            same=of_networkx,
            warm_up=False,
        ),
        Comparison(
            name="communities, bare engine",
            title="Communities against igraph itself",
            size=text,
            ours=ours,
            rival=Side(
                "igraph: the graph of the same arrays, community_leiden(n_iterations=2) with the same seed",
                lambda: bare_leiden(edges),
                repeats=5,
            ),
            minimum=round(1 / OVERHEAD, 2),
            same=equal,
        ),
    ]
