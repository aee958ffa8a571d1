"""Results of an analysis onto the places of the graph, with the run they come from.

Property ``p`` of a place gets a companion ``p_run``, the id of its ``(:Run)`` node, which holds everything needed to
get the result again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from toolkit.errors import BadParameter, DataError, DuplicateKey, MissingColumn
from toolkit.graphdb.layout import KEYS, PLACE_LABELS
from toolkit.graphdb.projection import require_complete
from toolkit.graphdb.statement_files import statement
from toolkit.runs import RunRecord

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = ["write_results"]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_OWN: Final = frozenset(
    {"id", "code", "name", "ascii_name", "country", "admin1", "region", "lat", "lon", "population"}
    | {"type", "types", "marks"}
)
"""Properties places have from the records; no result may overwrite them."""


def write_results(
    graph: Graph,
    frame: pd.DataFrame,
    *,
    level: str,
    run: RunRecord,
    properties: Sequence[str] | None = None,
) -> int:
    """Write columns of ``frame`` as properties of places, and the run as a ``(:Run)`` node.

    Parameters
    ----------
    graph
        A graph that was loaded.
    frame
        A row per place: ``id`` and the results. A missing value leaves the property off.
    level
        ``city``, ``institution``, ``country``, or ``metro`` where the graph has metropolitan areas.
    run
        How the results came about.
    properties
        Columns to write; by default all but ``id`` and ``name``.

    Returns
    -------
    int
        Number of places written.

    Raises
    ------
    MissingColumn, DuplicateKey
        The frame lacks a column, or an id stands twice.
    BadParameter
        Unknown level, nothing to write, or a column whose name can't be a property.
    DataError
        An id is not in the graph, or the results were computed from other records than the graph shows.
    GraphStoreError
        The graph is not complete, or the server refused. In each case nothing was written.

    Notes
    -----
    All in one transaction. It replaces the earlier run of the same method at this level as a whole, and of other runs
    the properties of the same names: a place that is not in ``frame`` loses them.
    """
    if level not in PLACE_LABELS:
        raise BadParameter("level", level, f"results are written to the levels {', '.join(PLACE_LABELS)}")
    names = _checked_names(frame, properties)
    ids = _checked_ids(frame)
    loaded = require_complete(graph)
    if run.fingerprint and loaded and run.fingerprint != loaded:
        raise DataError(
            "These results were computed from other records than the graph shows. `scicities load`, compute them "
            "again, then write them; nothing was written."
        )
    label = PLACE_LABELS[level]
    missing = graph.read(statement("writeback/missing", label=label, key=KEYS[label]), {"ids": ids}, name="write back")
    if len(missing):
        raise DataError(f"The graph has no {level} {', '.join(missing['id'])}; nothing was written.")
    replaced, cleared = _replaced(graph, level, run.method, names)
    text = statement(
        "writeback/write",
        label=label,
        key=KEYS[label],
        present=" OR ".join(f"n.{name} IS NOT NULL" for name in cleared),
        removed=", ".join(f"n.{name}, n.{name}_run" for name in cleared),
        assigned=", ".join(
            f"n.{name} = $columns.{name}[i], "
            f"n.{name}_run = CASE WHEN $columns.{name}[i] IS NULL THEN NULL ELSE $run.id END"
            for name in names
        ),
    )
    parameters = {
        "run": _run_properties(run, level, names),
        "replaced": replaced,
        "ids": ids,
        "columns": {name: _values(frame[name]) for name in names},
    }
    return int(graph.write(text, parameters, name="write back")["written"].iloc[0])


def _replaced(graph: Graph, level: str, method: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Runs of which nothing will be left, and all properties to clear first."""
    runs, cleared = [], set(names)
    earlier = graph.read(statement("writeback/earlier"), {"level": level}, name="write back")
    for run_id, other, written in zip(earlier["id"], earlier["method"], earlier["properties"], strict=True):
        if other == method:
            cleared.update(name for name in written if _may_be_written(name))  # they become part of a statement
        if other == method or set(written) <= set(names):
            runs.append(run_id)
    return runs, sorted(cleared)


def _run_properties(run: RunRecord, level: str, names: Sequence[str]) -> dict[str, Any]:
    found: Mapping[str, Any] = {
        "id": run.run_id,
        "method": run.method,
        "level": level,
        "properties": list(names),
        "parameters": json.dumps(run.parameters, sort_keys=True, default=str),
        "seed": run.parameters.get("seed"),
        "facts": json.dumps(run.facts, sort_keys=True, default=str),
        "fingerprint": run.fingerprint,
        "snapshot": run.snapshot,
        "notes": list(run.notes),
        "versions": json.dumps(run.versions, sort_keys=True),
        "started": run.started,
        "seconds": run.seconds,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def _checked_names(frame: pd.DataFrame, properties: Sequence[str] | None) -> list[str]:
    names = [str(name) for name in frame.columns if name not in {"id", "name"}] if properties is None else [*properties]
    if not names:
        raise BadParameter("properties", properties, "at least one column is needed to write")
    absent = [name for name in ("id", *names) if name not in frame.columns]
    if absent:
        raise MissingColumn(f"The results have no column {', '.join(absent)}; they have {', '.join(frame.columns)}.")
    for name in names:
        if not _may_be_written(name):
            raise BadParameter(
                "properties", name, "a property is lower-case letters, digits and _, not one the records give"
            )
    return names


def _may_be_written(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name not in _OWN and not name.endswith("_run")


def _checked_ids(frame: pd.DataFrame) -> list[str]:
    ids: list[str] = frame["id"].astype(str).tolist()
    if len(set(ids)) < len(ids):
        twice = frame["id"][frame["id"].duplicated()].iloc[0]
        raise DuplicateKey(f"The id {twice!r} stands twice in the results; nothing was written.")
    return ids


def _values(column: pd.Series[Any]) -> list[Any]:
    """Plain Python values, missing ones as ``None``."""
    return [None if pd.isna(value) else value for value in column.tolist()]
