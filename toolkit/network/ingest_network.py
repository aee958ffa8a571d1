"""``scicities ingest network``: networks that other programs wrote."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from toolkit.corpus.jsonlines import content_hash, find_files
from toolkit.corpus.networks.finding import Found, PlaceFinder
from toolkit.corpus.networks.ingest_flows import UNKNOWN_END, NetworkReport, nothing_kept, refuse_mostly_rejected
from toolkit.corpus.networks.store import EDGES, NODES, NamedNetwork, checked_name, write_network
from toolkit.corpus.networks.years import require_year, this_year, year_of
from toolkit.corpus.schema import UNLOCATED
from toolkit.errors import BadRecord
from toolkit.network.network_files import NETWORK_SUFFIXES, raw_network
from toolkit.network.raw_edges import RawEdge, RawNetwork
from toolkit.runs import recording
from toolkit.workspace import Folder, open_workspace

__all__ = ["ingest_network"]

_Edge = tuple[str, str, int | None]
"""Both ends and the year."""


def ingest_network(
    workspace: Folder,
    paths: str | Path | Sequence[str | Path],
    *,
    name: str | None = None,
    level: str = "other",
    weight: str | None = None,
    directed: bool | None = None,
    year: int | None = None,
    strict: bool = False,
    accept_rejects: bool = False,
) -> NetworkReport:
    r"""Read a network that another program wrote, and store it under a name.

    Parameters
    ----------
    workspace
        Where to; it need not hold records.
    paths
        GraphML, GEXF, GML, Pajek, UCINET's DL; VOSviewer's map and network files (both) or its JSON; node-link JSON;
        tables of edges with columns ``source``, ``target`` and perhaps ``weight``, ``year`` and ``type``, and Gephi's
        table of nodes beside them. Each is recognised by its content.
    name
        Its name; ``None`` takes the first file's name without its ending. A network of that name is replaced.
    level
        ``other`` takes nodes as they are; ``country``, ``region``, ``city`` and ``institution`` look them up by their
        id, else by their name.
    weight
        Edge attribute or column of the weight. ``None`` takes the one called ``weight``, else the only one that is
        called like it. An edge without a weight weighs 1.
    directed
        Whether an edge has a direction; ``None`` takes what the file says, a table of edges has none. Of a file with
        both kinds of edges ``True`` reads one without direction as both directions.
    year
        Year of edges that have none of their own; ``None`` leaves a network without years where no edge has one. The
        graph needs years.
    strict
        Raise at the first bad edge instead of rejecting it.
    accept_rejects
        Take a network of which more than half of the edges are rejected, which is an error otherwise.

    Returns
    -------
    NetworkReport
        Edges read and pairs kept: edges of one pair (and year) are added up, both ways in a network without directions.
        Rejected with file, line and reason: edges without an end, of a node with itself, or with two unknown nodes;
        weights that are no number or not above zero; years that are missing where other edges have one, no years or to
        come. An edge with one unknown node is kept, that end ``unlocated``: it counts in no pair.

    Raises
    ------
    SettingsError
        A path does not exist, or another process writes to the workspace.
    MissingColumn
        No edge has the weight that was asked for, or a table has no column for an end.
    DataError
        A file is no network, several attributes could be the weight, or nothing in it can be used. The workspace is as
        it was.
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
    >>> report = ingest_network(folder / "data", folder / "ties.csv")
    >>> report.kept, report.rejects
    (2, {})
    """
    workspace = open_workspace(workspace)
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
        checked = _Checked(
            raw, PlaceFinder(workspace, level), directed=directed, year=year, strict=strict, where=str(files[0].path)
        )
        checked.take()
        kept, rejects = checked.kept, dict(sorted(Counter(row["reason"] for row in checked.listing).items()))
        if not any(UNLOCATED not in key for key in kept):
            raise nothing_kept("edges", files[0].path, len(raw.edges), rejects, checked.listing)
        refuse_mostly_rejected("edges", files[0].path, len(raw.edges), rejects, checked.listing, accept=accept_rejects)
        network = NamedNetwork(
            called,
            "network",
            level,
            directed=checked.directed,
            edges=pa.Table.from_pylist(
                [{"from_id": a, "to_id": b, "year": when, "weight": one} for (a, b, when), one in kept.items()],
                schema=EDGES,
            ),
            nodes=pa.Table.from_pylist(
                [{"id": one, "name": place.name, "country": place.country} for one, place in checked.nodes.items()],
                schema=NODES,
            ),
            facts={
                "sources": [{"source": file.label, "content": content_hash(file.path)} for file in files],
                "read": len(raw.edges),
                "kept": len(kept),
                "weighted": checked.weight is not None,
                "summed": checked.summed,
                "rejects": rejects,
            },
        )
        replaced = write_network(workspace, network, checked.listing)
        timer.fingerprint = network.fingerprint
        timer.facts["report"] = dict(network.facts)
        timer.rows.update(kept=len(kept), nodes=len(checked.nodes), rejects=len(checked.listing))
        timer.notes.extend([*raw.notes, *checked.notes(), *replaced])
        run = timer.record()
        run.write(workspace.runs / f"ingest-network-{run.run_id}.json")
    return NetworkReport(
        called, "network", level, len(files), len(raw.edges), len(kept), {}, rejects, tuple(checked.listing), run
    )


class _Checked:
    """Edges that can be used, their nodes, and the rest.

    Weights of one pair (and year) are added up, whichever way its edges go in a network without directions.
    """

    def __init__(
        self,
        raw: RawNetwork,
        finder: PlaceFinder,
        *,
        directed: bool | None,
        year: int | None,
        strict: bool,
        where: str,
    ) -> None:
        self.raw, self.finder, self.year, self.strict = raw, finder, year, strict
        self.kept: dict[_Edge, float] = {}
        self.nodes: dict[str, Found] = {}
        self.listing = list(raw.rejects)
        self.weight = raw.weight_key(where=where)
        self.summed = self.without_weight = 0
        said = {edge.directed for edge in raw.edges}
        self.mixed = True in said and False in said
        self.directed = directed if directed is not None else True in said and not self.mixed
        self._dated = any(edge.year for edge in raw.edges)
        self._latest = this_year()

    def take(self) -> None:
        """Check all edges.

        Raises
        ------
        BadRecord
            One is bad, and ``strict`` was asked for.
        """
        for edge in self.raw.edges:
            reason, weight = self._weight_of(edge)
            ends = [self._node(text) for text in (edge.a, edge.b)]
            unknown = [end for end in ends if end.reason]
            without, when = self._year_of(edge.year)
            a, b = (end.place_id for end in ends)
            if unknown and (len(unknown) == len(ends) or "" in (edge.a, edge.b)):
                reason = unknown[0].reason
            elif not reason and a == b:
                reason = "a node with itself"
            reason = reason or without
            hint = next((f"; close: {end.hint}" for end in ends if end.hint), "")
            if reason:
                self._list(edge, reason, hint)
                continue
            if unknown:
                self._list(edge, f"{UNKNOWN_END}: {unknown[0].reason}", hint)
            self.nodes |= {end.place_id: end for end in ends if not end.reason}
            self.without_weight += not edge.weights.get(self.weight or "", "")
            a, b = (end.place_id or UNLOCATED for end in ends)
            self._add(a, b, when, weight)
            if self.directed and self.mixed and edge.directed is False:
                self._add(b, a, when, weight)

    def notes(self) -> list[str]:
        """What the reader of the result should know."""
        found = []
        if self.weight is None:
            found.append("No edge has a weight; each weighs 1.")
        elif self.without_weight:
            found.append(f"Edges without a weight, each counted as 1: {self.without_weight:,}.")
        if self.summed:
            found.append(f"Edges added to another edge of the same pair: {self.summed:,}.")
        if self.mixed:
            found.append(
                "Some edges have a direction and others have none: "
                + (
                    "one without counts both ways."
                    if self.directed
                    else "all are read without (--directed keeps them)."
                )
            )
        return found

    def _add(self, a: str, b: str, when: int | None, weight: float) -> None:
        key = (a, b, when) if self.directed or a <= b else (b, a, when)
        self.summed += key in self.kept
        self.kept[key] = self.kept.get(key, 0.0) + weight

    def _list(self, edge: RawEdge, reason: str, hint: str) -> None:
        text = ", ".join(part for part in (edge.a, edge.b, edge.weights.get(self.weight or "", "")) if part) + hint
        if self.strict:
            raise BadRecord(f"{edge.source}:{edge.line}: {reason}: {text}")
        self.listing.append({"source": edge.source, "line": edge.line, "reason": reason, "excerpt": text})

    def _node(self, text: str) -> Found:
        if not text:
            return Found(reason="an end is missing")
        if self.raw.closed and text not in self.raw.names:
            return Found(reason="unknown node: the file does not declare it")
        named = self.raw.names.get(text, text)
        found = self.finder.found(text)
        if found.reason and named != text:
            found = self.finder.found(named)
        return found._replace(name=named) if not found.reason and found.name == found.place_id else found

    def _year_of(self, text: str) -> tuple[str, int | None]:
        if text:
            return year_of(text, latest=self._latest)
        return ("no year", None) if self._dated and self.year is None else ("", self.year)

    def _weight_of(self, edge: RawEdge) -> tuple[str, float]:
        """``("", weight)``, 1 where it is absent, or the reason why it can't be used."""
        text = edge.weights.get(self.weight or "", "")
        if not text:
            return "", 1.0
        try:
            weight = float(text) if "_" not in text else math.nan
        except ValueError:
            weight = math.nan
        if not math.isfinite(weight):
            return "the weight is no number", 0.0
        return ("", weight) if weight > 0 else ("the weight is not above zero", 0.0)
