"""The three rules of movement behind the same functions: who moved whence, where to and when."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.measures.counting.parts import Years, unit_numbers
from toolkit.measures.movement.mode_years import mode_years, moves_by_mode
from toolkit.measures.movement.observations import (
    author_numbers,
    corpus_span,
    first_years,
    numbered_first_years,
    observations,
    suspects,
)
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement, check_flow_rule
from toolkit.measures.movement.origins import origin_classes
from toolkit.measures.movement.tenures import moves_by_tenure, numbered_tenures
from toolkit.measures.tables import Tables

__all__ = [
    "COUNTED_KINDS",
    "STORED_MOVES",
    "corpus_span",
    "first_years",
    "movements",
    "moves_counted",
    "observations",
    "origin_classes",
    "person_years",
    "suspects",
    "tenures",
]

COUNTED_KINDS: Final = ("migration", "move")
"""Kinds that are in flows; ``visit``, ``dual``, ``open`` and ``gap`` are in none."""
STORED_MOVES: Final = {"tenure": "tenure_moves", "mode-year": "mode_moves"}
"""Stored tables of :func:`movements` with the usual conventions, by rule; the level stands before the name."""


def movements(
    tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT, years: Years | None = None
) -> ir.Table:
    """Movements of authors between places, those in no flow among them.

    Rule ``tenure``: a row for each new tenure and each of its senders
    (:func:`~toolkit.measures.movement.tenures.moves_by_tenure`). Rule ``mode-year``: a row for each change of the
    year's main place (:func:`~toolkit.measures.movement.mode_years.moves_by_mode`).

    Parameters
    ----------
    tables
        The canonical tables.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    movement
        Conventions.
    years
        First and last year of the moves, both inclusive; careers are read whole in any case.

    Returns
    -------
    ibis table
        ``author_id``, ``from_id``, ``to_id``, ``year`` (the first at the new place), ``last_year_at_from``, ``rule``,
        ``kind`` (``migration``, ``visit``, ``dual``, ``open``; ``move``, ``gap``), ``weight`` (what the row has in
        flows [researchers]: an author's migrations of one year share 1, rows in no flow have 0), ``is_return`` (held
        the place before), ``returns_to_origin`` (held it in the first observed year), ``censored`` (by tenure, in one
        of the corpus's last max(2, ``max_overlap``) years), ``career_end`` (the stay lasts to the author's last
        observed year), ``career_age`` (``year`` less the first observed year at any place [years]),
        ``left_censored`` (that is one of the corpus's first two)

    Raises
    ------
    BadParameter
        The rule gives no dated moves, or there is no such level.

    References
    ----------
    mode-year: A. Akbaritabar, T. Theile, E. Zagheni, doi 10.1038/s41597-024-03655-9; tenure: S. Herman, bibliometric
    migration (OSF cn37f), re-derived.

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> found = movements(tables, level="institution").order_by("year")
    >>> found.select("author_id", "from_id", "to_id", "year", "kind").to_pyarrow().to_pandas()
      author_id from_id to_id  year       kind
    0  returnee     nju   oxf  2005  migration
    1  returnee     oxf   nju  2012  migration
    2     clean     nju   pku  2015  migration
    3   overlap     mit   oxf  2016       dual
    """
    check_flow_rule(movement)
    key = ("movements", level, movement)
    usual = movement == Movement(rule=movement.rule)
    found = tables.known(key, f"{level}_{STORED_MOVES[movement.rule]}" if usual else None)
    if found is None:
        found = tables.keep(key, _movements(tables, level=level, movement=movement))
    return found if years is None else found.filter(found.year.between(*years))


def moves_counted(
    tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT, years: Years | None = None
) -> ir.Table:
    """Those of :func:`movements` that are in flows: migrations, or moves; not censored where these are left out.

    Returns
    -------
    ibis table
        As :func:`movements`; every ``weight`` is above 0
    """
    found = movements(tables, level=level, movement=movement, years=years)
    return found.filter(found.weight > 0)


def _movements(tables: Tables, *, level: str, movement: Movement) -> ir.Table:
    if movement.rule == "tenure":
        found = moves_by_tenure(tables, level=level, movement=movement)
        censored = found.year > corpus_span(tables)[1] - movement.open_end
    else:
        found = moves_by_mode(tables, level=level, movement=movement)
        censored = ibis.literal(False)
    found = found.mutate(censored=censored)
    counted = found.kind.isin(COUNTED_KINDS)
    if movement.drop_censored:
        counted = counted & ~found.censored
    found = found.mutate(counted=ibis.ifelse(counted, 1, 0))
    of_year = found.counted.sum().over(group_by=["author_no", "year"]).cast("float64")
    found = found.mutate(weight=ibis.ifelse(found.counted == 1, 1.0 / of_year.nullif(0.0), 0.0))
    origins, targets = unit_numbers(tables, level), unit_numbers(tables, level)
    found = found.inner_join(origins.select(n1="number", from_id="unit_id"), [("from_no", "n1")])
    found = found.inner_join(targets.select(n2="number", to_id="unit_id"), [("to_no", "n2")])
    found = found.inner_join(author_numbers(tables), "author_no")
    found = found.inner_join(numbered_first_years(tables), "author_no")
    return found.select(
        "author_id",
        "from_id",
        "to_id",
        "year",
        "last_year_at_from",
        "kind",
        "weight",
        "is_return",
        "returns_to_origin",
        "censored",
        "career_end",
        "left_censored",
        rule=ibis.literal(movement.rule),
        career_age=found.year - found.first_year,
    )


def tenures(tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT) -> ir.Table:
    """Tenures of authors at places, bridged over gaps of at most ``bridge_gap`` unobserved years.

    Returns
    -------
    ibis table
        ``author_id``, ``place_id``, ``start_year``, ``end_year``: both ends are observed years

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> stays = tenures(tables, level="institution")
    >>> stays.filter(stays.author_id == "overlap").order_by("start_year").to_pyarrow().to_pandas()
      author_id place_id  start_year  end_year
    0   overlap      mit        2004      2020
    1   overlap      oxf        2016      2024
    """
    runs = numbered_tenures(tables, level=level, movement=movement)
    runs = runs.inner_join(author_numbers(tables), "author_no")
    runs = runs.inner_join(unit_numbers(tables, level), [("place_no", "number")])
    return runs.rename(place_id="unit_id").select("author_id", "place_id", "start_year", "end_year")


def person_years(tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT) -> ir.Table:
    """Person-years at each place in each year, what rates of movement are divided by.

    Rule ``mode-year``: authors whose main place it is in the year. Rule ``tenure``: authors with a tenure there that
    runs in the year, bridged years included; an author with two tenures counts at both.

    Returns
    -------
    ibis table
        ``place_id``, ``year``, ``person_years`` [researchers]; years without any are left out

    Raises
    ------
    BadParameter
        The rule gives no dated moves.

    Examples
    --------
    >>> from toolkit.corpus.example import BEIJING, example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), example_tables())
    >>> there = person_years(tables, level="city")
    >>> there.filter(there.place_id == BEIJING).order_by("year").to_pyarrow()["person_years"].to_pylist()
    [1, 2, 3, 4]
    """
    check_flow_rule(movement)
    key = ("person years", level, movement)
    if key not in tables.kept:
        counted = _by_mode if movement.rule == "mode-year" else _by_tenure
        found = counted(tables, level, movement).inner_join(unit_numbers(tables, level), [("place_no", "number")])
        tables.keep(key, found.select("year", "person_years", place_id="unit_id"))
    return tables.kept[key]


def _by_mode(tables: Tables, level: str, movement: Movement) -> ir.Table:
    years = mode_years(tables, level=level, movement=movement)
    return years.group_by(["place_no", "year"]).agg(person_years=years.count())


def _by_tenure(tables: Tables, level: str, movement: Movement) -> ir.Table:
    """Those who began up to a year less those who ended before it: no row is made for each year of each tenure."""
    runs = numbered_tenures(tables, level=level, movement=movement)
    starts = runs.select("place_no", year=runs.start_year, change=ibis.literal(1))
    ends = runs.select("place_no", year=runs.end_year + 1, change=ibis.literal(-1))
    changes = starts.union(ends).group_by(["place_no", "year"]).agg(change=ibis._.change.sum())
    first, last = corpus_span(tables)
    calendar = tables.keep(("calendar",), pa.table({"calendar_year": pa.array(range(first, last + 1), pa.int64())}))
    places = changes.select("place_no").distinct().cross_join(calendar)
    rows = places.left_join(changes, [("place_no", "place_no"), ("calendar_year", "year")])
    rows = rows.select("place_no", year="calendar_year", change=ibis.coalesce(rows.change, 0))
    so_far = ibis.window(group_by="place_no", order_by="year", preceding=(None, 0))
    rows = rows.mutate(person_years=rows.change.sum().over(so_far))
    return rows.filter(rows.person_years > 0).select("place_no", "year", "person_years")
