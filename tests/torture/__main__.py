"""``make torture``: all trials at full length; prints a table and writes docs/reliability.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from torture.disks import full_disks, two_processes
from torture.guards import refused_statements
from torture.harness import ROOT, Outcome
from torture.kills import killed_commands, killed_loads
from torture.mutations import READERS, mutated_records
from torture.names import hostile_names

_HEAD = """\
# Reliability

Written by `make torture`; not edited by hand. Each trial tries to lose, double or corrupt records, to make a command
crash, or to get past a guard. The moments and damages are random and come from the seed. `make test` runs a short slice
of every trial.

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
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "reliability.md")
    options = parser.parse_args(arguments)
    outcomes = []
    for name, trial in trials(kills=options.kills, mutations=options.records, seed=options.seed).items():
        if options.only and name not in options.only:
            continue
        with tempfile.TemporaryDirectory(prefix="scicities-") as folder:
            outcome = trial(Path(folder))
        outcomes.append(outcome)
        print(f"{outcome.trial}: {outcome.held} of {outcome.tried} held, {outcome.seconds:.0f} s", flush=True)  # noqa: T201
        for failure in outcome.failures:
            print(f"  {failure}", flush=True)  # noqa: T201
    if not options.only:
        options.page.write_text(page(outcomes, seed=options.seed), encoding="utf-8")
    return int(any(outcome.failures for outcome in outcomes))


def page(outcomes: Sequence[Outcome], *, seed: int) -> str:
    """The page: one row a trial, and every attempt that did not hold."""
    day = datetime.now(UTC).date().isoformat()
    lines = [f"Last run {day} with seed {seed}.", "", "| trial | must hold | attempts | held | time |"]
    lines.append("|---|---|---|---|---|")
    lines += [
        f"| {one.trial} | {one.goal} | {one.tried:,} | {one.held:,} | {one.seconds / 60:.1f} min |" for one in outcomes
    ]
    failures = [f"- {one.trial}: {failure}" for one in outcomes for failure in one.failures]
    readers = ", ".join(reader.name for reader in READERS)
    lines += ["", f"Damaged records are read by every reader: {readers}."]
    lines += ["", "Not held:", "", *failures] if failures else []
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
