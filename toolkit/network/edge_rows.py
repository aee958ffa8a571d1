"""Rows of edges made into arrays: ends numbered in the order of their ids, weights checked, pairs sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.errors import BadWeight, WrongGraph

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "Numbers",
    "Positions",
    "Texts",
    "encoded_ends",
    "names_in_rows",
    "pair_keys",
    "refuse_bad_weights",
    "refuse_loops",
    "sorted_edges",
    "strengths_of_graph",
    "strengths_of_rows",
]

Positions = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float64]
Texts = npt.NDArray[np.str_]


def pair_keys(source: npt.NDArray[Any], target: npt.NDArray[Any], n: int) -> npt.NDArray[np.int64]:
    """One number per pair, in order of (source, target)."""
    keys: npt.NDArray[np.int64] = source.astype(np.int64) * n + target
    return keys


def encoded_ends(table: pa.Table, a: str, b: str) -> tuple[Texts, Positions]:
    """Sorted node ids, and both columns of ends as positions in them, one after the other.

    Raises
    ------
    WrongGraph
        A row has an end without an id.
    """
    chunks = []
    for column in (table.column(a), table.column(b)):
        if column.null_count:
            row = pc.index(pc.is_null(column), True).as_py()
            raise WrongGraph(f"Row {row} of the edge table has an end without an id.")
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)  # noqa: PLW2901
        chunks += column.cast(pa.string()).chunks
    encoded = pa.chunked_array(chunks).combine_chunks().dictionary_encode()
    ids = encoded.dictionary
    order = pc.sort_indices(ids).to_numpy()
    position = np.empty(len(ids), dtype=np.int32)
    position[order] = np.arange(len(ids), dtype=np.int32)
    nodes = np.array(ids.take(pa.array(order)).to_pylist(), dtype=np.str_)
    return nodes, position[encoded.indices.to_numpy()]


def strengths_of_rows(column: pa.ChunkedArray, name: str) -> Numbers:
    """Weights of a table's rows, NaN where one is missing.

    Raises
    ------
    BadWeight
        The column holds no numbers.
    """
    try:
        values = column.cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadWeight(f"Column {name!r} of the edge table holds {column.type}, not numbers: {error}.") from error
    filled: Numbers = pc.fill_null(values, np.nan).to_numpy()
    return filled


def strengths_of_graph(g: nx.Graph[Any], weight: str) -> Numbers:
    """Weights of a NetworkX graph's edges, in their order.

    Raises
    ------
    BadWeight
        An edge has none, or one that is no number.
    """
    values = []
    value: Any
    for u, v, value in g.edges(data=weight):
        try:
            values.append(float(value))
        except (TypeError, ValueError):
            seen = f"no {weight!r}" if value is None else f"{weight!r} = {value!r}"
            raise BadWeight(f"Edge {u!r} - {v!r} has {seen}; a finite number above zero is needed.") from None
    return np.array(values)


def names_in_rows(table: pa.Table, a: str, b: str) -> dict[str, str] | None:
    """Names from columns ``a_name`` and ``b_name``, where the table has both."""
    if not {"a_name", "b_name"} <= set(table.column_names):
        return None
    names: dict[str, str] = {}
    for ids, labels in ((a, "a_name"), (b, "b_name")):
        distinct = table.select([ids, labels]).group_by([ids, labels]).aggregate([])
        rows = zip(distinct.column(ids).to_pylist(), distinct.column(labels).to_pylist(), strict=True)
        # an id with two names keeps the smaller one, so that row order decides nothing
        for node, name in sorted(((str(node), str(name)) for node, name in rows if name is not None), reverse=True):
            names[node] = min(name, names.get(node, name))
    return names or None


def _edge(nodes: Texts, source: npt.NDArray[Any], target: npt.NDArray[Any], row: int) -> str:
    return f"{str(nodes[source[row]])!r} - {str(nodes[target[row]])!r}"


def refuse_loops(nodes: Texts, source: npt.NDArray[Any], target: npt.NDArray[Any]) -> None:
    """Raise where an edge joins a node with itself.

    Raises
    ------
    WrongGraph
        One does.
    """
    loops = source == target
    if bool(loops.any()):
        row = int(loops.argmax())
        raise WrongGraph(
            f"Edge {_edge(nodes, source, target, row)} joins a node with itself; leave such rows out "
            "(collaboration inside one place is a table of its own)."
        )


def refuse_bad_weights(nodes: Texts, source: npt.NDArray[Any], target: npt.NDArray[Any], weight: Numbers) -> None:
    """Raise where a weight is not a finite number above zero.

    Raises
    ------
    BadWeight
        One is not; the message names its edge.
    """
    bad = ~(np.isfinite(weight) & (weight > 0))
    if bool(bad.any()):
        row = int(bad.argmax())
        raise BadWeight(
            f"Edge {_edge(nodes, source, target, row)} has weight {float(weight[row])}; a finite number above zero is "
            f"needed ({int(bad.sum())} such of {len(weight)} edges)."
        )


def sorted_edges(
    nodes: Texts, source: Positions, target: Positions, weight: Numbers, *, sum_duplicates: bool
) -> tuple[Positions, Positions, Numbers]:
    """Edges in order of (source, target); rows of one pair are added up with ``sum_duplicates``.

    Raises
    ------
    WrongGraph
        A pair stands in several rows that are not to be added up.
    """
    key = pair_keys(source, target, len(nodes))
    if bool((key[:-1] < key[1:]).all()):
        return source, target, weight
    # by weight within a pair: sums then don't depend on the order of the rows
    order = np.lexsort((weight, key)) if sum_duplicates else np.argsort(key, kind="stable")
    source, target, weight, key = source[order], target[order], weight[order], key[order]
    first = np.r_[True, key[1:] != key[:-1]]
    if bool(first.all()):
        return source, target, weight
    if not sum_duplicates:
        row = int((~first).argmax())
        raise WrongGraph(
            f"The pair {_edge(nodes, source, target, row)} stands in several rows. Sum the years first, or ask for "
            "sum_duplicates=True."
        )
    return source[first], target[first], np.add.reduceat(weight, np.flatnonzero(first))
