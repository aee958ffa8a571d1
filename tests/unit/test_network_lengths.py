"""Fractions for weights, against Python's own and on ties that floats miss."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.network.lengths import LARGEST_DENOMINATOR, edge_lengths, nearest_fractions


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=1, max_size=30))
def test_fractions_come_back_from_nine_decimals(pairs):
    exact = [Fraction(over, under) for over, under in pairs]
    for values in ([float(each) for each in exact], [round(float(each), 9) for each in exact]):
        over, under = nearest_fractions(np.array(values))
        assert [Fraction(a) / Fraction(b) for a, b in zip(over, under, strict=True)] == exact


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=20))
def test_as_near_as_python_s_own(values):
    over, under = nearest_fractions(np.array(values))
    assert (under <= LARGEST_DENOMINATOR).all()
    for value, a, b in zip(values, over, under, strict=True):
        best = Fraction(value).limit_denominator(LARGEST_DENOMINATOR) or Fraction(value)
        assert float(Fraction(a) / Fraction(b)) == pytest.approx(float(best), rel=1e-12)


def test_too_small_for_a_fraction_stays():
    over, under = nearest_fractions(np.array([3e-7, 1e-300, 2.0**60, 7.0]))
    assert over.tolist() == [3e-7, 1e-300, 2.0**60, 7.0]
    assert under.tolist() == [1.0] * 4


def test_lengths_add_up():
    third, sixth, half = edge_lengths(np.array([3.0, 6.0, 2.0])).exact()
    assert third + sixth == half
    scaled, shortest = edge_lengths(np.array([3.0, 6.0, 2.0])).scaled()
    assert (scaled * shortest).tolist() == pytest.approx([1 / 3, 1 / 6, 1 / 2])
    assert scaled.min() == 1.0
