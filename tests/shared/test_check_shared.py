"""The reconciliation report of real records, against numbers counted from the raw files without the toolkit."""

import csv
import gzip
import json
from collections import Counter, defaultdict

import pytest

from toolkit.corpus.checking import reconciliation

KEPT = {"article", "review", "letter", "conference-paper"}


@pytest.fixture(scope="module")
def works(shared_data):
    with gzip.open(shared_data / "openalex-works" / "works.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def report(openalex):
    return reconciliation(openalex)


def values(report, section):
    rows = report.lines[report.lines["section"] == section]
    return dict(zip(rows["item"], rows["value"], strict=True))


def test_real_records_are_balanced(report):
    assert report.balanced
    assert report.faults == 0
    assert report.rejects.empty


def test_works_kept_and_left_out_are_those_of_the_file(report, works):
    kept = [work for work in works if work["type"] in KEPT]
    assert values(report, "works")["kept"] == len(kept)
    by_type = Counter(f"left out, type: {work['type']}" for work in works if work["type"] not in KEPT)
    left_out = {item: n for item, n in values(report, "input: openalex").items() if item.startswith("left out")}
    assert left_out == by_type
    assert values(report, "years") == Counter(str(work["publication_year"]) for work in kept)


def test_authors_and_unassigned_share_are_those_of_the_file(report, works):
    authors = without = affiliations = 0
    unassigned = 0.0
    for work in works:
        if work["type"] not in KEPT:
            continue
        found = {}
        for position, entry in enumerate(work["authorships"]):
            found.setdefault(entry["author"]["id"] or position, set()).update(
                one["ror"] or one["id"] for one in entry["institutions"]
            )
        authors += len(found)
        without += sum(not places for places in found.values())
        affiliations += sum(map(len, found.values()))
        unassigned += sum(not places for places in found.values()) / len(found) if found else 0
    told = values(report, "authors")
    assert told["authors on works"] == authors
    assert told["without affiliation"] == without
    assert told["unassigned Share"] == pytest.approx(unassigned, abs=1e-8)
    assert values(report, "affiliations")["author and site"] == affiliations


def test_cities_come_from_ror(report, works, shared_data):
    placed = set()
    with gzip.open(shared_data / "ror" / "records.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record.get("locations") or any(one.get("geonames_city") for one in record.get("addresses", [])):
                placed.add(record["id"])
    named = {
        one["ror"] or one["id"]
        for work in works
        if work["type"] in KEPT
        for entry in work["authorships"]
        for one in entry["institutions"]
    }
    sites = values(report, "sites")
    assert sites["sites"] == len(named)
    assert sites["city from: ror"] == len(named & placed)
    assert sites["city from: none"] == sites["without a city"] == len(named - placed)
    assert len(report.unlocated) == len(named - placed)


def test_plain_tables_are_balanced_and_agree_with_the_files(shared_data, management):
    folder = shared_data / "openalex-management"
    found = reconciliation(management)
    assert found.balanced
    assert found.faults == 0
    with gzip.open(folder / "works.csv.gz", "rt", encoding="utf-8") as file:
        assert values(found, "years") == Counter(row["year"] for row in csv.DictReader(file))
    authors = defaultdict(lambda: defaultdict(set))
    with gzip.open(folder / "authorships.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = row["author_id"] or row["position"]
            authors[row["work_id"]][key].update([row["institution_id"]] if row["institution_id"] else [])
    empty = {work: sum(not places for places in found.values()) for work, found in authors.items()}
    told = values(found, "authors")
    assert told["authors on works"] == sum(map(len, authors.values()))
    assert told["without affiliation"] == sum(empty.values())
    assert told["unassigned Share"] == pytest.approx(sum(n / len(authors[work]) for work, n in empty.items()), abs=1e-8)
    assert values(found, "invariant: city")["- articles counted"] == len(authors)
