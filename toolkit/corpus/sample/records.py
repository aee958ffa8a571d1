"""The sample's raw records: works and institutions as OpenAlex writes them, organisations as ROR does (both schemas).

Works are put together from text rendered once for each institution, which is ten times as fast as a JSON encoder on
each; whatever varies and could need escaping goes through the encoder.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.corpus.sample.world import FIELDS, City, Institution, World

__all__ = [
    "JOURNALS",
    "STRANGER",
    "TOPICS",
    "TWO_IDS",
    "Listing",
    "RecordWriter",
    "institution_records",
    "ror_records",
    "work_id",
    "works_away",
]

OPENALEX = "https://openalex.org/"
ROR = "https://ror.org/"
UPDATED = "2025-01-31"
JOURNALS = tuple(
    (f"S9{number:09d}", f"Sample {name}", f"9999-{number:04d}")
    for number, name in enumerate(
        [f"Journal of {field}" for field in FIELDS] + ["Letters", "Reviews", "Proceedings", "Astronomical Journal"], 1
    )
)
STRANGER = 800_000_001
"""Number of the first person who belongs to no institution; no sample has as many people."""
TWO_IDS = (STRANGER + 31, STRANGER + 32)
"""One person under two author ids."""
TOPICS = tuple((f"T9{number:04d}", f"Sample Topic {number}", number % len(FIELDS)) for number in range(1, 41))


@dataclass(frozen=True)
class Listing:
    """One entry of an author list: a person (or ``None`` for one without an id) and institutions by position."""

    person: int | None
    institutions: tuple[int, ...]


def works_away(person: int | None) -> bool:
    """Whether a person works at the laboratory of their company, where it has one: every third one does."""
    return person is not None and person % 3 == 1


def work_id(number: int) -> str:
    """OpenAlex id of article ``number``; the extra (dirty) records are numbered from 900,000,000."""
    return f"W9{number:09d}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class RecordWriter:
    """Renders works of one world."""

    def __init__(self, world: World) -> None:
        self._institution: list[str] = []
        self._address: list[str] = []
        self._countries: list[str] = []
        self._link: list[str] = []
        self._laboratory: list[str] = []
        self._rendered: dict[tuple[tuple[int, ...], bool], tuple[str, str]] = {}
        for position, one in enumerate(world.institutions):
            line = [one.openalex_id, *(world.institutions[i].openalex_id for i in world.ancestors(position))]
            self._institution.append(
                _text(
                    {
                        "id": OPENALEX + one.openalex_id,
                        "display_name": one.name,
                        "ror": ROR + one.ror_id if one.ror_id else None,
                        "country_code": one.country or None,
                        "type": one.kind or None,
                        "lineage": [OPENALEX + each for each in line],
                    }
                )
            )
            city = world.cities[one.city]
            address = f"{one.name}, {one.town or city.name}, {city.country_name}" if one.placed else one.name
            self._address.append(_text(address))
            away = world.laboratory(position)
            where = city if away is None else world.cities[away]
            laboratory = f"{one.name}, Research Laboratory, {where.name}, {where.country_name}"
            self._laboratory.append(_text(address if away is None else laboratory))
            self._countries.append(one.country)
            self._link.append(_text(OPENALEX + one.openalex_id))

    def authorship(self, listing: Listing, *, first: bool, last: bool) -> str:
        """One entry of ``authorships``."""
        person = listing.person
        if person is None:
            author = '{"id":null,"display_name":"Sample Author","orcid":null}'
            name = "Sample Author"
        else:
            name = f"Sample Author {person}"
            orcid = f'"https://orcid.org/{_orcid(_bearer(person))}"' if _bearer(person) % 8 == 0 else "null"
            author = f'{{"id":"{OPENALEX}{author_id(person)}","display_name":"{name}","orcid":{orcid}}}'
        before, after = self._affiliations(listing.institutions, away=works_away(person))
        place = "first" if first else "last" if last else "middle"
        return (
            f'{{"author_position":"{place}","author":{author},{before},'
            f'"is_corresponding":{"true" if first else "false"},"raw_author_name":"{name}",{after}}}'
        )

    def _affiliations(self, found: tuple[int, ...], *, away: bool) -> tuple[str, str]:
        """The fields that depend on the institutions alone; few combinations occur, so each is rendered once."""
        if (found, away) not in self._rendered:
            address = self._laboratory if away else self._address
            countries = sorted({self._countries[i] for i in found} - {""})
            links = ",".join(
                f'{{"raw_affiliation_string":{address[i]},"institution_ids":[{self._link[i]}]}}' for i in found
            )
            self._rendered[found, away] = (
                f'"institutions":[{",".join(self._institution[i] for i in found)}],"countries":{_text(countries)}',
                f'"raw_affiliation_strings":[{",".join(address[i] for i in found)}],"affiliations":[{links}]',
            )
        return self._rendered[found, away]

    def work(
        self,
        number: int,
        year: int | None,
        listings: Sequence[Listing],
        *,
        kind: str = "article",
        journal: int = 0,
        topics: Sequence[int] = (0,),
        doi_of: int | None = None,
        title_of: int | None = None,
        title: str | None = None,
        **flags: Any,
    ) -> str:
        """One work as a line of JSON; ``doi_of`` and ``title_of`` are numbers of works whose DOI or title it repeats.

        ``title`` is one that no article has. ``flags`` are further fields (``is_retracted`` …).
        """
        journal_id, journal_name, issn = JOURNALS[journal]
        last = len(listings) - 1
        authors = ",".join(
            self.authorship(listing, first=i == 0, last=i == last and last > 0) for i, listing in enumerate(listings)
        )
        date = f'"{year:04d}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"' if year is not None else "null"
        rendered = [_TOPIC_TEXT[topic] for topic in topics]
        retracted, paratext = (_text(bool(flags.pop(name, False))) for name in ("is_retracted", "is_paratext"))
        extra = "".join(f",{_text(name)}:{_text(value)}" for name, value in flags.items())
        return (
            f'{{"id":"{OPENALEX}{work_id(number)}","synthetic":true,'
            f'"doi":"https://doi.org/10.99999/synthetic.{doi_of or number}",'
            f'"title":{_text(f"Synthetic article {title_of or number}" if title is None else title)},'
            f'"publication_year":{"null" if year is None else year},"publication_date":{date},"language":"en",'
            f'"type":"{kind}","primary_location":{{"source":{{"id":"{OPENALEX}{journal_id}",'
            f'"display_name":"{journal_name}","issn_l":"{issn}","issn":["{issn}"],"type":"journal"}}}},'
            f'"authorships":[{authors}],"is_retracted":{retracted},"is_paratext":{paratext},'
            f'"primary_topic":{rendered[0] if rendered else "null"},"topics":[{",".join(rendered)}],'
            f'"updated_date":"{UPDATED}T00:00:00"{extra}}}'
        )


def author_id(person: int) -> str:
    """OpenAlex-shaped id of a person."""
    return f"A9{person + 1:09d}"


def _bearer(person: int) -> int:
    """Whose ORCID a person has: of the two ids of one person, the first one's."""
    return TWO_IDS[0] if person == TWO_IDS[1] else person


