"""Every error the toolkit raises on purpose, and the exit code each ends the command line with.

::

    ToolkitError                        1   a failure of ours
    ├─ SettingsError(ValueError)        2   wrong usage or settings
    ├─ GraphStoreError                  3   the database
    │  ├─ Unreachable                       could not connect
    │  ├─ QueryRefused                      the server said no (``retryable``)
    │  └─ ServerError                       the managed local server
    ├─ QueryFileError(ValueError)       4   a query file breaks its contract, ``path:line``
    ├─ UnknownQuery(LookupError)        4   no query of that name, with the nearest names
    ├─ BadParameter(ValueError)         4   name, value, what is allowed
    ├─ DataError(ValueError)            4   the records
    │  ├─ MissingColumn  BadRecord  DuplicateKey  UnknownPlace  EmptySelection
    └─ GraphError                       4   the network
       └─ EmptyGraph  WrongGraph  BadWeight  NotConverged

A message says what went wrong, where, the value seen and what to do. Whoever catches one may rely on nothing
having been written by half.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

__all__ = [
    "BadParameter",
    "BadRecord",
    "BadWeight",
    "DataError",
    "DuplicateKey",
    "EmptyGraph",
    "EmptySelection",
    "GraphError",
    "GraphStoreError",
    "MissingColumn",
    "NotConverged",
    "QueryFileError",
    "QueryRefused",
    "ServerError",
    "SettingsError",
    "ToolkitError",
    "UnknownPlace",
    "UnknownQuery",
    "Unreachable",
    "WrongGraph",
]


class ToolkitError(Exception):
    """Base of every error raised on purpose; ``exit_code`` is what the command line ends with."""

    exit_code: ClassVar[int] = 1


class SettingsError(ToolkitError, ValueError):
    """A setting, flag or environment variable can't be used as given."""

    exit_code = 2


class GraphStoreError(ToolkitError):
    """Something between us and Neo4j."""

    exit_code = 3


class Unreachable(GraphStoreError):
    """No connection could be made: wrong address, refused port, wrong password, server down."""


class QueryRefused(GraphStoreError):
    """The server answered, and the answer was no.

    Parameters
    ----------
    message
        What was refused and why.
    code
        Neo4j's status code, for example ``Neo.ClientError.Statement.SyntaxError``.
    retryable
        Whether the same call may succeed later without a change.
    """

    def __init__(self, message: str, *, code: str = "", retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class ServerError(GraphStoreError):
    """The managed local server could not be installed, started, stopped or filled."""


class QueryFileError(ToolkitError, ValueError):
    """A query file breaks its contract; the message starts with ``path:line``."""

    exit_code = 4

    def __init__(self, message: str, *, path: str = "", line: int = 0) -> None:
        where = f"{path}:{line}: " if path else ""
        super().__init__(where + message)
        self.path = path
        self.line = line


class UnknownQuery(ToolkitError, LookupError):
    """No query of that name; ``nearest`` holds names that look like it."""

    exit_code = 4

    def __init__(self, name: str, nearest: Sequence[str] = ()) -> None:
        hint = f" Did you mean {', '.join(nearest)}?" if nearest else " `scicities query list` shows all."
        super().__init__(f"There is no query named {name!r}.{hint}")
        self.name = name
        self.nearest = tuple(nearest)

    def __str__(self) -> str:  # LookupError of the KeyError kind would quote the message
        return str(self.args[0])


class BadParameter(ToolkitError, ValueError):
    """A parameter has a value that is not allowed."""

    exit_code = 4

    def __init__(self, name: str, value: Any, allowed: str) -> None:
        super().__init__(f"{name} = {value!r} can't be used: {allowed}.")
        self.name = name
        self.value = value
        self.allowed = allowed

    @classmethod
    def missing(cls, name: str, needed: str) -> BadParameter:
        """The error of a parameter that was not given; ``needed`` says what it takes."""
        error = cls(name, None, needed)
        error.args = (f"{name} is missing: {needed}.",)
        return error


class DataError(ToolkitError, ValueError):
    """The records are not what they should be."""

    exit_code = 4


class MissingColumn(DataError):
    """A table lacks a column that is needed."""


class BadRecord(DataError):
    """A record can't be read (raised only under ``--strict``; else it is quarantined)."""


class DuplicateKey(DataError):
    """An id that must be unique stands twice."""


class UnknownPlace(DataError):
    """A place name matches nothing, or several places.

    ``candidates`` holds ``(id, name, region, country)`` of what it could mean; ``ambiguous`` says whether each of them
    has that name, or only one like it. ``hint`` is what else may help where nothing has the name.
    """

    def __init__(
        self,
        text: str,
        level: str,
        candidates: Sequence[tuple[str, str, str, str]] = (),
        *,
        ambiguous: bool = True,
        hint: str = "",
    ) -> None:
        rows = "; ".join(
            f"{name} ({', '.join(part for part in (region, country) if part)}) = {place_id}"
            for place_id, name, region, country in candidates
        )
        if candidates and ambiguous:
            message = f"{text!r} could be any of these: {rows}. Give the id, or the country behind a comma."
        else:
            message = f"There is no {level} named {text!r} in this workspace. "
            message += f"Close to it: {rows}." if rows else f"`scicities share --level {level} --top 0` lists all."
            message += f" {hint}" if hint else ""
        super().__init__(message)
        self.text = text
        self.level = level
        self.candidates = tuple(candidates)
        self.ambiguous = ambiguous and bool(candidates)


class EmptySelection(DataError):
    """Nothing is left after the filters."""


class GraphError(ToolkitError):
    """The network can't be analysed as asked."""

    exit_code = 4


class EmptyGraph(GraphError):
    """The graph has no nodes or no edges."""


class WrongGraph(GraphError):
    """The graph is of a kind the method is not defined for (directed, several edges per pair)."""


class BadWeight(GraphError):
    """An edge weight is missing, negative, zero or not finite."""


class NotConverged(GraphError):
    """An iterative method stopped before it settled."""
