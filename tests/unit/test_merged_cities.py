"""Ids of one place made one: what one of the ids knows is not lost."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
import toy_gazetteer

from toolkit import ingest_openalex, ingest_ror, ingest_tables
from toolkit.workspace import open_workspace


def place(number, city_id, name, country, **details):
    details = {"name": name, "country_code": country, "lat": 38.73, "lng": 35.48} | details
    return {
        "id": f"https://ror.org/0000{number:02}a11",
        "names": [{"value": f"University {number}", "types": ["ror_display"]}],
        "types": ["education"],
        "locations": [{"geonames_id": city_id, "geonames_details": details}],
    }


def ingested(folder, *places):
    institutions = [{"id": f"https://openalex.org/I{n}", "ror": one["id"]} for n, one in enumerate(places)]
    listings = [
        {"author": {"id": f"https://openalex.org/A{n}"}, "institutions": [one]} for n, one in enumerate(institutions)
    ]
    work = {"id": "https://openalex.org/W1", "type": "article", "publication_year": 2020, "authorships": listings}
    (folder / "works.jsonl").write_text(json.dumps(work) + "\n")
    (folder / "ror.jsonl").write_text("".join(json.dumps(one) + "\n" for one in places))
    workspace = open_workspace(folder / "data")
    ingest_ror(workspace, folder / "ror.jsonl")
    ingest_openalex(workspace, folder / "works.jsonl")
    return pq.read_table(workspace.table("cities")).to_pylist()


@pytest.mark.parametrize("known", [0, 1, 2])
def test_region_that_one_of_the_ids_has_is_kept(tmp_path, known):
    """Kayseri: three records of two ids, of which one names the region; the id with two sites is kept."""
    region = {"country_subdivision_name": "Kayseri"}
    ids = (308464, 308464, 6955677)
    given = [place(n, one, "Kayseri", "TR", **(region if n == known else {})) for n, one in enumerate(ids)]
    (city,) = ingested(tmp_path, *given)
    assert (city["city_id"], city["admin1"], city["region"]) == ("308464", "kayseri", "Kayseri")


def test_region_known_as_a_code_by_another_id_is_kept_as_the_code(tmp_path):
    first = {
        "id": "https://ror.org/000009a11", "name": "Old", "types": [], "country": {"country_code": "TR"},
        "addresses": [{"lat": 38.73, "lng": 35.48, "geonames_city": {
            "id": 6955677, "city": "Kayseri", "geonames_admin1": {"name": None, "code": "TR.38"}}}],
    }  # fmt: skip
    named = [place(n, 308464, "Kayseri", "TR", country_subdivision_name="Kayseri") for n in range(2)]
    (city,) = ingested(tmp_path, first, *named)
    assert (city["city_id"], city["admin1"], city["region"]) == ("308464", "38", "Kayseri")


def test_population_that_one_of_the_ids_has_is_kept(tmp_path, monkeypatch):
    toy_gazetteer.install(monkeypatch, tmp_path)
    seats = [place(n, 1, "Seoul", "KR", lat=37.57, lng=126.98) for n in range(2)]
    (city,) = ingested(tmp_path, *seats, place(2, 1835848, "Seoul", "KR", lat=37.566, lng=126.9784))
    assert (city["city_id"], city["population"], city["admin1"]) == ("1", 10349312, "11")


def test_region_of_a_city_found_by_name_is_kept_where_the_gazetteer_has_none(tmp_path, monkeypatch):
    toy_gazetteer.install(monkeypatch, tmp_path)
    (tmp_path / "w.csv").write_text("id,year\nW1,2020\n")
    (tmp_path / "a.csv").write_text(
        "work_id,author_id,institution,city,admin1,country\nW1,A1,U,Singapore,Central Singapore,SG\n"
    )
    workspace = open_workspace(tmp_path / "data")
    ingest_tables(workspace, works=tmp_path / "w.csv", authorships=tmp_path / "a.csv")
    (city,) = pq.read_table(workspace.table("cities")).to_pylist()
    assert (city["city_id"], city["admin1"], city["region"]) == ("1880252", "central-singapore", "Central Singapore")
    assert city["country"] == "SG"
