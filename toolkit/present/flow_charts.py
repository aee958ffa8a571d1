"""Figures of flows: what places gain and lose, and who moves between which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from toolkit.errors import BadParameter, EmptySelection
from toolkit.present.figures import PALETTE, new_figure, put_words, without_frame
from toolkit.present.labels import told_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_flows", "draw_net_flows"]

_IN, _OUT, _NET = "#0072B2", "#D55E00", "#222222"
_GREY = "#666666"
_GAP: Final = 0.035
"""Free part of the circle between two places, in parts of the whole, all gaps together a quarter at most."""
_STEPS: Final = 40


def draw_net_flows(
    frame: pd.DataFrame,
    *,
    title: str = "",
    note: str = "",
    places: int = 20,
) -> Figure:
    """Bars of inflow and outflow with the net between: the largest gainers above, the largest losers below.

    Parameters
    ----------
    frame
        Columns ``name``, ``inflow``, ``outflow``, ``net`` [researchers], a row per place:
        :func:`~toolkit.measures.flows.flow_answers.flow_indicators` over a window.
    title, note
        Text above and below the figure.
    places
        How many are shown, half of them gainers and half losers.

    Returns
    -------
    matplotlib.figure.Figure
        The figure; save it with ``savefig``.

    Raises
    ------
    EmptySelection
        No place has a flow.
    BadParameter
        A place stands in several rows: the years should be summed.
    SettingsError
        matplotlib is not installed (``pip install 'scicities[plots]'``).

    Examples
    --------
    >>> import tempfile
    >>> import toolkit as sc
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> figure = draw_net_flows(sc.flow_indicators(workspace).frame)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['Beijing', 'Oxford', 'Nanjing']
    """
    moved = frame[(frame["inflow"] > 0) | (frame["outflow"] > 0)]
    if moved.empty:
        raise EmptySelection("Nobody moved: there is no flow to draw.")
    if moved["id"].duplicated().any():
        raise BadParameter("frame", "several years", "a figure shows one window: leave by_year out")
    ordered = moved.sort_values(["net", "inflow", "id"], ascending=[False, False, True], kind="stable")
    if len(ordered) > places:
        half = max(1, places // 2)
        ordered = pd.concat([ordered.head(half), ordered.tail(half)])
    up = np.arange(len(ordered))[::-1]
    figure: Figure = new_figure(figsize=(9, 1.2 + 0.32 * len(ordered)))
    axes = figure.add_subplot()
    axes.barh(up, ordered["inflow"], color=_IN, height=0.62, alpha=0.85, label="came")
    axes.barh(up, -ordered["outflow"], color=_OUT, height=0.62, alpha=0.85, label="left")
    axes.scatter(ordered["net"], up, color="white", edgecolors=_NET, s=34, zorder=3, label="net", linewidths=1.4)
    reach = float(max(ordered["inflow"].max(), ordered["outflow"].max()))
    for place, net, inflow in zip(up, ordered["net"].tolist(), ordered["inflow"].tolist(), strict=True):
        axes.annotate(
            f"{net:+.4g}" if net else "0",
            (inflow, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=_GREY,
        )
    axes.axvline(0, color=_NET, linewidth=0.8)
    names = dict(zip(ordered["id"], ordered["name"].fillna(ordered["id"]), strict=True))
    names = told_apart(names, frame.attrs.get("labels"))
    axes.set_yticks(up, list(names.values()), fontsize=9)
    axes.set_xlim(-reach * 1.12, reach * 1.2)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.set_xlabel("researchers", fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8, colors=_GREY)
    axes.grid(axis="x", color="#e8e8e8", linewidth=0.6)
    axes.set_axisbelow(True)
    without_frame(axes, "top", "right", "left")
    axes.legend(frameon=False, fontsize=8, loc="lower right", ncols=3, bbox_to_anchor=(1, 1))
    put_words(figure, title, note, axes=axes)
    return figure


def draw_flows(
    frame: pd.DataFrame,
    *,
    title: str = "",
    note: str = "",
    places: int = 12,
) -> Figure:
    """Flows between places as a chord diagram: a ribbon has the colour of where people came from.

    A place's arc is as long as its flows in and out; a ribbon is as wide at its origin as people left by it, and ends
    in a point at its destination.

    Parameters
    ----------
    frame
        Columns ``from_id``, ``from_name``, ``to_id``, ``to_name``, ``researchers``:
        :func:`~toolkit.measures.flows.flow_answers.flows` over a window.
    title, note
        As :func:`draw_net_flows`.
    places
        How many of the places with most flows are shown; flows with others are left out, and said.

    Returns
    -------
    matplotlib.figure.Figure
        The figure; save it with ``savefig``.

    Raises
    ------
    EmptySelection
        There is no flow between the places shown.
    SettingsError
        matplotlib is not installed (``pip install 'scicities[plots]'``).

    Examples
    --------
    >>> import tempfile
    >>> import toolkit as sc
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> figure = draw_flows(sc.flows(workspace).frame)
    >>> sorted(text.get_text() for text in figure.axes[0].texts)
    ['Beijing', 'Nanjing', 'Oxford']
    """
    sums = frame.groupby(["from_id", "to_id"], sort=True)["researchers"].sum()
    both = pd.concat([sums.groupby("from_id").sum(), sums.groupby("to_id").sum()], axis=1).fillna(0.0).sum(axis=1)
    chosen = sorted(both.sort_values(ascending=False, kind="stable").index[:places])
    shown = sums[sums.index.get_level_values(0).isin(chosen) & sums.index.get_level_values(1).isin(chosen)]
    if shown.empty or not float(shown.sum()):
        raise EmptySelection("There is no flow between the places shown; show more of them.")
    names = dict(zip(frame["from_id"], frame["from_name"], strict=True))
    names |= dict(zip(frame["to_id"], frame["to_name"], strict=True))
    names = told_apart({node: names.get(node) or node for node in chosen}, frame.attrs.get("labels"))
    figure: Figure = new_figure(figsize=(8.5, 8.5))
    axes = figure.add_subplot()
    arcs = _arcs(shown)
    colours = {node: PALETTE[number % len(PALETTE)] for number, node in enumerate(arcs)}
    starts = {node: first for node, (first, _) in arcs.items()}
    scale = next((last - first) / total for (first, last), total in zip(arcs.values(), _totals(shown), strict=True))
    largest = shown.sort_values(ascending=False, kind="stable").reset_index()
    for origin, target, people in zip(*(largest[name].tolist() for name in largest.columns), strict=True):
        left, right = starts[origin], starts[target]
        starts[origin] += people * scale
        starts[target] += people * scale
        _ribbon(axes, (left, starts[origin]), (right, starts[target]), colours[origin])
    for node, (first, last) in arcs.items():
        _arc(axes, first, last, colours[node], names[node])
    axes.set_xlim(-1.55, 1.55)
    axes.set_ylim(-1.4, 1.4)
    axes.set_aspect("equal")
    axes.set_axis_off()
    whole = float(sums.sum())
    part = "" if np.isclose(float(shown.sum()), whole) else f"{float(shown.sum()):,.4g} of {whole:,.4g} researchers. "
    put_words(figure, title, part + note, axes=axes)
    return figure


def _totals(shown: pd.Series[float]) -> list[float]:
    """What leaves and reaches each place, in the order of the ids."""
    ends = pd.concat([shown.groupby(level=0).sum(), shown.groupby(level=1).sum()], axis=1).fillna(0.0).sum(axis=1)
    return [float(value) for value in ends.sort_index()]


def _arcs(shown: pd.Series[float]) -> dict[str, tuple[float, float]]:
    """First and last angle of each place [radians], as long as its flows, with gaps between."""
    nodes = sorted({*shown.index.get_level_values(0), *shown.index.get_level_values(1)})
    totals = _totals(shown)
    gap = 2 * np.pi * min(_GAP, 0.25 / len(nodes))
    scale = (2 * np.pi - gap * len(nodes)) / sum(totals)
    found, at = {}, np.pi / 2
    for node, total in zip(nodes, totals, strict=True):
        found[str(node)] = (at, at + total * scale)
        at += total * scale + gap
    return found


def _on_circle(angles: Any) -> np.ndarray[Any, Any]:
    points: np.ndarray[Any, Any] = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return points


def _ribbon(axes: Axes, origin: tuple[float, float], target: tuple[float, float], colour: str) -> None:
    """From the arc of the origin through the middle to a point on the arc of the target."""
    along = _on_circle(np.linspace(*origin, _STEPS))
    tip = _on_circle(np.mean(target)) * 0.97
    there = _curve(along[-1], tip)
    back = _curve(tip, along[0])
    outline = np.concatenate([along, there, back])
    axes.fill(outline[:, 0], outline[:, 1], facecolor=colour, alpha=0.55, edgecolor=colour, linewidth=0.4, zorder=1)


def _curve(first: np.ndarray[Any, Any], last: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A quadratic curve that is drawn to the middle of the circle."""
    t = np.linspace(0, 1, _STEPS)[:, None]
    points: np.ndarray[Any, Any] = t**2 * last + (1 - t) ** 2 * first
    return points


def _arc(axes: Axes, first: float, last: float, colour: str, name: str) -> None:
    angles = np.linspace(first, last, _STEPS)
    outline = np.concatenate([_on_circle(angles), 1.05 * _on_circle(angles[::-1])])
    axes.fill(outline[:, 0], outline[:, 1], facecolor=colour, zorder=2)
    middle = (first + last) / 2
    across, up = 1.1 * _on_circle(middle)
    turned = np.degrees(middle) % 360
    flipped = 90 < turned < 270
    axes.text(
        across,
        up,
        name,
        rotation=turned - 180 if flipped else turned,
        rotation_mode="anchor",
        ha="right" if flipped else "left",
        va="center",
        fontsize=9,
    )
