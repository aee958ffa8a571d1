"""Ties that movers keep with the place they left: against pandas, and as movers and teams grow."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bench.corpora import write_careers
from bench.harness import Comparison, Side
from bench.plain_pandas import equal
from bench.ties_alone import taken_by
from toolkit.measures.movement.rules import moves_counted
from toolkit.measures.movement.ties import EVENT_SPAN, numbered_moves, ties_by_event_time
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

NAME = "kept_ties"
SIZES = {
    "full": {"authors": 450_000, "part": 4, "institutions": 5_000, "team": 40, "alone": 1},
    "quick": {"authors": 1_500, "part": 3, "institutions": 20, "team": 10, "alone": 0},
}
"""Authors (a quarter of them move), the smaller corpus's part of them, how many sign an article of large teams, and
whether each question has a process of its own."""

MOST_MEMORY: Final = 2 * 1024**3 / 1e6
"""What the ties of 100,000 movers may take [MB]: 2 GiB."""
TIMES: Final = ["pairs", "articles", "tied_articles", "rate", "mean_rate"]


def by_toolkit(workspace: Workspace) -> pd.DataFrame:
    """Ours, from files to a frame, moves and all."""
    with Tables.of(workspace, reuse=False) as tables:
        moves = numbered_moves(tables, level="institution")
        return ties_by_event_time(tables, moves, level="institution").to_pandas()


def by_pandas(folder: Path, moves: pd.DataFrame) -> pd.DataFrame:
    """The same from ready-made moves: articles of movers, then whoever else signs one of these at the old place."""
    works = pd.read_parquet(folder / "works.parquet", columns=["work_id", "year"])
    sites = pd.read_parquet(folder / "sites.parquet", columns=["site_id", "institution_id"])
    signed = pd.read_parquet(folder / "authorships.parquet", columns=["work_id", "author_id", "site_id"])
    articles = signed[["work_id", "author_id"]].drop_duplicates().merge(works, on="work_id")
    moves = moves.reset_index(names="move")
    written = moves.merge(articles, on="author_id", suffixes=("_move", ""))
    written["t"] = written["year"] - written["year_move"]
    written = written[written["t"].between(*EVENT_SPAN)]
    there = signed[signed["work_id"].isin(written["work_id"])].merge(sites, on="site_id")
    there = there[["work_id", "institution_id", "author_id"]].rename(columns={"author_id": "coauthor"})
    met = written[["move", "work_id", "author_id", "from_id"]].merge(
        there, left_on=["work_id", "from_id"], right_on=["work_id", "institution_id"]
    )
    met = met.loc[met["coauthor"] != met["author_id"], ["move", "work_id"]].drop_duplicates().assign(tied=1.0)
    written = written.merge(met, on=["move", "work_id"], how="left").fillna({"tied": 0.0})
    own = written.groupby(["move", "t", "weight"], as_index=False).agg(articles=("tied", "size"), tied=("tied", "sum"))
    own["mean"] = own["weight"] * own["tied"] / own["articles"]
    own["articles"], own["tied_articles"] = own["weight"] * own["articles"], own["weight"] * own["tied"]
    sums = {name: (name, "sum") for name in ("articles", "tied_articles", "weight", "mean")}
    found = own.groupby("t", as_index=False).agg(pairs=("move", "size"), **sums)
    found["rate"] = found["tied_articles"] / found["articles"]
    found["mean_rate"] = found["mean"] / found["weight"]
    return found[["t", *TIMES]]


def taken_alone(workspace: Path) -> dict[str, float]:
    """Movers, processor time and memory of ``ties`` in a process of its own."""
    command = [sys.executable, "-m", "bench.ties_alone", str(workspace)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    taken: dict[str, float] = json.loads(done.stdout)
    return taken


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Equal to pandas first; then all movers against a part of them, and against the same people in large teams."""
    authors, institutions = size["authors"], size["institutions"]
    made = {
        "part": {"authors": authors // size["part"]},
        "all": {"authors": authors},
        "teams": {"authors": authors, "team": size["team"]},
    }
    spaces = {name: Workspace(scratch / name) for name in made}
    corpora = {name: write_careers(spaces[name], institutions=institutions, **made[name]) for name in made}

    @cache
    def taken(name: str) -> dict[str, float]:
        return (taken_alone if size["alone"] else taken_by)(spaces[name].root)

    with Tables.of(spaces["part"]) as tables:
        found = moves_counted(tables, level="institution").select("author_id", "from_id", "year", "weight")
        moves = found.order_by("author_id", "year", "from_id").to_pandas()
    return [_against_pandas(spaces["part"], corpora["part"], moves), *_growing(taken, corpora, size["team"])]


def _against_pandas(workspace: Workspace, corpus: Mapping[str, int], moves: pd.DataFrame) -> Comparison:
    return Comparison(
        name="kept_ties",
        title="Ties that movers keep, by years since the move",
        size=f"{corpus['authorships']:,} authorships, {moves['author_id'].nunique():,} movers",
        ours=Side(
            "numbered_moves and ties_by_event_time at institution level, on DuckDB, from Parquet files to a frame, "
            "where nothing was built; processor time",
            lambda: by_toolkit(workspace),
        ),
        rival=Side(
            "pandas: merge and groupby from the same files to a frame; its moves are ours, ready-made; processor time",
            lambda: by_pandas(workspace.corpus, moves),
        ),
        minimum=0,
        same=equal(["t"], ["pairs"], TIMES[1:]),
        clock=time.process_time,
    )


def _growing(taken: Any, corpora: Mapping[str, Mapping[str, int]], team: int) -> list[Comparison]:
    """Lines on time and memory of ``ties`` in processes of their own."""

    def facts(*names: str) -> dict[str, str]:
        return {
            f"{taken(name)['movers']:,} movers, {corpora[name]['works']:,} articles": (
                f"{taken(name)['seconds']:.1f} s of processor time, {taken(name)['megabytes']:,.0f} MB at most; "
                f"{taken(name)['tied']:,.0f} of {taken(name)['articles']:,.0f} articles tied"
            )
            for name in names
        }

    def line(name: str, title: str, ours: tuple[str, Any], rival: tuple[str, Any], **more: Any) -> Comparison:
        return Comparison(
            name=name,
            title=title,
            size=f"{corpora['all']['authorships']:,} authorships of {corpora['all']['authors']:,} authors",
            ours=Side(*ours, repeats=1, value=float),
            rival=Side(*rival, repeats=1, value=float),
            warm_up=False,
            **more,
        )

    def scaled() -> float:
        part = taken("part")
        return part["seconds"] * taken("all")["movers"] / part["movers"]

    return [
        line(
            "kept_ties-growth",
            "Ties of many movers, against a part of them",
            ("ties of all movers; processor time", lambda: taken("all")["seconds"]),
            ("that of the part, times as many movers: what all would take if time grew as movers do", scaled),
            minimum=1.0,
            same=lambda *_: facts("part", "all"),
        ),
        line(
            "kept_ties-teams",
            f"Ties where {team} sign each article, against 2",
            (f"ties where {team} people sign each article; processor time", lambda: taken("teams")["seconds"]),
            ("that of the same people with as many articles each, 2 to an article", lambda: taken("all")["seconds"]),
            minimum=0.5,
            same=lambda *_: (
                facts("all", "teams")
                | {"pairs of authors on the articles": f"{team - 1} times as many, so that a join of them would show"}
            ),
        ),
        line(
            "kept_ties-memory",
            "Memory of the ties of many movers",
            ("the largest memory of the process", lambda: taken("all")["megabytes"]),
            ("2 GiB, what is promised", lambda: MOST_MEMORY),
            minimum=1.0,
            same=lambda *_: facts("all"),
            unit="MB",
        ),
    ]
