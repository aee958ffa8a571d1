"""Networks in JSON: VOSviewer's, and nodes with links as NetworkX, D3, Cytoscape and others write them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from toolkit.corpus.jsonlines import RawFile
from toolkit.errors import DataError
from toolkit.network.raw_edges import RawNetwork, whole_text

__all__ = ["read_node_link", "read_vosviewer_json"]

_INSIDE: Final = ("attributes", "data", "metadata")
"""Where some programs put the attributes of a node or an edge."""
_SOURCES: Final = ("source", "from", "source_id")
_TARGETS: Final = ("target", "to", "target_id")
_IDS: Final = ("id", "key", "name", "label")


def read_vosviewer_json(file: RawFile, found: RawNetwork) -> None:
    """Items and links of VOSviewer's JSON; a link without a strength has 1.

    Raises
    ------
    DataError
        It is no JSON.
    """
    network = _object(_document(file, found).get("network"))
    items = _records(network.get("items"))
    for number, item in enumerate(items, start=1):
        found.add_node(file, number, item.get("id"), item.get("label"))
    for number, link in enumerate(_records(network.get("links")), start=1):
        rest = {name: value for name, value in link.items() if name not in ("source_id", "target_id")}
        found.add_edge(file, number, link.get("source_id"), link.get("target_id"), rest, directed=False)
    found.closed |= bool(items)


def read_node_link(file: RawFile, found: RawNetwork) -> None:
    """Nodes and links, also called edges; without ids an end is the number of a node, from 0.

    Raises
    ------
    DataError
        It is no JSON.
    """
    document = _document(file, found)
    document = _object(document.get("elements")) or document
    whole = _document_directed(document)
    nodes = _records(document.get("nodes"))
    ids = [next((node[name] for name in _IDS if node.get(name) is not None), None) for node in nodes]
    edges = _records(document.get("links") or document.get("edges"))
    by_number = not any("id" in node or "key" in node for node in nodes) and all(
        isinstance(_first(edge, names), int) for edge in edges for names in (_SOURCES, _TARGETS)
    )
    for number, node in enumerate(nodes):
        node_id = str(number) if by_number else ids[number]
        found.add_node(file, number + 1, node_id, node.get("name"), node.get("label"))
    for number, edge in enumerate(edges, start=1):
        ends = _first(edge, _SOURCES), _first(edge, _TARGETS)
        own = edge.get("directed", None if edge.get("undirected") is None else not edge["undirected"])
        rest = {name: value for name, value in edge.items() if name not in (*_SOURCES, *_TARGETS)}
        found.add_edge(file, number, *ends, rest, directed=own if isinstance(own, bool) else whole)
    found.closed |= bool(nodes)


def _document(file: RawFile, found: RawNetwork) -> Mapping[str, Any]:
    try:
        return _object(json.loads(whole_text(file, found).removeprefix("\ufeff")))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file.path} can't be read as JSON: {error}.") from error


def _document_directed(document: Mapping[str, Any]) -> bool | None:
    said = document.get("directed")
    kind = _object(document.get("options")).get("type")
    if isinstance(said, bool):
        return said
    return {"directed": True, "undirected": False, "mixed": True}.get(str(kind))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _records(value: object) -> list[dict[str, Any]]:
    """Objects of a list, or of a mapping from their ids, with what is inside them brought to the top."""
    if isinstance(value, dict):
        value = [{"id": key, **_object(one)} for key, one in value.items()]
    records = [dict(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    for record in records:
        for name in _INSIDE:
            for key, one in _object(record.get(name)).items():
                record.setdefault(key, one)
    return records


def _first(record: Mapping[str, Any], names: Sequence[str]) -> Any:
    found = next((record[name] for name in names if record.get(name) is not None), None)
    return found.get("id") if isinstance(found, dict) else found
