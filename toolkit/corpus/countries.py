"""Country codes and their English names (ISO 3166-1, and XK for Kosovo as GeoNames and ROR write it)."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from toolkit.corpus.names import folded

__all__ = ["countries_like", "country_code", "country_name"]


@cache
def _names() -> Mapping[str, str]:
    """Code -> name. The csv module has no word for "missing", so Namibia's NA stays a code."""
    return {row["code"]: row["name"] for row in _rows()}


@cache
def _codes() -> Mapping[str, str]:
    """Folded name, alias or three-letter code -> code."""
    found: dict[str, str] = {}
    for row in _rows():
        for name in (row["name"], row["alpha3"], *row["aliases"].split("|")):
            if name:
                found[folded(name)] = row["code"]
    return found


def _rows() -> list[dict[str, str]]:
    return list(csv.DictReader(files("toolkit.corpus").joinpath("countries.csv").read_text("utf-8").splitlines()))


def country_name(code: str) -> str:
    """English name of a country code; the code itself where the table lacks it.

    Examples
    --------
    >>> country_name("NA"), country_name("HK"), country_name("XX")
    ('Namibia', 'Hong Kong', 'XX')
    """
    return _names().get(code, code)


def country_code(text: str) -> str | None:
    """Two-letter code of a country given by two- or three-letter code or by an English name.

    Parameters
    ----------
    text
        ``CN``, ``chn``, ``China``, ``South Korea``, ``Turkey`` …; case and accents don't matter.

    Returns
    -------
    str or None
        ``None`` where it is no country. Hong Kong, Macao and Taiwan have their own codes.

    Examples
    --------
    >>> country_code("namibia"), country_code("Korea, Republic of"), country_code("gb"), country_code("Atlantis")
    ('NA', 'KR', 'GB', None)
    """
    if text.strip().upper() in _names():
        return text.strip().upper()
    return _codes().get(folded(text))


def countries_like(text: str) -> list[str]:
    """Codes of the countries whose name or alias looks like ``text``, the closest first.

    Examples
    --------
    >>> countries_like("Chna"), countries_like("Germny"), countries_like("Beijing")
    (['CN', 'TD'], ['DE'], [])
    """
    close = difflib.get_close_matches(folded(text), _codes(), n=5, cutoff=0.75)
    return list(dict.fromkeys(_codes()[name] for name in close))
