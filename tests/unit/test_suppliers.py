"""Suppliers and attractors: by hand, by eigenvectors, and what is refused."""

import networkx as nx
import numpy as np
import pytest

from toolkit.errors import BadWeight, EmptyGraph, NotConverged, WrongGraph
from toolkit.network.suppliers import suppliers_and_attractors


def values(g, weight="weight"):
    frame = suppliers_and_attractors(g, weight=weight).set_index("id")
    return frame["supplier"].to_dict(), frame["attractor"].to_dict()


def flows(*edges):
    g = nx.DiGraph()
    g.add_weighted_edges_from(edges)
    return g


def test_by_hand():
    # one supplier: attractors in proportion to what each receives
    assert values(flows(("a", "b", 3.0), ("a", "c", 1.0)))[1] == {"a": 0.0, "b": 0.75, "c": 0.25}
    # two corridors of equal strength that do not meet are even
    supplier, attractor = values(flows(("a", "b", 2.0), ("c", "d", 2.0)))
    assert supplier == {"a": 0.5, "b": 0.0, "c": 0.5, "d": 0.0}
    assert attractor == {"a": 0.0, "b": 0.5, "c": 0.0, "d": 0.5}
    # of two of unequal strength the stronger is all
    assert values(flows(("a", "b", 2.0), ("c", "d", 1.0)))[0]["c"] == 0.0
    assert values(flows(("a", "b", 9.0), ("a", "c", 1.0)), weight=None)[1] == {"a": 0.0, "b": 0.5, "c": 0.5}


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_the_leading_singular_vectors(seed):
    chance = np.random.default_rng(seed)
    matrix = chance.random((12, 12)) * (chance.random((12, 12)) < 0.5)
    np.fill_diagonal(matrix, 0)
    g = nx.from_numpy_array(matrix, create_using=nx.DiGraph)
    left, _, right = np.linalg.svd(matrix)
    hubs, authorities = np.abs(left[:, 0]), np.abs(right[0])
    supplier, attractor = values(g)
    assert [supplier[str(node)] for node in range(12)] == pytest.approx(list(hubs / hubs.sum()), abs=2e-9)
    assert [attractor[str(node)] for node in range(12)] == pytest.approx(
        list(authorities / authorities.sum()), abs=2e-9
    )


def test_order_and_labels_change_nothing():
    edges = [("a", "b", 3.0), ("b", "c", 2.0), ("c", "a", 1.0), ("d", "b", 1.0)]
    assert values(flows(*edges)) == values(flows(*edges[::-1]))
    other = dict(zip("abcd", "wxyz", strict=True))
    renamed = values(flows(*[(other[a], other[b], w) for a, b, w in edges]))
    assert renamed[0] == {other[node]: value for node, value in values(flows(*edges))[0].items()}


def test_what_is_refused():
    with pytest.raises(WrongGraph, match=r"networkx\.DiGraph of flows, not a Graph"):
        suppliers_and_attractors(nx.path_graph(2), weight=None)
    with pytest.raises(EmptyGraph, match="no flow"):
        suppliers_and_attractors(nx.DiGraph(), weight=None)
    with pytest.raises(WrongGraph, match="with itself"):
        suppliers_and_attractors(flows(("a", "a", 1.0)), weight="weight")
    with pytest.raises(BadWeight, match="has weight -1"):
        suppliers_and_attractors(flows(("a", "b", -1.0)), weight="weight")
    with pytest.raises(BadWeight, match="has weight None"):
        suppliers_and_attractors(flows(("a", "b", 1.0)), weight="people")
    with pytest.raises(NotConverged, match="almost equally strong"):
        suppliers_and_attractors(flows(("a", "b", 1.0), ("c", "d", 1.0 - 1e-7)), weight="weight")
