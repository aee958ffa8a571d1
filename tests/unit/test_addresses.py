"""Affiliations as text, by hand; and cells taken apart and put together again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.countries import country_code
from toolkit.corpus.divisions import divisions
from toolkit.corpus.gazetteer import Town
from toolkit.corpus.names import folded
from toolkit.corpus.plain.addresses import (
    _ONE_CITY,
    BY_PLACE,
    DISSOLVED,
    NO_CITY,
    NO_COUNTRY,
    PROBLEMS,
    UNSURE_CITY,
    read_address,
)
from toolkit.corpus.plain.cells import (
    aligned,
    author_names,
    bracketed,
    items_of,
    known_id,
    known_parts,
    named_ids,
    reprinted,
    texts_after_names,
)
from toolkit.corpus.plain.place_names import LISTED, PlaceNames
from toolkit.corpus.plain.recipe import read_recipe

WOS = (
    ("Apple Univ, Washington, DC 20057 USA", ("Apple Univ", "Washington", "District of Columbia", "US")),
    (
        "Saguaro Univ, Sch Things, Tempe, AZ 85287 USA",
        ("Saguaro Univ", "Tempe", "Arizona", "US"),
    ),
    (
        "Saguaro Univ, Tempe, AZ USA",
        ("Saguaro Univ", "Tempe", "Arizona", "US"),
    ),
    (
        "Coqui Univ, San Juan, PR 00931 USA",
        ("Coqui Univ", "San Juan", "", "PR"),
    ),
    (
        "Apple Univ, Dept Things, New York, NY 10027 USA",
        ("Apple Univ", "New York", "New York", "US"),
    ),
    (
        "Lotus Univ, Coll Chem, Beijing 100871, Peoples R China",
        ("Lotus Univ", "Beijing", "", "CN"),
    ),
    (
        "Plum Univ, Nanjing 210093, Jiangsu, Peoples R China",
        ("Plum Univ", "Nanjing", "Jiangsu", "CN"),
    ),
    (
        "Snow Univ, Coll Sci, Jilin, Peoples R China",
        ("Snow Univ", "Jilin", "", "CN"),
    ),
    (
        "Snow Univ, Coll Sci, Changchun 130012, Jilin, Peoples R China",
        ("Snow Univ", "Changchun", "Jilin", "CN"),
    ),
    (
        "Bauhinia Univ, Dept Chem, Hong Kong, Peoples R China",
        ("Bauhinia Univ", "Hong Kong", "", "HK"),
    ),
    (
        "Isis Coll, Dept Things, Oxford OX1 3QU, England",
        ("Isis Coll", "Oxford", "", "GB"),
    ),
    (
        "Thistle Univ, Edinburgh EH9 3FD, Midlothian, Scotland",
        ("Thistle Univ", "Edinburgh", "Midlothian", "GB"),
    ),
    (
        "Thistle Univ, Sch Things, Derby, England",
        ("Thistle Univ", "Derby", "", "GB"),
    ),
    (
        "Thistle Univ, Newcastle Upon Tyne NE1 7RU, Tyne & Wear, England",
        ("Thistle Univ", "Newcastle Upon Tyne", "Tyne and Wear", "GB"),
    ),
    (
        "Linden Univ, D-69120 Heidelberg, Germany",
        ("Linden Univ", "Heidelberg", "", "DE"),
    ),
    (
        "Tulip Univ, NL-2333 CA Leiden, Netherlands",
        ("Tulip Univ", "Leiden", "", "NL"),
    ),
    (
        "Iris Univ, Lab Things, F-75252 Paris 05, France",
        ("Iris Univ", "Paris", "", "FR"),
    ),
    (
        "Iris Univ, F-31062 Toulouse Cedex 9, France",
        ("Iris Univ", "Toulouse", "", "FR"),
    ),
    (
        "Maple Univ, Toronto, ON M5S 1A1, Canada",
        ("Maple Univ", "Toronto", "Ontario", "CA"),
    ),
    (
        "Wattle Univ, Sydney, NSW 2006, Australia",
        ("Wattle Univ", "Sydney", "New South Wales", "AU"),
    ),
    (
        "Ipe Univ, BR-05508090 Sao Paulo, SP, Brazil",
        ("Ipe Univ", "Sao Paulo", "São Paulo", "BR"),
    ),
    (
        "Banyan Inst, Bengaluru 560012, Karnataka, India",
        ("Banyan Inst", "Bengaluru", "Karnataka", "IN"),
    ),
    (
        "Sakura Univ, Tsukuba, Ibaraki 3058571, Japan",
        ("Sakura Univ", "Tsukuba", "Ibaraki", "JP"),
    ),
    (
        "Sakura Univ, Bunkyo Ku, Tokyo 1138654, Japan",
        ("Sakura Univ", "Tokyo", "", "JP"),
    ),
    (
        "Lily Univ, Milan, MI, Italy",
        ("Lily Univ", "Milan", "", "IT"),
    ),
    (
        "Merlion Univ, Dept Phys, 2 Hill Rd, Singapore 117542, Singapore",
        ("Merlion Univ", "Singapore", "", "SG"),
    ),
    (
        "Gorse Univ, POB 123, Haifa, Israel",
        ("Gorse Univ", "Haifa", "", "IL"),
    ),
)
SCOPUS = (
    (
        "Institute of Things, Washington, D.C., United States",
        ("Institute of Things", "Washington", "District of Columbia", "US"),
    ),
    (
        "Things Office, Washington, Washington D.C., United States",
        ("Things Office", "Washington", "District of Columbia", "US"),
    ),
    (
        "Apple University, Washington, DC, United States",
        ("Apple University", "Washington", "District of Columbia", "US"),
    ),
    (
        "Department of Things, Saguaro University, Tempe, AZ, United States",
        ("Saguaro University", "Tempe", "Arizona", "US"),
    ),
    (
        "Saguaro University, Tempe, 85287, AZ, United States",
        ("Saguaro University", "Tempe", "Arizona", "US"),
    ),
    (
        "School of Law, Saguaro University, Tempe, AZ 85287, United States",
        ("Saguaro University", "Tempe", "Arizona", "US"),
    ),
    (
        "Institute of Things, Jade Academy of Sciences, Beijing, 100190, China",
        ("Jade Academy of Sciences", "Beijing", "", "CN"),
    ),
    (
        "Isis College Hospital, Oxford, OX3 9DU, United Kingdom",
        ("Isis College Hospital", "Oxford", "", "GB"),
    ),
    (
        "Acme Research, 1 Long Street, Austin, TX, United States",
        ("Acme Research", "Austin", "Texas", "US"),
    ),
    (
        "Things Ltd., Cork, Ireland",
        ("Things Ltd.", "Cork", "", "IE"),
    ),
    (
        "College of Engineering, Bauhinia University, Pokfulam, Hong Kong",
        ("Bauhinia University", "Hong Kong", "", "HK"),
    ),
    (
        "Apple University, College Station, TX, United States",
        ("Apple University", "College Station", "Texas", "US"),
    ),
)


@pytest.mark.parametrize(
    ("rule", "text", "parts"), [("first", *row) for row in WOS] + [("by-word", *row) for row in SCOPUS]
)
def test_addresses_by_hand(rule, text, parts):
    own = read_recipe("wos").countries
    assert read_address(text, institution=rule, countries=own) == (*parts, "")


@pytest.mark.parametrize(
    ("text", "institution", "country", "problem"),
    [
        ("Lotus University", "Lotus University", "", NO_COUNTRY),
        ("Saguaro University, Tempe, CA", "Saguaro University", "", NO_COUNTRY),  # a state, not Canada
        ("Lotus University, Atlantis", "Lotus University", "", NO_COUNTRY),
        ("Lotus University, China", "Lotus University", "CN", NO_CITY),
        ("Lotus University, Department of Things, China", "Lotus University", "CN", NO_CITY),
        ("Lotus University, 100871, China", "Lotus University", "CN", NO_CITY),
        ("Evergreen University, Washington, United States", "Evergreen University", "US", NO_CITY),  # the state or DC
        ("Group A, Dept B, Oslo, Norway", "Group A", "NO", BY_PLACE),
    ],
)
def test_what_an_address_does_not_tell_is_said_and_not_guessed(text, institution, country, problem):
    found = read_address(text, institution="by-word")
    assert (found.institution, found.country, found.problem) == (institution, country, problem)
    assert found.city == ("Oslo" if problem == BY_PLACE else "")


HERE = Path(__file__).parent


def table(name):
    return list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()))


class TownsOfTheTable:
    """What GeoNames knows of the names in the table of addresses, in the shape of the gazetteer."""

    version = "towns of the table"

    def towns(self, country):
        found = {}
        for row in table("towns.csv"):
            if row["country"] == country:
                population = int(row["population"]) if row["population"] else None
                town = Town(bool(row["main"]), row["admin1"], float(row["lat"]), float(row["lon"]), population)
                found.setdefault(row["name"], []).append(town)
        return found


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """Names of divisions from the installed package, and of the table's towns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCICITIES_CACHE", str(tmp_path_factory.mktemp("cache")))
        divisions.cache_clear()
        yield PlaceNames(TownsOfTheTable())
    divisions.cache_clear()


