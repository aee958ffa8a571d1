"""Groups of institutions a second time: loops over articles, written from the definitions, in fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from fractions import Fraction

import pandas as pd
from plain.share_and_collaboration import signatures, single_unit


def below(tables: dict[str, pd.DataFrame], organisation: str) -> set[str]:
    """The organisation and its descendants, followed step by step."""
    children: dict[str, set[str]] = defaultdict(set)
    for row in tables["lineage"].itertuples():
        children[row.ancestor_id].add(row.institution_id)
    found, waiting = {organisation}, [organisation]
    while waiting:
        new = children[waiting.pop()] - found
        found |= new
        waiting += new
    return found


class PlainGroup:
    """Members with an article, articles, Share and part of a group in each unit of a level, and in all."""

    def __init__(
        self, tables: dict[str, pd.DataFrame], members: Collection[str], level: str, years: tuple[int, int] = (0, 9999)
    ):
        owner = dict(zip(tables["sites"].site_id, tables["sites"].institution_id, strict=True))
        unit = single_unit(tables, level, owner)
        signed = signatures(tables)
        share: dict[str, Fraction] = defaultdict(Fraction)
        active, articles = defaultdict(set), defaultdict(set)
        for work in tables["works"].itertuples():
            if pd.isna(work.year) or not work.n_authors or work.authors_truncated:
                continue
            if not years[0] <= work.year <= years[1]:
                continue
            for sites in signed[work.work_id].values():
                for site in sites:
                    if owner[site] in members:
                        share[unit[site]] += Fraction(1, int(work.n_authors) * len(sites))
                        active[unit[site]].add(owner[site])
                        articles[unit[site]].add(work.work_id)
        self.share = sum(share.values(), Fraction(0))
        self.count = len(set().union(*articles.values()))
        self.active = set().union(*active.values())
        self.rows = {
            key: (len(active[key]), len(articles[key]), float(value), float(value / self.share))
            for key, value in share.items()
        }
