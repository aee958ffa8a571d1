"""Who works with whom against pandas: partnerships and partners, scopes, companies, collaboration inside cities."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd

from bench.harness import Comparison
from bench.plain_pandas import counted_works, equal, kin, seats, signed, without_kin
from bench.workspaces import FULL, NO_TABLE, OF_LINKS, QUICK, prepared
from toolkit.measures.collaboration.company_partners import companies_by_place
from toolkit.measures.collaboration.connections import partner_places
from toolkit.measures.collaboration.internal import internal_parts_of_share
from toolkit.measures.collaboration.partnerships import one_ended_partnerships, partnership_counts
from toolkit.measures.collaboration.scope_comparison import compared_scopes
from toolkit.measures.collaboration.scores import collaboration_scores, total_collaboration
from toolkit.measures.collaboration.set_scores import set_scores
from toolkit.measures.collaboration.types import type_counts
from toolkit.measures.tables import Tables

NAME = "ties"
SIZES = {"full": FULL, "quick": QUICK}
TOP = 25
TYPES = ["single-author", "single-institution", "domestic", "international", "unknown"]
STATUS = ["partnerships", "new", "kept", "lost"]


def seat_pairs(folder: Path, rows: pd.DataFrame, *, inside: bool = False) -> pd.DataFrame:
    """Pairs of institutions on each article with their cities, kin left out; of two cities the smaller id first."""
    keys = ["work_id", "year", *(["place"] if inside else [])]
    pairs = rows.merge(rows, on=keys, suffixes=("_a", "_b"))
    if inside:
        pairs = pairs[pairs["institution_a"] < pairs["institution_b"]]
    else:
        pairs = pairs[(pairs["place_a"] < pairs["place_b"]) & (pairs["institution_a"] != pairs["institution_b"])]
    return without_kin(pairs, kin(folder))


def status(links: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Partnerships of each year by ``keys``: all, new, kept and lost ones, looking back a year."""
    pair = [*keys, "low", "high"]
    links = links[[*pair, "year"]].drop_duplicates()
    first, last = links["year"].min(), links["year"].max()
    shifted = links.assign(year=links["year"] + 1)
    both = links.merge(shifted, on=[*pair, "year"], how="outer", indicator="seen")
    both = both[both["year"] <= last]
    both["partnerships"] = both["seen"] != "right_only"
    both["new"], both["kept"], both["lost"] = (both["seen"] == mark for mark in ("left_only", "both", "right_only"))
    found = both.groupby([*keys, "year"], as_index=False)[STATUS].sum()
    found[STATUS[1:]] = found[STATUS[1:]].astype(float)
    found.loc[found["year"] == first, STATUS[1:]] = np.nan
    return found


def unordered(pairs: pd.DataFrame) -> pd.DataFrame:
    smaller = pairs["institution_a"] < pairs["institution_b"]
    low = pairs["institution_a"].where(smaller, pairs["institution_b"])
    high = pairs["institution_b"].where(smaller, pairs["institution_a"])
    return pairs.assign(low=low, high=high)


def partnerships_of(tables: Tables) -> pd.DataFrame:
    return partnership_counts(tables, level="city", by_year=True).to_pandas()


def partnerships_by_pandas(folder: Path) -> pd.DataFrame:
    pairs = seat_pairs(folder, seats(folder)).drop(columns="work_id").drop_duplicates()
    return status(unordered(pairs), ["place_a", "place_b"]).rename(columns={"place_a": "a_id", "place_b": "b_id"})


def one_ended_of(tables: Tables) -> pd.DataFrame:
    return one_ended_partnerships(tables, level="city", by_year=True).to_pandas()


