"""Everything that stands in a graph, to compare two of them; and kills of what writes it."""

from __future__ import annotations

import json
from collections.abc import Callable

from toolkit.graphdb.connection import Graph


class Killed(BaseException):
    """Stands for a kill: nothing in the code may catch it."""


def content(graph: Graph) -> list[str]:
    """Everything in the database, in a stable order; of the Load node only what does not tell the time."""
    nodes = graph.read("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties")
    found = []
    for labels, properties in nodes.itertuples(index=False):
        kept = {name: value for name, value in properties.items() if name not in {"started", "batch_size"}}
        found.append(json.dumps([labels, kept], sort_keys=True))
    ties = graph.read(
        "MATCH (a)-[r]->(b) RETURN labels(a) AS la, coalesce(a.id, a.code) AS a, type(r) AS type, "
        "properties(r) AS properties, labels(b) AS lb, coalesce(b.id, b.code) AS b"
    )
    return sorted(found + [json.dumps(list(row), sort_keys=True) for row in ties.itertuples(index=False)])


def stop_after(calls: int) -> Callable[[str, int, int], None]:
    """Progress callback that ends the load at its ``calls``-th call."""
    seen = iter(range(1, calls))

    def progress(stage: str, done: int, total: int) -> None:
        if next(seen, None) is None:
            raise Killed

    return progress
