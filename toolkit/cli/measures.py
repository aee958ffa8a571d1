"""Commands of the measures: share, rank, pairs, partnerships, articles."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from toolkit.cli import counting_options as cnt
from toolkit.cli import options as opt
from toolkit.cli.families import takes
from toolkit.cli.output import emit, rows_shown
from toolkit.workspace import open_workspace

__all__ = ["register"]


@takes(cnt.COUNTING_SHARES, into="counting")
def share(
    *,
    place: Annotated[list[str] | None, typer.Option("--place", help="Only these places, by id or name.")] = None,
    base_year: Annotated[
        int | None, typer.Option("--base-year", help="Year whose article count Shares are adjusted to.")
    ] = None,
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    country: opt.CountryOption = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Count, Share and adjusted Share of every place.

    Share splits each article equally over its authors, and each author's part over the author's sites.
    """
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    answer = answers.share(
        ws,
        level=level,
        places=place,
        years=years,
        by_year=by_year,
        country=country,
        base_year=base_year,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_SHARES, into="counting", without=("subject_counting",))
def rank(
    *,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help="share, count, adjusted_share, strength, joint, partners, partnerships, "
            "internal_joint, internal_share or dependence (Count / Share).",
        ),
    ] = "share",
    base_year: Annotated[int | None, typer.Option("--base-year", help="Base year of adjusted Share.")] = None,
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    country: opt.CountryOption = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Ranks of places, with the distance to the next and the rank of the window before.

    `previous_rank` is the rank in the window of equal length just before (with --by-year: in the year before);
    `standing` gives one place's ranks in all subjects.
    """
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    answer = answers.rank(
        ws,
        by=by,
        level=level,
        years=years,
        by_year=by_year,
        country=country,
        base_year=base_year,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_PAIRS, into="counting")
def pairs(
    *,
    place: Annotated[str | None, typer.Option("--place", "--city", help="Only pairs with this place.")] = None,
    partner: Annotated[str | None, typer.Option("--partner", help="With --place: only this pair.")] = None,
    within: Annotated[
        str | None, typer.Option("--within", help="At level institution: pairs inside this city.")
    ] = None,
    compare_scopes: Annotated[
        bool,
        typer.Option(
            "--compare-scopes",
            help="With --city: mean and median joint articles of the --top pairs of institutions inside it, with other "
            "cities of its country, and abroad.",
        ),
    ] = False,
    partner_country: Annotated[
        str | None, typer.Option("--partner-country", help="With --compare-scopes: a row for this country too.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="score or joint: what to rank by.")] = "score",
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    country: opt.CountryOption = None,
    country_either: opt.CountryEitherOption = False,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Who works with whom: joint articles and collaboration score of every pair.

    The score of a pair is the sum, over its joint articles, of both places' Shares of the article.
    """
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    if compare_scopes:
        _refuse_beside("--compare-scopes", partner=partner, within=within, country=country)
        compared = answers.scope_comparison(
            ws,
            place=place,
            partner_country=partner_country,
            level=level,
            years=years,
            by_year=by_year,
            top=25 if top is None else top,
            **cnt.but(counting, *cnt.SPLIT),
        )
        emit(compared.frame, compared.run, fmt=fmt, output=output)
        return
    if partner_country is not None:
        raise typer.BadParameter("--partner-country goes with --compare-scopes")
    answer = answers.pairs(
        ws,
        level=level,
        place=place,
        partner=partner,
        within=within,
        by=by,
        years=years,
        by_year=by_year,
        country=country,
        country_either=country_either,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_PAIRS, into="counting", without=cnt.SPLIT)
def partnerships(
    *,
    city: Annotated[
        str | None, typer.Option("--city", "--place", help="One-ended totals of this place over all others.")
    ] = None,
    partner: Annotated[str | None, typer.Option("--partner", help="With --city: only this pair.")] = None,
    inside: Annotated[bool, typer.Option("--inside", help="Pairs of institutions inside one place.")] = False,
    status_window: Annotated[
        int, typer.Option("--status-window", min=1, help="Years looked back for new, kept and lost.")
    ] = 1,
    level: opt.PlaceLevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    country: opt.CountryOption = None,
    country_either: opt.CountryEitherOption = False,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Pairs of institutions that publish together, counted between cities; new, kept and lost by year."""
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    answer = answers.partnerships(
        ws,
        level=level,
        place=city,
        partner=partner,
        inside=inside,
        window=status_window,
        years=years,
        by_year=by_year,
        country=country,
        country_either=country_either,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_PAIRS, into="counting")
def articles(
    *,
    place: Annotated[str | None, typer.Option("--place", "--city", help="Articles of this place.")] = None,
    partner: Annotated[
        str | None, typer.Option("--partner", help="With --place: the articles behind this pair's score.")
    ] = None,
    inside: Annotated[
        bool, typer.Option("--inside", help="With --place: the articles that several of its institutions share.")
    ] = False,
    within: Annotated[
        str | None, typer.Option("--within", help="At level institution: only the sites in this city.")
    ] = None,
    partnership: Annotated[
        bool, typer.Option("--partnership", help="With --place and --partner: the articles behind their partnerships.")
    ] = False,
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """The articles behind a Share or a score, each with the part it gives."""
    from toolkit.measures import answers

    ws = open_workspace(workspace)
    answer = answers.articles(
        ws,
        level=level,
        place=place,
        partner=partner,
        inside=inside,
        within=within,
        partnership=partnership,
        years=years,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


def _refuse_beside(option: str, **others: object) -> None:
    """Refuse options that mean nothing beside ``option``."""
    given = [f"--{name}" for name, value in others.items() if value is not None]
    if given:
        raise typer.BadParameter(f"{', '.join(given)} means nothing with {option}")


def register(app: typer.Typer) -> None:
    """Add this room's commands to ``app``."""
    for command in (share, rank, pairs, partnerships, articles):
        app.command(rich_help_panel="Measures")(command)
