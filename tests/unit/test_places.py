"""Which place a text means."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.corpus.countries import country_code, country_name
from toolkit.corpus.names import folded, slug
from toolkit.corpus.places import resolve_place
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter, DataError, UnknownPlace
from toolkit.workspace import LAYOUT, Workspace

CITIES = [
    ("1816670", "Beijing", "Beijing", "CN", "Beijing"),
    ("3448439", "São Paulo", "Sao Paulo", "BR", "São Paulo"),
    ("2633352", "York", "York", "GB", "England"),
    ("4562407", "York", "York", "US", "Pennsylvania"),
    ("4250542", "Springfield", "Springfield", "US", "Illinois"),
    ("4525353", "Springfield", "Springfield", "US", "Ohio"),
    ("3352136", "Windhoek", "Windhoek", "NA", None),
    ("1819729", "Hong Kong", "Hong Kong", "HK", None),
]
INSTITUTIONS = [
    ("02v51f717", "Peking University", "CN"),
    ("04m01e293", "University of York", "GB"),
    ("01an7q238", "University of California, Berkeley", "US"),
    ("0000000a1", "St. Mary's Hospital", "US"),
    ("0000000a2", "St Mary’s Hospital", "GB"),
    ("057zh3y96", "The University of Tokyo", "JP"),
    ("I123", "Institute of Nowhere", None),
]
SITES = [
    ("02v51f717", "1816670"),
    ("04m01e293", "2633352"),
    ("0000000a1", "4562407"),
    ("0000000a1", "4525353"),
    ("0000000a2", "2633352"),
    ("I123", None),
]


@pytest.fixture
def places(tmp_path):
    workspace = Workspace(tmp_path / "w")
    workspace.corpus.mkdir(parents=True)

    def write(name, rows):
        pq.write_table(pa.Table.from_pylist(rows, schema=TABLES[name]), workspace.table(name))

    workspace.update_state({"layout": LAYOUT})

    write("works", [])
    write(
        "cities",
        [dict(zip(("city_id", "name", "ascii_name", "country", "region"), row, strict=True)) for row in CITIES],
    )
    write("institutions", [dict(zip(("institution_id", "name", "country"), row, strict=True)) for row in INSTITUTIONS])
    write("sites", [{"site_id": f"{i}@{c or ''}", "institution_id": i, "city_id": c} for i, c in SITES])
    return workspace


@pytest.mark.parametrize(
    ("level", "text", "found"),
    [
        ("city", "1816670", "1816670"),
        ("city", "https://www.geonames.org/1816670/beijing.html", "1816670"),
        ("city", " beijing ", "1816670"),
        ("city", "SAO PAULO", "3448439"),
        ("city", "São Paulo", "3448439"),
        ("city", "York, UK", "2633352"),
        ("city", "York, United Kingdom", "2633352"),
        ("city", "York, England, GB", "2633352"),
        ("city", "york, pennsylvania", "4562407"),
        ("city", "Springfield, Ohio, US", "4525353"),
        ("city", "Hong Kong", "1819729"),
        ("institution", "02v51f717", "02v51f717"),
        ("institution", "https://ror.org/02v51f717", "02v51f717"),
        ("institution", "ror.org/02V51F717", "02v51f717"),
        ("institution", "i123", "I123"),
        ("institution", "https://openalex.org/I123", "I123"),
        ("institution", "https://api.openalex.org/institutions/I123", "I123"),
        ("institution", "university of california, berkeley", "01an7q238"),
        ("institution", "St Mary's Hospital, York, Pennsylvania", "0000000a1"),
        ("institution", "St Marys Hospital, Springfield", "0000000a1"),
        ("institution", "St. Mary's Hospital, GB", "0000000a2"),
        ("institution", "University of Tokyo", "057zh3y96"),
        ("country", "NA", "NA"),
        ("country", "namibia", "NA"),
        ("country", "Hong Kong", "HK"),
        ("country", "Taiwan", "TW"),
        ("country", "Macau", "MO"),
        ("country", "Kosovo", "XK"),
        ("country", "cote d'ivoire", "CI"),
        ("country", "Turkey", "TR"),
        ("country", "Korea, Republic of", "KR"),
        ("site", "02v51f717@1816670", "02v51f717@1816670"),
        ("site", "I123@", "I123@"),
        ("site", "Peking University @ Beijing", "02v51f717@1816670"),
    ],
)
def test_ids_and_names_that_mean_one_place(places, level, text, found):
    assert resolve_place(places, level, text) == found


def test_an_ambiguous_name_lists_every_place_with_region_and_country(places):
    with pytest.raises(UnknownPlace, match=r"could be any of these.*Give the id") as raised:
        resolve_place(places, "city", "Springfield, US")
    assert raised.value.candidates == (
        ("4250542", "Springfield", "Illinois", "US"),
        ("4525353", "Springfield", "Ohio", "US"),
    )
    with pytest.raises(UnknownPlace) as raised:
        resolve_place(places, "institution", "St Mary's Hospital, York")
    assert [candidate[0] for candidate in raised.value.candidates] == ["0000000a2", "0000000a1"]


def test_an_unknown_name_offers_what_looks_like_it(places):
    with pytest.raises(UnknownPlace) as raised:
        resolve_place(places, "city", "Bejing")
    assert raised.value.candidates == (("1816670", "Beijing", "Beijing", "CN"),)
    for longer in ("Beijing Shi", "Beijing city proper"):
        with pytest.raises(UnknownPlace) as raised:
            resolve_place(places, "city", longer)
        assert raised.value.candidates == (("1816670", "Beijing", "Beijing", "CN"),)
    with pytest.raises(UnknownPlace) as raised:
        resolve_place(places, "country", "Chian")
    assert raised.value.candidates[0] == ("CN", "China", "", "CN")


@pytest.mark.parametrize(
    ("level", "text"),
    [("city", "Atlantis"), ("city", "York, France"), ("city", ""), ("city", ","), ("country", "ZZ"), ("site", "x")],
)
def test_what_is_nowhere_is_said_to_be_nowhere(places, level, text):
    with pytest.raises(UnknownPlace) as raised:
        resolve_place(places, level, text)
    assert not any(candidate[1] == text for candidate in raised.value.candidates)
    if text in {"Atlantis", "ZZ", "x", ""}:
        assert f"There is no {level} named {text!r}" in str(raised.value)


def test_a_site_must_exist_as_a_whole(places):
    with pytest.raises(UnknownPlace, match="There is no site named 'Peking University @ York, UK'"):
        resolve_place(places, "site", "Peking University @ York, UK")


def test_a_level_that_does_not_exist(places):
    with pytest.raises(BadParameter, match=r"level = 'planet' can't be used: one of site, institution"):
        resolve_place(places, "planet", "Earth")


def test_a_workspace_without_records(tmp_path):
    with pytest.raises(DataError, match="has no records yet"):
        resolve_place(Workspace(tmp_path), "city", "Beijing")


def test_country_table_knows_each_code_by_code_and_name():
    assert country_name("NA") == "Namibia"
    assert country_name("QQ") == "QQ"
    assert country_code("NAM") == "NA"
    assert country_code("") is None
    for code in ("CN", "HK", "MO", "TW", "XK", "NA", "CD", "CG", "KP", "KR"):
        assert country_code(country_name(code)) == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Łódź", "lodz"),
        ("Xi'an", "Xi’an"),
        ("Tromsø", "TROMSO"),
        ("Saint-Denis", "saint denis"),
        ("St.  Louis", "St Louis"),
    ],
)
def test_spellings_of_one_name_fold_to_one(one, other):
    assert folded(one) == folded(other)
    assert slug(one) == folded(other).replace(" ", "-")


def test_other_scripts_keep_their_letters():
    assert folded("北京 大学") == "北京 大学"
    assert folded("北京") != folded("南京")
