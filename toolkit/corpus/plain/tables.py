"""Plain tables of works, authorships and institutions into the workspace: what ``scicities ingest tables`` does."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from toolkit.corpus.ingest import IngestReport, Progress, take_in
from toolkit.corpus.jsonlines import RawFile, content_hash, find_files
from toolkit.corpus.plain.column_mapping import ColumnMapping, read_mapping
from toolkit.corpus.plain.corrections_file import stage_corrections
from toolkit.corpus.plain.rows import RawRows, RowCounts, RowJudge
from toolkit.corpus.plain.table_files import TABLE_SUFFIXES, TableFile
from toolkit.corpus.scratch import database
from toolkit.corpus.staging import (
    StagedInput,
    StagingWriter,
    read_meta,
    staging_folder,
    staging_input,
    write_meta,
)
from toolkit.errors import BadParameter, BadRecord, DataError, SettingsError
from toolkit.runs import recording
from toolkit.settings import Settings, load_settings
from toolkit.workspace import Workspace

__all__ = ["ingest_tables"]

Paths = str | Path | Sequence[str | Path] | None
_Files = Mapping[str, Sequence[RawFile]]
_TABLES: Final = ("works", "authorships", "institutions")
_NOTE: Final = "kept"


def ingest_tables(
    workspace: Workspace,
    *,
    works: Paths = None,
    authorships: Paths = None,
    institutions: Paths = None,
    mapping: str | Path | ColumnMapping | None = None,
    types: Sequence[str] | None = None,
    corrections: Paths = None,
    cities: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    r"""Read plain tables into the workspace.

    Parameters
    ----------
    workspace
        Where to.
    works, authorships, institutions
        Files and folders: csv, tsv or text parted by semicolons, compressed with gzip or not, or Parquet. Works and
        authorships go together; a table of institutions may come with them, or alone.
    mapping
        TOML or JSON file, or a mapping, that names the column of a field where it has no documented name:
        ``[works]``, ``title = "Article Title"``. The documented names are in ``docs/plain-tables.md``.
    types
        Work types to keep; ``None`` keeps all. Works marked retracted and paratext are left out either way.
    corrections
        Files of corrected author ids to take in as well: :func:`~toolkit.corpus.ingest.ingest_corrections`.
    cities
        ``merged`` makes ids of one place one, ``as-given`` does not; ``None`` keeps what the workspace does.
    strict
        Raise at the first bad row instead of setting it aside.
    progress
        Called after each file and step.
    settings
        DuckDB's threads and memory; ``None`` loads the workspace's.

    Returns
    -------
    IngestReport
        Counts of rows of all tables together: ``read = kept + left_out + bad rows``.

    Raises
    ------
    SettingsError
        A path does not exist, works come without authorships, or another process writes to the workspace.
    MissingColumn
        A needed field has no column.
    DataError
        A file is no table, or no row of it can be used.
    BadRecord
        A row is bad, and ``strict`` was asked for.

    Notes
    -----
    After an error or an interrupt the workspace is as it was. Tables read before with the same options are not read
    again; changed files of the same paths take the place of the earlier ones.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.workspace import open_workspace
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "w.csv").write_text("id,year\nW1,2020\nW2,soon\n")
    >>> _ = (folder / "a.csv").write_text("work_id,author_id,institution,city,country\nW1,A1,PKU,Beijing,China\n")
    >>> report = ingest_tables(open_workspace(folder / "data"), works=folder / "w.csv", authorships=folder / "a.csv")
    >>> report.read, report.kept, report.rejects
    (3, 2, {'the year is no number': 1})
    """
    chosen_types = None if types is None else sorted({kind.lower() for kind in types})
    if chosen_types == []:
        raise BadParameter("types", list(types or ()), "at least one type, or None for all")
    columns = read_mapping(mapping)
    files = _found({"works": works, "authorships": authorships, "institutions": institutions})
    options = {"types": chosen_types, "mapping": columns}
    paths = {table: [str(file.path) for file in found] for table, found in files.items()}
    chosen = settings or load_settings(workspace.root)
    with recording("ingest", {"kind": "tables", **paths, **options, "cities": cities}) as timer, workspace.writing():
        staged = _stage(workspace, files, columns, options, strict=strict, progress=progress, settings=chosen)
        also = stage_corrections(workspace, corrections, strict=strict)
        timer.facts["report"] = take_in(workspace, [staged, *also], cities=cities, settings=chosen, progress=progress)
        timer.fingerprint, timer.snapshot = workspace.fingerprint, workspace.snapshot
        run = timer.record()
        run.write(workspace.runs / f"ingest-tables-{run.run_id}.json")
    return IngestReport(
        kind="tables",
        files=sum(len(found) for found in files.values()),
        read=staged.read,
        kept=staged.kept,
        left_out=dict(staged.left_out),
        rejects=dict(staged.rejects),
        seconds=run.seconds,
        run=run,
    )


def _found(given: Mapping[str, Paths]) -> _Files:
    files: dict[str, Sequence[RawFile]] = {}
    for table, paths in given.items():
        listed = [paths] if isinstance(paths, str | Path) else list(paths or ())
        if listed:
            files[table] = find_files(listed, what=f"the table of {table}", suffixes=TABLE_SUFFIXES)
    if not files:
        raise SettingsError("No table was given: a table of works and one of authorships are needed.")
    for table, other in (("works", "authorships"), ("authorships", "works")):
        if table in files and other not in files:
            raise SettingsError(f"A table of {table} was given without its table of {other}; give both in one call.")
    return files


def _stage(
    workspace: Workspace,
    files: _Files,
    mapping: ColumnMapping,
    options: Mapping[str, Any],
    *,
    strict: bool,
    progress: Progress | None,
    settings: Settings,
) -> StagedInput:
    """Staged input of the tables together, read now unless they were before."""
    contents = {table: [content_hash(file.path) for file in found] for table, found in files.items()}
    every = [file for found in files.values() for file in found]
    name = StagedInput(
        kind="tables",
        source=", ".join(file.label for file in files.get("works", files.get("institutions", ()))),
        path=", ".join(str(file.path.resolve()) for file in every),
        content=hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest(),
        options=options,
    )
    done = read_meta(staging_folder(workspace, name))
    if done is not None and not (strict and any(not reason.startswith(_NOTE) for reason in done.rejects)):
        return done
    with database(workspace, settings) as connection, staging_input(workspace, name.folder_name) as folder:
        raw, bad, read, by_name = _raw_rows(
            workspace.staging / ".scratch", files, mapping, strict=strict, progress=progress
        )
        judge = RowJudge(connection, raw, types=options["types"], by_name=by_name)
        if strict and (first := judge.first_bad()):
            source, line, reason, text = first
            path = next(file.path for file in every if file.label == source)
            raise BadRecord(f"{path}:{line}: {reason}: {text}")
        staged = _counted(replace(name, read=read), judge.counts(), bad, files)
        with StagingWriter(folder) as writer:
            judge.write(writer)
            writer.add("rejects", bad)
        write_meta(folder, staged)
    return staged


def _raw_rows(
    folder: Path, files: _Files, mapping: ColumnMapping, *, strict: bool, progress: Progress | None
) -> tuple[dict[str, Path], pa.Table, int, bool]:
    """Raw rows of each table, bad rows, number of rows met, and whether institutions go by name."""
    raw: dict[str, Path] = {}
    bad: list[pa.Table] = []
    read = 0
    opened = {
        table: [TableFile(file, table, mapping, strict=strict) for file in files.get(table, ())] for table in _TABLES
    }
    total = sum(map(len, opened.values()))
    for table, parts in opened.items():
        with RawRows(folder, table) as rows:
            raw[table] = rows.path
            for part in parts:
                for batch in part.batches():
                    rows.add(part.file.label, batch)
                bad.append(part.rejects())
                read += part.rows
                if progress:
                    progress("reading tables", len(bad), total)
    named = not any("institution_id" in part.columns for part in opened["authorships"])
    return raw, pa.concat_tables(bad), read, named


def _counted(name: StagedInput, counts: RowCounts, bad: pa.Table, files: _Files) -> StagedInput:
    """The input with its counts.

    Raises
    ------
    DataError
        There is no row that can be used.
    """
    rejects = Counter[str](bad.column("reason").to_pylist())
    rejects.update(counts.rejects)
    if not counts.kept or ("works" in files and not counts.works and not counts.left_out):
        causes = [(reason, count) for reason, count in rejects.most_common() if not reason.startswith("its work")]
        why = "; ".join(f"{reason} ({count})" for reason, count in causes[:5]) or "no rows"
        what = "work" if "works" in files else "institution"
        raise DataError(f"There is no {what} to be had from {name.path}: {why}.")
    return replace(
        name,
        kept=counts.kept,
        left_out=dict(sorted(counts.left_out.items())),
        rejects=dict(sorted(rejects.items())),
        facts=dict(counts.facts),
        snapshot=counts.snapshot,
    )
