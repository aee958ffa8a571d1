"""Whether a statement only reads the graph, decided by the plan that the server makes of it.

A session with READ access refuses writes, but would still open files and addresses for ``LOAD CSV``, end other people's
transactions, and call procedures that change the server. No Cypher is parsed here to decide what is safe. The server
plans ``EXPLAIN`` and the statement, and every step of the plan must be one that is known to only read; whatever is not
known is refused. The text that was planned is the text that is run.

What a plan does not show as a step of its own is refused too: functions of plugins, and ``LOAD CSV`` or ``CALL`` in a
subquery that the server plans only while it runs (in the arguments of a procedure, or in the condition of a
``shortestPath``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Literal

from toolkit.errors import BadParameter

__all__ = ["Mode", "effect_beyond_reading", "explaining", "parted", "plugin_function", "profiling"]

Mode = Literal["", "EXPLAIN", "PROFILE"]

# possessive, so that the time it takes grows with the length of the text and no faster
_LEAD: Final = re.compile(r"\A((?:\s|//[^\r\n]*+|/\*(?s:.*?)\*/)*+)(EXPLAIN|PROFILE)\b", re.IGNORECASE)
_SUBQUERY: Final = re.compile(r"\b(?:EXISTS|COUNT|COLLECT)\s*\{")
_OUTSIDE: Final = re.compile(r"\bLOAD\s+CSV\b|\b(?:Un)?(?:resolved)?CALL\b", re.IGNORECASE)
"""Servers print some subqueries as Cypher (``CALL``) and some as their own objects (``ResolvedCall``)."""
_SUSPECT: Final = re.compile(r"CALL|LOAD", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\u+([0-9A-Fa-f]{4})")
_DEEPEST: Final = 200
"""Brackets within each other: a parser of the server takes minutes, and much memory, for thousands."""

_SCANS: Final = """
AllRelationshipsScan RelationshipByElementIdSeek RelationshipByIdSeek RelationshipIndexContainsScan
RelationshipIndexEndsWithScan RelationshipIndexScan RelationshipIndexSeek RelationshipIndexSeekByRange
RelationshipUniqueIndexSeek RelationshipUniqueIndexSeekByRange RelationshipTypeScan UnionRelationshipTypesScan
RelationshipFulltextIndexSearch RelationshipVectorIndexSearch
"""
_NODE_SCANS: Final = """
AllNodesScan IntersectionNodeByLabelsScan NodeByElementIdSeek NodeByIdSeek NodeByLabelScan NodeFulltextIndexSearch
NodeIndexContainsScan NodeIndexEndsWithScan NodeIndexScan NodeIndexSeek NodeIndexSeekByRange NodeUniqueIndexSeek
NodeUniqueIndexSeekByRange NodeVectorIndexSearch SubtractionNodeByLabelsScan UnionNodeByLabelsScan Unwind
"""
_STEPS: Final = """
Anti AntiConditionalApply AntiSemiApply Apply Argument ArgumentTracker AssertSameNode AssertSameRelationship
BidirectionalRepeat CacheProperties CartesianProduct ConditionalApply Distinct DynamicDirectedRelationshipTypeLookup
DynamicLabelNodeLookup DynamicUndirectedRelationshipTypeLookup Eager EagerAggregation EmptyResult EmptyRow
ExhaustiveLimit Expand Filter LetAntiSemiApply LetSelectOrAntiSemiApply LetSelectOrSemiApply LetSemiApply Limit
MultiNodeIndexSeek NodeCountFromCountStore NodeHashJoin NodeLeftOuterHashJoin NodeRightOuterHashJoin NullifyMetadata
Optional OptionalExpand OrderedAggregation OrderedDistinct OrderedUnion PartialSort PartialTop PathPropagatingBFS
PreserveOrder ProduceResults ProjectEndpoints Projection RelationshipCountFromCountStore RemoteBatchProperties
RemoteBatchPropertiesWithFilter Repeat RepeatOptions RollUpApply SelectOrAntiSemiApply SelectOrSemiApply SemiApply
ShortestPath ShowConstraints ShowCurrentGraphType ShowFunctions ShowIndexes ShowProcedures Skip Sort
StatefulShortestPath Top Top1WithTies TriadicBuild TriadicFilter TriadicSelection Union ValueHashJoin ValueMergeJoin
VarLengthExpand
"""
_READING: Final = frozenset(
    [
        *_STEPS.split(),
        *(f"{part}{scan}" for part in ("", "Partitioned") for scan in _NODE_SCANS.split()),
        *(
            f"{part}{way}{scan}"
            for part in ("", "Partitioned")
            for way in ("Directed", "Undirected")
            for scan in _SCANS.split()
        ),
    ]
)
"""Operators of Neo4j 5 and 2026 that only read the graph, without what stands in brackets behind their names."""
_PROCEDURES: Final = frozenset(
    """
    db.info db.labels db.ping db.propertyKeys db.relationshipTypes
    db.index.fulltext.listAvailableAnalyzers db.index.fulltext.queryNodes db.index.fulltext.queryRelationships
    db.index.vector.queryNodes db.index.vector.queryRelationships
    db.schema.nodeTypeProperties db.schema.relTypeProperties db.schema.visualization
    """.split()  # noqa: SIM905 - a list of names reads better as lines
)
"""Procedures that only read the graph or its schema."""
_FUNCTIONS: Final = ("apoc.coll.", "apoc.map.", "apoc.math.", "apoc.number.", "apoc.text.")
"""Beginnings of names of plugins' functions that compute from their arguments alone."""

