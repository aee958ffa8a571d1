"""Measuring ours and a rival in turn, after making sure that both give the same output."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Comparison", "Measured", "RowModule", "Side", "WrongOutput", "measured", "once", "seconds_of"]


class WrongOutput(AssertionError):
    """Ours and the rival's outputs differ: a ratio between them would mean nothing."""


@dataclass(frozen=True)
class Side:
    """One of the two: what it is, how it is run, and what puts things back before each run (not timed).

    ``value`` tells what of the output is measured, where that is not the time of the run.
    """

    what: str
    run: Callable[[], Any]
    before: Callable[[], object] | None = None
    repeats: int = 3
    value: Callable[[Any], float] | None = None


@dataclass(frozen=True)
class Comparison:
    """One line of the table.

    Attributes
    ----------
    name
        Short and unique.
    title
        What is done.
    size
        How much of it, in words.
    ours, rival
        The two sides.
    minimum
        Ratio rival / ours that is required; 0 for one that is only shown.
    same
        Raises :class:`WrongOutput` where the outputs differ; gives facts to print beside the ratio.
    warm_up
        Leave the first run of each side out of the times. Off where a run takes a minute.
    clock
        What times the runs; ``None`` is the clock on the wall.
    unit
        Of what is measured: ``s``, ``MB`` or ``%``.
    beside
        Other ways to ours, run once: their output is checked too, their time and ratio are facts.
    """

    name: str
    title: str
    size: str
    ours: Side
    rival: Side
    minimum: float
    same: Callable[[Any, Any], Mapping[str, Any]]
    warm_up: bool = True
    clock: Callable[[], float] | None = None
    unit: str = "s"
    beside: tuple[Side, ...] = ()


@dataclass(frozen=True)
class Measured:
    """What came out of a comparison; everything in it is a JSON value."""

    name: str
    title: str
    size: str
    ours: str
    rival: str
    ours_seconds: list[float]
    rival_seconds: list[float]
    ratio: float
    minimum: float
    facts: dict[str, Any] = field(default_factory=dict)
    unit: str = "s"

    @property
    def reached(self) -> bool:
        """Whether the required ratio was reached."""
        return self.ratio >= self.minimum


class RowModule(Protocol):
    """What a module under ``bench/rows`` offers."""

    NAME: str
    SIZES: Mapping[str, Any]

    def comparisons(self, size: Any, stack: ExitStack, scratch: Path) -> list[Comparison]:
        """Prepare the data and return what is to be compared; ``stack`` ends what was started."""


def once(comparison: Comparison) -> Comparison:
    """The same with one run of each side."""
    ours, rival = (replace(side, repeats=1) for side in (comparison.ours, comparison.rival))
    return replace(comparison, ours=ours, rival=rival, warm_up=False)


def seconds_of(side: Side, clock: Callable[[], float] | None = None) -> tuple[float, Any]:
    """Seconds of one run (or what the side measures in their place), and its output.

    The garbage of earlier runs is collected first, and what was prepared is kept from Python's collector: a run pays
    for its own objects, not for walking through the millions of the other side's.
    """
    if side.before is not None:
        side.before()
    gc.collect()
    gc.freeze()
    clock = clock or time.perf_counter
    begun = clock()
    output = side.run()
    seconds = clock() - begun
    gc.unfreeze()
    return (seconds if side.value is None else side.value(output)), output


def measured(comparison: Comparison, *, say: Callable[[str], object] = lambda _: None) -> Measured:
    """Run both sides in turn and compare their medians.

    The first pair of runs is checked for equal output before anything else. Then the sides take turns, so that a
    machine that slows down slows both.

    Raises
    ------
    WrongOutput
        The outputs differ.
    """
    ours, rival = comparison.ours, comparison.rival
    times: dict[str, list[float]] = {"ours": [], "rival": []}
    unit = comparison.unit
    first, one = seconds_of(ours, comparison.clock)
    second, other = seconds_of(rival, comparison.clock)
    facts = dict(comparison.same(one, other))
    others = {}
    for side in comparison.beside:
        others[side.what], output = seconds_of(side, comparison.clock)
        comparison.same(output, other)
        del output
    del one, other
    say(f"{comparison.name}: same output; first runs {first:.3f} {unit} and {second:.3f} {unit}")
    if not comparison.warm_up:
        times["ours"].append(first)
        times["rival"].append(second)
    for turn in range(max(ours.repeats, rival.repeats)):
        for key, side in (("ours", ours), ("rival", rival)):
            if turn < side.repeats and len(times[key]) < side.repeats:
                times[key].append(seconds_of(side, comparison.clock)[0])
                say(f"{comparison.name}: {key} {times[key][-1]:.3f} {unit}")
    median = statistics.median(times["rival"])
    facts |= {what: f"{value:.2f} {unit}, ratio {median / value:.1f}" for what, value in others.items()}
    return Measured(
        name=comparison.name,
        title=comparison.title,
        size=comparison.size,
        ours=ours.what,
        rival=rival.what,
        ours_seconds=[round(value, 4) for value in times["ours"]],
        rival_seconds=[round(value, 4) for value in times["rival"]],
        ratio=round(median / statistics.median(times["ours"]), 2),
        minimum=comparison.minimum,
        facts=facts,
        unit=unit,
    )
