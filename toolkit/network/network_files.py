"""Files of networks: VOSviewer's map and network, GraphML, GEXF, tables of edges."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, NamedTuple
from xml.etree import ElementTree as ET
from xml.parsers import expat

import networkx as nx

from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.names import folded
from toolkit.corpus.plain.column_mapping import FIELDS
from toolkit.corpus.plain.table_files import TableFile, text_lines
from toolkit.errors import DataError

__all__ = ["NETWORK_SUFFIXES", "RawEdge", "RawNetwork", "raw_network"]

NETWORK_SUFFIXES: Final = (
    ".graphml",
    ".graphml.gz",
    ".gexf",
    ".gexf.gz",
    ".txt",
    ".csv",
    ".csv.gz",
    ".tsv",
    ".parquet",
)
"""What a file in a folder must end with to be looked at."""

_XML: Final[dict[str, Callable[[Path], nx.Graph[Any]]]] = {".graphml": nx.read_graphml, ".gexf": nx.read_gexf}
_LABELS: Final = ("name", "label")


class RawEdge(NamedTuple):
    """An edge as its file has it; ``weight`` and ``year`` are empty texts where the file gives none."""

    source: str
    line: int
    a: str
    b: str
    weight: str
    year: str = ""


@dataclass
class RawNetwork:
    """What the files of one network say.

    Attributes
    ----------
    edges
        Edges in file order.
    names
        Node id -> its name; with ``closed``, an end that is not among them is unknown.
    directed, weighted, dated, closed
        What the files say; ``directed`` is ``None`` where they say nothing.
    rejects
        Rows that could not be read.
    """

    edges: list[RawEdge] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    directed: bool | None = None
    weighted: bool = False
    dated: bool = False
    closed: bool = False
    rejects: list[dict[str, Any]] = field(default_factory=list)


def raw_network(files: list[RawFile], *, weight: str | None, strict: bool) -> RawNetwork:
    """Read the files of one network: one of GraphML or GEXF, a map and a network of VOSviewer, or tables of edges.

    Parameters
    ----------
    files
        The files.
    weight
        Attribute or column of the weight; ``None`` takes ``weight`` and its like.
    strict
        Raise at the first row that can't be read.

    Raises
    ------
    DataError
        A file is none of these, or XML that can't be read.
    """
    found = RawNetwork()
    plain = []
    for file in files:
        kind = next((suffix for suffix in _XML if file.path.name.lower().removesuffix(".gz").endswith(suffix)), "")
        if kind:
            _read_xml(file, kind, weight, found)
        elif _is_map(file.path):
            _read_map(file, found)
        else:
            plain.append(file)
    for file in plain:
        if found.closed or _without_header(file.path):
            _read_numbered(file, found)
        else:
            _read_table(file, weight, found, strict=strict)
    if found.closed and not plain:
        raise DataError(f"{files[0].path} is VOSviewer's map: give its network file too, in the same call.")
    return found


def _read_xml(file: RawFile, kind: str, weight: str | None, found: RawNetwork) -> None:
    try:
        g = _XML[kind](file.path)
    except (nx.NetworkXError, ET.ParseError, ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise DataError(f"{file.path} can't be read as {kind[1:]}: {error}.") from error
    lines = _edge_lines(file.path)
    attribute = weight or "weight"
    for node, values in g.nodes(data=True):
        found.names[str(node)] = next((str(values[key]) for key in _LABELS if values.get(key)), str(node))
    for number, (a, b, values) in enumerate(g.edges(data=True), start=1):
        value, year = values.get(attribute), values.get("year")
        found.weighted |= value is not None
        found.dated |= year is not None
        line = lines.get((str(a), str(b))) or lines.get((str(b), str(a))) or [number]
        at = line.pop(0) if len(line) > 1 else line[0]
        texts = ("" if one is None else str(one) for one in (value, year))
        found.edges.append(RawEdge(file.label, at, str(a), str(b), *texts))
    found.directed = bool(found.directed) or g.is_directed()


def _edge_lines(path: Path) -> dict[tuple[str, str], list[int]]:
    """Lines of the edges of an XML file, by their ends: NetworkX does not keep them."""
    lines: dict[tuple[str, str], list[int]] = {}
    parser = expat.ParserCreate()

    def started(tag: str, values: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "edge":
            lines.setdefault((values.get("source", ""), values.get("target", "")), []).append(parser.CurrentLineNumber)

    parser.StartElementHandler = started
    file: IO[bytes]
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:  # type: ignore[assignment]
        parser.ParseFile(file)
    return lines


def _is_map(path: Path) -> bool:
    header = {cell.strip().lower() for cell in _first(path)}
    return {"id", "label"} <= header


def _without_header(path: Path) -> bool:
    """Whether the first line holds an edge already: three cells (or two), the last of them a number."""
    cells = _first(path)
    columns = {folded(name).replace(" ", "") for names in FIELDS["edges"].values() for name in names}
    known = {folded(cell).replace(" ", "") for cell in cells} & columns
    return len(cells) in (2, 3) and not known and _is_number(cells[-1])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _first(path: Path) -> list[str]:
    with path.open("rb") as start:
        if start.read(4) == b"PAR1":
            return []
    return next((cells for _, cells in _rows(path)), [])


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows of a text file that is parted by tabs, else by commas, with their lines."""
    lines = text_lines(path)
    first = next(lines, "")
    mark = "\t" if "\t" in first else ","

    def all_lines() -> Iterator[str]:
        yield first.removeprefix("\ufeff")
        yield from lines

    reader = csv.reader(all_lines(), delimiter=mark)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: {error}.") from error


def _read_map(file: RawFile, found: RawNetwork) -> None:
    rows = _rows(file.path)
    header = [cell.strip().lower() for cell in next(rows)[1]]
    at = header.index("id"), header.index("label")
    for line, cells in rows:
        if len(cells) <= max(at) or not cells[at[0]].strip():
            reason = {"source": file.label, "line": line, "reason": "no id and label", "excerpt": ", ".join(cells)}
            found.rejects.append(reason)
            continue
        found.names[cells[at[0]].strip()] = cells[at[1]].strip() or cells[at[0]].strip()
    found.closed = True


def _read_numbered(file: RawFile, found: RawNetwork) -> None:
    """VOSviewer's network: two ends and perhaps a strength, no column names."""
    for line, cells in _rows(file.path):
        a, b, *rest = (*(cell.strip() for cell in cells[:3]), "", "")
        found.weighted |= bool(rest[0])
        found.edges.append(RawEdge(file.label, line, a, b, rest[0]))


def _read_table(file: RawFile, weight: str | None, found: RawNetwork, *, strict: bool) -> None:
    mapping = {} if weight is None else {"edges": {"weight": weight}}
    table = TableFile(file, "edges", mapping, strict=strict)
    found.weighted |= "weight" in table.columns
    found.dated |= "year" in table.columns
    for batch in table.batches():
        for row in batch.to_pylist():
            a, b = ((row.get(end) or "").strip() for end in ("source", "target"))
            for node, end in ((a, "source_name"), (b, "target_name")):
                if node and row.get(end):
                    found.names.setdefault(node, row[end].strip())
            weight_and_year = ((row.get(name) or "").strip() for name in ("weight", "year"))
            found.edges.append(RawEdge(file.label, row["line"], a, b, *weight_and_year))
    found.rejects += table.rejects().to_pylist()
