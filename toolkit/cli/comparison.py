"""Command compare: what changed between two workspaces, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.cli import counting_options as cnt
from toolkit.cli import options as opt
from toolkit.cli.families import takes
from toolkit.cli.output import emit, rows_shown

__all__ = ["register"]

_OLD = "How OLD was counted, where it was otherwise"


@takes(cnt.COUNTING_SHARES, into="counting")
def compare(
    *,
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Workspace folder of before.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Workspace folder of now.")],
    by: Annotated[str, typer.Option("--by", help="share or count: what is ranked and taken apart.")] = "share",
    moved: Annotated[
        bool, typer.Option("--moved", help="Only units whose rank changed, or that came or went.")
    ] = False,
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    old_truncated: Annotated[
        str | None,
        typer.Option("--old-truncated", help="Cut author lists in OLD: drop or keep.", rich_help_panel=_OLD),
    ] = None,
    old_max_authors: Annotated[
        int | None,
        typer.Option("--old-max-authors", min=1, help="Limit of authors in OLD.", rich_help_panel=_OLD),
    ] = None,
    old_subject_counting: Annotated[
        str | None,
        typer.Option("--old-subject-counting", help="Articles in several subjects in OLD.", rich_help_panel=_OLD),
    ] = None,
    old_journals: Annotated[
        str | None,
        typer.Option("--old-journals", help="List of journals in OLD; all for every journal.", rich_help_panel=_OLD),
    ] = None,
    old_rollup: Annotated[
        str | None, typer.Option("--old-rollup", help="Order of roll-up in OLD: split or first.", rich_help_panel=_OLD)
    ] = None,
    old_wfc: Annotated[
        bool | None,
        typer.Option("--old-wfc/--old-no-wfc", help="Weighted fractional count in OLD.", rich_help_panel=_OLD),
    ] = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
) -> None:
    """Which ranks moved between two workspaces: by new or lost articles, by other places, or by other rules.

    Rules are counting options, kept types, city ids made one, lists of journals, city and country maps, corrections
    of author ids, the subject map and --city-from; the run record names those that differ.

    The four parts add up to the difference of each unit's Share (or Count).
    """
    from toolkit.measures.compare.workspaces import compare as differences

    given: dict[str, object] = {
        "truncated": old_truncated,
        "max_authors": old_max_authors,
        "subject_counting": old_subject_counting,
        "rollup": old_rollup,
        "wfc": old_wfc,
    }
    before = {name: value for name, value in given.items() if value is not None}
    if old_journals is not None:
        before["journals"] = None if old_journals == "all" else old_journals
    answer = differences(
        old,
        new,
        by=by,
        moved=moved,
        level=level,
        years=years,
        old_options=before,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


def register(app: typer.Typer) -> None:
    """Add this room's command to ``app``."""
    app.command(rich_help_panel="Measures")(compare)
