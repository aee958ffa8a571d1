"""Moves between places and stays of researchers, as tables of the graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pyarrow as pa

from toolkit.measures.flows.counts import flow_counts, flow_matrix
from toolkit.measures.movement.options import FLOW_RULES, Movement
from toolkit.measures.movement.rules import observations, tenures
from toolkit.measures.precision import rounded
from toolkit.measures.tables import Tables

__all__ = ["NO_MOVES", "NO_STAYS", "moves_by_year", "researchers", "stays"]

NO_MOVES: Final = pa.schema(
    {
        "start": pa.string(),
        "end": pa.string(),
        "year": pa.int64(),
        "researchers": pa.float64(),
        "moves": pa.int64(),
        "rule": pa.string(),
    }
).empty_table()
"""Moves of a level, or of a graph, that has none."""

NO_STAYS: Final = pa.schema(
    {"start": pa.string(), "end": pa.string(), "from_year": pa.int64(), "to_year": pa.int64(), "works": pa.int64()}
).empty_table()
"""Stays of a graph without researchers."""


def moves_by_year(tables: Tables, *, level: str, movement: Movement) -> pa.Table:
    """Moves between two places in a year, by each rule that gives dated moves.

    Returns
    -------
    pyarrow.Table
        ``start``, ``end``, ``year``, ``researchers``, ``moves``, ``rule``: rows of
        :func:`~toolkit.measures.flows.flow_answers.flows` by year, one for each rule that knows of them
    """
    found = []
    for rule in FLOW_RULES:
        rows = flow_matrix(flow_counts(tables, level=level, movement=replace(movement, rule=rule)))
        arrow = rows.select(
            start=rows.from_id,
            end=rows.to_id,
            year=rows.year.cast("int64"),
            researchers=rounded(rows.researchers),
            moves=rows.moves.cast("int64"),
        ).to_pyarrow()
        found.append(arrow.append_column("rule", pa.array([rule] * arrow.num_rows, pa.string())))
    joined = pa.concat_tables([part.cast(NO_MOVES.schema) for part in found])
    return joined.sort_by([(name, "ascending") for name in ("start", "end", "year", "rule")]).combine_chunks()


def researchers(tables: Tables, *, movement: Movement, names: bool) -> pa.Table:
    """Researcher nodes: authors with an id who stayed at an institution; who has none can't be told from others.

    Returns
    -------
    pyarrow.Table
        ``id``; with ``names`` also ``name`` and ``orcid``
    """
    seen = tenures(tables, level="institution", movement=movement).select(id="author_id").distinct()
    if names:
        seen = seen.left_join(tables.authors, [("id", "author_id")]).select("id", "name", "orcid")
    return seen.order_by("id").to_pyarrow()


def stays(tables: Tables, *, movement: Movement) -> pa.Table:
    """Tenures of researchers at institutions, with the articles signed there.

    Returns
    -------
    pyarrow.Table
        ``start`` (author), ``end`` (institution), ``from_year``, ``to_year`` (both with an article), ``works``
        [articles]
    """
    runs = tenures(tables, level="institution", movement=movement)
    seen = observations(tables, level="institution")
    seen = seen.select("year", "articles", signer="author_id", institution="place_id")
    rows = runs.inner_join(seen, [("author_id", "signer"), ("place_id", "institution")])
    rows = rows.filter(rows.year >= rows.start_year, rows.year <= rows.end_year)
    rows = rows.group_by(["author_id", "place_id", "start_year", "end_year"]).agg(works=rows.articles.sum())
    rows = rows.select(
        start="author_id",
        end="place_id",
        from_year=rows.start_year.cast("int64"),
        to_year=rows.end_year.cast("int64"),
        works=rows.works.cast("int64"),
    )
    return rows.order_by("start", "end", "from_year").to_pyarrow()
