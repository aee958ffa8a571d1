"""What a reader of a number must know: sentences for the run record on what is not counted."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from toolkit.measures.counting.hierarchy import cycle_members
from toolkit.measures.counting.journals import ASTRONOMY, has_astronomy, in_journals
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.measures.counting.parts import Years, author_parts, numbered_parts, numbered_seats, site_homes
from toolkit.measures.precision import exact_sum, rounded
from toolkit.measures.tables import Tables

__all__ = [
    "NO_LINEAGE",
    "about_parents",
    "about_wfc",
    "double_counted",
    "left_out",
    "long_articles",
    "too_many_units",
]

NO_LINEAGE = "No hierarchy of institutions is known, so no pair was dropped as kin."
_LAST_WFC = 2018
_MOST_NAMED = 5


def left_out(tables: Tables, *, years: Years, counting: Counting) -> list[str]:
    """Sentences on the articles that are not counted, for the run record."""
    works, elsewhere = tables.works, []
    if counting.journals is not None:
        listed = in_journals(tables, works, counting.journals)
        dated = works.filter(works.year.between(*years), works.n_authors >= 1)
        number = int(dated.anti_join(listed, "work_id").count().to_pyarrow().as_py())
        if number:
            elsewhere.append(_sentence(number, f"no journal marked {counting.journals} and are left out"))
        works = listed
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
    if counting.without_suspects:
        elsewhere.append(about_left_out_suspects(tables))
    return [_sentence(found[name], text) for name, text in sentences if found[name]] + elsewhere


def about_left_out_suspects(tables: Tables) -> str:
    """What ``--without-suspects`` left out of ``tables``."""
    institutions, affiliations = len(tables.suspects.institutions), tables.suspect_affiliations()
    return (
        f"Without suspects: {affiliations:,} affiliations with {institutions:,} institutions that look like matching "
        "errors count as affiliations that matched nothing (`scicities check --list matching`)."
    )


def double_counted(tables: Tables, *, years: Years, counting: Counting) -> float:
    """Share that level ``parent`` counts more than once, because joint institutes have several parents [articles].

    ``sum over articles and their parts at sites of (number of the site's parents - 1) part``; 0 where the parts are
    rolled up first.
    """
    if counting.rollup == "first":
        return 0.0
    homes = site_homes(tables, "parent")
    several = homes.group_by("site_no").agg(more=homes.count() - 1)
    parts = author_parts(tables, counting=counting, years=years)
    parts = parts.inner_join(several.filter(several.more > 0), "site_no")
    return float(rounded(exact_sum(parts.part * parts.more)).to_pyarrow().as_py() or 0.0)


def about_parents(tables: Tables, *, years: Years, counting: Counting) -> tuple[float, list[str]]:
    """Amount counted twice at level ``parent``, and sentences on it, on cycles, on a hierarchy that is not there."""
    if not tables.has_lineage:
        return 0.0, ["No hierarchy of institutions is known, so each institution is its own parent."]
    twice, notes = double_counted(tables, years=years, counting=counting), []
    if twice:
        notes.append(
            f"Joint institutes count in full for each of their parents: Shares add up to {twice:,.9g} articles more "
            "than there are."
        )
    members = sorted(cycle_members(tables).to_pyarrow()["institution_id"].to_pylist())
    if members:
        named = ", ".join(members[:_MOST_NAMED]) + (" …" if len(members) > _MOST_NAMED else "")
        notes.append(f"{len(members):,} institutions stand above themselves and are their own parents: {named}.")
    return twice, notes


def about_wfc(tables: Tables, *, years: Years) -> list[str]:
    """Sentences on a weighted fractional count where it says less than it seems to."""
    notes = []
    if years[1] > _LAST_WFC:
        notes.append(
            f"The Nature Index gave up WFC in June {_LAST_WFC}: later years have no published count to compare with."
        )
    if not has_astronomy(tables):
        notes.append(f"No journal is marked {ASTRONOMY}, so WFC is Share.")
    return notes


def long_articles(tables: Tables) -> ir.Table:
    """Articles with more authors' sites than the usual ``max_units``: the only ones that may be too long for pairs.

    Returns
    -------
    ibis table
        ``work_id``, ``rows``
    """
    stored = tables.built("long_articles")
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
