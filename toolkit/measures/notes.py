"""What a reader of a number must know: sentences for the run record on what is not counted."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting import DEFAULT, Counting
from toolkit.measures.parts import Years, numbered_parts, numbered_seats
from toolkit.measures.tables import Tables

__all__ = ["NO_LINEAGE", "left_out", "long_articles", "too_many_units"]

NO_LINEAGE = "No hierarchy of institutions is known, so no pair was dropped as kin."


def left_out(tables: Tables, *, years: Years, counting: Counting) -> list[str]:
    """Sentences on the articles that are not counted, for the run record."""
    works = tables.works
    whole = works.n_authors >= 1
    dated = works.year.between(*years)
    counts = works.agg(
        no_year=works.work_id.count(where=works.year.isnull()),
        no_author=works.work_id.count(where=dated & ~ibis.coalesce(whole, False)),
        cut=works.work_id.count(where=dated & whole & works.authors_truncated),
        long=works.work_id.count(where=dated & (works.n_authors > (counting.max_authors or 2**31 - 1))),
    )
    found = counts.to_pyarrow().to_pylist()[0]
    cut = "left out (--truncated keep counts them)" if counting.truncated == "drop" else "counted with those listed"
    sentences = (
        ("no_year", "no year and are in no table"),
        ("no_author", "no author and are in no table"),
        ("cut", f"a cut author list and are {cut}"),
        ("long", f"more than {counting.max_authors} authors and are left out"),
    )
    return [_sentence(found[name], text) for name, text in sentences if found[name]]


def long_articles(tables: Tables) -> ir.Table:
    """Articles with more authors' sites than the usual ``max_units``: the only ones that may be too long for pairs.

    Returns
    -------
    ibis table
        ``work_id``, ``rows``
    """
    stored = tables.stored.get("long_articles")
    if stored is not None:
        return stored
    signed = tables.authorships.filter(tables.authorships.site_id.notnull())
    lengths = signed.group_by("work_id").agg(rows=signed.count())
    return tables.keep(("long_articles",), lengths.filter(lengths.rows > DEFAULT.max_units))


def too_many_units(tables: Tables, *, level: str, years: Years, counting: Counting, seats: bool = False) -> list[str]:
    """Sentence on the articles that leave the pair tables, for the run record."""
    # an article with so many units has at least as many rows of authors and sites; that is quicker to see
    long = long_articles(tables)
    if counting.is_default and not int(long.count().to_pyarrow().as_py()):
        return []
    if seats:
        parts = numbered_seats(tables, level=level, counting=counting, years=years)
    else:
        parts = numbered_parts(tables, level=level, counting=counting, years=years)
        parts = parts.filter(parts.unit_no > 0)
    sizes = parts.group_by("work_no").agg(units=parts.count())
    number = int(sizes.filter(sizes.units > counting.max_units).count().to_pyarrow().as_py())
    what = "institutions at places" if seats else f"units at level {level}"
    return [_sentence(number, f"more than {counting.max_units} {what} and leave the pair tables")] if number else []


def _sentence(number: int, text: str) -> str:
    if number == 1:
        text = text.replace(" are ", " is ").replace(" leave ", " leaves ")
        return f"1 article has {text}."
    return f"{number:,} articles have {text}."
