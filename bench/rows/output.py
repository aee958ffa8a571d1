"""Output of units against pandas: Share by year, weighted count, levels, dependence, ranks, umbrella and lists."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from bench.corpora import UMBRELLA
from bench.harness import Comparison
from bench.plain_pandas import counted_works, equal, shares, signed
from bench.workspaces import FULL, QUICK, prepared
from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.counting.options import Counting
from toolkit.measures.counting.ranking import ranked
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.output.groups import group_shares, institutes_of
from toolkit.measures.output.ranks import previous_ranks, unit_values
from toolkit.measures.tables import Tables

NAME = "output"
SIZES = {"full": FULL, "quick": QUICK}
YEARS = (2015, 2024)
LEVELS = ("region", "country", "type")


def share_of(tables: Tables, *, level: str = "city", wfc: bool = False) -> pd.DataFrame:
    rows = unit_shares(tables, level=level, by_year=True, base_year=YEARS[1], counting=Counting(wfc=wfc))
    return rows.filter(rows.id.notin(SPECIAL)).to_pandas()


def share_by_pandas(folder: Path) -> pd.DataFrame:
    everything = pd.read_parquet(folder / "works.parquet", columns=["year", "n_authors"])
    totals = everything[everything["n_authors"] > 0].groupby("year").size()
    found = shares(signed(folder, "city_id"), "city_id", "year")
    found["adjusted_share"] = found["share"] * totals[YEARS[1]] / found["year"].map(totals)
    return found


def wfc_by_pandas(folder: Path) -> pd.DataFrame:
    works = counted_works(folder, "journal_id")
    journals = pd.read_parquet(folder / "journals.parquet", columns=["journal_id", "marks"])
    astronomy = journals.loc[["astronomy" in marks for marks in journals["marks"]], "journal_id"]
    works["weight"] = works["journal_id"].isin(astronomy).map({True: 0.2, False: 1.0})
    rows = signed(folder, "city_id", works=works)
    rows["part"] *= rows["weight"]
    return shares(rows, "city_id", "year")


def levels_of(tables: Tables) -> pd.DataFrame:
    return pd.concat([share_of(tables, level=level).assign(level=level) for level in LEVELS])


def levels_by_pandas(folder: Path) -> pd.DataFrame:
    rows = signed(folder, "institution_id", "region", "country")
    institutions = pd.read_parquet(folder / "institutions.parquet", columns=["institution_id", "types"])
    types = institutions.explode("types").fillna({"types": "unknown"}).rename(columns={"types": "type"})
    types["portion"] = 1 / types.groupby("institution_id")["type"].transform("size")
    typed = rows[["work_id", "year", "institution_id", "part"]].merge(types, on="institution_id")
    typed["part"] *= typed["portion"]
    found = [shares(typed if level == "type" else rows, level, "year").assign(level=level) for level in LEVELS]
    return pd.concat(found)


def ranks_of(tables: Tables, by: str) -> pd.DataFrame:
    asked: dict[str, Any] = {"by": by, "level": "city", "by_year": True, "counting": Counting()}
    rows = ranked(unit_values(tables, years=YEARS, **asked), value="value", ids=("id",), by_year=True)
    rows = previous_ranks(tables, rows, years=YEARS, **asked)
    return rows.mutate(change=rows.previous_rank - rows["rank"]).to_pandas()


def ranks_by_pandas(folder: Path, by: str) -> pd.DataFrame:
    found = shares(signed(folder, "city_id"), "city_id", "year")
    found["value"] = (found["share"] if by == "share" else found["count"] / found["share"]).round(9)
    found["rank"] = found.groupby("year")["value"].rank(method="min", ascending=False)
    found = found.sort_values(["year", "value", "id"], ascending=[True, False, True])
    found["ratio_to_next"] = found["value"] / found.groupby("year")["value"].shift(-1)
    earlier = found[["id", "year", "rank"]].assign(year=found["year"] + 1)
    found = found.merge(earlier.rename(columns={"rank": "previous_rank"}), on=["id", "year"], how="left")
    return found.assign(change=found["previous_rank"] - found["rank"])


def umbrella_of(tables: Tables) -> pd.DataFrame:
    return group_shares(tables, institutes_of(tables, UMBRELLA), level="city", by_year=True).to_pandas()


def umbrella_by_pandas(folder: Path) -> pd.DataFrame:
    lineage = pd.read_parquet(folder / "lineage.parquet", columns=["institution_id", "ancestor_id"])
    below = lineage.loc[lineage["ancestor_id"] == UMBRELLA, "institution_id"]
    rows = signed(folder, "institution_id", "city_id")
    rows = rows[rows["institution_id"].isin([*below, UMBRELLA])].assign(group=UMBRELLA)
    return _groups(rows)


def lists_of(tables: Tables) -> pd.DataFrame:
    members = tables.listed("institution_marks").rename(group="value")
    return group_shares(tables, members, level="city", by_year=True).to_pandas()


def lists_by_pandas(folder: Path) -> pd.DataFrame:
    institutions = pd.read_parquet(folder / "institutions.parquet", columns=["institution_id", "marks"])
    marks = institutions.explode("marks").dropna(subset=["marks"]).rename(columns={"marks": "group"})
    return _groups(signed(folder, "institution_id", "city_id").merge(marks, on="institution_id"))


def _groups(rows: pd.DataFrame) -> pd.DataFrame:
    keys = ["group", "city_id", "year"]
    found = rows.groupby(keys, as_index=False).agg(
        institutions=("institution_id", "nunique"), count=("work_id", "nunique"), share=("part", "sum")
    )
    found["part"] = found["share"] / found.groupby(["group", "year"])["share"].transform("sum")
    return found.rename(columns={"city_id": "id"})


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Both start from Parquet files and end in frames; ours also where nothing was built."""
    corpus = prepared(**size)
    return [
        corpus.comparison(
            "output",
            "Share and adjusted Share of cities by year",
            ("unit_shares", share_of),
            ("merge, groupby", share_by_pandas),
            equal(["id", "year"], ["count"], ["share", "adjusted_share"], rows="cities and years"),
        ),
        corpus.comparison(
            "output, WFC",
            "Weighted fractional count (WFC) of cities by year",
            ("unit_shares with wfc", partial(share_of, wfc=True)),
            ("merge, isin for journals of astronomy, groupby", wfc_by_pandas),
            equal(["id", "year"], ["count"], ["share"], rows="cities and years"),
        ),
        corpus.comparison(
            "output, levels",
            "Share of regions, countries and types of institution by year",
            ("unit_shares at three levels", levels_of),
            ("merge, explode of types, groupby at each level", levels_by_pandas),
            equal(["level", "id", "year"], ["count"], ["share"], rows="units and years"),
        ),
        corpus.comparison(
            "output, ranks",
            "Ranks of cities by Share in each year, their distance to the next and change",
            ("unit_values, ranked, previous_ranks", partial(ranks_of, by="share")),
            (
                "merge, groupby, rank, shift, a merge with the year before",
                partial(ranks_by_pandas, by="share"),
            ),
            equal(
                ["id", "year"], ["rank", "previous_rank", "change"], ["value", "ratio_to_next"], rows="cities and years"
            ),
        ),
        corpus.comparison(
            "output, dependence",
            "Collaboration dependence of cities in each year, ranked",
            ("unit_values, ranked, previous_ranks", partial(ranks_of, by="dependence")),
            ("as for ranks by Share", partial(ranks_by_pandas, by="dependence")),
            equal(["id", "year"], ["rank", "previous_rank", "change"], ["value"], rows="cities and years"),
        ),
        corpus.comparison(
            "output, umbrella",
            "An umbrella organisation's institutes, articles and Share by city and year",
            ("group_shares of institutes_of", umbrella_of),
            ("merge, isin, groupby with nunique", umbrella_by_pandas),
            equal(["id", "year"], ["institutions", "count"], ["share", "part"], rows="cities and years"),
        ),
        corpus.comparison(
            "output, lists",
            "Three lists of institutions: members, articles and Share by city and year",
            ("group_shares of the marks", lists_of),
            ("explode of marks, merge, groupby with nunique", lists_by_pandas),
            equal(
                ["group", "id", "year"], ["institutions", "count"], ["share", "part"], rows="lists, cities and years"
            ),
        ),
    ]
