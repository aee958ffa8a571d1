"""The sample's dirty records: each kind of damage that real records have, in known numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from toolkit.corpus.sample.records import STRANGER, TWO_IDS, Listing, RecordWriter, work_id
from toolkit.corpus.sample.truth import Tally
from toolkit.corpus.sample.world import MINIMUM_PEOPLE, ODDITIES, YEARS, World

__all__ = ["CORRIDOR_CITY", "DirtyRecords"]

FIRST_NUMBER = 900_000_000
CUT_AT = 100
LARGEST_TEAM = 150
MERGED_PLACES = 22
CORRIDOR_CITY, CORRIDOR_PEOPLE = "Houston", 4
SHADOWS = (("Sample School", "London", 12, 6), ("Sample Clinic Boston", "Boston", 6, 3))
"""Wrong matches: institution, the city whose first university stands beside it, works, authors."""
SHADOWS_WITHOUT_PLACE = (("Sample Department without a City", "Paris", 6, 3),)
ALIAS, ALIAS_OF, ALIAS_PEOPLE = "Sample Valley College", "Sample University of London", 4
VISITED, VISITORS = "Sample Academy of Governance", 5
"""Wrong matches that stand alone on their articles."""


class DirtyRecords:
    """Lines to mix among the good ones, and what a reader must make of them."""

    def __init__(self, world: World, writer: RecordWriter, tally: Tally) -> None:
        self._world = world
        self._writer = writer
        self._tally = tally
        self._number = FIRST_NUMBER
        self._first_work = b""
        self.left_out: dict[str, int] = {}
        self.rejected: dict[str, int] = {}
        self.noted: dict[str, list[str]] = {}

    def lines(self, *, first_work: bytes) -> list[bytes]:
        """Damaged and unusual records for the first file; ``first_work`` is repeated in the last one."""
        self._first_work = first_work
        return [
            *self._lost(),
            self._left_out("type: preprint", kind="preprint"),
            self._left_out("type: preprint", kind="preprint"),
            self._left_out("type: dataset", kind="dataset"),
            self._left_out("retracted", is_retracted=True),
            self._left_out("paratext", is_paratext=True),
            self._kept("year 0", 0, self._team(2)),
            self._kept("year 3024", 3024, self._team(3)),
            self._kept("no year", None, self._team(2), title=""),
            self._kept("no authors", 2016, [], title="Table of Contents"),
            self._kept("author listed twice", 2016, self._listed_twice()),
            self._kept(
                "truncated",
                2017,
                self._team(CUT_AT),
                is_authors_truncated=True,
                title="Synthetic <i>article</i> &amp; more",
            ),
            self._kept("largest team", 2019, self._largest_team()),
            *self._merged_person(),
            *self._corridor(),
            *self._wrong_matches(),
            *self._matches_alone(),
            *self._odd_institutions(),
            *self._doubles(),
        ]

    def closing_lines(self) -> list[bytes]:
        """The repeated record, for the last file."""
        return [self._first_work]

    def counts(self, works: int) -> dict[str, Any]:
        """Records by what becomes of them; ``noted`` names the works behind each kind of kept oddity."""
        rejected, left_out = sum(self.rejected.values()), sum(self.left_out.values())
        kept_oddities = sum(len(ids) for ids in self.noted.values())
        return {
            "records": works + rejected + left_out + kept_oddities + 1,
            "rejected": dict(self.rejected),
            "left_out": dict(self.left_out),
            "duplicates": 1,
            "noted": {name: list(ids) for name, ids in self.noted.items()},
        }

    def _lost(self) -> list[bytes]:
        whole = self._writer.work(self._next(), 2015, self._team(1)).encode()
        text_for_list = self._writer.work(self._next(), 2015, []).encode()
        self.rejected = {"broken JSON": 1, "not an object": 1, "wrong type in a field": 1, "wrong encoding": 1}
        return [
            whole[: len(whole) // 2],
            b'["synthetic", 1, 2, 3]',
            text_for_list.replace(b'"authorships":[]', b'"authorships":"Sample University"'),
            whole.replace(b"Synthetic article", b"Synthetic art\xefcle \xff\xfe"),
        ]

    def _left_out(self, reason: str, *, kind: str = "article", **flags: Any) -> bytes:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
        return self._writer.work(self._next(), 2015, self._team(2), kind=kind, **flags).encode()

    def _kept(self, name: str, year: int | None, team: Sequence[Listing], **flags: Any) -> bytes:
        number = self._next()
        self.noted.setdefault(name, []).append(work_id(number))
        usable = year if year is not None and 1000 <= year <= 2100 else None
        self._tally.add(usable, team, truncated="is_authors_truncated" in flags)
        return self._writer.work(number, year, team, **flags).encode()

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _team(self, size: int) -> list[Listing]:
        """People of the first university, of whom there are enough in any sample, then of the next ones."""
        listings: list[Listing] = []
        for place in range(len(self._world.institutions)):
            start = int(self._world.first_person[place])
            for person in range(start, start + int(self._world.people[place])):
                if len(listings) == size:
                    return listings
                listings.append(Listing(person, (place,)))
        return listings

    def _listed_twice(self) -> list[Listing]:
        """One author twice, from two cities, and another between: two authors, the first with both affiliations."""
        first, other = self._team(2)
        elsewhere = next(i for i, one in enumerate(self._world.institutions) if one.city == 1)
        return [first, other, Listing(first.person, (elsewhere,))]

    def _largest_team(self) -> list[Listing]:
        """150 people of one community's institutions, so that planted communities and hubs stay as they are."""
        community = max(city.community for city in self._world.cities) - 2
        institutions = enumerate(self._world.institutions)
        places = [i for i, one in institutions if one.drawn and self._community(one.city) == community]
        people = [
            Listing(int(self._world.first_person[i]) + step, (i,)) for step in range(MINIMUM_PEOPLE) for i in places
        ]
        return people[:LARGEST_TEAM]

    def _merged_person(self) -> list[bytes]:
        """One id under which several people publish: 22 places in one year, an article each."""
        places = [int(self._world.members[city][0]) for city in range(MERGED_PLACES)]
        return [self._kept("merged person", 2020, [Listing(STRANGER, (place,))]) for place in places]

    def _corridor(self) -> list[bytes]:
        """Two institutions of one city between which four people go back and forth each year: one place, matched twice.

        Each article has one author, so that no pair of cities, hub or community changes.
        """
        city = next(i for i, one in enumerate(self._world.cities) if one.name == CORRIDOR_CITY)
        ends = [int(i) for i in self._world.members[city][:2]]
        return [
            self._kept("corridor", year, [Listing(STRANGER + 1 + person, (ends[(year + person) % 2],))])
            for person in range(CORRIDOR_PEOPLE)
            for year in YEARS
        ]

    def _wrong_matches(self) -> list[bytes]:
        """Institutions that stand beside one and the same other on each author: a text that was matched twice."""
        made = []
        stranger = STRANGER + 100
        for name, city_name, works, authors in (*SHADOWS, *SHADOWS_WITHOUT_PLACE):
            city = next(i for i, one in enumerate(self._world.cities) if one.name == city_name)
            places = (int(self._world.members[city][0]), self._position(name))
            for number in range(works):
                listing = Listing(stranger + number % authors, places)
                made.append(self._kept(f"wrong match: {name}", 2018 + number % 3, [listing]))
            stranger += authors
        return made

    def _matches_alone(self) -> list[bytes]:
        """Wrong matches alone on their articles: their authors are otherwise at one university, or abroad.

        Both articles of a person are of one year, so that nobody seems to move.
        """
        made = []
        stranger = STRANGER + 200
        for name, year, homes in (
            (ALIAS, 2018, [self._position(ALIAS_OF)] * ALIAS_PEOPLE),
            (VISITED, 2020, [int(self._world.members[city][0]) for city in range(VISITORS)]),
        ):
            for home in homes:
                made.append(self._kept(f"match alone: {name}", year, [Listing(stranger, (self._position(name),))]))
                made.append(self._kept(f"at home: {name}", year, [Listing(stranger, (home,))]))
                stranger += 1
        return made

    def _odd_institutions(self) -> list[bytes]:
        """A work for each institution without a type, country or listed city, and for two in a circle of ancestors."""
        matched = {name for name, *_ in (*SHADOWS, *SHADOWS_WITHOUT_PLACE)} | {ALIAS, VISITED}
        names = [name for name in ODDITIES if name not in matched]
        return [
            self._kept(f"signed from {name}", 2021, [Listing(STRANGER + 50 + place, (self._position(name),))])
            for place, name in enumerate(names)
        ]

    def _doubles(self) -> list[bytes]:
        """A work, one with its DOI, one with its title, year and author; and two works of one person under two ids."""
        team = self._team(2)
        first = self._kept("repeated", 2022, team)
        number = self._number
        return [
            first,
            self._kept("same DOI", 2022, team[:1], doi_of=number),
            self._kept("same title", 2022, team, title_of=number),
            *(self._kept("two ids of one person", 2022, [Listing(person, team[0].institutions)]) for person in TWO_IDS),
        ]

    def _position(self, name: str) -> int:
        return next(i for i, one in enumerate(self._world.institutions) if one.name == name)

    def _community(self, city: int) -> int:
        return self._world.cities[city].community
