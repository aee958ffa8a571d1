"""Files of networks: which reader reads which, and tables: VOSviewer's map and network, Gephi's, and other edges."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from toolkit.corpus.file_kinds import file_kind, refusal, start_of
from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.plain.column_mapping import FIELDS, matched_columns
from toolkit.corpus.plain.encodings import WINDOWS, encoding_of
from toolkit.corpus.plain.recipe import Recipe
from toolkit.corpus.plain.table_files import TableFile
from toolkit.errors import DataError
from toolkit.network.json_networks import read_node_link, read_vosviewer_json
from toolkit.network.line_networks import read_dl, read_gml, read_pajek
from toolkit.network.raw_edges import NOT_UTF8, WEIGHTS, RawNetwork, key_of, numbered_lines, whole_text
from toolkit.network.xml_networks import read_gexf, read_graphml

__all__ = ["NETWORK_SUFFIXES", "raw_network"]

_ENDINGS: Final = ("graphml", "gexf", "gml", "net", "paj", "dl", "json", "txt", "csv", "tsv")
NETWORK_SUFFIXES: Final = (*(f".{one}{packed}" for one in _ENDINGS for packed in ("", ".gz")), ".parquet")
"""What a file in a folder must end with to be looked at."""

_READERS: Final[dict[str, Callable[[RawFile, RawNetwork], None]]] = {
    "graphml": read_graphml,
    "gexf": read_gexf,
    "gml": read_gml,
    "pajek": read_pajek,
    "dl": read_dl,
    "vosviewer-json": read_vosviewer_json,
    "node-link": read_node_link,
    "cytoscape": read_node_link,
}
_DELIMITERS: Final = ("\t", ";", ",")
_DIRECTIONS: Final = {"directed": True, "undirected": False, "mutual": False}
_CELL: Final = "attribute:"


def raw_network(files: list[RawFile], *, weight: str | None, strict: bool) -> RawNetwork:
    """Read the files of one network, each by what it holds.

    Parameters
    ----------
    files
        Files of GraphML, GEXF, GML, Pajek, DL, JSON; a map and a network of VOSviewer; tables of edges and of nodes.
    weight
        Attribute or column of the weight; ``None`` takes ``weight``, else what is called like it.
    strict
        Raise at the first row of a table that can't be read.

    Raises
    ------
    DataError
        A file is none of these, or can't be read.
    """
    found = RawNetwork(weight)
    headers: dict[RawFile, list[str]] = {}
    for file in files:
        kind = file_kind(file.path)
        if kind is not None and kind.key in _READERS:
            _READERS[kind.key](file, found)
        elif other := refusal(file.path, "table"):
            raise DataError(
                f"{file.path} {other}. Networks are read from GraphML, GEXF, GML, Pajek, UCINET's DL, VOSviewer, "
                "node-link JSON and tables of edges."
            )
        else:
            headers[file] = [] if kind is not None and kind.key == "parquet" else _first(file)
    maps = [file for file, header in headers.items() if _is_map(header)]
    for file in maps:
        _read_map(file, found)
    for file in (one for one in headers if one not in maps):
        if _without_header(headers[file], links=bool(maps)):
            found.closed |= bool(maps)  # VOSviewer's map holds all items; Gephi's table of nodes may not
            _read_numbered(file, found)
        else:
            _read_table(file, found, strict=strict)
    if maps and not found.edges:
        raise DataError(f"{maps[0].path} is a map of VOSviewer, or a table of nodes: give the file of its links too.")
    return found


def _known(end: str) -> set[str]:
    return {key_of(name) for name in FIELDS["edges"][end]}


def _is_map(header: Sequence[str]) -> bool:
    """Whether the columns are those of nodes: an id and a label, and not both ends of an edge."""
    keys = {key_of(name) for name in header}
    return {"id", "label"} <= keys and not (keys & _known("source") and keys & _known("target"))


def _without_header(cells: Sequence[str], *, links: bool) -> bool:
    """Whether the first line holds an edge already: two or three cells, the last a number, or, with a map, any."""
    columns = {key_of(name) for names in FIELDS["edges"].values() for name in names}
    if columns & {key_of(cell) for cell in cells}:
        return False
    return (links and len(cells) > 1) or (len(cells) in (2, 3) and _is_number(cells[-1]))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _first(file: RawFile) -> list[str]:
    return next((cells for _, cells in _rows(file, RawNetwork())), [])


def _rows(file: RawFile, found: RawNetwork) -> Iterator[tuple[int, list[str]]]:
    """Rows of a text file with the lines they end on; the delimiter is the one that parts most cells."""
    text = whole_text(file, found).removeprefix("\ufeff")
    lines = [line for _, line in numbered_lines(text)]
    first = next((line for line in lines if line.strip()), "")
    mark = max(_DELIMITERS, key=first.count)
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=mark)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise DataError(f"{file.path}:{reader.line_num}: {error}.") from error


def _read_map(file: RawFile, found: RawNetwork) -> None:
    rows = _rows(file, found)
    header = [key_of(cell) for cell in next(rows)[1]]
    at = header.index("id"), header.index("label")
    for line, cells in rows:
        if len(cells) <= max(at) or not cells[at[0]]:
            found.reject(file, line, "no id and label", ", ".join(cells))
            continue
        found.add_node(file, line, cells[at[0]], cells[at[1]])


def _read_numbered(file: RawFile, found: RawNetwork) -> None:
    """VOSviewer's network: two ends and perhaps a strength, no column names."""
    for line, cells in _rows(file, found):
        a, b, strength = (*cells[:3], "", "")[:3]
        found.add_edge(file, line, a, b, {found.weight or "weight": strength} if strength else {})


