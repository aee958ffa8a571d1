"""What a call of ``scicities ingest`` read, kept, left out and rejected, and when so much is rejected that it fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow.parquet as pq

from toolkit.corpus.staging import StagedInput, staging_folder
from toolkit.errors import DataError
from toolkit.runs import RunRecord, RunTimer
from toolkit.workspace import Workspace

__all__ = [
    "LEAST_RECORDS",
    "MOST_REJECTED",
    "IngestReport",
    "Progress",
    "ingested",
    "lost_records",
    "mostly_rejected",
    "refuse_mostly_rejected",
    "why_rejected",
]

LEAST_RECORDS: Final = 10
"""Inputs with fewer records are refused only when every record is rejected."""

MOST_REJECTED: Final = 0.5
"""Largest fraction of an input's records that may be rejected."""

_NO_LOSS: Final = ("kept", "another record of this")
"""Reasons that start so are notes on records that were kept, or repeated records: nothing is lost by them."""

_TOP_REASONS: Final = 3

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
    notes
        Which files were skipped and why, in sentences.
    """

    kind: str
    files: int
    read: int
    kept: int
    left_out: Mapping[str, int]
    rejects: Mapping[str, int]
    seconds: float
    run: RunRecord
    notes: tuple[str, ...] = ()


def lost_records(rejects: Mapping[str, int]) -> dict[str, int]:
    """The rejects that are lost records, most frequent reason first: without notes and repeated records.

    Examples
    --------
    >>> lost_records({"kept without a journal": 9, "no id": 1, "broken JSON": 2})
    {'broken JSON': 2, 'no id': 1}
    """
    lost = [(reason, count) for reason, count in rejects.items() if not reason.startswith(_NO_LOSS)]
    return dict(sorted(lost, key=lambda item: (-item[1], item[0])))


def mostly_rejected(read: int, rejects: Mapping[str, int]) -> bool:
    """Whether an input is refused: more than :data:`MOST_REJECTED` of at least :data:`LEAST_RECORDS` records are lost.

    Parameters
    ----------
    read
        Records met, the rejected ones among them.
    rejects
        Reason -> number, notes included.

    Examples
    --------
    >>> mostly_rejected(10, {"no id": 6}), mostly_rejected(10, {"no id": 5}), mostly_rejected(9, {"no id": 8})
    (True, False, False)
    """
    return read >= LEAST_RECORDS and sum(lost_records(rejects).values()) > MOST_REJECTED * read


def why_rejected(rejects: Mapping[str, int], listing: Iterable[Mapping[str, Any]] = ()) -> str:
    """The most frequent reasons as text, each with its first line.

    Parameters
    ----------
    rejects
        Reason -> number, notes included.
    listing
        Rows of the table of rejects; ``line`` and ``excerpt`` of a reason's first row are shown.

    Examples
    --------
    >>> why_rejected({"no id": 3}, [{"line": 2, "reason": "no id", "excerpt": "Alder U"}])
    "no id (3, the first at line 2: 'Alder U')"
    """
    first: dict[str, Mapping[str, Any]] = {}
    for row in listing:
        first.setdefault(row["reason"], row)
    texts = []
    for reason, count in list(lost_records(rejects).items())[:_TOP_REASONS]:
        found = first.get(reason)
        place = f", the first at line {found['line']}: {found['excerpt'][:80]!r}" if found else ""
        texts.append(f"{reason} ({count:,}{place})")
    return "; ".join(texts)


def refuse_mostly_rejected(workspace: Workspace, staged: Sequence[StagedInput], *, accept: bool = False) -> None:
    """Refuse inputs that lost most of their records, before they change a workspace.

    Parameters
    ----------
    workspace
        Where they are staged.
    staged
        Inputs of this call. Of kinds read as several tables at once, each table is an input of its own here
        (``StagedInput.tables``).
    accept
        Take them all the same (``--accept-rejects``).

    Raises
    ------
    DataError
        More than half of an input's records are rejected (:func:`mostly_rejected`). The message names the reasons.
    """
    for one in staged:
        parts = [(name, part["read"], part["rejects"]) for name, part in one.tables.items()]
        for name, read, rejects in parts or [("", one.read, one.rejects)]:
            if accept or not mostly_rejected(read, rejects):
                continue
            lost = sum(lost_records(rejects).values())
            folder = staging_folder(workspace, one)
            listing = pq.read_table(folder / "rejects.parquet").to_pylist()
            of_what = "records" if name in ("", "records") else f"rows of the table of {name}"
            raise DataError(
                f"{one.path}: {lost:,} of {read:,} {of_what} are rejected, more than half: "
                f"{why_rejected(rejects, listing)}. The workspace was not changed. Mend the input, or take what is "
                f"left with --accept-rejects (Python: accept_rejects=True)."
            )


def ingested(
    workspace: Workspace,
    kind: str,
    staged: Sequence[StagedInput],
    timer: RunTimer,
    *,
    files: int | None = None,
    notes: Sequence[str] = (),
) -> IngestReport:
    """Report of a call that took ``staged`` into the workspace; its run record is written to the workspace.

    ``files`` is given where an input is more or less than a file.
    """
    if notes:
        timer.facts["report"] = {**timer.facts["report"], "notes": list(notes)}
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
        notes=tuple(notes),
    )
