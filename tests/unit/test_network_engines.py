"""Every engine of every exact measure against the others, the definition and named graphs with known answers."""

from __future__ import annotations

import builtins
import math

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import BadParameter, BadWeight, EmptyGraph, NotConverged, SettingsError, WrongGraph
from toolkit.network.arrays import EdgeArray
from toolkit.network.engines import ENGINES, chosen_engine
from toolkit.network.hubs import (
    MEASURES,
    betweenness_scores,
    core_numbers,
    eigenvector_scores,
    harmonic_scores,
    hubs,
    pagerank_scores,
)

SCORES = {
    "pagerank": pagerank_scores,
    "eigenvector": eigenvector_scores,
    "betweenness": betweenness_scores,
    "harmonic": harmonic_scores,
    "core": lambda g, *, engine, **_: core_numbers(g, engine=engine),
}
EACH = [(measure, engine) for measure in SCORES for engine in ENGINES[measure]]
SAMPLING = [("betweenness", engine) for engine in ("igraph", "networkx")] + [
    ("harmonic", engine) for engine in ("igraph", "networkx")
]


def star(leaves, weight):
    g = nx.star_graph(leaves)
    nx.set_edge_attributes(g, weight, "weight")
    return g


@pytest.mark.parametrize("engine", ENGINES["eigenvector"])
@pytest.mark.parametrize("weight", [1e-6, 1.0, 7.0, 1e6])
def test_eigenvector_of_a_star(engine, weight):
    # lambda = w sqrt(n); x_0 = 1 / sqrt(2) and each leaf 1 / sqrt(2n), whatever the weight. Two-sided: -lambda as well
    found = eigenvector_scores(star(5, weight), weight="weight", engine=engine)
    assert found.to_dict() == pytest.approx(
        {"0": math.sqrt(0.5), **{str(leaf): math.sqrt(0.1) for leaf in range(1, 6)}}, abs=1e-9
    )


@pytest.mark.parametrize("engine", ENGINES["eigenvector"])
def test_eigenvector_follows_the_weights(engine):
    # x - y - z with weights 3 and 4: lambda = 5, x : y : z = 3 : 5 : 4
    g = nx.Graph()
    g.add_weighted_edges_from([("x", "y", 3.0), ("y", "z", 4.0)])
    found = eigenvector_scores(g, weight="weight", engine=engine)
    assert found.to_dict() == pytest.approx(
        {"x": 3 / math.sqrt(50), "y": 5 / math.sqrt(50), "z": 4 / math.sqrt(50)}, abs=1e-10
    )


@pytest.mark.parametrize("engine", ENGINES["harmonic"])
def test_harmonic_of_a_path_by_hand(engine):
    # a -4- b -1- c: d(a,b) = 1/4, d(b,c) = 1, d(a,c) = 5/4; d is alone and counts among the n - 1
    g = nx.Graph()
    g.add_weighted_edges_from([("a", "b", 4.0), ("b", "c", 1.0)])
    g.add_node("d")
    found = harmonic_scores(g, weight="weight", engine=engine)
    assert found.to_dict() == pytest.approx(
        {"a": (4 + 0.8) / 3, "b": (4 + 1) / 3, "c": (1 + 0.8) / 3, "d": 0.0}, abs=1e-12
    )


@pytest.mark.parametrize("engine", ENGINES["core"])
def test_cores_by_hand(engine):
    # a clique of 4, a triangle hung on it, a tail, a lone node
    g = nx.complete_graph(4)
    g.add_edges_from([(3, 4), (4, 5), (5, 3), (5, 6), (6, 7)])
    g.add_node(8)
    found = core_numbers(g, engine=engine)
    assert found.to_dict() == {"0": 3, "1": 3, "2": 3, "3": 3, "4": 2, "5": 2, "6": 1, "7": 1, "8": 0}
    assert found.dtype == np.int64


weights = st.sampled_from([0.125, 1 / 3, 0.5, 1.0, 2.0, 3.0, 17.25, 250.0])


@st.composite
def networks(draw):
    """Small networks in several parts, with nodes alone."""
    n = draw(st.integers(2, 9))
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda ends: ends[0] < ends[1])
    g = nx.Graph()
    g.add_nodes_from(range(n))
    for u, v in draw(st.lists(pair, min_size=1, max_size=20, unique=True)):
        g.add_edge(u, v, weight=draw(weights))
    return g


