"""Cities mapped to metropolitan areas of the user's own."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from toolkit.cli import main
from toolkit.corpus.ingest import ingest_openalex, ingest_ror
from toolkit.corpus.lists.ingest_lists import ingest_metro
from toolkit.corpus.sample import read_truth, write_sample
from toolkit.errors import BadRecord, MissingColumn
from toolkit.workspace import open_workspace

PLACES = {
    "00000aa11": (1816670, "Beijing", "Beijing", "CN", 39.9),
    "00000bb22": (1792947, "Tianjin", "Tianjin", "CN", 39.1),
    "00000cc33": (4250542, "Springfield", "Illinois", "US", 39.8),
    "00000dd44": (4951788, "Springfield", "Massachusetts", "US", 42.1),
    "00000ee55": (1835848, "Seoul", "Seoul", "KR", 37.566),
    "00000ff66": (1835847, "Seoul", "Seoul", "KR", 37.583),
}


def place(identifier):
    city_id, name, region, country, lat = PLACES[identifier]
    details = {"name": name, "country_code": country, "country_subdivision_name": region, "lat": lat, "lng": 1.0}
    return {
        "id": f"https://ror.org/{identifier}",
        "names": [{"value": identifier, "types": ["ror_display"]}],
        "types": ["education"],
        "locations": [{"geonames_id": city_id, "geonames_details": details}],
    }


def work(number, *identifiers):
    institutions = [{"id": f"https://openalex.org/I{one[5]}", "ror": f"https://ror.org/{one}"} for one in identifiers]
    listings = [{"author": {"id": "https://openalex.org/A1"}, "institutions": [one]} for one in institutions]
    return {"id": f"https://openalex.org/W{number}", "type": "article", "publication_year": 2020} | {
        "authorships": listings
    }


def write(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture
def workspace(tmp_path):
    made = open_workspace(tmp_path / "w")
    ingest_ror(made, write(tmp_path / "ror.jsonl", *map(place, PLACES)))
    known = [work(number, one) for number, one in enumerate(PLACES, start=1) if one != "00000bb22"]
    ingest_openalex(made, write(tmp_path / "works.jsonl", *known, work(9, "00000ee55")))
    return made


def areas(workspace):
    rows = pq.read_table(workspace.table("cities")).to_pylist()
    return {row["city_id"]: (row["metro_id"], row["metro"]) for row in rows if row["metro_id"]}


def notes(workspace):
    rows = pq.read_table(workspace.table("rejects")).to_pylist()
    return {(row["line"], row["reason"]) for row in rows}


MAP = """city_id,city,country,region,metro_id,metro_name
1816670,,,,jjj,
,Tianjin,China,,jjj,Jing-Jin-Ji
1835848,,,,sma,Seoul area
,Springfield,US,,spr,
,springfield,US,Illinois,spr,
,Seoul,KR,,other,
999,,,,x,
,,,,y,
1816670,,,,,
"""


def test_cities_are_mapped_and_the_rest_is_listed(workspace, tmp_path):
    (tmp_path / "metro.csv").write_text(MAP, encoding="utf-8")
    report = ingest_metro(workspace, tmp_path / "metro.csv")
    assert (report.read, report.kept) == (9, 7)
    assert report.rejects == {"no city": 1, "no metropolitan area": 1}
    # 1835848 was made one with 1835847; any row of an area gives its name
    assert areas(workspace) == {
        "1816670": ("jjj", "Jing-Jin-Ji"),
        "1835847": ("sma", "Seoul area"),
        "4250542": ("spr", None),
    }
    (counts,) = report.run.facts["report"]["lists"]
    assert (counts["kind"], counts["rows"], counts["matched"], counts["unmatched"]) == ("metro", 7, 3, 4)
    unknown = "kept: unknown place: no city of the works"
    found = notes(workspace)
    assert {(3, unknown), (8, unknown), (9, "no city"), (10, "no metropolitan area")} <= found
    several = next(reason for line, reason in found if line == 5)
    assert several == "kept: several places: more than one city of this name (4250542, 4951788)"
    assert (7, "kept: another metropolitan area of this city was taken: sma") in found


def test_the_map_stays_and_holds_for_later_works_until_another_comes(workspace, tmp_path):
    (tmp_path / "metro.csv").write_text(MAP, encoding="utf-8")
    ingest_metro(workspace, tmp_path / "metro.csv")
    before = workspace.fingerprint
    ingest_openalex(workspace, write(tmp_path / "later.jsonl", work(20, "00000bb22")))
    assert areas(workspace)["1792947"] == ("jjj", "Jing-Jin-Ji")
    assert areas(workspace)["1816670"] == ("jjj", "Jing-Jin-Ji"), "the area has one name"
    assert workspace.fingerprint != before
    (tmp_path / "none.csv").write_text("city_id,metro_id\n", encoding="utf-8")
    ingest_metro(workspace, tmp_path / "none.csv")
    assert areas(workspace) == {}


def test_a_bad_map_is_refused_with_its_line_and_the_workspace_stays(workspace, tmp_path):
    before = workspace.fingerprint
    (tmp_path / "bad.csv").write_text("city_id,area\n1,x\n", encoding="utf-8")
    with pytest.raises(MissingColumn, match="metro_id"):
        ingest_metro(workspace, tmp_path / "bad.csv")
    (tmp_path / "metro.csv").write_text(MAP, encoding="utf-8")
    with pytest.raises(BadRecord, match=r"metro\.csv:9: no city"):
        ingest_metro(workspace, tmp_path / "metro.csv", strict=True)
    assert workspace.fingerprint == before


def test_the_command_line_takes_maps_and_leaves_ids_as_given(workspace, tmp_path, capfd):
    (tmp_path / "metro.csv").write_text("city_id,metro_id\n1816670,jjj\n", encoding="utf-8")
    into = ["-w", str(workspace.root)]
    given = ["--metro", str(tmp_path / "metro.csv"), "--cities", "as-given"]
    assert main(["ingest", "openalex", str(tmp_path / "works.jsonl"), *given, *into]) == 0
    assert areas(workspace) == {"1816670": ("jjj", None)}
    cities = pq.read_table(workspace.table("cities")).column("city_id").to_pylist()
    assert {"1835847", "1835848"} <= set(cities)
    assert main(["ingest", "ror", str(tmp_path / "ror.jsonl"), "--cities", "x", *into]) == 4
    assert "one of merged, as-given" in " ".join(capfd.readouterr().err.split())


def test_the_sample_s_areas_are_those_planted(tmp_path):
    write_sample(tmp_path / "raw", works=400, seed=3)
    workspace = open_workspace(tmp_path / "w")
    ingest_ror(workspace, tmp_path / "raw" / "ror")
    ingest_openalex(workspace, tmp_path / "raw" / "works", lists={"metro": tmp_path / "raw" / "lists" / "metro.csv"})
    planted = read_truth(tmp_path / "raw").content["lists"]["metros"]
    known = set(pq.read_table(workspace.table("cities")).column("city_id").to_pylist())
    found: dict[str, set[str]] = {}
    for city_id, (metro, name) in areas(workspace).items():
        assert name
        found.setdefault(metro, set()).add(city_id)
    assert found == {metro: set(inside) & known for metro, inside in planted.items()}
    assert all(found.values())
