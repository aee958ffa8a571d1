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

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fitting", "frame_of", "rich_table", "table_text"]

_WHOLE: Final = frozenset({"rank", "previous_rank", "year", "community", "size"})
_WIDEST: Final = 44
_MARKED: Final = frozenset({"unassigned", "unlocated"})


def cell_text(name: str, value: Any) -> str:
    """One cell as people write it: thousands separated, two decimals for amounts, empty for missing.

    Examples
    --------
    >>> cell_text("share", 1234.5678), cell_text("year", 2015), cell_text("pagerank", 0.01234567)
    ('1,234.57', '2015', '0.01235')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in {"<NA>", "NaT", "None"}:
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if hasattr(value, "item") and not isinstance(value, (list, tuple)) and int(getattr(value, "ndim", False)) == 0:
        value = value.item()
    if isinstance(value, int):
        return str(value) if name in _WHOLE else f"{value:,}"
    if isinstance(value, float):
        if name in _WHOLE and value.is_integer():
            return str(int(value))
        if value.is_integer() and abs(value) >= 1:
            return f"{value:,.2f}"
        return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.4g}"
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return ", ".join(str(item) for item in value)
    return str(value)


def fitting(frame: pd.DataFrame, width: int) -> pd.DataFrame:
    """The columns of ``frame`` that fit a terminal of ``width`` characters.

    Empty columns go first; then, only as far as needed, the ranks by single measures, the ids that have a name beside
    them, and the distance to the next. What is left may still be too wide: the table then cuts its texts.
    """
    names = [str(name) for name in frame.columns]
    named = {name for name in names if name == "id" and "name" in names}
    named |= {name for name in names if name.endswith("_id") and {name[:-3], f"{name[:-3]}_name"} & set(names)}
    ranks = {name for name in names if name.endswith("_rank") and name != "previous_rank"}
    kept = [name for name in names if name in {"id", "name"} or not frame[name].isna().all()]
    space = {name: 3 + max([len(name), *(len(cell_text(name, value)) for value in frame[name])]) for name in kept}
    for droppable in (ranks, named, {"ratio_to_next"}):
        if sum(min(space[name], _WIDEST) for name in kept) > width:
            kept = [name for name in kept if name not in droppable]
    return frame[kept]


def rich_table(frame: pd.DataFrame, *, title: str = "") -> Table:
    """Table of ``frame``; the rows ``unassigned`` and ``unlocated`` are dimmed."""
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in frame.columns:
        numeric = frame[name].dtype.kind in "iuf"
        is_id = str(name) == "id" or str(name).endswith("_id")
        table.add_column(
            str(name),
            justify="right" if numeric else "left",
            style="dim" if is_id else None,
            overflow="fold" if is_id else "ellipsis",
            no_wrap=numeric,
            min_width=max([0, *(len(cell_text(str(name), value)) for value in frame[name])]) if numeric else None,
            max_width=None if numeric else _WIDEST,
        )
    ids = frame["id"] if "id" in frame.columns else None
    for position, row in enumerate(frame.itertuples(index=False, name=None)):
        dim = ids is not None and str(ids.iloc[position]) in _MARKED
        table.add_row(
            *(Text(cell_text(str(n), v)) for n, v in zip(frame.columns, row, strict=True)), style="dim" if dim else None
        )
    return table


def table_text(frame: pd.DataFrame, *, title: str = "", width: int | None = None) -> str:
    """The table as plain text, for a file or a test."""
    buffer, columns = io.StringIO(), width or 160
    Console(file=buffer, width=columns, no_color=True).print(rich_table(fitting(frame, columns), title=title))
    return buffer.getvalue()


def frame_of(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A frame of rows; pandas is imported only now, so that help stays quick."""
    import pandas as pd

    return pd.DataFrame(list(rows))
