"""Communities: known divisions, known modularity, equal results for equal seeds, recovery of what was planted."""

from __future__ import annotations

import random

import community as python_louvain
import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from toolkit.errors import BadParameter, BadWeight, WrongGraph
from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import communities, modularity
from toolkit.network.partition import agreement

WAYS = [
    ("leiden", "igraph"),
    ("leiden", "networkit"),
    ("louvain", "igraph"),
    ("louvain", "python-louvain"),
    ("louvain", "networkx"),
    ("louvain", "networkit"),
]
WAYS_WITH_RESOLUTION = [(method, engine) for method, engine in WAYS if engine != "python-louvain"]


def two_cliques():
    """Cliques of 5 and 4 nodes, joined by one weak edge."""
    g = nx.disjoint_union(nx.complete_graph(5), nx.complete_graph(4))
    nx.set_edge_attributes(g, 2.0, "weight")
    g.add_edge(0, 5, weight=1.0)
    return g


@pytest.mark.parametrize(("method", "engine"), WAYS)
def test_two_cliques(method, engine):
    found = communities(two_cliques(), weight="weight", method=method, engine=engine, starts=3)
    assert found.sets() == [{"0", "1", "2", "3", "4"}, {"5", "6", "7", "8"}]
    # m = 20 + 12 + 1; strengths 41 and 25
    assert found.modularity == pytest.approx(32 / 33 - (41 / 66) ** 2 - (25 / 66) ** 2, abs=1e-12)
    assert found.frame["size"].tolist() == [5] * 5 + [4] * 4
    assert (found.n_communities, found.n_nodes, found.n_edges) == (2, 9, 17)
    assert found.stability == 1.0


@pytest.mark.parametrize(("method", "engine"), WAYS)
def test_karate_club(method, engine):
    # the best division of the unweighted graph is known (Brandes et al. 2008, doi 10.1109/TKDE.2007.190689)
    found = communities(nx.karate_club_graph(), weight=None, method=method, engine=engine, starts=20)
    assert round(found.modularity, 4) == 0.4198
    assert found.n_communities == 4


@pytest.mark.parametrize(("method", "engine"), WAYS)
def test_row_order_changes_nothing(method, engine):
    g = nx.karate_club_graph()
    rows = [(v, u, w) for u, v, w in g.edges(data="weight")]
    random.Random(5).shuffle(rows)
    shuffled = nx.Graph()
    shuffled.add_weighted_edges_from(rows)
    one = communities(g, weight="weight", method=method, engine=engine, seed=4, starts=2)
    other = communities(shuffled, weight="weight", method=method, engine=engine, seed=4, starts=2)
    assert one.frame.equals(other.frame)
    assert one.facts() == other.facts()


def test_python_s_own_random_state_changes_nothing_and_is_left_alone():
    random.seed(11)
    state = random.getstate()
    first = communities(nx.karate_club_graph(), weight="weight", starts=3).facts()
    assert random.getstate() == state
    random.seed(12)
    assert communities(nx.karate_club_graph(), weight="weight", starts=3).facts() == first


def test_best_of_the_starts_is_returned():
    g = nx.gnm_random_graph(60, 200, seed=3)
    found = communities(g, weight=None, seed=7, starts=8)
    assert found.seeds == tuple(range(7, 15))
    assert found.modularity == max(found.modularities)
    assert len(set(found.modularities)) > 1
    assert found.best_seed == 7 + found.modularities.index(found.modularity)
    alone = communities(g, weight=None, seed=found.best_seed, starts=1)
    assert alone.frame.equals(found.frame)
    assert alone.stability is None
    assert 0 < found.stability < 1


@pytest.mark.parametrize(("method", "engine"), WAYS_WITH_RESOLUTION)
@pytest.mark.parametrize("resolution", [0.4, 1.0, 2.5])
def test_modularity_equals_networkx_at_every_resolution(method, engine, resolution):
    g = nx.karate_club_graph()
    found = communities(g, weight="weight", method=method, engine=engine, starts=2, resolution=resolution)
    sets = [{int(node) for node in members} for members in found.sets()]
    expected = nx.community.modularity(g, sets, weight="weight", resolution=resolution)
    assert found.modularity == pytest.approx(expected, abs=1e-12)
    assert modularity(g, found.labels(), weight="weight", resolution=resolution) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("method", "engine"), WAYS_WITH_RESOLUTION)
def test_resolution_means_the_same_in_every_engine(method, engine):
    ring = nx.ring_of_cliques(12, 4)
    few = communities(ring, weight=None, method=method, engine=engine, resolution=0.1, starts=3)
    many = communities(ring, weight=None, method=method, engine=engine, resolution=2.0, starts=3)
    assert many.n_communities == 12
    assert few.n_communities < 6


def test_modularity_agrees_with_python_louvain_and_igraph():
    g = nx.karate_club_graph()
    division = {node: node % 3 for node in g}
    ours = modularity(g, {str(node): group for node, group in division.items()}, weight="weight")
    assert ours == pytest.approx(python_louvain.modularity(division, g, weight="weight"), abs=1e-12)
    edges = EdgeArray.from_networkx(g, weight="weight")
    membership = [division[int(node)] for node in edges.nodes]
    assert ours == pytest.approx(edges.to_igraph().modularity(membership, weights="weight"), abs=1e-12)


