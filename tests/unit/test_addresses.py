"""Affiliations as text, by hand; and cells taken apart and put together again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.countries import country_code
from toolkit.corpus.names import folded
from toolkit.corpus.plain.addresses import _ONE_CITY, BY_PLACE, NO_CITY, NO_COUNTRY, _regions, read_address
from toolkit.corpus.plain.cells import aligned, bracketed, items_of, known_parts, named_ids, texts_after_names
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
        ("Snow Univ", "Jilin", "Jilin", "CN"),
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
        ("Thistle Univ", "Edinburgh", "", "GB"),
    ),
    (
        "Thistle Univ, Sch Things, Derby, England",
        ("Thistle Univ", "Derby", "", "GB"),
    ),
    (
        "Thistle Univ, Newcastle Upon Tyne NE1 7RU, Tyne & Wear, England",
        ("Thistle Univ", "Newcastle Upon Tyne", "", "GB"),
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
        ("Group A, Thingworks, Oslo, Norway", "Group A", "NO", BY_PLACE),
    ],
)
def test_what_an_address_does_not_tell_is_said_and_not_guessed(text, institution, country, problem):
    found = read_address(text, institution="by-word")
    assert (found.institution, found.country, found.problem) == (institution, country, problem)
    assert found.city == ("Oslo" if problem == BY_PLACE else "")


def test_the_tables_of_regions_and_countries_hold():
    assert {country_code(name) for name in _ONE_CITY.values()} == set(_ONE_CITY)
    assert _regions()["US", "NY"].city is False
    assert _regions()["US", "new york"].city is True
    for recipe in ("wos", "scopus"):
        for name, code in read_recipe(recipe).countries.items():
            assert read_address(f"X, Y, {name}", countries={name: code}).country == code


@given(st.text())
def test_any_text_is_an_address_of_some_sort(text):
    found = read_address(text, institution="by-word")
    assert found.problem in {"", NO_COUNTRY, NO_CITY, BY_PLACE}
    assert bool(found.city) <= bool(found.country)
    assert all(part.strip() == part for part in found[:4])


word = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=6)
names = st.lists(st.builds(lambda a, b: f"{a} {b}.", word, word), min_size=1, max_size=5)
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
    names.flatmap(
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


@given(st.lists(st.tuples(st.lists(word, min_size=1, max_size=3), address), max_size=4))
def test_bracketed_addresses_keep_their_names(groups):
    text = "; ".join(f"[{'; '.join(people)}] {place}" for people, place in groups)
    assert [(list(one.names), one.address) for one in bracketed(text)] == groups


@given(st.dictionaries(word, word, max_size=4))
def test_named_ids_are_found_by_folded_name(ids):
    text = "; ".join(f"{name}/{identifier}" for name, identifier in ids.items())
    found = named_ids(text)
    assert set(found) == {folded(name) for name in ids if folded(name)}
