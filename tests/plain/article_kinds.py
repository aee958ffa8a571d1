"""Collaboration types a second time: one article after the other, from the definition."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pandas as pd
from plain.share_and_collaboration import signatures


def kind_of(n_authors: int, institutions: set, countries: set) -> str:
    """Type of an article from its known affiliations."""
    if n_authors == 1:
        return "single-author"
    if len(institutions) == 1:
        return "single-institution"
    if not institutions or not countries:
        return "unknown"
    return "domestic" if len(countries) == 1 else "international"


class PlainKinds:
    """Type, year, cities' parts and countries of every article that counts."""

    def __init__(self, tables: dict[str, pd.DataFrame]):
        sites = tables["sites"].set_index("site_id")
        country_of_city = dict(zip(tables["cities"].city_id, tables["cities"].country, strict=True))
        rows = tables["institutions"]
        country_of = dict(zip(rows.institution_id, rows.country, strict=True))
        self.city = {site: None if pd.isna(city) else city for site, city in sites.city_id.items()}
        self.owner = sites.institution_id.to_dict()
        self.types = {key: set(found) - {"funder"} for key, found in zip(rows.institution_id, rows.types, strict=True)}
        self.country = {}
        for site, city in self.city.items():
            known = [
                code for code in (country_of_city.get(city), country_of.get(self.owner[site])) if not pd.isna(code)
            ]
            self.country[site] = known[0] if known else None
        self.articles = []
        signed = signatures(tables)
        for work in tables["works"].itertuples():
            if pd.isna(work.year) or not work.n_authors or work.authors_truncated:
                continue
            authors = signed[work.work_id]
            here = {site for sites in authors.values() for site in sites}
            part = defaultdict(Fraction)
            for mine in authors.values():
                for site in mine:
                    part[self.city[site]] += Fraction(1, int(work.n_authors) * len(mine))
            owners = {self.owner[site] for site in here}
            kind = kind_of(int(work.n_authors), owners, {self.country[site] for site in here} - {None})
            self.articles.append((int(work.year), kind, owners, part))

    def by_city(self, *, by_year: bool) -> dict:
        """``count, share, industry`` by city (``all`` for the corpus), year and type."""
        found = defaultdict(lambda: [0, Fraction(0), 0])
        for year, kind, owners, part in self.articles:
            types = [self.types[owner] for owner in owners]
            flagged = any(
                "company" in one and bool(other - {"company"})
                for place, one in enumerate(types)
                for other in types[:place] + types[place + 1 :]
            )
            for unit, share in [("all", Fraction(1)), *((city, share) for city, share in part.items() if city)]:
                row = found[unit, year if by_year else None, kind]
                row[0] += 1
                row[1] += share
                row[2] += flagged
        return found
