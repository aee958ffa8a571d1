"""What analyses write to the graph, and under which names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.graphdb.writeback import write_results
from toolkit.network.hubs import MEASURES
from toolkit.runs import Answer

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = ["write_back", "written_properties"]


def write_back(graph: Graph, answer: Answer, *, level: str = "city") -> int:
    """Write an analysis to the places of a graph, with its run.

    Parameters
    ----------
    graph
        An open graph, loaded from the records that were analysed.
    answer
        What :func:`~toolkit.analyses.community_analysis.communities` or
        :func:`~toolkit.analyses.hub_analysis.hubs` gave: the first writes property ``community`` (and
        ``community_support``), the second each measure under its name (and its ``<measure>_low``,
        ``<measure>_high``).
    level
        Level of the answer's places.

    Returns
    -------
    int
        Number of nodes that got it. A later run of the same method replaces the earlier one as a whole.
    """
    frame = answer.frame.rename(columns={"support": "community_support"})
    return write_results(graph, frame, level=level, run=answer.run, properties=written_properties(answer))


def written_properties(answer: Answer) -> tuple[str, ...]:
    """Names of the properties that :func:`write_back` writes for this answer."""
    columns = set(answer.frame.columns)
    if answer.run.method == "communities":
        return ("community", "community_support") if "support" in columns else ("community",)
    named = (f"{measure}{end}" for measure in MEASURES for end in ("", "_low", "_high"))
    return tuple(name for name in named if name in columns)
