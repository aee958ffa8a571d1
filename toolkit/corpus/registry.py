"""Registries of institutions, a record at a time: ROR and OpenAlex institutions go through here."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import pyarrow as pa

from toolkit.corpus.json_records import record_blocks
from toolkit.corpus.jsonlines import RawFile, excerpt
from toolkit.corpus.placeholders import OPENALEX, ROR
from toolkit.corpus.staging import RANKS, STAGING, StagingWriter
from toolkit.errors import BadRecord

__all__ = [
    "NO_COORDINATES",
    "NO_DATE",
    "REPLACED",
    "TWICE",
    "Parsed",
    "RegistryReader",
    "country_code",
    "degrees",
    "geonames_id",
    "iso_time",
    "openalex_id",
    "ror_id",
    "text_of",
]

_DAY: Final = 10
_BLOCK_BYTES: Final = 4 << 20
_ROWS: Final = 5_000
_BEFORE: Final = b"the records before it were read"
_ESCAPED: Final = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
TWICE: Final = "kept: an object has a key twice, the last one was used"
NO_DATE: Final = "kept without a date of modification: it is none"
NO_COORDINATES: Final = "kept without coordinates: they can't be"
REPLACED: Final = "kept: characters that are no text (NUL, half a surrogate pair) were replaced"
_ROR: Final = re.compile(r"(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-z]{6}[0-9]{2})/?", re.IGNORECASE)
_GEONAMES: Final = re.compile(r"0*[1-9][0-9]{0,11}")
_OPENALEX: Final = re.compile(
    r"(?:https?://)?(?:(?:api\.|www\.)?openalex\.org/)?(?:[a-z]+/)?([A-Z][0-9]+)", re.IGNORECASE
)


@dataclass(frozen=True)
class Parsed:
    """One registry record: its row of staging table ``institutions``, and what to count about it.

    ``updated`` is when the registry last modified it, empty where it does not say; ``notes`` are reasons for the table
    of rejects that begin with ``kept``.
    """

    row: Mapping[str, Any]
    facts: tuple[str, ...] = ()
    updated: str = ""
    notes: tuple[str, ...] = ()
    synthetic: bool = False


@dataclass
class RegistryReader:
    """Reads files of one registry's records.

    Parameters
    ----------
    kind
        Key of :data:`~toolkit.corpus.staging.RANKS`.
    parse
        Makes a row of a record. ``ValueError`` is a bad record, with its reason; a ``TypeError``, ``AttributeError``
        or ``KeyError`` means that a field has a wrong type.
    strict
        Raise at the first bad record instead of quarantining it.
    """

    kind: str
    parse: Callable[[Mapping[str, Any]], Parsed]
    strict: bool = False

    def read(self, file: RawFile, writer: StagingWriter) -> dict[str, Any]:
        """Read ``file`` into ``writer``; returns the counts of :class:`~toolkit.corpus.staging.StagedInput`.

        Raises
        ------
        BadRecord
            A record is bad and ``strict`` was asked for.
        """
        rejects, facts = Counter[str](), Counter[str]()
        good, bad = _Rows(writer, "institutions"), _Rows(writer, "rejects")
        read = kept = 0
        synthetic, snapshot = False, ""

        def listed(line: int, reason: str, text: bytes | str) -> None:
            rejects[reason] += 1
            bad.add({"source": file.label, "line": line, "reason": reason, "excerpt": excerpt(text)})

        for line, data, damage in _records(file):
            read += not damage
            parsed, reason = (None, damage) if damage else self._judged(data)
            if parsed is None:
                if self.strict:
                    raise BadRecord(f"{file.path}:{line}: {reason}: {excerpt(data)}")
                listed(line, reason, data)
                continue
            kept += 1
            for note in parsed.notes:
                listed(line, note, data)
            synthetic |= parsed.synthetic
            snapshot = max(snapshot, parsed.updated[:10])
            facts.update(parsed.facts)
            good.add({"line": line, "rank": RANKS[self.kind], "updated": parsed.updated or None, **parsed.row})
        good.flush()
        bad.flush()
        return {
            "read": read,
            "kept": kept,
            "left_out": {},
            "rejects": dict(sorted(rejects.items())),
            "facts": dict(sorted(facts.items())),
            "synthetic": synthetic,
            "snapshot": snapshot,
        }

    def _judged(self, data: bytes) -> tuple[Parsed | None, str]:
        """The record, or ``None`` and why it is rejected."""
        record, reason, notes = _loaded(data)
        if reason or not isinstance(record, dict):
            return None, reason or "not an object"
        try:
            parsed = self.parse(record)
        except (TypeError, AttributeError, KeyError, OverflowError):
            return None, "wrong type in a field"
        except ValueError as error:
            return None, str(error)
        return replace(parsed, notes=(*notes, *parsed.notes), synthetic=record.get("synthetic") is True), ""


class _Rows:
    """Rows of one staging table, written some thousands at a time."""

    def __init__(self, writer: StagingWriter, table: str) -> None:
        self._writer, self._table = writer, table
        self._rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= _ROWS:
            self.flush()

    def flush(self) -> None:
        self._writer.add(self._table, pa.Table.from_pylist(self._rows, schema=STAGING[self._table]))
        self._rows.clear()


def _records(file: RawFile) -> Iterator[tuple[int, bytes, str]]:
    """``(line, bytes, damage)`` of each record; ``line`` is its number where records are not on lines."""
    for block in record_blocks(file.path, size=_BLOCK_BYTES):
        for line, data in enumerate(block.data.split(b"\n"), start=block.first_line):
            if data.strip():
                yield line, data, ""
        if block.damage:
            yield block.first_line + block.lines, _BEFORE, block.damage


def _loaded(data: bytes) -> tuple[Any, str, list[str]]:
    """The record, or why it is none, and notes on what was changed in it."""
    notes: list[str] = []

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs) and TWICE not in notes:
            notes.append(TWICE)
        return found

    try:
        record = json.loads(data.decode("utf-8"), object_pairs_hook=made)
        if _ESCAPED.search(data):
            text = json.dumps(record, ensure_ascii=False)
            whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            whole = _NUL.sub("\\1\ufffd", whole)
            if whole != text:
                notes.append(REPLACED)
                record = json.loads(whole)
    except UnicodeDecodeError:
        return None, "wrong encoding", []
    except (ValueError, RecursionError):
        return None, "broken JSON", []
    return record, "", notes


def text_of(value: Any) -> str | None:
    """Text without outer blanks; ``None`` where there is none."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError
    return value.strip() or None


