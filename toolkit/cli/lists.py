"""Commands that take in lists of the user's own: corrections, journals, marks, maps, indicators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.cli import options as opt
from toolkit.cli.data import ingest_app, pseudonymise, take_in
from toolkit.cli.families import takes

__all__ = ["register"]

_Paths = Annotated[list[Path], typer.Argument(help="Files or folders; folders are searched through.")]
_ListName = Annotated[
    str | None,
    typer.Option(
        "--name", help="Mark (source of indicators) of rows that name none. [default: the file's name, without ending]"
    ),
]


@takes(opt.PSEUDONYMS, into="people")
def ingest_corrections(
    paths: _Paths,
    *,
    people: dict[str, Any],
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Corrected author ids: tables with the columns author_id, becomes and, for one work only, work_id."""
    from toolkit.corpus import ingest

    take_in(
        ingest.ingest_corrections,
        workspace,
        paths,
        pseudonymise=pseudonymise(people),
        strict=strict,
        accept_rejects=accept_rejects,
    )


def ingest_journals(
    paths: _Paths,
    name: _ListName = None,
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Lists of journals to mark: tables with journal_id, issn or name, and perhaps mark."""
    from toolkit.corpus.lists import ingest_lists

    take_in(ingest_lists.ingest_journals, workspace, paths, name=name, strict=strict, accept_rejects=accept_rejects)


def ingest_marks(
    paths: _Paths,
    name: _ListName = None,
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Lists of institutions to mark (a league, a top 100): institution_id or name, country, and perhaps mark."""
    from toolkit.corpus.lists import ingest_lists

    take_in(ingest_lists.ingest_marks, workspace, paths, name=name, strict=strict, accept_rejects=accept_rejects)


def ingest_subject_map(
    path: Annotated[Path, typer.Argument(help="The map; a later one takes its place.")],
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """A map to subjects of your own: subject_from or journal, subject, and perhaps part."""
    from toolkit.corpus.lists import ingest_lists

    take_in(ingest_lists.ingest_subject_map, workspace, path, strict=strict, accept_rejects=accept_rejects)


def ingest_metro(
    path: Annotated[Path, typer.Argument(help="The map; a later one takes its place.")],
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """A map of cities to metropolitan areas: city_id, or city with country and region; metro_id, metro_name."""
    from toolkit.corpus.lists import ingest_lists

    take_in(ingest_lists.ingest_metro, workspace, path, strict=strict, accept_rejects=accept_rejects)


def ingest_indicators(
    paths: _Paths,
    name: _ListName = None,
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Indicators of places: place or place_id, level, year, indicator, value, unit, source."""
    from toolkit.corpus.lists import ingest_lists

    take_in(ingest_lists.ingest_indicators, workspace, paths, name=name, strict=strict, accept_rejects=accept_rejects)


def ingest_countries(
    path: Annotated[Path, typer.Argument(help="The map; a later one takes its place.")],
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """A map of countries that are counted with others (HK with CN): code, becomes."""
    from toolkit.corpus.lists import ingest_lists

    take_in(ingest_lists.ingest_countries, workspace, path, strict=strict, accept_rejects=accept_rejects)


def register(app: typer.Typer) -> None:  # noqa: ARG001 (they go under `ingest`)
    """Add this room's commands to ``ingest``."""
    ingest_app.command("corrections")(ingest_corrections)
    ingest_app.command("journals")(ingest_journals)
    ingest_app.command("marks")(ingest_marks)
    ingest_app.command("subject-map")(ingest_subject_map)
    ingest_app.command("metro")(ingest_metro)
    ingest_app.command("countries")(ingest_countries)
    ingest_app.command("indicators")(ingest_indicators)
