"""Indicators of flows: what each place gains and loses, how strong and how wide the whole system of flows is.

D_i are the researchers who move to i, O_i those who leave it, M_ij the flow from i to j, P_i the person-years at i.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.measures.flows.counts import both_ends, gains_and_losses, summed
from toolkit.measures.precision import exact_sum, from_limbs

__all__ = ["corridors", "place_flows", "system_flows"]


def place_flows(counts: ir.Table, person_years: ir.Table | None = None, *, by_year: bool = False) -> ir.Table:
    """Inflow, outflow and net of each place.

    - ``net = D_i - O_i``; over all places it is exactly 0;
    - ``net_rate = 1000 (D_i - O_i) / P_i``, over a window of the sums;
    - ``effectiveness = 100 (D_i - O_i) / (D_i + O_i)``, sign kept.

    Parameters
    ----------
    counts
        ``from_id``, ``to_id``, ``year``, ``high``, ``low``, ``moves``:
        :func:`~toolkit.measures.flows.counts.flow_counts`.
    person_years
        ``place_id``, ``year``, ``person_years``, of the same years; without it no rate, and only places with a flow.
    by_year
        A row per place and year.

    Returns
    -------
    ibis table
        ``id``, ``year`` (null over the window), ``inflow``, ``outflow``, ``net`` [researchers], ``net_rate``
        [researchers per 1000 person-years], ``effectiveness`` [percent], ``person_years``; ``net_high`` and
        ``net_low``, the net as whole numbers. A rate over nothing is null

    References
    ----------
    M. Bell et al., Cross-national comparison of internal migration: issues and measures, Journal of the Royal
    Statistical Society A 165 (2002) 435-464, doi 10.1111/1467-985X.00247.

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> from toolkit.measures.flows.counts import flow_counts
    >>> from toolkit.measures.tables import Tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> found = place_flows(flow_counts(tables, level="country", years=(2000, 2010)))
    >>> found.select("id", "inflow", "outflow", "net", "effectiveness").order_by("id").to_pyarrow().to_pylist()[0]
    {'id': 'CN', 'inflow': 0.0, 'outflow': 1.0, 'net': -1.0, 'effectiveness': -100.0}
    """
    ends = both_ends(summed(counts, by_year=by_year))
    zero = ibis.literal(0, "int64")
    ends = ends.mutate(stayed=zero)
    if person_years is not None:
        there = person_years.select(
            id="place_id",
            year=person_years.year.cast("int64") if by_year else ibis.null("int64"),
            **dict.fromkeys(("ih", "il", "oh", "ol"), zero),
            stayed=person_years.person_years.cast("int64"),
        )
        ends = ends.union(there.select(*ends.columns))
    places = gains_and_losses(ends, ["id", "year"], stayed="stayed")
    stayed = places.stayed.cast("int64") if person_years is not None else ibis.null("int64")
    either = (places.inflow + places.outflow).nullif(0.0)
    return places.select(
        "id",
        "year",
        "inflow",
        "outflow",
        "net",
        net_rate=1000.0 * places.net / stayed.cast("float64").nullif(0.0),
        effectiveness=100.0 * places.net / either,
        person_years=stayed,
        net_high="net_high",
        net_low="net_low",
    )


def system_flows(places: ir.Table, counts: ir.Table, *, by_year: bool = False) -> ir.Table:
    """How strong and how wide the flows of all places are together.

    - ``effectiveness = 100 sum_i |D_i - O_i| / sum_i (D_i + O_i)``;
    - ``aggregate_net_rate = 100 * 0.5 * sum_i |D_i - O_i| / sum_i P_i``;
    - ``connectivity = sum over i != j of [M_ij > 0] / (n (n - 1))``, n = places with a researcher or a flow.

    Parameters
    ----------
    places
        What :func:`place_flows` gave, of all places.
    counts
        The flows it was made of.
    by_year
        As for ``places``.

    Returns
    -------
    ibis table
        ``year`` (null over the window), ``places`` (n), ``corridors`` (pairs i, j with a flow), ``connectivity``,
        ``researchers``, ``effectiveness`` [percent], ``aggregate_net_rate`` [percent], ``net_total`` (0)

    References
    ----------
    Bell et al. (2002), doi 10.1111/1467-985X.00247.

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> from toolkit.measures.flows.counts import flow_counts
    >>> from toolkit.measures.tables import Tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> counts = flow_counts(tables, level="country")
    >>> row = system_flows(place_flows(counts), counts).to_pyarrow().to_pylist()[0]
    >>> row["places"], row["corridors"], row["connectivity"], row["effectiveness"], row["net_total"]
    (2, 2, 1.0, 0.0, 0.0)
    """
    size = places.mutate(
        change=places.net.abs(), turnover=places.inflow + places.outflow, stayed=places.person_years.cast("float64")
    )
    whole = size.group_by("year").agg(
        places=size.count(),
        change=exact_sum(size.change),
        turnover=exact_sum(size.turnover),
        stayed=size.stayed.sum(),
        net_high=size.net_high.sum().cast("int64"),
        net_low=size.net_low.sum().cast("int64"),
    )
    pairs = summed(counts, by_year=by_year)
    pairs = pairs.filter((pairs.high > 0) | (pairs.low > 0), pairs.from_id != pairs.to_id)
    pairs = pairs.group_by("year").agg(corridors=pairs.count())
    pairs = pairs.select(pair_year=ibis.coalesce(pairs.year, 0), corridors="corridors")
    whole = whole.mutate(of_year=ibis.coalesce(whole.year, 0)).left_join(pairs, [("of_year", "pair_year")])
    n = whole.places.cast("float64")
    corridors_found = ibis.coalesce(whole.corridors, 0)
    return whole.select(
        "year",
        "places",
        corridors=corridors_found,
        connectivity=corridors_found.cast("float64") / (n * (n - 1.0)).nullif(0.0),
        researchers=whole.turnover / 2.0,
        effectiveness=100.0 * whole.change / whole.turnover.nullif(0.0),
        aggregate_net_rate=50.0 * whole.change / whole.stayed.nullif(0.0),
        net_total=from_limbs(whole.net_high, whole.net_low),
    )


def corridors(counts: ir.Table, *, by_year: bool = False) -> ir.Table:
    """The two directions between each two places.

    ``asymmetry = (M_ab - M_ba) / (M_ab + M_ba)``: 1 where all go from a to b, 0 where as many come back.

    Parameters
    ----------
    counts
        As for :func:`place_flows`.
    by_year
        A row per pair and year.

    Returns
    -------
    ibis table
        ``a_id``, ``b_id`` (a before b as text), ``year`` (null over the window), ``a_to_b``, ``b_to_a``, ``total``,
        ``net`` (a_to_b - b_to_a) [researchers], ``asymmetry``

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> from toolkit.measures.flows.counts import flow_counts
    >>> from toolkit.measures.tables import Tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> corridors(flow_counts(tables, level="country")).drop("year").to_pyarrow().to_pylist()
    [{'a_id': 'CN', 'b_id': 'GB', 'a_to_b': 1.0, 'b_to_a': 1.0, 'total': 2.0, 'net': 0.0, 'asymmetry': 0.0}]
    """
    rows = summed(counts, by_year=by_year)
    ahead, zero = rows.from_id < rows.to_id, ibis.literal(0, "int64")
    rows = rows.select(
        "year",
        a_id=ibis.ifelse(ahead, rows.from_id, rows.to_id),
        b_id=ibis.ifelse(ahead, rows.to_id, rows.from_id),
        fh=ibis.ifelse(ahead, rows.high, zero),
        fl=ibis.ifelse(ahead, rows.low, zero),
        bh=ibis.ifelse(ahead, zero, rows.high),
        bl=ibis.ifelse(ahead, zero, rows.low),
    )
    sums = {name: rows[name].sum().cast("int64") for name in ("fh", "fl", "bh", "bl")}
    pairs = rows.group_by(["a_id", "b_id", "year"]).agg(**sums)
    pairs = pairs.mutate(
        a_to_b=from_limbs(pairs.fh, pairs.fl),
        b_to_a=from_limbs(pairs.bh, pairs.bl),
        total=from_limbs(pairs.fh + pairs.bh, pairs.fl + pairs.bl),
        net=from_limbs(pairs.fh - pairs.bh, pairs.fl - pairs.bl),
    )
    return pairs.select(
        "a_id",
        "b_id",
        "year",
        "a_to_b",
        "b_to_a",
        "total",
        "net",
        asymmetry=pairs.net / pairs.total.nullif(0.0),
    )
