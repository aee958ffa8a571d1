"""Affiliations written as text: institution, city, region and country by where they stand.

Both Scopus and Web of Science write an address from the organisation to the country, with commas between::

    Dept Chem, Univ X, Street 1, Tempe, AZ 85287, United States     Scopus: the organisation is behind its parts
    Univ X, Dept Chem, Tempe, AZ 85287 USA                          Web of Science: it is the first part

The last part is the country; postcodes and regions before it are passed over; the part before them is the city. What
does not fit stays open and says why: nothing is guessed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from toolkit.corpus.countries import country_code
from toolkit.corpus.names import folded

__all__ = ["BY_PLACE", "NO_CITY", "NO_COUNTRY", "Address", "read_address"]

NO_COUNTRY: Final = "kept without a place: the affiliation does not end with a country"
NO_CITY: Final = "kept without a city: none stands where the affiliation should have it"
BY_PLACE: Final = "kept with the first part of the affiliation as institution: no word tells which one it is"

_UNITED_STATES: Final = re.compile(r"(?:([A-Z]{2})\b)?[\s\d-]*\bUSA", re.ASCII)
_CODED: Final = frozenset({"US", "CA", "AU", "BR", "IT", "MX"})
"""Countries whose addresses have a region's code in capitals behind the city."""
_TERRITORIES: Final = frozenset({"PR", "GU", "VI", "AS", "MP"})
_PARTS_OF_CHINA: Final = frozenset({"HK", "MO", "TW"})
_CAPITAL: Final = ("Washington", "District of Columbia")
_CAPITAL_NAMES: Final = frozenset({"washington dc", "dc", "district of columbia"})
"""The one region that is a city, and is written behind it or in its place."""
_COUNTIES: Final = re.compile(
    r"antrim|avon|beds|berks|bucks|cambs|cheshire|cleveland|cornwall|cumbria|derby|derbyshire|devon|dorset|essex|fife|gloucs"
    r"|hants|herts|kent|lanark|lancs|leics|lincs|merseyside|middx|midlothian|norfolk|northants|notts|oxon|shrops|somerset"
    r"|staffs|suffolk|surrey|tyne wear|warwick|wilts|worcs|(mid|m|s) glam|(e|w|east|west) sussex|(w|west) midlands"
    r"|(n|s|w|e|north|south|west|east) yorkshire"
)
"""Counties of the United Kingdom as exports write them behind the city."""
_ONE_CITY: Final = {"HK": "Hong Kong", "MO": "Macao", "SG": "Singapore", "MC": "Monaco", "GI": "Gibraltar"}
"""Countries that are one city."""
_SHORT_NAMES: Final = {"uk": "GB", "us": "US", "usa": "US", "uae": "AE"}
_REGION_WORDS: Final = re.compile(r"(?i).+ (province|prov|oblast|region|prefecture|krai|county)")
_POSTCODE_TOKEN: Final = re.compile(r"\S*\d\S*")
_DUTCH: Final = re.compile(r"(?i)\b(?:NL-?)?\d{4}\s?[A-Z]{2}\b")
_CEDEX: Final = re.compile(r"(?i)\bcedex\b")
_BOX: Final = re.compile(r"(?i)p\.?\s*o\.?\s*(box|b)\b.*")
_ORGANISATION: Final = re.compile(
    r"(?i)\b(univ\w*|dept|department\w*|dipartimento|departamento|inst|instit\w*|istituto|coll|college\w*|sch|school\w*"
    r"|fac|facult\w*|fakult\w*|lab|labs|laborator\w*|ctr|center|centre|centro|hosp|hospital\w*|acad|academ\w*|div|division"
    r"|minist\w*|corp|corporation|inc|ltd|llc|gmbh|grp|group|program\w*|clin|clinic\w*|klinik\w*|museum|observ\w*|found"
    r"|foundation|council|agency|bur|bureau|co|company|res|sci|technol|engn|key|natl|sect|section|unit)\b"
)
_CITIES_LIKE_ORGANISATIONS: Final = frozenset(
    {"college station", "college park", "state college", "university park", "university city", "college", "center city"}
)
_WORDS: Final = (
    re.compile(r"(?i)\buniver\w*|\buniv\b"),
    re.compile(r"(?i)academ|college|instit|istitut|polytech|politec|politéc|[ée]cole|hochschule"),
    re.compile(
        r"(?i)hospital|hôpital|klinik|clinic|laborator|\blabs?\b|cent(er|re|ro)\b|museum|observator|minist(ry|ère|erio)"
        r"|agency|foundation|council|corporation|company|\b(inc|ltd|llc|gmbh|ag|plc)\b|research"
    ),
)
"""Words that tell an organisation from its parts, the strongest first."""


