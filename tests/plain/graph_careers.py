"""Answers of the query groups ``careers`` and ``ties`` once more, by plain loops over the workspace's tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pandas as pd
from plain.graph_records import Records, Row, Years
from plain.movement import PlainCareers, kin

from toolkit.measures.answers import flows


class Stay(NamedTuple):
    """A tenure, with the articles signed there."""

    place: str
    start: int
    end: int
    works: int


@dataclass(frozen=True)
class People:
    """Who worked where, and what the institutions and cities wrote together."""

    r: Records

    @cached_property
    def stays(self) -> dict[str, list[Stay]]:
        names = ("works", "authorships", "sites", "cities", "institutions", "lineage")
        careers = PlainCareers({name: self.r.table(name) for name in names}, "institution")
        seen = careers.observations()
        articles: Mapping[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for (author, place, year), (_, number) in seen.items():
            articles[author, place][year] = number
        return {
            author: [
                Stay(place, start, end, sum(n for y, n in articles[author, place].items() if start <= y <= end))
                for place, start, end in careers.tenures(author)
            ]
            for author in careers.seen
        }

    @cached_property
    def kin(self) -> set[tuple[str, str]]:
        return kin(self.r.corpus.lineage)

    @cached_property
    def cities(self) -> dict[str, list[str]]:
        """Cities of each institution, in the order of their ids."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.r.corpus.sites.itertuples():
            found[row.institution_id].add(row.city_id)
        return defaultdict(list, {place: sorted(ids) for place, ids in found.items()})

    def countries(self, place: str) -> list[str]:
        return [self.r.country(city) for city in self.cities[place]]

    def name(self, place: str) -> str:
        return str(self.r.institutions[place]["name"])

    def city(self, city: str) -> str:
        return str(self.r.corpus.cities[city]["name"])

    def joint(self, a: str, b: str, first: int, last: int = 9999) -> dict[int, int]:
        """Joint articles of two institutions by year."""
        found = self._joint.get(frozenset((a, b)), {})
        return {year: joint for year, joint in found.items() if first <= year <= last}

    @cached_property
    def _joint(self) -> dict[frozenset[str], dict[int, int]]:
        found: dict[frozenset[str], dict[int, int]] = defaultdict(dict)
        for row in self.r.corpus.institution_pairs.itertuples():
            found[frozenset((row.a_id, row.b_id))][row.year] = row.joint
        return found

    def moves(self, level: str, rule: str) -> pd.DataFrame:
        return flows(self.r.workspace, level=level, rule=rule, by_year=True, top=0).frame

    def at(self, place: str) -> list[tuple[str, Stay]]:
        return [(person, stay) for person, stays in self.stays.items() for stay in stays if stay.place == place]


def overlap(one: Stay, other: Stay) -> tuple[int, int]:
    return max(one.start, other.start), min(one.end, other.end)


def tenures(p: People, person: str) -> list[Row]:
    return [
        {
            "institution_id": stay.place,
            "institution": p.name(stay.place),
            "cities": [p.city(city) for city in p.cities[stay.place]],
            "from_year": stay.start,
            "to_year": stay.end,
            "works": stay.works,
            "beside": sum(1 for o in p.stays[person] if o is not stay and o.start <= stay.end and o.end >= stay.start),
        }
        for stay in p.stays[person]
    ]


def dual(p: People, place: str, least: int, years: Years) -> list[Row]:
    rows = []
    for person, own in p.at(place):
        for other in p.stays[person]:
            since, until = overlap(own, other)
            if other.place == place or (place, other.place) in p.kin or until - since + 1 < least:
                continue
            if since <= years[1] and until >= years[0]:
                rows.append(
                    {
                        "researcher_id": person,
                        "other_id": other.place,
                        "other": p.name(other.place),
                        "from_year": since,
                        "to_year": until,
                        "years": until - since + 1,
                        "works": own.works,
                        "other_works": other.works,
                    }
                )
    return rows


