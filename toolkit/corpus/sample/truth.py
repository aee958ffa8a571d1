"""What is true of a sample: planted structure, and numbers counted article by article while it was drawn.

The counting here is plain Python written from the definitions. It shares no code with the measures, so that agreement
between the two is evidence.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from toolkit.corpus.cities import city_id_for
from toolkit.corpus.sample.planted import truth_of_lists
from toolkit.corpus.sample.records import JOURNALS, TOPICS, Listing, author_id, work_id, works_away
from toolkit.corpus.sample.world import FIELDS, TWIN_CITIES, YEARS, World
from toolkit.errors import DataError

__all__ = ["SampleTruth", "Tally", "read_truth", "truth_of"]

TOP_PAIRS = 20


@dataclass(frozen=True)
class SampleTruth:
    """Where a sample lies, and what is true of it.

    Attributes
    ----------
    folder
        The sample's folder.
    works, seed
        What it was made with.
    content
        All of ``truth.json``; the sections are described in ``docs/sample.md``.
    """

    folder: Path
    works: int
    seed: int
    content: Mapping[str, Any]

    @property
    def works_folder(self) -> Path:
        """Folder of raw works."""
        return self.folder / "works"

    @property
    def institutions_folder(self) -> Path:
        """Folder of OpenAlex institution records."""
        return self.folder / "institutions"

    @property
    def ror_folder(self) -> Path:
        """Folder of ROR records."""
        return self.folder / "ror"

    @property
    def communities(self) -> dict[str, int]:
        """City id -> planted community, counted from 1."""
        return dict(self.content["communities"])

    @property
    def hubs(self) -> list[str]:
        """City ids of the planted hubs, strongest first."""
        return [hub["city_id"] for hub in self.content["hubs"]]

    @property
    def moves(self) -> dict[tuple[str, str, str], int]:
        """Author, institution left and institution gone to -> year of the planted move, those of careers included."""
        careers = self.content["careers"]
        planted = [*self.content["moves"]]
        planted += [move | {"author_id": career["author_id"]} for career in careers for move in career["moves"]]
        return {(move["author_id"], move["from_id"], move["to_id"]): move["year"] for move in planted}

    @property
    def expected(self) -> dict[str, Any]:
        """Expected counts of records, rejects, authorships and institutions."""
        return dict(self.content["expected"])


def read_truth(path: str | Path) -> SampleTruth:
    """Read the truth of a sample.

    Parameters
    ----------
    path
        The sample's folder, or its ``truth.json``.

    Returns
    -------
    SampleTruth
        What was planted.

    Raises
    ------
    DataError
        There is no ``truth.json``, or it is not one of ours.
    """
    file = Path(path)
    file = file / "truth.json" if file.is_dir() else file
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return SampleTruth(file.parent, int(content["works"]), int(content["seed"]), content)
    except FileNotFoundError as error:
        raise DataError(f"{file} does not exist. `scicities sample FOLDER` writes a sample with its truth.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file} is not the truth of a sample ({error!r}). Write the sample again.") from error


class Tally:
    """Counts over the articles of a sample, fed one article at a time."""

    def __init__(self, world: World) -> None:
        institutions = world.institutions
        self._city = [
            (city_id_for(one.town, one.country) if one.town else world.cities[one.city].city_id)
            if one.placed
            else "unlocated"
            for one in institutions
        ]
        self._country = [one.country or "unlocated" for one in institutions]
        self._institution = [one.institution_id for one in institutions]
        laboratories = [world.laboratory(i) if one.placed else None for i, one in enumerate(institutions)]
        self._laboratory = [
            own if away is None else world.cities[away].city_id
            for own, away in zip(self._city, laboratories, strict=True)
        ]
        self._ancestors = [frozenset(world.ancestors(i)) for i in range(len(institutions))]
        self.count: dict[str, Counter[str]] = {level: Counter() for level in ("institution", "city", "country")}
        self.share: dict[str, defaultdict[str, float]] = {level: defaultdict(float) for level in self.count}
        self.joint: Counter[tuple[str, str]] = Counter()
        self.score: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.per_year: Counter[str] = Counter()
        self.numbers: Counter[str] = Counter()
        self.unassigned = 0.0
        self.share_of_city_year: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.share_of_subject: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.share_of_journal: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.share_by_address: defaultdict[str, float] = defaultdict(float)

    def add(
        self,
        year: int | None,
        listings: Sequence[Listing],
        *,
        truncated: bool = False,
        topics: Sequence[int] = (0,),
        journal: int = 0,
    ) -> None:
        """Count an article that is kept; ``year`` is ``None`` where the record's can't be used."""
        numbers = self.numbers
        numbers["kept"] += 1
        if year is None:
            numbers["without_year"] += 1
        else:
            self.per_year[str(year)] += 1
        if not listings:
            numbers["without_authors"] += 1
            return
        authors: dict[object, set[int]] = {}
        for place, listing in enumerate(listings):
            key = ("anonymous", place) if listing.person is None else listing.person
            numbers["authors_listed_again"] += key in authors
            numbers["authors_without_id"] += listing.person is None
            authors.setdefault(key, set()).update(listing.institutions)
        numbers["authors"] += len(authors)
        numbers["authors_without_affiliation"] += sum(not found for found in authors.values())
        numbers["affiliations"] += sum(len(found) for found in authors.values())
        numbers["affiliations_without_city"] += sum(
            self._city[i] == "unlocated" for found in authors.values() for i in found
        )
        numbers["affiliations_without_country"] += sum(
            self._country[i] == "unlocated" for found in authors.values() for i in found
        )
        numbers["authors_at_kin"] += sum(any(self._ancestors[i] & found for i in found) for found in authors.values())
        numbers["truncated"] += truncated
        if truncated or year is None:
            return
        numbers["counted"] += 1
        shares = self._add_shares(list(authors.values()))
        self._add_addresses(authors)
        subjects = sorted({FIELDS[TOPICS[topic][2]] for topic in topics}) or ["none"]
        for city, share in shares.items():
            self.share_of_city_year[city, str(year)] += share
            self.share_of_journal[city, JOURNALS[journal][0]] += share
            for subject in subjects:
                self.share_of_subject[city, subject] += share / len(subjects)

    def _add_addresses(self, authors: Mapping[object, set[int]]) -> None:
        """The article's city Shares with each city taken from the address that the author gives."""
        for author, found in authors.items():
            city = self._laboratory if works_away(author if isinstance(author, int) else None) else self._city
            for i in found:
                self.share_by_address[city[i]] += 1.0 / (len(authors) * len(found))

    def _add_shares(self, affiliations: Sequence[set[int]]) -> dict[str, float]:
        """Add to Counts, Shares and pairs at each level; the article's Shares of cities are returned."""
        parts: dict[int, float] = {}
        for found in affiliations:
            if found:
                part = 1.0 / (len(affiliations) * len(found))
                for i in found:
                    parts[i] = parts.get(i, 0.0) + part
            else:
                self.unassigned += 1.0 / len(affiliations)
        shares: dict[str, float] = {}
        for level, names in (
            ("institution", self._institution),
            ("country", self._country),
            ("city", self._city),
        ):
            shares = {}
            for i, part in parts.items():
                shares[names[i]] = shares.get(names[i], 0.0) + part
            for place, share in shares.items():
                self.count[level][place] += 1
                self.share[level][place] += share
            if level == "city":
                for a, b in combinations(sorted(place for place in shares if place != "unlocated"), 2):
                    self.joint[a, b] += 1
                    self.score[a, b] += shares[a] + shares[b]
        return shares

    def measures(self) -> dict[str, Any]:
        """Count and Share by level, top pairs, unassigned and unlocated."""
        top = sorted(self.score, key=lambda pair: (-round(self.score[pair], 9), pair))[:TOP_PAIRS]
        levels = {
            f"by_{level}": {
                place: {"count": count, "share": round(self.share[level][place], 9)}
                for place, count in sorted(counts.items())
                if place != "unlocated"
            }
            for level, counts in self.count.items()
        }
        moved = sorted(
            place
            for place in {*self.share_by_address, *self.share["city"]} - {"unlocated"}
            if abs(self.share_by_address[place] - self.share["city"][place]) > 1e-9
        )
        return {
            **levels,
            "by_city_year": _nested(self.share_of_city_year),
            "by_city_subject": _nested(self.share_of_subject),
            "by_city_journal": _nested(self.share_of_journal),
            "by_address": {place: round(self.share_by_address[place], 9) for place in moved},
            "unassigned": round(self.unassigned, 9),
            "unlocated_city": round(self.share["city"]["unlocated"], 9),
            "unlocated_country": round(self.share["country"]["unlocated"], 9),
            "city_pairs": len(self.score),
            "top_city_pairs": [
                {"a_id": a, "b_id": b, "joint": self.joint[a, b], "score": round(self.score[a, b], 9)} for a, b in top
            ],
        }


