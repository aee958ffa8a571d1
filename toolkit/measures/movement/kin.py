"""Kin of places: nobody moves between an institution and one that stands above it."""

from __future__ import annotations

import ibis.expr.types as ir

from toolkit.measures.counting.pairing import kin_pairs
from toolkit.measures.movement.options import Movement
from toolkit.measures.tables import Tables

__all__ = ["kin_of_places"]


def kin_of_places(tables: Tables, *, level: str, movement: Movement) -> ir.Table | None:
    """Ancestors and descendants of each institution, at any depth; ``None`` where there are no kin to tell.

    Places other than institutions have no kin. Without a hierarchy table, or with ``kin="keep"``, nobody has.

    Returns
    -------
    ibis table or None
        ``one``, ``other``: numbers of places, each pair both ways
    """
    if level != "institution" or movement.kin == "keep" or not tables.has_lineage:
        return None
    pairs = kin_pairs(tables)
    both = pairs.select(one="low", other="high").union(pairs.select(one="high", other="low"))
    return tables.keep(("kin both ways",), both)
