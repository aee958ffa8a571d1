"""Web of Science plain text: records of tagged lines.

::

    PT J
    AU Doe, J
       Roe, K
    TI A title that goes on
       in the next line
    UT WOS:000000000000001
    ER

A tag of two signs begins a field, blanks go on with it, ``PT`` begins a record and ``ER`` ends it. A record without
``ER`` is read if it has its id ``UT``, which comes last; otherwise it is broken off and rejected. Reading goes on with
the next ``PT``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from toolkit.corpus.jsonlines import RawFile, excerpt
from toolkit.corpus.plain.encodings import READ_AS_WINDOWS, WINDOWS, encoding_of
from toolkit.corpus.plain.set_aside import SetAside
from toolkit.corpus.plain.table_files import text_lines
from toolkit.errors import DataError

__all__ = ["TaggedFile", "is_tagged"]

_FIELD: Final = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?")
_START: Final = re.compile(r"(FN|VR|PT) [^\t]*")
_ITEMS: Final = frozenset({"AU", "AF", "BA", "BF", "BE", "C1", "RP"})
"""Fields in which each line is an item."""
_NOT_UTF8: Final = re.compile("[\udc80-\udcff]")
_ROWS: Final = 5_000


def is_tagged(file: RawFile) -> bool:
    """Whether the file's first line is that of tagged records."""
    first = next((line for line in text_lines(file.path, encoding_of(file.path)) if line.strip()), "")
    return _START.fullmatch(first.rstrip("\r\n")) is not None


class TaggedFile:
    """One file of tagged records, read like :class:`~toolkit.corpus.plain.table_files.TableFile`.

    Parameters
    ----------
    file
        The file, compressed with gzip or not.
    match
        From the tags that occur to field -> index, as :meth:`toolkit.corpus.plain.recipe.Recipe.matched` has it.
    encoding
        How its text is encoded.
    strict
        Raise at the first bad record instead of putting it aside.

    Raises
    ------
    MissingColumn
        A tag that is needed occurs nowhere.
    DataError
        It holds no record.
    """

    def __init__(
        self,
        file: RawFile,
        match: Callable[[Sequence[str]], dict[str, int]],
        *,
        encoding: str = "utf-8",
        strict: bool = False,
    ) -> None:
        self.file = file
        self.rows = 0
        self._encoding = encoding_of(file.path, encoding)
        self._guessed = self._encoding == WINDOWS != encoding
        self._whole_lines = True
        self._aside = SetAside(strict=strict)
        tags = {
            found[1]
            for line in text_lines(file.path, self._encoding)
            if (found := _FIELD.fullmatch(line.rstrip("\r\n")))
        }
        self._tags = sorted(tags - {"FN", "VR", "ER", "EF"})
        if "PT" not in tags:
            raise DataError(f"{file.path} holds no record: none begins with the tag PT.")
        self.columns = match(self._tags)

    def batches(self) -> Iterator[pa.Table]:
        """Yield the records in file order: column ``line``, and a text column for each field of ``columns``.

        Raises
        ------
        BadRecord
            A record is bad and ``strict`` was asked for.
        """
        lines: list[int] = []
        rows: list[dict[str, str]] = []
        for line, fields in self._records():
            self.rows += 1
            if any(_NOT_UTF8.search(text) for text in fields.values()):
                self._reject(line, "wrong encoding", fields.get("UT", fields.get("TI", "")))
                continue
            if self._guessed and (text := next((one for one in fields.values() if not one.isascii()), "")):
                self._guessed = False
                self._aside.note(self.file, line, READ_AS_WINDOWS, excerpt(text))
            lines.append(line)
            rows.append(fields)
            if len(rows) == _ROWS:
                yield self._table(lines, rows)
                lines, rows = [], []
        yield self._table(lines, rows)

    def rejects(self) -> pa.Table:
        """Records put aside so far, as in the staging table."""
        return self._aside.table()

    def _table(self, lines: list[int], rows: list[dict[str, str]]) -> pa.Table:
        columns = {
            field: pa.array([row.get(self._tags[index], "") for row in rows], pa.string())
            for field, index in self.columns.items()
        }
        return pa.table({"line": pa.array(lines, pa.int64()), **columns})

    def _records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Line and fields of each record that is whole."""
        start, fields = 0, dict[str, list[str]]()
        for number, tag, text in self._fields():
            if tag in {"PT", "ER", "EF"} and start:
                if tag == "ER" or "UT" in fields:
                    yield start, _joined(fields)
                else:
                    self._cut(start, fields)
                start = 0
            if tag == "PT":
                start, fields = number, {}
            if start:
                fields.setdefault(tag, []).extend(text)
        if start and "UT" in fields and self._whole_lines:
            yield start, _joined(fields)
        elif start:
            self._cut(start, fields)

    def _fields(self) -> Iterator[tuple[int, str, list[str]]]:
        """Line, tag and lines of each field; what belongs to none is put aside."""
        begun, tag, text = 0, "", list[str]()
        for number, raw in enumerate(text_lines(self.file.path, self._encoding), 1):
            line = raw.rstrip("\r\n")
            self._whole_lines = len(line) < len(raw)
            if line.startswith(("  ", "\t")) and line.strip() and tag:
                text.append(line.strip())
            elif found := _FIELD.fullmatch(line):
                if tag:
                    yield begun, tag, text
                begun, tag, text = number, found[1], [(found[2] or "").strip()]
            elif line.strip():
                self.rows += 1
                self._reject(number, "the line has no field tag", line)
        if tag:
            yield begun, tag, text

    def _cut(self, start: int, fields: dict[str, list[str]]) -> None:
        self.rows += 1
        self._reject(start, "the record is broken off before its end (ER)", " ".join(fields.get("TI", [""])))

    def _reject(self, line: int, reason: str, text: str) -> None:
        self._aside.add(self.file, line, reason, excerpt(text.encode("utf-8", errors="surrogateescape")))


def _joined(fields: dict[str, list[str]]) -> dict[str, str]:
    """Text of each field: items of a list with semicolons between, lines of a text with blanks."""
    return {name: ("; " if name in _ITEMS else " ").join(parts) for name, parts in fields.items()}
