"""A report again, from its record."""

from __future__ import annotations

from pathlib import Path

from toolkit.corpus.checking.against import lines_against
from toolkit.corpus.checking.reconciliation import Reconciliation, reconciliation
from toolkit.errors import BadParameter, DataError
from toolkit.runs import Answer, RunRecord, first_rows
from toolkit.workspace import Workspace, open_workspace

__all__ = ["METHODS", "repeat_check"]

METHODS = ("check", "check against")


def repeat_check(record: RunRecord, workspace: Workspace, old: Workspace | None = None) -> Answer:
    """The lines of the report that ``record`` tells of, made again.

    Parameters
    ----------
    record
        Of :func:`~toolkit.corpus.checking.reconciliation`, or of :func:`~toolkit.corpus.checking.lines_against`.
    workspace
        The workspace, or one with the same records.
    old
        The one it was set against; ``None`` for the folder that the record names.

    Raises
    ------
    BadParameter
        The record is of another method, or its thresholds are not those of today.
    DataError
        A workspace holds other records than those the report was made of.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> found = reconciliation(workspace)
    >>> repeat_check(found.run, workspace).frame.equals(found.lines)
    True
    """
    if record.method not in METHODS:
        raise BadParameter("method", record.method, f"it is one of {', '.join(METHODS)}")
    found = _same(workspace, record.fingerprint)
    changed = [name for name, value in found.run.parameters.items() if record.parameters.get(name) != value]
    if changed:
        raise BadParameter(
            changed[0], record.parameters.get(changed[0]), f"today it is {found.run.parameters[changed[0]]}"
        )
    top = record.parameters.get("top")
    if record.method == "check":
        return first_rows(found.answer(record.parameters.get("listing")), top)
    before = old if old is not None else open_workspace(Path(str(record.parameters["old"])))
    return first_rows(lines_against(found, _same(before, str(record.parameters["old_fingerprint"]))), top)


def _same(workspace: Workspace, fingerprint: str) -> Reconciliation:
    if workspace.fingerprint != fingerprint:
        raise DataError(
            f"The report came from records {fingerprint[:12]}, but {workspace.root} holds "
            f"{workspace.fingerprint[:12] or 'none'}. Repeat it in a workspace with the same records."
        )
    return reconciliation(workspace)
