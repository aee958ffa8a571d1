"""The constant Potts model, agreement of the starts, their consensus, how firmly a node belongs: by hand and anew."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import communities, constant_potts, modularity
from toolkit.network.engines import igraph_seeded
from toolkit.network.partition import adjusted_mutual_information
from toolkit.network.stability import consensus_labels, mean_agreement, supports


def cliques(*sizes, inside=2.0, bridge=0.5):
    """Cliques in a row, each tied to the next by one edge."""
    g = nx.Graph()
    first = 0
    for size in sizes:
        nodes = [f"{first + i:02d}" for i in range(size)]
        g.add_weighted_edges_from((u, v, inside) for u, v in combinations(nodes, 2))
        if first:
            g.add_edge(f"{first - 1:02d}", nodes[0], weight=bridge)
        first += size
    return g


def test_cpm_by_hand():
    g = cliques(4, 3)
    division = {node: int(node) // 4 for node in g}
    # (6 pairs of 2.0) - .75 * 6, and (3 pairs of 2.0) - .75 * 3; the bridge of .5 is cut
    assert constant_potts(g, division, weight="weight", resolution=0.75) == pytest.approx(6 * 1.25 + 3 * 1.25)
    found = communities(g, weight="weight", quality="cpm", resolution=0.75, starts=3)
    assert found.sets() == [{"00", "01", "02", "03"}, {"04", "05", "06"}]
    assert (found.quality, found.value) == ("cpm", 11.25)
    assert found.values == (11.25,) * 3
    assert found.modularity == pytest.approx(modularity(g, found.labels(), weight="weight"), abs=1e-12)
    facts = found.facts()
    assert (facts["quality"], facts["value"], facts["consensus"]) == ("cpm", 11.25, False)


def test_resolution_of_cpm_is_a_strength_of_ties():
    g = cliques(4, 3)
    # above the cliques' own ties nobody is together; below the mean tie of all pairs, 18.5 / 21, all may be
    alone = communities(g, weight="weight", quality="cpm", resolution=2.1, starts=2)
    assert (alone.n_communities, alone.value) == (7, 0.0)
    whole = communities(g, weight="weight", quality="cpm", resolution=0.01, starts=2)
    assert whole.n_communities == 1
    assert whole.value == pytest.approx(18.5 - 0.01 * 21)


def test_cpm_sees_small_communities_that_modularity_misses():
    ring = nx.ring_of_cliques(30, 3)
    assert communities(ring, weight=None, starts=5).n_communities < 20
    found = communities(ring, weight=None, quality="cpm", resolution=0.5, starts=5)
    assert found.n_communities == 30


def test_each_community_of_cpm_keeps_its_word():
    g = nx.gnm_random_graph(40, 160, seed=4)
    rng = np.random.default_rng(4)
    for u, v in g.edges:
        g.edges[u, v]["weight"] = float(rng.integers(1, 9))
    for resolution in (0.5, 1.0, 2.0):
        found = communities(g, weight="weight", quality="cpm", resolution=resolution, starts=5)
        for one, other in combinations(found.sets(), 2):
            between = sum(g.edges[int(u), int(v)]["weight"] for u in one for v in other if g.has_edge(int(u), int(v)))
            assert between <= resolution * len(one) * len(other) + 1e-9
        best = max(constant_potts(g, dict.fromkeys(map(str, g), 1), weight="weight", resolution=resolution), 0.0)
        assert found.value >= best


def test_cpm_equals_igraph_s_own_up_to_what_all_divisions_share():
    edges = EdgeArray.from_networkx(nx.karate_club_graph(), weight="weight")
    with igraph_seeded(5):
        theirs = edges.to_igraph().community_leiden(objective_function="CPM", weights="weight", resolution=0.8)
    division = dict(zip(edges.nodes, theirs.membership, strict=True))
    ours = constant_potts(edges, division, weight="weight", resolution=0.8)
    # igraph counts each pair twice and a node with itself, over twice the weight: (2 H - gamma n) / 2m
    total = float(edges.weight.sum())
    assert theirs.quality == pytest.approx((2 * ours - 0.8 * edges.n_nodes) / (2 * total), abs=1e-9)


labelings = st.integers(1, 12).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 3), min_size=n, max_size=n), min_size=1, max_size=6)
)


def agreement_of(labels, together):
    """Sum over pairs of the same community of A_ij - 1/2."""
    n = len(labels)
    return sum(together[i, j] - 0.5 for i, j in combinations(range(n), 2) if labels[i] == labels[j])


def together_in(rows):
    n = len(rows[0])
    return np.mean([[[row[i] == row[j] for j in range(n)] for i in range(n)] for row in rows], axis=0)


def all_divisions(n):
    """Every division of n nodes, as labels."""
    if not n:
        return [[]]
    return [[*rest, label] for rest in all_divisions(n - 1) for label in range(max(rest, default=-1) + 2)]


@settings(max_examples=80, deadline=None)
@given(labelings)
def test_support_by_the_definition(rows):
    divisions = [np.array(row) for row in rows]
    n, together = len(rows[0]), together_in(rows)
    groups = np.array(rows[0])
    for i, value in enumerate(supports(groups, divisions)):
        others = [j for j in range(n) if groups[j] == groups[i] and j != i]
        assert value == pytest.approx(np.mean([together[i, j] for j in others]) if others else 1.0)
    if len(rows) > 1:
        mean = np.mean([adjusted_mutual_information(one, other) for one, other in combinations(divisions, 2)])
        assert mean_agreement(divisions) == pytest.approx(mean)


@settings(max_examples=80, deadline=None)
@given(labelings)
def test_no_move_and_no_start_agrees_with_the_starts_more_than_the_consensus(rows):
    divisions = [np.array(row) for row in rows]
    n, together = len(rows[0]), together_in(rows)
    labels = consensus_labels(divisions)
    reached = agreement_of(labels, together)
    assert reached >= max(agreement_of(row, together) for row in rows) - 1e-9
    for i in range(n):
        for label in range(int(labels.max()) + 2):
            moved = labels.copy()
            moved[i] = label
            assert agreement_of(moved, together) <= reached + 1e-9
    for one, other in combinations(range(int(labels.max()) + 1), 2):
        assert agreement_of(np.where(labels == other, one, labels), together) <= reached + 1e-9
    assert np.array_equal(consensus_labels(divisions[::-1]), labels), "the order of the starts decides nothing"
    assert [labels.tolist().index(label) for label in range(int(labels.max()) + 1)] == sorted(
        labels.tolist().index(label) for label in range(int(labels.max()) + 1)
    ), "numbered by their first nodes"


def test_consensus_is_the_best_of_all_divisions_of_six_nodes():
    every = all_divisions(6)
    assert len(every) == 203
    for seed in range(25):
        rng = np.random.default_rng(seed)
        rows = rng.integers(0, 3, size=(5, 6)).tolist()
        together = together_in(rows)
        best = max(agreement_of(row, together) for row in every)
        assert agreement_of(consensus_labels([np.array(row) for row in rows]), together) == pytest.approx(best)


def test_a_chain_of_majorities_is_not_one_community():
    # each neighbour is with the next in two of three starts, the ends in none: joining majorities would make one group
    rows = [[0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 1, 1, 1, 2, 2, 2, 3, 3], [0, 0, 1, 1, 1, 2, 2, 2, 3]]
    together = together_in(rows)
    chained = nx.Graph([(i, j) for i, j in combinations(range(9), 2) if together[i, j] > 0.5])
    assert nx.is_connected(chained)
    labels = consensus_labels([np.array(row) for row in rows])
    assert np.bincount(labels).max() <= 3
    assert agreement_of(labels, together) == pytest.approx(max(agreement_of(row, together) for row in rows))


def test_consensus_of_starts():
    g = cliques(5, 4, 3)
    found = communities(g, weight="weight", starts=5, consensus=True)
    assert found.frame.columns.tolist() == ["id", "name", "community", "size", "support"]
    assert [len(members) for members in found.sets()] == [5, 4, 3]
    assert found.frame["support"].tolist() == [1.0] * 12
    assert found.consensus
    assert found.stability == 1.0
    assert communities(g, weight="weight", starts=5).frame.equals(found.frame.drop(columns="support"))


def test_support_tells_who_wavers():
    # x stands between two cliques, tied to each alike
    g = cliques(6, 6)
    g.add_weighted_edges_from([("x", node, 1.0) for node in g])
    found = communities(g, weight="weight", starts=20, stability=True)
    support = found.frame.set_index("id")["support"]
    assert support.idxmin() == "x"
    assert support["x"] < 0.9 < support.drop("x").min()
    assert 0 < found.stability < 1
    drawn = {tuple(sorted(communities(g, weight="weight", starts=1, seed=seed).sets()[0])) for seed in range(20)}
    assert len(drawn) == 2


@pytest.mark.parametrize("quality", ["modularity", "cpm"])
def test_row_order_changes_nothing(quality):
    g = nx.karate_club_graph()
    turned = nx.Graph()
    turned.add_weighted_edges_from([(v, u, weight) for u, v, weight in g.edges(data="weight")][::-1])
    one, other = (
        communities(each, weight="weight", quality=quality, starts=4, seed=2, consensus=True) for each in (g, turned)
    )
    assert one.frame.equals(other.frame)
    assert one.facts() == other.facts()


def test_qualities_of_engines_are_near():
    g = nx.planted_partition_graph(6, 20, 0.4, 0.05, seed=3)
    best = {
        (method, engine): communities(g, weight=None, method=method, engine=engine, starts=4).modularity
        for method, engine in (
            ("leiden", "igraph"),
            ("leiden", "networkit"),
            ("louvain", "igraph"),
            ("louvain", "networkx"),
            ("louvain", "networkit"),
            ("louvain", "python-louvain"),
        )
    }
    assert max(best.values()) - min(best.values()) < 0.01, best
