"""One block of OpenAlex work records: its good records as rows of staging tables, its bad ones by line and reason.

DuckDB reads a block at once. Lines that have not both ends of a record are judged by themselves first; of a block that
it refuses all the same, those from which it gets no id; what is left and still refused is found by halving. A line
that is left out is read as an empty record, so that the number of a record is that of its line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from toolkit.corpus import openalex_sql as sql
from toolkit.corpus.jsonlines import Block, excerpt
from toolkit.paths import engine_path

__all__ = ["BlockFindings", "BlockReader"]

_OBJECT_BYTES: Final = 16 << 20
_EXCERPT: Final = 200

_REFUSALS: Final = (duckdb.InvalidInputException, duckdb.ConversionException, UnicodeDecodeError)
"""DuckDB's message on a record may quote it to the middle of a letter, and then can't be decoded."""

_ZERO: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")

_Span = tuple[int, int]


@dataclass
class BlockFindings:
    """What a block held.

    Attributes
    ----------
    tables
        Names of staging tables, with rows for them.
    bad
        Line, reason and excerpt of each record that is lost.
    rows, kept
        Good records, and those of them that are kept.
    left_out, notes
        Good records left out, and notes on records that are kept, by reason.
    facts
        Other counts worth reporting.
    synthetic
        Whether a record says it is synthetic.
    updated, published
        Newest dates as ISO text, empty where there are none.
    """

    tables: list[tuple[str, pa.Table]] = field(default_factory=list)
    bad: list[tuple[int, str, str]] = field(default_factory=list)
    rows: int = 0
    kept: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    synthetic: bool = False
    updated: str = ""
    published: str = ""


class BlockReader:
    """Reads one block at a time.

    Parameters
    ----------
    connection
        DuckDB connection that nobody else uses meanwhile.
    path
        Where a block may be written.
    types
        Work types to keep, in lower case; ``None`` keeps all.
    expansion
        Whether the works of OpenAlex's expansion corpus are kept.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, path: Path, types: Sequence[str] | None, *, expansion: bool = False
    ) -> None:
        self._db = connection
        self._path = path
        self._choice = {"some": types is not None, "types": types or [], "expansion": expansion}
        self._refusal = ""
        self._source: dict[str, Any] = {}
        connection.execute(sql.MACROS)

    def read(self, label: str, block: Block) -> BlockFindings:
        """Good and bad records of a block of the file with this label."""
        found = BlockFindings()
        if b"\\u0000" in block.data:  # nothing that is written from here may hold a zero byte
            block = replace(block, data=_ZERO.sub(rb"\1", block.data))
        odd, longest = _odd_lines(block.data)
        self._judge(block, odd, found.bad)
        if len(odd) == block.lines:
            return found
        if not self._loaded(block.data, odd, block.first_line, block.lines, longest):
            suspects = self._suspects(block, odd)
            self._judge(block, suspects, found.bad)
            odd |= suspects
            if not suspects or not self._loaded(block.data, odd, block.first_line, block.lines, longest):
                lines = {
                    block.first_line + place: text
                    for place, text in enumerate(block.data.split(b"\n")[: block.lines])
                    if place not in odd
                }
                for _ in self._readable(list(lines), lines, found.bad):
                    self._collect(label, found)
                found.bad.sort()
                return found
        self._collect(label, found)
        found.bad.sort()
        return found

    def _judge(self, block: Block, spans: dict[int, _Span], bad: list[tuple[int, str, str]]) -> None:
        """Leave in ``spans`` what is no record, and add to ``bad`` what of it is not blank."""
        lines = {block.first_line + place: block.data[slice(*span)] for place, span in spans.items()}
        good, judged = self._sorted_out(lines)
        bad += judged
        for line in good:
            del spans[line - block.first_line]

    def _suspects(self, block: Block, odd: Mapping[int, _Span]) -> dict[int, _Span]:
        """Where the lines lie from which DuckDB gets no id when it may pass over errors; all lines, if it may not."""
        try:
            ids = self._db.execute(sql.IDS, self._source).fetchall()
        except (duckdb.Error, UnicodeDecodeError):
            ids = []
        places = [place for place, (known,) in enumerate(ids) if not known]
        if len(ids) != block.lines:
            places = list(range(block.lines))
        spans = _spans(block.data)
        return {place: spans[place] for place in places if place not in odd}

    def _loaded(self, data: bytes, odd: Mapping[int, _Span], first_line: int, lines: int, longest: int) -> bool:
        """Whether DuckDB reads all lines but the odd ones, and each is a record with the id of a work.

        Tables ``records`` and ``listed`` then hold them.
        """
        with self._path.open("r+b" if self._path.exists() else "wb") as file:  # the pages of the last block serve again
            at = 0
            for start, end in sorted(odd.values()):
                file.write(memoryview(data)[at:start])
                file.write(b"{}")
                at = end
            file.write(memoryview(data)[at:])
            file.truncate()
        self._refusal = ""
        self._source = {"path": engine_path(self._path), "longest": max(_OBJECT_BYTES, longest + 1)}
        source = self._source | {"before": first_line - 1}
        try:
            self._db.execute(sql.RECORDS, source | self._choice)
            rows, ids, left_out = self._one(sql.LOADED)
            if rows != lines or ids != lines - len(odd):
                return False
            if odd:
                self._db.execute("DELETE FROM records WHERE work_id IS NULL")
            self._db.execute(sql.LISTED_OF_KEPT if left_out else sql.LISTED, source)
        except _REFUSALS as error:
            self._refusal = "" if isinstance(error, UnicodeDecodeError) else str(error)
            return False
        return True

    def _one(self, query: str) -> tuple[Any, ...]:
        row = self._db.execute(query).fetchone()
        return row if row is not None else ()

    def _sorted_out(self, lines: Mapping[int, bytes]) -> tuple[list[int], list[tuple[int, str, str]]]:
        """Lines that are records, and the others with reason and excerpt; blank lines are neither."""
        lines = {number: line for number, line in lines.items() if line.strip()}
        if not lines:
            return [], []
        texts = [_text(line) for line in lines.values()]
        self._db.register("candidates", pa.table({"line": list(lines), "text": pa.array(texts, pa.string())}))
        good: list[int] = []
        bad: list[tuple[int, str, str]] = []
        for line, reason in self._db.execute(sql.JUDGED).fetchall():
            if reason is None:
                good.append(line)
            else:
                bad.append((line, reason, excerpt(lines[line], _EXCERPT)))
        return good, bad

    def _readable(
        self, numbers: list[int], lines: Mapping[int, bytes], bad: list[tuple[int, str, str]]
    ) -> Iterator[list[int]]:
        """Runs of lines, each in tables ``records`` and ``listed`` when it is yielded.

        Single lines that DuckDB does not read are found by halving, and added to ``bad``.
        """
        if not numbers:
            return
        texts = [lines[number] for number in numbers]
        if self._loaded_lines(numbers, texts):
            yield numbers
        elif len(numbers) == 1:
            bad.append((numbers[0], "wrong type in a field", f"{_complaint(self._refusal)}: {_start(texts[0])}"))
        else:
            half = len(numbers) // 2
            yield from self._readable(numbers[:half], lines, bad)
            yield from self._readable(numbers[half:], lines, bad)

    def _loaded_lines(self, numbers: Sequence[int], texts: Sequence[bytes]) -> bool:
        """As :meth:`_loaded`, of single lines in their order."""
        first, last = numbers[0], numbers[-1]
        at, odd = 0, {}
        kept = dict(zip(numbers, texts, strict=True))
        pieces = []
        for number in range(first, last + 1):
            line = kept.get(number)
            if line is None:
                odd[number - first] = (at, at)
            pieces.append(line or b"")
            at += len(pieces[-1]) + 1
        longest = max(map(len, texts))
        return self._loaded(b"\n".join(pieces) + b"\n", odd, first, len(pieces), longest)

    def _collect(self, label: str, found: BlockFindings) -> None:
        """Add what tables ``records`` and ``listed`` hold."""
        for table, query in (
            ("works", sql.WORKS),
            ("left_out", sql.LEFT_OUT_WORKS),
            ("authorships", sql.AUTHORSHIPS),
            ("institutions", sql.INSTITUTIONS),
            ("subjects", sql.SUBJECTS),
        ):
            found.tables.append((table, self._db.execute(query).to_arrow_table()))
        notes = self._db.execute(sql.NOTES, {"label": label}).to_arrow_table()
        found.tables.append(("rejects", notes))
        found.notes.update(notes.column("reason").to_pylist())
        found.facts.update({fact: number for fact, number in self._db.execute(sql.FACTS).fetchall() if number})
        rows, kept, synthetic, updated, published = self._one(sql.SAID_OF_RECORDS)
        if kept < rows:
            found.left_out.update(dict(self._db.execute(sql.LEFT_OUT).fetchall()))
        found.rows += rows
        found.kept += kept
        found.synthetic |= synthetic
        found.updated = max(found.updated, updated or "")
        found.published = max(found.published, published or "")


