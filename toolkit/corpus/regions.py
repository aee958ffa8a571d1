"""Regions of cities: GeoNames' first-order division where it is known, else the name the registry writes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from toolkit.corpus.names import folded, slug

__all__ = ["NAME_HOLDS", "CityRegion", "RegionNames", "RegionWord"]

NAME_HOLDS: Final = 0.9
"""Part of the cities under a region's name that must agree on its code before the name stands for that code."""


class RegionWord(NamedTuple):
    """What one record says about a city's region; any of the texts may be missing."""

    city_id: str
    country: str | None
    name: str | None
    code: str | None


class CityRegion(NamedTuple):
    """Region of a city: ``admin1`` is unique within the country, ``region`` its name, where a record names it."""

    admin1: str | None
    region: str | None


class RegionNames:
    """What regions are called and which codes they have, learnt from all the records of a registry.

    ROR's schema 1 gives GeoNames codes and names, schema 2 names and ISO codes, OpenAlex names alone, a gazetteer
    codes alone. A city that occurs in two of them tells that ``Saxony`` in Germany is ``13``. A name stands for the
    code that at least :data:`NAME_HOLDS` of its cities have; one whose cities lie in several regions, such as that of a
    region since divided, stands for none.

    Parameters
    ----------
    words
        What records say, in any order.
    codes
        City id -> (country, GeoNames code) as a gazetteer has it.
    names
        (Country, code) -> name, used where no record names the region.

    Examples
    --------
    >>> words = [
    ...     RegionWord("2935022", "DE", "Saxony", "13"),
    ...     RegionWord("2879139", "DE", "Saxony", None),
    ...     RegionWord("824036", "AZ", "Quba", None),
    ... ]
    >>> names = RegionNames(words)
    >>> names.region_of("2879139", "DE", "Saxony"), names.region_of("824036", "AZ", "Quba")
    (CityRegion(admin1='13', region='Saxony'), CityRegion(admin1='quba', region='Quba'))
    """

    def __init__(
        self,
        words: Iterable[RegionWord],
        codes: Mapping[str, tuple[str, str]] | None = None,
        names: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self._gazetteer = codes or {}
        self._given: dict[tuple[str, str], str] = {}
        kept = sorted({word for word in words if word.country}, key=lambda word: tuple(part or "" for part in word))
        for word in kept:
            if word.code:
                self._given.setdefault((word.city_id, word.country or ""), word.code)
        votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        called: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for city_id, country, name in sorted({(word.city_id, word.country or "", word.name or "") for word in kept}):
            code = self._code_of(city_id, country)
            if code and folded(name):
                votes[country, folded(name)][code] += 1
                called[country, code][name] += 1
        self._by_name = {key: code for key, found in votes.items() if (code := _agreed(found))}
        for (country, code), name in (names or {}).items():
            self._by_name.setdefault((country, folded(name)), code)
        self._names = {**(names or {}), **{key: _commonest(found) for key, found in called.items()}}
        self._codes = {(country, code) for country, code in self._gazetteer.values()} | set(called) | set(self._names)

    def region_of(self, city_id: str, country: str | None, name: str | None) -> CityRegion:
        """Region of a city in ``country`` whose region the best informed record calls ``name``.

        The gazetteer's code counts first, then the registry's own, then the one its name stands for. Where no code is
        known, ``admin1`` is the folded name, so that no region is lost; two spellings of it are then two regions.
        """
        if not country:
            return CityRegion(None, None)
        code = self._code_of(city_id, country) or self.code_of(country, name)
        if code is None:
            return CityRegion(slug(name), name) if name and slug(name) else CityRegion(None, None)
        return CityRegion(code, self._names.get((country, code)) or name)

    def code_of(self, country: str, text: str | None) -> str | None:
        """GeoNames code of a region that ``text`` names, or is the code of; ``None`` where that is not known.

        A code that is a number is not taken: ISO's and the countries' own differ from GeoNames' for most countries.
        """
        if not text:
            return None
        by_name = self._by_name.get((country, folded(text)))
        code = text.strip().upper().removeprefix(f"{country}.").removeprefix(f"{country}-")
        return by_name or (code if code.isalpha() and (country, code) in self._codes else None)

    def _code_of(self, city_id: str, country: str) -> str | None:
        placed, code = self._gazetteer.get(city_id, ("", ""))
        # a gazetteer that puts the city into another country has no word on the region of this one
        return code if code and placed == country else self._given.get((city_id, country))


def _agreed(votes: Counter[str]) -> str | None:
    code, most = min(votes.items(), key=lambda item: (-item[1], item[0]))
    return code if most >= NAME_HOLDS * votes.total() else None


def _commonest(names: Counter[str]) -> str:
    return min(names.items(), key=lambda item: (-item[1], item[0]))[0]
