"""What Typer, Python and libraries write to the terminal by themselves, made printable as everything else is."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
import warnings
from typing import Any, Final, TextIO

import typer
from typer import rich_utils

from toolkit.cli.output import say_always
from toolkit.terminal_text import printable

__all__ = ["USAGE_ERROR", "clean_other_messages", "say_usage_error"]

USAGE_ERROR: Final[type[Exception]] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
"""What a command line that can't be understood raises (Typer has it from Click, or brings its own copy)."""


def say_usage_error(error: Any) -> int:
    """Print Typer's own message, in which arguments are repeated, without what steers a terminal; its exit code."""
    text = error.format_message()
    if printable(text) != text:
        cleaned = USAGE_ERROR(printable(text))
        cleaned.ctx = getattr(error, "ctx", None)  # type: ignore[attr-defined]
        rich_utils.rich_format_error(cleaned)  # type: ignore[arg-type]
    else:
        rich_utils.rich_format_error(error)
    return int(error.exit_code)


class _Said(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say_always(self.format(record), style="yellow")


def clean_other_messages() -> None:
    """Let warnings, log messages and tracebacks go the way of our own messages, where stderr is a terminal.

    They hold texts of files and of servers. For a process that is a command line; a library leaves them alone.
    """
    if not sys.stderr.isatty():
        return

    def show_warning(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,  # noqa: ARG001 - Python's own signature
        line: str | None = None,
    ) -> None:
        text = warnings.formatwarning(message, category, filename, lineno, line)
        say_always(text.rstrip(), style="yellow")

    warnings.showwarning = show_warning
    logging.lastResort = _Said(logging.WARNING)
    sys.excepthook = lambda kind, error, trace: say_always(
        "".join(traceback.format_exception(kind, error, trace)).rstrip(), style=None
    )
    threading.excepthook = lambda failed: say_always(
        "".join(traceback.format_exception(failed.exc_value)).rstrip(), style=None
    )
