"""The tables of the graph, one for each kind of node and relationship, derived from the measures.

Numbers are rounded as everywhere they are published, so a row of the graph equals the workspace's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.errors import DataError, EmptySelection
from toolkit.graphdb.contents import DEFAULT_CONTENTS, GraphContents
from toolkit.graphdb.layout import COLLABORATION, KEYS, LAYOUT_VERSION, PLACE_LABELS, RELATIONSHIPS, RelationshipKind
from toolkit.graphdb.move_tables import NO_MOVES, NO_STAYS, moves_by_year, researchers, stays
from toolkit.graphdb.place_tables import PlaceTables
from toolkit.graphdb.storable import LONGEST_TEXT, storable
from toolkit.measures.collaboration.internal import internal_collaboration
from toolkit.measures.collaboration.partnerships import partnership_counts
from toolkit.measures.collaboration.scores import collaboration_scores
from toolkit.measures.counting.levels import PLACE_LEVELS, SPECIAL, UNLOCATED
from toolkit.measures.counting.parts import year_totals
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.precision import rounded
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

__all__ = ["GraphTables", "graph_id", "graph_tables"]


@dataclass(frozen=True)
class GraphTables:
    """What is to stand in the graph.

    Attributes
    ----------
    nodes
        Table of each label; its first column is the key.
    relationships
        Table of each kind: ``start`` and ``end`` (keys), then the kind's properties, ordered by ``start``.
    fingerprint
        Fingerprint of the corpus they come from.
    facts
        What the Load node says besides: base year of adjusted Share, snapshot date, first and last year.
    contents
        What was asked for beside places, output and collaboration.
    notes
        What was changed so that Neo4j can store it.
    """

    nodes: Mapping[str, pa.Table]
    relationships: Mapping[RelationshipKind, pa.Table]
    fingerprint: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    contents: GraphContents = DEFAULT_CONTENTS
    notes: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        nodes = {label: storable(table, label) for label, table in self.nodes.items()}
        object.__setattr__(self, "nodes", {label: table for label, (table, _) in nodes.items()})
        if shortened := sum(count for _, count in nodes.values()):
            limit = f"{LONGEST_TEXT:,} characters, the most that Neo4j can index"
            object.__setattr__(self, "notes", (f"{shortened:,} names in the graph were shortened to {limit}",))

    @property
    def load_id(self) -> str:
        """Fingerprint of the corpus, contents and the graph's layout together: what one load is known by."""
        return graph_id(self.fingerprint, self.contents)

    def counts(self) -> dict[str, int]:
        """Rows of each label and relationship kind, by name."""
        nodes = {label: self.nodes[label].num_rows for label in KEYS}
        return nodes | {kind.pattern: self.relationships[kind].num_rows for kind in RELATIONSHIPS}

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.counts().values())

    def totals(self) -> dict[str, dict[str, float]]:
        """Sums of the numbers in the tables, by what :func:`toolkit.graphdb.schema.total_statements` calls them."""
        outputs, found = self.nodes["Output"], {}
        for level, label in PLACE_LABELS.items():
            own = outputs.filter(pc.starts_with(outputs["id"], f"{level}:"))
            found[f"output of {label}"] = {name: _sum(own[name]) for name in ("count", "share")}
        for kind in RELATIONSHIPS:
            rows = self.relationships[kind]
            for called, rule in kind.sums().items():
                own = rows if rule is None else rows.filter(pc.equal(rows["rule"], rule))
                found[called] = {name: _sum(own[name]) for name in kind.summed}
        return found


def graph_id(fingerprint: str, contents: GraphContents = DEFAULT_CONTENTS) -> str:
    """Id of the graph of a corpus with this fingerprint and these contents, in this layout."""
    return hashlib.sha256(f"{fingerprint} {LAYOUT_VERSION} {contents}".encode()).hexdigest()[:16]


def graph_tables(
    workspace: Workspace, *, base_year: int | None = None, contents: GraphContents = DEFAULT_CONTENTS
) -> GraphTables:
    """Tables of the graph of a workspace.

    Parameters
    ----------
    workspace
        A workspace with records.
    base_year
        Base year of adjusted Share; ``None`` for the last year with articles.
    contents
        Whether moves and researchers are among them, and by which conventions.

    Returns
    -------
    GraphTables
        Institutions with a site on an article and their ancestors, all their sites, and the cities and countries of
        these; with a city map, the metropolitan areas of these cities. Output and pairs of places in each year;
        ``unlocated`` and ``unassigned`` parts belong to no place and are no nodes.

    Raises
    ------
    DataError
        The workspace has no records, or was changed by someone else while they were read.
    EmptySelection
        No article has a year.
    """
    before = workspace.fingerprint
    with Tables.of(workspace) as tables:
        totals = year_totals(tables).order_by("year").to_pyarrow()
        if not totals.num_rows:
            raise EmptySelection("No article of this workspace has a year and an author, so there is nothing to load.")
        years = totals["year"].to_pylist()
        base = years[-1] if base_year is None else base_year
        places = PlaceTables(workspace, tables)
        levels = tuple(level for level in PLACE_LABELS if level != "metro" or places.mapped)
        outputs = _outputs(tables, levels, base_year=base)
        nodes = {
            "Country": places.countries(),
            "Metro": places.metros(),
            "City": places.cities(),
            "Site": places.sites(),
            "Institution": places.institutions(),
            "Output": outputs.drop_columns(["place", "level"]),
            "Researcher": _researchers(tables, contents),
        }
        relationships = _place_relationships(places) | _produced(outputs) | _pairs(tables, levels)
        relationships |= _movement(tables, levels, contents)
    if workspace.fingerprint != before:
        raise DataError(f"The records in {workspace.root} changed while they were read. Load again.")
    facts = {
        "base_year": base,
        "snapshot": workspace.snapshot,
        "synthetic": workspace.synthetic,
        "first_year": years[0],
        "last_year": years[-1],
    }
    return GraphTables(nodes, relationships, before, facts, contents)


