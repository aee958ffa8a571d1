"""Names made comparable: what two spellings of one name have in common."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

__all__ = ["MADE", "folded", "made_id", "names_alike", "slug"]

MADE: Final = "x-"
"""What a made id starts with."""

_ALIKE: Final = 0.75
_MANY: Final = 20_000

# letters that Unicode does not take apart into a base letter and a mark
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_BETWEEN = re.compile(r"[\W_]+")
_DROPPED = re.compile("['’‘`ʻʼ.]")


def folded(text: str) -> str:
    """Name without case, accents, punctuation and repeated blanks.

    Parameters
    ----------
    text
        A name in any script.

    Returns
    -------
    str
        Letters and digits in lower case, words separated by one blank. Apostrophes and full stops leave no gap, every
        other sign is a blank. Scripts other than Latin stay as they are.

    Examples
    --------
    >>> folded("  São  Paulo "), folded("SAO PAULO"), folded("Xi’an"), folded("Saint-Étienne")
    ('sao paulo', 'sao paulo', 'xian', 'saint etienne')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
        text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return _BETWEEN.sub(" ", _DROPPED.sub("", text.lower())).strip()


def names_alike(text: str, known: Mapping[str, str], *, most: int = 3) -> list[str]:
    """What stands for the names that look like ``text``, the closest first.

    Parameters
    ----------
    text
        A name that is none of those known.
    known
        Folded name -> how it is shown. Of many thousand names only those that begin with the same letter are compared.
    most
        At most so many.

    Examples
    --------
    >>> names_alike("Chemistri", {"chemistry": "Chemistry", "physics": "Physics"})
    ['Chemistry']
    """
    wanted = folded(text)
    if not wanted:
        return []
    names = [name for name in known if len(known) <= _MANY or name[:1] == wanted[:1]]
    names = [name for name in names if abs(len(name) - len(wanted)) <= max(len(name), len(wanted)) / 3]
    return list(dict.fromkeys(known[name] for name in difflib.get_close_matches(wanted, names, n=most, cutoff=_ALIKE)))


def slug(text: str) -> str:
    """Folded name with hyphens for blanks, as ids made from names have it.

    Examples
    --------
    >>> slug("Saint-Étienne du Rouvray")
    'saint-etienne-du-rouvray'
    """
    return folded(text).replace(" ", "-")


def made_id(name: str, country: str = "", region: str = "") -> str:
    """Id for what has a name and no id: ``x-COUNTRY-name`` or ``x-COUNTRY-name.region``.

    Parameters
    ----------
    name, country, region
        As the record writes them; spellings that differ in case, accents or punctuation give one id.

    Returns
    -------
    str
        The same on every machine. An unknown country is ``ZZ``.

    Examples
    --------
    >>> made_id("São Paulo", "BR"), made_id("Springfield", "US", "Ohio")
    ('x-BR-sao-paulo', 'x-US-springfield.ohio')
    """
    stem = slug(name) or hashlib.sha256(name.encode()).hexdigest()[:8]
    made = f"{MADE}{country.upper() or 'ZZ'}-{stem}"
    return f"{made}.{slug(region)}" if slug(region) else made
