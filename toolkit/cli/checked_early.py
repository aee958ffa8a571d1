"""Commands that refuse before they work: what can't be written is not computed first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import typer
from typer.core import TyperCommand

from toolkit.present.formats import format_of

__all__ = ["CheckedTyper"]


class _Checked(TyperCommand):
    """A command whose ``--format``, ``-o`` and ``--plot`` are looked at before it runs."""

    def invoke(self, ctx: Any) -> Any:
        _refuse_unwritable(ctx.params)
        return super().invoke(ctx)


class CheckedTyper(typer.Typer):
    """Typer, of commands that are checked early."""

    def command(self, *args: Any, **given: Any) -> Callable[[Any], Any]:
        """Typer's own, with another class of commands."""
        return super().command(*args, **{"cls": _Checked, **given})


def _refuse_unwritable(asked: Mapping[str, Any]) -> None:
    if "fmt" in asked:
        format_of(asked.get("output"), asked["fmt"], terminal=True)
    if asked.get("plot") is not None:
        from toolkit.present.figures import figure_format

        figure_format(asked["plot"])
