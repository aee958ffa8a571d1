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

_WHOLE: Final = frozenset(
    {"rank", "previous_rank", "year", "first_year", "last_year", "end_year", "last_year_at_from", "community", "size"}
)
_WIDEST: Final = 44
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
        return ", ".join(str(item) for item in value)
    return str(value)


def fitting(frame: pd.DataFrame, width: int) -> pd.DataFrame:
    """The columns of ``frame`` that fit a terminal of ``width`` characters.

    Empty columns go first; then, only as far as needed, the ranks by single measures, the ids that have a name beside
    them, the distance to the next, of moves what another column tells too, who it is where all rows are of one author,
    and of a comparison group all but its means. What is left may still be too wide: the table then cuts its texts.
    """
    names = [str(name) for name in frame.columns]
    named = {name for name in names if name == "id" and "name" in names}
    named |= {name for name in names if name.endswith("_id") and {name[:-3], f"{name[:-3]}_name"} & set(names)}
    ranks = {name for name in names if name.endswith("_rank") and name != "previous_rank"}
    kept = [name for name in names if name in {"id", "name"} or not frame[name].isna().all()]
    space = {name: 3 + max(map(len, [name, *column_texts(frame[name])])) for name in kept}
    of_one = {"author_id", "name"} if "author_id" in names and frame["author_id"].nunique() == 1 < len(frame) else set()
    beside = {"rule", "career_age", "last_year_at_from", "years_seen"}
    compared = {"unit", "comparison_n", "comparison_low", "comparison_high"}
    for droppable in (ranks, named, {"ratio_to_next"}, beside, of_one, compared):
        if sum(min(space[name], _WIDEST) for name in kept) > width:
            kept = [name for name in kept if name not in droppable]
    return frame[kept]


def rich_table(frame: pd.DataFrame, *, title: str = "") -> Table:
    """Table of ``frame``; the rows ``unassigned`` and ``unlocated`` are dimmed."""
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    cells = [column_texts(frame[name]) for name in frame.columns]
    for name, texts in zip(frame.columns, cells, strict=True):
        numeric = frame[name].dtype.kind in "iuf"
        is_id = str(name) == "id" or str(name).endswith("_id")
        table.add_column(
            str(name),
            justify="right" if numeric else "left",
            style="dim" if is_id else None,
            overflow="fold" if is_id else "ellipsis",
            no_wrap=numeric,
            min_width=max(map(len, ["", *texts])) if numeric else None,
            max_width=None if numeric else _WIDEST,
        )
    ids = frame["id"].astype(str).tolist() if "id" in frame.columns else [""] * len(frame)
    for place_id, *row in zip(ids, *cells, strict=True):
        table.add_row(*map(Text, row), style="dim" if place_id in _MARKED else None)
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
