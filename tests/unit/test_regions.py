"""Regions of cities: codes where they are known, names where they are not."""

from __future__ import annotations

import itertools
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.corpus.cities import merge_duplicate_cities
from toolkit.corpus.ingest import ingest_openalex, ingest_ror
from toolkit.corpus.regions import CityRegion, RegionNames, RegionWord
from toolkit.corpus.schema import TABLES
from toolkit.workspace import open_workspace

WORDS = [
    RegionWord("1", "DE", "Saxony", "13"),
    RegionWord("2", "DE", "Saxony", None),
    RegionWord("3", "DE", "Sachsen", None),
    RegionWord("4", "NO", "Viken", None),
    RegionWord("5", "NO", "Viken", None),
    RegionWord("6", "CA", "Ontario", "08"),
    RegionWord("7", "AZ", "Quba", None),
    RegionWord("8", "US", "California", "CA"),
]
GAZETTEER = {"1": ("DE", "13"), "3": ("DE", "13"), "4": ("NO", "01"), "5": ("NO", "18"), "6": ("XX", "99")}


@pytest.mark.parametrize(
    ("city", "expected"),
    [
        pytest.param(("2", "DE", "Saxony"), ("13", "Sachsen"), id="the code of another city of that region"),
        pytest.param(("3", "DE", "Sachsen"), ("13", "Sachsen"), id="of two names equally common the first"),
        pytest.param(("9", "DE", "sachsen"), ("13", "Sachsen"), id="both names stand for the code"),
        pytest.param(("4", "NO", "Viken"), ("01", "Viken"), id="the gazetteer's code"),
        pytest.param(("10", "NO", "Viken"), ("viken", "Viken"), id="a region since divided stands for no code"),
        pytest.param(("6", "CA", "Ontario"), ("08", "Ontario"), id="no word of a gazetteer with another country"),
        pytest.param(("11", "CA", "08"), ("08", "08"), id="a number is a name: whose code it is nobody knows"),
        pytest.param(("11", "US", "US-CA"), ("CA", "California"), id="a code of letters"),
        pytest.param(("11", "US", "XX"), ("xx", "XX"), id="letters that are no code"),
        pytest.param(("7", "AZ", "Quba"), ("quba", "Quba"), id="never lost"),
        pytest.param(("7", None, "Quba"), (None, None), id="no country, no region"),
        pytest.param(("12", "DE", None), (None, None), id="nobody says"),
    ],
)
def test_region(city, expected):
    words = [*WORDS, RegionWord("3", "DE", "Sachsen", "13")]
    for order in (words, words[::-1]):
        assert RegionNames(order, GAZETTEER).region_of(*city) == CityRegion(*expected)


def test_nine_cities_of_ten_make_a_name_stand_for_a_code():
    words = [RegionWord(str(n), "MY", "Kuala Lumpur", "14" if n else "12") for n in range(10)]
    assert RegionNames(words).code_of("MY", "kuala lumpur") == "14"
    assert RegionNames(words[:9]).code_of("MY", "Kuala Lumpur") is None


def test_a_code_and_a_name_of_one_region_are_compared_by_name():
    columns = ("city_id", "name", "country", "admin1", "region", "lat", "lon")
    rows = [
        ("1", "Springfield", "US", "IL", "Illinois", 39.8, -89.6),
        ("x-US-springfield.ohio", "Springfield", "US", "ohio", "Ohio", None, None),
        ("x-US-springfield.illinois", "Springfield", "US", "illinois", "Illinois", None, None),
    ]
    for order in itertools.permutations(rows):
        table = pa.table({name: [row[i] for row in order] for i, name in enumerate(columns)})
        assert merge_duplicate_cities(table, {}).mapping == {"x-US-springfield.illinois": "1"}


def test_both_schemas_of_the_registry_give_one_region(tmp_path):
    """Dresden has a code in schema 1, Leipzig a name and ISO's code in schema 2."""
    first = {
        "id": "https://ror.org/042aqky30", "name": "One", "types": [], "country": {"country_code": "DE"},
        "addresses": [{"lat": 51.05, "lng": 13.73, "geonames_city": {
            "id": 2935022, "city": "Dresden", "geonames_admin1": {"name": "Saxony", "code": "DE.13"}}}],
    }  # fmt: skip
    details = {"name": "Leipzig", "country_code": "DE", "country_subdivision_name": "Saxony"}
    second = {
        "id": "https://ror.org/03s7gtk40", "names": [{"value": "Two", "types": ["ror_display"]}], "types": [],
        "locations": [{"geonames_id": 2879139, "geonames_details": details | {"country_subdivision_code": "SN"}}],
    }  # fmt: skip
    institutions = [{"id": f"https://openalex.org/I{n}", "ror": r["id"]} for n, r in enumerate((first, second))]
    listings = [{"author": {"id": "https://openalex.org/A1"}, "institutions": institutions}]
    work = {"id": "https://openalex.org/W1", "type": "article", "publication_year": 2020, "authorships": listings}
    (tmp_path / "ror.jsonl").write_text("".join(json.dumps(record) + "\n" for record in (first, second)))
    (tmp_path / "works.jsonl").write_text(json.dumps(work) + "\n")
    workspace = open_workspace(tmp_path / "w")
    ingest_ror(workspace, tmp_path / "ror.jsonl")
    ingest_openalex(workspace, tmp_path / "works.jsonl")
    cities = pq.read_table(workspace.table("cities"))
    assert cities.column_names == TABLES["cities"].names
    assert [(row["name"], row["admin1"], row["region"]) for row in cities.to_pylist()] == [
        ("Leipzig", "13", "Saxony"),
        ("Dresden", "13", "Saxony"),
    ]
