"""Flow counts: who moved whence and where to, as a table that every indicator starts from.

Counts are kept as two whole numbers (:func:`~toolkit.measures.precision.limbs`), which add up exactly: so what leaves
one place and reaches another is the same number at both, and the nets of all places are zero together, whatever the
weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.errors import BadParameter, EmptySelection
from toolkit.measures.counting.parts import Years
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.movement.rules import corpus_span, moves_counted
from toolkit.measures.precision import from_limbs, limbs
from toolkit.measures.tables import Tables

__all__ = [
    "IMPORTED",
    "both_ends",
    "flow_counts",
    "flow_matrix",
    "gains_and_losses",
    "imported_counts",
    "last_certain_year",
    "summed",
]

IMPORTED: Final = "imported"
"""Column ``rule`` of imported flows."""


def flow_counts(
    tables: Tables, *, level: str, movement: Movement = DEFAULT_MOVEMENT, years: Years | None = None
) -> ir.Table:
    """Moves between each two places in each year.

    ``M_ij(y) = sum of the weights of moves from i to j in y``: an author's migrations of one year share weight 1.

    Parameters
    ----------
    tables
        The canonical tables.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    movement
        Conventions.
    years
        First and last year of the moves, both inclusive.

    Returns
    -------
    ibis table
        ``from_id``, ``to_id``, ``year``, ``high``, ``low`` (limbs of M_ij [researchers]), ``moves`` [pairs]

    Raises
    ------
    BadParameter
        The rule gives no dated moves, or there is no such level.

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> flow_matrix(flow_counts(tables, level="country")).order_by("year").to_pyarrow().to_pylist()[0]
    {'from_id': 'CN', 'to_id': 'GB', 'year': 2005, 'researchers': 1.0, 'moves': 1}
    """
    key = ("flow counts", level, movement)
    if key not in tables.kept:
        moves = moves_counted(tables, level=level, movement=movement)
        high, low = limbs(moves.weight)
        moves = moves.mutate(high=high, low=low)
        counts = moves.group_by(["from_id", "to_id", "year"]).agg(
            high=moves.high.sum().cast("int64"), low=moves.low.sum().cast("int64"), moves=moves.count()
        )
        tables.keep(key, counts)
    found = tables.kept[key]
    return found if years is None else found.filter(found.year.between(*years))


def imported_counts(tables: Tables, edges: pa.Table, *, years: Years | None = None) -> ir.Table:
    """Imported flows, as :func:`flow_counts` has them.

    Parameters
    ----------
    tables
        Any connection.
    edges
        ``from_id``, ``to_id``, ``year``, ``weight`` [researchers].
    years
        First and last year, both inclusive.

    Raises
    ------
    BadParameter
        The flows have no years, and some are asked for.
    EmptySelection
        There are none in these years.
    """
    if years is not None and edges["year"].null_count:
        raise BadParameter("years", years, "this network has no years")
    placed = tables.keep((ibis.util.gen_name("edges"),), edges)
    high, low = limbs(placed.weight)
    counts = placed.select(
        "from_id",
        "to_id",
        year=placed.year.cast("int64"),
        high=high,
        low=low,
        moves=placed.weight.round().cast("int64"),
    )
    if years is None:
        return counts
    known = edges["year"].to_pylist()
    if not any(years[0] <= year <= years[1] for year in known):
        raise EmptySelection(f"There are no flows in {years[0]}:{years[1]}; they cover {min(known)} to {max(known)}.")
    return counts.filter(counts.year.between(*years))


def both_ends(
    rows: ir.Table, *, keep: Sequence[str] = ("year",), own: str | None = None, other: str | None = None
) -> ir.Table:
    """Each row of a flow twice: as what its destination gains and as what its origin loses.

    Parameters
    ----------
    rows
        ``from_id``, ``to_id``, ``high``, ``low`` and what is to be kept.
    keep
        Columns that stay as they are.
    own, other
        What ``from_group`` and ``to_group`` are called at the place and at the other end; ``None`` without groups.

    Returns
    -------
    ibis table
        ``id``, those columns, and limbs of the gain (``ih``, ``il``) and of the loss (``oh``, ``ol``)
    """
    zero = ibis.literal(0, "int64")
    into: dict[str, str] = {} if own is None or other is None else {own: "to_group", other: "from_group"}
    out: dict[str, str] = {} if own is None or other is None else {own: "from_group", other: "to_group"}
    gained = rows.select(*keep, id="to_id", ih="high", il="low", oh=zero, ol=zero, **into)
    lost = rows.select(*keep, id="from_id", ih=zero, il=zero, oh="high", ol="low", **out)
    return gained.union(lost.select(*gained.columns))


def gains_and_losses(ends: ir.Table, keys: Sequence[str], **more: str) -> ir.Table:
    """Sums of :func:`both_ends` by ``keys``, and of the columns ``more``.

    Returns
    -------
    ibis table
        ``keys``, ``inflow``, ``outflow``, ``net``, ``net_high`` and ``net_low`` (limbs of the net), and ``more``
    """
    sums = {name: ibis.coalesce(ends[name].sum(), 0).cast("int64") for name in ("ih", "il", "oh", "ol")}
    found = ends.group_by(list(keys)).agg(**sums, **{name: ends[column].sum() for name, column in more.items()})
    found = found.mutate(net_high=found.ih - found.oh, net_low=found.il - found.ol)
    return found.select(
        *keys,
        *more,
        "net_high",
        "net_low",
        inflow=from_limbs(found.ih, found.il),
        outflow=from_limbs(found.oh, found.ol),
        net=from_limbs(found.net_high, found.net_low),
    )


def summed(counts: ir.Table, *, by_year: bool) -> ir.Table:
    """``counts`` over the window, ``year`` null; with ``by_year`` as they are."""
    if by_year:
        return counts
    pairs = counts.group_by(["from_id", "to_id"]).agg(
        **{name: counts[name].sum().cast("int64") for name in ("high", "low", "moves")}
    )
    return pairs.mutate(year=ibis.null("int64"))


def flow_matrix(counts: ir.Table, *, by_year: bool = True) -> ir.Table:
    """Flow matrix as rows.

    Returns
    -------
    ibis table
        ``from_id``, ``to_id``, ``year`` (null over the window), ``researchers`` (M_ij), ``moves``
    """
    rows = summed(counts, by_year=by_year)
    return rows.select("from_id", "to_id", "year", researchers=from_limbs(rows.high, rows.low), moves=rows.moves)


def last_certain_year(tables: Tables, movement: Movement) -> int:
    """Last year whose moves can't be undone by what the records don't show yet; later ones are ``censored``.

    By tenures that is ``Y_max - max(2, max_overlap)``, by the year's main place Y_max itself.
    """
    last = corpus_span(tables)[1]
    return last - movement.open_end if movement.rule == "tenure" else last
