"""Events of people (first return, first move, or the year that a file gives) with places left and reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from toolkit.errors import BadParameter, EmptySelection
from toolkit.measures.asking import Question
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.cohorts import read_cohort
from toolkit.measures.movement.mode_years import main_places
from toolkit.measures.movement.observations import author_numbers

__all__ = ["WHO", "Events", "check_who", "events_asked"]

WHO: Final = ("returnees", "movers")
"""Whose move is the event: the first return of those who come back, or everybody's first move."""


def check_who(who: str) -> None:
    """Raise where ``who`` is none of :data:`WHO`."""
    if who not in WHO:
        raise BadParameter("who", who, f"it is one of {', '.join(WHO)}")


@dataclass(frozen=True)
class Events:
    """Events of people. An event has every place left and every place reached in its year.

    Attributes
    ----------
    people
        ``author_id``, ``year`` of the event; a row per person.
    left, reached
        ``author_id``, ``place_id``: a row for each place left, and for each place reached. A person of a file may have
        none.
    """

    people: pd.DataFrame
    left: pd.DataFrame
    reached: pd.DataFrame

    def leading_to(self, place: str | None) -> Events:
        """Events of which ``place`` is among the places reached; all events without one."""
        if place is None:
            return self
        return self.among(self.reached.author_id[self.reached.place_id == place])

    def among(self, authors: Collection[str] | pd.Series[str]) -> Events:
        """Events of these people."""
        kept = (frame[frame.author_id.isin(authors)] for frame in (self.people, self.left, self.reached))
        return Events(*(frame.reset_index(drop=True) for frame in kept))


def events_asked(
    question: Question, moved: ir.Table, *, who: str, people: str | Path | None, to_place: str | None
) -> Events:
    """Events of the window, one a person.

    Parameters
    ----------
    question
        What is asked: its level and window.
    moved
        What :func:`~toolkit.measures.movement.rules.movements` gives.
    who
        One of :data:`WHO`, where no file names the people.
    people
        Table of people with the year of their event.
    to_place
        Only events with this place, by id, among the places reached.

    Raises
    ------
    EmptySelection
        A file names no event that can be used.
    """
    events = _first(moved, who, question.years) if people is None else _of_file(question, people)
    return events.leading_to(to_place)


def _first(moved: ir.Table, who: str, years: tuple[int, int]) -> Events:
    """The first move in flows, or the first return, of each person, with all ends of that year's moves of this kind."""
    rows = moved.filter(moved.weight > 0)
    if who == "returnees":
        rows = rows.filter(rows.is_return)
    rows = rows.mutate(first=rows.year.min().over(group_by="author_id"))
    rows = rows.filter(rows.year == rows.first, rows.year.between(*years))
    found: pd.DataFrame = rows.select("author_id", "year", "from_id", "to_id").to_pyarrow().to_pandas()
    return Events(_rows(found, "author_id", "year"), _places(found, "from_id"), _places(found, "to_id"))


def _rows(found: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Distinct values of ``columns``, in their order."""
    names = list(columns)
    return found[names].drop_duplicates().sort_values(names).reset_index(drop=True)


def _places(found: pd.DataFrame, column: str) -> pd.DataFrame:
    return _rows(found.rename(columns={column: "place_id"}), "author_id", "place_id")


def _of_file(question: Question, people: str | Path) -> Events:
    """Events that a file gives.

    Reached are the main places of that year, left those of the latest year before it.
    """
    cohort, known = read_cohort(question.tables, people), len(question.timer.notes)
    question.timer.notes.extend(cohort.notes())
    rows: pd.DataFrame = cohort.people.to_pandas()
    undated = int(rows.event_year.isna().sum())
    if undated:
        question.timer.notes.append(f"{undated:,} people of the file have no event_year and are left out.")
    rows = rows[rows.event_year.notna()]
    first, last = question.years
    inside = rows.event_year.between(first, last)
    if not inside.all():
        question.timer.notes.append(
            f"{int((~inside).sum()):,} people of the file have an event outside {first}:{last}."
        )
    rows = rows[inside].astype({"event_year": "int64"})
    if rows.empty:
        said = " ".join(question.timer.notes[known:])
        raise EmptySelection(f"{people} names no event that can be used. {said} Widen the years, or mend the file.")
    main = main_places(question.tables, level=question.level)
    main = main.inner_join(author_numbers(question.tables), "author_no")
    main = main.inner_join(unit_numbers(question.tables, question.level), [("place_no", "number")])
    asked = question.tables.keep(
        ("cohort", str(people)), pa.table({"asked_id": pa.array(sorted(rows.author_id), pa.string())})
    )
    places = main.inner_join(asked, [("author_id", "asked_id")]).select("author_id", "year", place_id="unit_id")
    found: pd.DataFrame = places.to_pyarrow().to_pandas()
    events = _rows(rows.rename(columns={"event_year": "year"}), "author_id", "year")
    found = found.merge(events.rename(columns={"year": "event"}), on="author_id")
    before = found[found.year < found.event]
    latest = before[before.year == before.groupby("author_id").year.transform("max")]
    reached = found[found.year == found.event]
    return Events(events, _rows(latest, "author_id", "place_id"), _rows(reached, "author_id", "place_id"))
