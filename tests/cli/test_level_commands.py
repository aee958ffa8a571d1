"""Levels, roll-up and journals from the command line, on the sample."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Cli

from toolkit.measures.answers import share


def test_parents_are_printed_with_what_they_count_twice(cli: Cli, sample_workspace: Path) -> None:
    asked = ("share", "--level", "parent", "--top", "0", "-w", sample_workspace, "--format", "json", "--verbose")
    done = cli(*asked)
    answer = share(sample_workspace, level="parent")
    assert [row["share"] for row in done.rows()] == pytest.approx(answer.frame.share.tolist(), abs=1e-9)
    assert answer.run.facts["double_counted"] > 0
    assert f"double_counted={answer.run.facts['double_counted']:.6g}" in done.err
    assert "note: Joint institutes count in full for each of their parents" in done.err
    first = cli(*asked, "--rollup", "first")
    assert "double_counted=0" in first.err
    total = sum(row["share"] for row in done.rows()) - answer.run.facts["double_counted"]
    assert sum(row["share"] for row in first.rows()) == pytest.approx(total, abs=1e-5)


def test_places_of_every_size_have_partners_and_hubs(cli: Cli, sample_workspace: Path) -> None:
    partners = cli("connections", "--place", "CN.22", "--level", "region", "-w", sample_workspace, "--format", "json")
    assert partners.code == 0, partners.err
    asked = ("--level", "region", "-w", sample_workspace, "--format", "json")
    pairs = cli("pairs", "--place", "CN.22", "--top", "0", *asked).rows()
    score = {row["a_id"] if row["b_id"] == "CN.22" else row["b_id"]: row["score"] for row in pairs}
    assert {row["id"]: row["score"] for row in partners.rows()} == score
    hubs = cli("hubs", "--measure", "strength", "--top", "3", *asked)
    ranks = cli("rank", "--by", "strength", "--top", "3", *asked)
    assert [row["id"] for row in hubs.rows()] == [row["id"] for row in ranks.rows()]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (("share", "--journals", "nowhere"), "journals = 'nowhere' can't be used"),
        (("rank", "--rollup", "last"), "rollup = 'last' can't be used: it is one of split, first"),
        (("pairs", "--level", "type", "--country", "CN"), "a type of institution lies in no country"),
        (("internal", "--level", "parent"), "it is one of city, country, metro, region"),
        (("hubs", "--journals", "nowhere"), "journals = 'nowhere' can't be used"),
        (("communities", "--link", "three"), "link = 'three' can't be used: it is one of one-author, two-authors"),
        (("sectors", "--journals", "nowhere"), "journals = 'nowhere' can't be used"),
    ],
)
def test_what_a_level_or_list_can_not_answer_is_said(
    cli: Cli, sample_workspace: Path, command: tuple[str, ...], text: str
) -> None:
    done = cli(*command, "-w", sample_workspace)
    assert done.code == 4
    assert text in done.err
