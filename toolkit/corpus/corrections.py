"""People whose ids are wrong put right: two ids of one person made one, one id of two people parted.

A correction is a row ``author_id, becomes`` that holds on every work, or ``author_id, becomes, work_id`` that holds on
one. Corrections are an input like any other: staged once, and applied each time the tables are put together, so they
also hold for records that come later. Names are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa

from toolkit.corpus.schema import TABLES
from toolkit.errors import DataError

__all__ = ["UNUSED", "Correction", "Corrections", "apply_corrections"]

UNUSED: Final = "kept: a correction of an author id that no work lists"
"""Reason under which corrections that change nothing are listed."""

UNUSED_ON_WORK: Final = "kept: a correction of an author id that its work does not list"

_ROWS: Final = """
SELECT author_id, becomes, work_id, label AS source, line FROM staged_corrections ORDER BY input, line
"""
_LISTED: Final = """
SELECT DISTINCT w.work_id, a.author_id
FROM staged_authorships a
JOIN winners w ON w.wins AND w.input = a.input AND w.record = a.record
SEMI JOIN (SELECT DISTINCT author_id FROM staged_corrections) c ON c.author_id = a.author_id
ORDER BY ALL
"""
_UNCORRECTED: Final = """
CREATE VIEW corrected_authorships AS SELECT *, author_id AS given_id FROM staged_authorships
"""
_CORRECTED: Final = """
CREATE VIEW corrected_authorships AS
SELECT a.* EXCLUDE (author_id), a.author_id AS given_id, coalesce(c.becomes, a.author_id) AS author_id
FROM staged_authorships a
LEFT JOIN (
    SELECT w.input, w.record, c.author_id, c.becomes FROM corrected c JOIN winners w ON w.wins AND w.work_id = c.work_id
) c ON c.input = a.input AND c.record = a.record AND c.author_id = a.author_id
"""
_CORRECTED_TABLE: Final = pa.schema([(name, pa.string()) for name in ("work_id", "author_id", "becomes")])


class Correction(NamedTuple):
    """One row of a corrections file; ``work_id`` is ``None`` where it holds on every work."""

    author_id: str
    becomes: str
    work_id: str | None
    source: str
    line: int


class Corrections:
    """All corrections of a workspace, followed to their ends.

    On a work, a row for that work goes before a row for all works, at every step of a chain. A row for a work that
    lets an id become itself ends the chain there: on that work the id stays.

    Parameters
    ----------
    rows
        Corrections in their stable order.

    Raises
    ------
    DataError
        Two rows give one id two successors, or a chain of rows comes back to where it began.

    Examples
    --------
    >>> rows = [Correction("A1", "A2", None, "c.csv", 2), Correction("A2", "A3", None, "c.csv", 3)]
    >>> rows += [Correction("A2", "A9", "W7", "c.csv", 4)]
    >>> corrections = Corrections(rows)
    >>> corrections.end("W1", "A1"), corrections.end("W7", "A1"), corrections.end("W7", "A5")
    ('A3', 'A9', 'A5')
    """

    def __init__(self, rows: Iterable[Correction]) -> None:
        self._next: dict[tuple[str | None, str], Correction] = {}
        self.unused: dict[tuple[str | None, str], Correction] = {}
        for row in rows:
            key = (row.work_id, row.author_id)
            earlier = self._next.setdefault(key, row)
            if earlier.becomes != row.becomes:
                where = f" on {row.work_id}" if row.work_id else ""
                raise DataError(
                    f"The corrections disagree: {row.author_id} becomes {earlier.becomes}{where} "
                    f"({earlier.source}:{earlier.line}) and {row.becomes} ({row.source}:{row.line}). Take one row out."
                )
        self.unused.update(self._next)
        for work_id, author_id in self._next:
            self._walk(work_id, author_id)

    def end(self, work_id: str, author_id: str) -> str:
        """The id that ``author_id`` has on the work after all corrections; the rows used are no longer unused."""
        chain = self._walk(work_id, author_id)
        for row in chain:
            self.unused.pop((row.work_id, row.author_id), None)
        return chain[-1].becomes if chain else author_id

    def _walk(self, work_id: str | None, author_id: str) -> list[Correction]:
        chain: list[Correction] = []
        seen = {author_id}
        current = author_id
        while row := self._next.get((work_id, current)) or self._next.get((None, current)):
            chain.append(row)
            if row.becomes == current:
                break
            if row.becomes in seen:
                circle = chain[[step.author_id for step in chain].index(row.becomes) :]
                named = " becomes ".join([step.author_id for step in circle] + [row.becomes])
                lines = ", ".join(f"{step.source}:{step.line}" for step in circle)
                raise DataError(f"The corrections go in a circle: {named} ({lines}). Take one of these rows out.")
            seen.add(row.becomes)
            current = row.becomes
        return chain


def apply_corrections(db: duckdb.DuckDBPyConnection) -> Mapping[str, int]:
    """Make ``corrected_authorships`` and ``unused_corrections`` from the staged tables and ``winners``.

    Parameters
    ----------
    db
        Connection with ``staged_authorships``, ``staged_corrections`` and ``winners``.

    Returns
    -------
    dict
        ``rows`` of corrections, ``unused`` ones, and ``listings``: authors on works whose id changed.

    Raises
    ------
    DataError
        The corrections contradict each other (:class:`Corrections`).
    """
    rows = [Correction(*row) for row in db.execute(_ROWS).fetchall()]
    corrections = Corrections(rows)
    changed: list[dict[str, Any]] = []
    for work_id, author_id in db.execute(_LISTED).fetchall() if rows else ():
        end = corrections.end(work_id, author_id)
        if end != author_id:
            changed.append({"work_id": work_id, "author_id": author_id, "becomes": end})
    unused = [
        {
            "source": row.source,
            "line": row.line,
            "reason": UNUSED_ON_WORK if row.work_id else UNUSED,
            "excerpt": ", ".join(part for part in (row.author_id, row.becomes, row.work_id) if part),
        }
        for row in corrections.unused.values()
    ]
    for name, found, schema in (
        ("corrected", changed, _CORRECTED_TABLE),
        ("unused_corrections", unused, TABLES["rejects"]),
    ):
        db.register("given", pa.Table.from_pylist(found, schema=schema))
        db.execute(f"CREATE TABLE {name} AS FROM given")
        db.unregister("given")
    db.execute(_CORRECTED if changed else _UNCORRECTED)
    return {"rows": len(rows), "unused": len(unused), "listings": len(changed)}
