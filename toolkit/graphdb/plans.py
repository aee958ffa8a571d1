"""The plan Neo4j makes of a statement, and what each of its steps costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import neo4j
import pandas as pd

from toolkit.graphdb.driver_errors import translated
from toolkit.graphdb.read_only import explaining, parted, profiling

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = ["explained", "profiled", "total_hits"]


def explained(graph: Graph, cypher: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Plan of a statement, which is not run.

    Parameters
    ----------
    graph
        An open connection.
    cypher
        One statement, a writing one too.
    parameters
        Values of its parameters; missing ones don't matter.

    Returns
    -------
    pandas.DataFrame
        A row for each step, the last first, with those it takes its rows from below it: ``depth`` (0 is the last
        step), ``operator``, ``details``, ``estimated_rows``.

    Raises
    ------
    QueryRefused
        The server can't plan it.
    """
    with translated(graph.uri, prefix_lines=1):
        summary = _summary(graph, explaining(parted(cypher)[1]), parameters)
    columns = ["depth", "operator", "details", "estimated_rows"]
    return pd.DataFrame([_step(plan, depth) for plan, depth in _steps(summary.plan)], columns=columns)


def profiled(graph: Graph, cypher: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Plan of a reading statement with what each step did: the statement is run.

    Parameters
    ----------
    graph, cypher, parameters
        As :func:`explained`.

    Returns
    -------
    pandas.DataFrame
        As :func:`explained`, and ``rows`` that the step gave on, ``db_hits`` (questions it asked of the store).

    Raises
    ------
    BadParameter
        It would do more than read. Nothing was run.
    QueryRefused
        The server refused it.
    """
    body = parted(cypher)[1]
    graph.require_reading(body, parameters, allowed="only what reads can be profiled")
    with translated(graph.uri, prefix_lines=1):
        summary = _summary(graph, profiling(body), parameters)
    rows = [
        _step(plan, depth) | {"rows": int(plan.get("rows", 0)), "db_hits": int(plan.get("dbHits", 0))}
        for plan, depth in _steps(summary.profile)
    ]
    return pd.DataFrame(rows, columns=["depth", "operator", "details", "estimated_rows", "rows", "db_hits"])


def total_hits(graph: Graph, cypher: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Questions a reading statement asks of the store: the sum of ``db_hits`` of :func:`profiled`."""
    return int(profiled(graph, cypher, parameters)["db_hits"].sum())


def _summary(graph: Graph, cypher: str, parameters: Mapping[str, Any] | None) -> neo4j.ResultSummary:
    return graph.driver.execute_query(
        neo4j.Query(cypher, metadata={"app": "scicities", "query": "plan"}),
        dict(parameters or {}),
        routing_=neo4j.RoutingControl.READ,
        database_=graph.database,
    ).summary


def _steps(plan: Mapping[str, Any] | None, depth: int = 0) -> Iterator[tuple[Mapping[str, Any], int]]:
    if plan:
        yield plan, depth
        children = plan.get("children", ())
        # the second source of a step that has two goes in, the first goes on: a chain stays flat
        for child in children[1:]:
            yield from _steps(child, depth + 1)
        for child in children[:1]:
            yield from _steps(child, depth)


def _step(plan: Mapping[str, Any], depth: int) -> dict[str, Any]:
    told = plan.get("args", {})
    return {
        "depth": depth,
        "operator": str(plan.get("operatorType", "")).partition("@")[0],
        "details": " ".join(str(told.get("Details", "")).split()),
        "estimated_rows": float(told.get("EstimatedRows", 0.0)),
    }
