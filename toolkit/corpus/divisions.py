"""Names of the administrative divisions of countries (ISO 3166-2), from package ``pycountry``.

The package is part of the extra ``places``. It has names in the languages of each country and translations; what is
needed of both is stored as Parquet in the user's cache folder, once for each version of the package.
"""

from __future__ import annotations

import gettext
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.gazetteer import write_whole
from toolkit.corpus.names import folded
from toolkit.errors import ToolkitError
from toolkit.settings import cache_folder

__all__ = ["DIVISIONS", "Division", "division_key", "divisions", "divisions_version"]

DIVISIONS: Final = pa.schema(
    [("country", pa.string()), ("key", pa.string()), ("name", pa.string()), ("urban", pa.bool_())]
)
"""Columns of the cached file: ``key`` is a code in capitals or a :func:`division_key`, ``name`` ISO's own name."""

_PACKAGE: Final = "pycountry"
_LAYOUT: Final = 1
"""Raised when the cached file changes."""
_LANGUAGES: Final = (
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "pt",
    "pl",
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "hu",
    "ca",
    "tr",
    "id",
    "ro",
)
"""Languages that addresses are written in, besides each country's own."""
_LAST_LATIN: Final = "\u024f"
_URBAN: Final = re.compile(
    r"(?i)municipal|city|capital|commune|town|borough|union territory|federal territory|council|unitary|quarter|ward"
    r"|metropolitan (district|administration)|precinct|parish"
)
_SMALL: Final = re.compile(r"(?i)district")
_COMPASS: Final = {"n": "north", "s": "south", "e": "east", "w": "west"}
_SMALL_WORDS: Final = frozenset(
    "and of the de du des do da dos das la le les al el y und et di della van d l".split()  # noqa: SIM905
)
_TYPE_WORDS: Final = re.compile(
    r"(?i)[\s-]+(sheng|shi|zizhiqu|do|si|fu|ken|to|shĕng|oblast'?|oblasť|voivodship|voivodeship|province|county|region"
    r"|state|canton|governorate|prefecture|municipality|autonomous region)$"
)


class Division(NamedTuple):
    """A division of a country; ``urban``: it is a city itself, or a part of one, and holds no other cities."""

    name: str
    urban: bool


def division_key(text: str) -> str:
    """What spellings of one division have in common: folded, without small words, compass points written out.

    Examples
    --------
    >>> division_key("Rio Grande do Sul"), division_key("W Bengal"), division_key("Jammu & Kashmir")
    ('rio grande sul', 'west bengal', 'jammu kashmir')
    """
    words = [_COMPASS.get(word, word) for word in folded(text).split()]
    return " ".join(word for word in words if word not in _SMALL_WORDS) or folded(text)


def divisions_version() -> str:
    """Name and version of the installed package, or an empty text."""
    try:
        return f"{_PACKAGE} {version(_PACKAGE)}" if importlib.util.find_spec(_PACKAGE) else ""
    except PackageNotFoundError:
        return ""


@cache
def divisions(folder: Path | None = None) -> Mapping[tuple[str, str], Division]:
    """(Country, code or :func:`division_key`) -> division; empty where the package is not installed.

    Parameters
    ----------
    folder
        Where the file is stored; the user's cache folder by default.

    Raises
    ------
    ToolkitError
        The package's data can't be read, or the cache folder can't be written.

    References
    ----------
    ISO 3166-2, by Debian's iso-codes (LGPL 2.1) in pycountry, https://pypi.org/project/pycountry.
    """
    found = divisions_version()
    spec = importlib.util.find_spec(_PACKAGE) if found else None
    if spec is None or spec.origin is None:
        return {}
    path = (folder or cache_folder() / "divisions") / f"{found.replace(' ', '-')}-{_LAYOUT}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_whole(path, _table(Path(spec.origin).parent))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ToolkitError(
                f"The names of divisions in {spec.origin} could not be read into {path} ({error}). Reinstall "
                f"{_PACKAGE}, or set SCICITIES_GAZETTEER=off."
            ) from error
    columns = (pq.read_table(path).column(name).to_pylist() for name in DIVISIONS.names)
    return {(country, key): Division(name, urban) for country, key, name, urban in zip(*columns, strict=True)}


def _table(package: Path) -> pa.Table:
    records = json.loads((package / "databases" / "iso3166-2.json").read_text(encoding="utf-8"))["3166-2"]
    languages = []
    for code in _LANGUAGES:
        path = package / "locales" / code / "LC_MESSAGES" / "iso3166-2.mo"
        if path.exists():
            with path.open("rb") as file:
                languages.append(gettext.GNUTranslations(file))
    own: dict[tuple[str, str], Division] = {}
    translated: dict[tuple[str, str], Division] = {}
    # a province before the city of the same name: the city is found by its own name
    for record in sorted(records, key=lambda one: (_urban(one), "parent" in one, one["code"])):
        country, code = record["code"].split("-", 1)
        name = next(_spellings(record["name"]))
        division = Division(name, _urban(record))
        if re.fullmatch(r"[A-Z]{2,3}", code):
            own.setdefault((country, code), division)
        for spelling in _spellings(record["name"]):
            own.setdefault((country, division_key(spelling)), division)
        for language in languages:
            text = language.gettext(record["name"])
            if text == record["name"] or max(text) > _LAST_LATIN:
                continue
            for spelling in _spellings(text):
                if division_key(spelling).isascii():
                    translated.setdefault((country, division_key(spelling)), division)
    rows = sorted((*key, *division) for key, division in {**translated, **own}.items() if key[1])
    columns = zip(*rows, strict=True)
    return pa.Table.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, DIVISIONS, strict=True)], schema=DIVISIONS
    )


def _urban(record: Mapping[str, Any]) -> bool:
    if record["code"].startswith("IT-"):
        return False  # Italy's "metropolitan cities" are provinces
    kind = str(record["type"])
    return bool(_URBAN.search(kind)) or ("parent" in record and bool(_SMALL.search(kind)))


def _spellings(name: str) -> Iterator[str]:
    """The name in each of its languages, without words for its kind: ``Catalunya [Cataluña]``, ``Jiangsu Sheng``."""
    for part in re.split(r"[\[\]/;()]", name):
        text = part.strip(" *-")
        head, comma, tail = text.partition(",")
        for one in (text,) if not comma else (f"{tail.strip()} {head.strip()}", head.strip()):
            bare = _TYPE_WORDS.sub("", one)
            yield from dict.fromkeys((bare, one)) if bare else (one,)