ADDRESSES = table("addresses_wos.csv")


def wrong(column, names):
    """Rows of the table that come out otherwise, each with what came out."""
    own = read_recipe("wos").countries
    found = {row["address"]: read_address(row["address"], countries=own, states=True, names=names) for row in ADDRESSES}
    expected = {row["address"]: (row[column] or row["city"], row["country"]) for row in ADDRESSES}
    return {text: one for text, one in found.items() if (one.city, one.country) != expected[text]}


def test_table_of_addresses_has_40_countries_and_150_rows():
    assert len({row["country"] for row in ADDRESSES}) >= 40
    assert len({row["address"] for row in ADDRESSES}) == len(ADDRESSES) >= 150


def test_divisions_are_no_cities_with_a_gazetteer(names):
    assert wrong("city", names) == {}


def test_divisions_of_the_common_countries_are_no_cities_without_a_gazetteer():
    assert wrong("city_without_gazetteer", LISTED) == {}


def test_a_division_never_takes_the_place_of_a_known_city(names):
    for row in ADDRESSES:
        if row["city"] and row["country"] == "DE":
            before = row["address"].rpartition(",")[0].rpartition(",")[0] or row["address"].rpartition(",")[0]
            text = f"{before}, {row['city']}, Bavaria, Germany"
            assert read_address(text, names=names).city == row["city"]


