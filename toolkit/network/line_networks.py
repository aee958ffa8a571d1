"""Pajek, GML and UCINET's DL.

igraph and NetworkX read Pajek and GML, but refuse or misread what the formats allow: NetworkX makes one node of two of
one label, igraph reads either arcs or edges; both give up a whole file for one bad line, and keep no lines. DL is read
by igraph.
"""

from __future__ import annotations

import html
import math
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import igraph as ig

from toolkit.corpus.jsonlines import RawFile
from toolkit.errors import DataError
from toolkit.network.raw_edges import RawNetwork, numbered_lines, whole_text

__all__ = ["read_dl", "read_gml", "read_pajek"]

_WORD: Final = re.compile(r'"[^"]*"|\S+')
_GML: Final = re.compile(r'"[^"]*"|\[|\]|[^\s\[\]"]+')
_DL_FORMAT: Final = re.compile(r"^(dl\b[^\n]*?)[ ,\t]+format\s*=", re.IGNORECASE | re.MULTILINE)
_DL_SIZE: Final = re.compile(r"\bn\s*=\s*(\d{1,4000})", re.IGNORECASE)
_MOST_NODES: Final = 1_000_000
"""igraph takes memory for all nodes that a DL file announces."""
_LONGEST_NUMBER: Final = 16
_PAIR: Final = 2
_PARAMETERS: Final = frozenset(
    ("w", "c", "p", "s", "a", "ap", "l", "lp", "lr", "lphi", "lc", "la", "h1", "h2", "a1", "k1", "a2", "k2")
)
"""What may follow the ends of a line in Pajek where its value is left out: how it is drawn."""
_OTHER_OBJECTS: Final = ("*partition", "*vector", "*permutation", "*cluster", "*hierarchy")


def _ignored(number: int, words: list[str]) -> None:
    """Lines of sections that are no network."""


class _Pajek:
    """Sections of a Pajek file: vertices, and lines as pairs, lists or a matrix."""

    def __init__(self, file: RawFile, found: RawNetwork) -> None:
        self.file, self.found = file, found
        self.n = self.rows = self.row = 0
        self.other = False
        self.times = 0

    def read(self) -> None:
        """Read the whole file."""
        section: Callable[[int, list[str]], None] = _ignored  # text may come before the first section
        for number, line in numbered_lines(whole_text(self.file, self.found)):
            words = _WORD.findall(line.removeprefix("\ufeff"))
            if not words or words[0].startswith("%"):
                continue
            if words[0].startswith("*"):
                section = self._section(words)
            else:
                section(number, words)
        for end in {end for edge in self.found.edges for end in (edge.a, edge.b)}:
            if end.isdecimal() and len(end) < _LONGEST_NUMBER and 1 <= int(end) <= self.n:
                self.found.names.setdefault(end, end)  # a vertex need not be listed
        self.found.closed = True
        if self.times:
            self.found.notes.append(f"Lines that exist for some time only, each counted once: {self.times:,}.")

    def _section(self, words: list[str]) -> Callable[[int, list[str]], None]:
        name = words[0].lower()
        self.other = name in _OTHER_OBJECTS or (self.other and name == "*vertices")
        if name == "*vertices" and self.n and not self.other:
            raise DataError(f"{self.file.path} holds several networks; save one of them in a file of its own.")
        if name == "*vertices" and not self.other:
            sizes = [int(word) for word in words[1:] if word.isdecimal() and len(word) < _LONGEST_NUMBER]
            self.n, self.rows = (*sizes, 0, 0)[:_PAIR]
        if name == "*matrix":
            self.row = 0
        sections = {
            "*vertices": self._vertex,
            "*arcs": lambda number, words: self._pair(number, words, directed=True),
            "*edges": lambda number, words: self._pair(number, words, directed=False),
            "*arcslist": lambda number, words: self._list(number, words, directed=True),
            "*edgeslist": lambda number, words: self._list(number, words, directed=False),
            "*matrix": self._matrix,
        }
        return sections.get("" if self.other else name, _ignored)

    def _vertex(self, number: int, words: list[str]) -> None:
        if not (words[0].isdecimal() and len(words[0]) < _LONGEST_NUMBER and 1 <= int(words[0]) <= self.n):
            self.found.reject(self.file, number, f"the vertex has no number from 1 to {self.n}", " ".join(words))
            return
        label = words[1].strip('"') if len(words) > 1 else words[0]
        self.found.add_node(self.file, number, words[0], label)

    def _pair(self, number: int, words: list[str], *, directed: bool) -> None:
        ends, rest = words[:_PAIR], words[_PAIR:]
        self.times += any(word.startswith("[") for word in rest)
        value = rest[0] if rest and rest[0].lower() not in _PARAMETERS and rest[0][0] not in '["' else ""
        a, b = (*ends, "")[:_PAIR]
        self.found.add_edge(self.file, number, a, b, {"weight": value} if value else {}, directed=directed)

    def _list(self, number: int, words: list[str], *, directed: bool) -> None:
        for other in words[1:]:
            self.found.add_edge(self.file, number, words[0], other, {}, directed=directed)

    def _matrix(self, number: int, words: list[str]) -> None:
        """A row of the matrix: of all vertices, or of two modes from the first to the second; 0 is no line."""
        self.row += 1
        width = self.n - self.rows
        if len(words) > width:
            self.found.reject(self.file, number, f"more cells than the {width} vertices", " ".join(words[width:]))
        for column, value in enumerate(words[:width], start=1 + self.rows):
            if value.strip("+-0.") not in ("", "e", "E"):
                self.found.add_edge(
                    self.file, number, str(self.row), str(column), {"weight": value}, directed=not self.rows
                )


