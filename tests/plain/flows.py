"""Flow indicators by plain loops over authors' moves, written from the definitions; shares no code with the toolkit."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pandas as pd


class PlainFlows:
    """Flows of :class:`plain.movement.PlainCareers` under one rule, within a window of years."""

    def __init__(self, careers, rule, years):
        self.careers, self.rule = careers, rule
        every = careers.tenure_moves() if rule == "tenure" else careers.mode_moves()
        self.every = [move for move in every if move["weight"] > 0]
        self.years = years
        self.moves = [move for move in self.every if years[0] <= move["year"] <= years[1]]

    def matrix(self):
        found = defaultdict(Fraction)
        for move in self.moves:
            found[move["from_id"], move["to_id"]] += move["weight"]
        return dict(found)

    def person_years(self):
        found = defaultdict(int)
        for (place, year), people in self.careers.person_years(self.rule).items():
            if self.years[0] <= year <= self.years[1]:
                found[place] += people
        return dict(found)

    def indicators(self):
        """``{place: (inflow, outflow, net, net rate, effectiveness, person-years)}``."""
        matrix, spent = self.matrix(), self.person_years()
        inflow, outflow = defaultdict(Fraction), defaultdict(Fraction)
        for (origin, target), people in matrix.items():
            inflow[target] += people
            outflow[origin] += people
        found = {}
        for place in {*inflow, *outflow, *spent}:
            into, out, years = inflow[place], outflow[place], spent.get(place, 0)
            net = into - out
            rate = 1000 * net / years if years else None
            found[place] = (into, out, net, rate, 100 * net / (into + out) if into + out else None, years)
        return found

    def system(self):
        """Places, pairs, connectivity, effectiveness, aggregate net rate."""
        places, pairs = self.indicators(), len(self.matrix())
        change = sum(abs(row[2]) for row in places.values())
        turnover = sum(row[0] + row[1] for row in places.values())
        n = len(places)
        return (
            n,
            pairs,
            Fraction(pairs, n * (n - 1)),
            100 * change / turnover,
            50 * change / sum(row[5] for row in places.values()),
        )

    def retention(self):
        """``{place: (leavers, at risk)}`` over the window, author by author and year by year."""
        leaving = {(move["from_id"], move["year"], move["author_id"]) for move in self.moves}
        sent = defaultdict(set)
        for move in self.every:
            sent[move["author_id"], move["year"]].add(move["from_id"])
        risk = {(place, year, author) for author in self.careers.seen for place, year in self._at_risk(author, sent)}
        assert leaving <= risk
        found = defaultdict(lambda: [0, 0])
        for number, people in enumerate((leaving, risk)):
            for place, _, _ in people:
                found[place][number] += 1
        return {place: tuple(numbers) for place, numbers in found.items()}

    def _at_risk(self, author, sent):
        """Places that the author may leave, with the year."""
        careers = self.careers
        places = careers.main_places(author)[0] if self.rule == "mode-year" else {}
        tenures = careers.tenures(author) if self.rule == "tenure" else []
        observed = places or careers.seen[author]
        for year in range(self.years[0], min(self.years[1], max(observed)) + 1):
            before = [y for y in places if y < year]
            if before and year - max(before) <= careers.options["max_gap"] + 1:
                yield places[max(before)], year
            if self.rule == "tenure":
                yield from ((place, year) for place in sent.get((author, year), ()))
                yield from ((place, year) for place, start, end in tenures if start <= year - 1 <= end)

    def returns(self, horizon):
        """``{place: (leavings, returned)}``."""
        back = {(move["author_id"], move["to_id"], move["year"]) for move in self.every}
        found = defaultdict(lambda: [0, 0])
        for author, place, year in {(m["author_id"], m["from_id"], m["year"]) for m in self.moves}:
            if year + horizon <= self.careers.last:
                found[place][0] += 1
                found[place][1] += any((author, place, year + t) in back for t in range(1, horizon + 1))
        return {place: tuple(numbers) for place, numbers in found.items()}

    def gateways(self, country, horizon):
        """``{city: (arrivals, went on)}``."""

        def abroad(move):
            ends = country[move["from_id"]], country[move["to_id"]]
            return None if None in ends else ends[0] != ends[1]

        onward = {(m["author_id"], m["from_id"], m["year"]) for m in self.every if abroad(m) is False}
        found = defaultdict(lambda: [0, 0])
        for author, city, year in {(m["author_id"], m["to_id"], m["year"]) for m in self.moves if abroad(m)}:
            if year + horizon <= self.careers.last:
                found[city][0] += 1
                found[city][1] += any((author, city, year + t) in onward for t in range(1, horizon + 1))
        return {city: tuple(numbers) for city, numbers in found.items()}

    def brain(self, frames, before, output):
        """``{place: (gain, drain)}``."""
        works = frames["works"]
        worth = {}
        for work, year, n, cut in zip(works.work_id, works.year, works.n_authors, works.authors_truncated, strict=True):
            if not pd.isna(year) and n and (output == "articles" or not cut):
                worth[work] = int(year), Fraction(1) if output == "articles" else Fraction(1, int(n))
        own = defaultdict(Fraction)
        signed = frames["authorships"]
        for author, work in set(zip(signed.author_id, signed.work_id, strict=True)):
            if work in worth and not pd.isna(author):
                own[author, worth[work][0]] += worth[work][1]
        found = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for move in self.moves:
            carried = sum(own.get((move["author_id"], move["year"] - t), 0) for t in range(1, before + 1))
            found[move["to_id"]][0] += move["weight"] * carried
            found[move["from_id"]][1] += move["weight"] * carried
        return {place: tuple(numbers) for place, numbers in found.items()}

    def contributions(self, group, city, country, sites):
        """``{(place, own group, other group, scope): (inflow, outflow)}``.

        ``sites`` are careers at level site; ``group``, ``city`` and ``country`` say those of a site.
        """
        found = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for move in self.moves:
            origins = self._sites(sites, move["author_id"], move["last_year_at_from"], move["from_id"])
            targets = self._sites(sites, move["author_id"], move["year"], move["to_id"])
            for s, q in origins.items():
                for t, r in targets.items():
                    if city[s] is not None and city[s] == city[t]:
                        scope = "within-city"
                    elif country[s] is None or country[t] is None:
                        scope = "unknown"
                    else:
                        scope = "domestic" if country[s] == country[t] else "international"
                    people = move["weight"] * q * r
                    found[move["to_id"], group[t], group[s], scope][0] += people
                    found[move["from_id"], group[s], group[t], scope][1] += people
        return {key: tuple(numbers) for key, numbers in found.items()}

    def _sites(self, sites, author, year, place):
        here = {s: numbers[0] for s, numbers in sites.seen[author][year].items() if self.home[s] == place}
        return {s: part / sum(here.values()) for s, part in here.items()}

    def groups_that_moved(self, frames, least):
        """``{(from, to, first year): (authors, last year)}``."""
        ways = defaultdict(lambda: defaultdict(set))
        for move, work in self._shown(frames):
            ways[move["from_id"], move["to_id"]][work].add((move["author_id"], move["year"]))
        groups = defaultdict(set)
        for way, articles in ways.items():
            for movers in articles.values():
                for start in {year for _, year in movers}:
                    near = {(author, year) for author, year in movers if start <= year <= start + 1}
                    if len({author for author, _ in near}) >= least:
                        groups[(*way, start)] |= near
        found = {}
        for (origin, target, start), members in groups.items():
            earlier = {author for author, _ in groups.get((origin, target, start - 1), ())}
            people = {author for author, _ in members}
            if not people <= earlier and self.years[0] <= start <= self.years[1]:
                found[origin, target, start] = tuple(sorted(people)), max(year for _, year in members)
        return found

    def _shown(self, frames):
        """Moves with each article signed at the place left in the three years before."""
        works, signed = frames["works"], frames["authorships"]
        dated = {w: int(y) for w, y in zip(works.work_id, works.year, strict=True) if not pd.isna(y)}
        own = defaultdict(set)
        for author, work, site in zip(signed.author_id, signed.work_id, signed.site_id, strict=True):
            if work in dated and not pd.isna(author) and not pd.isna(site):
                own[author, self.home[site]].add(work)
        for move in self.every:
            for work in own[move["author_id"], move["from_id"]]:
                if move["year"] - 3 <= dated[work] <= move["year"] - 1:
                    yield move, work