def _orcid(person: int) -> str:
    """ORCID-shaped id in a block never issued, with its ISO 7064 mod 11-2 check character."""
    digits, total = f"9999{person:011d}", 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    text = digits + ("X" if check == 10 else str(check))
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def _topic(topic: tuple[str, str, int]) -> str:
    topic_id, name, field = topic
    return _text(
        {
            "id": OPENALEX + topic_id,
            "display_name": name,
            "score": 0.9,
            "subfield": {"id": f"{OPENALEX}subfields/99{field:02d}", "display_name": f"Sample {FIELDS[field]} General"},
            "field": {"id": f"{OPENALEX}fields/9{field}", "display_name": FIELDS[field]},
            "domain": {"id": f"{OPENALEX}domains/9", "display_name": "Sample Sciences"},
        }
    )


_TOPIC_TEXT = tuple(_topic(topic) for topic in TOPICS)


def institution_records(world: World) -> list[str]:
    """OpenAlex institution records as lines of JSON, of all institutions but those that works alone name."""
    lines = []
    for position, one in enumerate(world.institutions):
        if one.where == "nowhere":
            continue
        city = world.cities[one.city] if one.placed and not one.town else None
        line = [one.openalex_id, *(world.institutions[i].openalex_id for i in world.ancestors(position))]
        lines.append(
            _text(
                {
                    "id": OPENALEX + one.openalex_id,
                    "synthetic": True,
                    "ror": ROR + one.ror_id if one.ror_id else None,
                    "display_name": one.name,
                    "country_code": one.country or None,
                    "type": one.kind or None,
                    "lineage": [OPENALEX + each for each in line],
                    "geo": {
                        "city": one.town or (city.name if city else None),
                        "geonames_city_id": world.city_id(position) if city else None,
                        "region": city.region or None if city else None,
                        "country_code": one.country or None,
                        "country": world.cities[one.city].country_name if one.country else None,
                        "latitude": city.lat if city else None,
                        "longitude": city.lon if city else None,
                    },
                    "associated_institutions": _associated(world, position),
                    "updated_date": f"{UPDATED}T00:00:00",
                }
            )
        )
    return lines


