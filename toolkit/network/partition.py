"""How alike two divisions of the same nodes are: stability over seeds, recovery of planted communities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import igraph
import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import GraphError, MissingColumn
from toolkit.network.quality import Labels

__all__ = ["Agreement", "adjusted_mutual_information", "agreement"]

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """How alike two divisions are; each score is 1 for equal divisions.

    Attributes
    ----------
    ami
        Adjusted mutual information: 0 is what chance gives.
    nmi
        Normalised mutual information: not corrected for chance, so many small groups look alike.
    adjusted_rand
        Adjusted Rand index: 0 is what chance gives; counts pairs, so large groups dominate.
    nodes
        Nodes in both divisions, which the scores are of.
    left_out
        Nodes in one division only.
    """

    ami: float
    nmi: float
    adjusted_rand: float
    nodes: int
    left_out: int


def agreement(found: Any, planted: Any) -> Agreement:
    """Compare two divisions of nodes into groups.

    Parameters
    ----------
    found, planted
        Each a mapping or Series from id to group, or a frame with columns ``id`` and ``community``. Groups may have
        any names; the scores don't depend on them.

    Returns
    -------
    Agreement
        Scores over the ids that are in both.

    Raises
    ------
    MissingColumn
        A frame lacks ``id`` or ``community``.
    GraphError
        No id is in both.

    References
    ----------
    Vinh, Epps, Bailey (2009), doi 10.1145/1553374.1553511 (AMI, with the mean of both entropies as the largest value);
    Danon et al. (2005), doi 10.1088/1742-5468/2005/09/P09008 (NMI); Hubert, Arabie (1985), doi 10.1007/BF01908075.

    Examples
    --------
    >>> agreement({"a": 1, "b": 1, "c": 2, "d": 2}, {"a": "x", "b": "x", "c": "y", "d": "y"})
    Agreement(ami=1.0, nmi=1.0, adjusted_rand=1.0, nodes=4, left_out=0)
    """
    left, right = _groups(found), _groups(planted)
    shared = sorted(left.keys() & right.keys())
    if not shared:
        raise GraphError("The two divisions have no node in common; compare divisions of the same ids.")
    x, y = _codes([left[node] for node in shared]), _codes([right[node] for node in shared])
    return Agreement(
        ami=adjusted_mutual_information(x, y),
        nmi=float(igraph.compare_communities(x.tolist(), y.tolist(), method="nmi")),
        adjusted_rand=_adjusted_rand(x, y),
        nodes=len(shared),
        left_out=len(left) + len(right) - 2 * len(shared),
    )


def adjusted_mutual_information(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Adjusted mutual information of two labelings of the same nodes.

    AMI = (I - E) / ((H_x + H_y) / 2 - E), with I the mutual information, H the entropies, and E the mean of I over all
    pairs of labelings with these group sizes.

    Parameters
    ----------
    x, y
        Label of each node, same order; any whole numbers.

    Returns
    -------
    float
        1 for equal divisions, about 0 for independent ones; below 0 is possible.

    References
    ----------
    Vinh, Epps, Bailey (2009), doi 10.1145/1553374.1553511.

    Examples
    --------
    >>> adjusted_mutual_information([0, 0, 1, 1], [5, 5, 3, 3])
    1.0
    >>> round(adjusted_mutual_information([0, 0, 1, 1], [0, 1, 0, 1]), 6)
    -0.5
    """
    left, right = (np.unique(labels, return_inverse=True)[1].reshape(-1) for labels in (x, y))
    rows, columns, n = np.bincount(left), np.bincount(right), len(left)
    i, j, cells = _contingency(left, right)
    if len(rows) == len(columns) == len(cells):
        return 1.0
    mutual = float(np.sum(cells / n * np.log(n * cells / (rows[i] * columns[j]))))
    expected = _expected_mutual_information(rows, columns, n)
    largest = (_entropy(rows, n) + _entropy(columns, n)) / 2
    return (mutual - expected) / (largest - expected)


def _expected_mutual_information(rows: Labels, columns: Labels, n: int) -> float:
    """Mean mutual information under the hypergeometric model; groups of equal size are computed once."""
    log_factorial = np.array([math.lgamma(k + 1) for k in range(n + 1)])
    row_sizes, row_counts = np.unique(rows, return_counts=True)
    sizes, counts = np.unique(columns, return_counts=True)
    b = sizes[:, None]
    total = 0.0
    for a, count in zip(row_sizes.tolist(), row_counts.tolist(), strict=True):
        k = np.arange(1, min(a, int(sizes[-1])) + 1)[None, :]
        possible = (k <= b) & (k >= a + b - n)
        overlap = np.where(possible, k, np.maximum(a + b - n, 1))
        overlap = np.minimum(overlap, np.minimum(a, b))
        log_probability = (
            log_factorial[a]
            + log_factorial[b]
            + log_factorial[n - a]
            + log_factorial[n - b]
            - log_factorial[n]
            - log_factorial[overlap]
            - log_factorial[a - overlap]
            - log_factorial[b - overlap]
            - log_factorial[n - a - b + overlap]
        )
        terms = overlap / n * np.log(n * overlap / (a * b)) * np.exp(log_probability)
        total += count * float(np.sum(counts[:, None] * np.where(possible, terms, 0.0)))
    return total


def _adjusted_rand(x: Labels, y: Labels) -> float:
    # igraph divides zero by zero where both put all nodes in one group, or each alone
    if int(x.max()) == int(y.max()) == len(_contingency(x, y)[2]) - 1:
        return 1.0
    return float(igraph.compare_communities(x.tolist(), y.tolist(), method="adjusted_rand"))


def _contingency(x: Labels, y: Labels) -> tuple[Labels, Labels, Labels]:
    """Groups i of x and j of y that share nodes, and how many: the cells of their table that are not empty.

    As many cells as groups in either: the two divisions are the same.
    """
    width = int(y.max()) + 1
    cell, nodes = np.unique(x * width + y, return_counts=True)
    return cell // width, cell % width, nodes


def _entropy(sizes: Labels, n: int) -> float:
    return float(-np.sum(sizes / n * np.log(sizes / n)))


def _codes(groups: list[Any]) -> Labels:
    return np.asarray(pd.factorize(np.array([str(group) for group in groups], dtype=object))[0], dtype=np.int64)


def _groups(division: Any) -> dict[str, Any]:
    if isinstance(division, pd.DataFrame):
        missing = {"id", "community"} - set(division.columns)
        if missing:
            raise MissingColumn(f"A division needs columns id and community; {', '.join(sorted(missing))} is missing.")
        division = division.set_index("id")["community"]
    if isinstance(division, pd.Series | Mapping):
        return {str(node): group for node, group in division.items()}
    raise GraphError(f"A division is a mapping, a Series or a frame, not {type(division).__name__}.")
