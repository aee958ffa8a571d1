"""Where a command's answer goes: data to stdout or a file, everything about it to stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from toolkit.present.formats import format_of, frame_bytes, write_answer_file, write_bytes
from toolkit.present.tables import fitting, rich_table, table_text

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.runs import RunRecord
    from toolkit.workspace import Workspace

__all__ = ["chosen_format", "emit", "say", "show", "show_table", "tell_run", "warn_synthetic", "write_figure"]


def console(*, stderr: bool = True) -> Console:
    """A rich console on the stream in force now (tests swap the streams)."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def say(text: str = "", *, style: str | None = None) -> None:
    """A line for people, on stderr."""
    console().print(text, style=style, markup=False)


def chosen_format(fmt: str | None) -> str:
    """The format a listing comes in: the one asked for, else table on a terminal and csv in a pipe."""
    return format_of(None, fmt, terminal=sys.stdout.isatty())


def show(frame: pd.DataFrame, *, fmt: str | None) -> None:
    """Print a listing: no computation stands behind it, so no run record comes with it."""
    chosen = chosen_format(fmt)
    if chosen == "table":
        show_table(frame)
    else:
        write_bytes(frame_bytes(frame, fmt=chosen))


def show_table(frame: pd.DataFrame, *, title: str = "") -> None:
    """A table on stdout, as wide as the terminal; what it had to leave out is said on stderr."""
    out = console(stderr=False)
    shown = fitting(frame, out.width)
    out.print(rich_table(shown, title=title))
    left_out = [str(name) for name in frame.columns if name not in shown.columns and not frame[name].isna().all()]
    if left_out:
        say(f"not shown for want of width: {', '.join(left_out)} (a wider terminal, or --format csv)", style="dim")
    if frame.empty:
        say("no rows: nothing in this workspace matches", style="yellow")


def emit(
    frame: pd.DataFrame, run: RunRecord, *, fmt: str | None, output: Path | None, top: int = 0, title: str = ""
) -> None:
    """Print or write an answer: data on stdout or in ``output``, the run record on stderr or beside the file."""
    chosen = format_of(output, fmt, terminal=sys.stdout.isatty())
    shown = frame.head(top) if top else frame
    if output is not None:
        content = table_text(shown, title=title).encode() if chosen == "table" else frame_bytes(shown, fmt=chosen)
        record = write_answer_file(content, run, output)
        say(f"{len(shown):,} rows in {output}; how they came about in {record.name}")
        return
    if chosen == "table":
        show_table(shown, title=title)
        if len(shown) < len(frame):
            say(f"{len(shown):,} of {len(frame):,} rows; --top 0 shows all", style="dim")
    else:
        write_bytes(frame_bytes(shown, fmt=chosen))
    tell_run(run)


def write_figure(content: bytes, run: RunRecord, path: Path) -> None:
    """Write a figure (:func:`~toolkit.present.figures.figure_bytes`), and its run record beside it."""
    record = write_answer_file(content, run, path)
    say(f"figure in {path}; how it came about in {record.name}")


def tell_run(run: RunRecord) -> None:
    """The run record on stderr: one line of options and facts, then a line per note."""
    options = " ".join(f"{name}={_short(value)}" for name, value in run.parameters.items() if value is not None)
    facts = " ".join(f"{name}={_short(value)}" for name, value in run.facts.items() if not isinstance(value, dict))
    say(f"run {run.run_id} · {run.method} {options}" + (f" · {facts}" if facts else ""), style="dim")
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
