"""Ranks of real places a second time: dependence, totals, distance to the next and change, by plain loops."""

from __future__ import annotations

from collections import defaultdict

import pyarrow.parquet as pq
import pytest
from plain.share_and_collaboration import PlainMeasures

from toolkit.corpus.schema import TABLES
from toolkit.measures.answers import pairs, rank

SPECIAL = ("unassigned", "unlocated")
CLOSE = 2e-9
"""Values and ratios are printed with 9 decimals."""


@pytest.fixture(scope="module")
def plain(openalex):
    """What the plain loops make of the OpenAlex works at the level of cities."""
    return PlainMeasures({name: pq.read_table(openalex.table(name)).to_pandas() for name in TABLES}, "city")


def values_of(plain, by, years):
    """Value of each city over ``years``."""
    within = range(years[0], years[1] + 1)
    if by == "dependence":
        count, share = defaultdict(int), defaultdict(int)
        for (city, year), number in plain.count.items():
            if year in within and city not in SPECIAL:
                count[city] += number
                share[city] += plain.share[city, year]
        return {city: float(count[city] / share[city]) for city in count}
    total = defaultdict(int)
    for (one, other, year), score in (plain.score if by == "strength" else plain.joint).items():
        if year in within:
            total[one] += score
            total[other] += score
    return {city: float(value) for city, value in total.items()}


def in_order(values):
    """Cities by falling value, ties (equal to 9 decimals) by id: city, value, rank, value over the next one's."""
    rounded = {city: round(value, 9) for city, value in values.items()}
    order = sorted(rounded, key=lambda city: (-rounded[city], city))
    above = {value: place + 1 for place, value in reversed(list(enumerate(rounded[city] for city in order)))}
    following = [rounded[city] for city in order[1:]]
    ratios = [rounded[city] / next_one for city, next_one in zip(order, following, strict=False)]
    return [
        (city, rounded[city], above[rounded[city]], ratio) for city, ratio in zip(order, [*ratios, None], strict=True)
    ]


@pytest.mark.parametrize("by", ["dependence", "strength", "joint"])
def test_ranks_of_real_cities_by_plain_loops(openalex, plain, by):
    rows = rank(openalex, by=by, years="2016:2023").frame
    expected = in_order(values_of(plain, by, (2016, 2023)))
    earlier = {city: place for city, _, place, _ in in_order(values_of(plain, by, (2008, 2015)))}
    assert len(expected) > 100
    # of cities whose values differ by the last decimal alone, either may stand first
    assert rows["rank"].tolist() == [place for _, _, place, _ in expected]
    assert rows.value.tolist() == pytest.approx([value for _, value, _, _ in expected], abs=CLOSE)
    assert rows.ratio_to_next.tolist()[:-1] == pytest.approx([ratio for *_, ratio in expected[:-1]], abs=CLOSE)
    assert rows.ratio_to_next.isna().tolist() == [False] * (len(rows) - 1) + [True]
    assert set(rows.id) == {city for city, *_ in expected}
    held = rows[rows.previous_rank.notna()]
    assert dict(zip(held.id, held.previous_rank, strict=True)) == {
        city: earlier[city] for city in rows.id if city in earlier
    }
    assert len(held) > 20


@pytest.mark.parametrize("by", ["score", "joint"])
def test_pairs_of_real_cities_and_their_distance_to_the_next(openalex, plain, by):
    rows = pairs(openalex, by=by, years="2016:2023").frame
    total = defaultdict(int)
    for (one, other, year), value in (plain.score if by == "score" else plain.joint).items():
        if 2016 <= year <= 2023:
            total[one, other] += value
    expected = in_order({pair: float(value) for pair, value in total.items()})
    assert rows["rank"].tolist() == [place for _, _, place, _ in expected]
    assert rows[by].tolist() == pytest.approx([value for _, value, _, _ in expected], abs=CLOSE)
    assert rows.ratio_to_next.tolist()[:-1] == pytest.approx([ratio for *_, ratio in expected[:-1]], abs=CLOSE)
    assert set(zip(rows.a_id, rows.b_id, strict=True)) == set(total)
