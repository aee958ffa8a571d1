"""Plain tables and records of other databases into the workspace: what ``scicities ingest tables`` does."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from toolkit.corpus.assemble import take_in
from toolkit.corpus.ingest_report import IngestReport, Progress, ingested, lost_records
from toolkit.corpus.jsonlines import RawFile, content_hash, find_files
from toolkit.corpus.plain.column_mapping import ColumnMapping, read_mapping
from toolkit.corpus.plain.corrections_file import stage_corrections
from toolkit.corpus.plain.gathering import Gathered, gather_records, gather_tables
from toolkit.corpus.plain.place_names import LISTED, PlaceNames, open_place_names
from toolkit.corpus.plain.recipe import Recipe, read_recipe
from toolkit.corpus.plain.rows import RowCounts, RowJudge
from toolkit.corpus.plain.table_files import NOT_A_TABLE, TABLE_SUFFIXES
from toolkit.corpus.pseudonyms import Pseudonymise, pseudonyms_of, settle_pseudonyms
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
from toolkit.workspace import Folder, Workspace, open_workspace

__all__ = ["ingest_tables"]

Paths = str | Path | Sequence[str | Path] | None
_Files = Mapping[str, Sequence[RawFile]]
_JUDGED_AS: Final = {"records": "works"}


def ingest_tables(
    workspace: Folder,
    *,
    works: Paths = None,
    authorships: Paths = None,
    institutions: Paths = None,
    records: Paths = None,
    recipe: str | Path | None = None,
    mapping: str | Path | ColumnMapping | None = None,
    types: Sequence[str] | None = None,
    corrections: Paths = None,
    lists: Mapping[str, Paths] | None = None,
    cities: str | None = None,
    pseudonymise: Pseudonymise = False,
    strict: bool = False,
    accept_rejects: bool = False,
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
        authorships go together; a table of institutions may come with them, with records, or alone.
    records
        Files and folders of exports in which one table holds works, authors and affiliations, instead of ``works``
        and ``authorships``; ``recipe`` says how they are read.
    recipe
        ``scopus``, ``wos``, ``cris-wide`` or ``cris-long``, or the path of a recipe of one's own (``.toml``).
    mapping
        TOML or JSON file, or a mapping, that names the column of a field where it has no documented name:
        ``[works]``, ``title = "Article Title"``. The documented names are in ``docs/plain-tables.md``.
    types
        Work types to keep; ``None`` keeps all. Works marked retracted and paratext are left out either way.
    corrections
        Files of corrected author ids to take in as well: :func:`~toolkit.corpus.ingest.ingest_corrections`.
    lists
        Files of lists to take in as well, by kind, as in :func:`~toolkit.corpus.ingest.ingest_openalex`.
    cities
        ``merged`` makes ids of one place one, ``as-given`` does not; ``None`` keeps what the workspace does.
    pseudonymise
        As in :func:`~toolkit.corpus.ingest.ingest_openalex`.
    strict
        Raise at the first bad row instead of rejecting it.
    accept_rejects
        Take an input in which more than half of the records are rejected, which is an error otherwise.
    progress
        Called after each file and step.
    settings
        DuckDB's threads and memory; ``None`` loads the workspace's.

    Returns
    -------
    IngestReport
        Counts of rows of all tables together: ``read = kept + left_out + bad rows``. A record counts as a row of
        works and one of authorships for each author and affiliation.

    Raises
    ------
    SettingsError
        A path or recipe does not exist, tables are given that don't go together, or another process writes to the
        workspace.
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
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "w.csv").write_text("id,year\nW1,2020\nW2,soon\n")
    >>> _ = (folder / "a.csv").write_text("work_id,author_id,institution,city,country\nW1,A1,PKU,Beijing,China\n")
    >>> report = ingest_tables(folder / "data", works=folder / "w.csv", authorships=folder / "a.csv")
    >>> report.read, report.kept, report.rejects
    (3, 2, {'the year is no number': 1})
    """
    from toolkit.corpus.lists.list_files import stage_lists  # lists are read as tables are

    workspace = open_workspace(workspace)
    chosen_types = None if types is None else sorted({kind.lower() for kind in types})
    if chosen_types == []:
        raise BadParameter("types", list(types or ()), "at least one type, or None for all")
    columns = read_mapping(mapping)
    files = _found(
        {"works": works, "authorships": authorships, "records": records, "institutions": institutions}, recipe
    )
    taken = read_recipe(recipe) if recipe is not None else None
    chosen = settings or load_settings(workspace.root)
    names = LISTED
    options: dict[str, Any] = {"types": chosen_types, "mapping": columns}
    if taken is not None:
        text = json.dumps(asdict(taken), sort_keys=True)
        options["recipe"] = f"{taken.name} {hashlib.sha256(text.encode()).hexdigest()[:12]}"
        names = open_place_names(chosen, progress)
        options["places"] = names.version
    paths = {table: [str(file.path) for file in found] for table, found in files.items()}
    parameters: dict[str, Any] = {"kind": "tables", **paths, **options, "cities": cities}
    if lists:
        parameters["lists"] = {name: str(found) for name, found in lists.items() if found}
    with recording("ingest", parameters) as timer, workspace.writing():
        if key := settle_pseudonyms(workspace, pseudonymise):
            timer.parameters = {**parameters, "pseudonyms": key}
        staged = _stage(
            workspace, files, columns, taken, options, names=names, strict=strict, progress=progress, settings=chosen
        )
        also = stage_corrections(workspace, corrections, strict=strict)
        also += stage_lists(workspace, lists or {}, strict=strict)
        timer.facts["report"] = take_in(
            workspace, [staged, *also], cities=cities, accept_rejects=accept_rejects, settings=chosen, progress=progress
        )
        return ingested(workspace, "tables", [staged], timer, files=sum(len(found) for found in files.values()))


