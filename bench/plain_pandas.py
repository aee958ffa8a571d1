"""What the rivals of the measures share: an analyst's pandas, from the Parquet files to parts of articles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.harness import WrongOutput

__all__ = ["Frames", "counted_works", "equal", "kin", "seats", "shares", "signed", "without_kin"]

Frames = dict[str, pd.DataFrame]


def counted_works(folder: Path, *more: str) -> pd.DataFrame:
    """Articles with a year and a complete list of authors; ``more`` columns where asked for."""
    columns = ["work_id", "year", "n_authors", "authors_truncated", *more]
    works = pd.read_parquet(folder / "works.parquet", columns=columns)
    works = works[works["year"].notna() & (works["n_authors"] > 0) & ~works["authors_truncated"]]
    return works.drop(columns="authors_truncated")


def signed(folder: Path, *columns: str, works: pd.DataFrame | None = None) -> pd.DataFrame:
    """A row per article, author and site with ``part`` = 1 / (n k) and the site's ``columns``.

    ``columns`` are those of sites, and ``country`` and ``region`` of their city.
    """
    works = counted_works(folder) if works is None else works
    own = [name for name in columns if name not in ("country", "region")]
    if len(own) < len(columns):
        cities = pd.read_parquet(folder / "cities.parquet", columns=["city_id", "country", "admin1"])
        cities["region"] = cities["country"] + "." + cities["admin1"]
        sites = pd.read_parquet(folder / "sites.parquet", columns=list({"site_id", "city_id", *own}))
        sites = sites.merge(cities, on="city_id", how="left")[["site_id", *columns]]
    else:
        sites = pd.read_parquet(folder / "sites.parquet", columns=["site_id", *own])
    rows = pd.read_parquet(folder / "authorships.parquet", columns=["work_id", "author_key", "site_id"])
    rows = rows.dropna(subset=["site_id"]).merge(works, on="work_id").merge(sites, on="site_id")
    rows["part"] = 1 / (rows["n_authors"] * rows.groupby(["work_id", "author_key"])["site_id"].transform("size"))
    return rows


def shares(rows: pd.DataFrame, unit: str, *by: str) -> pd.DataFrame:
    """Count and Share of each ``unit``, ``by`` year where asked for."""
    parts = rows.groupby([unit, "work_id", *by], as_index=False)["part"].sum()
    found = parts.groupby([unit, *by], as_index=False).agg(count=("part", "size"), share=("part", "sum"))
    return found.rename(columns={unit: "id"})


def seats(folder: Path, place: str = "city_id") -> pd.DataFrame:
    """Institutions at places, once an article: ``work_id``, ``year``, ``institution_id``, ``place``."""
    works = counted_works(folder)[["work_id", "year"]]
    sites = pd.read_parquet(folder / "sites.parquet", columns=["site_id", "institution_id", place])
    rows = pd.read_parquet(folder / "authorships.parquet", columns=["work_id", "site_id"])
    rows = rows.dropna().drop_duplicates().merge(works, on="work_id").merge(sites, on="site_id")
    rows = rows.rename(columns={place: "place", "institution_id": "institution"})
    return rows[["work_id", "year", "institution", "place"]].drop_duplicates()


def kin(folder: Path) -> pd.DataFrame:
    """Ancestors and descendants, each pair in both orders: ``institution_a``, ``institution_b``."""
    lineage = pd.read_parquet(folder / "lineage.parquet", columns=["institution_id", "ancestor_id"])
    there = lineage.set_axis(["institution_a", "institution_b"], axis=1)
    back = lineage.set_axis(["institution_b", "institution_a"], axis=1)
    return pd.concat([there, back]).drop_duplicates()


def without_kin(pairs: pd.DataFrame, kin: pd.DataFrame) -> pd.DataFrame:
    """``pairs`` (``institution_a``, ``institution_b``) without those of kin."""
    marked = pairs.merge(kin, on=["institution_a", "institution_b"], how="left", indicator=True)
    return marked[marked["_merge"] == "left_only"].drop(columns="_merge")


def equal(
    keys: Sequence[str], whole: Sequence[str] = (), real: Sequence[str] = (), *, rows: str = "rows"
) -> Callable[[Any, Any], Mapping[str, Any]]:
    """Check of two frames: the same rows, the same whole numbers (or nothing in both), reals to nine decimals."""

    def same(ours: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, Any]:
        columns = [*keys, *whole, *real]
        left, right = (frame[columns].sort_values(list(keys), ignore_index=True) for frame in (ours, theirs))
        if len(left) != len(right):
            raise WrongOutput(f"{len(left)} and {len(right)} {rows}")
        for column in keys:
            if left[column].astype(str).ne(right[column].astype(str)).any():
                raise WrongOutput(f"{column} differs")
        for column in (*whole, *real):
            one, other = (frame[column].astype("float64").to_numpy() for frame in (left, right))
            if not np.allclose(one, other, rtol=0, atol=0 if column in whole else 1e-9, equal_nan=True):
                raise WrongOutput(f"{column} differs by up to {np.nanmax(np.abs(one - other))}")
        return {rows: f"{len(left):,}"}

    return same
