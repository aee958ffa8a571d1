"""Hubs: how central each node of a weighted co-authorship network is, by published measures, each with its rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import BadParameter, BadWeight
from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.centrality import (
    core_numbers,
    degrees,
    degrees_of,
    eigenvector_scores,
    pagerank_scores,
    strengths,
    strengths_of,
)
from toolkit.network.centrality_engines import betweenness_of, cores_of, eigenvector_of, harmonic_of, pagerank_of
from toolkit.network.checks import require_choice, require_whole
from toolkit.network.engines import ENGINE_NAMES, chosen_engine
from toolkit.network.path_centrality import betweenness_scores, checked_pivots, harmonic_scores

__all__ = [
    "DEFAULT_MEASURES",
    "MEASURES",
    "SAMPLED_MEASURES",
    "betweenness_scores",
    "checked_measures",
    "core_numbers",
    "degrees",
    "eigenvector_scores",
    "harmonic_scores",
    "hubs",
    "measure_values",
    "pagerank_scores",
    "ranks_of",
    "strengths",
]

MEASURES: Final = ("degree", "strength", "pagerank", "betweenness", "eigenvector", "harmonic", "core")
"""Measures :func:`hubs` knows."""
DEFAULT_MEASURES: Final = MEASURES[:4]
"""Those it gives unless others are asked for."""
SAMPLED_MEASURES: Final = ("betweenness", "harmonic")
"""Measures of shortest paths, which ``samples`` estimates."""
_DECIMALS: Final = 9
_ALPHA: Final = 0.85

Pivots = npt.NDArray[np.int64]


def hubs(
    g: Any,
    *,
    weight: str | None,
    measures: Sequence[str] = DEFAULT_MEASURES,
    engine: str = "auto",
    samples: int | None = None,
    seed: int = 0,
    top_n: int | None = None,
) -> pd.DataFrame:
    """Centrality of each node by several measures, each with its rank.

    Parameters
    ----------
    g
        A :class:`networkx.Graph` or an :class:`~toolkit.network.arrays.EdgeArray`.
    weight
        Edge attribute of the strength; ``None`` takes every edge as 1.
    measures
        Any of ``degree``, ``strength``, ``pagerank``, ``betweenness``, ``eigenvector``, ``harmonic``, ``core``; the
        first four by default.
    engine
        ``auto``, ``igraph``, ``networkx``, ``networkit`` or ``numpy``; they give the same values. Each measure asked
        for must be among what the engine does (:data:`toolkit.network.engines.ENGINES`); degree and strength need none.
    samples
        Estimate ``betweenness`` and ``harmonic`` from so many sampled nodes; ``None`` computes them whole.
    seed
        Seed of the sample.
    top_n
        Rows returned; ``None`` returns all.

    Returns
    -------
    pandas.DataFrame
        id, name, each measure, and ``<measure>_rank``; values to 9 decimals. Competition ranks (1, 2, 2, 4), ties
        equal to 9 decimals. Sorted by strength where it was asked for, else by the first measure; ties by id.

    Raises
    ------
    WrongGraph, EmptyGraph, BadWeight, BadParameter, NotConverged
        The graph, the weight, a measure or the engine can't be used.
    SettingsError
        NetworKit is not installed.

    Notes
    -----
    Betweenness and harmonic closeness dominate the cost; leave them out for networks of institutions, or sample
    (see :func:`betweenness_scores`).

    Examples
    --------
    >>> import networkx as nx
    >>> hubs(nx.star_graph(3), weight=None, measures=("degree", "betweenness"), top_n=2)
      id name  degree  betweenness  degree_rank  betweenness_rank
    0  0    0       3          1.0            1                 1
    1  1    1       1          0.0            2                 2
    """
    wanted = checked_measures(measures)
    require_choice("engine", engine, [name for name in ENGINE_NAMES if name != "python-louvain"])
    if top_n is not None:
        require_whole("top_n", top_n, least=1)
    for measure in wanted:
        if measure not in {"degree", "strength"}:
            chosen_engine(measure, engine)
    edges = edge_array(g, weight=weight)
    pivots = checked_pivots(edges, samples=samples, seed=seed)
    frame = pd.DataFrame({"id": edges.nodes.tolist(), "name": edges.labels()})
    for measure in wanted:
        frame[measure] = measure_values(edges, measure, engine=engine, pivots=pivots)
    for measure in wanted:
        frame[f"{measure}_rank"] = ranks_of(frame[measure].to_numpy())
    leading = "strength" if "strength" in wanted else wanted[0]
    frame = frame.sort_values([f"{leading}_rank", "id"], kind="stable", ignore_index=True)
    return frame if top_n is None else frame.head(top_n)


def checked_measures(measures: Sequence[str]) -> tuple[str, ...]:
    """Measures asked for, each once, in the order asked.

    Raises
    ------
    BadParameter
        None, or one that is not known.

    Examples
    --------
    >>> checked_measures(["core", "degree", "core"])
    ('core', 'degree')
    """
    wanted = tuple(dict.fromkeys(measures))
    if not wanted:
        raise BadParameter("measures", measures, f"some of {', '.join(MEASURES)}")
    for measure in wanted:
        require_choice("measures", measure, MEASURES)
    return wanted


def measure_values(edges: EdgeArray, measure: str, *, engine: str, pivots: Pivots | None = None) -> Any:
    """Values of one measure in node order, to 9 decimals.

    Raises
    ------
    BadWeight
        The weights lie so far apart that a value is too large for a number.
    """
    if measure == "degree":
        return degrees_of(edges)
    chosen = engine if measure == "strength" else chosen_engine(measure, engine)
    values: Any
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        if measure == "strength":
            values = strengths_of(edges)
        elif measure == "pagerank":
            values = pagerank_of(edges, alpha=_ALPHA, engine=chosen)
        elif measure == "betweenness":
            values = betweenness_of(edges, engine=chosen, pivots=pivots)
        elif measure == "eigenvector":
            values = eigenvector_of(edges, engine=chosen)
        elif measure == "harmonic":
            values = harmonic_of(edges, engine=chosen, pivots=pivots)
        else:
            return cores_of(edges, engine=chosen)
    if not np.isfinite(values).all():
        low, high = float(edges.weight.min()), float(edges.weight.max())
        raise BadWeight(
            f"The weights lie between {low:g} and {high:g}: too far apart, or too large, for {measure} in "
            "floating-point numbers. Choose another unit."
        )
    # + 0.0: a rounded -0.0 is a zero
    return np.round(values, _DECIMALS) + 0.0


def ranks_of(values: Any) -> npt.NDArray[np.int64]:
    """Competition rank of each value, 1 for the largest: one more than there are larger ones.

    Examples
    --------
    >>> ranks_of(np.array([3.0, 7.0, 7.0, 1.0])).tolist()
    [3, 1, 1, 4]
    """
    ordered = np.sort(values)
    return np.asarray(len(ordered) - np.searchsorted(ordered, values, side="right") + 1, dtype=np.int64)
