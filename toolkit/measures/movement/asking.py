"""What every answer on movement has in common: settling what is asked for, and saying what was not followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import ibis.expr.types as ir

from toolkit.measures.asking import Folder, Question, YearsAsked, settling
from toolkit.measures.counting.options import Counting
from toolkit.measures.movement.mode_years import tied_years
from toolkit.measures.movement.observations import corpus_span
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import movements, suspects
from toolkit.measures.movement.tenures import gap_starts, simultaneous_starts
from toolkit.measures.notes import left_out
from toolkit.measures.precision import exact_sum, rounded
from toolkit.measures.tables import Tables

__all__ = ["EVERY_AUTHOR", "asking_movement", "movement_facts"]

EVERY_AUTHOR: Final = Counting(truncated="keep")
"""Careers are read from every dated article: cut author lists count."""
_MOST_NAMED: Final = 5


@contextmanager
def asking_movement(
    method: str,
    workspace: Folder,
    *,
    level: str,
    years: YearsAsked,
    top: int | None,
    movement: Movement,
    by_year: bool = False,
    levels: tuple[str, ...] | None = None,
) -> Iterator[Question]:
    """Settle what answers on movement share, note what is not followed, and close the tables at the end.

    ``years`` is a window of moves; careers are read whole.
    """
    parameters = {"level": level, "top": top or None, **movement.to_dict()}
    counting = replace(EVERY_AUTHOR, without_suspects=movement.without_suspects)
    with settling(
        method,
        workspace,
        parameters,
        level=level,
        levels=levels,
        years=years,
        by_year=by_year,
        top=top,
        counting=counting,
    ) as question:
        tables, notes = question.tables, question.timer.notes
        notes.extend(left_out(tables, years=corpus_span(tables), counting=counting))
        notes.extend(_not_followed(tables, level=level, movement=movement))
        yield question


def movement_facts(question: Question, movement: Movement) -> None:
    """Put what the rule made of the window into the record: moves in flows, and everything that is in none.

    Facts: ``researchers``, ``moves`` [author-place pairs], ``movers`` [authors] in flows; for the tenure rule
    ``visit``, ``dual``, ``open`` and ``censored`` [pairs], ``simultaneous_starts`` [authors], ``gap_starts`` (tenures
    that follow on others only over a longer gap than is allowed); for the mode-year rule ``gap`` [moves], ``ties`` and
    ``ties_dropped`` [years of authors].
    """
    tables, level, years = question.tables, question.level, question.years
    found = movements(tables, level=level, movement=movement, years=years)
    counted = found.filter(found.weight > 0)
    totals = counted.agg(
        researchers=rounded(exact_sum(counted.weight)),
        moves=counted.count(),
        movers=counted.author_id.nunique(),
        censored=counted.count(where=counted.censored),
    )
    facts = {name: value or 0 for name, value in totals.to_pyarrow().to_pylist()[0].items()}
    kinds = {row["kind"]: row["rows"] for row in _rows(found.group_by("kind").agg(rows=found.count()))}
    if movement.rule == "tenure":
        facts |= {kind: kinds.get(kind, 0) for kind in ("visit", "dual", "open")}
        facts["simultaneous_starts"] = _count(simultaneous_starts(tables, level=level, movement=movement))
        late = gap_starts(tables, level=level, movement=movement)
        facts["gap_starts"] = _count(late.filter(late.year.between(*years)))
        last = corpus_span(tables)[1]
        if facts["censored"]:
            question.timer.notes.append(
                f"What follows on moves after {last - movement.open_end} is not known yet: {facts['censored']:,} are "
                "censored."
            )
    else:
        facts["gap"] = kinds.get("gap", 0)
        ties = tied_years(tables, level=level, movement=movement)
        ties = ties.filter(ties.year.between(*years))
        facts["ties"], facts["ties_dropped"] = _count(ties), _count(ties.filter(ties.dropped == 1))
        if movement.ties == "smallest-id" and facts["ties"]:
            question.timer.notes.append(
                f"{facts['ties']:,} tied years went to the place whose id comes first, which says nothing about people."
            )
        del facts["censored"]
    question.timer.facts.update(facts)


def _not_followed(tables: Tables, *, level: str, movement: Movement) -> list[str]:
    """Sentences on people who can't be followed."""
    notes = []
    signed = tables.authorships
    nameless = signed.filter(signed.author_id.isnull()).select("work_id", "author_key").distinct()
    number = _count(nameless)
    if number:
        notes.append(f"{number:,} authors on articles have no id and are not followed.")
    doubtful = _rows(suspects(tables, level=level, movement=movement))
    if doubtful:
        most = sorted(doubtful, key=lambda row: (-row["places"], row["author_id"]))[:_MOST_NAMED]
        named = ", ".join(f"{row['author_id']} ({row['places']} in {row['year']})" for row in most)
        done = "left out" if movement.drop_suspects else "kept (drop_suspects leaves them out)"
        number = len(doubtful)
        who, they_are = ("1 author has", "it is") if number == 1 else (f"{number:,} authors have", "they are")
        notes.append(
            f"{who} more than {movement.max_places} places in a year, so an id may merge several people; "
            f"{they_are} {done}: {named}{' …' if number > len(most) else ''}."
        )
    if level == "institution" and movement.kin == "drop" and not tables.has_lineage:
        notes.append("No hierarchy of institutions is known, so no move was dropped as one between kin.")
    return notes


def _rows(table: ir.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return found


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())
