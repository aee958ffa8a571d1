"""Neo4j for the rows that need one: managed servers of scratch workspaces, and a graph of known size to load."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import neo4j
import numpy as np
import pyarrow as pa

from bench.networks import network
from toolkit.graphdb.connection import Graph, open_graph
from toolkit.graphdb.layout import KEYS, RELATIONSHIPS
from toolkit.graphdb.load import finish
from toolkit.graphdb.load_offline import import_tables
from toolkit.graphdb.server import ManagedServer
from toolkit.graphdb.tables import GraphTables
from toolkit.workspace import Workspace

__all__ = ["CITY_PAIRS", "Servers", "city_graph", "fill_offline", "plain_driver"]

LAST_YEAR = 2024
CITY_PAIRS = next(kind for kind in RELATIONSHIPS if (kind.type, kind.start) == ("COLLABORATES_WITH", "City"))


class Servers:
    """Servers on empty homes, one at a time; the last one is stopped with the row."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._made = 0
        self._running: dict[str, ManagedServer] = {}
        stack.callback(self.stop)

    def fresh(self, role: str, *, start: bool) -> Workspace:
        """Workspace with an empty server for ``role``; the role's former server is stopped."""
        if role in self._running:
            self._running.pop(role).stop()
        self._made += 1
        workspace = Workspace(self._folder / f"{role}{self._made}")
        self._running[role] = ManagedServer(workspace.neo4j)
        if start:
            self._running[role].start()
        return workspace

    def stop(self) -> None:
        """Stop what runs."""
        while self._running:
            self._running.popitem()[1].stop()


def city_graph(cities: int, pairs: int, years: int = 1) -> GraphTables:
    """Graph of ``cities`` cities and ``pairs`` pairs in each of ``years`` years, in the toolkit's layout."""
    made = network(cities, pairs)
    rows = made.table().sort_by([("a_id", "ascending"), ("b_id", "ascending")])
    rows = rows.take(np.repeat(np.arange(pairs), years))
    rng = np.random.default_rng(7)
    tables: dict[str, pa.Table] = {label: pa.table({key: pa.array([], pa.string())}) for label, key in KEYS.items()}
    tables["City"] = pa.table(
        {
            "id": made.ids,
            "name": [f"City {number}" for number in made.ids],
            "country": ["XX"] * cities,
            "lat": rng.uniform(-60, 70, cities).round(4),
            "lon": rng.uniform(-180, 180, cities).round(4),
            "population": rng.integers(10_000, 10_000_000, cities),
        }
    )
    for name in ("count", "share"):
        tables["Output"] = tables["Output"].append_column(name, pa.array([], pa.float64()))
    relationships = {
        kind: pa.table(
            {"start": pa.array([], pa.string()), "end": pa.array([], pa.string())}
            | {name: pa.array([], pa.string() if name == "rule" else pa.int64()) for name in kind.properties}
        )
        for kind in RELATIONSHIPS
    }
    joint = np.maximum(1, np.rint(rows["score"].to_numpy() * 2)).astype(np.int64)
    relationships[CITY_PAIRS] = pa.table(
        {
            "start": rows["a_id"],
            "end": rows["b_id"],
            "year": np.tile(np.arange(LAST_YEAR - years + 1, LAST_YEAR + 1), pairs),
            "joint": joint,
            "score": rows["score"],
            "partnerships": np.minimum(joint, 3),
        }
    )
    return GraphTables(tables, relationships, fingerprint=f"bench {cities} {pairs} {years}")


def fill_offline(workspace: Workspace, tables: GraphTables) -> Graph:
    """What ``load`` does with an empty local server: import, start, constraints, indexes, counts and sums."""
    import_tables(ManagedServer(workspace.neo4j), tables, batch_size=10_000)
    graph = open_graph("local", workspace=workspace)
    finish(graph, tables)
    return graph


def plain_driver(workspace: Workspace) -> neo4j.Driver:
    """The official driver on the workspace's running server, as its manual opens it."""
    info = ManagedServer(workspace.neo4j).info()
    return neo4j.GraphDatabase.driver(info.uri, auth=(info.username, info.password))
