"""Share, collaboration and partnerships a second time: loops over articles, written from the definitions.

Nothing of the package is used, so that agreement of the two means something. Fractions keep it exact.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

import pandas as pd

UNASSIGNED, UNLOCATED = "unassigned", "unlocated"


@dataclass
class Article:
    """Parts and people of one article at one level."""

    part: dict = field(default_factory=lambda: defaultdict(Fraction))
    people: dict = field(default_factory=lambda: defaultdict(set))
    seats: dict = field(default_factory=lambda: defaultdict(set))


class PlainMeasures:
    """Everything the measures give for one corpus, one level and one set of conventions, by year."""

    def __init__(
        self,
        tables: dict[str, pd.DataFrame],
        level: str,
        *,
        truncated: str = "drop",
        link: str = "one-author",
        kin: str = "drop",
        max_units: int = 500,
        max_authors: int | None = None,
        subject: str | None = None,
    ):
        self.level, self.link, self.kin, self.max_units = level, link, kin, max_units
        self.unit, self.owner = units(tables, level)
        lineage = tables["lineage"]
        self.kin_of = {frozenset(pair) for pair in zip(lineage.institution_id, lineage.ancestor_id, strict=True)}
        self.count, self.joint, self.internal_joint, self.articles = (defaultdict(int) for _ in range(4))
        self.share, self.score, self.internal_share = (defaultdict(Fraction) for _ in range(3))
        self.partners, self.inside_partners, self.ends = (defaultdict(set) for _ in range(3))
        self.counted = Fraction(0)

        weights = subject_weights(tables, subject)
        signed = signatures(tables)
        for row in tables["works"].itertuples():
            if pd.isna(row.year) or not row.n_authors or (max_authors is not None and row.n_authors > max_authors):
                continue
            self.articles[int(row.year)] += 1
            if row.work_id in weights and not (row.authors_truncated and truncated == "drop"):
                self.counted += weights[row.work_id]
                self.add(int(row.year), int(row.n_authors), signed[row.work_id], weights[row.work_id])

    def add(self, year: int, n_authors: int, signed: dict, weight: Fraction) -> None:
        """One article into all tables."""
        article = self.split(n_authors, signed, weight)
        for unit, part in article.part.items():
            self.count[unit, year] += 1
            self.share[unit, year] += part
        self.add_pairs(article, year)
        if self.level in ("city", "country") and len(article.seats) <= self.max_units:
            self.add_partnerships(article, year)

    def split(self, n_authors: int, signed: dict, weight: Fraction) -> Article:
        """Equal parts for authors, then for each author's sites."""
        article = Article()
        for author, sites in signed.items():
            for site in sites:
                unit = self.unit[site]
                article.part[unit] += weight / (n_authors * len(sites))
                article.people[unit].add(author)
                if unit != UNLOCATED:
                    article.seats[self.owner[site], unit].add(author)
        known = sum(1 for sites in signed.values() if sites)
        if known < n_authors:
            article.part[UNASSIGNED] += weight * Fraction(n_authors - known, n_authors)
        return article

    def add_pairs(self, article: Article, year: int) -> None:
        located = sorted(set(article.part) - {UNASSIGNED, UNLOCATED})
        if len(located) > self.max_units:
            return
        for one, other in combinations(located, 2):
            if self.apart(one, other) and self.joined(article.people[one], article.people[other]):
                self.joint[one, other, year] += 1
                self.score[one, other, year] += article.part[one] + article.part[other]

    def add_partnerships(self, article: Article, year: int) -> None:
        inside = set()
        for (one, here), (other, there) in combinations(sorted(article.seats), 2):
            people = article.seats[one, here], article.seats[other, there]
            if not self.strangers(one, other) or not self.joined(*people):
                continue
            if here == there:
                inside.add(here)
                self.inside_partners[here, year].add(frozenset((one, other)))
            else:
                self.partners[min(here, there), max(here, there), year].add(frozenset((one, other)))
                self.ends[here, year].add((one, other, there))
                self.ends[there, year].add((other, one, here))
        for place in inside:
            self.internal_joint[place, year] += 1
            self.internal_share[place, year] += article.part[place]

    def apart(self, one: str, other: str) -> bool:
        """Whether two units may be a pair: places always, institutions and sites unless kin."""
        if self.level == "site":
            return self.strangers(self.owner[one], self.owner[other])
        return self.level != "institution" or self.strangers(one, other)

    def strangers(self, one: str, other: str) -> bool:
        return one != other and (self.kin == "keep" or frozenset((one, other)) not in self.kin_of)

    def joined(self, ones: set, others: set) -> bool:
        return self.link == "one-author" or any(one != other for one in ones for other in others)


def signatures(tables: dict[str, pd.DataFrame]) -> dict:
    """Sites of each author of each work; an author without a site has none."""
    signed: dict = defaultdict(lambda: defaultdict(set))
    rows = tables["authorships"]
    for work, author, site in zip(rows.work_id, rows.author_key, rows.site_id, strict=True):
        signed[work][author] |= set() if pd.isna(site) else {site}
    return signed


def units(tables: dict[str, pd.DataFrame], level: str) -> tuple[dict, dict]:
    """Unit and institution of each site."""
    sites = tables["sites"]
    owner = dict(zip(sites.site_id, sites.institution_id, strict=True))
    if level == "site":
        return {site: site for site in owner}, owner
    if level == "institution":
        return owner, owner
    cities = dict(zip(sites.site_id, sites.city_id, strict=True))
    if level == "city":
        return {site: UNLOCATED if pd.isna(city) else city for site, city in cities.items()}, owner
    country_of_city = dict(zip(tables["cities"].city_id, tables["cities"].country, strict=True))
    country_of = dict(zip(tables["institutions"].institution_id, tables["institutions"].country, strict=True))
    unit = {}
    for site, city in cities.items():
        candidates = (country_of_city.get(city), country_of.get(owner[site]))
        unit[site] = next((code for code in candidates if not pd.isna(code)), UNLOCATED)
    return unit, owner


def subject_weights(tables: dict[str, pd.DataFrame], subject: str | None) -> dict:
    """What each article of the subject counts."""
    works = tables["works"].work_id
    if subject is None:
        return dict.fromkeys(works, Fraction(1))
    rows = tables["subjects"]
    if subject == "none":
        return dict.fromkeys(set(works) - set(rows.work_id), Fraction(1))
    rows = rows[rows.subject == subject]
    return {work: Fraction(part).limit_denominator(1000) for work, part in zip(rows.work_id, rows.part, strict=True)}


def status(years_of_pair: set[int], year: int, *, window: int) -> str | None:
    """New, kept or lost in ``year``, for one partnership and the years in which it had an article."""
    before = any(past in years_of_pair for past in range(year - window, year))
    if year in years_of_pair:
        return "kept" if before else "new"
    since = any(past in years_of_pair for past in range(year - window + 1, year + 1))
    return "lost" if year - window in years_of_pair and not since else None
