"""Commands about collaboration beside the pairs: connections, sectors, internal, together."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from toolkit.cli import counting_options as cnt
from toolkit.cli import options as opt
from toolkit.cli.families import takes
from toolkit.cli.output import emit, rows_shown
from toolkit.workspace import open_workspace

__all__ = ["register"]


@takes(cnt.COUNTING_PAIRS, into="counting", first=cnt.SPLIT)
def connections(
    *,
    city: Annotated[str, typer.Option("--city", "--place", help="The place whose partners are listed, by id or name.")],
    scope: Annotated[
        str, typer.Option("--scope", help="Partners of all countries (all), domestic or international ones.")
    ] = "all",
    by: Annotated[
        str,
        typer.Option("--by", help="Rank by partnerships, joint, score, own_institutions or partner_institutions."),
    ] = "partnerships",
    level: opt.PlaceLevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """The partner cities of a city: partnerships, institutions at both ends, joint articles, score."""
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    answer = answers.connections(
        ws,
        place=city,
        scope=scope,
        by=by,
        level=level,
        years=years,
        by_year=by_year,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_EVERY, into="counting", first=cnt.SPLIT)
def sectors(
    *,
    place: Annotated[str | None, typer.Option("--place", "--city", help="Articles of this place.")] = None,
    each: Annotated[bool, typer.Option("--each", help="Of every place of the level, most articles first.")] = False,
    kind: Annotated[
        str | None,
        typer.Option(
            "--type", help="Only single-author, single-institution, domestic, international or unknown articles."
        ),
    ] = None,
    companies: Annotated[
        bool, typer.Option("--companies", help="With --city: its company partners by where they stand, instead.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="With --companies: the companies themselves.")] = False,
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Articles by collaboration type: one author, one institution, one country, several; or a city's companies.

    Of the whole corpus, of one place or of each; --type international --by-year gives the international share by year.
    """
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    if listed and not companies:
        raise typer.BadParameter("--list goes with --companies")
    if companies:
        if place is None or each or kind is not None or level != "city":
            raise typer.BadParameter("--companies goes with one --city, without --each, --type and --level")
        found = answers.company_partners(
            ws,
            city=place,
            listed=listed,
            years=years,
            by_year=by_year,
            **cnt.but(counting, "subject_counting", *cnt.SPLIT),
            top=rows_shown(top, fmt=fmt, output=output),
        )
        emit(found.frame, found.run, fmt=fmt, output=output)
        return
    answer = answers.collaboration_types(
        ws,
        place=place,
        each=each,
        kind=kind,
        level=level,
        years=years,
        by_year=by_year,
        **cnt.but(counting, *cnt.PAIRS),
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_PAIRS, into="counting", first=cnt.SPLIT)
def internal(
    *,
    place: Annotated[str | None, typer.Option("--place", "--city", help="Only this place.")] = None,
    by: Annotated[
        str, typer.Option("--by", help="Rank by internal_share, internal_joint or part_of_share.")
    ] = "internal_share",
    level: opt.PlaceLevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    country: opt.CountryOption = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Collaboration inside places: articles of several institutions of one place, and their part of its Share."""
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    answer = answers.internal(
        ws,
        place=place,
        by=by,
        level=level,
        years=years,
        by_year=by_year,
        country=country,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_SHARES, into="counting", first=cnt.SPLIT)
def together(
    *,
    place: Annotated[
        list[str],
        typer.Option("--place", "--city", help="A member of the set; given two times or more."),
    ],
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopRowsOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Set score: articles on which all of several places are, and the sum of their Shares of them."""
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    answer = answers.together(
        ws,
        places=place,
        level=level,
        years=years,
        by_year=by_year,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


def register(app: typer.Typer) -> None:
    """Add this room's commands to ``app``."""
    for command in (connections, sectors, internal, together):
        app.command(rich_help_panel="Measures")(command)