@pytest.mark.parametrize(
    ("text", "city", "unsure"),
    [
        ("Univ X, Serdang, Unheard Of, Norway", "Unheard Of", True),
        ("Univ X, Serdang, N-1234 Unheard Of, Norway", "Unheard Of", False),
        ("Univ X, Dept Y, Unheard Of, Norway", "Unheard Of", False),
        ("Univ X, Suita, Osaka 5650871, Japan", "Suita", True),
    ],
)
def test_undecided_cities_are_noted(text, city, unsure):
    found = read_address(text)
    assert (found.city, found.problem) == (city, UNSURE_CITY if unsure else "")


@pytest.mark.parametrize("country", ["USSR", "CZECHOSLOVAKIA", "YUGOSLAVIA", "Serbia & Monteneg", "Neth Antilles"])
def test_dissolved_countries_are_noted_and_no_successor_is_invented(country):
    found = read_address(f"X UNIV,DEPT Y,SOME CITY,{country}", countries=read_recipe("wos").countries)
    assert found == ("X UNIV", "", "", "", DISSOLVED)


@pytest.mark.parametrize(
    ("text", "states", "place"),
    [
        ("X UNIV,DEPT Y,ANN ARBOR,MI 48104", False, ("Ann Arbor", "Michigan", "US")),
        ("X Univ, Ann Arbor, MI 48104-1234", False, ("Ann Arbor", "Michigan", "US")),
        ("X UNIV,MAYAGUEZ,PR 00708", False, ("Mayaguez", "", "PR")),
        ("X UNIV,MURRAY HILL,NJ", True, ("Murray Hill", "New Jersey", "US")),
        ("X UNIV,MURRAY HILL,NJ", False, ("", "", "")),
        ("X UNIV,SOMEWHERE,QZ 12345", True, ("", "", "")),
        ("MI 48104", True, ("", "", "")),
    ],
)
def test_state_and_zip_stand_for_the_united_states(text, states, place):
    assert read_address(text, states=states)[1:4] == place


def test_the_tables_of_regions_and_countries_hold():
    assert {country_code(name) for name in _ONE_CITY.values()} == set(_ONE_CITY)
    assert LISTED.region("US", "NY").city is False
    assert LISTED.region("US", "New York").city is True
    for recipe in ("wos", "scopus"):
        for name, code in read_recipe(recipe).countries.items():
            assert read_address(f"X, Y, {name}", countries={name: code}).country == code


