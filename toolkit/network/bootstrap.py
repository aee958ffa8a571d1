"""How sure hubs are: each measure and rank again on networks of resampled articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.errors import EmptyGraph, MissingColumn, WrongGraph
from toolkit.network.arrays import EdgeArray
from toolkit.network.checks import require_whole
from toolkit.network.hubs import checked_measures, measure_values, ranks_of
from toolkit.network.path_centrality import checked_pivots

__all__ = ["REPLICATES", "ArticleParts", "hub_intervals"]

REPLICATES: Final = 200
"""Resampled networks by default."""
_LOW, _HIGH = 0.025, 0.975
_UNITS: Final = 1e9

Positions = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ArticleParts:
    """What each article adds to the weight of each edge.

    Attributes
    ----------
    edge
        Position of the edge in the edge array; shape (r,), ascending.
    article
        Number of the article, in text order of ids; shape (r,), ascending within an edge.
    part
        What it adds [unit of the weight]; shape (r,).
    n_articles
        Number of articles.
    """

    edge: Positions
    article: Positions
    part: Numbers
    n_articles: int

    @classmethod
    def of_table(cls, edges: EdgeArray, table: pa.Table) -> ArticleParts:
        """Parts of a table with a row per article and pair.

        Parameters
        ----------
        edges
            The network; rows of pairs that are none of its edges are left out.
        table
            ``work_id``, ``a_id``, ``b_id``, ``part``, in any order, ends in any order.

        Raises
        ------
        MissingColumn
            The table lacks one of these.
        EmptyGraph
            No row belongs to an edge.
        """
        missing = [name for name in ("work_id", "a_id", "b_id", "part") if name not in table.column_names]
        if missing:
            raise MissingColumn(f"The table of articles has no column {', '.join(missing)}.")
        ids = pa.array(edges.nodes.tolist(), pa.string())
        ends = [pc.index_in(table[name].combine_chunks(), ids) for name in ("a_id", "b_id")]
        known = pc.and_(pc.is_valid(ends[0]), pc.is_valid(ends[1]))
        left, right = (end.filter(known).to_numpy().astype(np.int64) for end in ends)
        key = np.minimum(left, right) * edges.n_nodes + np.maximum(left, right)
        keys = edges.source.astype(np.int64) * edges.n_nodes + edges.target
        edge = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        kept = keys[edge] == key
        if not kept.any():
            raise EmptyGraph("No article of the table belongs to an edge of the network.")
        works = table["work_id"].combine_chunks().filter(known).filter(pa.array(kept)).dictionary_encode()
        order = pc.sort_indices(works.dictionary).to_numpy()
        number = np.empty(len(order), dtype=np.int64)
        number[order] = np.arange(len(order))
        article = number[works.indices.to_numpy()]
        part = table["part"].combine_chunks().cast(pa.float64()).filter(known).to_numpy()[kept]
        sorted_rows = np.lexsort((article, edge[kept]))
        return cls(edge[kept][sorted_rows], article[sorted_rows], part[sorted_rows], len(order))

    def weights(self, n_edges: int, times: npt.NDArray[Any]) -> Numbers:
        """Weight of each edge when article i counts ``times[i]`` times, to 9 decimals."""
        summed = np.bincount(self.edge, self.part * times[self.article], n_edges)
        return np.asarray(np.rint(summed * _UNITS) / _UNITS, dtype=np.float64)


def hub_intervals(
    edges: EdgeArray,
    parts: ArticleParts,
    *,
    measures: Sequence[str],
    engine: str = "auto",
    replicates: int = REPLICATES,
    seed: int = 0,
    samples: int | None = None,
) -> pd.DataFrame:
    """95 % interval of each measure and of its rank, by the Poisson bootstrap over articles.

    In each of B replicates every article counts as often as a Poisson number of mean 1 says, drawn for it alone;
    weights are summed anew and the measures computed on that network, of the same nodes. The interval runs from the
    2.5th to the 97.5th percentile of the B values: sorted, those at ceil(.025 B) and ceil(.975 B).

    Parameters
    ----------
    edges
        The network.
    parts
        What each article adds to each of its edges.
    measures
        Any of :data:`toolkit.network.hubs.MEASURES`.
    engine
        As for :func:`toolkit.network.hubs.hubs`.
    replicates
        B, at least 40: below that the percentiles are the extremes.
    seed
        Seed of the draws, and of the sample of nodes.
    samples
        As for :func:`toolkit.network.hubs.hubs`; all replicates use the same sampled nodes.

    Returns
    -------
    pandas.DataFrame
        Index id, in node order; for each measure ``<measure>_low``, ``<measure>_high`` and ``<measure>_rank_low``,
        ``<measure>_rank_high`` (competition ranks; low is the better one).

    Raises
    ------
    BadParameter
        A parameter is out of its range.
    WrongGraph
        Eigenvector centrality is not defined in some replicate.

    Notes
    -----
    The interval says how far the numbers depend on which articles there happen to be, not whether they are right. Since
    pairs of few articles vanish from many replicates, intervals of degree lie low: a bootstrap can't add a partner.
    Costs B times the measures.

    References
    ----------
    Hanley, MacGibbon (2006), Creating non-parametric bootstrap samples using Poisson frequencies,
    doi 10.1016/j.cmpb.2006.04.006.

    Examples
    --------
    >>> rows = {"work_id": ["1", "1", "2"], "a_id": ["x", "x", "y"], "b_id": ["y", "z", "z"], "part": [1.0, 1.0, 1.0]}
    >>> edges = EdgeArray.from_edges(pa.table(rows), weight="part")
    >>> parts = ArticleParts.of_table(edges, pa.table(rows))
    >>> hub_intervals(edges, parts, measures=["strength"], seed=1).to_dict("index")["x"]
    {'strength_low': 0.0, 'strength_high': 8.0, 'strength_rank_low': 1, 'strength_rank_high': 3}
    """
    wanted = checked_measures(measures)
    require_whole("replicates", replicates, least=40)
    pivots = checked_pivots(edges, samples=samples, seed=seed)
    rng = np.random.default_rng(seed)
    values = {measure: np.empty((replicates, edges.n_nodes)) for measure in wanted}
    ranks = {measure: np.empty((replicates, edges.n_nodes), dtype=np.int64) for measure in wanted}
    for replicate in range(replicates):
        network = _reweighted(edges, parts.weights(edges.n_edges, rng.poisson(1.0, parts.n_articles)))
        for measure in wanted:
            found = _values(network, edges.n_nodes, measure, engine=engine, pivots=pivots)
            values[measure][replicate], ranks[measure][replicate] = found, ranks_of(found)
    columns: dict[str, Any] = {}
    for measure in wanted:
        for name, drawn in ((measure, values[measure]), (f"{measure}_rank", ranks[measure])):
            for end, part in (("low", _LOW), ("high", _HIGH)):
                columns[f"{name}_{end}"] = np.quantile(drawn, part, axis=0, method="inverted_cdf")
    frame = pd.DataFrame(columns, index=pd.Index(edges.nodes.tolist(), name="id"))
    whole = [name for name in frame if "_rank_" in str(name) or str(name).startswith(("degree_", "core_"))]
    return frame.astype(dict.fromkeys(whole, "int64"))


def _reweighted(edges: EdgeArray, weight: Numbers) -> EdgeArray | None:
    """The same nodes with other weights; edges without any go. ``None`` without an edge."""
    kept = weight > 0
    if not kept.any():
        return None
    return EdgeArray(edges.nodes, edges.source[kept], edges.target[kept], weight[kept])


def _values(network: EdgeArray | None, n: int, measure: str, *, engine: str, pivots: Positions | None) -> Any:
    if network is None:
        return np.full(n, round(1 / n, 9) if measure == "pagerank" else 0.0)
    try:
        return measure_values(network, measure, engine=engine, pivots=pivots)
    except WrongGraph as error:
        raise WrongGraph(f"In a network of resampled articles: {error}") from error