def _associated(world: World, position: int) -> list[dict[str, Any]]:
    own = world.institutions[position]
    related = [(i, "parent") for i in own.parents]
    related += [(i, "child") for i, other in enumerate(world.institutions) if position in other.parents]
    return [
        {
            "id": OPENALEX + world.institutions[i].openalex_id,
            "ror": ROR + world.institutions[i].ror_id,
            "display_name": world.institutions[i].name,
            "country_code": world.institutions[i].country,
            "type": world.institutions[i].kind,
            "relationship": relationship,
        }
        for i, relationship in related
    ]


def ror_records(world: World) -> list[str]:
    """ROR records as lines of JSON: every sixth one in schema v1, the others in v2."""
    lines = []
    for position, one in enumerate(world.institutions):
        if one.where == "ror":
            record = _ror_v1(world, position, one) if position % 6 == 5 else _ror_v2(world, position, one)
            lines.append(_text(record))
    return lines


def _ror_v2(world: World, position: int, one: Institution) -> dict[str, Any]:
    city = world.cities[one.city]
    return {
        "id": ROR + one.ror_id,
        "synthetic": True,
        "admin": {
            "created": {"date": "2020-01-01", "schema_version": "1.0"},
            "last_modified": {"date": UPDATED, "schema_version": "2.1"},
        },
        "established": 1950,
        "external_ids": [],
        "links": [],
        "locations": [
            {
                "geonames_id": int(world.city_id(position)),
                "geonames_details": {
                    "country_code": city.country,
                    "country_name": city.country_name,
                    "country_subdivision_code": city.subdivision or None,
                    "country_subdivision_name": city.region or None,
                    "lat": city.lat,
                    "lng": city.lon,
                    "name": city.name,
                },
            }
        ],
        "names": [{"lang": "en", "types": ["ror_display", "label"], "value": one.name}],
        "relationships": _relationships(world, position),
        "status": one.status,
        "types": ["funder", one.kind] if one.kind == "government" else [one.kind],
    }


def _ror_v1(world: World, position: int, one: Institution) -> dict[str, Any]:
    city = world.cities[one.city]
    return {
        "id": ROR + one.ror_id,
        "synthetic": True,
        "name": one.name,
        "established": 1950,
        "types": [one.kind.capitalize()],
        "relationships": [{**each, "type": each["type"].capitalize()} for each in _relationships(world, position)],
        "addresses": [_address_v1(city, world.city_id(position))],
        "links": [],
        "aliases": [],
        "acronyms": [],
        "status": one.status,
        "labels": [],
        "country": {"country_name": city.country_name, "country_code": city.country},
        "external_ids": {},
    }


def _address_v1(city: City, city_id: str) -> dict[str, Any]:
    code = f"{city.country}.{city.admin1}" if city.admin1 else None
    return {
        "lat": city.lat,
        "lng": city.lon,
        "city": city.name,
        "geonames_city": {
            "id": int(city_id),
            "city": city.name,
            "geonames_admin1": {"name": city.region or None, "ascii_name": city.region or None, "code": code},
        },
        "primary": True,
    }


def _relationships(world: World, position: int) -> list[dict[str, str]]:
    return [
        {"label": each["display_name"], "type": each["relationship"], "id": each["ror"]}
        for each in _associated(world, position)
    ]
