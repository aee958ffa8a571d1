"""Rules that two workspaces were put together by: the lists laid over them, corrections, and where cities come from.

They change numbers without any new article or place, so that a comparison must tell them apart from these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.assemble import sources_of
from toolkit.corpus.staging import staging_folder
from toolkit.measures.counting.options import Counting
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

__all__ = ["NewRules"]

_LISTS: Final = {
    "journals": "Lists of journals",
    "metro": "City map",
    "countries": "Country map",
    "subject-map": "Subject map",
    "corrections": "Corrections of author ids",
}
"""Kinds of input that are rules for a unit's Share, and what they are called. Marks of institutions are none."""
_SETTINGS: Final = {"city_from": ("registry", "City of a site")}
_AREA: Final = ("metro_id", "metro")
_LIES: Final = ("country", "admin1", "region")

Row = dict[str, Any]


@dataclass(frozen=True)
class NewRules:
    """What NEW does otherwise than OLD.

    Attributes
    ----------
    old, new
        The workspaces.
    """

    old: Workspace
    new: Workspace

    def differ(self, kind: str) -> bool:
        """Whether lists of this kind, or a setting, are not the same in both."""
        if kind in _SETTINGS:
            return _setting(self.old, kind) != _setting(self.new, kind)
        return _contents(self.old, kind) != _contents(self.new, kind)

    def notes(self) -> list[str]:
        """A sentence for each rule that differs."""
        found = [
            f"{name}: {_rows(self.old, kind)} in the old workspace, {_rows(self.new, kind)} in the new."
            for kind, name in _LISTS.items()
            if self.differ(kind)
        ]
        for kind, (_, name) in _SETTINGS.items():
            if self.differ(kind):
                how = [_setting(workspace, kind) for workspace in (self.old, self.new)]
                found.append(f"{name}: by {how[0]} in the old workspace, by {how[1]} in the new.")
        return found

    def applied(self, tables: Tables) -> Tables:
        """OLD's ``tables`` under NEW's lists of journals, city map and country map; themselves where these are equal.

        A journal or city that NEW does not know keeps what OLD says of it, but for the country that NEW's map gives it.
        """
        changed: dict[str, ir.Table] = {}
        if self.differ("metro") or self.differ("countries"):
            changed["cities"] = self._placed(tables, "cities", self._cities())
        if self.differ("countries"):
            changed["institutions"] = self._placed(tables, "institutions", self._institutions())
        lists = dict(tables.lists)
        if self.differ("journals"):
            lists["journal_marks"] = partial(_marks_under, self.old, self.new)
        if not changed and not self.differ("journals"):
            return tables
        opened: dict[str, Callable[[], ir.Table]] = {name: partial(_itself, table) for name, table in changed.items()}
        canonical = {**tables.canonical, **opened}
        return replace(tables, canonical=canonical, lists=lists, stored={}, kept={})

    def explained(self, tables: Tables, before: Tables, *, counting: Counting) -> pa.Table:
        """Works of both workspaces whose difference comes from a rule that works record by record.

        By the address of the affiliation (``--city-from``): the authors' institutions are the same, and no registry
        says another city. By corrections: an author whose id only one of the two corrects, at the same sites. By the
        subject map: other subjects, where these are asked for.
        """
        parts: list[ir.Table] = []
        if self.differ("city_from"):
            parts.append(self._by_address(tables, before))
        if self.differ("corrections"):
            parts.append(self._by_correction(tables, before))
        if self.differ("subject-map") and counting.subject is not None:
            parts.append(_differing(tables, before, _subjects, ("work_id", "subject", "part")))
        if not parts:
            return pa.table({"work_id": pa.array([], pa.string())})
        works = ibis.union(*parts) if len(parts) > 1 else parts[0]
        return works.distinct().order_by("work_id").to_pyarrow()

    def _placed(self, tables: Tables, name: str, rows: list[Row]) -> ir.Table:
        own = getattr(tables, name)
        content = pa.Table.from_pylist(rows, schema=pq.read_schema(self.old.table(name))).select(own.columns)
        return tables.keep(("under NEW's rules", name), content)

    def _cities(self) -> list[Row]:
        known = {row["city_id"]: row for row in pq.read_table(self.new.table("cities")).to_pylist()}
        rows = []
        for row in pq.read_table(self.old.table("cities")).to_pylist():
            there = known.get(row["city_id"])
            if there is not None and self.differ("metro"):
                row |= {name: there[name] for name in _AREA}
            rows.append(self._moved(row, there, _LIES))
        return rows

    def _institutions(self) -> list[Row]:
        known = {row["institution_id"]: row for row in pq.read_table(self.new.table("institutions")).to_pylist()}
        own = pq.read_table(self.old.table("institutions")).to_pylist()
        return [self._moved(row, known.get(row["institution_id"]), ("country",)) for row in own]

    def _moved(self, row: Row, there: Row | None, columns: tuple[str, ...]) -> Row:
        """``row`` in the country that NEW's map makes of it."""
        if not self.differ("countries") or row["country"] is None:
            return row
        old, new = _country_map(self.old), _country_map(self.new)
        here = row["country"]
        if there is not None:
            origins = {here} | {code for code, becomes in old.items() if becomes == here}
            if there["country"] in {new.get(code, code) for code in origins}:
                row |= {name: there[name] for name in columns}
            return row
        if here in new:
            row["country"] = new[here]
            if row.get("admin1"):
                row["admin1"] = f"{here}-{row['admin1']}"
        return row

    def _by_address(self, tables: Tables, before: Tables) -> ir.Table:
        moved = _differences(tables, before, _sites, ("work_id", "author_key", "institution_id", "city_id"))
        changed = _differing(tables, before, _signed, ("work_id", "author_key", "institution_id"))
        registered = [_registered(workspace) for workspace in (self.old, self.new)]
        several = sorted(
            one
            for one in registered[0].keys() | registered[1].keys()
            if registered[0].get(one) != registered[1].get(one)
        )
        other = tables.keep(("registered elsewhere",), pa.table({"institution_id": pa.array(several, pa.string())}))
        unexplained = moved.semi_join(other, "institution_id").select("work_id")
        return moved.select("work_id").distinct().anti_join(changed, "work_id").anti_join(unexplained, "work_id")

    def _by_correction(self, tables: Tables, before: Tables) -> ir.Table:
        rows = _corrections(self.old) ^ _corrections(self.new)
        schema = pa.schema([("corrected_id", pa.string()), ("on_work", pa.string())])
        ids = sorted({(one, work or "") for given, becomes, work in rows for one in (given, becomes)})
        given = [dict(zip(schema.names, pair, strict=True)) for pair in ids]
        people = tables.keep(("corrected in one",), pa.Table.from_pylist(given, schema=schema))
        works = []
        for side in (tables.authorships, _brought(tables, before, "people", _people)):
            listed = side.select("work_id", "author_id").distinct().inner_join(people, [("author_id", "corrected_id")])
            works.append(listed.filter((listed.on_work == "") | (listed.on_work == listed.work_id)).select("work_id"))
        changed = _differing(tables, before, _homes, ("work_id", "site_id"))
        return works[0].union(works[1]).distinct().anti_join(changed, "work_id")


