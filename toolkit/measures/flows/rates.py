"""Rates of careers: who stays, who comes back, who goes on from a gateway, and what output moves along."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.errors import BadParameter
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.options import is_count
from toolkit.measures.counting.parts import Years, unit_numbers
from toolkit.measures.flows.counts import both_ends, gains_and_losses
from toolkit.measures.movement.mode_years import mode_years
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.movement.rules import corpus_span, moves_counted, observations, tenures
from toolkit.measures.precision import exact_sum, limbs
from toolkit.measures.tables import Tables

__all__ = ["OUTPUTS", "brain_flows", "gateway_rates", "retention", "return_rates"]

OUTPUTS = ("parts", "articles")


def retention(
    tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT, years: Years, by_year: bool = False
) -> ir.Table:
    """Part of a place's researchers who stay.

    ``retention(i, y) = 1 - leavers / at risk``. An author leaves i in y by a move of the rule. An author is at risk in
    y who is observed in y or later, and: by the year's main place, i is the place before, for at most ``max_gap`` + 1
    years; by tenures, a tenure at i ran in y - 1 or sends a migration in y. Over a window the sums come first.

    Parameters
    ----------
    tables, level, movement
        As :func:`~toolkit.measures.flows.counts.flow_counts`.
    years
        First and last year, both inclusive.
    by_year
        A row per place and year.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``leavers``, ``at_risk`` [researchers], ``retention``; places with somebody at risk

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> found = retention(tables, level="country", years=(2001, 2005))
    >>> found.filter(found.id == "CN").select("leavers", "at_risk", "retention").to_pyarrow().to_pylist()
    [{'leavers': 1, 'at_risk': 5, 'retention': 0.8}]
    """
    moves = moves_counted(tables, level=level, movement=movement)
    spells = _by_mode(tables, level, movement) if movement.rule == "mode-year" else _by_tenure(tables, level, movement)
    spells = spells.filter(spells.first <= spells["last"], spells.first <= years[1], spells["last"] >= years[0])
    starts = spells.select("id", year=ibis.greatest(spells.first, years[0]), change=ibis.literal(1))
    ends = spells.select("id", year=ibis.least(spells["last"], years[1]) + 1, change=ibis.literal(-1))
    changes = starts.union(ends).group_by(["id", "year"]).agg(change=ibis._.change.sum())
    calendar = tables.keep(
        ("years", years), pa.table({"calendar_year": pa.array(range(years[0], years[1] + 1), pa.int64())})
    )
    rows = changes.select("id").distinct().cross_join(calendar)
    rows = rows.left_join(changes.rename(there="id"), [("id", "there"), ("calendar_year", "year")])
    rows = rows.select("id", year="calendar_year", change=ibis.coalesce(rows.change, 0))
    so_far = ibis.window(group_by="id", order_by="year", preceding=(None, 0))
    rows = rows.mutate(at_risk=rows.change.sum().over(so_far)).filter(ibis._.at_risk > 0)
    left = (
        moves.filter(moves.year.between(*years)).group_by(["from_id", "year"]).agg(leavers=ibis._.author_id.nunique())
    )
    left = left.rename(left_year="year")
    rows = rows.left_join(left, [("id", "from_id"), ("year", "left_year")])
    rows = rows.select("id", "at_risk", year=rows.year if by_year else ibis.null("int64"), leavers=rows.leavers)
    found = rows.group_by(["id", "year"]).agg(
        leavers=ibis.coalesce(rows.leavers.sum(), 0).cast("int64"), at_risk=rows.at_risk.sum().cast("int64")
    )
    return found.mutate(retention=1.0 - found.leavers.cast("float64") / found.at_risk.cast("float64"))


def _by_mode(tables: Tables, level: str, movement: Movement) -> ir.Table:
    """Spells at risk: from the year after the main place was seen to the next year that has one, or the gap's end."""
    held = mode_years(tables, level=level, movement=movement)
    held = held.mutate(following=held.year.lead().over(ibis.window(group_by="author_no", order_by="year")))
    held = held.filter(held.following.notnull()).inner_join(unit_numbers(tables, level), [("place_no", "number")])
    last = ibis.least(held.following, held.year + movement.max_gap + 1)
    return held.select(id="unit_id", first=held.year + 1, last=last)


