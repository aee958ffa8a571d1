"""What every answer has in common: opening the tables, settling what is asked for, naming units, making the frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pandas as pd

from toolkit.corpus.places import resolve_place
from toolkit.errors import BadParameter
from toolkit.measures.counting import Counting
from toolkit.measures.hierarchy import tops
from toolkit.measures.journals import check_journals
from toolkit.measures.levels import SPECIAL, check_level, units
from toolkit.measures.notes import NO_LINEAGE, about_parents, about_wfc, left_out, too_many_units
from toolkit.measures.parts import Years
from toolkit.measures.selection import check_subject, resolve_years, years_text
from toolkit.measures.tables import Tables
from toolkit.runs import Answer, RunTimer, recording
from toolkit.workspace import Workspace, open_workspace

__all__ = ["Folder", "Question", "YearsAsked", "asking", "named", "named_pairs", "one_place"]

Folder = Workspace | str | Path
"""A workspace, or where it is."""

YearsAsked = tuple[int, int] | str | int | None
"""A window of years as :func:`toolkit.measures.selection.parse_years` reads it."""

_MAY_LACK: Final = (
    *("year", "previous_rank", "old_rank", "new_rank", "change", "new", "kept", "lost", "rank_in_country"),
    *("person_years", "leavers", "at_risk", "leavings", "returned"),
)


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

    def place(self, text: str, *, level: str | None = None) -> str:
        """Id of the place that ``text`` means; ``unassigned`` and ``unlocated`` mean themselves."""
        if text in SPECIAL:
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

    def answer(self, rows: ir.Table, columns: Sequence[str], order: Sequence[Any], *, top: int | None = None) -> Answer:
        """The frame of ``rows`` with ``columns`` in total ``order``, the first ``top`` of each year, and the record."""
        if top:
            place = ibis.row_number().over(group_by=["year"] if self.by_year else [], order_by=list(order))
            rows = rows.mutate(place_in_order=place)
            rows = rows.filter(rows.place_in_order < top)
        ordered = rows.order_by("year", *order) if self.by_year else rows.order_by(*order)
        frame: pd.DataFrame = ordered.select(*columns).to_pyarrow().to_pandas()
        counts = {name: "Int64" for name in _MAY_LACK if name in frame.columns}
        whole = {name: "int64" for name in frame.columns if name not in counts and frame[name].dtype.kind == "i"}
        frame = frame.astype({**counts, **whole})
        self.timer.rows["result"] = len(frame)
        return Answer(frame, self.timer.record())


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
    opened = workspace if isinstance(workspace, Workspace) else open_workspace(workspace)
    check_level(level, levels) if levels else check_level(level)
    if top is not None and (isinstance(top, bool) or not isinstance(top, int) or top < 0):
        raise BadParameter("top", top, "it is a whole number; 0 for all rows")
    parameters = {"level": level, "by_year": by_year, "top": top or None, **counting.to_dict()}
    with (
        recording(method, parameters, fingerprint=opened.fingerprint, snapshot=opened.snapshot) as timer,
        Tables.of(opened) as tables,
    ):
        check_journals(tables, counting.journals)
        window = resolve_years(tables, years, counting=counting)
        check_subject(tables, counting)
        question = Question(opened, tables, level, window, by_year, counting, timer)
        question.settled(years=years_text(window))
        if opened.synthetic:
            timer.notes.append("The records are synthetic.")
        timer.notes.extend(left_out(tables, years=window, counting=counting))
        if counting.wfc:
            timer.notes.extend(about_wfc(tables, years=window))
        if level == "parent":
            twice, sentences = about_parents(tables, years=window, counting=counting)
            timer.facts["double_counted"] = twice
            timer.notes.extend(sentences)
        yield question


def named(tables: Tables, rows: ir.Table, *, level: str) -> ir.Table:
    """``rows`` with the ``name`` of their ``id``; an id without a name is its own."""
    names = units(tables, level).select(named_id="id", known_name="name")
    rows = rows.left_join(names, [("id", "named_id")])
    return rows.mutate(name=ibis.coalesce(rows.known_name, rows.id)).drop("named_id", "known_name")


def named_pairs(tables: Tables, pairs: ir.Table, *, level: str, ends: tuple[str, str] = ("a_id", "b_id")) -> ir.Table:
    """``pairs`` with the names of both ends: ``a_id`` gets ``a_name``, ``a_institution`` too."""
    for end in ends:
        side = end[0]
        names = units(tables, level).select(**{f"{side}_known": "id", f"{side}_text": "name"})
        pairs = pairs.left_join(names, [(end, f"{side}_known")])
        pairs = pairs.mutate(**{f"{side}_name": ibis.coalesce(pairs[f"{side}_text"], pairs[end])})
    return pairs.drop("a_known", "a_text", "b_known", "b_text")


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
