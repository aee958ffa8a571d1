"""Lengths of edges, such that paths that are equally long are equal in every engine.

Which paths count as equally long decides betweenness. NetworkX compares sums of floats exactly and igraph within 1e-10:
on 1/3 + 1/6 against 1/2 they would disagree. Weights here are sums of small fractions, rounded to 9 decimals on the
way: the nearest fraction with a denominator of at most a million gives them back. NetworkX then adds fractions
without error, and what igraph adds is far nearer than its tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["LARGEST_DENOMINATOR", "Lengths", "edge_lengths", "nearest_fractions"]

Numbers = npt.NDArray[np.float64]

LARGEST_DENOMINATOR: Final = 1_000_000
_AT_ONCE: Final = 1 << 15  # what stays in the processor's cache
_WHOLE: Final = float(2**52)


@dataclass(frozen=True)
class Lengths:
    """Length of each edge as a fraction ``over / under``, both whole numbers held as floats; shape (m,) each."""

    over: Numbers
    under: Numbers

    def exact(self) -> list[Fraction]:
        """The lengths as fractions, which add up without error."""
        known: dict[tuple[float, float], Fraction] = {}
        lengths = []
        for pair in zip(self.over.tolist(), self.under.tolist(), strict=True):
            if pair not in known:
                known[pair] = Fraction(pair[0]) / Fraction(pair[1])
            lengths.append(known[pair])
        return lengths

    def scaled(self) -> tuple[Numbers, float]:
        """The lengths divided by the shortest, and the shortest: igraph warns of lengths near its tolerance."""
        lengths = self.over / self.under
        shortest = float(lengths.min())
        return lengths / shortest, shortest


def edge_lengths(weight: Numbers) -> Lengths:
    """Distance 1 / weight of each edge, of the nearest fraction to its weight.

    Examples
    --------
    >>> edge_lengths(np.array([0.333333333, 2.0, 0.375])).exact()
    [Fraction(3, 1), Fraction(1, 2), Fraction(8, 3)]
    """
    over, under = nearest_fractions(weight)
    return Lengths(under, over)


def nearest_fractions(values: Numbers) -> tuple[Numbers, Numbers]:
    """Numerator and denominator of a close fraction of each value, its denominator at most a million.

    The last convergent of the value's continued fraction, or the semiconvergent of the largest denominator where that
    is nearer: what :meth:`fractions.Fraction.limit_denominator` gives, for all values at once. A value below half a
    millionth has no such fraction and stays as it is.

    Parameters
    ----------
    values
        Finite numbers above zero; shape (m,).

    Returns
    -------
    tuple of arrays
        Numerators and denominators, whole but for values that stay as they are; shape (m,) each.

    Examples
    --------
    >>> over, under = nearest_fractions(np.array([0.142857143, 3.141592653589793, 12.5]))
    >>> over.astype(int).tolist(), under.astype(int).tolist()
    ([1, 3126535, 25], [7, 995207, 2])
    """
    over, under = values.copy(), np.ones_like(values)
    broken = (values < _WHOLE) & (values != np.floor(values))
    over[broken], under[broken] = _by_continued_fractions(values[broken])
    tiny = over == 0
    over[tiny], under[tiny] = values[tiny], 1.0
    return over, under


def _by_continued_fractions(values: Numbers) -> tuple[Numbers, Numbers]:
    """Last convergent p1 / q1 within the limit, or the semiconvergent beyond it where that is nearer."""
    over, under = np.empty_like(values), np.empty_like(values)
    for first in range(0, len(values), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        over[part], under[part] = _fractions_of_part(values[part])
    return over, under


def _fractions_of_part(values: Numbers) -> tuple[Numbers, Numbers]:
    over, under = np.empty_like(values), np.empty_like(values)
    place = np.arange(len(values))
    p0, q0, p1, q1 = np.ones_like(values), np.zeros_like(values), np.floor(values), np.ones_like(values)
    rest = values - p1
    while len(place):
        # a value that is its convergent has no rest: the next term is infinite
        turned = np.divide(1.0, rest, out=np.full_like(rest, np.inf), where=rest > 0)
        term = np.floor(turned)
        largest = np.floor((LARGEST_DENOMINATOR - q0) / q1)
        ended = term > largest
        if ended.any():
            done = place[ended]
            semi_p, semi_q = p0[ended] + largest[ended] * p1[ended], q0[ended] + largest[ended] * q1[ended]
            last_p, last_q, value = p1[ended], q1[ended], values[done]
            nearer = (rest[ended] > 0) & (np.abs(semi_p / semi_q - value) < np.abs(last_p / last_q - value))
            over[done], under[done] = np.where(nearer, semi_p, last_p), np.where(nearer, semi_q, last_q)
            going = ~ended
            place, turned, term = place[going], turned[going], term[going]
            p0, q0, p1, q1 = p0[going], q0[going], p1[going], q1[going]
        p0, p1 = p1, p0 + term * p1
        q0, q1 = q1, q0 + term * q1
        rest = turned - term
    return over, under
