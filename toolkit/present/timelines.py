"""Careers as drawn timelines: tenures as bars, years as dots, moves as arrows, bridges as lines, main places below."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import EmptySelection
from toolkit.present.figures import PALETTE, new_figure, put_words, without_frame
from toolkit.present.labels import told_apart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_career"]

_INK, _FAINT = "#333333", "#9aa3ad"
_ARROWS: Final = {
    "migration": ("-", _INK, "migration"),
    "dual": (":", _FAINT, "dual"),
    "visit": ("--", _FAINT, "visit"),
    "open": ("--", _FAINT, "open"),
}
_MOST = 6


def draw_career(events: pd.DataFrame, years: pd.DataFrame, *, title: str = "", note: str = "") -> Figure:
    """Draw careers as the rules see them, one panel an author.

    A place has a row; a bar is a tenure, a dot a year with articles from there (its area their number). An arrow is
    what the tenure rule makes of a new tenure: solid a migration, dashed a visit or an open case, dotted a dual
    affiliation. A line under the bar of a place is a bridge: from the first to the last article signed there with
    people at a place left or held beside, in whose colour it is. The strip below is the main place of each year; a
    stroke in it is a move of the mode-year rule.

    Parameters
    ----------
    events, years
        Frames of :func:`toolkit.careers`, without and with ``by_year``; the first six authors are drawn.
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
    >>> career = [sc.careers(workspace, author="clean", by_year=by_year).frame for by_year in (False, True)]
    >>> figure = draw_career(*career)
    >>> [text.get_text() for text in figure.axes[0].get_yticklabels()]
    ['Nanjing University', 'Peking University', 'main place']
    """
    if events.empty or years.empty:
        raise EmptySelection("There is no career to draw: the author is seen at no place of this level.")
    authors = list(dict.fromkeys(events["author_id"]))[:_MOST]
    panels = [(events[events["author_id"] == author], years[years["author_id"] == author]) for author in authors]
    rows = [stays["place_id"].nunique() + 1 for stays, _ in panels]
    figure, every = _subplots(rows)
    for axes, (own, seen) in zip(every, panels, strict=True):
        _career(axes, own, seen)
    every[-1].set_xlabel("year", fontsize=9, color=_INK)
    put_words(figure, title, note)
    return figure


def _subplots(rows: list[int]) -> tuple[Figure, list[Axes]]:
    figure = new_figure(figsize=(9, 0.9 * len(rows) + 0.42 * sum(rows)))
    every = figure.subplots(len(rows), 1, height_ratios=[row + 1 for row in rows], squeeze=False)
    return figure, [axes for (axes,) in every]


def _career(axes: Axes, events: pd.DataFrame, years: pd.DataFrame) -> None:
    stays = events[events["event"] == "tenure"]
    places = list(dict.fromkeys(stays["place_id"]))
    row = {place: number for number, place in enumerate(places)}
    colour = {place: PALETTE[min(number, len(PALETTE) - 1)] for place, number in row.items()}
    for stay in _rows(stays):
        axes.barh(
            row[stay["place_id"]],
            int(stay["end_year"]) - int(stay["year"]) + 0.9,
            left=int(stay["year"]) - 0.45,
            height=0.5,
            color=colour[stay["place_id"]],
            alpha=0.3,
            linewidth=0,
        )
    for seen in _rows(years):
        area = min(14 + 10 * int(seen["articles"]), 90)
        axes.scatter(
            seen["year"], row[seen["place_id"]], s=area, color=colour[seen["place_id"]], linewidths=0, zorder=3
        )
    for event in _rows(events[events["event"].isin(list(_ARROWS))]):
        _arrow(axes, event, row)
    below = Counter[str]()
    for bridge in _rows(events[events["event"] == "bridge"]):
        if {bridge["place_id"], bridge["from_id"]} <= row.keys():
            _bridge(axes, bridge, row, colour[bridge["from_id"]], place=below[bridge["place_id"]])
            below[bridge["place_id"]] += 1
    if below:
        told = "line under a bar: articles with people at the place of its colour, and their number"
        axes.set_title(told, loc="right", fontsize=7.5, color="#666666")
    strip = len(places)
    for main in _rows(years[years["main_place"]]):
        axes.barh(strip, 0.9, left=int(main["year"]) - 0.45, height=0.4, color=colour[main["place_id"]], linewidth=0)
    for move in _rows(events[events["event"] == "move"]):
        axes.plot([int(move["year"]) - 0.5] * 2, [strip - 0.36, strip + 0.36], color=_INK, linewidth=1.6, zorder=4)
    names = dict(zip(stays["place_id"], stays["place_name"].astype(str).map(_short), strict=True))
    names = told_apart(names, events.attrs.get("labels"))
    _frame(axes, [names[place] for place in places], years)
    first = events.iloc[0]
    author = str(first["author_id"])
    named = f"{first['name']} ({author})" if isinstance(first["name"], str) else author
    axes.set_title(named, loc="left", fontsize=10, color=_INK)


def _arrow(axes: Axes, event: dict[str, Any], row: dict[str, int]) -> None:
    """From the old place to the new one, at the turn to the move's year."""
    style, colour, word = _ARROWS[event["event"]]
    if event["from_id"] not in row:
        return
    across, start, end = int(event["year"]) - 0.5, row[event["from_id"]], row[event["place_id"]]
    axes.annotate(
        "",
        (across, end),
        (across, start),
        arrowprops={
            "arrowstyle": "-|>",
            "linestyle": style,
            "color": colour,
            "linewidth": 1.3,
            "shrinkA": 2,
            "shrinkB": 0,
        },
        zorder=4,
    )
    word = f"{word}, return" if "return" in str(event["flags"]).split(", ") else word
    axes.annotate(
        word,
        (across, (start + end) / 2),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=_INK,
        zorder=5,
    )


def _bridge(axes: Axes, event: dict[str, Any], row: dict[str, int], colour: str, *, place: int) -> None:
    """Under the bar of the new place, in the colour of the old one; several of one place are stacked."""
    start, end, height = int(event["year"]) - 0.45, int(event["end_year"]) + 0.45, row[event["place_id"]] + 0.31
    height += 0.09 * place
    axes.plot([start, end], [height] * 2, color=colour, linewidth=2.2, solid_capstyle="butt", zorder=3)
    axes.annotate(
        str(int(event["articles"])),
        (end, height),
        xytext=(2, 0),
        textcoords="offset points",
        va="center",
        fontsize=7,
        color=colour,
        zorder=5,
    )


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _frame(axes: Axes, names: list[str], years: pd.DataFrame) -> None:
    axes.set_yticks(range(len(names) + 1), [*names, "main place"], fontsize=9, color=_INK)
    axes.invert_yaxis()
    first, last = int(years["year"].min()), int(years["year"].max())
    axes.set_xlim(first - 1, last + 1)
    step = 1 if last - first < 12 else 2 if last - first < 26 else 5
    ticks = [year for year in range(first, last + 1) if year % step == 0]
    axes.set_xticks(ticks, [str(year) for year in ticks], fontsize=8, color=_INK)
    axes.grid(visible=True, axis="x", color="#eeeeee", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    without_frame(axes)


def _short(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:33]}…"
