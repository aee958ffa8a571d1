"""From raw files to a workspace: what each command of ``scicities ingest`` does.

A call reads the files it has not read before into staging, puts the inputs of all calls together, and only then
changes the workspace, all at once. Whatever is bad in a file is set aside and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa

from toolkit.corpus.address_cities import CITY_FROM_OPTIONS
from toolkit.corpus.assemble import take_in
from toolkit.corpus.file_kinds import hint
from toolkit.corpus.ingest_report import IngestReport, Progress, ingested
from toolkit.corpus.institutions import parse_institution
from toolkit.corpus.jsonlines import RawFile, content_hash, why_not_json
from toolkit.corpus.openalex import BLOCK_BYTES, WorksReader
from toolkit.corpus.pseudonyms import PEOPLE, Pseudonymise, pseudonyms_of, settle_pseudonyms
from toolkit.corpus.registry import RegistryReader
from toolkit.corpus.ror import parse_ror
from toolkit.corpus.schema import KEPT_TYPES, SUBJECT_LEVELS
from toolkit.corpus.scratch import database
from toolkit.corpus.staging import (
    STAGING,
    StagedInput,
    StagingWriter,
    read_meta,
    staging_folder,
    staging_input,
    write_meta,
)
from toolkit.errors import BadParameter, DataError
from toolkit.runs import recording
from toolkit.settings import Settings, load_settings
from toolkit.workspace import Folder, Workspace, open_workspace

__all__ = [
    "IngestReport",
    "Progress",
    "ingest_corrections",
    "ingest_institutions",
    "ingest_openalex",
    "ingest_ror",
]

_MOST_WORKERS: Final = 8
"""Blocks in memory at a time, at most."""

_WHAT = {"openalex": "OpenAlex works", "institutions": "OpenAlex institutions", "ror": "ROR records"}


class Reader(Protocol):
    """Reads one file into staging tables and returns the counts that :class:`StagedInput` has."""

    def read(self, file: RawFile, writer: StagingWriter) -> dict[str, Any]: ...


def ingest_openalex(
    workspace: Folder,
    paths: Sequence[str | Path] | str | Path,
    *,
    types: Sequence[str] | None = KEPT_TYPES,
    include_xpac: bool = False,
    subjects: str | None = None,
    corrections: Sequence[str | Path] | str | Path | None = None,
    lists: Mapping[str, Sequence[str | Path] | str | Path | None] | None = None,
    cities: str | None = None,
    city_from: str | None = None,
    pseudonymise: Pseudonymise = False,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> IngestReport:
    r"""Read OpenAlex work records into the workspace.

    Parameters
    ----------
    workspace
        Where to.
    paths
        Files and folders of JSON in any layout, plain or gzip, as OpenAlex's API and snapshot give them. Of a whole
        snapshot the works and the tables of merged and deleted ids are read; older layouts beside the current one and
        the Parquet copy are skipped, with a note.
    types
        Work types to keep; ``None`` keeps all. Retracted works and paratext are left out either way.
    include_xpac
        Whether works of OpenAlex's expansion corpus (``is_xpac``), which its API leaves out by default, are kept.
        Files given again with the other choice are read again.
    subjects
        Level of OpenAlex's topics that is a work's subject: ``field``, ``subfield``, ``domain`` or ``topic``; ``None``
        keeps what the workspace does. Changing it reads nothing again.
    corrections
        Files of corrected author ids to take in as well: :func:`ingest_corrections`.
    lists
        Files of lists to take in as well, by kind: ``journals``, ``marks``, ``subject-map``, ``indicators``, ``metro``,
        ``countries`` (:mod:`toolkit.corpus.lists.ingest_lists`). The tables are put together once.
    cities
        ``merged`` makes ids of one place one, ``as-given`` does not; ``None`` keeps what the workspace does.
    city_from
        ``affiliation`` takes a site's city from the author's address where this names one of the institution's
        country, ``registry`` does not; ``None`` keeps what the workspace does. Changing it reads nothing again. The
        workspace's report counts the addresses by how they end: ``city_from_affiliation``.
    pseudonymise
        ``True``, or the file of a key: an empty workspace becomes one that holds researchers under pseudonyms only
        (:mod:`toolkit.corpus.pseudonyms`), and all that is read later goes under them too. ``False`` keeps what the
        workspace does.
    strict
        Raise at the first bad record instead of rejecting it.
    accept_rejects
        Take an input in which more than half of the records are rejected, which is an error otherwise.
    progress
        Called after each file and step.
    settings
        DuckDB's threads and memory; ``None`` loads the workspace's.
    block_bytes
        How much of a file is in memory at once [bytes].

    Returns
    -------
    IngestReport
        ``read = kept + left_out + bad records``.

    Raises
    ------
    SettingsError
        A path does not exist, another process writes to the workspace, or its people are under their own ids or
        another key's pseudonyms.
    DataError
        A file named is something else, or no file holds a work record.
    BadRecord
        A record is bad, and ``strict`` was asked for.

    Notes
    -----
    After an error or an interrupt the workspace is as it was; files read to their end are not read again by the next
    call. A file read before, under whatever name, takes the place of its earlier reading.

    Examples
    --------
    >>> import json, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> work = {"id": "https://openalex.org/W1", "type": "article", "publication_year": 2020, "authorships": []}
    >>> _ = (folder / "works.jsonl").write_text(json.dumps(work) + "\nnot json\n")
    >>> report = ingest_openalex(folder / "data", folder / "works.jsonl")
    >>> report.read, report.kept, report.rejects
    (2, 1, {'broken JSON': 1})
    """
    workspace = open_workspace(workspace)
    chosen = None if types is None else sorted({kind.lower() for kind in types})
    if chosen == []:
        raise BadParameter("types", list(types or ()), "at least one type, or None for all")
    if subjects is not None and subjects not in SUBJECT_LEVELS:
        raise BadParameter("subjects", subjects, f"one of {', '.join(SUBJECT_LEVELS)}")
    if city_from is not None and city_from not in CITY_FROM_OPTIONS:
        raise BadParameter("city_from", city_from, f"one of {', '.join(CITY_FROM_OPTIONS)}")

    def with_database(reading: Callable[[Reader], Sequence[StagedInput]]) -> Sequence[StagedInput]:
        with database(workspace, settings) as connection:
            found = connection.execute("SELECT current_setting('threads')").fetchall()
            connection.execute("SET threads = 1")  # each worker has one: of one block several make nothing but work
            reader = WorksReader(
                connection,
                workspace.staging / ".scratch",
                types=chosen,
                expansion=include_xpac,
                strict=strict,
                block_bytes=block_bytes,
                workers=min(int(found[0][0]), _MOST_WORKERS),
            )
            return reading(reader)

    return _ingest(
        workspace,
        "openalex",
        paths,
        with_database,
        options={"types": chosen, "include_xpac": include_xpac},
        subjects=subjects,
        city_from=city_from,
        corrections=corrections,
        lists=lists,
        cities=cities,
        pseudonymise=pseudonymise,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def ingest_institutions(
    workspace: Folder,
    paths: Sequence[str | Path] | str | Path,
    *,
    lists: Mapping[str, Sequence[str | Path] | str | Path | None] | None = None,
    cities: str | None = None,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    """Read OpenAlex institution records into the workspace.

    They give institutions a name, type, city and ROR id, and ancestors at unknown depth. Institutions that no
    article refers to stay out of the tables. Parameters, errors and what they leave: :func:`ingest_openalex`.

    Examples
    --------
    >>> import json, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> record = {"id": "https://openalex.org/I1", "display_name": "Institute of Examples", "type": "education"}
    >>> _ = (folder / "institutions.jsonl").write_text(json.dumps(record))
    >>> report = ingest_institutions(folder / "data", folder / "institutions.jsonl")
    >>> report.read, report.kept
    (1, 1)
    """
    return _ingest(
        workspace,
        "institutions",
        paths,
        lambda reading: reading(RegistryReader("institutions", parse_institution, strict=strict)),
        lists=lists,
        cities=cities,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def ingest_ror(
    workspace: Folder,
    paths: Sequence[str | Path] | str | Path,
    *,
    lists: Mapping[str, Sequence[str | Path] | str | Path | None] | None = None,
    cities: str | None = None,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    """Read ROR records, schema versions 1 and 2 in any mixture, into the workspace.

    Files hold one record a line or one JSON array (the registry's own dump). Records give institutions their name,
    types, city and direct parents. Parameters, errors and what they leave: :func:`ingest_openalex`.

    References
    ----------
    Research Organization Registry, https://ror.org (CC0); place names from GeoNames (CC BY).

    Examples
    --------
    >>> import json, tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> record = {"id": "https://ror.org/00hj54h04", "name": "Institute of Examples", "types": ["Education"]}
    >>> _ = (folder / "dump.json").write_text(json.dumps([record]))
    >>> report = ingest_ror(folder / "data", folder / "dump.json")
    >>> report.read, report.kept
    (1, 1)
    """
    return _ingest(
        workspace,
        "ror",
        paths,
        lambda reading: reading(RegistryReader("ror", parse_ror, strict=strict)),
        lists=lists,
        cities=cities,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def ingest_corrections(
    workspace: Folder,
    paths: Sequence[str | Path] | str | Path,
    *,
    pseudonymise: Pseudonymise = False,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    r"""Read corrections of author ids: people with two ids, and ids with two people.

    Parameters
    ----------
    workspace
        Where to; its tables are made anew.
    paths
        Tables with the columns ``author_id``, ``becomes`` and, where a row holds on one work only, ``work_id``.
        Chains of rows are followed. A file given again replaces its earlier self; one without rows takes all back.
    pseudonymise
        As in :func:`ingest_openalex`.
    strict
        Raise at the first bad row instead of rejecting it.
    accept_rejects
        Take an input in which more than half of the records are rejected, which is an error otherwise.
    progress, settings
        As in :func:`ingest_openalex`.

    Returns
    -------
    IngestReport
        Rows read and kept; ``run.facts["report"]["corrections"]`` counts the listings changed and the unused rows.

    Raises
    ------
    DataError
        Two rows contradict each other or go in a circle, or a file is no table. The workspace is as it was.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "corrections.csv").write_text("author_id,becomes\nA1,A2\n")
    >>> report = ingest_corrections(folder / "data", folder / "corrections.csv")
    >>> report.kept, report.run.facts["report"]["corrections"]
    (1, {'rows': 1, 'unused': 1, 'listings': 0})
    """
    from toolkit.corpus.plain.corrections_file import stage_corrections

    workspace = open_workspace(workspace)
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    parameters = {"kind": "corrections", "paths": [str(path) for path in given]}
    with recording("ingest", parameters) as timer, workspace.writing():
        if key := settle_pseudonyms(workspace, pseudonymise):
            timer.parameters = {**parameters, "pseudonyms": key}
        staged = stage_corrections(workspace, given, strict=strict)
        timer.facts["report"] = take_in(
            workspace, staged, accept_rejects=accept_rejects, settings=settings, progress=progress
        )
        return ingested(workspace, "corrections", staged, timer)


def _ingest(
    workspace: Folder,
    kind: str,
    paths: Sequence[str | Path] | str | Path,
    with_reader: Callable[[Callable[[Reader], Sequence[StagedInput]]], Sequence[StagedInput]],
    *,
    options: Mapping[str, Any] | None = None,
    subjects: str | None = None,
    city_from: str | None = None,
    corrections: Sequence[str | Path] | str | Path | None = None,
    lists: Mapping[str, Sequence[str | Path] | str | Path | None] | None = None,
    cities: str | None,
    pseudonymise: Pseudonymise = False,
    strict: bool,
    accept_rejects: bool,
    progress: Progress | None,
    settings: Settings | None,
) -> IngestReport:
    workspace = open_workspace(workspace)
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    from toolkit.corpus.lists.list_files import stage_lists
    from toolkit.corpus.merged_ids_file import stage_merged
    from toolkit.corpus.openalex_snapshot import snapshot_files
    from toolkit.corpus.plain.corrections_file import stage_corrections

    files, merged, skipped, notes = snapshot_files(given, kind, what=_WHAT[kind])
    chosen = settings or load_settings(workspace.root)
    parameters = {"kind": kind, "paths": [str(path) for path in given], **(options or {}), "cities": cities}
    chosen_here = {"subjects": subjects, "city_from": city_from}
    parameters |= {name: value for name, value in chosen_here.items() if value is not None}
    if lists:
        parameters["lists"] = {name: str(found) for name, found in lists.items() if found}
    with recording("ingest", parameters) as timer, workspace.writing():
        if kind in PEOPLE and (key := settle_pseudonyms(workspace, pseudonymise)):
            timer.parameters = {**parameters, "pseudonyms": key}

        def reading(reader: Reader) -> Sequence[StagedInput]:
            staged = []
            for number, file in enumerate(files):
                staged.append(
                    _stage(workspace, kind, file, reader, options or {}, strict=strict, alone=len(files) == 1)
                )
                if progress:
                    progress(f"reading {_WHAT[kind]}", number + 1, len(files))
            return staged

        records = with_reader(reading)
        if records and not any(one.kept or one.left_out for one in records):
            where = ", ".join(str(path) for path in given)
            reasons = Counter[str]()
            for one in records:
                reasons.update(one.rejects)
            found = "; ".join(f"{reason} ({number})" for reason, number in reasons.most_common(3))
            raise DataError(f"No file in {where} holds {_WHAT[kind]}: {found}.")
        staged = [*records, *stage_merged(workspace, merged, chosen, strict=strict)]
        also = stage_corrections(workspace, corrections, strict=strict)
        also += stage_lists(workspace, lists or {}, strict=strict)
        timer.facts["report"] = take_in(
            workspace,
            [*staged, *also],
            without=[str(path.resolve()) for path in skipped],
            cities=cities,
            subjects=subjects,
            city_from=city_from,
            accept_rejects=accept_rejects,
            settings=chosen,
            progress=progress,
        )
        return ingested(workspace, kind, staged, timer, files=len(files) + len(merged), notes=notes)


def _stage(
    workspace: Workspace,
    kind: str,
    file: RawFile,
    reader: Reader,
    options: Mapping[str, Any],
    *,
    strict: bool,
    alone: bool,
) -> StagedInput:
    """Staged input of one file, read now unless it was before; a file in a folder that is something else is counted."""
    name = StagedInput(kind, file.label, str(file.path.resolve()), content_hash(file.path), dict(options))
    found = read_meta(staging_folder(workspace, name))
    if found is not None and not (strict and any(not reason.startswith("kept") for reason in found.rejects)):
        return found
    refused = why_not_json(file.path)
    if refused and (file.named or alone or strict):
        raise DataError(f"{file.path} {refused}. {_WHAT[kind]} are read from JSON, plain or gzip.")
    with staging_input(workspace, name.folder_name) as folder:
        counts = {} if refused else _read(reader, file, StagingWriter(folder, pseudonyms_of(workspace)))
        if refused := counts.pop("problem", refused):
            if file.named or alone:
                raise DataError(f"{file.path} {refused}.")
            counts = {}
        if counts and counts["read"] and not counts["kept"] and not counts["left_out"]:
            reason, number = Counter[str](counts["rejects"]).most_common(1)[0]
            refused = f"holds no {_WHAT[kind]} ({number} of {counts['read']} records: {reason})"
            if file.named or alone:
                raise DataError(f"{file.path} {refused}.{hint(file.path)}")
        staged = replace(name, **counts)
        if refused:
            staged = replace(name, rejects={"not a file of " + _WHAT[kind]: 1})
            row = {"source": file.label, "line": 0, "reason": "not a file of " + _WHAT[kind], "excerpt": refused}
            for old in folder.glob("*.parquet"):
                old.unlink()
            with StagingWriter(folder, pseudonyms_of(workspace)) as writer:
                writer.add("rejects", pa.Table.from_pylist([row], schema=STAGING["rejects"]))
        write_meta(folder, staged)
    return staged


def _read(reader: Reader, file: RawFile, writer: StagingWriter) -> dict[str, Any]:
    with writer:
        return reader.read(file, writer)
