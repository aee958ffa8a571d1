"""``repeat``: the rows of a file again, from its run record."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from toolkit.cli import options as opt
from toolkit.cli.output import emit, warn_synthetic
from toolkit.cli.progress import progress_bar
from toolkit.cli.sources import graph_of
from toolkit.runs import RunRecord
from toolkit.workspace import open_workspace

__all__ = ["register"]


def repeat(
    record: Annotated[Path, typer.Argument(metavar="FILE.run.json", help="Run record, written beside an output file.")],
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="corpus, local (the workspace's Neo4j) or a neo4j:// or bolt:// address. "
            "[default: corpus; the graph for a query]",
        ),
    ] = None,
    old: Annotated[
        Path | None,
        typer.Option("--old", help="The other workspace of a comparison. [default: the folder in the record]"),
    ] = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """The rows that a run record describes, computed again from the same records.

    Other records than those of the run record, and records of a newer version, are refused.
    """
    from toolkit.analyses import repeating

    ws = open_workspace(workspace)
    run = RunRecord.read(record)
    with ExitStack() as stack:
        if source == "corpus" or (source is None and not repeating.is_query(run)):
            answer = repeating.repeat(run, ws, old=old)
        else:
            progress = stack.enter_context(progress_bar())
            answer = repeating.repeat(run, stack.enter_context(graph_of(source, ws, progress=progress)), old=old)
    warn_synthetic(ws)
    emit(answer.frame, answer.run, fmt=fmt, output=output)


def register(app: typer.Typer) -> None:
    """Add ``repeat`` to ``app``."""
    app.command(rich_help_panel="Measures")(repeat)
