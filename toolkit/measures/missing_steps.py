"""Why an answer has no rows: which earlier step is missing, and what to type."""

from __future__ import annotations

from typing import Final

import ibis.expr.types as ir

from toolkit.measures.counting.levels import UNKNOWN_TYPE, UNLOCATED, unit_of_site
from toolkit.measures.tables import Tables

__all__ = ["NO_MARKS", "NO_SUBJECTS", "why_empty"]

NO_SUBJECTS: Final = (
    "The records have no subjects, so every article is in none: type `scicities ingest subject-map FILE` with a map of "
    "journals or of the source's subjects"
)
NO_MARKS: Final = (
    "No institution carries a mark, so there is no list: type `scicities ingest marks FILE` with a list of institutions"
)
_OF_MOVES: Final = (
    *("moves", "flows", "flow_indicators", "flow_system", "flow_rates", "corridors", "gateways", "group_flows"),
    *("group_moves", "bridges", "survival", "ties", "careers"),
)
_REGISTRY: Final = "type `scicities ingest ror FILE` with the registry"
_NO_PLACE: Final = {
    "city": f"No city is known: {_REGISTRY}, or give cities with the institutions",
    "metro": f"No city is known: {_REGISTRY}, or give cities with the institutions",
    "region": f"No region is known: {_REGISTRY}, or install the extra places",
    "country": f"No country is known: {_REGISTRY}, or give countries with the institutions",
    "type": f"No institution has a type: {_REGISTRY}, or give types with the institutions",
}


def why_empty(tables: Tables, method: str, *, level: str) -> str:
    """A sentence on why an answer of ``method`` at ``level`` has no rows.

    Examples
    --------
    >>> why_empty(Tables.empty(), "flows", level="city")
    'No author has an id, so nobody can be followed: ingest records with author ids.'
    """
    followed = method in _OF_MOVES
    if followed and _none(tables.authorships.filter(tables.authorships.author_id.notnull())):
        return "No author has an id, so nobody can be followed: ingest records with author ids."
    homes = unit_of_site(tables, level)
    if level in _NO_PLACE and _none(homes.filter(~homes.unit_id.isin([UNLOCATED, UNKNOWN_TYPE]))):
        return f"{_NO_PLACE[level]}."
    if method == "company_partners" and _none(tables.listed("institution_types")):
        return f"{_NO_PLACE['type']}."
    if followed:
        return (
            "No move matches: the authors followed stay where they are, or their moves lie outside of what was asked. "
            "Widen the years, choose another --level, or see all with `scicities moves`."
        )
    return "Nothing in these records matches: widen the years, choose another --level, or leave a filter out."


def _none(rows: ir.Table) -> bool:
    return int(rows.limit(1).count().to_pyarrow().as_py()) == 0
