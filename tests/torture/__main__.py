"""``make torture``: all trials at full length; prints a table and writes docs/reliability.md."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from torture.disks import full_disks, two_processes
from torture.guards import refused_statements
from torture.harness import ROOT, Outcome
from torture.kills import killed_commands, killed_loads
from torture.mutations import READERS, mutated_records
from torture.names import hostile_names

_HEAD = """\
# Reliability

Written by `make torture`; not edited by hand. `make torture TRIALS="--only kills"` runs one trial again. Each trial
tries to lose, double or corrupt records, to make a command crash, or to get past a guard. The moments and damages are
random and come from the seed. `make test` runs a short slice of every trial.

"""


def trials(*, kills: int, mutations: int, seed: int) -> dict[str, Callable[[Path], Outcome]]:
    """The trials by name."""
    return {
        "kills": lambda folder: killed_commands(folder, kills=kills, seed=seed),
        "loads": lambda folder: killed_loads(folder, kills=max(2, kills // 5), seed=seed),
        "records": lambda folder: mutated_records(folder, records=mutations, seed=seed),
        "names": hostile_names,
        "disks": lambda folder: full_disks(folder, attempts=max(3, kills // 4), seed=seed),
        "processes": lambda folder: two_processes(folder, attempts=max(5, kills // 5), seed=seed),
        "statements": refused_statements,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trials asked for; 1 where an attempt did not hold."""
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--only", action="append", choices=trials(kills=0, mutations=0, seed=0), help="run this trial")
    parser.add_argument("--kills", type=int, default=50, help="commands to kill")
    parser.add_argument("--records", type=int, default=3_000, help="records to damage")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results" / "torture")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "reliability.md")
    options = parser.parse_args(arguments)
    failed = False
    for name, trial in trials(kills=options.kills, mutations=options.records, seed=options.seed).items():
        if options.only and name not in options.only:
            continue
        with tempfile.TemporaryDirectory(prefix="scicities-") as folder:
            outcome = trial(Path(folder))
        save(options.results / f"{name}.json", outcome, seed=options.seed)
        failed |= bool(outcome.failures)
        print(f"{outcome.trial}: {outcome.held} of {outcome.tried} held, {outcome.seconds:.0f} s", flush=True)  # noqa: T201
        for failure in outcome.failures:
            print(f"  {failure}", flush=True)  # noqa: T201
    names = trials(kills=0, mutations=0, seed=0)
    found = [options.results / f"{name}.json" for name in names if (options.results / f"{name}.json").exists()]
    options.page.write_text(page([json.loads(path.read_text(encoding="utf-8")) for path in found]), encoding="utf-8")
    return int(failed)


def save(path: Path, outcome: Outcome, *, seed: int) -> None:
    """Write what a trial found."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"day": datetime.now(UTC).date().isoformat(), "seed": seed, "held": outcome.held, **asdict(outcome)}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def page(results: Sequence[dict[str, Any]]) -> str:
    """The page: one row a trial, and every attempt that did not hold."""
    lines = ["| trial | must hold | attempts | held | time | run |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {one['trial']} | {one['goal']} | {one['tried']:,} | {one['held']:,} | {one['seconds'] / 60:.1f} min | "
        f"{one['day']}, seed {one['seed']} |"
        for one in results
    ]
    failures = [f"- {one['trial']}: {failure}" for one in results for failure in one["failures"]]
    readers = ", ".join(reader.name for reader in READERS)
    lines += ["", f"Damaged records are read by every reader: {readers}."]
    lines += ["", "Not held:", "", *failures] if failures else []
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
