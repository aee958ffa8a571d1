"""The ten slowest queries of the library against fetching the pairs that a notebook would work them out from."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import neo4j
import pandas as pd

from bench.harness import Comparison, Side, WrongOutput
from bench.servers import Servers, plain_driver
from toolkit.analyses.community_analysis import communities
from toolkit.analyses.write_back import write_back
from toolkit.corpus.ingest import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.sample import write_sample
from toolkit.graphdb.connection import Graph, open_graph
from toolkit.graphdb.library import load_library, run_query
from toolkit.graphdb.load import load
from toolkit.graphdb.plans import total_hits
from toolkit.graphdb.query_values import examples

NAME = "queries"
SIZES = {"full": {"works": 20_000, "slowest": 10}, "quick": {"works": 400, "slowest": 3}}

PAIRS = """
MATCH (a)-[r:COLLABORATES_WITH|COAUTHORS_WITH|PARTNERS_WITH]->(b)
RETURN labels(a)[0] AS kind, coalesce(a.id, a.code) AS a, coalesce(b.id, b.code) AS b, r.year AS year, r.joint AS joint,
       r.score AS score
"""


def slowest(graph: Graph, count: int) -> dict[str, float]:
    """Seconds of the slowest queries, each with its examples; the second run of each, with its plan at hand."""
    seconds = {}
    for name, spec in load_library().items():
        values = examples(graph, spec)
        run_query(graph, spec, values)
        begun = time.perf_counter()
        run_query(graph, spec, values)
        seconds[name] = time.perf_counter() - begun
    return dict(sorted(seconds.items(), key=lambda item: -item[1])[:count])


def by_library(graph: Graph, names: list[str]) -> dict[str, pd.DataFrame]:
    """Ours: the answers."""
    library = load_library()
    return {name: run_query(graph, library[name], examples(graph, library[name])) for name in names}


def by_fetching(driver: neo4j.Driver) -> pd.DataFrame:
    """The rival: all pairs as a frame, before anything is worked out."""
    with driver.session(database="neo4j") as session:
        return session.run(PAIRS).to_df()


def same(graph: Graph, theirs: pd.DataFrame) -> None:
    """Both saw the same pairs: the scores that the library adds up are those that were fetched."""
    strength = run_query(graph, load_library()["hubs.by_strength"], {"top_n": 1_000_000}).strength.sum()
    fetched = 2 * theirs.score[theirs.kind == "City"].sum()
    if abs(strength - fetched) > 1e-5:
        raise WrongOutput(f"{strength} against {fetched}")


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:
    """A sample with communities in a running server."""
    workspace = Servers(scratch, stack).fresh("ours", start=True)
    truth = write_sample(scratch / "raw", works=size["works"], seed=1)
    ingest_ror(workspace, truth.ror_folder)
    ingest_institutions(workspace, truth.institutions_folder)
    ingest_openalex(workspace, truth.works_folder)
    graph = stack.enter_context(open_graph("local", workspace=workspace))
    load(workspace, graph)
    write_back(graph, communities(graph, level="city", weight="score", seed=0), level="city")
    driver = stack.enter_context(plain_driver(workspace))
    seconds, library = slowest(graph, size["slowest"]), load_library()
    hits = {name: total_hits(graph, library[name].statement, examples(graph, library[name])) for name in seconds}

    def compared(_ours: Any, theirs: pd.DataFrame) -> dict[str, Any]:
        same(graph, theirs)
        return {name: f"{seconds[name] * 1000:.0f} ms, {hits[name]:,} db hits" for name in seconds}

    relationships = sum(graph.info().relationships.values())
    return [
        Comparison(
            name="queries",
            title=f"The {len(seconds)} slowest queries of the library",
            size=f"{size['works']:,} works, {relationships:,} relationships",
            ours=Side("their answers, one after the other", lambda: by_library(graph, list(seconds))),
            rival=Side(
                "fetching all pairs with the official driver (to_df), before any answer is worked out",
                lambda: by_fetching(driver),
            ),
            minimum=0,
            same=compared,
        )
    ]
