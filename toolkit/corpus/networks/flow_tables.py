"""The three shapes of a table of flows: long, a column for each year, a matrix of places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.names import folded
from toolkit.corpus.plain.column_mapping import FIELDS, matched_columns
from toolkit.corpus.plain.recipe import Recipe
from toolkit.corpus.plain.table_files import TableFile
from toolkit.errors import DataError, MissingColumn

__all__ = ["Cell", "FlowTable"]

_YEAR: Final = re.compile(r"[12][0-9]{3}")
_CELL: Final = "cell:"
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One count of a table, as written; ``header`` tells that its destination stands in the line of column names."""

    line: int
    origin: str
    destination: str
    year: str
    count: str
    origin_name: str = ""
    destination_name: str = ""
    origin_country: str = ""
    destination_country: str = ""
    header: bool = False


_FIELDS: Final = {one.name for one in fields(Cell)}


def _key(name: str) -> str:
    return folded(name).replace(" ", "")


@dataclass(frozen=True)
class _Shape(Recipe):
    """Columns of a table of flows, found by what they are called and by what is left over."""

    dated: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)

    def matched(self, header: Sequence[str], *, where: str) -> dict[str, int]:
        """Position of the column of each field; columns of a wide table are named by their header."""
        mapping = {"flows": self.columns}
        known = self._known(header, where)
        years = [index for index, name in enumerate(header) if _YEAR.fullmatch(name.strip())]
        ends = known["origin"] is not None and known["destination"] is not None
        if ends and known["count"] is not None:
            found = matched_columns(header, "flows", mapping, where=where)
        elif ends and years:
            found = {one: index for one, index in known.items() if index is not None and one != "year"}
            found |= self._cells(header, years, where)
        elif ends:
            return matched_columns(header, "flows", mapping, where=where)  # which says that the count is missing
        else:
            origin = known["origin"] if known["origin"] is not None else 0
            found = {"origin": origin} | ({} if known["year"] is None else {"year": known["year"]})
            rest = [index for index, name in enumerate(header) if index not in found.values() and name.strip()]
            found |= self._cells(header, rest, where)
            if len(rest) < _FEWEST:
                raise MissingColumn(
                    f"{where}: a table of flows has columns for origin, destination and count (and year), or origins "
                    f"in its first column and a column for each destination. Columns present: {', '.join(header[:40])}."
                )
        if not ({"year"} & found.keys() or (ends and years) or self.dated):
            raise MissingColumn(f"{where}: no column says the year. Name one `year`, or give --year 2020 for all rows.")
        return found

    def _known(self, header: Sequence[str], where: str) -> dict[str, int | None]:
        """Position of the column of each field by its name; ``None`` where there is no such column.

        Raises
        ------
        MissingColumn
            A column that was asked for is not there.
        """
        keys = {_key(name): index for index, name in reversed(list(enumerate(header)))}
        for one, name in self.columns.items():
            if _key(name) not in keys:
                there = ", ".join(map(repr, header[:40]))
                raise MissingColumn(f"{where}: there is no column {name!r} (the {one}). Columns present: {there}.")
        called = {one: (self.columns[one],) if one in self.columns else names for one, names in FIELDS["flows"].items()}
        known = {
            one: next((keys[_key(name)] for name in names if _key(name) in keys), None) for one, names in called.items()
        }
        if known["count"] is None and not self.columns:  # without a count, O and D are two places of a matrix
            known |= {
                one: None for one, index in known.items() if index is not None and len(header[index].strip()) == 1
            }
        return known

    @staticmethod
    def _cells(header: Sequence[str], columns: Sequence[int], where: str) -> dict[str, int]:
        names = [header[index].strip() for index in columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DataError(f"{where}: column {twice[0]!r} stands {names.count(twice[0])} times; keep one, or rename.")
        return {f"{_CELL}{name}": index for name, index in zip(names, columns, strict=True)}


class FlowTable:
    """A file of flows and its counts, whichever of the three shapes it has.

    Parameters
    ----------
    file
        csv, tsv or Parquet, gzip or not.
    year
        Year of tables without one.
    strict
        Raise at the first row that can't be read.
    columns
        ``origin``, ``destination``, ``count``, ``year`` (or another field of flows) -> the name of its column.

    Raises
    ------
    MissingColumn
        It has none of the shapes, or no year, or a column of ``columns`` is not there.
    DataError
        A column stands twice, or the file is no table.
    """

    def __init__(
        self,
        file: RawFile,
        *,
        year: int | None = None,
        strict: bool = False,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        shape = _Shape("flows", works={}, authors={}, dated=year is not None, columns=columns or {})
        self.table = TableFile(file, "flows", {}, strict=strict, recipe=shape)
        self._year = "" if year is None else str(year)
        self._wide = [column.removeprefix(_CELL) for column in self.table.columns if column.startswith(_CELL)]
        self.matrix = bool(self._wide) and "destination" not in self.table.columns

    def cells(self) -> Iterator[Cell]:
        """Yield the counts in file order, blank ones too."""
        for batch in self.table.batches():
            for row in batch.to_pylist():
                said = {one: (text or "").strip() for one, text in row.items() if one != "line"}
                own: dict[str, Any] = {one: text for one, text in said.items() if one in _FIELDS}
                own["year"] = own.get("year") or self._year
                if not self._wide:
                    yield Cell(row["line"], **own)
                elif self.matrix:
                    for place in self._wide:
                        rest = {"destination": place, "count": said[_CELL + place], "header": True}
                        yield Cell(row["line"], **(own | rest))
                else:
                    for year in self._wide:
                        yield Cell(row["line"], **(own | {"year": year, "count": said[_CELL + year]}))
