"""Movement by tenures (rule ``tenure``): who stays where from when to when, and what a new stay follows on."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.measures.movement.kin import kin_of_places
from toolkit.measures.movement.observations import career_bounds, numbered_observations
from toolkit.measures.movement.options import Movement
from toolkit.measures.tables import Tables

__all__ = ["gap_starts", "moves_by_tenure", "numbered_tenures", "simultaneous_starts"]


def numbered_tenures(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """Tenures of authors at places: runs of observed years, over gaps of at most ``bridge_gap`` unobserved ones.

    Returns
    -------
    ibis table
        ``author_no``, ``place_no``, ``run`` (1 for the first at the place), ``start_year``, ``end_year``
    """
    seen = numbered_observations(tables, level=level, movement=movement).select("author_no", "place_no", "year")
    at_place = ibis.window(group_by=["author_no", "place_no"], order_by="year")
    whole = ibis.window(group_by=["author_no", "place_no"], order_by="year", preceding=None, following=None)
    seen = seen.mutate(before=seen.year.lag().over(at_place), last_there=seen.year.max().over(whole))
    # a run ends in the year before the next one begins, or in the last year at the place
    begins = seen.filter(seen.before.isnull() | (seen.year - seen.before > movement.bridge_gap + 1))
    runs = begins.select(
        "author_no",
        "place_no",
        run=ibis.row_number().over(at_place) + 1,
        start_year="year",
        end_year=ibis.coalesce(begins.before.lead().over(at_place), begins.last_there),
    )
    return tables.keep(("tenures", level, movement.bridge_gap, movement.people), runs)


def simultaneous_starts(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """Authors who begin at several places in their first observed year: whence they came can't be told.

    Returns
    -------
    ibis table
        ``author_no``, ``places``
    """
    runs = numbered_tenures(tables, level=level, movement=movement)
    runs = runs.mutate(began=runs.start_year.min().over(group_by="author_no"))
    first = runs.filter(runs.start_year == runs.began)
    starts = first.group_by("author_no").agg(places=first.count())
    return starts.filter(starts.places > 1)


def gap_starts(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """Tenures that would follow on another one, were the gap between them no longer than ``join_gap``.

    All earlier tenures of the author ended before y - 1 - ``join_gap``, and none of those that ended last is at the
    same place. Such a tenure has no senders: how somebody came is not known, and it is in no flow.

    Returns
    -------
    ibis table
        ``author_no``, ``from_no`` (of those that ended last and are no kin, the first by id), ``to_no``, ``year``,
        ``last_year_at_from``
    """
    runs = numbered_tenures(tables, level=level, movement=movement)
    begun = runs.group_by(["author_no", "start_year"]).agg(last=runs.end_year.max())
    before = ibis.window(group_by="author_no", order_by="start_year", preceding=(None, 1))
    begun = begun.mutate(ended=begun["last"].max().over(before))
    begun = begun.filter(begun.ended < begun.start_year - 1 - movement.allowed_gap)
    begun = begun.select(a="author_no", year="start_year", ended="ended")
    new = runs.inner_join(begun, [("author_no", "a"), ("start_year", "year")])
    new = new.select("author_no", "year", to_no="place_no", last_year_at_from="ended")
    old = runs.select(o="author_no", from_no="place_no", old_end="end_year")
    pairs = new.inner_join(old, [("author_no", "o"), ("last_year_at_from", "old_end")]).drop("o", "old_end")
    pairs = pairs.mutate(here=ibis.ifelse(pairs.from_no == pairs.to_no, 1, 0))
    pairs = pairs.mutate(last_here=pairs.here.max().over(group_by=["author_no", "to_no", "year"]))
    pairs = pairs.filter(pairs.last_here == 0).drop("here", "last_here")
    kin = kin_of_places(tables, level=level, movement=movement)
    if kin is not None:
        pairs = pairs.anti_join(kin, [("to_no", "one"), ("from_no", "other")])
    keys = ["author_no", "to_no", "year", "last_year_at_from"]
    found = pairs.group_by(keys).agg(from_no=pairs.from_no.min())
    return found.select("author_no", "from_no", "to_no", "year", "last_year_at_from")


def moves_by_tenure(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """Tenures that follow on others, each with each of its senders.

    A tenure ``[y, e]`` at B has as senders the tenures at other places that started before y and ran in y - 1 or
    later; if there are none, those that ended last of all the author's earlier ones, where they ended in
    y - 1 - ``join_gap`` or later and none of them is at B. Kin of B are no senders. With ``overlap`` the years from y
    in which both run:

    - ``visit``: the new ends before the old and lasts at most ``max_visit`` years;
    - ``dual``: no visit, and the overlap is longer than ``max_overlap``;
    - ``migration``: the new ends after each sender that ran in y or later, and overlaps none for longer than
      ``max_overlap``;
    - ``open``: the rest.

    Returns
    -------
    ibis table
        ``author_no``, ``from_no``, ``to_no``, ``year``, ``last_year_at_from`` (the sender's end), ``kind``,
        ``is_return``, ``returns_to_origin``, ``career_end``
    """
    pairs = _senders(tables, level=level, movement=movement)
    until = ibis.least(pairs.old_end, pairs.end_year)
    pairs = pairs.mutate(overlap=ibis.greatest(until - pairs.start_year + 1, 0))
    outlasted = (pairs.old_end < pairs.start_year) | (pairs.end_year > pairs.old_end)
    pairs = pairs.mutate(left=ibis.ifelse(outlasted & (pairs.overlap <= movement.max_overlap), 1, 0))
    pairs = pairs.mutate(left_all=pairs.left.min().over(group_by=["author_no", "place_no", "run"]))
    visit = (pairs.end_year < pairs.old_end) & (pairs.end_year - pairs.start_year + 1 <= movement.max_visit)
    kind = ibis.cases(
        (visit, "visit"),
        (pairs.overlap > movement.max_overlap, "dual"),
        (pairs.left_all == 1, "migration"),
        else_="open",
    )
    return pairs.select(
        "author_no",
        from_no="old_place",
        to_no="place_no",
        year="start_year",
        last_year_at_from="old_end",
        kind=kind,
        is_return=pairs.run > 1,
        returns_to_origin=pairs.place_began == pairs.career_began,
        career_end=pairs.end_year == pairs.career_ended,
    )


def _senders(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    """Tenures with each of their senders (``old_place``, ``old_end``) and the bounds of the career."""
    runs = numbered_tenures(tables, level=level, movement=movement)
    bounds = career_bounds(tables, level=level, movement=movement)
    # a career in one place has no pair; it is left out before anything is joined
    several = bounds.filter(bounds.lowest != bounds.highest)
    several = several.select(person="author_no", career_began="began", career_ended="ended")
    new = runs.inner_join(several, [("author_no", "person")]).drop("person")
    new = new.filter(new.start_year > new.career_began)
    first = runs.filter(runs.run == 1).select(b="author_no", q="place_no", place_began="start_year")
    earliest = movement.allowed_gap + 1
    old = runs.select(a="author_no", old_place="place_no", old_start="start_year", old_end="end_year")
    pairs = new.inner_join(old, [("author_no", "a")])
    pairs = pairs.filter(pairs.old_start < pairs.start_year, pairs.old_end >= pairs.start_year - earliest).drop("a")
    pairs = pairs.inner_join(first, [("author_no", "b"), ("place_no", "q")]).drop("b", "q")
    kin = kin_of_places(tables, level=level, movement=movement)
    if kin is None:
        pairs = pairs.mutate(is_kin=ibis.literal(0))
    else:
        pairs = pairs.left_join(kin, [("place_no", "one"), ("old_place", "other")])
        pairs = pairs.mutate(is_kin=ibis.ifelse(pairs.other.notnull(), 1, 0)).drop("one", "other")
    pairs = pairs.mutate(here=ibis.ifelse(pairs.old_place == pairs.place_no, 1, 0))
    running = (pairs.here == 0) & (pairs.is_kin == 0) & (pairs.old_end >= pairs.start_year - 1)
    pairs = pairs.mutate(running=ibis.ifelse(running, 1, 0))
    # by what it depends on: other lengths of visits and overlaps start from here
    key = (level, movement.bridge_gap, movement.allowed_gap, movement.kin, movement.people)
    pairs = tables.keep(("earlier tenures", *key), pairs)
    tenure = ibis.window(group_by=["author_no", "place_no", "run"])
    pairs = pairs.mutate(
        any_running=pairs.running.max().over(tenure),
        last=pairs.old_end.max().over(tenure),
        last_here=ibis.ifelse(pairs.here == 1, pairs.old_end, 0).max().over(tenure),
    )
    ended_last = (pairs.old_end == pairs["last"]) & (pairs.last_here < pairs["last"])
    after_a_gap = (pairs.any_running == 0) & ended_last & (pairs.is_kin == 0)
    return pairs.filter((pairs.running == 1) | after_a_gap)
