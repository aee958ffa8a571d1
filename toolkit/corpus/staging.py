"""What one raw input gave, before inputs are put together: the staging tables, spelled here and nowhere else.

Every reader (OpenAlex works, OpenAlex institutions, ROR, plain tables) writes one folder
``staging/<kind>-<12 hex digits>/`` for each raw input, with one Parquet file for each table of :data:`STAGING` and
a ``meta.json``. The folder is built beside and renamed in when the input has been read to its end, so a folder that
exists is finished, and a killed load goes on where it stopped. :func:`toolkit.corpus.assemble.assemble` makes
the canonical tables from all folders that ``state.json`` lists as sources.

Column by column:

``works``
    One row for each work record that is kept. ``record`` numbers the work records of this input in their order and is
    what ``authorships`` and ``subjects`` point to; ``line`` is where the record stands in ``source``, for reports.
    ``updated`` (ISO date or null) decides between records of the same id: the latest, else the first.
    ``type`` is the record's own, null where it has none. ``year`` is null where it is unknown or impossible.
    ``journal_issn`` is the linking ISSN, ``journal_issns`` holds all of them.
``authorships``
    One row for each listing of an author and institution; a listing without an institution has one row with
    ``institution_ref`` null. ``author_position`` counts the listings of the work from 0. ``author_id`` is null for
    an author without id. ``institution_ref`` is the id the record uses: a ROR id, an OpenAlex ``I…`` or an id of the
    user's own. ``city_ref`` … are filled only where the record itself names the city of this affiliation;
    ``city_ref`` is a GeoNames id, or an id made for a city that has none. ``affiliation_text`` is what the author
    wrote, where the record has it: the text linked to this institution, else all of the author's, parted by `` | ``.
``institutions``
    What this input says about institutions; several rows for one id are allowed
    (:mod:`toolkit.corpus.newest_records` says which counts). ``rank`` is the kind's precedence (:data:`RANKS`, lower
    wins), ``updated`` when the source last modified the record (ISO date or null), ``source`` the file of a row where
    the input is several. ``ror`` is the ROR id where the
    row's own id is another one. ``lineage`` holds ancestors at unknown depth (OpenAlex, itself allowed in it),
    ``parents`` and ``children`` direct ones (ROR, tables). ``admin1`` is the region's name (``California``), an
    ISO code only where a source has no name; ``admin1_code`` is GeoNames' code of it within the country (``CA``),
    which ROR's version 1 alone gives: version 2 has ISO's, which differ for most countries.
``subjects``
    One row for each work and subject, no repeats. Parts are computed when the tables are put together. Of OpenAlex a
    row is a topic: ``subject`` is its field, and ``topic``, ``subfield`` and ``domain`` stand beside it; from other
    inputs these are null.
``left_out``
    Good work records of OpenAlex that are not kept (a retracted article, a type not asked for): an earlier record of
    such a work does not count either.
``merged``
    Ids that OpenAlex merged into others: the day it was done (ISO date or null), the old id, and the id that took its
    place, null where the old one was deleted.
``journal_marks``, ``institution_marks``, ``subject_map``, ``indicator_rows``, ``metro_map``, ``country_map``
    Rows of the user's lists as they are written (:mod:`toolkit.corpus.lists`), one for each mark.
``corrections``
    One row for each correction of an author id (:mod:`toolkit.corpus.corrections`); ``work_id`` is null where it holds
    on every work.
``rejects``
    As in the canonical table. A reason that starts with ``kept`` is a note about a record that was kept; all others
    are records that were lost.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.pseudonyms import Pseudonyms
from toolkit.corpus.schema import TABLES
from toolkit.workspace import Workspace

__all__ = [
    "FORMAT",
    "RANKS",
    "SELDOM",
    "STAGING",
    "StagedInput",
    "StagingWriter",
    "read_meta",
    "source_label",
    "staging_folder",
    "staging_input",
    "write_meta",
    "write_staging_table",
]

FORMAT: Final = 13
"""Raised when a reader's output changes, so that old staging is read anew."""

RANKS: Final[dict[str, int]] = {"ror": 0, "institutions": 1, "tables": 2, "openalex": 3}
"""Kinds of input, and whose word about an institution counts first."""

_STRINGS: Final = pa.list_(pa.string())


