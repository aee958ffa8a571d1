"""Loading a workspace into Neo4j: what is loaded stays, what was interrupted goes on, what is old is replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, get_args

from toolkit.errors import BadParameter
from toolkit.graphdb.connection import Graph, open_graph
from toolkit.graphdb.contents import DEFAULT_CONTENTS, GraphContents
from toolkit.graphdb.load_changes import Changes, change_tables
from toolkit.graphdb.load_check import differences, verify
from toolkit.graphdb.load_node import LoadNode, claim, found_counts, read_load, remove_ours, set_state
from toolkit.graphdb.load_offline import import_tables
from toolkit.graphdb.load_online import send_batches
from toolkit.graphdb.load_source import LoadSource
from toolkit.graphdb.schema import create_constraints, create_schema
from toolkit.graphdb.server import ManagedServer
from toolkit.graphdb.server_check import require_supported
from toolkit.graphdb.tables import GraphTables
from toolkit.runs import RunRecord, recording
from toolkit.settings import Settings, load_settings
from toolkit.workspace import Folder, Workspace, open_workspace

__all__ = ["OFFLINE_FROM", "LoadReport", "load", "load_changes", "load_tables"]

Progress = Callable[[str, int, int], None]
Mode = Literal["auto", "offline", "online"]
OFFLINE_FROM: Final = 400_000
"""Rows from which the import tool is quicker: it costs some 12 s of stopping, starting and its own start, and then
takes 150,000 rows/s against the connection's 35,000."""
_REMOVE_MARKS: Final = "MATCH (b:LoadBatch) WITH b LIMIT $rows DELETE b RETURN count(*) AS removed"


@dataclass(frozen=True)
class LoadReport:
    """What a load did.

    Attributes
    ----------
    target
        ``local`` or the address.
    mode
        ``offline`` (import tool), ``online`` (batches), or ``none`` where nothing had to be done.
    action
        ``loaded``, ``resumed`` (an interrupted load was finished), ``replaced`` (an earlier graph went first),
        ``changed`` (only rows that differ were written) or ``unchanged``.
    counts
        Rows found by label and relationship kind; they equal ``expected``, else the load had failed.
    expected
        Rows of the workspace's tables.
    totals
        Sums of every number, by what was added up (``output of City`` has ``count`` and ``share``), found equal in the
        graph and in the workspace; empty where nothing had to be done.
    seconds
        All of it.
    run
        The run record.
    changes
        Where only rows that differ were written: what was added, changed and removed, by label and relationship kind.
    """

    target: str
    mode: str
    action: str
    counts: Mapping[str, int]
    expected: Mapping[str, int]
    totals: Mapping[str, Mapping[str, float]]
    seconds: float
    run: RunRecord
    changes: Mapping[str, Changes] = field(default_factory=dict)

    @property
    def unchanged(self) -> bool:
        """Whether the graph was complete already."""
        return self.action == "unchanged"


