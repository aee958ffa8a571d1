"""Tables that are built once for a corpus and taken by every later answer.

Yearly tables of Shares (weighted counts too), scores, partnerships, subjects and types hold answers. Questions that no
yearly table holds, as those about sets, lists and one city's partners, start from ``site_parts``: the part of each
article that belongs to each site, by numbers. Of movement the moves and classes of the usual conventions are kept, and
what every other convention starts from: who was seen where and when, by numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final

import ibis.expr.types as ir
import pyarrow.parquet as pq

from toolkit.corpus.schema import ROWS_A_GROUP
from toolkit.measures.collaboration.company_partners import yearly_company_works
from toolkit.measures.collaboration.internal import yearly_internal
from toolkit.measures.collaboration.partnerships import one_ended_partnerships, partnership_counts, yearly_links
from toolkit.measures.collaboration.scores import yearly_scores
from toolkit.measures.collaboration.types import yearly_types
from toolkit.measures.counting.journals import has_astronomy
from toolkit.measures.counting.levels import PLACE_LEVELS, check_level
from toolkit.measures.counting.options import Counting
from toolkit.measures.counting.pairing import kin_pairs
from toolkit.measures.counting.parts import numbered_works, site_homes, site_parts, unit_numbers, year_totals
from toolkit.measures.counting.share import yearly_shares
from toolkit.measures.counting.site_sums import shared_works, yearly_sites
from toolkit.measures.movement.observations import author_numbers, numbered_first_years, numbered_observations
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.origins import origin_classes
from toolkit.measures.movement.rules import STORED_MOVES, movements
from toolkit.measures.notes import long_articles
from toolkit.measures.output.subject_mix import yearly_subject_shares, yearly_subject_totals
from toolkit.measures.tables import STORE_VERSION, Tables
from toolkit.output_files import write_text_atomically
from toolkit.runs import RunRecord, recording
from toolkit.workspace import Folder, open_workspace

__all__ = ["DEFAULT_LEVELS", "build"]

DEFAULT_LEVELS: Final = ("institution", "city", "country")

_OF_CORPUS: Final = (
    "long_articles",
    "year_totals",
    "articles",
    "site_parts",
    "yearly_sites",
    "subject_totals",
    "all_types",
    "institution_kin",
)
_OF_CAREERS: Final = ("author_numbers", "first_years")
_OF_MOVEMENT: Final = ("observations", *STORED_MOVES.values(), "origins")
_OF_PLACES: Final = ("shared", "internal", "links", "inside_links", "subjects", "types")
_WITH_STATUS: Final = ("city", "metro")
"""Levels whose new, kept and lost partnerships are kept by year: those at which they are asked for."""
_Named = tuple[str, ir.Table, tuple[str, ...]]
_BY_PAIR: Final = ("year", "a_id", "b_id")
_BY_UNIT: Final = ("year", "id")


def build(
    workspace: Folder,
    *,
    levels: tuple[str, ...] = DEFAULT_LEVELS,
    movement: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> RunRecord:
    """Compute the tables that answers of ``levels`` start from, and keep them in the workspace.

    Answers with the usual conventions start from them as long as the records stay the same; their numbers are those
    they would have computed. What is killed half-way leaves the old tables.

    Parameters
    ----------
    workspace
        A workspace with records, or its folder.
    levels
        Levels to build.
    movement
        Whether careers are built too; without them questions about movement take longer.
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

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> record = build(workspace, levels=["city"])
    >>> record.rows["city_shares"], record.rows["city_scores"]
    (3, 3)
    """
    for level in levels:
        check_level(level)
    opened = open_workspace(workspace)
    opened.require_corpus()
    with (
        recording("build", {"levels": list(levels), "movement": movement}, snapshot=opened.snapshot) as timer,
        opened.writing(),
        opened.replacing(opened.measures) as folder,
        Tables.of(opened, reuse=False) as tables,
    ):
        wfc = has_astronomy(tables)
        names = [
            *_OF_CORPUS,
            *(f"{level}_{kind}" for level in _numbered(levels) for kind in ("numbers", "homes")),
            *(f"{level}_{kind}" for level in levels for kind in _kinds(level, wfc=wfc)),
            *(_OF_CAREERS if movement else ()),
            *(f"{level}_{kind}" for level in levels for kind in (_OF_MOVEMENT if movement else ())),
        ]
        timer.fingerprint = opened.fingerprint
        for done, (name, table, order) in enumerate(_asked_tables(tables, levels, wfc=wfc, movement=movement)):
            if progress is not None:
                progress(name, done, len(names))
            content = table.order_by(*order).to_pyarrow()
            pq.write_table(content, folder / f"{name}.parquet", row_group_size=ROWS_A_GROUP)
            timer.rows[name] = content.num_rows
        if progress is not None:
            progress("done", len(names), len(names))
        built = {"fingerprint": opened.fingerprint, "version": STORE_VERSION, "tables": names}
        write_text_atomically(folder / "build.json", json.dumps(built, indent=1) + "\n")
    return timer.record()


def _numbered(levels: tuple[str, ...]) -> tuple[str, ...]:
    """Levels whose units need numbers: partnerships are of institutions, parts of sites."""
    return tuple(dict.fromkeys(("site", "institution", *levels)))


def _kinds(level: str, *, wfc: bool) -> tuple[str, ...]:
    yearly = ("shares", "wfc_shares", "scores") if wfc else ("shares", "scores")
    status = ("partnerships", "one_ended") if level in _WITH_STATUS else ()
    companies = ("company_works",) if level == "city" else ()
    return (*yearly, *_OF_PLACES, *companies, *status) if level in PLACE_LEVELS else yearly


def _asked_tables(tables: Tables, levels: tuple[str, ...], *, wfc: bool, movement: bool) -> Iterator[_Named]:
    """Name, table and order of each table, computed as they are asked for."""
    yield from _yearly_tables(tables, levels, wfc=wfc)
    if movement:
        yield from _movement_tables(tables, levels)


def _yearly_tables(tables: Tables, levels: tuple[str, ...], *, wfc: bool) -> Iterator[_Named]:
    yield "long_articles", long_articles(tables), ("work_id",)
    yield "year_totals", year_totals(tables), ("year",)
    # first of all: what follows has the numbers that are given here
    yield "articles", numbered_works(tables, ordered=True), ("work_no",)
    parts = site_parts(tables)
    parts = parts.group_by("work_no", "year", "site_no").agg(high=parts.high.sum(), low=parts.low.sum())
    yield "site_parts", parts, ("work_no", "site_no")
    yield "yearly_sites", yearly_sites(tables), ("site_no", "year")
    yield "subject_totals", yearly_subject_totals(tables), ("year", "subject")
    yield "all_types", yearly_types(tables, level=None), ("year", "type")
    yield "institution_kin", kin_pairs(tables), ("low", "high")
    for level in _numbered(levels):
        yield f"{level}_numbers", unit_numbers(tables, level), ("number",)
        yield f"{level}_homes", site_homes(tables, level), ("site_no", "number")
    for level in levels:
        yield f"{level}_shares", yearly_shares(tables, level=level), _BY_UNIT
        if wfc:
            yield f"{level}_wfc_shares", yearly_shares(tables, level=level, counting=Counting(wfc=True)), _BY_UNIT
        yield f"{level}_scores", yearly_scores(tables, level=level), _BY_PAIR
        if level in PLACE_LEVELS:
            yield from _of_places(tables, level)


def _movement_tables(tables: Tables, levels: tuple[str, ...]) -> Iterator[_Named]:
    # first of all: what follows has the numbers that are given here
    yield "author_numbers", author_numbers(tables, ordered=True), ("author_no",)
    yield "first_years", numbered_first_years(tables), ("author_no",)
    for level in levels:
        yield f"{level}_observations", numbered_observations(tables, level=level), ("author_no", "place_no", "year")
        for rule, name in STORED_MOVES.items():
            found = movements(tables, level=level, movement=Movement(rule=rule))
            yield f"{level}_{name}", found, ("author_id", "year", "from_id", "to_id", "last_year_at_from")
        yield f"{level}_origins", origin_classes(tables, level=level), ("author_id",)


def _of_places(tables: Tables, level: str) -> Iterator[_Named]:
    yield f"{level}_shared", shared_works(tables, level=level), ("work_no", "site_no")
    yield f"{level}_internal", yearly_internal(tables, level=level), _BY_UNIT
    for name, inside in (("links", False), ("inside_links", True)):
        links = yearly_links(tables, level=level, inside=inside)
        yield f"{level}_{name}", links, ("a_no", "b_no", "a_institution_no", "b_institution_no", "year")
    yield f"{level}_subjects", yearly_subject_shares(tables, level=level), (*_BY_UNIT, "subject")
    yield f"{level}_types", yearly_types(tables, level=level), (*_BY_UNIT, "type")
    if level == "city":
        yield "city_company_works", yearly_company_works(tables), ("place_no", "year", "standing")
    if level in _WITH_STATUS:
        yield f"{level}_partnerships", partnership_counts(tables, level=level, by_year=True), _BY_PAIR
        yield f"{level}_one_ended", one_ended_partnerships(tables, level=level, by_year=True), (*_BY_UNIT, "scope")
