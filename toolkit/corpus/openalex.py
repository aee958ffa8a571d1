"""OpenAlex work records, one JSON object a line, into staging tables.

DuckDB reads each block of lines at once. Only a block with a line it can't read, or with a record without an id, is
looked at line by line, so that every bad record is named by file and line and costs nobody else. Whether a record is
good depends on the record alone, never on its neighbours.

Conference papers: OpenAlex files most of them under type ``article`` (their ``raw_type`` is ``proceedings-article``),
those of book series under ``book-chapter``; older snapshots say ``proceedings-article``. The first are kept as
articles, the last as ``conference-paper``; those filed as chapters can't be told from chapters and are left out
with them unless ``book-chapter`` is among the types asked for.
"""

from __future__ import annotations

import glob
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from toolkit.corpus import openalex_sql as sql
from toolkit.corpus.jsonlines import Block, RawFile, blocks, excerpt
from toolkit.corpus.openalex_sql import FIRST_YEAR, LAST_YEAR, MACROS
from toolkit.corpus.staging import STAGING, StagingWriter
from toolkit.errors import BadRecord

__all__ = ["BLOCK_BYTES", "FIRST_YEAR", "LAST_YEAR", "MACROS", "WorksReader"]

BLOCK_BYTES: Final = 64 << 20
_OBJECT_BYTES: Final = 16 << 20
_EXCERPT: Final = 200
_HOPELESS: Final = 1000


