"""Shares per unit of an indicator a second time, written from the definition."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pandas as pd
from plain.output_by_subject import article_parts

SPECIAL = ("unassigned", "unlocated")


def plain_ratios(
    tables: dict[str, pd.DataFrame], level: str, years: tuple[int, int], amounts: dict[tuple[str, int], float]
) -> dict[str, tuple[int, float, float, float]]:
    """Years, Share, amount and their ratio of each place over the years in which it has an amount."""
    share: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    places = set()
    for _, year, parts in article_parts(tables, level):
        for unit, part in parts.items():
            share[unit, year] += part
            places.add(unit)
    if level == "city":
        places |= set(tables["cities"].city_id)
    found: dict[str, tuple[int, float, float, float]] = {}
    for place in sorted(places - set(SPECIAL)):
        own = [year for (other, year) in amounts if other == place and years[0] <= year <= years[1]]
        if own:
            value = float(sum(share[place, year] for year in own))
            amount = sum(amounts[place, year] for year in own)
            found[place] = len(own), value, amount, value / amount
    return found
