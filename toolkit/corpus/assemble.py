"""The canonical tables, made from everything that was staged.

All tables are made anew from all inputs each time, in one order that depends on nothing but the inputs, so neither
the order of the commands that read them nor the number of threads changes a byte.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.corpus import assemble_sql as sql
from toolkit.corpus.address_cities import CITY_FROM_OPTIONS
from toolkit.corpus.ancestry import closure
from toolkit.corpus.assemble_cities import CitySettlement
from toolkit.corpus.corrections import apply_corrections
from toolkit.corpus.ingest_report import refuse_mostly_rejected
from toolkit.corpus.lists.laid_over import lay_lists
from toolkit.corpus.merged_ids import apply_merged
from toolkit.corpus.newest_records import settle_institutions
from toolkit.corpus.schema import ROWS_A_GROUP, SORT_KEYS, SUBJECT_LEVELS, TABLES
from toolkit.corpus.scratch import database
from toolkit.corpus.staging import SELDOM, STAGING, StagedInput, read_meta, staging_folder
from toolkit.corpus.suspects import find_suspects
from toolkit.errors import BadParameter, DataError
from toolkit.paths import engine_path
from toolkit.settings import Settings, load_settings
from toolkit.workspace import LAYOUT, Workspace

__all__ = ["assemble", "sources_of", "take_in"]

_UNHASHED: Final = {"works": ("source",)}
"""Left out of the fingerprint, as are table ``rejects`` (where a file lies changes no number) and table ``suspects``,
which follows from the others."""


def sources_of(workspace: Workspace) -> list[StagedInput]:
    """Inputs the workspace's tables are made of, in the order that decides between equals.

    The staging of those that an earlier version read is gone for this one; they are looked for where it would be now.
    """
    listed = workspace.state().get("sources", [])
    known = StagedInput.__dataclass_fields__.keys() - {"format"}
    return _ordered([StagedInput(**{key: item[key] for key in known if key in item}) for item in listed])


def _ordered(inputs: Sequence[StagedInput]) -> list[StagedInput]:
    return sorted(inputs, key=lambda staged: (staged.source, staged.kind, staged.content))


def assemble(
    workspace: Workspace,
    inputs: Sequence[StagedInput] | None = None,
    *,
    cities: str = "merged",
    subjects: str = "field",
    city_from: str = "registry",
    settings: Settings | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, Any]:
    """Make all canonical tables from staged inputs and put them in place of the old ones.

    Parameters
    ----------
    workspace
        The caller holds its writer lock.
    inputs
        Staged inputs; ``None`` takes those of ``state.json``.
    cities
        ``merged`` makes GeoNames ids of one place one id and gives cities without an id the one that their name
        means, ``as-given`` keeps them.
    subjects
        Which level of OpenAlex's topics is the subject: one of :data:`~toolkit.corpus.schema.SUBJECT_LEVELS`.
    city_from
        ``registry``: a site's city is the one the record gives, else the registry's. ``affiliation``: else the one
        that the author's address names (:mod:`toolkit.corpus.address_cities`), else the registry's.
    settings
        DuckDB's threads and memory, and the gazetteer; ``None`` loads the workspace's.
    progress
        Called with ``("putting tables together", done, total)``.

    Returns
    -------
    dict
        The new ``report`` of ``state.json``.

    Raises
    ------
    BadParameter
        ``subjects`` is no level of topics, or ``city_from`` none of its two values.
    DataError
        A staged input is gone, corrections contradict each other, or memory does not suffice. The old tables stay.

    Notes
    -----
    Of records with one work id the one updated last counts, else the first; the others are listed in ``rejects``.
    An author listed twice on a work is one author with all the affiliations. Institutions, sites and cities hold what
    authorships refer to, and its ancestors, not whole registries.
    """
    if subjects not in SUBJECT_LEVELS:
        raise BadParameter("subjects", subjects, f"one of {', '.join(SUBJECT_LEVELS)}")
    if city_from not in CITY_FROM_OPTIONS:
        raise BadParameter("city_from", city_from, f"one of {', '.join(CITY_FROM_OPTIONS)}")
    chosen = _ordered(sources_of(workspace) if inputs is None else inputs)
    _refuse_gone(workspace, chosen)
    steps = _Steps(progress, 4)
    chosen_settings = settings or load_settings(workspace.root)
    with database(workspace, chosen_settings) as db:
        _attach(db, workspace, chosen)
        merged = apply_merged(db)
        newest = settle_institutions(db)
        db.execute(sql.SETUP)
        corrections = apply_corrections(db)
        places = CitySettlement(db, cities, chosen_settings, progress)
        places.name()
        db.execute(sql.INSTITUTIONS)
        steps.next()
        db.execute(sql.AUTHORSHIPS[city_from])
        places.from_addresses(city_from)
        db.execute(sql.AFFILIATED)
        steps.next()
        places.merge()
        _lineage(db)
        db.execute(sql.PLACES)
        db.execute(sql.SUBJECTS[subjects])
        places.finish()
        lists = lay_lists(db)
        steps.next()
        with workspace.replacing(workspace.corpus) as folder:
            hashes = {name: _write(db, name, folder / f"{name}.parquet") for name in TABLES if name != "suspects"}
            report = _report(db, chosen) | places.report()
            report |= {"registries": newest, "merged_ids": merged, "corrections": corrections, "lists": lists}
            places.write(folder)
            _write_rejects(db, workspace)
            find_suspects(db)  # last: its temporary tables may hide others
            _write(db, "suspects", folder / "suspects.parquet")
            # while the tables are exchanged no fingerprint is better than a wrong one
            workspace.update_state({"fingerprint": ""})
    text = json.dumps({name: value for name, value in hashes.items() if name != "rejects"}, sort_keys=True)
    workspace.update_state(
        {
            "layout": LAYOUT,
            "fingerprint": hashlib.sha256(text.encode()).hexdigest(),
            "snapshot": max((staged.snapshot for staged in chosen if staged.snapshot), default=""),
            "synthetic": any(staged.synthetic for staged in chosen),
            "has_lineage": report["lineage"]["rows"] > 0,
            "cities": cities,
            "subjects": subjects,
            "city_from": city_from,
            "sources": [{"fingerprint": staged.content, "rows": staged.kept, **asdict(staged)} for staged in chosen],
            "report": report,
        }
    )
    steps.next()
    return report


def _refuse_gone(workspace: Workspace, chosen: Sequence[StagedInput]) -> None:
    """Raise where the staging of an input is not there any more."""
    gone = [staged for staged in chosen if read_meta(staging_folder(workspace, staged)) is None]
    if gone:
        raise DataError(
            f"What was read from {len(gone)} inputs was read by an earlier version, or removed from "
            f"{workspace.staging}. Ingest them again, in any order: "
            + "; ".join(f"{staged.kind}: {staged.path}" for staged in gone)
            + ". What was read now is kept, and the tables are made once all are there."
        )


def take_in(
    workspace: Workspace,
    staged: Sequence[StagedInput],
    *,
    without: Sequence[str] = (),
    cities: str | None = None,
    subjects: str | None = None,
    city_from: str | None = None,
    accept_rejects: bool = False,
    settings: Settings | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, Any]:
    """Add staged inputs to the workspace's sources and make its tables anew.

    An input takes the place of an earlier one of its kind with the same path or the same content. Staging that
    belongs to no source is removed at the end.

    Parameters
    ----------
    workspace
        The caller holds its writer lock.
    staged
        Inputs whose staging folders are finished.
    without
        Paths of earlier inputs that no longer count.
    cities, subjects, city_from, settings, progress
        As in :func:`assemble`; ``None`` keeps what the workspace does.
    accept_rejects
        Take inputs that lost most of their records.

    Returns
    -------
    dict
        The report that is also in ``state.json``.

    Raises
    ------
    DataError
        Most records of an input are rejected (:func:`~toolkit.corpus.ingest_report.refuse_mostly_rejected`).
    """
    refuse_mostly_rejected(workspace, staged, accept=accept_rejects)
    fresh = {(one.kind, one.content): one for one in sorted(staged, key=lambda one: one.source, reverse=True)}
    paths = {(one.kind, one.path) for one in fresh.values()}
    replaced = {one.kind for one in fresh.values()} & {
        "subject-map",
        "metro",
        "countries",
    }  # a workspace has one of each
    inputs = list(fresh.values())
    for old in (one for one in sources_of(workspace) if one.path not in without):
        same = fresh.get((old.kind, old.content))
        if same is not None and old.options == same.options and old.source < same.source:
            inputs[inputs.index(same)] = old  # one content has one name, whichever was read first
        elif same is None and (old.kind, old.path) not in paths and old.kind not in replaced:
            inputs.append(old)
    state = workspace.state()
    report = assemble(
        workspace,
        inputs,
        cities=cities or str(state.get("cities", "merged")),
        subjects=subjects or str(state.get("subjects", "field")),
        city_from=city_from or str(state.get("city_from", "registry")),
        settings=settings,
        progress=progress,
    )
    wanted = {one.folder_name for one in inputs}
    for folder in workspace.staging.iterdir():
        if folder.name not in wanted:
            shutil.rmtree(folder, ignore_errors=True)
    return report


class _Steps:
    def __init__(self, progress: Callable[[str, int, int], None] | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def next(self) -> None:
        self._done += 1
        if self._progress:
            self._progress("putting tables together", self._done, self._total)


def _attach(db: duckdb.DuckDBPyConnection, workspace: Workspace, inputs: Sequence[StagedInput]) -> None:
    """Views over all inputs, with ``input`` (its number) and ``label``.

    ``read_<table>`` is what was staged, ``staged_<table>`` the same until :func:`apply_merged` changes it.
    """
    for table, schema in STAGING.items():
        rows = [
            {
                "file": str(staging_folder(workspace, staged) / f"{table}.parquet"),
                "input": number,
                "label": staged.source,
            }
            for number, staged in enumerate(inputs)
            if table not in SELDOM or (staging_folder(workspace, staged) / f"{table}.parquet").exists()
        ]
        spelled = pa.schema([("file", pa.string()), ("input", pa.int64()), ("label", pa.string())])
        _create(db, f"files_{table}", rows, spelled)
        if rows:
            names = [engine_path(str(row["file"])).replace("'", "''") for row in rows]
            listed = ", ".join(f"'{name}'" for name in names)
            body = f"read_parquet([{listed}], filename = 'file') JOIN files_{table} USING (file)"
        else:
            db.register(f"empty_{table}", schema.empty_table())
            body = f"empty_{table} CROSS JOIN files_{table}"
        db.execute(f"CREATE TEMP VIEW read_{table} AS SELECT * EXCLUDE (file) FROM {body}")  # noqa: S608
        db.execute(f"CREATE TEMP VIEW staged_{table} AS SELECT * FROM read_{table}")  # noqa: S608


def _create(db: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> None:
    """A table of rows worked out in Python."""
    db.register("given", pa.Table.from_pylist(list(rows), schema=schema))
    db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")  # noqa: S608 (names of our own tables)
    db.unregister("given")


def _lineage(db: duckdb.DuckDBPyConnection) -> None:
    parents: dict[str, set[str]] = defaultdict(set)
    lineage: dict[str, set[str]] = defaultdict(set)
    for child, parent in db.execute(sql.DIRECT_PARENTS).fetchall():
        parents[child].add(parent)
    for member, ancestor in db.execute(sql.LISTED_ANCESTORS).fetchall():
        lineage[member].add(ancestor)
    members = [row[0] for row in db.execute(sql.MEMBERS).fetchall()]
    names = ("institution_id", "ancestor_id", "depth", "relation")
    rows = [dict(zip(names, row, strict=True)) for row in closure(members, parents, lineage)]
    _create(db, "lineage", rows, TABLES["lineage"])


def _write(db: duckdb.DuckDBPyConnection, name: str, path: Path) -> str:
    """Write canonical table ``name`` in its stable order and return a hash of its rows.

    Rows come in one order and in groups of one size, so equal tables are equal files. The hash is made of the values,
    not of the file, so it also stays the same from one version of the Parquet writer to the next.
    """
    schema = TABLES[name]
    columns = ", ".join(column.name for column in schema)
    by_keys = ", ".join(
        f"{key} NULLS FIRST" for key in dict.fromkeys((*SORT_KEYS[name], *sql.TIE_BREAKERS.get(name, ())))
    )
    hashed = [column.name for column in schema if column.name not in _UNHASHED.get(name, ())]
    cells = ", ".join(f"coalesce({column}::VARCHAR, chr(30))" for column in hashed)
    query = (
        f"SELECT {columns}, md5_number_lower(concat_ws(chr(31), {cells})) AS row_hash "  # noqa: S608
        f"FROM {name} ORDER BY {sql.ORDERS.get(name, by_keys)}"
    )
    count = total = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in db.execute(query).to_arrow_reader(ROWS_A_GROUP):
            if batch.num_rows:
                rows = pa.Table.from_batches([batch])
                writer.write_table(rows.drop_columns("row_hash").cast(schema), row_group_size=ROWS_A_GROUP)
                count += rows.num_rows
                total += _sum(rows["row_hash"])
    return f"{count}:{total}"


def _sum(numbers: pa.ChunkedArray) -> int:
    """Sum of unsigned numbers of 64 bits, of any size."""
    high = pc.shift_right(numbers, pa.scalar(32, pa.uint64()))
    low = pc.bit_wise_and(numbers, pa.scalar(0xFFFFFFFF, pa.uint64()))
    return (int(pc.sum(high).as_py()) << 32) + int(pc.sum(low).as_py())


def _report(db: duckdb.DuckDBPyConnection, inputs: Sequence[StagedInput]) -> dict[str, Any]:
    """What went in and what came out, for people; every count of something left out or mended is here."""
    kinds: dict[str, dict[str, Any]] = {}
    for staged in inputs:
        kind = kinds.setdefault(
            staged.kind, {"files": 0, "read": 0, "kept": 0, "left_out": {}, "rejects": {}, "facts": {}}
        )
        kind["files"] += 1
        kind["read"] += staged.read
        kind["kept"] += staged.kept
        for name in ("left_out", "rejects", "facts"):
            counts: Mapping[str, int] = getattr(staged, name)
            for reason, number in counts.items():
                kind[name][reason] = kind[name].get(reason, 0) + number
    report: dict[str, Any] = {"inputs": kinds}
    for name, query in sql.REPORT.items():
        cursor = db.execute(query)
        names = [column[0] for column in cursor.description or ()]
        report[name] = dict(zip(names, cursor.fetchall()[0], strict=True))
    report["sites"] |= {"by_city_origin": dict(db.execute(sql.ORIGINS).fetchall())}
    return report


def _write_rejects(db: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    """One file of JSON lines for each source, for people to open."""
    with workspace.replacing(workspace.rejects) as folder:
        cursor = db.execute("SELECT source, line, reason, excerpt FROM rejects ORDER BY ALL")
        file, current = None, None
        try:
            while rows := cursor.fetchmany(10_000):
                for source, line, reason, text in rows:
                    if source != current or file is None:
                        if file is not None:
                            file.close()
                        current = source
                        name = "".join(sign if sign.isalnum() or sign in "-_.=" else "_" for sign in source)
                        file = (folder / f"{name}.jsonl").open("w", encoding="utf-8")
                    record = {"file": source, "line": line, "reason": reason, "excerpt": text}
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")
        finally:
            if file is not None:
                file.close()
