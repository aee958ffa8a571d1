"""How far several divisions of the same nodes agree, and the division most of them hold: arrays in and out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from toolkit.network.partition import adjusted_mutual_information
from toolkit.network.quality import Labels

__all__ = ["consensus_labels", "mean_agreement", "supports"]

Numbers = npt.NDArray[np.float64]


def mean_agreement(divisions: Sequence[Labels]) -> float | None:
    """Mean adjusted mutual information over all pairs of divisions; ``None`` for fewer than two.

    Parameters
    ----------
    divisions
        Labels of the same nodes in the same order, an array per division.

    Examples
    --------
    >>> one, other = np.array([0, 0, 1, 1]), np.array([7, 7, 2, 2])
    >>> mean_agreement([one, other]), mean_agreement([one])
    (1.0, None)
    """
    if len(divisions) < 2:
        return None
    return float(np.mean([adjusted_mutual_information(one, other) for one, other in combinations(divisions, 2)]))


def consensus_labels(divisions: Sequence[Labels]) -> Labels:
    """Division in which nodes are together that more than half of the divisions put together.

    With A_ij the part of the divisions in which i and j have the same label (co-association), the groups are the
    connected components of the pairs with A_ij > 1/2. No seed plays a part.

    Parameters
    ----------
    divisions
        Labels of the same nodes in the same order, an array per division, at least one.

    Returns
    -------
    array
        Label of each node, numbered from 0 by the smallest node of each group.

    Notes
    -----
    Nodes with the same label everywhere are handled as one, so the pairs looked at are few: no matrix of nodes is made.

    References
    ----------
    Fred, Jain (2005), Combining multiple clusterings using evidence accumulation, doi 10.1109/TPAMI.2005.113.

    Examples
    --------
    >>> three = [np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])]
    >>> consensus_labels(three).tolist()
    [0, 0, 1, 1]
    """
    table = np.stack([np.unique(labels, return_inverse=True)[1] for labels in divisions], axis=1)
    alike, atom = np.unique(table, axis=0, return_inverse=True)
    atom = atom.reshape(-1)
    group = np.full(len(alike), -1, dtype=np.int64)
    for start in range(len(alike)):
        if group[start] >= 0:
            continue
        group[start] = start
        ahead = [start]
        while ahead:
            together = (alike == alike[ahead.pop()]).sum(axis=1)
            reached = np.flatnonzero((2 * together > alike.shape[1]) & (group < 0))
            group[reached] = start
            ahead.extend(reached.tolist())
    labels = group[atom]
    _, first, codes = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[codes.reshape(-1)], dtype=np.int64)


def supports(labels: Labels, divisions: Sequence[Labels]) -> Numbers:
    """How far the divisions keep each node with the others of its group: mean of A_ij over the other members j.

    Parameters
    ----------
    labels
        Group of each node.
    divisions
        Labels of the same nodes in the same order, an array per division, at least one.

    Returns
    -------
    array
        0 to 1, in node order; 1 for a group of one.

    Examples
    --------
    >>> three = [np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])]
    >>> supports(np.array([0, 0, 1, 1]), three).round(3).tolist()
    [1.0, 1.0, 0.667, 0.667]
    """
    group = np.unique(labels, return_inverse=True)[1].reshape(-1)
    others = np.bincount(group)[group] - 1
    met = np.zeros(len(group), dtype=np.int64)
    for division in divisions:
        codes = np.unique(division, return_inverse=True)[1].reshape(-1)
        cell = group * (int(codes.max()) + 1) + codes
        _, place, sizes = np.unique(cell, return_inverse=True, return_counts=True)
        met += sizes[place.reshape(-1)] - 1
    return np.where(others > 0, met / np.maximum(others * len(divisions), 1), 1.0)
