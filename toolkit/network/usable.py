"""When a result says little although nothing failed: one community of nearly all, everybody alone, ties at the top."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import Communities

__all__ = ["weak_communities", "weak_hubs"]

_HALF: Final = 0.5
_MOST_OF_TWO: Final = 0.75
_MANY_ALONE: Final = 0.25
_LOST: Final = 0.9
_AGREED: Final = 0.5
_MANY_FIRST: Final = 0.25


def weak_communities(found: Communities, edges: EdgeArray) -> list[str]:
    """Reasons not to rely on a division, as sentences; none for a usable one.

    Parameters
    ----------
    found
        The division.
    edges
        The network it divides.

    Returns
    -------
    list of str
        One sentence for each of these: a community holds more than half of the nodes (three quarters where there are
        two communities); a quarter or more of the nodes are alone; a consensus reaches less than nine tenths of the
        best start's value; the starts agree by less than .5 (mean adjusted mutual information); most communities are
        unconnected parts of the network, which any method would find.
    """
    sizes = found.frame.groupby("community")["id"].size().to_numpy()
    nodes, reasons = found.n_nodes, []
    if found.n_communities == 1:
        reasons.append(f"All {nodes:,} places are in one community: nothing is divided. A larger resolution divides.")
    elif sizes[0] > nodes * (_MOST_OF_TWO if found.n_communities == 2 else _HALF):
        reasons.append(
            f"Community 1 holds {sizes[0]:,} of {nodes:,} places: this division tells little. Try a larger resolution."
        )
    alone = int((sizes == 1).sum())
    if alone >= max(_MANY_ALONE * nodes, 2):
        reasons.append(
            f"{alone:,} of {nodes:,} places are communities of one: the resolution {found.resolution:g} is too large "
            "for most of the network. Try a smaller one."
        )
    best = max(found.values)
    if found.consensus and found.value < _LOST * best:
        reasons.append(
            f"The consensus has {found.quality} {found.value:.4g}, the best start {best:.4g}: the starts differ too "
            "much for a consensus. Take the best start, or another resolution."
        )
    if found.stability is not None and found.stability < _AGREED:
        reasons.append(
            f"The starts agree little (stability {found.stability:.2f}): another seed gives other communities. Try "
            "another resolution."
        )
    reasons += _of_parts(found, edges)
    return reasons


def _of_parts(found: Communities, edges: EdgeArray) -> list[str]:
    """Whether most communities are whole components with edges, so that the method divided little itself."""
    part = np.array(edges.to_igraph().connected_components().membership)
    label = found.labels()
    pairs = {(here, label[node]) for here, node in zip(part.tolist(), edges.nodes.tolist(), strict=True)}
    pieces = np.bincount([here for here, _ in pairs])
    whole = int(((pieces == 1) & (np.bincount(part) > 1)).sum())
    if len(pieces) == 1 or 2 * whole <= found.n_communities:
        return []
    parts = f"{whole:,} of {found.n_communities:,} communities are parts of the network without ties to the rest"
    return [f"{parts}: no method could join them."]


def weak_hubs(frame: pd.DataFrame, measures: tuple[str, ...]) -> list[str]:
    """Measures that rank little, as sentences; none where all tell places apart.

    Parameters
    ----------
    frame
        A row per place with the measures.
    measures
        Those to look at.

    Returns
    -------
    list of str
        One for each measure whose largest value is shared by a quarter of the places or more, or that is 0 for more
        than half of them.

    Examples
    --------
    >>> weak_hubs(pd.DataFrame({"core": [3, 3, 3, 1], "degree": [3, 2, 4, 1]}), ("core", "degree"))
    ['3 of 4 places share the largest core (3): it ranks little.']
    """
    reasons = []
    for measure in measures:
        values = frame[measure]
        first, zeros = int((values == values.max()).sum()), int((values == 0).sum())
        if first >= max(_MANY_FIRST * len(values), 2):
            reasons.append(
                f"{first:,} of {len(values):,} places share the largest {measure} ({values.max():g}): it ranks little."
            )
        elif 2 * zeros > len(values):
            reasons.append(f"{zeros:,} of {len(values):,} places have {measure} 0: it ranks only the others.")
    return reasons
