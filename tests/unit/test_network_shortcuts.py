"""Edges left out before shortest paths are looked for: no path, length or tie between paths changes."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from toolkit.network.arrays import EdgeArray
from toolkit.network.hubs import betweenness_scores, harmonic_scores
from toolkit.network.shortcuts import without_detours


def weighted(seed, n=90):
    """A network with few different weights, so that many paths are equally long."""
    g = nx.barabasi_albert_graph(n, 6, seed=seed)
    rng = np.random.default_rng(seed)
    for u, v in g.edges:
        g.edges[u, v]["weight"] = float(rng.choice([0.5, 1.0, 2.0, 3.0, 6.0]))
    return g


def test_an_edge_longer_than_a_path_around_it_is_left_out_and_an_equally_long_one_stays():
    g = nx.Graph()
    g.add_weighted_edges_from(
        [("hub", "a", 2.0), ("hub", "b", 2.0), ("hub", "c", 1.0), ("a", "b", 1.0), ("b", "c", 0.5)]
    )
    edges = EdgeArray.from_networkx(g, weight="weight")
    # a-b: 1, as long as 1/2 + 1/2; b-c: 2, longer than 1/2 + 1
    found, lengths = without_detours(edges, edges.distance, sources=64)
    left = {tuple(sorted((found.vs[u]["name"], found.vs[v]["name"]))) for u, v in found.get_edgelist()}
    assert left == {("a", "hub"), ("b", "hub"), ("c", "hub"), ("a", "b")}
    assert found.vcount() == 4
    assert sorted(lengths.tolist()) == [0.5, 0.5, 1.0, 1.0]
    whole, every = without_detours(edges, edges.distance, sources=63)
    assert (whole.ecount(), len(every)) == (5, 5)


@pytest.mark.parametrize("seed", [1, 2])
def test_path_measures_stay_what_networkx_finds_on_the_whole_network(seed):
    g = weighted(seed)
    edges = EdgeArray.from_networkx(g, weight="weight")
    assert without_detours(edges, edges.distance, sources=64)[0].ecount() < 0.8 * edges.n_edges
    for scores in (betweenness_scores, harmonic_scores):
        for samples in (None, 70):
            ours, theirs = (
                scores(g, weight="weight", engine=e, samples=samples, seed=3) for e in ("igraph", "networkx")
            )
            assert np.allclose(ours, theirs, rtol=0, atol=1e-12)


def test_networks_in_several_parts_keep_their_paths():
    g = nx.disjoint_union(weighted(3, n=50), nx.disjoint_union(nx.path_graph(20), nx.star_graph(9)))
    for u, v in g.edges:
        g.edges[u, v].setdefault("weight", 1.0)
    for scores in (betweenness_scores, harmonic_scores):
        ours, theirs = (scores(g, weight="weight", engine=engine) for engine in ("igraph", "networkx"))
        assert np.allclose(ours, theirs, rtol=0, atol=1e-12)
