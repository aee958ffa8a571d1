"""Making a graph show other records by writing only what differs: the rows that stand there are read and compared.

What is compared is the graph itself, not a note of what was once loaded. So a load that was killed needs no memory of
how far it came (the next one finds less to do), and it does not matter by which way or version the rows came in.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.graphdb.layout import KEYS, RELATIONSHIPS, RelationshipKind
from toolkit.graphdb.load_difference import COPIES, Difference, difference
from toolkit.graphdb.load_node import claim, found_counts, refuse_foreign, remove_runs
from toolkit.graphdb.load_online import Batch, cut, relationship_runs, relationship_statement, send_stage
from toolkit.graphdb.statement_files import statement

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph
    from toolkit.graphdb.load_node import LoadNode
    from toolkit.graphdb.tables import GraphTables

__all__ = ["Changes", "change_tables"]

Progress = Callable[[str, int, int], None]
_PAGE: Final = 50_000
"""Nodes that are read at once."""


@dataclass(frozen=True)
class Changes:
    """How many rows of one label or relationship kind were added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def __bool__(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.added or self.changed or self.removed)


def change_tables(
    graph: Graph, tables: GraphTables, node: LoadNode, *, batch_size: int, progress: Progress | None = None
) -> dict[str, Changes]:
    """Make the rows of ``graph`` those of ``tables``; return what differed, by label and relationship kind.

    Results of analyses go, with their ``Run`` nodes and the marks of Neo4j Browser: they were about the records before.
    Nodes come before the relationships that need them, and go after those that hung on them.

    Raises
    ------
    QueryRefused
        Something of someone else hangs on our nodes or bears our labels. Nothing was written.
    GraphStoreError
        A batch could not be sent, or a row bears values that no load of ours wrote. The next load goes on from there.
    """
    refuse_foreign(graph, node, found_counts(graph))
    claim(graph, tables, state="changing", batch_size=batch_size)
    remove_runs(graph)
    work = _Work(graph, tables, batch_size, progress)
    parts = {label: work.nodes(label) for label in KEYS}
    made = {label: _counted(part) for label, part in parts.items()}
    made |= {kind.pattern: work.relationships(kind) for kind in RELATIONSHIPS}
    for label in reversed(list(KEYS)):
        work.remove_nodes(label, parts[label].removed)
    return made


class _Work:
    """One call of :func:`change_tables`: what its steps share, and how far it is."""

    def __init__(self, graph: Graph, tables: GraphTables, batch_size: int, progress: Progress | None) -> None:
        self.graph, self.tables, self.batch_size, self.progress = graph, tables, batch_size, progress
        self._compared = 0
        self._name = f"{tables.load_id}/changes-{uuid.uuid4().hex}"
        """Of no other call, so that no batch of this one is taken for one of a call that was killed."""

    def nodes(self, label: str) -> Difference:
        """Put in the nodes of a label that are new or changed; what is left to remove stands in the answer."""
        key, wanted = KEYS[label], self.tables.nodes[label]
        parts = difference(self._found_nodes(label, wanted.schema), wanted, [key])
        self._clear_results(label, wanted.schema)
        self._send(f"+{label}", parts.added, statement("load/nodes", label=label), _as_rows)
        self._send(f"~{label}", parts.changed, statement("load/change_nodes", label=label, key=key), _as_rows)
        self._tell_compared(wanted.num_rows)
        return parts

    def relationships(self, kind: RelationshipKind) -> Changes:
        """Make the relationships of a kind those wanted; a changed one is written anew."""
        wanted = self.tables.relationships[kind]
        parts = difference(self._found_relationships(kind, wanted.schema), wanted, ["start", "end", *kind.identity])

        def as_runs(part: pa.Table) -> dict[str, Any]:
            return {"runs": relationship_runs(part, kind)}

        old = pa.concat_tables([parts.outdated, parts.removed]).sort_by("start")
        new = pa.concat_tables([parts.added, parts.changed]).sort_by("start")
        same = " AND ".join(
            f"(r.{name} = run.{name}[i] OR (r.{name} IS NULL AND run.{name}[i] IS NULL))" for name in kind.properties
        )
        text = relationship_statement("load/remove_relationships", kind, same=same or "true")
        self._send(f"-{kind.pattern}", old, text, as_runs)
        self._send(f"+{kind.pattern}", new, relationship_statement("load/relationships", kind), as_runs)
        self._tell_compared(wanted.num_rows)
        return _counted(parts)

    def remove_nodes(self, label: str, removed: pa.Table) -> None:
        """Remove nodes that nothing hangs on any more."""
        key = KEYS[label]
        keys = removed.select([key])
        text = statement("load/remove_nodes", label=label, key=key)
        self._send(f"-{label}", keys, text, lambda part: {"keys": part[key].to_pylist()})

    def _found_nodes(self, label: str, schema: pa.Schema) -> pa.Table:
        columns = ", ".join(f"[n IN page | n.{name}] AS {name}" for name in schema.names)
        text = statement("load/read_nodes", label=label, key=KEYS[label], columns=columns)
        pages, after = [schema.empty_table()], ""
        while True:
            page = self.graph.read_table(text, schema, {"after": after, "rows": _PAGE}, name="load: compare")
            pages.append(page)
            if page.num_rows < _PAGE:
                return pa.concat_tables(pages)
            after = page[KEYS[label]][-1].as_py()

    def _found_relationships(self, kind: RelationshipKind, schema: pa.Schema) -> pa.Table:
        columns = "".join(f", [r IN found | r.{name}] AS {name}" for name in kind.properties)
        text = relationship_statement("load/read_relationships", kind, columns=columns)
        return self.graph.read_table(text, schema, name="load: compare")

    def _clear_results(self, label: str, schema: pa.Schema) -> None:
        """Take off a label's nodes every property and label that no load gives."""
        own = ", ".join(f".{name}" for name in schema.names)
        text = statement("load/clear_results", label=label, own=own)
        parameters = {"own": schema.names, "rows": self.batch_size}
        while int(self.graph.write(text, parameters, name="load: results")["cleared"].iloc[0]):
            self._tell_compared(0)

    def _send(self, what: str, rows: pa.Table, text: str, parameters: Callable[[pa.Table], Mapping[str, Any]]) -> None:
        def batches() -> Iterator[Batch]:
            for number, part in cut(rows, self.batch_size):
                key = f"{self._name}/{what}/{number}"
                copies = pc.sum(part[COPIES]).as_py() if COPIES in part.column_names else part.num_rows
                yield Batch(key, text, {"batch": key, **parameters(part)}, copies)

        if rows.num_rows:
            send_stage(self.graph, batches(), stage=f"Changing {what[1:]}", total=rows.num_rows, progress=self.progress)

    def _tell_compared(self, rows: int) -> None:
        self._compared += rows
        if self.progress:
            self.progress("Comparing with the graph", self._compared, self.tables.rows)


def _as_rows(part: pa.Table) -> Mapping[str, Any]:
    return {"rows": part.to_pylist()}


def _counted(parts: Difference) -> Changes:
    copies = sum(parts.outdated[COPIES].to_pylist()) + sum(parts.removed[COPIES].to_pylist())
    return Changes(parts.added.num_rows, parts.changed.num_rows, copies - parts.changed.num_rows)