def _outputs(tables: Tables, levels: Sequence[str], *, base_year: int) -> pa.Table:
    """Output of every place in every year; ``place`` and ``level`` say whose, which the graph says by PRODUCED."""
    parts = []
    for level in levels:
        shares = unit_shares(tables, level=level, by_year=True, base_year=base_year)
        shares = shares.filter(shares.id.notin(SPECIAL))
        if level == "institution":
            joined = shares.mutate(
                internal_joint=ibis.null("int64"),
                internal_share=ibis.null("float64"),
            )
        else:
            inside = internal_collaboration(tables, level=level, by_year=True)
            inside = inside.select("internal_joint", "internal_share", place="id", inside_year="year")
            joined = shares.left_join(inside, [shares.id == inside.place, shares.year == inside.inside_year])
            joined = joined.mutate(
                internal_joint=ibis.coalesce(joined.internal_joint, 0),
                internal_share=ibis.coalesce(joined.internal_share, 0.0),
            )
        output = joined.select(
            id=ibis.literal(f"{level}:") + joined.id + ":" + joined.year.cast("string"),
            place=joined.id,
            level=ibis.literal(level),
            year=joined.year.cast("int64"),
            subject=ibis.literal("all"),
            count=joined["count"].cast("int64"),
            share=rounded(joined.share),
            adjusted_share=rounded(joined.adjusted_share),
            internal_joint=joined.internal_joint.cast("int64"),
            internal_share=rounded(joined.internal_share),
        )
        parts.append(output.order_by("place", "year").to_pyarrow())
    return pa.concat_tables(parts, promote_options="permissive").combine_chunks()


def _place_relationships(places: PlaceTables) -> dict[RelationshipKind, pa.Table]:
    tables = {
        ("HAS_SITE", "Institution"): places.has_site(),
        ("LOCATED_IN", "Site"): places.site_city(),
        ("LOCATED_IN", "Institution"): places.institution_city(),
        ("IN_COUNTRY", "City"): places.city_country(),
        ("IN_METRO", "City"): places.city_metro(),
        ("PART_OF", "Institution"): places.parents(),
    }
    return {_kind(*key): table.order_by("start", "end").to_pyarrow() for key, table in tables.items()}


def _produced(outputs: pa.Table) -> dict[RelationshipKind, pa.Table]:
    found = {}
    for level, label in PLACE_LABELS.items():
        own = outputs.filter(pc.equal(outputs["level"], level))
        found[_kind("PRODUCED", label)] = pa.table({"start": own["place"], "end": own["id"]})
    return found


def _pairs(tables: Tables, levels: Sequence[str]) -> dict[RelationshipKind, pa.Table]:
    found = {_kind("PARTNERS_WITH", "Site"): _yearly_pairs(tables, "site")}
    for level, label in PLACE_LABELS.items():
        kind = _kind(COLLABORATION[level], label)
        found[kind] = _yearly_pairs(tables, level) if level in levels else _no_pairs(kind)
    return found


def _yearly_pairs(tables: Tables, level: str) -> pa.Table:
    """Pairs of a level in each year, smaller id first; places with their partnerships."""
    scores = collaboration_scores(tables, level=level, by_year=True)
    if level not in PLACE_LEVELS:
        pairs = scores
    else:
        scores = scores.filter(scores.a_id != UNLOCATED, scores.b_id != UNLOCATED)
        counts = partnership_counts(tables, level=level, by_year=True)
        counts = counts.select("partnerships", low="a_id", high="b_id", partner_year="year")
        joined = scores.left_join(
            counts,
            [scores.a_id == counts.low, scores.b_id == counts.high, scores.year == counts.partner_year],
        )
        pairs = joined.mutate(partnerships=ibis.coalesce(joined.partnerships, 0).cast("int64"))
    columns = {
        "start": pairs.a_id,
        "end": pairs.b_id,
        "year": pairs.year.cast("int64"),
        "joint": pairs.joint.cast("int64"),
        "score": rounded(pairs.score),
    }
    if level in PLACE_LEVELS:
        columns["partnerships"] = pairs.partnerships
    return pairs.select(**columns).order_by("start", "end", "year").to_pyarrow()


def _no_pairs(kind: RelationshipKind) -> pa.Table:
    """Pairs of a level that the graph does not have."""
    numbers = {name: pa.float64() if name == "score" else pa.int64() for name in kind.properties}
    return pa.schema({"start": pa.string(), "end": pa.string()} | numbers).empty_table()


def _movement(tables: Tables, levels: Sequence[str], contents: GraphContents) -> dict[RelationshipKind, pa.Table]:
    movement = contents.movement
    found = {
        _kind("MOVED_TO", label): moves_by_year(tables, level=level, movement=movement)
        if contents.moves and level in levels
        else NO_MOVES
        for level, label in PLACE_LABELS.items()
    }
    found[_kind("WORKED_AT", "Researcher")] = stays(tables, movement=movement) if contents.researchers else NO_STAYS
    return found


def _researchers(tables: Tables, contents: GraphContents) -> pa.Table:
    if contents.researchers:
        return researchers(tables, movement=contents.movement, names=contents.names)
    return pa.schema({"id": pa.string()}).empty_table()


def _kind(kind: str, start: str) -> RelationshipKind:
    return next(one for one in RELATIONSHIPS if (one.type, one.start) == (kind, start))


def _sum(column: pa.ChunkedArray) -> float:
    return float(pc.sum(column).as_py() or 0)