def _found(given: Mapping[str, Paths], recipe: str | Path | None) -> _Files:
    files: dict[str, Sequence[RawFile]] = {}
    for table, paths in given.items():
        listed = [paths] if isinstance(paths, str | Path) else list(paths or ())
        if listed:
            what = "records" if table == "records" else f"the table of {table}"
            files[table] = find_files(listed, what=what, suffixes=TABLE_SUFFIXES)
    if "records" in files and recipe is None:
        raise SettingsError("Records were given without a recipe; --recipe scopus (or wos, …) says how they are read.")
    if "records" not in files and recipe is not None:
        raise SettingsError(f"The recipe {recipe} was given without records to read by it.")
    if "records" in files and files.keys() & {"works", "authorships"}:
        raise SettingsError("Records hold works and authorships: give these tables in a call of their own.")
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
    recipe: Recipe | None,
    options: Mapping[str, Any],
    *,
    names: PlaceNames,
    strict: bool,
    progress: Progress | None,
    settings: Settings,
) -> StagedInput:
    """Staged input of the tables together, read now unless they were before."""
    contents = {table: [content_hash(file.path) for file in found] for table, found in files.items()}
    every = [file for found in files.values() for file in found]
    name = StagedInput(
        kind="tables",
        source=", ".join(file.label for file in files.get("works") or files.get("records") or files["institutions"]),
        path=", ".join(str(file.path.resolve()) for file in every),
        content=hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest(),
        options=options,
    )
    done = read_meta(staging_folder(workspace, name))
    if done is not None and NOT_A_TABLE not in done.rejects and not (strict and lost_records(done.rejects)):
        return done
    with database(workspace, settings) as connection, staging_input(workspace, name.folder_name) as folder:
        scratch = workspace.staging / ".scratch"
        if recipe is None:
            rows = gather_tables(scratch, files, mapping, strict=strict, progress=progress)
        else:
            rows = gather_records(scratch, files, recipe, mapping, names=names, strict=strict, progress=progress)
        judge = RowJudge(connection, rows.raw, types=options["types"], by_name=rows.by_name, notes=rows.notes)
        if strict and (first := judge.first_bad()):
            source, line, reason, text = first
            path = next(file.path for file in every if file.label == source)
            raise BadRecord(f"{path}:{line}: {reason}: {text}")
        staged = _counted(name, judge.counts(), rows, of_works="institutions" not in files or len(files) > 1)
        with StagingWriter(folder, pseudonyms_of(workspace)) as writer:
            judge.write(writer)
            writer.add("rejects", rows.rejects)
        write_meta(folder, staged)
    return staged


def _counted(name: StagedInput, counts: RowCounts, rows: Gathered, *, of_works: bool) -> StagedInput:
    """The input with its counts.

    Raises
    ------
    DataError
        There is no row that can be used.
    """
    rejects = Counter[str](rows.rejects.column("reason").to_pylist())
    rejects.update(counts.rejects)
    if not counts.kept or (of_works and not counts.works and not counts.left_out):
        causes = [(reason, count) for reason, count in rejects.most_common() if not reason.startswith("its work")]
        why = "; ".join(f"{reason} ({count})" for reason, count in causes[:5]) or "no rows"
        what = "work" if of_works else "institution"
        raise DataError(f"There is no {what} to be had from {name.path}: {why}.")
    tables = {
        table: {"read": read, "rejects": dict(aside + Counter(counts.rejects_of[_JUDGED_AS.get(table, table)]))}
        for table, (read, aside) in rows.tables.items()
    }
    return replace(
        name,
        tables=tables,
        read=rows.read,
        kept=counts.kept,
        left_out=dict(sorted(counts.left_out.items())),
        rejects=dict(sorted(rejects.items())),
        facts={**counts.facts, **rows.facts},
        snapshot=counts.snapshot,
    )
