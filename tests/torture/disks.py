"""Disks that are full at a random point, and two processes on one workspace."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

from plain.small_disk import fill, small_disk

from toolkit.corpus.sample import write_sample
from torture.harness import Outcome, command, content, differences, environment, run, timed

SIZE = 40_000_000


def full_disks(folder: Path, *, attempts: int, works: int = 800, seed: int = 0) -> Outcome:
    """Leave a random rest of a disk free: a sentence, the old tables, and the same command ends once there is room."""
    outcome = Outcome("full disks", "a sentence and the old tables; the same command ends once there is room")
    chance = random.Random(seed)
    raw = Path(write_sample(folder / "sample", works=works, seed=seed).works_folder).parent
    reference = folder / "reference"
    steps = (("ingest", "openalex", raw / "works"), ("ingest", "ror", raw / "ror"), ("build",))
    states = [{}]
    with timed(outcome), small_disk(folder / "disk", size=SIZE) as mounted:
        if not mounted:
            outcome.check(holds=False, failure="no disk of its own could be mounted here (it takes root)")
            return outcome
        for arguments in steps:
            assert run(*arguments, "-w", reference).returncode == 0
            states.append(dict(content(reference)))
        for number in range(attempts):
            at = number % len(steps)
            workspace = folder / "disk" / "ws"
            shutil.rmtree(workspace, ignore_errors=True)
            for arguments in steps[:at]:
                assert run(*arguments, "-w", workspace).returncode == 0
            ballast = fill(folder / "disk", but=chance.randrange(0, 400_000))
            done = run(*steps[at], "-w", workspace)
            told = (done.stderr.strip().splitlines() or [""])[-1]
            old = differences({**content(workspace)}, states[at]) if at and done.returncode else ""
            ballast.unlink()
            again = run(*steps[at], "-w", workspace)
            wrong = "" if done.returncode in (0, 1) else f"code {done.returncode}: {told}"
            if done.returncode == 1 and "disk is full" not in told:
                wrong = f"no word of the full disk: {told}"
            wrong = wrong or (f"the old tables changed: {old}" if _tables_only(old) else "")
            wrong = wrong or (f"again: code {again.returncode}: {again.stderr[-200:]}" if again.returncode else "")
            wrong = wrong or differences(content(workspace), states[at + 1])
            outcome.check(holds=not wrong, failure=f"{' '.join(map(str, steps[at][:2]))}: {wrong}")
    return outcome


def _tables_only(names: str) -> str:
    """Of files that differ, those that answers come from: what was staged for the next try may stay."""
    return ", ".join(name for name in names.split(", ") if name and not name.startswith("staging"))


def two_processes(folder: Path, *, attempts: int, works: int = 800, seed: int = 0) -> Outcome:
    """Two commands on one workspace at once: both end, or one is refused in a sentence, and the tables are whole."""
    outcome = Outcome("two processes", "both end, or one is refused in a sentence; the tables are whole")
    chance = random.Random(seed)
    raw = Path(write_sample(folder / "sample", works=works, seed=seed).works_folder).parent
    works_of, ror = ("ingest", "openalex", raw / "works"), ("ingest", "ror", raw / "ror")
    share = ("share", "--level", "city")
    pairs = [(works_of, works_of), (works_of, ror), (("build",), ("build",)), (("build",), works_of), (works_of, share)]
    whole, before = folder / "whole", folder / "before"
    with timed(outcome):
        assert run(*works_of, "-w", before).returncode == 0
        shutil.copytree(before, whole)
        assert run(*ror, "-w", whole).returncode == 0
        assert run("build", "-w", whole).returncode == 0
        expected = content(whole)
        for number in range(attempts):
            workspace = folder / "attempt"
            shutil.rmtree(workspace, ignore_errors=True)
            shutil.copytree(before, workspace)
            both = pairs[number % len(pairs)]
            running = [_started(*arguments, "-w", workspace) for arguments in chance.sample(both, 2)]
            ended = [(process.communicate()[1], process.returncode) for process in running]
            wrong = "".join(
                f"code {code}: {said.strip().splitlines()[-1:]}"
                for said, code in ended
                if code and not (code == 2 and "Another scicities process" in said)
            )
            for arguments in (works_of, ror, ("build",)):
                done = run(*arguments, "-w", workspace)
                wrong = wrong or (done.stderr[-200:] if done.returncode else "")
            wrong = wrong or differences(content(workspace), expected)
            outcome.check(holds=not wrong, failure=f"{both[0][0]} and {both[1][0]}: {wrong}")
    return outcome


def _started(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment()
    )
