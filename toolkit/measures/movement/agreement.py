"""How far two ways to see moves agree: the same person, from and to the same places, within a year."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import moves_counted
from toolkit.measures.tables import Tables

__all__ = ["Agreement", "agreement"]

_STEPS = (0, -1, 1)
"""Years by which the other's event may lie apart, in the order in which they are tried."""


@dataclass(frozen=True)
class Agreement:
    """Events of two conventions held against each other [events: author and year].

    Attributes
    ----------
    events, other_events
        Events of the first and of the second inside the common window.
    shared
        Pairs of events that are the same move.
    outside, other_outside
        Events whose own gap is longer than the other convention looks; they are in none of the numbers above.
    """

    events: int
    other_events: int
    shared: int
    outside: int
    other_outside: int

    @property
    def value(self) -> float | None:
        """Shared events over all distinct ones, 0 to 1; ``None`` where there are none."""
        distinct = self.events + self.other_events - self.shared
        return self.shared / distinct if distinct else None


def agreement(tables: Tables, *, level: str, first: Movement, second: Movement) -> Agreement:
    """Hold the moves of two conventions against each other.

    An event is an author's moves of one year: from the senders, to the receivers. Two events are the same move when
    they are of the same author, have a sender and a receiver in common, and their years differ by at most 1; each
    event is used once, equal years first, then the year before in the second, then the year after. Between two rules
    only events count whose own gap (years without the author between the old place and the new) is at most
    min(``max_gap``, ``join_gap``), since one of the rules looks no further.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    first, second
        Conventions of a rule that gives dated moves.

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> agreement(tables, level="institution", first=Movement(), second=Movement(rule="mode-year"))
    Agreement(events=3, other_events=4, shared=3, outside=0, other_outside=0)
    """
    widest = None
    if first.rule != second.rule:
        tenure, mode = (first, second) if first.rule == "tenure" else (second, first)
        widest = min(mode.max_gap, tenure.allowed_gap)
    own, other = (_events(tables, level, movement, widest) for movement in (first, second))
    events, outside = _counts(own)
    other_events, other_outside = _counts(other)
    return Agreement(events, other_events, _shared(tables, own, other), outside, other_outside)


def _events(tables: Tables, level: str, movement: Movement, widest: int | None) -> ir.Table:
    """Moves in flows, with ``inside``: 1 where their event lies in the common window, else 0."""
    rows = moves_counted(tables, level=level, movement=movement)
    gap = ibis.greatest(rows.year - rows.last_year_at_from - 1, 0)
    rows = rows.select("author_id", "year", "from_id", "to_id", gap=gap)
    rows = rows.mutate(gap=rows.gap.min().over(group_by=["author_id", "year"]))
    inside = ibis.literal(1) if widest is None else ibis.ifelse(rows.gap <= widest, 1, 0)
    return tables.keep(("events", level, movement, widest), rows.mutate(inside=inside))


def _counts(rows: ir.Table) -> tuple[int, int]:
    """Events inside and outside the common window."""
    events = rows.select("author_id", "year", "inside").distinct()
    found = events.agg(every=events.count(), inside=events.inside.sum()).to_pyarrow().to_pylist()[0]
    inside = int(found["inside"] or 0)
    return inside, int(found["every"]) - inside


def _shared(tables: Tables, own: ir.Table, other: ir.Table) -> int:
    """Number of events of both that are the same move, each used once.

    With the distance in years fixed an event has one candidate at most, so three rounds decide, and in each nobody
    has a choice.
    """
    own = own.filter(own.inside == 1)
    other = other.filter(other.inside == 1)
    other = other.select(b_author="author_id", b_year="year", b_from="from_id", b_to="to_id")
    ends = []
    for end, b_end in (("from_id", "b_from"), ("to_id", "b_to")):
        both = own.inner_join(other, [("author_id", "b_author"), (end, b_end)])
        both = both.mutate(step=both.b_year - both.year)
        ends.append(both.filter(both.step.between(-1, 1)).select("author_id", "year", "b_year", "step").distinct())
    left = tables.keep(("same moves", ibis.util.gen_name("agreement")), ends[0].intersect(ends[1]))
    rounds = []
    for step in _STEPS:
        found = left.filter(left.step == step)
        rounds.append(found.select("author_id", "year"))
        left = left.anti_join(found, ["author_id", "year"]).anti_join(found, ["author_id", "b_year"])
    return int(ibis.union(*rounds).count().to_pyarrow().as_py())
