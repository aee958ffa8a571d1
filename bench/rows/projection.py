"""Reading a network out of Neo4j against records added to a NetworkX graph one by one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import neo4j
import networkx as nx
import numpy as np

from bench.harness import Comparison, Side, WrongOutput
from bench.servers import Servers, city_graph, fill_offline, plain_driver
from toolkit.graphdb.projection import project
from toolkit.network.arrays import EdgeArray

NAME = "projection"
SIZES = {"full": {"cities": 5_000, "pairs": 1_000_000}, "quick": {"cities": 50, "pairs": 600}}

PAIRS = "MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City) RETURN a.id AS a, b.id AS b, r.score AS score"


def by_records(driver: neo4j.Driver) -> nx.Graph[str]:
    """The rival: a loop over the records of a query."""
    g: nx.Graph[str] = nx.Graph()
    with driver.session(database="neo4j") as session:
        for record in session.run(PAIRS):
            g.add_edge(record["a"], record["b"], weight=record["score"])
    return g


def same(ours: EdgeArray, theirs: nx.Graph[str]) -> dict[str, Any]:
    """The same nodes, the same pairs, the same weights."""
    other = EdgeArray.from_networkx(theirs, weight="weight")
    if not (
        np.array_equal(ours.nodes, other.nodes)
        and np.array_equal(ours.source, other.source)
        and np.array_equal(ours.target, other.target)
        and np.allclose(ours.weight, other.weight, rtol=0, atol=1e-9)
    ):
        raise WrongOutput(f"{ours} against {other}")
    begun = time.perf_counter()
    ours.to_networkx()
    return {
        "each ends with": "what its own analyses take: ours an edge array, sorted and checked, with names; the rival a "
        "networkx.Graph",
        "not in the times": f"making a networkx.Graph of the edge array takes {time.perf_counter() - begun:.2f} s more",
    }


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:
    """Both read the same running server."""
    servers = Servers(scratch, stack)
    workspace = servers.fresh("ours", start=False)
    tables = city_graph(**size)
    graph = stack.enter_context(fill_offline(workspace, tables))
    driver = stack.enter_context(plain_driver(workspace))
    return [
        Comparison(
            name="projection",
            title="Projection from Neo4j",
            size=f"{size['cities']:,} nodes, {size['pairs']:,} relationships",
            ours=Side("project(graph): collected columns to an edge array", lambda: project(graph)),
            rival=Side(
                "the official driver (neo4j-rust-ext installed), a record per relationship, g.add_edge for each",
                lambda: by_records(driver),
                repeats=2,
            ),
            minimum=8,
            same=same,
        )
    ]
