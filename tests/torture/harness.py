"""What all trials share: commands in processes of their own, the content of a workspace, and what a trial found."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_VOLATILE = ("runs", ".lock", ".lock.pid", "neo4j")


@dataclass
class Outcome:
    """What a trial found: how many attempts there were, and a sentence for each that did not hold."""

    trial: str
    goal: str
    tried: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def held(self) -> int:
        """Attempts that held."""
        return self.tried - len(self.failures)

    def check(self, *, holds: bool, failure: str) -> None:
        """Count one attempt."""
        self.tried += 1
        if not holds:
            self.failures.append(failure)


@contextmanager
def timed(outcome: Outcome) -> Iterator[Outcome]:
    """Add the seconds of the block to the outcome."""
    begun = time.monotonic()
    yield outcome
    outcome.seconds += time.monotonic() - begun


def command(*arguments: object) -> list[str]:
    """A command of ours, as a list for ``subprocess``."""
    return [sys.executable, "-m", "toolkit", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """The environment in which a command finds this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "SCICITIES_GAZETTEER": "off", **more}


def run(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, errors="replace", check=False, env=environment(**more)
    )


def run_and_kill(after: float, *arguments: object, **more: str) -> bool:
    """Run a command and kill it with all its children after so many seconds; whether it still ran then."""
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(**more),
        start_new_session=True,
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def content(folder: Path) -> Mapping[str, str]:
    """Digest of every file of a workspace, but for what tells the time or belongs to the server."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.relative_to(folder).parts[0] not in _VOLATILE
    }


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> str:
    """Names of the files that differ, as part of a sentence; empty for none."""
    names = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
    return ", ".join(names[:5])
