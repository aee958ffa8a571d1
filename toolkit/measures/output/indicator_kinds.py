"""Kinds of indicators: amounts, which a measure can be divided by, and ratios, which it can't."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["indicator_kind"]

_SIGNS: Final = re.compile(
    r"%|\u2030"
    r"|\bper ?cent\b|\bpercent(age|ile)?s?\b|\bpct\b"
    r"|\bper (?!year\b|annum\b|month\b|quarter\b)\w"
    r"|/ ?(?!years?\b|yr\b|annum\b|a\b|month\b|quarter\b)[\w(]"
    r"|\b(shares?|rates?|ratios?|index|indices|proportion|fraction|density|intensity)\b"
)
"""What says ratio, in lower case with blanks for underscores and hyphens: per cent, per head, persons/km2."""


def indicator_kind(indicator: str, unit: str | None = None, kind: str | None = None) -> str:
    """Kind of an indicator: ``amount`` or ``ratio``.

    Parameters
    ----------
    indicator
        Its name.
    unit
        Its unit. A unit per year is an amount: that of a year.
    kind
        What the records give; name and unit decide only without it.

    Examples
    --------
    >>> indicator_kind("population", "persons"), indicator_kind("gerd", "EUR per year")
    ('amount', 'amount')
    >>> indicator_kind("gerd", "% of GDP"), indicator_kind("patents", "per 1,000 people")
    ('ratio', 'ratio')
    >>> indicator_kind("market share of our own", "persons", "amount")
    'amount'
    """
    if kind:
        return kind
    words = (re.sub(r"[_\s-]+", " ", text.lower()) for text in (indicator, unit or ""))
    return "ratio" if any(map(_SIGNS.search, words)) else "amount"
