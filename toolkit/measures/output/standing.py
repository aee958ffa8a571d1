"""The rank of a unit in each subject, and how it changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.collaboration.partnerships import corpus_years
from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.output.subject_mix import subject_shares
from toolkit.measures.precision import rounded
from toolkit.measures.selection import in_country
from toolkit.measures.tables import Tables

__all__ = ["ALL_SUBJECTS", "STANDING_BY", "subject_ranks"]

ALL_SUBJECTS: Final = "all"
"""Row for the whole output, whatever its subjects."""
STANDING_BY: Final = ("share", "count")


def subject_ranks(
    tables: Tables,
    *,
    level: str,
    by: str = "share",
    years: Years,
    by_year: bool = False,
    counting: Counting = DEFAULT,
    country: str | None = None,
) -> ir.Table:
    """Rank of every located unit in each subject, and in all of them together.

    ``rank(i, s) = 1 + number of units with a larger value in s`` (1, 2, 2, 4; equal to 9 decimals is a tie).
    ``change = previous_rank - rank``, previous_rank being that of the window of equal length just before (``by_year``:
    of the year before): 3 = three places up.

    Parameters
    ----------
    tables, level, counting
        As :func:`~toolkit.measures.output.subject_mix.subject_shares`.
    by
        ``share`` or ``count``.
    years
        First and last year, inclusive.
    by_year
        Ranks of each year; else of the window.
    country
        Only units of this country are ranked.

    Returns
    -------
    ibis table
        ``id``, ``year``, ``subject`` (``all`` for the whole output), ``value`` [articles], ``rank``, ``ranked`` (units
        with a value), ``previous_rank``, ``change``; the last two null where the records don't reach back so far, or
        the unit had no value then

    Raises
    ------
    BadParameter
        ``by`` is something else.
    """
    if by not in STANDING_BY:
        raise BadParameter("by", by, f"it is one of {', '.join(STANDING_BY)}")
    rows = _ranks(tables, level=level, by=by, years=years, by_year=by_year, counting=counting, country=country)
    first, last = years
    length = last - first + 1
    before = (first - 1, last - 1) if by_year else (first - length, first - 1)
    known = corpus_years(tables, counting=counting)
    if known is None or (not by_year and before[0] < known[0]):
        nothing = ibis.null("int64")
        return rows.mutate(previous_rank=nothing, change=nothing)
    if by_year:
        before = (max(before[0], known[0]), before[1])
    old = _ranks(tables, level=level, by=by, years=before, by_year=by_year, counting=counting, country=country)
    old = old.select(old_id="id", old_subject="subject", old_year=old.year + 1, previous_rank="rank")
    keys = [("id", "old_id"), ("subject", "old_subject"), *([("year", "old_year")] if by_year else [])]
    rows = rows.left_join(old, keys).drop("old_id", "old_subject", "old_year")
    return rows.mutate(change=rows.previous_rank - rows["rank"])


def _ranks(
    tables: Tables, *, level: str, by: str, years: Years, by_year: bool, counting: Counting, country: str | None
) -> ir.Table:
    counting = replace(counting, subject=None)
    rows = subject_shares(tables, level=level, years=years, by_year=by_year, counting=counting)
    whole = unit_shares(tables, level=level, years=years, by_year=by_year, counting=counting)
    whole = whole.mutate(subject=ibis.literal(ALL_SUBJECTS))
    # a column of nulls has no type of its own once some engines have kept it
    typed = {"id": "string", "year": "int32", "subject": "string", by: "float64" if by == "share" else "int64"}
    rows, whole = (
        each.select(**{name: each[name].cast(kind) for name, kind in typed.items()}) for each in (rows, whole)
    )
    rows = rows.union(whole)
    rows = rows.filter(rows.id.notin(SPECIAL))
    if country is not None:
        rows = in_country(tables, rows, level=level, country=country)
    rows = rows.select("id", "year", "subject", value=rounded(rows[by]) if by == "share" else rows[by])
    groups = ["subject", "year"] if by_year else ["subject"]
    return rows.mutate(
        rank=ibis.rank().over(group_by=groups, order_by=ibis.desc("value")) + 1,
        ranked=rows.count().over(group_by=groups),
    )
