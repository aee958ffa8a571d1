"""The network from Neo4j is the network from the corpus, array for array."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from toolkit.corpus.example import BEIJING, CHANGCHUN, NANJING, OXFORD, example_workspace, mapped_tables
from toolkit.errors import BadParameter, EmptyGraph, GraphStoreError
from toolkit.graphdb.layout import COLLABORATION, PLACE_LABELS
from toolkit.graphdb.load import load
from toolkit.graphdb.projection import network_edges, project
from toolkit.measures.answers import pairs, partnerships


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("example"), tables=mapped_tables())


@pytest.fixture(scope="module")
def cleared(graph):
    """The suite's server without what stood there before."""
    graph.raw("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", write=True)
    return graph


@pytest.fixture
def loaded(cleared, workspace):
    """The example; where it stands already this takes no time."""
    load(workspace, cleared)
    return cleared


CASES = [
    (level, weight, years, country)
    for level in PLACE_LABELS
    for weight in ("score", "joint", "partnerships")
    for years in (None, (2019, 2020), "2021")
    for country in (None, "CN")
    if not (level == "institution" and weight == "partnerships")
    if not (level == "country" and country)
]


@pytest.mark.parametrize("asked", CASES, ids=lambda case: "-".join(map(str, case)))
def test_equal_to_the_corpus(loaded, workspace, asked):
    options = dict(zip(("level", "weight", "years", "country"), asked, strict=True))
    found, expected = project(loaded, **options), network_edges(workspace, **options)
    assert found == expected
    assert found.weight_name == options["weight"]
    assert list(found.names) == found.nodes.tolist()


@pytest.mark.parametrize("asked", [{"years": "1990"}, {"level": "country", "country": "CN"}])
def test_equally_empty(loaded, workspace, asked):
    for source, function in ((loaded, project), (workspace, network_edges)):
        with pytest.raises(EmptyGraph, match="No two of these have a collaboration score at level"):
            function(source, **asked)


def test_hand_answer(loaded):
    found = project(loaded, weight="score", years=(2020, 2020))
    edges = {
        (found.nodes[a], found.nodes[b]): weight
        for a, b, weight in zip(found.source, found.target, found.weight, strict=True)
    }
    assert edges == {(NANJING, BEIJING): 0.875, (BEIJING, CHANGCHUN): 0.625, (NANJING, CHANGCHUN): 0.5}
    assert found.labels() == ["Nanjing", "Beijing", "Changchun"]


@pytest.mark.parametrize("level", PLACE_LABELS)
def test_equal_to_rows_read_one_by_one(loaded, level):
    """Second way: a row per relationship into NetworkX."""
    g = nx.Graph()
    label, kind = PLACE_LABELS[level], COLLABORATION[level]
    rows = loaded.read(
        f"MATCH (a:{label})-[r:{kind}]->(b:{label}) "
        "RETURN coalesce(a.id, a.code) AS a, coalesce(b.id, b.code) AS b, r.score AS score"
    )
    for a, b, score in rows.itertuples(index=False):
        before = g.get_edge_data(a, b, {"weight": 0.0})["weight"]
        g.add_edge(a, b, weight=before + score)
    found = project(loaded, level=level).to_networkx()
    assert set(found) == set(g)
    assert found.number_of_edges() == g.number_of_edges() > 0
    for a, b, weight in g.edges(data="weight"):
        assert found[a][b]["weight"] == pytest.approx(weight, abs=1e-9)


def test_equal_to_the_answers_of_the_measures(loaded, workspace):
    found = project(loaded, weight="partnerships")
    asked = partnerships(workspace, level="city", top=0).frame
    expected = dict(zip(zip(asked["a_id"], asked["b_id"], strict=True), asked["partnerships"], strict=True))
    ids = found.nodes.tolist()
    assert {(ids[a], ids[b]): w for a, b, w in zip(found.source, found.target, found.weight, strict=True)} == expected
    found = project(loaded, weight="score")
    asked = pairs(workspace, level="city", top=0).frame.sort_values(["a_id", "b_id"])
    assert np.allclose(found.weight, asked["score"], atol=1e-8, rtol=0)


def test_a_partnership_over_two_years_is_one(loaded):
    """Peking and Nanjing University share articles in 2018, 2020 and 2021: one partnership of the window."""
    years = [project(loaded, weight="partnerships", years=(year, year)) for year in (2018, 2020, 2021)]
    window = project(loaded, weight="partnerships", years="2018:2021")
    first = [dict(zip(zip(e.source, e.target, strict=True), e.weight, strict=True)) for e in years]
    beijing = window.nodes.tolist().index(BEIJING)
    nanjing = window.nodes.tolist().index(NANJING)
    pair = (window.source == min(nanjing, beijing)) & (window.target == max(nanjing, beijing))
    assert window.weight[pair][0] < sum(edges[0, 1] for edges in first)


def test_places_without_a_partner_are_no_nodes(loaded, workspace):
    found = project(loaded, years="2018")
    assert found == network_edges(workspace, years="2018")
    assert found.nodes.tolist() == [NANJING, BEIJING]
    assert OXFORD not in found.nodes


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"level": "galaxy"}, "city"),
        ({"weight": "strength"}, "score, joint, partnerships"),
        ({"level": "institution", "weight": "partnerships"}, "institutions have score and joint"),
        ({"years": "2020:2019"}, "the first year comes before the last"),
    ],
)
def test_wrong_questions_get_the_same_answer_from_both(loaded, workspace, asked, message):
    for source, function in ((loaded, project), (workspace, network_edges)):
        with pytest.raises(BadParameter, match=message):
            function(source, **asked)


def test_levels_that_the_graph_lacks_are_asked_of_the_corpus(loaded, workspace):
    with pytest.raises(BadParameter, match="corpus"):
        project(loaded, level="region")
    assert network_edges(workspace, level="region").nodes.tolist() == ["CN.04", "CN.05", "CN.22", "GB.ENG"]


def test_metropolitan_areas_without_a_map_are_asked_of_the_corpus(empty_graph, tmp_path):
    plain = example_workspace(tmp_path)
    load(plain, empty_graph)
    with pytest.raises(BadParameter, match=r"loaded without a city map .*say --from corpus"):
        project(empty_graph, level="metro")
    assert network_edges(plain, level="metro").nodes.tolist() == network_edges(plain).nodes.tolist()


def test_no_graph_or_half_of_one(empty_graph):
    with pytest.raises(GraphStoreError, match="holds no scicities graph"):
        project(empty_graph)
    empty_graph.write("CREATE (:Load {owner: 'scicities', state: 'loading', fingerprint: 'x'})")
    with pytest.raises(GraphStoreError, match="is not complete"):
        project(empty_graph)
    empty_graph.write("MATCH (l:Load) DELETE l")
