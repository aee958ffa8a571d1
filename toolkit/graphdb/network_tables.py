"""Imported flows and networks, as the tables of a graph of their own: places, and what joins them."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.corpus.countries import country_name
from toolkit.corpus.networks.store import NamedNetwork
from toolkit.errors import BadParameter
from toolkit.graphdb.layout import COLLABORATION, KEYS, PLACE_LABELS, RELATIONSHIPS, RelationshipKind
from toolkit.graphdb.move_tables import NO_MOVES
from toolkit.graphdb.tables import GraphTables
from toolkit.measures.flows.counts import IMPORTED
from toolkit.measures.precision import DIGITS

__all__ = ["network_tables"]

_TYPES: Final[dict[str, pa.DataType]] = {
    "score": pa.float64(),
    "share": pa.float64(),
    "researchers": pa.float64(),
    "rule": pa.string(),
}
_TEXT: Final = pa.string()


def network_tables(network: NamedNetwork) -> GraphTables:
    """Tables of a graph that shows imported flows, or an imported network, in place of records.

    Parameters
    ----------
    network
        Flows between countries, cities or institutions, or ties of them, with years.

    Returns
    -------
    GraphTables
        The places, for cities and institutions their countries too; edges with an unknown end are left out. With
        directions ``MOVED_TO`` with ``rule`` ``imported``: ``researchers`` is the count given, ``moves`` its whole
        number. Without them ``COLLABORATES_WITH`` (of institutions ``COAUTHORS_WITH``): ``score`` is the weight given,
        ``joint`` its whole number, and no partnership is known.

    Raises
    ------
    BadParameter
        Its nodes have no label in the graph, or its edges no years.

    Examples
    --------
    >>> from toolkit.corpus.networks.store import EDGES, NODES
    >>> edges = pa.table([["CN"], ["JP"], [2019], [5.0]], schema=EDGES)
    >>> nodes = pa.table([["CN", "JP"], ["China", "Japan"], ["CN", "JP"]], schema=NODES)
    >>> graph = network_tables(NamedNetwork("orcid", "flows", "country", True, edges, nodes))
    >>> graph.totals()["(:Country)-[:MOVED_TO {rule: 'imported'}]->(:Country)"]
    {'researchers': 5.0, 'moves': 5.0}
    """
    if network.level not in PLACE_LABELS:
        raise BadParameter(
            "network",
            network.name,
            f"its places are of level {network.level}, and the graph has {', '.join(PLACE_LABELS)}; `scicities hubs`, "
            "`communities` and `flows` with --network need no graph",
        )
    if network.edges["year"].null_count:
        raise BadParameter(
            "network",
            network.name,
            "its edges have no years, by which every query asks; take them in again with --year",
        )
    network = network.located()
    label = PLACE_LABELS[network.level]
    nodes: dict[str, pa.Table] = {one: pa.schema({key: _TEXT}).empty_table() for one, key in KEYS.items()}
    nodes["Output"] = pa.schema({"id": _TEXT, "count": pa.int64(), "share": pa.float64()}).empty_table()
    nodes["Country"] = _countries(network)
    relationships = {kind: _none_of(kind) for kind in RELATIONSHIPS}
    if label != "Country":
        nodes[label] = network.nodes.sort_by("id")
    joined_by = "MOVED_TO" if network.directed else COLLABORATION[network.level]
    for kind in RELATIONSHIPS:
        if (kind.type, kind.start) == (joined_by, label):
            relationships[kind] = _moves(network.edges) if network.directed else _ties(network.edges, kind)
        if (kind.type, kind.start) == ("IN_COUNTRY", label):
            placed = network.nodes.filter(pc.is_valid(network.nodes["country"]))
            relationships[kind] = placed.select(["id", "country"]).rename_columns(["start", "end"]).sort_by("start")
    span = pc.min_max(network.edges["year"]).as_py()
    facts: dict[str, Any] = {"network": network.name, "first_year": span["min"], "last_year": span["max"]}
    return GraphTables(nodes, relationships, network.fingerprint, facts)


def _countries(network: NamedNetwork) -> pa.Table:
    found = network.nodes["id" if network.level == "country" else "country"].to_pylist()
    codes = sorted({code for code in found if code})
    names = network.names() if network.level == "country" else {}
    called = [names.get(code) if names.get(code, code) != code else country_name(code) for code in codes]
    return pa.table({"code": pa.array(codes, _TEXT), "name": pa.array(called, _TEXT)})


def _moves(edges: pa.Table) -> pa.Table:
    counts = edges.group_by(["from_id", "to_id", "year"]).aggregate([("weight", "sum")])
    table = pa.table(
        {
            "start": counts["from_id"],
            "end": counts["to_id"],
            "year": counts["year"].cast(pa.int64()),
            "researchers": pc.round(counts["weight_sum"], ndigits=DIGITS),
            "moves": pc.round(counts["weight_sum"]).cast(pa.int64()),
            "rule": pa.array([IMPORTED] * counts.num_rows, _TEXT),
        }
    )
    return table.cast(NO_MOVES.schema).sort_by([(name, "ascending") for name in ("start", "end", "year")])


def _ties(edges: pa.Table, kind: RelationshipKind) -> pa.Table:
    rows = {
        "start": edges["from_id"],
        "end": edges["to_id"],
        "year": edges["year"].cast(pa.int64()),
        "joint": pc.round(edges["weight"]).cast(pa.int64()),
        "score": pc.round(edges["weight"], ndigits=DIGITS),
        "partnerships": pa.array([0] * edges.num_rows, pa.int64()),
    }
    table = pa.table({name: rows[name] for name in ("start", "end", *kind.properties)})
    return table.sort_by([(name, "ascending") for name in ("start", "end", "year")])


def _none_of(kind: RelationshipKind) -> pa.Table:
    columns = {"start": _TEXT, "end": _TEXT} | {name: _TYPES.get(name, pa.int64()) for name in kind.properties}
    return pa.schema(columns).empty_table()
