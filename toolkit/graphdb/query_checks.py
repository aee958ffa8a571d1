"""What a query file's header and statement promise each other, checked without and with a server."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from toolkit.errors import BadParameter, QueryFileError, ToolkitError
from toolkit.graphdb.query_file import library_folder
from toolkit.graphdb.query_spec import Column, QuerySpec
from toolkit.graphdb.query_text import (
    limits_without_order,
    line_of,
    masked,
    order_keys,
    parameters,
    returned,
    writing_words,
)
from toolkit.graphdb.query_values import examples
from toolkit.graphdb.read_only import explaining

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RunsCypher", "answer", "check_query", "require_leave", "server_problems", "typed_frame"]

_DTYPES: Mapping[tuple[str, bool], str] = {
    ("string", False): "str",
    ("string", True): "str",
    ("int", False): "int64",
    ("int", True): "Int64",
    ("float", False): "float64",
    ("float", True): "float64",
    ("bool", False): "bool",
    ("bool", True): "boolean",
    ("list<string>", False): "object",
    ("list<string>", True): "object",
}


class RunsCypher(Protocol):
    """What is asked of a graph here: an open connection, or a recording fake that answers by query name."""

    def read(self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "") -> pd.DataFrame:
        """Frame of the rows a reading statement returns, its columns named even where there are no rows."""
        ...

    def write(self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "") -> pd.DataFrame:
        """Frame of the rows a writing statement returns."""
        ...

    def require_reading(self, cypher: str, parameters: Mapping[str, Any] | None = None, *, allowed: str) -> None:
        """Raise where the server's plan of the statement does more than read; it is not run."""
        ...


def require_leave(spec: QuerySpec, *, write: bool) -> None:
    """Raise where a query changes the graph and ``write`` does not allow it.

    Raises
    ------
    BadParameter
        The query's access is ``write``, and ``write`` is false.
    """
    if spec.access == "write" and not write:
        raise BadParameter(
            "write", write, f"{spec.name} changes the graph; --write (write=True in Python) allows it, if that is meant"
        )


def answer(spec: QuerySpec, graph: RunsCypher, parameters: Mapping[str, Any], *, write: bool = False) -> pd.DataFrame:
    """What the database returns for a query, with the declared columns and types.

    A reading query of the user's own folders is planned first, and refused where it would do more than read, with
    ``write`` too. Tests prove this of each shipped query, so these are sent at once.

    Raises
    ------
    BadParameter
        The query changes the graph and ``write`` is false, or it says that it reads and would do more.
    """
    require_leave(spec, write=write)
    if spec.access == "read" and library_folder() not in spec.path.parents:
        graph.require_reading(spec.statement, parameters, allowed=f"{spec.name} says that its access is read")
    send = graph.read if spec.access == "read" else graph.write
    return typed_frame(spec, send(spec.statement, parameters, name=spec.name))


def check_query(spec: QuerySpec) -> list[QueryFileError]:
    """Problems that can be seen without a database, in the order of the file.

    Checked: declared parameters are the used ones; what is returned is what is declared; every ``LIMIT`` cuts a total
    order, and the last ``RETURN`` is ordered; a reading query has no word that writes.
    """
    code = masked(spec.statement)
    names, declared = returned(code), [column.name for column in spec.columns]
    found: list[tuple[int | None, str]] = [*_parameter_problems(spec), *limits_without_order(spec.statement)]
    if spec.access == "read":
        found += [(w.start, f"{w.text} in a query whose access is read") for w in writing_words(spec.statement)]
    if names != declared:
        found.append((None, f"the statement returns {', '.join(names)}; declared are {', '.join(declared)}"))
    if order_keys(code) is None:
        found.append((None, "the last RETURN has no ORDER BY: the order of the rows would be left to chance"))
    problems = [
        QueryFileError(
            message + ".",
            path=str(spec.path),
            line=1 if position is None else spec.statement_line + line_of(spec.statement, position) - 1,
        )
        for position, message in found
    ]
    return sorted(problems, key=lambda error: error.line)


