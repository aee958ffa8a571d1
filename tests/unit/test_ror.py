"""Registry records: ROR schema 1 and 2, OpenAlex institutions, and what is wrong with some of them."""

from __future__ import annotations

import gzip
import json

import pyarrow.parquet as pq
import pytest

from toolkit.corpus.institutions import parse_institution
from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.registry import RegistryReader, country_code, geonames_id, openalex_id, ror_id
from toolkit.corpus.ror import parse_ror
from toolkit.corpus.staging import StagingWriter
from toolkit.errors import BadRecord


def location(city, name, *, region="Saxony", country="DE", lat=51.0, lng=13.0):
    details = {"name": name, "country_code": country, "country_subdivision_name": region, "lat": lat, "lng": lng}
    return {"geonames_id": city, "geonames_details": details}


def second(**fields):
    record = {
        "id": "https://ror.org/042aqky30",
        "names": [
            {"value": "TUD", "types": ["acronym"]},
            {"value": "TU Dresden", "types": ["label"]},
            {"value": "Technische Universität Dresden", "types": ["label", "ror_display"]},
        ],
        "types": ["Education", "funder"],
        "status": "active",
        "locations": [location(2935022, "Dresden")],
        "relationships": [
            {"type": "parent", "id": "https://ror.org/00000aa11"},
            {"type": "Child", "id": "https://ror.org/00000bb22"},
            {"type": "related", "id": "https://ror.org/00000cc33"},
        ],
        "admin": {"last_modified": {"date": "2026-02-24"}},
    }
    return record | fields


def first(**fields):
    record = {
        "id": "https://ror.org/0018wmh19",
        "name": "Molecular Devices",
        "types": ["Company"],
        "status": "active",
        "country": {"country_code": "NA"},
        "addresses": [
            {
                "lat": 37.3,
                "lng": -121.9,
                "geonames_city": {
                    "id": 5392171,
                    "city": "San Jose",
                    "geonames_admin1": {"name": "California", "code": "US.CA"},
                },
            }
        ],
        "relationships": [{"type": "Parent", "id": "https://ror.org/00000dd44"}],
    }
    return record | fields


def test_second_schema():
    parsed = parse_ror(second())
    assert parsed.updated == "2026-02-24"
    assert parsed.row == {
        "institution_ref": "042aqky30",
        "ror": "042aqky30",
        "name": "Technische Universität Dresden",
        "types": ["education", "funder"],
        "status": "active",
        "parents": ["00000aa11"],
        "children": ["00000bb22"],
        "city_ref": "2935022",
        "city_name": "Dresden",
        "city_country": "DE",
        "country": "DE",
        "admin1": "Saxony",
        "lat": 51.0,
        "lon": 13.0,
    }


@pytest.mark.parametrize(("kind", "counted"), [("successor", True), ("predecessor", False), ("Successor", True)])
def test_a_successor_is_counted_and_not_followed(kind, counted):
    parsed = parse_ror(second(status="withdrawn", relationships=[{"type": kind, "id": "https://ror.org/00000aa11"}]))
    assert ("records with a successor, which are not followed" in parsed.facts) is counted
    assert "withdrawn records" in parsed.facts
    assert (parsed.row["institution_ref"], parsed.row["parents"], parsed.row["children"]) == ("042aqky30", [], [])


def test_the_first_schema_has_geonames_region_codes():
    row = parse_ror(first(country={"country_code": "US"})).row
    assert (row["admin1"], row["admin1_code"]) == ("California", "CA")


def test_first_schema():
    row = parse_ror(first()).row
    assert (row["institution_ref"], row["name"], row["types"]) == ("0018wmh19", "Molecular Devices", ["company"])
    assert (row["city_ref"], row["city_name"], row["admin1"]) == ("5392171", "San Jose", "California")
    assert row["admin1_code"] is None, "a code of another country than the record's"
    assert (row["country"], row["parents"], row["children"]) == ("NA", ["00000dd44"], [])


def test_the_first_of_several_locations_is_the_city_and_they_are_counted():
    parsed = parse_ror(second(locations=[location(1, "One"), location(2, "Two")]))
    assert parsed.row["city_ref"] == "1"
    assert "records with several locations" in parsed.facts


def test_a_record_without_a_place_or_with_an_inactive_status_is_kept_and_counted():
    parsed = parse_ror(first(addresses=[], status="Withdrawn"))
    assert parsed.row["country"] == "NA"
    assert "city_ref" not in parsed.row
    assert set(parsed.facts) == {"ROR schema version 1", "withdrawn records", "records without a location"}


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([{"value": "A", "types": ["acronym"]}], "A"),
        ([{"value": "A", "types": ["acronym"]}, {"value": "B", "types": ["label"]}], "B"),
        ([], None),
    ],
)
def test_the_name_shown(names, shown):
    assert parse_ror(second(names=names)).row["name"] == shown


