"""Hubs and communities of real records: intervals contain their values, and the consensus is a usable division."""

from __future__ import annotations

from toolkit.analyses.community_analysis import communities
from toolkit.analyses.hub_analysis import hubs


def test_betweenness_of_every_city_is_inside_its_interval(management):
    frame = hubs(management, measures=("betweenness", "degree"), interval=True, replicates=40, seed=3).frame
    for name in ("betweenness", "degree", "betweenness_rank", "degree_rank"):
        assert frame[name].between(frame[f"{name}_low"], frame[f"{name}_high"]).all()
    first = frame.sort_values("betweenness_rank").iloc[0]
    assert 0 < first["betweenness_low"] < first["betweenness"] < first["betweenness_high"] < 1


def test_the_consensus_of_cities_is_as_good_as_the_best_start(management):
    best = communities(management)
    found = communities(management, consensus=True)
    assert found.run.facts["modularity"] > 0.98 * best.run.facts["modularity"]
    assert found.frame["size"].max() < len(found.frame) / 2
    assert not any("Community 1 holds" in note or "consensus" in note for note in found.run.notes)
    assert communities(management, consensus=True).frame.equals(found.frame)


def test_a_division_that_tells_little_says_so(management):
    notes = communities(management, quality="cpm", starts=2).run.notes
    assert any("places are communities of one: the resolution 1 is too large" in note for note in notes)
