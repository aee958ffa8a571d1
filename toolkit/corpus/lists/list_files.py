"""Reading lists: csv, tsv or Parquet, one kind of row for each kind of list."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from toolkit.corpus.countries import country_code
from toolkit.corpus.jsonlines import find_files
from toolkit.corpus.plain.row_reader import BadRow, Found, Row, read_rows
from toolkit.corpus.plain.table_files import TABLE_SUFFIXES
from toolkit.corpus.read_once import read_once, require_a_good_row
from toolkit.corpus.schema import INDICATOR_KINDS
from toolkit.corpus.staging import StagedInput
from toolkit.errors import BadParameter
from toolkit.workspace import Workspace

__all__ = ["LISTS", "Paths", "stage_lists"]

Paths = str | Path | Sequence[str | Path]

_LARGEST_PART: Final = 1e9
"""Larger parts would make sums of parts infinite."""
_YEARS: Final = range(1500, 2101)


def _said(row: Row, field: str) -> str | None:
    return (row.get(field) or "").strip() or None


def _marks(row: Row, default: str) -> list[str]:
    return sorted({mark.strip() for mark in re.split("[|;]", row.get("mark") or "") if mark.strip()}) or [default]


def _journal(row: Row, default: str) -> Found:
    found = {"journal_id": _said(row, "journal_id"), "issn": _said(row, "issn"), "name": _said(row, "name")}
    if not any(found.values()):
        raise BadRow("no journal")
    return [{**found, "mark": mark} for mark in _marks(row, default)]


def _institution(row: Row, default: str) -> Found:
    found = {
        "institution_id": _said(row, "institution_id"),
        "name": _said(row, "name"),
        "country": _said(row, "country"),
    }
    if not (found["institution_id"] or found["name"]):
        raise BadRow("no institution")
    return [{**found, "mark": mark} for mark in _marks(row, default)]


def _subject(row: Row, default: str) -> Found:  # noqa: ARG001 (every kind of row is read alike)
    found = {"subject_from": _said(row, "subject_from"), "journal": _said(row, "journal")}
    subject, text = _said(row, "subject"), _said(row, "part")
    if not any(found.values()):
        raise BadRow("no subject and no journal to map from")
    if subject is None:
        raise BadRow("no subject to map to")
    part = 1.0 if text is None else _number(text, "the part")
    if part <= 0:
        raise BadRow("the part is not above 0")
    if part > _LARGEST_PART:
        raise BadRow(f"the part is above {_LARGEST_PART:g}")
    return [{**found, "subject": subject, "part": part}]


def _indicator(row: Row, default: str) -> Found:
    texts = ("level", "place_id", "place", "country", "region", "unit")
    found: dict[str, Any] = {name: _said(row, name) for name in texts}
    if not any(found[name] for name in ("place_id", "place", "country")):
        raise BadRow("no place")
    if (found["level"] or "city").lower() not in ("city", "region", "country"):
        raise BadRow("the level is none of city, region, country")
    kind = (_said(row, "kind") or "").lower() or None
    if kind is not None and kind not in INDICATOR_KINDS:
        raise BadRow(f"the kind is none of {', '.join(INDICATOR_KINDS)}")
    indicator, year, value = _said(row, "indicator"), _said(row, "year"), _said(row, "value")
    if indicator is None:
        raise BadRow("no indicator")
    if year is None or not re.fullmatch(r"[0-9]{4}(\.0*)?", year) or int(year[:4]) not in _YEARS:
        raise BadRow("the year is no year")
    if value is None:
        raise BadRow("no value")
    found |= {"kind": kind, "year": int(year[:4]), "indicator": indicator, "value": _number(value, "the value")}
    return [found | {"source": _said(row, "source") or default, "level": found["level"] and found["level"].lower()}]


def _metro(row: Row, default: str) -> Found:  # noqa: ARG001 (every kind of row is read alike)
    found = {name: _said(row, name) for name in ("place_id", "place", "country", "region", "metro_id", "metro")}
    if not (found["place_id"] or found["place"]):
        raise BadRow("no city")
    if found["metro_id"] is None:
        raise BadRow("no metropolitan area")
    return [found]


def _country(row: Row, default: str) -> Found:  # noqa: ARG001 (every kind of row is read alike)
    found: dict[str, Any] = {}
    for field in ("code", "becomes"):
        said = _said(row, field)
        if said is None:
            raise BadRow("no country" if field == "code" else "no country that it becomes")
        own = said.upper() if field == "code" and re.fullmatch("[A-Za-z]{2}", said) else None
        found[field] = country_code(said) or own  # two letters that ISO lacks may be a code of the records
        if found[field] is None:
            raise BadRow(f"unknown country: {said}")
    if found["code"] == found["becomes"]:
        raise BadRow("the country becomes itself")
    return [found]


def _number(text: str, what: str) -> float:
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadRow(f"{what} is no number")
    return number


LISTS: Final[dict[str, tuple[str, Callable[..., Found]]]] = {
    "journals": ("journal_marks", _journal),
    "marks": ("institution_marks", _institution),
    "subject-map": ("subject_map", _subject),
    "indicators": ("indicator_rows", _indicator),
    "metro": ("metro_map", _metro),
    "countries": ("country_map", _country),
}
"""Kind of list -> its staging table, and what a row of it says."""


def stage_lists(
    workspace: Workspace, lists: Mapping[str, Paths | None], *, name: str | None = None, strict: bool = False
) -> list[StagedInput]:
    """Staged inputs of lists, each file read now unless it was before.

    Parameters
    ----------
    workspace
        The caller holds its writer lock.
    lists
        Kind of list (:data:`LISTS`) -> files and folders.
    name
        Mark, or source of indicators, for rows that have none; ``None`` takes each file's name without its ending.
    strict
        Raise at the first bad row instead of setting it aside.

    Raises
    ------
    SettingsError
        A path does not exist.
    MissingColumn
        A needed column is not there.
    BadParameter
        There is no such kind of list.
    BadRecord
        A row is bad, and ``strict`` was asked for.
    DataError
        The files of a kind have rows, and none that can be used: they would take the place of good ones.
    """
    staged: list[StagedInput] = []
    for kind, paths in lists.items():
        if kind not in LISTS:
            raise BadParameter("lists", kind, f"one of {', '.join(LISTS)}")
        given = [paths] if isinstance(paths, str | Path) else list(paths or ())
        if not given:
            continue
        table, parse = LISTS[kind]
        of_kind = []
        for file in find_files(given, what=f"a list of {kind}", suffixes=TABLE_SUFFIXES):
            called = (name or "").strip() or file.path.name.split(".")[0]
            read = partial(read_rows, kind=kind, table=table, parse=partial(parse, default=called), strict=strict)
            of_kind.append(read_once(workspace, kind, file, read, options={"name": called}, strict=strict))
        require_a_good_row(of_kind, what=f"a list of {kind}")
        staged += of_kind
    return staged
