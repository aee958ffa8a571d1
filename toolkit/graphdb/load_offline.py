"""Loading an empty managed database with Neo4j's import tool: csv files out, the store in one go.

Nodes get running numbers over all labels, and relationships name their ends by these: one header serves all files of a
type, whatever its ends are, and the files are small.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from toolkit.errors import ServerError
from toolkit.graphdb.layout import KEYS, RELATIONSHIPS
from toolkit.graphdb.load_node import load_properties
from toolkit.graphdb.storable import LIST_SEPARATOR, has_line_breaks

if TYPE_CHECKING:
    from toolkit.graphdb.server import ManagedServer
    from toolkit.graphdb.tables import GraphTables

__all__ = ["import_tables", "write_import_files"]

Progress = Callable[[str, int, int], None]
_OPTIONS: Final = (
    "--id-type=integer",
    "--bad-tolerance=0",
    "--skip-duplicate-nodes=false",
    "--high-parallel-io=on",
    f"--array-delimiter={LIST_SEPARATOR}",
)
_CYPHER_TYPES: Final = {"string": "string", "int64": "long", "double": "double", "bool": "boolean"}


def import_tables(
    server: ManagedServer, tables: GraphTables, *, batch_size: int, progress: Progress | None = None
) -> None:
    """Fill the server's empty database; it runs afterwards, and its Load node says ``filled``.

    Raises
    ------
    ServerError
        The files could not be written or were refused; the database is then empty.
    """
    folder = server.home / "import" / "scicities"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        nodes, relationships = write_import_files(tables, folder, batch_size=batch_size, progress=progress)
    except OSError as error:
        raise ServerError(f"The files to import can't be written to {folder}: {error.strerror or error}.") from error
    try:
        # a quoted line break in a key costs the tool its parallel reading of a file, so it is asked for where needed
        multiline = any(has_line_breaks(tables.nodes[label]) for label in KEYS)
        server.import_csv(nodes, relationships, options=(*_OPTIONS, *(("--multiline-fields=true",) * multiline)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_import_files(
    tables: GraphTables, folder: Path, *, batch_size: int, progress: Progress | None = None
) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
    """Write the tables as the import tool reads them: by label and by type a header file, then the rows."""
    numbers: dict[str, _Numbers] = {}
    nodes, relationships = {}, {}
    first, written = 0, 0
    load = load_properties(tables, state="filled", batch_size=batch_size)
    load_table = pa.table({name: pa.array([value]) for name, value in load.items()})
    for label, table in (*((label, tables.nodes[label]) for label in KEYS), ("Load", load_table)):
        numbered = np.arange(first, first + table.num_rows)
        first += table.num_rows
        if label in KEYS:
            numbers[label] = _Numbers(table[KEYS[label]], numbered)
        header = ":ID," + ",".join(f"{column.name}:{_type_name(column.type)}" for column in table.schema)
        nodes[label] = [
            _write_header(folder / f"{label}-header.csv", header),
            _write_rows(folder / f"{label}.csv", table.add_column(0, ":ID", pa.array(numbered))),
        ]
    for number, kind in enumerate(RELATIONSHIPS):
        table = tables.relationships[kind]
        if not table.num_rows:
            continue
        if kind.type not in relationships:
            properties = [f"{name}:{_type_name(table.schema.field(name).type)}" for name in kind.properties]
            header = ",".join([":START_ID", ":END_ID", *properties])
            relationships[kind.type] = [_write_header(folder / f"{kind.type}-header.csv", header)]
        columns: dict[str, Any] = {
            "start": numbers[kind.start].of(table["start"]),
            "end": numbers[kind.end].of(table["end"]),
        }
        columns |= {name: table[name] for name in kind.properties}
        relationships[kind.type].append(_write_rows(folder / f"{kind.type}-{number}.csv", pa.table(columns)))
        written += table.num_rows
        if progress:
            progress("Writing the files to import", written, tables.rows)
    return nodes, relationships


class _Numbers:
    """Numbers of the nodes of one label by key."""

    def __init__(self, keys: pa.ChunkedArray, numbers: npt.NDArray[np.int64]) -> None:
        self._keys = keys.combine_chunks()
        self._numbers = pa.array(numbers)

    def of(self, keys: pa.ChunkedArray) -> pa.ChunkedArray:
        """Number of each key; an unknown one stays empty, and the import tool then refuses the row."""
        return self._numbers.take(pc.index_in(keys.combine_chunks(), self._keys))


def _type_name(arrow: pa.DataType) -> str:
    if pa.types.is_list(arrow):
        return f"{_type_name(arrow.value_type)}[]"
    return _CYPHER_TYPES[str(arrow)]


def _write_header(path: Path, header: str) -> Path:
    path.write_text(header + "\n", encoding="utf-8")
    return path


def _write_rows(path: Path, table: pa.Table) -> Path:
    for place, column in enumerate(table.schema):
        if pa.types.is_list(column.type):
            joined = pc.binary_join(table.column(place).combine_chunks(), LIST_SEPARATOR)
            table = table.set_column(place, column.name, joined)
    csv.write_csv(table, path, csv.WriteOptions(include_header=False))
    return path
