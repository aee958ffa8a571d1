"""The hierarchy of institutions from its tops: who stands above whom at last, and where that counts twice."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.corpus.ancestry import UNKNOWN
from toolkit.measures.tables import Tables

__all__ = ["cycle_members", "tops"]


def tops(tables: Tables) -> ir.Table:
    """Top ancestors of each institution that stands below one: its units at level ``parent``.

    A top is an ancestor without an ancestor of its own. A joint institute has several, and each of them has the whole
    of it. Members of a cycle are tops: their own, and of those below the cycle.

    Ancestors known from a lineage alone (OpenAlex lists them without an order) that have no record of their own seem
    to be tops; they are none where another listed ancestor has a record and no ancestor.

    Parameters
    ----------
    tables
        The canonical tables.

    Returns
    -------
    ibis table
        ``institution_id``, ``top_id``; institutions that are not here are their own top

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), example_tables())
    >>> tops(tables).order_by("institution_id").to_pyarrow().to_pylist()[0]
    {'institution_id': 'ciac', 'top_id': 'cas'}
    """
    lineage = _lineage(tables)
    members = cycle_members(tables)
    below = lineage.select(top_id="institution_id").distinct()
    roots = lineage.select(top_id="ancestor_id").distinct().anti_join(below, "top_id")
    roots = roots.mutate(root=ibis.literal(1)).union(members.select(top_id="institution_id", root=ibis.literal(0)))
    found = lineage.anti_join(members, "institution_id").inner_join(roots, [("ancestor_id", "top_id")])
    recorded = tables.institutions.filter(
        tables.institutions.name.notnull(), tables.institutions.name != tables.institutions.institution_id
    ).select(recorded_id="institution_id")
    found = found.left_join(recorded, [("ancestor_id", "recorded_id")])
    found = found.select(
        "institution_id",
        "ancestor_id",
        guessed=ibis.ifelse(found.relation == UNKNOWN, 1, 0),
        recorded=ibis.ifelse(found.recorded_id.notnull(), 1, 0),
        root=found.root,
    )
    found = tables.keep(("tops above",), found)
    better = found.filter(found.guessed == 1, found.recorded == 1, found.root == 1).select("institution_id").distinct()
    phantoms = found.filter(found.guessed == 1, found.recorded == 0).semi_join(better, "institution_id")
    found = found.anti_join(phantoms, ["institution_id", "ancestor_id"])
    return tables.keep(("tops",), found.select("institution_id", top_id="ancestor_id").distinct())


def cycle_members(tables: Tables) -> ir.Table:
    """Institutions that are ancestors of their own ancestors.

    Returns
    -------
    ibis table
        ``institution_id``
    """
    lineage = _lineage(tables)
    upward = lineage.select("institution_id", "ancestor_id")
    downward = lineage.select(lower="institution_id", upper="ancestor_id")
    both = upward.inner_join(downward, [("institution_id", "upper"), ("ancestor_id", "lower")])
    return tables.keep(("cycle_members",), both.select("institution_id").distinct())


def _lineage(tables: Tables) -> ir.Table:
    return tables.lineage.filter(tables.lineage.institution_id != tables.lineage.ancestor_id)
