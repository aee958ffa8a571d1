"""Answers of the multi-hop queries once more, in plain Python from the workspace's tables and yearly pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from toolkit.measures.answers import pairs, share
from toolkit.workspace import Workspace

Pair = frozenset[str]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Corpus:
    """What the answers are worked out from: the workspace's tables, and its yearly pairs and outputs."""

    cities: Mapping[str, Mapping[str, Any]]
    city_pairs: pd.DataFrame
    institution_pairs: pd.DataFrame
    site_pairs: pd.DataFrame
    institution_shares: pd.DataFrame
    sites: pd.DataFrame
    lineage: pd.DataFrame

    @classmethod
    def of(cls, workspace: Workspace) -> Corpus:
        def table(name: str) -> pd.DataFrame:
            return pq.read_table(workspace.table(name)).to_pandas()

        signed = table("authorships")[["site_id"]].dropna().drop_duplicates().merge(table("sites"), on="site_id")
        lineage = table("lineage")
        present = set(signed.institution_id)
        present |= set(lineage.ancestor_id[lineage.institution_id.isin(present)])
        sites = table("sites")
        return cls(
            cities=table("cities").set_index("city_id").to_dict("index"),
            city_pairs=pairs(workspace, level="city", by_year=True).frame,
            institution_pairs=pairs(workspace, level="institution", by_year=True).frame,
            site_pairs=pairs(workspace, level="site", by_year=True).frame,
            institution_shares=share(workspace, level="institution", by_year=True).frame,
            sites=sites[sites.institution_id.isin(present) & sites.city_id.notna()],
            lineage=lineage,
        )

    def scores(self, frame: pd.DataFrame, first: int, last: int, column: str = "score") -> dict[Pair, float]:
        """Sum over the window for each unordered pair."""
        found: dict[Pair, float] = defaultdict(float)
        for row in frame.itertuples():
            if first <= row.year <= last:
                found[frozenset((row.a_id, row.b_id))] += getattr(row, column)
        return dict(found)

    def neighbours(self, frame: pd.DataFrame, first: int, last: int) -> dict[str, dict[str, float]]:
        """Partners of each unit with their scores."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for pair, score in self.scores(frame, first, last).items():
            a, b = sorted(pair)
            found[a][b] = found[b][a] = score
        return found

    def city(self, city_id: str) -> tuple[str, str, str]:
        """Id, name and country."""
        record = self.cities[city_id]
        return city_id, record["name"], record["country"]


def strongest(ties: Mapping[str, float], n: int) -> list[str]:
    """Keys of the n largest values, ties by key."""
    return sorted(ties, key=lambda key: (-round(ties[key], 6), key))[:n]


def inside_and_across(c: Corpus, outputs: pd.DataFrame, first: int, last: int) -> list[Row]:
    """``outputs``: id, internal_share of every city in the window."""
    near = c.neighbours(c.city_pairs, first, last)
    rows = []
    for city_id, inside in zip(outputs.id, outputs.internal_share, strict=True):
        by_country: dict[str, float] = defaultdict(float)
        for partner, score in near[city_id].items():
            by_country[c.cities[partner]["country"]] += score
        home = by_country.pop(c.cities[city_id]["country"], 0.0)
        abroad = sum(by_country.values())
        top = strongest(by_country, 1)
        part = abroad / (home + abroad) if home + abroad else 0.0
        rows.append((*c.city(city_id), inside, home, abroad, part, top[0] if top else None))
    return rows


def common_partners(c: Corpus, a: str, b: str, first: int, last: int) -> list[Row]:
    near = c.neighbours(c.city_pairs, first, last)
    return [(*c.city(p), near[a][p], near[b][p], min(near[a][p], near[b][p])) for p in near[a].keys() & near[b].keys()]


def not_yet_partners(c: Corpus, city: str, first: int, last: int, *, via_n: int, max_joint: int) -> list[Row]:
    near = c.neighbours(c.city_pairs, first, last)
    joint = c.scores(c.city_pairs, first, last, "joint")
    ways: dict[str, dict[str, float]] = defaultdict(dict)
    for p in strongest(near[city], via_n):
        for q, score in near[p].items():
            if q != city:
                ways[q][p] = min(near[city][p], score)
    rows = []
    for q, over in ways.items():
        own = joint.get(frozenset((city, q)), 0)
        if own <= max_joint:
            best = c.cities[strongest(over, 1)[0]]["name"]
            rows.append((*c.city(q), int(own), len(over), sum(over.values()), best))
    return rows


def bridges(c: Corpus, country: str, other: str, first: int, last: int) -> list[Row]:
    rows = []
    for city_id, ties in c.neighbours(c.city_pairs, first, last).items():
        if c.cities[city_id]["country"] in {country, other}:
            continue
        sides = [[s for p, s in ties.items() if c.cities[p]["country"] == code] for code in (country, other)]
        if all(sides):
            ours, theirs = map(sum, sides)
            rows.append((*c.city(city_id), len(sides[0]), ours, len(sides[1]), theirs, min(ours, theirs)))
    return rows


def chain(c: Corpus, a: str, b: str, first: int, last: int, *, min_score: float) -> list[Row]:
    best: dict[Pair, float] = defaultdict(float)
    for row in c.city_pairs.itertuples():
        if first <= row.year <= last:
            key = frozenset((row.a_id, row.b_id))
            best[key] = max(best[key], row.score)
    links: dict[str, set[str]] = defaultdict(set)
    for pair, score in best.items():
        if score >= min_score:
            low, high = sorted(pair)
            links[low].add(high)
            links[high].add(low)
    paths = [(a,)]
    while paths and not any(path[-1] == b for path in paths):
        paths = [(*path, step) for path in paths for step in sorted(links[path[-1]]) if step not in path]
    whole = [path for path in paths if path[-1] == b]
    if not whole:
        return []

    def weakest(path: tuple[str, ...]) -> float:
        return min(best[frozenset(step)] for step in pairwise(path))

    path = min(whole, key=lambda path: (-round(weakest(path), 6), path))
    scores = [None, *(best[frozenset(step)] for step in pairwise(path))]
    return [(step, *c.city(city), score) for step, (city, score) in enumerate(zip(path, scores, strict=True))]


def hubs(c: Corpus, n: int, first: int, last: int) -> dict[str, float]:
    """Strength of the n strongest cities."""
    near = c.neighbours(c.city_pairs, first, last)
    strength = {city: sum(ties.values()) for city, ties in near.items()}
    return {city: strength[city] for city in strongest(strength, n)}


def triangles(c: Corpus, n: int, first: int, last: int) -> list[Row]:
    scores = c.scores(c.city_pairs, first, last)
    rows = []
    for three in combinations(sorted(hubs(c, n, first, last)), 3):
        sides = [scores.get(frozenset(pair), 0.0) for pair in combinations(three, 2)]
        if all(sides):
            rows.append((*(x for city in three for x in c.city(city)[:2]), min(sides), sum(sides)))
    return rows


def brokers(c: Corpus, n: int, partners_n: int, first: int, last: int) -> list[Row]:
    near = c.neighbours(c.city_pairs, first, last)
    rows = []
    for hub, strength in hubs(c, n, first, last).items():
        circle = list(combinations(strongest(near[hub], partners_n), 2))
        held = [near[a].get(b, 0.0) < min(near[hub][a], near[hub][b]) for a, b in circle]
        rows.append((*c.city(hub), strength, len(circle), sum(held), sum(held) / len(circle) if circle else 0.0))
    return rows


def site_partnerships(c: Corpus, city: str, first: int, last: int) -> pd.DataFrame:
    """Joint years of the sites of a city with sites of other cities: own, other, other_city, year, joint, score."""
    seats = dict(zip(c.sites.site_id, zip(c.sites.institution_id, c.sites.city_id, strict=True), strict=True))
    rows = []
    for row in c.site_pairs.itertuples():
        if not (first <= row.year <= last and row.a_id in seats and row.b_id in seats):
            continue
        for own, other in ((row.a_id, row.b_id), (row.b_id, row.a_id)):
            (institution, here), (partner, there) = seats[own], seats[other]
            if here == city != there:
                rows.append((institution, partner, there, row.year, row.joint, row.score))
    return pd.DataFrame(rows, columns=["own", "other", "other_city", "year", "joint", "score"])


def between_cities(c: Corpus, city: str, first: int, last: int) -> list[Row]:
    rows = []
    for other_city, ties in site_partnerships(c, city, first, last).groupby("other_city"):
        distinct = {frozenset(pair) for pair in zip(ties.own, ties.other, strict=True)}
        rows.append((*c.city(str(other_city)), len(distinct), ties.own.nunique(), ties.other.nunique()))
    return rows


def of_two_cities(c: Corpus, city: str, other: str, first: int, last: int) -> list[Row]:
    ties = site_partnerships(c, city, first, last)
    return [
        (*ends, years.year.min(), years.year.max(), years.year.nunique(), years.joint.sum(), years.score.sum())
        for ends, years in ties[ties.other_city == other].groupby(["own", "other"])
    ]


def new_in_window(c: Corpus, city: str, first: int, last: int, quiet: int) -> list[Row]:
    ties = site_partnerships(c, city, first - quiet, last)
    return [
        (own, other, place, years.year.min(), years.joint.sum(), years.score.sum())
        for (own, other, place), years in ties.groupby(["own", "other", "other_city"])
        if years.year.min() >= first
    ]


def not_yet_partnerships(c: Corpus, city: str, other: str, first: int, last: int, *, n: int) -> list[Row]:
    near = c.neighbours(c.institution_pairs, first, last)
    kin = {frozenset(pair) for pair in zip(c.lineage.institution_id, c.lineage.ancestor_id, strict=True)}

    def top(place: str) -> list[str]:
        here = set(c.sites.institution_id[c.sites.city_id == place])
        return strongest({i: sum(near[i].values()) for i in here if near.get(i)}, n)

    rows = []
    for i in top(city):
        for j in top(other):
            if i != j and j not in near[i] and frozenset((i, j)) not in kin:
                over = {k: min(near[i][k], near[j][k]) for k in near[i].keys() & near[j].keys()}
                if over:
                    rows.append((i, j, len(over), sum(over.values())))
    return rows


def community_members(c: Corpus, community: Mapping[str, int], first: int, last: int) -> list[Row]:
    near = c.neighbours(c.city_pairs, first, last)
    rows = []
    for city, own in community.items():
        inside = sum(score for p, score in near[city].items() if community.get(p) == own)
        rows.append((own, *c.city(city), inside, sum(near[city].values()) - inside))
    return rows


def community_links(c: Corpus, community: Mapping[str, int], first: int, last: int) -> list[Row]:
    found: dict[tuple[int, int], dict[tuple[str, str], float]] = defaultdict(dict)
    for pair, score in c.scores(c.city_pairs, first, last).items():
        a, b = sorted(pair, key=lambda city: (community[city], city))
        if community[a] != community[b]:
            found[community[a], community[b]][a, b] = score
    rows = []
    for (x, y), ties in found.items():
        a, b = min(ties, key=lambda pair: (-round(ties[pair], 6), pair))
        rows.append((x, y, len(ties), sum(ties.values()), *c.city(a)[:2], *c.city(b)[:2], ties[a, b]))
    return rows


def connectors(c: Corpus, community: Mapping[str, int], first: int, last: int, min_strength: float) -> list[Row]:
    rows = []
    for city, ties in c.neighbours(c.city_pairs, first, last).items():
        parts: dict[int, float] = defaultdict(float)
        for partner, score in ties.items():
            parts[community[partner]] += score
        whole = sum(parts.values())
        if whole >= min_strength:
            spread = 1 - sum((part / whole) ** 2 for part in parts.values())
            rows.append((*c.city(city), community[city], whole, len(parts), spread))
    return rows


def descendants(c: Corpus, umbrella: str) -> set[str]:
    """Institutions below an umbrella, following the registry's direct parents."""
    children: dict[str, set[str]] = defaultdict(set)
    for row in c.lineage[c.lineage.depth == 1].itertuples():
        children[row.ancestor_id].add(row.institution_id)
    found: set[str] = set()
    open_ones = [umbrella]
    while open_ones:
        new = children[open_ones.pop()] - found
        found |= new
        open_ones += new
    return found - {umbrella}


def umbrellas(c: Corpus) -> set[str]:
    """Institutions with a placed institute below them and none above."""
    direct = c.lineage[c.lineage.depth == 1]
    tops = set(direct.ancestor_id) - set(direct.institution_id)
    return {top for top in tops if descendants(c, top) & set(c.sites.institution_id)}


def umbrella_reach(c: Corpus, umbrella: str, first: int, last: int) -> list[Row]:
    placed = c.sites[c.sites.institution_id.isin(descendants(c, umbrella))]
    shares = c.institution_shares
    totals = shares[shares.year.between(first, last)].groupby("id").share.sum()
    rows = []
    for city, sites in placed.groupby("city_id"):
        institutes = set(sites.institution_id)
        part = len(institutes) / placed.institution_id.nunique()
        rows.append((umbrella, *c.city(str(city)), len(institutes), part, sum(totals.get(i, 0.0) for i in institutes)))
    return rows
