"""Planted careers: returnees, visitors, people at two places, movers who gain by moving, groups that move together.

Nothing is added to the network for them. A planted person takes the place of another on articles that an institution
has anyway, so Shares, scores and ranks of places are what they would be without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from toolkit.corpus.sample.records import Listing, author_id
from toolkit.corpus.sample.world import YEARS, Institution, World

__all__ = ["CAREER_KINDS", "Career", "PlantedCareers"]

CAREER_KINDS: Final = ("return", "visit", "dual", "short overlap", "long overlap", "abroad", "group")
_WORKS_A_CAREER: Final = 1_000
_MOST: Final = 200
_GROUP: Final = 3
"""People who move together; one group for every fourth career of each other kind."""
_FEWEST_HOMES: Final = 6
"""Small samples have articles every year at the universities of the hubs alone."""
_GAIN: Final = 3
"""Articles a year after a move abroad; one a year before."""
_FIRST, _LAST = YEARS[0], YEARS[-1]


@dataclass(frozen=True)
class Career:
    """A planted person: ``stays`` are institution (by position), first year, last year and articles a year.

    ``moves`` are the true ones: from, to (by position) and the first year at the new place.
    """

    person: int
    kind: str
    stays: tuple[tuple[int, int, int, int], ...]
    moves: tuple[tuple[int, int, int], ...]
    group: int = -1


class PlantedCareers:
    """The planted careers of one world, and which of their articles were written."""

    def __init__(self, world: World, works: int) -> None:
        self._world = world
        first = 1 + max((move.person for move in world.moves), default=int(world.people.sum()) - 1)
        self.careers = tuple(_careers(world, first, min(works // _WORKS_A_CAREER, _MOST)))
        self._seen: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._together: set[int] = set()

    def take_places(self, year: int, teams: Sequence[list[Listing]]) -> None:
        """Put the planted people into the author lists of a year, each in the place of one other author."""
        places = _Places(teams)
        for group in sorted({career.group for career in self.careers} - {-1}):
            careers = [career for career in self.careers if career.group == group]
            if year == min(career.moves[0][2] for career in careers) - 1:
                origin, people = careers[0].stays[0][0], [career.person for career in careers]
                if places.take_together(people, origin):
                    self._together.add(group)
                    for person in people:
                        self._seen[person][year].append(origin)
        for career in self.careers:
            for institution, first, last, articles in career.stays:
                if first <= year <= last:
                    seen = self._seen[career.person][year]
                    taken = places.take(career.person, institution, articles - seen.count(institution))
                    seen += [institution] * taken

    def truth(self) -> list[dict[str, Any]]:
        """What was planted and written, for ``truth.json``."""
        return [
            {
                "author_id": author_id(career.person),
                "kind": career.kind,
                "moves": [
                    {"from_id": self._id(origin), "to_id": self._id(target), "year": year}
                    for origin, target, year in career.moves
                ],
                "articles": {
                    str(year): sorted(self._id(i) for i in found)
                    for year, found in sorted(self._seen[career.person].items())
                    if found
                },
                **({} if career.group < 0 else {"group": career.group, "joint": career.group in self._together}),
            }
            for career in self.careers
        ]

    def _id(self, institution: int) -> str:
        return self._world.institutions[institution].institution_id


class _Places:
    """Entries of a year's author lists that a planted person may have: one institution, a person with an id."""

    def __init__(self, teams: Sequence[list[Listing]]) -> None:
        self._teams = teams
        self._signed: dict[int, set[int]] = defaultdict(set)
        self._free: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, team in enumerate(teams):
            for place, listing in enumerate(team):
                if len(listing.institutions) == 1 and listing.person is not None:
                    self._free[listing.institutions[0]].append((number, place))

    def take(self, person: int, institution: int, articles: int) -> int:
        """Give a person so many articles from an institution, as far as it has places left; return how many."""
        found: list[tuple[int, int]] = []
        for number, place in self._free[institution]:
            if len(found) < articles and number not in self._signed[person]:
                found.append((number, place))
                self._put(person, institution, number, place)
        self._free[institution] = [one for one in self._free[institution] if one not in found]
        return len(found)

    def take_together(self, people: Sequence[int], institution: int) -> bool:
        """Give people one article together, if the institution has one with places for all of them."""
        places: dict[int, list[int]] = defaultdict(list)
        for number, place in self._free[institution]:
            places[number].append(place)
        for number, found in places.items():
            if len(found) >= len(people):
                for person, place in zip(people, found, strict=False):
                    self._put(person, institution, number, place)
                    self._free[institution].remove((number, place))
                return True
        return False

    def _put(self, person: int, institution: int, number: int, place: int) -> None:
        self._teams[number][place] = Listing(person, (institution,))
        self._signed[person].add(number)


def _careers(world: World, person: int, each: int) -> Iterator[Career]:
    """``each`` careers of each kind but groups, between the first universities of the strongest cities."""
    homes = _universities(world)[: max(_FEWEST_HOMES, each)]
    country = {i: world.institutions[i].country for i in homes}
    group = 0
    for number in range(each):
        for kind in CAREER_KINDS:
            if kind == "group" and number % 4:
                continue
            home = homes[(number * 5 + CAREER_KINDS.index(kind)) % len(homes)]
            abroad = kind in ("return", "abroad")
            others = [i for i in homes if i != home and (not abroad or country[i] != country[home])]
            target = others[(number * 3 + CAREER_KINDS.index(kind)) % len(others)]
            for member in range(_GROUP if kind == "group" else 1):
                stays, moves = _plan(kind, home, target, number, member)
                yield Career(person, kind, stays, moves, group if kind == "group" else -1)
                person += 1
            group += kind == "group"


def _plan(
    kind: str, home: int, target: int, number: int, member: int
) -> tuple[tuple[tuple[int, int, int, int], ...], tuple[tuple[int, int, int], ...]]:
    """Stays and true moves of one career."""
    year = 2018 + number % 3
    there = ((home, target, year),)
    if kind == "return":
        back = year + 3
        stays = ((home, _FIRST, year - 1, 1), (target, year, back - 1, 1), (home, back, _LAST, 1))
        return stays, (*there, (target, home, back))
    if kind == "visit":
        return ((home, _FIRST, _LAST, 1), (target, year, year + 1, 1)), ()
    if kind == "dual":
        return ((home, _FIRST, _LAST, 1), (target, year, _LAST, 1)), ()
    if kind == "short overlap":
        return ((home, _FIRST, year + 1, 1), (target, year, _LAST, 1)), there
    if kind == "long overlap":
        return ((home, _FIRST, 2021, 1), (target, 2017, _LAST, 1)), ((home, target, 2017),)
    if kind == "abroad":
        return ((home, _FIRST, year - 1, 1), (target, year, _LAST, _GAIN)), there
    year = 2019 + (member == _GROUP - 1)
    return ((home, _FIRST, year - 1, 1), (target, year, _LAST, 1)), ((home, target, year),)


def _universities(world: World) -> list[int]:
    """The largest ordinary university of each city, those with most articles first."""
    strength = world.gravity.sum(axis=1)

    def size(institution: int) -> float:
        one: Institution = world.institutions[institution]
        return float(strength[one.city] * one.weight)

    largest = []
    for inside in world.members:
        found = [int(i) for i in inside if world.institutions[int(i)].kind == "education"]
        found = [i for i in found if world.institutions[i].where == "ror" and not world.institutions[i].parents]
        if found:
            largest.append(max(found, key=size))
    return sorted(largest, key=lambda i: (-size(i), i))