@given(st.text())
def test_any_text_is_an_address_of_some_sort(text):
    found = read_address(text, institution="by-word")
    assert found.problem in {"", *PROBLEMS}
    assert bool(found.city) <= bool(found.country)
    assert all(part.strip() == part for part in found[:4])


word = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=6)
people_names = st.lists(st.builds(lambda a, b: f"{a} {b}.", word, word), min_size=1, max_size=5)
address = st.lists(word, min_size=2, max_size=4).map(", ".join)


@given(st.lists(word | st.just(""), max_size=6), st.sampled_from([";", "|"]), st.sampled_from(["", " ", "  "]))
def test_items_come_back_as_they_were_joined(items, mark, blank):
    text = f"{blank}{mark}{blank}".join(items)
    kept = list(items)
    while kept and not kept[-1]:
        kept.pop()
    assert items_of(text, mark) == kept
    if items:
        assert aligned(text, mark, len(items)) == items
        assert (aligned(text, mark, len(items) + 2) is None) == any(items)


@given(
    people_names.flatmap(
        lambda one: st.tuples(st.just(one), st.lists(address | st.just(""), min_size=len(one), max_size=len(one)))
    )
)
def test_texts_go_to_the_names_they_stand_behind(given_rows):
    people, places = given_rows
    text = "; ".join(f"{name}, {place}" if place else name for name, place in zip(people, places, strict=True))
    assert texts_after_names(text, ";", people) == places
    assert texts_after_names(text, ";", [*people, "Nobody N."]) is None


@given(st.lists(address, min_size=1, max_size=5, unique=True), st.data())
def test_joined_affiliations_are_found_again(known, data):
    chosen = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
    found = known_parts(", ".join(chosen), known)
    assert found is not None
    assert ", ".join(found) == ", ".join(chosen)
    assert set(found) <= set(known)
    assert known_parts(", ".join([*chosen, "\t"]), known) is None


@given(people_names, st.booleans())
def test_names_are_found_however_their_cell_separates_them(people, commas):
    places = "; ".join(f"{name.replace(' ', ', ')}, X Univ, Oslo, Norway" for name in people)
    text = (", " if commas else "; ").join(people)
    assert author_names(text, ";", len(people), places) == people
    assert author_names(text, ";", None, places) == people
    assert texts_after_names(places, ";", people) == ["X Univ, Oslo, Norway"] * len(people)


def test_a_group_whose_name_has_commas_is_one_author():
    group = "Department of Things, Matters, and Affairs, Office of Records"
    assert author_names(group, ";", None, group) == [group]
    assert author_names("Doe J., Roe K., Poe L.", ";", 1, "Doe, J.; Roe, K.; Poe, L.") == ["Doe J.", "Roe K.", "Poe L."]


def test_an_address_after_a_bracketed_one_keeps_no_names():
    assert [
        (one.names, one.address) for one in bracketed("[Doe, J] X, Oslo, Norway; Y, Rome, Italy.; [Roe, K] Z, A")
    ] == [
        (("Doe, J",), "X, Oslo, Norway"),
        ((), "Y, Rome, Italy"),
        (("Roe, K",), "Z, A"),
    ]


@pytest.mark.parametrize("text", ["", " ", "[No author id available]", "NA", "n/a", "[Anonymous]", "null", "-"])
def test_words_for_no_id_are_no_id(text):
    assert known_id(text) == ""
    assert named_ids(f"Doe, J/{text}") == {}


@given(st.lists(st.tuples(st.lists(word, min_size=1, max_size=3), address), max_size=4))
def test_addresses_for_reprints_keep_their_names(groups):
    text = "; ".join(f"{'; '.join(people)} (corresponding author), {place}." for people, place in groups)
    assert [(list(one.names), one.address) for one in reprinted(text)] == groups


@given(st.lists(st.tuples(st.lists(word, min_size=1, max_size=3), address), max_size=4))
def test_bracketed_addresses_keep_their_names(groups):
    text = "; ".join(f"[{'; '.join(people)}] {place}" for people, place in groups)
    assert [(list(one.names), one.address) for one in bracketed(text)] == groups


@given(st.dictionaries(word, word.map("X-{}".format), max_size=4))
def test_named_ids_are_found_by_folded_name(ids):
    text = "; ".join(f"{name}/{identifier}" for name, identifier in ids.items())
    found = named_ids(text)
    assert set(found) == {folded(name) for name in ids if folded(name)}
