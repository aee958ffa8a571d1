"""Canonical tables: who counts as one author, where a site is, what belongs to what, and that nothing else matters."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus.ancestry import closure
from toolkit.corpus.ingest import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.schema import SORT_KEYS, TABLES
from toolkit.settings import Settings
from toolkit.workspace import open_workspace

TUD, PKU, ACADEMY, LAB = "042aqky30", "02v51f717", "034t30j35", "01a0b1c22"


def institution(number, ror=None, lineage=(), **fields):
    record = {"id": f"https://openalex.org/I{number}", "display_name": f"Work's name {number}", "type": "education"}
    record |= {"ror": f"https://ror.org/{ror}" if ror else None, "country_code": "CN"}
    return record | {"lineage": [f"https://openalex.org/I{one}" for one in (number, *lineage)]} | fields


def listing(author, *institutions, **fields):
    identifier = f"https://openalex.org/A{author}" if author else None
    return {"author": {"id": identifier, "display_name": f"N{author}"}, "institutions": list(institutions)} | fields


def work(number, *listings, **fields):
    record = {"id": f"https://openalex.org/W{number}", "title": f"T{number}", "type": "article"}
    record |= {"publication_year": 2020, "updated_date": "2025-01-01", "authorships": list(listings)}
    return record | fields


def ror(identifier, city, name="City", *, parents=(), children=(), country="CN", lat=39.9, lon=116.4, **fields):
    relations = [{"type": "parent", "id": one} for one in parents] + [{"type": "child", "id": one} for one in children]
    details = {"name": name, "country_code": country, "country_subdivision_name": "Region", "lat": lat, "lng": lon}
    return {
        "id": f"https://ror.org/{identifier}",
        "names": [{"value": f"ROR {identifier}", "types": ["ror_display"]}],
        "types": ["education", "funder"],
        "status": "active",
        "locations": [{"geonames_id": city, "geonames_details": details}] if city else [],
        "relationships": relations,
    } | fields


def write(path, *records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def corpus(folder, *works, registry=(), institutions=()):
    """Tables of a workspace made of the records, by name, and its report."""
    workspace = open_workspace(folder / "data")
    if registry:
        ingest_ror(workspace, write(folder / "raw" / "ror.jsonl", *registry))
    if institutions:
        ingest_institutions(workspace, write(folder / "raw" / "institutions.jsonl", *institutions))
    ingest_openalex(workspace, write(folder / "raw" / "works.jsonl", *works))
    return tables_of(workspace), workspace.state()["report"]


def tables_of(workspace):
    return {name: pq.read_table(workspace.table(name)).to_pylist() for name in TABLES}


def authorships(tables):
    return [(row["work_id"], row["author_key"], row["site_id"]) for row in tables["authorships"]]


def test_a_site_is_an_institution_in_the_registry_s_city(tmp_path):
    tables, report = corpus(
        tmp_path,
        work(1, listing(1, institution(1, PKU)), listing(2, institution(2)), listing(3)),
        registry=[ror(PKU, 1816670, "Běijīng")],
    )
    assert authorships(tables) == [("W1", "A1", f"{PKU}@1816670"), ("W1", "A2", "I2@"), ("W1", "A3", None)]
    assert tables["sites"] == [
        {"site_id": f"{PKU}@1816670", "institution_id": PKU, "city_id": "1816670", "lat": 39.9, "lon": 116.4},
        {"site_id": "I2@", "institution_id": "I2", "city_id": None, "lat": None, "lon": None},
    ]
    (city,) = tables["cities"]
    assert (city["name"], city["ascii_name"], city["country"]) == ("Běijīng", "Beijing", "CN")
    assert (city["admin1"], city["region"]) == ("region", "Region")
    assert tables["institutions"] == [
        {"institution_id": PKU, "name": f"ROR {PKU}", "types": ["education", "funder"], "country": "CN", "marks": []},
        {"institution_id": "I2", "name": "Work's name 2", "types": ["education"], "country": "CN", "marks": []},
    ]
    assert report["sites"]["by_city_origin"] == {
        "affiliation": 0,
        "none": 1,
        "openalex": 0,
        "record": 0,
        "ror": 1,
        "table": 0,
    }


def test_one_author_listed_twice_has_the_union_of_affiliations(tmp_path):
    tables, report = corpus(
        tmp_path,
        work(1, listing(1, institution(1)), listing(2, institution(1)), listing(1, institution(2)), listing(1)),
    )
    assert authorships(tables) == [("W1", "A1", "I1@"), ("W1", "A1", "I2@"), ("W1", "A2", "I1@")]
    assert tables["works"][0]["n_authors"] == 2
    assert report["authors"]["listed_twice"] == 1


def test_each_listing_without_an_id_is_an_author_of_its_own(tmp_path):
    tables, _ = corpus(tmp_path, work(1, listing(None, institution(1)), listing(None, institution(1)), listing(None)))
    assert authorships(tables) == [("W1", "W1:0", "I1@"), ("W1", "W1:1", "I1@"), ("W1", "W1:2", None)]
    assert tables["works"][0]["n_authors"] == 3
    assert tables["authors"] == []


def test_the_record_updated_last_stands_for_the_work(tmp_path):
    folder = tmp_path / "raw"
    write(folder / "a.jsonl", work(1, listing(1)), work(2, listing(2)))
    write(folder / "b.jsonl", work(1, listing(3), updated_date="2025-06-01"), work(2, listing(4)))
    workspace = open_workspace(tmp_path / "data")
    report = ingest_openalex(workspace, folder)
    tables = tables_of(workspace)
    assert authorships(tables) == [("W1", "A3", None), ("W2", "A2", None)]
    reason = "another record of this work was taken"
    assert tables["rejects"] == [
        {"source": "raw/a.jsonl", "line": 1, "reason": reason, "excerpt": "W1"},
        {"source": "raw/b.jsonl", "line": 2, "reason": reason, "excerpt": "W2"},
    ]
    assert report.kept == 4
    assert workspace.state()["report"]["works"]["duplicates"] == 2
    shown = (workspace.rejects / "raw_a.jsonl.jsonl").read_text(encoding="utf-8")
    assert json.loads(shown) == {"file": "raw/a.jsonl", "line": 1, "reason": reason, "excerpt": "W1"}


def test_a_ror_id_is_found_in_the_work_or_in_the_institution_s_own_record(tmp_path):
    places = [{"id": "https://openalex.org/I2", "ror": TUD, "display_name": "From OpenAlex", "geo": {}}]
    tables, _ = corpus(
        tmp_path, work(1, listing(1, institution(1, PKU), institution(2))), work(2, listing(1, institution(1))),
        institutions=places,
    )  # fmt: skip
    assert authorships(tables) == [("W1", "A1", f"{PKU}@"), ("W1", "A1", f"{TUD}@"), ("W2", "A1", f"{PKU}@")]
    assert {row["institution_id"]: row["name"] for row in tables["institutions"]} == {
        PKU: "Work's name 1",
        TUD: "From OpenAlex",
    }


def test_ror_knows_the_city_before_openalex_does(tmp_path):
    geo = {"city": "Elsewhere", "geonames_city_id": 5, "country_code": "CN", "latitude": 1.0, "longitude": 2.0}
    tables, report = corpus(
        tmp_path,
        work(1, listing(1, institution(1, PKU), institution(2, TUD), institution(3, LAB))),
        registry=[ror(PKU, 1816670), ror(LAB, None)],
        institutions=[{"id": f"I{number}", "ror": one, "geo": geo} for number, one in ((1, PKU), (2, TUD), (3, LAB))],
    )
    assert [row["site_id"] for row in tables["sites"]] == [f"{LAB}@5", f"{PKU}@1816670", f"{TUD}@5"]
    assert report["sites"]["by_city_origin"] == {
        "affiliation": 0,
        "none": 0,
        "openalex": 2,
        "record": 0,
        "ror": 1,
        "table": 0,
    }
    assert [row["city_id"] for row in tables["cities"]] == ["1816670", "5"]


def test_a_city_without_an_id_gets_one_from_its_name(tmp_path):
    geo = {"city": "Nový Jičín", "geonames_city_id": None, "country_code": "CZ"}
    tables, _ = corpus(tmp_path, work(1, listing(1, institution(1))), institutions=[{"id": "I1", "geo": geo}])
    (city,) = tables["cities"]
    assert (city["city_id"], city["ascii_name"]) == ("x-CZ-novy-jicin", "Novy Jicin")
    assert tables["sites"][0]["site_id"] == "I1@x-CZ-novy-jicin"


def test_two_ids_of_one_city_are_made_one_unless_asked_otherwise(tmp_path):
    registry = [
        ror(PKU, 1835848, "Seoul", country="KR", lat=37.566, lon=126.978),
        ror(TUD, 1835848, "Seoul", country="KR", lat=37.566, lon=126.978),
        ror(LAB, 1835847, "Seoul", country="KR", lat=37.583, lon=127.0),
    ]
    works = [work(1, listing(1, institution(1, PKU), institution(2, TUD), institution(3, LAB)))]
    tables, report = corpus(tmp_path, *works, registry=registry)
    assert {row["city_id"] for row in tables["sites"]} == {"1835848"}
    assert [row["city_id"] for row in tables["cities"]] == ["1835848"]
    assert [row["merged_id"] for row in report["merged_cities"]] == ["1835847"]
    workspace = open_workspace(tmp_path / "data")
    ingest_ror(workspace, tmp_path / "raw" / "ror.jsonl", cities="as-given")
    assert {row["city_id"] for row in tables_of(workspace)["cities"]} == {"1835847", "1835848"}
    ingest_openalex(workspace, tmp_path / "raw" / "works.jsonl")
    assert workspace.state()["cities"] == "as-given"


def test_registries_don_t_flood_the_tables_but_ancestors_come_along(tmp_path):
    registry = [ror(PKU, 1, parents=[ACADEMY]), ror(ACADEMY, 2), ror(TUD, 3), ror(LAB, 4, parents=[TUD])]
    tables, _ = corpus(tmp_path, work(1, listing(1, institution(1, PKU))), registry=registry)
    assert [row["institution_id"] for row in tables["institutions"]] == sorted([PKU, ACADEMY])
    assert [row["site_id"] for row in tables["sites"]] == [f"{PKU}@1"]
    assert [row["city_id"] for row in tables["cities"]] == ["1"]
    assert tables["lineage"] == [
        {"institution_id": PKU, "ancestor_id": ACADEMY, "depth": 1, "relation": "ror"},
    ]


def test_lineage_joins_parents_children_and_openalex(tmp_path):
    registry = [ror(LAB, 1, parents=[PKU]), ror(PKU, 1), ror(ACADEMY, 1, children=[PKU])]
    tables, report = corpus(
        tmp_path,
        work(
            1, listing(1, institution(1, LAB)), listing(2, institution(5, lineage=(6, 7))), listing(3, institution(6))
        ),
        registry=registry,
    )
    rows = [(row["institution_id"], row["ancestor_id"], row["depth"], row["relation"]) for row in tables["lineage"]]
    assert rows == [
        (LAB, PKU, 1, "ror"),
        (LAB, ACADEMY, 2, "ror"),
        (PKU, ACADEMY, 1, "ror"),
        ("I5", "I6", None, "openalex"),
        ("I5", "I7", None, "openalex"),
    ]
    assert report["lineage"] == {"rows": 5, "of_unknown_depth": 2, "in_cycles": 0}
    assert {row["institution_id"]: row["name"] for row in tables["institutions"]}["I7"] == "I7"


def test_a_cycle_ends():
    parents = {"a": {"b"}, "b": {"c"}, "c": {"a"}}
    assert closure("a", parents, {}) == [
        ("a", "b", 1, "ror"),
        ("a", "c", 2, "ror"),
        ("b", "a", 2, "ror"),
        ("b", "c", 1, "ror"),
        ("c", "a", 1, "ror"),
        ("c", "b", 2, "ror"),
    ]


def test_the_shortest_way_up_counts_and_lineage_serves_only_those_without_parents():
    parents = {"a": {"b", "c"}, "b": {"c"}}
    lineage = {"a": {"x"}, "c": {"d"}}
    assert closure(["a"], parents, lineage) == [
        ("a", "b", 1, "ror"),
        ("a", "c", 1, "ror"),
        ("a", "d", None, "openalex"),
        ("b", "c", 1, "ror"),
        ("b", "d", None, "openalex"),
        ("c", "d", None, "openalex"),
    ]


def test_subjects_share_a_work_equally_and_journals_are_listed_once(tmp_path):
    topics = [{"field": {"display_name": name}} for name in ("Chemistry", "Physics", "Chemistry")]
    place = {"source": {"id": "https://openalex.org/S1", "display_name": "Journal", "issn_l": "1234-5678"}}
    tables, _ = corpus(tmp_path, work(1, topics=topics, primary_location=place), work(2, primary_location=place))
    assert tables["subjects"] == [
        {"work_id": "W1", "subject": "Chemistry", "part": 0.5},
        {"work_id": "W1", "subject": "Physics", "part": 0.5},
    ]
    assert tables["journals"] == [{"journal_id": "S1", "name": "Journal", "issn": "1234-5678", "marks": []}]


def test_a_cut_author_list_is_marked_and_a_work_without_authors_counted(tmp_path):
    tables, report = corpus(
        tmp_path, work(1, listing(1), is_authors_truncated=True), work(2), work(3, publication_year=0)
    )
    assert [(row["n_authors"], row["authors_truncated"]) for row in tables["works"]] == [
        (1, True),
        (0, False),
        (0, False),
    ]
    assert report["works"] == {"kept": 3, "duplicates": 0, "without_year": 1, "without_authors": 2, "truncated": 1}


def many(folder):
    """A few files that hold a little of everything, duplicates across files included."""
    for file in range(3):
        works = [
            work(
                number + file * 30,
                *(
                    listing((number * 7 + a) % 23 or None, institution((number + a) % 11, lineage=(99,)))
                    for a in range(4)
                ),
                publication_year=2015 + number % 7,
                updated_date=f"2025-0{1 + (number + file) % 9}-01",
                topics=[{"field": {"display_name": f"F{number % 4}"}}, {"field": {"display_name": "F0"}}],
            )
            for number in range(1, 61)
        ]
        write(folder / "works" / f"part-{file}.jsonl", *works, {"id": "nonsense"})
    write(folder / "ror" / "ror.jsonl", ror(PKU, 1816670), ror(TUD, 2935022, "Dresden", country="DE", parents=[PKU]))
    write(
        folder / "institutions" / "institutions.jsonl",
        *({"id": f"I{number}", "ror": one, "display_name": f"O{number}"} for number, one in ((3, PKU), (4, TUD))),
    )
    return folder


def digests(workspace):
    return {name: hashlib.sha256(workspace.table(name).read_bytes()).hexdigest() for name in TABLES}


def test_neither_the_order_of_commands_nor_the_number_of_threads_changes_a_byte(tmp_path):
    raw = many(tmp_path / "raw")
    one, other = open_workspace(tmp_path / "one"), open_workspace(tmp_path / "other")
    few, more = Settings(threads=1), Settings(threads=4, memory_limit="500MB")
    ingest_openalex(one, raw / "works", settings=few)
    ingest_ror(one, raw / "ror", settings=few)
    ingest_institutions(one, raw / "institutions", settings=few)
    for path in sorted((raw / "works").iterdir(), reverse=True):
        ingest_openalex(other, path, settings=more, block_bytes=3000)
        ingest_institutions(other, raw / "institutions", settings=more)
    ingest_ror(other, raw / "ror" / "ror.jsonl", settings=more)
    assert digests(one) == digests(other)
    same = ("fingerprint", "snapshot", "report", "has_lineage", "synthetic")
    assert {key: one.state()[key] for key in same} == {key: other.state()[key] for key in same}


def test_rows_stand_in_the_order_the_schema_says(tmp_path):
    workspace = open_workspace(tmp_path / "data")
    ingest_openalex(workspace, many(tmp_path / "raw") / "works")
    for name, rows in tables_of(workspace).items():
        keys = [tuple((row[key] is not None, row[key]) for key in SORT_KEYS[name]) for row in rows]
        assert keys == sorted(keys), name
        assert pq.read_schema(workspace.table(name)).equals(TABLES[name]), name


def test_the_fingerprint_follows_the_records_and_not_where_they_lie(tmp_path):
    records = [work(1, listing(1, institution(1))), work(2, listing(2))]
    prints = []
    for place, changed in (("here", records), ("there", records), ("else", [records[0], work(2, listing(3))])):
        workspace = open_workspace(tmp_path / place / "data")
        ingest_openalex(workspace, write(tmp_path / place / f"{place}.jsonl", *changed))
        prints.append(workspace.fingerprint)
    assert prints[0] == prints[1] != prints[2]
    assert len(prints[0]) == 64


LISTINGS = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(1, 4)), st.lists(st.integers(1, 5), max_size=4)), max_size=5
)


@settings(max_examples=12, deadline=None)
@given(works=st.lists(st.tuples(st.integers(1, 4), LISTINGS, st.integers(1, 3)), min_size=1, max_size=6))
def test_authorships_equal_a_plain_reading_of_the_definition(tmp_path_factory, works):
    folder = tmp_path_factory.mktemp("plain")
    records = [
        work(
            number,
            *(listing(author, *map(institution, places)) for author, places in listed),
            updated_date=f"2025-01-0{day}",
        )
        for number, listed, day in works
    ]
    tables, _ = corpus(folder, *records)
    best: dict[int, tuple[int, list]] = {}
    for number, listed, day in works:
        if number not in best or day > best[number][0]:
            best[number] = (day, listed)
    expected, shares = set(), defaultdict(float)
    for number, (_, listed) in best.items():
        authors: dict[str, set[str]] = {}
        for position, (author, places) in enumerate(listed):
            key = f"A{author}" if author else f"W{number}:{position}"
            authors.setdefault(key, set()).update(f"I{place}@" for place in places)
        for key, sites in authors.items():
            for site in sites or {None}:
                expected.add((f"W{number}", key, site))
                shares[number] += 1 / len(authors) / max(len(sites), 1)
    got = authorships(tables)
    assert set(got) == expected
    assert len(got) == len(expected)
    assert sum(shares.values()) == pytest.approx(sum(row["n_authors"] > 0 for row in tables["works"]))
