"""Company partners of a city a second time, article by article."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
from plain.city_ties import PlainTies


def companies(tables: dict[str, pd.DataFrame], city: str) -> dict:
    """``companies, articles`` as sets by where they stand (and ``all``)."""
    ties = PlainTies(tables)
    rows = tables["institutions"]
    firms = {key for key, types in zip(rows.institution_id, rows.types, strict=True) if "company" in types}
    rows = tables["cities"]
    region = {key: None if pd.isna(code) else code for key, code in zip(rows.city_id, rows.admin1, strict=True)}

    def standing(there: str) -> str:
        if there == city:
            return "same city"
        if not (ties.country[city] and ties.country[there]):
            return "unknown"
        if ties.country[city] != ties.country[there]:
            return "abroad"
        if not (region[city] and region[there]):
            return "unknown"
        return "same region" if region[city] == region[there] else "other region"

    found: dict = defaultdict(lambda: (set(), set()))
    for number, (_, seats, _) in enumerate(ties.articles):
        own = [owner for owner, where in seats if where == city]
        for firm, there in seats:
            if firm in firms and any(one != firm and frozenset((one, firm)) not in ties.kin for one in own):
                for key in (standing(there), "all"):
                    found[key][0].add(firm)
                    found[key][1].add(number)
    return {key: (len(firms_there), len(articles)) for key, (firms_there, articles) in found.items()}
