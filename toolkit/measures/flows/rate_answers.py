"""Answers about rates of careers: retention, returns, gateways, brain gain and drain, group moves."""

from __future__ import annotations

from typing import Any, Unpack

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.measures.asking import Folder, YearsAsked
from toolkit.measures.flows.asking import asking_flows
from toolkit.measures.flows.group_moves import group_moves as moves_in_groups
from toolkit.measures.flows.rates import brain_flows, gateway_rates, retention, return_rates
from toolkit.measures.movement.asking import movement_facts
from toolkit.measures.movement.options import Movement, MovementOptions
from toolkit.measures.movement.rules import corpus_span
from toolkit.measures.precision import rounded
from toolkit.measures.tables import Tables
from toolkit.runs import Answer

__all__ = ["flow_rates", "gateways", "group_moves"]


def flow_rates(
    workspace: Folder,
    *,
    level: str = "city",
    place: str | None = None,
    country: str | None = None,
    years: YearsAsked = None,
    by_year: bool = False,
    horizon: int = 5,
    before: int = 3,
    output: str = "parts",
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Retention, returns, and the output that movers bring and take along, by place.

    - ``retention = 1 - leavers / at_risk`` (:func:`toolkit.measures.flows.rates.retention`);
    - ``return_rate``: of those who left, early enough for it to be seen, the part that came back within h years
      (:func:`toolkit.measures.flows.rates.return_rates`);
    - ``brain_gain`` and ``brain_drain``: inflow and outflow weighted by the movers' own output in the w years before
      (:func:`toolkit.measures.flows.rates.brain_flows`).

    Parameters
    ----------
    place, country
        Only this place, only places of this country.
    horizon
        h [years].
    before
        w [years].
    output
        ``parts`` (1/n_p of each article) or ``articles``.
    workspace, level, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.flows`.

    Returns
    -------
    Answer
        ``id``, ``name``, ``year``, ``leavers``, ``at_risk`` [researchers], ``retention``, ``leavings``, ``returned``
        [leavings], ``return_rate``, ``brain_gain``, ``brain_drain``, ``brain_net`` [articles], ``censored``; those with
        most at risk first. A rate over nothing is empty.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> flow_rates(workspace, place="Nanjing", horizon=7).frame[["leavers", "at_risk", "return_rate"]].values.tolist()
    [[2, 22, 0.5]]
    """
    movement = Movement(**options)
    with asking_flows(
        "flow_rates", workspace, level=level, years=years, by_year=by_year, top=top, movement=movement
    ) as asked:
        tables, window = asked.tables, asked.years
        stays = retention(tables, level=level, movement=movement, years=window, by_year=by_year)
        back = return_rates(tables, level=level, movement=movement, years=window, by_year=by_year, horizon=horizon)
        brain = brain_flows(
            tables, level=level, movement=movement, years=window, by_year=by_year, before=before, output=output
        )
        rows = stays.select("id", "year").union(back.select("id", "year"), brain.select("id", "year"), distinct=True)
        rows = rows.mutate(key=ibis.coalesce(rows.year, 0))
        for number, part in enumerate((stays, back, brain)):
            known = part.rename(**{f"id{number}": "id"}).mutate(**{f"y{number}": ibis.coalesce(part.year, 0)})
            rows = rows.left_join(known.drop("year"), [("id", f"id{number}"), ("key", f"y{number}")])
            rows = rows.drop(f"id{number}", f"y{number}")
        chosen = asked.place(place)
        code = asked.country(country)
        if chosen is not None:
            rows = rows.filter(rows.id == chosen)
        rows = asked.inside(rows, code, "id")
        asked.question.settled(place=chosen, country=code, horizon=horizon, before=before, output=output)
        movement_facts(asked.question, movement)
        first, last = corpus_span(tables)
        asked.question.timer.notes.append(
            f"Returns are of those who left by {last - horizon}; output before a move is whole from {first + before}."
        )
        numbers = ("retention", "return_rate", "brain_gain", "brain_drain", "brain_net")
        rows = rows.mutate(**{name: rounded(rows[name]) for name in numbers})
        rows = asked.marked(asked.named(rows)).mutate(most=ibis.coalesce(ibis._.at_risk, 0))
        columns = ["id", "name", "year", "leavers", "at_risk", "retention", "leavings", "returned", "return_rate"]
        columns += ["brain_gain", "brain_drain", "brain_net", "censored"]
        return asked.answer(rows, columns, [ibis.desc("most"), "id"], top=top, total="most")


def gateways(
    workspace: Folder,
    *,
    level: str = "city",
    country: str | None = None,
    years: YearsAsked = None,
    by_year: bool = False,
    horizon: int = 5,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Cities by which people come into a country, and the part that goes on to its other cities.

    See :func:`toolkit.measures.flows.rates.gateway_rates`.

    Parameters
    ----------
    level
        ``city`` or ``metro``.
    country
        Only cities of this country.
    horizon
        Within how many years they go on [years].
    workspace, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.flows`.

    Returns
    -------
    Answer
        ``id``, ``name``, ``year``, ``arrivals``, ``went_on`` [researchers], ``gateway_rate``, ``censored``; most
        arrivals first. Arrivals after Y_max - ``horizon`` are in none.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> gateways(workspace).frame[["name", "arrivals", "went_on", "gateway_rate"]].values.tolist()
    [['Nanjing', 1, 0, 0.0], ['Oxford', 1, 0, 0.0]]
    """
    movement = Movement(**options)
    with asking_flows(
        "gateways", workspace, level=level, years=years, by_year=by_year, top=top, movement=movement
    ) as asked:
        rows = gateway_rates(
            asked.tables, level=level, movement=movement, years=asked.years, by_year=by_year, horizon=horizon
        )
        code = asked.country(country)
        rows = asked.inside(rows, code, "id")
        asked.question.settled(country=code, horizon=horizon)
        movement_facts(asked.question, movement)
        last = corpus_span(asked.tables)[1]
        asked.question.timer.notes.append(
            f"Arrivals are those up to {last - horizon}, {horizon} years before the last."
        )
        rows = asked.marked(asked.named(rows.mutate(gateway_rate=rounded(rows.gateway_rate))))
        columns = ["id", "name", "year", "arrivals", "went_on", "gateway_rate", "censored"]
        return asked.answer(
            rows, columns, [ibis.desc("arrivals"), ibis.desc("went_on"), "id"], top=top, total="arrivals"
        )


def group_moves(
    workspace: Folder,
    *,
    level: str = "institution",
    least: int = 3,
    years: YearsAsked = None,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Co-authors who go from one institution to another within a year of each other.

    See :func:`toolkit.measures.flows.group_moves.group_moves`.

    Parameters
    ----------
    level
        ``institution`` or ``parent``.
    least
        Fewest authors of a group.
    workspace, years, top, **options
        As :func:`~toolkit.measures.answers.flows`; ``years`` are those of the first move.

    Returns
    -------
    Answer
        ``from_id``, ``from_name``, ``to_id``, ``to_name``, ``year``, ``last_year``, ``authors`` [researchers],
        ``articles`` [joint articles that show the group], ``author_ids``, ``censored``; the largest first

    Raises
    ------
    BadParameter, EmptySelection, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> len(group_moves(workspace))
    0
    """
    movement = Movement(**options)
    with asking_flows(
        "group_moves", workspace, level=level, years=years, by_year=False, top=top, movement=movement
    ) as asked:
        rows = moves_in_groups(asked.tables, level=level, movement=movement, years=asked.years, least=least)
        asked.question.settled(least=least)
        movement_facts(asked.question, movement)
        rows = _by_group(asked.tables, rows)
        rows = asked.named(rows, "from_id", "to_id").mutate(censored=ibis._.year > asked.certain)
        columns = ["from_id", "from_name", "to_id", "to_name", "year", "last_year", "authors", "articles"]
        order = [ibis.desc("authors"), "year", "from_id", "to_id"]
        return asked.answer(rows, [*columns, "author_ids", "censored"], order, top=top)


def _by_group(tables: Tables, members: ir.Table) -> ir.Table:
    """A row for each group, with its ``author_ids`` in order, blanks between."""
    found = members.order_by("from_id", "to_id", "year", "author_id").to_pyarrow()
    groups: dict[tuple[Any, ...], list[str]] = {}
    keys = [name for name in found.column_names if name != "author_id"]
    for row in found.to_pylist():
        groups.setdefault(tuple(row[name] for name in keys), []).append(row["author_id"])
    columns = dict(zip(keys, zip(*groups, strict=True), strict=True)) if groups else dict.fromkeys(keys, ())
    table = {name: pa.array(columns[name], found.schema.field(name).type) for name in keys}
    ids = pa.array([" ".join(people) for people in groups.values()], pa.string())
    return tables.keep((ibis.util.gen_name("groups"),), pa.table({**table, "author_ids": ids}))
