"""Random corpora: the measures equal a plain computation from the definitions, and keep their invariants."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.random_corpora import corpora
from plain.share_and_collaboration import PlainMeasures, status

from toolkit.corpus.schema import LEVELS
from toolkit.measures.collaboration.internal import internal_collaboration
from toolkit.measures.collaboration.partnerships import (
    corpus_years,
    internal_partnerships,
    one_ended_partnerships,
    partnership_counts,
)
from toolkit.measures.collaboration.scores import collaboration_scores, total_collaboration
from toolkit.measures.counting.levels import PLACE_LEVELS, SPECIAL
from toolkit.measures.counting.options import Counting
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.notes import double_counted
from toolkit.measures.tables import Tables

CLOSE = 1e-9
# an example takes a third of a second, so the corpora are rich and few, and shrinking them is left to the debugger
FEW = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "truncated": st.just("keep"),
        "link": st.just("two-authors"),
        "kin": st.just("keep"),
        "max_units": st.sampled_from([2, 3]),
        "max_authors": st.sampled_from([1, 3]),
        "subject": st.sampled_from(["x", "none"]),
        "rollup": st.just("first"),
        "wfc": st.just(True),
        "journals": st.sampled_from(["top", "astronomy"]),
    },
)


@contextmanager
def placed(tables):
    with Tables.on(ibis.duckdb.connect(), tables) as on_engine:
        yield on_engine


def frames(tables):
    return {name: tables[name].to_pandas() for name in tables}


def listed(table, keys, value):
    return {tuple(row[key] for key in keys): row[value] for row in table.to_pyarrow().to_pylist()}


def close(expected):
    return {key: pytest.approx(float(value), abs=CLOSE) for key, value in expected.items()}


@pytest.mark.parametrize("level", LEVELS)
@FEW
@given(tables=corpora(), options=OPTIONS)
def test_output_and_pairs_equal_the_plain_computation(level, tables, options):
    plain = PlainMeasures(frames(tables), level, **options)
    counting = Counting(**options)
    with placed(tables) as on_engine:
        shares = unit_shares(on_engine, level=level, by_year=True, counting=counting)
        assert listed(shares, ["id", "year"], "count") == plain.count
        assert listed(shares, ["id", "year"], "share") == close(plain.share)
        scores = collaboration_scores(on_engine, level=level, by_year=True, counting=counting)
        assert listed(scores, ["a_id", "b_id", "year"], "joint") == plain.joint
        assert listed(scores, ["a_id", "b_id", "year"], "score") == close(plain.score)


@pytest.mark.parametrize("level", PLACE_LEVELS)
@FEW
@given(tables=corpora(), options=OPTIONS, window=st.integers(1, 3))
def test_partnerships_equal_the_plain_computation(level, tables, options, window):
    plain = PlainMeasures(frames(tables), level, **options)
    counting = Counting(**options)
    with placed(tables) as on_engine:
        inside = internal_collaboration(on_engine, level=level, by_year=True, counting=counting)
        assert listed(inside, ["id", "year"], "internal_joint") == plain.internal_joint
        assert listed(inside, ["id", "year"], "internal_share") == close(plain.internal_share)
        years = corpus_years(on_engine, counting=counting)
        for function, keys, found in (
            (partnership_counts, ["a_id", "b_id"], plain.partners),
            (internal_partnerships, ["id"], plain.inside_partners),
        ):
            counts = function(on_engine, level=level, by_year=True, window=window, counting=counting)
            counts = {
                tuple(row[key] for key in [*keys, "year"]): [row[n] for n in ("partnerships", "new", "kept", "lost")]
                for row in counts.to_pyarrow().to_pylist()
            }
            assert counts == statuses(found, years, window)
            whole = defaultdict(set)
            for (*place, _), pairs in found.items():
                whole[tuple(place)] |= pairs
            total = function(on_engine, level=level, counting=counting)
            assert listed(total, keys, "partnerships") == {place: len(pairs) for place, pairs in whole.items()}


def statuses(found, years, window):
    """Expected rows by place and year, from the years of each partnership."""
    years_of = defaultdict(set)
    for (*place, year), pairs in found.items():
        for pair in pairs:
            years_of[tuple(place), pair].add(year)
    expected = {}
    for (place, _), active in years_of.items():
        for year in range(years[0], years[1] + 1):
            is_now = status(active, year, window=window)
            if is_now is None:
                continue
            row = expected.setdefault((*place, year), [0, 0, 0, 0])
            row[0] += year in active
            row[("", "new", "kept", "lost").index(is_now)] += 1
    return {key: [row[0], None, None, None] if key[-1] < years[0] + window else row for key, row in expected.items()}


@FEW
@given(tables=corpora())
def test_one_ended_partnerships_equal_the_plain_computation(tables):
    plain = PlainMeasures(frames(tables), "city")
    country = {"c1": "XA", "c2": "XA", "c3": "XB", "c4": None}
    expected = defaultdict(set)
    for (place, _), ends in plain.ends.items():
        for own, outside, there in ends:
            scopes = ["all"]
            if country[place] and country[there]:
                scopes.append("domestic" if country[place] == country[there] else "international")
            for scope in scopes:
                expected[place, scope].add((own, outside, there))
    with placed(tables) as on_engine:
        counts = one_ended_partnerships(on_engine, level="city")
        found = {
            (row["id"], row["scope"]): (row["partnerships"], row["partner_institutions"], row["partner_places"])
            for row in counts.to_pyarrow().to_pylist()
        }
    assert found == {
        key: (
            len({(own, outside) for own, outside, _ in ends}),
            len({outside for _, outside, _ in ends}),
            len({there for _, _, there in ends}),
        )
        for key, ends in expected.items()
    }


@pytest.mark.parametrize("level", LEVELS)
@FEW
@given(tables=corpora(), options=OPTIONS)
def test_shares_add_up_to_the_articles_and_what_parents_count_twice(level, tables, options):
    plain = PlainMeasures(frames(tables), level, **options)
    counting = Counting(**options)
    with placed(tables) as on_engine:
        total = sum(listed(unit_shares(on_engine, level=level, counting=counting), ["id"], "share").values())
        twice = double_counted(on_engine, years=(2001, 2004), counting=counting) if level == "parent" else 0.0
    assert twice == pytest.approx(float(plain.double_counted), abs=CLOSE)
    assert total == pytest.approx(float(plain.counted) + twice, abs=CLOSE)


@FEW
@given(tables=corpora(), level=st.sampled_from(LEVELS))
def test_windows_are_sums_of_years_and_totals_are_symmetric(tables, level):
    with placed(tables) as on_engine:
        by_year = unit_shares(on_engine, level=level, by_year=True, base_year=None).to_pyarrow().to_pylist()
        window = unit_shares(on_engine, level=level).to_pyarrow().to_pylist()
        summed = defaultdict(lambda: [0, 0.0, 0.0])
        for row in by_year:
            for place, name in enumerate(("count", "share", "adjusted_share")):
                summed[row["id"]][place] += row[name]
        assert {row["id"]: [row["count"], row["share"], row["adjusted_share"]] for row in window} == {
            key: [row[0], pytest.approx(row[1], abs=CLOSE), pytest.approx(row[2], abs=CLOSE)]
            for key, row in summed.items()
        }
        scores = collaboration_scores(on_engine, level=level)
        pairs = listed(scores, ["a_id", "b_id"], "score")
        assert all(a < b and a not in SPECIAL and b not in SPECIAL for a, b in pairs)
        strengths = listed(total_collaboration(scores), ["id"], "strength")
    assert sum(strengths.values()) == pytest.approx(2 * sum(pairs.values()), abs=CLOSE)


@FEW
@given(tables=corpora(), level=st.sampled_from(LEVELS), seed=st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_works_and_people_change_no_digit(tables, level, seed):
    def shuffled(table):
        order = list(range(table.num_rows))
        seed.shuffle(order)
        return table.take(pa.array(order, pa.int64()))

    def renamed(table):
        for column in ("work_id", "author_key", "author_id"):
            if column in table.column_names:
                values = [value and f"z{value[::-1]}" for value in table[column].to_pylist()]
                table = table.set_column(table.column_names.index(column), column, pa.array(values, pa.string()))
        return table

    other = {name: shuffled(renamed(table)) for name, table in tables.items()}
    found = []
    for content in (tables, other):
        with placed(content) as on_engine:
            found.append(
                (
                    listed(unit_shares(on_engine, level=level, by_year=True), ["id", "year"], "adjusted_share"),
                    listed(collaboration_scores(on_engine, level=level), ["a_id", "b_id"], "score"),
                )
            )
    assert found[0] == found[1]
