"""Ties after a move by plain loops, written from the definitions; shares no code with the toolkit."""

from __future__ import annotations

import random
from collections import defaultdict

import pandas as pd
import pyarrow as pa
from plain.movement import homes


def in_teams(tables, seed):
    """``tables`` of articles by one author each, many of them put together into articles of two to five authors."""
    chance = random.Random(seed)
    works = tables["works"].to_pylist()
    by_year = defaultdict(list)
    for work in works:
        by_year[work["year"]].append(work["work_id"])
    becomes = {}
    for year in sorted(by_year, key=str):
        left = by_year[year]
        chance.shuffle(left)
        while left:
            size = chance.choice([1, 2, 2, 3, 5])
            team, left = left[:size], left[size:]
            becomes |= dict.fromkeys(team, team[0])
    rows = {}
    for row in tables["authorships"].to_pylist():
        work = becomes.get(row["work_id"], row["work_id"])
        key = row["author_id"] or row["author_key"]
        rows[work, key, row["site_id"]] = row | {"work_id": work, "author_key": key}
    for work in sorted({work for work, _, _ in rows}):
        if chance.random() < 0.2:  # somebody whose affiliation is never known
            ghost = f"G{chance.randrange(40)}"
            row = rows[next(key for key in rows if key[0] == work)]
            rows[work, ghost, None] = row | {"author_key": ghost, "author_id": ghost, "site_id": None}
    kept = [work for work in works if becomes.get(work["work_id"], work["work_id"]) == work["work_id"]]
    signed = [rows[key] for key in sorted(rows, key=str)]
    team_size = defaultdict(set)
    for row in signed:
        team_size[row["work_id"]].add(row["author_key"])
    kept = [work | {"n_authors": len(team_size[work["work_id"]])} for work in kept]
    return tables | {
        "works": pa.Table.from_pylist(kept, schema=tables["works"].schema),
        "authorships": pa.Table.from_pylist(signed, schema=tables["authorships"].schema),
    }


class PlainTies:
    """Everything after a move, from frames of the canonical tables and a list of moves in flows."""

    def __init__(self, frames, level, moves):
        self.moves = moves
        works = frames["works"]
        self.year = {w: int(y) for w, y in zip(works.work_id, works.year, strict=True) if not pd.isna(y)}
        self.last, self.first = max(self.year.values()), min(self.year.values())
        home = homes(frames, level)
        self.people = defaultdict(lambda: defaultdict(set))  # work -> author's key -> places
        self.known = defaultdict(set)  # work -> authors with an id
        self.of = defaultdict(set)  # author -> works
        signed = frames["authorships"]
        for work, key, author, site in zip(
            signed.work_id, signed.author_key, signed.author_id, signed.site_id, strict=True
        ):
            if work not in self.year:
                continue
            self.people[work][key] |= set() if pd.isna(site) else {home[site]} - {None}
            if not pd.isna(author):
                self.known[work].add(author)
                self.of[author].add(work)

    def tied(self, work, author, place):
        return any(place in places for key, places in self.people[work].items() if key != author)

    def rates(self, span):
        """``{t: (pairs, researchers, articles, tied, rate, mean)}``."""
        found = {}
        for t in range(span[0], span[1] + 1):
            own = []
            for move in self.moves:
                works = [w for w in self.of[move["author_id"]] if self.year[w] == move["year"] + t]
                ties = [w for w in works if self.tied(w, move["author_id"], move["from_id"])]
                if works:
                    own.append((move["weight"], len(works), len(ties)))
            if own:
                weight = sum(w for w, _, _ in own)
                articles = sum(w * n for w, n, _ in own)
                tied = sum(w * n for w, _, n in own)
                mean = sum(w * n / m for w, m, n in own) / weight
                found[t] = tuple(float(x) for x in (len(own), weight, articles, tied, tied / articles, mean))
        return found

    def survival(self, window):
        """``{(author, year): (before, kept)}``."""
        found = {}
        for author, year in {(move["author_id"], move["year"]) for move in self.moves}:
            if year - window < self.first or year + window - 1 > self.last:
                continue
            before = self.with_whom(author, year - window, year - 1)
            after = self.with_whom(author, year, year + window - 1)
            if before:
                found[author, year] = (len(before), len(before & after))
        return found

    def with_whom(self, author, first, last):
        works = [w for w in self.of[author] if first <= self.year[w] <= last]
        return set().union(*(self.known[w] for w in works)) - {author}

    def bridges(self, years):
        """``{(author, from, to, work)}``."""
        return {
            (move["author_id"], move["from_id"], move["to_id"], work)
            for move in self.moves
            for work in self.of[move["author_id"]]
            if self.year[work] >= move["year"]
            and years[0] <= self.year[work] <= years[1]
            and move["to_id"] in self.people[work][move["author_id"]]
            and self.tied(work, move["author_id"], move["from_id"])
        }
