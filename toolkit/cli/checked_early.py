"""Commands that check their options before they work, and that all have ``--quiet`` and ``--verbose``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand

from toolkit.cli.help_examples import EXAMPLES
from toolkit.cli.output import VERBOSITY, Verbosity
from toolkit.errors import BadParameter
from toolkit.present.formats import format_of
from toolkit.settings import load_settings
from toolkit.workspace import open_workspace

__all__ = ["CheckedTyper", "QuietOption", "VerboseOption", "choose_verbosity"]

QuietOption = Annotated[
    bool,
    typer.Option(
        "-q",
        "--quiet",
        help="Print no run line, notes or progress. [default: SCICITIES_VERBOSITY, else the setting verbosity]",
        rich_help_panel="Output",
    ),
]
VerboseOption = Annotated[
    bool,
    typer.Option("-v", "--verbose", help="Print every option of the run, not one line.", rich_help_panel="Output"),
]
_WORDS: Final[tuple[Verbosity, ...]] = ("quiet", "normal", "verbose")
_CHOSEN: Final = "scicities verbosity"


class _Checked(TyperCommand):
    """A command whose ``--format``, ``-o`` and ``--plot`` are checked before it runs."""

    def invoke(self, ctx: Any) -> Any:
        choose_verbosity(ctx, quiet=ctx.params.get("quiet", False), verbose=ctx.params.get("verbose", False))
        if _CHOSEN not in ctx.meta:
            _set(load_settings(open_workspace(ctx.params.get("workspace")).root).verbosity)
        _refuse_unwritable(ctx.params)
        return super().invoke(ctx)


class CheckedTyper(typer.Typer):
    """Typer, with commands that are checked early."""

    def command(self, *args: Any, **given: Any) -> Callable[[Any], Any]:
        """As Typer's own, with our class of commands, two more options, and an example at the end of the help."""

        def added(command: Callable[..., None]) -> Callable[..., None]:
            example = EXAMPLES.get(command.__name__)
            epilog = {"epilog": f"Example: `scicities {example}`"} if example else {}
            super(CheckedTyper, self).command(*args, **{"cls": _Checked, **epilog, **given})(_with_verbosity(command))
            return command

        return added


def choose_verbosity(ctx: typer.Context, *, quiet: bool, verbose: bool) -> None:
    """Take ``--quiet`` or ``--verbose``, given before the command or after it.

    Raises
    ------
    typer.BadParameter
        Both are given.
    """
    if quiet and verbose:
        raise typer.BadParameter("--quiet and --verbose exclude each other")
    if quiet or verbose:
        ctx.meta[_CHOSEN] = True
        _set("quiet" if quiet else "verbose")


def _set(word: str) -> None:
    for known in _WORDS:
        if word == known:
            VERBOSITY.set(known)
            return
    raise BadParameter("verbosity", word, f"it must be one of {', '.join(_WORDS)}")


def _with_verbosity(command: Callable[..., None]) -> Callable[..., None]:
    """The command with two more options, which it does not get itself."""
    own = inspect.signature(command, eval_str=True)
    added = {"quiet": QuietOption, "verbose": VerboseOption}
    kind = inspect.Parameter.KEYWORD_ONLY
    fields = [inspect.Parameter(name, kind, default=False, annotation=option) for name, option in added.items()]

    @wraps(command)
    def run(*args: Any, **given: Any) -> None:
        command(*args, **{name: value for name, value in given.items() if name not in added})

    run.__signature__ = own.replace(parameters=[*own.parameters.values(), *fields])  # type: ignore[attr-defined]
    run.__annotations__ = {name: field.annotation for name, field in inspect.signature(run).parameters.items()}
    del run.__wrapped__
    return run


def _refuse_unwritable(asked: Mapping[str, Any]) -> None:
    if "fmt" in asked:
        format_of(asked.get("output"), asked["fmt"], terminal=True)
    if asked.get("plot") is not None:
        from toolkit.present.figures import figure_format

        figure_format(asked["plot"])
