"""Progress of long work, on stderr and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from toolkit.cli.output import VERBOSITY, console, say

__all__ = ["ProgressCallback", "progress_bar", "stage_lines"]

ProgressCallback = Callable[[str, int, int], None]


@contextmanager
def progress_bar() -> Iterator[ProgressCallback]:
    """A callback ``(stage, done, total)`` that draws one bar per stage.

    It draws nothing where stderr is no terminal, and with ``--quiet``.
    """
    if not sys.stderr.isatty() or VERBOSITY.get() == "quiet":
        yield lambda _stage, _done, _total: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(), transient=True) as bars:
        tasks: dict[str, object] = {}

        def show(stage: str, done: int, total: int) -> None:
            task = tasks.get(stage)
            if task is None:
                task = tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(task, completed=done, total=total or None)  # type: ignore[arg-type]

        yield show


@contextmanager
def stage_lines() -> Iterator[ProgressCallback]:
    """Like :func:`progress_bar`, but where stderr is no terminal each stage is said once, as a line."""
    if sys.stderr.isatty():
        with progress_bar() as show:
            yield show
        return
    seen: set[str] = set()

    def tell(stage: str, _done: int, _total: int) -> None:
        if stage not in seen:
            seen.add(stage)
            say(f"  {stage} …", style="dim")

    yield tell