def load(
    workspace: Folder,
    target: str | Graph = "local",
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    batch_size: int = 10_000,
    replace: bool = False,
    only_changed: bool = False,
    mode: Mode = "auto",
    contents: GraphContents | None = DEFAULT_CONTENTS,
    network: str | None = None,
) -> LoadReport:
    """Make the graph at ``target`` show the workspace's records, or imported flows in place of them.

    Parameters
    ----------
    workspace
        A workspace with records, or its folder.
    target
        ``local`` (the workspace's own server, started when needed), an address, or an open graph.
    settings
        Settings in force; read from the workspace and the environment by default.
    progress
        Called as ``progress(stage, done, total)``. What it raises ends the load, which can then be taken up again.
    batch_size
        Rows of a transaction, online.
    replace
        Load anew even what is complete. Data that is not ours is never removed.
    only_changed
        Where the graph shows other records, write only the rows that differ; an empty database is loaded as ever.
    mode
        ``offline``: by the import tool, for an empty local server only. ``online``: by batches. ``auto``: the quicker
        one.
    contents
        What is to stand in the graph beside places, output and collaboration: by default moves, and no researchers.
        A graph of the same records with other contents is replaced. ``None``: whatever the graph has, and the default
        where it shows other records or none.
    network
        Name of imported flows, or of another imported network: the graph then shows these, and no records.

    Returns
    -------
    LoadReport
        Counts found, after they and the sums of every number were found equal to the workspace's.

    Raises
    ------
    DataError
        The workspace has no records.
    QueryRefused
        The database holds data of someone else, or the server is older than Neo4j 5.26; nothing was written.
    GraphStoreError
        The server can't be reached or started, or counts or sums differ in the end.
    BadParameter
        No such network, or none that the graph can show; contents of records asked for beside one; unknown mode, batch
        size below 1, ``offline`` for a target that is not the local server or not empty, or ``only_changed`` together
        with ``replace``.

    Notes
    -----
    Killed anywhere, the same call later ends in the same graph. Another corpus replaces the graph of the former one as
    a whole: no row of it stays, nor a result written back to it. With ``only_changed`` the graph in the end is the
    same, row for row; results written back go just so, since they were about the former records.
    """
    if mode not in get_args(Mode):
        raise BadParameter("mode", mode, f"it is one of {', '.join(get_args(Mode))}")
    if batch_size < 1:
        raise BadParameter("batch_size", batch_size, "it is a whole number of at least 1")
    if only_changed and replace:
        raise BadParameter("only_changed", only_changed, "with replace every row is written anew; give one of the two")
    workspace = open_workspace(workspace)
    source = LoadSource(workspace, contents, network)
    settings = settings or load_settings(workspace.root)
    name = target if isinstance(target, str) else "an open graph"
    parameters: dict[str, Any] = {"target": name, "mode": mode, "batch_size": batch_size, "replace": replace}
    parameters["only_changed"] = only_changed
    with recording("load", parameters, fingerprint=source.fingerprint, snapshot=source.snapshot) as timer:
        job = _Job(
            workspace,
            settings,
            progress,
            batch_size,
            replace=replace,
            only_changed=only_changed,
            mode=mode,
            source=source,
        )
        if isinstance(target, Graph):
            if mode == "offline":
                raise BadParameter("mode", mode, "an open graph is loaded by batches; give target='local'")
            job.into(target)
        elif target == "local":
            job.into_local()
        else:
            if mode == "offline":
                raise BadParameter("mode", mode, "only the workspace's own server can be filled by the import tool")
            with open_graph(target, workspace=workspace, settings=settings, progress=progress) as graph:
                job.into(graph)
        timer.rows.update(job.found)
        timer.facts.update(mode=job.used, action=job.action)
        timer.notes.extend(job.notes)
        parameters |= source.parameters()
        if job.changes:
            timer.facts["changes"] = {name: asdict(rows) for name, rows in job.changes.items() if rows}
        run = timer.record()
    return LoadReport(name, job.used, job.action, job.found, job.expected, job.totals, run.seconds, run, job.changes)


def load_tables(
    graph: Graph,
    tables: GraphTables,
    *,
    batch_size: int = 10_000,
    replace: bool = False,
    progress: Progress | None = None,
) -> str:
    """Make ``graph`` hold ``tables``, by batches; return what was done, as :attr:`LoadReport.action` says it.

    Raises
    ------
    QueryRefused, GraphStoreError
        As :func:`load`.
    """
    node = read_load(graph)
    action = "loaded"
    if node is not None:
        if node.load_id == tables.load_id and not replace:
            if node.state == "complete" and not differences(node.counts, found_counts(graph)):
                return "unchanged"
            action = "resumed" if node.state in ("loading", "filled") else "replaced"
        else:
            action = "replaced"
    create_constraints(graph)
    if action != "resumed":
        if node is not None:
            remove_ours(graph, node, progress=progress)
        claim(graph, tables, batch_size=batch_size)
        node = LoadNode(tables.load_id, "loading", batch_size, tables.counts(), tables.fingerprint)
    if node is not None and node.state == "loading":
        send_batches(graph, tables, batch_size=node.batch_size, progress=progress)
    finish(graph, tables, progress=progress)
    return action


def load_changes(
    graph: Graph,
    tables: GraphTables,
    *,
    batch_size: int = 10_000,
    progress: Progress | None = None,
) -> tuple[str, dict[str, Changes]]:
    """As :func:`load_tables`, but only rows that differ are written; return what was done and what differed.

    A database that holds nothing, or the first part of the same load, is loaded as ever. A graph of these records that
    was damaged is mended.

    Raises
    ------
    QueryRefused, GraphStoreError
        As :func:`load`.
    """
    node = read_load(graph)
    if node is None or (node.load_id == tables.load_id and node.state in ("loading", "filled")):
        return load_tables(graph, tables, batch_size=batch_size, progress=progress), {}
    create_constraints(graph)
    changes = change_tables(graph, tables, node, batch_size=batch_size, progress=progress)
    finish(graph, tables, progress=progress)
    return "changed", changes


