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
PLACES = ("city", "metro", "region", "country")


@dataclass
class Article:
    """Parts and people of one article at one level."""

    part: dict = field(default_factory=lambda: defaultdict(Fraction))
    people: dict = field(default_factory=lambda: defaultdict(set))
    seats: dict = field(default_factory=lambda: defaultdict(set))
    through: dict = field(default_factory=lambda: defaultdict(set))


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
        rollup: str = "split",
        wfc: bool = False,
        journals: str | None = None,
    ):
        self.level, self.link, self.kin, self.max_units, self.rollup = level, link, kin, max_units, rollup
        self.units, self.owner = units(tables, level)
        marks = {row.journal_id: set(row.marks) for row in tables["journals"].itertuples()}
        lineage = tables["lineage"]
        self.kin_of = {frozenset(pair) for pair in zip(lineage.institution_id, lineage.ancestor_id, strict=True)}
        self.count, self.joint, self.internal_joint, self.articles = (defaultdict(int) for _ in range(4))
        self.share, self.score, self.internal_share = (defaultdict(Fraction) for _ in range(3))
        self.partners, self.inside_partners, self.ends = (defaultdict(set) for _ in range(3))
        self.counted = self.double_counted = Fraction(0)

        weights = subject_weights(tables, subject)
        signed = signatures(tables)
        for row in tables["works"].itertuples():
            if pd.isna(row.year) or not row.n_authors or (max_authors is not None and row.n_authors > max_authors):
                continue
            if journals is not None and journals not in marks.get(row.journal_id, ()):
                continue
            self.articles[int(row.year)] += 1
            if row.work_id in weights and not (row.authors_truncated and truncated == "drop"):
                weight = weights[row.work_id]
                if wfc and "astronomy" in marks.get(row.journal_id, ()):
                    weight *= Fraction(1, 5)
                self.counted += weight
                self.add(int(row.year), int(row.n_authors), signed[row.work_id], weight)

    def add(self, year: int, n_authors: int, signed: dict, weight: Fraction) -> None:
        """One article into all tables."""
        article = self.split(n_authors, signed, weight)
        for unit, part in article.part.items():
            self.count[unit, year] += 1
            self.share[unit, year] += part
        self.add_pairs(article, year)
        if self.level in PLACES and len(article.seats) <= self.max_units:
            self.add_partnerships(article, year)

    def split(self, n_authors: int, signed: dict, weight: Fraction) -> Article:
        """Equal parts for authors, then for each author's sites."""
        article = Article()
        for author, sites in signed.items():
            for unit, portion in self.portions(sites):
                article.part[unit] += weight * portion / n_authors
            for site in sites:
                for unit in self.units[site]:
                    article.people[unit].add(author)
                    article.through[unit].add(self.owner[site])
                    if unit != UNLOCATED:
                        article.seats[self.owner[site], unit].add(author)
                if self.rollup == "split" and self.level == "parent":
                    self.double_counted += weight * (len(self.units[site]) - 1) / (n_authors * len(sites))
        known = sum(1 for sites in signed.values() if sites)
        if known < n_authors:
            article.part[UNASSIGNED] += weight * Fraction(n_authors - known, n_authors)
        return article

    def portions(self, sites: set) -> list:
        """What each unit has of an author who signs from these sites."""
        if self.rollup == "first":
            leaves = {site if unit == UNLOCATED else unit for site in sites for unit in self.units[site]}
            known = {unit for site in sites for unit in self.units[site]}
            return [(leaf if leaf in known else UNLOCATED, Fraction(1, len(leaves))) for leaf in leaves]
        whole = self.level != "type"
        return [
            (unit, Fraction(1, len(sites) * (1 if whole else len(self.units[site]))))
            for site in sites
            for unit in self.units[site]
        ]

    def add_pairs(self, article: Article, year: int) -> None:
        located = sorted(set(article.part) - {UNASSIGNED, UNLOCATED})
        if len(located) > self.max_units:
            return
        for one, other in combinations(located, 2):
            if len(article.through[one] | article.through[other]) < 2 and self.level in ("parent", "type"):
                continue
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
        return self.level not in ("institution", "parent") or self.strangers(one, other)

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
    """Units (several at parent and type level) and institution of each site."""
    sites = tables["sites"]
    owner = dict(zip(sites.site_id, sites.institution_id, strict=True))
    if level == "parent":
        above = parents(tables)
        return {site: above(institution) for site, institution in owner.items()}, owner
    if level == "type":
        rows = tables["institutions"]
        types = {key: set(found) - {"funder"} for key, found in zip(rows.institution_id, rows.types, strict=True)}
        return {site: types.get(institution) or {"unknown"} for site, institution in owner.items()}, owner
    return {site: {unit} for site, unit in single_unit(tables, level, owner).items()}, owner


def parents(tables: dict[str, pd.DataFrame]):
    """Function that gives the tops of an institution, by walking upwards."""
    up: dict = defaultdict(dict)
    for row in tables["lineage"].itertuples():
        if row.institution_id != row.ancestor_id:
            up[row.institution_id][row.ancestor_id] = row.relation
    recorded = {key for key, name in zip(*(tables["institutions"][c] for c in ("institution_id", "name")), strict=True)
                if not pd.isna(name) and name != key}  # fmt: skip

    def above(institution: str) -> set:
        found, waiting = set(), [institution]
        while waiting:
            fresh = set(up.get(waiting.pop(), ())) - found
            found |= fresh
            waiting += fresh
        return found

    def circular(institution: str) -> bool:
        return institution in above(institution)

    def tops(institution: str) -> set:
        if circular(institution) or not above(institution):
            return {institution}
        found = {other for other in above(institution) if not above(other) or circular(other)}
        guessed = {other for other in found if up[institution][other] == "openalex"}
        phantoms = guessed - recorded
        return found - phantoms if any(not above(other) for other in guessed & recorded) else found

    return tops


def single_unit(tables: dict[str, pd.DataFrame], level: str, owner: dict) -> dict:
    """Unit of each site at levels where it has one."""
    sites = tables["sites"]
    if level == "site":
        return {site: site for site in owner}
    if level == "institution":
        return owner
    cities = dict(zip(sites.site_id, sites.city_id, strict=True))
    if level in ("city", "metro"):
        areas = tables["cities"]
        metro = {city: area for city, area in zip(areas.city_id, areas.metro_id, strict=True) if not pd.isna(area)}
        metro = metro if level == "metro" else {}
        return {site: UNLOCATED if pd.isna(city) else metro.get(city, city) for site, city in cities.items()}
    if level == "region":
        areas = tables["cities"]
        region = {
            city: f"{country}.{code}"
            for city, country, code in zip(areas.city_id, areas.country, areas.admin1, strict=True)
            if not pd.isna(country) and not pd.isna(code)
        }
        return {site: region.get(city, UNLOCATED) for site, city in cities.items()}
    country_of_city = dict(zip(tables["cities"].city_id, tables["cities"].country, strict=True))
    country_of = dict(zip(tables["institutions"].institution_id, tables["institutions"].country, strict=True))
    unit = {}
    for site, city in cities.items():
        candidates = (country_of_city.get(city), country_of.get(owner[site]))
        unit[site] = next((code for code in candidates if not pd.isna(code)), UNLOCATED)
    return unit


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
