"""Association strength: hand answers, what must not change it, and communities of it by a second implementation."""

from __future__ import annotations

import igraph
import networkx as nx
import numpy as np
import pytest

from toolkit.analyses.community_analysis import communities as communities_of
from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import example_workspace
from toolkit.errors import BadParameter
from toolkit.graphdb.projection import network_edges
from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import communities, modularity
from toolkit.network.engines import igraph_seeded
from toolkit.network.normalisation import association_strengths
from toolkit.network.partition import agreement


def weighted(*rows):
    g = nx.Graph()
    g.add_weighted_edges_from(rows)
    return g


def two_sizes():
    """A strong pair of hubs, each with small partners of its own that work with each other."""
    small = [
        ("a1", "a2", 2.0),
        ("a1", "a3", 2.0),
        ("a2", "a3", 2.0),
        ("b1", "b2", 2.0),
        ("b1", "b3", 2.0),
        ("b2", "b3", 2.0),
    ]
    hubs = [("A", name, 3.0) for name in ("a1", "a2", "a3")] + [("B", name, 3.0) for name in ("b1", "b2", "b3")]
    return weighted(("A", "B", 12.0), *small, *hubs)


def test_association_strength_by_hand():
    found = association_strengths(weighted(("a", "b", 3.0), ("b", "c", 1.0), ("a", "c", 2.0)), weight="weight")
    # m = 6; s = 5, 4, 3: 12 * 3 / (5 * 4), 12 * 2 / (5 * 3), 12 * 1 / (4 * 3)
    assert found.weight.tolist() == pytest.approx([1.8, 1.6, 1.0])
    assert found.nodes.tolist() == ["a", "b", "c"]


def test_ties_as_strong_as_chance_have_association_strength_one_on_average():
    # sum over i, j of s_i s_j a_ij is (2m)^2: the mean of a_ij over pairs of ends drawn by strength is 1
    g = nx.gnm_random_graph(30, 120, seed=2)
    rng = np.random.default_rng(2)
    for u, v in g.edges:
        g.edges[u, v]["weight"] = float(rng.integers(1, 9)) / 8
    edges = EdgeArray.from_networkx(g, weight="weight")
    s = np.array([g.degree(int(node), weight="weight") for node in edges.nodes])
    found = association_strengths(edges, weight="weight")
    assert 2 * (found.weight * s[edges.source] * s[edges.target]).sum() == pytest.approx(s.sum() ** 2)
    scaled = EdgeArray(edges.nodes, edges.source, edges.target, edges.weight * 1000)
    assert association_strengths(scaled, weight="weight").weight == pytest.approx(found.weight)


def test_hubs_that_work_much_together_stay_with_their_own():
    g = two_sizes()
    raw = communities(g, weight="weight", quality="cpm", resolution=2.5).labels()
    assert raw["A"] == raw["B"]
    found = communities(g, weight="weight", quality="cpm", normalise="association")
    assert found.sets() == [{"A", "a1", "a2", "a3"}, {"B", "b1", "b2", "b3"}]
    # 2m = 84; s_A = 21, s_a1 = 7: A-a1 84 * 3 / 147, a1-a2 84 * 2 / 49; six pairs in each community, each costs 1
    assert found.value == pytest.approx(2 * (3 * 84 * 3 / 147 + 3 * 84 * 2 / 49 - 6))
    assert found.modularity == pytest.approx(modularity(g, found.labels(), weight="weight")), (
        "of the weights as they are"
    )
    assert found.facts()["normalise"] == "association"


@pytest.mark.parametrize("resolution", [0.8, 1.2])
def test_second_implementation_by_igraph_on_a_matrix(resolution):
    g = nx.planted_partition_graph(5, 16, 0.6, 0.08, seed=4)
    rng = np.random.default_rng(4)
    for u, v in g.edges:
        g.edges[u, v]["weight"] = float(rng.integers(1, 6))
    matrix = nx.to_numpy_array(g)
    strength = matrix.sum(axis=0)
    matrix *= strength.sum() / np.outer(strength, strength)
    np.fill_diagonal(matrix, 0)
    bare = igraph.Graph.Weighted_Adjacency(matrix.tolist(), mode="undirected")
    best = -np.inf
    for seed in range(10):
        with igraph_seeded(seed):
            labels = np.array(
                bare.community_leiden("CPM", weights="weight", resolution=resolution, n_iterations=-1).membership
            )
        same = labels[:, None] == labels[None]
        value = ((matrix - resolution) * same)[np.triu_indices(len(labels), 1)].sum()
        if value > best:
            best, theirs = value, labels
    found = communities(g, weight="weight", quality="cpm", normalise="association", resolution=resolution)
    assert found.value == pytest.approx(best)
    assert agreement(found.labels(), {str(node): int(label) for node, label in enumerate(theirs)}).ami == 1.0


def test_of_a_workspace_recorded_and_repeated(tmp_path):
    workspace = example_workspace(tmp_path)
    asked = {"quality": "cpm", "normalise": "association", "starts": 4, "resolution": 0.7}
    answer = communities_of(workspace, **asked)
    assert answer.run.parameters["normalise"] == "association"
    assert repeat(answer.run, workspace).frame.equals(answer.frame)
    assert "normalise" not in communities_of(workspace, starts=2).run.parameters
    edges = network_edges(workspace)
    direct = communities(edges, weight="weight", **asked)
    assert answer.run.facts["cpm"] == direct.value
    assert dict(zip(answer.frame["id"], answer.frame["community"], strict=True)) == direct.labels()
    of_graph = communities_of(edges.to_networkx(), weight="weight", **asked)
    assert of_graph.frame["community"].tolist() == answer.frame["community"].tolist()
    with_modularity = communities_of(workspace, normalise="association", starts=2).run.facts
    assert with_modularity["modularity_normalised"] != with_modularity["modularity"]


def test_error_text():
    with pytest.raises(BadParameter, match="normalise = 'salton' can't be used: one of none, association"):
        communities(two_sizes(), weight="weight", normalise="salton")
