"""Uncertainty of hubs: each measure and rank recomputed on networks of resampled articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import WrongGraph
from toolkit.network.arrays import EdgeArray
from toolkit.network.article_parts import ArticleParts
from toolkit.network.checks import require_whole
from toolkit.network.hubs import checked_measures, measure_values, ranks_of
from toolkit.network.path_centrality import checked_pivots

__all__ = ["DELETED", "REPLICATES", "hub_intervals"]

REPLICATES: Final = 200
"""Resampled networks by default."""
DELETED: Final = 0.2
"""Probability that a replicate of the jackknife deletes an article."""
_LOW, _HIGH = 0.025, 0.975
_NORMAL: Final = 1.959963984540054
_DECIMALS: Final = 9
_ROWS_AT_ONCE: Final = 256
_SUMS: Final = ("strength",)
_COUNTS: Final = ("degree", "core")
_WITHIN_ONE: Final = ("pagerank", "betweenness", "eigenvector")

Positions = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


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
    """95 % interval of each measure and of its rank, from networks of resampled articles.

    The interval is for the value that corpora of this size, drawn from the same source, have on average.

    ``strength`` is a sum over articles: percentile interval of the Poisson bootstrap. In each of B replicates an
    article counts as often as a Poisson number of mean 1 says. The interval runs from the 2.5th to the 97.5th
    percentile of the B values: sorted, those at ceil(.025 B) and ceil(.975 B); the interval of the rank likewise.

    All other measures change when articles repeat or disappear, so their bootstrap distribution lies beside the value:
    jackknife. Each of B replicates deletes every article with probability d = .2. With v_i the value of node i and
    x_ib its value in replicate b,

    se_i = sqrt((1 - d) / d) * standard deviation of x_ib over b, interval v_i -/+ 1.96 se_i,

    cut to the possible range (whole numbers for degree and core, rounded outwards; other corpora can have more
    places). With se_ij the same of the difference x_ib - x_jb, node j is above i if v_j - v_i > 1.96 se_ij. The rank
    runs from 1 + the number of nodes above i to n - the number of nodes below i.

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
        ``<measure>_rank_high`` (competition ranks; low is the better one). Value and rank of the corpus are never
        outside.

    Raises
    ------
    BadParameter
        A parameter is out of its range.
    WrongGraph
        Eigenvector centrality is not defined in some replicate.

    Notes
    -----
    An interval of degree is not one for the number of partners that a corpus without end would show: articles that
    are not in the corpus have unknown partners. A betweenness of 0 that no replicate changes has the interval [0, 0],
    although its average over corpora is a little above 0. How often the intervals contain the true value on corpora
    that are drawn from a known source is measured in ``bench/rows/coverage.py`` and stated in ``docs/hubs.md``.

    The jackknife variance is on average not too small, for any symmetric statistic (Efron, Stein 1981); deleting a
    fraction instead of one article makes it valid for statistics that are not smooth (Shao, Wu 1989).

    Costs B times the measures, and for ranks B n^2 multiplications.

    References
    ----------
    Hanley, MacGibbon (2006), Creating non-parametric bootstrap samples using Poisson frequencies,
    doi 10.1016/j.cmpb.2006.04.006; Shao, Wu (1989), A general theory for jackknife variance estimation,
    doi 10.1214/aos/1176347263; Efron, Stein (1981), The jackknife estimate of variance, doi 10.1214/aos/1176345462;
    ranks from differences: Mogstad, Romano, Shaikh, Wilhelm (2024), Inference for ranks, doi 10.1093/restud/rdad006.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = {"work_id": ["1", "1", "2"], "a_id": ["x", "x", "y"], "b_id": ["y", "z", "z"], "part": [1.0, 1.0, 1.0]}
    >>> edges = EdgeArray.from_edges(pa.table(rows), weight="part")
    >>> parts = ArticleParts.of_table(edges, pa.table(rows))
    >>> hub_intervals(edges, parts, measures=["strength"], seed=1).to_dict("index")["x"]
    {'strength_low': 0.0, 'strength_high': 8.0, 'strength_rank_low': 1, 'strength_rank_high': 3}
    """
    wanted = checked_measures(measures)
    require_whole("replicates", replicates, least=40)
    pivots = checked_pivots(edges, samples=samples, seed=seed)
    columns: dict[str, Any] = {}
    for resamples, chosen, ends in (
        (_repeated(parts.n_articles, seed), [each for each in wanted if each in _SUMS], _percentiles),
        (_thinned(parts.n_articles, seed), [each for each in wanted if each not in _SUMS], _jackknife),
    ):
        drawn = {measure: np.empty((replicates, edges.n_nodes)) for measure in chosen}
        for replicate, times in zip(range(replicates if chosen else 0), resamples, strict=False):
            network = parts.network(edges, times)
            for measure in chosen:
                drawn[measure][replicate] = _values(network, edges.n_nodes, measure, engine=engine, pivots=pivots)
        for measure in chosen:
            value = measure_values(edges, measure, engine=engine, pivots=pivots)
            columns |= ends(measure, value, drawn.pop(measure))
    frame = pd.DataFrame(columns, index=pd.Index(edges.nodes.tolist(), name="id"))
    frame = frame[[f"{each}{name}_{end}" for each in wanted for name in ("", "_rank") for end in ("low", "high")]]
    whole = [name for name in frame if "_rank_" in str(name) or str(name).startswith(_COUNTS)]
    return frame.astype(dict.fromkeys(whole, "int64"))


def _repeated(n_articles: int, seed: int) -> Iterator[npt.NDArray[Any]]:
    """How often each article counts in each replicate of the Poisson bootstrap."""
    rng = np.random.default_rng(seed)
    while True:
        yield rng.poisson(1.0, n_articles)


def _thinned(n_articles: int, seed: int) -> Iterator[npt.NDArray[Any]]:
    """1 for articles left in each replicate of the jackknife, over the chance to be left: sums stay what they are."""
    rng = np.random.default_rng([seed, 1])
    while True:
        yield (rng.random(n_articles) >= DELETED) / (1 - DELETED)


def _percentiles(measure: str, value: Numbers, drawn: Numbers) -> dict[str, Any]:
    ranks = np.stack([ranks_of(each) for each in drawn])
    columns: dict[str, Any] = {}
    for name, own, each in ((measure, value, drawn), (f"{measure}_rank", ranks_of(value), ranks)):
        low, high = np.quantile(each, [_LOW, _HIGH], axis=0, method="inverted_cdf")
        # a rank shared by many places can lie outside of what they have once draws break their tie
        columns |= {f"{name}_low": np.minimum(low, own), f"{name}_high": np.maximum(high, own)}
    return columns


def _jackknife(measure: str, value: Numbers, drawn: Numbers) -> dict[str, Any]:
    centred = (drawn - drawn.mean(axis=0)) * np.sqrt((1 - DELETED) / DELETED / (len(drawn) - 1))
    half = _NORMAL * np.sqrt((centred**2).sum(axis=0))
    low, high = np.maximum(value - half, 0.0), value + half
    if measure in _WITHIN_ONE:
        high = np.minimum(high, np.maximum(value, 1.0))
    if measure in _COUNTS:
        low, high = np.floor(low), np.ceil(high)
    rank_low, rank_high = _ranks_by_differences(value, centred)
    columns = {f"{measure}_low": np.round(low, _DECIMALS), f"{measure}_high": np.round(high, _DECIMALS)}
    return columns | {f"{measure}_rank_low": rank_low, f"{measure}_rank_high": rank_high}


def _ranks_by_differences(value: Numbers, centred: Numbers) -> tuple[Positions, Positions]:
    """Best and worst rank of each node: those that differ from it by more than the error of the difference."""
    n = len(value)
    best, worst = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    variance = (centred**2).sum(axis=0)
    for first in range(0, n, _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        squared = variance[rows, None] + variance - 2 * (centred[:, rows].T @ centred)
        apart = _NORMAL * np.sqrt(np.maximum(squared, 0.0))
        above = value - value[rows, None]
        best[rows] = 1 + (above > apart).sum(axis=1)
        worst[rows] = n - (-above > apart).sum(axis=1)
    return best, worst


def _values(network: EdgeArray | None, n: int, measure: str, *, engine: str, pivots: Positions | None) -> Any:
    if network is None:
        return np.full(n, round(1 / n, 9) if measure == "pagerank" else 0.0)
    try:
        return measure_values(network, measure, engine=engine, pivots=pivots)
    except WrongGraph as error:
        raise WrongGraph(f"In a network of resampled articles: {error}") from error