def one_ended_by_pandas(folder: Path) -> pd.DataFrame:
    pairs = seat_pairs(folder, seats(folder)).drop(columns="work_id").drop_duplicates()
    names = {"place_a": "id", "institution_a": "low", "place_b": "other", "institution_b": "high"}
    back = {"place_b": "id", "institution_b": "low", "place_a": "other", "institution_a": "high"}
    ends = pd.concat([pairs.rename(columns=names), pairs.rename(columns=back)])
    country = pd.read_parquet(folder / "cities.parquet", columns=["city_id", "country"]).set_index("city_id")["country"]
    same_country = ends["id"].map(country) == ends["other"].map(country)
    ends = pd.concat(
        [ends.assign(scope="all"), ends.assign(scope=same_country.map({True: "domestic", False: "international"}))]
    )
    keys = ["id", "scope"]
    found = status(ends, keys)
    grouped = ends.groupby([*keys, "year"])
    partners = grouped.agg(partner_institutions=("high", "nunique"), partner_places=("other", "nunique"))
    found = found.merge(partners.reset_index(), on=[*keys, "year"], how="left")
    return found.fillna({"partner_institutions": 0, "partner_places": 0})


def city_of(folder: Path) -> str:
    """The city with most institutions, which is what these questions are asked about."""
    sites = pd.read_parquet(folder / "sites.parquet", columns=["city_id"])
    return str(sites["city_id"].value_counts().index[0])


def of_city(rows: pd.DataFrame, city: str) -> pd.DataFrame:
    """Rows of articles that the city is on."""
    return rows[rows["work_id"].isin(rows.loc[rows["place"] == city, "work_id"])]


def partners_by_pandas(folder: Path) -> pd.DataFrame:
    city = city_of(folder)
    rows = signed(folder, "city_id", "institution_id").rename(columns={"city_id": "place"})
    rows = of_city(rows, city)
    parts = rows.groupby(["work_id", "year", "place"], as_index=False)["part"].sum()
    own, others = parts[parts["place"] == city], parts[parts["place"] != city]
    joint = others.merge(own, on=["work_id", "year"], suffixes=("", "_own"))
    joint["score"] = joint["part"] + joint["part_own"]
    found = joint.groupby(["place", "year"]).agg(joint=("score", "size"), score=("score", "sum"))
    named = rows.rename(columns={"institution_id": "institution"})[["work_id", "year", "institution", "place"]]
    named = named.drop_duplicates()
    pairs = named[named["place"] != city].merge(
        named[named["place"] == city], on=["work_id", "year"], suffixes=("_b", "_a")
    )
    pairs = without_kin(pairs[pairs["institution_a"] != pairs["institution_b"]], kin(folder))
    pairs = unordered(pairs).rename(columns={"place_b": "place"})
    grouped = pairs.groupby(["place", "year"])
    counts = pairs.drop_duplicates(["place", "year", "low", "high"]).groupby(["place", "year"]).size()
    found["partnerships"] = counts
    found["own_institutions"] = grouped["institution_a"].nunique()
    found["partner_institutions"] = grouped["institution_b"].nunique()
    return found.fillna(0).reset_index().rename(columns={"place": "id"})


def scopes_by_pandas(folder: Path) -> pd.DataFrame:
    city = city_of(folder)
    country = pd.read_parquet(folder / "cities.parquet", columns=["city_id", "country"]).set_index("city_id")["country"]
    rows = of_city(seats(folder), city)
    pairs = rows[rows["place"] == city].merge(rows, on=["work_id", "year"], suffixes=("_a", "_b"))
    pairs = without_kin(pairs[pairs["institution_a"] != pairs["institution_b"]], kin(folder))
    inside = pairs["place_b"] == city
    pairs = pairs[~inside | (pairs["institution_a"] < pairs["institution_b"])]
    abroad = pairs["place_b"].map(country) != country[city]
    pairs["scope"] = np.where(pairs["place_b"] == city, "inside", np.where(abroad, "international", "domestic"))
    keys = ["scope", "year", "institution_a", "institution_b"]
    joint = pairs.drop_duplicates([*keys, "work_id"]).groupby(keys, as_index=False).size()
    top = joint.sort_values("size", ascending=False).groupby(["scope", "year"]).head(TOP)
    found = top.groupby(["scope", "year"])["size"].agg(pairs="size", mean_joint="mean", median_joint="median")
    return found.reset_index()


