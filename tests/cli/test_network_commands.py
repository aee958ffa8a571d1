"""Hubs and communities from the command line: every measure, engine and option, and what can't be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Cli

from toolkit.analyses import hub_analysis
from toolkit.corpus.sample import read_truth
from toolkit.network.hubs import MEASURES
from toolkit.network.partition import agreement
from toolkit.workspace import Workspace


def test_all_measures_with_their_ranks(cli: Cli, sample_workspace: Path) -> None:
    done = cli("hubs", "--measure", "all", "--samples", "20", "--seed", "3", "--top", "0", "-w", sample_workspace)
    assert done.code == 0, done.err
    answer = hub_analysis.hubs(Workspace(sample_workspace), measures=MEASURES, samples=20, seed=3)
    header, *lines = done.out.splitlines()
    assert header.split(",") == [
        *("rank", "id", "name", *MEASURES),
        *(f"{measure}_rank" for measure in MEASURES),
    ]
    assert [line.split(",")[1] for line in lines] == answer.frame["id"].tolist()
    assert f"note: betweenness and harmonic are estimates from 20 of {len(lines)} places" in done.err


def test_engines_print_the_same(cli: Cli, sample_workspace: Path) -> None:
    asked = ("hubs", "--measure", "core", "--measure", "pagerank", "--top", "0", "--format", "json")
    ours = cli(*asked, "-w", sample_workspace).rows()
    theirs = cli(*asked, "--engine", "networkit", "-w", sample_workspace).rows()
    assert [row["pagerank"] for row in theirs] == pytest.approx([row["pagerank"] for row in ours], abs=2e-9)
    assert [(row["id"], row["core"]) for row in theirs] == [(row["id"], row["core"]) for row in ours]


def test_intervals_hold_the_planted_hub_first(cli: Cli, sample_workspace: Path) -> None:
    done = cli(
        *("hubs", "--measure", "strength", "--interval", "--replicates", "60", "--top", "3"),
        *("-w", sample_workspace, "--format", "json", "--verbose"),
    )
    first = done.rows()[0]
    assert first["strength_low"] < first["strength"] < first["strength_high"]
    assert first["strength_rank"] == first["strength_rank_low"] == 1
    assert "replicates=60" in done.err


def test_consensus_of_planted_communities(cli: Cli, sample_workspace: Path, sample_folder: Path) -> None:
    done = cli("communities", "--consensus", "--starts", "5", "-w", sample_workspace, "--format", "json", "--verbose")
    planted = read_truth(sample_folder).communities
    assert agreement({row["id"]: row["community"] for row in done.rows()}, planted).ami == pytest.approx(1.0, abs=0.05)
    assert {"community", "size", "support"} <= done.rows()[0].keys()
    assert "stability=" in done.err


def test_association_strength_is_recorded(cli: Cli, sample_workspace: Path) -> None:
    asked = ("communities", "--quality", "cpm", "--normalise", "association", "-w", sample_workspace, "--verbose")
    asked += ("--format", "json")
    done = cli(*asked)
    assert len({row["community"] for row in done.rows()}) > 1
    assert "normalise=association" in done.err
    alone = cli(*asked, "--resolution", "1000")
    assert "places are communities of one: the resolution 1000 is too large" in alone.err


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (("hubs", "--measure", "fame"), "measures = 'fame' can't be used: one of degree, strength, pagerank, betw"),
        (
            ("hubs", "--engine", "networkit"),
            "engine (for betweenness) = 'networkit' can't be used: one of auto, igraph",
        ),
        (("hubs", "--interval", "--weight", "partnerships"), "intervals are of weights that articles add up to: score"),
        (
            ("communities", "--method", "louvain", "--quality", "cpm"),
            "louvain by igraph knows modularity; cpm is leiden",
        ),
        (("communities", "--normalise", "salton"), "normalise = 'salton' can't be used: one of none, association"),
        (("communities", "--consensus", "--starts", "1"), "starts = 1 can't be used: a whole number, at least 2"),
        (
            ("communities", "--engine", "networkx"),
            "engine (for leiden) = 'networkx' can't be used: one of auto, igraph",
        ),
    ],
)
def test_what_can_not_be_had_is_said(cli: Cli, sample_workspace: Path, command: tuple[str, ...], text: str) -> None:
    done = cli(*command, "-w", sample_workspace)
    assert done.code == 4
    assert text in done.err
