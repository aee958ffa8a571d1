"""``top`` gives the first rows; by year the largest units with all their years; in rank the first rows of each year."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from toolkit.analyses.flow_views import flow_view
from toolkit.analyses.hub_analysis import hubs
from toolkit.analyses.repeating import repeat
from toolkit.corpus.checking import reconciliation
from toolkit.corpus.example import career_tables, example_workspace
from toolkit.measures import answers
from toolkit.runs import Answer, first_rows
from toolkit.workspace import Workspace

Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return example_workspace(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return example_workspace(tmp_path_factory.mktemp("moving"), tables=career_tables())


MEASURES: dict[str, tuple[Ask, dict[str, Any], list[str], str]] = {
    "share": (answers.share, {}, ["id"], "share"),
    "share of countries": (answers.share, {"level": "country"}, ["id"], "share"),
    "pairs": (answers.pairs, {}, ["a_id", "b_id"], "score"),
    "pairs by joint": (answers.pairs, {"by": "joint"}, ["a_id", "b_id"], "joint"),
    "partnerships": (answers.partnerships, {}, ["a_id", "b_id"], "partnerships"),
    "partnerships inside": (answers.partnerships, {"inside": True}, ["id"], "partnerships"),
    "connections": (answers.connections, {"city": "Nanjing"}, ["id"], "partnerships"),
    "internal": (answers.internal, {}, ["id"], "internal_share"),
    "subjects": (answers.subjects, {}, ["id", "subject"], "share"),
    "standing": (answers.standing, {"place": "Nanjing"}, ["subject"], "value"),
    "umbrella": (answers.umbrella, {"organisation": "Chinese Academy of Sciences"}, ["id"], "share"),
}
MOVEMENT: dict[str, tuple[Ask, dict[str, Any], list[str], str]] = {
    "flows": (answers.flows, {}, ["from_id", "to_id"], "researchers"),
    "corridors": (answers.corridors, {}, ["a_id", "b_id"], "total"),
    "flow_indicators": (answers.flow_indicators, {"by": "net"}, ["id"], "net"),
    "gateways": (answers.gateways, {"horizon": 1}, ["id"], "arrivals"),
}
SPECIAL = ["unassigned", "unlocated"]


def asked(ask: Ask, workspace: Workspace, options: dict[str, Any], **more: Any) -> Answer:
    given = dict(options)
    place = [given.pop(name) for name in ("place", "organisation") if name in given and ask is not answers.pairs]
    return ask(workspace, *place, **given, **more)


def check_by_year(ask: Ask, workspace: Workspace, options: dict[str, Any], units: list[str], total: str) -> None:
    whole = asked(ask, workspace, options, by_year=True).frame
    if "id" in whole.columns:
        whole = whole[~whole["id"].isin(SPECIAL)]
    sums = whole.groupby(units)[total].sum().round(6).reset_index()
    for top in (1, 2, len(sums), len(sums) + 5):
        wanted = sums.sort_values([total, *units], ascending=[False, *[True] * len(units)]).head(top)
        expected = whole.merge(wanted[units], on=units).reset_index(drop=True)
        answer = asked(ask, workspace, options, by_year=True, top=top)
        found, expected = (frame.sort_values(["year", *units], ignore_index=True) for frame in (answer.frame, expected))
        pd.testing.assert_frame_equal(found, expected)
        assert answer.run.rows["result"] == len(found)
        assert answer.run.rows["in_all"] == len(whole)
        assert answer.run.parameters["top"] == top


@pytest.mark.parametrize("name", MEASURES)
def test_by_year_the_largest_units_keep_all_their_years(example: Workspace, name: str) -> None:
    check_by_year(*MEASURES[name][:1], example, *MEASURES[name][1:])


@pytest.mark.parametrize("name", MOVEMENT)
def test_by_year_the_largest_flows_keep_all_their_years(moving: Workspace, name: str) -> None:
    check_by_year(*MOVEMENT[name][:1], moving, *MOVEMENT[name][1:])


def test_rank_keeps_rows_of_each_year(example: Workspace) -> None:
    whole = answers.rank(example, by_year=True).frame
    cut = answers.rank(example, by_year=True, top=2)
    expected = whole.groupby("year", sort=False).head(2).reset_index(drop=True)
    pd.testing.assert_frame_equal(cut.frame, expected)
    assert (cut.run.rows["result"], cut.run.rows["in_all"]) == (len(expected), len(whole))


@pytest.mark.parametrize("by_year", [False, True])
def test_a_repeated_record_gives_the_same_rows(example: Workspace, by_year: bool) -> None:
    answer = answers.pairs(example, by_year=by_year, top=2)
    again = repeat(answer.run, example)
    pd.testing.assert_frame_equal(again.frame, answer.frame)
    assert again.run.rows == answer.run.rows
    assert answers.pairs(example).run.rows.keys() == {"result"}


def test_analyses_and_checks_that_were_cut_are_repeated_with_the_same_rows(
    example: Workspace, moving: Workspace
) -> None:
    cut = first_rows(hubs(example), 2)
    again = repeat(cut.run, example)
    pd.testing.assert_frame_equal(again.frame, cut.frame)
    assert again.run.rows == cut.run.rows
    found = reconciliation(example)
    lines = first_rows(Answer(found.lines, found.run), 3)
    pd.testing.assert_frame_equal(repeat(lines.run, example).frame, lines.frame)
    flows = flow_view(moving, "suppliers", {}, top=1)
    pd.testing.assert_frame_equal(repeat(flows.run, moving).frame, flows.frame)
