"""Synthetic canonical tables for the row of measures, with teams as OpenAlex records have them."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.schema import ROWS_A_GROUP, TABLES, empty_table
from toolkit.workspace import LAYOUT, Workspace

__all__ = ["write_corpus"]

YEARS = (2015, 2024)


def write_corpus(
    workspace: Workspace, *, works: int, institutions: int, cities: int, seed: int = 1
) -> dict[str, float]:
    """Write a corpus of ``works`` articles; return its rows and averages, for the table's size column.

    An article has 2.2 institutions in the mean (2 in the median, 8 in one of a hundred, at most 60), as the OpenAlex
    records at hand have; they are drawn by size (lognormal). 15 % of authors sign from a second one, 5 % from none.
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
        institutions=pa.table({"institution_id": [site_id[:7] for site_id in sites], "country": ["XX"] * institutions}),
        sites=pa.table(
            {
                "site_id": sites,
                "institution_id": [site_id[:7] for site_id in sites],
                "city_id": [site_id[8:] for site_id in sites],
            }
        ),
        cities=pa.table({"city_id": [str(1_000_000 + place) for place in range(cities)], "country": ["XX"] * cities}),
    )
    return {"works": works, "authorships": len(rows), "institutions_per_article": float(m.mean())}


def _skewed(rng: np.random.Generator, count: int) -> np.ndarray:
    sizes = rng.lognormal(0.0, 1.5, count)
    return sizes / sizes.sum()


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
    with workspace.writing():
        workspace.update_state({"layout": LAYOUT, "fingerprint": mark, "synthetic": True, "has_lineage": False})
