"""Answers about groups of movers: between groups, and what groups add to the net of a place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Unpack

import ibis

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked
from toolkit.measures.counting.levels import units
from toolkit.measures.flows.asking import FlowQuestion, asking_flows
from toolkit.measures.flows.groups import DEFAULT_AGES, Grouping, group_contributions
from toolkit.measures.flows.groups import group_flows as flows_of_groups
from toolkit.measures.flows.indicators import place_flows
from toolkit.measures.movement.asking import movement_facts
from toolkit.measures.movement.cohorts import read_cohort
from toolkit.measures.movement.options import Movement, MovementOptions
from toolkit.measures.precision import rounded
from toolkit.measures.selection import years_text
from toolkit.runs import Answer

__all__ = ["group_flows"]

_HALF: Final = 0.5
_CALLED: Final = {
    "education": "universities",
    "facility": "institutes",
    "company": "companies",
    "government": "government bodies",
    "healthcare": "hospitals",
    "nonprofit": "nonprofits",
    "archive": "archives",
    "other": "other institutions",
    "unknown": "institutions of unknown type",
}
"""What institutions of a type are called in a sentence."""


def group_flows(
    workspace: Folder,
    by: str | Sequence[str] = "type",
    *,
    place: str | None = None,
    each: bool = False,
    umbrella: str | None = None,
    ages: str = DEFAULT_AGES,
    people: str | Path | None = None,
    level: str = "city",
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Flows between groups of institutions and of people; what each adds to the net of a place.

    A move is taken apart by the institutions from which its author signed at both places, so the groups of a place add
    up to its inflow, outflow and net: see :mod:`toolkit.measures.flows.groups`.

    Parameters
    ----------
    by
        One or several of ``type`` (an institution's first type other than funder), ``umbrella`` (inside or outside),
        ``scope`` (within-city, domestic, international), ``age`` (career age at the move), ``cohort`` (of ``people``).
    place
        What the groups of this place gain and lose; a note says it in a sentence.
    each
        The same of every place.
    umbrella
        The organisation, by id or name; it and everything below it are inside.
    ages
        Bands of career age [years], as ``0-5,6-10,11+``.
    people
        Table with ``author_id`` or ``orcid``, ``group``, and perhaps ``event_year``; people who are not among the
        authors are listed in the notes.
    workspace, level, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.flows`; a level of institutions shows moves within a city too.

    Returns
    -------
    Answer
        Of a place: ``id``, ``name``, ``own_group``, ``other_group`` (where institutions have groups), ``scope``,
        ``age``, ``cohort`` (where asked for), ``year``, ``inflow``, ``outflow``, ``net`` [researchers], ``part``
        (of the place's net), ``censored``; the largest nets first. Else ``from_group``, ``to_group``, ``scope``,
        ``age``, ``cohort``, ``year``, ``researchers``, ``left_censored`` [researchers], ``censored``.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> answer = group_flows(workspace, "scope", place="Nanjing", years="2005:2011")
    >>> answer.frame[["name", "scope", "inflow", "outflow", "net", "part"]].values.tolist()
    [['Nanjing', 'international', 0.0, 1.0, -1.0, 1.0]]
    >>> answer.run.notes[-1]
    'Nanjing lost 1 researchers on balance (2005:2011): mainly to places abroad (-1).'
    """
    asked_by = (by,) if isinstance(by, str) else tuple(by)
    if place is not None and each:
        raise BadParameter("place", place, "give either a place or each")
    movement = Movement(**options)
    with asking_flows(
        "group_flows", workspace, level=level, years=years, by_year=by_year, top=top, movement=movement
    ) as asked:
        chosen = asked.place(place)
        grouping = _grouping(asked, asked_by, umbrella=umbrella, ages=ages, people=people)
        asked.question.settled(
            by=list(asked_by),
            place=chosen,
            each=each,
            umbrella=grouping.umbrella,
            ages=ages,
            people=None if people is None else str(people),
        )
        movement_facts(asked.question, movement)
        if chosen is None and not each:
            return _between_groups(asked, grouping, movement, by_year=by_year, top=top)
        return _of_places(asked, grouping, movement, place=chosen, by_year=by_year, top=top)


