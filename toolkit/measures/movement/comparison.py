"""How much a number of moves depends on the rule and on its options: the three rules and a grid side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, Unpack

import ibis
import pyarrow as pa

from toolkit.measures.asking import Folder
from toolkit.measures.movement.agreement import Agreement, agreement
from toolkit.measures.movement.asking import asking_movement
from toolkit.measures.movement.options import Movement, MovementOptions
from toolkit.measures.movement.rules import moves_counted, origin_classes
from toolkit.measures.precision import DIGITS
from toolkit.measures.tables import Tables
from toolkit.runs import Answer

__all__ = ["GRID", "rule_agreement"]

GRID: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    "tenure": {
        "bridge_gap": (0, 1, 3, 5),
        "join_gap": (0, 1, 5),
        "max_visit": (1, 2, 6),
        "max_overlap": (0, 1, 2, 5),
        "drop_censored": (True,),
        "kin": ("keep",),
        "drop_suspects": (True,),
    },
    "mode-year": {
        "mode_weight": ("articles",),
        "ties": ("smallest-id",),
        "max_gap": (0, 2, 10),
        "kin": ("keep",),
        "drop_suspects": (True,),
    },
}
"""Options that are changed one at a time."""

_OPTIONS_LAST: Final = 3
"""Options stand below the three comparisons of rules."""

_SCHEMA: Final = pa.schema(
    [
        ("compared", pa.string()),
        ("base", pa.string()),
        ("unit", pa.string()),
        ("total", pa.int64()),
        ("events", pa.int64()),
        ("of_base", pa.int64()),
        ("shared", pa.int64()),
        ("outside", pa.int64()),
        ("agreement", pa.float64()),
        ("order", pa.int64()),
    ]
)


def rule_agreement(
    workspace: Folder,
    *,
    level: str = "city",
    grid: bool = True,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """How far the three rules agree, and which option changes the moves most.

    The mode-year rule against the tenure rule: author-year events, see
    :func:`toolkit.measures.movement.agreement.agreement`. The origin rule dates nothing: its migrants are held
    against the authors who move under each of the two. Then each rule against itself with one option changed, the one
    that changes most first.

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    grid
        Whether options are changed too (:data:`GRID`).
    top
        Only so many rows; ``None`` or 0 for all.
    **options
        Conventions that everything is held against; ``rule`` says whose options are changed.

    Returns
    -------
    Answer
        ``compared`` (a rule, or an option with its value), ``base`` (what it is held against), ``unit`` (``events``
        of an author in a year, or ``authors``), ``total`` (all of ``compared``), ``events`` and ``of_base`` (those
        the other rule could see), ``shared``, ``outside`` (of both, those it could not), ``agreement`` (shared over
        distinct ones, 0 to 1). Facts: ``authors`` by class of the origin rule.

    Raises
    ------
    BadParameter, EmptySelection, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> found = rule_agreement(workspace, level="institution", grid=False).frame
    >>> found[["compared", "base", "events", "of_base", "shared", "agreement"]]
        compared       base  events  of_base  shared  agreement
    0  mode-year     tenure       4        3       3   0.750000
    1     origin     tenure       3        2       2   0.666667
    2     origin  mode-year       3        3       3   1.000000
    """
    asked = Movement(**options)
    with asking_movement("rule_agreement", workspace, level=level, years=None, top=top, movement=asked) as question:
        tables = question.tables
        question.settled(grid=grid, years=None)
        tenure, mode = replace(asked, rule="tenure"), replace(asked, rule="mode-year")
        rules = agreement(tables, level=level, first=mode, second=tenure)
        rows = [_row("mode-year", "tenure", rules, order=0)]
        classes = _classes(tables, level, asked)
        question.timer.facts["authors"] = classes
        for order, base in enumerate((tenure, mode), start=1):
            rows.append(_origin_row(tables, level, base, order=order))
        if grid:
            rows += _grid(tables, level, tenure if asked.rule != "mode-year" else mode)
        content = pa.table({name: [row[name] for row in rows] for name in _SCHEMA.names}, schema=_SCHEMA)
        listed = tables.keep(("rule agreement", level, asked, grid), content)
        columns = [name for name in _SCHEMA.names if name != "order"]
        return question.answer(listed, columns, ["order", "agreement", "compared"], top=top)


def _grid(tables: Tables, level: str, base: Movement) -> list[dict[str, Any]]:
    rows = []
    for option, values in GRID[base.rule].items():
        for value in values:
            other = replace(base, **{option: value})
            if other == base or (option == "join_gap" and value == base.allowed_gap):
                continue
            found = agreement(tables, level=level, first=other, second=base)
            rows.append(_row(f"{option}={value}", base.rule, found, order=_OPTIONS_LAST))
    return rows


def _row(compared: str, base: str, found: Agreement, *, order: int) -> dict[str, Any]:
    return {
        "compared": compared,
        "base": base,
        "unit": "events",
        "total": found.events + found.outside,
        "events": found.events,
        "of_base": found.other_events,
        "shared": found.shared,
        "outside": found.outside + found.other_outside,
        "agreement": None if found.value is None else round(found.value, DIGITS),
        "order": order,
    }


def _origin_row(tables: Tables, level: str, base: Movement, *, order: int) -> dict[str, Any]:
    """Authors who are migrants by origin against those who move under ``base``."""
    classes = origin_classes(tables, level=level, movement=base)
    migrants = classes.filter(classes.category.isin(["migrant", "return migrant"])).select("author_id")
    movers = moves_counted(tables, level=level, movement=base).select("author_id").distinct()
    events, others, shared = (
        int(authors.count().to_pyarrow().as_py())
        for authors in (migrants, movers, movers.inner_join(migrants, "author_id"))
    )
    found = Agreement(events, others, shared, 0, 0)
    return _row("origin", base.rule, found, order=order) | {"unit": "authors"}


def _classes(tables: Tables, level: str, movement: Movement) -> dict[str, int]:
    classes = origin_classes(tables, level=level, movement=movement)
    counts = classes.group_by("category").agg(authors=classes.count()).order_by(ibis.desc("authors"), "category")
    return {row["category"]: row["authors"] for row in counts.to_pyarrow().to_pylist()}
