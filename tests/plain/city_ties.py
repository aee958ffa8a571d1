"""Ties of one city a second time: pairs of institutions by scope, and sets of cities, article by article."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from statistics import mean, median

import pandas as pd
from plain.share_and_collaboration import signatures


class PlainTies:
    """Seats (institution, city) of every article that counts, its year and its parts by city."""

    def __init__(self, tables: dict[str, pd.DataFrame]):
        self.country = {
            city: None if pd.isna(code) else code
            for city, code in zip(tables["cities"].city_id, tables["cities"].country, strict=True)
        }
        rows = tables["lineage"]
        self.kin = {frozenset(pair) for pair in zip(rows.institution_id, rows.ancestor_id, strict=True)}
        seat = {
            site: (owner, None if pd.isna(city) else city)
            for site, owner, city in zip(
                *(tables["sites"][c] for c in ("site_id", "institution_id", "city_id")), strict=True
            )
        }
        signed = signatures(tables)
        self.articles = []
        for work in tables["works"].itertuples():
            if pd.isna(work.year) or not work.n_authors or work.authors_truncated:
                continue
            seats, part = set(), defaultdict(Fraction)
            for mine in signed[work.work_id].values():
                for site in mine:
                    part[seat[site][1]] += Fraction(1, int(work.n_authors) * len(mine))
                    seats.add(seat[site])
            part.pop(None, None)
            self.articles.append((int(work.year), {found for found in seats if found[1]}, dict(part)))

    def scopes(self, city: str, *, partner_country: str, top: int) -> dict:
        """``pairs, mean, median`` of the ``top`` pairs of each scope."""
        own = self.country[city]
        joint: dict = defaultdict(Counter)
        for _, seats, _ in self.articles:
            found = set()
            for one, here in seats:
                for other, there in seats:
                    if here != city or one == other or frozenset((one, other)) in self.kin:
                        continue
                    code = self.country[there]
                    if there == city:
                        found.add(("inside", frozenset((one, other))))
                    elif own and code:
                        found.add(("domestic" if code == own else "international", (one, other)))
                    if there != city and code == partner_country:
                        found.add((partner_country, (one, other)))
            for scope, pair in found:
                joint[scope][pair] += 1
        result = {}
        for scope in ("inside", "domestic", "international", partner_country):
            numbers = sorted(joint[scope].values(), reverse=True)[:top]
            result[scope] = (len(numbers), mean(numbers), median(numbers)) if numbers else (0, None, None)
        return result

    def together(self, members: set) -> dict:
        """``joint, score`` by year of the articles that all of ``members`` are on."""
        found: dict = defaultdict(lambda: [0, Fraction(0)])
        for year, _, part in self.articles:
            if members <= set(part):
                found[year][0] += 1
                found[year][1] += sum(part[city] for city in members)
        return found

    def inside(self, city: str) -> list:
        """``internal_joint, internal_share, share`` over all years."""
        joint, shared, whole = 0, Fraction(0), Fraction(0)
        for _, seats, part in self.articles:
            here = [owner for owner, where in seats if where == city]
            whole += part.get(city, 0)
            if any(one != other and frozenset((one, other)) not in self.kin for one in here for other in here):
                joint += 1
                shared += part[city]
        return [joint, shared, whole]
