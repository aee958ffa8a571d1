"""What a part of an address may be: a division of the country, a city, or both.

Divisions are those of ``regions.csv`` (the common countries) and, with the extra ``places``, those of ISO 3166-2 in
their own and other languages (:mod:`toolkit.corpus.divisions`). Cities are the gazetteer's, where there is one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from toolkit.corpus.divisions import division_key, divisions, divisions_version
from toolkit.corpus.gazetteer import Gazetteer, Town, open_gazetteer
from toolkit.corpus.names import folded
from toolkit.settings import Settings

__all__ = ["LISTED", "PlaceNames", "Region", "open_place_names"]

_KIND_BEHIND: Final = re.compile(
    r"(?i)[\s-]+(province|provinc|prov|pr|oblast|obl|region|reg|prefecture|pref|krai|kray|kra|county|co|cty|state|canton"
    r"|voivodeship|voivodship|governorate|do|autonomous.*|a\s?r|territory|department)$"
)
_SURE_KINDS: Final = frozenset({"province", "prov", "oblast", "region", "prefecture", "krai", "county", "do"})
_KIND_BEFORE: Final = re.compile(
    r"(?i)(county|co|province of|provincia de|prov de|prov|pcia|state of|canton of|estado de|dept)\s+(.+)"
)
_CUT: Final = 12
"""Web of Science cuts long names of divisions: one of at least so many letters may be the start of a name."""
_LEAST_CITY: Final = 5_000
"""A division whose name is also that of a smaller place is not taken for a city."""


_RUN_TOGETHER: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ABBREVIATED: Final[Mapping[str, Sequence[str]]] = {
    "n": ("North",),
    "s": ("South",),
    "e": ("East",),
    "w": ("West",),
    "st": ("Saint", "Sankt", "St."),
    "ste": ("Sainte", "Ste."),
    "ft": ("Fort",),
    "mt": ("Mount",),
    "pk": ("Park",),
    "stn": ("Station",),
    "hts": ("Heights",),
    "isl": ("Island", "Islands"),
    "coll": ("College",),
    "spgs": ("Springs",),
    "ctr": ("Center", "Centre"),
    "jct": ("Junction",),
}
_CODED: Final = frozenset({"US", "CA", "AU", "BR", "IT", "MX", "AR", "CH", "NL", "ES"})
"""Countries in whose addresses two capitals after the city are a division's code, even an unknown one."""


class Region(NamedTuple):
    """A division; ``city``: a city has the same name; ``urban``: the division is that city."""

    name: str
    city: bool = False
    urban: bool = False


