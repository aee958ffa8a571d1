"""What a query file says: its parameters, columns, notes and statement."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["PLACES", "TYPES", "Column", "Param", "QuerySpec", "fits"]

TYPES: Final = ("string", "int", "float", "bool", "list<string>")
"""Types of parameters and columns; a ``?`` behind one allows null."""

PLACES: Final = ("city", "institution", "country", "metro")
"""Types of parameters that are ids of places, sent as ``string``; ``list<city>`` and so on are lists of them."""

_INT64 = 2**63


@dataclass(frozen=True)
class Param:
    """A parameter of a query; without a default it is required.

    Attributes
    ----------
    type
        One of :data:`TYPES`: what is sent.
    default
        A value, or a year that the graph decides.
    place
        The one of :data:`PLACES` that the header gives as its type, else empty.
    """

    name: str
    type: str
    nullable: bool
    required: bool
    default: Any
    meaning: str
    place: str = ""

    @property
    def level(self) -> str:
        """Level of the places whose ids it takes; empty where it takes none.

        What the header says, else what the name says: ``city`` of ``city_id`` and ``other_city_ids``, ``country`` of
        ``country`` and ``other_country``.
        """
        if self.place or self.type not in {"string", "list<string>"}:
            return self.place
        last = self.name.removesuffix("_ids").removesuffix("_id").split("_")[-1]
        is_id = self.name.endswith(("_id", "_ids")) or last == "country"
        return last if last in PLACES and is_id else ""

    @property
    def kind(self) -> str:
        """What its value stands for in the graph: :attr:`level`, ``researcher``, or empty."""
        return self.level or ("researcher" if self.name in {"researcher_id", "other_researcher_id"} else "")

    @property
    def written_type(self) -> str:
        """Type as the header writes it, without ``?``."""
        return self.type.replace("string", self.place) if self.place else self.type


@dataclass(frozen=True)
class Column:
    """A column of a query's answer."""

    name: str
    type: str
    nullable: bool
    meaning: str


@dataclass(frozen=True)
class QuerySpec:
    """All a query file says.

    Attributes
    ----------
    name
        ``group.query``, made from the path.
    summary
        One sentence.
    access
        ``read`` or ``write``.
    params, columns
        In the order of the file.
    needs
        What must be in the graph, of :data:`toolkit.graphdb.query_needs.NEEDS`.
    examples
        Values to try the query with that the header's ``browser:`` lines give; for the others see
        :func:`toolkit.graphdb.query_values.examples`.
    notes
        The free lines.
    statement
        The Cypher, without header and without ``;``.
    path
        The file.
    statement_line
        Line of the file on which the statement begins.
    """

    name: str
    summary: str
    access: str
    params: tuple[Param, ...]
    columns: tuple[Column, ...]
    needs: tuple[str, ...]
    examples: Mapping[str, Any]
    notes: str
    statement: str
    path: Path
    statement_line: int

    @property
    def group(self) -> str:
        """Folder of the query, ``hubs`` of ``hubs.by_strength``."""
        return self.name.rpartition(".")[0]

    @property
    def question(self) -> str:
        """The question the query answers: the free lines' paragraph that starts with ``Question:``."""
        found = re.search(r"^Question:\s*(.+?)(?=\n[A-Z][\w ]*:|\n\s*\n|\Z)", self.notes, re.DOTALL | re.MULTILINE)
        return " ".join(found.group(1).split()) if found else ""

    @property
    def defaults(self) -> dict[str, Any]:
        """Defaults of parameters; a :class:`~toolkit.graphdb.graph_years.GraphYear` where the graph decides."""
        return {param.name: param.default for param in self.params if not param.required}

    @property
    def text(self) -> str:
        """The whole file, as it is pasted in Neo4j Browser."""
        return self.path.read_text(encoding="utf-8")

    def param(self, name: str) -> Param | None:
        """The parameter of that name."""
        return next((param for param in self.params if param.name == name), None)


def fits(value: Any, type_: str, *, nullable: bool) -> bool:
    """Whether a JSON value is of a type of the format, taken strictly: ``1.0`` is no int."""
    if value is None:
        return nullable
    match type_:
        case "string":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case _:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