class WorksReader:
    """Reads files of OpenAlex work records, one after the other, with one DuckDB connection.

    Parameters
    ----------
    connection
        DuckDB connection; its memory limit and threads bound what reading takes.
    scratch
        Folder for one block at a time.
    types
        Work types to keep; ``None`` keeps all.
    strict
        Raise at the first bad record instead of quarantining it.
    block_bytes
        Size of a block [bytes].
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        scratch: Path,
        *,
        types: Sequence[str] | None,
        strict: bool = False,
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        self._db = connection
        self._scratch = scratch
        self._types = None if types is None else [name.lower() for name in types]
        self._strict = strict
        self._block_bytes = block_bytes
        self._complaint = ""
        connection.execute(MACROS)

    def read(self, file: RawFile, writer: StagingWriter) -> dict[str, Any]:
        """Read ``file`` into ``writer``.

        Returns
        -------
        dict
            ``read``, ``kept``, ``left_out``, ``rejects``, ``synthetic``, ``snapshot`` of
            :class:`~toolkit.corpus.staging.StagedInput`.

        Raises
        ------
        BadRecord
            A record is bad and ``strict`` was asked for.

        Notes
        -----
        A file whose first block has a thousand bad records and no good one is read no further.
        """
        tally = _Tally(file.label)
        with ThreadPoolExecutor(1) as ahead:  # unpacks the next block while DuckDB parses this one
            source = blocks(file.path, size=self._block_bytes)
            coming = ahead.submit(next, source, None)
            while (block := coming.result()) is not None:
                coming = ahead.submit(next, source, None)
                self._read_block(file, block, tally, writer)
                if tally.hopeless:
                    break
        return tally.result()

    def _read_block(self, file: RawFile, block: Block, tally: _Tally, writer: StagingWriter) -> None:
        bad: list[tuple[int, str, str]] = []
        if block.lines:
            numbers: Sequence[int] = range(block.first_line, block.first_line + block.lines)
            data = block.data
            odd = {n: line for n, line in zip(numbers, data.split(b"\n"), strict=False) if not _looks_whole(line)}
            good, bad = self._sorted_out({n: line for n, line in odd.items() if line.strip()})
            if odd and not good:
                data = b"".join(line + b"\n" for line in data.split(b"\n")[: block.lines] if _looks_whole(line))
                numbers = [n for n in numbers if n not in odd]
            if not good and (not numbers or self._loaded(data, numbers)):
                if numbers:
                    self._write(file.label, tally, writer)
            else:
                numbers = range(block.first_line, block.first_line + block.lines)
                lines = dict(zip(numbers, block.data.split(b"\n"), strict=False))
                good, bad = self._sorted_out({n: line for n, line in lines.items() if line.strip()})
                for _ in self._readable(good, lines, bad):
                    self._write(file.label, tally, writer)
                bad.sort()
        tally.read += len(bad)
        if block.damage:
            bad.append((block.first_line + block.lines, block.damage, f"{tally.read} records before it were read"))
        if bad and self._strict:
            line, reason, text = bad[0]
            raise BadRecord(f"{file.path}:{line}: {reason}: {text}")
        tally.reject(writer, bad)

    def _loaded(self, data: bytes, numbers: Sequence[int]) -> bool:
        """Whether DuckDB read every line, and each is a record with the id of a work; table ``raw`` then holds them."""
        path = self._scratch / "block.jsonl"
        path.write_bytes(data)
        longest = _OBJECT_BYTES
        if len(data) > _OBJECT_BYTES:
            longest = max(longest, max(map(len, data.split(b"\n"))) + 1) if data.count(b"\n") < 64 else longest
        try:
            self._db.execute(sql.READ, [glob.escape(str(path)), longest])
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            self._complaint = _complaint(error)
            return False
        positions = pa.table({"n": range(1, len(numbers) + 1), "line": numbers})
        self._db.register("positions", positions)
        rows, ids = self._one("SELECT count(*), count(openalex_id('W', id)) FROM raw")
        return bool(rows == ids == len(numbers))

    def _one(self, query: str) -> tuple[Any, ...]:
        row = self._db.execute(query).fetchone()
        return row if row is not None else ()

    def _sorted_out(self, lines: dict[int, bytes]) -> tuple[list[int], list[tuple[int, str, str]]]:
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
        self, numbers: list[int], lines: dict[int, bytes], bad: list[tuple[int, str, str]]
    ) -> Iterator[list[int]]:
        """Runs of lines, each in table ``raw`` when it is yielded.

        Single lines that DuckDB does not read are found by halving, and added to ``bad``.
        """
        if not numbers:
            return
        if self._loaded(b"".join(lines[n] + b"\n" for n in numbers), numbers):
            yield numbers
        elif len(numbers) == 1:
            text = f"{self._complaint}: {excerpt(lines[numbers[0]], _EXCERPT)}"
            bad.append((numbers[0], "wrong type in a field", text))
        else:
            half = len(numbers) // 2
            yield from self._readable(numbers[:half], lines, bad)
            yield from self._readable(numbers[half:], lines, bad)

    def _write(self, label: str, tally: _Tally, writer: StagingWriter) -> None:
        some = self._types is not None
        self._db.execute(sql.RECORDS, [tally.records, some, some, self._types or []])
        self._db.execute(sql.LISTINGS)
        for table, query in (
            ("works", sql.WORKS),
            ("authorships", sql.AUTHORSHIPS),
            ("institutions", sql.INSTITUTIONS),
            ("subjects", sql.SUBJECTS),
        ):
            writer.add(table, self._db.execute(query).to_arrow_table())
        notes = self._db.execute(sql.NOTES, [label]).to_arrow_table()
        writer.add("rejects", notes)
        tally.rejects.update(notes.column("reason").to_pylist())
        tally.left_out.update(
            dict(
                self._db.execute(
                    "SELECT left_out, count(*) FROM records WHERE left_out IS NOT NULL GROUP BY 1"
                ).fetchall()
            )
        )
        rows, kept, synthetic, updated, published = self._one(
            "SELECT count(*), count(*) FILTER (WHERE left_out IS NULL), coalesce(bool_or(synthetic), false), "
            "max(left(updated, 10)), max(published) FROM records"
        )
        tally.records += rows
        tally.read += rows
        tally.kept += kept
        tally.synthetic |= synthetic
        tally.updated = max(tally.updated, updated or "")
        tally.published = max(tally.published, published or "")


class _Tally:
    """Counts of one file while it is read."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.records = self.read = self.kept = 0
        self.left_out: Counter[str] = Counter()
        self.rejects: Counter[str] = Counter()
        self.synthetic = False
        self.updated = self.published = ""

    @property
    def hopeless(self) -> bool:
        """Whether this is a long file of something else, such as OpenAlex's authors."""
        return self.records == 0 and self.rejects.total() >= _HOPELESS

    def reject(self, writer: StagingWriter, bad: list[tuple[int, str, str]]) -> None:
        rows = [{"source": self.label, "line": line, "reason": reason, "excerpt": text} for line, reason, text in bad]
        writer.add("rejects", pa.Table.from_pylist(rows, schema=STAGING["rejects"]))
        self.rejects.update(reason for _, reason, _ in bad)

    def result(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "kept": self.kept,
            "left_out": dict(sorted(self.left_out.items())),
            "rejects": dict(sorted(self.rejects.items())),
            "synthetic": self.synthetic,
            "snapshot": self.updated or self.published,
        }


def _looks_whole(line: bytes) -> bool:
    """Whether the line has both ends of a record: a cheap look that finds most broken lines before the parser does."""
    return line.startswith(b"{") and line.endswith((b"}", b"}\r"))


def _text(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _complaint(error: duckdb.Error) -> str:
    """What DuckDB says about a record, without its advice on options of its own."""
    found = re.search(r"in line \d+: (.*?)(?:: |\. Try|Try |$)", str(error).split("\n")[0])
    return excerpt(found[1], 100) if found else "not readable"
