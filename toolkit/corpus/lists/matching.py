"""Which journal or institution a row of a list means: by id, by ISSN, else by a name that only one has."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from toolkit.corpus.countries import country_code
from toolkit.corpus.names import folded, names_alike
from toolkit.corpus.registry import openalex_id, ror_id

__all__ = ["InstitutionIndex", "JournalIndex", "issns"]


def issns(text: str | None) -> list[str]:
    """The ISSNs in a text, spelled ``1234-567X``.

    Examples
    --------
    >>> issns("0028-0836; 14764687 and 1234 567x"), issns("Nature")
    (['0028-0836', '1476-4687', '1234-567X'], [])
    """
    found = re.findall(r"(?<![0-9])([0-9]{4})[-\u2010-\u2015 ]?([0-9]{3}[0-9Xx])(?![0-9])", text or "")
    return [f"{first}-{second.upper()}" for first, second in found]


class JournalIndex:
    """Journals to be found by id, ISSN or name.

    Parameters
    ----------
    journals
        Rows ``journal_id, name, ISSN`` as often as there are names and ISSNs; any but the id may be missing.

    Examples
    --------
    >>> index = JournalIndex([("S1", "Nature", "0028-0836"), ("S2", "Science", None), ("S3", "science", None)])
    >>> index.found("s1"), index.found(None, "00280836"), index.found(None, None, "Nature.")
    (['S1'], ['S1'], ['S1'])
    >>> index.found(None, None, "Science")
    ['S2', 'S3']
    """

    def __init__(self, journals: Iterable[tuple[str, str | None, str | None]]) -> None:
        self._ids: set[str] = set()
        self._shown: dict[str, str] = {}
        self._issns: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        for journal_id, name, issn in journals:
            self._ids.add(journal_id)
            for one in issns(issn):
                self._issns[one].add(journal_id)
            if name and folded(name):
                self._names[folded(name)].add(journal_id)
                self._shown.setdefault(folded(name), f"{name} = {journal_id}")

    def found(self, journal_id: str | None, issn: str | None = None, name: str | None = None) -> list[str]:
        """Ids of the journals meant: by id, else by any of the ISSNs, else by name; several only by ISSN or name."""
        key = openalex_id("S", journal_id) or journal_id
        if key in self._ids:
            return [key]
        by_issn = {found for one in issns(issn) for found in self._issns.get(one, ())}
        return sorted(by_issn) or sorted(self._names.get(folded(name or ""), ()))

    def alike(self, name: str | None) -> list[str]:
        """Journals whose name looks like ``name``, as ``Nature = S1``."""
        return names_alike(name or "", self._shown)

    def any_of(self, text: str) -> list[str]:
        """Ids of the journals that a text means, be it an id, an ISSN or a name."""
        return self.found(text, text if re.fullmatch(r"\s*[0-9]{4}\W?[0-9]{3}[0-9Xx]\s*", text) else None, text)


class InstitutionIndex:
    """Institutions to be found by id or by name and country.

    Parameters
    ----------
    institutions
        Rows ``institution_id, name, country`` as often as there are names.
    other_ids
        Id of another registry -> the id it stands for.
    """

    def __init__(
        self, institutions: Iterable[tuple[str, str | None, str | None]], other_ids: Iterable[tuple[str, str]]
    ) -> None:
        self._ids: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._names: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for institution_id, name, country in institutions:
            self._ids[institution_id] = institution_id
            if name and folded(name):
                self._names[folded(name)][institution_id].update([country] if country else [])
                shown = f"{name} ({country})" if country else name
                self._shown.setdefault(folded(name), f"{shown} = {institution_id}")
        self._ids |= {ref: known for ref, known in other_ids if known in self._ids}

    def found(self, institution_id: str | None, name: str | None = None, country: str | None = None) -> list[str]:
        """Ids of the institutions meant: by id, else by name, of the country where one is given."""
        key = ror_id(institution_id) or openalex_id("I", institution_id) or institution_id
        if key in self._ids:
            return [self._ids[key]]
        code = country_code(country) or country if country else None
        named = self._names.get(folded(name or ""), {})
        return sorted(found for found, countries in named.items() if code is None or code in countries)

    def alike(self, name: str | None) -> list[str]:
        """Institutions whose name looks like ``name``, as ``Alder University (DE) = 012345a67``."""
        return names_alike(name or "", self._shown)
