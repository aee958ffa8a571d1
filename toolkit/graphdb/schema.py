"""Constraints and indexes, and the statements that count and remove what we loaded.

They are made from :mod:`toolkit.graphdb.layout` because labels can't be query parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from toolkit.errors import QueryRefused
from toolkit.graphdb.layout import KEYS, PLACE_LABELS, RELATIONSHIPS

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = [
    "constraint_statements",
    "count_statement",
    "create_constraints",
    "create_schema",
    "index_statements",
    "node_count_statement",
    "removal_statements",
    "total_statements",
]

_INDEXED: Final = (
    ("City", "name"),
    ("City", "country"),
    ("Metro", "name"),
    ("Institution", "name"),
    ("Institution", "country"),
    ("Output", "year"),
    ("Researcher", "name"),
)
_FAILED: Final = "SHOW INDEXES YIELD name, state WHERE state = 'FAILED' AND name IN $names RETURN name"
_OWN: Final = (("Load", "owner"), ("LoadBatch", "key"), ("Run", "id"))
"""Labels of the bookkeeping. ``owner`` is the same on every Load node, so that there is at most one."""


def constraint_statements() -> list[str]:
    """One statement per unique key, each harmless when repeated."""
    return [
        f"CREATE CONSTRAINT {label.lower()}_{key} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE"
        for label, key in (*KEYS.items(), *_OWN)
    ]


def index_statements() -> list[str]:
    """One statement per index, each harmless when repeated."""
    return [
        f"CREATE INDEX {_index_name(label, name)} IF NOT EXISTS FOR (n:{label}) ON (n.{name})"
        for label, name in _INDEXED
    ]


def _index_name(label: str, name: str) -> str:
    return f"{label.lower()}_{name}"


def create_constraints(graph: Graph) -> None:
    """Make the unique keys; they must stand before rows are sent, as each row's ends are looked up by them."""
    _run(graph, constraint_statements())


def create_schema(graph: Graph) -> None:
    """Make the unique keys where they are missing, and the indexes that queries by name, country and year use.

    An index whose making failed, as on a full disk, is there and useless; it is made again.
    """
    failed = graph.read(_FAILED, {"names": [_index_name(*one) for one in _INDEXED]}, name="schema")["name"]
    for name in failed:
        graph.write(f"DROP INDEX {name} IF EXISTS", name="schema")
    _run(graph, [*constraint_statements(), *index_statements()])


def _run(graph: Graph, statements: Sequence[str]) -> None:
    for statement in statements:
        try:
            graph.write(statement, name="schema")
        except QueryRefused as error:  # another load made it between the server's look and its own making
            if "EquivalentSchemaRuleAlreadyExists" not in error.code:
                raise
    graph.write("CALL db.awaitIndexes(300)", name="schema")


def count_statement() -> str:
    """Count of each label and relationship kind, one row with a column each.

    The server keeps these counts. One part per count in a single ``RETURN`` is planned in two thirds of the time that
    a ``UNION`` of them takes, and planning is all that this costs.
    """
    nodes = [f"COUNT {{ (:{label}) }} AS `{label}`" for label in KEYS]
    relationships = [f"COUNT {{ (:{kind.start})-[:{kind.type}]->() }} AS `{kind.pattern}`" for kind in RELATIONSHIPS]
    return "RETURN " + ",\n       ".join([*nodes, *relationships])


def node_count_statement() -> str:
    """Number of nodes of any kind."""
    return "MATCH (n) RETURN count(n) AS found"


def total_statements() -> list[tuple[str, str]]:
    """What is added up, and the statement that does it: one row, a column per property."""
    outputs = [
        (
            f"output of {label}",
            f"MATCH (:{label})-[:PRODUCED]->(o:Output) RETURN sum(o.count) AS count, sum(o.share) AS share",
        )
        for label in PLACE_LABELS.values()
    ]
    pairs = []
    for kind in RELATIONSHIPS:
        columns = ", ".join(f"sum(r.{name}) AS {name}" for name in kind.summed)
        for called, rule in kind.sums().items():
            only = "" if rule is None else f" {{rule: '{rule}'}}"
            pairs.append((called, f"MATCH (:{kind.start})-[r:{kind.type}{only}]->() RETURN {columns}"))
    return outputs + pairs


def removal_statements() -> list[tuple[str, str]]:
    """What is removed, and the statement that removes at most ``$rows`` of it and returns how many.

    Relationships go before their nodes: a city can have more of them than fit into one transaction. The Load node
    stays; it says whose graph this was until the last row is gone.
    """
    relationships = [
        (
            kind.pattern,
            f"MATCH (:{kind.start})-[r:{kind.type}]->() WITH r LIMIT $rows DELETE r RETURN count(*) AS removed",
        )
        for kind in reversed(RELATIONSHIPS)
    ]
    nodes = [
        (label, f"MATCH (n:{label}) WITH n LIMIT $rows DETACH DELETE n RETURN count(*) AS removed")
        for label in (*reversed(list(KEYS)), "Run", "LoadBatch")
    ]
    return [*relationships, *nodes]
