"""Reading one file into staging, unless that was done before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from toolkit.corpus.jsonlines import RawFile, content_hash
from toolkit.corpus.pseudonyms import pseudonyms_of
from toolkit.corpus.staging import StagedInput, StagingWriter, read_meta, staging_folder, staging_input, write_meta
from toolkit.workspace import Workspace

__all__ = ["read_once"]


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