def test_openalex_institution():
    record = {
        "id": "https://openalex.org/I97018004",
        "ror": "https://ror.org/00f54p054",
        "display_name": "Stanford University",
        "type": "Education",
        "country_code": "us",
        "geo": {
            "city": "Stanford",
            "geonames_city_id": "5398563",
            "region": "California",
            "country_code": "US",
            "latitude": 37.42,
            "longitude": -222.0,
        },
        "lineage": ["https://openalex.org/I97018004", "https://openalex.org/I1"],
        "updated_date": "2025-01-02T00:00:00",
    }
    parsed = parse_institution(record)
    row = parsed.row
    assert (row["institution_ref"], row["ror"], row["types"]) == ("I97018004", "00f54p054", ["education"])
    assert (row["city_ref"], row["admin1"], row["country"]) == ("5398563", "California", "US")
    assert (row["lat"], row["lon"]) == (37.42, None)
    assert row["lineage"] == ["I97018004", "I1"]
    assert parsed.updated.startswith("2025-01-02")


def reading(folder, data, *, kind="ror", parse=parse_ror, strict=False):
    path = folder / "records.jsonl"
    path.write_bytes(data)
    with StagingWriter(folder, None) as writer:
        counts = RegistryReader(kind, parse, strict=strict).read(RawFile(path, named=True), writer)
    tables = {}
    for name in ("institutions", "rejects"):
        file = folder / f"{name}.parquet"
        tables[name] = pq.read_table(file).to_pylist() if file.exists() else []
    return counts, tables


def lines_of(*records):
    return b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in records)


def test_bad_records_are_named_and_the_others_kept(tmp_path):
    data = lines_of(
        second(),
        b"{",
        b"[1]",
        {"name": "no id"},
        second(locations="Dresden"),
        second(types=[3]),
        b"\xff",
        first(),
        first(addresses=[{"lat": "north"}]),
    )
    counts, tables = reading(tmp_path, data)
    assert [row["line"] for row in tables["institutions"]] == [1, 8]
    assert [(row["line"], row["reason"]) for row in tables["rejects"]] == [
        (2, "broken JSON"),
        (3, "not an object"),
        (4, "no ROR id"),
        (5, "wrong type in a field"),
        (6, "wrong type in a field"),
        (7, "wrong encoding"),
        (9, "wrong type in a field"),
    ]
    assert (counts["read"], counts["kept"]) == (9, 2)
    with pytest.raises(BadRecord, match=r"records\.jsonl:2: broken JSON"):
        reading(tmp_path, data, strict=True)


def test_one_json_array_is_read_as_the_registry_ships_it(tmp_path):
    records = [second(), first(), {"name": "no id"}]
    counts, tables = reading(tmp_path, json.dumps(records, indent=2).encode())
    assert [(row["line"], row["institution_ref"]) for row in tables["institutions"]] == [
        (1, "042aqky30"),
        (2, "0018wmh19"),
    ]
    assert [(row["line"], row["reason"]) for row in tables["rejects"]] == [(3, "no ROR id")]
    assert counts["read"] == 3


def test_an_array_that_breaks_gives_the_records_before(tmp_path):
    text = json.dumps([second(), first()])
    _, tables = reading(tmp_path, text[:-40].encode())
    assert [row["line"] for row in tables["institutions"]] == [1]
    assert [(row["line"], row["reason"]) for row in tables["rejects"]] == [(2, "broken JSON")]


def test_a_compressed_array_cut_short_says_so_once(tmp_path):
    records = [second(id=f"https://ror.org/0{number:06d}11") for number in range(500)]
    packed = gzip.compress(json.dumps(records).encode(), compresslevel=0)
    _, tables = reading(tmp_path, packed[: len(packed) // 2])
    assert 200 < len(tables["institutions"]) < 260
    assert [row["reason"] for row in tables["rejects"]] == ["the compressed file is cut short"]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("https://ror.org/00HJ54H04", "00hj54h04"),
        (" ror.org/00hj54h04/ ", "00hj54h04"),
        ("00hj54h04", "00hj54h04"),
        ("00hj54h0", None),
        ("https://ror.org/x0hj54h04", None),
        (None, None),
        (7, None),
    ],
)
def test_ror_ids(text, short):
    assert ror_id(text) == short


def test_other_ids():
    assert openalex_id("I", "https://api.openalex.org/institutions/i7") == "I7"
    assert openalex_id("I", "https://openalex.org/W7") is None
    assert [geonames_id(value) for value in (5392171, "5392171", "https://www.geonames.org/5392171/san-jose.html")] == [
        "5392171"
    ] * 3
    assert [geonames_id(value) for value in (0, None, "", True, "x", 1.5)] == [None] * 6
    assert [country_code(value) for value in ("na", "NA ", "USA", "", None, 4)] == ["NA", "NA", None, None, None, None]