def _texts(*names: str) -> pa.Schema:
    """Schema of a list: the line, and columns of text."""
    return pa.schema([("line", pa.int64()), *((name, pa.string()) for name in names)])


STAGING: Final[dict[str, pa.Schema]] = {
    "works": pa.schema(
        [
            ("record", pa.int64()),
            ("line", pa.int64()),
            ("work_id", pa.string()),
            ("doi", pa.string()),
            ("title", pa.string()),
            ("year", pa.int32()),
            ("type", pa.string()),
            ("journal_id", pa.string()),
            ("journal_name", pa.string()),
            ("journal_issn", pa.string()),
            ("journal_issns", _STRINGS),
            ("authors_truncated", pa.bool_()),
            ("updated", pa.string()),
        ]
    ),
    "authorships": pa.schema(
        [
            ("record", pa.int64()),
            ("author_position", pa.int32()),
            ("author_id", pa.string()),
            ("orcid", pa.string()),
            ("author_name", pa.string()),
            ("institution_ref", pa.string()),
            ("affiliation_text", pa.string()),
            ("city_ref", pa.string()),
            ("city_name", pa.string()),
            ("city_country", pa.string()),
            ("city_admin1", pa.string()),
            ("city_lat", pa.float64()),
            ("city_lon", pa.float64()),
        ]
    ),
    "institutions": pa.schema(
        [
            ("source", pa.string()),
            ("line", pa.int64()),
            ("rank", pa.int32()),
            ("updated", pa.string()),
            ("institution_ref", pa.string()),
            ("ror", pa.string()),
            ("name", pa.string()),
            ("types", _STRINGS),
            ("country", pa.string()),
            ("status", pa.string()),
            ("city_ref", pa.string()),
            ("city_name", pa.string()),
            ("city_country", pa.string()),
            ("admin1", pa.string()),
            ("admin1_code", pa.string()),
            ("lat", pa.float64()),
            ("lon", pa.float64()),
            ("lineage", _STRINGS),
            ("parents", _STRINGS),
            ("children", _STRINGS),
            ("marks", _STRINGS),
        ]
    ),
    "subjects": pa.schema(
        [
            ("record", pa.int64()),
            ("subject", pa.string()),
            ("topic", pa.string()),
            ("subfield", pa.string()),
            ("domain", pa.string()),
        ]
    ),
    "left_out": pa.schema(
        [
            ("record", pa.int64()),
            ("line", pa.int64()),
            ("work_id", pa.string()),
            ("reason", pa.string()),
            ("updated", pa.string()),
        ]
    ),
    "merged": pa.schema([("line", pa.int64()), ("merged", pa.string()), ("id", pa.string()), ("into_id", pa.string())]),
    "corrections": pa.schema(
        [("line", pa.int64()), ("author_id", pa.string()), ("becomes", pa.string()), ("work_id", pa.string())]
    ),
    "journal_marks": _texts("journal_id", "issn", "name", "mark"),
    "institution_marks": _texts("institution_id", "name", "country", "mark"),
    "subject_map": _texts("subject_from", "journal", "subject").append(pa.field("part", pa.float64())),
    "indicator_rows": _texts("level", "place_id", "place", "country", "region", "indicator", "unit", "source", "kind")
    .append(pa.field("year", pa.int32()))
    .append(pa.field("value", pa.float64())),
    "metro_map": _texts("place_id", "place", "country", "region", "metro_id", "metro"),
    "country_map": _texts("code", "becomes"),
    "rejects": TABLES["rejects"],
}

SELDOM: Final = (
    "left_out",
    "merged",
    "corrections",
    "journal_marks",
    "institution_marks",
    "subject_map",
    "indicator_rows",
    "metro_map",
    "country_map",
)
"""Tables that few inputs have; a folder holds no file of one without rows."""


