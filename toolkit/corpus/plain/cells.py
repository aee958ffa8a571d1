"""Cells that hold several things: who is listed, and which affiliation is whose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from toolkit.corpus.names import folded

__all__ = ["Bracketed", "aligned", "bracketed", "items_of", "known_parts", "named_ids", "texts_after_names"]

_NOTHING: Final = re.compile(r"\[No [^\]]*\]", re.IGNORECASE)
_NEXT_BRACKET: Final = re.compile(r"\s*;\s*(?=\[)")
_BRACKET: Final = re.compile(r"\[([^\]]*)\]\s*(.*)", re.DOTALL)


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
    if item.rstrip(",") == name:
        return ""
    start = f"{name},"
    return item[len(start) :].strip() if item.startswith(start) else None


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
        if match:
            names = tuple(items_of(match[1], ";"))
            address = match[2].strip().rstrip(f"{mark}.").strip()
            found.append(Bracketed(names, address))
        else:
            found += [Bracketed((), item.rstrip(".").strip()) for item in items_of(piece, mark)]
    return [one for one in found if one.address]


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
        if slash and folded(name) and identifier.strip():
            found.setdefault(folded(name), identifier.strip())
    return found
