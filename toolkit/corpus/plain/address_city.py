"""Which part of an address is the city: neither a division of the country, nor a department, nor a street.

The parts are read from the end. A part with a postcode in front (``D-80539 Munich``) is the city. A division of the
country is passed over; one that shares its name with a city (Valencia, Osaka) is the city unless a part before it is
another city of the same division (``Paterna, Valencia``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from toolkit.corpus.cities import haversine_km
from toolkit.corpus.countries import country_code
from toolkit.corpus.gazetteer import Town
from toolkit.corpus.names import folded
from toolkit.corpus.plain.place_names import PlaceNames, Region

__all__ = ["CityPart", "city_part", "may_be_city", "organisation_words", "without_postcode"]

_CITIES: Final = {
    ("US", "Washington", "District of Columbia"): ("washington dc", "dc", "district of columbia"),
    ("MX", "Mexico City", "Mexico City"): (
        "df",
        "cdmx",
        "mexico df",
        "distrito federal",
        "ciudad de mexico",
        "mexico city",
    ),
    ("AR", "Buenos Aires", "Ciudad de Buenos Aires"): (
        "df",
        "caba",
        "capital federal",
        "ciudad autonoma de buenos aires",
    ),
    ("CO", "Bogota", "Bogota"): ("dc", "bogota dc", "bogota", "santafe de bogota", "santafe bogota"),
}
_DIVISION_CITIES: Final = {
    (country, name): (city, division) for (country, city, division), names in _CITIES.items() for name in names
}
"""Divisions that are one city and may be written after it, or instead of it, under several names."""
_POSTCODE_WORD: Final = re.compile(r"\S*\d\S*")
_DUTCH: Final = re.compile(r"\b(?:NL-?)?\d{4}\s?[A-Z]{2}\b")
_RUN_INTO_DIGITS: Final = re.compile(r"(?<=[a-z])(?=\d{4})")
_CEDEX: Final = re.compile(r"(?i)\bcedex\b")
_BOX: Final = re.compile(r"(?i)\b(p\.?\s*o\.?\s*(box|b)\b|(postfach|apdo|casilla|bp|cp)\b(?=\W*\d)).*")
_POSTCODE_IN_FRONT: Final = re.compile(r"[A-Z]{1,3}\s?-\s?\d[\d -]{2,}\S*\s+\D|\d{4,6}\s+(?:[A-Z]{2}\s+)?[^\W\d]")
_HOUSE_NUMBERS_IN_FRONT: Final = frozenset({"US", "CA", "AU", "NZ", "GB", "IE", "IN", "ZA", "KE", "NG", "PH", "SG"})
"""Countries in which a bare number in front is a house number."""
_POSTCODES_AT_DIVISIONS: Final = frozenset(
    {"US", "CA", "AU", "JP", "KR", "TW", "PH", "TH", "MY", "ID", "IN", "MX", "BR"}
)
"""Countries in which the postcode may be written after the division rather than the city."""
_PROVINCES_LIKE_CITIES: Final = frozenset({"TR", "IR", "EG", "DZ"})
"""Countries whose provinces bear the name of their city, the quarters of which are registered as cities."""
_ONE_CITY_KM: Final = 30.0
_NOT_CITIES: Final = frozenset({"US", "GB", "CN", "AU", "CA", "IN", "DE", "FR"})
"""Countries whose name before the country is no city, but the country once more."""
_CITY_ELSEWHERE: Final = {("AR", "buenos aires"): "01"}
"""Divisions that do not hold the city of their name -> their code in GeoNames."""
_QUARTER: Final = re.compile(
    r"(?i).+[\s-](ku|gu|dist|district|distr|ward|borough|qu|arrondissement|subdistrict|new area|new dist)"
)
_STREET: Final = re.compile(
    r"(?i)(.*\b(campus|bldg|building|floor|room|carretera|cidade univ\w*)\b.*"
    r"|(rue|calle|via|viale|piazza|plaza|pza|paseo|rua|avenida|av|ave|carrera|kra|cra|jalan|jl|ul|ulica|quai|allee|km"
    r"|ctra|mail stop|prosp\w*|chaussee|blvd|bd)\b.*"
    r"|.*(\b(st|str|street|strasse|rd|road|ave|av|avenue|blvd|boulevard|dr|drive|lane|ln|hwy|highway|sq|square|pkwy"
    r"|parkway|terrace)|strasse|straat|laan|gasse|platz)( [nsew]{1,2})?)"
)
_SHORT_NUMBER: Final = re.compile(r"(?<![\w-])\d{1,3}(?![\w-])")
_ORGANISATION: Final = re.compile(
    r"(?i)\b(univ\w*|dept|department\w*|dipartimento|departamento|departement|inst|instit\w*|istituto|coll|college\w*|sch"
    r"|school\w*|fac|facult\w*|fakult\w*|lab|labs|laborator\w*|ctr|center|centre|centro|hosp|hospital\w*|acad|academ\w*"
    r"|div|division|minist\w*|corp|corporation|inc|ltd|llc|gmbh|grp|group|program\w*|clin|clinic\w*|klinik\w*|museum"
    r"|observ\w*|found|foundation|council|agency|bur|bureau|co|company|res|sci|technol|engn|key|natl|sect|section|unit"
    r"|serv|service|soc|society|assoc|association|off|office|int|umr|cnrs|inra|inserm|csic|med|biol|chem|phys|math)\b"
)
_LIKE_ORGANISATIONS: Final = frozenset(
    f"{place} {word}"
    for place, words in {
        "college": ("station", "stn", "park", "pk", "place", "pl"),
        "university": ("park", "pk", "city", "heights", "hts", "place", "pl"),
        "state": ("college", "coll"),
        "center": ("city", "valley"),
        "research triangle": ("park", "pk"),
        "menlo": ("park", "pk"),
        "hyde": ("park", "pk"),
    }.items()
    for word in words
) | {"college", "res triangle pk", "coll stn", "coll pk", "state coll", "silver spring", "highland pk", "oak pk"}
"""Cities whose names have a word for an organisation or a street."""


class CityPart(NamedTuple):
    """City and division as written and as known, the parts before them, and whether another part may be the city."""

    city: str
    admin1: str
    rest: Sequence[str]
    unsure: bool = False


class _Part(NamedTuple):
    at: int
    bare: str
    text: str
    region: Region | None
    towns: Sequence[Town]
    plausible: bool
    street: bool


def city_part(parts: Sequence[str], country: str, region: str, names: PlaceNames) -> CityPart:
    """City and division of an address in ``country``; the first part is never the city.

    Parameters
    ----------
    parts
        The parts before the country.
    country
        Its code.
    region
        Code of a division that was written beside the country, or an empty text.
    names
        What is known of divisions and cities.

    Returns
    -------
    CityPart
        ``city`` is empty where no part may be one.
    """
    known = names.region(country, region) if region else None
    admin1, coded = known.name if known else "", bool(region)
    read = [_part(parts, at, country, names) for at in range(len(parts) - 1, 0, -1)]
    places = [part for part in read if part.bare and not part.street]
    sure_only = False  # behind an organisation only a city by name is one
    for number, part in enumerate(places):
        before = [one for one in places[number + 1 :] if one.plausible]
        if one_city := _DIVISION_CITIES.get((country, folded(part.bare))):
            rest = [one for one in parts[: part.at] if folded(without_postcode(one, country)) != folded(one_city[0])]
            return CityPart(*one_city, rest or parts[:1])
        if _has_postcode_in_front(part.text, country) and (part.plausible or part.towns):
            return _chosen(part, admin1, parts, country, names)
        found = None if coded and not _another_division(part, before, country) else part.region
        if found is not None and not found.city:
            admin1, coded = found.name, True
        elif found is not None:
            within = None if found.urban else _city_within(part, before, country, names)
            if within is None:
                return _chosen(part, admin1, parts, country, names)
            unsure = not names and not _postcode_is_the_citys(within, country)
            return _chosen(within, found.name, parts, country, names, unsure=unsure)
        elif _QUARTER.fullmatch(part.bare) and not part.towns:
            continue
        elif not part.plausible and not names:
            return CityPart("", admin1, parts[: part.at + 1])
        elif not part.plausible or (sure_only and not _town(part)):
            sure_only = True
        else:
            sure = bool(part.towns) or _postcode_is_the_citys(part, country)
            chosen = part if sure or not names else next((one for one in before if _town(one)), part)
            others = [one for one in before if not one.region or one.region.city]
            unsure = bool(others) and not sure and not (names and chosen.towns) and not coded
            return _chosen(chosen, admin1, parts, country, names, unsure=unsure)
    return CityPart("", admin1, parts[:1] if places else parts)


def _chosen(
    part: _Part, admin1: str, parts: Sequence[str], country: str, names: PlaceNames, *, unsure: bool = False
) -> CityPart:
    city, within = names.city(country, part.bare)
    return CityPart(city, admin1 or within, parts[: part.at], unsure)


def _part(parts: Sequence[str], at: int, country: str, names: PlaceNames) -> _Part:
    text = parts[at]
    bare = without_postcode(text, country)
    if country in _NOT_CITIES and country_code(bare) == country and len(bare) > 2:
        bare = ""  # the country once more
    towns = names.towns(country, names.city(country, bare)[0]) if bare else ()
    street = bool(_STREET.fullmatch(bare)) or bool(_SHORT_NUMBER.match(text.strip()))
    street = street and not _has_postcode_in_front(text, country)
    own = any(town.main for town in towns) or folded(bare) in _LIKE_ORGANISATIONS
    region = names.region(country, bare) if bare else None
    return _Part(at, bare, text, region, towns, own or (may_be_city(bare) and not street), street and not own)


def _city_within(part: _Part, before: Sequence[_Part], country: str, names: PlaceNames) -> _Part | None:
    """A city of the division that ``part`` names, in a part before it; ``None`` if ``part`` itself is the city."""
    if coded := [one for one in before if _has_postcode_in_front(one.text, country)]:
        return coded[0]
    if _postcode_is_the_citys(part, country):
        return None
    if not names:
        return next((one for one in before if not _QUARTER.fullmatch(one.bare) and not one.region), None)
    seats = [town for town in part.towns if town.main] or list(part.towns)
    elsewhere = _CITY_ELSEWHERE.get((country, folded(part.bare)))
    near = _ONE_CITY_KM if country in _PROVINCES_LIKE_CITIES else 0.0
    for one in before:
        for town in one.towns if folded(one.bare) != folded(part.bare) else ():
            if elsewhere == town.admin1 or not seats:
                return one
            if any(town.admin1 == seat.admin1 and _km(town, seat) > near for seat in seats):
                return one
    return None


def _another_division(part: _Part, before: Sequence[_Part], country: str) -> bool:
    """Whether a part before a division is a division, too; the USA has cities that bear the name of another state."""
    return part.region is not None and not part.region.city and bool(before) and country != "US"


def _town(part: _Part) -> bool:
    """Whether the part is a city that an address may mean although an unknown name follows it."""
    return any(town.main and (town.population or 0) > 0 for town in part.towns)


def _km(one: Town, other: Town) -> float:
    return haversine_km(one.lat, one.lon, other.lat, other.lon)


def _postcode_is_the_citys(part: _Part, country: str) -> bool:
    """Whether the part has a postcode, in a country in which divisions have none."""
    coded = any(sum(sign.isdigit() for sign in word) >= 2 for word in part.text.split())
    return coded and country not in _POSTCODES_AT_DIVISIONS


def _has_postcode_in_front(text: str, country: str) -> bool:
    match = _POSTCODE_IN_FRONT.match(text.strip())
    return bool(match) and not (text.strip()[:1].isdigit() and country in _HOUSE_NUMBERS_IN_FRONT)


def may_be_city(text: str) -> bool:
    """Whether no word says that this is an organisation or a part of one."""
    return folded(text) in _LIKE_ORGANISATIONS or not _ORGANISATION.search(text)


def organisation_words(parts: Sequence[str]) -> int:
    """Position of the last part with a word for an organisation, or 0."""
    return max((at for at, part in enumerate(parts) if _ORGANISATION.search(part)), default=0)


def without_postcode(part: str, country: str = "") -> str:
    """The part without postcodes and post boxes; empty where it holds nothing else.

    Examples
    --------
    >>> without_postcode("D-80539 Munich"), without_postcode("Vic 3010"), without_postcode("POB 12")
    ('Munich', 'Vic', '')
    """
    bare = _BOX.sub("", _CEDEX.sub("", _RUN_INTO_DIGITS.sub(" ", part)))
    if country == "NL":
        bare = _DUTCH.sub("", bare)
    bare = " ".join(_POSTCODE_WORD.sub(" ", bare).split()).strip(" -")
    return bare if any(sign.isalpha() for sign in bare) else ""