def test_modularity_of_one_community_is_zero():
    assert modularity(nx.karate_club_graph(), dict.fromkeys(map(str, range(34)), 1), weight="weight") == pytest.approx(
        0
    )


def test_numbers_go_by_size_then_by_smallest_id():
    g = nx.Graph([("y", "z"), ("x", "y"), ("x", "z"), ("c", "d"), ("a", "b")])
    g.add_node("lone")
    found = communities(g, weight=None, starts=2)
    assert found.sets() == [{"x", "y", "z"}, {"a", "b"}, {"c", "d"}, {"lone"}]
    assert found.frame["id"].tolist() == ["x", "y", "z", "a", "b", "c", "d", "lone"]
    assert found.frame["community"].tolist() == [1, 1, 1, 2, 2, 3, 3, 4]


def planted(groups, size, p_in, p_out, seed):
    g = nx.planted_partition_graph(groups, size, p_in, p_out, seed=seed)
    rng = np.random.default_rng(seed)
    for u, v in g.edges:
        g.edges[u, v]["weight"] = float(rng.integers(1, 6))
    return g, {str(node): node // size for node in g}


@pytest.mark.parametrize(("method", "engine"), WAYS)
def test_planted_communities_are_recovered(method, engine):
    g, truth = planted(4, 30, 0.4, 0.02, seed=1)
    found = communities(g, weight="weight", method=method, engine=engine, starts=3)
    score = agreement(found.frame, truth)
    assert (score.ami, score.adjusted_rand, score.nodes) == (1.0, 1.0, 120)


def test_nothing_planted_nothing_recovered():
    g, truth = planted(4, 30, 0.15, 0.15, seed=2)
    assert abs(agreement(communities(g, weight="weight", starts=2).frame, truth).ami) < 0.1


def test_igraph_s_generator_is_put_back():
    communities(nx.karate_club_graph(), weight=None, starts=1)
    random.seed(1)
    first = igraph.Graph.Erdos_Renyi(n=30, m=60).get_edgelist()
    random.seed(1)
    assert igraph.Graph.Erdos_Renyi(n=30, m=60).get_edgelist() == first


def test_names_and_record():
    rows = pd.DataFrame(
        {
            "a_id": ["1", "1"],
            "b_id": ["2", "3"],
            "score": [1.0, 2.0],
            "a_name": ["Rome"] * 2,
            "b_name": ["Oslo", "Lima"],
        }
    )
    found = communities(EdgeArray.from_edges(rows), weight="score", starts=2, seed=3)
    assert found.frame["name"].tolist() == ["Rome", "Oslo", "Lima"]
    facts = found.facts()
    assert (facts["weight"], facts["method"], facts["engine"], facts["seeds"]) == ("score", "leiden", "igraph", [3, 4])
    assert found.labels() == {"1": 1, "2": 1, "3": 1}


def test_error_texts():
    g = nx.karate_club_graph()
    with pytest.raises(BadParameter, match=r"method = 'walktrap' can't be used: one of leiden, louvain"):
        communities(g, weight=None, method="walktrap")
    with pytest.raises(BadParameter, match=r"engine \(for leiden\) = 'networkx' can't be used: one of auto, igraph"):
        communities(g, weight=None, engine="networkx")
    with pytest.raises(BadParameter, match="starts = 0 can't be used: a whole number, at least 1"):
        communities(g, weight=None, starts=0)
    with pytest.raises(BadParameter, match="starts = 1 can't be used: a whole number, at least 2"):
        communities(g, weight=None, starts=1, consensus=True)
    with pytest.raises(BadParameter, match="quality = 'surprise' can't be used: one of modularity, cpm"):
        communities(g, weight=None, quality="surprise")
    for method, engine in (("louvain", "igraph"), ("louvain", "networkx"), ("leiden", "networkit")):
        with pytest.raises(BadParameter, match=f"quality = 'cpm' can't be used: {method} by {engine} knows modularity"):
            communities(g, weight=None, method=method, engine=engine, quality="cpm")
    with pytest.raises(BadParameter, match="seed = -1"):
        communities(g, weight=None, seed=-1)
    with pytest.raises(BadParameter, match="seed = True"):
        communities(g, weight=None, seed=True)
    with pytest.raises(BadParameter, match="resolution = 0 can't be used: a finite number above zero"):
        communities(g, weight=None, resolution=0)
    with pytest.raises(BadParameter, match=r"resolution = 0.5 can't be used: python-louvain takes only 1; use igraph"):
        communities(g, weight=None, method="louvain", engine="python-louvain", resolution=0.5)
    with pytest.raises(BadWeight, match="has no 'score'"):
        communities(g, weight="score")
    with pytest.raises(WrongGraph, match="33 of 34 nodes have no community, the first is '1'"):
        modularity(g, {"0": 1}, weight=None)
