"""Answers about moves: who moved whence, where to and when, under one rule."""

from __future__ import annotations

from typing import Final, Unpack

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, named
from toolkit.measures.movement.asking import asking_movement, movement_facts
from toolkit.measures.movement.options import Movement, MovementOptions, check_flow_rule
from toolkit.measures.movement.people import author_shown, authors_meant
from toolkit.measures.movement.rules import movements
from toolkit.measures.precision import rounded
from toolkit.runs import Answer

__all__ = ["KINDS", "flags", "moves"]

KINDS: Final = {"tenure": ("migration", "visit", "dual", "open"), "mode-year": ("move", "gap")}
"""Kinds of movement by rule; the first of each is in flows."""

_FLAGS: Final = {
    "is_return": "return",
    "returns_to_origin": "return to origin",
    "censored": "censored",
    "career_end": "career end",
    "left_censored": "left-censored",
}


def moves(
    workspace: Folder,
    *,
    level: str = "city",
    years: YearsAsked = None,
    from_place: str | None = None,
    to_place: str | None = None,
    author: str | None = None,
    kind: str | None = None,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Dated moves of authors between places.

    A person is seen where the affiliations on their articles are. By ``tenure`` a move is a new stay that follows on
    an old one (:func:`toolkit.measures.movement.tenures.moves_by_tenure`); by ``mode-year`` it is a change of the
    year's main place (:func:`toolkit.measures.movement.mode_years.mode_years`).

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    years
        Window of the moves, ``"2015:2024"``; both ends inclusive; careers are read whole.
    from_place, to_place
        Only moves out of, or into, this place, by id or name.
    author
        Only this author: an id, an ORCID or a name; of a name that several have, each of them.
    kind
        ``migration``, ``visit``, ``dual`` or ``open`` (tenure), ``move`` or ``gap`` (mode-year), ``all``; ``None``:
        those in flows.
    top
        Only so many rows; ``None`` or 0 for all.
    **options
        Conventions, see :class:`toolkit.measures.movement.options.Movement`.

    Returns
    -------
    Answer
        ``author_id``, ``from_id``, ``from_name``, ``to_id``, ``to_name``, ``year``, ``last_year_at_from``, ``rule``,
        ``kind``, ``weight`` [researchers], ``career_age`` [years], ``flags`` (``return``, ``return to origin``,
        ``censored``, ``career end``, ``left-censored``), in the order of the years. Facts: see
        :func:`toolkit.measures.movement.asking.movement_facts`; they are of all moves of the window.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> moves(workspace, level="country").frame[["author_id", "from_name", "to_name", "year"]]
      author_id       from_name         to_name  year
    0  returnee           China  United Kingdom  2005
    1  returnee  United Kingdom           China  2012
    """
    movement = Movement(**options)
    check_flow_rule(movement)
    if kind not in (None, "all", *KINDS[movement.rule]):
        raise BadParameter(
            "kind", kind, f"under rule {movement.rule} it is one of all, {', '.join(KINDS[movement.rule])}"
        )
    with asking_movement("moves", workspace, level=level, years=years, top=top, movement=movement) as question:
        tables = question.tables
        rows = movements(tables, level=level, movement=movement, years=question.years)
        if kind is None:
            rows = rows.filter(rows.weight > 0)
        elif kind != "all":
            rows = rows.filter(rows.kind == kind)
        origin = None if from_place is None else question.place(from_place)
        target = None if to_place is None else question.place(to_place)
        if origin is not None:
            rows = rows.filter(rows.from_id == origin)
        if target is not None:
            rows = rows.filter(rows.to_id == target)
        if author is not None:
            meant = authors_meant(tables, author)
            author = author_shown(tables, author, meant)
            rows = rows.filter(rows.author_id.isin(meant))
            if len(meant) > 1:
                question.timer.notes.append(f"{len(meant):,} authors are named {author}: each stands for itself.")
        question.settled(from_place=origin, to_place=target, author=author, kind=kind)
        movement_facts(question, movement)
        rows = named(tables, rows, "from_id", "to_id", level=level)
        rows = rows.mutate(weight=rounded(rows.weight), flags=flags(rows))
        columns = ["author_id", "from_id", "from_name", "to_id", "to_name", "year", "last_year_at_from"]
        columns += ["rule", "kind", "weight", "career_age", "flags"]
        return question.answer(rows, columns, ["year", "author_id", "from_id", "to_id"], top=top)


def flags(rows: ir.Table) -> ir.StringValue:
    """The flags of a row in words, separated by commas; empty without any."""
    text: ir.StringValue = ibis.literal("")
    for column, word in _FLAGS.items():
        text = text.concat(ibis.ifelse(rows[column], f", {word}", ""))
    return text.substr(2)
