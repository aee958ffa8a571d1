"""GraphML and GEXF.

NetworkX reads both, but not by the rules of the formats: it drops the default values of attributes, refuses files with
directed and undirected edges, and gives a changing weight as a list. igraph reads GraphML only, without the direction
of single edges. Neither keeps the lines of edges. So the elements are read here, by expat, as they come.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final
from xml.parsers import expat

from toolkit.corpus.jsonlines import RawFile, blocks
from toolkit.errors import DataError
from toolkit.network.raw_edges import WEIGHTS, RawNetwork, key_of

__all__ = ["read_gexf", "read_graphml"]

_BLOCK_BYTES: Final = 1 << 20
_YEAR: Final = re.compile(r"([12][0-9]{3})(?:\.0*)?(?:-[0-9]{2}.*)?")
_TRUE: Final = ("true", "1")
_TIMES: Final = ("start", "startopen", "end", "endopen", "timestamp")


class _Elements:
    """Elements of a file: what the start of each says, and the text of those that hold one."""

    def __init__(self, file: RawFile, found: RawNetwork) -> None:
        self.file, self.found = file, found
        self.texts: list[list[str]] = []
        self.item = ""
        self.line = 0
        self.own: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = lambda tag, own: self._started(tag.rpartition(":")[2].lower(), own)
        self.parser.EndElementHandler = lambda tag: self._ended(tag.rpartition(":")[2].lower())
        self.parser.CharacterDataHandler = self._said
        self.parser.EntityDeclHandler = self._refuse_entity

    def read(self, kind: str) -> None:
        """Read the whole file.

        Raises
        ------
        DataError
            It is no XML, or declares entities.
        """
        damage = ""
        try:
            for block in blocks(self.file.path, size=_BLOCK_BYTES, whole_lines=False):
                damage = block.damage
                self.parser.Parse(block.data)
            if not damage:
                self.parser.Parse(b"", True)
        except DataError:  # it is a ValueError, too
            raise
        except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an unknown encoding
            raise DataError(f"{self.file.path} can't be read as {kind}: {error}.") from error
        if damage:
            raise DataError(f"{self.file.path} can't be read as {kind}: {damage}.")
        self.found.closed |= bool(self.found.names)

    def _refuse_entity(self, name: str, *_: object) -> None:
        """No program writes them into a network; a few lines of them can fill the memory, or name another file."""
        raise DataError(
            f"{self.file.path}:{self.parser.CurrentLineNumber}: the XML declares the entity {name!r}, and files with "
            "entities are not read. Save the network again from the program it came from."
        )

    def _started(self, tag: str, own: dict[str, str]) -> None:
        self.texts.append([])
        if tag in ("node", "edge", "hyperedge"):
            if self.item == "node":
                self.finished()  # a node inside another: what belongs to the outer one comes before
            self.item, self.line, self.own, self.data = tag, self.parser.CurrentLineNumber, own, {}
        self.started(tag, own)

    def _said(self, text: str) -> None:
        self.texts[-1].append(text)

    def _ended(self, tag: str) -> None:
        text = "".join(self.texts.pop()).strip()
        self.ended(tag, text)
        if tag == self.item:
            self.finished()
            self.item = ""

    def started(self, tag: str, own: dict[str, str]) -> None:
        raise NotImplementedError

    def ended(self, tag: str, text: str) -> None:
        raise NotImplementedError

    def finished(self) -> None:
        raise NotImplementedError


class _GraphML(_Elements):
    """Keys with their names and default values; a graph's ``edgedefault``; an edge's own ``directed``."""

    def __init__(self, file: RawFile, found: RawNetwork) -> None:
        super().__init__(file, found)
        self.keys: dict[str, tuple[str, str]] = {}
        self.defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.key = ""
        self.directed: bool | None = None

    def started(self, tag: str, own: dict[str, str]) -> None:
        if tag == "key":
            self.key = own.get("id", "")
            self.keys[self.key] = (own.get("for", "all"), own.get("attr.name") or self.key)
        elif tag == "graph":
            self.directed = own.get("edgedefault") == "directed"
        elif tag == "data":
            self.key = own.get("key", "")

    def ended(self, tag: str, text: str) -> None:
        target, name = self.keys.get(self.key, ("all", self.key))
        if tag == "default":
            for one in ("node", "edge") if target == "all" else (target,):
                self.defaults.setdefault(one, {})[name] = text
        elif tag == "data" and self.item and text:
            self.data[name] = text
        elif tag == "nodelabel" and self.item == "node":
            self.data.setdefault("label", text)

    def finished(self) -> None:
        if self.item == "hyperedge":
            self.found.reject(self.file, self.line, "a hyperedge is no pair of nodes", self.own.get("id", ""))
            return
        values = {**self.defaults[self.item], **self.data}
        if self.item == "node":
            self.found.add_node(self.file, self.line, self.own.get("id"), values.get("name"), values.get("label"))
            return
        directed = self.own["directed"].lower() in _TRUE if self.own.get("directed") else self.directed
        ends = self.own.get("source"), self.own.get("target")
        self.found.add_edge(self.file, self.line, *ends, values, directed=directed)


class _Gexf(_Elements):
    """Attributes with their titles and default values; an edge's own ``weight`` and ``type``; weights by interval."""

    def __init__(self, file: RawFile, found: RawNetwork) -> None:
        super().__init__(file, found)
        self.titles: dict[tuple[str, str], str] = {}
        self.defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.attribute = ("", "")
        self.directed = False
        self.of = ""
        self.timed: list[tuple[str, str, str]] = []
        self.counts = Counter[str]()

    def started(self, tag: str, own: dict[str, str]) -> None:
        if tag == "graph":
            self.directed = own.get("defaultedgetype", "undirected").lower() == "directed"
        elif tag == "attributes":
            self.of = own.get("class", "").lower()
        elif tag == "attribute":
            self.attribute = (self.of, own.get("id", ""))
            self.titles[self.attribute] = own.get("title") or own.get("id", "")
        elif tag == "attvalue" and self.item:
            id_ = own.get("for") or own.get("id", "")
            title = self.titles.get((self.item, id_), id_)
            time = next((own[name] for name in _TIMES if own.get(name)), None)
            if time is not None and key_of(title) == (key_of(self.found.weight) if self.found.weight else WEIGHTS[0]):
                self.timed.append((title, own.get("value", ""), time))
            else:
                self.data[title] = own.get("value", "")
        elif tag == "spell" and self.item == "edge":
            self.counts["spells"] += 1

    def ended(self, tag: str, text: str) -> None:
        if tag == "default" and self.attribute[0] in self.defaults:
            self.defaults[self.attribute[0]][self.titles[self.attribute]] = text

    def finished(self) -> None:
        own, timed = self.own, self.timed
        self.timed = []
        values = {**self.defaults.get(self.item, {}), **self.data}
        if self.item == "node":
            self.found.add_node(self.file, self.line, own.get("id"), values.get("name"), own.get("label"))
            return
        self.counts["spells"] += any(name in own for name in _TIMES)
        if own.get("weight"):
            values = {"weight": own["weight"]} | {name: text for name, text in values.items() if name != "weight"}
        directed = own["type"].lower() == "directed" if own.get("type") else self.directed
        ends = own.get("source"), own.get("target")
        if not timed:
            self.found.add_edge(self.file, self.line, *ends, values, directed=directed)
        for title, value, time in timed:
            self.counts["intervals"] += 1
            values = {name: text for name, text in values.items() if key_of(name) != key_of(title)}
            dated = _YEAR.fullmatch(time)
            year = dated[1] if dated else ""
            self.found.add_edge(self.file, self.line, *ends, {**values, title: value}, directed=directed, year=year)

    def noted(self) -> None:
        """Say how times were read."""
        if self.counts["intervals"]:
            self.found.notes.append(
                f"Weights that hold for an interval, each counted once, in the year in which the interval starts: "
                f"{self.counts['intervals']:,}."
            )
        if self.counts["spells"]:
            self.found.notes.append("Edges that exist for some time only (spells, start, end) count once.")


def read_graphml(file: RawFile, found: RawNetwork) -> None:
    """Nodes and edges of a GraphML file.

    Raises
    ------
    DataError
        It is no XML.
    """
    _GraphML(file, found).read("GraphML")


def read_gexf(file: RawFile, found: RawNetwork) -> None:
    """Nodes and edges of a GEXF file.

    Raises
    ------
    DataError
        It is no XML.
    """
    reader = _Gexf(file, found)
    reader.read("GEXF")
    reader.noted()
