"""The measures as questions to a workspace: each gives a frame and the record of how it came about.

Numbers are rounded to 9 decimals, in the answers and only there. Rows have a total order, so equal questions to equal
records give equal frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from toolkit.corpus.checking.repeating import METHODS as REPORTS
from toolkit.corpus.checking.repeating import repeat_check
from toolkit.corpus.networks.store import read_network
from toolkit.errors import BadParameter, DataError
from toolkit.measures.asking import Folder
from toolkit.measures.collaboration.connection_answers import connections
from toolkit.measures.collaboration.internal_answers import internal
from toolkit.measures.collaboration.pair_answers import pairs, partnerships
from toolkit.measures.collaboration.scope_answers import scope_comparison
from toolkit.measures.collaboration.sector_answers import collaboration_types, company_partners
from toolkit.measures.collaboration.set_answers import together
from toolkit.measures.compare.workspaces import repeat_comparison
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
from toolkit.runs import Answer, RunRecord
from toolkit.workspace import open_workspace

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
    "repeat",
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


_METHODS: Final[dict[str, Callable[..., Answer]]] = {
    function.__name__: function
    for function in (
        share,
        rank,
        pairs,
        partnerships,
        articles,
        connections,
        collaboration_types,
        company_partners,
        concentration,
        standing,
        subjects,
        together,
        scope_comparison,
        internal,
        lists,
        umbrella,
        ratios,
        bridges,
        careers,
        event_destinations,
        event_study,
        moves,
        flows,
        flow_indicators,
        flow_system,
        flow_rates,
        corridors,
        gateways,
        group_flows,
        group_moves,
        rule_agreement,
        survival,
        ties,
    )
}
"""Functions by the method that their records name."""
_NOT_ASKED: Final = {
    "articles": ("by_year",),
    "careers": ("years",),
    "company_partners": ("level",),
    "event_study": ("top",),
    "flow_system": ("top",),
    "group_moves": ("by_year",),
    "rule_agreement": ("years",),
    "survival": ("top",),
    "ties": ("top",),
}
"""What every record has and a function does not take."""


def repeat(record: RunRecord | Mapping[str, Any], workspace: Folder) -> Answer:
    """Ask the question of a run record again.

    Parameters
    ----------
    record
        Record of one of the functions here, of ``compare`` or of ``check``, or its JSON content.
    workspace
        The workspace it was asked of, or one with the same records.

    Raises
    ------
    BadParameter
        The record is of another method.
    DataError
        The workspace holds other records than those the answer came from.
    """
    run = record if isinstance(record, RunRecord) else RunRecord.from_dict(record)
    if run.method == "compare":
        return repeat_comparison(run, workspace)
    opened = open_workspace(workspace)
    if run.method in REPORTS:
        return repeat_check(run, opened)
    if run.method not in _METHODS:
        raise BadParameter("method", run.method, f"it is one of {', '.join(_METHODS)}")
    parameters = dict(run.parameters)
    ready_made = parameters.get("network")
    there = read_network(opened, ready_made).fingerprint if ready_made else opened.fingerprint
    if run.fingerprint != there:
        raise DataError(
            f"The answer came from records {run.fingerprint[:12]}, but {opened.root} holds "
            f"{there[:12]}. Repeat it in a workspace with the same records."
        )
    for name in _NOT_ASKED.get(run.method, ()):
        del parameters[name]
    return _METHODS[run.method](opened, **parameters)
