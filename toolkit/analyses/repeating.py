"""The rows of an answer again, from its run record."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from toolkit.analyses.community_analysis import communities
from toolkit.analyses.flow_networks import flow_communities, suppliers
from toolkit.analyses.hub_analysis import hubs
from toolkit.analyses.sources import fingerprint_of, opened
from toolkit.corpus.checking.repeating import METHODS as REPORTS
from toolkit.corpus.checking.repeating import repeat_check
from toolkit.errors import BadParameter, DataError
from toolkit.measures import answers
from toolkit.measures.compare.workspaces import repeat_comparison
from toolkit.measures.counting.options import CountingOptions
from toolkit.measures.movement.options import MovementOptions
from toolkit.runs import Answer, RunRecord, first_rows, recording, versions
from toolkit.workspace import Folder, Workspace, open_workspace

if TYPE_CHECKING:
    from toolkit.analyses.sources import OpenedSource, Source

__all__ = ["is_query", "repeat"]

_MEASURES: Final[Mapping[str, Callable[..., Answer]]] = {name: getattr(answers, name) for name in answers.__all__}
_OF_NETWORKS: Final[Mapping[str, Callable[..., Answer]]] = {"communities": communities, "hubs": hubs}
_OF_FLOWS: Final[Mapping[str, Callable[..., Answer]]] = {"flow_communities": flow_communities, "suppliers": suppliers}
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
_QUERY: Final = "query "


def repeat(
    record: RunRecord | Mapping[str, Any] | str | Path, source: Source | None = None, *, old: Folder | None = None
) -> Answer:
    """The rows that a run record describes, computed again from the same records.

    Parameters
    ----------
    record
        Record of a measure, a movement, an analysis, a comparison, a check or a query: ``answer.run``, its JSON
        content, or the path of a file ``*.run.json``.
    source
        What was asked: a workspace or its folder, an open graph, or a network; ``None`` for the workspace that
        :func:`~toolkit.workspace.open_workspace` opens by default.
    old
        Of a comparison, or a check against another workspace: the other workspace; ``None`` for the folder that the
        record names.

    Returns
    -------
    Answer
        The same rows, with a new record of the same run id. A note says so where the record is of an older version.

    Raises
    ------
    BadParameter
        The method can't be repeated or not from this source, the record is of a newer version, or it has a parameter
        that this version does not know.
    DataError
        The file is no run record, or ``source`` holds other records than those the answer came from.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> folder = tempfile.mkdtemp()
    >>> answer = answers.share(example_workspace(folder), top=3)
    >>> repeat(answer.run, folder).frame.equals(answer.frame)
    True
    """
    run = _record(record)
    note = _version_note(run)
    again = _repeated(run, opened(source) if source is not None else open_workspace(), old)
    return Answer(again.frame, replace(again.run, notes=(*again.run.notes, note))) if note else again


def is_query(record: RunRecord) -> bool:
    """Whether a record is of a query, which only a graph can answer."""
    return record.method.startswith(_QUERY)


def _record(record: RunRecord | Mapping[str, Any] | str | Path) -> RunRecord:
    if isinstance(record, RunRecord):
        return record
    return RunRecord.read(Path(record)) if isinstance(record, str | Path) else RunRecord.from_dict(record)


def _version_note(run: RunRecord) -> str:
    """A sentence where another version wrote the record; a newer one is refused."""
    here, there = versions()["scicities"], str(run.versions.get("scicities", versions()["scicities"]))
    if here == there:
        return ""
    numbers = [[int(part) for part in re.findall(r"\d+", text)] for text in (here, there)]
    if not numbers[1] or numbers[1] > numbers[0]:
        raise BadParameter("record", f"scicities {there}", f"this is scicities {here}; repeat it with that version")
    return f"the repeated record was written by scicities {there}, this is scicities {here}"


def _repeated(run: RunRecord, source: OpenedSource, old: Folder | None) -> Answer:
    if is_query(run):
        return _query(run, source)
    parameters = dict(run.parameters)
    if run.method in _OF_NETWORKS:
        _require_same(run, source)
        top = parameters.pop("top", None)
        if "measures" in parameters:
            parameters["measures"] = tuple(parameters["measures"])
        return first_rows(_call(run, _OF_NETWORKS[run.method], source, parameters), top)
    known = [*_MEASURES, *_OF_NETWORKS, *_OF_FLOWS, "compare", *REPORTS]
    if run.method not in known:
        raise BadParameter("method", run.method, f"it can't be repeated; {', '.join(known)} and queries can")
    if not isinstance(source, Workspace):
        raise BadParameter("source", type(source).__name__, f"{run.method} is repeated from a workspace or its folder")
    if run.method == "compare":
        return repeat_comparison(run, source, old)
    if run.method in REPORTS:
        return repeat_check(run, source, None if old is None else open_workspace(old))
    _require_same(run, source)
    if run.method in _OF_FLOWS:
        top = parameters.pop("top", None)
        return first_rows(_call(run, _OF_FLOWS[run.method], source, parameters), top)
    for name in _NOT_ASKED.get(run.method, ()):
        parameters.pop(name, None)
    return _call(run, _MEASURES[run.method], source, parameters)


def _require_same(run: RunRecord, source: OpenedSource) -> None:
    there = fingerprint_of(source, network=run.parameters.get("network"), weight=run.parameters.get("weight"))
    if run.fingerprint != there:
        where = str(source.root) if isinstance(source, Workspace) else "the source"
        raise DataError(
            f"The answer came from records {run.fingerprint[:12] or 'without a fingerprint'}, but {where} holds "
            f"{there[:12] or 'none'}. Repeat it in a workspace with the same records."
        )


def _call(run: RunRecord, function: Callable[..., Answer], source: OpenedSource, options: Mapping[str, Any]) -> Answer:
    """The function's answer; options that it does not take are refused by name."""
    known, here = set[str](), versions()["scicities"]
    for one in inspect.signature(function).parameters.values():
        if one.kind is one.VAR_KEYWORD:
            given = MovementOptions if "Movement" in str(one.annotation) else CountingOptions
            known |= given.__required_keys__ | given.__optional_keys__
        else:
            known.add(one.name)
    for name in options:
        if name not in known:
            raise BadParameter("record", name, f"{run.method} has no such option in scicities {here}")
    return function(source, **options)


