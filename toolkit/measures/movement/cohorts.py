"""Groups of people from a file: which authors of the records are meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from toolkit.corpus.people_file import Person, people_in, short_orcid
from toolkit.corpus.pseudonyms import WITHHELD, Pseudonyms
from toolkit.measures.tables import Tables

__all__ = ["COHORT", "Cohort", "read_cohort"]

COHORT = pa.schema([("author_id", pa.string()), ("cohort", pa.string()), ("event_year", pa.int64())])

_MOST_NAMED = 5


@dataclass(frozen=True)
class Cohort:
    """People of a file among the authors of the records.

    Attributes
    ----------
    people
        ``author_id``, ``cohort`` (their group), ``event_year`` (null where none is said); an author once.
    unmatched
        Rows that mean no author of the records, those of an author who has a group already, and those that can't be
        read: ``line``, ``reason``, ``excerpt``.
    rows
        Rows of the file that name a person and a group.
    """

    people: pa.Table
    unmatched: tuple[dict[str, Any], ...]
    rows: int

    def notes(self) -> list[str]:
        """Sentences for the run record."""
        if not self.unmatched:
            return []
        some = "; ".join(
            f"line {row['line']}: {row['reason']}: {row['excerpt']}" for row in self.unmatched[:_MOST_NAMED]
        )
        more = " …" if len(self.unmatched) > _MOST_NAMED else ""
        return [f"{len(self.unmatched):,} rows of the file of people are not used: {some}{more}."]


def read_cohort(tables: Tables, path: str | Path) -> Cohort:
    r"""Authors that a file of people means, by id or ORCID; who shares an ORCID is meant by it alike.

    Parameters
    ----------
    tables
        The canonical tables.
    path
        Table with ``author_id`` or ``orcid``, ``group``, and perhaps ``event_year``: :func:`people_in`.

    Raises
    ------
    SettingsError, MissingColumn, DataError
        As :func:`~toolkit.corpus.people_file.people_in`; or the records keep people under pseudonyms, and the key
        is not at hand.

    Examples
    --------
    >>> import ibis, tempfile
    >>> from toolkit.corpus.example import example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), example_tables())
    >>> file = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = file.write_text("author_id,group\nA1,mine\nA99,mine\n")
    >>> found = read_cohort(tables, file)
    >>> found.people.num_rows, found.unmatched[0]["reason"]
    (1, 'no author of the records')
    """
    people, bad = people_in(path)
    if tables.pseudonyms is not None:
        people, bad = _under_pseudonyms(tables.pseudonyms, people, bad)
    known = tables.authors.select("author_id", "orcid").to_pyarrow()
    ids = set(known["author_id"].to_pylist())
    # authors without a row of their own (no name, no ORCID) still sign articles
    ids |= set(tables.authorships.author_id.as_table().distinct().to_pyarrow()["author_id"].to_pylist()) - {None}
    by_orcid: dict[str, list[str]] = defaultdict(list)
    for author_id, orcid in zip(known["author_id"].to_pylist(), known["orcid"].to_pylist(), strict=True):
        if orcid:
            by_orcid[short_orcid(orcid) or orcid].append(author_id)
    groups: dict[str, Person] = {}
    for person in people:
        meant = [person.author_id] if person.author_id in ids else sorted(by_orcid.get(person.orcid, ()))
        said = ", ".join(part for part in (person.author_id, person.orcid, person.group) if part)
        if not meant:
            bad.append({"line": person.line, "reason": "no author of the records", "excerpt": said})
        for author_id in meant:
            if groups.setdefault(author_id, person) is not person:
                bad.append({"line": person.line, "reason": f"{author_id} has a group already", "excerpt": said})
    return Cohort(_table(groups), tuple(sorted(bad, key=lambda row: row["line"])), len(people))


def _under_pseudonyms(
    pseudonyms: Pseudonyms, people: list[Person], bad: list[dict[str, Any]]
) -> tuple[list[Person], list[dict[str, Any]]]:
    """The people of a file as they are kept here, and its bad rows without what stands in them."""
    hidden = [
        person._replace(
            author_id=person.author_id and pseudonyms.author_given(person.author_id),
            orcid=person.orcid and pseudonyms.orcid(person.orcid),
        )
        for person in people
    ]
    return hidden, [{**row, "excerpt": WITHHELD} for row in bad]


def _table(groups: dict[str, Person]) -> pa.Table:
    ordered: Sequence[tuple[str, Person]] = sorted(groups.items())
    rows = [
        {"author_id": author_id, "cohort": person.group, "event_year": person.event_year}
        for author_id, person in ordered
    ]
    return pa.Table.from_pylist(rows, schema=COHORT)
