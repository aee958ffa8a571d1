"""What each article adds to each edge of a network, from which networks of resampled articles are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.errors import EmptyGraph, MissingColumn
from toolkit.network.arrays import EdgeArray

__all__ = ["ArticleParts"]

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

    def network(self, edges: EdgeArray, times: npt.NDArray[Any]) -> EdgeArray | None:
        """The network when article i counts ``times[i]`` times: the same nodes; ``None`` where no edge is left."""
        weight = self.weights(edges.n_edges, times)
        left = weight > 0
        if not left.any():
            return None
        return EdgeArray(edges.nodes, edges.source[left], edges.target[left], weight[left])
