"""Commands about output: subjects, standing, umbrella, lists, indicators."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from toolkit.cli import counting_options as cnt
from toolkit.cli import options as opt
from toolkit.cli.families import takes
from toolkit.cli.output import emit, rows_shown
from toolkit.errors import SettingsError
from toolkit.workspace import open_workspace

__all__ = ["register"]

_RowSubjectOption = Annotated[
    str | None,
    typer.Option("--subject", help="Only rows of this subject, in the mix of all.", rich_help_panel="What to count"),
]


@takes(cnt.COUNTING_SHARES, into="counting", without=("subject",))
def subjects(
    *,
    place: Annotated[list[str] | None, typer.Option("--place", "--city", help="Only these, by id or name.")] = None,
    concentration: Annotated[
        bool,
        typer.Option("--concentration", help="A row per subject: how far few places hold it."),
    ] = False,
    largest: Annotated[
        int, typer.Option("--largest", min=1, help="With --concentration: how many places are the largest.")
    ] = 10,
    by: Annotated[
        str, typer.Option("--by", help="share, part or location_quotient: the order of a place's subjects.")
    ] = "share",
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    subject: _RowSubjectOption = None,
    country: opt.CountryOption = None,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """What places work on: Share by subject, its part, and where they are specialised.

    A location quotient of 2 is twice the part the subject has in all records; the Herfindahl index of a mix is 1 for
    one subject and 1/n for n equal ones.
    """
    from toolkit.measures import answers

    asked: dict[str, Any] = {
        "level": level,
        "years": years,
        "by_year": by_year,
        "subject": subject,
        **counting,
    }
    ws = open_workspace(workspace)
    if concentration:
        if place or country:
            raise SettingsError("--concentration is of all places; leave out --place and --country.")
        answer = answers.concentration(ws, largest=largest, **asked, top=rows_shown(top, fmt=fmt, output=output))
    else:
        answer = answers.subjects(
            ws, place=place, country=country, by=by, **asked, top=rows_shown(top, fmt=fmt, output=output)
        )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_SHARES, into="counting", without=("subject",))
def standing(
    *,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="A place, by id or name.")],
    by: Annotated[str, typer.Option("--by", help="share or count: what to rank by.")] = "share",
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    subject: _RowSubjectOption = None,
    country: Annotated[
        str | None,
        typer.Option("--country", help="Rank among this country's places only.", rich_help_panel="What to count"),
    ] = None,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """A place's rank in each subject, with its change since the window (with --by-year: the year) before."""
    from toolkit.measures import answers

    answer = answers.standing(
        open_workspace(workspace),
        place,
        by=by,
        level=level,
        years=years,
        by_year=by_year,
        subject=subject,
        country=country,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_SHARES, into="counting", without=("rollup",))
def umbrella(
    *,
    organisation: Annotated[str, typer.Argument(metavar="NAME", help="An umbrella organisation, by id or name.")],
    institutes: Annotated[
        bool, typer.Option("--institutes", help="A row for each institute at each city instead.")
    ] = False,
    level: opt.PlaceLevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Where an umbrella organisation produces: Share of its institutes by city, and the part of its whole.

    Its institutes are all that is below it in the hierarchy, at any depth, and itself.
    """
    from toolkit.measures import answers

    answer = answers.umbrella(
        open_workspace(workspace),
        organisation,
        institutes=institutes,
        level=level,
        years=years,
        by_year=by_year,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_SHARES, into="counting", without=("rollup",))
def lists(
    *,
    name: Annotated[
        str | None, typer.Option("--list", help="This list by city. [default: a row for each list there is]")
    ] = None,
    members: Annotated[
        bool, typer.Option("--members", help="With --list: a row for each member at each city instead.")
    ] = False,
    level: opt.PlaceLevelOption = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Lists of institutions (a league, a top 100): their members, Count and Share, by city.

    An article counts once for a list and city, however many members are on it.
    """
    from toolkit.measures import answers

    answer = answers.lists(
        open_workspace(workspace),
        name,
        members=members,
        level=level,
        years=years,
        by_year=by_year,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_SHARES, into="counting", without=("subject",))
def indicators(
    *,
    indicator: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="An indicator, for example population. [default: those there are]"),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help="share, count, adjusted_share, strength, joint, internal_joint or internal_share.",
        ),
    ] = "share",
    per: Annotated[
        float, typer.Option("--per", help="Units of the indicator that the ratio is for: 1000000 for per million.")
    ] = 1.0,
    source: Annotated[str | None, typer.Option("--source", help="Only values of this source.")] = None,
    base_year: Annotated[int | None, typer.Option("--base-year", help="Base year of adjusted Share.")] = None,
    level: Annotated[
        str, typer.Option("--level", help="city, region or country.", rich_help_panel="What to count")
    ] = "city",
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    subject: opt.SubjectOption = None,
    country: opt.CountryOption = None,
    top: opt.TopOption = None,
    counting: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Share (or another measure) per head, per unit of product, of R&D spending, by place and year.

    Over a window both are summed over the years in which the place has the indicator.
    """
    from toolkit.measures import answers

    answer = answers.ratios(
        open_workspace(workspace),
        indicator,
        by=by,
        per=per,
        source=source,
        base_year=base_year,
        level=level,
        years=years,
        by_year=by_year,
        subject=subject,
        country=country,
        **counting,
        top=rows_shown(top, fmt=fmt, output=output),
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output)


def register(app: typer.Typer) -> None:
    """Add this room's commands to ``app``."""
    for command in (subjects, standing, umbrella, lists, indicators):
        app.command(rich_help_panel="Measures")(command)
