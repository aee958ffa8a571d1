"""Results as JSON, one file per row, and docs/bench.md made from all of them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.harness import Measured

__all__ = ["page", "read_results", "write_results"]

_HEAD = """\
# Bench

Written by `make bench` (`python -m bench`); not edited by hand. Each line sets this toolkit against a named rival that
does the same work in the way its own users write it. Both run in one process run, in turn, on the same data; the
outputs are compared first, and a difference ends the run. Figures are medians, of time by the clock on the wall where
a row says nothing else. **Ratio** is the rival's figure over ours, **required** what the project promises (none: shown
for comparison).

Questions about output, subjects and ties are asked of a workspace after `scicities build --no-movement`, those about
movement after `scicities build`, whose time, and the time of the same question where nothing was built, stand below
each line.

`python -m bench --only NAME` measures one row again, `--check` ends with an error where a ratio is below its minimum,
`--quick` runs everything small.
"""


def write_results(folder: Path, row: str, results: Sequence[Measured], context: Mapping[str, Any]) -> Path:
    """Write the results of a row, with what they were measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{row}.json"
    content = {"row": row, **context, "results": [asdict(result) for result in results]}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_results(folder: Path, rows: Sequence[str]) -> list[dict[str, Any]]:
    """Results of ``rows`` that were measured, in that order."""
    paths = (folder / f"{row}.json" for row in rows)
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]


def page(measured_rows: Sequence[Mapping[str, Any]], absent: Sequence[str] = ()) -> str:
    """The page: one table, then for each comparison what both sides did and what else was seen.

    Rows that were not measured are named.
    """
    lines = [_HEAD]
    if absent:
        lines += [f"Not measured yet: {', '.join(absent)}.", ""]
    lines += ["| what | size | ours | rival | ratio | required |", "|---|---|---:|---:|---:|---:|"]
    for row in measured_rows:
        for result in row["results"]:
            unit = result.get("unit", "s")
            ours, rival = (statistics.median(result[f"{side}_seconds"]) for side in ("ours", "rival"))
            mark = "" if result["ratio"] >= result["minimum"] else " **(missed)**"
            lines.append(
                f"| {result['title']} | {result['size']} | {_value(ours, unit)} | {_value(rival, unit)} | "
                f"**{result['ratio']:.1f}**{mark} | {_required(result['minimum'])} |"
            )
    for row in measured_rows:
        for result in row["results"]:
            ours, rival = (_runs(result[f"{side}_seconds"], result.get("unit", "s")) for side in ("ours", "rival"))
            lines += ["", f"## {result['title']}", "", f"- ours: {result['ours']}: {ours}"]
            lines.append(f"- rival: {result['rival']}: {rival}")
            lines += [f"- {name}: {value}" for name, value in result["facts"].items()]
    lines += ["", "## Measured on"]
    for machine, names in _machines(measured_rows):
        lines += ["", f"{', '.join(names)}:", ""]
        lines.append("; ".join(f"{name} {value}" for name, value in machine))
    return "\n".join(lines) + "\n"


def _machines(measured_rows: Sequence[Mapping[str, Any]]) -> list[tuple[tuple[tuple[str, str], ...], list[str]]]:
    """Machines and days, each with the rows measured there and then."""
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for row in measured_rows:
        found.setdefault((("day", row["day"]), *row["machine"].items()), []).append(row["row"])
    return list(found.items())


def _required(minimum: float) -> str:
    return f"{minimum:g}" if minimum else "none"


def _value(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:,.1f} {unit}" if unit == "%" else f"{value:,.0f} {unit}"
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.1f} ms"


def _runs(values: Sequence[float], unit: str) -> str:
    return ", ".join(_value(value, unit) for value in values)
