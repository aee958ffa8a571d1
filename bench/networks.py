"""Synthetic co-authorship networks for the rows that need one: skewed sizes, blocks, weights that grow with size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Network", "network"]


@dataclass(frozen=True)
class Network:
    """Ids of the nodes, and the edges as positions with weights, in random order."""

    ids: list[str]
    source: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]

    def table(self) -> pa.Table:
        """Edge table as measures give it: ``a_id``, ``b_id`` (``a_id < b_id``), ``score``."""
        ids = pa.array(self.ids)
        return pa.table({"a_id": ids.take(self.source), "b_id": ids.take(self.target), "score": self.weight})


def network(nodes: int, edges: int, *, seed: int = 1, blocks: int = 20, mixing: float = 0.6) -> Network:
    """Network of ``nodes`` nodes and ``edges`` distinct pairs.

    Joint articles are drawn one by one: both ends by size (lognormal, as cities' output is), those across two of
    ``blocks`` blocks kept with probability ``mixing``. A pair's weight is the sum of its articles' scores, each drawn
    from 0.1 to 1.
    """
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0.0, 1.0, nodes)
    block = rng.integers(0, blocks, nodes)
    reach = np.cumsum(size)
    drawn = np.empty(0, dtype=np.int64)
    pairs = drawn
    while len(pairs) < edges:
        wanted = 2 * edges
        i, j = (np.searchsorted(reach, rng.random(wanted) * reach[-1]) for _ in range(2))
        kept = (i < j) & ((block[i] == block[j]) | (rng.random(wanted) < mixing))
        drawn = np.concatenate((drawn, i[kept] * nodes + j[kept]))
        pairs, article = np.unique(drawn, return_inverse=True)
    weight = np.bincount(article, rng.uniform(0.1, 1.0, len(drawn)))
    chosen = rng.permutation(len(pairs))[:edges]
    ids = [str(1_000_000 + place) for place in range(nodes)]
    return Network(ids, pairs[chosen] // nodes, pairs[chosen] % nodes, np.round(weight[chosen], 9))
