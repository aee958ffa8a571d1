"""Analyses of networks: of a workspace, of its graph in Neo4j, or of a network of the user's.

Each takes its network from one of them, asks the room of networks, and gives a frame with the record of how it came
about.
"""

from toolkit.analyses.community_analysis import communities
from toolkit.analyses.flow_networks import flow_communities, flow_graph, suppliers
from toolkit.analyses.flow_views import flow_view
from toolkit.analyses.hub_analysis import hubs
from toolkit.analyses.repeating import repeat
from toolkit.analyses.write_back import write_back, written_properties
from toolkit.network.hubs import DEFAULT_MEASURES as DEFAULT_HUB_MEASURES
from toolkit.network.hubs import MEASURES as HUB_MEASURES

__all__ = [
    "DEFAULT_HUB_MEASURES",
    "HUB_MEASURES",
    "communities",
    "flow_communities",
    "flow_graph",
    "flow_view",
    "hubs",
    "repeat",
    "suppliers",
    "write_back",
    "written_properties",
]
