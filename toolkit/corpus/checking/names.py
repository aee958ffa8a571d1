"""What became of cities that records name without an id, for the report and as a listing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.checking.lines import Line
from toolkit.corpus.city_names import CITY_NAMES_FILE, FOUND, NAMED_CITIES
from toolkit.workspace import Workspace

__all__ = ["city_name_lines", "city_names"]

_UNDECIDED: Final = {
    "several places": "cities of their own; the listing has the candidates: give a region, coordinates or an id",
    "not in the gazetteer": "cities of their own",
    "in another region": "cities of their own; the name exists in the country, not in the region given",
    "too far away": "cities of their own; the name exists more than 30 km away",
}


def city_names(workspace: Workspace) -> pd.DataFrame:
    """Cities that records name without an id: those undecided first, the most often named before others.

    Columns are those of :data:`~toolkit.corpus.city_names.NAMED_CITIES`, the candidates as one text.
    """
    path = workspace.corpus / CITY_NAMES_FILE
    table = pq.read_table(path) if path.exists() else NAMED_CITIES.empty_table()
    candidates = pa.array([" ".join(ids) for ids in table.column("candidates").to_pylist()], pa.string())
    table = table.set_column(table.column_names.index("candidates"), "candidates", candidates)
    undecided = pa.array([found is None for found in table.column("city_id").to_pylist()], pa.bool_())
    order = [("undecided", "descending"), ("records", "descending"), ("made_id", "ascending")]
    frame: pd.DataFrame = table.append_column("undecided", undecided).sort_by(order).to_pandas()
    return frame.drop(columns="undecided")


def city_name_lines(names: pd.DataFrame, report: Mapping[str, Any]) -> list[Line]:
    """Cities named without an id by what became of them, and what the gazetteer knows of the cities in use."""
    counts = names["how"].value_counts()
    lines: list[Line] = [
        ("city names", f"found by {how}" if how in FOUND else how, int(counts[how]), _UNDECIDED.get(how, ""))
        for how in (*FOUND, *sorted(set(counts.index) - set(FOUND)))
        if how in counts
    ]
    gazetteer = dict(report.get("gazetteer", {}))
    version, advice = gazetteer.pop("version", ""), gazetteer.pop("advice", "")
    lines += [("gazetteer", item, number, version) for item, number in gazetteer.items()]
    return lines + ([("gazetteer", "cities in it", 0, advice)] if advice else [])
