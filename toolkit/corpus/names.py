"""Names made comparable: what two spellings of one name have in common."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["folded", "slug"]

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


def slug(text: str) -> str:
    """Folded name with hyphens for blanks, as ids made from names have it.

    Examples
    --------
    >>> slug("Saint-Étienne du Rouvray")
    'saint-etienne-du-rouvray'
    """
    return folded(text).replace(" ", "-")
