"""Answers about flows: the matrix, the indicators of places and of the whole, the corridors."""

from __future__ import annotations

from typing import Final, Unpack

import ibis
import ibis.expr.types as ir

from toolkit.corpus.schema import UNLOCATED
from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked
from toolkit.measures.flows.asking import FlowQuestion, asking_flows
from toolkit.measures.flows.counts import flow_matrix
from toolkit.measures.flows.indicators import corridors as flow_corridors
from toolkit.measures.flows.indicators import place_flows, system_flows
from toolkit.measures.movement.asking import movement_facts
from toolkit.measures.movement.options import Movement, MovementOptions
from toolkit.measures.precision import rounded
from toolkit.runs import Answer

__all__ = ["INDICATORS", "corridors", "flow_indicators", "flow_system", "flows"]

INDICATORS: Final = ("net", "inflow", "outflow", "net_rate", "effectiveness", "person_years")
"""What places may be ordered by."""

_NUMBERS: Final = (
    *("researchers", "inflow", "outflow", "net", "net_rate", "effectiveness", "a_to_b", "b_to_a", "total", "asymmetry"),
    *("connectivity", "aggregate_net_rate"),
)


def flows(
    workspace: Folder,
    *,
    level: str = "city",
    place: str | None = None,
    country: str | None = None,
    either: bool = False,
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    network: str | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Flows of researchers between places, largest first.

    ``M_ij = sum of the weights of moves from i to j``; an author's migrations of one year share weight 1. See
    :func:`toolkit.measures.flows.counts.flow_counts`.

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`; moves are made anew at each.
    place
        Only flows from or to this place, by id or name.
    country
        Only flows with both ends in this country, by code or name.
    either
        With ``country``: one end is enough.
    years
        Window of the moves, ``"2015:2024"``; both ends inclusive; careers are read whole.
    by_year
        A row per pair and year; else the window is summed and ``year`` is empty.
    top
        Only so many rows (of each year); ``None`` or 0 for all.
    network
        Imported flows of this name instead (:func:`~toolkit.corpus.networks.ingest_flows.ingest_flows`); ``level``
        and the options of rules say nothing then.
    **options
        Conventions, see :class:`toolkit.measures.movement.options.Movement`.

    Returns
    -------
    Answer
        ``from_id``, ``from_name``, ``to_id``, ``to_name``, ``year``, ``rule``, ``researchers`` (M_ij), ``moves`` [pairs
        of author and way], ``censored`` (some of the row's years have moves that are not certain yet)

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> flows(workspace, by_year=True).frame[["from_name", "to_name", "year", "researchers"]].values.tolist()
    [['Nanjing', 'Oxford', 2005, 1.0], ['Oxford', 'Nanjing', 2012, 1.0], ['Nanjing', 'Beijing', 2015, 1.0]]
    """
    movement = Movement(**options)
    with asking_flows(
        "flows", workspace, level=level, years=years, by_year=by_year, top=top, movement=movement, network=network
    ) as asked:
        rows = flow_matrix(asked.pairs, by_year=by_year)
        rows = _chosen(asked, rows, place=place, country=country, either=either, ends=("from_id", "to_id"))
        _facts(asked, movement)
        rows = asked.marked(asked.named(_rounded(rows), "from_id", "to_id").mutate(rule=ibis.literal(asked.rule)))
        columns = ["from_id", "from_name", "to_id", "to_name", "year", "rule", "researchers", "moves", "censored"]
        return asked.answer(rows, columns, [ibis.desc("researchers"), "from_id", "to_id"], top=top, total="researchers")


def flow_indicators(
    workspace: Folder,
    *,
    by: str = "net",
    losers: bool = False,
    level: str = "city",
    place: str | None = None,
    country: str | None = None,
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    network: str | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Inflow, outflow, net, net rate and effectiveness of places.

    ``net = D_i - O_i``, 0 over all places; ``net_rate = 1000 net / P_i``; ``effectiveness = 100 net / (D_i + O_i)``.
    See :func:`toolkit.measures.flows.indicators.place_flows`.

    Parameters
    ----------
    by
        What places are ordered by: ``net``, ``inflow``, ``outflow``, ``net_rate``, ``effectiveness`` or
        ``person_years``.
    losers
        The smallest first.
    place, country
        Only this place, only places of this country; their flows are with the whole world.
    workspace, level, years, by_year, top, network, **options
        As :func:`flows`.

    Returns
    -------
    Answer
        ``id``, ``name``, ``year``, ``inflow``, ``outflow``, ``net`` [researchers], ``net_rate`` [researchers per 1000
        person-years], ``effectiveness`` [percent], ``person_years``, ``censored``; places with a researcher or a flow.
        A rate over nothing is empty. Flows with an unknown end count for the end that is known; what is missing there
        is in the last row, ``unlocated``. Facts, of all places over the window: those of :func:`flow_system`, which
        takes flows between known places.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    References
    ----------
    Bell et al. (2002), doi 10.1111/1467-985X.00247.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> flow_indicators(workspace).frame[["name", "inflow", "outflow", "net"]].head(2).values.tolist()
    [['Beijing', 1.0, 0.0, 1.0], ['Oxford', 1.0, 1.0, 0.0]]
    """
    if by not in INDICATORS:
        raise BadParameter("by", by, f"it is one of {', '.join(INDICATORS)}")
    movement = Movement(**options)
    with asking_flows(
        "flow_indicators",
        workspace,
        level=level,
        years=years,
        by_year=by_year,
        top=top,
        movement=movement,
        network=network,
    ) as asked:
        whole = place_flows(asked.counts, asked.person_years)
        certain = place_flows(asked.pairs, asked.person_years)
        system = _rounded(system_flows(certain, asked.pairs)).to_pyarrow().to_pylist()
        for row in system:  # none where nobody is seen anywhere
            asked.question.timer.facts.update({name: value for name, value in row.items() if name != "year"})
        rows = place_flows(asked.counts, asked.person_years, by_year=True) if by_year else whole
        chosen = asked.place(place)
        code = asked.country(country)
        if chosen is not None:
            rows = rows.filter(rows.id == chosen)
        rows = asked.inside(rows, code, "id")
        asked.question.settled(by=by, losers=losers, place=chosen, country=code)
        _facts(asked, movement)
        rows = asked.marked(asked.named(_rounded(rows)))
        rows = rows.mutate(unknown=ibis.ifelse(rows[by].isnull() | (rows.id == UNLOCATED), 1, 0))
        signed = (-rows[by] if losers else rows[by]).cast("float64")
        rows = rows.mutate(size=ibis.ifelse(rows.unknown == 1, ibis.null("float64"), signed))
        columns = ["id", "name", "year", "inflow", "outflow", "net", "net_rate", "effectiveness", "person_years"]
        order = ["unknown", by if losers else ibis.desc(by), ibis.desc("inflow"), "id"]
        return asked.answer(rows, [*columns, "censored"], order, top=top, total="size")


def flow_system(
    workspace: Folder,
    *,
    level: str = "city",
    years: YearsAsked = None,
    by_year: bool = False,
    network: str | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """How strong and how wide the flows of all places are together.

    See :func:`toolkit.measures.flows.indicators.system_flows`.

    Parameters
    ----------
    workspace, level, years, by_year, network, **options
        As :func:`flows`.

    Returns
    -------
    Answer
        ``year``, ``places``, ``corridors`` [ordered pairs with a flow], ``connectivity``, ``researchers``,
        ``effectiveness`` [percent], ``aggregate_net_rate`` [percent], ``net_total`` (0), ``censored``

    Raises
    ------
    BadParameter, EmptySelection, DataError
        Nothing is written in any case.

    References
    ----------
    Bell et al. (2002), doi 10.1111/1467-985X.00247.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> flow_system(workspace, level="country").frame[["places", "corridors", "connectivity"]].values.tolist()
    [[3.0, 2.0, 0.333333333]]
    """
    movement = Movement(**options)
    with asking_flows(
        "flow_system",
        workspace,
        level=level,
        years=years,
        by_year=by_year,
        top=None,
        movement=movement,
        network=network,
    ) as asked:
        places = place_flows(asked.pairs, asked.person_years, by_year=by_year)
        rows = asked.marked(_rounded(system_flows(places, asked.pairs, by_year=by_year)))
        _facts(asked, movement)
        columns = ["year", "places", "corridors", "connectivity", "researchers", "effectiveness", "aggregate_net_rate"]
        return asked.answer(rows, [*columns, "net_total", "censored"], ["places"], top=None)


def corridors(
    workspace: Folder,
    *,
    level: str = "city",
    place: str | None = None,
    country: str | None = None,
    either: bool = False,
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    network: str | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Pairs of places with the flows both ways and their asymmetry, busiest first.

    ``asymmetry = (M_ab - M_ba) / (M_ab + M_ba)``. See :func:`toolkit.measures.flows.indicators.corridors`.

    Parameters
    ----------
    workspace, level, place, country, either, years, by_year, top, network, **options
        As :func:`flows`.

    Returns
    -------
    Answer
        ``a_id``, ``a_name``, ``b_id``, ``b_name``, ``year``, ``a_to_b``, ``b_to_a``, ``total``, ``net`` [researchers],
        ``asymmetry``, ``censored``

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> corridors(workspace, level="country").frame[["a_name", "b_name", "total", "asymmetry"]].values.tolist()
    [['China', 'United Kingdom', 2.0, 0.0]]
    """
    movement = Movement(**options)
    with asking_flows(
        "corridors", workspace, level=level, years=years, by_year=by_year, top=top, movement=movement, network=network
    ) as asked:
        rows = flow_corridors(asked.pairs, by_year=by_year)
        rows = _chosen(asked, rows, place=place, country=country, either=either, ends=("a_id", "b_id"))
        _facts(asked, movement)
        rows = asked.marked(asked.named(_rounded(rows), "a_id", "b_id"))
        columns = ["a_id", "a_name", "b_id", "b_name", "year", "a_to_b", "b_to_a", "total", "net", "asymmetry"]
        return asked.answer(rows, [*columns, "censored"], [ibis.desc("total"), "a_id", "b_id"], top=top, total="total")


def _chosen(
    asked: FlowQuestion,
    rows: ir.Table,
    *,
    place: str | None,
    country: str | None,
    either: bool,
    ends: tuple[str, str],
) -> ir.Table:
    """Rows of a place and a country, by their ends; what was meant stands in the record."""
    chosen = asked.place(place)
    code = asked.country(country)
    if either and code is None:
        raise BadParameter("either", either, "it says how a country is meant; name one")
    if chosen is not None:
        rows = rows.filter((rows[ends[0]] == chosen) | (rows[ends[1]] == chosen))
    asked.question.settled(place=chosen, country=code, either=either)
    return asked.inside(rows, code, *ends, either=either)


def _facts(asked: FlowQuestion, movement: Movement) -> None:
    if asked.network is None:
        movement_facts(asked.question, movement)


def _rounded(rows: ir.Table) -> ir.Table:
    return rows.mutate(**{name: rounded(rows[name]) for name in _NUMBERS if name in rows.columns})
