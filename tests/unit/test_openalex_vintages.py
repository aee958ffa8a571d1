"""A record of each vintage of OpenAlex, 2021 to 2026, field by field; expansion works, cut lists, placeholder ids."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from tests.unit.test_openalex import institution, listing, read, work
from toolkit.corpus.ingest import ingest_openalex
from toolkit.errors import DataError
from toolkit.workspace import open_workspace

ID = "https://openalex.org/"
PLACE = {"id": f"{ID}I101", "display_name": "Made University", "ror": "https://ror.org/02v51f717", "country_code": "DE"}
PERSON = {"author_position": "last", "author": {"id": f"{ID}A7", "display_name": "Ann Made", "orcid": None}}
SOURCE = {"display_name": "Made Journal", "issn_l": "1234-5678", "issn": ["1234-5678", "8765-4321"], "type": "journal"}
CONCEPTS = [{"id": f"{ID}C1", "wikidata": "https://www.wikidata.org/wiki/Q1", "display_name": "Chemistry", "level": 0}]
TOPICS = [
    {
        "id": f"{ID}T1",
        "display_name": "Catalysis",
        "score": 0.9,
        "field": {"id": f"{ID}fields/16", "display_name": "Chemistry"},
    }
]
FIRST = {
    "id": f"{ID}W5",
    "doi": "https://doi.org/10.1000/abc",
    "publication_year": 2021,
    "publication_date": "2021-05-01",
    "cited_by_count": 3,
    "is_retracted": False,
    "is_paratext": False,
    "biblio": {"volume": "1", "issue": None, "first_page": "1", "last_page": "9"},
    "abstract_inverted_index": {"results": [0, 5], "items": [1]},
    "referenced_works": [f"{ID}W1"],
    "related_works": [],
}
VENUE = SOURCE | {"id": f"{ID}V77", "publisher": "Made Press", "url": "https://made.example", "is_oa": False}
SIGNED = PERSON | {"institutions": [PLACE | {"type": "education"}], "raw_affiliation_string": "Made Univ, Berlin"}
TODAY = PERSON | {
    "institutions": [PLACE | {"type": "education", "lineage": [f"{ID}I101"]}],
    "countries": ["DE"],
    "is_corresponding": True,
    "raw_author_name": "Made, A.",
    "raw_affiliation_strings": ["Made Univ, Berlin"],
    "affiliations": [{"raw_affiliation_string": "Made Univ, Berlin", "institution_ids": [f"{ID}I101"]}],
}
LOCATION = {"source": SOURCE | {"id": f"{ID}S77", "host_organization_lineage": [f"{ID}P1"]}, "is_oa": False}
AFTER = FIRST | {"title": "A title", "display_name": "A title", "primary_location": LOCATION, "locations": [LOCATION]}

VINTAGES = {
    "2021": FIRST
    | {
        "display_name": "A title",
        "type": "journal-article",
        "host_venue": VENUE,
        "alternate_host_venues": [{"id": None, "display_name": "Repository", "type": "repository"}],
        "authorships": [SIGNED],
        "concepts": CONCEPTS,
        "updated_date": "2021-12-20",
    },
    "2022": FIRST
    | {
        "title": "A title",
        "ids": {"openalex": f"{ID}W5", "mag": 5},
        "type": "journal-article",
        "host_venue": VENUE,
        "alternate_host_venues": [],
        "authorships": [SIGNED],
        "x_concepts": CONCEPTS,
        "updated_date": "2022-08-01",
    },
    "2023": AFTER
    | {
        "type": "journal-article",
        "host_venue": VENUE,
        "best_oa_location": None,
        "authorships": [SIGNED | {"is_corresponding": False}],
        "grants": [],
        "updated_date": "2023-04-01T01:00:00.000000",
    },
    "2024": AFTER
    | {
        "type": "article",
        "type_crossref": "journal-article",
        "authorships": [TODAY | {"raw_affiliation_string": "Made Univ, Berlin"}],
        "topics": TOPICS,
        "has_fulltext": False,
        "updated_date": "2024-06-01T01:00:00.000000",
    },
    "2025": AFTER
    | {
        "type": "article",
        "authorships": [TODAY],
        "topics": TOPICS,
        "is_xpac": False,
        "is_authors_truncated": False,
        "citation_normalized_percentile": {"value": 0.9, "is_in_top_1_percent": False},
        "updated_date": "2025-11-10T01:00:00.000000",
    },
    "2026": AFTER
    | {
        "type": "article",
        "authorships": [TODAY],
        "topics": TOPICS,
        "is_xpac": False,
        "funders": [],
        "awards": [],
        "updated_date": "2026-06-24T01:00:00.000000",
    },
}


@pytest.mark.parametrize("vintage", VINTAGES)
def test_a_record_of_each_vintage_says_the_same(tmp_path, vintage):
    record = VINTAGES[vintage]
    counts, tables = read(tmp_path, [record])
    assert (counts["kept"], counts["rejects"]) == (1, {})
    (row,) = tables["works"]
    assert row == {
        "record": 1,
        "line": 1,
        "work_id": "W5",
        "doi": "10.1000/abc",
        "title": "A title",
        "year": 2021,
        "type": "article",
        "journal_id": "S77",
        "journal_name": "Made Journal",
        "journal_issn": "1234-5678",
        "journal_issns": ["1234-5678", "8765-4321"],
        "authors_truncated": False,
        "updated": record["updated_date"],
    }
    (signed,) = tables["authorships"]
    said = ("author_id", "author_name", "institution_ref", "affiliation_text")
    assert [signed[one] for one in said] == ["A7", "Ann Made", "I101", "Made Univ, Berlin"]
    (place,) = tables["institutions"]
    assert (place["ror"], place["name"], place["types"]) == ("02v51f717", "Made University", ["education"])
    assert place["country"] == "DE"
    assert [one["subject"] for one in tables["subjects"]] == (["Chemistry"] if "topics" in record else [])


JOURNALS = {
    "a venue without an id keeps its name": ({"host_venue": {"id": None, "display_name": "Proc"}}, (None, "Proc")),
    "an empty venue gives way to another one": (
        {"host_venue": {"id": None, "display_name": None}, "alternate_host_venues": [{"id": None}, {"id": f"{ID}V9"}]},
        ("S9", None),
    ),
    "a bare id of a venue": ({"host_venue": {"id": "V12"}}, ("S12", None)),
    "no primary location": ({"locations": [{"source": {"id": f"{ID}S3", "display_name": "J"}}]}, ("S3", "J")),
    "a primary location without a source": ({"primary_location": {"source": None}, "host_venue": None}, (None, None)),
    "the deleted source": ({"primary_location": {"source": {"id": f"{ID}S4317411217"}}}, (None, None)),
}


@pytest.mark.parametrize(("fields", "expected"), JOURNALS.values(), ids=JOURNALS)
def test_the_journal_is_found_where_the_vintage_has_it(tmp_path, fields, expected):
    counts, tables = read(tmp_path, [work(1, **fields)])
    assert counts["rejects"] == {}
    assert [(row["journal_id"], row["journal_name"]) for row in tables["works"]] == [expected]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("journal-article", "article"),
        ("proceedings-article", "conference-paper"),
        ("posted-content", "preprint"),
        ("monograph", "book"),
        *((kind, kind) for kind in ("data-paper", "software-paper", "conference-abstract", "book-review", "letter")),
    ],
)
def test_types_of_all_vintages(tmp_path, given, expected):
    _, tables = read(tmp_path, [work(1, type=given)], types=None)
    assert [row["type"] for row in tables["works"]] == [expected]
    counts, _ = read(tmp_path, [work(1, type=given)])
    kept = expected in {"article", "letter", "conference-paper"}
    assert counts["left_out"] == ({} if kept else {f"type: {expected}": 1})


def test_a_country_read_from_the_text_is_no_affiliation(tmp_path):
    matched_nothing = PERSON | {"institutions": [], "countries": ["FR"], "raw_affiliation_strings": ["Paris"]}
    _, tables = read(tmp_path, [work(1, matched_nothing)])
    (row,) = tables["authorships"]
    assert (row["institution_ref"], row["affiliation_text"], row["city_country"]) == (None, "Paris", None)
    assert tables["institutions"] == []


@pytest.mark.parametrize(
    ("count", "last", "flag", "cut"),
    [
        (100, "middle", None, True),
        (100, "middle", False, True),
        (100, None, None, True),
        (100, "last", None, False),
        (100, "Last", None, False),
        (100, "last", True, True),
        (99, "middle", None, False),
        (101, "middle", None, False),
    ],
)
def test_a_list_of_a_hundred_without_a_last_author_is_cut(tmp_path, count, last, flag, cut):
    authors = [listing(number, institution(1)) | {"author_position": "middle"} for number in range(1, count + 1)]
    authors[-1]["author_position"] = last
    counts, tables = read(tmp_path, [work(1, *authors, is_authors_truncated=flag), work(2, listing(1))])
    assert [row["authors_truncated"] for row in tables["works"]] == [cut, False]
    assert counts["facts"] == ({"author lists cut at 100 without a flag": 1} if cut and not flag else {})


def test_placeholders_are_no_authors_institutions_or_journals(tmp_path):
    deleted = institution(4389424196)
    null, gone, real = (listing(number, institution(1)) for number in (9999999999, 5317838346, 5))
    bare = {"author": {"id": "a9999999999"}, "institutions": [{"id": "I4389424196"}]}
    under = listing(6, institution(2, lineage=(4389424196, 3)))
    both = listing(7, deleted, institution(2)) | {"raw_affiliation_strings": ["Somewhere"]}
    orcid = listing(8) | {"author": {"id": f"{ID}A8", "orcid": "https://orcid.org/0000-0000-0000-0000"}}
    source = {"id": f"{ID}S4317411217", "display_name": "Deleted Source"}
    record = work(1, null, null, gone, real, bare, under, both, orcid, primary_location={"source": source})
    counts, tables = read(tmp_path, [record, work(4285719527)])
    assert counts["rejects"] == {"the id of deleted works": 1}
    assert [(row["author_position"], row["author_id"], row["institution_ref"]) for row in tables["authorships"]] == [
        (0, None, "I1"),
        (1, None, "I1"),
        (2, None, "I1"),
        (3, "A5", "I1"),
        (4, None, None),
        (5, "A6", "I2"),
        (6, "A7", "I2"),
        (7, "A8", None),
    ]
    assert {row["orcid"] for row in tables["authorships"]} == {None}
    assert {row["institution_ref"]: row["lineage"] for row in tables["institutions"] if row["lineage"] != ["I2"]} == {
        "I1": ["I1"],
        "I2": ["I2", "I3"],
    }
    assert tables["works"][0]["journal_id"] is None
    assert counts["facts"] == {
        "affiliations with a placeholder for an institution": 2,
        "author listings with a placeholder for an id": 4,
        "works with a placeholder for a journal": 1,
    }


def written(folder, *records, name="works.jsonl"):
    folder.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder / name


def ids(workspace):
    return pq.read_table(workspace.table("works")).column("work_id").to_pylist()


def test_expansion_works_are_left_out_unless_asked_for(tmp_path):
    path = written(tmp_path / "raw", work(1), work(2, is_xpac=True), work(3, is_xpac=True, type="dataset"))
    other = written(tmp_path / "raw", work(4, is_xpac=False), work(5, is_xpac="true"), name="other.jsonl")
    workspace = open_workspace(tmp_path / "data")
    report = ingest_openalex(workspace, [path, other])
    assert (report.read, report.kept, report.left_out) == (5, 2, {"expansion work (is_xpac)": 3})
    assert ids(workspace) == ["W1", "W4"]
    report = ingest_openalex(workspace, path, include_xpac=True)
    assert (report.read, report.kept, report.left_out) == (3, 2, {"type: dataset": 1})
    assert report.run.facts["report"]["inputs"]["openalex"]["facts"] == {"expansion work (is_xpac), kept": 1}
    assert ids(workspace) == ["W1", "W2", "W4"]
    ingest_openalex(workspace, [path, other])
    assert ids(workspace) == ["W1", "W4"]


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        ({"year": 2020, "authors": "Ann; Bob"}, "authorships or publication_year"),
        ({"publication_year": 2020, "authors": ["Ann"]}, "authorships"),
        ({"publication_year": 2020, "authorships.author.id": "A1|A2"}, "authorships"),
        ({"authorships": [listing(1, institution(1))], "year": 2020}, "publication_year"),
    ],
)
def test_flattened_records_are_refused_at_once(tmp_path, fields, lacking):
    flat = [{"id": f"{ID}W{number}", "title": "A title", "type": "article"} | fields for number in (1, 2)]
    workspace = open_workspace(tmp_path / "data")
    path = written(tmp_path / "raw", *flat)
    expected = (
        rf"works\.jsonl holds no OpenAlex works .*none of 2 records has {lacking} \(fields of the first: id, title"
    )
    with pytest.raises(DataError, match=expected) as raised:
        ingest_openalex(workspace, path)
    assert raised.value.exit_code == 4
    assert not workspace.corpus.exists()
    written(tmp_path / "raw", work(9), work(10, authorships=[]), name="good.jsonl")
    assert ingest_openalex(workspace, tmp_path / "raw").rejects == {"not a file of OpenAlex works": 1}
    assert ids(workspace) == ["W10", "W9"]


def test_an_earlier_record_of_a_work_that_is_left_out_now_does_not_count(tmp_path):
    workspace = open_workspace(tmp_path / "data")
    old = [work(number, updated_date="2024-01-01") for number in range(1, 6)]
    new = [
        work(1, updated_date="2025-01-01", is_retracted=True),
        work(2, updated_date="2025-01-01", type="dataset"),
        work(3, updated_date="2025-01-01", is_xpac=True),
        work(4, updated_date="2023-01-01", is_retracted=True),
    ]
    first, second = written(tmp_path / "a", *old), written(tmp_path / "b", *new)
    tables = []
    for order in ([first, second], [second, first]):
        for path in order:
            ingest_openalex(workspace, path)
        tables.append({name: workspace.table(name).read_bytes() for name in ("works", "rejects")})
        assert ids(workspace) == ["W4", "W5"]
        workspace = open_workspace(tmp_path / "again")
    assert tables[0] == tables[1]
    rejects = pq.read_table(workspace.table("rejects")).to_pylist()
    assert [(row["reason"], row["excerpt"]) for row in rejects] == [
        ("the latest record of this work is left out", "W1: retracted"),
        ("the latest record of this work is left out", "W2: type: dataset"),
        ("the latest record of this work is left out", "W3: expansion work (is_xpac)"),
    ]
    ingest_openalex(workspace, second, types=None, include_xpac=True)
    assert ids(workspace) == ["W2", "W3", "W4", "W5"]