def _grouping(
    asked: FlowQuestion, by: tuple[str, ...], *, umbrella: str | None, ages: str, people: str | Path | None
) -> Grouping:
    inside = asked.question.place(umbrella, level="institution")
    called = None
    if inside is not None:
        names = units(asked.tables, "institution")
        found = names.filter(names.id == inside).to_pyarrow()["name"].to_pylist()
        called = found[0] if found else inside
    cohort = None
    if people is not None:
        read = read_cohort(asked.tables, people)
        cohort = read.people
        asked.question.timer.notes.extend(read.notes())
        asked.question.timer.facts.update(
            people=cohort.num_rows, unmatched=len(read.unmatched), unmatched_rows={"rows": list(read.unmatched)}
        )
    return Grouping(by=by, umbrella=inside, umbrella_name=called, ages=ages, people=cohort)


def _between_groups(
    asked: FlowQuestion, grouping: Grouping, movement: Movement, *, by_year: bool, top: int | None
) -> Answer:
    rows = flows_of_groups(
        asked.tables,
        grouping,
        level=asked.question.level,
        movement=movement,
        years=asked.years,
        by_year=by_year,
    )
    rows = asked.marked(rows.mutate(researchers=rounded(rows.researchers), left_censored=rounded(rows.left_censored)))
    keys = [*(("from_group", "to_group") if grouping.has_groups else ()), *grouping.keys]
    columns = [*keys, "year", "researchers", "left_censored", "censored"]
    return asked.answer(rows, columns, [ibis.desc("researchers"), *keys], top=top, total="researchers")


def _of_places(
    asked: FlowQuestion,
    grouping: Grouping,
    movement: Movement,
    *,
    place: str | None,
    by_year: bool,
    top: int | None,
) -> Answer:
    rows = group_contributions(
        asked.tables,
        grouping,
        level=asked.question.level,
        movement=movement,
        years=asked.years,
        by_year=by_year,
    )
    whole = place_flows(asked.counts, by_year=by_year).select(
        place_id="id", whole_year=ibis.coalesce(ibis._.year, 0), whole_net="net"
    )
    rows = rows.mutate(key=ibis.coalesce(rows.year, 0))
    rows = rows.left_join(whole, [("id", "place_id"), ("key", "whole_year")])
    rows = rows.mutate(part=rows.net / rows.whole_net.nullif(0.0), size=rounded(rows.net.abs()))
    if place is not None:
        rows = rows.filter(rows.id == place)
    rows = rows.mutate(**{name: rounded(rows[name]) for name in ("inflow", "outflow", "net", "part")})
    rows = asked.marked(asked.named(rows))
    keys = [*(("own_group", "other_group") if grouping.has_groups else ()), *grouping.keys]
    columns = ["id", "name", *keys, "year", "inflow", "outflow", "net", "part", "censored"]
    if place is not None and not by_year:
        asked.question.timer.notes.extend(_sentence(asked, rows.select("name", "net", *keys).to_pyarrow().to_pylist()))
    return asked.answer(rows, columns, [ibis.desc("size"), "id", *keys], top=top, total="size")


def _sentence(asked: FlowQuestion, rows: list[dict[str, Any]]) -> list[str]:
    """What the groups of a place say, in a sentence: the fewest of them that make up half of what it lost or gained."""
    if not rows:
        return []
    net = sum(row["net"] for row in rows)
    window = years_text(asked.years)
    name = rows[0]["name"]
    if abs(net) < _HALF * 1e-9:
        return [f"{name} gained as many researchers as it lost ({window})."]
    way = 1 if net > 0 else -1
    same = sorted((row for row in rows if row["net"] * way > 0), key=lambda row: (-abs(row["net"]), str(row)))
    most = 0.0
    named: list[str] = []
    for row in same:
        if named and most >= _HALF * abs(net):
            break
        named.append(f"{_phrase(row, gained=way > 0)} ({row['net']:+.4g})")
        most += abs(row["net"])
    verb = "gained" if way > 0 else "lost"
    return [f"{name} {verb} {abs(net):.4g} researchers on balance ({window}): mainly {'; '.join(named)}."]


def _phrase(row: dict[str, Any], *, gained: bool) -> str:
    where = {
        "domestic": "in the country",
        "international": "abroad",
        "within-city": "in the city",
        "unknown": "of unknown country",
    }
    there = where.get(row.get("scope", ""), "")
    called = {name: _CALLED.get(row[name], row[name]) for name in ("own_group", "other_group") if name in row}
    other = called.get("other_group") or "places"
    ends = " ".join(part for part in ("from" if gained else "to", other, there) if part)
    own = f"by {called['own_group']}, which {'gained' if gained else 'lost'} people " if called else ""
    who = [
        f"at career age {row['age']}" if "age" in row else "",
        f"of group {row['cohort']}" if "cohort" in row else "",
    ]
    return " ".join(part for part in (f"{own}{ends}", *who) if part)
