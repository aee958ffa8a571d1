"""Imported flows and networks in the form that the analyses compute on."""

from __future__ import annotations

import networkx as nx
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.corpus.networks.store import NamedNetwork
from toolkit.errors import BadParameter, EmptyGraph
from toolkit.network.arrays import EdgeArray

__all__ = ["directed_graph", "undirected_edges"]


def undirected_edges(network: NamedNetwork, *, years: tuple[int, int] | None = None) -> EdgeArray:
    """The network without directions: ``c_ij = sum over years of w_ij + w_ji``, of pairs whose ends are both known.

    Parameters
    ----------
    network
        What :func:`~toolkit.corpus.networks.store.read_network` gave.
    years
        First and last year of the flows, both inclusive; all by default.

    Raises
    ------
    EmptyGraph
        There is no edge in these years.
    BadParameter
        Years of a network that has none are asked for.

    Examples
    --------
    >>> from toolkit.corpus.networks.store import EDGES, NODES
    >>> rows = [
    ...     {"from_id": "A", "to_id": "B", "year": 2020, "weight": 2.0},
    ...     {"from_id": "B", "to_id": "A", "year": 2021, "weight": 3.0},
    ... ]
    >>> edges = pa.Table.from_pylist(rows, schema=EDGES)
    >>> flows = NamedNetwork("mine", "flows", "other", True, edges, NODES.empty_table())
    >>> undirected_edges(flows).weight.tolist(), undirected_edges(flows, years=(2021, 2021)).weight.tolist()
    ([5.0], [3.0])
    """
    edges = _in_years(network.located(), years)
    return EdgeArray.from_edges(
        edges, a="from_id", b="to_id", weight="weight", names=network.names(), sum_duplicates=True
    )


def directed_graph(edges: pa.Table, *, names: dict[str, str] | None = None) -> nx.DiGraph[str]:
    """NetworkX graph of flows: edge attribute ``weight`` is the sum over the rows of a pair, ``name`` a node's name.

    Parameters
    ----------
    edges
        Table with columns ``from_id``, ``to_id`` and ``weight``.
    names
        Node id -> name.

    Examples
    --------
    >>> g = directed_graph(pa.table({"from_id": ["A", "A"], "to_id": ["B", "B"], "weight": [1.0, 2.0]}))
    >>> g["A"]["B"]["weight"], g.has_edge("B", "A")
    (3.0, False)
    """
    g: nx.DiGraph[str] = nx.DiGraph()
    summed = edges.group_by(["from_id", "to_id"]).aggregate([("weight", "sum")])
    rows = sorted(zip(*(summed[name].to_pylist() for name in ("from_id", "to_id", "weight_sum")), strict=True))
    ids = sorted({node for a, b, _ in rows for node in (a, b)})
    known = names or {}
    g.add_nodes_from((node, {"name": known.get(node, node)}) for node in ids)
    g.add_weighted_edges_from(rows)
    return g


def _in_years(network: NamedNetwork, years: tuple[int, int] | None) -> pa.Table:
    if years is None:
        return network.edges
    if network.edges["year"].null_count:
        raise BadParameter("years", years, f"{network.name} has no years")
    column = network.edges["year"]
    edges = network.edges.filter(pc.and_(pc.greater_equal(column, years[0]), pc.less_equal(column, years[1])))
    if not edges.num_rows:
        known = pc.min_max(column).as_py()
        raise EmptyGraph(
            f"{network.name} has no flows in {years[0]}:{years[1]}; it covers {known['min']} to {known['max']}."
        )
    return edges
