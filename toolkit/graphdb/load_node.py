"""The Load node: whose graph this is, which records it shows, and how far loading has come.

::

    (none) --> loading --> filled --> complete
                  |           |           |
                  +-> broken <+           |
                         |                |
                         +--> removing <--+   (then loading again)
                         +--> changing <--+   (then complete again)

``loading``: batches are being sent, each leaves a ``LoadBatch`` node in its own transaction. ``filled``: all are in.
``complete``: counted and added up, as the workspace has it. ``broken``: it was not. ``removing``: an earlier load goes.
``changing``: rows of an earlier load become those of the load that is named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import QueryRefused
from toolkit.graphdb.contents import DEFAULT_CONTENTS, GraphContents
from toolkit.graphdb.layout import KEYS, LAYOUT_VERSION, RELATIONSHIPS
from toolkit.graphdb.schema import count_statement, node_count_statement, removal_statements

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph
    from toolkit.graphdb.tables import GraphTables

__all__ = [
    "LoadNode",
    "claim",
    "found_counts",
    "load_properties",
    "read_load",
    "refuse_foreign",
    "remove_ours",
    "remove_runs",
    "set_state",
    "shown_records",
]

Progress = Callable[[str, int, int], None]
OWNER: Final = "scicities"
LABELS: Final = frozenset({*KEYS, "Load", "LoadBatch", "Run"})
_REMOVED_AT_ONCE: Final = 20_000

_READ: Final = "MATCH (l:Load {owner: $owner}) RETURN properties(l) AS load"
_CLAIM: Final = "MERGE (l:Load {owner: $owner}) SET l = $properties"
_SET: Final = "MATCH (l:Load {owner: $owner}) SET l += $properties"
_FOREIGN_TIES: Final = """
MATCH (a)-[r]->(b)
WHERE any(label IN labels(a) WHERE label IN $labels) OR any(label IN labels(b) WHERE label IN $labels)
RETURN labels(a) AS start, type(r) AS type, labels(b) AS end, count(*) AS found
"""


@dataclass(frozen=True)
class LoadNode:
    """What the Load node says.

    Attributes
    ----------
    load_id
        Known by fingerprint, contents and layout, see :attr:`toolkit.graphdb.tables.GraphTables.load_id`.
    state
        ``loading``, ``filled``, ``complete``, ``broken``, ``removing`` or ``changing``.
    batch_size
        Rows of a batch: a load goes on with the size it began with.
    counts
        Rows there are to be, by label and relationship kind.
    fingerprint, snapshot
        Of the records, as the workspace has them; the snapshot is empty where the records don't say.
    contents
        What was asked for beside places, output and collaboration.
    """

    load_id: str
    state: str
    batch_size: int
    counts: Mapping[str, int]
    fingerprint: str
    snapshot: str = ""
    contents: GraphContents = DEFAULT_CONTENTS


def read_load(graph: Graph) -> LoadNode | None:
    """The Load node, or ``None`` where there is none.

    Raises
    ------
    QueryRefused
        The database holds something, and none of it is ours.
    """
    rows = graph.read(_READ, {"owner": OWNER}, name="load")
    if len(rows):
        found: dict[str, Any] = rows["load"].iloc[0]
        return LoadNode(
            load_id=found["load_id"],
            state=found["state"],
            batch_size=found["batch_size"],
            counts=json.loads(found["counts"]),
            fingerprint=found["fingerprint"],
            snapshot=found.get("snapshot", ""),
            contents=GraphContents.of_properties(found),
        )
    nodes = int(graph.read(node_count_statement(), name="load")["found"].iloc[0])
    if nodes:
        raise QueryRefused(
            f"The database holds {nodes:,} nodes that scicities did not load, so nothing was written. Give an empty "
            "database, or use the workspace's own (`scicities load --to local`)."
        )
    return None


def shown_records(graph: Graph) -> tuple[str, str]:
    """Fingerprint and snapshot of the records that a graph shows; empty where it is none of ours."""
    try:
        loaded = read_load(graph)
    except QueryRefused:
        return "", ""
    return (loaded.fingerprint, loaded.snapshot) if loaded is not None else ("", "")


def load_properties(tables: GraphTables, *, state: str, batch_size: int) -> dict[str, Any]:
    """Properties of the Load node of ``tables``."""
    return {
        "owner": OWNER,
        "load_id": tables.load_id,
        "fingerprint": tables.fingerprint,
        "layout": LAYOUT_VERSION,
        "state": state,
        "batch_size": batch_size,
        "counts": json.dumps(tables.counts()),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        **tables.contents.properties(),
        **{name: value for name, value in tables.facts.items() if value not in (None, "")},
    }


def claim(graph: Graph, tables: GraphTables, *, batch_size: int, state: str = "loading") -> None:
    """Write the Load node of ``tables``: from here on the database is ours."""
    properties = load_properties(tables, state=state, batch_size=batch_size)
    graph.write(_CLAIM, {"owner": OWNER, "properties": properties}, name="load: begin")


def set_state(graph: Graph, state: str) -> None:
    """Move the Load node to ``state``."""
    graph.write(_SET, {"owner": OWNER, "properties": {"state": state}}, name="load: state")


def found_counts(graph: Graph) -> dict[str, int]:
    """Rows there are, by label and relationship kind."""
    row = graph.read(count_statement(), name="load").iloc[0]
    return {str(name): int(found) for name, found in row.items()}


def remove_ours(graph: Graph, node: LoadNode, *, progress: Progress | None = None) -> None:
    """Remove what an earlier load wrote, in batches; the Load node stays, in state ``removing``.

    Raises
    ------
    QueryRefused
        Something of someone else hangs on our nodes, or bears our labels, and would go with them. Nothing was removed.
    """
    found = found_counts(graph)
    refuse_foreign(graph, node, found)
    set_state(graph, "removing")
    total, removed = sum(found.values()), 0
    for _, statement in removal_statements():
        while True:
            rows = int(graph.write(statement, {"rows": _REMOVED_AT_ONCE}, name="load: remove")["removed"].iloc[0])
            removed = min(total, removed + rows)
            if progress:
                progress("Removing the earlier load", removed, total)
            if not rows:
                break


def remove_runs(graph: Graph) -> None:
    """Remove the nodes that tell of analyses written back."""
    statements = dict(removal_statements())
    while int(graph.write(statements["Run"], {"rows": _REMOVED_AT_ONCE}, name="load: remove")["removed"].iloc[0]):
        pass


def refuse_foreign(graph: Graph, node: LoadNode, found: Mapping[str, int]) -> None:
    """Raise where rows of someone else would go with ours; ``found`` are the counts there are.

    Raises
    ------
    QueryRefused
        Something of someone else hangs on our nodes, or bears our labels. Nothing was removed.
    """
    if node.state not in ("removing", "changing"):
        for name, expected in node.counts.items():
            if found.get(name, 0) > expected:
                raise QueryRefused(
                    f"The database holds {found[name]:,} {name}, {found[name] - expected:,} more than scicities "
                    "loaded: someone added to them. Nothing was removed or written. Remove what was added, or load "
                    "into another database."
                )
    ties = int(graph.read("MATCH ()-[r]->() RETURN count(r) AS found", name="load")["found"].iloc[0])
    if ties == sum(found[kind.pattern] for kind in RELATIONSHIPS):
        return
    ours = {(kind.start, kind.type, kind.end) for kind in RELATIONSHIPS}
    rows = graph.read(_FOREIGN_TIES, {"labels": sorted(LABELS)}, name="load")
    for start, kind, end, count in zip(rows["start"], rows["type"], rows["end"], rows["found"], strict=True):
        if not any((a, kind, b) in ours for a in start for b in end):
            raise QueryRefused(
                f"{count:,} relationships (:{':'.join(start)})-[:{kind}]->(:{':'.join(end)}) that scicities did not "
                "load hang on its nodes and would be lost with them. Nothing was removed or written. Remove them, or "
                "load into another database."
            )
