"""One id for one city."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.cities import MERGED_PAIRS, city_id_for, haversine_km, merge_duplicate_cities
from toolkit.errors import BadParameter

COLUMNS = ("city_id", "name", "country", "admin1", "lat", "lon")
SEOUL = ("1835848", "Seoul", "KR", "Seoul", 37.566, 126.9784)
SEOUL_SEAT = ("1835847", "Seoul", "KR", None, 37.58333, 127.0)


def table(*rows):
    return pa.table({name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)}) if rows else None


def merged(*rows, sites=None, **options):
    return merge_duplicate_cities(table(*rows), sites or {}, **options)


def test_the_id_with_most_sites_is_kept_and_the_pair_told():
    merge = merged(SEOUL_SEAT, SEOUL, sites={"1835848": 19, "1835847": 2})
    assert merge.mapping == {"1835847": "1835848"}
    assert merge.pairs.schema == MERGED_PAIRS
    row = merge.pairs.to_pylist()[0]
    # 2.71 km: 0.01733 degrees of latitude are 1.927 km, 0.0216 of longitude at 37.57 degrees are 1.904 km
    assert row.pop("km") == pytest.approx((1.927**2 + 1.904**2) ** 0.5, abs=0.002)
    assert row == {
        "merged_id": "1835847",
        "kept_id": "1835848",
        "name": "Seoul",
        "country": "KR",
        "admin1": "Seoul",
        "merged_sites": 2,
        "kept_sites": 19,
    }
    assert merged(SEOUL, SEOUL_SEAT, sites={"1835848": 2, "1835847": 19}).mapping == {"1835848": "1835847"}


def test_equal_numbers_of_sites_keep_the_smaller_number_not_the_smaller_text():
    one, other = ("999", *SEOUL[1:]), ("1000", *SEOUL[1:])
    assert merged(one, other).mapping == {"1000": "999"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(("2", "Busan", "KR", "Seoul", 37.566, 126.9784), id="another name"),
        pytest.param(("2", "Seoul", "KP", "Seoul", 37.566, 126.9784), id="another country"),
        pytest.param(("2", "Seoul", "KR", "Gyeonggi-do", 37.566, 126.9784), id="another region"),
        pytest.param(("2", "Seoul", "KR", "Seoul", 37.566 + 0.2701, 126.9784), id="30.03 km away"),
        pytest.param(("2", "Seoul", "KR", "Seoul", None, None), id="nobody knows where"),
        pytest.param(("2", None, "KR", "Seoul", 37.566, 126.9784), id="no name"),
        pytest.param(("2", "Seoul", None, "Seoul", 37.566, 126.9784), id="no country"),
    ],
)
def test_what_is_not_one_place_stays_two(other):
    assert merged(SEOUL, other).mapping == {}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(("2", "SEOUL ", "KR", "seoul", 37.566, 126.9784), id="case"),
        pytest.param(("2", "Seoul", "KR", "Seoul", 37.566 + 0.2695, 126.9784), id="29.97 km away"),
        pytest.param(("2", "Seoul", "KR", "11", 37.566, 126.9784), id="a region code beside a region name"),
    ],
)
def test_what_is_one_place_becomes_one(other):
    assert len(merged(SEOUL, other).mapping) == 1


def test_an_unknown_region_does_not_tie_two_known_ones_together():
    rows = [
        ("1", "Kansas City", "US", None, 39.1, -94.58),
        ("2", "Kansas City", "US", "Missouri", 39.1, -94.58),
        ("3", "Kansas City", "US", "Kansas", 39.11, -94.63),
    ]
    assert merged(*rows, sites={"1": 9, "2": 5, "3": 3}).mapping == {"2": "1"}


def test_near_places_do_not_chain():
    rows = [(str(i), "Longtown", "US", None, 0.2 * i, 0.0) for i in range(1, 5)]
    # 22.2 km apart each: 1 takes 2; 3 is 44 km from 1, so it heads its own group and takes 4
    assert merged(*rows).mapping == {"2": "1", "4": "3"}


def test_a_made_id_joins_the_only_city_of_its_name():
    made = (city_id_for("Seoul", "KR"), "Seoul", "KR", None, None, None)
    assert merged(SEOUL, made, sites={made[0]: 99}).mapping == {made[0]: SEOUL[0]}
    assert merged(SEOUL, made).pairs.to_pylist()[0]["km"] is None
    illinois = ("4250542", "Springfield", "US", "Illinois", 39.8, -89.6)
    ohio = ("4525353", "Springfield", "US", "Ohio", 39.9, -83.8)
    bare = (city_id_for("Springfield", "US"), "Springfield", "US", None, None, None)
    in_ohio = (city_id_for("Springfield", "US", "Ohio"), "Springfield", "US", "Ohio", None, None)
    assert merged(illinois, ohio, bare, in_ohio).mapping == {in_ohio[0]: ohio[0]}


def test_as_given_merges_nothing_and_other_words_are_refused():
    merge = merged(SEOUL, SEOUL_SEAT, option="as-given")
    assert merge.mapping == {}
    assert merge.pairs.num_rows == 0
    with pytest.raises(BadParameter, match="cities = 'off' can't be used: one of merged, as-given"):
        merged(SEOUL, SEOUL_SEAT, option="off")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "a", "B"]),
            st.sampled_from(["CN", "US", None]),
            st.sampled_from(["R", "S", None]),
            st.floats(0, 0.6),
            st.integers(0, 3),
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_row_order_changes_nothing_and_kept_ids_are_final(rows: list, order: random.Random):
    cities = [(str(i), name, country, region, lat, 0.0) for i, (name, country, region, lat, _) in enumerate(rows)]
    sites = {str(i): row[4] for i, row in enumerate(rows)}
    shuffled = order.sample(cities, len(cities))
    schema = pa.schema([(name, pa.float64() if name in {"lat", "lon"} else pa.string()) for name in COLUMNS])
    build = [
        merge_duplicate_cities(
            pa.Table.from_pylist([dict(zip(COLUMNS, row, strict=True)) for row in some], schema=schema), sites
        )
        for some in (cities, shuffled)
    ]
    assert build[0].mapping == build[1].mapping
    assert build[0].pairs.equals(build[1].pairs)
    assert not set(build[0].mapping) & set(build[0].mapping.values())
    assert all(row["km"] <= 30 and row["kept_sites"] >= row["merged_sites"] for row in build[0].pairs.to_pylist())


def test_distance_of_known_places():
    assert haversine_km(0, 0, 0, 0) == 0
    assert haversine_km(0, 0, 0, 180) == pytest.approx(20015.1, abs=0.1)
    # Beijing to Shanghai, as maps give it: 1,068 km
    assert haversine_km(39.9075, 116.39723, 31.22222, 121.45806) == pytest.approx(1068, abs=2)


def test_made_ids_are_stable_and_keep_regions_apart():
    assert city_id_for("Xi'an", "cn") == city_id_for("Xi’an", "CN") == "x-CN-xian"
    assert city_id_for("Springfield", "US", "Ohio") != city_id_for("Springfield", "US", "Illinois")
    assert city_id_for("New York Ohio", "US") != city_id_for("New York", "US", "Ohio")
    assert city_id_for("Nowhere") == "x-ZZ-nowhere"
    assert city_id_for("北京", "CN") == "x-CN-北京"
    assert city_id_for("***", "CN") != city_id_for("???", "CN")
