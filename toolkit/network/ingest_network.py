"""``scicities ingest network``: a network that was made elsewhere."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from toolkit.corpus.jsonlines import content_hash, find_files
from toolkit.corpus.networks.finding import Found, PlaceFinder
from toolkit.corpus.networks.ingest_flows import NetworkReport, nothing_kept
from toolkit.corpus.networks.store import EDGES, NODES, NamedNetwork, checked_name, write_network
from toolkit.corpus.networks.years import require_year, this_year, year_of
from toolkit.errors import BadRecord
from toolkit.network.network_files import NETWORK_SUFFIXES, RawEdge, RawNetwork, raw_network
from toolkit.runs import recording
from toolkit.workspace import Workspace

__all__ = ["ingest_network"]

_Edge = tuple[str, str, int | None]
"""Both ends and the year."""


def ingest_network(
    workspace: Workspace,
    paths: str | Path | Sequence[str | Path],
    *,
    name: str | None = None,
    level: str = "other",
    weight: str | None = None,
    directed: bool | None = None,
    year: int | None = None,
    strict: bool = False,
) -> NetworkReport:
    r"""Read a network that was made elsewhere, and keep it under a name.

    Parameters
    ----------
    workspace
        Where to; it need not hold records.
    paths
        GraphML (``.graphml``), GEXF (``.gexf``), VOSviewer's map and network files (both), or tables of edges with
        columns ``source``, ``target`` and perhaps ``weight`` and ``year``.
    name
        What it is asked for by; ``None`` takes the first file's name without its ending. It takes the place of what
        had that name.
    level
        ``other`` takes nodes as they are; ``country``, ``region``, ``city`` and ``institution`` look them up by their
        id, else by their name.
    weight
        Edge attribute or column of the weight; ``None`` takes ``weight`` and its like. Where no edge has one, each
        weighs 1.
    directed
        Whether an edge has a direction; ``None`` takes what the file says, a table of edges has none.
    year
        Year of edges that have none of their own; ``None`` leaves a network without years where no edge has one. The
        graph needs years.
    strict
        Raise at the first bad edge instead of setting it aside.

    Returns
    -------
    NetworkReport
        Edges read and kept. Edges without an end or of a node with itself, unknown nodes, repeated pairs (of a year),
        weights that are missing, no number or not above zero, and years that are missing where other edges have one,
        no years or to come, are set aside with file, line and reason.

    Raises
    ------
    SettingsError
        A path does not exist, or another process writes to the workspace.
    DataError
        A file is no network, or nothing in it can be used. The workspace is as it was.
    BadParameter
        The name, the level or the year can't be used.
    BadRecord
        An edge is bad, and ``strict`` was asked for.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "ties.csv").write_text("source,target,weight\nA,B,2\nB,A,3\nB,C,1\n")
    >>> report = ingest_network(Workspace(folder / "data"), folder / "ties.csv")
    >>> report.kept, report.rejects
    (2, {'the pair stands twice': 1})
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    files = find_files(given, what="networks", suffixes=NETWORK_SUFFIXES)
    require_year(year)
    called = checked_name(name if name is not None else Path(given[0]).name.split(".")[0])
    parameters = {
        "kind": "network",
        "paths": [str(path) for path in given],
        "name": called,
        "level": level,
        "weight": weight,
        "directed": directed,
        "year": year,
    }
    with recording("ingest", parameters) as timer, workspace.writing():
        raw = raw_network(files, weight=weight, strict=strict)
        with_direction = bool(raw.directed) if directed is None else directed
        kept, nodes, listing = _checked(
            raw, PlaceFinder(workspace, level), directed=with_direction, year=year, strict=strict
        )
        rejects = dict(sorted(Counter(row["reason"] for row in listing).items()))
        if not kept:
            raise nothing_kept("edges", files[0].path, len(raw.edges), rejects, listing)
        network = NamedNetwork(
            called,
            "network",
            level,
            directed=with_direction,
            edges=pa.Table.from_pylist(
                [{"from_id": a, "to_id": b, "year": when, "weight": one} for (a, b, when), one in kept.items()],
                schema=EDGES,
            ),
            nodes=pa.Table.from_pylist(
                [{"id": one, "name": place.name, "country": place.country} for one, place in nodes.items()],
                schema=NODES,
            ),
            facts={
                "sources": [{"source": file.label, "content": content_hash(file.path)} for file in files],
                "read": len(raw.edges),
                "kept": len(kept),
                "weighted": raw.weighted,
                "rejects": rejects,
            },
        )
        write_network(workspace, network, listing)
        timer.fingerprint = network.fingerprint
        timer.facts["report"] = dict(network.facts)
        timer.rows.update(kept=len(kept), nodes=len(nodes), rejects=len(listing))
        if not raw.weighted:
            timer.notes.append("No edge has a weight; each weighs 1.")
        run = timer.record()
        run.write(workspace.runs / f"ingest-network-{run.run_id}.json")
    return NetworkReport(
        called, "network", level, len(files), len(raw.edges), len(kept), {}, rejects, tuple(listing), run
    )


