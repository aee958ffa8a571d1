"""Results that say little say so, and usable ones don't."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import pandas as pd
import pytest

from toolkit.analyses.community_analysis import communities as communities_of
from toolkit.analyses.hub_analysis import hubs as hubs_of
from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import communities
from toolkit.network.usable import weak_communities, weak_hubs


def cliques(*sizes, bridges=True):
    """Cliques in a row, each tied to the next by one weak edge where ``bridges``."""
    g, first = nx.Graph(), 0
    for size in sizes:
        nodes = list(range(first, first + size))
        g.add_weighted_edges_from((u, v, 2.0) for u, v in combinations(nodes, 2))
        if first and bridges:
            g.add_edge(first - 1, first, weight=0.5)
        first += size
    return g


def reasons(g, **options):
    edges = EdgeArray.from_networkx(g, weight="weight")
    return weak_communities(communities(edges, weight="weight", **options), edges)


@pytest.mark.parametrize("method", ["leiden", "louvain"])
def test_a_usable_division_has_no_warning(method):
    assert reasons(cliques(5, 5, 5), method=method) == []
    assert reasons(cliques(5, 4), method=method) == []


def test_one_community_of_all_or_of_most():
    g = cliques(5, 4)
    assert reasons(g, quality="cpm", resolution=0.001) == [
        "All 9 places are in one community: nothing is divided. A larger resolution divides."
    ]
    assert reasons(cliques(12, 4, 4)) == [
        "Community 1 holds 12 of 20 places: this division tells little. Try a larger resolution."
    ]


def test_everybody_alone():
    found = reasons(cliques(5, 5, 5), quality="cpm", resolution=50.0)
    alone = "15 of 15 places are communities of one: the resolution 50 is too large for most of the network."
    assert found == [f"{alone} Try a smaller one."]


def test_starts_that_disagree():
    g = nx.gnm_random_graph(150, 450, seed=5)
    nx.set_edge_attributes(g, 1.0, "weight")
    found = reasons(g, starts=10)
    assert any(text.startswith("The starts agree little (stability 0.") for text in found)
    consensus = reasons(g, starts=10, consensus=True)
    assert any(text.startswith("The consensus has modularity 0.") for text in consensus)


def test_parts_without_ties_are_no_finding():
    for method in ("leiden", "louvain"):
        assert reasons(cliques(4, 4, 4, bridges=False), method=method) == [
            "3 of 3 communities are parts of the network without ties to the rest: no method could join them."
        ]
    whole = cliques(4, 4, 4)
    whole.add_edge(100, 101, weight=1.0)
    assert reasons(whole) == []


def test_measures_that_rank_little():
    frame = pd.DataFrame({"betweenness": [1.0, 0, 0, 0, 0], "core": [2, 2, 1, 1, 1], "strength": [5.0, 4, 3, 2, 1]})
    assert weak_hubs(frame, ("betweenness", "core", "strength")) == [
        "4 of 5 places have betweenness 0: it ranks only the others.",
        "2 of 5 places share the largest core (2): it ranks little.",
    ]


def test_analyses_say_so_in_their_notes():
    g = cliques(5, 5, 5)
    answer = communities_of(g, weight="weight", quality="cpm", resolution=50.0)
    assert any("15 of 15 places are communities of one" in note for note in answer.run.notes)
    assert communities_of(g, weight="weight").run.notes == ()
    ranked = hubs_of(g, weight="weight", measures=("core", "pagerank"))
    assert "15 of 15 places share the largest core (4): it ranks little." in ranked.run.notes
