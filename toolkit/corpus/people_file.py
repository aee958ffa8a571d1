"""A file of people: who belongs to which group, and perhaps the year of an event in their career."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from toolkit.corpus.jsonlines import RawFile, find_files
from toolkit.corpus.plain.table_files import TABLE_SUFFIXES, TableFile
from toolkit.corpus.registry import openalex_id
from toolkit.errors import BadRecord, DataError

__all__ = ["Person", "people_in", "short_orcid"]

_ORCID: Final = re.compile(r"(?:https?://)?(?:www\.)?(?:orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])/?")
_YEARS: Final = range(1500, 2101)


class Person(NamedTuple):
    """A row of the file: ``author_id`` or ``orcid`` is empty text where the row has none."""

    line: int
    author_id: str
    orcid: str
    group: str
    event_year: int | None


def short_orcid(text: str) -> str:
    """An ORCID as ``0000-0002-1825-0097``, whichever way it is written; empty text where it is none.

    Examples
    --------
    >>> short_orcid("https://orcid.org/0000-0002-1825-009x"), short_orcid("none")
    ('0000-0002-1825-009X', '')
    """
    match = _ORCID.fullmatch(text.strip())
    return "-".join(match.groups()).upper() if match else ""


def people_in(path: str | Path) -> tuple[list[Person], list[dict[str, Any]]]:
    r"""People of a table with ``author_id`` or ``orcid``, ``group``, and perhaps ``event_year``.

    Parameters
    ----------
    path
        csv, tsv or Parquet.

    Returns
    -------
    tuple
        The rows that can be used, and those that can't: ``line``, ``reason``, ``excerpt``.

    Raises
    ------
    SettingsError
        The file does not exist.
    MissingColumn
        A needed column is not there.
    DataError
        The file is no table, or no row can be used.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = file.write_text("author_id,group,event_year\nA5,returnees,2012\n,returnees,\n")
    >>> people, bad = people_in(file)
    >>> people[0][1:], bad[0]["reason"]
    (('A5', '', 'returnees', 2012), 'neither author id nor ORCID')
    """
    file: RawFile = find_files([path], what="people", suffixes=TABLE_SUFFIXES)[0]
    table = TableFile(file, "people", {})
    people: list[Person] = []
    bad: list[dict[str, Any]] = []
    for batch in table.batches():
        for row in batch.to_pylist():
            try:
                people.append(_person(row))
            except BadRecord as error:
                text = ", ".join(value for name, value in row.items() if name != "line" and value)
                bad.append({"line": row["line"], "reason": str(error), "excerpt": text})
    bad += [{name: row[name] for name in ("line", "reason", "excerpt")} for row in table.rejects().to_pylist()]
    if not people:
        raise DataError(f"{file.path}: no row names a person with a group ({len(bad)} can't be used).")
    return people, sorted(bad, key=lambda row: row["line"])


def _person(row: dict[str, Any]) -> Person:
    said = {name: (row.get(name) or "").strip() for name in ("author_id", "orcid", "cohort", "event_year")}
    orcid = short_orcid(said["orcid"]) or short_orcid(said["author_id"])
    author_id = "" if short_orcid(said["author_id"]) else openalex_id("A", said["author_id"]) or said["author_id"]
    if said["orcid"] and not orcid:
        raise BadRecord("the ORCID is none")
    if not (author_id or orcid):
        raise BadRecord("neither author id nor ORCID")
    if not said["cohort"]:
        raise BadRecord("no group")
    year = said["event_year"]
    if year and (not re.fullmatch(r"[0-9]{4}(\.0*)?", year) or int(year[:4]) not in _YEARS):
        raise BadRecord("the event's year is no year")
    return Person(row["line"], author_id, orcid, said["cohort"], int(year[:4]) if year else None)