def _setting(workspace: Workspace, name: str) -> str:
    return str(workspace.state().get(name, _SETTINGS[name][0]))


def _inputs(workspace: Workspace, kind: str) -> list[Mapping[str, Any]]:
    found = [source for source in workspace.state().get("sources", ()) if source["kind"] == kind]
    return [source for source in found if source.get("kept")]


def _contents(workspace: Workspace, kind: str) -> set[tuple[str, str]]:
    return {(one["content"], str(one["options"])) for one in _inputs(workspace, kind)}


def _rows(workspace: Workspace, kind: str) -> str:
    rows = sum(int(one["kept"]) for one in _inputs(workspace, kind))
    return "none" if not rows else "1 row" if rows == 1 else f"{rows:,} rows"


def _staged(workspace: Workspace, kind: str, table: str) -> list[Row]:
    if not _inputs(workspace, kind):
        return []
    files = [staging_folder(workspace, one) / f"{table}.parquet" for one in sources_of(workspace) if one.kind == kind]
    return [row for file in files if file.is_file() for row in pq.read_table(file).to_pylist()]


def _country_map(workspace: Workspace) -> dict[str, str]:
    return {row["code"]: row["becomes"] for row in reversed(_staged(workspace, "countries", "country_map"))}


def _corrections(workspace: Workspace) -> set[tuple[str, str, str | None]]:
    rows = _staged(workspace, "corrections", "corrections")
    return {(row["author_id"], row["becomes"], row["work_id"]) for row in rows}


