"""Records that are repeated, and records that are refused."""

from __future__ import annotations

import json
from dataclasses import replace

import networkx as nx
import pandas as pd
import pytest

import toolkit as sc
from toolkit.corpus.example import example_workspace, hand_tables
from toolkit.errors import BadParameter, DataError
from toolkit.runs import RunRecord


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("other"), tables=hand_tables())


def same(answer, source, **more):
    again = sc.repeat(json.loads(answer.run.to_json()), source, **more)
    pd.testing.assert_frame_equal(again.frame, answer.frame)
    assert again.run.run_id == answer.run.run_id
    return again


def test_options_of_every_kind_survive_the_file(workspace):
    same(sc.share(workspace, years="2019:2020", country="China", by_year=True, top=2), workspace)
    same(sc.hubs(workspace, years=(2019, 2021), measures=("degree", "core"), truncated="keep"), workspace)
    same(sc.communities(workspace, starts=2, stability=True, resolution=0.8), str(workspace.root))
    same(sc.pairs(workspace, place="Nanjing", link="two-authors"), workspace.root)


def test_a_network_of_the_users_is_repeated_and_another_is_refused():
    g = nx.karate_club_graph()
    answer = sc.hubs(g, weight="weight", measures=("strength",))
    same(answer, g)
    edges = sc.repeat(answer.run, g)
    assert edges.run.fingerprint == answer.run.fingerprint != ""
    g[0][1]["weight"] = 77
    with pytest.raises(DataError, match="The answer came from records"):
        sc.repeat(answer.run, g)


def test_comparisons_and_checks_name_their_other_workspace(workspace, other, tmp_path):
    same(sc.compare(other, workspace), workspace)
    same(sc.compare(other, workspace), workspace, old=str(other.root))
    with pytest.raises(DataError, match="The old end came from records"):
        sc.repeat(sc.compare(other, workspace).run, workspace, old=workspace)
    lines = sc.lines_against(sc.reconciliation(workspace), sc.reconciliation(other))
    same(lines, workspace)
    same(lines, workspace, old=str(other.root))


@pytest.mark.parametrize("listing", [None, "unlocated", "strangers"])
def test_a_listing_of_a_check_is_repeated_as_that_listing(workspace, listing):
    same(sc.reconciliation(workspace).answer(listing), workspace)


@pytest.mark.parametrize("ask", [sc.share, sc.hubs, lambda source: sc.reconciliation(source).answer()])
def test_other_records_are_refused(workspace, other, ask):
    with pytest.raises(DataError, match=r"came from records \w{12}, but .* holds \w{12}"):
        sc.repeat(ask(workspace).run, other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "load"}, "method = 'load' can't be used: it can't be repeated; articles, "),
        ({"method": "query hubs.by_strength"}, "query hubs.by_strength is repeated from an open graph"),
        (
            {"parameters": {"level": "city", "colour": "red"}},
            "record = 'colour' can't be used: share has no such option in scicities",
        ),
        ({"versions": {"scicities": "99.1.0"}}, "record = 'scicities 99.1.0' can't be used: this is scicities"),
        ({"versions": {"scicities": "none"}}, "record = 'scicities none' can't be used: this is scicities"),
    ],
)
def test_records_that_this_version_does_not_know_are_refused(workspace, changes, message):
    run = replace(sc.share(workspace).run, **changes)
    with pytest.raises(BadParameter) as refused:
        sc.repeat(run, workspace)
    assert message in str(refused.value)


def test_a_measure_of_records_is_not_repeated_from_a_network(workspace):
    with pytest.raises(BadParameter, match="share is repeated from a workspace or its folder"):
        sc.repeat(sc.share(workspace).run, nx.path_graph(3))


def test_a_record_of_an_older_version_is_repeated_with_a_note(workspace):
    run = replace(sc.share(workspace).run, versions={"scicities": "0.0.1"})
    again = sc.repeat(run, workspace)
    assert again.run.notes[-1].startswith("the repeated record was written by scicities 0.0.1, this is scicities ")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"1", b"{}", b'{"method": "share"}', b'{"method": 1, "parameters": {}}', b"\xff\xfe", b"name\nA\n",
     b'{"method": "share", "parameters": [1]}', b'{"method": "share", "parameters": {}, "versions": 3}'],
)  # fmt: skip
def test_a_file_that_is_no_run_record_is_refused_with_its_path(workspace, tmp_path, content):
    file = tmp_path / "share.csv.run.json"
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"share\.csv\.run\.json"):
        sc.repeat(file, workspace)
    with pytest.raises(DataError, match="can't be read"):
        RunRecord.read(tmp_path / "missing.run.json")