def _by_tenure(tables: Tables, level: str, movement: Movement) -> ir.Table:
    """Spells at risk: the years after those of a tenure, and the year of a migration that a gap parts from it."""
    seen = observations(tables, level=level)
    last_seen = seen.group_by("author_id").agg(last_seen=seen.year.max())
    runs = tenures(tables, level=level, movement=movement).inner_join(last_seen, "author_id")
    spells = runs.select(id="place_id", first=runs.start_year + 1, last=ibis.least(runs.end_year + 1, runs.last_seen))
    moves = moves_counted(tables, level=level, movement=movement)
    late = moves.filter(moves.last_year_at_from < moves.year - 1)
    late = late.select("author_id", "from_id", "year").distinct()
    return spells.union(late.select(id="from_id", first="year", last="year"))


def return_rates(
    tables: Tables,
    *,
    level: str,
    movement: Movement = DEFAULT_MOVEMENT,
    years: Years,
    by_year: bool = False,
    horizon: int = 5,
) -> ir.Table:
    """Part of those who left a place that came back within h years.

    Of the leavings (author, i, y) with y + h <= Y_max, those followed by a move of the same rule into i in y+1..y+h.

    Parameters
    ----------
    tables, level, movement, years, by_year
        As :func:`retention`; ``years`` are those of leaving.
    horizon
        h [years].

    Returns
    -------
    ibis table
        ``id``, ``year``, ``leavings``, ``returned`` [author and year of leaving], ``return_rate``

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> found = return_rates(tables, level="country", years=(2000, 2024), horizon=7).drop("year")
    >>> found.order_by("id").to_pyarrow().to_pylist()[0]
    {'id': 'CN', 'leavings': 1, 'returned': 1, 'return_rate': 1.0}
    """
    _check_years("horizon", horizon)
    moves = moves_counted(tables, level=level, movement=movement)
    until = min(years[1], corpus_span(tables)[1] - horizon)
    left = moves.filter(moves.year.between(years[0], until))
    left = left.select("author_id", id="from_id", left_year="year").distinct()
    back = moves.select(a="author_id", back_to="to_id", back_year="year").distinct()
    pairs = left.left_join(back, [("author_id", "a"), ("id", "back_to")])
    pairs = pairs.mutate(came=_within(pairs.back_year, pairs.left_year, horizon))
    return _rates(pairs, by_year=by_year, of="leavings", among="returned", rate="return_rate")


def gateway_rates(
    tables: Tables,
    *,
    level: str = "city",
    movement: Movement = DEFAULT_MOVEMENT,
    years: Years,
    by_year: bool = False,
    horizon: int = 5,
) -> ir.Table:
    """Part of those who came to a city from abroad that went on to another city of its country within h years.

    Of the arrivals (author, c, y) from another country with y + h <= Y_max, those followed within h years by a move
    from c to another city of the same country.

    Parameters
    ----------
    tables, movement, years, by_year
        As :func:`retention`; ``years`` are those of arrival.
    level
        ``city`` or ``metro``.
    horizon
        h [years].

    Returns
    -------
    ibis table
        ``id``, ``year``, ``arrivals``, ``went_on`` [author and year of arrival], ``gateway_rate``

    Raises
    ------
    BadParameter
        Another level, or the horizon is no number of years.
    """
    _check_years("horizon", horizon)
    if level not in ("city", "metro"):
        raise BadParameter("level", level, "a gateway is a city or a metropolitan area")
    lands = units(tables, level).select(place="id", land="country")
    lands = lands.filter(lands.land.notnull())
    moves = moves_counted(tables, level=level, movement=movement).select("author_id", "from_id", "to_id", "year")
    moves = moves.inner_join(lands.rename(from_land="land"), [("from_id", "place")]).drop("place")
    moves = moves.inner_join(lands.rename(to_land="land"), [("to_id", "place")]).drop("place")
    until = min(years[1], corpus_span(tables)[1] - horizon)
    came = moves.filter(moves.from_land != moves.to_land, moves.year.between(years[0], until))
    came = came.select("author_id", id="to_id", left_year="year").distinct()
    onward = moves.filter(moves.from_land == moves.to_land)
    onward = onward.select(a="author_id", onward_from="from_id", back_year="year").distinct()
    pairs = came.left_join(onward, [("author_id", "a"), ("id", "onward_from")])
    pairs = pairs.mutate(came=_within(pairs.back_year, pairs.left_year, horizon))
    return _rates(pairs, by_year=by_year, of="arrivals", among="went_on", rate="gateway_rate")


