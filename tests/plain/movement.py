"""Movement by plain loops over authors, written from the definitions; shares no code with the toolkit."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

import pandas as pd

ABOUT = Fraction(1, 10**9)
DEFAULTS = {
    "mode_weight": "parts",
    "ties": "earlier",
    "max_gap": 5,
    "bridge_gap": 2,
    "join_gap": None,
    "max_visit": 4,
    "max_overlap": 3,
    "drop_censored": False,
    "max_places": 20,
    "drop_suspects": False,
    "kin": "drop",
}


class PlainCareers:
    """Careers of all authors of a corpus at one level.

    ``seen[author][year][place]`` is (parts, articles). ``home`` says the place of a site, or ``None``.
    """

    def __init__(self, frames, level, **options):
        self.options = DEFAULTS | options
        works = frames["works"]
        years = {w: int(y) for w, y in zip(works.work_id, works.year, strict=True) if not pd.isna(y)}
        with_authors = [years[w] for w, n in zip(works.work_id, works.n_authors, strict=True) if w in years and n >= 1]
        self.first, self.last = (min(with_authors), max(with_authors)) if with_authors else (0, 0)
        self.kin = kin(frames["lineage"]) if level == "institution" and self.options["kin"] == "drop" else set()
        self.seen = defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: [Fraction(0), 0])))
        self.began = {}
        self.read(frames["authorships"], years, homes(frames, level))
        self.suspects = {
            author
            for author, career in self.seen.items()
            if any(len(places) > self.options["max_places"] for places in career.values())
        }
        if self.options["drop_suspects"]:
            for author in self.suspects:
                del self.seen[author]

    def read(self, authorships, years, home):
        signed = defaultdict(set)
        columns = authorships.work_id, authorships.author_id, authorships.site_id
        for work, author, site in zip(*columns, strict=True):
            if work in years and not pd.isna(author) and not pd.isna(site):
                signed[author, work].add(site)
        for (author, work), sites in signed.items():
            year = years[work]
            self.began[author] = min(year, self.began.get(author, year))
            for site in sites:
                if home[site] is not None:
                    self.seen[author][year][home[site]][0] += Fraction(1, len(sites))
            for place in {home[site] for site in sites} - {None}:
                self.seen[author][year][place][1] += 1

    def observations(self):
        return {
            (author, place, year): (parts, articles)
            for author, career in self.seen.items()
            for year, places in career.items()
            for place, (parts, articles) in places.items()
        }

    # R1

    def main_places(self, author):
        """``{year: place}`` without dropped years, and the number of years that tied and that were dropped."""
        which = 0 if self.options["mode_weight"] == "parts" else 1
        tops = {}
        for year, places in self.seen[author].items():
            most = max(numbers[which] for numbers in places.values())
            tops[year] = {place for place, numbers in places.items() if most - numbers[which] <= ABOUT}
        order, chosen, tied, dropped = sorted(tops), {}, 0, 0
        for position, year in enumerate(order):
            if len(tops[year]) == 1:
                (chosen[year],) = tops[year]
                continue
            tied += 1
            if self.options["ties"] == "smallest-id":
                chosen[year] = min(tops[year])
                continue
            earlier = [y for y in order[:position] if len(tops[y]) == 1]
            following = order[position + 1 : position + 2]
            if earlier and tops[earlier[-1]] <= tops[year]:
                (chosen[year],) = tops[earlier[-1]]
            elif following and len(tops[following[0]]) == 1 and tops[following[0]] <= tops[year]:
                (chosen[year],) = tops[following[0]]
            else:
                dropped += 1
        return chosen, tied, dropped

    def mode_moves(self):
        found = []
        for author, career in self.seen.items():
            places, _, _ = self.main_places(author)
            years = sorted(places)
            steps = [(a, b) for a, b in pairwise(years) if places[a] != places[b]]
            for before, year in steps:
                origin, target = places[before], places[year]
                if (origin, target) in self.kin:
                    continue
                wide = year - before - 1 > self.options["max_gap"]
                found.append(
                    {
                        "author_id": author,
                        "from_id": origin,
                        "to_id": target,
                        "year": year,
                        "last_year_at_from": before,
                        "rule": "mode-year",
                        "kind": "gap" if wide else "move",
                        "weight": Fraction(0 if wide else 1),
                        "is_return": any(places[y] == target for y in years if y < year),
                        "returns_to_origin": target in career[min(career)],
                        "censored": False,
                        "career_end": (before, year) == steps[-1],
                        "career_age": year - self.began[author],
                        "left_censored": self.began[author] <= self.first + 1,
                    }
                )
        return found

    # R2

    def tenures(self, author):
        """``[(place, start, end)]``."""
        years = defaultdict(list)
        for year in sorted(self.seen[author]):
            for place in self.seen[author][year]:
                years[place].append(year)
        found = []
        for place, observed in years.items():
            start = end = observed[0]
            for year in observed[1:]:
                if year - end - 1 > self.options["bridge_gap"]:
                    found.append((place, start, end))
                    start = year
                end = year
            found.append((place, start, end))
        return found

    def senders(self, tenures, new, *, join=None):
        place, start, _ = new
        earlier = [old for old in tenures if old[1] < start]
        related = {old for old in earlier if (place, old[0]) in self.kin}
        running = [old for old in earlier if old[0] != place and old[2] >= start - 1 and old not in related]
        if running or not earlier:
            return running
        if join is None:
            join = self.options["join_gap"] if self.options["join_gap"] is not None else self.options["bridge_gap"]
        last = max(old[2] for old in earlier)
        ended_last = [old for old in earlier if old[2] == last]
        if last < start - 1 - join or any(old[0] == place for old in ended_last):
            return []
        return [old for old in ended_last if old not in related]

    def gap_starts(self):
        """``{(author, place, year)}`` of tenures that have senders only where any gap is allowed."""
        return {
            (author, new[0], new[1])
            for author in self.seen
            for tenures in [self.tenures(author)]
            for new in tenures
            if not self.senders(tenures, new) and self.senders(tenures, new, join=9999)
        }

    def tenure_moves(self):
        found = []
        for author, career in self.seen.items():
            tenures, own = self.tenures(author), []
            for new in tenures:
                place, start, end = new
                senders = self.senders(tenures, new)
                overlap = {old: max(0, min(old[2], end) - start + 1) for old in senders}
                outlasts = all(end > old[2] for old in senders if old[2] >= start)
                short = all(years <= self.options["max_overlap"] for years in overlap.values())
                for old in senders:
                    if end < old[2] and end - start + 1 <= self.options["max_visit"]:
                        kind = "visit"
                    elif overlap[old] > self.options["max_overlap"]:
                        kind = "dual"
                    else:
                        kind = "migration" if outlasts and short else "open"
                    own.append(
                        {
                            "author_id": author,
                            "from_id": old[0],
                            "to_id": place,
                            "year": start,
                            "last_year_at_from": old[2],
                            "rule": "tenure",
                            "kind": kind,
                            "is_return": any(t[0] == place and t[1] < start for t in tenures),
                            "returns_to_origin": place in career[min(career)],
                            "censored": start > self.last - max(2, self.options["max_overlap"]),
                            "career_end": end == max(career),
                            "career_age": start - self.began[author],
                            "left_censored": self.began[author] <= self.first + 1,
                        }
                    )
            for row in own:
                row["weight"] = Fraction(0)
                if row["kind"] == "migration" and not (self.options["drop_censored"] and row["censored"]):
                    shared = sum(1 for r in own if r["kind"] == "migration" and r["year"] == row["year"])
                    row["weight"] = Fraction(1, shared)
            found += own
        return found

    def person_years(self, rule):
        found = defaultdict(int)
        for author in self.seen:
            if rule == "mode-year":
                for year, place in self.main_places(author)[0].items():
                    found[place, year] += 1
            else:
                for place, start, end in self.tenures(author):
                    for year in range(start, end + 1):
                        found[place, year] += 1
        return dict(found)

    # R3

    def origin_classes(self):
        found = {}
        for author, career in self.seen.items():
            first, last = min(career), max(career)
            origin = set(career[first])
            kept = [origin & set(places) for places in career.values()]
            if len(career) == 1:
                found[author] = "single year"
            elif len(set().union(*career.values())) == 1:
                found[author] = "stayer"
            elif not all(kept):
                found[author] = "return migrant" if origin & set(career[last]) else "migrant"
            elif len(origin) == 1:
                found[author] = "directional traveller"
            elif all(places == origin for places in kept):
                found[author] = "non-directional traveller"
            else:
                found[author] = "partly kept"
        return found


def kin(lineage):
    """Ancestor and descendant, both ways."""
    steps = [(a, b) for a, b in zip(lineage.institution_id, lineage.ancestor_id, strict=True) if a != b]
    return {*steps, *((b, a) for a, b in steps)}


def homes(frames, level):
    """Place of each site, ``None`` where it has none; levels of one place a site only."""
    sites, cities = frames["sites"], frames["cities"]
    country = {c: None if pd.isna(x) else x for c, x in zip(cities.city_id, cities.country, strict=True)}
    of_institution = {
        i: None if pd.isna(x) else x
        for i, x in zip(frames["institutions"].institution_id, frames["institutions"].country, strict=True)
    }
    found = {}
    for site, institution, city in zip(sites.site_id, sites.institution_id, sites.city_id, strict=True):
        known = None if pd.isna(city) else city
        if level == "site":
            found[site] = site
        elif level == "institution":
            found[site] = institution
        elif level == "city":
            found[site] = known
        elif level == "country":
            found[site] = country.get(known) or of_institution.get(institution)
        else:
            raise ValueError(level)
    return found


def agreement(own, other, widest=None):
    """Numbers of events, of the other's, and of those that are one move; moves are rows of the functions above.

    ``widest``: only events whose own gap is at most so many years.
    """

    def events(rows):
        found = defaultdict(list)
        for row in rows:
            if row["weight"] > 0:
                found[row["author_id"], row["year"]].append(row)
        gaps = {
            event: min(max(row["year"] - row["last_year_at_from"] - 1, 0) for row in rows)
            for event, rows in found.items()
        }
        return {event: rows for event, rows in found.items() if widest is None or gaps[event] <= widest}, len(found)

    (first, all_first), (second, all_second) = events(own), events(other)
    unused, partners = set(second), {}
    for step in (0, -1, 1):
        for author, year in sorted(first):
            beside = (author, year + step)
            if (author, year) in partners or beside not in unused:
                continue
            one, two = first[author, year], second[beside]
            if all({row[end] for row in one} & {row[end] for row in two} for end in ("from_id", "to_id")):
                partners[author, year] = beside
                unused.remove(beside)
    outside = all_first + all_second - len(first) - len(second)
    return len(first), len(second), len(partners), outside
