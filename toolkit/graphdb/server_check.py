"""Whether a server is one that we can work with, asked before anything is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from toolkit.errors import QueryRefused
from toolkit.graphdb.statement_files import statement

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = ["OLDEST", "require_supported"]

OLDEST: Final = (5, 26)
"""First version of Neo4j that everything here runs on; the versions named by year come after it."""


def require_supported(graph: Graph) -> None:
    """Return if the server is Neo4j 5.26 or later, of any edition.

    Raises
    ------
    QueryRefused
        It is older, or no Neo4j at all. Nothing was written.
    """
    try:
        row = graph.read(statement("info/components"), name="info.components").iloc[0]
        version, edition = str(row["version"]), str(row["edition"])
    except (QueryRefused, IndexError, KeyError) as error:
        raise QueryRefused(
            f"{graph.uri} speaks Neo4j's language but does not say that it is Neo4j, so nothing was written ({error})."
        ) from error
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        raise QueryRefused(
            f"{graph.uri} runs Neo4j {version} ({edition}), and scicities needs 5.26 or later, so nothing was written. "
            "Update that server, or use the workspace's own (`scicities load --to local`)."
        )