def returnees(p: People, country: str, years: Years, least: int) -> list[Row]:
    rows = []
    for person, stays in p.stays.items():
        home = [stay for stay in stays if country in p.countries(stay.place)]
        abroad = [stay for stay in stays if p.cities[stay.place] and country not in p.countries(stay.place)]
        for year in sorted({stay.start for stay in home}):
            before = [stay.end for stay in home if stay.start < year]
            if not before or not years[0] <= year <= years[1] or year - max(before) - 1 < least:
                continue
            between = {p.name(s.place) for s in abroad if s.end > max(before) and s.start < year}
            if between:
                rows.append(
                    {
                        "researcher_id": person,
                        "left_year": max(before),
                        "returned_year": year,
                        "years_away": year - max(before) - 1,
                        "abroad": sorted(between),
                        "back_at": sorted({p.name(stay.place) for stay in home if stay.start == year}),
                    }
                )
    return rows


def _changes(p: People) -> dict[tuple[str, str], dict[str, int]]:
    """First year at the new place of everybody who left one institution for another, by the two."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for person, stays in p.stays.items():
        for old in stays:
            for new in stays:
                ends = old.start < new.start and old.end < new.end and new.start - 3 <= old.end <= new.start + 2
                if ends and old.place != new.place and (old.place, new.place) not in p.kin:
                    known = found[old.place, new.place]
                    known[person] = min(new.start, known.get(person, 9999))
    return found


def moved_together(p: People, least: int, years: Years) -> list[Row]:
    rows = []
    for (old, new), people in _changes(p).items():
        groups = {first: {x for x, y in people.items() if y in (first, first + 1)} for first in set(people.values())}
        for first, group in groups.items():
            if len(group) < least or not years[0] <= first <= years[1] or group <= groups.get(first - 1, set()):
                continue
            rows.append(
                {
                    "from_id": old,
                    "from_institution": p.name(old),
                    "to_id": new,
                    "to_institution": p.name(new),
                    "first_year": first,
                    "people": len(group),
                    "researcher_ids": sorted(group),
                    "joint_before": sum(p.joint(old, new, first - 3, first - 1).values()),
                    "joint_after": sum(p.joint(old, new, first, first + 2).values()),
                }
            )
    return rows


def leavers(p: People, place: str, years: Years) -> list[Row]:
    rows = []
    for person in sorted({person for person, _ in p.at(place)}):
        left = max(stay.end for stay in p.stays[person] if stay.place == place)
        later = [stay for stay in p.stays[person] if stay.place != place and stay.end > left]
        if later and years[0] <= left <= years[1]:
            now = min(later, key=lambda stay: (-stay.end, -stay.start, stay.place))
            rows.append(
                {
                    "researcher_id": person,
                    "left_year": left,
                    "now_id": now.place,
                    "now": p.name(now.place),
                    "country": next(iter(p.countries(now.place)), None),
                    "since": now.start,
                    "last_year": now.end,
                }
            )
    return rows


def through_city(p: People, city: str, horizon: int, years: Years) -> list[Row]:
    found: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for person, stays in p.stays.items():
        others = [stay for stay in stays if city not in p.cities[stay.place]]
        for there in stays:
            if city not in p.cities[there.place] or not years[0] <= there.start <= years[1]:
                continue
            for before in others:
                for after in others:
                    if before.start < there.start < after.start <= there.start + horizon:
                        for a in p.cities[before.place]:
                            for b in p.cities[after.place]:
                                found[person, a, b].append((there.start, after.start))
    rows = []
    for (person, a, b), pairs in found.items():
        home = p.r.country(city)
        gateway = p.r.country(a) != home == p.r.country(b)
        rows.append(
            {
                "researcher_id": person,
                "from_city_id": a,
                "from_city": p.city(a),
                "arrived": min(arrived for arrived, _ in pairs),
                "to_city_id": b,
                "to_city": p.city(b),
                "went_on": min(went for _, went in pairs),
                "way": "back" if a == b else "gateway" if gateway else "on",
            }
        )
    return rows


def after_moves(p: People, years: Years, around: int, rule: str) -> list[Row]:
    rows = []
    for move in p.moves("institution", rule).itertuples():
        if years[0] <= move.year <= years[1]:
            before = sum(p.joint(move.from_id, move.to_id, move.year - around, move.year - 1).values())
            after = sum(p.joint(move.from_id, move.to_id, move.year, move.year + around - 1).values())
            told = {(True, True): "kept", (False, True): "new", (True, False): "lost", (False, False): "none"}
            rows.append(
                {
                    "from_id": move.from_id,
                    "from_institution": p.name(move.from_id),
                    "to_id": move.to_id,
                    "to_institution": p.name(move.to_id),
                    "year": move.year,
                    "researchers": move.researchers,
                    "joint_before": before,
                    "joint_after": after,
                    "tie": told[before > 0, after > 0],
                }
            )
    return rows


def bridging_people(p: People, one: str, other: str, years: Years) -> list[Row]:
    rows = []
    for person, here in p.at(one):
        for there in p.stays[person]:
            second = max(here.start, there.start)
            if there.place != other or not years[0] <= second <= years[1]:
                continue
            since, until = overlap(here, there)
            way = "at once" if since <= until else "there and over" if here.start < there.start else "over and here"
            rows.append(
                {
                    "researcher_id": person,
                    "way": way,
                    "from_year": min(here.start, there.start),
                    "second_year": second,
                    "to_year": max(here.end, there.end),
                    "works": here.works,
                    "other_works": there.works,
                    "joint_since": sum(p.joint(one, other, second).values()),
                }
            )
    return rows


def grown_after_moves(p: People, years: Years, around: int, rule: str) -> list[Row]:
    moved: dict[tuple[str, str], list[tuple[int, str, float]]] = defaultdict(list)
    for move in p.moves("city", rule).itertuples():
        if years[0] <= move.year <= years[1]:
            a, b = sorted((move.from_id, move.to_id))
            moved[a, b].append((move.year, move.from_id, move.researchers))
    scores = p.r.corpus.city_pairs
    rows = []
    for (a, b), moves in moved.items():
        first = min(year for year, _, _ in moves)
        own = scores[(scores.a_id == a) & (scores.b_id == b)]
        before = own[own.year.between(first - around, first - 1)].score.sum()
        after = own[own.year.between(first, first + around - 1)].score.sum()
        if after > before:
            rows.append(
                {
                    "a_id": a,
                    "a": p.city(a),
                    "b_id": b,
                    "b": p.city(b),
                    "first_move": first,
                    "a_to_b": sum(number for _, origin, number in moves if origin == a),
                    "b_to_a": sum(number for _, origin, number in moves if origin == b),
                    "score_before": before,
                    "score_after": after,
                    "change": after - before,
                }
            )
    return rows


def dual_between_cities(p: People, city: str, least: int, years: Years) -> list[Row]:
    people, held = defaultdict(set), defaultdict(set)
    for person, stays in p.stays.items():
        for here in stays:
            for there in stays:
                since, until = overlap(here, there)
                apart = city in p.cities[here.place] and city not in p.cities[there.place]
                if not apart or (here.place, there.place) in p.kin or until - since + 1 < least:
                    continue
                if since <= years[1] and until >= years[0]:
                    for other in set(p.cities[there.place]) - set(p.cities[here.place]):
                        people[other].add(person)
                        held[other].add((here.place, there.place))
    joint, near = p.r.joint(years), p.r.near(years)
    return [
        {
            "other_id": other,
            "other": p.city(other),
            "country": p.r.country(other),
            "researchers": len(found),
            "pairs": len(held[other]),
            "joint": joint.get(frozenset((city, other)), 0),
            "score": near[city].get(other, 0.0),
        }
        for other, found in people.items()
    ]


def former_institutions(p: People, place: str, years: Years, around: int) -> list[Row]:
    came: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for person, new in p.at(place):
        for old in p.stays[person]:
            ended = old.start < new.start and new.start - 3 <= old.end < new.end
            if ended and old.place != place and (old.place, place) not in p.kin and years[0] <= new.start <= years[1]:
                came[old.place].append((person, new.start))
    rows = []
    for former, arrivals in came.items():
        first = min(year for _, year in arrivals)
        since = p.joint(former, place, first)
        rows.append(
            {
                "former_id": former,
                "former": p.name(former),
                "recruits": len({person for person, _ in arrivals}),
                "first_arrival": first,
                "joint_before": sum(p.joint(former, place, first - around, first - 1).values()),
                "joint_since": sum(since.values()),
                "years_since": len(since),
                "last_joint": max(since, default=None),
            }
        )
    return rows
