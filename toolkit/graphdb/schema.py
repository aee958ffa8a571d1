"""Constraints and indexes, and the statements that count and remove what we loaded.

They are made from :mod:`toolkit.graphdb.layout` because labels can't be query parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from toolkit.graphdb.layout import KEYS, PLACE_LABELS, RELATIONSHIPS

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = [
    "constraint_statements",
    "count_statement",
    "create_constraints",
    "create_indexes",
    "index_statements",
    "node_count_statement",
    "removal_statements",
    "total_statements",
]

_INDEXED: Final = (
    ("City", "name"),
    ("City", "country"),
    ("Institution", "name"),
    ("Institution", "country"),
    ("Output", "year"),
)
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
        f"CREATE INDEX {label.lower()}_{name} IF NOT EXISTS FOR (n:{label}) ON (n.{name})" for label, name in _INDEXED
    ]


def create_constraints(graph: Graph) -> None:
    """Make the unique keys; they must stand before rows are sent, as each row's ends are looked up by them."""
    for statement in constraint_statements():
        graph.write(statement, name="schema")
    graph.write("CALL db.awaitIndexes(300)", name="schema")


def create_indexes(graph: Graph) -> None:
    """Make the indexes that queries by name, country and year use."""
    for statement in index_statements():
        graph.write(statement, name="schema")
    graph.write("CALL db.awaitIndexes(300)", name="schema")


def count_statement() -> str:
    """Count of each label and relationship kind, by name; the server keeps these counts, so it is quick."""
    nodes = [f"MATCH (n:{label}) WITH count(n) AS found RETURN '{label}' AS name, found" for label in KEYS]
    relationships = [
        f"MATCH (:{kind.start})-[r:{kind.type}]->() WITH count(r) AS found RETURN '{kind.pattern}' AS name, found"
        for kind in RELATIONSHIPS
    ]
    return "\nUNION ALL\n".join([*nodes, *relationships])


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
        summed = [name for name in kind.properties if name != "year"]
        if summed:
            columns = ", ".join(f"sum(r.{name}) AS {name}" for name in summed)
            pairs.append((kind.pattern, f"MATCH (:{kind.start})-[r:{kind.type}]->() RETURN {columns}"))
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
