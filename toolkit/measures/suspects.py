"""Rows that rest on what looks like a matching error: marked in answers, and left out where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd
import pyarrow as pa

__all__ = ["COLUMN", "Suspects"]

COLUMN: Final = "suspect"
"""Column of marked rows: the listing of ``scicities check`` that shows the row's suspect."""
_INSTITUTIONS: Final = ("institution", "parent", "site")
_ENDS: Final = (("a_id", "b_id"), ("from_id", "to_id"), ("id",))
_OF_FLOWS: Final = ("from_id", "to_id")


@dataclass(frozen=True)
class Suspects:
    """Institutions and pairs that look like matching errors, with the listing that shows each.

    Attributes
    ----------
    institutions
        Listing by institution.
    pairs
        Listing by level (``institution`` or ``city``) and unordered pair.
    """

    institutions: dict[str, str]
    pairs: dict[tuple[str, frozenset[str]], str]

    @classmethod
    def of(cls, table: pa.Table) -> Suspects:
        """Suspects of the canonical table."""
        rows = table.to_pylist()
        return cls(
            {row["id"]: row["list"] for row in rows if row["other_id"] is None},
            {
                (row["level"], frozenset((row["id"], row["other_id"]))): row["list"]
                for row in rows
                if row["other_id"] is not None
            },
        )

    def marked(
        self, frame: pd.DataFrame, *, level: str, moves: bool, left_out: bool = False
    ) -> tuple[pd.DataFrame, list[str]]:
        """``frame`` with column ``suspect`` where a row rests on a suspect, and a sentence on it.

        Without such a row the frame comes back as it is.

        Parameters
        ----------
        frame
            Rows of units (``id``) or pairs (``a_id`` and ``b_id``, ``from_id`` and ``to_id``).
        level
            Level of the units. Institutions and their sites are marked by themselves or as a pair; pairs of cities only
            in flows.
        moves
            Whether rows with ``a_id`` and ``b_id`` are of flows.
        left_out
            Whether suspect institutions are left out already, so that only pairs of large ones remain.

        Examples
        --------
        >>> names = ["level", "id", "other_id", "list"]
        >>> rows = [("institution", "x", None, "matching"), ("institution", "a", "b", "corridors")]
        >>> suspects = Suspects.of(pa.Table.from_pylist([dict(zip(names, row)) for row in rows]))
        >>> frame = pd.DataFrame({"a_id": ["a", "a", "c"], "b_id": ["b", "x", "d"]})
        >>> suspects.marked(frame, level="institution", moves=False)[0].suspect.tolist()
        ['corridors', 'matching', '']
        """
        ends = next((ends for ends in _ENDS if set(ends) <= set(frame.columns)), None)
        if ends is None or not (self.institutions or self.pairs):
            return frame, []
        columns = [frame[end].astype(object) for end in ends]
        if level in _INSTITUTIONS:
            found = self._institutions(columns, level)
        elif level == "city" and (moves or ends == _OF_FLOWS):
            found = [self.pairs.get(("city", frozenset(pair)), "") for pair in zip(*columns, strict=True)]
        else:
            return frame, []
        lists = sorted(set(found) - {""})
        if not lists:
            return frame, []
        number = sum(map(bool, found))
        shown = ", ".join(f"`scicities check --list {name}`" for name in lists)
        sentence = (
            f"{number:,} of {len(found):,} rows rest on institutions or corridors that look like matching errors "
            f"(column {COLUMN}): see {shown}{'' if left_out else '; --without-suspects leaves these institutions out'}."
        )
        return frame.assign(**{COLUMN: found}), [sentence]

    def _institutions(self, columns: list[pd.Series[str]], level: str) -> list[str]:
        own = [[str(unit).rpartition("@")[0] if level == "site" else unit for unit in column] for column in columns]
        return [
            next((self.institutions[unit] for unit in units if unit in self.institutions), "")
            or self.pairs.get(("institution", frozenset(units)), "")
            for units in zip(*own, strict=True)
        ]
