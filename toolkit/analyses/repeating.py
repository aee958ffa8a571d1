"""An analysis again, from its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.analyses.community_analysis import communities
from toolkit.analyses.flow_networks import flow_communities, suppliers
from toolkit.analyses.hub_analysis import hubs
from toolkit.errors import BadParameter
from toolkit.runs import Answer, RunRecord
from toolkit.workspace import Workspace

if TYPE_CHECKING:
    from toolkit.analyses.sources import Source

__all__ = ["repeat"]


def repeat(record: RunRecord, source: Source) -> Answer:
    """Run the analysis of a record again on ``source``: the same parameters, the frame it gives today.

    Raises
    ------
    BadParameter
        The record is of something else than an analysis, or one of flows is asked of something else than a workspace.
    """
    parameters = dict(record.parameters)
    if record.method == "communities":
        return communities(source, **parameters)
    if record.method == "hubs":
        return hubs(source, **{**parameters, "measures": tuple(parameters["measures"])})
    of_flows = {"suppliers": suppliers, "flow_communities": flow_communities}
    if record.method not in of_flows:
        raise BadParameter("method", record.method, f"analyses are hubs, communities, {' and '.join(of_flows)}")
    if not isinstance(source, Workspace):
        raise BadParameter("source", type(source).__name__, f"{record.method} is asked of a workspace")
    return of_flows[record.method](source, **parameters)
