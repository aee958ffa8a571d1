"""Rows of csv, tsv and Parquet files as columns of text, each row with the line it starts on.

The csv module of Python reads the text, because every row must know its line: a quoted field may hold line ends, and
the engines that read faster count rows where a person counts lines. A row that can't be read costs nobody else: when
quotes go wrong, only the line on which the row starts is put aside, and reading goes on with the next line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.corpus.file_kinds import hint, refusal
from toolkit.corpus.jsonlines import RawFile, blocks, excerpt
from toolkit.corpus.plain.column_mapping import ColumnMapping, matched_columns
from toolkit.corpus.plain.encodings import READ_AS_WINDOWS, WINDOWS, encoding_of
from toolkit.corpus.plain.recipe import Recipe
from toolkit.corpus.plain.set_aside import SetAside
from toolkit.errors import DataError, MissingColumn
from toolkit.paths import absolute

__all__ = ["NOT_A_TABLE", "TABLE_SUFFIXES", "TableFile", "opened_files", "text_lines"]

TABLE_SUFFIXES: Final = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz", ".ciw", ".ciw.gz", ".parquet")
"""What a file in a folder must end with to be looked at; a file asked for by name may end with anything."""

_DELIMITERS: Final = (",", "\t", ";")
_BLOCK_BYTES: Final = 4 << 20
_ROWS: Final = 50_000
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_LONGEST_CELL: Final = 1 << 29
NOT_A_TABLE: Final = "not a file of such a table"
"""Why a file in a folder is rejected as a whole."""
_BAD_QUOTES: Final = "quotes not closed, or inside a field"


csv.field_size_limit(_LONGEST_CELL)  # of a thousand authors, names and addresses are longer than Python's 128 KiB


class TableFile:
    """One file of a plain table, opened and its columns matched.

    Parameters
    ----------
    file
        The file: csv, tsv or text parted by semicolons, compressed with gzip or not, or Parquet.
    table
        ``works``, ``authorships`` or ``institutions``.
    mapping
        What :func:`~toolkit.corpus.plain.column_mapping.read_mapping` gave.
    strict
        Raise at the first bad row instead of putting it aside.
    recipe
        How the columns are found instead, and how the file is written.

    Attributes
    ----------
    columns
        Field -> index of its column.
    rows
        Rows met so far, blank ones not counted.

    Raises
    ------
    MissingColumn
        A needed column is not there.
    DataError
        The file is empty, or no table.
    """

    def __init__(
        self, file: RawFile, table: str, mapping: ColumnMapping, *, strict: bool = False, recipe: Recipe | None = None
    ) -> None:
        self.file = file
        self._quotes = recipe is None or recipe.quotes
        self._lenient = recipe is not None and recipe.lenient
        self.rows = 0
        self._aside = SetAside(strict=strict)
        self._parquet = _is_parquet(file.path)
        declared = recipe.encoding if recipe is not None else "utf-8"
        self._encoding = declared if self._parquet else encoding_of(file.path, declared)
        self._guessed = self._encoding == WINDOWS != declared
        if self._parquet:
            header = _parquet_file(file.path).schema_arrow.names
            self._delimiter = ""
        else:
            header, self._delimiter = _header(file.path, self._encoding)
            while self._lenient and header and not header[-1].strip():
                header.pop()
        where = str(file.path)
        try:
            self.columns = (
                recipe.matched(header, where=where) if recipe else matched_columns(header, table, mapping, where=where)
            )
        except MissingColumn as error:
            told = hint(file.path)
            if not told or (recipe and f"--recipe {recipe.name}`" in told):
                raise
            raise MissingColumn(f"{error}{told}") from error
        self._width = len(header)

    def batches(self) -> Iterator[pa.Table]:
        """Yield the rows in file order: column ``line``, and a text column for each field of ``columns``.

        Raises
        ------
        BadRecord
            A row is bad and ``strict`` was asked for.
        """
        yield from self._parquet_batches() if self._parquet else self._text_batches()

    def rejects(self) -> pa.Table:
        """Rows put aside so far, as in the staging table."""
        return self._aside.table()

    def _reject(self, line: int, reason: str, text: str) -> None:
        self._aside.add(self.file, line, reason, excerpt(text.encode("utf-8", errors="surrogateescape")))

    def _parquet_batches(self) -> Iterator[pa.Table]:
        names = _parquet_file(self.file.path).schema_arrow.names
        wanted = {field: names[index] for field, index in self.columns.items()}
        try:
            for batch in _parquet_file(self.file.path).iter_batches(_ROWS, columns=sorted(set(wanted.values()))):
                table = pa.Table.from_batches([batch])
                columns = {field: _as_text(table.column(name)) for field, name in wanted.items()}
                lines = range(self.rows + 1, self.rows + 1 + table.num_rows)
                self.rows += table.num_rows
                yield pa.table({"line": pa.array(lines, pa.int64()), **columns})
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{self.file.path} is damaged after row {self.rows}: {error}.") from error

    def _text_batches(self) -> Iterator[pa.Table]:
        lines: list[int] = []
        rows: list[Sequence[str]] = []
        for line, row in self._good_rows():
            lines.append(line)
            rows.append(row)
            if len(rows) == _ROWS:
                yield self._table(lines, rows)
                lines, rows = [], []
        yield self._table(lines, rows)

    def _good_rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        feed = _Feed(self.file.path, self._encoding)
        bare = not self._quotes and self._delimiter == "\t"
        reader = csv.reader(
            feed, delimiter=self._delimiter, strict=True, quoting=csv.QUOTE_NONE if bare else csv.QUOTE_MINIMAL
        )
        while not next(reader, ["end"]):
            pass
        while True:
            feed.record.clear()
            line = feed.line + 1
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error:
                self._put_aside(feed, line, _BAD_QUOTES)
                continue
            if not any(row):
                continue
            row = self._mended(row, bare=bare)
            if len(row) != self._width:
                self._put_aside(feed, line, f"{len(row)} columns instead of {self._width}")
                continue
            self.rows += 1
            if feed.foreign and _NOT_UTF8.search("".join(row)):
                self._reject(line, "wrong encoding", feed.record[0])
                continue
            if feed.nul and any("\x00" in cell for cell in row):
                row = [cell.replace("\x00", "") for cell in row]
                self._aside.note(self.file, line, "kept: NUL bytes were left out", excerpt(feed.record[0]))
            self._note_encoding(line, row, feed.record[0])
            yield line, row
        if feed.damage:
            self._reject(feed.line + 1, feed.damage, f"{self.rows} rows before it were read")

    def _note_encoding(self, line: int, row: Sequence[str], text: str) -> None:
        if self._guessed and not "".join(row).isascii():
            self._guessed = False
            self._aside.note(self.file, line, READ_AS_WINDOWS, excerpt(text))

    def _mended(self, row: list[str], *, bare: bool) -> list[str]:
        """The row as its recipe lets it be read: without empty cells too many, and quotes of its own making."""
        if self._lenient and len(row) > self._width and not any(row[self._width :]):
            row = row[: self._width]
        return [_unquoted(cell) for cell in row] if bare else row

    def _put_aside(self, feed: _Feed, line: int, reason: str) -> None:
        self.rows += 1
        first = feed.record[0]
        feed.push_back()
        self._reject(line, "wrong encoding" if _NOT_UTF8.search(first) else reason, first)

    def _table(self, lines: list[int], rows: list[Sequence[str]]) -> pa.Table:
        columns = {field: pa.array([row[index] for row in rows], pa.string()) for field, index in self.columns.items()}
        return pa.table({"line": pa.array(lines, pa.int64()), **columns})


Opened = TypeVar("Opened")


def opened_files(files: Sequence[RawFile], opened: Callable[[RawFile], Opened], aside: SetAside) -> list[Opened]:
    """The files that can be opened; one found in a folder that can't is rejected by name, and the others are read.

    Parameters
    ----------
    files
        Files named, and files found in folders.
    opened
        Opens a file; raises :class:`~toolkit.errors.DataError` where it is something else.
    aside
        Where files that are something else are listed.

    Raises
    ------
    DataError
        A file that was named is something else, or every file is.
    BadRecord
        A file in a folder is something else, and ``strict`` was asked for.
    """
    found: list[Opened] = []
    for number, file in enumerate(files):
        try:
            found.append(opened(file))
        except DataError as error:
            if file.named or (not found and number == len(files) - 1):
                raise
            aside.add(file, 0, NOT_A_TABLE, excerpt(str(error)))
    return found


class _Feed:
    """Lines of a text file for the csv reader, with the lines of the record at hand, to be read again if it is bad.

    ``foreign`` is whether bytes which are no UTF-8 were met (they are lone surrogates in the text), ``nul`` whether NUL
    bytes were.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self.record: list[str] = []
        self.line = 0
        self.foreign = self.nul = False
        self.damage = ""
        self._again: list[str] = []
        self._lines = self._read(path, encoding)

    def _read(self, path: Path, encoding: str) -> Iterator[str]:
        for block in _texts(path, encoding):
            self.nul = self.nul or "\x00" in block.text
            self.foreign = self.foreign or block.foreign
            yield from io.StringIO(block.text, newline="")
            self.damage = block.damage

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.record.append(line)
        self.line += 1
        return line

    def push_back(self) -> None:
        """Give all lines of the record but the first again."""
        self._again.extend(reversed(self.record[1:]))
        self.line -= len(self.record) - 1


