"""Output of groups of institutions by place: an umbrella organisation's institutes, the members of a list."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.counting.levels import unit_of_site
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, site_parts, unit_numbers
from toolkit.measures.counting.site_sums import built_counts, built_sums
from toolkit.measures.precision import from_limbs
from toolkit.measures.tables import Tables

__all__ = ["group_shares", "group_totals", "institutes_of"]


def institutes_of(tables: Tables, organisation: str) -> ir.Table:
    """An umbrella organisation and everything below it in the hierarchy, at any depth.

    Returns
    -------
    ibis table
        ``group`` (the organisation), ``institution_id``; itself among them, no repeats

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), example_tables())
    >>> sorted(institutes_of(tables, "cas").to_pyarrow()["institution_id"].to_pylist())
    ['cas', 'ciac', 'ucas']
    """
    lineage = tables.lineage
    below = lineage.filter(lineage.ancestor_id == organisation).select("institution_id")
    own = tables.institutions.filter(tables.institutions.institution_id == organisation).select("institution_id")
    known = below.union(own).distinct()
    return known.select("institution_id", group=ibis.literal(organisation)).select("group", "institution_id")


def group_shares(
    tables: Tables,
    members: ir.Table,
    *,
    level: str,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Count and Share of groups of institutions in each place.

    ``Share(G, c) = sum over articles p, their authors a and a's sites of institutions of G in c of 1 / (n_p k_ap)``;
    ``Count(G, c)`` = articles with at least one such author, each once however many members are on it;
    ``part(G, c) = Share(G, c) / sum over c of Share(G, c)``. It is the site that counts: an institution of several
    cities gives each what is signed from there.

    Parameters
    ----------
    tables
        The canonical tables.
    members
        ``group``, ``institution_id``; an institution may be in several groups.
    level
        ``city``, ``country`` or another level of places; ``site`` for each institution at each city.
    years
        First and last year, inclusive; ``None`` for all.
    by_year
        A row per group, place and year; else the window is summed.
    counting
        Conventions; ``rollup`` is ``split``, since the part of a group is that of its own sites.

    Returns
    -------
    ibis table
        ``group``, ``id`` (``unlocated`` among them), ``year`` (null over a window), ``institutions`` (members with an
        article there), ``count``, ``share`` [articles], ``part``; unrounded

    Raises
    ------
    BadParameter
        ``rollup`` is ``first``.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import hand_tables, example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), {**hand_tables(), "lineage": example_tables()["lineage"]})
    >>> rows = group_shares(tables, institutes_of(tables, "cas"), level="country").to_pyarrow().to_pylist()
    >>> [(row["id"], row["institutions"], row["count"], row["share"], row["part"]) for row in rows]
    [('CN', 2, 1, 0.25, 1.0)]
    """
    span = ["year"] if by_year else []
    sums = None
    if counting.is_default:
        homes = tables.keep(("member_homes", members.op(), level), _member_homes(tables, members, level=level))
        sums = built_sums(tables, homes, level=level, years=years)
    if sums is None:
        parts = _member_parts(tables, members, level=level, years=years, counting=counting)
        works = parts.select("group", "id", "work_no", *span).distinct()
        counts = works.group_by(["group", "id", *span]).agg(count=works.count())
    else:
        parts = tables.keep(("member_sums", members.op(), level, years), sums)
        counts = built_counts(tables, homes, parts, level=level, years=years, by_year=by_year)
    each = parts.group_by(["group", "id", "institution_id", *span]).agg(high=parts.high.sum(), low=parts.low.sum())
    each = tables.keep(("members' sums", members.op(), level, counting, years, by_year), each)
    rows = each.group_by(["group", "id", *span]).agg(
        institutions=each.count(), share=from_limbs(each.high.sum(), each.low.sum())
    )
    whole = each.group_by(["group", *span]).agg(whole=from_limbs(each.high.sum(), each.low.sum()))
    rows = rows.inner_join(counts, ["group", "id", *span]).inner_join(whole, ["group", *span])
    year = rows.year if by_year else ibis.null("int32")
    return rows.select(
        "group", "id", "institutions", "count", "share", year=year, part=rows.share / rows.whole.nullif(0.0)
    )


def group_totals(
    tables: Tables,
    members: ir.Table,
    *,
    years: Years | None = None,
    by_year: bool = False,
    counting: Counting = DEFAULT,
) -> ir.Table:
    """Count and Share of groups of institutions as wholes: an article counts once for each group.

    Returns
    -------
    ibis table
        ``group``, ``year`` (null over a window), ``institutions`` (members with an article), ``count``, ``share``
        [articles]; groups without an article have no row

    Raises
    ------
    BadParameter
        ``rollup`` is ``first``.
    """
    span = ["year"] if by_year else []
    parts = _member_parts(tables, members, level="site", years=years, counting=counting)
    rows = parts.group_by(["group", *span]).agg(
        institutions=parts.institution_id.nunique(),
        count=parts.work_no.nunique(),
        share=from_limbs(parts.high.sum(), parts.low.sum()),
    )
    return rows if by_year else rows.mutate(year=ibis.null("int32"))


def _member_parts(
    tables: Tables, members: ir.Table, *, level: str, years: Years | None, counting: Counting
) -> ir.Table:
    """Parts of articles at members' sites: ``group``, ``institution_id``, ``id``, ``work_no``, ``year``, limbs."""
    if counting.rollup == "first":
        raise BadParameter("rollup", "first", "a group has the part of its own sites, so sites are split first")
    homes = _member_homes(tables, members, level=level)
    parts = site_parts(tables, counting=counting, years=years).inner_join(homes, "site_no")
    return tables.keep(("member_parts", members.op(), level, counting, years), parts)


def _member_homes(tables: Tables, members: ir.Table, *, level: str) -> ir.Table:
    """Members' sites: ``site_no``, ``group``, ``institution_id``, ``id`` of the place."""
    homes = unit_of_site(tables, level).inner_join(members, "institution_id")
    numbers = unit_numbers(tables, "site").select(site_no="number", numbered_site="unit_id")
    homes = homes.inner_join(numbers, [("site_id", "numbered_site")])
    return homes.select("site_no", "group", "institution_id", id="unit_id")
