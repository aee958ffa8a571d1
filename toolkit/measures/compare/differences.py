"""Why a number differs between two workspaces: every article's part entered under one cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measures.asking import Question
from toolkit.measures.compare.new_rules import NewRules
from toolkit.measures.counting.levels import UNASSIGNED
from toolkit.measures.counting.options import Counting
from toolkit.measures.counting.parts import Years, unassigned_parts, unit_parts
from toolkit.measures.precision import from_limbs, limbs
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

__all__ = ["CAUSES", "Ledger", "ledger_of"]

CAUSES: Final = ("from_new_articles", "from_lost_articles", "from_places", "from_rules")
"""What a difference is made of; the four add up to it."""

_NEW, _LOST, _PLACES, _RULES = CAUSES
_CITY_LEVELS: Final = ("city", "metro")
"""Levels whose units are cities, so that ids of one city made one change them; a city of no metro is its own."""


@dataclass(frozen=True)
class Ledger:
    """Entries (``id``, ``entry``, ``high``, ``low``): the parts behind the old and the new number, and the causes.

    Attributes
    ----------
    entries
        For each unit the terms of ``old``, of ``new`` and of each of :data:`CAUSES`.
    old_parts, new_parts
        ``work_id``, ``unit_id``, ``high``, ``low``: parts by the same rules, that is NEW's, with one id for a city.
    by_rule
        ``work_id`` of articles that only one workspace has because the other keeps no such type.
    explained
        ``work_id`` of articles of both whose difference comes from a rule (:mod:`toolkit.measures.compare.new_rules`).
    notes
        Sentences for the record.
    """

    entries: ir.Table
    old_parts: ir.Table
    new_parts: ir.Table
    by_rule: ir.Table
    explained: ir.Table
    notes: tuple[str, ...]

    def sums(self) -> ir.Table:
        """``id``, ``old``, ``new`` and the causes; ``old`` and the causes add up to ``new``, as whole numbers do."""
        entries = self.entries
        sums = {
            name: from_limbs(
                ibis.coalesce(entries.high.sum(where=entries.entry == name), 0),
                ibis.coalesce(entries.low.sum(where=entries.entry == name), 0),
            )
            for name in ("old", "new", *CAUSES)
        }
        return entries.group_by("id").agg(**sums)

    def articles(self) -> dict[str, int]:
        """Articles by what became of them; those changed have another part at some unit."""
        old, new = self.old_parts, self.new_parts
        in_old, in_new = old.select("work_id").distinct(), new.select("work_id").distinct()
        terms = new.union(old.mutate(high=-old.high, low=-old.low))
        terms = terms.semi_join(in_old, "work_id").semi_join(in_new, "work_id")
        sums = terms.group_by("work_id", "unit_id").agg(high=terms.high.sum(), low=terms.low.sum())
        changed = sums.filter((sums.high != 0) | (sums.low != 0)).select("work_id").distinct()
        only_new, only_old = in_new.anti_join(in_old, "work_id"), in_old.anti_join(in_new, "work_id")
        ruled = self.by_rule.union(self.explained)
        found = {
            "articles_in_both": in_new.semi_join(in_old, "work_id"),
            "articles_changed": changed.anti_join(self.explained, "work_id"),
            "articles_changed_by_rule": changed.semi_join(self.explained, "work_id"),
            "articles_new": only_new.anti_join(ruled, "work_id"),
            "articles_lost": only_old.anti_join(ruled, "work_id"),
            "articles_by_rule": only_new.union(only_old).semi_join(ruled, "work_id"),
        }
        return {name: int(table.count().to_pyarrow().as_py()) for name, table in found.items()}


def ledger_of(
    question: Question, tables_before: Tables, before: Workspace, *, by: str, counting_before: Counting
) -> Ledger:
    """Ledger of the differences from ``before`` to the question's workspace, on the question's connection.

    Parameters
    ----------
    question
        Level, window and conventions of the new workspace.
    tables_before, before
        The old workspace.
    by
        ``share``: an article's part; ``count``: 1 for each article and unit.
    counting_before
        Conventions of the old number.
    """
    tables, level, years = question.tables, question.level, question.years
    asked: dict[str, Any] = {"level": level, "years": years, "by": by}
    new = _kept(tables, "new", _parts(tables, counting=question.counting, **asked))
    old = _kept(tables, "old", _parts(tables_before, counting=counting_before, **asked).to_pyarrow())
    rules = NewRules(before, question.workspace)
    under_new = rules.applied(tables_before)
    ruled = old
    if counting_before != question.counting or under_new is not tables_before:
        ruled = _kept(tables, "ruled", _parts(under_new, counting=question.counting, **asked).to_pyarrow())
    one_id = _one_id(question.workspace, before) if level in _CITY_LEVELS else {}
    ids = pa.table({"given": pa.array(list(one_id), pa.string()), "kept": pa.array(list(one_id.values()), pa.string())})
    mapping = tables.keep(("one id",), ids)
    one_each = by == "count"
    old_parts = _kept(tables, "old by NEW's rules", _mapped(ruled, mapping, one_each=one_each))
    new_parts = _kept(tables, "new with one id", _mapped(new, mapping, one_each=one_each))
    by_rule = tables.keep(("by rule",), _left_by_type(question.workspace, before))
    explained = tables.keep(("explained",), rules.explained(tables, tables_before, counting=question.counting))
    ruled_works = tables.keep(("ruled works",), by_rule.union(explained, distinct=True))
    stated_new, stated_old = new_parts.anti_join(explained, "work_id"), old_parts.anti_join(explained, "work_id")
    in_old, in_new = (parts.select("work_id").distinct() for parts in (old_parts, new_parts))
    only_new, only_old = new_parts.anti_join(in_old, "work_id"), old_parts.anti_join(in_new, "work_id")
    terms = (
        _entered(old, "old"),
        _entered(new, "new"),
        _entered(old, _RULES, sign=-1),
        _entered(old_parts, _RULES),
        _entered(new_parts, _RULES, sign=-1),
        _entered(new, _RULES),
        _entered(only_new.anti_join(ruled_works, "work_id"), _NEW),
        _entered(only_new.semi_join(ruled_works, "work_id"), _RULES),
        _entered(only_old.anti_join(ruled_works, "work_id"), _LOST, sign=-1),
        _entered(only_old.semi_join(ruled_works, "work_id"), _RULES, sign=-1),
        _entered(stated_new.semi_join(in_old, "work_id"), _PLACES),
        _entered(stated_old.semi_join(in_new, "work_id"), _PLACES, sign=-1),
        _entered(new_parts.semi_join(explained, "work_id").semi_join(in_old, "work_id"), _RULES),
        _entered(old_parts.semi_join(explained, "work_id").semi_join(in_new, "work_id"), _RULES, sign=-1),
    )
    entries = tables.keep(("entries",), ibis.union(*terms))
    notes = (*_notes(question.workspace, before), *rules.notes())
    return Ledger(entries, old_parts, new_parts, by_rule, explained, notes)


def _parts(tables: Tables, *, level: str, years: Years, by: str, counting: Counting) -> ir.Table:
    """Part of each article at each unit, those of nobody under ``unassigned``."""
    parts = unit_parts(tables, level=level, counting=counting, years=years).select("work_id", "unit_id", "share")
    nowhere = unassigned_parts(tables, counting=counting, years=years)
    nowhere = nowhere.select("work_id", "share", unit_id=ibis.literal(UNASSIGNED)).select("work_id", "unit_id", "share")
    parts = parts.union(nowhere)
    parts = parts if by == "share" else parts.mutate(share=ibis.literal(1.0))
    high, low = limbs(parts.share)
    return parts.select("work_id", "unit_id", high=high, low=low)


def _kept(tables: Tables, name: str, parts: ir.Table | pa.Table) -> ir.Table:
    return tables.keep(("compare", name), parts)


def _entered(parts: ir.Table, entry: str, *, sign: int = 1) -> ir.Table:
    return parts.select(id="unit_id", entry=ibis.literal(entry), high=sign * parts.high, low=sign * parts.low)


def _mapped(parts: ir.Table, mapping: ir.Table, *, one_each: bool) -> ir.Table:
    """``parts`` with one id for each city; of a city's two parts in one article the sum, or one of them."""
    parts = parts.left_join(mapping, [("unit_id", "given")])
    parts = parts.select("work_id", "high", "low", unit_id=ibis.coalesce(parts.kept, parts.unit_id))
    grouped = parts.group_by("work_id", "unit_id")
    if one_each:
        return grouped.agg(high=parts.high.max(), low=parts.low.max())
    return grouped.agg(high=parts.high.sum(), low=parts.low.sum())