def _within(later: ir.IntegerValue, first: ir.IntegerValue, horizon: int) -> ir.IntegerValue:
    return ibis.ifelse(later.notnull() & (later > first) & (later <= first + horizon), 1, 0)


def _rates(pairs: ir.Table, *, by_year: bool, of: str, among: str, rate: str) -> ir.Table:
    once = pairs.group_by(["author_id", "id", "left_year"]).agg(came=pairs.came.max())
    once = once.mutate(year=once.left_year if by_year else ibis.null("int64"))
    found = once.group_by(["id", "year"]).agg(**{of: once.count(), among: once.came.sum().cast("int64")})
    return found.mutate(**{rate: found[among].cast("float64") / found[of].cast("float64")})


def brain_flows(
    tables: Tables,
    *,
    level: str,
    movement: Movement = DEFAULT_MOVEMENT,
    years: Years,
    by_year: bool = False,
    before: int = 3,
    output: str = "parts",
) -> ir.Table:
    """Output that moves along with people: inflow and outflow weighted by the movers' own output before the move.

    A move of weight w in y counts ``w * sum of 1 / n_p`` (or w times the number) of the mover's articles in y-w'..y-1.
    Articles with a cut author list have no n_p and are in ``articles`` alone.

    Parameters
    ----------
    tables, level, movement, years, by_year
        As :func:`retention`.
    before
        w' [years].
    output
        ``parts`` (1/n_p of each article) or ``articles``.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``brain_gain``, ``brain_drain``, ``brain_net`` [articles]

    Raises
    ------
    BadParameter
        ``output`` is none of the two, or ``before`` no number of years.

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> found = brain_flows(tables, level="country", years=(2005, 2005))
    >>> found.drop("year").order_by("id").to_pyarrow().to_pylist()[0]
    {'id': 'CN', 'brain_gain': 0.0, 'brain_drain': 3.0, 'brain_net': -3.0}
    """
    _check_years("before", before)
    if output not in OUTPUTS:
        raise BadParameter("output", output, f"it is one of {', '.join(OUTPUTS)}")
    moves = moves_counted(tables, level=level, movement=movement, years=years)
    moves = moves.select("author_id", "from_id", "to_id", "year", "weight")
    known = _author_output(tables, moves.select("author_id").distinct(), output)
    worth = moves.left_join(known.rename(a="author_id", output_year="year"), [("author_id", "a")])
    in_time = worth.output_year.between(worth.year - before, worth.year - 1)
    high, low = limbs(worth.weight * ibis.ifelse(in_time, worth.output, 0.0))
    worth = worth.select("from_id", "to_id", year=worth.year if by_year else ibis.null("int64"), high=high, low=low)
    found = gains_and_losses(both_ends(worth), ["id", "year"])
    return found.select("id", "year", brain_gain="inflow", brain_drain="outflow", brain_net="net")


def _author_output(tables: Tables, movers: ir.Table, output: str) -> ir.Table:
    """Own output of each mover in each year: ``author_id``, ``year``, ``output`` [articles]."""
    works = tables.works.filter(tables.works.year.notnull())
    if output == "parts":
        works = works.filter(~ibis.coalesce(works.authors_truncated, False), works.n_authors > 0)
    works = works.select(dated_id="work_id", year=works.year.cast("int64"), n=works.n_authors.cast("float64"))
    signed = tables.authorships.semi_join(movers, "author_id").select("work_id", "author_id").distinct()
    signed = signed.inner_join(works, [("work_id", "dated_id")])
    signed = signed.mutate(own=1.0 / signed.n if output == "parts" else ibis.literal(1.0))
    return signed.group_by(["author_id", "year"]).agg(output=exact_sum(signed.own))


def _check_years(name: str, value: int) -> None:
    if not is_count(value, least=1):
        raise BadParameter(name, value, "it is a whole number of years, at least 1")
