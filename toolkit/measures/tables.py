"""The canonical tables as Ibis tables: what every formula starts from, on whatever engine they lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.corpus.pseudonyms import Pseudonyms, pseudonyms_of
from toolkit.corpus.schema import FUNDER, TABLES
from toolkit.measures.suspects import Suspects
from toolkit.paths import engine_path
from toolkit.settings import load_settings
from toolkit.workspace import Workspace

__all__ = ["STORE_VERSION", "Tables", "stored_files"]

_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "works": ("work_id", "doi", "title", "year", "journal_id", "n_authors", "authors_truncated"),
    "authorships": ("work_id", "author_key", "author_id", "site_id"),
    "authors": ("author_id", "orcid", "name"),
    "institutions": ("institution_id", "name", "country"),
    "sites": ("site_id", "institution_id", "city_id"),
    "cities": ("city_id", "name", "country", "admin1", "region", "metro_id", "metro"),
    "lineage": ("institution_id", "ancestor_id", "relation"),
    "journals": ("journal_id", "name"),
    "subjects": ("work_id", "subject", "part"),
}
"""What the measures read. Columns of lists stay behind: not every engine has them."""

_LISTS: Final[dict[str, tuple[str, str, str]]] = {
    "institution_types": ("institutions", "institution_id", "types"),
    "institution_marks": ("institutions", "institution_id", "marks"),
    "journal_marks": ("journals", "journal_id", "marks"),
}
"""Columns of lists that are read as narrow tables, by the table's name: where each comes from, its key and column."""

_LOST: Final = ("suspect affiliations",)

STORE_VERSION: Final = 3
"""Raised when a formula changes, so that tables built by the old one are not taken for the new."""


