"""Where an event leads people: the cities that returnees and movers arrive at."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Unpack

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.errors import EmptySelection
from toolkit.measures.asking import Folder, YearsAsked
from toolkit.measures.counting.levels import unit_of_site, units
from toolkit.measures.movement.asking import asking_movement, movement_facts
from toolkit.measures.movement.events import Events, check_who, events_asked
from toolkit.measures.movement.observations import author_numbers, signed_articles
from toolkit.measures.movement.options import Movement, MovementOptions, check_flow_rule
from toolkit.measures.movement.rules import movements
from toolkit.measures.precision import exact_sum, rounded
from toolkit.measures.tables import Tables
from toolkit.runs import Answer

__all__ = ["event_destinations"]

_COLUMNS: Final = ("id", "name", "country", "persons", "part", "held_before")
_TIE: Final = 1e-9


def event_destinations(
    workspace: Folder,
    *,
    who: str = "returnees",
    level: str = "country",
    years: YearsAsked = None,
    to_place: str | None = None,
    people: str | Path | None = None,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Cities that people arrive at with an event: a first return, a first move, or the year that a file says.

    Of the affiliations that a person signs from in the year of the event at the places reached (with ``to_place``: at
    that place), the destination city is the one with most parts (1/k of an article signed from k affiliations); tied
    cities share the person.

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    who
        ``returnees`` or ``movers``.
    level
        Between which places an event leads: one of :data:`~toolkit.corpus.schema.LEVELS`.
    years
        Window of the events, both ends inclusive.
    to_place
        Only events with this place, by id or name, among the places reached, and only cities of this place.
    people
        Table with ``author_id`` or ``orcid``, ``group`` and ``event_year``: these people and years are the events. The
        places reached are the main places of the event's year: several where they are tied.
    top
        Only so many rows; ``None`` or 0 for all.
    **options
        Conventions, see :class:`toolkit.measures.movement.options.Movement`.

    Returns
    -------
    Answer
        ``id``, ``name`` and ``country`` of the city (``unlocated`` where none is known), ``persons``, ``part`` [of all
        persons], ``held_before`` [persons who had signed from that city in an earlier year]; most persons first. Facts:
        ``persons``, which the rows add up to.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> event_destinations(workspace).frame.values.tolist()
    [['1799962', 'Nanjing', 'CN', 1.0, 1.0, 1.0]]
    """
    movement = Movement(**options)
    check_flow_rule(movement)
    check_who(who)
    with asking_movement(
        "event_destinations", workspace, level=level, years=years, top=top, movement=movement
    ) as question:
        tables = question.tables
        place = None if to_place is None else question.place(to_place)
        question.settled(who=who, to_place=place, people=None if people is None else str(people))
        movement_facts(question, movement)
        moved = movements(tables, level=level, movement=movement)
        events = events_asked(question, moved, who=who, people=people, to_place=place)
        lost = int((~events.people.author_id.isin(events.reached.author_id)).sum())
        if lost:
            question.timer.notes.append(
                f"{lost:,} people of the file are observed at no place in the year of their event and are excluded."
            )
        events = events.among(events.reached.author_id)
        if events.people.empty:
            raise EmptySelection(
                f"Nobody has such an event in {question.years[0]}:{question.years[1]}. Widen the years or the level."
            )
        question.timer.facts["persons"] = len(events.people)
        arrivals = _arrivals(tables, events, level=level, place=place)
        rows = _by_city(arrivals, persons=len(events.people))
        names = units(tables, "city").select(city="id", known_name="name", country="country")
        rows = rows.left_join(names, [("id", "city")])
        rows = rows.mutate(name=ibis.coalesce(rows.known_name, rows.id))
        return question.answer(rows, _COLUMNS, [ibis.desc("persons"), "id"], top=top)


def _arrivals(tables: Tables, events: Events, *, level: str, place: str | None) -> ir.Table:
    """Destination cities of each person, at ``place`` alone where one is asked for.

    ``author_no``, ``id`` (of a city, or ``unlocated``), ``weight`` (tied cities share 1), ``held`` (1 if held before)
    """
    reached = events.reached.merge(events.people, on="author_id")
    if place is not None:
        reached = reached[reached.place_id == place]
    content = {
        "person": pa.array(reached.author_id, pa.string()),
        "reached": pa.array(reached.place_id, pa.string()),
        "event": pa.array(reached.year, pa.int64()),
    }
    asked = tables.connection.create_table(ibis.util.gen_name("events"), pa.table(content), temp=True)
    asked = asked.inner_join(author_numbers(tables), [("person", "author_id")]).select("author_no", "reached", "event")
    people = asked.select("author_no", "event").distinct()
    signed = signed_articles(tables).inner_join(people, "author_no")
    signed = signed.inner_join(
        unit_of_site(tables, "city").select(city_site="site_id", city="unit_id"), [("site_id", "city_site")]
    )
    there = unit_of_site(tables, level).select(level_site="site_id", unit="unit_id")
    arrived_at = asked.inner_join(there, [("reached", "unit")]).select(arriving="author_no", site_reached="level_site")
    now = signed.filter(signed.year == signed.event)
    now = now.inner_join(arrived_at.distinct(), [("author_no", "arriving"), ("site_id", "site_reached")])
    parts = now.group_by(["author_no", "city"]).agg(part=exact_sum(1.0 / now.k))
    parts = parts.mutate(most=parts.part.max().over(group_by="author_no"))
    main = parts.filter(parts.part >= parts.most - _TIE)
    main = main.mutate(weight=1.0 / ibis._.count().over(group_by="author_no").cast("float64"))
    before = (
        signed.filter(signed.year < signed.event).select(b="author_no", old_city="city").distinct().mutate(seen=1.0)
    )
    main = main.left_join(before, [("author_no", "b"), ("city", "old_city")])
    return main.select("author_no", "weight", id="city", held=ibis.coalesce(main.seen, 0.0))


def _by_city(arrivals: ir.Table, *, persons: int) -> ir.Table:
    rows = arrivals.group_by("id").agg(
        persons=exact_sum(arrivals.weight), held_before=exact_sum(arrivals.weight * arrivals.held)
    )
    return rows.select(
        "id",
        persons=rounded(rows.persons),
        part=rounded(rows.persons / float(persons)),
        held_before=rounded(rows.held_before),
    )
