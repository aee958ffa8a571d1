"""Mutated records of registries: each is kept or rejected with a reason, and none stops the others."""

from __future__ import annotations

import copy
import json
import random

import pyarrow.parquet as pq
import pytest

from toolkit import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.ingest_report import lost_records
from toolkit.corpus.institutions import parse_institution
from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.registry import NO_COORDINATES, NO_DATE, REPLACED, TWICE, RegistryReader
from toolkit.corpus.ror import parse_ror
from toolkit.corpus.staging import StagingWriter
from toolkit.workspace import open_workspace

FIRST = {
    "id": "https://ror.org/0018wmh19", "name": "Alder University", "types": ["Education"], "status": "active",
    "links": ["https://alder.example"], "aliases": ["Alder"], "acronyms": ["AU"], "established": 1900,
    "labels": [{"label": "Université Alder", "iso639": "fr"}],
    "country": {"country_name": "Germany", "country_code": "DE"},
    "addresses": [{"lat": 51.05, "lng": 13.73, "city": "Dresden", "state": "Saxony", "geonames_city": {
        "id": 2935022, "city": "Dresden", "geonames_admin1": {"name": "Saxony", "code": "DE.13", "id": 2842566}}}],
    "relationships": [{"type": "Parent", "id": "https://ror.org/042aqky30", "label": "Up"}],
    "external_ids": {"GRID": {"preferred": "grid.1", "all": "grid.1"}},
}  # fmt: skip
SECOND = {
    "id": "https://ror.org/042aqky30", "status": "active", "types": ["education", "funder"], "established": 1900,
    "admin": {"created": {"date": "2018-11-14", "schema_version": "1.0"},
              "last_modified": {"date": "2026-02-24", "schema_version": "2.1"}},
    "names": [{"value": "Alder University", "types": ["ror_display", "label"], "lang": "en"},
              {"value": "AU", "types": ["acronym"], "lang": None}],
    "locations": [{"geonames_id": 2935022, "geonames_details": {
        "name": "Dresden", "country_code": "DE", "country_name": "Germany", "country_subdivision_code": "SN",
        "country_subdivision_name": "Saxony", "continent_code": "EU", "lat": 51.05, "lng": 13.73}}],
    "relationships": [{"type": "child", "id": "https://ror.org/0018wmh19", "label": "Down"}],
    "links": [{"type": "website", "value": "https://alder.example"}], "domains": ["alder.example"],
    "external_ids": [{"type": "grid", "preferred": "grid.1", "all": ["grid.1"]}],
}  # fmt: skip
OPENALEX = {
    "id": "https://openalex.org/I97018004", "ror": "https://ror.org/042aqky30", "display_name": "Alder University",
    "country_code": "DE", "type": "education", "lineage": ["https://openalex.org/I97018004", "https://openalex.org/I1"],
    "geo": {"city": "Dresden", "geonames_city_id": "2935022", "region": "Saxony", "country_code": "DE",
            "country": "Germany", "latitude": 51.05, "longitude": 13.73},
    "works_count": 10, "summary_stats": {"2yr_mean_citedness": 1.5}, "updated_date": "2026-02-24T10:00:00.123456",
}  # fmt: skip
KINDS = {
    "ROR schema 1": ("ror", parse_ror, FIRST, "0018wmh19"),
    "ROR schema 2": ("ror", parse_ror, SECOND, "042aqky30"),
    "OpenAlex": ("institutions", parse_institution, OPENALEX, "I97018004"),
}

NESTED = "[" * 3000 + "]" * 3000
ODD = (
    "null", "true", "0", "-1", "1e400", "1" * 400, "-" + "9" * 400, "1" * 5000, "NaN", "Infinity", "-Infinity", '""',
    '" "', '"\\ud800"', '"a\\udc00b"', '"\\u0000"', '"\\ud83d\\ude00"', '"x\\\\u0000"', '"\u202e"',
    '"' + "x" * 70_000 + '"', "[]", "{}", "[null]", "[[]]", "[{}]", '["\\ud800"]', '{"id": null}', '{"date": 1}',
    "[1.5]", NESTED, '{"a": 1, "a": 2}',
    "2935022.0", '"51.05"', "1.5", "[", "nope", '"\x00"', '"\x01"', '"\xff"',
)  # fmt: skip
MARK = "*** here ***"


def paths(value, at=()):
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in items:
        yield from paths(inside, (*at, key))


def mutated(record, path, text):
    """The record as bytes, with the value at ``path`` replaced by ``text``."""
    if not path:
        return text.encode("latin-1" if text == '"\xff"' else "utf-8")
    changed = copy.deepcopy(record)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = MARK
    whole = json.dumps(changed).encode()
    return whole.replace(json.dumps(MARK).encode(), text.encode("latin-1" if text == '"\xff"' else "utf-8"))


def reading(folder, kind, parse, data):
    path = folder / "records.jsonl"
    path.write_bytes(data)
    with StagingWriter(folder, None) as writer:
        counts = RegistryReader(kind, parse).read(RawFile(path, named=True), writer)
    rows = {}
    for name in ("institutions", "rejects"):
        file = folder / f"{name}.parquet"
        rows[name] = pq.read_table(file).to_pylist() if file.exists() else []
    return counts, rows


