"""Articles by the marks of their journals: journal lists, and the lower weight of astronomy."""

from __future__ import annotations

from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.tables import Tables

__all__ = ["ASTRONOMY", "ASTRONOMY_WEIGHT", "check_journals", "has_astronomy", "in_journals", "weighted_fractional"]

ASTRONOMY: Final = "astronomy"
"""Mark of the journals that count less in a weighted fractional count."""
ASTRONOMY_WEIGHT: Final = 0.2
"""What an article of theirs counts: ``WFC_p(i) = 0.2 Share_p(i)``, in the Nature Index until June 2018."""


def in_journals(tables: Tables, works: ir.Table, mark: str) -> ir.Table:
    """Those of ``works`` (with ``journal_id``) whose journal carries ``mark``."""
    return works.semi_join(_marked(tables, mark), "journal_id")


def weighted_fractional(tables: Tables, works: ir.Table) -> ir.Table:
    """``works`` (``work_id``, ``weight``) with :data:`ASTRONOMY_WEIGHT` of their weight in journals of astronomy.

    References
    ----------
    Nature Index, Glossary: FC and WFC, as until June 2018. https://www.nature.com/nature-index/glossary
    """
    dimmed = in_journals(tables, tables.works, ASTRONOMY).select(astronomy_work="work_id")
    columns = list(works.columns)
    works = works.left_join(dimmed, [("work_id", "astronomy_work")])
    factor = ibis.ifelse(works.astronomy_work.notnull(), ASTRONOMY_WEIGHT, 1.0)
    return works.mutate(weight=works.weight * factor).select(columns)


def check_journals(tables: Tables, mark: str | None) -> None:
    """Raise where no journal carries the mark asked for.

    Raises
    ------
    BadParameter
        None does; the message names the marks there are.
    """
    if mark is None:
        return
    known = sorted(tables.listed("journal_marks").select("value").distinct().to_pyarrow()["value"].to_pylist())
    if mark not in known:
        some = ", ".join(known[:20]) + (" …" if len(known) > 20 else "")
        there = f"journals are marked {some}" if known else "no journal carries a mark; ingest with a journal list"
        raise BadParameter("journals", mark, there)


def has_astronomy(tables: Tables) -> bool:
    """Whether any journal is marked :data:`ASTRONOMY`; without one WFC is Share."""
    return bool(int(_marked(tables, ASTRONOMY).count().to_pyarrow().as_py()))


def _marked(tables: Tables, mark: str) -> ir.Table:
    marks = tables.listed("journal_marks")
    return marks.filter(marks.value == mark).select("journal_id")
