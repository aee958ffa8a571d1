"""Real records: 719 OpenAlex works and 51,370 ROR records, and the same numbers by plain Python."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict

import pyarrow.parquet as pq
import pytest

from toolkit.corpus.schema import KEPT_TYPES


def records(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def short(text):
    return text.rsplit("/", 1)[-1] if text else ""


@pytest.fixture(scope="module")
def loaded(ingested_openalex):
    return ingested_openalex.workspace, *ingested_openalex.reports


@pytest.fixture(scope="module")
def plainly(shared_data):
    """``(authorship rows, authors of each work, city of each ROR record)`` worked out with dicts and sets."""
    city = {}
    for record in records(shared_data / "ror" / "records.jsonl.gz"):
        if "locations" in record:
            place = record["locations"][0]["geonames_id"]
        else:
            place = (record["addresses"][0].get("geonames_city") or {}).get("id")
        city[short(record["id"])] = str(place or "")
    rows, authors_of = set(), {}
    for record in records(shared_data / "openalex-works" / "works.jsonl.gz"):
        if record["type"] not in KEPT_TYPES or record["is_retracted"] or record["is_paratext"]:
            continue
        work, authors = short(record["id"]), defaultdict(set)
        for position, listing in enumerate(record["authorships"]):
            key = short(listing["author"]["id"]) or f"{work}:{position}"
            authors[key] |= {short(place["ror"]) or short(place["id"]) for place in listing["institutions"]}
        authors_of[work] = authors
        for key, places in authors.items():
            rows |= {(work, key, f"{place}@{city.get(place, '')}") for place in places} or {(work, key, None)}
    return rows, authors_of, city


def test_counts(loaded):
    _, works, registry = loaded
    assert (works.read, works.kept, works.rejects) == (719, 620, {})
    assert works.left_out == {
        "type: book": 3,
        "type: book-chapter": 46,
        "type: dataset": 6,
        "type: dissertation": 4,
        "type: erratum": 1,
        "type: other": 5,
        "type: peer-review": 3,
        "type: preprint": 31,
    }
    assert (registry.read, registry.kept, registry.rejects) == (51370, 51370, {})


def test_registry_facts(loaded):
    workspace, _, _ = loaded
    assert workspace.state()["report"]["inputs"]["ror"]["facts"] == {
        "ROR schema version 1": 15380,
        "ROR schema version 2": 35990,
        "inactive records": 1250,
        "records with a successor, which are not followed": 1959,
        "records with several locations": 129,
        "withdrawn records": 1374,
    }


def test_authorships_and_shares_equal_plain_python(loaded, plainly):
    workspace, _, _ = loaded
    rows, authors_of, _ = plainly
    table = pq.read_table(workspace.table("authorships")).to_pylist()
    got = [(row["work_id"], row["author_key"], row["site_id"]) for row in table]
    assert set(got) == rows
    assert len(got) == len(rows) == 3298
    works = {row["work_id"]: row["n_authors"] for row in pq.read_table(workspace.table("works")).to_pylist()}
    assert works == {work: len(authors) for work, authors in authors_of.items()}
    sites = Counter((work, key) for work, key, _ in got)
    total = sum(1 / works[work] / sites[work, key] for work, key, _ in got)
    assert total == pytest.approx(sum(count > 0 for count in works.values()), abs=1e-9)


def test_sites_stand_in_the_registry_s_cities(loaded, plainly):
    workspace, _, _ = loaded
    _, _, city = plainly
    sites = pq.read_table(workspace.table("sites")).to_pylist()
    assert {row["site_id"]: row["city_id"] or "" for row in sites} == {
        row["site_id"]: city.get(row["institution_id"], "") for row in sites
    }
    cities = {row["city_id"]: row for row in pq.read_table(workspace.table("cities")).to_pylist()}
    assert set(cities) == {row["city_id"] for row in sites if row["city_id"]}
    beijing = cities["1816670"]
    assert tuple(beijing[key] for key in ("name", "country", "admin1", "region")) == ("Beijing", "CN", "22", "Beijing")