@pytest.mark.parametrize("name", KINDS)
def test_every_odd_value_in_every_field_costs_at_most_its_record(tmp_path, name):
    kind, parse, record, identifier = KINDS[name]
    lines = [mutated(record, path, text) for path in paths(record) for text in ODD]
    good = json.dumps(record).encode()
    counts, rows = reading(tmp_path, kind, parse, b"".join(line + b"\n" + good + b"\n" for line in lines))
    assert counts["read"] == 2 * len(lines)
    kept = {row["line"]: row for row in rows["institutions"]}
    lost = {row["line"] for row in rows["rejects"] if not row["reason"].startswith("kept")}
    assert len(kept) == counts["kept"]
    assert kept.keys() | lost == set(range(1, 2 * len(lines) + 1))
    assert not kept.keys() & lost
    assert all(kept[line]["institution_ref"] == identifier for line in range(2, 2 * len(lines) + 1, 2))
    assert sum(lost_records(counts["rejects"]).values()) == len(lost)
    assert all(row["reason"] and row["excerpt"] for row in rows["rejects"])
    known = {NO_COORDINATES, NO_DATE, REPLACED, TWICE, "wrong type in a field", "broken JSON", "wrong encoding"}
    known |= {"no ROR id", "no id of an OpenAlex institution", "not an object"}
    assert set(counts["rejects"]) <= known


@pytest.mark.parametrize("name", KINDS)
def test_damaged_bytes_cost_at_most_their_record(tmp_path, name):
    kind, parse, record, _ = KINDS[name]
    draw = random.Random(name)
    good = json.dumps(record).encode()
    lines = []
    for _ in range(300):
        data = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(data))
            data[at : at + draw.randint(0, 3)] = bytes(draw.choices(b'\x00\xff"{}[],:\\u0d8 ', k=draw.randint(0, 3)))
        lines.append(bytes(data))
    counts, rows = reading(tmp_path, kind, parse, b"".join(line + b"\n" + good + b"\n" for line in lines))
    assert counts["read"] == 600
    kept = {row["line"] for row in rows["institutions"]}
    assert kept >= set(range(2, 601, 2))
    assert len(kept) + sum(lost_records(counts["rejects"]).values()) == 600


@pytest.mark.parametrize(
    ("name", "changed", "note", "expected"),
    [
        ("ROR schema 2", (("names", 0, "value"), '"Al\\ud800der"'), REPLACED, ("name", "Al\ufffdder")),
        ("ROR schema 1", (("name",), '"Alder\\u0000"'), REPLACED, ("name", "Alder\ufffd")),
        ("OpenAlex", (("display_name",), '"back\\\\u0000slash"'), None, ("name", "back\\u0000slash")),
        ("OpenAlex", (("display_name",), '"\\ud83c\\udf33"'), None, ("name", "\U0001f333")),
        ("ROR schema 2", (("locations", 0, "geonames_details", "lat"), "9" * 400), NO_COORDINATES, ("lat", None)),
        ("ROR schema 1", (("addresses", 0, "lng"), "181"), NO_COORDINATES, ("lon", None)),
        ("OpenAlex", (("geo", "latitude"), "NaN"), NO_COORDINATES, ("lat", None)),
        ("ROR schema 2", (("admin", "last_modified", "date"), '"soon"'), NO_DATE, ("updated", None)),
        ("OpenAlex", (("updated_date",), "20260101"), NO_DATE, ("updated", None)),
        ("OpenAlex", (("geo", "geonames_city_id"), "2935022.0"), None, ("city_ref", "2935022")),
        ("OpenAlex", (("type",), '"education", "type": "company"'), TWICE, ("types", ["company"])),
    ],
)
def test_record_with_an_odd_value_is_kept_with_a_note(tmp_path, name, changed, note, expected):
    kind, parse, record, _ = KINDS[name]
    _, rows = reading(tmp_path, kind, parse, mutated(record, *changed) + b"\n")
    assert [(expected[0], row[expected[0]]) for row in rows["institutions"]] == [expected]
    assert [row["reason"] for row in rows["rejects"]] == ([note] if note else [])


def test_odd_records_reach_the_tables(tmp_path):
    """What is kept of mutated records can be assembled, in an array as in lines."""
    workspace = open_workspace(tmp_path / "data")
    listing = {"author": {}, "institutions": [{"id": OPENALEX["id"], "ror": SECOND["id"]}]}
    work = {"id": "https://openalex.org/W1", "type": "article", "publication_year": 2020, "authorships": [listing]}
    (tmp_path / "works.jsonl").write_text(json.dumps(work) + "\n")
    ingest_openalex(workspace, tmp_path / "works.jsonl")
    for name, ingest in (("ROR schema 2", ingest_ror), ("OpenAlex", ingest_institutions)):
        record = KINDS[name][2]
        odd = [text for text in ODD if text not in ("[", "nope", '"\x00"', '"\xff"', '"\x01"')]
        texts = [mutated(record, path, text) for path in list(paths(record))[1:] for text in odd]
        data = b"[" + b",\n".join([json.dumps(record).encode(), *texts]) + b"]"
        (tmp_path / "registry.json").write_bytes(data)
        report = ingest(workspace, tmp_path / "registry.json")
        assert report.read == len(texts) + 1
    (city,) = pq.read_table(workspace.table("cities")).to_pylist()
    assert (city["city_id"], city["name"]) == ("2935022", "Dresden")
