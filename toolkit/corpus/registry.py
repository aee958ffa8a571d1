"""Registries of institutions, a record at a time: ROR and OpenAlex institutions go through here."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pyarrow as pa

from toolkit.corpus.json_records import record_blocks
from toolkit.corpus.jsonlines import RawFile, excerpt
from toolkit.corpus.placeholders import OPENALEX, ROR
from toolkit.corpus.staging import RANKS, STAGING, StagingWriter
from toolkit.errors import BadRecord

__all__ = [
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
_BLOCK_BYTES: Final = 16 << 20
_BEFORE: Final = "the records before it were read"
_ROR: Final = re.compile(r"(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-z]{6}[0-9]{2})/?", re.IGNORECASE)
_OPENALEX: Final = re.compile(
    r"(?:https?://)?(?:(?:api\.|www\.)?openalex\.org/)?(?:[a-z]+/)?([A-Z][0-9]+)", re.IGNORECASE
)


@dataclass(frozen=True)
class Parsed:
    """One registry record: its row of staging table ``institutions``, and what to count about it.

    ``updated`` is when the registry last modified it, empty where it does not say.
    """

    row: Mapping[str, Any]
    facts: tuple[str, ...] = ()
    updated: str = ""


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
    _rows: list[dict[str, Any]] = field(default_factory=list)

    def read(self, file: RawFile, writer: StagingWriter) -> dict[str, Any]:
        """Read ``file`` into ``writer``; returns the counts of :class:`~toolkit.corpus.staging.StagedInput`.

        Raises
        ------
        BadRecord
            A record is bad and ``strict`` was asked for.
        """
        counts: dict[str, Counter[str]] = {"rejects": Counter(), "facts": Counter()}
        read = kept = 0
        synthetic, snapshot = False, ""
        for line, record, problem, text in _records(file):
            read += text is not _BEFORE
            parsed, reason = (None, problem) if problem else self._parsed(record)
            if parsed is None:
                if self.strict:
                    raise BadRecord(f"{file.path}:{line}: {reason}: {text}")
                reject = {"source": file.label, "line": line, "reason": reason, "excerpt": text}
                writer.add("rejects", pa.Table.from_pylist([reject], schema=STAGING["rejects"]))
                counts["rejects"][reason] += 1
                continue
            kept += 1
            synthetic |= record.get("synthetic") is True
            snapshot = max(snapshot, parsed.updated[:10])
            counts["facts"].update(parsed.facts)
            self._rows.append({"line": line, "rank": RANKS[self.kind], "updated": parsed.updated or None, **parsed.row})
            if len(self._rows) >= 20_000:
                self._flush(writer)
        self._flush(writer)
        return {
            "read": read,
            "kept": kept,
            "left_out": {},
            "rejects": dict(sorted(counts["rejects"].items())),
            "facts": dict(sorted(counts["facts"].items())),
            "synthetic": synthetic,
            "snapshot": snapshot,
        }

    def _flush(self, writer: StagingWriter) -> None:
        writer.add("institutions", pa.Table.from_pylist(self._rows, schema=STAGING["institutions"]))
        self._rows.clear()

    def _parsed(self, record: Any) -> tuple[Parsed | None, str]:
        if not isinstance(record, dict):
            return None, "not an object"
        try:
            return self.parse(record), ""
        except (TypeError, AttributeError, KeyError):
            return None, "wrong type in a field"
        except ValueError as error:
            return None, str(error)


def _records(file: RawFile) -> Iterator[tuple[int, Any, str, str]]:
    """``(line, record, problem, excerpt)`` of each record; ``line`` is its number where records are not on lines."""
    for block in record_blocks(file.path, size=_BLOCK_BYTES):
        for line, data in enumerate(block.data.split(b"\n"), start=block.first_line):
            if data.strip():
                record, problem = _loaded(data)
                yield line, record, problem, excerpt(data)
        if block.damage:
            yield block.first_line + block.lines, None, block.damage, _BEFORE


def _loaded(data: bytes) -> tuple[Any, str]:
    try:
        return json.loads(data.decode("utf-8")), ""
    except UnicodeDecodeError:
        return None, "wrong encoding"
    except (ValueError, RecursionError):
        return None, "broken JSON"


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
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    text = re.sub(r"^(?:https?://)?(?:www\.|sws\.)?geonames\.org/|/.*$", "", text)
    return text if text.isascii() and text.isdigit() and int(text) > 0 else None


def country_code(value: Any) -> str | None:
    """Two capital letters; ``NA`` is Namibia and not a missing value."""
    text = value.strip().upper() if isinstance(value, str) else ""
    return text if re.fullmatch(r"[A-Z]{2}", text) else None


def degrees(value: Any, limit: float) -> float | None:
    """A coordinate within ``-limit`` and ``limit`` [degrees]; ``None`` for nothing or one outside."""
    if value is None:
        return None
    if not isinstance(value, int | float):
        raise TypeError
    number = float(value)
    return number if -limit <= number <= limit else None
