"""Moves and careers on the command line."""

from pathlib import Path

import pytest
from command_line import Cli

from toolkit.corpus.example import career_tables, example_workspace


@pytest.fixture(scope="module")
def careers_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_workspace(tmp_path_factory.mktemp("careers"), tables=career_tables()).root


def test_moves_are_listed_and_verbose_counts_what_is_in_no_flow(cli: Cli, careers_workspace: Path) -> None:
    options = ("--to-place", "Oxford", "--kind", "all", "-w", careers_workspace, "--format", "json")
    done = cli("moves", *options, "--verbose")
    found = [(row["author_id"], row["from_name"], row["year"], row["kind"], row["weight"]) for row in done.rows()]
    assert found == [
        ("returnee", "Nanjing", 2005, "migration", 1.0),
        ("overlap", "Cambridge", 2016, "dual", 0.0),
    ]
    assert (
        "researchers=3 moves=3 movers=2 censored=0 visit=0 dual=1 open=0 simultaneous_starts=0 gap_starts=0" in done.err
    )
    options = ("--max-overlap", "5", "--years", "2016", "--bridge-gap", "1", "--join-gap", "2", "--max-visit", "1")
    done = cli("moves", *options, "-w", careers_workspace, "--format", "json")
    assert [row["kind"] for row in done.rows()] == ["migration"]
    by_mode = cli("moves", "--rule", "mode-year", "--from-place", "Nanjing", "-w", careers_workspace, "--format", "csv")
    assert by_mode.out.splitlines()[1].split(",")[5] == "2005"


def test_rules_are_compared(cli: Cli, careers_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.measures.movement.comparison.GRID", {"tenure": {"max_overlap": (5,)}})
    done = cli("moves", "--compare", "-w", careers_workspace, "--format", "json")
    found = [(row["compared"], row["base"], row["agreement"]) for row in done.rows()]
    assert found[0] == ("mode-year", "tenure", 0.75)
    assert found[-1] == ("max_overlap=5", "tenure", 0.75), "it makes the overlap a migration"
    refused = cli("moves", "--compare", "--years", "2015", "-w", careers_workspace)
    assert refused.code == 2
    assert "it takes no selection of moves" in refused.err


def test_a_career_is_listed_and_drawn(cli: Cli, careers_workspace: Path, tmp_path: Path) -> None:
    plot = tmp_path / "career.svg"
    done = cli("careers", "--author", "author returnee", "--plot", plot, "-w", careers_workspace, "--format", "json")
    assert [row["event"] for row in done.rows()] == [
        "tenure",
        "tenure",
        *["migration", "move"],
        "tenure",
        "migration",
        "move",
    ]
    assert f"Wrote the figure to {plot} (run record: career.svg.run.json)." in done.err
    assert "migration, return" in plot.read_text(encoding="utf-8")
    years = cli("careers", "--author", "returnee", "--by-year", "-w", careers_workspace, "--format", "json").rows()
    assert [row["main_place"] for row in years] == [True] * 19
    unknown = cli("careers", "--author", "Nobody", "-w", careers_workspace)
    assert unknown.code == 4
    assert "no author in this workspace has this id or name" in unknown.err
    wrong = cli("careers", "--author", "returnee", "--plot", tmp_path / "career.doc", "-w", careers_workspace)
    assert wrong.code == 4


def test_destinations_are_listed(cli: Cli, careers_workspace: Path) -> None:
    done = cli("returnees", "--destinations", "-w", careers_workspace, "--format", "json", "--verbose")
    assert [(row["name"], row["persons"], row["held_before"]) for row in done.rows()] == [("Nanjing", 1.0, 1.0)]
    assert "persons=1" in done.err
    refused = cli("returnees", "--destinations", "--balanced", "-w", careers_workspace)
    assert (refused.code, "it goes without --outcome, --balanced and --plot" in refused.err) == (4, True)


def test_ties_are_listed_and_drawn(cli: Cli, careers_workspace: Path, tmp_path: Path) -> None:
    plot = tmp_path / "ties.svg"
    done = cli("ties", "--span", "-1:1", "--plot", plot, "-w", careers_workspace, "--format", "json")
    assert [row["t"] for row in done.rows()] == [-1, 0, 1]
    assert "Rule tenure." in plot.read_text(encoding="utf-8")
    assert (tmp_path / "ties.svg.run.json").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--window", "4"), "it goes with --survival"),
        (("--survival", "--span", "-1:1"), "it goes with the tie rate"),
        (("--bridges", "--plot", "ties.svg"), "it draws the tie rate"),
        (("--survival", "--bridges"), "either --survival or --bridges"),
        (("--by-article",), "it goes with --bridges"),
    ],
)
def test_what_means_nothing_in_a_question_of_ties_is_refused(
    cli: Cli, careers_workspace: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    refused = cli("ties", *arguments, "-w", careers_workspace)
    assert (refused.code, sentence in refused.err) == (4, True)
