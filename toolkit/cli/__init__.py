"""The command line: parse, call, print."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer

from toolkit.cli.checked_early import CheckedTyper, QuietOption, VerboseOption, choose_verbosity
from toolkit.cli.output import VERBOSITY, say, say_always
from toolkit.cli.usage_errors import USAGE_ERROR, say_usage_error
from toolkit.errors import ToolkitError
from toolkit.workspace import full_disk

__all__ = ["build_app", "main"]

INTERRUPTED = 130


def _version(value: bool) -> None:
    if value:
        from toolkit.runs import versions

        typer.echo(f"scicities {versions()['scicities']}")
        raise typer.Exit


def _root(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001  (its callback prints it)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Networks of science: who produces, who works with whom, hubs and communities of cities and institutions."""
    choose_verbosity(ctx, quiet=quiet, verbose=verbose)


@cache
def build_app() -> typer.Typer:
    """The whole command tree, built once."""
    from toolkit.cli import (
        after_moves,
        collaboration_measures,
        comparison,
        data,
        demo,
        doctor,
        flows,
        graph,
        lists,
        measures,
        movement,
        network,
        output_measures,
        query,
        repeating,
    )

    app = CheckedTyper(
        name="scicities",
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for room in (
        demo,
        data,
        lists,
        measures,
        output_measures,
        collaboration_measures,
        comparison,
        movement,
        after_moves,
        network,
        flows,
        graph,
        query,
        repeating,
        doctor,
    ):
        room.register(app)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code (0 done, 1 ours, 2 usage, 3 database, 4 data, 130 interrupted)."""
    VERBOSITY.set("normal")
    try:
        return _run(arguments)
    except ToolkitError as error:
        if os.environ.get("SCICITIES_DEBUG"):
            raise
        say_always(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return _ended(INTERRUPTED)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  (what is still buffered has nowhere to go)
        return 0
    except SystemExit as done:
        return _ended(done.code)
    except Exception as error:  # the last door: a person gets a sentence, a developer the traceback
        if _was_interrupt(error):
            return _ended(INTERRUPTED)
        if os.environ.get("SCICITIES_DEBUG"):
            raise
        full = full_disk(error)
        if full is not None:
            say_always(f"error: {full}")
            return full.exit_code
        say_always(f"error: {type(error).__name__}: {error}")
        say_always("this is a fault of scicities; SCICITIES_DEBUG=1 shows where. Your data was not changed.")
        return 1


def _run(arguments: Sequence[str] | None) -> int:
    given = list(arguments) if arguments is not None else None
    try:
        code = build_app()(args=given, prog_name="scicities", standalone_mode=False)
    except USAGE_ERROR as error:
        return say_usage_error(error)
    except typer.Abort:
        say_always("Aborted.")
        return 1
    return _ended(code) if isinstance(code, int) else 0


def _was_interrupt(error: BaseException | None) -> bool:
    """Whether an interrupt lies behind ``error``; inside a compiled module's import it comes out as another."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _ended(code: object) -> int:
    """The exit code Typer ended with; it catches an interrupt itself, so what a person is told then is said here."""
    if code == INTERRUPTED:
        say("interrupted; nothing was left half-written; the same command does the rest", style="yellow")
    return code if isinstance(code, int) else int(code is not None)
