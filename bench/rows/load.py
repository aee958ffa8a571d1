"""Loading a graph, online and offline, against the plain driver with batches of MERGE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import neo4j
import pyarrow as pa

from bench.harness import Comparison, Side, WrongOutput
from bench.servers import CITY_PAIRS, Servers, city_graph, fill_offline, plain_driver
from toolkit.graphdb.connection import Graph, open_graph
from toolkit.graphdb.load import load_changes, load_tables
from toolkit.graphdb.server import ManagedServer
from toolkit.graphdb.tables import GraphTables
from toolkit.workspace import Workspace

NAME = "load"
SIZES = {
    "full": {"cities": 2_000, "pairs": 100_000, "years": 10},
    "quick": {"cities": 50, "pairs": 600, "years": 2},
}
BATCH = 1_000

CONSTRAINT = "CREATE CONSTRAINT city_id IF NOT EXISTS FOR (c:City) REQUIRE c.id IS UNIQUE"
NODES = "UNWIND $rows AS row MERGE (c:City {id: row.id}) SET c += row"
RELATIONSHIPS = """
UNWIND $rows AS row
MATCH (a:City {id: row.start})
MATCH (b:City {id: row.end})
MERGE (a)-[r:COLLABORATES_WITH {year: row.year}]->(b)
SET r.joint = row.joint, r.score = row.score, r.partnerships = row.partnerships
"""
CONTENT = """
MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City)
RETURN count(*) AS pairs, count(DISTINCT a) AS starts, sum(r.joint) AS joint, round(sum(r.score), 4) AS score,
       sum(r.partnerships) AS partnerships, sum(r.year) AS years, sum(a.population) AS population
"""


def by_driver(driver: neo4j.Driver, cities: list[dict[str, Any]], pairs: list[dict[str, Any]]) -> None:
    """The rival: a transaction function per batch of 1,000 rows."""
    with driver.session(database="neo4j") as session:
        session.run(CONSTRAINT).consume()
        for statement, rows in ((NODES, cities), (RELATIONSHIPS, pairs)):
            for batch in batches(rows):
                session.execute_write(_send, statement, batch)


def _send(transaction: neo4j.ManagedTransaction, statement: str, rows: list[dict[str, Any]]) -> None:
    transaction.run(statement, rows=rows).consume()


def batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in batches of 1,000."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def with_changes(tables: GraphTables) -> GraphTables:
    """The same graph with another score on one pair in a hundred."""
    pairs = tables.relationships[CITY_PAIRS]
    scores = pairs["score"].to_numpy().copy()
    scores[::100] += 0.5
    other = pairs.set_column(pairs.column_names.index("score"), "score", pa.array(scores))
    return replace(
        tables,
        relationships={**tables.relationships, CITY_PAIRS: other},
        fingerprint=f"{tables.fingerprint}, 1 % changed",
    )


def only_changed(servers: Servers, stack: ExitStack, tables: GraphTables, size: str) -> Comparison:
    """Both sides begin with a server that runs and holds the earlier rows."""
    changed = with_changes(tables)
    both: dict[str, Graph] = {}
    before = round(sum(tables.relationships[CITY_PAIRS]["score"].to_pylist()), 4)

    def loaded(role: str) -> None:
        """A server that runs and holds the earlier rows, for either side."""
        if role not in both:
            both[role] = stack.enter_context(fill_offline(servers.fresh(role, start=False), tables))
        else:
            load_changes(both[role], tables)

    def same_after(ours: Graph, theirs: Graph) -> dict[str, Any]:
        content = [graph.read(CONTENT).iloc[0].to_dict() for graph in (ours, theirs)]
        if content[0] != content[1] or content[0]["score"] == before:
            raise WrongOutput(f"{content[0]} against {content[1]}")
        return {"in both graphs": f"{content[0]['pairs']:,.0f} relationships, score {content[0]['score']:,.2f}"}

    def differing() -> Graph:
        load_changes(both["ours"], changed)
        return both["ours"]

    def anew() -> Graph:
        load_tables(both["rival"], changed)
        return both["rival"]

    return Comparison(
        name="load changed",
        title="Loading other records, 1 % of the rows changed",
        size=size,
        ours=Side(
            "load --only-changed: every row read and compared, the others written, counts and sums compared",
            differing,
            before=lambda: loaded("ours"),
            repeats=2,
        ),
        rival=Side(
            "load: the earlier graph removed, the new one loaded by batches",
            anew,
            before=lambda: loaded("rival"),
            repeats=1,
        ),
        minimum=2,
        same=same_after,
        warm_up=False,
    )


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:
    """Every run has an empty home of its own.

    Online, the servers run already. For the import tool ours must not run, so there both sides begin with nothing
    running and end with a server that answers: the start is in both times.
    """
    servers = Servers(scratch, stack)
    tables = city_graph(**size)
    cities, pairs = tables.nodes["City"].to_pylist(), tables.relationships[CITY_PAIRS].to_pylist()
    workspaces: dict[str, Workspace] = {}

    def fresh(role: str, *, start: bool) -> None:
        workspaces[role] = servers.fresh(role, start=start)

    def online() -> Workspace:
        with open_graph("local", workspace=workspaces["ours"]) as graph:
            load_tables(graph, tables)
        return workspaces["ours"]

    def offline() -> Workspace:
        fill_offline(workspaces["ours"], tables).close()
        return workspaces["ours"]

    def rival() -> Workspace:
        with plain_driver(workspaces["rival"]) as driver:
            by_driver(driver, cities, pairs)
        return workspaces["rival"]

    def same(ours: Workspace, theirs: Workspace) -> dict[str, Any]:
        content = []
        for workspace in (ours, theirs):
            with plain_driver(workspace) as driver:
                content.append(driver.execute_query(CONTENT, database_="neo4j").records[0].data())
        if content[0] != content[1] or content[0]["pairs"] != len(pairs):
            raise WrongOutput(f"{content[0]} against {content[1]}")
        return {"in both graphs": f"{content[0]['pairs']:,} relationships, score {content[0]['score']:,.2f}"}

    def rival_from_nothing() -> Workspace:
        ManagedServer(workspaces["rival"].neo4j).start()
        return rival()

    driver_text = (
        f"the official driver (neo4j-rust-ext installed), execute_write of UNWIND batches of {BATCH:,} MERGE rows "
        "from ready-made dicts"
    )
    text = f"{len(cities):,} cities, {size['pairs']:,} pairs in {size['years']} years: {len(pairs):,} relationships"
    return [
        only_changed(servers, stack, tables, text),
        Comparison(
            name="load online",
            title="Loading, online",
            size=text,
            ours=Side(
                "load_tables: constraints, resumable batches, indexes, counts and sums compared with the tables",
                online,
                before=lambda: fresh("ours", start=True),
                repeats=2,
            ),
            rival=Side(driver_text, rival, before=lambda: fresh("rival", start=True), repeats=1),
            minimum=2,
            same=same,
            warm_up=False,
        ),
        Comparison(
            name="load offline",
            title="Loading, empty local database",
            size=text,
            ours=Side(
                "the import tool: files, import, start of the server, constraints, indexes, counts and sums",
                offline,
                before=lambda: fresh("ours", start=False),
                repeats=3,
            ),
            rival=Side(
                f"start of the server, then {driver_text}",
                rival_from_nothing,
                before=lambda: fresh("rival", start=False),
                repeats=1,
            ),
            minimum=4,
            same=same,
            warm_up=False,
        ),
    ]
