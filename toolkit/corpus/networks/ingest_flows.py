"""``scicities ingest flows``: imported counts of researchers who moved."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from toolkit.corpus.ingest_report import lost_records, mostly_rejected, why_rejected
from toolkit.corpus.jsonlines import content_hash, find_files
from toolkit.corpus.networks.finding import Found, PlaceFinder
from toolkit.corpus.networks.flow_tables import Cell, FlowTable
from toolkit.corpus.networks.store import EDGES, NODES, NamedNetwork, checked_name, write_network
from toolkit.corpus.networks.years import require_year, this_year, year_of
from toolkit.corpus.plain.column_mapping import FIELDS
from toolkit.corpus.plain.table_files import TABLE_SUFFIXES
from toolkit.corpus.schema import UNLOCATED
from toolkit.errors import BadParameter, BadRecord, DataError
from toolkit.runs import RunRecord, recording
from toolkit.workspace import Folder, open_workspace

__all__ = ["UNKNOWN_END", "NetworkReport", "ingest_flows", "nothing_kept", "refuse_mostly_rejected"]

UNKNOWN_END: Final = f"kept with one end {UNLOCATED}"
"""How the reason begins of a count or an edge of which one end is unknown."""


@dataclass(frozen=True)
class NetworkReport:
    """What a call took in.

    Attributes
    ----------
    name, kind, level
        Its name, ``flows`` or ``network``, and what its nodes are.
    files, read, kept
        Files, counts (edges) met, and kept.
    left_out
        What is no flow, by reason.
    rejects
        What is bad, by reason; reasons that start with ``kept`` are notes on what was kept all the same.
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
    _unknown: set[tuple[str, str, int]] = field(default_factory=set)

    def take(self, cell: Cell, label: str) -> None:
        """Take one count, or say why not."""
        self.read += 1
        ends = tuple(self._end(cell, side) for side in ("origin", "destination"))
        if any(end.reason for end in ends):
            self._take_unknown(cell, label, *ends)
        else:
            self._take_count(cell, label, *ends)

    def _end(self, cell: Cell, side: str) -> Found:
        text: str = getattr(cell, side)
        named: str = getattr(cell, f"{side}_name")
        country: str = getattr(cell, f"{side}_country")
        found = self.finder.found(text, "" if country == text else country) if text else Found(reason=f"no {side}")
        return found._replace(name=named) if named and found.place_id and found.name == found.place_id else found

    def _take_unknown(self, cell: Cell, label: str, origin: Found, destination: Found) -> None:
        """A count with an unknown end: it stays in the total of the other end, if that is known.

        Of a matrix each unknown place is reported once, not with each of its counts.
        """
        reason, count = _number(cell.count)
        if count == 0 and (not reason or (cell.header and not cell.count)):
            self.left_out["nobody moved"] += 1
            return
        both = bool(origin.reason and destination.reason)
        unknown = origin if origin.reason else destination
        no_year, year = year_of(cell.year, latest=self.latest)
        reason = reason or no_year or (unknown.reason if both else "")
        raw = (cell.origin, cell.destination, year)
        if not reason and raw in self._unknown:
            reason = "another count of this origin, destination and year was taken"
        hint = f"; close: {unknown.hint}" if unknown.hint else ""
        if reason:
            self._reject(label, cell.line, reason, _shown(cell) + hint)
            return
        self._unknown.add(raw)
        where = cell.origin if unknown is origin else cell.destination
        line = 1 if cell.header and unknown is destination else cell.line
        if not (cell.header and (label, line, where) in self._told):
            shown = where if cell.header else _shown(cell)
            self._reject(label, line, f"{UNKNOWN_END}: {unknown.reason}", shown + hint)
        self._told.add((label, line, where))
        key = (origin.place_id or UNLOCATED, destination.place_id or UNLOCATED, year)
        self.flows[key] = self.flows.get(key, 0.0) + count
        known = destination if unknown is origin else origin
        self.nodes[known.place_id] = known

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
    workspace: Folder,
    paths: str | Path | Sequence[str | Path],
    *,
    name: str | None = None,
    level: str = "country",
    year: int | None = None,
    columns: Mapping[str, str] | None = None,
    strict: bool = False,
    accept_rejects: bool = False,
) -> NetworkReport:
    r"""Read flows of researchers that someone else has counted, and store them under a name.

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
        Its name; ``None`` takes the first file's name without its ending. Flows of that name are replaced.
    level
        ``country``, ``region``, ``city``, ``institution``, or ``other`` for names as they are. Places are given by id
        or by name; a country behind a comma, or in a column ``origin_country``, tells two cities of one name apart.
    year
        Year of the rows of tables without one.
    columns
        Names of columns where they are not among the known ones: ``origin``, ``destination``, ``count``, ``year`` (or
        ``origin_country``, ``origin_name`` …) -> the column.
    strict
        Raise at the first bad row instead of rejecting it.
    accept_rejects
        Take flows of which more than half are rejected, which is an error otherwise.

    Returns
    -------
    NetworkReport
        Counts read and kept. Missing, negative and other counts that are none, counts between two unknown places or on
        the diagonal, years to come and repeated rows are rejected with file, line and reason; zeros are no flows. A
        count with one unknown end is kept, that end ``unlocated``: it is in the total of the other end, and in no pair.

    Raises
    ------
    SettingsError
        A path does not exist, or another process writes to the workspace.
    DataError
        A file is no table of flows, or nothing in it can be used. The workspace is as it was.
    BadParameter
        The name, the level or a field of ``columns`` can't be used.
    BadRecord
        A row is bad, and ``strict`` was asked for.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "mine.csv").write_text("origin,destination,year,count\nChina,Japan,2020,5\nChina,Chna,2020,1\n")
    >>> report = ingest_flows(folder / "data", folder / "mine.csv")
    >>> report.name, report.kept, report.rejects
    ('mine', 2, {'kept with one end unlocated: unknown place: no such country': 1})
    """
    workspace = open_workspace(workspace)
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found = find_files(given, what="flows", suffixes=TABLE_SUFFIXES)
    called = checked_name(name if name is not None else Path(given[0]).name.split(".")[0])
    require_year(year)
    chosen = dict(columns or {})
    if wrong := sorted(chosen.keys() - FIELDS["flows"].keys()):
        raise BadParameter("columns", wrong[0], f"one of {', '.join(FIELDS['flows'])}")
    parameters: dict[str, Any] = {"kind": "flows", "paths": [str(path) for path in given], "name": called}
    parameters |= {"level": level, "year": year, "columns": chosen or None}
    with recording("ingest", parameters) as timer, workspace.writing():
        taken = _Taken(PlaceFinder(workspace, level), strict, this_year())
        for file in found:
            table = FlowTable(file, year=year, strict=strict, columns=chosen)
            for cell in table.cells():
                taken.take(cell, file.label)
            taken.listing += table.table.rejects().to_pylist()
        kept = {key: count for key, count in taken.flows.items() if count}
        rejects = dict(sorted(Counter(row["reason"] for row in taken.listing).items()))
        if not any(UNLOCATED not in key for key in kept):
            raise nothing_kept("flows", found[0].path, taken.read, rejects, taken.listing)
        refuse_mostly_rejected("counts", found[0].path, taken.read, rejects, taken.listing, accept=accept_rejects)
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
        timer.notes.extend(write_network(workspace, network, taken.listing))
        timer.fingerprint = network.fingerprint
        timer.facts["report"] = dict(network.facts)
        timer.rows.update(kept=len(kept), rejects=len(taken.listing))
        run = timer.record()
        run.write(workspace.runs / f"ingest-flows-{run.run_id}.json")
    left_out = dict(sorted(taken.left_out.items()))
    return NetworkReport(
        called, "flows", level, len(found), taken.read, len(kept), left_out, rejects, tuple(taken.listing), run
    )


def refuse_mostly_rejected(
    kind: str, path: Path, read: int, rejects: dict[str, int], listing: Sequence[dict[str, Any]], *, accept: bool
) -> None:
    """Refuse flows or a network of which most is lost, before it takes the place of another.

    Raises
    ------
    DataError
        More than half is rejected (:func:`~toolkit.corpus.ingest_report.mostly_rejected`).
    """
    if accept or not mostly_rejected(read, rejects):
        return
    lost = sum(lost_records(rejects).values())
    raise DataError(
        f"{path}: {lost:,} of {read:,} {kind} are rejected, more than half: {why_rejected(rejects, listing)}. The "
        "workspace was not changed. Correct the input, or accept the rest with --accept-rejects (Python: "
        "accept_rejects=True)."
    )


def nothing_kept(
    kind: str, path: Path, read: int, rejects: dict[str, int], listing: Sequence[dict[str, Any]]
) -> DataError:
    """The error that says why nothing of a file could be used."""
    why = {reason.removeprefix(f"{UNKNOWN_END}: "): count for reason, count in rejects.items()}
    reasons = ", ".join(f"{reason} ({count})" for reason, count in why.items()) or (
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