def _itself(table: ir.Table) -> ir.Table:
    return table


def _marks_under(old: Workspace, new: Workspace) -> pa.Table:
    """Marks of OLD's journals as NEW's lists give them, by ``journal_id`` and ``value``."""
    known = {row["journal_id"]: row["marks"] for row in pq.read_table(new.table("journals")).to_pylist()}
    rows = [
        {"journal_id": row["journal_id"], "value": mark}
        for row in pq.read_table(old.table("journals")).to_pylist()
        for mark in sorted({*(known.get(row["journal_id"], row["marks"]) or ())})
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([("journal_id", pa.string()), ("value", pa.string())]))


def _registered(workspace: Workspace) -> dict[str, frozenset[str | None]]:
    found: dict[str, set[str | None]] = {}
    path = workspace.table("registry")
    for row in pq.read_table(path, columns=["institution_id", "city_id"]).to_pylist() if path.is_file() else ():
        found.setdefault(row["institution_id"], set()).add(row["city_id"])
    return {institution: frozenset(cities) for institution, cities in found.items()}


def _sites(tables: Tables) -> ir.Table:
    sites = tables.authorships.inner_join(tables.sites, "site_id")
    return sites.select("work_id", "author_key", "institution_id", city_id=ibis.coalesce(sites.city_id, "")).distinct()


def _signed(tables: Tables) -> ir.Table:
    return _sites(tables).select("work_id", "author_key", "institution_id").distinct()


def _people(tables: Tables) -> ir.Table:
    return tables.authorships.select("work_id", "author_id").distinct()


def _homes(tables: Tables) -> ir.Table:
    return tables.authorships.select("work_id", site_id=ibis.coalesce(tables.authorships.site_id, "")).distinct()


def _subjects(tables: Tables) -> ir.Table:
    return tables.subjects.select("work_id", "subject", "part")


def _brought(tables: Tables, before: Tables, name: str, of: Callable[[Tables], ir.Table]) -> ir.Table:
    """OLD's rows on NEW's connection."""
    key = ("brought", name)
    return tables.kept[key] if key in tables.kept else tables.keep(key, of(before).to_pyarrow())


def _differences(
    tables: Tables, before: Tables, of: Callable[[Tables], ir.Table], columns: tuple[str, ...]
) -> ir.Table:
    """Rows that only one workspace has, of works that both have."""
    here, there = of(tables), _brought(tables, before, of.__name__, of)
    same = [(column, column) for column in columns]
    rows = here.anti_join(there, same).union(there.anti_join(here, same))
    both = tables.works.select("work_id").semi_join(_brought(tables, before, "works", _works), "work_id")
    return rows.semi_join(both, "work_id")


def _differing(tables: Tables, before: Tables, of: Callable[[Tables], ir.Table], columns: tuple[str, ...]) -> ir.Table:
    """Works of both with a row that only one of them has."""
    return _differences(tables, before, of, columns).select("work_id").distinct()


def _works(tables: Tables) -> ir.Table:
    return tables.works.select("work_id")