def companies_by_pandas(folder: Path) -> pd.DataFrame:
    city = city_of(folder)
    cities = pd.read_parquet(folder / "cities.parquet", columns=["city_id", "country", "admin1"]).set_index("city_id")
    institutions = pd.read_parquet(folder / "institutions.parquet", columns=["institution_id", "types"])
    types = institutions.explode("types")
    firms = types.loc[types["types"] == "company", "institution_id"]
    rows = of_city(seats(folder), city)
    company = rows[rows["institution"].isin(firms)]
    pairs = rows[rows["place"] == city].merge(company, on=["work_id", "year"], suffixes=("_a", "_b"))
    pairs = without_kin(pairs[pairs["institution_a"] != pairs["institution_b"]], kin(folder))
    where = cities.loc[pairs["place_b"]].reset_index(drop=True)
    own = cities.loc[city]
    conditions = [
        (pairs["place_b"] == city).to_numpy(),
        (where["country"] != own["country"]).to_numpy(),
        (where["admin1"].isna() | pd.isna(own["admin1"])).to_numpy(),
        (where["admin1"] == own["admin1"]).fillna(False).to_numpy(),
    ]
    names = ["same city", "abroad", "unknown", "same region"]
    pairs["standing"] = np.select(conditions, names, default="other region")
    pairs = pd.concat([pairs, pairs.assign(standing="all")])
    found = pairs.groupby(["standing", "year"]).agg(
        companies=("institution_b", "nunique"), joint=("work_id", "nunique")
    )
    grid = pd.MultiIndex.from_product(
        [[*names, "other region", "all"], pairs["year"].unique()], names=["standing", "year"]
    )
    return found.reindex(grid, fill_value=0).reset_index()


def internal_of(tables: Tables) -> pd.DataFrame:
    return internal_parts_of_share(tables, level="city", by_year=True).to_pandas()


def internal_by_pandas(folder: Path) -> pd.DataFrame:
    rows = signed(folder, "institution_id", "city_id")
    rows = rows.rename(columns={"institution_id": "institution", "city_id": "place"})
    parts = rows.groupby(["work_id", "year", "place"], as_index=False)["part"].sum()
    named = rows[["work_id", "year", "institution", "place"]].drop_duplicates()
    pairs = seat_pairs(folder, named, inside=True)
    inside = parts.merge(pairs[["work_id", "place"]].drop_duplicates(), on=["work_id", "place"])
    found = parts.groupby(["place", "year"]).agg(share=("part", "sum"))
    grouped = inside.groupby(["place", "year"])["part"]
    found["internal_joint"], found["internal_share"] = grouped.size(), grouped.sum()
    found = found.fillna(0).reset_index().rename(columns={"place": "id"})
    return found.assign(part_of_share=found["internal_share"] / found["share"])


def largest_cities(folder: Path) -> list[str]:
    sites = pd.read_parquet(folder / "sites.parquet", columns=["city_id"])
    return sorted(sites["city_id"].value_counts().index[:3])


def set_by_pandas(folder: Path) -> pd.DataFrame:
    members = largest_cities(folder)
    rows = signed(folder, "city_id")
    parts = rows[rows["city_id"].isin(members)].groupby(["work_id", "year", "city_id"], as_index=False)["part"].sum()
    parts = parts[parts.groupby("work_id")["city_id"].transform("size") == len(members)]
    each = parts.rename(columns={"city_id": "id"}).groupby(["id", "year"], as_index=False)
    each = each.agg(joint=("part", "size"), score=("part", "sum"))
    whole = parts.groupby("year", as_index=False).agg(joint=("work_id", "nunique"), score=("part", "sum"))
    found = pd.concat([each, whole.assign(id="set")])
    years = sorted(counted_works(folder)["year"].unique())
    grid = pd.MultiIndex.from_product([["set", *members], years], names=["id", "year"])
    return found.set_index(["id", "year"]).reindex(grid, fill_value=0).reset_index()