def _query(run: RunRecord, source: OpenedSource) -> Answer:
    """The rows of a query that only reads, from the graph it was asked of."""
    from toolkit.graphdb.connection import Graph
    from toolkit.graphdb.library import library, run_query
    from toolkit.graphdb.load_node import shown_records

    if not isinstance(source, Graph):
        raise BadParameter("source", type(source).__name__, f"{run.method} is repeated from an open graph")
    fingerprint, snapshot = shown_records(source)
    if fingerprint != run.fingerprint:
        raise DataError(
            f"The answer came from records {run.fingerprint[:12] or 'without a fingerprint'}, but the graph shows "
            f"{fingerprint[:12] or 'none'}. Load the same records, or ask another graph."
        )
    asked = dict(run.parameters)
    top = asked.pop("top", None)
    with recording(run.method, run.parameters, fingerprint=fingerprint, snapshot=snapshot) as timer:
        if run.method == "query raw":
            if asked.get("write"):
                raise BadParameter("record", run.method, "the statement may change the graph, so it is not repeated")
            frame = source.raw(str(asked["cypher"]), asked.get("parameters", {}))
        else:
            spec = library().sound(run.method.removeprefix(_QUERY))
            if spec.access == "write":
                raise BadParameter("record", run.method, "the query changes the graph, so it is not repeated")
            asked.pop("from", None)
            frame = run_query(source, spec, asked)
        timer.rows["result"] = len(frame)
        return first_rows(Answer(frame, timer.record()), top)
