"""The layout of the graph: its labels, their keys, and which relationship joins what.

Loading, counting, removing and the offline import all read it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from toolkit.measures.flows.counts import IMPORTED
from toolkit.measures.movement.options import FLOW_RULES

__all__ = [
    "COLLABORATION",
    "KEYS",
    "LAYOUT_VERSION",
    "MOVE_RULES",
    "PLACE_LABELS",
    "RELATIONSHIPS",
    "RelationshipKind",
]

LAYOUT_VERSION: Final = 5
"""Goes up when the graph of the same records changes, so that graphs of an older layout are loaded anew."""

KEYS: Final[Mapping[str, str]] = {
    "Country": "code",
    "Metro": "id",
    "City": "id",
    "Site": "id",
    "Institution": "id",
    "Output": "id",
    "Researcher": "id",
}
"""Property that identifies a node, by label, in the order nodes are loaded."""

PLACE_LABELS: Final[Mapping[str, str]] = {
    "country": "Country",
    "metro": "Metro",
    "city": "City",
    "institution": "Institution",
}
"""Label of a level's places; these have output. Without a city map there are no metropolitan areas."""

COLLABORATION: Final[Mapping[str, str]] = {
    "country": "COLLABORATES_WITH",
    "metro": "COLLABORATES_WITH",
    "city": "COLLABORATES_WITH",
    "institution": "COAUTHORS_WITH",
}
"""Relationship type that joins the places of a level."""

MOVE_RULES: Final = (*FLOW_RULES, IMPORTED)
"""What ``rule`` of a move may be."""

_TELLING: Final = ("year", "from_year", "rule")


@dataclass(frozen=True)
class RelationshipKind:
    """Relationships of one type between nodes of one label each.

    Attributes
    ----------
    type
        Relationship type.
    start, end
        Labels of its ends.
    properties
        Property names, in column order.
    summed
        Those of them that are added up, in the workspace and in the graph, after every load.
    by_rule
        Whether they are added up for each rule of movement by itself: what two rules say together means nothing.
    """

    type: str
    start: str
    end: str
    properties: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    by_rule: bool = False

    @property
    def pattern(self) -> str:
        """What it looks like in a query, which is also its name in reports."""
        return f"(:{self.start})-[:{self.type}]->(:{self.end})"

    @property
    def identity(self) -> tuple[str, ...]:
        """Those of the properties that tell relationships between the same ends apart."""
        return tuple(name for name in self.properties if name in _TELLING)

    def sums(self) -> dict[str, str | None]:
        """What its added-up properties are called in reports, and the rule whose rows they are, if they are of one."""
        if not self.summed:
            return {}
        if not self.by_rule:
            return {self.pattern: None}
        return {f"(:{self.start})-[:{self.type} {{rule: '{rule}'}}]->(:{self.end})": rule for rule in MOVE_RULES}


_PAIR: Final = (("year", "joint", "score"), ("joint", "score"))
_PLACE_PAIR: Final = (("year", "joint", "score", "partnerships"), ("joint", "score", "partnerships"))
_MOVES: Final = (("year", "researchers", "moves", "rule"), ("researchers", "moves"), True)

RELATIONSHIPS: Final = (
    RelationshipKind("HAS_SITE", "Institution", "Site"),
    RelationshipKind("LOCATED_IN", "Site", "City"),
    RelationshipKind("LOCATED_IN", "Institution", "City"),
    RelationshipKind("IN_COUNTRY", "City", "Country"),
    RelationshipKind("IN_METRO", "City", "Metro"),
    RelationshipKind("PART_OF", "Institution", "Institution"),
    RelationshipKind("PRODUCED", "Country", "Output"),
    RelationshipKind("PRODUCED", "Metro", "Output"),
    RelationshipKind("PRODUCED", "City", "Output"),
    RelationshipKind("PRODUCED", "Institution", "Output"),
    RelationshipKind("COLLABORATES_WITH", "Country", "Country", *_PLACE_PAIR),
    RelationshipKind("COLLABORATES_WITH", "Metro", "Metro", *_PLACE_PAIR),
    RelationshipKind("COLLABORATES_WITH", "City", "City", *_PLACE_PAIR),
    RelationshipKind("COAUTHORS_WITH", "Institution", "Institution", *_PAIR),
    RelationshipKind("PARTNERS_WITH", "Site", "Site", *_PAIR),
    RelationshipKind("MOVED_TO", "Country", "Country", *_MOVES),
    RelationshipKind("MOVED_TO", "Metro", "Metro", *_MOVES),
    RelationshipKind("MOVED_TO", "City", "City", *_MOVES),
    RelationshipKind("MOVED_TO", "Institution", "Institution", *_MOVES),
    RelationshipKind("WORKED_AT", "Researcher", "Institution", ("from_year", "to_year", "works"), ("works",)),
)
"""Every kind there is, in the order they are loaded; no two share type and start label."""
