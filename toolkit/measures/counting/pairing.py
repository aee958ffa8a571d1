"""Which two units of an article make a pair: how many fit, who links them, and who is kin."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting.levels import SEVERAL_UNITS
from toolkit.measures.counting.options import Counting
from toolkit.measures.counting.parts import Years, articles_key, site_homes, site_parts, unit_numbers
from toolkit.measures.tables import Tables

__all__ = [
    "end_columns",
    "kin_pairs",
    "linked",
    "of_pairable_size",
    "of_several_institutions",
    "with_institutions",
    "without_kin",
]


def of_pairable_size(parts: ir.Table, counting: Counting) -> ir.Table:
    """Parts of articles that have at most ``max_units`` of them."""
    sizes = parts.group_by("work_no").agg(units=parts.count())
    return parts.anti_join(sizes.filter(sizes.units > counting.max_units), "work_no")


def end_columns(counting: Counting, end: str, *names: str, level: str = "") -> dict[str, Any]:
    """Columns that a pair takes from each of its ends, named with the end."""
    needed = (*names, "first_author", "last_author") if counting.link == "two-authors" else names
    if level in SEVERAL_UNITS:
        needed = (*needed, "first_institution", "last_institution")
    return {f"{name}_{end}": name for name in needed}


def linked(pairs: ir.Table, counting: Counting) -> ir.Table:
    """Drop pairs of which one and the same author holds both ends, where two authors are asked for."""
    if counting.link == "one-author":
        return pairs
    first, last = pairs.first_author_a, pairs.last_author_a
    same = (first == last) & (first == pairs.first_author_b) & (first == pairs.last_author_b)
    return pairs.filter(~same)


def with_institutions(
    tables: Tables, parts: ir.Table, *, level: str, counting: Counting, years: Years | None
) -> ir.Table:
    """``parts`` with the first and last institution through which their unit is on the article.

    Only at levels where an institution may belong to several units; elsewhere ``parts`` as they are.
    """
    if level not in SEVERAL_UNITS:
        return parts
    signed = site_parts(tables, counting=counting, years=years).select("work_no", "site_no").distinct()
    homes = site_homes(tables, level).select("site_no", unit_no="number")
    owners = site_homes(tables, "institution").select("site_no", owner_no="number")
    signed = signed.inner_join(homes, "site_no").inner_join(owners, "site_no")
    through = signed.group_by("work_no", "unit_no").agg(
        first_institution=signed.owner_no.min(), last_institution=signed.owner_no.max()
    )
    through = tables.keep(("through", level, articles_key(counting), years), through)
    return parts.inner_join(through, ["work_no", "unit_no"])


def of_several_institutions(pairs: ir.Table, *, level: str) -> ir.Table:
    """Drop pairs whose two units are both there through one and the same institution alone."""
    if level not in SEVERAL_UNITS:
        return pairs
    first, last = pairs.first_institution_a, pairs.last_institution_a
    same = (first == last) & (first == pairs.first_institution_b) & (first == pairs.last_institution_b)
    return pairs.filter(~same)


def kin_pairs(tables: Tables, *, level: str = "institution") -> ir.Table:
    """Unordered pairs of ancestor and descendant, at any depth; siblings are not kin.

    Returns
    -------
    ibis table
        ``low``, ``high``: numbers of institutions (of parents), ``low < high``
    """
    known = tables.known(("kin", level), f"{level}_kin")
    if known is not None:
        return known
    names = unit_numbers(tables, level)
    lineage = tables.lineage.inner_join(
        names.select(child_id="unit_id", child_no="number"), [("institution_id", "child_id")]
    )
    lineage = lineage.inner_join(names.select(root_id="unit_id", ancestor_no="number"), [("ancestor_id", "root_id")])
    lineage = lineage.select("child_no", "ancestor_no")
    lineage = lineage.filter(lineage.child_no != lineage.ancestor_no)
    lineage = lineage.select(
        low=ibis.least(lineage.child_no, lineage.ancestor_no), high=ibis.greatest(lineage.child_no, lineage.ancestor_no)
    )
    return tables.keep(("kin", level), lineage.distinct())


def without_kin(
    tables: Tables, pairs: ir.Table, *, level: str, counting: Counting, a: str = "a_no", b: str = "b_no"
) -> ir.Table:
    """``pairs`` without those of kin; columns ``a`` and ``b`` hold the numbers of units of ``level``.

    At site level two sites of one institution are no pair either. Parents are kin only in a cycle of the hierarchy.
    Places have no kin: cities and countries stay.
    """
    columns = list(pairs.columns)
    named = "parent" if level == "parent" else "institution"
    if level == "site":
        owners = _site_owners(tables)
        pairs = pairs.inner_join(owners.select(a_site="site_no", a_owner="owner_no"), [(a, "a_site")])
        pairs = pairs.inner_join(owners.select(b_site="site_no", b_owner="owner_no"), [(b, "b_site")])
        pairs = pairs.filter(pairs.a_owner != pairs.b_owner)
        a, b = "a_owner", "b_owner"
    if level in ("site", "institution", "parent") and counting.kin == "drop" and tables.has_lineage:
        pairs = pairs.mutate(low=ibis.least(pairs[a], pairs[b]), high=ibis.greatest(pairs[a], pairs[b]))
        pairs = pairs.anti_join(kin_pairs(tables, level=named), ["low", "high"])
    return pairs.select(columns)


def _site_owners(tables: Tables) -> ir.Table:
    sites = unit_numbers(tables, "site").select(site_no="number", numbered_site="unit_id")
    owners = unit_numbers(tables, "institution").select(owner_no="number", owner="unit_id")
    joined = tables.sites.inner_join(sites, [("site_id", "numbered_site")])
    joined = joined.inner_join(owners, [("institution_id", "owner")])
    return tables.keep(("site_owners",), joined.select("site_no", "owner_no"))
