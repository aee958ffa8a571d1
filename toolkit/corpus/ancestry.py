"""Who belongs to whom: the closure of direct parents and of ancestors at unknown depth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["KNOWN", "UNKNOWN", "closure"]

KNOWN: Final = "ror"
"""``relation`` of an ancestor reached through direct parents only; its depth is the number of steps."""
UNKNOWN: Final = "openalex"
"""``relation`` of an ancestor reached, somewhere on the way, through a lineage that does not tell its depth."""


def closure(
    members: Iterable[str], parents: Mapping[str, set[str]], lineage: Mapping[str, set[str]]
) -> list[tuple[str, str, int | None, str]]:
    """Ancestors of ``members`` and of their ancestors, each once, the shortest known way counted.

    Parameters
    ----------
    members
        Institution ids.
    parents
        Direct parents of an institution.
    lineage
        Ancestors at unknown depth; used for institutions without a direct parent only.

    Returns
    -------
    list of (institution_id, ancestor_id, depth or None, relation)
        Ordered. Nobody is its own ancestor; members of a cycle are ancestors of each other.

    Examples
    --------
    >>> closure(["lab"], {"lab": {"institute"}}, {"institute": {"academy"}})
    ... # doctest: +NORMALIZE_WHITESPACE
    [('institute', 'academy', None, 'openalex'), ('lab', 'academy', None, 'openalex'), ('lab', 'institute', 1, 'ror')]
    """
    rows: list[tuple[str, str, int | None, str]] = []
    waiting, seen = list(members), set[str]()
    while waiting:
        member = waiting.pop()
        if member in seen:
            continue
        seen.add(member)
        depths = _depths(member, parents)
        unknown = _others(member, set(depths), parents, lineage)
        rows += [(member, ancestor, depth, KNOWN) for ancestor, depth in depths.items()]
        rows += [(member, ancestor, None, UNKNOWN) for ancestor in unknown]
        waiting += [*depths, *unknown]
    return sorted(rows, key=lambda row: row[:2])


def _depths(member: str, parents: Mapping[str, set[str]]) -> dict[str, int]:
    depths: dict[str, int] = {}
    level, depth = {member}, 0
    while level:
        depth += 1
        level = {parent for child in level for parent in parents.get(child, ())} - set(depths) - {member}
        depths.update(dict.fromkeys(level, depth))
    return depths


def _others(member: str, known: set[str], parents: Mapping[str, set[str]], lineage: Mapping[str, set[str]]) -> set[str]:
    found = set[str]()
    waiting = [member, *known]
    while waiting:
        one = waiting.pop()
        up = parents.get(one) or lineage.get(one, set())
        fresh = up - known - found - {member}
        found |= fresh
        waiting += fresh
    return found
