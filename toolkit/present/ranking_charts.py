"""Figures of rankings: values with their intervals, so that one sees which ranks are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from toolkit.errors import BadParameter, EmptyGraph, MissingColumn
from toolkit.present.figures import new_figure, put_words, without_frame
from toolkit.present.labels import told_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["draw_hub_intervals"]

_DOT, _LINE, _TEXT = "#0072B2", "#7fb2d5", "#666666"
_INCHES_A_ROW: Final = 0.27


def draw_hub_intervals(
    frame: pd.DataFrame,
    *,
    measure: str,
    unit: str = "",
    top: int = 25,
    title: str = "",
    note: str = "",
    ax: Axes | None = None,
) -> Figure | SubFigure:
    """Draw a ranking with 95 % intervals: a dot for each value, a line for its interval, and the interval of its rank.

    Parameters
    ----------
    frame
        What ``hubs(…, interval=True)`` gives: ``id``, ``name``, the measure, ``<measure>_low``, ``<measure>_high``,
        ``<measure>_rank``, ``<measure>_rank_low``, ``<measure>_rank_high``.
    measure
        The measure drawn.
    unit
        Its unit, for the axis.
    top
        How many are drawn, best first.
    title, note
        Text above and below the figure.
    ax
        Axes to draw on; a new figure without it.

    Returns
    -------
    matplotlib.figure.Figure
        The figure (of ``ax`` where one is given); save it with ``savefig``.

    Raises
    ------
    MissingColumn
        The frame has no interval of this measure.
    BadParameter
        ``top`` is below 1.
    EmptyGraph
        The frame has no rows.
    SettingsError
        matplotlib is not installed (``pip install 'scicities[plots]'``).

    Examples
    --------
    >>> import tempfile
    >>> import toolkit as sc
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> found = sc.hubs(workspace, measures=("strength",), interval=True, replicates=40)
    >>> figure = draw_hub_intervals(found.frame, measure="strength", unit="articles")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['Beijing', 'Nanjing', 'Changchun']
    """
    needed = ["id", "name", *(f"{measure}{part}" for part in ("", "_low", "_high", "_rank", "_rank_low", "_rank_high"))]
    missing = [column for column in needed if column not in frame.columns]
    if missing:
        raise MissingColumn(f"The frame has no column {', '.join(missing)}; hubs(…, interval=True) gives them.")
    if top < 1:
        raise BadParameter("top", top, "at least 1")
    if frame.empty:
        raise EmptyGraph("There is no hub to draw.")
    rows = frame.sort_values(f"{measure}_rank", kind="stable").head(top)
    height = 1.1 + _INCHES_A_ROW * len(rows) + (0.35 if title else 0) + (0.3 if note else 0)
    figure = ax.figure if ax is not None else new_figure(figsize=(8, height))
    axes = ax if ax is not None else figure.add_subplot()
    place = np.arange(len(rows))[::-1]
    names = told_apart(dict(zip(rows["id"], rows["name"].astype(str), strict=True)), frame.attrs.get("labels"))
    low, value, high = (rows[column].to_numpy(dtype=float) for column in (f"{measure}_low", measure, f"{measure}_high"))
    axes.hlines(place, low, high, color=_LINE, linewidth=3, zorder=2)
    axes.scatter(value, place, s=26, color=_DOT, edgecolors="white", linewidths=0.6, zorder=3, clip_on=False)
    axes.set_yticks(place, list(names.values()))
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(left=0, right=float(max(high.max(), value.max())) * 1.03)
    axes.set_xlabel(f"{measure} [{unit}]" if unit else measure)
    axes.grid(visible=True, axis="x", color="#e6e6e6", linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8, colors=_TEXT)
    without_frame(axes)
    _write_ranks(axes, rows, place, measure)
    put_words(figure, title, note, axes=axes)
    return figure


def _write_ranks(axes: Axes, rows: pd.DataFrame, place: np.ndarray[Any, Any], measure: str) -> None:
    """The interval of each rank at the right edge: one number where it is sure."""
    ends = rows[[f"{measure}_rank_low", f"{measure}_rank_high"]].to_numpy(dtype=int)
    for (first, last), up in zip(ends.tolist(), place.tolist(), strict=True):
        text = str(first) if first == last else f"{first}–{last}"
        _right(axes, text, (1.015, up), axes.get_yaxis_transform())
    _right(axes, "rank", (1.015, 1.005), axes.transAxes)


def _right(axes: Axes, text: str, place: tuple[float, float], transform: Any) -> None:
    upright = "bottom" if text == "rank" else "center"
    axes.text(*place, text, transform=transform, va=upright, ha="left", fontsize=8.5, color=_TEXT)
