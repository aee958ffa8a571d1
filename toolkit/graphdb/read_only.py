"""Whether a statement does no more than read the graph, judged by the server's own plan of it.

A session with READ access refuses writes by itself, but would still open files and addresses for LOAD CSV, end other
people's transactions, and call procedures that change the server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["effect_beyond_reading", "explaining", "is_explained", "profiling"]

_LEAD = r"\A((?:\s|//[^\n]*\n|/\*.*?\*/)*)"
_EXPLAINED = re.compile(_LEAD + r"EXPLAIN\b", re.IGNORECASE | re.DOTALL)
_PROFILED = re.compile(_LEAD + r"PROFILE\b", re.IGNORECASE | re.DOTALL)
_OUTSIDE = ("apoc.load", "apoc.import", "apoc.export", "apoc.cypher.runFile")
_ACTING = ("db.prepareForReplanning", "db.resample", "db.stats.")
"""Procedures that Neo4j calls reading, though they make the server do or forget something."""
_BY_TYPE = {
    "w": "it writes",
    "rw": "it writes",
    "s": "it changes the schema or the server, or asks about them through a procedure",
}


def is_explained(cypher: str) -> bool:
    """Whether the statement only asks for its own plan, and so does nothing.

    Examples
    --------
    >>> is_explained("/* plan */ EXPLAIN CREATE (n)"), is_explained("PROFILE RETURN 1")
    (True, False)
    """
    return _EXPLAINED.match(cypher) is not None


def explaining(cypher: str) -> str:
    """The statement that has ``cypher`` planned and not run; it stands one line lower.

    Examples
    --------
    >>> explaining("PROFILE RETURN 1").split()
    ['EXPLAIN', 'RETURN', '1']
    """
    return "EXPLAIN\n" + _bare(cypher)


def profiling(cypher: str) -> str:
    """The statement that has ``cypher`` run and its steps counted; it stands one line lower.

    Examples
    --------
    >>> profiling("EXPLAIN RETURN 1").split()
    ['PROFILE', 'RETURN', '1']
    """
    return "PROFILE\n" + _bare(cypher)


def _bare(cypher: str) -> str:
    return _EXPLAINED.sub(r"\1", _PROFILED.sub(r"\1", cypher, count=1), count=1)


def effect_beyond_reading(query_type: str | None, plan: Mapping[str, Any] | None) -> str:
    """What a statement does beside reading the graph, as part of a sentence; empty for nothing.

    Parameters
    ----------
    query_type
        ``r``, ``rw``, ``w`` or ``s`` as in the driver's result summary.
    plan
        The summary's plan.

    Examples
    --------
    >>> effect_beyond_reading("r", {"operatorType": "LoadCSV@neo4j", "args": {}, "children": []})
    'it reads a file or address (LOAD CSV)'
    """
    return _BY_TYPE.get(query_type or "r", "") or _effect(plan)


def _effect(plan: Mapping[str, Any] | None) -> str:
    if not plan:
        return ""
    operator = str(plan.get("operatorType", "")).partition("@")[0]
    details = str(plan.get("args", {}).get("Details", ""))
    if operator == "LoadCSV":
        return "it reads a file or address (LOAD CSV)"
    if operator == "TerminateTransactions":
        return "it ends other transactions"
    if operator == "ProcedureCall" and details.startswith(_OUTSIDE):
        return f"it calls {details.partition('(')[0]}, which reaches outside the database"
    if operator == "ProcedureCall" and details.startswith(_ACTING):
        return f"it calls {details.partition('(')[0]}, which acts on the server"
    return next((effect for child in plan.get("children", ()) if (effect := _effect(child))), "")
