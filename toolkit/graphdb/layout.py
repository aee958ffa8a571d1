"""The layout of the graph: its labels, their keys, and which relationship joins what.

Loading, counting, removing and the offline import all read it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = [
    "COLLABORATION",
    "KEYS",
    "LAYOUT_VERSION",
    "PLACE_LABELS",
    "RELATIONSHIPS",
    "RelationshipKind",
]

LAYOUT_VERSION: Final = 2
"""Goes up when the graph of the same records changes, so that graphs of an older layout are loaded anew."""

KEYS: Final[Mapping[str, str]] = {
    "Country": "code",
    "Metro": "id",
    "City": "id",
    "Site": "id",
    "Institution": "id",
    "Output": "id",
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
    """

    type: str
    start: str
    end: str
    properties: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """What it looks like in a query, which is also its name in reports."""
        return f"(:{self.start})-[:{self.type}]->(:{self.end})"

    @property
    def identity(self) -> tuple[str, ...]:
        """Those of the properties that tell relationships between the same ends apart."""
        return tuple(name for name in self.properties if name == "year")


_PAIR: Final = ("year", "joint", "score")
_PLACE_PAIR: Final = (*_PAIR, "partnerships")

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
    RelationshipKind("COLLABORATES_WITH", "Country", "Country", _PLACE_PAIR),
    RelationshipKind("COLLABORATES_WITH", "Metro", "Metro", _PLACE_PAIR),
    RelationshipKind("COLLABORATES_WITH", "City", "City", _PLACE_PAIR),
    RelationshipKind("COAUTHORS_WITH", "Institution", "Institution", _PAIR),
    RelationshipKind("PARTNERS_WITH", "Site", "Site", _PAIR),
)
"""Every kind there is, in the order they are loaded; no two share type and start label."""
