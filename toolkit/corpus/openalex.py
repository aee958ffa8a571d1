"""OpenAlex work records, one JSON object a line, into staging tables.

Files are read in blocks of lines (:mod:`toolkit.corpus.openalex_blocks`), several at a time. Every bad record is named
by file and line and costs nobody else; whether a record is good depends on the record alone, never on its neighbours.

Conference papers: OpenAlex files most of them under type ``article`` (their ``raw_type`` is ``proceedings-article``),
those of book series under ``book-chapter``; older snapshots say ``proceedings-article``. The first are kept as
articles, the last as ``conference-paper``; those filed as chapters can't be told from chapters and are left out
with them unless ``book-chapter`` is among the types asked for.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import duckdb
import pyarrow as pa

from toolkit.corpus.json_records import record_blocks
from toolkit.corpus.jsonlines import Block, RawFile, excerpt
from toolkit.corpus.openalex_blocks import BlockFindings, BlockReader
from toolkit.corpus.openalex_sql import FIRST_YEAR, LAST_YEAR, MACROS
from toolkit.corpus.staging import STAGING, StagingWriter
from toolkit.errors import BadRecord

__all__ = ["BLOCK_BYTES", "FIRST_YEAR", "LAST_YEAR", "MACROS", "WorksReader"]

BLOCK_BYTES: Final = 32 << 20
_HOPELESS: Final = 1000


class WorksReader:
    """Reads files of OpenAlex work records, one after the other.

    Parameters
    ----------
    connection
        DuckDB connection; its memory limit bounds what reading takes. It is quickest with one thread: each worker
        has a cursor of it, and reads in its own thread.
    scratch
        Folder for one block of each worker.
    types
        Work types to keep; ``None`` keeps all.
    expansion
        Whether the works of OpenAlex's expansion corpus (``is_xpac``) are kept.
    strict
        Raise at the first bad record instead of quarantining it.
    block_bytes
        Size of a block [bytes].
    workers
        Blocks read at a time.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        scratch: Path,
        *,
        types: Sequence[str] | None,
        expansion: bool = False,
        strict: bool = False,
        block_bytes: int = BLOCK_BYTES,
        workers: int = 1,
    ) -> None:
        kept = None if types is None else [name.lower() for name in types]
        self._strict = strict
        self._block_bytes = block_bytes
        self._workers = workers
        self._free: SimpleQueue[BlockReader] = SimpleQueue()
        for number in range(workers):
            self._free.put(
                BlockReader(connection.cursor(), scratch / f"block-{number}.jsonl", kept, expansion=expansion)
            )

    def read(self, file: RawFile, writer: StagingWriter) -> dict[str, Any]:
        """Read ``file`` into ``writer``.

        Returns
        -------
        dict
            ``read``, ``kept``, ``left_out``, ``rejects``, ``facts``, ``synthetic``, ``snapshot`` of
            :class:`~toolkit.corpus.staging.StagedInput`; ``problem`` says so if none is whole.

        Raises
        ------
        BadRecord
            A record is bad and ``strict`` was asked for.

        Notes
        -----
        A file whose first block has a thousand bad records and no good one is read no further.
        """
        tally = _Tally(file.label)
        with closing(self._found(file)) as findings:  # nobody reads on after an error
            for block, found in findings:
                bad = found.bad
                if block.damage:
                    text = f"{tally.read + found.rows + len(bad)} records before it were read"
                    bad = [*bad, (block.first_line + block.lines, block.damage, text)]
                if bad and self._strict:
                    line, reason, text = bad[0]
                    raise BadRecord(f"{file.path}:{line}: {reason}: {text}")
                for name, rows in found.tables:
                    writer.add(name, rows)
                    tally.listings += rows.num_rows if name == "authorships" else 0
                    tally.dated += rows.num_rows - rows.column("year").null_count if name == "works" else 0
                tally.add(found)
                tally.reject(writer, bad)
                if tally.hopeless:
                    break
        return tally.result() | {"problem": _flattened(file, tally) if tally.kept else ""}

    def _found(self, file: RawFile) -> Generator[tuple[Block, BlockFindings], None, None]:
        """Blocks of the file in their order with what is in them; later ones are read meanwhile."""
        source = record_blocks(file.path, size=self._block_bytes)
        begun: deque[tuple[Block, Future[BlockFindings]]] = deque()
        with ThreadPoolExecutor(1) as ahead, ThreadPoolExecutor(self._workers) as workers:
            try:
                coming = ahead.submit(next, source, None)  # unpacks the next block while others are read
                while (block := coming.result()) is not None:
                    coming = ahead.submit(next, source, None)
                    begun.append((block, workers.submit(self._read_block, file.label, block)))
                    if len(begun) > self._workers:
                        first, reading = begun.popleft()
                        yield first, reading.result()
                        del first
                while begun:
                    first, reading = begun.popleft()
                    yield first, reading.result()
            finally:
                workers.shutdown(wait=False, cancel_futures=True)

    def _read_block(self, label: str, block: Block) -> BlockFindings:
        reader = self._free.get()
        try:
            return reader.read(label, block)
        finally:
            self._free.put(reader)


def _flattened(file: RawFile, tally: _Tally) -> str:
    """What is wrong with a file if none of its records has authorships, or none a year; else an empty text."""
    lacking = []
    if not tally.listings and not _in_file(file, b'"authorships"'):
        lacking.append("authorships")
    if not tally.dated and not _in_file(file, b'"publication_year"', b'"publication_date"'):
        lacking.append("publication_year")
    if not lacking:
        return ""
    first = next((block.data for block in record_blocks(file.path, size=1)), b"").partition(b"\n")[0]
    try:
        fields = ", ".join(list(json.loads(first))[:12])
    except (ValueError, RecursionError):
        fields = "not known"
    return (
        f"holds no OpenAlex works as OpenAlex writes them: none of {tally.read:,} records has {' or '.join(lacking)} "
        f"(fields of the first: {excerpt(fields)}). They were flattened or selected; export the whole records from the "
        "API or the snapshot, or make tables of them for `scicities ingest tables`"
    )


def _in_file(file: RawFile, *keys: bytes) -> bool:
    return any(key in block.data for block in record_blocks(file.path, size=BLOCK_BYTES) for key in keys)


class _Tally:
    """Counts of one file while it is read."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.records = self.read = self.kept = self.listings = self.dated = 0
        self.left_out: Counter[str] = Counter()
        self.rejects: Counter[str] = Counter()
        self.facts: Counter[str] = Counter()
        self.synthetic = False
        self.updated = self.published = ""

    @property
    def hopeless(self) -> bool:
        """Whether this is a long file of something else, such as OpenAlex's authors."""
        return self.records == 0 and self.rejects.total() >= _HOPELESS

    def add(self, found: BlockFindings) -> None:
        self.records += found.rows
        self.read += found.rows + len(found.bad)
        self.kept += found.kept
        self.left_out.update(found.left_out)
        self.rejects.update(found.notes)
        self.facts.update(found.facts)
        self.synthetic |= found.synthetic
        self.updated = max(self.updated, found.updated)
        self.published = max(self.published, found.published)

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
            "facts": dict(sorted(self.facts.items())),
            "synthetic": self.synthetic,
            "snapshot": self.updated or self.published,
        }
