"""Reaching Neo4j: one place that opens connections, runs statements and puts the driver's errors into words.

What goes wrong below comes up as one of::

    BadParameter / SettingsError   the address can't be one
    ServerError                    the managed local server did not start
    Unreachable                    no connection: nobody answers there, or the password is wrong
    QueryRefused                   the server answered no; ``code``, ``retryable``

and never as an exception of the driver.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from itertools import repeat
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import neo4j
import pandas as pd
import pyarrow as pa
from neo4j.exceptions import IncompleteCommit

from toolkit.errors import BadParameter, GraphStoreError, SettingsError
from toolkit.graphdb.driver_errors import first_answer, translated
from toolkit.graphdb.read_only import (
    effect_beyond_reading,
    explaining,
    parted,
    plugin_function,
    profiling,
)
from toolkit.graphdb.server import ManagedServer
from toolkit.graphdb.values import plain
from toolkit.settings import Settings, load_settings
from toolkit.workspace import Folder, open_workspace

__all__ = ["Graph", "GraphInfo", "open_graph"]

T = TypeVar("T")
SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_CONNECT_SECONDS = 10.0
_RETRY_SECONDS = 20.0
_COMMITS = 5
"""Times a statement is sent whose commit got no answer."""
_GATHERED = 100_000
"""Rows that are held as Python values before they become a part of an Arrow table."""
_READING = neo4j.RoutingControl.READ
_WRITING = neo4j.RoutingControl.WRITE


@dataclass(frozen=True)
class GraphInfo:
    """Server and content: how many nodes by label and relationships by type."""

    uri: str
    database: str
    version: str
    edition: str
    nodes: Mapping[str, int]
    relationships: Mapping[str, int]


class Graph:
    """An open connection to one Neo4j database; made by :func:`open_graph`, a context manager.

    Attributes
    ----------
    driver
        The official driver, for what has no method here.
    database
        Name of the database every statement goes to.
    uri
        Where it is.
    own_library
        Folders of queries of one's own, parted as in ``PATH``: the setting ``library``.
    """

    def __init__(self, driver: neo4j.Driver, database: str, uri: str, own_library: str = "") -> None:
        self.own_library = own_library
        self.driver = driver
        self.database = database
        self.uri = uri

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Graph(uri={self.uri!r}, database={self.database!r})"

    def close(self) -> None:
        """Close the connection; a managed server goes on running."""
        self.driver.close()

    def run(self, name: str, /, *, write: bool = False, **parameters: Any) -> pd.DataFrame:
        """Answer of the query ``name`` of the query library.

        Parameters
        ----------
        name
            For example ``hubs.by_strength``, or a query of a folder that the setting ``library`` names
            (``SCICITIES_LIBRARY``, or ``library`` in the workspace's ``scicities.toml``).
        write
            Let a query of your own whose access is ``write`` change the graph.
        **parameters
            Its declared parameters; the others take their defaults.

        Returns
        -------
        pandas.DataFrame
            The declared columns, in declared order and types.

        Raises
        ------
        UnknownQuery
            There is no such query.
        BadParameter
            A parameter is missing, unknown or of the wrong type, or the query writes and ``write`` was not given.
        QueryRefused
            The server refused it.
        """
        from toolkit.graphdb.library import library, own_folders

        return library(*own_folders(self.own_library), strict=False).run(self, name, write=write, **parameters)

    def read(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "", timeout: float | None = None
    ) -> pd.DataFrame:
        """Answer of a reading statement of ours as a frame of plain values; ``name`` shows in the server's lists."""
        return self._execute(cypher, parameters, name, _READING, timeout=timeout, made=_frame)

    def read_columns(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "", timeout: float | None = None
    ) -> dict[str, list[Any]]:
        """Columns of a statement that collects them, chunk by chunk, on the server.

        Parameters
        ----------
        cypher
            A statement whose every row is a chunk and whose every value is a list, all of a row equally long, for
            example ``… RETURN collect(a.id) AS a, collect(c.score) AS score``.

        Returns
        -------
        dict of str to list
            The chunks' lists joined, by column. Without any row, empty lists.

        Raises
        ------
        QueryRefused
            The server refused it.

        Notes
        -----
        Ten times quicker than a row per record: the driver pays per record, not per value.
        """

        def joined(result: neo4j.Result) -> dict[str, list[Any]]:
            columns: dict[str, list[Any]] = {key: [] for key in result.keys()}  # noqa: SIM118 - a method, no mapping
            for record in result:
                for key, chunk in zip(columns, record.values(), strict=True):
                    columns[key].extend(chunk)
            return columns

        return self._execute(cypher, parameters, name, _READING, timeout=timeout, made=joined)

    def read_table(
        self,
        cypher: str,
        schema: pa.Schema,
        parameters: Mapping[str, Any] | None = None,
        *,
        name: str = "",
    ) -> pa.Table:
        """Answer of a statement that collects columns, as an Arrow table.

        Parameters
        ----------
        cypher
            A statement that returns the columns of ``schema``. Each row is a chunk of the table: its lists are equally
            long, and a value that is no list counts for the whole chunk.
        schema
            Names and types.

        Raises
        ------
        QueryRefused
            The server refused it.
        GraphStoreError
            A value is not of the column's type.
        """

        def gathered(result: neo4j.Result) -> pa.Table:
            batches: list[pa.RecordBatch] = []
            columns: dict[str, list[Any]] = {column: [] for column in schema.names}
            for record in result:
                values = record.values()
                rows = next(len(value) for value in values if isinstance(value, list))
                for column, value in zip(columns, values, strict=True):
                    columns[column].extend(value if isinstance(value, list) else repeat(value, rows))
                if len(columns[schema.names[0]]) >= _GATHERED:
                    batches.append(pa.record_batch(columns, schema=schema))
                    columns = {column: [] for column in schema.names}
            return pa.Table.from_batches([*batches, pa.record_batch(columns, schema=schema)])

        try:
            return self._execute(cypher, parameters, name, _READING, timeout=None, made=gathered)
        except pa.ArrowException as error:
            raise GraphStoreError(
                f"A value in the graph at {self.uri} is not of the type that scicities writes ({error}): someone "
                "changed it. `scicities load --replace` makes the graph anew."
            ) from error

    def write(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "", timeout: float | None = None
    ) -> pd.DataFrame:
        """Run a writing statement in one transaction, retried where that may help.

        It must be a statement that may run twice: where the connection is lost while the server commits, nobody knows
        whether it did, and the statement is sent again.
        """
        return self._execute(cypher, parameters, name, _WRITING, timeout=timeout, made=_frame)

    def write_auto(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "", timeout: float | None = None
    ) -> pd.DataFrame:
        """Run a statement that opens transactions of its own (``CALL … IN TRANSACTIONS``); never retried."""
        with (
            translated(self.uri),
            self.driver.session(database=self.database, default_access_mode=neo4j.WRITE_ACCESS) as session,
        ):
            return _frame(session.run(_query(cypher, name, timeout), dict(parameters or {})))

    def raw(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        write: bool = False,
        timeout: float | None = None,
    ) -> pd.DataFrame:
        """Answer of any statement, read-only unless ``write``.

        Parameters
        ----------
        cypher
            One statement.
        parameters
            Values of its ``$parameters``.
        write
            Let it write.
        timeout
            Seconds after which the server gives it up.

        Returns
        -------
        pandas.DataFrame
            Nodes, relationships and paths and points as plain dicts, dates and durations as ISO text.

        Raises
        ------
        BadParameter
            It would write, read a file or change the server, and ``write`` was not given. Nothing was run.
        QueryRefused
            The server refused it.
        """
        if write:
            return self.write_auto(cypher, parameters, name="raw", timeout=timeout)
        mode, body = parted(cypher)
        if mode == "EXPLAIN":
            return self._execute(explaining(body), parameters, "raw", _READING, timeout=timeout, made=_frame, lines=1)
        self.require_reading(
            body, parameters, allowed="only reading is allowed without write (--write)", timeout=timeout
        )
        if mode == "PROFILE":
            return self._execute(profiling(body), parameters, "raw", _READING, timeout=timeout, made=_frame, lines=1)
        return self.read(body, parameters, name="raw", timeout=timeout)

    def require_reading(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        allowed: str,
        timeout: float | None = None,
    ) -> None:
        """Have the server plan a statement, and refuse it where it would do more than read; it is not run.

        Whoever runs it afterwards runs ``cypher`` itself, or ``PROFILE`` and ``cypher``: the text that was planned.

        Parameters
        ----------
        cypher, parameters, timeout
            As :meth:`raw`; without ``EXPLAIN`` and ``PROFILE``.
        allowed
            End of the sentence it is refused with.

        Raises
        ------
        BadParameter
            It would write, read a file, change the server, or do something that is not known to only read the graph.
        QueryRefused
            The server can't plan it.
        """
        with translated(self.uri, prefix_lines=1):
            summary = self.driver.execute_query(
                _query(explaining(cypher), "raw.explain", timeout),
                dict(parameters or {}),
                routing_=_READING,
                database_=self.database,
            ).summary
        name, functions = self._surroundings
        effect = effect_beyond_reading(summary.query_type, summary.plan, database=name)
        if not effect and (called := plugin_function(cypher, functions)):
            effect = f"it names {called}, a function of a plugin that is not known to only read the graph"
        if effect:
            raise BadParameter("cypher", cypher.strip()[:80], f"{effect}, and {allowed}")

    @cached_property
    def _surroundings(self) -> tuple[str, frozenset[str]]:
        """The database's own name (ours may be an alias), and the functions that plugins of the server bring."""
        name = str(self.read(_statement("database"), name="info.database")["name"].iloc[0])
        found = self.read(_statement("plugin_functions"), name="info.plugin_functions")
        return name, frozenset(map(str, found["name"]))

    def info(self) -> GraphInfo:
        """Version, edition and counts (it looks at every node and relationship: about 1 s per million)."""
        component = self.read(_statement("components"), name="info.components").iloc[0]
        labels = self.read(_statement("labels"), name="info.labels")
        types = self.read(_statement("types"), name="info.types")
        return GraphInfo(
            uri=self.uri,
            database=self.database,
            version=str(component["version"]),
            edition=str(component["edition"]),
            nodes=dict(zip(labels["name"], map(int, labels["found"]), strict=True)),
            relationships=dict(zip(types["name"], map(int, types["found"]), strict=True)),
        )

    def _execute(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None,
        name: str,
        routing: neo4j.RoutingControl,
        *,
        timeout: float | None,
        made: Callable[[neo4j.Result], T],
        lines: int = 0,
    ) -> T:
        with translated(self.uri, prefix_lines=lines):
            for tries_left in range(_COMMITS - 1, -1, -1):
                try:
                    return self.driver.execute_query(
                        _query(cypher, name, timeout),
                        dict(parameters or {}),
                        routing_=routing,
                        database_=self.database,
                        result_transformer_=made,
                    )
                except IncompleteCommit:  # the one lost connection after which the driver does not try again
                    if not tries_left:
                        raise
        raise AssertionError("unreachable: the last try returns or raises")


def open_graph(
    target: str = "local",
    *,
    workspace: Folder | None = None,
    settings: Settings | None = None,
    database: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Graph:
    """Open a graph: the workspace's own server, started when needed, or any Neo4j by its address.

    Parameters
    ----------
    target
        ``local``, or an address: ``neo4j://host:7687``, ``bolt://…`` and their ``+s`` and ``+ssc`` forms. Username and
        password come from ``settings``.
    workspace
        Whose server ``local`` means, and whose ``scicities.toml`` is read.
    settings
        By default those in force: environment, then the workspace's file.
    database
        Name of the database; by default ``settings.neo4j_database``.
    progress
        Called as ``progress(stage, done, total)`` while the local server is made ready.

    Returns
    -------
    Graph
        Open and tried; a context manager.

    Raises
    ------
    BadParameter
        The address can't be one.
    SettingsError
        No password is set for the address.
    ServerError
        The local server can't be started.
    Unreachable
        Nobody answers there, or not to this user and password.
    QueryRefused
        There is no such database.
    """
    space = open_workspace(workspace)
    chosen = settings or load_settings(space.root)
    name = database or chosen.neo4j_database
    if target == "local":
        info = ManagedServer(space.neo4j, settings=chosen, progress=progress).start()
        uri, user, password, source = info.uri, info.username, info.password, str(space.neo4j / "password")
        name = database or "neo4j"  # Community has this one database, whatever NEO4J_DATABASE says of another server
    else:
        uri, user, password = _checked_address(target), chosen.neo4j_username, chosen.neo4j_password
        source = "NEO4J_PASSWORD"
        if not password:
            raise SettingsError(f"No password for {uri}: set NEO4J_USERNAME (now {user!r}) and NEO4J_PASSWORD.")
    with translated(uri, f"user {user!r}, password from {source}"):
        driver = neo4j.GraphDatabase.driver(
            uri,
            auth=(user, password),
            connection_timeout=_CONNECT_SECONDS,
            connection_acquisition_timeout=2 * _CONNECT_SECONDS,
            max_transaction_retry_time=_RETRY_SECONDS,
            notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
            user_agent="scicities",
            telemetry_disabled=True,
        )
        try:
            first_answer(driver, name, wait_for_lock=target == "local")
        except BaseException:
            driver.close()
            raise
    return Graph(driver, name, uri, chosen.library)


def _checked_address(target: str) -> str:
    parts = urlsplit(target)
    allowed = f"local, or an address like neo4j://host:7687 ({', '.join(SCHEMES)})"
    try:
        ok = parts.scheme in SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number
        ok = False
    if not ok:
        raise BadParameter("target", target, allowed)
    if parts.username or parts.password:
        shown = target.replace(parts.netloc, f"***@{parts.netloc.rpartition('@')[2]}")
        raise BadParameter("target", shown, f"{allowed}; user and password go into NEO4J_USERNAME and NEO4J_PASSWORD")
    return target


def _query(cypher: str, name: str, timeout: float | None) -> neo4j.Query:
    # metadata shows in SHOW TRANSACTIONS and the query log; the text is ours or checked, never user input glued in
    return neo4j.Query(cypher, metadata={"app": "scicities", "query": name}, timeout=timeout)


def _frame(result: neo4j.Result) -> pd.DataFrame:
    keys = list(result.keys())
    return pd.DataFrame([[plain(value) for value in record.values()] for record in result], columns=keys)


def _statement(name: str) -> str:
    file = resources.files("toolkit.graphdb") / "statements" / "info" / f"{name}.cypher"
    return file.read_text(encoding="utf-8")