def totals_of(tables: Tables) -> pd.DataFrame:
    return total_collaboration(collaboration_scores(tables, level="city", by_year=True)).to_pandas()


def totals_by_pandas(folder: Path) -> pd.DataFrame:
    parts = signed(folder, "city_id").groupby(["work_id", "year", "city_id"], as_index=False)["part"].sum()
    ends = parts.merge(parts, on=["work_id", "year"], suffixes=("", "_other"))
    ends = ends[ends["city_id"] != ends["city_id_other"]]
    ends["score"] = ends["part"] + ends["part_other"]
    found = ends.groupby(["city_id", "year"], as_index=False).agg(
        partners=("city_id_other", "nunique"), joint=("score", "size"), strength=("score", "sum")
    )
    return found.rename(columns={"city_id": "id"})


def types_of(tables: Tables) -> pd.DataFrame:
    return type_counts(tables, level="city", by_year=True).to_pandas()


def types_by_pandas(folder: Path) -> pd.DataFrame:
    works = counted_works(folder)
    rows = signed(folder, "institution_id", "city_id", "country", works=works)
    numbers = rows.groupby("work_id").agg(institutions=("institution_id", "nunique"), countries=("country", "nunique"))
    works = works.merge(numbers.reset_index(), on="work_id", how="left").fillna({"institutions": 0, "countries": 0})
    several = works["institutions"] > 1
    works["type"] = np.select(
        [
            works["n_authors"] == 1,
            works["institutions"] == 1,
            several & (works["countries"] == 1),
            several & (works["countries"] > 1),
        ],
        TYPES[:4],
        default=TYPES[4],
    )
    types = pd.read_parquet(folder / "institutions.parquet", columns=["institution_id", "types"])
    types = types.explode("types").dropna(subset=["types"])
    types["company"], types["other"] = types["types"] == "company", types["types"] != "company"
    kinds = types.groupby("institution_id", as_index=False)[["company", "other"]].any()
    typed = rows[["work_id", "institution_id"]].drop_duplicates().merge(kinds, on="institution_id")
    typed = typed.groupby("work_id", as_index=False).agg(
        typed=("company", "size"), company=("company", "sum"), other=("other", "sum")
    )
    flagged = typed[(typed["company"] > 0) & (typed["other"] > 0) & (typed["typed"] > 1)]
    works["industry"] = works["work_id"].isin(flagged["work_id"])
    parts = rows.groupby(["work_id", "year", "city_id"], as_index=False)["part"].sum()
    parts = parts.merge(works[["work_id", "type", "industry"]], on="work_id")
    found = parts.groupby(["city_id", "year", "type"], as_index=False).agg(
        count=("part", "size"), share=("part", "sum"), industry=("industry", "sum")
    )
    grid = found[["city_id", "year"]].drop_duplicates().merge(pd.DataFrame({"type": TYPES}), how="cross")
    found = grid.merge(found, on=["city_id", "year", "type"], how="left").fillna(0)
    found["part"] = found["count"] / found.groupby(["city_id", "year"])["count"].transform("sum")
    return found.rename(columns={"city_id": "id"})


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Both start from Parquet files and end in frames; ours also where nothing was built."""
    corpus = prepared(**size)
    city, members = city_of(corpus.workspace.corpus), largest_cities(corpus.workspace.corpus)

    def partners_of(tables: Tables) -> pd.DataFrame:
        return partner_places(tables, level="city", place=city, by_year=True).to_pandas()

    def scopes_of(tables: Tables) -> pd.DataFrame:
        rows = compared_scopes(tables, level="city", place=city, top=TOP, by_year=True)
        return rows.filter(rows.pairs > 0).to_pandas()

    def companies_of(tables: Tables) -> pd.DataFrame:
        return companies_by_place(tables, city=city, by_year=True).to_pandas()

    def set_of(tables: Tables) -> pd.DataFrame:
        return set_scores(tables, level="city", members=members, by_year=True).to_pandas()

    return [
        corpus.comparison(
            "ties",
            "Partnerships of pairs of cities by year: new, kept and lost ones",
            ("partnership_counts", partnerships_of),
            ("drop_duplicates, self-merge, merge with the year before, groupby", partnerships_by_pandas),
            equal(["a_id", "b_id", "year"], STATUS, rows="pairs of cities and years"),
        ),
        corpus.comparison(
            "ties, one-ended",
            "Partnerships of each city with all others by year, domestic and international",
            ("one_ended_partnerships", one_ended_of),
            ("drop_duplicates, self-merge, concat of both ends, groupby with nunique", one_ended_by_pandas),
            equal(
                ["id", "scope", "year"],
                [*STATUS, "partner_institutions", "partner_places"],
                rows="cities, scopes and years",
            ),
        ),
        corpus.comparison(
            "ties, connections",
            "Partner cities of one city by year: partnerships, institutions, joint articles, score",
            ("partner_places", partners_of),
            (
                "the city's articles by isin, merge of its rows with the others, groupby with nunique",
                partners_by_pandas,
            ),
            equal(
                ["id", "year"],
                ["partnerships", "own_institutions", "partner_institutions", "joint"],
                ["score"],
                rows="partner cities and years",
            ),
            why=OF_LINKS,
        ),
        corpus.comparison(
            "ties, scopes",
            "Scope comparison of one city by year: inside, in its country, abroad",
            ("compared_scopes", scopes_of),
            ("the city's articles by isin, merge, groupby, sort_values, head, median", scopes_by_pandas),
            equal(["scope", "year"], ["pairs"], ["mean_joint", "median_joint"], rows="scopes and years"),
            why=OF_LINKS,
        ),
        corpus.comparison(
            "ties, companies",
            "Company partners of one city by year and where they stand",
            ("companies_by_place", companies_of),
            ("the city's articles by isin, merge with the companies, groupby with nunique", companies_by_pandas),
            equal(["standing", "year"], ["companies", "joint"], rows="places and years"),
            why=OF_LINKS,
        ),
        corpus.comparison(
            "ties, internal",
            "Collaboration inside cities by year, and its part of their Share",
            ("internal_parts_of_share", internal_of),
            ("merge, self-merge in cities, groupby", internal_by_pandas),
            equal(
                ["id", "year"],
                ["internal_joint"],
                ["internal_share", "share", "part_of_share"],
                rows="cities and years",
            ),
        ),
        corpus.comparison(
            "ties, totals",
            "Total collaboration score of cities by year: partners, joint articles, score",
            ("total_collaboration of collaboration_scores", totals_of),
            ("merge, groupby, self-merge, groupby with nunique", totals_by_pandas),
            equal(["id", "year"], ["partners", "joint"], ["strength"], rows="cities and years"),
        ),
        corpus.comparison(
            "ties, set",
            "Set score of three cities by year",
            ("set_scores", set_of),
            ("merge, isin, groupby, transform", set_by_pandas),
            equal(["id", "year"], ["joint"], ["score"], rows="members and years"),
            why=NO_TABLE,
        ),
        corpus.comparison(
            "ties, types",
            "Collaboration types of cities' articles by year: international share, articles with industry",
            ("type_counts", types_of),
            ("merge, groupby with nunique, select, unstack", types_by_pandas),
            equal(
                ["id", "year", "type"],
                ["count", "industry"],
                ["share", "part"],
                rows="cities, years and types",
            ),
        ),
    ]
