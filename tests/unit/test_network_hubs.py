"""Hubs: hand answers, engines that agree, ties, errors."""

from __future__ import annotations

from fractions import Fraction

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import BadParameter, EmptyGraph, WrongGraph
from toolkit.network.arrays import EdgeArray
from toolkit.network.hubs import betweenness_scores, degrees, hubs, pagerank_scores, strengths


def weighted(rows):
    g = nx.Graph()
    g.add_weighted_edges_from(rows)
    return g


TRIANGLE_WITH_TAIL = weighted([("a", "b", 4.0), ("b", "c", 4.0), ("a", "c", 1.0), ("c", "d", 0.5)])


def test_hand_answer():
    frame = hubs(TRIANGLE_WITH_TAIL, weight="weight", measures=("degree", "strength", "betweenness"))
    # a-c costs 1 directly and 1/4 + 1/4 through b: b lies on a-c and a-d, c on a-d and b-d; 3 pairs exclude a node
    assert frame.to_dict("list") == {
        "id": ["b", "c", "a", "d"],
        "name": ["b", "c", "a", "d"],
        "degree": [2, 3, 2, 1],
        "strength": [8.0, 5.5, 5.0, 0.5],
        "betweenness": [round(2 / 3, 9), round(2 / 3, 9), 0.0, 0.0],
        "degree_rank": [2, 1, 2, 4],
        "strength_rank": [1, 2, 3, 4],
        "betweenness_rank": [1, 1, 3, 3],
    }


def test_pagerank_hand_answer():
    # star of n leaves: x_0 = .15/(n+1) + .85 n x_1 and x_1 = .15/(n+1) + .85 x_0 / n, whatever the equal weights
    n = 4
    g = nx.star_graph(n)
    nx.set_edge_attributes(g, 7.0, "weight")
    centre = (0.15 / (n + 1)) * (1 + 0.85 * n) / (1 - 0.85**2)
    for engine in ("igraph", "networkx"):
        found = pagerank_scores(g, weight="weight", engine=engine)
        assert found["0"] == pytest.approx(centre, abs=1e-12)
        assert found.sum() == pytest.approx(1, abs=1e-12)


def test_paths_of_equal_length_share_whatever_the_floats():
    # 1/3 + 1/6 against 1/2, and .1 + .2 against .3: floats alone would miss a tie
    for first, second, direct in ((3.0, 6.0, 2.0), (10.0, 5.0, 1 / 0.3), (1 / 3, 1 / 6, 1 / 9)):
        for digits in (17, 9):
            g = weighted(
                [("a", "m", round(first, digits)), ("m", "b", round(second, digits)), ("a", "b", round(direct, digits))]
            )
            for engine in ("igraph", "networkx"):
                assert betweenness_scores(g, weight="weight", engine=engine)["m"] == pytest.approx(0.5), engine


tied_weights = st.sampled_from([0.1, 0.2, 0.3, 0.7, 1 / 3, 2 / 3, 1 / 6, 0.375, 0.125, 1.0, 2.0, 3.0, 100 / 3, 250.0])


@st.composite
def networks(draw):
    n = draw(st.integers(3, 9))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda pair: pair[0] < pair[1]),
            min_size=1,
            max_size=25,
            unique=True,
        )
    )
    digits = draw(st.sampled_from([9, 17]))
    g = nx.Graph()
    g.add_nodes_from(range(n))
    for u, v in pairs:
        g.add_edge(u, v, weight=round(draw(tied_weights), digits))
    return g


@settings(max_examples=40, deadline=None)
@given(networks())
def test_engines_agree_and_the_definition_too(g):
    ours = hubs(g, weight="weight", engine="igraph").set_index("id")
    theirs = hubs(g, weight="weight", engine="networkx").set_index("id").loc[ours.index]
    measures = ["degree", "strength", "pagerank", "betweenness"]
    assert np.allclose(ours[measures], theirs[measures], rtol=0, atol=1.1e-9)
    exact = [(u, v, 1 / Fraction(weight).limit_denominator(1000)) for u, v, weight in g.edges(data="weight")]
    plain = nx.Graph()
    plain.add_nodes_from(g)
    plain.add_weighted_edges_from(exact, weight="length")
    by_definition = betweenness_by_definition(plain)
    for node, value in betweenness_scores(g, weight="weight").items():
        assert value == pytest.approx(by_definition[int(node)], abs=1e-9)
    assert strengths(g, weight="weight").to_dict() == pytest.approx(
        {str(node): value for node, value in g.degree(weight="weight")}
    )
    assert degrees(g).to_dict() == {str(node): value for node, value in g.degree()}


