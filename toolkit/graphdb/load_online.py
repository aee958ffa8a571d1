"""Loading through a connection: batches, each one transaction, each sent at most once.

A batch leaves a node with a unique key in its own transaction, so after a kill the batches that were committed are
known, and sending one again is refused by the key. That is why rows can be created instead of merged: measured
(300,000 relationships between 2,000 cities, two cores) three times as fast as MERGE in batches of 1,000, twice as
fast as MERGE in batches of 10,000 sent by ``CALL {} IN CONCURRENT TRANSACTIONS``, which besides ends in deadlocks.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from neo4j.exceptions import ServiceUnavailable, SessionExpired

from toolkit.errors import GraphStoreError, QueryRefused, Unreachable
from toolkit.graphdb.layout import KEYS, RELATIONSHIPS, RelationshipKind
from toolkit.graphdb.load_node import set_state
from toolkit.graphdb.statement_files import statement

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph
    from toolkit.graphdb.tables import GraphTables

__all__ = [
    "Batch",
    "cut",
    "node_batches",
    "relationship_batches",
    "relationship_runs",
    "relationship_statement",
    "send_batches",
    "send_stage",
]

Progress = Callable[[str, int, int], None]
STREAMS: Final = 2
"""Batches under way at once; more gave nothing on two cores, and more deadlocks to retry."""
_ATTEMPTS: Final = 12
_PATIENCE: Final = 90.0
"""Seconds for which a batch waits for a server that has gone away; starting one takes 4 to 10."""
_ASK_AGAIN: Final = 0.5


@dataclass(frozen=True)
class Batch:
    """One transaction: its key, what it writes, and how many rows that is."""

    key: str
    statement: str
    parameters: dict[str, Any]
    rows: int


def send_batches(graph: Graph, tables: GraphTables, *, batch_size: int, progress: Progress | None = None) -> int:
    """Send what is not yet there, nodes before relationships; return the number of batches sent.

    Raises
    ------
    GraphStoreError
        A batch wrote fewer rows than it has, or could not be sent. What was committed stays, and the next load goes
        on from there.
    """
    done = set(graph.read("MATCH (b:LoadBatch) RETURN b.key AS key", name="load")["key"])
    sent = 0
    for stage, batches, total in (
        ("Loading nodes", node_batches(tables, batch_size), sum(tables.nodes[label].num_rows for label in KEYS)),
        (
            "Loading relationships",
            relationship_batches(tables, batch_size),
            sum(tables.relationships[kind].num_rows for kind in RELATIONSHIPS),
        ),
    ):
        sent += send_stage(graph, batches, done=done, stage=stage, total=total, progress=progress)
    set_state(graph, "filled")
    return sent


def node_batches(tables: GraphTables, batch_size: int) -> Iterator[Batch]:
    """Batches of nodes, always cut the same way for the same tables and size."""
    for label in KEYS:
        text = statement("load/nodes", label=label)
        for number, part in cut(tables.nodes[label], batch_size):
            key = f"{tables.load_id}/{label}/{number}"
            yield Batch(key, text, {"batch": key, "rows": part.to_pylist()}, part.num_rows)


def relationship_batches(tables: GraphTables, batch_size: int) -> Iterator[Batch]:
    """Batches of relationships, always cut the same way for the same tables and size."""
    for kind in RELATIONSHIPS:
        text = relationship_statement("load/relationships", kind)
        for number, part in cut(tables.relationships[kind], batch_size):
            key = f"{tables.load_id}/{kind.pattern}/{number}"
            yield Batch(key, text, {"batch": key, "runs": relationship_runs(part, kind)}, part.num_rows)


class _Unsent:
    """Batches that are not yet there; ``skipped`` counts the rows of those that are."""

    def __init__(self, batches: Iterator[Batch], done: AbstractSet[str]) -> None:
        self._batches, self._done, self.skipped = batches, done, 0

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._batches:
            if batch.key in self._done:
                self.skipped += batch.rows
            else:
                yield batch


def send_stage(
    graph: Graph,
    batches: Iterator[Batch],
    *,
    stage: str,
    total: int,
    done: AbstractSet[str] = frozenset(),
    progress: Progress | None = None,
) -> int:
    """Send batches that are not ``done`` over several streams; return how many were sent.

    Progress is told, and may stop everything, from this thread only.

    Raises
    ------
    GraphStoreError
        As :func:`send_batches`.
    """
    sent, written = 0, 0
    unsent = _Unsent(batches, done)
    waiting: set[Future[int]] = set()
    with ThreadPoolExecutor(STREAMS, thread_name_prefix="load") as pool:
        try:
            for batch in unsent:
                waiting.add(pool.submit(_send, graph, batch))
                sent += 1
                if len(waiting) >= 2 * STREAMS:
                    ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    written += sum(future.result() for future in ended)
                    if progress:
                        progress(stage, unsent.skipped + written, total)
            written += sum(future.result() for future in waiting)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    if progress:
        progress(stage, unsent.skipped + written, total)
    return sent


def _send(graph: Graph, batch: Batch) -> int:
    """Send one batch; a deadlock with the other stream is the server's to resolve and ours to try again.

    So is a connection that drops, or a server that is started anew meanwhile: whether the batch was committed before,
    its key tells when it is sent again.
    """
    patience, attempt = time.monotonic() + _PATIENCE, 0
    while True:
        try:
            rows = graph.write_auto(batch.statement, batch.parameters, name="load: batch")
        except (QueryRefused, Unreachable) as error:
            if (
                isinstance(error, QueryRefused)
                and "ConstraintValidation" in error.code
                and _committed(graph, batch.key)
            ):
                return batch.rows  # the answer to an earlier attempt was lost, not the rows
            if _is_away(error):
                if time.monotonic() > patience:
                    raise
                time.sleep(_ASK_AGAIN)
            elif isinstance(error, Unreachable) or not error.retryable or attempt >= _ATTEMPTS - 1:
                raise
            else:
                attempt += 1  # of deadlocks only: a server that was away for long has used up none of them
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - spreads the streams, guards nothing
        else:
            written = int(rows["written"].iloc[0])
            if written != batch.rows:
                set_state(graph, "broken")
                raise GraphStoreError(
                    f"Batch {batch.key} has {batch.rows} rows, but the server wrote {written}: some of their ends are "
                    "missing. Load again; the graph is then made anew."
                )
            return written


def _is_away(error: QueryRefused | Unreachable) -> bool:
    """Whether the server was there before and may be again: a lost connection, a server going down or coming up."""
    if isinstance(error, QueryRefused):
        return "DatabaseUnavailable" in error.code or "DatabaseNotFound" in error.code
    return isinstance(error.__cause__, ServiceUnavailable | SessionExpired)


def _committed(graph: Graph, key: str) -> bool:
    return bool(len(graph.read("MATCH (b:LoadBatch {key: $key}) RETURN b.key AS key", {"key": key}, name="load")))


def cut(table: pa.Table, size: int) -> Iterator[tuple[int, pa.Table]]:
    """Parts of at most ``size`` rows, numbered."""
    for number, begin in enumerate(range(0, table.num_rows, size)):
        yield number, table.slice(begin, size)


def relationship_runs(part: pa.Table, kind: RelationshipKind) -> list[dict[str, Any]]:
    """Rows of each start as columns; ``part`` is ordered by start."""
    encoded = pc.run_end_encode(part["start"].combine_chunks())
    columns = {name: part[name].to_pylist() for name in ("end", *kind.properties)}
    runs, begin = [], 0
    for start, end in zip(encoded.values.to_pylist(), encoded.run_ends.to_pylist(), strict=True):
        runs.append({"start": start} | {name: values[begin:end] for name, values in columns.items()})
        begin = end
    return runs


def relationship_statement(name: str, kind: RelationshipKind, **more: str) -> str:
    """Statement file ``name`` for a kind of relationship."""
    return statement(
        name,
        type=kind.type,
        start=kind.start,
        start_key=KEYS[kind.start],
        end=kind.end,
        end_key=KEYS[kind.end],
        properties=", ".join(f"{name}: run.{name}[i]" for name in kind.properties),
        **more,
    )
