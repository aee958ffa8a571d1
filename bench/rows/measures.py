"""Share and collaboration score by year at two levels against pandas and itertools.combinations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import combinations, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.corpora import described, write_corpus
from bench.harness import Comparison, Side, WrongOutput
from toolkit.measures.collaboration.scores import collaboration_scores
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

NAME = "measures"
SIZES = {
    "full": {"works": 1_000_000, "institutions": 5_000, "cities": 800},
    "quick": {"works": 500, "institutions": 60, "cities": 15},
}
LEVELS = {"institution": "institution_id", "city": "city_id"}

Frames = dict[str, tuple[pd.DataFrame, pd.DataFrame]]
Pair = tuple[str, str, int]
PairScores = Callable[[pd.DataFrame], pd.DataFrame]


def by_toolkit(workspace: Workspace) -> Frames:
    """Ours: from the workspace's Parquet files to frames."""
    with Tables.of(workspace) as tables:
        return {
            level: (
                unit_shares(tables, level=level, by_year=True).to_pandas(),
                collaboration_scores(tables, level=level, by_year=True).to_pandas(),
            )
            for level in LEVELS
        }


def by_pandas(folder: Path, score_pairs: PairScores) -> Frames:
    """The rivals: the same from the same files, with merge and groupby; pairs by ``score_pairs``."""
    works = pd.read_parquet(folder / "works.parquet", columns=["work_id", "year", "n_authors", "authors_truncated"])
    works = works[works["year"].notna() & (works["n_authors"] > 0) & ~works["authors_truncated"]]
    sites = pd.read_parquet(folder / "sites.parquet", columns=["site_id", "institution_id", "city_id"])
    rows = pd.read_parquet(folder / "authorships.parquet", columns=["work_id", "author_key", "site_id"])
    rows = rows.dropna(subset=["site_id"]).merge(works, on="work_id").merge(sites, on="site_id")
    rows["part"] = 1 / (rows["n_authors"] * rows.groupby(["work_id", "author_key"])["site_id"].transform("size"))
    frames = {}
    for level, column in LEVELS.items():
        parts = rows.groupby(["work_id", "year", column], as_index=False)["part"].sum()
        parts = parts.rename(columns={column: "id"})
        shares = parts.groupby(["id", "year"], as_index=False).agg(count=("part", "size"), share=("part", "sum"))
        frames[level] = (shares, score_pairs(parts))
    return frames


def by_group(parts: pd.DataFrame) -> pd.DataFrame:
    """Pairs as pandas is mostly written: a loop over the groups, combinations of the rows of each."""
    joint: dict[Pair, int] = defaultdict(int)
    score: dict[Pair, float] = defaultdict(float)
    # rows of a group are in order of their ids, so pairs are too
    for (_, year), article in parts.groupby(["work_id", "year"]):
        for (a, share_a), (b, share_b) in combinations(zip(article["id"], article["part"], strict=True), 2):
            joint[a, b, year] += 1
            score[a, b, year] += share_a + share_b
    return _pairs(joint, score)


def by_lists(parts: pd.DataFrame) -> pd.DataFrame:
    """Pairs with pandas left aside: plain lists, grouped by itertools; the quickest form known to us."""
    joint: dict[Pair, int] = defaultdict(int)
    score: dict[Pair, float] = defaultdict(float)
    columns = (parts[name].tolist() for name in ("work_id", "year", "id", "part"))
    for (_, year), article in groupby(zip(*columns, strict=True), key=itemgetter(0, 1)):
        for (_, _, a, share_a), (_, _, b, share_b) in combinations(article, 2):
            joint[a, b, year] += 1
            score[a, b, year] += share_a + share_b
    return _pairs(joint, score)


def _pairs(joint: dict[Pair, int], score: dict[Pair, float]) -> pd.DataFrame:
    pairs = pd.DataFrame(list(joint), columns=["a_id", "b_id", "year"])
    pairs["joint"] = list(joint.values())
    pairs["score"] = list(score.values())
    return pairs


def same(ours: Frames, theirs: Frames) -> dict[str, Any]:
    """Both must have the same rows, the same counts, and sums equal to nine decimals."""
    facts = {}
    for level in LEVELS:
        shares, pairs = ours[level]
        shares = shares[~shares["id"].isin(["unassigned", "unlocated"])]
        _equal(shares, theirs[level][0], ["id", "year"], "count", "share")
        _equal(pairs, theirs[level][1], ["a_id", "b_id", "year"], "joint", "score")
        facts[f"rows, {level}"] = f"{len(shares):,} Shares, {len(pairs):,} pairs and years"
    return facts


def _equal(ours: pd.DataFrame, theirs: pd.DataFrame, keys: list[str], whole: str, real: str) -> None:
    columns = [*keys, whole, real]
    left, right = (frame[columns].sort_values(keys, ignore_index=True) for frame in (ours, theirs))
    for column in (*keys, whole):
        if len(left) != len(right) or left[column].astype(str).ne(right[column].astype(str)).any():
            raise WrongOutput(f"{column} differs ({len(left)} and {len(right)} rows)")
    if not np.allclose(left[real], right[real], rtol=0, atol=1e-9):
        raise WrongOutput(f"{real} differs by up to {np.abs(left[real] - right[real]).max()}")


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Both start from the same Parquet files and end in frames."""
    workspace = Workspace(scratch / "workspace")
    text = described(write_corpus(workspace, **size))
    ours = Side(
        "unit_shares and collaboration_scores at both levels, on DuckDB, from Parquet files to frames",
        lambda: by_toolkit(workspace),
        repeats=5,
    )
    return [
        Comparison(
            name="measures",
            title="Share and collaboration score of institutions and cities by year",
            size=text,
            ours=ours,
            rival=Side(
                "pandas: merge and groupby for parts and Shares, a loop over groupby and itertools.combinations for "
                "pairs, from the same files to frames",
                lambda: by_pandas(workspace.corpus, by_group),
                repeats=1,
            ),
            minimum=20,
            same=same,
            warm_up=False,
        ),
        Comparison(
            name="measures, plain lists",
            title="The same against a rival that leaves pandas for the pairs",
            size=text,
            ours=ours,
            rival=Side(
                "pandas for parts and Shares, then plain lists, itertools.groupby and itertools.combinations",
                lambda: by_pandas(workspace.corpus, by_lists),
                repeats=2,
            ),
            minimum=0,
            same=same,
        ),
    ]
