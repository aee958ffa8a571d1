"""Commands about what comes after a move: ties with the old place, bridges, output and partners."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.cli import movement_options as mov
from toolkit.cli import options as opt
from toolkit.cli.families import takes
from toolkit.cli.output import emit, rows_shown, write_figure
from toolkit.errors import BadParameter
from toolkit.workspace import open_workspace

__all__ = ["register"]

_SELECTION = "What to count"
_SHOWN = "What to show"

_WINDOW, _SPAN = 3, "-5:5"

SpanOption = Annotated[
    str, typer.Option("--span", help="First and last year since the move, -5:5.", rich_help_panel=_SELECTION)
]


@takes(mov.RULES_OF_MOVES, into="rules")
def ties(
    *,
    survival: Annotated[
        bool, typer.Option("--survival", help="Which part of their co-authors movers keep.", rich_help_panel=_SHOWN)
    ] = False,
    bridges: Annotated[
        bool,
        typer.Option(
            "--bridges", help="Articles signed at the new place with people at the old one.", rich_help_panel=_SHOWN
        ),
    ] = False,
    bridge: Annotated[
        str | None,
        typer.Option("--bridge", help="With --bridges: dual counts dual affiliations too.", rich_help_panel=_SHOWN),
    ] = None,
    by_article: Annotated[
        bool, typer.Option("--by-article", help="With --bridges: a row for each article.", rich_help_panel=_SHOWN)
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the tie rate into this file (.png, .svg or .pdf).")
    ] = None,
    window: Annotated[
        int,
        typer.Option("--window", min=1, help="With --survival: years before and after.", rich_help_panel=_SELECTION),
    ] = _WINDOW,
    span: SpanOption = _SPAN,
    from_place: mov.FromPlaceOption = None,
    to_place: mov.ToPlaceOption = None,
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            help="Between which places. [default: city; institution with --bridges]",
            rich_help_panel=_SELECTION,
        ),
    ] = None,
    years: opt.YearsOption = None,
    top: opt.TopOption = None,
    rules: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Do ties with the old place last? Tie rate by years since the move, co-authors kept, articles that bridge.

    Co-authors are other people: one's own two affiliations are no tie.
    """
    from toolkit.measures import answers

    if survival and bridges:
        raise BadParameter("bridges", True, "give either --survival or --bridges")
    if bridge not in (None, "dual"):
        raise BadParameter("bridge", bridge, "it is dual, or left out")
    if (bridge or by_article) and not bridges:
        raise BadParameter("bridge", bridge or "by-article", "it goes with --bridges")
    if window != _WINDOW and not survival:
        raise BadParameter("window", window, "it goes with --survival")
    if span != _SPAN and (bridges or survival):
        raise BadParameter("span", span, "it goes with the tie rate: leave out --survival and --bridges")
    if plot and (bridges or survival):
        raise BadParameter("plot", str(plot), "it draws the tie rate: leave out --survival and --bridges")
    asked: dict[str, Any] = {
        "level": level or ("institution" if bridges else "city"),
        "years": years,
        "from_place": from_place,
        "to_place": to_place,
        **rules,
    }
    ws = open_workspace(workspace)
    if bridges:
        answer = answers.bridges(
            ws, dual=bridge == "dual", by_article=by_article, **asked, top=rows_shown(top, fmt=fmt, output=output)
        )
    elif survival:
        answer = answers.survival(ws, window=window, **asked)
    else:
        answer = answers.ties(ws, span=span, **asked)
    if plot is not None:
        from toolkit.present.event_figures import draw_ties
        from toolkit.present.figures import caption, figure_bytes

        about = f"{answer.run.facts['movers']:,} movers; co-authors are other people."
        figure = draw_ties(answer.frame, note=caption(answer.run, about=about))
        write_figure(figure_bytes(figure, plot), answer.run, plot)
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(mov.RULES_OF_MOVES, into="rules")
def returnees(
    *,
    who: Annotated[
        str,
        typer.Option(
            "--who", help="Whose event: returnees (first return) or movers (first move).", rich_help_panel=_SELECTION
        ),
    ] = "returnees",
    people: Annotated[
        Path | None,
        typer.Option(
            "--people",
            help="Table of author_id or orcid, group and event_year: these people and years are the events.",
            rich_help_panel=_SELECTION,
        ),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            help="What is looked at: articles, share, domestic_partners, international_partners, partners_at_origin, "
            "mixed_articles or own_institution_only; may be given several times. [default: the first five]",
            rich_help_panel=_SHOWN,
        ),
    ] = None,
    destinations: Annotated[
        bool,
        typer.Option(
            "--destinations", help="The cities that they arrive at, instead of the outcomes.", rich_help_panel=_SHOWN
        ),
    ] = False,
    top: opt.TopOption = None,
    comparison: Annotated[
        str,
        typer.Option(
            "--comparison",
            help="Whom they are compared with: never-movers, not-yet-movers or none.",
            rich_help_panel=_SELECTION,
        ),
    ] = "never-movers",
    balanced: Annotated[
        bool,
        typer.Option("--balanced", help="Only persons known in every year of the span.", rich_help_panel=_SELECTION),
    ] = False,
    span: SpanOption = _SPAN,
    to_place: mov.ToPlaceOption = None,
    replicates: Annotated[
        int, typer.Option("--replicates", min=0, help="Bootstrap samples; 0 for no intervals.", rich_help_panel=_SHOWN)
    ] = 1000,
    seed: opt.SeedOption = 0,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Draw the study into this file (.png, .svg or .pdf).")
    ] = None,
    level: opt.LevelOption = "country",
    years: opt.YearsOption = None,
    rules: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Output and partners of returnees (or of all movers) by years since the move, beside people like them.

    Or the cities they arrive at. Means with bootstrap intervals, and difference-in-differences (extra stats).
    Descriptive, never causal.
    """
    from toolkit.measures import answers

    asked: dict[str, Any] = {
        "who": who,
        "people": people,
        "to_place": to_place,
        "level": level,
        "years": years,
        **rules,
    }
    ws = open_workspace(workspace)
    if destinations:
        if outcome or plot or balanced:
            raise BadParameter("destinations", True, "it goes without --outcome, --balanced and --plot")
        answer = answers.event_destinations(ws, **asked, top=rows_shown(top, fmt=fmt, output=output))
        emit(answer.frame, answer.run, fmt=fmt, output=output)
        return
    chosen: dict[str, Any] = {"outcomes": outcome} if outcome else {}
    answer = answers.event_study(
        ws,
        comparison=None if comparison == "none" else comparison,
        balanced=balanced,
        span=span,
        replicates=replicates,
        seed=seed,
        **asked,
        **chosen,
    )
    if plot is not None:
        from toolkit.present.event_figures import draw_event_study
        from toolkit.present.figures import caption, figure_bytes

        about = f"{answer.run.facts['persons']:,} persons, bands: 95 % bootstrap intervals. Descriptive, not causal."
        figure = draw_event_study(answer.frame, note=caption(answer.run, about=about))
        write_figure(figure_bytes(figure, plot), answer.run, plot)
    emit(answer.frame, answer.run, fmt=fmt, output=output)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (ties, returnees):
        app.command(rich_help_panel="Movement")(command)
