"""All rows of the tables of one call, as raw rows: tables of their own, or records that a recipe takes apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.plain.column_mapping import ColumnMapping
from toolkit.corpus.plain.place_names import PlaceNames
from toolkit.corpus.plain.recipe import Recipe
from toolkit.corpus.plain.records import NOTES, RecordReader
from toolkit.corpus.plain.rows import RawRows
from toolkit.corpus.plain.set_aside import SetAside
from toolkit.corpus.plain.table_files import TableFile, opened_files

__all__ = ["Gathered", "gather_records", "gather_tables"]

Files = Mapping[str, Sequence[RawFile]]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Gathered:
    """What the files gave before it is judged.

    Attributes
    ----------
    raw
        Table -> file of its :class:`~toolkit.corpus.plain.rows.RawRows`.
    rejects
        Rows put aside while they were read.
    read
        Rows met, of all tables.
    by_name
        Whether institutions without an id are told apart by their names.
    notes
        File of :data:`~toolkit.corpus.plain.records.NOTES`, if there are any.
    facts
        Counts worth telling.
    tables
        Table -> rows met and rows rejected by reason while it was read.
    """

    raw: Mapping[str, Path]
    rejects: pa.Table
    read: int
    by_name: bool
    notes: Path | None = None
    facts: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, tuple[int, Counter[str]]] = field(default_factory=dict)


def gather_tables(
    folder: Path, files: Files, mapping: ColumnMapping, *, strict: bool, progress: Progress | None
) -> Gathered:
    """Raw rows of tables of works, authorships and institutions."""
    raw: dict[str, Path] = {}
    read = 0
    aside = SetAside(strict=strict)
    opened = {
        table: opened_files(
            files.get(table, ()), partial(TableFile, table=table, mapping=mapping, strict=strict), aside
        )
        for table in ("works", "authorships", "institutions")
    }
    bad = [aside.table()]
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
                    progress("reading tables", len(bad) - 1, total)
    named = not any("institution_id" in part.columns for part in opened["authorships"])
    tables = {
        table: (sum(part.rows for part in parts), _reasons(part.rejects() for part in parts))
        for table, parts in opened.items()
    }
    return Gathered(raw, pa.concat_tables(bad), read, named, tables=tables)


def _reasons(rejects: Iterable[pa.Table]) -> Counter[str]:
    return Counter(reason for table in rejects for reason in table.column("reason").to_pylist())


def _not_kept(reasons: Counter[str]) -> int:
    """Rows behind the reasons that are no notes on kept rows: those are among the kept ones already."""
    return sum(count for reason, count in reasons.items() if not reason.startswith("kept"))


def gather_records(
    folder: Path,
    files: Files,
    recipe: Recipe,
    mapping: ColumnMapping,
    *,
    names: PlaceNames,
    strict: bool,
    progress: Progress | None,
) -> Gathered:
    """Raw rows of records that hold works, authors and affiliations at once, and of a table of institutions."""
    reader = RecordReader(recipe, names=names, strict=strict)
    strangers = SetAside(strict=strict)
    records = opened_files(files["records"], reader.opened, strangers)
    as_registry = partial(TableFile, table="institutions", mapping=mapping, strict=strict)
    registry = opened_files(files.get("institutions", ()), as_registry, strangers)
    bad: list[pa.Table] = []
    noted = folder / "notes.parquet"
    with (
        RawRows(folder, "works") as works,
        RawRows(folder, "authorships") as authorships,
        RawRows(folder, "institutions") as institutions,
        pq.ParquetWriter(noted, NOTES) as notes,
    ):
        for part in records:
            for work_rows, author_rows, told in reader.read(part):
                works.add(part.file.label, work_rows)
                authorships.add(part.file.label, author_rows)
                notes.write_table(told)
            bad.append(part.rejects())
            if progress:
                progress("reading records", len(bad), len(records) + len(registry))
        for table in registry:
            for batch in table.batches():
                institutions.add(table.file.label, batch)
            bad.append(table.rejects())
            if progress:
                progress("reading tables", len(bad), len(records) + len(registry))
    unread = _reasons([*bad, reader.rejects()])
    rejects = pa.concat_tables([strangers.table(), *bad, reader.rejects()])
    raw = {"works": works.path, "authorships": authorships.path, "institutions": institutions.path}
    read = works.rows + authorships.rows + institutions.rows + _not_kept(unread)
    aside = _reasons([reader.rejects(), *(part.rejects() for part in records)])
    tables = {
        "records": (works.rows + _not_kept(aside), aside),
        "authorships": (authorships.rows, Counter[str]()),
        "institutions": (sum(table.rows for table in registry), _reasons(table.rejects() for table in registry)),
    }
    return Gathered(raw, rejects, read, by_name=True, notes=noted, facts=reader.facts, tables=tables)
