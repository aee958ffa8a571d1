"""The commands about output, on the small sample."""

from pathlib import Path

import pytest
from command_line import Cli


def test_subjects_of_a_place_and_of_all(cli: Cli, sample_workspace: Path) -> None:
    rows = cli("subjects", "--place", "Beijing", "--top", "0", "-w", sample_workspace, "--format", "json").rows()
    whole = cli("share", "--place", "Beijing", "-w", sample_workspace, "--format", "json").rows()[0]
    assert {row["name"] for row in rows} == {"Beijing"}
    assert sum(float(str(row["share"])) for row in rows) == pytest.approx(whole["share"], abs=1e-6)
    assert sum(float(str(row["part"])) for row in rows) == pytest.approx(1, abs=1e-6)
    held = cli("subjects", "--concentration", "--largest", "1", "-w", sample_workspace, "--format", "json").rows()
    assert all(row["largest_part"] == row["first_part"] for row in held)
    refused = cli("subjects", "--concentration", "--place", "Beijing", "-w", sample_workspace)
    assert (refused.code, refused.out) == (2, "")
    assert "leave out --place and --country" in refused.err


def test_standing_begins_with_the_whole_output(cli: Cli, sample_workspace: Path) -> None:
    window = ("--years", "2020:2024", "-w", sample_workspace, "--format", "json")
    rows = cli("standing", "London", *window).rows()
    ranked = cli("rank", "--top", "0", *window).rows()
    london = next(row for row in ranked if row["name"] == "London")
    assert [rows[0][name] for name in ("subject", "rank", "previous_rank", "ranked")] == [
        "all",
        london["rank"],
        london["previous_rank"],
        len(ranked),
    ]
    unknown = cli("standing", "Atlantis", *window)
    assert unknown.code == 4
    assert "There is no city named 'Atlantis'" in unknown.err


def test_an_umbrella_by_city_and_by_institute(cli: Cli, sample_workspace: Path) -> None:
    options = ("Sample Academy of Sciences", "--top", "0", "-w", sample_workspace, "--format", "json")
    cities = cli("umbrella", *options).rows()
    institutes = cli("umbrella", *options, "--institutes").rows()
    assert sum(float(str(row["part"])) for row in cities) == pytest.approx(1, abs=1e-6)
    beijing = [float(str(row["share"])) for row in institutes if row["city"] == "Beijing"]
    assert len(beijing) > 3
    assert sum(beijing) == pytest.approx(next(row["share"] for row in cities if row["name"] == "Beijing"), abs=1e-6)
    assert "members=" in cli("umbrella", *options, "--verbose").err


def test_lists_there_are_none_of(cli: Cli, sample_workspace: Path) -> None:
    done = cli("lists", "--list", "top100", "-w", sample_workspace)
    assert done.code == 4
    assert "list = 'top100' can't be used: no institution carries a mark, so there is no list: type" in done.err
    done = cli("lists", "--members", "-w", sample_workspace)
    assert done.code == 4
    assert "name the list whose members are asked for" in done.err


def test_indicators_are_listed_or_said_to_be_missing(cli: Cli, sample_workspace: Path) -> None:
    done = cli("indicators", "-w", sample_workspace, "--format", "json")
    assert done.code == 0, done.err
    done = cli("indicators", "wealth of nations", "-w", sample_workspace)
    assert done.code == 4
    assert "indicator = 'wealth of nations' can't be used: the records have " in done.err
