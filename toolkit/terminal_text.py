"""Text for a terminal, without the characters that would steer it.

Names come from files of others. On a terminal an escape sequence in one could recolour or erase what stands there, set
the window's title, or type; a bidirectional override could show a name in another order than it has. Files and pipes
get names as they are: there they are data.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["printable"]

_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LINES: Final = re.compile("[\t\n]")


def printable(text: str, *, one_line: bool = False) -> str:
    r"""``text`` with every character that steers a terminal written as ``\u001b``.

    These are the control characters (line feed and tab stay), line and paragraph separators, bidirectional embeddings,
    overrides and isolates, and lone surrogates. Characters that spelling needs, as the zero-width joiners, stay.

    Parameters
    ----------
    text
        What shall be shown.
    one_line
        Write line feeds and tabs out, too: the text is a cell of a table.

    Examples
    --------
    >>> print(printable("Paris\x1b[2J\u202e"))
    Paris\u001b[2J\u202e
    >>> print(printable("a\nb", one_line=True))
    a\u000ab
    """
    cleaned = _STEERING.sub(_written, text)
    return _LINES.sub(_written, cleaned) if one_line else cleaned


def _written(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
