"""Edges and nodes as the files of one network have them, and the one rule for which attribute is the weight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from toolkit.corpus.jsonlines import RawFile, blocks, excerpt
from toolkit.corpus.names import folded
from toolkit.corpus.plain.column_mapping import FIELDS
from toolkit.corpus.plain.encodings import WINDOWS, encoding_of
from toolkit.errors import DataError, MissingColumn

__all__ = ["NOT_UTF8", "WEIGHTS", "RawEdge", "RawNetwork", "key_of", "numbered_lines", "whole_text"]

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BLOCK_BYTES: Final = 4 << 20
_MOST_NAMES: Final = 40


@lru_cache(maxsize=10_000)
def key_of(name: str) -> str:
    """A name of an attribute or column without case, blanks and underscores."""
    return folded(name).replace(" ", "")


NOT_UTF8: Final = "{} is not in UTF-8 and was read as Windows-1252."
WEIGHTS: Final = tuple(key_of(name) for name in FIELDS["edges"]["weight"])
"""Names of the weight; the first one goes before the others, which may not meet each other."""
_YEARS: Final = frozenset(key_of(name) for name in FIELDS["edges"]["year"])


class RawEdge(NamedTuple):
    """An edge as its file has it.

    Attributes
    ----------
    source, line
        The file's short name and the line, in JSON the number of the edge.
    a, b
        Ids of its ends.
    weights
        What may be its weight: key of the attribute's name -> text.
    year
        Its year, or an empty text.
    directed
        Whether the file says that it has a direction; ``None`` where it says nothing.
    """

    source: str
    line: int
    a: str
    b: str
    weights: Mapping[str, str]
    year: str = ""
    directed: bool | None = None


@dataclass
class RawNetwork:
    """What the files of one network say.

    Attributes
    ----------
    weight
        The attribute asked for, or ``None``.
    edges
        Edges in the order of the files.
    names
        Node id -> its name.
    closed
        Whether the files declare all nodes, so that another end is unknown.
    attributes
        Names of the edges' attributes.
    notes
        What the reader of the result should know.
    rejects
        Lines that can't be read.
    """

    weight: str | None = None
    edges: list[RawEdge] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    attributes: dict[str, None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def add_node(self, file: RawFile, line: int, node: object, *names: object) -> None:
        """Declare a node; its name is the first of ``names`` that says something, else its id."""
        text = _text(node)
        name = next((said for one in names if (said := _text(one))), text)
        if not text:
            self.reject(file, line, "a node without an id", name)
        elif not (_is_unicode(text) and _is_unicode(name)):
            self.reject(file, line, "wrong encoding", excerpt(name.encode(errors="backslashreplace")))
        elif self.names.setdefault(text, name) != name:
            self.reject(file, line, "another node of this id was taken", f"{text}, {name}")

    def add_edge(
        self,
        file: RawFile,
        line: int,
        a: object,
        b: object,
        attributes: Mapping[str, object],
        *,
        directed: bool | None = None,
        year: str = "",
    ) -> None:
        """Take an edge; of its attributes those stay that may be the weight or the year."""
        self.attributes.update(dict.fromkeys(attributes))
        wanted = WEIGHTS if self.weight is None else (key_of(self.weight),)
        weights: dict[str, str] = {}
        for name, one in attributes.items():
            if (key := key_of(name)) in wanted and (text := _text(one)):
                weights.setdefault(key, text)
        year = year or next((_text(one) for name, one in attributes.items() if key_of(name) in _YEARS), "")
        ends = _text(a), _text(b)
        if not all(map(_is_unicode, ends)):
            self.reject(file, line, "wrong encoding", excerpt(", ".join(ends).encode(errors="backslashreplace")))
            return
        self.edges.append(RawEdge(file.label, line, *ends, weights, year, directed))

    def reject(self, file: RawFile, line: int, reason: str, text: str) -> None:
        """List what can't be read."""
        self.rejects.append({"source": file.label, "line": line, "reason": reason, "excerpt": excerpt(text)})

    def weight_key(self, *, where: str) -> str | None:
        """Which of an edge's ``weights`` counts; ``None`` where no edge has any.

        The one asked for; else the one called ``weight``; else the only one that is called like a weight.

        Raises
        ------
        MissingColumn
            No edge has the attribute asked for.
        DataError
            Several could be the weight.
        """
        wanted = WEIGHTS if self.weight is None else (key_of(self.weight),)
        found = {key: name for name in reversed(self.attributes) if (key := key_of(name)) in wanted}
        if self.weight is not None and not found:
            there = ", ".join(map(repr, [*self.attributes][:_MOST_NAMES])) or "none"
            raise MissingColumn(f"{where}: no edge has an attribute {self.weight!r}. Attributes of edges: {there}.")
        if WEIGHTS[0] in found or len(found) == 1:
            return WEIGHTS[0] if WEIGHTS[0] in found else next(iter(found))
        if found:
            names = sorted(found.values())
            raise DataError(
                f"{where}: several attributes of the edges may be the weight: {', '.join(names)}. Choose one, for "
                f"example --weight {names[0]}."
            )
        return None


def _text(value: object) -> str:
    if value is None or isinstance(value, bool | list | dict):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_text(file: RawFile, found: RawNetwork) -> str:
    """The file's text: UTF-16 and UTF-8 by their marks, else UTF-8, or Windows-1252, which is noted.

    What is damaged in a compressed file is listed; the text before it is given.
    """
    pieces = list(blocks(file.path, size=_BLOCK_BYTES, whole_lines=False))
    data = b"".join(piece.data for piece in pieces)
    if pieces and pieces[-1].damage:
        found.reject(file, data.count(b"\n"), pieces[-1].damage, "the lines before it were read")
    if data.startswith(_UTF16):
        return data[: len(data) // 2 * 2].decode("utf-16", errors="replace")  # blocks end with a line feed of one byte
    encoding = encoding_of(file.path)
    if encoding == WINDOWS:
        found.notes.append(NOT_UTF8.format(file.label))
    return data.decode(encoding, errors="surrogateescape")


def numbered_lines(text: str) -> Iterable[tuple[int, str]]:
    """Lines with their numbers; only line feeds and carriage returns end a line."""
    return enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1)
