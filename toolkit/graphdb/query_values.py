"""Values for a query's parameters that come from the graph itself: its years, and places to try the query with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import BadParameter
from toolkit.graphdb.graph_years import GraphYear, Years
from toolkit.graphdb.layout import KEYS, PLACE_LABELS
from toolkit.graphdb.statement_files import statement

if TYPE_CHECKING:
    from toolkit.graphdb.query_checks import RunsCypher
    from toolkit.graphdb.query_spec import Param, QuerySpec

__all__ = ["examples", "graph_years", "literal", "param_lines", "require_values"]

_LISTED: Final = 5
_KINDS: Final[Mapping[str, str]] = {
    "city": "a city, by name or GeoNames id",
    "institution": "an institution, by name or id",
    "country": "a country, by name or code",
    "metro": "a metropolitan area, by name or id",
    "researcher": "the id of a researcher",
}


def graph_years(graph: RunsCypher, spec: QuerySpec, given: Mapping[str, Any]) -> Years | None:
    """First and last year of the graph's records; ``None`` where no default of the query depends on them.

    Raises
    ------
    BadParameter
        The graph does not say which years it holds, and the query's years are not given.
    """
    asked = [param.name for param in spec.params if isinstance(param.default, GraphYear) and param.name not in given]
    if not asked:
        return None
    found = graph.read(statement("queries/years"), name="queries/years")
    if found.empty or found.isna().any(axis=None):
        raise BadParameter.missing(asked[0], f"the graph does not say which years it holds; give {' and '.join(asked)}")
    return int(found["first_year"].iloc[0]), int(found["last_year"].iloc[0])


def require_values(graph: RunsCypher, spec: QuerySpec, given: Mapping[str, Any]) -> None:
    """Refuse a query whose required parameters are not given, with examples from the graph.

    Raises
    ------
    BadParameter
        Which parameter is missing, what it takes, and places of this graph.
    """
    missing = [param for param in spec.params if param.required and given.get(param.name) is None]
    if not missing:
        return
    param, others = missing[0], [other.name for other in missing[1:]]
    wanted = _KINDS.get(param.kind, f"a value of type {param.written_type}")
    reason = f"{spec.name} needs {wanted}{', once or more' if param.type.startswith('list') else ''}"
    if param.kind:
        names = [name for _, name in _largest(graph, param.kind)]
        if names:
            reason += f"; the largest in this graph: {', '.join(names)}"
            option = "--" + param.name.replace("_", "-")
            reason += f" (for example {option} {_quoted(names[0])})"
    else:
        reason += f" ({param.meaning})"
    raise BadParameter.missing(param.name, reason + (f". It also needs {', '.join(others)}" if others else ""))


def examples(graph: RunsCypher, spec: QuerySpec) -> dict[str, Any]:
    """Values to try a query with on this graph: its defaults, the largest places, the years of the records.

    Where a query takes several places of a level, they are the largest, the second and so on.
    """
    years = graph_years(graph, spec, {})
    found: dict[str, Any] = {}
    taken: dict[str, int] = {}
    for param in spec.params:
        if param.name in spec.examples:
            found[param.name] = spec.examples[param.name]
        elif not param.required:
            found[param.name] = (
                param.default.of(years) if isinstance(param.default, GraphYear) and years else param.default
            )
        else:
            ids = [key for key, _ in _largest(graph, param.kind)]
            place = taken[param.kind] = taken.get(param.kind, -1) + 1
            found[param.name] = ids if param.type.startswith("list") else ids[min(place, len(ids) - 1)] if ids else ""
    return found


def param_lines(spec: QuerySpec) -> tuple[str, ...]:
    """Lines that set all parameters in Neo4j Browser, with values that the graph itself gives.

    Examples
    --------
    >>> from toolkit.graphdb.library import load_library
    >>> for line in param_lines(load_library()["hubs.by_strength"]):
    ...     print(line)
    :param year_from => COLLECT {MATCH (load:Load) RETURN load.first_year}[0]
    :param year_to => COLLECT {MATCH (load:Load) RETURN load.last_year}[0]
    :param country => null
    :param top_n => 25
    """
    taken: dict[str, int] = {}
    lines = []
    for param in spec.params:
        if param.name in spec.examples:
            value = literal(spec.examples[param.name])
        elif isinstance(param.default, GraphYear):
            value = statement(f"browser/values/{param.default.base}") + param.default.added
        elif not param.required:
            value = literal(param.default)
        else:
            place = taken[param.kind] = taken.get(param.kind, -1) + 1
            value = _expression(param, place)
        lines.append(f":param {param.name} => {value}")
    return tuple(lines)


def literal(value: Any) -> str:
    """A value as Cypher writes it: JSON's literals are Cypher's as well, escapes included."""
    return json.dumps(value, ensure_ascii=False)


def _expression(param: Param, place: int) -> str:
    places = "" if param.type.startswith("list") else f"[{place}]"
    if param.kind == "researcher":
        return statement("browser/values/researchers", places=places)
    label = PLACE_LABELS[param.kind]
    return statement("browser/values/largest", label=label, key=KEYS[label], places=places)


def _largest(graph: RunsCypher, kind: str) -> list[tuple[str, str]]:
    """Ids and names of the largest places of a level, largest first."""
    if kind == "researcher":
        name, text = "queries/researchers", statement("queries/researchers")
    else:
        label = PLACE_LABELS[kind]
        name, text = "queries/largest", statement("queries/largest", label=label, key=KEYS[label])
    found = graph.read(text, {"number": _LISTED}, name=name)
    return [(str(key), str(shown)) for key, shown in zip(found["id"], found["name"], strict=True)]


def _quoted(name: str) -> str:
    return name if name.isalnum() else '"' + name.replace('"', '\\"') + '"'
