"""Neo4j's own values as plain Python ones, fit for a frame, csv or JSON."""

from __future__ import annotations

from typing import Any

from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """``value`` without any type of the driver's.

    A node becomes ``{element_id, labels, properties}``, a relationship ``{element_id, type, start, end, properties}``
    with its ends' element ids, a path ``{nodes, relationships}``, a point ``{srid, coordinates}``; dates, times and
    durations become ISO 8601 text; lists and maps are gone through.

    Examples
    --------
    >>> from neo4j.spatial import CartesianPoint
    >>> plain([Date(2024, 2, 29), {"at": CartesianPoint((1.5, 2.0))}])
    ['2024-02-29', {'at': {'srid': 7203, 'coordinates': [1.5, 2.0]}}]
    """
    match value:
        case list():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case Node():
            return {"element_id": value.element_id, "labels": sorted(value.labels), "properties": _properties(value)}
        case Relationship():
            start, end = (node.element_id if node is not None else None for node in value.nodes)
            return {
                "element_id": value.element_id,
                "type": value.type,
                "start": start,
                "end": end,
                "properties": _properties(value),
            }
        case Path():
            return {
                "nodes": [plain(node) for node in value.nodes],
                "relationships": [plain(one) for one in value.relationships],
            }
        case Point():
            return {"srid": value.srid, "coordinates": [float(part) for part in value]}
        case Date() | DateTime() | Time():
            return value.iso_format()
        case Duration():
            return value.iso_format()
        case _:
            return value


def _properties(entity: Node | Relationship) -> dict[str, Any]:
    return {key: plain(item) for key, item in sorted(entity.items())}
