"""Yearly tables of the measures, built once for a corpus and taken by every later answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import pyarrow.parquet as pq

from toolkit.measures.collaboration import yearly_scores
from toolkit.measures.internal import yearly_internal
from toolkit.measures.levels import PLACE_LEVELS, check_level
from toolkit.measures.notes import long_articles
from toolkit.measures.partnerships import yearly_links
from toolkit.measures.share import yearly_shares
from toolkit.measures.tables import STORE_VERSION, Tables
from toolkit.runs import RunRecord, recording
from toolkit.workspace import Workspace, open_workspace, write_text_atomically

__all__ = ["DEFAULT_LEVELS", "build"]

DEFAULT_LEVELS: Final = ("institution", "city", "country")

_BY_PAIR: Final = ("year", "a_id", "b_id")
_BY_UNIT: Final = ("year", "id")


def build(
    workspace: Workspace | str | Path,
    *,
    levels: tuple[str, ...] = DEFAULT_LEVELS,
    progress: Callable[[str, int, int], None] | None = None,
) -> RunRecord:
    """Compute the yearly tables of ``levels`` and keep them in the workspace.

    Answers with the usual conventions start from them as long as the records stay the same; their numbers are those
    they would have computed. What is killed half-way leaves the old tables.

    Parameters
    ----------
    workspace
        A workspace with records, or its folder.
    levels
        Levels to build.
    progress
        Called with the table's name, tables done, tables in all.

    Returns
    -------
    RunRecord
        ``rows``: rows of each table, for example ``city_scores``.

    Raises
    ------
    BadParameter
        There is no such level.
    DataError
        The workspace has no records.
    SettingsError
        Another process is writing to the workspace.
    """
    for level in levels:
        check_level(level)
    opened = workspace if isinstance(workspace, Workspace) else open_workspace(workspace)
    opened.require_corpus()
    names = ["long_articles", *(f"{level}_{kind}" for level in levels for kind in _kinds(level))]
    with (
        recording("build", {"levels": list(levels)}, snapshot=opened.snapshot) as timer,
        opened.writing(),
        opened.replacing(opened.measures) as folder,
        Tables.of(opened, reuse=False) as tables,
    ):
        timer.fingerprint = opened.fingerprint
        for done, (name, table, order) in enumerate(_yearly_tables(tables, levels)):
            if progress is not None:
                progress(name, done, len(names))
            content = table.order_by(*order).to_pyarrow()
            pq.write_table(content, folder / f"{name}.parquet")
            timer.rows[name] = content.num_rows
        if progress is not None:
            progress("done", len(names), len(names))
        built = {"fingerprint": opened.fingerprint, "version": STORE_VERSION, "tables": names}
        write_text_atomically(folder / "build.json", json.dumps(built, indent=1) + "\n")
    return timer.record()


def _kinds(level: str) -> tuple[str, ...]:
    inside = ("internal", "links", "inside_links") if level in PLACE_LEVELS else ()
    return ("shares", "scores", *inside)


def _yearly_tables(tables: Tables, levels: tuple[str, ...]) -> Iterator[tuple[str, ir.Table, tuple[str, ...]]]:
    """Name, table and order of each table, computed as they are asked for."""
    yield "long_articles", long_articles(tables), ("work_id",)
    for level in levels:
        yield f"{level}_shares", yearly_shares(tables, level=level), _BY_UNIT
        yield f"{level}_scores", yearly_scores(tables, level=level), _BY_PAIR
        if level in PLACE_LEVELS:
            yield f"{level}_internal", yearly_internal(tables, level=level), _BY_UNIT
            for name, inside in (("links", False), ("inside_links", True)):
                links = yearly_links(tables, level=level, inside=inside)
                yield f"{level}_{name}", links, (*_BY_PAIR, "a_institution", "b_institution")