_TAKEN: Final = frozenset(
    {
        "explain",
        "fmt",
        "format",
        "from",
        "graph",
        "help",
        "library",
        "output",
        "quiet",
        "source",
        "verbose",
        "workspace",
        "write",
    }
)
"""Names of options that each query has on the command line."""


def _parameter_problems(spec: QuerySpec) -> list[tuple[int | None, str]]:
    used = parameters(spec.statement)
    taken: list[tuple[int | None, str]] = [
        (None, f"param {param.name!r} is a word of Python or an option that every query has; call it otherwise")
        for param in spec.params
        if param.name in _TAKEN or keyword.iskeyword(param.name)
    ]
    unused: list[tuple[int | None, str]] = [
        (None, f"param {param.name!r} is declared, but the statement doesn't use ${param.name}")
        for param in spec.params
        if param.name not in used
    ]
    undeclared = [
        (position, f"the statement uses ${name}, which no `param:` line declares")
        for name, position in used.items()
        if spec.param(name) is None
    ]
    return [*taken, *unused, *undeclared]


def typed_frame(spec: QuerySpec, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the declared columns in order, and their types even where it has no rows.

    Raises
    ------
    QueryFileError
        The database returned other columns, or values of another type than declared.
    """
    import pandas as pd

    declared = [column.name for column in spec.columns]
    if list(frame.columns) != declared:
        raise _broken(spec, f"the database returned {list(frame.columns)}; declared are {declared}")
    return pd.DataFrame({column.name: _typed(spec, column, frame[column.name]) for column in spec.columns})


def server_problems(spec: QuerySpec, graph: RunsCypher) -> list[QueryFileError]:
    """Problems that only a server with data shows.

    The statement is planned (this finds what can't be compiled). One that reads is then run with its examples, and once
    more with whole numbers sent as floats, as Neo4j Browser sends them: columns and types must be the declared ones,
    both runs must give equal rows, and no two rows may be equal in all keys they are ordered by.
    """
    values = examples(graph, spec)
    as_browser = {
        name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in values.items()
    }
    try:
        planned = graph.read(explaining(spec.statement), values, name=spec.name)
        if list(planned.columns) != (declared := [column.name for column in spec.columns]):
            return [_broken(spec, f"the plan gives {list(planned.columns)}; declared are {declared}")]
        if spec.access == "write":  # a check changes nothing
            return []
        frame, again = answer(spec, graph, values), answer(spec, graph, as_browser)
    except QueryFileError as error:
        return [error]
    except ToolkitError as error:
        return [_broken(spec, f"the server refused it: {error}")]
    problems = []
    if not frame.equals(again):
        problems.append(_broken(spec, "whole numbers sent as floats, as Neo4j Browser does, give other rows"))
    keys = [key for key in order_keys(masked(spec.statement)) or [] if key in frame.columns]
    if keys and bool(frame[keys].map(str).duplicated().any()):
        problems.append(_broken(spec, f"ORDER BY {', '.join(keys)} is not total: rows are equal in all of it"))
    return problems


def _broken(spec: QuerySpec, message: str) -> QueryFileError:
    return QueryFileError(message.rstrip(".") + ".", path=str(spec.path), line=spec.statement_line)


def _typed(spec: QuerySpec, column: Column, values: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    cells = [None if _missing(value) else value for value in values]
    for cell in cells:
        if cell is None and not column.nullable:
            raise _broken(spec, f"column {column.name!r} holds null; declare it {column.type}?")
        if cell is not None and not _is(cell, column):
            raise _broken(spec, f"column {column.name!r} holds {cell!r}, which is no {column.type}")
    return pd.Series(cells, dtype=_DTYPES[column.type, column.nullable], name=column.name)


def _missing(value: Any) -> bool:
    import pandas as pd

    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _is(cell: Any, column: Column) -> bool:
    import pandas as pd

    match column.type:
        case "string":
            return isinstance(cell, str)
        case "int":
            # a frame holds whole numbers as floats where others of the column are null
            return pd.api.types.is_integer(cell) or (column.nullable and isinstance(cell, float) and cell.is_integer())
        case "float":
            return pd.api.types.is_float(cell)
        case "bool":
            return pd.api.types.is_bool(cell)
        case _:
            return isinstance(cell, list) and all(isinstance(item, str) for item in cell)