def _one_id(new: Workspace, old: Workspace) -> dict[str, str]:
    """Ids that either workspace made one with another -> the id kept; where they disagree, NEW's."""
    pairs = [
        {pair["merged_id"]: pair["kept_id"] for pair in workspace.state().get("report", {}).get("merged_cities", ())}
        for workspace in (new, old)
    ]
    found = dict(pairs[0])
    for given, kept in pairs[1].items():
        target = found.get(kept, kept)
        if target != given:
            found.setdefault(given, target)
    return found


def _left_by_type(new: Workspace, old: Workspace) -> pa.Table:
    """Works of one workspace whose type the other does not keep."""
    found: set[str] = set()
    for here, there in ((new, old), (old, new)):
        kept = _types(there)
        if kept is not None:
            works = pq.read_table(here.table("works"), columns=["work_id", "type"]).to_pylist()
            found |= {work["work_id"] for work in works if work["type"] is not None and work["type"] not in kept}
    return pa.table({"work_id": pa.array(sorted(found), pa.string())})


def _types(workspace: Workspace) -> set[str] | None:
    """Types of works that were kept; ``None`` where nothing was left out for its type."""
    kept: set[str] = set()
    for source in _sources(workspace, "openalex"):
        types = source.get("options", {}).get("types")
        if types is None:
            return None
        kept |= set(types)
    return kept or None


def _sources(workspace: Workspace, kind: str) -> Iterable[Mapping[str, Any]]:
    return [source for source in workspace.state().get("sources", ()) if source.get("kind") == kind]


def _notes(new: Workspace, old: Workspace) -> list[str]:
    """What a reader must know of how the two were read."""
    notes = []
    types = [_types(workspace) for workspace in (old, new)]
    if types[0] != types[1]:
        told = ["all" if one is None else ", ".join(sorted(one)) for one in types]
        notes.append(f"Types kept: {told[0]} in the old workspace, {told[1]} in the new.")
    cities = [workspace.state().get("cities", "merged") for workspace in (old, new)]
    if cities[0] != cities[1]:
        notes.append(f"Ids of one city: {cities[0]} in the old workspace, {cities[1]} in the new.")
    return notes
