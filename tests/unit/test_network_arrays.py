"""Edge arrays: sorted, checked, equal whatever the order of what they are read from."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import BadParameter, BadWeight, EmptyGraph, MissingColumn, WrongGraph
from toolkit.network.arrays import EdgeArray, edge_array

PAIRS = [("Rome", "Oslo", 2.0), ("Lima", "Oslo", 0.5), ("Rome", "Lima", 1.0)]


def frame(rows):
    return pd.DataFrame(rows, columns=["a_id", "b_id", "score"])


def graph(rows):
    g = nx.Graph()
    g.add_weighted_edges_from(rows, weight="score")
    return g


def test_hand_answer():
    edges = EdgeArray.from_edges(frame(PAIRS))
    assert edges.nodes.tolist() == ["Lima", "Oslo", "Rome"]
    assert list(zip(edges.source.tolist(), edges.target.tolist(), edges.weight.tolist(), strict=True)) == [
        (0, 1, 0.5),
        (0, 2, 1.0),
        (1, 2, 2.0),
    ]
    assert edges.distance.tolist() == [2.0, 1.0, 0.5]
    assert (edges.n_nodes, edges.n_edges, len(edges)) == (3, 3, 3)
    assert (edges.source.dtype, edges.weight.dtype) == (np.int32, np.float64)


nodes = st.text(alphabet="abéß中0", min_size=1, max_size=3)
rows_of_pairs = st.dictionaries(
    st.frozensets(nodes, min_size=2, max_size=2), st.floats(1e-6, 1e6), min_size=1, max_size=12
).map(lambda pairs: [(*sorted(pair), weight) for pair, weight in pairs.items()])


@given(rows_of_pairs, st.randoms(use_true_random=False))
def test_order_of_rows_and_of_ends_changes_nothing(rows, random):
    shuffled = [(b, a, w) if random.random() < 0.5 else (a, b, w) for a, b, w in rows]
    random.shuffle(shuffled)
    plain = EdgeArray.from_edges(frame(rows))
    assert EdgeArray.from_edges(frame(shuffled)) == plain
    assert EdgeArray.from_edges(pa.Table.from_pandas(frame(shuffled))) == plain
    assert EdgeArray.from_networkx(graph(shuffled), weight="score") == plain
    assert EdgeArray.from_networkx(plain.to_networkx(), weight="weight") == plain
    assert plain.nodes.tolist() == sorted({end for a, b, _ in rows for end in (a, b)})


def test_networkx_graph_holds_weight_distance_and_name():
    rows = frame(PAIRS).assign(a_name=["Roma", "Lima", "Roma"], b_name=["Oslo", "Oslo", "Lima"])
    edges = EdgeArray.from_edges(rows)
    g = edges.to_networkx()
    assert g.edges["Oslo", "Rome"] == {"weight": 2.0, "distance": 0.5}
    assert g.nodes["Rome"] == {"name": "Roma"}
    assert edges.labels() == ["Lima", "Oslo", "Roma"]
    assert EdgeArray.from_networkx(g, weight="weight").names == edges.names


def test_igraph_graph_is_the_same_network():
    edges = EdgeArray.from_edges(frame(PAIRS))
    g = edges.to_igraph()
    assert g.vs["name"] == ["Lima", "Oslo", "Rome"]
    assert g.get_edgelist() == [(0, 1), (0, 2), (1, 2)]
    assert g.es["weight"] == [0.5, 1.0, 2.0]


def test_node_without_edges_is_kept_from_networkx():
    g = graph(PAIRS)
    g.add_node("Bern")
    assert EdgeArray.from_networkx(g, weight="score").nodes.tolist() == ["Bern", "Lima", "Oslo", "Rome"]


def test_repeated_pairs_are_refused_by_name_or_summed():
    rows = frame([*PAIRS, ("Oslo", "Rome", 3.0)])
    with pytest.raises(WrongGraph, match=r"pair 'Oslo' - 'Rome' stands in several rows.*sum_duplicates=True"):
        EdgeArray.from_edges(rows)
    summed = EdgeArray.from_edges(rows, sum_duplicates=True)
    assert summed.weight.tolist() == [0.5, 1.0, 5.0]


def test_sums_do_not_depend_on_row_order():
    rows = frame([("a", "b", weight) for weight in (0.1, 0.2, 0.3, 1e9, 0.7)])
    sums = {
        EdgeArray.from_edges(rows.sample(frac=1, random_state=seed), sum_duplicates=True).weight[0]
        for seed in range(10)
    }
    assert len(sums) == 1


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), 0.0, -1.0, None])
def test_bad_weight_names_the_edge(weight):
    rows = [("Rome", "Oslo", 2.0), ("Rome", "Lima", weight)]
    with pytest.raises(BadWeight, match="'Lima' - 'Rome' has weight"):
        EdgeArray.from_edges(frame(rows))
    with pytest.raises(BadWeight, match="Lima"):
        EdgeArray.from_networkx(graph(rows), weight="score")


def test_missing_or_text_weight_is_refused():
    with pytest.raises(BadWeight, match="'Rome' - 'Oslo' has no 'joint'"):
        EdgeArray.from_networkx(graph(PAIRS[:1]), weight="joint")
    with pytest.raises(BadWeight, match="'score' of the edge table holds"):
        EdgeArray.from_edges(frame([("a", "b", "many")]))
    with pytest.raises(BadWeight, match="'score' = 'many'"):
        EdgeArray.from_networkx(graph([("a", "b", "many")]), weight="score")


def test_loops_missing_ends_and_empty_tables_are_refused():
    with pytest.raises(WrongGraph, match="'Rome' - 'Rome' joins a node with itself"):
        EdgeArray.from_edges(frame([*PAIRS, ("Rome", "Rome", 1.0)]))
    with pytest.raises(WrongGraph, match="Row 1 of the edge table has an end without an id"):
        EdgeArray.from_edges(frame([("a", "b", 1.0), ("a", None, 1.0)]))
    with pytest.raises(EmptyGraph, match="no rows"):
        EdgeArray.from_edges(frame([]))
    with pytest.raises(EmptyGraph, match="no edges"):
        EdgeArray.from_networkx(nx.empty_graph(3), weight=None)
    with pytest.raises(MissingColumn, match="no column 'score'; it has x, y"):
        EdgeArray.from_edges(pd.DataFrame({"x": ["a"], "y": ["b"]}), a="x", b="y")


def test_other_kinds_of_graph_are_refused():
    with pytest.raises(WrongGraph, match="DiGraph is directed"):
        EdgeArray.from_networkx(nx.DiGraph([(1, 2)]), weight=None)
    with pytest.raises(WrongGraph, match="MultiGraph is a multigraph"):
        EdgeArray.from_networkx(nx.MultiGraph([(1, 2)]), weight=None)
    with pytest.raises(WrongGraph, match="not list"):
        EdgeArray.from_networkx([(1, 2)], weight=None)
    with pytest.raises(WrongGraph, match="same text"):
        EdgeArray.from_networkx(nx.Graph([(1, "1")]), weight=None)


def test_an_edge_array_holds_one_weight():
    edges = EdgeArray.from_edges(frame(PAIRS))
    assert edge_array(edges, weight="score") is edges
    assert edge_array(edges, weight="weight") is edges
    assert edge_array(edges, weight=None).weight.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(BadParameter, match="weight = 'joint' can't be used: this edge array holds 'score'"):
        edge_array(edges, weight="joint")


@pytest.mark.parametrize(
    ("nodes", "source", "target", "message"),
    [
        (["b", "a"], [0], [1], "sorted and unique"),
        (["a", "b"], [0], [2], "outside 0..1"),
        (["a", "b"], [1], [0], "source before target"),
        (["a", "b", "c"], [1, 0], [2, 1], "sorted by"),
        (["a", "b"], [0, 0], [1, 1], "each once"),
        (["a", "b"], [0], [1, 1], "equally long"),
    ],
)
def test_arrays_that_break_the_rules_are_refused(nodes, source, target, message):
    with pytest.raises(WrongGraph, match=message):
        EdgeArray(np.array(nodes), np.array(source), np.array(target), np.ones(len(source)))


def test_arrays_are_read_only():
    edges = EdgeArray.from_edges(frame(PAIRS))
    with pytest.raises(ValueError, match="read-only"):
        edges.weight[0] = 9.0


def test_names_agree_whatever_the_order():
    rows = frame([("a", "b", 1.0), ("b", "c", 1.0)]).assign(a_name=["A", "Bee"], b_name=["Be", None])
    edges = EdgeArray.from_edges(rows)
    assert edges.labels() == ["A", "Be", "c"]
    assert EdgeArray.from_edges(rows.iloc[::-1]) == edges
    assert EdgeArray.from_edges(rows, names={"c": "Sea"}).labels() == ["a", "b", "Sea"]


def test_dictionary_and_number_ids_become_text():
    table = pa.table({"a_id": pa.array(["x", "y"]).dictionary_encode(), "b_id": [10, 9], "score": [1, 2]})
    assert EdgeArray.from_edges(table).nodes.tolist() == ["10", "9", "x", "y"]
