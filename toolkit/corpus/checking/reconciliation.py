"""Reconciliation: what became of every record, what is missing, and whether the Shares add up to the articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from toolkit.corpus.checking.findings import THRESHOLDS, finding_lines, listed, listing_name
from toolkit.corpus.checking.lines import (
    consistency_lines,
    differences,
    invariant_lines,
    missing_city_lines,
    record_lines,
    reject_lines,
    site_lines,
    work_lines,
    year_lines,
)
from toolkit.corpus.checking.names import city_name_lines, city_names
from toolkit.corpus.checking.queries import BY_YEAR, LEVELS, PARTS, UNLOCATED
from toolkit.corpus.schema import TABLES, empty_table
from toolkit.paths import engine_path
from toolkit.runs import Answer, RunRecord, recording
from toolkit.settings import load_settings
from toolkit.workspace import Folder, Workspace, open_workspace

__all__ = ["Reconciliation", "reconciliation"]

TOLERANCE: Final = 1e-6

_UNIT: Final = {"institution": "institution_id", "city": "city_id", "country": "country"}


@dataclass(frozen=True)
class Reconciliation:
    """The reconciliation report.

    Attributes
    ----------
    lines
        The report [section, item, value, note]; each line is explained in ``docs/check.md``.
    balanced
        Whether Shares, unassigned and unlocated add up to the articles at every level, in every year and in total,
        to less than 1e-6.
    faults
        Contradictions between the tables; 0 in a sound corpus.
    rejects
        Records set aside and notes on records kept [source, line, reason, excerpt].
    unlocated
        Institutions with affiliations that have no city
        [institution_id, name, country, works, affiliations, share].
    listings
        The rows behind the findings, by name (:data:`~toolkit.corpus.checking.findings.LISTINGS`), ``rejects`` and
        ``unlocated`` among them; largest Share first, columns in ``docs/check.md``.
    run
        The run record; its facts hold the largest difference.
    folder
        The workspace's folder.
    """

    lines: pd.DataFrame
    balanced: bool
    faults: int
    rejects: pd.DataFrame
    unlocated: pd.DataFrame
    listings: Mapping[str, pd.DataFrame]
    run: RunRecord
    folder: Path

    def answer(self, listing: str | None = None) -> Answer:
        """The lines of the report, or the listing of this name, with a record that says which."""
        if listing is None:
            return Answer(self.lines, self.run)
        name = listing_name(listing)
        return Answer(self.listings[name], replace(self.run, parameters={**self.run.parameters, "listing": name}))

    def listing(self, name: str) -> pd.DataFrame:
        """The listing called ``name``, or that of the section called so.

        Raises
        ------
        BadParameter
            There is none of that name.
        """
        return self.listings[listing_name(name)]


def reconciliation(workspace: Folder) -> Reconciliation:
    """Reconciliation report of the workspace's records.

    For each level the invariant is ``sum_i Share(i) + unassigned + unlocated = articles``, articles being those kept
    that have authors, a year and no cut author list. Shares are worked out here from the canonical tables, apart from
    the measures.

    Parameters
    ----------
    workspace
        A workspace with records, or its folder.

    Returns
    -------
    Reconciliation
        The report as frames; nothing is written.

    Raises
    ------
    DataError
        The workspace has no records.

    Notes
    -----
    One pass over the authorships for each level; DuckDB spills to disk where memory is short.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> reconciliation(example_workspace(tempfile.mkdtemp())).balanced
    True
    """
    workspace = open_workspace(workspace)
    workspace.require_corpus()
    parameters = {"tolerance": TOLERANCE, "levels": list(LEVELS), **THRESHOLDS}
    with (
        recording("check", parameters, fingerprint=workspace.fingerprint, snapshot=workspace.snapshot) as timer,
        _database(workspace) as db,
    ):
        _attach(db, workspace)
        db.execute(PARTS)
        rejects = db.sql("SELECT source, line, reason, excerpt FROM rejects ORDER BY source, line, reason").df()
        unlocated = db.sql(UNLOCATED).df()
        years = {level: db.sql(BY_YEAR.format(unit=_UNIT[level])).df() for level in LEVELS}
        largest = max(float(differences(frame).abs().max()) for frame in years.values())
        consistency = consistency_lines(db)
        report = workspace.state().get("report", {})
        listings = {"rejects": rejects, "unlocated": unlocated, "names": city_names(workspace), **listed(db, report)}
        counted = int(years["institution"]["counted"].sum())
        rows = [
            *record_lines(report),
            *reject_lines(rejects),
            *work_lines(db, report),
            *missing_city_lines(unlocated),
            *site_lines(db, report),
            *city_name_lines(listings["names"], report),
            *finding_lines(listings, counted),
            *year_lines(years),
            *invariant_lines(years),
            *consistency,
        ]
        lines = pd.DataFrame(rows, columns=["section", "item", "value", "note"], dtype=object)
        faults = sum(int(value) for _, _, value, _ in consistency)
        balanced = largest < TOLERANCE
        timer.rows.update(lines=len(lines), **{name: len(frame) for name, frame in listings.items()})
        timer.facts.update(balanced=balanced, largest_difference=largest, faults=faults)
        if faults:
            timer.notes.append(f"{faults} contradictions between the tables: see section 'consistency'")
    return Reconciliation(lines, balanced, faults, rejects, unlocated, listings, timer.record(), workspace.root)


def _attach(db: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    """Views of the canonical tables; a workspace of an older version may lack one."""
    for name in TABLES:
        if workspace.table(name).exists():
            db.read_parquet(engine_path(workspace.table(name))).create_view(name)
        else:
            db.register(name, empty_table(name))


def _database(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """An empty DuckDB in memory, within the settings' threads and memory."""
    settings = load_settings(workspace.root)
    config: dict[str, str | bool | int | float | list[str]] = {}
    if settings.threads:
        config["threads"] = settings.threads
    if settings.memory_limit:
        config["memory_limit"] = settings.memory_limit
    return duckdb.connect(config=config)
