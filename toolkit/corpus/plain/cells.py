"""Cells that hold several things: who is listed, and which affiliation is whose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from toolkit.corpus.names import folded
from toolkit.corpus.placeholders import TABLE_IDS

__all__ = [
    "Bracketed",
    "aligned",
    "author_names",
    "bracketed",
    "items_of",
    "known_id",
    "known_parts",
    "named_ids",
    "reprinted",
    "texts_after_names",
]

_NOTHING: Final = re.compile(r"\[No [^\]]*\]", re.IGNORECASE)
_REPRINT: Final = re.compile(r"\s*\((?:reprint|corresponding) author\)\s*,?\s*")
_NEXT_BRACKET: Final = re.compile(r"\s*;\s*(?=\[)")
_BRACKET: Final = re.compile(r"\[([^\]]*)\]\s*(.*)", re.DOTALL)


_SUFFIX: Final = re.compile(r"(?i)(jr|sr|ii|iii|iv|md|ph\.?d)\.?")
"""Pieces that go with the name before them."""
_MOST_PIECES: Final = 4
"""Commas that a name may hold, and one."""


class Bracketed(NamedTuple):
    """An address and the names that stand before it in brackets; no names where there are no brackets."""

    names: tuple[str, ...]
    address: str


def items_of(text: str | None, mark: str) -> list[str]:
    """Items of a cell, without blanks around them and empty ones behind the last.

    Examples
    --------
    >>> items_of("Doe J.; Roe K.; ", ";"), items_of("[No author name available]", ";"), items_of(None, ";")
    (['Doe J.', 'Roe K.'], [], [])
    """
    if text is None or _NOTHING.fullmatch(text.strip()):
        return []
    items = [item.strip() for item in text.split(mark)]
    while items and not items[-1]:
        items.pop()
    return items


def aligned(text: str | None, mark: str, count: int) -> list[str] | None:
    """The items of a cell that has one for each of ``count`` authors, or ``None`` where it has more or fewer.

    An empty cell has an empty item for each.

    Examples
    --------
    >>> aligned("A;;B", ";", 3), aligned("A; B;", ";", 2), aligned("", ";", 2), aligned("A; B", ";", 3)
    (['A', '', 'B'], ['A', 'B'], ['', ''], None)
    """
    items = [item.strip() for item in (text or "").split(mark)]
    if not any(items):
        return [""] * count
    if len(items) == count + 1 and not items[-1]:
        items.pop()
    return items if len(items) == count else None


def texts_after_names(text: str | None, mark: str, names: Sequence[str]) -> list[str] | None:
    """What stands behind each name: ``Doe J., Univ X, City, Land; Roe K.`` gives the address and an empty text.

    An item that does not begin with the next name belongs to the one before, for an address may hold the mark itself.

    Returns
    -------
    list or None
        One text for each name, in order; ``None`` where the names are not all there.

    Examples
    --------
    >>> texts_after_names("Doe J., Univ X, Rome, Italy; Roe K.", ";", ["Doe J.", "Roe K."])
    ['Univ X, Rome, Italy', '']
    >>> texts_after_names("Doe J., Univ X, Rome, Italy", ";", ["Doe J.", "Roe K."])
    """
    found: list[list[str]] = []
    for item in items_of(text, mark):
        rest = _after(item, names[len(found)]) if len(found) < len(names) else None
        if rest is not None:
            found.append([rest])
        elif found:
            found[-1].append(item)
        else:
            return None
    if not found:
        return [""] * len(names)
    return [f"{mark} ".join(parts) for parts in found] if len(found) == len(names) else None


def _after(item: str, name: str) -> str | None:
    """What follows a name that may be written with commas of its own (``Doe, J., Univ X``)."""
    pieces = item.split(",")
    wanted = folded(name)
    for taken in range(1, min(len(pieces), _MOST_PIECES) + 1):
        if folded(" ".join(pieces[:taken])) == wanted:
            return ",".join(pieces[taken:]).strip().strip(",").strip()
    return None


def author_names(text: str | None, mark: str, count: int | None, texts: str | None) -> list[str]:
    """Names of a cell that separates authors by ``mark`` or, as older exports do, by commas.

    The first reading with ``count`` names that stand, in their order, at the affiliations ``texts`` is taken; else
    the first with ``count`` names; else the items between the marks.

    Parameters
    ----------
    text
        ``Doe J.; Roe K.``, ``Doe J., Roe K.`` or ``Doe, J., Roe, K.``.
    mark
        What separates authors in newer exports.
    count
        Number of authors, if it is known from elsewhere.
    texts
        Affiliations after the names, which may be empty.

    Examples
    --------
    >>> author_names("Doe J., Roe K., Jr.", ";", 2, "Doe, J., Univ X, Rome, Italy; Roe, K., Jr.")
    ['Doe J.', 'Roe K., Jr.']
    >>> author_names("Doe, J., Roe, K.", ";", None, "Doe, J., Univ X, Rome, Italy; Roe, K.")
    ['Doe, J.', 'Roe, K.']
    """
    items = items_of(text, mark)
    pieces: list[str] = []
    for piece in (piece.strip() for item in items for piece in item.split(",")):
        if pieces and _SUFFIX.fullmatch(piece):
            pieces[-1] += f", {piece}"
        elif piece:
            pieces.append(piece)
    pairs = [f"{pieces[at]}, {pieces[at + 1]}" for at in range(0, len(pieces) - 1, 2)] if len(pieces) % 2 == 0 else []
    readings = [items, pieces, pairs] if len(items) > 1 else [pieces, pairs, items]
    fitting = [names for names in readings if count in {None, len(names)}]
    for names in fitting if items_of(texts, mark) else ():
        if texts_after_names(texts, mark, names) is not None:
            return names
    # several names with commas are never one name, unless the affiliations show it
    return next((names for names in fitting if names is not items or len(pieces) < 3 or len(items) > 1), readings[0])


def known_parts(text: str, known: Sequence[str]) -> list[str] | None:
    """Parts of ``text`` among the texts known that, joined by commas, make all of it; ``None`` where there are none.

    Examples
    --------
    >>> known_parts("Dept A, Univ X, Rome, Italy, Univ Y, Oslo, Norway",
    ...             ["Univ Y, Oslo, Norway", "Dept A, Univ X, Rome, Italy", "Univ X, Rome, Italy"])
    ['Dept A, Univ X, Rome, Italy', 'Univ Y, Oslo, Norway']
    """
    ordered = sorted({one for one in known if one}, key=lambda one: (-len(one), one))
    dead: set[int] = set()
    stack: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while stack:
        at, taken = stack.pop()
        if at == len(text):
            return list(taken)
        if at in dead:
            continue
        dead.add(at)
        for part in reversed(ordered):  # the longest ends on top of the stack
            if text.startswith(part, at):
                end = at + len(part)
                if end == len(text):
                    stack.append((end, (*taken, part)))
                elif text.startswith(", ", end):
                    stack.append((end + 2, (*taken, part)))
    return None


def bracketed(text: str | None, mark: str = ";") -> list[Bracketed]:
    """Addresses with the names in the brackets before them.

    Examples
    --------
    >>> bracketed("[Doe, J; Roe, K] Univ X, Rome, Italy; [Roe, K] Univ Y, Oslo, Norway.")
    [Bracketed(names=('Doe, J', 'Roe, K'), address='Univ X, Rome, Italy'), Bracketed(names=('Roe, K',), \
address='Univ Y, Oslo, Norway')]
    >>> bracketed("Univ X, Rome, Italy; Univ Y, Oslo, Norway")
    [Bracketed(names=(), address='Univ X, Rome, Italy'), Bracketed(names=(), address='Univ Y, Oslo, Norway')]
    """
    found = []
    for piece in _NEXT_BRACKET.split((text or "").strip()):
        match = _BRACKET.fullmatch(piece.strip())
        names = tuple(items_of(match[1], ";")) if match else ()
        for number, item in enumerate(items_of(match[2] if match else piece, mark)):
            found.append(Bracketed(names if number == 0 else (), item.rstrip(f"{mark}.").strip()))
    return [one for one in found if one.address]


def reprinted(text: str | None) -> list[Bracketed]:
    """Addresses for reprints with the names before them.

    Examples
    --------
    >>> reprinted("Doe, J; Roe, K (corresponding author), X, Rome, Italy.; Poe, L (reprint author), Y, Oslo, Norway.")
    [Bracketed(names=('Doe, J', 'Roe, K'), address='X, Rome, Italy'), Bracketed(names=('Poe, L',), \
address='Y, Oslo, Norway')]
    """
    marked = _REPRINT.split((text or "").strip())
    found, names = [], marked[0]
    for number, rest in enumerate(marked[1:], 1):
        address, following = rest, ""
        if number < len(marked) - 1:  # the last full stop and semicolon end the address
            address, _, following = rest.partition(".;") if ".;" in rest else rest.partition(";")
        found.append(Bracketed(tuple(items_of(names, ";")), address.strip(" ,.;")))
        names = following
    return [one for one in found if one.names and one.address]


def known_id(text: str) -> str:
    """The id, or an empty text where a source writes words for "none".

    Examples
    --------
    >>> known_id(" 57001 "), known_id("[No author id available]"), known_id("NA")
    ('57001', '', '')
    """
    identifier = text.strip()
    return "" if _NOTHING.fullmatch(identifier) or identifier.lower() in TABLE_IDS else identifier


def named_ids(text: str | None, mark: str = ";") -> dict[str, str]:
    """Ids by folded name, from ``Doe, Jane/A-1234-2010; Roe, Kim/0000-0001-…``; the first of a name counts.

    Examples
    --------
    >>> named_ids("Doe, Jane/A-1234-2010; Doe, Jane/B-1; Roe, Kim/0000-0002-1825-0097")
    {'doe jane': 'A-1234-2010', 'roe kim': '0000-0002-1825-0097'}
    """
    found: dict[str, str] = {}
    for item in items_of(text, mark):
        name, slash, identifier = item.partition("/")
        if slash and folded(name) and known_id(identifier):
            found.setdefault(folded(name), known_id(identifier))
    return found
