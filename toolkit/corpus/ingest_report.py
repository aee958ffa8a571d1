"""What a call of ``scicities ingest`` read, kept, left out and set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from toolkit.corpus.staging import StagedInput
from toolkit.runs import RunRecord, RunTimer
from toolkit.workspace import Workspace

__all__ = ["IngestReport", "Progress", "ingested"]

Progress = Callable[[str, int, int], None]
"""``progress(stage, done, total)``."""


@dataclass(frozen=True)
class IngestReport:
    """What one call read.

    Attributes
    ----------
    kind
        ``openalex``, ``institutions``, ``ror``, ``tables`` or ``corrections``.
    files
        Files read or found read before.
    read, kept
        Records met, and records kept (before the same work in several records counts once).
    left_out
        Good records left out, by reason.
    rejects
        Bad records, and notes on records that were kept, by reason.
    seconds
        Time taken [s].
    run
        Run record; its facts hold the workspace's whole report.
    """

    kind: str
    files: int
    read: int
    kept: int
    left_out: Mapping[str, int]
    rejects: Mapping[str, int]
    seconds: float
    run: RunRecord


def ingested(
    workspace: Workspace, kind: str, staged: Sequence[StagedInput], timer: RunTimer, *, files: int | None = None
) -> IngestReport:
    """Report of a call that took ``staged`` into the workspace; its run record is put beside the others.

    ``files`` is told where an input is more or less than a file.
    """
    timer.fingerprint, timer.snapshot = workspace.fingerprint, workspace.snapshot
    run = timer.record()
    run.write(workspace.runs / f"ingest-{kind}-{run.run_id}.json")
    left_out, rejects = Counter[str](), Counter[str]()
    for one in staged:
        left_out.update(one.left_out)
        rejects.update(one.rejects)
    return IngestReport(
        kind=kind,
        files=len(staged) if files is None else files,
        read=sum(one.read for one in staged),
        kept=sum(one.kept for one in staged),
        left_out=dict(sorted(left_out.items())),
        rejects=dict(sorted(rejects.items())),
        seconds=run.seconds,
        run=run,
    )