def _nested(shares: Mapping[tuple[str, str], float]) -> dict[str, dict[str, float]]:
    """Share by place and by what it is split over."""
    found: dict[str, dict[str, float]] = {}
    for (place, other), share in sorted(shares.items()):
        if place != "unlocated":
            found.setdefault(place, {})[other] = round(share, 9)
    return found


def truth_of(
    world: World,
    tally: Tally,
    asked: tuple[int, int],
    *,
    records: Mapping[str, Any],
    careers: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Content of ``truth.json``; ``asked`` are works and seed, ``records`` counts lines by what becomes of them."""
    works, seed = asked
    hubs = sorted((city for city in world.cities if city.hub), key=lambda city: city.hub)
    institutions = world.institutions

    def umbrella(top: int) -> dict[str, Any]:
        return {
            "institution_id": institutions[top].institution_id,
            "name": institutions[top].name,
            "city_id": world.cities[institutions[top].city].city_id,
            "institutes": {
                one.institution_id: world.cities[one.city].city_id
                for i, one in enumerate(institutions)
                if top in world.ancestors(i)
            },
        }

    def end(position: int) -> tuple[str, str]:
        return institutions[position].institution_id, world.cities[institutions[position].city].city_id

    moves = []
    for move in world.moves:
        (origin, origin_city), (target, target_city) = end(move.origin), end(move.target)
        ends = {"from_id": origin, "to_id": target, "from_city_id": origin_city, "to_city_id": target_city}
        moves.append({"author_id": author_id(move.person), **ends, "year": move.year})
    return {
        "synthetic": True,
        "about": "Synthetic records. City names and places are real (GeoNames, CC BY 4.0); all else is invented.",
        "works": works,
        "seed": seed,
        "years": [YEARS[0], YEARS[-1]],
        "communities": {city.city_id: city.community for city in world.cities},
        "hubs": [{"city_id": city.city_id, "name": city.name, "country": city.country} for city in hubs],
        "umbrellas": [umbrella(world.academy), umbrella(world.society)],
        "moves": moves,
        "careers": list(careers),
        "lists": truth_of_lists(world),
        "twin_cities": {twin: city for city, twin in TWIN_CITIES.items()},
        "expected": {
            **records,
            **{name: tally.numbers[name] for name in sorted(tally.numbers)},
            "per_year": dict(sorted(tally.per_year.items())),
            "institutions": {
                "openalex_records": sum(one.where != "nowhere" for one in institutions),
                "ror_records": sum(one.where == "ror" for one in institutions),
                "inactive": sum(one.status == "inactive" for one in institutions),
                "withdrawn": sum(one.status == "withdrawn" for one in institutions),
            },
        },
        "measures": tally.measures(),
        "first_work": work_id(1),
    }