class _Text(NamedTuple):
    """A piece of a file's text. ``foreign``: bytes that are not in its encoding are lone surrogates in it."""

    text: str
    foreign: bool = False
    damage: str = ""


def _texts(path: Path, encoding: str) -> Iterator[_Text]:
    if encoding == "utf-16":
        # whole, for the blocks end at bytes that may be half a letter; such files are exports of a few thousand rows
        found = list(blocks(path, size=_BLOCK_BYTES, whole_lines=False))
        data = b"".join(block.data for block in found)
        yield _Text(data[: len(data) // 2 * 2].decode("utf-16", errors="replace"), damage=found[-1].damage)
        return
    for block in blocks(path, size=_BLOCK_BYTES):
        try:
            yield _Text(block.data.decode(encoding), damage=block.damage)
        except UnicodeDecodeError:
            yield _Text(block.data.decode(encoding, errors="surrogateescape"), foreign=True, damage=block.damage)


def text_lines(path: Path, encoding: str) -> Iterator[str]:
    """Lines of a text file, their ends kept; bytes that are not in its encoding are lone surrogates.

    Parameters
    ----------
    path
        The file, compressed with gzip or not.
    encoding
        As :func:`~toolkit.corpus.plain.encodings.encoding_of` gave it.
    """
    for block in _texts(path, encoding):
        yield from io.StringIO(block.text, newline="")


def _unquoted(cell: str) -> str:
    """A cell of a file without quotes that stands in quotes all the same, its own quotes doubled."""
    inner = cell[1:-1].replace('""', "")
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner else cell


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _parquet_file(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(absolute(path))  # a relative "a:b" is an address to Arrow
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} starts like a Parquet file but can't be read: {error}.") from error


def _header(path: Path, encoding: str) -> tuple[list[str], str]:
    """Column names and delimiter: that of comma, tab and semicolon that makes most columns."""
    block = next(blocks(path, size=1 << 16), None)
    if block is None or not block.data.strip():
        damage = f" ({block.damage})" if block is not None and block.damage else ""
        raise DataError(f"{path} is empty{damage}: a table starts with a line of column names.")
    utf16 = encoding == "utf-16"
    if other := refusal(path, "table"):
        raise DataError(f"{path} {other}. A table is csv, tsv or Parquet.")
    if b"\x00" in block.data.split(b"\n", 1)[0] and not utf16:
        raise DataError(f"{path} is binary, not text; a table is csv, tsv or Parquet.")
    if block.data.lstrip()[:1] in (b"{", b"["):
        raise DataError(f"{path} holds JSON of no known kind. A table is csv, tsv or Parquet.")
    text = "".join(islice(text_lines(path, encoding), 5)) if utf16 else block.data.decode(encoding, errors="replace")
    text = text.removeprefix("\ufeff")
    headers = {mark: _first_row(text, mark) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: len(headers[mark]))
    if not headers[delimiter]:
        raise DataError(f"{path}: the first line can't be read as column names: {excerpt(text.splitlines()[0], 80)!r}.")
    return headers[delimiter], delimiter


def _first_row(text: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return next((row for row in reader if row), [])
    except csv.Error:
        return []


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        chunks = [pc.binary_join(chunk.cast(pa.list_(pa.string())), "|") for chunk in column.chunks]
        return pa.chunked_array(chunks, pa.string())
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        raise DataError(f"A column of type {kind} can't be used; text, numbers, dates and lists of them can.")
    return column.cast(pa.string())