def finish(graph: Graph, tables: GraphTables, *, progress: Progress | None = None) -> dict[str, int]:
    """Last steps of a filled graph: constraints, indexes, counts and sums; then it is ``complete``.

    The server builds the indexes while it adds up: it is idle otherwise, with all of its processors but one.

    Raises
    ------
    GraphStoreError
        Counts or sums differ; the graph is marked broken and the next load makes it anew.
    """
    if progress:
        progress("Checking the graph", 0, 1)
    with ThreadPoolExecutor(1) as beside:
        schema = beside.submit(create_schema, graph)
        found = verify(graph, tables)
        schema.result()
    while int(graph.write(_REMOVE_MARKS, {"rows": 10_000}, name="load: finish")["removed"].iloc[0]):
        pass
    set_state(graph, "complete")
    if progress:
        progress("Checking the graph", 1, 1)
    return found


class _Job:
    """One call of :func:`load`: the tables are derived only if they are needed, and once."""

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        progress: Progress | None,
        batch_size: int,
        *,
        replace: bool,
        only_changed: bool,
        mode: Mode,
        source: LoadSource,
    ) -> None:
        self.workspace, self.settings, self.progress, self.batch_size = workspace, settings, progress, batch_size
        self.replace, self.only_changed, self.mode = replace, only_changed, mode
        self.source = source
        self.used, self.action = "none", "unchanged"
        self.changes: Mapping[str, Changes] = {}
        self.found: Mapping[str, int] = {}
        self.expected: Mapping[str, int] = {}
        self.totals: Mapping[str, Mapping[str, float]] = {}
        self._tables: GraphTables | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed so that Neo4j can store it, where the tables were derived."""
        return self._tables.notes if self._tables is not None else ()

    @property
    def tables(self) -> GraphTables:
        """Tables of the graph."""
        if self._tables is None:
            if self.progress:
                self.progress("Computing what goes into the graph", 0, 1)
            self._tables = self.source.tables()
            if self.progress:
                self.progress("Computing what goes into the graph", 1, 1)
        return self._tables

    def into(self, graph: Graph) -> None:
        """Load by batches, where it is needed at all."""
        require_supported(graph)
        node = read_load(graph)
        self.source.settle(node)
        if not self._nothing_to_do(graph, node):
            if self.only_changed:
                self.action, self.changes = load_changes(
                    graph, self.tables, batch_size=self.batch_size, progress=self.progress
                )
            else:
                self.action = load_tables(
                    graph, self.tables, batch_size=self.batch_size, replace=self.replace, progress=self.progress
                )
            self.used = "online"
            self._take_sums(graph)

    def into_local(self) -> None:
        """Load the workspace's own server: a large graph into an empty one by the import tool."""
        server = ManagedServer(self.workspace.neo4j, settings=self.settings, progress=self.progress)
        with self.workspace.writing():  # of two loads at once the second is refused before it writes anything
            if self.mode == "online" or not server.is_fresh():
                with self._local() as graph:
                    self._refuse_offline(graph, server)
                    self.into(graph)
            elif self.mode == "offline" or self.tables.rows >= OFFLINE_FROM:
                import_tables(server, self.tables, batch_size=self.batch_size, progress=self.progress)
                with self._local() as graph:
                    self.used, self.action = "offline", "loaded"
                    finish(graph, self.tables, progress=self.progress)
                    self._take_sums(graph)
            else:
                with self._local() as graph:
                    self.into(graph)

    def _refuse_offline(self, graph: Graph, server: ManagedServer) -> None:
        """The import tool fills empty databases only; a graph that it filled before is finished or left as it is."""
        node = read_load(graph) if self.mode == "offline" else None
        ours = node is not None and node.load_id == self.source.load_id and not self.replace
        if self.mode == "offline" and not ours:
            raise BadParameter(
                "mode", self.mode, f"the database of {server.home} holds another graph; online or auto replaces it"
            )

    def _local(self) -> Graph:
        return open_graph("local", workspace=self.workspace, settings=self.settings, progress=self.progress)

    def _nothing_to_do(self, graph: Graph, node: LoadNode | None) -> bool:
        """Whether the graph is complete, told from its Load node without deriving the tables."""
        if self.replace or node is None or node.state != "complete":
            return False
        if node.load_id != self.source.load_id:
            return False
        self._take_counts(graph, node.counts)
        return not differences(self.expected, self.found)

    def _take_sums(self, graph: Graph) -> None:
        self._take_counts(graph, self.tables.counts())
        self.totals = {name: sums for name, sums in self.tables.totals().items() if any(sums.values())}

    def _take_counts(self, graph: Graph, expected: Mapping[str, int]) -> None:
        self.expected, self.found = dict(expected), found_counts(graph)
