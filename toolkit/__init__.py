"""scicities: a graph-database toolkit for the networks of science.

The names here are the command line's: what ``scicities share`` prints, ``share(workspace)`` returns, as an
:class:`~toolkit.runs.Answer` of a frame and the record of how it came about.

>>> import toolkit as sc
>>> workspace = sc.open_workspace("scicities-data")
>>> sc.share  # doctest: +ELLIPSIS
<function share at ...>
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "Answer": "toolkit.runs",
    "GraphContents": "toolkit.graphdb.contents",
    "RunRecord": "toolkit.runs",
    "Settings": "toolkit.settings",
    "ToolkitError": "toolkit.errors",
    "Workspace": "toolkit.workspace",
    "articles": "toolkit.measures.answers",
    "bridges": "toolkit.measures.answers",
    "build": "toolkit.measures.store",
    "careers": "toolkit.measures.answers",
    "collaboration_types": "toolkit.measures.answers",
    "communities": "toolkit.analyses.community_analysis",
    "company_partners": "toolkit.measures.answers",
    "compare": "toolkit.measures.compare.workspaces",
    "concentration": "toolkit.measures.answers",
    "connections": "toolkit.measures.answers",
    "corridors": "toolkit.measures.answers",
    "draw_career": "toolkit.present.timelines",
    "draw_event_study": "toolkit.present.event_figures",
    "draw_flows": "toolkit.present.flow_charts",
    "draw_hub_intervals": "toolkit.present.ranking_charts",
    "draw_net_flows": "toolkit.present.flow_charts",
    "draw_network": "toolkit.present.charts",
    "draw_ties": "toolkit.present.event_figures",
    "flow_communities": "toolkit.analyses.flow_networks",
    "flow_graph": "toolkit.analyses.flow_networks",
    "flow_indicators": "toolkit.measures.answers",
    "flow_rates": "toolkit.measures.answers",
    "flow_system": "toolkit.measures.answers",
    "flows": "toolkit.measures.answers",
    "gateways": "toolkit.measures.answers",
    "group_flows": "toolkit.measures.answers",
    "group_moves": "toolkit.measures.answers",
    "event_destinations": "toolkit.measures.answers",
    "event_study": "toolkit.measures.answers",
    "hubs": "toolkit.analyses.hub_analysis",
    "ingest_corrections": "toolkit.corpus.ingest",
    "ingest_countries": "toolkit.corpus.lists.ingest_lists",
    "ingest_flows": "toolkit.corpus.networks.ingest_flows",
    "ingest_indicators": "toolkit.corpus.lists.ingest_lists",
    "ingest_institutions": "toolkit.corpus.ingest",
    "ingest_journals": "toolkit.corpus.lists.ingest_lists",
    "ingest_marks": "toolkit.corpus.lists.ingest_lists",
    "ingest_metro": "toolkit.corpus.lists.ingest_lists",
    "ingest_network": "toolkit.network.ingest_network",
    "ingest_openalex": "toolkit.corpus.ingest",
    "ingest_ror": "toolkit.corpus.ingest",
    "ingest_subject_map": "toolkit.corpus.lists.ingest_lists",
    "ingest_tables": "toolkit.corpus.plain",
    "internal": "toolkit.measures.answers",
    "library": "toolkit.graphdb.library",
    "lines_against": "toolkit.corpus.checking",
    "lists": "toolkit.measures.answers",
    "load": "toolkit.graphdb.load",
    "load_library": "toolkit.graphdb.library",
    "moves": "toolkit.measures.answers",
    "network_edges": "toolkit.graphdb.projection",
    "open_graph": "toolkit.graphdb.connection",
    "open_workspace": "toolkit.workspace",
    "pairs": "toolkit.measures.answers",
    "partnerships": "toolkit.measures.answers",
    "project": "toolkit.graphdb.projection",
    "rank": "toolkit.measures.answers",
    "ratios": "toolkit.measures.answers",
    "read_truth": "toolkit.corpus.sample",
    "reconciliation": "toolkit.corpus.checking",
    "repeat": "toolkit.analyses.repeating",
    "rule_agreement": "toolkit.measures.answers",
    "scope_comparison": "toolkit.measures.answers",
    "share": "toolkit.measures.answers",
    "standing": "toolkit.measures.answers",
    "subjects": "toolkit.measures.answers",
    "suppliers": "toolkit.analyses.flow_networks",
    "survival": "toolkit.measures.answers",
    "ties": "toolkit.measures.answers",
    "together": "toolkit.measures.answers",
    "umbrella": "toolkit.measures.answers",
    "write_back": "toolkit.analyses.write_back",
    "write_sample": "toolkit.corpus.sample",
}

__all__ = [
    "Answer",
    "GraphContents",
    "RunRecord",
    "Settings",
    "ToolkitError",
    "Workspace",
    "articles",
    "bridges",
    "build",
    "careers",
    "collaboration_types",
    "communities",
    "company_partners",
    "compare",
    "concentration",
    "connections",
    "corridors",
    "draw_career",
    "draw_event_study",
    "draw_flows",
    "draw_hub_intervals",
    "draw_net_flows",
    "draw_network",
    "draw_ties",
    "event_destinations",
    "event_study",
    "flow_communities",
    "flow_graph",
    "flow_indicators",
    "flow_rates",
    "flow_system",
    "flows",
    "gateways",
    "group_flows",
    "group_moves",
    "hubs",
    "ingest_corrections",
    "ingest_countries",
    "ingest_flows",
    "ingest_indicators",
    "ingest_institutions",
    "ingest_journals",
    "ingest_marks",
    "ingest_metro",
    "ingest_network",
    "ingest_openalex",
    "ingest_ror",
    "ingest_subject_map",
    "ingest_tables",
    "internal",
    "library",
    "lines_against",
    "lists",
    "load",
    "load_library",
    "moves",
    "network_edges",
    "open_graph",
    "open_workspace",
    "pairs",
    "partnerships",
    "project",
    "rank",
    "ratios",
    "read_truth",
    "reconciliation",
    "repeat",
    "rule_agreement",
    "scope_comparison",
    "share",
    "standing",
    "subjects",
    "suppliers",
    "survival",
    "ties",
    "together",
    "umbrella",
    "write_back",
    "write_sample",
]

if TYPE_CHECKING:
    from toolkit.analyses.community_analysis import communities
    from toolkit.analyses.flow_networks import flow_communities, flow_graph, suppliers
    from toolkit.analyses.hub_analysis import hubs
    from toolkit.analyses.repeating import repeat
    from toolkit.analyses.write_back import write_back
    from toolkit.corpus.checking import lines_against, reconciliation
    from toolkit.corpus.ingest import ingest_corrections, ingest_institutions, ingest_openalex, ingest_ror
    from toolkit.corpus.lists.ingest_lists import (
        ingest_countries,
        ingest_indicators,
        ingest_journals,
        ingest_marks,
        ingest_metro,
        ingest_subject_map,
    )
    from toolkit.corpus.networks.ingest_flows import ingest_flows
    from toolkit.corpus.plain import ingest_tables
    from toolkit.corpus.sample import read_truth, write_sample
    from toolkit.errors import ToolkitError
    from toolkit.graphdb.connection import open_graph
    from toolkit.graphdb.contents import GraphContents
    from toolkit.graphdb.library import library, load_library
    from toolkit.graphdb.load import load
    from toolkit.graphdb.projection import network_edges, project
    from toolkit.measures.answers import (
        articles,
        bridges,
        careers,
        collaboration_types,
        company_partners,
        concentration,
        connections,
        corridors,
        event_destinations,
        event_study,
        flow_indicators,
        flow_rates,
        flow_system,
        flows,
        gateways,
        group_flows,
        group_moves,
        internal,
        lists,
        moves,
        pairs,
        partnerships,
        rank,
        ratios,
        rule_agreement,
        scope_comparison,
        share,
        standing,
        subjects,
        survival,
        ties,
        together,
        umbrella,
    )
    from toolkit.measures.compare.workspaces import compare
    from toolkit.measures.store import build
    from toolkit.network.ingest_network import ingest_network
    from toolkit.present.charts import draw_network
    from toolkit.present.event_figures import draw_event_study, draw_ties
    from toolkit.present.flow_charts import draw_flows, draw_net_flows
    from toolkit.present.ranking_charts import draw_hub_intervals
    from toolkit.present.timelines import draw_career
    from toolkit.runs import Answer, RunRecord
    from toolkit.settings import Settings
    from toolkit.workspace import Workspace, open_workspace


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import toolkit` itself takes milliseconds."""
    if name not in _HOMES:
        raise AttributeError(f"module 'toolkit' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
