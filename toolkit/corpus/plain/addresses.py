"""Affiliations written as text: institution, city, region and country by where they stand.

Both Scopus and Web of Science write an address from the organisation to the country, with commas between::

    Dept Chem, Univ X, Street 1, Tempe, AZ 85287, United States     Scopus: the organisation is behind its parts
    Univ X, Dept Chem, Tempe, AZ 85287 USA                          Web of Science: it is the first part

The last part is the country; postcodes and regions before it are passed over; the part before them is the city. What
does not fit stays open and says why: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from toolkit.corpus.countries import country_code
from toolkit.corpus.names import folded
from toolkit.corpus.plain.address_city import city_part, organisation_words, without_postcode
from toolkit.corpus.plain.place_names import LISTED, PlaceNames

__all__ = ["BY_PLACE", "NO_CITY", "NO_COUNTRY", "PROBLEMS", "UNSURE_CITY", "Address", "read_address"]

NO_COUNTRY: Final = "kept without a place: the affiliation does not end with a country"
DISSOLVED: Final = "kept without a place: the affiliation ends with a country that no longer exists"
NO_CITY: Final = "kept without a city: the affiliation has no city before its country"
UNSURE_CITY: Final = "kept with the last part that may be a city: another part may be one, too"
BY_PLACE: Final = "kept with the first part of the affiliation as institution: no word tells which one it is"
PROBLEMS: Final = (NO_COUNTRY, DISSOLVED, NO_CITY, UNSURE_CITY, BY_PLACE)
"""What may be noted about an affiliation."""

_UNITED_STATES: Final = re.compile(r"(?:([A-Z]{2})\b)?[\s\d-]*\bUSA", re.ASCII)
_STATE_AND_ZIP: Final = re.compile(r"([A-Z]{2})\s+\d{5}(?:-\d{4})?", re.ASCII)
_STATE: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_TERRITORIES: Final = frozenset({"PR", "GU", "VI", "AS", "MP"})
_PARTS_OF_CHINA: Final = frozenset({"HK", "MO", "TW"})
_ONE_CITY: Final = {"HK": "Hong Kong", "MO": "Macao", "SG": "Singapore", "MC": "Monaco", "GI": "Gibraltar"}
"""Countries that are one city."""
_OTHER_NAMES: Final = {"MO": frozenset({"macau"})}
_SHORT_NAMES: Final = {"uk": "GB", "us": "US", "usa": "US", "uae": "AE"}
_DISSOLVED: Final = frozenset(
    {
        *("ussr", "soviet union", "union of soviet socialist republics", "czechoslovakia", "yugoslavia"),
        *("serbia monteneg", "serbia montenegro", "serbia and montenegro", "serbia & montenegro", "neth antilles"),
        *("netherlands antilles", "rhodesia nyasaland", "french indochina", "trust territory of the pacific islands"),
        *("fed rep yugoslavia", "sfr yugoslavia", "ussr russia"),
    }
)
"""Countries with several successors: which of them an address is in, its country does not say."""
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


def read_address(
    text: str,
    *,
    institution: str = "first",
    countries: Mapping[str, str] | None = None,
    states: bool = False,
    names: PlaceNames = LISTED,
) -> Address:
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
        Folded country name -> code, for the spellings of this export. Codes of two letters are no country here,
        for most are a state of the USA as well.
    states
        Whether a state's code at the end (``MURRAY HILL,NJ``) stands for the USA, as in older records of Web of
        Science. A state's code with a ZIP code always does.
    names
        What is known of divisions and cities.

    Returns
    -------
    Address
        ``problem`` is empty, or one of :data:`PROBLEMS`, under which the affiliation is listed. Without a country
        only the institution is given.

    Notes
    -----
    Postcodes are words with digits, Dutch letters after four digits, Cedex, post boxes. How the city is chosen:
    :func:`toolkit.corpus.plain.address_city.city_part`. China's Hong Kong, Macao and Taiwan have their own codes; Hong
    Kong, Macao, Singapore, Monaco and Gibraltar are one city each, and so is the District of Columbia. A city in an
    address of capitals alone is written with lower-case letters.

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
    country, region, rest = _country(parts, countries or {}, states=states)
    if not country:
        chosen, unsure = _institution(parts, institution)
        return Address(chosen, problem=DISSOLVED if folded(parts[-1]) in _DISSOLVED and len(parts) > 1 else NO_COUNTRY)
    undecided = False
    if country in _ONE_CITY:
        own = {folded(_ONE_CITY[country]), *_OTHER_NAMES.get(country, ())}
        rest = [part for part in rest if folded(without_postcode(part)) not in own] or rest
        city, admin1 = _ONE_CITY[country], ""
        rest = rest[: organisation_words(rest) + 1]
    else:
        city, admin1, rest, undecided = city_part(rest, country, region, names)
    if city.isupper() and text.isupper():
        city = city.title()
    chosen, unsure = _institution(rest, institution)
    return Address(chosen, city, admin1, country, NO_CITY if not city else UNSURE_CITY if undecided else unsure)


def _country(parts: Sequence[str], own: Mapping[str, str], *, states: bool) -> tuple[str, str, Sequence[str]]:
    """Code, region that stands in the same part, and the parts before."""
    last = parts[-1]
    if (match := _UNITED_STATES.fullmatch(last)) is not None:
        region = match[1] or ""
        return (region if region in _TERRITORIES else "US"), region, parts[:-1]
    for take in (2, 1):
        code = _code(", ".join(parts[-take:]), own) if len(parts) >= take else ""
        if code:
            rest = parts[:-take]
            inner = _code(without_postcode(rest[-1]), own) if rest else ""
            if code == "CN" and inner in _PARTS_OF_CHINA:
                return inner, "", rest[:-1]
            if inner == code == "GB":
                return code, "", rest[:-1]  # Oxford, England, United Kingdom
            return code, "", rest
    match = _STATE_AND_ZIP.fullmatch(last) or (_STATE.fullmatch(last) if states else None)
    if match is not None and len(parts) > 2:
        region = match[0][:2]
        state = LISTED.region("US", region)
        if region in _TERRITORIES or (state and state.name):
            return (region if region in _TERRITORIES else "US"), region, parts[:-1]
    return "", "", parts


def _code(text: str, own: Mapping[str, str]) -> str:
    name = folded(text)
    found = own.get(name) or _SHORT_NAMES.get(name)
    return found or ((country_code(text) or "") if len(name) > 3 else "")


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
