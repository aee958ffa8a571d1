"""Where a command's answer goes: data to stdout or a file, everything about it to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from toolkit.present.formats import SAFE_NOTE, format_of, frame_bytes, write_answer_file, write_bytes
from toolkit.present.labels import labelled
from toolkit.present.tables import rich_table, table_text
from toolkit.terminal_text import printable

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.runs import RunRecord
    from toolkit.workspace import Workspace

__all__ = [
    "VERBOSITY",
    "Verbosity",
    "chosen_format",
    "emit",
    "print_text",
    "rows_shown",
    "say",
    "say_always",
    "say_run",
    "show",
    "show_table",
    "warn_synthetic",
    "write_figure",
]

Verbosity = Literal["quiet", "normal", "verbose"]
_ON_TERMINAL: Final = 25
VERBOSITY: ContextVar[Verbosity] = ContextVar("verbosity", default="normal")
"""How much is said on stderr: errors only, one line about the run with its notes, or its whole record."""


def to_terminal() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout.isatty()


class _TerminalConsole(Console):
    """A console that prints no character that steers the terminal, whatever it is given."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of ``renderable``; Rich's own control codes pass."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def print_text(text: str) -> None:
    """Text on stdout: as it is into a pipe, made printable on a terminal."""
    write_bytes(f"{text}\n".encode(errors="surrogatepass"))


def console(*, stderr: bool = True) -> Console:
    """A rich console on the stream in force now (tests swap the streams)."""
    return _TerminalConsole(stderr=stderr, highlight=False, soft_wrap=True)


def say(text: str = "", *, style: str | None = None) -> None:
    """A line for people, on stderr; none with ``--quiet``."""
    if VERBOSITY.get() != "quiet":
        say_always(text, style=style)


def say_always(text: str, *, style: str | None = "red") -> None:
    """A line on stderr that ``--quiet`` does not drop: an error, or that a result must not be used."""
    console().print(printable(text), style=style, markup=False)


def chosen_format(fmt: str | None) -> str:
    """The format a listing comes in: the one asked for, else table on a terminal and csv in a pipe."""
    return format_of(None, fmt, terminal=to_terminal())


def show(frame: pd.DataFrame, *, fmt: str | None) -> None:
    """Print a listing, which has no run record."""
    chosen = chosen_format(fmt)
    if chosen == "table":
        show_table(frame)
    else:
        write_bytes(frame_bytes(frame, fmt=chosen))


def show_table(frame: pd.DataFrame, *, title: str = "") -> None:
    """A table on stdout, at most as wide as the terminal; columns that have no room are named on stderr."""
    out = console(stderr=False)
    table, dropped = rich_table(frame, width=out.width, title=title)
    out.print(table)
    if dropped:
        say(f"columns without room: {', '.join(dropped)} (use a wider terminal or --format csv)", style="dim")


def rows_shown(top: int | None, *, fmt: str | None, output: Path | None) -> int | None:
    """How many rows are asked for: those of ``--top``, else 25 in a table on a terminal and all elsewhere."""
    if top is not None:
        return top
    is_table = output is None and to_terminal() and format_of(None, fmt, terminal=True) == "table"
    return _ON_TERMINAL if is_table else None


def emit(
    frame: pd.DataFrame,
    run: RunRecord,
    *,
    fmt: str | None,
    output: Path | None,
    without_rows: str = "",
) -> None:
    """Print or write an answer: data on stdout or in ``output``, the run record on stderr or beside the file.

    ``without_rows`` is said where the answer has none; without it the notes of the run say why.
    """
    chosen = format_of(output, fmt, terminal=to_terminal())
    if chosen == "spreadsheet":
        run = replace(run, notes=(*run.notes, SAFE_NOTE))
    total = run.rows.get("in_all", len(frame))
    rows = _counted(len(frame), total)
    if output is not None:
        content = table_text(labelled(frame)).encode() if chosen == "table" else frame_bytes(frame, fmt=chosen)
        record = write_answer_file(content, run, output)
        say(f"Wrote {rows} to {output} (run record: {record.name}).")
    elif chosen == "table":
        show_table(labelled(frame))
    else:
        write_bytes(frame_bytes(frame, fmt=chosen))
    if frame.empty:
        say(without_rows or ("no rows" if run.notes else "no rows: nothing in this workspace matches"), style="yellow")
    say_run(run)


def _counted(shown: int, total: int) -> str:
    of = f"{shown:,} of {total:,}" if shown < total else f"{total:,}"
    return f"{of} row" if shown == total == 1 else f"{of} rows"


def write_figure(content: bytes, run: RunRecord, path: Path) -> None:
    """Write a figure (:func:`~toolkit.present.figures.figure_bytes`), and its run record beside it."""
    record = write_answer_file(content, run, path)
    say(f"Wrote the figure to {path} (run record: {record.name}).")


def say_run(run: RunRecord) -> None:
    """The run on stderr: one short line (with ``--verbose`` every option and fact), then a line for each note."""
    is_cut = run.rows.get("result", 0) < run.rows.get("in_all", 0)
    if VERBOSITY.get() == "verbose":
        options = " ".join(f"{name}={_short(value)}" for name, value in run.parameters.items() if value is not None)
        facts = " ".join(f"{name}={_short(value)}" for name, value in run.facts.items() if not isinstance(value, dict))
        say(f"run {run.run_id} · {run.method} {options}" + (f" · {facts}" if facts else ""), style="dim")
        if is_cut:
            say(f"{_counted(run.rows['result'], run.rows['in_all'])} (--top 0 for all)", style="dim")
    else:
        years, rows = run.parameters.get("years"), run.rows.get("result")
        parts = [f"run {run.run_id[:8]}", run.method]
        parts += [_short(years).replace(":", "-")] if years else []
        parts += [_counted(rows, run.rows.get("in_all", rows))] if rows is not None else []
        say(" · ".join(parts) + (" (--top 0 for all)" if is_cut else ""), style="dim")
    for note in run.notes:
        say(f"note: {note}", style="yellow")


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return ":".join(map(str, value)) if len(value) == 2 else ",".join(map(str, value))
    return str(value)


def warn_synthetic(workspace: Workspace) -> None:
    """Say it where the records are the sample's."""
    if workspace.synthetic:
        say("synthetic records (the sample): real city names, everything else made up", style="magenta")
