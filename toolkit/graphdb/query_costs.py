"""What each query asks of the store, measured on a graph and kept beside the page of the queries.

``python -m toolkit.graphdb.query_costs WORKSPACE docs/query-costs.csv`` measures on the workspace's own server, which
must be loaded and hold communities. Questions to the store (db hits) are counted, not seconds: they are the same on
every machine.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.errors import SettingsError
from toolkit.graphdb.library import Library, library_folder, load_library
from toolkit.graphdb.plans import profiled
from toolkit.graphdb.query_values import examples

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = ["Cost", "cost_table", "measured_costs", "read_costs", "write_costs"]

FILE: Final = "query-costs.csv"


@dataclass(frozen=True)
class Cost:
    """What one query cost: questions to the store, rows returned, and the size of the graph it ran on."""

    db_hits: int
    rows: int
    on: str


def measured_costs(graph: Graph, library: Library) -> dict[str, Cost]:
    """Cost of each query of ``library`` by name, with its defaults and the largest places of the graph."""
    info = graph.info()
    nodes, relationships = sum(info.nodes.values()), sum(info.relationships.values())
    on = f"{nodes:,} nodes and {relationships:,} relationships"
    found = {}
    for name, spec in library.items():
        if spec.access == "read":
            plan = profiled(graph, spec.statement, examples(graph, spec))
            found[name] = Cost(int(plan["db_hits"].sum()), int(plan["rows"].iloc[0]), on)
    return found


def write_costs(costs: Mapping[str, Cost], path: Path) -> None:
    """Write costs as csv: ``query``, ``db_hits``, ``rows``, ``on``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["query", "db_hits", "rows", "on"])
        writer.writerows([name, cost.db_hits, cost.rows, cost.on] for name, cost in sorted(costs.items()))


def read_costs(path: Path | None = None) -> dict[str, Cost]:
    """Costs as :func:`write_costs` wrote them; none where there is no file.

    Raises
    ------
    SettingsError
        The file is no such table.
    """
    file = library_folder().parent / "docs" / FILE if path is None else path
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        try:
            return {
                row["query"]: Cost(int(row["db_hits"]), int(row["rows"]), row["on"]) for row in csv.DictReader(lines)
            }
        except (KeyError, TypeError, ValueError) as error:
            raise SettingsError(f"{file} is no table of costs ({error!r}). Measure again, or remove it.") from error


def cost_table(costs: Mapping[str, Cost], *, top: int) -> str:
    """The ``top`` dearest queries as a table in Markdown; empty without costs."""
    if not costs:
        return ""
    dearest = sorted(costs, key=lambda name: (-costs[name].db_hits, name))[:top]
    lines = ["| query | db hits | rows |", "|---|---:|---:|"]
    lines += [f"| `{name}` | {costs[name].db_hits:,} | {costs[name].rows:,} |" for name in dearest]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    from toolkit.graphdb.connection import open_graph

    with open_graph("local", workspace=sys.argv[1]) as opened:
        write_costs(measured_costs(opened, load_library()), Path(sys.argv[2]))
