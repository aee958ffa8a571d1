"""What comes with a move as figures: event studies, a panel an outcome, and ties with the old place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from toolkit.errors import EmptySelection
from toolkit.present.figures import PALETTE, new_figure, put_words, without_frame

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_event_study", "draw_ties"]

_INK, _FAINT = "#333333", "#9aa3ad"
_TITLES: Final = {
    "articles": "Articles",
    "share": "Own part of articles",
    "domestic_partners": "Domestic partner institutions",
    "international_partners": "International partner institutions",
    "partners_at_origin": "Partner institutions at the place left",
    "mixed_articles": "Articles with partners at home and abroad",
    "own_institution_only": "Articles of the own institution alone",
}


def draw_event_study(frame: pd.DataFrame, *, title: str = "", note: str = "") -> Figure:
    """Draw an event study: means by years since the event with 95 % intervals, beside the comparison group.

    Parameters
    ----------
    frame
        Frame of :func:`toolkit.event_study`; a panel for each outcome, the number of persons under it.
    title, note
        Text above and below the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    EmptySelection
        There is nothing to draw.
    SettingsError
        matplotlib is not installed (``pip install 'scicities[plots]'``).

    Examples
    --------
    >>> import tempfile
    >>> import toolkit as sc
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> found = sc.event_study(workspace, outcomes=["articles"], comparison=None)
    >>> draw_event_study(found.frame).axes[0].get_title(loc="left")
    'Articles'
    """
    if frame.empty:
        raise EmptySelection("There is no event to draw.")
    outcomes = list(dict.fromkeys(frame["outcome"]))
    columns = min(3, len(outcomes))
    rows = -(-len(outcomes) // columns)
    figure: Figure = new_figure(figsize=(1.2 + 3.5 * columns, 0.9 + 2.8 * rows))
    every = figure.subplots(rows, columns, sharex=True, squeeze=False).ravel()
    for axes, name in zip(every, outcomes, strict=False):
        _outcome(axes, frame[frame["outcome"] == name], name)
    for axes in every[len(outcomes) :]:
        axes.set_visible(False)
    for axes in every[max(0, len(outcomes) - columns) : len(outcomes)]:
        axes.set_xlabel("years since the event (persons known below)", fontsize=8, color=_INK)
        axes.tick_params(labelbottom=True)
    shown = [axes for axes in every[: len(outcomes)] if len(axes.get_legend_handles_labels()[0]) > 1]
    if shown:
        figure.legend(
            *shown[0].get_legend_handles_labels(), loc="outside upper right", frameon=False, fontsize=9, ncols=2
        )
    put_words(figure, title, note)
    return figure


def draw_ties(frame: pd.DataFrame, *, title: str = "", note: str = "") -> Figure:
    """Draw the part of movers' articles that are written with people at the place left, by years since the move.

    Parameters
    ----------
    frame
        Frame of :func:`toolkit.ties`: the pooled rate R(t) as a line, the mean over moves as dots, the number of
        articles under each year.
    title, note
        Text above and below the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    EmptySelection
        There is nothing to draw.
    SettingsError
        matplotlib is not installed (``pip install 'scicities[plots]'``).

    Examples
    --------
    >>> import tempfile
    >>> import toolkit as sc
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> draw_ties(sc.ties(workspace, span=(-2, 2)).frame).axes[0].get_ylabel()
    'part of the articles'
    """
    known = frame[frame["articles"] > 0]
    if known.empty:
        raise EmptySelection("No mover has an article in these years.")
    figure: Figure = new_figure(figsize=(7, 3.9))
    axes = figure.subplots()
    axes.plot(known["t"], known["rate"], color=PALETTE[0], marker="o", markersize=5, linewidth=2, label="all articles")
    axes.plot(
        known["t"], known["mean_rate"], color=_FAINT, marker="o", markersize=4, linewidth=0, label="mean over moves"
    )
    _frame_of(axes, frame["t"].tolist(), frame["articles"].tolist())
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda part, _: f"{100 * part:.0f} %")
    axes.set_ylabel("part of the articles", fontsize=8, color=_INK)
    axes.set_title("Articles with a co-author at the place left", loc="left", fontsize=10, color=_INK)
    axes.set_xlabel("years since the move (articles below)", fontsize=8, color=_INK)
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    put_words(figure, title, note)
    return figure


def _frame_of(axes: Axes, times: list[int], numbers: list[float]) -> None:
    """The axis of years around the event, with a number below each."""
    axes.axvline(-0.5, color=_INK, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.set_xticks(times, [f"{t:+d}\n{n:,.0f}" if t else f"0\n{n:,.0f}" for t, n in zip(times, numbers, strict=True)])
    axes.tick_params(labelsize=7, colors=_INK, length=0)
    axes.grid(axis="y", color="#eceff1")
    axes.set_axisbelow(True)
    without_frame(axes, "top", "right", "left")


def _outcome(axes: Axes, rows: pd.DataFrame, name: str) -> None:
    known = rows[rows["n"] > 0]
    _line(axes, known, "", PALETTE[0], "with the event")
    beside = rows[rows["comparison_n"] > 0]
    if len(beside):
        _line(axes, beside, "comparison_", _FAINT, "comparison group")
    _frame_of(axes, rows["t"].tolist(), rows["n"].tolist())
    axes.set_title(_TITLES.get(name, name), loc="left", fontsize=10, color=_INK)
    axes.set_ylabel(f"mean {rows['unit'].iloc[0]}", fontsize=8, color=_INK)
    axes.set_ylim(bottom=0)


def _line(axes: Axes, rows: pd.DataFrame, prefix: str, color: str, label: str) -> None:
    axes.fill_between(rows["t"], rows[f"{prefix}low"], rows[f"{prefix}high"], color=color, alpha=0.18, linewidth=0)
    axes.plot(rows["t"], rows[f"{prefix}mean"], color=color, marker="o", markersize=4, linewidth=1.8, label=label)
