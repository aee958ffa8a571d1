"""Laying the staged lists over the tables while these are put together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import duckdb
import pyarrow as pa

from toolkit.corpus.lists.country_map import change_countries, country_changes, known_countries
from toolkit.corpus.lists.matching import InstitutionIndex, JournalIndex
from toolkit.corpus.lists.places import PlaceIndex
from toolkit.corpus.names import folded, names_alike
from toolkit.corpus.schema import TABLES

__all__ = ["EXAMPLES", "lay_lists"]

EXAMPLES: Final = 3
"""Rows that matched nothing, named for each list."""
_LONGEST_TEXT: Final = 100

_MARKED: Final = pa.schema([("id", pa.string()), ("marks", pa.list_(pa.string()))])
_MAP: Final = pa.schema([("key", pa.string()), ("to_subject", pa.string()), ("to_part", pa.float64())])
_METROS: Final = pa.schema([("city", pa.string()), ("area", pa.string()), ("called", pa.string())])

_JOURNALS: Final = """
WITH said AS (
    SELECT DISTINCT s.journal_id, s.journal_name,
        unnest(list_append(coalesce(s.journal_issns, []), s.journal_issn)) AS i
    FROM winners w JOIN staged_works s USING (input, record) WHERE w.wins AND s.journal_id IS NOT NULL
)
SELECT journal_id, journal_name, i FROM said ORDER BY ALL
"""
_INSTITUTIONS: Final = """
SELECT DISTINCT institution_id, f.name, coalesce(i.country, f.country) AS country
FROM institutions i LEFT JOIN facts f USING (institution_id)
UNION SELECT institution_id, name, country FROM institutions ORDER BY ALL
"""
_CITIES: Final = """
WITH named AS (
    SELECT city_id, name, ascii_name FROM cities
    UNION SELECT coalesce(m.kept_id, f.city_id), f.city_name, f.city_name
    FROM facts f LEFT JOIN merged_cities m ON m.old_id = f.city_id WHERE f.city_id IS NOT NULL
)
SELECT DISTINCT c.city_id, n.name, n.ascii_name, c.country, c.admin1, c.region
FROM cities c JOIN named n USING (city_id) ORDER BY ALL
"""
# parts of a work add up to 1 over the subjects that the map knows
_MAPPED: Final = """
CREATE OR REPLACE TABLE subjects AS
WITH by_journal AS (
    SELECT w.work_id, m.to_subject AS subject, m.to_part AS part, '' AS old
    FROM works w JOIN journal_subjects m ON m.key = w.journal_id
), by_subject AS (
    SELECT s.work_id, m.to_subject AS subject, s.part * m.to_part AS part, s.subject AS old
    FROM subjects s JOIN subject_subjects m ON m.key = s.subject ANTI JOIN by_journal j ON j.work_id = s.work_id
), added AS (
    SELECT work_id, subject, sum(part ORDER BY old) AS part
    FROM (FROM by_journal UNION ALL FROM by_subject) GROUP BY work_id, subject
)
SELECT work_id, subject, part / sum(part) OVER (
    PARTITION BY work_id ORDER BY subject ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
) AS part FROM added
"""
_UNMAPPED: Final = """
SELECT s.subject, count(*) FROM subjects s ANTI JOIN subject_subjects m ON m.key = s.subject
ANTI JOIN (SELECT work_id FROM works JOIN journal_subjects ON key = journal_id) j ON j.work_id = s.work_id
GROUP BY s.subject ORDER BY s.subject
"""


class _Laid:
    """Counts of each list, the rows to be listed, and the first rows of each list that matched nothing."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.examples: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.rejects: list[dict[str, Any]] = []

    def count(self, kind: str, row: Mapping[str, Any], found: Sequence[str]) -> None:
        """Count a row of a list, matched where it has found something."""
        counts = self.counts[kind, row["label"]]
        counts["rows"] += 1
        counts["matched"] += bool(found)

    def note(self, row: Mapping[str, Any], reason: str, parts: Iterable[Any]) -> None:
        """List a row, with its text."""
        self.rejects.append({"source": row["label"], "line": row["line"], "reason": reason, "excerpt": _text(parts)})

    def unmatched(
        self,
        kind: str,
        row: Mapping[str, Any],
        reason: str,
        parts: Sequence[Any],
        alike: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """List a row that matched nothing; of the first ones also what looks like it."""
        self.note(row, reason, parts)
        examples = self.examples[kind, row["label"]]
        if len(examples) < EXAMPLES:
            said = {"line": row["line"], "row": _text(parts)[:_LONGEST_TEXT], "reason": reason.removeprefix("kept: ")}
            examples.append(said | {"alike": list(alike())})


def _text(parts: Iterable[Any]) -> str:
    return ", ".join(str(part) for part in parts if part not in (None, ""))


def lay_lists(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Lay all staged lists over tables ``journals``, ``institutions``, ``subjects``, ``indicators`` and ``cities``.

    Other lists are matched by the countries of the records; the country map comes last.

    Parameters
    ----------
    db
        Connection with the canonical tables, ``rejects`` among them.

    Returns
    -------
    list of dict
        ``kind``, ``source``, ``rows``, ``matched`` and ``unmatched`` of each list, in a stable order, and ``examples``:
        ``line``, ``row``, ``reason`` and ``alike`` (what looks like it) of the first rows that matched nothing. All of
        these are added to ``rejects``.
    """
    laid = _Laid()
    journals = _journal_index(db)
    _mark_journals(db, journals, laid)
    _mark_institutions(db, laid)
    _map_subjects(db, journals, laid)
    countries = _country_map(db, laid)
    _lay_indicators(db, laid, countries)
    _map_metros(db, laid)
    change_countries(db, countries)
    if laid.rejects:
        _given(db, laid.rejects, TABLES["rejects"])
        db.execute("INSERT INTO rejects SELECT * FROM given")
    return [
        {
            "kind": kind,
            "source": source,
            "rows": counts["rows"],
            "matched": counts["matched"],
            "unmatched": counts["rows"] - counts["matched"],
            "examples": laid.examples[kind, source],
        }
        for (kind, source), counts in sorted(laid.counts.items())
    ]


def _rows(db: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    cursor = db.execute(f"SELECT * FROM staged_{table} ORDER BY input, line")  # noqa: S608 (our own names)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _given(db: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
    db.register("given", pa.Table.from_pylist(list(rows), schema=schema))


def _journal_index(db: duckdb.DuckDBPyConnection) -> JournalIndex:
    asked = db.execute(
        "SELECT (SELECT count(*) FROM staged_journal_marks) + (SELECT count(journal) FROM staged_subject_map)"
    ).fetchall()[0][0]
    return JournalIndex(db.execute(_JOURNALS).fetchall() if asked else ())


def _mark_journals(db: duckdb.DuckDBPyConnection, index: JournalIndex, laid: _Laid) -> None:
    marks: dict[str, set[str]] = defaultdict(set)
    for row in _rows(db, "journal_marks"):
        found = index.found(row["journal_id"], row["issn"], row["name"])
        if len(found) > 1 and not index.found(None, row["issn"]):
            laid.unmatched("journals", row, "kept: a journal's name that several journals have", (row["name"], *found))
            found = []
        elif not found:
            parts = (row["journal_id"], row["issn"], row["name"])
            reason = "kept: a journal on a list that no work names"
            laid.unmatched("journals", row, reason, parts, partial(index.alike, row["name"]))
        laid.count("journals", row, found)
        for one in found:
            marks[one].add(row["mark"])
    _write_marks(db, "journals", "journal_id", marks)


def _mark_institutions(db: duckdb.DuckDBPyConnection, laid: _Laid) -> None:
    rows = _rows(db, "institution_marks")
    if not rows:
        return
    others = db.execute("SELECT ref, ror FROM ror_of ORDER BY ALL").fetchall()
    index = InstitutionIndex(db.execute(_INSTITUTIONS).fetchall(), others)
    marks: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found = index.found(row["institution_id"], row["name"], row["country"])
        if len(found) > 1:
            reason = "kept: an institution's name that several institutions have"
            laid.unmatched("marks", row, reason, (row["name"], *found))
            found = []
        elif not found:
            parts = (row["institution_id"], row["name"], row["country"])
            reason = "kept: an institution on a list that no work names"
            laid.unmatched("marks", row, reason, parts, partial(index.alike, row["name"]))
        laid.count("marks", row, found)
        for one in found:
            marks[one].add(row["mark"])
    _write_marks(db, "institutions", "institution_id", marks)


def _write_marks(db: duckdb.DuckDBPyConnection, table: str, key: str, marks: Mapping[str, set[str]]) -> None:
    if marks:
        _given(db, [{"id": one, "marks": sorted(found)} for one, found in sorted(marks.items())], _MARKED)
        db.execute(
            f"UPDATE {table} SET marks = list_sort(list_distinct(list_concat({table}.marks, given.marks))) "  # noqa: S608
            f"FROM given WHERE {table}.{key} = given.id"
        )


def _map_subjects(db: duckdb.DuckDBPyConnection, index: JournalIndex, laid: _Laid) -> None:
    rows = _rows(db, "subject_map")
    if not rows:
        return
    known: dict[str, list[str]] = defaultdict(list)
    for (subject,) in db.execute("SELECT DISTINCT subject FROM subjects ORDER BY 1").fetchall():
        known[folded(subject)].append(subject)
    shown = {name: subjects[0] for name, subjects in known.items()}
    maps: dict[str, dict[str, dict[str, float]]] = {"journal": {}, "subject": {}}
    for row in rows:
        what = "journal" if row["journal"] else "subject"
        found = index.any_of(row["journal"]) if row["journal"] else known.get(folded(row["subject_from"]), [])
        if not found:
            parts = (row["journal"] or row["subject_from"], row["subject"])
            alike = partial(index.alike, row["journal"]) if row["journal"] else partial(names_alike, parts[0], shown)
            laid.unmatched("subject-map", row, f"kept: a {what} of the subject map that no work has", parts, alike)
        laid.count("subject-map", row, found)
        for one in found:
            used = maps[what].setdefault(one, {}).setdefault(row["subject"], row["part"])
            if used != row["part"]:
                said = (row["journal"] or row["subject_from"], row["subject"], row["part"])
                laid.note(row, f"another part of this {what} and subject was taken: {used:g}", said)
    for what, mapped in maps.items():
        weights = [
            {"key": key, "to_subject": subject, "to_part": part / sum(targets.values())}
            for key, targets in sorted(mapped.items())
            for subject, part in sorted(targets.items())
        ]
        _given(db, weights, _MAP)
        db.execute(f"CREATE TABLE {what}_subjects AS SELECT * FROM given")  # noqa: S608 (our own names)
    for subject, works in db.execute(_UNMAPPED).fetchall():
        unknown = rows[0] | {"line": 0}
        laid.note(unknown, "kept: a subject that the subject map does not know", (subject, f"{works} works"))
    db.execute(_MAPPED)


def _country_map(db: duckdb.DuckDBPyConnection, laid: _Laid) -> dict[str, str]:
    rows = _rows(db, "country_map")
    if not rows:
        return {}
    changes, reasons = country_changes(rows, known_countries(db))
    for row, reason in zip(rows, reasons, strict=True):
        if reason:
            laid.unmatched("countries", row, f"kept: {reason}", (row["code"], row["becomes"]))
        laid.count("countries", row, [] if reason else [row["becomes"]])
    return changes


def _lay_indicators(db: duckdb.DuckDBPyConnection, laid: _Laid, countries: Mapping[str, str]) -> None:
    rows = _rows(db, "indicator_rows")
    if not rows:
        return
    index = PlaceIndex(db.execute(_CITIES).fetchall(), _city_ids_left(db))
    kept: dict[tuple[str, int, str, str], dict[str, Any]] = {}
    for row in rows:
        found, reason = index.found(row)
        said = (row["level"], row["place_id"], row["place"], row["region"], row["country"])
        value = (row["year"], row["indicator"], row["value"])
        if found in countries:
            found, reason = "", f"unknown place: the country map makes {found} {countries[found]}"
        if found:
            key = (found, row["year"], row["indicator"], row["source"])
            earlier = kept.setdefault(key, row | {"place_id": found})
            if earlier["line"] != row["line"] or earlier["input"] != row["input"]:
                same = (earlier["value"], earlier["unit"]) == (row["value"], row["unit"])
                reason = "kept: the same value once more" if same else "another value of this place and year was taken"
        if reason and not found:
            laid.unmatched("indicators", row, reason, (*said, *value), partial(index.alike, row))
        elif reason:
            laid.note(row, reason, (*said, *value))
        laid.count("indicators", row, [found] if found else [])
    _given(db, list(kept.values()), TABLES["indicators"])
    db.execute("INSERT INTO indicators SELECT place_id, year, indicator, value, unit, source, kind FROM given")


def _map_metros(db: duckdb.DuckDBPyConnection, laid: _Laid) -> None:
    rows = _rows(db, "metro_map")
    if not rows:
        return
    index = PlaceIndex(db.execute(_CITIES).fetchall(), _city_ids_left(db))
    areas: dict[str, dict[str, Any]] = {}
    for row in rows:
        found, reason = index.found(row | {"level": "city"})
        earlier = areas.setdefault(found, row) if found else row
        if earlier["metro_id"] != row["metro_id"]:
            found, reason = "", f"another metropolitan area of this city was taken: {earlier['metro_id']}"
        if reason:
            parts = (row["place_id"], row["place"], row["region"], row["country"], row["metro_id"])
            alike = partial(index.alike, row | {"level": "city"}) if "unknown" in reason else tuple
            laid.unmatched("metro", row, f"kept: {reason}", parts, alike)
        laid.count("metro", row, [found] if found else [])
    names: dict[str, str] = {}
    for row in rows:
        if row["metro"] and names.setdefault(row["metro_id"], row["metro"]) != row["metro"]:
            used = names[row["metro_id"]]
            laid.note(
                row, f"kept: another name of this metropolitan area was taken: {used}", (row["metro_id"], row["metro"])
            )
    mapped = [
        {"city": city_id, "area": row["metro_id"], "called": names.get(row["metro_id"])}
        for city_id, row in sorted(areas.items())
    ]
    _given(db, mapped, _METROS)
    db.execute("UPDATE cities SET metro_id = area, metro = called FROM given WHERE city_id = city")


def _city_ids_left(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """City ids that are in no table any more -> the id that stands for the same place."""
    merged = dict(db.execute("SELECT old_id, kept_id FROM merged_cities").fetchall())
    named = db.execute("SELECT old_id, city_id FROM named_cities").fetchall()
    return merged | {old: merged.get(found, found) for old, found in named}
