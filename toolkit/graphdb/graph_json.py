"""Nodes and relationships as JSON that other tools take in: the node-link form of NetworkX and D3.

::

    {"directed": true, "multigraph": true,
     "graph": {"query": "hubs.triangles", "parameters": {...}},
     "nodes": [{"id": "City:1816670", "labels": ["City"], "caption": "Beijing", "properties": {...}}],
     "edges": [{"source": "City:1796236", "target": "City:1816670", "key": 0, "type": "COLLABORATES_WITH",
                "properties": {"year": 2015, "joint": 4, "score": 3.1, "partnerships": 7}}]}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import neo4j
from neo4j.graph import Node

from toolkit.errors import BadParameter
from toolkit.graphdb.driver_errors import translated
from toolkit.graphdb.layout import KEYS
from toolkit.graphdb.library import bound_to
from toolkit.graphdb.query_checks import answer
from toolkit.graphdb.query_spec import QuerySpec
from toolkit.graphdb.read_only import parted
from toolkit.graphdb.statement_files import statement
from toolkit.graphdb.values import plain

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = ["graph_of_answer", "graph_of_statement", "node_link"]

_ENDINGS: Final = ("_id", "_ids", "_code")
_COUNTRIES: Final = ("country", "other_country")
_ALL_YEARS: Final = (-9999, 9999)


def graph_of_answer(graph: Graph, spec: QuerySpec, params: Mapping[str, Any]) -> dict[str, Any]:
    """The places of a query's answer and all relationships among them.

    Parameters
    ----------
    graph
        An open connection.
    spec
        The query.
    params
        Values by parameter, as in :func:`toolkit.graphdb.library.run_query`.

    Returns
    -------
    dict
        As :func:`node_link`. The places are those whose id stands in a column of the answer called ``…_id``, ``…_ids``
        or ``…_code`` (``country`` where there is none of these), and those that the parameters name. Relationships are
        the graph's own, one for each year, within ``year_from`` and ``year_to`` where the query has them.

    Raises
    ------
    BadParameter, UnknownPlace, GraphStoreError
        As :func:`toolkit.graphdb.library.run_query`.
    """
    bound = bound_to(graph, spec, params)
    frame = answer(spec, graph, bound)
    named = [column for column in frame.columns if column.endswith(_ENDINGS)]
    ids = {
        value
        for column in named or [column for column in frame.columns if column in _COUNTRIES]
        for value in _texts(frame[column])
    }
    ids |= {value for param in spec.params if param.level for value in _texts([bound[param.name]])}
    window = {
        name: bound[name] if bound.get(name) is not None else year
        for name, year in zip(("year_from", "year_to"), _ALL_YEARS, strict=True)
    }
    found = _graph(graph, statement("places/among"), {"ids": sorted(ids), **window}, spec.name)
    return node_link(found, {"query": spec.name, "parameters": bound})


def graph_of_statement(graph: Graph, cypher: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The nodes and relationships that a reading statement returns, those of its paths too.

    A relationship whose end was not returned has a node of that end without labels.

    Parameters
    ----------
    graph, cypher, parameters
        As :meth:`~toolkit.graphdb.connection.Graph.raw`.

    Raises
    ------
    BadParameter
        It would do more than read. Nothing was run.
    QueryRefused
        The server refused it.
    """
    mode, body = parted(cypher)
    if mode:
        raise BadParameter("cypher", cypher.strip()[:80], f"leave out {mode}: a plan has no nodes or relationships")
    graph.require_reading(body, parameters, allowed="only reading is allowed here")
    found = _graph(graph, body, parameters or {}, "raw")
    return node_link(found, {"cypher": cypher, "parameters": dict(parameters or {})})


def node_link(found: neo4j.graph.Graph, about: Mapping[str, Any]) -> dict[str, Any]:
    """A result's graph in the node-link form, in an order of its own: by id.

    Parameters
    ----------
    found
        What ``Result.graph()`` of the driver gives.
    about
        What ``graph`` says.

    Returns
    -------
    dict
        ``nodes``: ``id`` (label and key, ``City:1816670``; for a node of no label of ours its element id), ``labels``,
        ``caption``, ``properties``. ``edges``: ``source``, ``target``, ``key`` (a number), ``type``, ``properties``.
        ``networkx.node_link_graph(…, edges="edges")`` reads it.
    """
    names = {node.element_id: _name(node) for node in found.nodes}
    nodes: list[dict[str, Any]] = [
        {
            "id": names[node.element_id],
            "labels": sorted(node.labels),
            "caption": str(node.get("name") or node.get("id") or ""),
            "properties": plain(dict(sorted(node.items()))),
        }
        for node in found.nodes
    ]
    edges: list[dict[str, Any]] = [
        {
            "source": names[tie.start_node.element_id],
            "target": names[tie.end_node.element_id],
            "type": tie.type,
            "properties": plain(dict(sorted(tie.items()))),
        }
        for tie in found.relationships
        if tie.start_node is not None and tie.end_node is not None
    ]
    edges.sort(key=lambda e: (e["source"], e["target"], e["type"], str(e["properties"].get("year", "")), str(e)))
    return {
        "directed": True,
        "multigraph": True,
        "graph": dict(about),
        "nodes": sorted(nodes, key=lambda node: str(node["id"])),
        "edges": [{"source": e.pop("source"), "target": e.pop("target"), "key": n, **e} for n, e in enumerate(edges)],
    }


def _graph(graph: Graph, cypher: str, parameters: Mapping[str, Any], name: str) -> neo4j.graph.Graph:
    with translated(graph.uri):
        return graph.driver.execute_query(
            neo4j.Query(cypher, metadata={"app": "scicities", "query": name}),
            dict(parameters),
            routing_=neo4j.RoutingControl.READ,
            database_=graph.database,
            result_transformer_=neo4j.Result.graph,
        )


def _name(node: Node) -> str:
    for label, key in KEYS.items():
        if label in node.labels and key in node:
            return f"{label}:{node[key]}"
    return str(node.element_id)


def _texts(values: Any) -> set[str]:
    found: set[str] = set()
    for value in values:
        if isinstance(value, list):
            found |= _texts(value)
        elif isinstance(value, str):
            found.add(value)
    return found