def stored_files(workspace: Workspace) -> tuple[Path, ...]:
    """Yearly tables that were built from the workspace's present records; none if the records have changed since."""
    try:
        built = json.loads((workspace.measures / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    if built.get("fingerprint") != workspace.fingerprint or built.get("version") != STORE_VERSION:
        return ()
    files = tuple(workspace.measures / f"{name}.parquet" for name in built.get("tables", ()))
    return files if all(file.is_file() for file in files) else ()


@dataclass(frozen=True)
class Tables:
    """The canonical tables on one engine.

    Attributes
    ----------
    has_lineage
        Whether it is known which institution belongs to which; without it kin can't be told apart from partners.
    stored
        What opens the tables that were computed before, by name (see :mod:`toolkit.measures.store`).
    connection
        The engine.
    canonical
        What opens the canonical tables, by name: :attr:`works`, :attr:`authorships` and the others are Ibis tables with
        the columns of :mod:`toolkit.corpus.schema` that the measures read, opened when they are first asked for.
    lists
        What gives the narrow tables of :meth:`listed`.
    kept
        Intermediate tables that were computed on this connection, see :meth:`keep`.
    pseudonyms
        What makes pseudonyms of ids that a person gives, where people are kept under pseudonyms.

    Examples
    --------
    >>> from toolkit.corpus.example import hand_tables
    >>> with Tables.on(ibis.duckdb.connect(), hand_tables()) as tables:
    ...     tables.authorships.author_key.nunique().to_pyarrow().as_py()
    4
    """

    has_lineage: bool
    connection: Any
    canonical: Mapping[str, Callable[[], ir.Table]] = field(repr=False, compare=False)
    stored: Mapping[str, Callable[[], ir.Table]] = field(default_factory=dict, repr=False, compare=False)
    lists: Mapping[str, Callable[[], pa.Table]] = field(default_factory=dict, repr=False, compare=False)
    kept: dict[tuple[Any, ...], ir.Table] = field(default_factory=dict, repr=False, compare=False)
    pseudonyms: Pseudonyms | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, workspace: Workspace, *, reuse: bool = True, without_suspects: bool = False) -> Tables:
        """Tables of a workspace, on DuckDB over its Parquet files.

        Parameters
        ----------
        workspace
            A workspace with records.
        reuse
            Whether yearly tables that were built from these very records are taken as they are.
        without_suspects
            Whether affiliations with institutions that look like matching errors count as affiliations that matched
            nothing.

        Raises
        ------
        DataError
            The workspace has no records.
        """
        workspace.require_corpus()
        settings = load_settings(workspace.root)
        # no formula depends on the order of rows; keeping it would cost the parallel writing of what is kept
        options: dict[str, Any] = {"preserve_insertion_order": False}
        if settings.threads:
            options["threads"] = settings.threads
        if settings.memory_limit:
            options["memory_limit"] = settings.memory_limit
        connection = ibis.duckdb.connect(**options)
        canonical = {
            name: partial(_read_table, connection, workspace.table(name), name, columns)
            for name, columns in _NEEDED.items()
        }
        has_lineage = bool(workspace.state().get("has_lineage", False))
        stored = {
            path.stem: partial(connection.read_parquet, engine_path(path), table_name=f"stored_{path.stem}")
            for path in (stored_files(workspace) if reuse else ())
        }
        lists = {
            name: partial(_read_list, workspace.table(table), key, column)
            for name, (table, key, column) in _LISTS.items()
        }
        lists["first_types"] = partial(_read_first_types, workspace.table("institutions"))
        lists["suspects"] = partial(pq.read_table, workspace.table("suspects"))
        tables = cls(
            has_lineage=has_lineage,
            connection=connection,
            stored=stored,
            lists=lists,
            pseudonyms=pseudonyms_of(workspace),
            canonical=canonical,
        )
        return tables.without_suspects() if without_suspects else tables

    @classmethod
    def on(cls, connection: Any, tables: Mapping[str, pa.Table]) -> Tables:
        """Tables copied onto any Ibis connection; those not given are empty."""
        canonical: dict[str, Callable[[], ir.Table]] = {}
        for name, columns in _NEEDED.items():
            content = tables.get(name, TABLES[name].empty_table()).select(list(columns))
            connection.create_table(name, content)
            canonical[name] = partial(connection.table, name)
        has_lineage = "lineage" in tables and tables["lineage"].num_rows > 0
        lists: dict[str, Callable[[], pa.Table]] = {
            name: partial(_unlisted, tables.get(table, TABLES[table].empty_table()), key, column)
            for name, (table, key, column) in _LISTS.items()
        }
        lists["first_types"] = partial(_first_types, tables.get("institutions", TABLES["institutions"].empty_table()))
        suspects = tables.get("suspects", TABLES["suspects"].empty_table())
        lists["suspects"] = lambda: suspects
        return cls(has_lineage=has_lineage, connection=connection, canonical=canonical, lists=lists)

    @property
    def works(self) -> ir.Table:
        """Articles."""
        return self._opened("works")

    @property
    def authorships(self) -> ir.Table:
        """Authors of articles and the sites they sign from."""
        return self._opened("authorships")

    @property
    def authors(self) -> ir.Table:
        """People with an id."""
        return self._opened("authors")

    @property
    def institutions(self) -> ir.Table:
        """Institutions with their names and countries."""
        return self._opened("institutions")

    @property
    def sites(self) -> ir.Table:
        """Institutions at cities."""
        return self._opened("sites")

    @property
    def cities(self) -> ir.Table:
        """Cities with their regions and metropolitan areas."""
        return self._opened("cities")

    @property
    def lineage(self) -> ir.Table:
        """Institutions and their ancestors."""
        return self._opened("lineage")

    @property
    def journals(self) -> ir.Table:
        """Journals with their names."""
        return self._opened("journals")

    @property
    def subjects(self) -> ir.Table:
        """Subjects of articles."""
        return self._opened("subjects")

    def _opened(self, name: str) -> ir.Table:
        key = ("canonical", name)
        if key not in self.kept:
            self.kept[key] = self.canonical[name]()
        return self.kept[key]

    @classmethod
    def empty(cls) -> Tables:
        """Tables without records, on DuckDB: for imported flows."""
        return cls.on(ibis.duckdb.connect(), {})

    def keep(self, key: tuple[Any, ...], expression: ir.Table | pa.Table) -> ir.Table:
        """Compute ``expression`` once on this connection, under ``key``, and return the table it gave.

        Several measures start from the same parts; and a query that nests all its steps is more than some engines
        can parse.
        """
        if key not in self.kept:
            self.kept[key] = self.connection.create_table(ibis.util.gen_name("kept"), expression, temp=True)
        return self.kept[key]

    def built(self, name: str, years: tuple[int, int] | None = None) -> ir.Table | None:
        """The stored table ``name``, those years of it; ``None`` where it was not built."""
        if name not in self.stored:
            return None
        key = ("built", name)
        if key not in self.kept:
            self.kept[key] = self.stored[name]()
        return _of_years(self.kept[key], years)

    def known(self, key: tuple[Any, ...], built: str | None = None) -> ir.Table | None:
        """What is kept under ``key``, else the stored table ``built``: nothing need be put together then."""
        if key in self.kept:
            return self.kept[key]
        return None if built is None else self.built(built)

    def covering(self, key: tuple[Any, ...], years: tuple[int, int] | None) -> ir.Table | None:
        """A table kept under ``key`` and years that hold ``years``, cut to these; ``None`` without one.

        So a rank of the year before starts from what the rank of the years after was made of.
        """
        for (*name, window), table in self.kept.items():
            if tuple(name) == key and _holds(window, years):
                return _of_years(table, years)
        return None

    def listed(self, name: str) -> ir.Table:
        """A column of lists as a narrow table, read when first asked for.

        Parameters
        ----------
        name
            ``institution_types``, ``institution_marks``, ``journal_marks``, or ``first_types``: an institution's first
            type other than funder.

        Returns
        -------
        ibis table
            ``institution_id`` or ``journal_id``, and ``value``; a row for each distinct value of each list (of
            ``first_types`` one for each institution that has a type)

        Examples
        --------
        >>> from toolkit.corpus.example import hand_tables
        >>> with Tables.on(ibis.duckdb.connect(), hand_tables()) as tables:
        ...     sorted(set(tables.listed("institution_types").value.to_pyarrow().to_pylist()))
        ['company', 'education', 'facility', 'government', 'other']
        """
        key = ("listed", name)
        return self.kept[key] if key in self.kept else self.keep(key, self.lists[name]())

    @property
    def suspects(self) -> Suspects:
        """Institutions and pairs that look like matching errors."""
        return Suspects.of(self.lists["suspects"]())

    def without_suspects(self) -> Tables:
        """These tables with affiliations with suspect institutions as affiliations that matched nothing.

        Such an affiliation is none where another of the same author on the article matched; an author without another
        one is without an affiliation. Nothing that was built or computed before is used.
        """
        suspects = pa.table({"suspect_id": pa.array(sorted(self.suspects.institutions), pa.string())})
        wrong = self.sites.semi_join(
            self.keep(("suspect institutions",), suspects), [("institution_id", "suspect_id")]
        ).select(wrong_site="site_id")
        wrong = self.keep(("suspect sites",), wrong)
        signed = self.authorships
        others = signed.anti_join(wrong, [("site_id", "wrong_site")])
        lost = self.keep(_LOST, signed.semi_join(wrong, [("site_id", "wrong_site")]))
        alone = lost.drop("site_id").distinct().anti_join(others, ["work_id", "author_key"])
        alone = alone.mutate(site_id=ibis.null("string")).select(*signed.columns)
        rest = self.keep(("authorships without suspects",), others.union(alone))
        canonical = {**self.canonical, "authorships": lambda: rest}
        return replace(self, stored={}, canonical=canonical, kept={_LOST: lost})

    def suspect_affiliations(self) -> int:
        """Affiliations of authors on articles that :meth:`without_suspects` left out; 0 where nothing was."""
        lost = self.kept.get(_LOST)
        return 0 if lost is None else int(lost.count().to_pyarrow().as_py())

    def close(self) -> None:
        """End the connection."""
        self.kept.clear()
        self.connection.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _of_years(table: ir.Table, years: tuple[int, int] | None) -> ir.Table:
    return table if years is None else table.filter(table.year.between(*years))


def _holds(window: tuple[int, int] | None, years: tuple[int, int] | None) -> bool:
    return window is None or (years is not None and window[0] <= years[0] and years[1] <= window[1])


def _read_table(connection: Any, path: Path, name: str, columns: tuple[str, ...]) -> ir.Table:
    table: ir.Table = connection.read_parquet(engine_path(path), table_name=name)[list(columns)]
    return table


def _read_list(path: Path, key: str, column: str) -> pa.Table:
    return _unlisted(pq.read_table(path, columns=[key, column]), key, column)


def _read_first_types(path: Path) -> pa.Table:
    return _first_types(pq.read_table(path, columns=["institution_id", "types"]))


def _first_types(institutions: pa.Table) -> pa.Table:
    columns = (institutions[name].to_pylist() for name in ("institution_id", "types"))
    first = {
        key: next((kind for kind in types or () if kind != FUNDER), None) for key, types in zip(*columns, strict=True)
    }
    known = {key: kind for key, kind in first.items() if kind}
    text = pa.string()
    return pa.table({"institution_id": pa.array(known, text), "value": pa.array(known.values(), text)})


def _unlisted(table: pa.Table, key: str, column: str) -> pa.Table:
    lists = table[column].combine_chunks()
    keys = table[key].combine_chunks().take(pc.list_parent_indices(lists))
    rows = pa.table({key: keys, "value": pc.list_flatten(lists)})
    return rows.filter(pc.is_valid(rows["value"])).group_by([key, "value"]).aggregate([])