@dataclass(frozen=True)
class _Edges(Recipe):
    """Columns of a table of edges: its ends, names, year and type, and every column that may be the weight."""

    weight: str | None = None

    def matched(self, header: Sequence[str], *, where: str) -> dict[str, int]:
        """Position of the column of each field."""
        found = matched_columns(header, "edges", {}, where=where)
        found.pop("weight", None)
        wanted = WEIGHTS if self.weight is None else (key_of(self.weight),)
        keys = [key_of(name) for name in header]
        twice = next(
            (name for name, key in zip(header, keys, strict=True) if key in wanted and keys.count(key) > 1), None
        )
        if twice is not None:
            raise DataError(f"{where}: column {twice!r} stands {keys.count(key_of(twice))} times; keep one, or rename.")
        found |= {f"{_CELL}{name}": index for index, name in enumerate(header) if keys[index] in wanted}
        if "type" in keys:
            found["type"] = keys.index("type")
        return found


def _read_table(file: RawFile, found: RawNetwork, *, strict: bool) -> None:
    shape = _Edges("edges", works={}, authors={}, encoding=_encoding(file, found), weight=found.weight)
    table = TableFile(file, "edges", {}, strict=strict, recipe=shape)
    for batch in table.batches():
        for row in batch.to_pylist():
            ends = [(row.get(end) or "").strip() for end in ("source", "target")]
            for node, end in zip(ends, ("source_name", "target_name"), strict=True):
                if node and (name := (row.get(end) or "").strip()):
                    found.names.setdefault(node, name)
            values = {name.removeprefix(_CELL): row[name] for name in row if name.startswith(_CELL)}
            directed = _DIRECTIONS.get((row.get("type") or "").strip().lower())
            year = (row.get("year") or "").strip()
            found.add_edge(file, row["line"], ends[0], ends[1], values, directed=directed, year=year)
    found.rejects += table.rejects().to_pylist()


def _encoding(file: RawFile, found: RawNetwork) -> str:
    """The encoding of a table of edges, noted where it is Windows-1252."""
    if start_of(file.path).startswith(b"PAR1"):
        return "utf-8"
    encoding = encoding_of(file.path)
    if encoding == WINDOWS:
        found.notes.append(NOT_UTF8.format(file.label))
    return encoding
