"""What every answer has in common: opening the tables, settling what is asked for, naming units, making the frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, overload

import ibis
import ibis.expr.types as ir
import pandas as pd

from toolkit.corpus.places import resolve_place
from toolkit.corpus.schema import LEVELS
from toolkit.errors import BadParameter
from toolkit.measures.city_labels import labels_of, with_labels
from toolkit.measures.counting.hierarchy import tops
from toolkit.measures.counting.journals import check_journals
from toolkit.measures.counting.levels import SPECIAL, check_level, units
from toolkit.measures.counting.options import Counting
from toolkit.measures.counting.parts import Years
from toolkit.measures.missing_steps import why_empty
from toolkit.measures.notes import NO_LINEAGE, about_parents, about_wfc, left_out, too_many_units
from toolkit.measures.selection import check_subject, check_top, resolve_years, years_text
from toolkit.measures.tables import Tables
from toolkit.runs import Answer, RunTimer, recording
from toolkit.workspace import Folder, Workspace, open_workspace

__all__ = ["Folder", "Question", "YearsAsked", "asking", "named", "named_ends", "one_place", "settling"]

YearsAsked = tuple[int, int] | str | int | None
"""A window of years as :func:`toolkit.measures.selection.parse_years` reads it."""

_MAY_LACK: Final = (
    *("year", "previous_rank", "old_rank", "new_rank", "change", "new", "kept", "lost", "rank_in_country"),
    *("person_years", "leavers", "at_risk", "leavings", "returned"),
)


_UNITS: Final = (
    *("id", "a_id", "b_id", "from_id", "to_id", "city_id", "subject", "type", "scope", "standing", "list"),
    *("from_group", "to_group", "own_group", "other_group", "age", "cohort"),
)
"""Columns that say which unit a row of a year is about."""
_IN_ALL: Final = "rows_in_all"


@dataclass(frozen=True)
class Question:
    """One question to one workspace, settled: ids for names, a window of years, the record being written."""

    workspace: Workspace
    tables: Tables
    level: str
    years: Years
    by_year: bool
    counting: Counting
    timer: RunTimer

    @overload
    def place(self, text: str, *, level: str | None = None) -> str: ...
    @overload
    def place(self, text: str | None, *, level: str | None = None) -> str | None: ...
    def place(self, text: str | None, *, level: str | None = None) -> str | None:
        """Id of the place that ``text`` means, none of none; ``unassigned`` and ``unlocated`` mean themselves."""
        if text is None or text in SPECIAL:
            return text
        unit = resolve_place(self.workspace, level or self.level, text)
        if level is None and self.level == "parent":
            above = tops(self.tables)
            own = sorted(above.filter(above.institution_id == unit).to_pyarrow()["top_id"].to_pylist())
            if own:
                raise BadParameter("place", text, f"it is no parent itself; it belongs to {', '.join(own)}")
        return unit

    def settled(self, **values: Any) -> None:
        """Put parameters as they were understood into the record."""
        self.timer.parameters = {**self.timer.parameters, **values}

    def note_pairs(self, *, seats: bool = False) -> None:
        """Note what leaves the pair tables, and whether kin could be told."""
        notes = too_many_units(self.tables, level=self.level, years=self.years, counting=self.counting, seats=seats)
        self.timer.notes.extend(notes)
        if not self.tables.has_lineage and self.counting.kin == "drop" and (seats or self.level == "institution"):
            self.timer.notes.append(NO_LINEAGE)

    def answer(
        self,
        rows: ir.Table,
        columns: Sequence[str],
        order: Sequence[Any],
        *,
        top: int | None = None,
        total: str | None = None,
    ) -> Answer:
        """The frame of ``rows`` with ``columns`` in total ``order``, and the record.

        Parameters
        ----------
        top
            Only the first ``top`` rows. By year, all years of the ``top`` units whose ``total`` over the window is
            largest; without ``total`` the first ``top`` rows of each year. The record then says how many rows there
            are without it.
        total
            Column that is added up over the window.
        """
        shown = list(columns)
        if top:
            rows = self._first(rows, columns, order, top=top, total=total)
            shown.append(_IN_ALL)
        ordered = rows.order_by("year", *order) if self.by_year else rows.order_by(*order)
        frame: pd.DataFrame = ordered.select(*shown).to_pyarrow().to_pandas()
        if top:
            self.timer.rows["in_all"] = int(frame[_IN_ALL].iloc[0]) if len(frame) else 0
            frame = frame.drop(columns=_IN_ALL)
        counts = {name: "Int64" for name in _MAY_LACK if name in frame.columns}
        whole = {name: "int64" for name in frame.columns if name not in counts and frame[name].dtype.kind == "i"}
        frame = frame.astype({**counts, **whole})
        frame, sentences = self.tables.suspects.marked(
            frame,
            level=self.level,
            moves=self.timer.method == "corridors",
            left_out=self.counting.without_suspects,
        )
        self.timer.notes.extend(sentences)
        if self.level == "city" or "city_id" in frame.columns:
            frame = with_labels(frame, labels_of(self.tables.cities))
        self.timer.rows["result"] = len(frame)
        step_named = any("type `scicities" in note for note in self.timer.notes)
        if frame.empty and not step_named and not self.timer.parameters.get("network"):
            self.timer.notes.append(why_empty(self.tables, self.timer.method, level=self.level))
        return Answer(frame, self.timer.record())

    def _first(
        self, rows: ir.Table, columns: Sequence[str], order: Sequence[Any], *, top: int, total: str | None
    ) -> ir.Table:
        units = [name for name in columns if name in _UNITS]
        if self.by_year and total is not None:
            # a unit's amounts of all years, rounded so that the order of the rows cannot decide between equal units
            summed = rows[total].cast("float64").sum().over(group_by=units)
            rows = rows.mutate(total_of_unit=ibis.coalesce(summed.round(6), float("-inf")))
            place = ibis.dense_rank().over(order_by=[ibis.desc("total_of_unit"), *units])
        else:
            place = ibis.row_number().over(group_by=["year"] if self.by_year else [], order_by=list(order))
        rows = rows.mutate(**{"place_in_order": place, _IN_ALL: ibis._.count().over(ibis.window())})
        return rows.filter(rows.place_in_order < top)


@contextmanager
def asking(
    method: str,
    workspace: Folder,
    *,
    level: str,
    years: YearsAsked,
    by_year: bool,
    top: int | None,
    counting: Counting,
    levels: tuple[str, ...] | None = None,
) -> Iterator[Question]:
    """Settle what all answers share, and close the tables at the end."""
    parameters = {"level": level, "by_year": by_year, "top": top or None, **counting.to_dict()}
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
        tables, window, timer = question.tables, question.years, question.timer
        timer.notes.extend(left_out(tables, years=window, counting=counting))
        if counting.wfc:
            timer.notes.extend(about_wfc(tables, years=window))
        if level == "parent":
            twice, sentences = about_parents(tables, years=window, counting=counting)
            timer.facts["double_counted"] = twice
            timer.notes.extend(sentences)
        yield question


@contextmanager
def settling(
    method: str,
    workspace: Folder,
    parameters: Mapping[str, Any],
    *,
    level: str,
    levels: tuple[str, ...] | None,
    years: YearsAsked,
    by_year: bool,
    top: int | None,
    counting: Counting,
) -> Iterator[Question]:
    """Check what is asked for, open the tables and the record with ``parameters``, and close them at the end."""
    opened = open_workspace(workspace)
    check_level(level, levels or LEVELS)
    check_top(top)
    with (
        recording(method, parameters, fingerprint=opened.fingerprint, snapshot=opened.snapshot) as timer,
        Tables.of(opened, without_suspects=counting.without_suspects) as tables,
    ):
        check_journals(tables, counting.journals)
        window = resolve_years(tables, years, counting=counting)
        check_subject(tables, counting)
        question = Question(opened, tables, level, window, by_year, counting, timer)
        question.settled(years=years_text(window))
        if opened.synthetic:
            timer.notes.append("The records are synthetic.")
        yield question


def named(tables: Tables, rows: ir.Table, *ends: str, level: str) -> ir.Table:
    """``rows`` with the names of their ``ends`` (``id`` unless said) at ``level``, as :func:`named_ends` adds them."""
    return named_ends(rows, units(tables, level), *ends)


def named_ends(rows: ir.Table, names: ir.Table, *ends: str) -> ir.Table:
    """``rows`` with the names of their ``ends``: ``id`` (unless said) gets ``name``, ``from_id`` gets ``from_name``.

    ``names`` has ``id`` and ``name``; an id without a name is called by itself.
    """
    known = names.select(named_id="id", known_name="name")
    for end in ends or ("id",):
        name = "name" if end == "id" else f"{end.partition('_')[0]}_name"
        rows = rows.left_join(known, [(end, "named_id")])
        rows = rows.mutate(**{name: ibis.coalesce(rows.known_name, rows[end])}).drop("named_id", "known_name")
    return rows


def one_place(place: str | None, city: str | None, level: str) -> str | None:
    """The place asked for, by whichever of the two words.

    Raises
    ------
    BadParameter
        Both are given, or ``city`` at another level.
    """
    if city is None:
        return place
    if place is not None:
        raise BadParameter("city", city, "give either city or place")
    if level != "city":
        raise BadParameter("city", city, f"at level {level} say place; for pairs inside one city say within")
    return city
