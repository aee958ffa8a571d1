"""The event study by plain loops over people, written from the definitions; shares no code with the toolkit."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pandas as pd

REFERENCE = -1


class PlainLives:
    """What people publish: years of their articles, articles and parts of subjects by year."""

    def __init__(self, frames):
        works = frames["works"]
        year = {w: int(y) for w, y in zip(works.work_id, works.year, strict=True) if not pd.isna(y)}
        subjects = defaultdict(list)
        for work, subject, part in frames["subjects"][["work_id", "subject", "part"]].itertuples(index=False):
            subjects[work].append((subject, Fraction(part).limit_denominator(1000)))
        signed, self.placed = set(), set()
        rows = frames["authorships"]
        for work, author, site in zip(rows.work_id, rows.author_id, rows.site_id, strict=True):
            if not pd.isna(author) and not pd.isna(site):
                self.placed.add(author)
            if not pd.isna(author) and work in year:
                signed.add((author, work))
        self.articles = defaultdict(lambda: defaultdict(int))
        self.subjects = defaultdict(lambda: defaultdict(lambda: defaultdict(Fraction)))
        for author, work in signed:
            self.articles[author][year[work]] += 1
            for subject, part in subjects[work]:
                self.subjects[author][year[work]][subject] += part

    def first(self, author):
        return min(self.articles[author])

    def last(self, author):
        return max(self.articles[author])

    def before(self, author, year, window):
        return sum(self.articles[author].get(y, 0) for y in range(year - window, year))

    def main_subjects(self, author, year):
        """The subjects of most of the articles before the year: several where they are tied."""
        parts = defaultdict(Fraction)
        for y, subjects in self.subjects[author].items():
            for subject, part in subjects.items():
                parts[subject] += part if y < year else 0
        most = max(parts.values(), default=0)
        return {subject for subject, part in parts.items() if part == most and part}


def first_events(moves, years, *, returns):
    """``{author: (year, places left, places reached)}`` of the first moves in flows, or the first returns."""
    by_year = defaultdict(lambda: defaultdict(lambda: (set(), set())))
    for move in moves:
        if move["weight"] > 0 and (move["is_return"] or not returns):
            left, reached = by_year[move["author_id"]][move["year"]]
            left.add(move["from_id"])
            reached.add(move["to_id"])
    found = {author: (min(own), *own[min(own)]) for author, own in by_year.items()}
    return {author: event for author, event in found.items() if years[0] <= event[0] <= years[1]}


def move_years(events, moves):
    """``{author: year}`` of the first move in flows, or of the event where that is earlier."""
    found = {author: event[0] for author, event in events.items()}
    for move in moves:
        if move["weight"] > 0:
            found[move["author_id"]] = min(move["year"], found.get(move["author_id"], move["year"]))
    return found


def assert_alike(lives, events, moved, pairs, *, latest, window=5):
    """Each person of ``pairs``, in their order, has the unused candidate nearest in output; others could have none.

    ``moved``: :func:`move_years`. Candidates never move, or only after the year of the event and ``latest`` more.
    """
    by_first = defaultdict(list)
    for author in lives.articles.keys() & lives.placed:
        by_first[lives.first(author)].append(author)
    used = set()
    for year in sorted({event[0] for event in events.values()}):
        treated = {author for author, event in events.items() if event[0] == year}

        def distances(author, year=year, treated=treated):
            def free(other):
                stayed = other not in moved or (latest is not None and moved[other] > year + latest)
                return stayed and other not in used | treated and year in lives.articles[other]

            subjects, own = lives.main_subjects(author, year), lives.before(author, year, window)
            alike = [one for one in by_first[lives.first(author)] if free(one) and lives.first(author) < year]
            return {
                other: abs(lives.before(other, year, window) - own)
                for other in alike
                if lives.main_subjects(other, year) == subjects
            }

        for author in [one for one in pairs if one in treated]:
            found = distances(author)
            assert found[pairs[author]] == min(found.values()), author
            used.add(pairs[author])
        for author in treated - pairs.keys():
            assert not distances(author), author


def panel(lives, years_of, people, outcome, span):
    """``{person: {t: value}}`` of known years, for ``people``, person -> year of the event."""
    found = {}
    for person, event in people.items():
        known = {}
        for t in range(span[0], span[1] + 1):
            if lives.first(person) <= event + t <= lives.last(person):
                known[t] = float(years_of.get((person, event + t), {}).get(outcome, 0))
        found[person] = known
    return found


def means(rows, span):
    """``{t: (n, mean)}``."""
    found = {}
    for t in range(span[0], span[1] + 1):
        known = [row[t] for row in rows.values() if t in row]
        found[t] = (len(known), sum(known) / len(known) if known else None)
    return found


def differences(treated, others):
    """``[({t: difference}, the one of all t >= 0)]`` by a regression on a dummy for each stay and each year.

    ``treated`` and ``others``: ``(person, year of the event, {t: (value of each outcome)})``, a row per stay.
    """
    rows = [
        (number, event + t, t, number < len(treated), values)
        for number, (_, event, known) in enumerate([*treated, *others])
        for t, values in known.items()
    ]
    frame = pd.DataFrame(rows, columns=["stay", "year", "t", "treated", "values"])
    times = sorted(set(frame.t[frame.treated]) - {REFERENCE})
    effects = [pd.get_dummies(frame.stay), pd.get_dummies(frame.year, drop_first=True)]
    by_time = [pd.DataFrame({t: frame.treated & (frame.t == t) for t in times}), *effects]
    after = [pd.DataFrame({"after": frame.treated & (frame.t >= 0)}), *effects]
    values = np.array(frame["values"].to_list())
    found = []
    for columns, number in ((by_time, len(times)), (after, 1)):
        design = pd.concat(columns, axis=1).to_numpy(dtype="float64")
        # the pseudo-inverse of the normal equations: effects of stays and years leave one another one degree free
        found.append((np.linalg.pinv(design.T @ design, hermitian=True) @ (design.T @ values))[:number])
    return [
        (dict(zip(times, by_time, strict=True)), float(after))
        for by_time, after in zip(found[0].T, found[1][0], strict=True)
    ]


def destinations(frames, events, place, city, asked=None):
    """``{city: (persons, of these who signed from it before)}`` of where people of ``events`` arrive; ties share.

    ``place``: of each site at the level of the events; ``city``: of each site, ``None`` where unknown; ``asked``: only
    events that reach this place, and only cities of it.
    """
    works = frames["works"]
    year = {w: int(y) for w, y in zip(works.work_id, works.year, strict=True) if not pd.isna(y)}
    signed = defaultdict(lambda: defaultdict(set))
    rows = frames["authorships"]
    for work, author, site in zip(rows.work_id, rows.author_id, rows.site_id, strict=True):
        if author in events and work in year and not pd.isna(site):
            signed[author][work].add(site)
    found = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for author, (when, _, all_reached) in events.items():
        reached = all_reached if asked is None else all_reached & {asked}
        parts, before = defaultdict(Fraction), set()
        for work, sites in signed[author].items():
            for site in sites:
                if year[work] == when and place[site] in reached:
                    parts[city[site] or "unlocated"] += Fraction(1, len(sites))
                elif year[work] < when:
                    before.add(city[site] or "unlocated")
        most = [one for one, part in parts.items() if part == max(parts.values())]
        for one in most:
            found[one][0] += Fraction(1, len(most))
            found[one][1] += Fraction(one in before, len(most))
    return {one: tuple(map(float, persons)) for one, persons in found.items()}
