"""The part of ``docs/queries.md`` that is made from the query files.

``python -m toolkit.graphdb.query_docs docs/queries.md`` writes it anew; a test fails when it drifts.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from toolkit.errors import SettingsError
from toolkit.graphdb.graph_years import GraphYear
from toolkit.graphdb.library import Library, load_library
from toolkit.graphdb.query_costs import Cost, cost_table, read_costs
from toolkit.graphdb.query_needs import need_texts
from toolkit.graphdb.query_spec import Param, QuerySpec

__all__ = ["listing", "with_listing"]

BEGIN = "<!-- made by `python -m toolkit.graphdb.query_docs docs/queries.md`: begin -->"
END = "<!-- made: end -->"


def listing(library: Library, costs: Mapping[str, Cost] | None = None) -> str:
    """Every query as Markdown: the dearest, then each with its question, parameters, columns and cost."""
    known = {name: cost for name, cost in (read_costs() if costs is None else costs).items() if name in library}
    parts = []
    if known:
        sizes = ", ".join(sorted({cost.on for cost in known.values()}))
        parts.append(f"The ten dearest, in questions to the store on a graph of {sizes}:\n")
        parts.append(cost_table(known, top=10))
    for group, specs in library.groups.items():
        parts.append(f"### {group}\n")
        parts.extend(_query(spec, known.get(spec.name)) for spec in specs)
    return "\n".join(parts)


def with_listing(text: str, library: Library) -> str:
    """The page ``text`` with its made part written anew.

    Raises
    ------
    SettingsError
        The page has no place for it.
    """
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SettingsError(f"The page lacks the lines {BEGIN} and {END}, between which the queries are listed.")
    return f"{head}{BEGIN}\n\n{listing(library)}\n{END}{tail}"


def _query(spec: QuerySpec, cost: Cost | None) -> str:
    lines = [f"#### `{spec.name}`", "", spec.summary, "", *spec.notes.split("\n"), *need_texts(spec), ""]
    lines = [f"- {line}" if re.match(r"[A-Z][\w ]*:|Needs ", line) else line for line in lines]
    if spec.params:
        lines += ["| parameter | type | default | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{p.name}` | {_type(p.written_type, nullable=p.nullable)} | {_default(p)} | {p.meaning} |"
            for p in spec.params
        ]
        lines.append("")
    lines += ["| column | type | meaning |", "|---|---|---|"]
    lines += [f"| `{c.name}` | {_type(c.type, nullable=c.nullable)} | {c.meaning} |" for c in spec.columns]
    if cost is not None:
        lines += ["", f"Cost: {cost.db_hits:,} db hits for {cost.rows:,} rows."]
    return "\n".join([*lines, ""])


def _type(name: str, *, nullable: bool) -> str:
    return f"{name} or null" if nullable else name


def _default(param: Param) -> str:
    if param.required:
        return "required"
    if isinstance(param.default, GraphYear):
        return f"{param.default}".replace("_", " ")
    return f"`{json.dumps(param.default, ensure_ascii=False)}`"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_listing(page.read_text(encoding="utf-8"), load_library()), encoding="utf-8")
