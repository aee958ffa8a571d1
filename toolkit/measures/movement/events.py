"""Whose event is when: first returns, first moves, or people and years of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from toolkit.errors import BadParameter, EmptySelection
from toolkit.measures.asking import Question
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.cohorts import read_cohort
from toolkit.measures.movement.mode_years import mode_years
from toolkit.measures.movement.observations import author_numbers
from toolkit.measures.movement.options import Movement

__all__ = ["WHO", "check_who", "events_asked"]

WHO: Final = ("returnees", "movers")
"""Whose move is the event: the first return of those who come back, or everybody's first move."""


def check_who(who: str) -> None:
    """Raise where ``who`` is none of :data:`WHO`."""
    if who not in WHO:
        raise BadParameter("who", who, f"it is one of {', '.join(WHO)}")


def events_asked(
    question: Question, moved: ir.Table, *, who: str, people: str | Path | None, to_place: str | None
) -> pd.DataFrame:
    """Events of the window, one a person.

    Parameters
    ----------
    question
        What is asked: its level and window.
    moved
        What :func:`~toolkit.measures.movement.rules.movements` gives.
    who
        One of :data:`WHO`, where no file says it.
    people
        Table of people with the year of their event.
    to_place
        Only events that lead to this place, by id.

    Returns
    -------
    pandas.DataFrame
        ``author_id``, ``year``, ``from_id``, ``to_id`` (missing where a file's event has no such place)

    Raises
    ------
    EmptySelection
        A file names no event that can be used.
    """
    events = _first(moved, who, question.years) if people is None else _of_file(question, people)
    return events if to_place is None else events[events.to_id == to_place]


def _first(moved: ir.Table, who: str, years: tuple[int, int]) -> pd.DataFrame:
    """The first move in flows, or the first return, of each person: ``author_id``, ``year``, ``from_id``, ``to_id``."""
    rows = moved.filter(moved.weight > 0)
    if who == "returnees":
        rows = rows.filter(rows.is_return)
    order = ibis.row_number().over(group_by="author_id", order_by=["year", "from_id", "to_id"])
    rows = rows.mutate(place=order)
    rows = rows.filter(rows.place == 0, rows.year.between(*years))
    found: pd.DataFrame = (
        rows.select("author_id", "year", "from_id", "to_id").order_by("author_id").to_pyarrow().to_pandas()
    )
    return found


def _of_file(question: Question, people: str | Path) -> pd.DataFrame:
    """Events that a file says; the place they lead to is where most articles of that year are signed."""
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
    main = mode_years(question.tables, level=question.level, movement=Movement(rule="mode-year", ties="smallest-id"))
    main = main.inner_join(author_numbers(question.tables), "author_no")
    main = main.inner_join(unit_numbers(question.tables, question.level), [("place_no", "number")])
    asked = question.tables.keep(
        ("cohort", str(people)), pa.table({"asked_id": pa.array(sorted(rows.author_id), pa.string())})
    )
    places = main.inner_join(asked, [("author_id", "asked_id")]).select("author_id", "year", "unit_id")
    found: pd.DataFrame = places.to_pyarrow().to_pandas()
    events = rows.rename(columns={"event_year": "year"})[["author_id", "year"]].sort_values("author_id")
    events = events.merge(found.rename(columns={"unit_id": "to_id"}), on=["author_id", "year"], how="left")
    before = found.merge(events[["author_id", "year"]].rename(columns={"year": "event"}), on="author_id")
    before = before[before.year < before.event].sort_values("year").drop_duplicates("author_id", keep="last")
    before = before[["author_id", "unit_id"]].rename(columns={"unit_id": "from_id"})
    return events.merge(before, on="author_id", how="left")
