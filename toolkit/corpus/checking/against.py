"""One workspace's report beside another's."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.corpus.checking.reconciliation import Reconciliation
from toolkit.runs import Answer, recording

__all__ = ["lines_against"]

_KEYS = ["section", "item"]


def lines_against(new: Reconciliation, old: Reconciliation) -> Answer:
    """Each line of ``new`` with the value of the same line of ``old`` and the difference.

    A line is the same when section and item are. A line that only one report has (a year, a reason, a country, one of
    the largest) has no value in the other, and counts as 0 in the difference.

    Parameters
    ----------
    new, old
        Reports of two workspaces.

    Returns
    -------
    Answer
        ``section``, ``item``, ``value``, ``old_value``, ``difference`` (value - old value), ``note`` (of the line
        itself; of the old one where only that has it). Lines of ``new`` in their order, each section followed by the
        lines that only ``old`` has. The record names the fingerprints and runs of both.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.checking import reconciliation
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> new = reconciliation(example_workspace(tempfile.mkdtemp()))
    >>> old = reconciliation(example_workspace(tempfile.mkdtemp(), tables=hand_tables()))
    >>> frame = lines_against(new, old).frame.set_index("item")
    >>> frame.loc["counted in Shares", ["value", "old_value", "difference"]].tolist()
    [10, 1, 9]
    """
    parameters = {**new.run.parameters, "new_run": new.run.run_id, "old_run": old.run.run_id}
    parameters |= {"old": str(old.folder), "old_fingerprint": old.run.fingerprint, "old_snapshot": old.run.snapshot}
    with recording("check against", parameters, fingerprint=new.run.fingerprint, snapshot=new.run.snapshot) as timer:
        both = [_numbered(report.lines) for report in (new, old)]
        keys = list(dict.fromkeys([*both[0], *both[1]]))
        order = {section: place for place, section in enumerate(dict.fromkeys(key[0] for key in keys))}
        keys.sort(key=lambda key: order[key[0]])  # stable: the new report's lines first within each section
        rows = [_row(key, both[0].get(key), both[1].get(key)) for key in keys]
        frame = pd.DataFrame(rows, columns=[*_KEYS, "value", "old_value", "difference", "note"], dtype=object)
        changed = int((frame["difference"] != 0).sum())
        timer.rows.update(lines=len(frame), changed=changed)
        timer.facts.update(changed=changed, balanced=new.balanced, old_balanced=old.balanced)
        if not old.balanced:
            timer.notes.append("The old workspace is not balanced.")
    return Answer(frame, timer.record())


def _numbered(lines: pd.DataFrame) -> dict[tuple[str, str, int], tuple[Any, str]]:
    """Value and note of each line by section, item and how often the two stood before (two places of one name)."""
    again = lines.groupby(_KEYS, sort=False).cumcount()
    keys = zip(lines["section"], lines["item"], again, strict=True)
    return dict(zip(keys, zip(lines["value"], lines["note"], strict=True), strict=True))


def _row(key: tuple[str, str, int], new: tuple[Any, str] | None, old: tuple[Any, str] | None) -> tuple[Any, ...]:
    value, before = new[0] if new else None, old[0] if old else None
    difference = (value or 0) - (before or 0)
    difference = round(difference, 9) + 0.0 if isinstance(difference, float) else difference
    return (key[0], key[1], value, before, difference, (new or old or (None, ""))[1])
