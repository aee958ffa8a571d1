"""The measures as questions to a workspace: each gives a frame and the record of how it came about.

Numbers are rounded to 9 decimals, in the answers and only there. Rows have a total order, so equal questions to equal
records give equal frames.
"""

from __future__ import annotations

from toolkit.measures.collaboration.connection_answers import connections
from toolkit.measures.collaboration.internal_answers import internal
from toolkit.measures.collaboration.pair_answers import pairs, partnerships
from toolkit.measures.collaboration.scope_answers import scope_comparison
from toolkit.measures.collaboration.sector_answers import collaboration_types, company_partners
from toolkit.measures.collaboration.set_answers import together
from toolkit.measures.flows.flow_answers import corridors, flow_indicators, flow_system, flows
from toolkit.measures.flows.group_answers import group_flows
from toolkit.measures.flows.rate_answers import flow_rates, gateways, group_moves
from toolkit.measures.movement.career_answers import careers
from toolkit.measures.movement.comparison import rule_agreement
from toolkit.measures.movement.destination_answers import event_destinations
from toolkit.measures.movement.event_answers import event_study
from toolkit.measures.movement.move_answers import moves
from toolkit.measures.movement.tie_answers import bridges, survival, ties
from toolkit.measures.output.article_answers import articles
from toolkit.measures.output.group_answers import lists, umbrella
from toolkit.measures.output.indicator_answers import ratios
from toolkit.measures.output.subject_answers import concentration, standing, subjects
from toolkit.measures.output.unit_answers import rank, share

__all__ = [
    "articles",
    "bridges",
    "careers",
    "collaboration_types",
    "company_partners",
    "concentration",
    "connections",
    "corridors",
    "event_destinations",
    "event_study",
    "flow_indicators",
    "flow_rates",
    "flow_system",
    "flows",
    "gateways",
    "group_flows",
    "group_moves",
    "internal",
    "lists",
    "moves",
    "pairs",
    "partnerships",
    "rank",
    "ratios",
    "rule_agreement",
    "scope_comparison",
    "share",
    "standing",
    "subjects",
    "survival",
    "ties",
    "together",
    "umbrella",
]
