"""Checks of what analyses are asked for: each refuses with the parameter's name, the value and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from toolkit.errors import BadParameter

__all__ = ["require_choice", "require_fraction", "require_positive", "require_whole"]


def require_choice(name: str, value: str, allowed: Sequence[str]) -> str:
    """Give ``value`` back if it is one of ``allowed``.

    Raises
    ------
    BadParameter
        It is not.

    Examples
    --------
    >>> require_choice("method", "leiden", ("leiden", "louvain"))
    'leiden'
    """
    if value not in allowed:
        raise BadParameter(name, value, f"one of {', '.join(allowed)}")
    return value


def require_whole(name: str, value: int, *, least: int) -> int:
    """Give ``value`` back if it is a whole number of at least ``least``.

    Raises
    ------
    BadParameter
        It is not, or it is a bool.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadParameter(name, value, f"a whole number, at least {least}")
    return value


def require_positive(name: str, value: float) -> float:
    """Give ``value`` back if it is a finite number above zero.

    Raises
    ------
    BadParameter
        It is not.
    """
    if not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise BadParameter(name, value, "a finite number above zero")
    return float(value)


def require_fraction(name: str, value: float) -> float:
    """Give ``value`` back if it lies strictly between 0 and 1.

    Raises
    ------
    BadParameter
        It does not.
    """
    if not isinstance(value, int | float) or not 0 < value < 1:
        raise BadParameter(name, value, "above 0 and below 1")
    return float(value)
