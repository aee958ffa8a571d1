"""Commands about output: subjects, standing."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from toolkit.cli import options as opt
from toolkit.cli.output import emit
from toolkit.errors import SettingsError
from toolkit.workspace import open_workspace

__all__ = ["register"]

_RowSubjectOption = Annotated[
    str | None,
    typer.Option("--subject", help="Only rows of this subject, in the mix of all.", rich_help_panel="What to count"),
]


def subjects(
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
    top: opt.TopOption = 25,
    truncated: opt.TruncatedOption = "drop",
    max_authors: opt.MaxAuthorsOption = None,
    subject_counting: opt.SubjectCountingOption = "fractional",
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
        "truncated": truncated,
        "max_authors": max_authors,
        "subject_counting": subject_counting,
    }
    ws = open_workspace(workspace)
    if concentration:
        if place or country:
            raise SettingsError("--concentration is of all places; leave out --place and --country.")
        answer = answers.concentration(ws, largest=largest, **asked)
    else:
        answer = answers.subjects(ws, place=place, country=country, by=by, **asked)
    emit(answer.frame, answer.run, fmt=fmt, output=output, top=top)


def standing(
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
    top: opt.TopOption = 25,
    truncated: opt.TruncatedOption = "drop",
    max_authors: opt.MaxAuthorsOption = None,
    subject_counting: opt.SubjectCountingOption = "fractional",
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
        truncated=truncated,
        max_authors=max_authors,
        subject_counting=subject_counting,
    )
    emit(answer.frame, answer.run, fmt=fmt, output=output, top=top)


def register(app: typer.Typer) -> None:
    """Add this room's commands to ``app``."""
    for command in (subjects, standing):
        app.command(rich_help_panel="Measures")(command)