@cache
def _listed() -> tuple[Mapping[tuple[str, str], Region], Mapping[str, Sequence[str]]]:
    """(Country, code or key) -> region of ``regions.csv``, and the long keys of each country."""
    text = files("toolkit.corpus.plain").joinpath("regions.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, str], Region] = {}
    for row in csv.DictReader(text.splitlines()):
        region = Region(row["name"], bool(row["city"]))
        found[row["country"], division_key(row["name"])] = region
        for alias in filter(None, row["aliases"].split("|")):
            code = len(alias) <= 3 or alias.isupper()
            if len(alias) > 2:
                found.setdefault((row["country"], division_key(alias)), Region(row["name"]) if code else region)
            elif code:
                found[row["country"], alias] = Region(row["name"])
    return found, _long_keys(found)


class PlaceNames:
    """Divisions and cities by name.

    Parameters
    ----------
    gazetteer
        The cities; without one only ``regions.csv`` says what a division is.

    Attributes
    ----------
    version
        What the names were taken from, for the record of a run; empty for ``regions.csv`` alone.
    """

    def __init__(self, gazetteer: Gazetteer | None = None) -> None:
        self._gazetteer = gazetteer
        self._towns: dict[str, Mapping[str, Sequence[Town]]] = {}
        self._iso = divisions() if gazetteer else {}
        self._iso_long = _long_keys(self._iso)
        self.version = ", ".join(filter(None, (gazetteer.version, divisions_version()))) if gazetteer else ""

    def __bool__(self) -> bool:
        """Whether cities are known by name."""
        return self._gazetteer is not None

    def towns(self, country: str, text: str) -> Sequence[Town]:
        """Cities of the country that have this name as their own or another one."""
        if self._gazetteer is None:
            return ()
        if country not in self._towns:
            self._towns[country] = self._gazetteer.towns(country)
        return self._towns[country].get(folded(text), ())

    def city(self, country: str, text: str) -> tuple[str, str]:
        """The city and the division that a part names which is no city as it is written, by what is known.

        Abbreviations are written out (``E Lansing``), a quarter's letter is dropped (``Copenhagen K``), and a division
        written without a comma is taken off (``Montreal QC``, ``Subang JayaSelangor``).
        """
        if not self or self.towns(country, text):
            return text, ""
        known = [spelling for spelling in _written_out(text) if self.towns(country, spelling)]
        if len({town[1:4] for spelling in known for town in self.towns(country, spelling)}) == 1 or len(known) == 1:
            return known[0], ""
        words = _RUN_TOGETHER.sub(" ", text).split()
        for at in range(len(words) - 1, max(len(words) - 4, 0), -1):
            head, tail = " ".join(words[:at]), " ".join(words[at:])
            region = self.region(country, tail)
            if (region or (len(tail) == 1 and tail.isupper())) and self.towns(country, head):
                return head, region.name if region else ""
        return text, ""

    def region(self, country: str, text: str) -> Region | None:
        """The division that a part of an address names, without its postcode; ``None`` if it names none."""
        if found := self._named(country, text):
            return found
        if match := _KIND_BEFORE.fullmatch(text):
            short = match[2].strip()
            known = self._named(country, short)
            county = match[1].lower() in {"co", "county"}
            if known or (country in {"GB", "IE", "US", "KE"} if county else " " in match[1]):
                return Region(known.name if known else short)
        if match := _KIND_BEHIND.search(text):
            short = text[: match.start()].strip()
            known = self._named(country, short)
            if known or match[1].lower() in _SURE_KINDS:
                return Region(known.name if known else short)
        return self._cut(country, text)

    def _named(self, country: str, text: str) -> Region | None:
        listed, _ = _listed()
        key = division_key(text)
        if text.isupper() and len(text) <= 3:
            code = listed.get((country, text)) or self._of_iso(country, text, code=True)
            if code:
                return code
            if len(text) == 2 and country in _CODED:
                return Region("")
        return listed.get((country, key)) or self._of_iso(country, key, text=text)

    def _of_iso(self, country: str, key: str, *, text: str = "", code: bool = False) -> Region | None:
        division = self._iso.get((country, key))
        if division is None:
            return None
        city = not code and any((town.population or 0) >= _LEAST_CITY for town in self.towns(country, text))
        name = _listed()[0].get((country, division_key(division.name)), Region(division.name)).name
        return Region(name, city, urban=city and division.urban)

    def _cut(self, country: str, text: str) -> Region | None:
        key = division_key(text)
        if len(key) < _CUT:
            return None
        for keys, named in ((_listed()[1], _listed()[0]), (self._iso_long, self._iso)):
            for long in keys.get(country, ()):
                if long.startswith(key):
                    return Region(named[country, long].name)
        return None


def open_place_names(settings: Settings, progress: Callable[[str, int, int], None] | None = None) -> PlaceNames:
    """Names with the gazetteer where the settings and the installation allow it, else those of ``regions.csv``."""
    return PlaceNames(open_gazetteer(settings, progress))


def _written_out(text: str) -> list[str]:
    """The text with its abbreviated words written out, in each way."""
    found = [""]
    for word in text.split():
        ways = _ABBREVIATED.get(word.lower().rstrip("."), (word,))
        found = [f"{start} {way}".strip() for start in found for way in ways]
    if text.lower().startswith("st "):
        found += [f"{one}'s" for one in found]  # St John is written for St. John's, too
    return [one for one in found if one != text]


def _long_keys(named: Mapping[tuple[str, str], object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for country, key in named:
        if len(key) >= _CUT:
            found.setdefault(country, []).append(key)
    return found


LISTED: Final = PlaceNames()
"""Names of ``regions.csv`` alone."""
