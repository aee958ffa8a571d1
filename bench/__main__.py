"""``python -m bench``: measure, write ``bench/results/*.json`` and ``docs/bench.md``."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench.harness import Measured, RowModule, measured, once
from bench.machine import described
from bench.page import page, read_results, write_results

ROWS = (
    "ingest",
    "measures",
    "output",
    "subjects",
    "ties",
    "movement",
    "kept_ties",
    "coverage",
    "hub_coverage",
    "load",
    "projection",
    "queries",
    "writeback",
    "hubs",
    "communities",
)
ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the rows asked for; 1 where a ratio is below its minimum and ``--check`` was given."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=ROWS, help="measure this row (may be repeated)")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that everything runs")
    parser.add_argument("--check", action="store_true", help="end with 1 where a ratio is below its minimum")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="folder of the JSON files")
    parser.add_argument(
        "--page", type=Path, default=ROOT / "docs" / "bench.md", help="page made of all results that there are"
    )
    options = parser.parse_args(arguments)
    if options.quick and options.page == ROOT / "docs" / "bench.md":
        parser.error("--quick measures nothing worth publishing: give --results and --page elsewhere")
    # ended from outside, the servers a row started must end too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    context = {"day": datetime.now(UTC).date().isoformat(), "machine": described()}
    missed: list[Measured] = []
    for name in options.only or ROWS:
        row: RowModule = import_module(f"bench.rows.{name}")  # type: ignore[assignment]
        results = _row(row, quick=options.quick)
        write_results(options.results, name, results, context)
        missed += [result for result in results if not result.reached]
    found = read_results(options.results, ROWS)
    absent = [name for name in ROWS if name not in {row["row"] for row in found}]
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(page(found, absent), encoding="utf-8")
    if absent:
        say(f"{options.page.name} has no results yet of {', '.join(absent)}, and says so")
    for result in missed:
        say(f"missed: {result.name} {result.ratio} of {result.minimum}")
    return 1 if missed and options.check else 0


def _row(row: RowModule, *, quick: bool) -> list[Measured]:
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        say(f"{row.NAME}: preparing")
        results = []
        for comparison in row.comparisons(row.SIZES["quick" if quick else "full"], stack, scratch):
            result = measured(once(comparison) if quick else comparison, say=say)
            say(f"{result.name}: {result.ratio} (required {result.minimum})")
            results.append(result)
        return results


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
