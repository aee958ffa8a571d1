"""Where flows come from: careers of the records, or imported flows; the questions are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow.compute as pc

from toolkit.corpus.countries import country_code
from toolkit.corpus.networks.store import NamedNetwork, node_of, read_network
from toolkit.corpus.schema import UNLOCATED
from toolkit.errors import BadParameter, UnknownPlace, WrongGraph
from toolkit.measures.asking import Folder, Question, YearsAsked, named_ends
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.parts import Years
from toolkit.measures.flows.counts import IMPORTED, flow_counts, imported_counts, last_certain_year
from toolkit.measures.movement.asking import EVERY_AUTHOR, asking_movement
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement, check_flow_rule
from toolkit.measures.movement.rules import person_years
from toolkit.measures.selection import check_top, parse_years, years_text
from toolkit.measures.tables import Tables
from toolkit.runs import Answer, recording
from toolkit.workspace import open_workspace

__all__ = ["FlowQuestion", "asking_flows"]

_UNDATED: Final = (0, 0)


@dataclass(frozen=True)
class FlowQuestion:
    """One question about flows.

    Attributes
    ----------
    question
        The question as all answers have it.
    counts
        Flows of the window: :func:`~toolkit.measures.flows.counts.flow_counts`.
    names
        ``id``, ``name``, ``country`` of the places.
    person_years
        ``place_id``, ``year``, ``person_years`` of the window; ``None`` for imported flows.
    network
        The imported flows, if they are.
    certain
        Last year whose moves are certain (:func:`~toolkit.measures.flows.counts.last_certain_year`).
    """

    question: Question
    counts: ir.Table
    names: ir.Table
    person_years: ir.Table | None
    network: NamedNetwork | None
    certain: int
    rule: str

    @property
    def tables(self) -> Tables:
        """The engine's tables."""
        return self.question.tables

    @property
    def years(self) -> Years:
        """The window."""
        return self.question.years

    @property
    def pairs(self) -> ir.Table:
        """The flows whose ends are both known; the others count in the totals of the end that is."""
        counts = self.counts
        return counts.filter(counts.from_id != UNLOCATED, counts.to_id != UNLOCATED)

    def place(self, text: str | None) -> str | None:
        """Id of the place that ``text`` means; none of none."""
        if text is None or self.network is None:
            return self.question.place(text)
        return node_of(self.network, text)

    def country(self, text: str | None) -> str | None:
        """Code of the country that ``text`` means."""
        if text is None or self.network is None:
            return self.question.place(text, level="country")
        code = country_code(text)
        if code is None:
            raise UnknownPlace(text, "country")
        return code

    def named(self, rows: ir.Table, *ends: str) -> ir.Table:
        """``rows`` with ``name`` of ``id``, or with the names of ``ends``: ``from_id`` gets ``from_name``."""
        return named_ends(rows, self.names, *ends)

    def inside(self, rows: ir.Table, country: str | None, *ends: str, either: bool = False) -> ir.Table:
        """Rows of which every end (with ``either``: some end) lies in ``country``; all without one."""
        if country is None:
            return rows
        there = self.names.filter(self.names.country == country).select(there="id").distinct()
        columns = rows.columns
        for end in ends:
            rows = rows.left_join(there.rename(**{f"in_{end}": "there"}), [(end, f"in_{end}")])
        checks = [rows[f"in_{end}"].notnull() for end in ends]
        kept = rows.filter(ibis.or_(*checks) if either else ibis.and_(*checks))
        return kept.select(*columns)

    def marked(self, rows: ir.Table) -> ir.Table:
        """``rows`` with ``censored``: whether the row's year, or the window, has moves that are not certain yet."""
        late = rows.year > self.certain if self.question.by_year else ibis.literal(self.years[1] > self.certain)
        return rows.mutate(censored=late)

    def answer(
        self,
        rows: ir.Table,
        columns: Sequence[str],
        order: Sequence[Any],
        *,
        top: int | None,
        total: str | None = None,
    ) -> Answer:
        """The frame and the record."""
        return self.question.answer(rows, columns, order, top=top, total=total)


@contextmanager
def asking_flows(
    method: str,
    workspace: Folder,
    *,
    level: str,
    years: YearsAsked,
    by_year: bool,
    top: int | None,
    movement: Movement | None = None,
    network: str | None = None,
    levels: tuple[str, ...] | None = None,
) -> Iterator[FlowQuestion]:
    """Open the flows of the records, or with ``network`` imported flows.

    Raises
    ------
    BadParameter
        Options of a rule are given with ``network``, or the rule gives no dated moves.
    WrongGraph
        The network has no directions.
    """
    if network is not None:
        if movement not in (None, DEFAULT_MOVEMENT):
            raise BadParameter("network", network, "options of a rule are about careers, and these flows are imported")
        with _asking_imported(method, workspace, network, years=years, by_year=by_year, top=top) as asked:
            yield asked
        return
    rule = movement or DEFAULT_MOVEMENT
    check_flow_rule(rule)
    with asking_movement(
        method, workspace, level=level, years=years, by_year=by_year, top=top, movement=rule, levels=levels
    ) as question:
        question.settled(by_year=by_year)
        tables, window = question.tables, question.years
        there = person_years(tables, level=level, movement=rule)
        yield FlowQuestion(
            question,
            flow_counts(tables, level=level, movement=rule, years=window),
            units(tables, level),
            there.filter(there.year.between(*window)),
            None,
            last_certain_year(tables, rule),
            rule.rule,
        )


@contextmanager
def _asking_imported(
    method: str, workspace: Folder, name: str, *, years: YearsAsked, by_year: bool, top: int | None
) -> Iterator[FlowQuestion]:
    opened = open_workspace(workspace)
    network = read_network(opened, name)
    if not network.directed:
        raise WrongGraph(f"{name} is a network without directions; flows go from one place to another.")
    check_top(top)
    window = parse_years(years)
    parameters = {"network": name, "level": network.level, "by_year": by_year, "top": top or None}
    with recording(method, parameters, fingerprint=network.fingerprint) as timer, Tables.empty() as tables:
        counts = imported_counts(tables, network.edges, years=window)
        if window is None:
            known = pc.min_max(network.edges["year"]).as_py()
            window = _UNDATED if known["min"] is None else (known["min"], known["max"])
        question = Question(opened, tables, network.level, window, by_year, EVERY_AUTHOR, timer)
        question.settled(years=None if window == _UNDATED else years_text(window))
        timer.notes.append(f"Flows {name} are imported: their rule is not known, and they have no person-years.")
        names = tables.keep((ibis.util.gen_name("nodes"),), network.nodes)
        unknown = network.edges.num_rows - network.located().edges.num_rows
        if unknown:
            timer.notes.append(
                f"{unknown:,} flows have an unknown end: they count for the end that is known, in no pair."
            )
        yield FlowQuestion(question, counts, names, None, network, window[1], IMPORTED)