@settings(max_examples=15, deadline=None)
@given(networks())
def test_all_engines_agree(g):
    for measure, scores in SCORES.items():
        found = {}
        for engine in ENGINES[measure]:
            try:
                found[engine] = scores(g, weight="weight", engine=engine)
            except WrongGraph as error:
                assert measure == "eigenvector"
                found[engine] = str(error)
        first = found.pop(ENGINES[measure][0])
        for engine, other in found.items():
            if isinstance(first, str):
                assert other == first, engine
            else:
                assert np.allclose(other, first, rtol=0, atol=1e-9 * max(1.0, first.max())), (measure, engine)


@settings(max_examples=25, deadline=None)
@given(networks())
def test_eigenvector_is_the_leading_one_of_the_matrix(g):
    matrix = nx.to_numpy_array(g, nodelist=sorted(g, key=str), weight="weight")
    values, vectors = np.linalg.eigh(matrix)
    leading = np.flatnonzero(values > values[-1] * (1 - 1e-9))
    if len(leading) > 1:
        with pytest.raises(WrongGraph, match=f"{len(leading)} share the largest eigenvalue"):
            eigenvector_scores(g, weight="weight")
    else:
        found = eigenvector_scores(g, weight="weight")
        assert np.allclose(found, np.abs(vectors[:, -1]), rtol=0, atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(networks(), st.integers(1, 4), st.integers(0, 99))
def test_samples_by_the_definition(g, samples, seed):
    ids = sorted(map(str, g))
    n = len(ids)
    taken = [int(ids[place]) for place in np.random.default_rng(seed).choice(n, min(samples, n), replace=False)]
    sums = dict.fromkeys(g, 0.0)
    for u, v, weight in g.edges(data="weight"):
        g.edges[u, v]["length"] = 1 / weight
    for source in taken:
        for node, distance in nx.single_source_dijkstra_path_length(g, source, weight="length").items():
            sums[node] += 1 / distance if distance else 0.0
    factor = n / len(taken) / (n - 1)
    for engine in ("igraph", "networkx"):
        found = harmonic_scores(g, weight="weight", engine=engine, samples=samples, seed=seed)
        assert found.to_dict() == pytest.approx({str(node): factor * value for node, value in sums.items()})
    one, other = (
        betweenness_scores(g, weight="weight", engine=engine, samples=samples, seed=seed)
        for engine in ("igraph", "networkx")
    )
    assert np.allclose(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("measure", "engine"), SAMPLING)
def test_samples_are_right_on_average(measure, engine):
    g = nx.krackhardt_kite_graph()
    whole = SCORES[measure](g, weight=None, engine=engine)
    drawn = [SCORES[measure](g, weight=None, engine=engine, samples=5, seed=seed) for seed in range(60)]
    assert np.allclose(np.mean(drawn, axis=0), whole, rtol=0, atol=0.07)
    assert len({tuple(each) for each in drawn}) > 10, "the seed decides"
    assert drawn[7].equals(SCORES[measure](g, weight=None, engine=engine, samples=5, seed=7))
    assert SCORES[measure](g, weight=None, engine=engine, samples=10).equals(whole), "all nodes: nothing is estimated"


@pytest.mark.parametrize(("measure", "engine"), EACH)
def test_row_order_changes_nothing(measure, engine):
    g = nx.karate_club_graph()
    turned = nx.Graph()
    turned.add_weighted_edges_from([(v, u, weight) for u, v, weight in g.edges(data="weight")][::-1])
    one, other = (SCORES[measure](each, weight="weight", engine=engine) for each in (g, turned))
    assert one.equals(other)


def test_networkx_itself_gives_the_same_on_the_karate_club():
    g = nx.karate_club_graph()
    for u, v, weight in g.edges(data="weight"):
        g.edges[u, v]["distance"] = 1 / weight
    expected = {
        "pagerank": nx.pagerank(g, tol=1e-13),
        "eigenvector": nx.eigenvector_centrality(g, max_iter=1000, tol=1e-14, weight="weight"),
        "harmonic": {node: value / 33 for node, value in nx.harmonic_centrality(g, distance="distance").items()},
        "core": nx.core_number(g),
    }
    frame = hubs(g, weight="weight", measures=MEASURES).set_index("id")
    for measure, values in expected.items():
        assert frame[measure].to_dict() == pytest.approx({str(node): v for node, v in values.items()}, abs=1e-9)
        ranked = sorted(values.values(), reverse=True)
        hub = frame[f"{measure}_rank"].idxmin()
        assert values[int(hub)] == ranked[0]


def test_a_measure_asked_for_twice_stands_once():
    frame = hubs(nx.star_graph(3), weight=None, measures=["core", "core"])
    assert frame.columns.tolist() == ["id", "name", "core", "core_rank"]


def test_what_the_methods_are_not_defined_for():
    directed = nx.DiGraph([(1, 2), (2, 3)])
    negative = nx.Graph()
    negative.add_edge("a", "b", weight=-1.0)
    for measure, engine in EACH:
        with pytest.raises(WrongGraph, match="is directed"):
            SCORES[measure](directed, weight=None, engine=engine)
        with pytest.raises(EmptyGraph, match="no edges"):
            SCORES[measure](nx.empty_graph(3), weight=None, engine=engine)
        if measure != "core":
            with pytest.raises(BadWeight, match=r"'a' - 'b' has weight -1\.0; a finite number above zero is needed"):
                SCORES[measure](negative, weight="weight", engine=engine)
    with pytest.raises(WrongGraph, match="components of which 2 share the largest eigenvalue"):
        eigenvector_scores(nx.Graph([("a", "b"), ("c", "d")]), weight=None)


@pytest.mark.parametrize("engine", ENGINES["eigenvector"])
def test_a_long_chain_settles_too(engine):
    # the two largest eigenvalues differ by a thousandth; x_k = sqrt(2 / (n + 1)) sin(pi k / (n + 1))
    found = eigenvector_scores(nx.path_graph(200), weight=None, engine=engine)
    expected = {str(k - 1): math.sqrt(2 / 201) * math.sin(math.pi * k / 201) for k in range(1, 201)}
    assert found.to_dict() == pytest.approx(expected, abs=1e-9)


def test_what_does_not_settle_says_so(monkeypatch):
    with pytest.raises(NotConverged, match=r"PageRank with alpha = 0\.9999999 did not settle in 10,000 steps"):
        pagerank_scores(nx.lollipop_graph(5, 60), weight=None, alpha=0.9999999)

    def gives_up(*args, **kwargs):
        raise igraph.InternalError("ARPACK error")

    monkeypatch.setattr(igraph.Graph, "eigenvector_centrality", gives_up)
    with pytest.raises(
        NotConverged, match=r"Eigenvector centrality of 3 nodes did not settle: ARPACK error\. Leave it"
    ):
        eigenvector_scores(nx.path_graph(3), weight=None)


def test_weights_beyond_numbers():
    g = nx.Graph()
    g.add_weighted_edges_from([("a", "b", 1e308), ("b", "c", 1e308)])
    with pytest.raises(
        BadWeight, match=r"The weights lie between 1e\+308 and 1e\+308: too far apart, or too large, for"
    ):
        hubs(g, weight="weight", measures=["strength"])


def test_only_whole_samples():
    g = nx.path_graph(4)
    for samples in (0, -3, 2.5, True):
        with pytest.raises(BadParameter, match=r"samples = .* can't be used: a whole number, at least 1"):
            hubs(g, weight=None, samples=samples)
    with pytest.raises(BadParameter, match="harmonic closeness from samples is igraph's or networkx's"):
        harmonic_scores(g, weight=None, engine="networkit", samples=2)


def test_without_networkit(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "networkit":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError, match=r"pip install 'scicities\[networkit\]'"):
        chosen_engine("pagerank", "networkit")
    assert hubs(nx.star_graph(3), weight=None, measures=MEASURES)["core"].tolist() == [1, 1, 1, 1]


def test_edge_arrays_too():
    edges = EdgeArray.from_networkx(nx.karate_club_graph(), weight="weight")
    assert hubs(edges, weight="weight", measures=MEASURES).equals(
        hubs(nx.karate_club_graph(), weight="weight", measures=MEASURES)
    )
