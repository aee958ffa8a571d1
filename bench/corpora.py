"""Synthetic canonical tables for the rows of measures, with teams as OpenAlex records have them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.schema import ROWS_A_GROUP, TABLES, empty_table
from toolkit.workspace import LAYOUT, Workspace

__all__ = ["LISTS", "UMBRELLA", "described", "write_careers", "write_corpus"]

YEARS = (2015, 2024)
COUNTRIES = 12
FIELDS = 12
UMBRELLA = "i000000"
"""An organisation above a tenth of the institutions."""
LISTS = {"league": 40, "top": 200, "excellent": 1_000}
"""How many institutions carry each mark, in a corpus that has so many."""


def write_corpus(
    workspace: Workspace, *, works: int, institutions: int, cities: int, hierarchy: bool = False, seed: int = 1
) -> dict[str, float]:
    """Write a corpus of ``works`` articles; return its rows and averages, for the table's size column.

    An article has 2.2 institutions in the mean (2 in the median, 8 in one of a hundred, at most 60), as the OpenAlex
    records at hand have; they are drawn by size (lognormal). 15 % of authors sign from a second one, 5 % from none.
    ``hierarchy`` puts a tenth of the institutions under one umbrella, so that there are kin.
    """
    rng = np.random.default_rng(seed)
    home = rng.choice(cities, institutions, p=_skewed(rng, cities))
    sites = np.array([f"i{place:06d}@{1_000_000 + home[place]}" for place in range(institutions)])
    m = np.minimum(1 + rng.lognormal(0.2, 0.8, works).astype(np.int64), 60)
    first = np.concatenate(([0], np.cumsum(m)))
    listed = rng.choice(institutions, first[-1], p=_skewed(rng, institutions))
    n = m + rng.poisson(1.0, works)
    work = np.repeat(np.arange(works), n)
    position = np.arange(len(work)) - np.repeat(np.cumsum(n) - n, n)
    slot = np.where(position < m[work], position, (rng.random(len(work)) * m[work]).astype(np.int64))
    site = listed[first[work] + slot]
    second = listed[first[work] + (rng.random(len(work)) * m[work]).astype(np.int64)]
    extra = (rng.random(len(work)) < 0.15) & (second != site)
    nowhere = (rng.random(len(work)) < 0.05) & ~extra
    author = np.char.add("A", rng.integers(1, 100, len(work)).astype(str))
    key = np.char.add(np.char.add(author, "x"), position.astype(str))
    work_id = np.array([f"W{2_000_000_000 + place}" for place in range(works)])
    rows = np.concatenate((np.arange(len(work)), np.flatnonzero(extra)))
    site_ids = np.concatenate((sites[site].astype(object), sites[second[extra]].astype(object)))
    site_ids[np.flatnonzero(nowhere)] = None
    order = np.lexsort((rows, work[rows]))
    rows, site_ids = rows[order], site_ids[order]
    _write(
        workspace,
        works=pa.table(
            {
                "work_id": work_id,
                "year": pa.array(rng.integers(YEARS[0], YEARS[1] + 1, works), pa.int32()),
                "n_authors": pa.array(n, pa.int32()),
                "authors_truncated": np.zeros(works, dtype=bool),
                "journal_id": _journals(seed, works),
            }
        ),
        authorships=pa.table(
            {
                "work_id": work_id[work[rows]],
                "author_key": key[rows],
                "author_id": key[rows],
                "author_position": pa.array(position[rows], pa.int32()),
                "site_id": pa.array(site_ids, pa.string()),
            }
        ),
        **_about_institutions(seed, [site_id[:7] for site_id in sites], hierarchy=hierarchy),
        sites=pa.table(
            {
                "site_id": sites,
                "institution_id": [site_id[:7] for site_id in sites],
                "city_id": [site_id[8:] for site_id in sites],
            }
        ),
        cities=_cities(seed, cities),
        journals=pa.table(
            {
                "journal_id": [f"S{place:03d}" for place in range(200)],
                "marks": [["astronomy"] if place % 20 == 0 else [] for place in range(200)],
            }
        ),
        subjects=_subjects(seed, work_id),
    )
    return {"works": works, "authorships": len(rows), "institutions_per_article": float(m.mean())}


def write_careers(
    workspace: Workspace, *, authors: int, institutions: int, team: int = 2, seed: int = 1
) -> dict[str, int]:
    """Write careers: two in three people have one home, the others two or three, one after the other.

    An author writes 4.5 articles in the mean over up to 20 years; 12 % of signatures name a second institution.
    ``team`` authors share an article; ids have the length of OpenAlex's and ROR's. The same people write the same
    number of articles whatever the team.
    """
    rng = np.random.default_rng(seed)
    homes = rng.choice([1, 2, 3], authors, p=[0.66, 0.24, 0.1])
    begin = rng.integers(2000, 2018, authors)
    length = np.minimum(1 + rng.geometric(0.12, authors), 2025 - begin)
    signed = 1 + rng.geometric(0.2, authors)
    person = np.repeat(np.arange(authors), signed)
    elapsed = rng.random(len(person))
    year = begin[person] + (elapsed * length[person]).astype(np.int64)
    stage = np.minimum((elapsed * homes[person]).astype(np.int64), 2)
    house = rng.choice(institutions, (authors, 3), p=_skewed(rng, institutions))[person, stage]
    works = len(person) // team
    by_year = np.argsort(year, kind="stable")  # people of a year write together
    work = np.empty(len(person), dtype=np.int64)
    work[by_year] = np.arange(len(person)) // team
    work_year = np.zeros(works + 1, dtype=np.int64)
    work_year[work] = year
    pairs = pd.DataFrame({"work": work, "person": person}).drop_duplicates()
    keep = pairs.index.to_numpy()
    extra = keep[rng.random(len(keep)) < 0.12]
    second = (house[extra] + 1 + rng.integers(0, institutions - 1, len(extra))) % institutions
    rows = np.concatenate((keep, extra))
    site = np.concatenate((house[keep], second))
    order = np.lexsort((site, person[rows], work[rows]))
    rows, site = rows[order], site[order]
    work_ids = np.array([f"W{2_000_000_000 + place}" for place in range(works + 1)])
    author_ids = np.array([f"A{5_000_000_000 + place}" for place in range(authors)])
    house_ids = np.array([f"0{place:06d}{place % 97:02d}" for place in range(institutions)])
    sites = np.char.add(house_ids, "@1000000")
    key = author_ids[person[rows]]
    position = np.ones(len(rows), dtype=np.int32)
    _write(
        workspace,
        works=pa.table(
            {
                "work_id": work_ids,
                "year": pa.array(np.where(work_year > 0, work_year, 2024), pa.int32()),
                "n_authors": np.full(works + 1, team, dtype=np.int32),
                "authors_truncated": np.zeros(works + 1, dtype=bool),
            }
        ),
        authorships=pa.table(
            {
                "work_id": work_ids[work[rows]],
                "author_key": key,
                "author_id": key,
                "author_position": position,
                "site_id": sites[site],
            }
        ),
        institutions=pa.table({"institution_id": house_ids, "country": ["XX"] * institutions}),
        sites=pa.table({"site_id": sites, "institution_id": house_ids, "city_id": ["1000000"] * institutions}),
        cities=pa.table({"city_id": ["1000000"], "country": ["XX"]}),
    )
    return {"authorships": len(rows), "authors": authors, "works": works}


def described(corpus: Mapping[str, float]) -> str:
    """Size of a corpus in words, for the table."""
    return (
        f"{corpus['works']:,} articles, {corpus['authorships']:,} authorships, "
        f"{corpus['institutions_per_article']:.1f} institutions an article"
    )


def _skewed(rng: np.random.Generator, count: int) -> np.ndarray:
    sizes = rng.lognormal(0.0, 1.5, count)
    return sizes / sizes.sum()


def _journals(seed: int, works: int) -> np.ndarray:
    rng = np.random.default_rng([seed, 1])
    return np.array([f"S{place:03d}" for place in range(200)])[(200 * rng.random(works) ** 2).astype(int)]


def _cities(seed: int, cities: int) -> pa.Table:
    """Cities of a dozen countries of five regions each; one of a hundred in no known region."""
    rng = np.random.default_rng([seed, 2])
    country = (COUNTRIES * rng.random(cities) ** 1.5).astype(int)
    region = rng.integers(1, 6, cities)
    known = rng.random(cities) >= 0.01
    return pa.table(
        {
            "city_id": [str(1_000_000 + place) for place in range(cities)],
            "country": [f"X{chr(65 + place)}" for place in country],
            "admin1": [f"{place:02d}" if there else None for place, there in zip(region, known, strict=True)],
        }
    )


def _about_institutions(seed: int, ids: list[str], *, hierarchy: bool) -> dict[str, pa.Table]:
    """Their types (one of twenty none, one of ten two), marks, and who stands below the umbrella."""
    rng = np.random.default_rng([seed, 3])
    kinds = ("education", "company", "healthcare", "facility", "government", "nonprofit")
    first = rng.choice(len(kinds), len(ids), p=(0.5, 0.2, 0.1, 0.1, 0.06, 0.04))
    draw = rng.random(len(ids))
    types = [
        [] if chance < 0.05 else [kinds[one], kinds[one - 1]] if chance < 0.15 else [kinds[one]]
        for one, chance in zip(first, draw, strict=True)
    ]
    order = rng.permutation(len(ids))
    marks: list[list[str]] = [[] for _ in ids]
    for name, number in LISTS.items():
        for place in order[: min(number, len(ids) // 2)]:
            marks[place].append(name)
    below = [ids[place] for place in range(1, len(ids), 10)] if hierarchy else []
    known = {"institution_id": ids, "types": types, "marks": marks, "country": ["XA"] * len(ids)}
    lineage = {"institution_id": below, "ancestor_id": [UMBRELLA] * len(below), "relation": ["ror"] * len(below)}
    return {
        "institutions": pa.table({**known, "types": pa.array(types, pa.list_(pa.string()))}),
        "lineage": pa.table({name: pa.array(values, pa.string()) for name, values in lineage.items()}),
    }


def _subjects(seed: int, work_id: np.ndarray) -> pa.Table:
    """One to three of a dozen fields an article, none for one of twenty."""
    rng = np.random.default_rng([seed, 4])
    number = rng.choice(4, len(work_id), p=(0.05, 0.55, 0.25, 0.15))
    first = rng.integers(0, FIELDS, len(work_id))
    rows = np.repeat(np.arange(len(work_id)), number)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(number) - number, number)
    names = np.array([f"Field {place:02d}" for place in range(FIELDS)])
    return pa.table(
        {"work_id": work_id[rows], "subject": names[(first[rows] + 5 * place) % FIELDS], "part": 1.0 / number[rows]}
    )


def _write(workspace: Workspace, **tables: pa.Table) -> None:
    workspace.corpus.mkdir(parents=True)
    for name, schema in TABLES.items():
        given = tables.get(name)
        if given is None:
            complete = empty_table(name)
        else:
            columns = [
                given[field.name].cast(field.type)
                if field.name in given.column_names
                else pa.nulls(given.num_rows, field.type)
                for field in schema
            ]
            complete = pa.table(columns, schema=schema)
        pq.write_table(complete, workspace.table(name), row_group_size=ROWS_A_GROUP)
    mark = hashlib.sha256(workspace.table("authorships").read_bytes()).hexdigest()
    has_lineage = "lineage" in tables and tables["lineage"].num_rows > 0
    with workspace.writing():
        workspace.update_state({"layout": LAYOUT, "fingerprint": mark, "synthetic": True, "has_lineage": has_lineage})
