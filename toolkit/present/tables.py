"""Frames as tables people read on a terminal."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.present.layout import layout
from toolkit.terminal_text import printable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["column_texts", "frame_of", "rich_table", "table_text"]

_WHOLE: Final = frozenset(
    {"rank", "previous_rank", "year", "first_year", "last_year", "end_year", "last_year_at_from", "community", "size"}
)
_MARKED: Final = frozenset({"unassigned", "unlocated"})


def column_texts(column: pd.Series[Any]) -> list[str]:
    """The cells of a column as people write them, all numbers of it to the same decimals.

    Thousands are separated, amounts have 2 decimals, columns of small numbers more; missing is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> column_texts(pd.Series([1234.5678, None], name="share")), column_texts(pd.Series([2015], name="year"))
    (['1,234.57', ''], ['2015'])
    >>> column_texts(pd.Series([0.5, 0.0125], name="pagerank")), column_texts(pd.Series([True], name="tied"))
    (['0.5000', '0.0125'], ['yes'])
    """
    plain = str(column.name) in _WHOLE
    if column.dtype.kind == "f":
        largest = float(column.abs().max()) if len(column) else 0.0
        whole = plain and bool((column.dropna() % 1 == 0).all())
        decimals = 0 if whole else 2 if largest >= 10 else 3 if largest >= 1 else 4 if largest >= 0.01 else 6
        spec = f".{decimals}f" if plain else f",.{decimals}f"
        return ["" if math.isnan(value) else format(value, spec) for value in column.tolist()]
    return [_cell(value, plain=plain) for value in column.tolist()]


def _cell(value: Any, *, plain: bool) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in {"<NA>", "NaT"}:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and not plain:
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return printable(", ".join(str(item) for item in value), one_line=True)
    return printable(str(value), one_line=True)


def rich_table(frame: pd.DataFrame, *, width: int, title: str = "") -> tuple[Table, tuple[str, ...]]:
    """Table of ``frame`` for lines of ``width`` characters, and the columns it had no room for.

    :func:`toolkit.present.layout.layout` says what leaves first. The rows ``unassigned`` and ``unlocated`` are dimmed.
    """
    texts = {str(name): column_texts(frame[name]) for name in frame.columns}
    shown = layout(frame, texts, width)
    heading = Text(printable(title, one_line=True)) if title else None
    table = Table(title=heading, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, characters in shown.widths.items():
        numeric = frame[name].dtype.kind in "iuf"
        table.add_column(
            Text(printable(shown.headers[name])),
            justify="right" if numeric else "left",
            style="dim" if name == "id" or name.endswith("_id") else None,
            overflow="fold",
            no_wrap=numeric,
            width=characters,
        )
    ids = frame["id"].astype(str).tolist() if "id" in frame.columns else [""] * len(frame)
    for place_id, *row in zip(ids, *(texts[name] for name in shown.widths), strict=True):
        table.add_row(*map(Text, row), style="dim" if place_id in _MARKED else None)
    return table, shown.dropped


def table_text(frame: pd.DataFrame, *, title: str = "", width: int | None = None) -> str:
    """The table as plain text, for a file or a test."""
    buffer, columns = io.StringIO(), width or 160
    Console(file=buffer, width=columns, no_color=True).print(rich_table(frame, width=columns, title=title)[0])
    return buffer.getvalue()


def frame_of(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A frame of rows; pandas is imported only now, so that help stays quick."""
    import pandas as pd

    return pd.DataFrame(list(rows))