@dataclass(frozen=True)
class StagedInput:
    """What ``meta.json`` says about a staged input.

    Attributes
    ----------
    kind
        A key of :data:`RANKS`, ``merged-ids``, ``corrections``, or a kind of list.
    source
        Short name of the input, see :func:`source_label`; stands in ``works.source`` and ``rejects.source``.
    path
        Where it was read from (several joined by ``", "``).
    content
        sha256 of the raw bytes, as hex.
    options
        Options that shaped the result.
    read, kept
        Records met, and works (institutions) kept.
    left_out
        Good records left out, by reason (``"type: dataset"``, ``"retracted"``).
    rejects
        Rows of the rejects table, by reason.
    facts
        Other counts worth telling (``"institutions with several locations"``).
    synthetic
        Whether a record said it is synthetic.
    snapshot
        Newest date in the records as ISO text, empty where they have none.
    tables
        Of an input that is several tables, ``read`` and ``rejects`` of each.
    """

    kind: str
    source: str
    path: str
    content: str
    options: Mapping[str, Any] = field(default_factory=dict)
    read: int = 0
    kept: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    rejects: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    synthetic: bool = False
    snapshot: str = ""
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def folder_name(self) -> str:
        """Name of its folder: equal content read with equal options has an equal name."""
        text = json.dumps([self.format, self.kind, self.source, self.content, self.options], sort_keys=True)
        return f"{self.kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def source_label(path: Path) -> str:
    """Short name of an input file: its folder's name and its own, whichever way the file was asked for.

    Examples
    --------
    >>> source_label(Path("/data/openalex/updated_date=2025-01-02/part_000.gz"))
    'updated_date=2025-01-02/part_000.gz'
    """
    absolute = path.absolute()
    return f"{absolute.parent.name}/{absolute.name}"


def staging_folder(workspace: Workspace, staged: StagedInput) -> Path:
    """Folder of the input; it exists when, and only when, the input has been read to its end."""
    return workspace.staging / staged.folder_name


@contextmanager
def staging_input(workspace: Workspace, name: str) -> Iterator[Path]:
    """Yield an empty folder to write the staging tables and ``meta.json`` to; renamed to ``name`` at the end.

    Tables that were not written are added without rows, but for those of :data:`SELDOM`. Nothing is left behind by
    an error or an interrupt.

    Parameters
    ----------
    workspace
        Where; the caller holds its writer lock.
    name
        :attr:`StagedInput.folder_name`.
    """
    final = workspace.staging / name
    beside = workspace.staging / f".{name}.new"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        yield beside
        for table, schema in STAGING.items():
            if table not in SELDOM and not (beside / f"{table}.parquet").exists():
                write_staging_table(beside, table, schema.empty_table())
        shutil.rmtree(final, ignore_errors=True)
        beside.rename(final)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _shaped(name: str, table: pa.Table) -> pa.Table:
    schema = STAGING[name]
    columns = [
        table.column(column.name).cast(column.type)
        if column.name in table.column_names
        else pa.nulls(table.num_rows, column.type)
        for column in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def write_staging_table(folder: Path, name: str, table: pa.Table) -> None:
    """Write staging table ``name``; columns it lacks are null, the others are cast to :data:`STAGING`."""
    pq.write_table(_shaped(name, table), folder / f"{name}.parquet", compression="zstd")


class StagingWriter:
    """Writes the staging tables piece by piece, for inputs that don't fit in memory at once.

    A context manager; pieces have the columns that :func:`write_staging_table` takes.

    Parameters
    ----------
    folder
        What :func:`staging_input` yields.
    pseudonyms
        Those of the workspace (:func:`~toolkit.corpus.pseudonyms.pseudonyms_of`): people are written under them.
    """

    def __init__(self, folder: Path, pseudonyms: Pseudonyms | None) -> None:
        self._folder = folder
        self._pseudonyms = pseudonyms
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def add(self, name: str, table: pa.Table) -> None:
        """Append rows to staging table ``name``."""
        if table.num_rows == 0:
            return
        if name not in self._writers:
            path = self._folder / f"{name}.parquet"
            self._writers[name] = pq.ParquetWriter(path, STAGING[name], compression="zstd")
        rows = _shaped(name, table)
        self._writers[name].write_table(rows if self._pseudonyms is None else self._pseudonyms.staged(name, rows))


def write_meta(folder: Path, staged: StagedInput) -> None:
    """Write ``meta.json`` into the folder that :func:`staging_input` yields."""
    text = json.dumps(asdict(staged), indent=1, sort_keys=True, ensure_ascii=False)
    path = folder / "meta.json"
    with path.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_meta(folder: Path) -> StagedInput | None:
    """Meta of a staged input; ``None`` where the folder is missing, or written by another version."""
    try:
        data = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return None
    return StagedInput(**{key: data[key] for key in StagedInput.__dataclass_fields__ if key in data})
