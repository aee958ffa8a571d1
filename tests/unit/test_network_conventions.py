"""Networks counted by other conventions than the usual ones: those that the measures have."""

from __future__ import annotations

import networkx as nx
import pyarrow as pa
import pytest

from toolkit.analyses.community_analysis import communities
from toolkit.analyses.hub_analysis import hubs
from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import example_tables, example_workspace, hand_tables
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter, EmptyGraph
from toolkit.graphdb.connection import Graph
from toolkit.graphdb.projection import network_edges
from toolkit.measures.answers import pairs, rank
from toolkit.runs import RunRecord


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("hand"), tables=hand_tables())


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The example with two journals: W02, W08 and W12 are in one of a list, which astronomers publish in."""
    tables = example_tables()
    works = tables["works"].to_pylist()
    for row in works:
        row["journal_id"] = "S2" if row["work_id"] in ("W02", "W08", "W12") else "S1"
    journals = [
        {"journal_id": "S1", "name": "One", "issn": None, "marks": []},
        {"journal_id": "S2", "name": "Two", "issn": None, "marks": ["astronomy", "top"]},
    ]
    made = {"works": works, "journals": journals}
    changed = {name: pa.Table.from_pylist(rows, schema=TABLES[name]) for name, rows in made.items()}
    return example_workspace(tmp_path_factory.mktemp("example"), tables=tables | changed)


def edges(workspace, **options):
    found = network_edges(workspace, level="institution", **options)
    ids = found.nodes.tolist()
    return {(ids[a], ids[b]): w for a, b, w in zip(found.source, found.target, found.weight, strict=True)}


def test_hand_answer(hand):
    usual = edges(hand)
    assert usual["ciac", "ucas"] == 0.25
    apart = edges(hand, link="two-authors")  # one author signs from both ends
    assert usual.keys() - apart.keys() == {("ciac", "ucas")}
    assert all(apart[pair] == usual[pair] for pair in apart)
    with pytest.raises(EmptyGraph):
        network_edges(hand, max_authors=3)


def test_a_list_of_journals_and_its_astronomers(example):
    listed = edges(example, journals="top")
    assert listed == {
        ("oxf", "pku"): pytest.approx(1.0 + 0.25 + 0.25),  # W02, and W12 with a quarter at each of four
        ("cam", "pku"): 0.5,
        ("cam", "ucas"): 0.5,
        ("oxf", "ucas"): 0.5,
        ("cam", "oxf"): 0.5,
        ("pku", "ucas"): 0.5,
    }
    weighted = edges(example, journals="top", wfc=True)
    assert weighted == {pair: pytest.approx(score / 5) for pair, score in listed.items()}
    cut = edges(example, journals="top", truncated="keep")  # W08: PKU and MIT, cut at 100 authors
    assert cut.keys() - listed.keys() == {("mit", "pku")}
    kin = edges(example, kin="keep")  # W05: an institute and its academy
    assert kin.keys() - edges(example).keys() == {("cas", "ciac")}


@pytest.mark.parametrize(
    ("level", "options"),
    [
        ("city", {"link": "two-authors"}),
        ("city", {"journals": "top", "truncated": "keep", "wfc": True, "max_authors": 2}),
        ("city", {"subject": "Chemistry", "max_units": 3}),
        ("parent", {"rollup": "first"}),
    ],
)
def test_strength_is_the_measures_own(example, level, options):
    """Second way: the total collaboration score, which the measures rank by, and the score of every pair."""
    frame = hubs(example, level=level, measures=("strength",), **options).frame
    expected = rank(example, by="strength", level=level, **options).frame
    expected = expected[(expected["value"] > 0) & (expected["id"] != "unlocated")]
    assert dict(zip(frame["id"], frame["strength"], strict=True)) == pytest.approx(
        dict(zip(expected["id"], expected["value"], strict=True)), abs=1e-8
    )
    joint = network_edges(example, level=level, weight="joint", **options)
    table = pairs(example, level=level, top=0, **options).frame
    table = table[(table["a_id"] != "unlocated") & (table["b_id"] != "unlocated")].sort_values(["a_id", "b_id"])
    assert joint.weight.tolist() == table["joint"].tolist()


def test_the_record_repeats_it_and_says_what_was_left_out(example):
    answer = hubs(example, level="institution", journals="top", link="two-authors")
    assert {name: answer.run.parameters[name] for name in ("journals", "link")} == {
        "journals": "top",
        "link": "two-authors",
    }
    assert "wfc" not in answer.run.parameters, "records of the usual conventions stay what they were"
    assert any("no journal marked top" in note for note in answer.run.notes)
    assert any("cut author list" in note for note in answer.run.notes)
    again = repeat(RunRecord.from_dict(answer.run.to_dict()), example)
    assert again.frame.equals(answer.frame)
    assert again.run.run_id == answer.run.run_id
    found = communities(example, level="institution", subject="Chemistry", starts=1)
    assert repeat(found.run, example).frame.equals(found.frame)
    assert found.run.run_id != communities(example, level="institution", starts=1).run.run_id


class Unasked(Graph):
    """A graph that no question may reach."""

    def __init__(self) -> None:
        pass


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"journals": "top"}, "journals = 'top' can't be used: a graph holds .*--from corpus"),
        ({"link": "two-authors"}, "link = 'two-authors' can't be used: a graph holds .*--from corpus"),
        ({"max_authors": 5}, "max_authors = 5 can't be used: a graph holds .*--from corpus"),
        ({"subject": "Physics"}, "subject = 'Physics' can't be used: a graph holds .*--from corpus"),
    ],
)
@pytest.mark.parametrize("analysis", [hubs, communities])
def test_a_graph_has_the_usual_conventions_only(analysis, options, message):
    with pytest.raises(BadParameter, match=message):
        analysis(Unasked(), **options)
    with pytest.raises(BadParameter, match=message):
        analysis(nx.Graph([("a", "b", {"weight": 1.0})]), weight="weight", **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"journals": "none such"}, "journals are marked astronomy, top"),
        ({"subject": "Alchemy"}, "the records have Chemistry, Physics"),
        ({"link": "three"}, "one-author, two-authors"),
    ],
)
def test_what_the_records_lack_is_named(example, options, message):
    with pytest.raises(BadParameter, match=message):
        hubs(example, **options)