def _odd_lines(data: bytes) -> tuple[dict[int, _Span], int]:
    """Where lines lie that have not both ends of a record, by their place; and the length of the longest line.

    A cheap look that finds most broken lines before the parser does.
    """
    odd: dict[int, _Span] = {}
    start = place = longest = 0
    find = data.find
    while (end := find(b"\n", start)) >= 0:
        longest = max(longest, end - start)
        # 123 and 125 are the braces, 13 ends a line of Windows
        if data[start] != 123 or (data[end - 1] != 125 and (data[end - 1] != 13 or data[end - 2] != 125)):
            odd[place] = (start, end)
        start = end + 1
        place += 1
    return odd, longest


def _spans(data: bytes) -> list[_Span]:
    """Where each line lies."""
    ends = [found.start() for found in re.finditer(rb"\n", data)]
    return list(zip([0, *(end + 1 for end in ends)], ends, strict=False))


def _text(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _start(line: bytes) -> str:
    return excerpt(line, _EXCERPT)


def _complaint(refusal: str) -> str:
    """What DuckDB says about a record, without its advice on options of its own."""
    found = re.search(r"in line \d+: (.*?)(?:: |\. Try|Try |$)", refusal.split("\n", maxsplit=1)[0])
    return excerpt(found[1], 100) if found else "not readable"