def read_pajek(file: RawFile, found: RawNetwork) -> None:
    """Vertices and lines of a Pajek network (``.net``); a line without a value has 1, a matrix holds arcs."""
    _Pajek(file, found).read()


def read_gml(file: RawFile, found: RawNetwork) -> None:
    """Nodes and edges of a GML file.

    Raises
    ------
    DataError
        Its brackets are not those of GML.
    """
    words = _gml_words(whole_text(file, found))
    directed = False
    edges: list[tuple[int, dict[str, str]]] = []
    try:
        items, closed = _gml_items(words, str(file.path))
    except RecursionError as error:
        raise DataError(f"{file.path} can't be read as GML: its lists are nested too deep.") from error
    if not closed:
        found.reject(file, _last_line(items), "a bracket is not closed by the end of the file", "all before was read")
    for key, _, value in items:
        if key != "graph" or not isinstance(value, list):
            continue
        for inside, at, item in value:
            if inside == "directed":
                directed = item == "1"
            own = {name: one for name, _, one in item if isinstance(one, str)} if isinstance(item, list) else {}
            if inside == "node":
                found.add_node(file, at, own.get("id"), own.get("name"), own.get("label"))
            elif inside == "edge":
                edges.append((at, own))
    for at, own in edges:
        says = own.get("directed")
        values = {name: text for name, text in own.items() if name not in ("source", "target", "directed")}
        each = directed if says is None else says == "1"
        found.add_edge(file, at, own.get("source"), own.get("target"), values, directed=each)
    found.closed |= bool(found.names)


def _gml_words(text: str) -> Iterator[tuple[int, str]]:
    line, last = 1, 0
    text = re.sub(r"(?m)^[ \t]*#.*$", "", text.removeprefix("\ufeff"))
    for word in _GML.finditer(text):
        line += text.count("\n", last, word.start())
        last = word.start()
        yield line, word[0]


def _gml_items(
    words: Iterator[tuple[int, str]], where: str, *, inside: bool = False
) -> tuple[list[tuple[str, int, Any]], bool]:
    """Keys, lines and values up to the bracket that ends the list, and whether every list has such a bracket."""
    items: list[tuple[str, int, Any]] = []
    closed = True
    for line, key in words:
        if key == "]":
            if not inside:
                raise DataError(f"{where}:{line} can't be read as GML: a bracket ends what none began.")
            return items, closed
        _, value = next(words, (line, ""))
        if not value:
            break
        if key == "[" or value == "]":
            raise DataError(f"{where}:{line} can't be read as GML: {key!r} has no value.")
        if value == "[":
            said, whole = _gml_items(words, where, inside=True)
            closed = closed and whole
            items.append((key, line, said))
        else:
            items.append((key, line, html.unescape(value.strip('"'))))
    return items, closed and not inside


def _last_line(items: list[tuple[str, int, Any]]) -> int:
    """The line of the last key, whichever list it is in."""
    if not items:
        return 0
    _, line, value = items[-1]
    return max(line, _last_line(value)) if isinstance(value, list) else line


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def read_dl(file: RawFile, found: RawNetwork) -> None:
    """Nodes and edges of UCINET's DL, by igraph, which keeps no lines: edges are numbered.

    Raises
    ------
    DataError
        igraph can't read it.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.dl"
        text = whole_text(file, found)
        if (size := _DL_SIZE.search(text)) and int(size[1]) > _MOST_NODES:
            raise DataError(f"{file.path} can't be read as DL: {size[0]} is more than {_MOST_NODES:,} nodes.")
        header_in_lines = _DL_FORMAT.sub(r"\1\nformat=", text)  # as igraph needs it
        path.write_text(header_in_lines, encoding="utf-8")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # igraph warns of nodes beyond n, which it reads
                g = ig.Graph.Read_DL(str(path), directed=True)
        except ig.InternalError as error:
            reason = str(error).splitlines()[0]
            raise DataError(
                f"{file.path} can't be read as DL: {reason}. Save it in UCINET as edgelist1, or as Pajek."
            ) from error
    labels = g.vs["name"] if "name" in g.vs.attributes() else [str(number) for number in range(1, g.vcount() + 1)]
    for number, label in enumerate(labels, start=1):
        found.add_node(file, number, str(number), label)
    for number, edge in enumerate(g.es, start=1):
        weight = {name: value for name, value in edge.attributes().items() if not _is_nan(value)}
        found.add_edge(file, number, str(edge.source + 1), str(edge.target + 1), weight, directed=True)
    found.closed = True