def betweenness_by_definition(g):
    """Count every shortest path of every pair."""
    score = dict.fromkeys(g, 0.0)
    for s in g:
        for t in g:
            if s < t and nx.has_path(g, s, t):
                paths = list(nx.all_shortest_paths(g, s, t, weight="length"))
                for path in paths:
                    for node in path[1:-1]:
                        score[node] += 1 / len(paths)
    n = len(g)
    return {node: 2 * value / ((n - 1) * (n - 2)) for node, value in score.items()}


def test_order_and_relabelling_change_nothing():
    g = nx.karate_club_graph()
    plain = hubs(g, weight="weight")
    edges = list(g.edges(data="weight"))[::-1]
    assert hubs(weighted([(v, u, w) for u, v, w in edges]), weight="weight").equals(plain)
    renamed = hubs(nx.relabel_nodes(g, {node: f"n{99 - node}" for node in g}), weight="weight")
    renamed["id"] = [str(99 - int(node[1:])) for node in renamed["id"]]
    columns = [column for column in plain if column not in {"id", "name"}]
    left, right = plain.set_index("id")[columns].sort_index(), renamed.set_index("id")[columns].sort_index()
    pd.testing.assert_frame_equal(left, right, rtol=0, atol=1.1e-9)


def test_second_implementation_on_karate():
    g = nx.karate_club_graph()
    for u, v, weight in g.edges(data="weight"):
        g.edges[u, v]["length"] = Fraction(1, weight)
    expected = nx.betweenness_centrality(g, weight="length")
    found = betweenness_scores(g, weight="weight")
    assert found.to_dict() == pytest.approx({str(node): value for node, value in expected.items()}, abs=1e-12)
    steps = betweenness_scores(g, weight=None)
    assert steps.to_dict() == pytest.approx({str(n): v for n, v in nx.betweenness_centrality(g).items()}, abs=1e-12)
    assert steps.idxmax() == "0"
    assert steps["0"] == pytest.approx(0.4376, abs=5e-5)  # as published for this graph


def test_multiplying_all_weights_changes_no_rank():
    g = nx.karate_club_graph()
    scaled = weighted([(u, v, w * 1e6) for u, v, w in g.edges(data="weight")])
    one, other = hubs(g, weight="weight"), hubs(scaled, weight="weight")
    ranks = [column for column in one if column.endswith("_rank")]
    assert one[["id", *ranks]].equals(other[["id", *ranks]])


def test_top_n_and_competition_ranks():
    frame = hubs(nx.star_graph(4), weight=None, measures=("strength",), top_n=3)
    assert frame.to_dict("list") == {
        "id": ["0", "1", "2"],
        "name": ["0", "1", "2"],
        "strength": [4.0, 1.0, 1.0],
        "strength_rank": [1, 2, 2],
    }


def test_two_nodes_have_no_betweenness():
    for engine in ("igraph", "networkx"):
        assert betweenness_scores(nx.path_graph(2), weight=None, engine=engine).tolist() == [0.0, 0.0]


def test_edge_array_gives_the_same():
    edges = EdgeArray.from_networkx(TRIANGLE_WITH_TAIL, weight="weight")
    assert hubs(edges, weight="weight").equals(hubs(TRIANGLE_WITH_TAIL, weight="weight"))


def test_error_texts():
    g = TRIANGLE_WITH_TAIL
    with pytest.raises(BadParameter, match=r"measures = 'fame' can't be used: one of degree, strength, pagerank, betw"):
        hubs(g, weight="weight", measures=("fame",))
    with pytest.raises(BadParameter, match=r"measures = \(\) can't be used: some of"):
        hubs(g, weight="weight", measures=())
    with pytest.raises(BadParameter, match=r"engine = 'x' can't be used: one of auto, igraph, networkx, networkit, n"):
        hubs(g, weight="weight", engine="x")
    with pytest.raises(
        BadParameter, match=r"engine \(for betweenness\) = 'networkit' can't be used: one of auto, igraph"
    ):
        hubs(g, weight="weight", engine="networkit")
    with pytest.raises(BadParameter, match=r"engine \(for betweenness\) = 'x'"):
        betweenness_scores(g, weight="weight", engine="x")
    with pytest.raises(BadParameter, match="top_n = 0 can't be used: a whole number, at least 1"):
        hubs(g, weight="weight", top_n=0)
    with pytest.raises(BadParameter, match=r"alpha = 1\.5 can't be used: above 0 and below 1"):
        pagerank_scores(g, weight="weight", alpha=1.5)
    with pytest.raises(WrongGraph, match="directed"):
        degrees(nx.DiGraph([(1, 2)]))
    with pytest.raises(EmptyGraph):
        strengths(nx.empty_graph(2), weight=None)
    with pytest.raises(TypeError, match="weight"):
        hubs(g)


def test_dense_pagerank_refuses_large_graphs():
    g = nx.path_graph(5001)
    with pytest.raises(BadParameter, match="at most 5000 nodes, here are 5001"):
        pagerank_scores(g, weight=None, engine="networkx")
