"""Output by subject against pandas: the mix of cities, the concentration of subjects, ranks in each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from bench.harness import Comparison
from bench.plain_pandas import equal, signed
from bench.workspaces import FULL, QUICK, Prepared, prepared
from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.output.standing import subject_ranks
from toolkit.measures.output.subject_mix import subject_concentration, subject_mix
from toolkit.measures.tables import Tables

NAME = "subjects"
SIZES = {"full": FULL, "quick": QUICK}
WINDOW = (2020, 2024)
LARGEST = 10


def shares_by_subject(folder: Path, *by: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Parts of cities in articles, and their Shares by subject; articles without a subject are of ``none``."""
    rows = signed(folder, "city_id")
    parts = rows.groupby(["work_id", "year", "city_id"], as_index=False)["part"].sum()
    subjects = pd.read_parquet(folder / "subjects.parquet").rename(columns={"part": "weight"})
    about = parts.merge(subjects, on="work_id", how="left").fillna({"subject": "none", "weight": 1.0})
    about["part"] *= about["weight"]
    found = about.groupby(["city_id", "subject", *by], as_index=False).agg(
        count=("part", "size"), share=("part", "sum")
    )
    return parts, found.rename(columns={"city_id": "id"})


def mix_of(tables: Tables) -> pd.DataFrame:
    rows = subject_mix(tables, level="city", by_year=True)
    return rows.filter(rows.id.notin(SPECIAL)).to_pandas()


def mix_by_pandas(folder: Path) -> pd.DataFrame:
    _, found = shares_by_subject(folder, "year")
    of_unit = found.groupby(["id", "year"])["share"].transform("sum")
    found["part"] = found["share"] / of_unit
    of_subject = found.groupby(["subject", "year"])["share"].transform("sum")
    found["location_quotient"] = found["part"] / (of_subject / found.groupby("year")["share"].transform("sum"))
    found["square"] = found["part"] ** 2
    found["herfindahl"] = found.groupby(["id", "year"])["square"].transform("sum")
    return found


def concentration_of(tables: Tables) -> pd.DataFrame:
    return subject_concentration(tables, level="city", largest=LARGEST, by_year=True).to_pandas()


def concentration_by_pandas(folder: Path) -> pd.DataFrame:
    _, found = shares_by_subject(folder, "year")
    keys = ["subject", "year"]
    found["part"] = found["share"] / found.groupby(keys)["share"].transform("sum")
    found["square"] = found["part"] ** 2
    groups = found.groupby(keys)
    rows = groups.agg(units=("id", "size"), share=("share", "sum"), herfindahl=("square", "sum")).reset_index()
    found = found.sort_values("share", ascending=False)
    largest = found.groupby(keys).head(LARGEST).groupby(keys, as_index=False)["part"].sum()
    return rows.merge(largest.rename(columns={"part": "largest_part"}), on=keys)


def standing_of(tables: Tables) -> pd.DataFrame:
    return subject_ranks(tables, level="city", years=WINDOW).to_pandas()


def standing_by_pandas(folder: Path) -> pd.DataFrame:
    parts, found = shares_by_subject(folder, "year")
    whole = parts.groupby(["city_id", "year"], as_index=False)["part"].sum().assign(subject="all")
    rows = pd.concat([found, whole.rename(columns={"city_id": "id", "part": "share"})])
    length = WINDOW[1] - WINDOW[0] + 1
    now = _ranks(rows[rows["year"].between(*WINDOW)])
    before = _ranks(rows[rows["year"].between(WINDOW[0] - length, WINDOW[0] - 1)])
    before = before[["id", "subject", "rank"]].rename(columns={"rank": "previous_rank"})
    now = now.merge(before, on=["id", "subject"], how="left")
    return now.assign(change=now["previous_rank"] - now["rank"])


def _ranks(rows: pd.DataFrame) -> pd.DataFrame:
    found = rows.groupby(["id", "subject"], as_index=False)["share"].sum()
    found["value"] = found["share"].round(9)
    found["rank"] = found.groupby("subject")["value"].rank(method="min", ascending=False)
    found["ranked"] = found.groupby("subject")["value"].transform("size")
    return found


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Both start from Parquet files and end in frames; ours also where nothing was built."""
    corpus: Prepared = prepared(**size)
    return [
        corpus.comparison(
            "subjects",
            "Subject mix of cities by year: parts, location quotients, Herfindahl index",
            ("subject_mix", mix_of),
            ("merge with the subjects, groupby, transform", mix_by_pandas),
            equal(
                ["id", "year", "subject"],
                ["count"],
                ["share", "part", "location_quotient", "herfindahl"],
                rows="cities, years and subjects",
            ),
        ),
        corpus.comparison(
            "subjects, concentration",
            "Concentration of each subject by year: Herfindahl index, part of the ten largest cities",
            ("subject_concentration", concentration_of),
            ("merge with the subjects, groupby, sort_values, head", concentration_by_pandas),
            equal(["subject", "year"], ["units"], ["share", "herfindahl", "largest_part"], rows="subjects and years"),
        ),
        corpus.comparison(
            "subjects, ranks",
            "Ranks of cities in each subject over five years, and their change",
            ("subject_ranks", standing_of),
            ("merge with the subjects, groupby, rank, a merge with the window before", standing_by_pandas),
            equal(["id", "subject"], ["rank", "ranked", "previous_rank", "change"], ["value"], rows="ranks"),
        ),
    ]
