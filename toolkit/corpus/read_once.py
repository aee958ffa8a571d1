"""Reading one file into staging, unless that was done before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from toolkit.corpus.jsonlines import RawFile, content_hash
from toolkit.corpus.pseudonyms import pseudonyms_of
from toolkit.corpus.staging import StagedInput, StagingWriter, read_meta, staging_folder, staging_input, write_meta
from toolkit.errors import DataError
from toolkit.workspace import Workspace

__all__ = ["read_once", "require_a_good_row"]


def read_once(
    workspace: Workspace,
    kind: str,
    file: RawFile,
    read: Callable[[RawFile, StagingWriter], Mapping[str, Any]],
    *,
    options: Mapping[str, Any] | None = None,
    strict: bool = False,
) -> StagedInput:
    """Staged input of one file that needs nothing but its own reader.

    Parameters
    ----------
    workspace
        The caller holds its writer lock.
    kind
        Kind of input.
    file
        The file.
    read
        Writes the staging tables and returns the counts that :class:`StagedInput` has.
    options
        Options that shaped the result.
    strict
        Read again what was read before with bad records in it; ``read`` is to raise at them.
    """
    name = StagedInput(kind, file.label, str(file.path.resolve()), content_hash(file.path), dict(options or {}))
    found = read_meta(staging_folder(workspace, name))
    if found is not None and not (strict and any(not reason.startswith("kept") for reason in found.rejects)):
        return found
    with staging_input(workspace, name.folder_name) as folder:
        with StagingWriter(folder, pseudonyms_of(workspace)) as writer:
            counts = read(file, writer)
        staged = replace(name, **counts)
        write_meta(folder, staged)
    return staged


def require_a_good_row(staged: Sequence[StagedInput], *, what: str) -> None:
    """Refuse files whose rows are all bad; files without rows are good, as they take back what was there.

    Raises
    ------
    DataError
        There are bad rows and no other.
    """
    reasons = Counter[str]()
    for one in staged:
        reasons.update(one.rejects)
    if all(reason.startswith("kept") for reason in reasons) or any(one.kept for one in staged):
        return
    found = "; ".join(f"{reason} ({number})" for reason, number in reasons.most_common(3))
    where = ", ".join(one.path for one in staged)
    raise DataError(f"No row of {where} can be used as {what}: {found}. Nothing was changed.")
