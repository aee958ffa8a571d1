"""Years that depend on the graph: defaults of queries such as ``first_year`` and ``last_year - 1``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["GraphYear", "Years"]

Years = tuple[int, int]
"""First and last year of a graph's records."""

_WRITTEN: Final = re.compile(r"(first_year|middle_year|last_year)(?:\s*([+-])\s*(\d{1,4}))?")


@dataclass(frozen=True)
class GraphYear:
    """A year counted from the first, the middle or the last year of the graph.

    ``middle_year`` is the last year of the earlier half: ``(first_year + last_year) // 2``.

    Examples
    --------
    >>> year = GraphYear.read("last_year - 1 | First year of the window.")[0]
    >>> str(year), year.of((2019, 2024)), year.of((2020, 2020))
    ('last_year - 1', 2023, 2020)
    """

    base: str
    offset: int = 0

    @classmethod
    def read(cls, text: str) -> tuple[GraphYear, str] | None:
        """The year that ``text`` begins with, and what follows; ``None`` where it begins with something else."""
        found = _WRITTEN.match(text)
        if not found:
            return None
        base, sign, number = found.groups()
        return cls(base, int(f"{sign}{number}") if number else 0), text[found.end() :].lstrip()

    def of(self, years: Years) -> int:
        """The year in a graph whose records are of ``years``; never outside of them."""
        first, last = years
        base = {"first_year": first, "middle_year": (first + last) // 2, "last_year": last}[self.base]
        return min(max(base + self.offset, first), last)

    def __str__(self) -> str:
        return self.base + self.added

    @property
    def added(self) -> str:
        """What is added to the base, as it is written: ``" - 1"``; empty for nothing."""
        return f" {'+' if self.offset > 0 else '-'} {abs(self.offset)}" if self.offset else ""
