"""The event study on samples whose truth is planted: how often its intervals hold it, how often it finds a zero."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.harness import Comparison, Side
from toolkit.corpus.example import example_workspace
from toolkit.corpus.sample.returnees import returnee_tables
from toolkit.measures.movement.event_answers import event_study

NAME = "coverage"
SIZES = {
    "full": {"samples": 100, "returnees": 40, "stayers": 120, "processes": os.cpu_count() or 1},
    "quick": {"samples": 1, "returnees": 12, "stayers": 24, "processes": 1},
}
EFFECT: Final = 1.0
"""What is planted [articles/year]."""
WITHOUT: Final = 3.0
"""What people of the samples publish without it, in the mean [articles/year]."""
NOMINAL: Final = 0.95
_FINEST: Final = 0.1
"""Smallest figure shown [%]: none of a few hundred samples is less than can be told from it."""


@dataclass(frozen=True)
class Found:
    """What the study of one sample says of articles.

    ``after`` with its interval: difference-in-differences of all years after the return. ``by_time``: of the years
    from the return on, how many there are and how many intervals hold the truth. ``means``: the same of the bootstrap
    intervals of the means at each event time.
    """

    persons: int
    matched: int
    after: float
    low: float
    high: float
    p: float
    by_time: tuple[int, int]
    means: tuple[int, int]


def found_in(seed: int, *, effect: float, returnees: int, stayers: int) -> Found:
    """Plant ``effect`` in a sample, write it, and ask the event study."""
    with TemporaryDirectory(prefix="bench-") as folder:
        tables = returnee_tables(effect=effect, returnees=returnees, stayers=stayers, seed=seed)
        answer = event_study(example_workspace(folder, tables=tables), outcomes=["articles"], seed=seed)
    facts, rows = answer.run.facts, answer.frame
    after = rows[rows["t"] >= 0]
    held = (after["did_low"] <= effect) & (effect <= after["did_high"])
    mean = WITHOUT + effect * (rows["t"] >= 0)
    means = (rows["low"] <= mean) & (mean <= rows["high"])
    after_move = (facts[f"after_articles{end}"] for end in ("", "_low", "_high", "_p"))
    return Found(
        facts["persons"], facts["matched"], *after_move, (len(after), int(held.sum())), (len(rows), int(means.sum()))
    )


def binomial_range(trials: int, chance: float) -> tuple[int, int]:
    """The 2.5 % and 97.5 % quantiles of a binomial number: what sampling error alone gives."""
    total, quantiles = 0.0, []
    for hits in range(trials + 1):
        total += math.comb(trials, hits) * chance**hits * (1 - chance) ** (trials - hits)
        while len(quantiles) < 2 and total >= (0.025, 0.975)[len(quantiles)]:
            quantiles.append(hits)
    return quantiles[0], quantiles[1]


def missed(found: Iterable[Found], effect: float) -> int:
    """How many 95 % intervals do not hold the planted effect."""
    return sum(not one.low <= effect <= one.high for one in found)


def facts_of(found: list[Found], effect: float) -> dict[str, str]:
    """What is printed beside: the rate with its range, the mean of what was found, the years one by one."""
    number, hits = len(found), len(found) - missed(found, effect)
    low, high = binomial_range(number, NOMINAL)
    years, held = (sum(one.by_time[place] for one in found) for place in (0, 1))
    means, means_held = (sum(one.means[place] for one in found) for place in (0, 1))
    return {
        "intervals that hold it": f"{hits} of {number}; a rate of 95 % gives {low} to {high} in 95 of 100 such runs",
        "planted and found in the mean": f"{effect:.2f} and {fmean(one.after for one in found):.3f} articles a year",
        "mean width of the intervals": f"{fmean(one.high - one.low for one in found):.2f} articles a year",
        "intervals of single years from the return on that hold it": f"{held:,} of {years:,} ({held / years:.1%})",
        "bootstrap intervals of the means by event time that hold the planted mean": f"{means_held:,} of {means:,} "
        f"({means_held / means:.1%})",
        "people": f"{fmean(one.persons for one in found):.1f} with a return seen in a sample, "
        f"{fmean(one.matched for one in found):.1f} of them matched",
    }


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Planted effects, then planted zeros."""
    people = {name: size[name] for name in ("returnees", "stayers")}
    number = size["samples"]
    text = f"{number} samples of {people['returnees']} returnees and {people['stayers']} who stay"

    @cache
    def studied(effect: float) -> list[Found]:
        # samples with and without an effect share no draw
        seeds = range(number) if effect else range(number, 2 * number)
        study = partial(found_in, effect=effect, **people)
        if size["processes"] == 1:
            return [study(seed) for seed in seeds]
        with ProcessPoolExecutor(size["processes"], mp_context=get_context("spawn")) as pool:
            return list(pool.map(study, seeds, chunksize=5))

    def rate(effect: float) -> float:
        return max(100 * missed(studied(effect), effect) / number, _FINEST)

    def compared(name: str, title: str, what: str, effect: float) -> Comparison:
        limit = 100 * binomial_range(number, 1 - NOMINAL)[1] / number

        def checked(_one: Any, _other: Any) -> Mapping[str, Any]:
            return facts_of(studied(effect), effect)

        return Comparison(
            name=name,
            title=title,
            size=text,
            ours=Side(what, lambda: studied(effect), repeats=1, value=lambda _: rate(effect)),
            rival=Side(
                "the most that a rate of 5 % gives within sampling error (97.5 % of the binomial distribution)",
                lambda: limit,
                repeats=1,
                value=float,
            ),
            minimum=1.0,
            same=checked,
            warm_up=False,
            unit="%",
        )

    return [
        compared(
            "coverage",
            f"Planted effects of a return ({EFFECT:g} article a year) missed by 95 % intervals",
            "event_study of returnees against a matched comparison group, articles, from canonical tables; part of "
            "the intervals of the difference-in-differences that do not hold the planted effect",
            EFFECT,
        ),
        compared(
            "coverage, zeros",
            "Planted zeros that are found to be effects",
            "the same where the return changes nothing: part of the 95 % intervals that do not hold zero",
            0.0,
        ),
    ]
