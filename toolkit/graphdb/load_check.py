"""The last step of every load: count, add up, compare with the workspace."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from toolkit.errors import GraphStoreError
from toolkit.graphdb.load_node import found_counts, set_state
from toolkit.graphdb.schema import total_statements

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph
    from toolkit.graphdb.tables import GraphTables

__all__ = ["differences", "verify"]


def verify(graph: Graph, tables: GraphTables) -> dict[str, int]:
    """Counts found, once they and the sums of every number agree with the tables.

    Raises
    ------
    GraphStoreError
        They don't; the message says where.
    """
    found = found_counts(graph)
    wrong = differences(tables.counts(), found)
    expected = tables.totals()
    for name, statement in total_statements():
        if not any(expected[name].values()):
            continue  # no rows, which was counted above: a row has at least one article
        row = graph.read(statement, name="load").iloc[0]
        for column, total in expected[name].items():
            if not math.isclose(float(row[column]), total, rel_tol=1e-9, abs_tol=1e-6):
                wrong.append(f"{column} of {name}: {float(row[column]):,.9g} instead of {total:,.9g}")
    if wrong:
        set_state(graph, "broken")
        raise GraphStoreError(
            f"The graph is not what was loaded: {'; '.join(wrong)}. Load again; the graph is then made anew."
        )
    return found


def differences(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    """Counts that are not as expected, in words."""
    return [
        f"{found.get(name, 0):,} {name} instead of {count:,}"
        for name, count in expected.items()
        if found.get(name, 0) != count
    ]