def iso_time(value: Any) -> str:
    """A date, or date and time, in ISO form; empty text where ``value`` is none.

    Examples
    --------
    >>> iso_time("2026-03-01"), iso_time("2026-03-01T10:00:00.5"), iso_time("2026-13-01"), iso_time(20260301)
    ('2026-03-01', '2026-03-01T10:00:00.5', '', '')
    """
    try:
        text = value.strip()[:26]
        date.fromisoformat(text[:10])
    except (AttributeError, ValueError):
        return ""
    return text if len(text) == _DAY or text[_DAY] in "T " else ""


def ror_id(value: Any) -> str | None:
    """Short form of a ROR id, ``None`` where it is none or a placeholder.

    Examples
    --------
    >>> ror_id("https://ror.org/00HJ54H04")
    '00hj54h04'
    """
    match = _ROR.fullmatch(value.strip()) if isinstance(value, str) else None
    found = match[1].lower() if match else None
    return None if found in ROR else found


def openalex_id(letter: str, value: Any) -> str | None:
    """Short form of an OpenAlex id of the kind ``letter``, ``None`` where it is none or a placeholder.

    Examples
    --------
    >>> openalex_id("I", "https://openalex.org/i86519309")
    'I86519309'
    """
    match = _OPENALEX.fullmatch(value.strip()) if isinstance(value, str) else None
    found = match[1].upper() if match else None
    return found if found and found.startswith(letter) and found not in OPENALEX else None


def geonames_id(value: Any) -> str | None:
    """A GeoNames id as digits; ``None`` for nothing, zero, or anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    text = re.sub(r"^(?:https?://)?(?:www\.|sws\.)?geonames\.org/|/.*$", "", text)
    return text if _GEONAMES.fullmatch(text) else None


def country_code(value: Any) -> str | None:
    """Two capital letters; ``NA`` is Namibia and not a missing value."""
    text = value.strip().upper() if isinstance(value, str) else ""
    return text if re.fullmatch(r"[A-Z]{2}", text) else None


def degrees(value: Any, limit: float) -> float | None:
    """A coordinate within ``-limit`` and ``limit`` [degrees]; ``None`` for nothing or one outside."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    # an integer may be larger than any float
    return float(value) if -limit <= value <= limit else None
