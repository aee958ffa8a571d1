"""A sample in a graph, and all that is held against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import pandas as pd
from plain.graph_questions import Corpus
from plain.graph_records import Records

from toolkit.corpus.sample import SampleTruth
from toolkit.graphdb.connection import Graph
from toolkit.graphdb.library import load_library
from toolkit.workspace import Workspace

ALL = 100_000
WHOLE = (2015, 2024)
"""Years of the sample's works."""
T = TypeVar("T")


@dataclass(frozen=True)
class Loaded:
    """A workspace, its graph, what is planted in it, and what plain computations start from."""

    workspace: Workspace
    graph: Graph
    truth: SampleTruth
    records: Records
    community: Mapping[str, int]

    @property
    def corpus(self) -> Corpus:
        return self.records.corpus

    def rows(self, name: str, window: tuple[int, int] | None = None, **params: Any) -> pd.DataFrame:
        """All rows of a query; parameters without a default take the file's example."""
        spec = load_library()[name]
        params = {p.name: spec.examples[p.name] for p in spec.params if p.required} | params
        if window:
            params |= {"year_from": window[0], "year_to": window[1]}
        if spec.param("top_n"):
            params.setdefault("top_n", ALL)
        return self.graph.run(name, **params)


def same(frame: pd.DataFrame, expected: Iterable[tuple[Any, ...]], *, keys: tuple[str, ...], by: str) -> None:
    """Rows equal, whatever their order; and in order of ``by``, largest first."""
    rows = [tuple(row) for row in expected]
    wanted = pd.DataFrame(rows, columns=list(frame.columns)).sort_values(list(keys), ignore_index=True)
    found = frame.sort_values(list(keys), ignore_index=True)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=0, atol=1e-7)
    assert len(rows) > 2
    assert frame[by].round(6).is_monotonic_decreasing


def same_rows(frame: pd.DataFrame, expected: Sequence[Mapping[str, Any]], *, keys: Sequence[str]) -> None:
    """Rows equal in all columns that ``expected`` names, whatever their order."""
    assert expected
    wanted = pd.DataFrame(list(expected)).sort_values(list(keys), ignore_index=True)
    found = frame[list(wanted.columns)].sort_values(list(keys), ignore_index=True)
    found = found.astype({name: "float64" for name, kind in found.dtypes.items() if str(kind) == "Int64"})  # no <NA>
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=0, atol=1e-7)


@dataclass(frozen=True)
class Case(Generic[T]):
    """A query, its parameters, the plain answer to the same, and what its rows are ordered by, largest first."""

    name: str
    plain: Callable[[T], list[dict[str, Any]]]
    keys: tuple[str, ...]
    by: str | None = None
    window: tuple[int, int] | None = WHOLE
    params: dict[str, Any] = field(default_factory=dict)

    def frame(self, loaded: Loaded, asked: T) -> pd.DataFrame:
        """The query's rows, which are those of the plain answer about ``asked``."""
        found = loaded.rows(self.name, self.window, **self.params)
        same_rows(found, self.plain(asked), keys=self.keys)
        return found