_BY_TYPE: Final = {
    "w": "it writes",
    "rw": "it writes",
    "s": "it changes the schema or the server, or asks about them through a procedure",
}
_BY_OPERATOR: Final = {
    "LoadCSV": "it reads a file or address (LOAD CSV)",
    "TerminateTransactions": "it ends other transactions",
    "ShowTransactions": "it shows other people's statements",
    "ShowSettings": "it shows the server's settings",
    "TransactionApply": "it opens transactions of its own",
    "TransactionForeach": "it opens transactions of its own",
}


def parted(cypher: str) -> tuple[Mode, str]:
    """The word ``EXPLAIN`` or ``PROFILE`` that a statement begins with, and the statement without it.

    Nothing depends on this being right: what is left is planned by the server before it is run.

    Examples
    --------
    >>> parted("/* a plan */ explain CREATE (n)"), parted("RETURN 1 AS explain")
    (('EXPLAIN', '/* a plan */  CREATE (n)'), ('', 'RETURN 1 AS explain'))
    """
    found = _LEAD.match(cypher)
    if found is None:
        return "", cypher
    mode: Mode = "EXPLAIN" if found[2].upper() == "EXPLAIN" else "PROFILE"
    return mode, found[1] + cypher[found.end() :]


def explaining(body: str) -> str:
    """The statement that has ``body`` planned and not run; it stands one line lower.

    Raises
    ------
    BadParameter
        More brackets are within each other than any statement needs.

    Examples
    --------
    >>> explaining("RETURN 1").split()
    ['EXPLAIN', 'RETURN', '1']
    """
    if _too_deep(body):
        raise BadParameter("cypher", body.strip()[:80], f"it has more than {_DEEPEST} brackets within each other")
    return f"EXPLAIN\n{body}"


def profiling(body: str) -> str:
    """The statement that has ``body`` run and its steps counted; it stands one line lower.

    Examples
    --------
    >>> profiling("RETURN 1").split()
    ['PROFILE', 'RETURN', '1']
    """
    return f"PROFILE\n{body}"


def _too_deep(cypher: str) -> bool:
    """Whether too many brackets are within each other, those of texts and comments included."""
    depth = 0
    for mark in re.findall(r"[()\[\]{}]", cypher):
        depth = depth + 1 if mark in "([{" else max(depth - 1, 0)
        if depth > _DEEPEST:
            return True
    return False


def plugin_function(cypher: str, installed: Collection[str]) -> str:
    r"""A function of a plugin that the statement may call; empty where it calls none.

    Parameters
    ----------
    cypher
        The statement.
    installed
        Functions of the server that are not part of Neo4j.

    Notes
    -----
    A plan does not list the functions it calls. A call has every part of the function's name in its text, in any case
    and perhaps with characters written as ``\u0061``, so a text without them calls nothing. One that has them in a
    comment is refused for nothing.

    Examples
    --------
    >>> plugin_function("RETURN `apoc`./**/cypher.runFirstColumnSingle('x', {})", ["apoc.cypher.runFirstColumnSingle"])
    'apoc.cypher.runFirstColumnSingle'
    >>> plugin_function("RETURN apoc.text.join(['a'], '')", ["apoc.text.join"])
    ''
    """
    suspects = [name for name in installed if not name.startswith(_FUNCTIONS)]
    if not suspects:
        return ""
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), cypher).casefold()
    return next((name for name in suspects if all(part in text for part in name.casefold().split("."))), "")


def effect_beyond_reading(query_type: str | None, plan: Mapping[str, Any] | None, *, database: str = "") -> str:
    """What a statement does apart from reading the graph, as part of a sentence; empty for nothing.

    Parameters
    ----------
    query_type
        ``r``, ``rw``, ``w`` or ``s`` as in the driver's result summary.
    plan
        The summary's plan.
    database
        Name of the database that may be read; empty allows any.

    Examples
    --------
    >>> effect_beyond_reading("r", {"operatorType": "LoadCSV@neo4j", "args": {}, "children": []})
    'it reads a file or address (LOAD CSV)'
    >>> effect_beyond_reading("r", {"operatorType": "ProduceResults@neo4j", "args": {}, "children": []})
    ''
    """
    if query_type != "r":
        return _BY_TYPE.get(query_type or "", "the server does not say that it only reads")
    if not plan:
        return "the server shows no plan of it"
    return next((effect for step in _steps(plan) if (effect := _effect(step, database))), "")


def _steps(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    open_steps = [plan]
    while open_steps:
        step = open_steps.pop()
        yield step
        open_steps += step.get("children", ())


def _effect(step: Mapping[str, Any], database: str) -> str:
    operator, _, where = str(step.get("operatorType", "")).partition("@")
    operator = operator.partition("(")[0]
    details = str(step.get("args", {}).get("Details", ""))
    if database and where and where.casefold() != database.casefold():
        return f"it uses another database ({where})"
    if operator == "ProcedureCall":
        name = details.partition("(")[0].strip()
        if name not in _PROCEDURES:
            return f"it calls {name}, which is not among the procedures known to only read the graph"
    elif operator not in _READING:
        return _BY_OPERATOR.get(operator, f"its plan has the step {operator}, which is not known to only read")
    if operator == "ProduceResults":  # it computes nothing, and shows the names of columns
        return ""
    if _OUTSIDE.search(details) or (_SUBQUERY.search(details) and _SUSPECT.search(details)):
        return f"it has LOAD CSV or CALL in a subquery that the server plans only while it runs ({operator})"
    return ""
