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

from toolkit.corpus.jsonlines import Block, RawFile, blocks, excerpt
from toolkit.corpus.staging import RANKS, STAGING, StagingWriter
from toolkit.errors import BadRecord

__all__ = ["BLOCK_BYTES", "FIRST_YEAR", "LAST_YEAR", "MACROS", "WorksReader"]

BLOCK_BYTES: Final = 64 << 20
FIRST_YEAR: Final = 1500
LAST_YEAR: Final = 2100
"""Years outside are impossible, and so are years more than two after the record's own ``updated_date``."""

_OBJECT_BYTES: Final = 16 << 20
_EXCERPT: Final = 200
_HOPELESS: Final = 1000

_COLUMNS: Final = """{
    'id': 'VARCHAR', 'doi': 'VARCHAR', 'title': 'VARCHAR', 'display_name': 'VARCHAR', 'type': 'VARCHAR',
    'publication_year': 'VARCHAR', 'publication_date': 'VARCHAR', 'updated_date': 'VARCHAR',
    'is_retracted': 'VARCHAR', 'is_paratext': 'VARCHAR', 'is_authors_truncated': 'VARCHAR', 'synthetic': 'VARCHAR',
    'primary_location': 'STRUCT(source STRUCT(id VARCHAR, display_name VARCHAR, issn_l VARCHAR))',
    'topics': 'STRUCT(field STRUCT(display_name VARCHAR))[]',
    'authorships': 'STRUCT(
        author STRUCT(id VARCHAR, display_name VARCHAR, orcid VARCHAR),
        raw_author_name VARCHAR,
        institutions STRUCT(
            id VARCHAR, display_name VARCHAR, ror VARCHAR, country_code VARCHAR, type VARCHAR, lineage VARCHAR[]
        )[]
    )[]'
}"""

MACROS: Final = r"""
CREATE OR REPLACE TEMP MACRO openalex_id(letter, text) AS
    nullif(upper(regexp_extract(trim(text),
        '(?i)^(?:https?://)?(?:(?:api\.|www\.)?openalex\.org/)?(?:[a-z]+/)?(' || letter || '[0-9]+)$', 1)), '');
CREATE OR REPLACE TEMP MACRO ror_id(text) AS
    nullif(lower(regexp_extract(trim(text),
        '(?i)^(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-z]{6}[0-9]{2})/?$', 1)), '');
CREATE OR REPLACE TEMP MACRO orcid_id(text) AS
    nullif(upper(regexp_extract(trim(text), '([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx])/?$', 1)), '');
CREATE OR REPLACE TEMP MACRO doi_of(text) AS
    nullif(lower(regexp_replace(trim(text), '(?i)^(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:)', '')), '');
CREATE OR REPLACE TEMP MACRO country_code(text) AS
    nullif(regexp_extract(upper(trim(text)), '^[A-Z]{2}$'), '');
CREATE OR REPLACE TEMP MACRO said(text) AS nullif(trim(text), '');
CREATE OR REPLACE TEMP MACRO iso_date(text) AS
    nullif(regexp_extract(trim(text), '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}'), '');
"""

_READ: Final = f"""
CREATE OR REPLACE TEMP TABLE raw AS
SELECT row_number() OVER () AS n, *
FROM read_json(?, format = 'newline_delimited', columns = {_COLUMNS}, maximum_object_size = ?)
"""  # noqa: S608 (our own text)

_RECORDS: Final = f"""
CREATE OR REPLACE TEMP TABLE records AS
WITH read AS (
    SELECT
        n + ? AS record, line, openalex_id('W', id) AS work_id, doi_of(doi) AS doi,
        coalesce(said(title), said(display_name)) AS title,
        coalesce(said(publication_year), nullif(left(coalesce(iso_date(publication_date), ''), 4), '')) AS year_text,
        CASE lower(said(type))
            WHEN 'journal-article' THEN 'article' WHEN 'proceedings-article' THEN 'conference-paper'
            ELSE lower(said(type))
        END AS type,
        openalex_id('S', primary_location.source.id) AS journal_id,
        said(primary_location.source.display_name) AS journal_name,
        said(primary_location.source.issn_l) AS journal_issn,
        coalesce(lower(is_authors_truncated) = 'true', false) AS authors_truncated,
        coalesce(lower(is_retracted) = 'true', false) AS retracted,
        coalesce(lower(is_paratext) = 'true', false) AS paratext,
        coalesce(lower(synthetic) = 'true', false) AS synthetic,
        CASE WHEN iso_date(updated_date) IS NOT NULL THEN left(trim(updated_date), 26) END AS updated,
        iso_date(publication_date) AS published,
        list_filter(authorships, lambda listing: listing IS NOT NULL) AS listings, topics
    FROM raw JOIN positions USING (n)
)
SELECT
    *,
    try_cast(regexp_extract(year_text, '^[0-9]{{1,4}}$') AS INTEGER) AS year_number,
    year_number BETWEEN {FIRST_YEAR} AND least({LAST_YEAR}, coalesce(try_cast(left(updated, 4) AS INTEGER) + 2, 9999))
        AS year_possible,
    CASE
        WHEN retracted THEN 'retracted' WHEN paratext THEN 'paratext'
        WHEN ? AND type IS NULL THEN 'type: none'
        WHEN ? AND NOT list_contains(?, type) THEN 'type: ' || type
    END AS left_out
FROM read
"""  # noqa: S608

