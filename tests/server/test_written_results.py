"""What analyses wrote to the graph, as queries of the library find it."""

from __future__ import annotations

import json

import pytest
from plain.loaded_graph import Loaded

from toolkit.analyses import hub_analysis
from toolkit.analyses.write_back import write_back
from toolkit.graphdb.projection import project
from toolkit.network.communities import communities
from toolkit.network.hubs import MEASURES


@pytest.mark.parametrize(
    "measure", ["degree", "strength", "pagerank", "betweenness", "eigenvector", "harmonic", "core"]
)
def test_hubs_by_measure(loaded: Loaded, measure: str) -> None:
    expected = hub_analysis.hubs(loaded.workspace, measures=(measure,)).frame
    found = loaded.rows("hubs.by_measure", measure=measure)
    assert found["city_id"].tolist() == expected["id"].tolist()
    assert found["rank"].tolist() == expected[f"{measure}_rank"].tolist()
    assert found["value"].tolist() == pytest.approx(expected[measure].tolist(), abs=2e-9)
    assert found[["low", "high"]].isna().all(axis=None)
    china = loaded.rows("hubs.by_measure", measure=measure, country="CN")
    assert china["rank"].tolist() == found.loc[found["country"] == "CN", "rank"].tolist()


def test_intervals_are_found_too_and_their_run(loaded: Loaded) -> None:
    answer = hub_analysis.hubs(loaded.workspace, measures=("strength",), interval=True, replicates=40, seed=2)
    kept = hub_analysis.hubs(loaded.graph, measures=MEASURES)
    try:
        write_back(loaded.graph, answer)
        found = loaded.rows("hubs.by_measure", measure="strength")
        for column in ("low", "high"):
            assert found[column].tolist() == answer.frame[f"strength_{column}"].tolist()
        runs = loaded.rows("hubs.runs").set_index("method")
        assert set(runs.index) == {"communities", "hubs"}
        assert runs.loc["hubs", "properties"] == ["strength", "strength_low", "strength_high"]
        assert (runs.loc["hubs", "run_id"], runs.loc["hubs", "seed"]) == (answer.run.run_id, 2)
        assert set(found["run_id"]) == {answer.run.run_id}
        assert json.loads(runs.loc["hubs", "parameters"])["replicates"] == 40
        assert loaded.rows("hubs.runs", method="communities")["run_id"].tolist() == [runs.loc["communities", "run_id"]]
    finally:
        write_back(loaded.graph, kept)


def test_wavering_cities(loaded: Loaded) -> None:
    network = project(loaded.graph, level="city", weight="score")
    found = communities(network, weight="score", stability=True).frame.set_index("id")
    rows = loaded.rows("communities.wavering")
    assert rows["support"].is_monotonic_increasing
    assert dict(zip(rows["city_id"], rows["support"], strict=True)) == found["support"].to_dict()
    group = found["community"].to_dict()
    score: dict[str, dict[int, float]] = {place: {} for place in group}
    ids = network.nodes.tolist()
    for source, target, weight in zip(network.source, network.target, network.weight, strict=True):
        for place, other in ((ids[source], ids[target]), (ids[target], ids[source])):
            score[place][group[other]] = score[place].get(group[other], 0.0) + weight
    for row in rows.itertuples():
        others = {number: value for number, value in score[row.city_id].items() if number != row.community}
        best = max(others.values())
        assert others[int(row.second)] == pytest.approx(best, abs=1e-6)
        assert row.second_part == pytest.approx(best / sum(score[row.city_id].values()), abs=1e-7)
    assert len(loaded.rows("communities.wavering", at_most=-1.0)) == 0
