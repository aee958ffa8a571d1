"""Years of flows and of networks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from toolkit.errors import BadParameter

__all__ = ["require_year", "this_year", "year_of"]

_EARLIEST: Final = 1500


def this_year() -> int:
    """The year it is."""
    return datetime.now(UTC).year


def year_of(text: str, *, latest: int) -> tuple[str, int]:
    """``("", year)``, or the reason why ``text`` is none up to ``latest``.

    Examples
    --------
    >>> year_of("2019.0", latest=2026), year_of("19", latest=2026), year_of("2030", latest=2026)
    (('', 2019), ('the year is no year', 0), ('the year lies in the future', 0))
    """
    year = int(text[:4]) if text[:4].isdecimal() and text[4:].strip("0") in ("", ".") else 0
    if year < _EARLIEST:
        return "the year is no year", 0
    return ("the year lies in the future", 0) if year > latest else ("", year)


def require_year(year: int | None) -> None:
    """Refuse what was given as the year of a whole file and can't be one.

    Raises
    ------
    BadParameter
        It is too early, or to come.
    """
    if year is not None and not _EARLIEST <= year <= this_year():
        raise BadParameter("year", year, f"a year from {_EARLIEST} to this one")
