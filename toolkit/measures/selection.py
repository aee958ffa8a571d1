"""What is asked for: the window of years, units of a country, the subject."""

from __future__ import annotations

import re
from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter, EmptySelection
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.options import Counting, is_count
from toolkit.measures.counting.parts import NO_SUBJECT, Years, year_totals
from toolkit.measures.missing_steps import NO_SUBJECTS
from toolkit.measures.tables import Tables

__all__ = [
    "both_in_country",
    "check_subject",
    "check_top",
    "either_in_country",
    "in_country",
    "known_years",
    "parse_years",
    "resolve_base_year",
    "resolve_years",
    "years_text",
]

_WINDOW: Final = re.compile(r"(\d{4})(?:\s*[:-]\s*(\d{4}))?")


def parse_years(years: tuple[int, int] | str | int | None) -> Years | None:
    """Window of years from what a user writes.

    Parameters
    ----------
    years
        ``"2015:2024"``, ``"2015"``, ``2015``, ``(2015, 2024)``, or ``None`` for all. Both ends are inclusive.

    Raises
    ------
    BadParameter
        None of these, or the first year is after the last.

    Examples
    --------
    >>> parse_years("2015:2024"), parse_years(2020), parse_years(None)
    ((2015, 2024), (2020, 2020), None)
    """
    if years is None or years == "":
        return None
    match = _WINDOW.fullmatch(":".join(map(str, years)) if isinstance(years, list | tuple) else str(years).strip())
    if match is None:
        raise BadParameter("years", years, "a window is written 2015:2024, a single year 2015")
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        raise BadParameter("years", years, "the first year comes before the last")
    return first, last


def years_text(years: Years) -> str:
    """The window as :func:`parse_years` reads it."""
    return f"{years[0]}:{years[1]}"


def resolve_years(tables: Tables, years: tuple[int, int] | str | int | None, *, counting: Counting) -> Years:
    """The window asked for, or all years of the records.

    Raises
    ------
    BadParameter
        It is not a window.
    EmptySelection
        It holds no article.
    """
    known = known_years(tables, counting)
    if not known:
        raise EmptySelection("There is no article with a year and an author in this workspace.")
    window = parse_years(years)
    if window is None:
        return min(known), max(known)
    if not any(window[0] <= year <= window[1] for year in known):
        raise EmptySelection(
            f"There is no article of {years_text(window)}; the records cover {min(known)} to {max(known)}."
        )
    return window


def resolve_base_year(tables: Tables, base_year: int | None, *, years: Years, counting: Counting) -> int:
    """Base year of adjusted Share: the one asked for, else the window's last year with articles.

    Raises
    ------
    EmptySelection
        There is no article of that year.
    """
    known = known_years(tables, counting)
    if base_year is None:
        return max(year for year in known if years[0] <= year <= years[1])
    if base_year not in known:
        raise EmptySelection(
            f"base_year {base_year} has no articles to adjust to; the records cover {min(known)} to {max(known)}."
        )
    return base_year


def check_subject(tables: Tables, counting: Counting) -> None:
    """Raise where the subject asked for is not in the records.

    Raises
    ------
    BadParameter
        It is not; the message names those there are.
    """
    if counting.subject is None or counting.subject == NO_SUBJECT:
        return
    known = tables.subjects.select("subject").distinct().order_by("subject").to_pyarrow()["subject"].to_pylist()
    if counting.subject not in known:
        some = ", ".join(known[:20]) + (" …" if len(known) > 20 else "")
        raise BadParameter(
            "subject",
            counting.subject,
            f"the records have {some}" if known else f"{NO_SUBJECTS[0].lower()}{NO_SUBJECTS[1:]}",
        )


def check_top(top: int | None) -> None:
    """Raise where ``top`` is no number of rows.

    Raises
    ------
    BadParameter
        It is none.
    """
    if top is not None and not is_count(top, least=0):
        raise BadParameter("top", top, "it is a whole number; 0 for all rows")


def in_country(tables: Tables, rows: ir.Table, *, level: str, country: str, column: str = "id") -> ir.Table:
    """Rows whose unit lies in ``country``."""
    return rows.semi_join(_units_in(tables, level, country, column), column)


def both_in_country(tables: Tables, pairs: ir.Table, *, level: str, country: str) -> ir.Table:
    """Pairs with both ends in ``country``."""
    for end in ("a_id", "b_id"):
        pairs = in_country(tables, pairs, level=level, country=country, column=end)
    return pairs


def either_in_country(tables: Tables, pairs: ir.Table, *, level: str, country: str) -> ir.Table:
    """Pairs with at least one end in ``country``."""
    columns = pairs.columns
    for end in ("a", "b"):
        inside = _units_in(tables, level, country, f"{end}_unit").mutate(**{f"{end}_inside": ibis.literal(1)})
        pairs = pairs.left_join(inside, [(f"{end}_id", f"{end}_unit")])
    return pairs.filter(pairs.a_inside.notnull() | pairs.b_inside.notnull()).select(*columns)


def _units_in(tables: Tables, level: str, country: str, column: str) -> ir.Table:
    if level == "type":
        raise BadParameter("country", country, "a type of institution lies in no country; ask for another level")
    known = units(tables, level)
    return known.filter(known.country == country).select(**{column: "id"}).distinct()


def known_years(tables: Tables, counting: Counting) -> list[int]:
    """Years with an article that has an author, by ``counting``, in no order."""
    found: list[int] = year_totals(tables, counting=counting).to_pyarrow()["year"].to_pylist()
    return found
