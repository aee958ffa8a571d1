"""Agreement of divisions: hand answers, invariants, the definition by enumeration, errors."""

from __future__ import annotations

from itertools import permutations
from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import GraphError, MissingColumn
from toolkit.network.partition import adjusted_mutual_information, agreement

labelings = st.integers(2, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n) for _ in range(2)])
)


def mutual(x, y):
    n = len(x)
    total = 0.0
    for a in set(x):
        for b in set(y):
            both = sum(p == a and q == b for p, q in zip(x, y, strict=True))
            if both:
                total += both / n * log(n * both / (x.count(a) * y.count(b)))
    return total


def by_enumeration(x, y):
    """AMI with the expectation taken over every permutation of y."""
    mixed = [mutual(x, list(order)) for order in permutations(y)]
    expected = sum(mixed) / len(mixed)
    largest = (mutual(x, x) + mutual(y, y)) / 2
    return (mutual(x, y) - expected) / (largest - expected)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([0, 0, 1, 1, 2, 2], [0, 0, 1, 2, 2, 2]),
        ([0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1]),
        ([0, 0, 0, 0, 1, 2, 2], [1, 0, 1, 0, 2, 2, 2]),
        ([0, 0, 0, 0, 0, 1], [0, 1, 2, 3, 4, 4]),
    ],
)
def test_ami_is_its_definition(x, y):
    assert adjusted_mutual_information(x, y) == pytest.approx(by_enumeration(x, y), abs=1e-12)


@given(labelings)
def test_ami_is_symmetric_and_blind_to_names(pair):
    x, y = pair
    score = adjusted_mutual_information(x, y)
    assert adjusted_mutual_information(y, x) == pytest.approx(score, abs=1e-9)
    assert adjusted_mutual_information([{0: 9, 1: 4, 2: 7, 3: 1}[label] for label in x], y) == pytest.approx(score)
    assert adjusted_mutual_information(x, x) == 1.0
    assert score <= 1 + 1e-9


def test_independent_labels_score_about_zero_where_nmi_does_not():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 40, 400), rng.integers(0, 40, 400)
    score = agreement(dict(enumerate(x)), dict(enumerate(y)))
    assert abs(score.ami) < 0.05
    assert abs(score.adjusted_rand) < 0.05
    assert score.nmi > 0.4


def test_frames_series_and_mappings_compare_over_shared_ids():
    frame = pd.DataFrame({"id": ["a", "b", "c", "d"], "community": [1, 1, 2, 2], "size": 2})
    planted = pd.Series({"a": "x", "b": "x", "c": "y", "e": "y"})
    assert agreement(frame, planted) == agreement({"a": 1, "b": 1, "c": 2, "q": 5}, planted)
    score = agreement(frame, planted)
    assert (score.ami, score.nmi, score.adjusted_rand, score.nodes, score.left_out) == (1.0, 1.0, 1.0, 3, 2)


def test_hand_answer_of_adjusted_rand():
    # pairs together in both: ab; in the first: ab, cd; in the second: ab, ac, bc; of 6 pairs
    expected = 2 * 3 / 6
    score = agreement({"a": 1, "b": 1, "c": 2, "d": 2}, {"a": 1, "b": 1, "c": 1, "d": 2})
    assert score.adjusted_rand == pytest.approx((1 - expected) / ((2 + 3) / 2 - expected))


def test_one_group_and_all_alone():
    together, alone = dict.fromkeys("abc", 1), {"a": 1, "b": 2, "c": 3}
    assert agreement(together, together).ami == agreement(together, together).adjusted_rand == 1.0
    assert agreement(alone, alone).ami == agreement(alone, alone).adjusted_rand == 1.0
    assert agreement(together, alone).ami == pytest.approx(0.0)


def test_error_texts():
    with pytest.raises(GraphError, match="no node in common"):
        agreement({"a": 1}, {"b": 1})
    with pytest.raises(MissingColumn, match="community is missing"):
        agreement(pd.DataFrame({"id": ["a"]}), {"a": 1})
    with pytest.raises(GraphError, match="not list"):
        agreement([1, 2], {"a": 1})


def test_as_many_groups_as_nodes_need_no_table_of_both():
    # 30,000 groups each: a full table would have 900 million cells
    alone = np.arange(30_000)
    paired = np.r_[0, 0, np.arange(2, 30_000)]
    assert adjusted_mutual_information(alone, alone[::-1]) == 1.0
    assert adjusted_mutual_information(alone, paired) == pytest.approx(0.0, abs=1e-4)
    assert agreement(dict(enumerate(paired)), dict(enumerate(paired))).adjusted_rand == 1.0
