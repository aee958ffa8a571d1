"""Figures that can be printed: the network of places, on the map or by its own forces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.errors import EmptyGraph
from toolkit.network.arrays import EdgeArray
from toolkit.network.centrality import strengths_of
from toolkit.present.figures import PALETTE, new_figure, put_words, without_frame
from toolkit.present.labels import told_apart
from toolkit.present.network_layout import network_layout

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["draw_network"]

_EDGE, _NODE = "#8a94a0", "#0072B2"


def draw_network(
    edges: EdgeArray,
    *,
    positions: Mapping[str, tuple[float, float]] | None = None,
    communities: Mapping[str, int] | None = None,
    title: str = "",
    labels: int = 15,
    strongest: int = 400,
    note: str = "",
    ax: Axes | None = None,
) -> Figure | SubFigure:
    """Draw a collaboration network: area of a node = its strength, width of a line = the tie's weight.

    Parameters
    ----------
    edges
        The network.
    positions
        Longitude and latitude [degrees] of each node id. Without it a force-directed layout of the drawn ties is
        computed (:func:`toolkit.present.network_layout.network_layout`), and nodes without a drawn tie are left out.
    communities
        Community number of each node id, shown as colour (1 to 8; larger numbers share the last colour).
    title, note
        Text above and below the figure.
    labels
        How many of the strongest nodes are named.
    strongest
        How many of the strongest ties are drawn; strength still counts all of them.
    ax
        Axes to draw on; a new figure without it.

    Returns
    -------
    matplotlib.figure.Figure
        The figure (of ``ax`` where one is given); save it with ``savefig``.

    Raises
    ------
    EmptyGraph
        No edge to draw, or no node has a position.
    SettingsError
        matplotlib is not installed (``pip install 'scicities[plots]'``).

    Examples
    --------
    >>> import pandas as pd
    >>> from toolkit.network.arrays import EdgeArray
    >>> rows = pd.DataFrame({"a_id": ["x", "y"], "b_id": ["y", "z"], "score": [1.0, 2.0]})
    >>> edges = EdgeArray.from_edges(rows, weight="score", names={"x": "Xi", "y": "Yi", "z": "Zi"})
    >>> [text.get_text() for text in draw_network(edges).axes[0].texts]
    ['Yi', 'Zi', 'Xi']
    """
    figure = new_figure(figsize=(11, 6.5)) if ax is None else ax.figure
    from matplotlib.collections import LineCollection

    if not len(edges.weight):
        raise EmptyGraph("There is no edge to draw.")
    axes = ax if ax is not None else figure.add_subplot()
    strength = strengths_of(edges)
    drawn = np.argsort(-edges.weight, kind="stable")
    if positions is None:
        drawn = drawn[:strongest]
        place = _own_layout(edges, drawn)
    else:
        place = _on_map(edges, positions)
    shown = np.isfinite(place).all(axis=1)
    drawn = drawn[shown[edges.source[drawn]] & shown[edges.target[drawn]]][:strongest][::-1]
    relative = edges.weight[drawn] / edges.weight.max()
    lines = np.stack([place[edges.source[drawn]], place[edges.target[drawn]]], axis=1)
    axes.add_collection(
        LineCollection(
            list(lines), linewidths=0.25 + 5 * relative, colors=_EDGE, alpha=0.35, zorder=1, capstyle="round"
        )
    )
    large_first = np.argsort(-strength, kind="stable")
    large_first = large_first[shown[large_first]]
    colours = [_colour(communities, str(node)) for node in edges.nodes[large_first]]
    area = 12 + 700 * strength[large_first] / strength.max()
    across, up = place[large_first].T
    axes.scatter(across, up, s=area, c=colours, edgecolors="white", linewidths=0.6, zorder=2)
    _name_hubs(axes, edges, place, np.where(shown, strength, -1.0), labels=labels)
    if positions is not None:
        axes.set_aspect(1.25)
        axes.set(xlabel="longitude [°]", ylabel="latitude [°]")
        axes.tick_params(labelsize=8, colors="#666666")
        axes.grid(visible=True, color="#eeeeee", linewidth=0.6, zorder=0)
        axes.set_axisbelow(True)
        without_frame(axes)
    else:
        axes.set_axis_off()
    axes.margins(0.06)
    put_words(figure, title, note, axes=axes)
    return figure


def _own_layout(edges: EdgeArray, drawn: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Positions by the drawn ties alone; nodes without one have none."""
    kept = np.sort(drawn)
    ends = np.unique(np.concatenate((edges.source[kept], edges.target[kept])))
    source, target = np.searchsorted(ends, edges.source[kept]), np.searchsorted(ends, edges.target[kept])
    place = np.full((edges.n_nodes, 2), np.nan)
    place[ends] = network_layout(EdgeArray(edges.nodes[ends], source, target, edges.weight[kept]))
    return place


def _on_map(edges: EdgeArray, positions: Mapping[str, tuple[float, float]]) -> np.ndarray[Any, Any]:
    missing = (np.nan, np.nan)
    place = np.array([positions.get(str(node)) or missing for node in edges.nodes], dtype=float)
    if not np.isfinite(place).all(axis=1).any():
        raise EmptyGraph("No node has a position; leave `positions` out for a force-directed layout.")
    return place


def _colour(communities: Mapping[str, int] | None, node: str) -> str:
    if communities is None or node not in communities:
        return _NODE
    return PALETTE[min(int(communities[node]), len(PALETTE)) - 1]


def _name_hubs(
    axes: Axes,
    edges: EdgeArray,
    place: np.ndarray[Any, Any],
    strength: np.ndarray[Any, Any],
    *,
    labels: int,
) -> None:
    """Name the strongest nodes, unless a name would lie on another; negative strength marks nodes without a place."""
    names = told_apart(dict(zip(edges.nodes.tolist(), edges.labels(), strict=True)), edges.shown)
    span = np.ptp(place[strength >= 0], axis=0)
    kept: list[np.ndarray[Any, Any]] = []
    for node in np.argsort(-strength, kind="stable"):
        if len(kept) >= labels or strength[node] < 0:
            break
        apart = [np.abs(place[node] - other) / np.where(span > 0, span, 1) for other in kept]
        if any(gap[0] < 0.075 and gap[1] < 0.03 for gap in apart):
            continue
        kept.append(place[node])
        key = str(edges.nodes[node])
        axes.annotate(
            names[key],
            place[node],
            xytext=(5, 5),
            textcoords="offset points",
            fontsize=8.5,
            zorder=3,
            path_effects=_halo(),
        )


def _halo() -> list[Any]:
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=2.2, foreground="white")]
