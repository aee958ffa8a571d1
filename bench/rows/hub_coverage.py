"""Intervals of hubs on corpora whose truth is known: how often they contain it, beside plain percentile intervals."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.harness import Comparison, Side
from toolkit.network.arrays import EdgeArray
from toolkit.network.article_parts import ArticleParts
from toolkit.network.bootstrap import hub_intervals
from toolkit.network.hubs import MEASURES, measure_values, ranks_of

NAME = "hub_coverage"
SIZES = {
    "full": {"corpora": 60, "averaged": 1500, "sparse": 250, "dense": 1000, "processes": os.cpu_count() or 1},
    "quick": {"corpora": 1, "averaged": 4, "sparse": 100, "dense": 100, "processes": 1},
}
PLACES: Final = 60
HUBS: Final = 10
_FINEST: Final = 0.1
"""Smallest figure shown [%]."""
_IDS: Final = np.array([f"{place:02d}" for place in range(PLACES)])

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Source:
    """Where corpora come from: how likely each place starts an article, and with whom it then works."""

    starts: Numbers
    partners: Numbers

    @classmethod
    def made(cls) -> Source:
        """Places of falling size at random sites; partners are drawn by size, and less from afar."""
        size = 1 / np.arange(1, PLACES + 1) ** 0.9
        site = np.random.default_rng(7).random((PLACES, 2))
        away = np.sqrt(((site[:, None] - site[None]) ** 2).sum(axis=-1))
        gravity = size[None] * np.exp(-3 * away)
        np.fill_diagonal(gravity, 0)
        return cls(size / size.sum(), gravity.cumsum(axis=1) / gravity.sum(axis=1, keepdims=True))

    def corpus(self, articles: int, seed: tuple[int, int]) -> tuple[EdgeArray, ArticleParts]:
        """A Poisson number of articles of two to four places; a pair of an article of k places gets 2 / k."""
        rng = np.random.default_rng(seed)
        number = int(rng.poisson(articles))
        first = rng.choice(PLACES, size=number, p=self.starts)
        drawn = rng.choice([1, 1, 2, 3], size=number)
        columns: dict[str, list[Any]] = {"work_id": [], "a_id": [], "b_id": [], "part": []}
        for article in range(number):
            found = np.searchsorted(self.partners[first[article]], rng.random(drawn[article]))
            on_it = sorted({int(first[article]), *found.tolist()})
            for one, other in combinations(on_it, 2):
                row = (f"{article:05d}", _IDS[one], _IDS[other], 2 / len(on_it))
                for column, value in zip(columns.values(), row, strict=True):
                    column.append(value)
        table = pa.table(columns)
        edges = EdgeArray.from_edges(table, weight="part", sum_duplicates=True)
        # places without an article are places of the source all the same
        place = np.searchsorted(_IDS, edges.nodes)
        whole = EdgeArray(_IDS, place[edges.source], place[edges.target], edges.weight)
        return whole, ArticleParts.of_table(whole, table)


def values_of(edges: EdgeArray | None) -> Numbers:
    """A row per measure, a column per place."""
    if edges is None:
        return np.zeros((len(MEASURES), PLACES))
    return np.stack([measure_values(edges, measure, engine="auto").astype(float) for measure in MEASURES])


def values_of_corpus(seed: int, *, articles: int) -> Numbers:
    """The measures of one corpus; their mean over many is the truth."""
    return values_of(Source.made().corpus(articles, (1, seed))[0])


def percentile_intervals(edges: EdgeArray, parts: ArticleParts, *, seed: int, replicates: int = 200) -> Numbers:
    """What a plain bootstrap gives: percentiles of values and ranks; shape (values and ranks, ends, measure, place)."""
    rng = np.random.default_rng(seed)
    drawn = np.stack([values_of(parts.network(edges, rng.poisson(1.0, parts.n_articles))) for _ in range(replicates)])
    ranks = np.apply_along_axis(ranks_of, 2, drawn)
    return np.stack([np.quantile(each, [0.025, 0.975], axis=0, method="inverted_cdf") for each in (drawn, ranks)])


def intervals_of_corpus(seed: int, *, articles: int) -> tuple[Numbers, Numbers, Numbers]:
    """Values of a corpus, our intervals of values and ranks, and those of the percentiles."""
    edges, parts = Source.made().corpus(articles, (2, seed))
    frame = hub_intervals(edges, parts, measures=MEASURES, seed=seed)
    ours = np.array(
        [[[frame[f"{m}{name}_{end}"] for m in MEASURES] for end in ("low", "high")] for name in ("", "_rank")]
    )
    return values_of(edges), ours, percentile_intervals(edges, parts, seed=seed)


@dataclass(frozen=True)
class Coverage:
    """Parts of intervals that contain the truth, of values and of ranks; shape (measure,) each."""

    values: Numbers
    hubs: Numbers
    above_zero: Numbers
    ranks: Numbers
    own: Numbers

    @classmethod
    def of(cls, truth: Numbers, own: Numbers, intervals: Numbers) -> Coverage:
        """From intervals of shape (corpus, values and ranks, ends, measure, place)."""
        ranks = np.apply_along_axis(ranks_of, 1, truth.round(9))
        held = _within(intervals[:, 0], truth)
        known = own > 0
        return cls(
            values=held.mean(axis=(0, 2)),
            hubs=held[:, :, :HUBS].mean(axis=(0, 2)),
            above_zero=(held & known).sum(axis=(0, 2)) / known.sum(axis=(0, 2)),
            ranks=_within(intervals[:, 1], ranks).mean(axis=(0, 2)),
            own=_within(intervals[:, 0], own).mean(axis=(0, 2)),
        )


def _within(ends: Numbers, value: Any) -> npt.NDArray[np.bool_]:
    return np.asarray((ends[:, 0] - 1e-9 <= value) & (value <= ends[:, 1] + 1e-9))


def coverages(articles: int, *, corpora: int, averaged: int, processes: int) -> tuple[Coverage, Coverage]:
    """Ours and the percentiles'."""
    seeds, averages = range(corpora), range(averaged)
    study, once = (partial(each, articles=articles) for each in (intervals_of_corpus, values_of_corpus))
    if processes == 1:
        found, several = [study(seed) for seed in seeds], [once(seed) for seed in averages]
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            several = list(pool.map(once, averages, chunksize=50))
            found = list(pool.map(study, seeds, chunksize=5))
    truth, own = np.mean(several, axis=0), np.stack([each[0] for each in found])
    ours, theirs = (Coverage.of(truth, own, np.stack([each[place] for each in found])) for place in (1, 2))
    return ours, theirs


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """A line per measure: how many intervals of values do not contain the truth."""

    @cache
    def studied(articles: int) -> tuple[Coverage, Coverage]:
        return coverages(articles, corpora=size["corpora"], averaged=size["averaged"], processes=size["processes"])

    def missed(which: int, place: int) -> float:
        return max(100 * (1 - float(studied(size["dense"])[which].values[place])), _FINEST)

    def facts(place: int) -> dict[str, str]:
        said = {}
        for name in ("sparse", "dense"):
            ours, theirs = studied(size[name])
            said[f"{size[name]:,} articles, intervals that contain the truth"] = (
                f"{ours.values[place]:.1%} of all places, {ours.hubs[place]:.1%} of the {HUBS} largest, "
                f"{ours.above_zero[place]:.1%} of places with a value above 0; ranks {ours.ranks[place]:.1%}"
            )
            said[f"{size[name]:,} articles, percentile intervals"] = (
                f"{theirs.values[place]:.1%}, {theirs.hubs[place]:.1%}, {theirs.above_zero[place]:.1%}; "
                f"ranks {theirs.ranks[place]:.1%}; {theirs.own[place]:.1%} contain the corpus' own value "
                f"(ours {ours.own[place]:.1%})"
            )
        return said

    def compared(place: int, measure: str) -> Comparison:
        return Comparison(
            name=f"hub_coverage, {measure}",
            title=f"95 % intervals of {measure} that miss the true value",
            size=f"{size['corpora']} corpora of about {size['dense']:,} articles from {PLACES} places",
            ours=Side(
                "hub_intervals of all places, 200 replicates; truth: the mean over "
                f"{size['averaged']:,} other corpora of the same source",
                lambda: studied(size["dense"]),
                repeats=1,
                value=lambda _: missed(0, place),
            ),
            rival=Side(
                "2.5th and 97.5th percentile of 200 Poisson bootstrap replicates of the same corpora",
                lambda: studied(size["dense"]),
                repeats=1,
                value=lambda _: missed(1, place),
            ),
            minimum=0.0,
            same=lambda _one, _other: facts(place),
            warm_up=False,
            unit="%",
        )

    return [compared(place, measure) for place, measure in enumerate(MEASURES)]
