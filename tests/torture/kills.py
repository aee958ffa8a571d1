"""Commands killed at random moments: the same command, given again, ends in the bytes of an uninterrupted one."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from plain.graph_content import content as graph_content

from toolkit.corpus.sample import write_sample
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.server import ManagedServer
from toolkit.workspace import Workspace
from torture.harness import Outcome, content, differences, run, run_and_kill, timed

GOAL = "the same command, given again, ends with the bytes of one that was never killed"


@dataclass(frozen=True)
class Job:
    """A command to kill: what stands before it, and what it writes outside of the workspace."""

    name: str
    before: tuple[tuple[object, ...], ...]
    arguments: tuple[object, ...]
    written: Callable[[Path], dict[str, object]]


def _nothing(folder: Path) -> dict[str, object]:
    return {}


def _exported(folder: Path) -> dict[str, object]:
    """The file, and what its run record says of its rows; the rest of the record tells the time."""
    record = json.loads((folder / "pairs.csv.run.json").read_text(encoding="utf-8"))
    return {"pairs.csv": (folder / "pairs.csv").read_bytes(), "rows": record["rows"]}


def jobs(raw: Path) -> list[Job]:
    """The commands that write, on a sample."""
    works = ("ingest", "openalex", raw / "works")
    ror = ("ingest", "ror", raw / "ror")
    return [
        Job("ingest openalex", (), works, _nothing),
        Job("ingest ror", (works,), ror, _nothing),
        Job("build", (works, ror), ("build",), _nothing),
        Job("pairs -o", (works, ror), ("pairs", "--level", "institution", "-o", "{folder}/pairs.csv"), _exported),
    ]


def killed_commands(folder: Path, *, kills: int, works: int = 1_500, seed: int = 0) -> Outcome:
    """Kill ``kills`` commands that write files, each at a random moment; fewer kills than jobs take the last jobs."""
    outcome = Outcome("kills of ingest, build and export", GOAL)
    chance = random.Random(seed)
    raw = Path(write_sample(folder / "sample", works=works, seed=seed).works_folder).parent
    with timed(outcome):
        prepared = [_prepared(folder / f"job-{number}", job) for number, job in enumerate(jobs(raw)[-kills:])]
        for number in range(kills):
            job, before, expected, seconds = prepared[number % len(prepared)]
            attempt = folder / "attempt"
            shutil.rmtree(attempt, ignore_errors=True)
            shutil.copytree(before, attempt)
            arguments = _given(job.arguments, attempt)
            moment = chance.uniform(0, seconds)
            run_and_kill(moment, *arguments, "-w", attempt / "ws")
            done = run(*arguments, "-w", attempt / "ws")
            found = _found(attempt, job) if done.returncode == 0 else {}
            told = done.stderr.strip().splitlines()[-1:] or [""]
            wrong = f"code {done.returncode}: {told[0]}" if done.returncode else differences(found, expected)
            outcome.check(holds=not wrong, failure=f"{job.name} killed after {moment:.2f} s of {seconds:.2f}: {wrong}")
    return outcome


def _given(arguments: Sequence[object], folder: Path) -> list[str]:
    return [str(argument).replace("{folder}", str(folder)) for argument in arguments]


def _found(folder: Path, job: Job) -> dict[str, str]:
    return {**content(folder / "ws"), **{name: repr(value) for name, value in job.written(folder).items()}}


def _prepared(folder: Path, job: Job) -> tuple[Job, Path, dict[str, str], float]:
    """The job, the folder to begin with, what is right in the end, and how long that takes."""
    before, after = folder / "before", folder / "after"
    before.mkdir(parents=True)
    for arguments in job.before:
        assert run(*arguments, "-w", before / "ws").returncode == 0
    shutil.copytree(before, after)
    begun = time.monotonic()
    assert run(*_given(job.arguments, after), "-w", after / "ws").returncode == 0
    return job, before, _found(after, job), time.monotonic() - begun


def killed_loads(folder: Path, *, kills: int, works: int = 600, seed: int = 0) -> Outcome:
    """Kill loads of a workspace's own server at random moments; every second one by the import tool."""
    outcome = Outcome("kills of load", "the same load, given again, ends in the graph of one that was never killed")
    chance = random.Random(seed)
    workspace = Workspace(folder / "ws")
    raw = Path(write_sample(folder / "sample", works=works, seed=seed).works_folder).parent
    server = ManagedServer(workspace.neo4j)
    with timed(outcome):
        for arguments in (("ingest", "openalex", raw / "works"), ("ingest", "ror", raw / "ror"), ("build",)):
            assert run(*arguments, "-w", workspace.root).returncode == 0
        try:
            begun = time.monotonic()
            assert run("load", "-w", workspace.root).returncode == 0
            begun = time.monotonic()
            assert run("load", "--replace", "-w", workspace.root).returncode == 0
            seconds = time.monotonic() - begun
            with open_graph("local", workspace=workspace) as graph:
                expected = graph_content(graph)
            for number in range(kills):
                offline = number % 2
                if offline:
                    server.stop()
                    shutil.rmtree(workspace.neo4j)
                arguments = ("load", *(("--mode", "offline") if offline else ("--replace",)))
                moment = chance.uniform(0, seconds * (6 if offline else 1))
                run_and_kill(moment, *arguments, "-w", workspace.root)
                done = run("load", "-w", workspace.root)
                told = done.stderr.strip().splitlines()[-1:] or [""]
                wrong = f"code {done.returncode}: {told[0]}" if done.returncode else ""
                if not wrong:
                    with open_graph("local", workspace=workspace) as graph:
                        wrong = "" if graph_content(graph) == expected else "another graph"
                outcome.check(holds=not wrong, failure=f"{' '.join(arguments)} killed after {moment:.2f} s: {wrong}")
        finally:
            server.stop()
    return outcome
