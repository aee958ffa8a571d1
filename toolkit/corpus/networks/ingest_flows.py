"""``scicities ingest flows``: counts of researchers who moved, made elsewhere."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from toolkit.corpus.jsonlines import content_hash, find_files
from toolkit.corpus.networks.finding import Found, PlaceFinder
from toolkit.corpus.networks.flow_tables import Cell, FlowTable
from toolkit.corpus.networks.store import EDGES, NODES, NamedNetwork, checked_name, write_network
from toolkit.corpus.networks.years import require_year, this_year, year_of
from toolkit.corpus.plain.table_files import TABLE_SUFFIXES
from toolkit.errors import BadRecord, DataError
from toolkit.runs import RunRecord, recording
from toolkit.workspace import Workspace

__all__ = ["NetworkReport", "ingest_flows", "nothing_kept"]


@dataclass(frozen=True)
class NetworkReport:
    """What a call took in.

    Attributes
    ----------
    name, kind, level
        What it is asked for by, ``flows`` or ``network``, and what its nodes are.
    files, read, kept
        Files, counts (edges) met, and kept.
    left_out
        What is no flow, by reason.
    rejects
        What is bad, by reason.
    listing
        Each of them: ``source``, ``line``, ``reason``, ``excerpt``.
    run
        Run record.
    """

    name: str
    kind: str
    level: str
    files: int
    read: int
    kept: int
    left_out: dict[str, int]
    rejects: dict[str, int]
    listing: tuple[dict[str, Any], ...]
    run: RunRecord


@dataclass
class _Taken:
    """Flows taken so far, and what was not."""

    finder: PlaceFinder
    strict: bool
    latest: int
    flows: dict[tuple[str, str, int], float] = field(default_factory=dict)
    nodes: dict[str, Found] = field(default_factory=dict)
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    listing: list[dict[str, Any]] = field(default_factory=list)
    _told: set[tuple[str, int, str]] = field(default_factory=set)

    def take(self, cell: Cell, label: str) -> None:
        """Take one count, or say why not."""
        self.read += 1
        origin = self._place(cell, label, "origin", cell.line)
        destination = self._place(cell, label, "destination", 1 if cell.header else cell.line)
        if origin and destination:
            self._take_count(cell, label, origin, destination)

    def _place(self, cell: Cell, label: str, side: str, line: int) -> Found | None:
        """One end of a count; of a matrix each unknown place is told once, not with each of its counts."""
        text: str = getattr(cell, side)
        named: str = getattr(cell, f"{side}_name")
        country: str = getattr(cell, f"{side}_country")
        found = self.finder.found(text, "" if country == text else country) if text else Found(reason=f"no {side}")
        if not found.reason:
            return found._replace(name=named) if named and found.name == found.place_id else found
        told = (label, line, text)
        if not (cell.header and told in self._told):
            shown = text if cell.header else _shown(cell)
            self._reject(label, line, found.reason, f"{shown}; close: {found.hint}" if found.hint else shown)
        self._told.add(told)
        return None

    def _take_count(self, cell: Cell, label: str, origin: Found, destination: Found) -> None:
        reason, count = _number(cell.count)
        same = origin.place_id == destination.place_id
        if same and (not cell.count or (not reason and count == 0)):
            self.left_out["nobody on the diagonal"] += 1
            return
        if same:
            reason = "origin and destination are the same place"
        no_year, year = year_of(cell.year, latest=self.latest)
        reason = reason or no_year
        key = (origin.place_id, destination.place_id, year)
        if not reason and key in self.flows:
            reason = "another count of this origin, destination and year was taken"
        if reason:
            self._reject(label, cell.line, reason, _shown(cell))
            return
        self.flows[key] = count
        if count == 0:
            self.left_out["nobody moved"] += 1
        else:
            self.nodes[origin.place_id], self.nodes[destination.place_id] = origin, destination

    def _reject(self, label: str, line: int, reason: str, excerpt: str) -> None:
        if self.strict:
            raise BadRecord(f"{label}:{line}: {reason}: {excerpt}")
        self.listing.append({"source": label, "line": line, "reason": reason, "excerpt": excerpt})


def ingest_flows(
    workspace: Workspace,
    paths: str | Path | Sequence[str | Path],
    *,
    name: str | None = None,
    level: str = "country",
    year: int | None = None,
    strict: bool = False,
) -> NetworkReport:
    r"""Read flows of researchers that were made elsewhere, and keep them under a name.

    A table is long (origin, destination, year, count), has a column for each year beside origin and destination, or is
    a matrix: origins in its first column, a column for each destination, the year in a column or in ``year``. What
    ``scicities flows`` writes is such a table.

    Parameters
    ----------
    workspace
        Where to; it need not hold records.
    paths
        Files and folders: csv, tsv or Parquet, gzip or not. All of them are one set of flows.
    name
        What it is asked for by; ``None`` takes the first file's name without its ending. It takes the place of what
        had that name.
    level
        ``country``, ``region``, ``city``, ``institution``, or ``other`` for names as they are. Places are given by id
        or by name; a country behind a comma, or in a column ``origin_country``, tells two cities of one name apart.
    year
        Year of the rows of tables without one.
    strict
        Raise at the first bad row instead of setting it aside.

    Returns
    -------
    NetworkReport
        Counts read and kept. Missing, negative and other counts that are none, unknown places, counts on the diagonal,
        years to come and repeated rows are set aside with file, line and reason; zeros are no flows.

    Raises
    ------
    SettingsError
        A path does not exist, or another process writes to the workspace.
    DataError
        A file is no table of flows, or nothing in it can be used. The workspace is as it was.
    BadParameter
        The name or the level can't be used.
    BadRecord
        A row is bad, and ``strict`` was asked for.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "mine.csv").write_text("origin,destination,year,count\nChina,Japan,2020,5\nChina,Chna,2020,1\n")
    >>> report = ingest_flows(Workspace(folder / "data"), folder / "mine.csv")
    >>> report.name, report.kept, report.rejects
    ('mine', 1, {'unknown place: no such country': 1})
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found = find_files(given, what="flows", suffixes=TABLE_SUFFIXES)
    called = checked_name(name if name is not None else Path(given[0]).name.split(".")[0])
    require_year(year)
    parameters = {"kind": "flows", "paths": [str(path) for path in given], "name": called, "level": level, "year": year}
    with recording("ingest", parameters) as timer, workspace.writing():
        taken = _Taken(PlaceFinder(workspace, level), strict, this_year())
        for file in found:
            table = FlowTable(file, year=year, strict=strict)
            for cell in table.cells():
                taken.take(cell, file.label)
            taken.listing += table.table.rejects().to_pylist()
        kept = {key: count for key, count in taken.flows.items() if count}
        rejects = dict(sorted(Counter(row["reason"] for row in taken.listing).items()))
        if not kept:
            raise nothing_kept("flows", found[0].path, taken.read, rejects, taken.listing)
        network = NamedNetwork(
            called,
            "flows",
            level,
            directed=True,
            edges=pa.Table.from_pylist(
                [{"from_id": a, "to_id": b, "year": when, "weight": count} for (a, b, when), count in kept.items()],
                schema=EDGES,
            ),
            nodes=pa.Table.from_pylist(
                [{"id": one, "name": place.name, "country": place.country} for one, place in taken.nodes.items()],
                schema=NODES,
            ),
            facts={
                "sources": [{"source": file.label, "content": content_hash(file.path)} for file in found],
                "read": taken.read,
                "kept": len(kept),
                "left_out": dict(sorted(taken.left_out.items())),
                "rejects": rejects,
            },
        )
        write_network(workspace, network, taken.listing)
        timer.fingerprint = network.fingerprint
        timer.facts["report"] = dict(network.facts)
        timer.rows.update(kept=len(kept), rejects=len(taken.listing))
        run = timer.record()
        run.write(workspace.runs / f"ingest-flows-{run.run_id}.json")
    left_out = dict(sorted(taken.left_out.items()))
    return NetworkReport(
        called, "flows", level, len(found), taken.read, len(kept), left_out, rejects, tuple(taken.listing), run
    )


def nothing_kept(
    kind: str, path: Path, read: int, rejects: dict[str, int], listing: Sequence[dict[str, Any]]
) -> DataError:
    """The error that says why nothing of a file could be used."""
    reasons = ", ".join(f"{reason} ({count})" for reason, count in rejects.items()) or (
        "every count is zero" if read else "it has no rows"
    )
    first = f" The first: line {listing[0]['line']}, {listing[0]['excerpt']!r}." if listing else ""
    return DataError(f"{path}: none of {read} {kind} can be used: {reasons}.{first} The workspace is as it was.")


def _number(text: str) -> tuple[str, float]:
    """``("", count)``, or the reason why it is none."""
    if not text:
        return "no count", 0.0
    try:
        count = float(text) if "_" not in text else math.nan
    except ValueError:
        count = math.nan
    if not math.isfinite(count):
        return "the count is no number", 0.0
    return ("the count is negative", 0.0) if count < 0 else ("", count)


def _shown(cell: Cell) -> str:
    return ", ".join(part for part in (cell.origin, cell.destination, cell.year, cell.count) if part)