def _checked(
    raw: RawNetwork, finder: PlaceFinder, *, directed: bool, year: int | None, strict: bool
) -> tuple[dict[_Edge, float], dict[str, Found], list[dict[str, Any]]]:
    """Edges that can be used, their nodes, and the rest."""
    kept: dict[_Edge, float] = {}
    latest = this_year()
    nodes: dict[str, Found] = {}
    listing = list(raw.rejects)
    for edge in raw.edges:
        reason, weight = _weight(edge.weight, weighted=raw.weighted)
        ends = [_node(text, raw, finder) for text in (edge.a, edge.b)]
        reason = next((end.reason for end in ends if end.reason), reason)
        a, b = (end.place_id for end in ends)
        without, when = _year(edge.year, year, dated=raw.dated, latest=latest)
        key = (a, b, when) if directed or a <= b else (b, a, when)
        if not reason and a == b:
            reason = "a node with itself"
        reason = reason or without
        if not reason and key in kept:
            reason = "the pair stands twice"
        if reason:
            hint = next((f"; close: {end.hint}" for end in ends if end.hint), "")
            _reject(listing, edge, reason, hint, strict=strict)
            continue
        kept[key] = weight
        nodes[a], nodes[b] = ends
    return kept, nodes, listing


def _reject(listing: list[dict[str, Any]], edge: RawEdge, reason: str, hint: str, *, strict: bool) -> None:
    text = ", ".join(part for part in (edge.a, edge.b, edge.weight) if part) + hint
    if strict:
        raise BadRecord(f"{edge.source}:{edge.line}: {reason}: {text}")
    listing.append({"source": edge.source, "line": edge.line, "reason": reason, "excerpt": text})


def _node(text: str, raw: RawNetwork, finder: PlaceFinder) -> Found:
    if not text:
        return Found(reason="an end is missing")
    if raw.closed and text not in raw.names:
        return Found(reason="unknown node: not in the map file")
    named = raw.names.get(text, text)
    found = finder.found(text)
    if found.reason and named != text:
        found = finder.found(named)
    return found._replace(name=named) if not found.reason and found.name == found.place_id else found


def _year(text: str, given: int | None, *, dated: bool, latest: int) -> tuple[str, int | None]:
    if text:
        return year_of(text, latest=latest)
    return ("no year", None) if dated and given is None else ("", given)


def _weight(text: str, *, weighted: bool) -> tuple[str, float]:
    if not weighted:
        return "", 1.0
    if not text:
        return "no weight", 0.0
    try:
        weight = float(text) if "_" not in text else math.nan
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        return "the weight is no number", 0.0
    return ("", weight) if weight > 0 else ("the weight is not above zero", 0.0)
