"""Commands about the movement of researchers: moves, careers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.cli import movement_options as mov
from toolkit.cli import options as opt
from toolkit.cli.families import takes
from toolkit.cli.output import emit, rows_shown, write_figure
from toolkit.errors import SettingsError
from toolkit.workspace import open_workspace

__all__ = ["register"]

_SELECTION = "What to count"


@takes(mov.RULES_OF_MOVES, into="rules")
def moves(
    *,
    from_place: mov.FromPlaceOption = None,
    to_place: mov.ToPlaceOption = None,
    author: Annotated[
        str | None,
        typer.Option("--author", help="Only this author: id, ORCID or name.", rich_help_panel=_SELECTION),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="Migration, visit, dual, open (tenure), move, gap (mode-year) or all. [default: those in flows]",
            rich_help_panel=_SELECTION,
        ),
    ] = None,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare", help="How far the rules agree, and which option changes the moves most, instead of the moves."
        ),
    ] = False,
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    top: opt.TopOption = None,
    rules: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Who moved from where to where and when, by the affiliations on their articles.

    What is in no flow (visits, dual affiliations, open cases, changes over long gaps) is counted in the run record.
    """
    from toolkit.measures import answers

    asked: dict[str, Any] = {
        "level": level,
        **rules,
    }
    ws = open_workspace(workspace)
    if compare:
        if any(value is not None for value in (from_place, to_place, author, kind, years)):
            raise SettingsError("--compare holds whole careers against each other: it takes no selection of moves.")
        answer = answers.rule_agreement(ws, **asked, top=rows_shown(top, fmt=fmt, output=output))
    else:
        answer = answers.moves(
            ws,
            from_place=from_place,
            to_place=to_place,
            author=author,
            kind=kind,
            years=years,
            **asked,
            top=rows_shown(top, fmt=fmt, output=output),
        )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(mov.RULES_OF_MOVES, into="rules", without=("rule", "drop_censored", "drop_suspects"))
def careers(
    *,
    author: Annotated[str, typer.Option("--author", help="The person: an id, an ORCID or a name.")],
    by_year: Annotated[
        bool, typer.Option("--by-year", help="The places of each year instead of tenures and moves.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the timeline into this file (.png, .svg or .pdf).")
    ] = None,
    level: opt.LevelOption = "institution",
    top: opt.TopRowsOption = None,
    rules: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """A person's career: tenures, moves, dual affiliations and returns. Namesakes are listed, never merged."""
    from toolkit.measures import answers

    asked: dict[str, Any] = {
        "author": author,
        "level": level,
        **rules,
    }
    ws = open_workspace(workspace)
    answer = answers.careers(ws, by_year=by_year, top=top, **asked)
    if plot is not None:
        from toolkit.present.figures import caption, figure_bytes
        from toolkit.present.timelines import draw_career

        events = answers.careers(ws, **asked).frame
        years = answers.careers(ws, by_year=True, **asked).frame
        figure = draw_career(events, years, note=caption(answer.run))
        write_figure(figure_bytes(figure, plot), answer.run, plot)
    emit(answer.frame, answer.run, fmt=fmt, output=output)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (moves, careers):
        app.command(rich_help_panel="Movement")(command)