_WORKS: Final = """
SELECT record, line, work_id, doi, title, CASE WHEN year_possible THEN year_number END AS year, type, journal_id,
    journal_name, journal_issn, authors_truncated, updated
FROM records WHERE left_out IS NULL ORDER BY record
"""

_LISTINGS: Final = """
CREATE OR REPLACE TEMP TABLE listings AS
SELECT record, line, unnest(listings) AS listing, generate_subscripts(listings, 1) - 1 AS author_position
FROM records WHERE left_out IS NULL
"""

# A listing names its institutions as often as it likes; each counts once. One without any id is affiliation text.
_AUTHORSHIPS: Final = """
WITH named AS (
    SELECT record, author_position, openalex_id('A', listing.author.id) AS author_id,
        orcid_id(listing.author.orcid) AS orcid,
        coalesce(said(listing.author.display_name), said(listing.raw_author_name)) AS author_name,
        list_sort(list_distinct(list_filter(
            list_transform(listing.institutions, lambda i: coalesce(openalex_id('I', i.id), ror_id(i.ror))),
            lambda ref: ref IS NOT NULL
        ))) AS refs
    FROM listings
)
SELECT record, author_position::INTEGER AS author_position, author_id, orcid, author_name,
    unnest(CASE WHEN coalesce(len(refs), 0) = 0 THEN [NULL] ELSE refs END) AS institution_ref
FROM named ORDER BY record, author_position, institution_ref
"""

_INSTITUTIONS: Final = f"""
WITH mentions AS (
    SELECT line, unnest(listing.institutions) AS i FROM listings
), once AS (
    SELECT min(line) AS line, i FROM mentions GROUP BY i
), claims AS (
    SELECT line, coalesce(openalex_id('I', i.id), ror_id(i.ror)) AS institution_ref, ror_id(i.ror) AS ror,
        said(i.display_name) AS name, lower(said(i.type)) AS type, country_code(i.country_code) AS country,
        list_filter(list_transform(i.lineage, lambda id: coalesce(openalex_id('I', id), ror_id(id))),
            lambda ref: ref IS NOT NULL) AS lineage
    FROM once
)
SELECT line, {RANKS["openalex"]} AS rank, institution_ref, ror, name,
    CASE WHEN type IS NOT NULL THEN [type] END AS types, country, lineage
FROM claims WHERE institution_ref IS NOT NULL
ORDER BY line, institution_ref, name, ror, types, country, lineage
"""  # noqa: S608

_SUBJECTS: Final = """
SELECT DISTINCT record, said(topic.field.display_name) AS subject
FROM (SELECT record, unnest(topics) AS topic FROM records WHERE left_out IS NULL)
WHERE subject IS NOT NULL ORDER BY record, subject
"""

_YEAR_NOTES: Final = """
SELECT ? AS source, line, 'kept without a year: impossible year' AS reason,
    work_id || ': ' || left(year_text, 40) AS excerpt
FROM records WHERE left_out IS NULL AND year_text IS NOT NULL AND NOT coalesce(year_possible, false) ORDER BY line
"""

_JUDGED: Final = """
SELECT line, CASE
        WHEN text IS NULL THEN 'wrong encoding'
        WHEN NOT json_valid(text) THEN 'broken JSON'
        WHEN json_type(text) <> 'OBJECT' THEN 'not an object'
        WHEN coalesce(said(json_extract_string(text, '$.id')), '') = '' THEN 'no id'
        WHEN openalex_id('W', json_extract_string(text, '$.id')) IS NULL THEN 'not the id of an OpenAlex work'
    END AS reason
FROM candidates ORDER BY line
"""


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
            numbers = range(block.first_line, block.first_line + block.lines)
            if not self._loaded(block.data, numbers):
                lines = dict(zip(numbers, block.data.split(b"\n"), strict=False))
                good, bad = self._sorted_out({n: line for n, line in lines.items() if line.strip()})
                for _ in self._readable(good, lines, bad):
                    self._write(file.label, tally, writer)
                bad.sort()
            else:
                self._write(file.label, tally, writer)
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
            self._db.execute(_READ, [glob.escape(str(path)), longest])
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
        texts = [_text(line) for line in lines.values()]
        self._db.register("candidates", pa.table({"line": list(lines), "text": pa.array(texts, pa.string())}))
        good: list[int] = []
        bad: list[tuple[int, str, str]] = []
        for line, reason in self._db.execute(_JUDGED).fetchall():
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
        self._db.execute(_RECORDS, [tally.records, some, some, self._types or []])
        self._db.execute(_LISTINGS)
        for table, query in (
            ("works", _WORKS),
            ("authorships", _AUTHORSHIPS),
            ("institutions", _INSTITUTIONS),
            ("subjects", _SUBJECTS),
        ):
            writer.add(table, self._db.execute(query).to_arrow_table())
        notes = self._db.execute(_YEAR_NOTES, [label]).to_arrow_table()
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


def _text(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _complaint(error: duckdb.Error) -> str:
    """What DuckDB says about a record, without its advice on options of its own."""
    found = re.search(r"in line \d+: (.*?)(?:: |\. Try|Try |$)", str(error).split("\n")[0])
    return excerpt(found[1], 100) if found else "not readable"
