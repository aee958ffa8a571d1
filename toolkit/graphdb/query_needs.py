"""What a query needs in the graph beyond places, output and collaboration, and what puts it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from toolkit.graphdb.statement_files import statement

if TYPE_CHECKING:
    from toolkit.graphdb.query_checks import RunsCypher
    from toolkit.graphdb.query_spec import QuerySpec

__all__ = ["NEEDS", "need_texts", "why_no_rows"]

NEEDS: Final[Mapping[str, tuple[str, str]]] = {
    "communities": ("communities", "scicities communities --from local --write"),
    "support": ("communities with their support", "scicities communities --stability --from local --write"),
    "hubs": ("hubs", "scicities hubs --measure all --from local --write"),
    "results": ("results of analyses", "scicities hubs --from local --write"),
    "researchers": ("researchers", "scicities load --with researchers"),
    "hierarchy": (
        "hierarchy of institutions",
        "scicities ingest ror FILE (or ingest institutions FOLDER), then scicities load",
    ),
    "coordinates": (
        "cities with coordinates",
        "scicities ingest ror FILE (or give lat and lon of the cities), then scicities load",
    ),
    "moves": (
        "moves by this rule",
        "scicities load (the authors need ids; imported flows: scicities load --network NAME)",
    ),
}
"""By the word in the header: what is needed, and the command that gives it."""


def need_texts(spec: QuerySpec) -> list[str]:
    """A sentence for each thing that the query needs.

    Examples
    --------
    >>> from toolkit.graphdb.library import load_library
    >>> need_texts(load_library()["communities.members"])
    ['Needs communities in the graph: `scicities communities --from local --write`.']
    """
    return [f"Needs {NEEDS[need][0]} in the graph: `{NEEDS[need][1]}`." for need in spec.needs]


def why_no_rows(graph: RunsCypher, spec: QuerySpec, values: Mapping[str, Any]) -> str:
    """Why a query gave no rows: what the graph lacks and what to type, else what was asked for.

    Parameters
    ----------
    graph
        The graph it was run on.
    spec
        The query.
    values
        Its parameters, as they were sent.
    """
    for need in spec.needs:
        name = f"needs/{need}"
        sent = {"rule": values["rule"]} if need == "moves" else {}
        if not bool(graph.read(statement(name), sent, name=name)["there"].iloc[0]):
            what, command = NEEDS[need]
            asked = f" ({values['rule']})" if need == "moves" else ""
            return f"no rows: the graph has no {what}{asked}. Type: {command}"
    given = ", ".join(f"{name} = {value}" for name, value in values.items() if value is not None and name != "top_n")
    return f"no rows: nothing in the graph matches {given}" if given else "no rows: nothing in the graph matches"
