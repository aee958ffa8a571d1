"""What each site wrote by year, and the articles that several sites of a place are on: what was built of both.

Shares of sites add up to those of any group of sites; their articles do too, but for those that several of them are
on. So a group's output in a place takes its sites' yearly rows and these articles, and none of the others.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting.parts import Years, site_homes, site_parts
from toolkit.measures.tables import Tables

__all__ = ["built_counts", "built_sums", "shared_works", "yearly_sites"]


def yearly_sites(tables: Tables) -> ir.Table:
    """Count of each site in each year, and the limbs of its Share.

    Returns
    -------
    ibis table
        ``site_no``, ``year``, ``count`` [articles], ``high``, ``low``
    """
    parts = site_parts(tables)
    parts = parts.group_by("work_no", "year", "site_no").agg(high=parts.high.sum(), low=parts.low.sum())
    return parts.group_by("site_no", "year").agg(count=parts.count(), high=parts.high.sum(), low=parts.low.sum())


def shared_works(tables: Tables, *, level: str) -> ir.Table:
    """Articles that several sites of one place are on, with these sites; ``unlocated`` is a place here.

    Returns
    -------
    ibis table
        ``work_no``, ``year``, ``site_no``
    """
    signed = site_parts(tables).select("work_no", "year", "site_no").distinct()
    signed = signed.inner_join(site_homes(tables, level).select("site_no", place_no="number"), "site_no")
    signed = signed.mutate(sites=signed.count().over(group_by=["work_no", "place_no"]))
    return signed.filter(signed.sites > 1).select("work_no", "year", "site_no")


def built_sums(tables: Tables, homes: ir.Table, *, level: str, years: Years | None = None) -> ir.Table | None:
    """Output of the sites of ``homes`` by year; ``None`` where what it takes was not built.

    Parameters
    ----------
    tables
        The canonical tables.
    homes
        ``site_no`` and further columns, which are kept.
    level
        Level of the places whose articles :func:`built_counts` is to count.
    years
        First and last year, inclusive.

    Returns
    -------
    ibis table or None
        The columns of ``homes``, ``year``, ``count`` [articles], ``high``, ``low``
    """
    sites = tables.built("yearly_sites", years)
    if sites is None or f"{level}_shared" not in tables.stored:
        return None
    return sites.inner_join(homes, "site_no")


def built_counts(
    tables: Tables, homes: ir.Table, sums: ir.Table, *, level: str, years: Years | None = None, by_year: bool = False
) -> ir.Table:
    """Articles of each group in each place: those of its sites, less what several of them share.

    ``Count(G, c) = sum over sites s of G in c of Count(s) - sum over articles p of (sites of G in c on p - 1)``, the
    latter over articles with at least two.

    Returns
    -------
    ibis table
        ``group``, ``id``, with ``by_year`` also ``year``, ``count`` [articles]
    """
    keys = ["group", "id", *(["year"] if by_year else [])]
    counts = sums.group_by(keys).agg(counted=sums["count"].sum())
    shared = tables.built(f"{level}_shared", years)
    assert shared is not None  # noqa: S101  (built_sums found it)
    again = shared.inner_join(homes, "site_no").group_by("group", "id", "work_no", "year")
    again = again.agg(again=ibis._.count() - 1)
    again = again.group_by(keys).agg(again=again.again.sum())
    counts = counts.left_join(again, keys)
    return counts.select(*keys, count=counts.counted - ibis.coalesce(counts.again, 0))
