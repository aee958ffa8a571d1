"""What a load puts into the graph beside places, output and collaboration: movement, and people when asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from toolkit.errors import BadParameter
from toolkit.graphdb.layout import LAYOUT_VERSION
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement

__all__ = ["DEFAULT_CONTENTS", "GraphContents"]

_MORE: Final = ("researchers", "names")
_LESS: Final = ("moves",)


@dataclass(frozen=True)
class GraphContents:
    """What is to stand in the graph beside places, output and collaboration.

    Attributes
    ----------
    moves
        Moves between places, by year, of both rules that give dated moves: how many, not who.
    researchers
        A node for each author with an id, and the stays at institutions: these are data about people.
    names
        Their names and ORCID iDs too.
    movement
        Conventions of moves and stays; its ``rule`` is not read, as both are loaded.

    Raises
    ------
    BadParameter
        Names of researchers who are left out.

    Examples
    --------
    >>> GraphContents(researchers=True).to_dict()["researchers"]
    True
    >>> GraphContents(names=True)
    Traceback (most recent call last):
        ...
    toolkit.errors.BadParameter: names = True can't be used: they are properties of researchers, who are left out.
    """

    moves: bool = True
    researchers: bool = False
    names: bool = False
    movement: Movement = DEFAULT_MOVEMENT

    def __post_init__(self) -> None:
        if self.names and not self.researchers:
            raise BadParameter("names", self.names, "they are properties of researchers, who are left out")

    @classmethod
    def asked(cls, more: Sequence[str], less: Sequence[str], *, movement: Movement = DEFAULT_MOVEMENT) -> GraphContents:
        """Contents by the words that the command line has for them.

        Parameters
        ----------
        more
            Of ``researchers`` and ``names``; names come with their researchers.
        less
            Of ``moves``.
        movement
            Conventions.

        Raises
        ------
        BadParameter
            Another word.
        """
        for option, words, known in (("with", more, _MORE), ("without", less, _LESS)):
            for word in words:
                if word not in known:
                    raise BadParameter(option, word, f"it is one of {', '.join(known)}")
        names = "names" in more
        return cls(
            moves="moves" not in less, researchers=names or "researchers" in more, names=names, movement=movement
        )

    @classmethod
    def of_properties(cls, properties: Mapping[str, Any]) -> GraphContents:
        """Contents that a Load node tells of; the usual ones where it does not, or was written in another layout."""
        if properties.get("layout") != LAYOUT_VERSION:
            return cls()
        told = {name: bool(properties[name]) for name in ("moves", *_MORE) if name in properties}
        return cls(movement=Movement(**json.loads(properties.get("movement", "{}"))), **told)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the run record; conventions only where something depends on them."""
        found: dict[str, Any] = {"moves": self.moves, "researchers": self.researchers, "names": self.names}
        if self.moves or self.researchers:
            found["movement"] = {name: value for name, value in self.movement.to_dict().items() if name != "rule"}
        return found

    def properties(self) -> dict[str, Any]:
        """The same as properties of the Load node: conventions as JSON text."""
        found = self.to_dict()
        if "movement" in found:
            found["movement"] = json.dumps(found["movement"], sort_keys=True)
        return found

    def __str__(self) -> str:
        return json.dumps(self.to_dict(), sort_keys=True)


DEFAULT_CONTENTS: Final = GraphContents()