class Address(NamedTuple):
    """What an affiliation says; what it does not say is an empty text, and ``problem`` tells why."""

    institution: str
    city: str = ""
    admin1: str = ""
    country: str = ""
    problem: str = ""


class _Region(NamedTuple):
    name: str
    city: bool


@cache
def _regions() -> Mapping[tuple[str, str], _Region]:
    """(country, code or folded name) -> region; ``city`` tells that a city has the same name."""
    text = files("toolkit.corpus.plain").joinpath("regions.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, str], _Region] = {}
    for row in csv.DictReader(text.splitlines()):
        region = _Region(row["name"], bool(row["city"]))
        found[row["country"], folded(row["name"])] = region
        if row["code"]:
            found[row["country"], row["code"]] = _Region(row["name"], city=False)
    return found


def read_address(text: str, *, institution: str = "first", countries: Mapping[str, str] | None = None) -> Address:
    """Institution, city, region and country of an affiliation, by position.

    Parameters
    ----------
    text
        Parts from the organisation to the country, with commas between.
    institution
        ``first``: the first part; ``by-word``: the last part with the strongest word for an organisation (university;
        then academy, college, institute; then hospital, laboratory, company …), for exports that name departments
        first. A text of one part is the institution.
    countries
        Folded country name -> code, for spellings of this export's own. Codes of two letters are no country here,
        for most are a state of the USA as well.

    Returns
    -------
    Address
        ``problem`` is empty, or the sentence under which the affiliation is listed. Without a country nothing else
        than the institution is told.

    Notes
    -----
    Postcodes: words with digits, Dutch letters behind four digits, Cedex, post boxes. Regions: codes in capitals of US,
    CA, AU, BR, IT and MX, names in ``regions.csv``, counties of GB, parts that end with Province, Oblast, Region,
    Prefecture or County. A region that could be the city itself (Jilin, New York, Derby) is the city where no other
    part could be. China's Hong Kong, Macao and Taiwan have their own codes; Hong Kong, Macao, Singapore, Monaco and
    Gibraltar are one city each, and so is the District of Columbia.

    Examples
    --------
    >>> read_address("Arizona State Univ, Dept Chem, Tempe, AZ 85287 USA")
    Address(institution='Arizona State Univ', city='Tempe', admin1='Arizona', country='US', problem='')
    >>> read_address("Dept of Chemistry, Peking University, Beijing, 100871, China", institution="by-word")
    Address(institution='Peking University', city='Beijing', admin1='', country='CN', problem='')
    >>> read_address("Somewhere, Nowhere").problem
    'kept without a place: the affiliation does not end with a country'
    """
    parts = [part.strip() for part in text.strip().rstrip(".").split(",") if part.strip()]
    if not parts:
        return Address("")
    country, region, rest = _country(parts, countries or {})
    if not country:
        chosen, unsure = _institution(parts, institution)
        return Address(chosen, problem=NO_COUNTRY)
    if country in _ONE_CITY:
        rest = [part for part in rest if folded(part) != folded(_ONE_CITY[country])] or rest
        city, admin1 = _ONE_CITY[country], ""
        rest = rest[: _last_organisation(rest) + 1]
    else:
        city, admin1, rest = _city(rest, country, region)
    chosen, unsure = _institution(rest, institution)
    return Address(chosen, city, admin1, country, unsure if city else NO_CITY)


def _country(parts: list[str], own: Mapping[str, str]) -> tuple[str, str, list[str]]:
    """Code, region that stands in the same part, and the parts before."""
    last = parts[-1]
    if (match := _UNITED_STATES.fullmatch(last)) is not None:
        region = match[1] or ""
        return (region if region in _TERRITORIES else "US"), region, parts[:-1]
    for take in (2, 1):
        code = _code(", ".join(parts[-take:]), own) if len(parts) >= take else ""
        if code:
            rest = parts[:-take]
            inner = _code(_without_postcode(rest[-1]), own) if rest else ""
            if code == "CN" and inner in _PARTS_OF_CHINA:
                return inner, "", rest[:-1]
            if inner == code == "GB":
                return code, "", rest[:-1]  # Oxford, England, United Kingdom
            return code, "", rest
    return "", "", parts


def _code(text: str, own: Mapping[str, str]) -> str:
    name = folded(text)
    found = own.get(name) or _SHORT_NAMES.get(name)
    return found or ((country_code(text) or "") if len(name) > 3 else "")


def _city(parts: list[str], country: str, region: str) -> tuple[str, str, list[str]]:
    """City, region and the parts that are left for the institution, which keeps the first one."""
    admin1 = _regions()[country, region].name if (country, region) in _regions() else ""
    coded = bool(region)
    rest = list(parts)
    while len(rest) > 1:
        bare = _without_postcode(rest[-1])
        if not bare:
            rest.pop()
            continue
        if country == "US" and folded(bare) in _CAPITAL_NAMES:
            return (*_CAPITAL, [part for part in rest[:-1] if part != "Washington"] or rest[:1])
        found = None if coded else _region(country, bare)
        if found is None:
            return (bare, admin1, rest[:-1]) if _may_be_city(bare) else ("", admin1, rest)
        before = next((one for one in map(_without_postcode, reversed(rest[1:-1])) if one), "")
        if found.city and not (before and _may_be_city(before)):
            return bare, found.name or admin1, rest[:-1]
        admin1, coded = found.name, True
        rest.pop()
    return "", admin1, rest


def _region(country: str, bare: str) -> _Region | None:
    known = _regions().get((country, bare)) or _regions().get((country, folded(bare)))
    if known is not None:
        return known
    if country == "GB" and _COUNTIES.fullmatch(folded(bare)):
        return _Region("", city=True)
    if country in _CODED and re.fullmatch(r"[A-Z]{2,4}", bare):
        return _Region("", city=False)
    if match := _REGION_WORDS.fullmatch(bare):
        short = bare[: match.start(1)].strip()
        return _Region(_regions().get((country, folded(short)), _Region(short, city=False)).name, city=False)
    return None


def _may_be_city(text: str) -> bool:
    return folded(text) in _CITIES_LIKE_ORGANISATIONS or not _ORGANISATION.search(text)


def _without_postcode(part: str) -> str:
    """The part without postcodes and post boxes; empty where it holds nothing else."""
    bare = _BOX.sub("", _CEDEX.sub("", _DUTCH.sub("", part)))
    bare = " ".join(_POSTCODE_TOKEN.sub(" ", bare).split()).strip(" -")
    return bare if any(sign.isalpha() for sign in bare) else ""


def _last_organisation(parts: Sequence[str]) -> int:
    return max((at for at, part in enumerate(parts) if _ORGANISATION.search(part)), default=0)


def _institution(parts: Sequence[str], rule: str) -> tuple[str, str]:
    """The part that is the institution, and what is unsure about it."""
    if not parts:
        return "", ""
    if rule == "first" or len(parts) == 1:
        return parts[0], ""
    for words in _WORDS:
        if found := [part for part in parts if words.search(part)]:
            return found[-1], ""
    return parts[0], BY_PLACE
