"""Layout of a network without a map: no SciPy, equal pictures for equal networks, near what belongs together."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from toolkit.network.arrays import EdgeArray
from toolkit.present.charts import draw_network
from toolkit.present.network_layout import network_layout


def edges_of(*rows):
    return EdgeArray.from_edges(pd.DataFrame(rows, columns=["a_id", "b_id", "score"]))


def test_a_path_is_drawn_as_long_as_its_ties_by_hand():
    # m = 3 and strengths 1, 2, 2, 1: association strengths 3, 1.5, 3, so lengths .577, .816, .577 on a line
    place = network_layout(edges_of(("a", "b", 1.0), ("b", "c", 1.0), ("c", "d", 1.0)))
    across = np.sqrt(((place - place[0]) ** 2).sum(axis=1))
    steps = np.diff(across)
    assert steps / steps[0] == pytest.approx([1.0, 2**0.5, 1.0], rel=0.02)


def test_communities_are_apart_and_equal_networks_have_equal_places():
    rows = [(f"{group}{u}", f"{group}{v}", 3.0) for group in "ab" for u, v in combinations(range(5), 2)]
    rows += [("a0", "b0", 1.0)]
    place = network_layout(edges_of(*rows))
    inside = max(
        np.linalg.norm(place[i] - place[j]) for group in (range(5), range(5, 10)) for i in group for j in group
    )
    between = min(np.linalg.norm(place[i] - place[j]) for i in range(1, 5) for j in range(6, 10))
    assert between > 0
    assert np.linalg.norm(place[:5].mean(axis=0) - place[5:].mean(axis=0)) > 0.5
    assert inside < 1.5
    turned = network_layout(edges_of(*[(v, u, w) for u, v, w in rows[::-1]]))
    assert np.array_equal(place, turned)
    assert len(np.unique(place.round(6), axis=0)) == 10, "nodes of equal ties are not on top of each other"


def test_the_stress_is_no_larger_than_networkx_s_kamada_kawai():
    g = nx.karate_club_graph()
    edges = EdgeArray.from_networkx(g, weight=None)
    from toolkit.network.normalisation import association_strengths

    strengths = association_strengths(edges, weight="1")
    for u, v, a in zip(edges.source, edges.target, strengths.weight, strict=True):
        g.edges[int(edges.nodes[u]), int(edges.nodes[v])]["length"] = a**-0.5
    order = [int(node) for node in edges.nodes]
    lengths = dict(nx.all_pairs_dijkstra_path_length(g, weight="length"))
    wanted = np.array([[lengths[u][v] for v in order] for u in order])

    def stress(place):
        apart = np.sqrt(((place[:, None] - place[None]) ** 2).sum(axis=-1))
        off = ~np.eye(len(place), dtype=bool)
        share = (apart / np.where(off, wanted, 1))[off]
        scale = share.sum() / (share**2).sum()  # the picture's size is free
        return ((scale * share - 1) ** 2).sum()

    from toolkit.present.network_layout import _least_stress

    graph = strengths.to_igraph()
    graph.es["distance"] = [weight**-0.5 for weight in graph.es["weight"]]
    ours = _least_stress(graph, np.random.default_rng(1))
    theirs = nx.kamada_kawai_layout(g, dist=lengths)
    assert stress(ours) < 1.1 * stress(np.array([theirs[node] for node in order]))


def test_small_components_are_below_the_largest():
    rows = [("a", "b", 1.0), ("b", "c", 1.0), ("c", "a", 2.0), ("x", "y", 1.0), ("p", "q", 1.0)]
    place = network_layout(edges_of(*rows))
    assert np.isfinite(place).all()
    assert (place[:3].min(), place[:3].max()) == (0.0, 1.0)
    assert place[3:, 1].max() < 0


def test_places_without_a_drawn_tie_are_left_out():
    figure = draw_network(edges_of(("a", "b", 9.0), ("b", "c", 3.0), ("c", "d", 1.0)), strongest=2)
    assert {text.get_text() for text in figure.axes[0].texts} == {"a", "b", "c"}
    assert len(figure.axes[0].collections[1].get_offsets()) == 3


def test_drawing_without_positions_needs_no_scipy():
    code = (
        "import sys; sys.modules['scipy'] = None\n"
        "import matplotlib; matplotlib.use('Agg')\n"
        "import pandas as pd\n"
        "from toolkit import draw_network\n"
        "from toolkit.network.arrays import EdgeArray\n"
        "rows = pd.DataFrame({'a_id': ['x', 'y'], 'b_id': ['y', 'z'], 'score': [1.0, 2.0]})\n"
        "print(len(draw_network(EdgeArray.from_edges(rows)).axes[0].texts))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "3"), done.stderr
