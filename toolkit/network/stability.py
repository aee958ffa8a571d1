"""How far several divisions of the same nodes agree, and their median: arrays in and out."""

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
    """Median of several divisions: the one that agrees with them on the most pairs of nodes.

    With A_ij the fraction of the divisions in which i and j have the same label (co-association), the sum over all
    pairs i < j of the same community of (A_ij - 1/2) is as large as local search makes it: a pair together gains
    where more than half of the divisions put it together, and costs where fewer do. This minimises the mean number of
    pairs on which the consensus and a division differ (Mirkin's distance). The search starts from the division of the
    largest sum, moves nodes and joins communities while the sum grows, and draws nothing at random.

    Parameters
    ----------
    divisions
        Labels of the same nodes in the same order, an array per division, at least one.

    Returns
    -------
    array
        Label of each node, numbered from 0 by the smallest node of each community. The order of the divisions changes
        nothing.

    Notes
    -----
    Nodes with the same label everywhere are handled as one; with a such groups of R divisions a round costs a^2 R
    comparisons, and no matrix of nodes is made. Joining all pairs of A_ij > 1/2 instead would make one community of
    nodes that a chain of pairs connects, although most divisions separate its ends.

    References
    ----------
    Filkov, Skiena (2004), Integrating microarray data by consensus clustering, doi 10.1142/S0218213004001867; Gionis,
    Mannila, Tsaparas (2007), Clustering aggregation, doi 10.1145/1217299.1217303 (local search).

    Examples
    --------
    >>> three = [np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])]
    >>> consensus_labels(three).tolist()
    [0, 0, 1, 1]
    """
    rows = np.stack([_by_first_node(labels) for labels in divisions])
    table = rows[np.lexsort(rows.T[::-1])]
    _, first, member, size = np.unique(table, axis=1, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    votes = _Votes(np.ascontiguousarray(table[:, first[order]]), size[order])
    group = max(votes.starts, key=votes.total).copy()
    while votes.move_each(group) or votes.join_groups(group):
        pass
    place = np.argsort(order)
    return _by_first_node(group[place[member.reshape(-1)]])


class _Votes:
    """Votes of R divisions for pairs of nodes, 2 R (A_ij - 1/2) each; an atom is all nodes of equal labels."""

    def __init__(self, starts: Labels, size: Labels) -> None:
        self.starts, self.size = starts, size

    def of(self, atom: int) -> Labels:
        """Votes of an atom's nodes together with those of each atom."""
        alike = (self.starts == self.starts[:, atom : atom + 1]).sum(axis=0)
        return np.asarray(self.size[atom] * self.size * (2 * alike - len(self.starts)), dtype=np.int64)

    def for_groups(self, atom: int, group: Labels) -> Labels:
        """Votes of an atom with the other atoms of each group; one more group, an empty one, has 0."""
        votes = self.of(atom)
        votes[atom] = 0
        return np.bincount(group, votes, int(group.max()) + 2).astype(np.int64)

    def total(self, group: Labels) -> int:
        """Sum over all pairs of nodes of the same group, up to what is the same for all groupings."""
        together = sum(_squares(group * (int(start.max()) + 1) + start, self.size) for start in self.starts)
        return 2 * together - len(self.starts) * _squares(group, self.size)

    def move_each(self, group: Labels) -> bool:
        """Move each atom to the group with the most votes for it while any moves; whether any did."""
        moved, going = False, True
        while going:
            going = False
            for atom in range(len(self.size)):
                gain = self.for_groups(atom, group)
                best = int(gain.argmax())
                if gain[best] > gain[group[atom]]:
                    group[atom] = best
                    moved = going = True
        return moved

    def join_groups(self, group: Labels) -> bool:
        """Join each group to the one with the most votes for it, if there are any; whether any were joined."""
        joined = False
        for label in range(int(group.max()) + 1):
            inside = np.flatnonzero(group == label)
            if not len(inside):
                continue
            votes = np.sum([self.of(atom) for atom in inside.tolist()], axis=0)
            gain = np.bincount(group, votes, int(group.max()) + 1)
            gain[label] = 0
            best = int(gain.argmax())
            if gain[best] > 0:
                group[inside] = best
                joined = True
        return joined


def _squares(cell: Labels, size: Labels) -> int:
    """Sum over cells of the square of the number of nodes in it."""
    _, codes = np.unique(cell, return_inverse=True)
    return int((np.bincount(codes.reshape(-1), size).astype(np.int64) ** 2).sum())


def _by_first_node(labels: Labels) -> Labels:
    """Labels numbered from 0 in the order of their first nodes."""
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
