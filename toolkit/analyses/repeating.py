"""An analysis again, from its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.analyses.community_analysis import communities
from toolkit.analyses.flow_networks import flow_communities, suppliers
from toolkit.analyses.hub_analysis import hubs
from toolkit.errors import BadParameter
from toolkit.runs import Answer, RunRecord, first_rows
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
    top = parameters.pop("top", None)
    if record.method == "communities":
        return first_rows(communities(source, **parameters), top)
    if record.method == "hubs":
        return first_rows(hubs(source, **{**parameters, "measures": tuple(parameters["measures"])}), top)
    of_flows = {"suppliers": suppliers, "flow_communities": flow_communities}
    if record.method not in of_flows:
        raise BadParameter("method", record.method, f"analyses are hubs, communities, {' and '.join(of_flows)}")
    if not isinstance(source, Workspace):
        raise BadParameter("source", type(source).__name__, f"{record.method} is asked of a workspace")
    return first_rows(of_flows[record.method](source, **parameters), top)
