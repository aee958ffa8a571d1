"""Answers about subjects: the mix of units, the concentration of subjects, a place's ranks in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import ibis

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, Question, YearsAsked, asking, named
from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.counting.options import Counting, CountingOptions, is_count
from toolkit.measures.missing_steps import NO_SUBJECTS
from toolkit.measures.output.standing import ALL_SUBJECTS, subject_ranks
from toolkit.measures.output.subject_mix import subject_concentration, subject_mix
from toolkit.measures.precision import rounded
from toolkit.measures.selection import in_country
from toolkit.runs import Answer

__all__ = ["concentration", "standing", "subjects"]

_ORDERS = ("share", "part", "location_quotient")


def subjects(
    workspace: Folder,
    *,
    place: str | Sequence[str] | None = None,
    level: str = "city",
    by: str = "share",
    years: YearsAsked = None,
    by_year: bool = False,
    country: str | None = None,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Subject mix of a place or of every unit, with the subjects it is specialised in.

    ``part(i, s) = Share(i, s) / Share(i)``; ``location_quotient = part(i, s) / part of s in the corpus's
    assigned Share``; ``herfindahl(i) = sum over s of (Share(i, s) / sum of Share(i, s))^2``; see
    :func:`~toolkit.measures.output.subject_mix.subject_mix`.

    Parameters
    ----------
    place
        Only this one, or these, by id or name; ``None`` for all.
    by
        Order of a unit's subjects (of the units, where one ``subject`` is asked for): ``share``, ``part`` or
        ``location_quotient``.
    workspace, level, years, by_year, country, top
        As :func:`~toolkit.measures.answers.share`; ``top`` cuts rows.
    **options
        Conventions, see :class:`toolkit.measures.counting.options.Counting`. ``subject`` keeps the rows of one subject,
        in the mix of all; ``subject_counting="whole"`` counts an article fully in each of its subjects.

    Returns
    -------
    Answer
        ``id``, ``name``, ``year``, ``subject`` (``none``: articles without one), ``count``, ``share`` [articles],
        ``part``, ``location_quotient``, ``herfindahl`` (of the unit's mix, the same in each of its rows). Units by
        their Share, the rows ``unlocated`` and ``unassigned`` last.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    References
    ----------
    B. Balassa (1965), Trade liberalisation and revealed comparative advantage. doi 10.1111/j.1467-9957.1965.tb00050.x

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> subjects(workspace, place="Oxford").frame[["subject", "share", "part"]].values.tolist()
    [['Physics', 0.5, 0.666666667], ['none', 0.25, 0.333333333]]
    """
    counting = Counting(**options)
    if by not in _ORDERS:
        raise BadParameter("by", by, f"it is one of {', '.join(_ORDERS)}")
    with asking(
        "subjects", workspace, level=level, years=years, by_year=by_year, top=top, counting=counting
    ) as question:
        tables = question.tables
        rows = subject_mix(tables, level=level, years=question.years, by_year=by_year, counting=counting)
        chosen = None
        if place is not None:
            chosen = [question.place(text) for text in ([place] if isinstance(place, str) else place)]
            rows = rows.filter(rows.id.isin(chosen))
        code = None
        if country is not None:
            code = question.place(country, level="country")
            rows = in_country(tables, rows, level=level, country=code)
        if counting.subject is not None:
            rows = rows.filter(rows.subject == counting.subject)
        question.settled(place=chosen, country=code, by=by)
        _note_missing(question)
        rows = named(tables, rows, level=level)
        numbers = ("share", "part", "location_quotient", "herfindahl", "unit_share")
        rows = rows.mutate(
            special=rows.id.isin(SPECIAL).cast("int64"), **{name: rounded(rows[name]) for name in numbers}
        )
        if top:
            rows = rows.filter(rows.special == 0)
        own = ibis.desc(by, nulls_first=False)
        order = (
            [own, "id", "subject"] if counting.subject is not None else [ibis.desc("unit_share"), "id", own, "subject"]
        )
        return question.answer(
            rows,
            ["id", "name", "year", "subject", "count", "share", "part", "location_quotient", "herfindahl"],
            ["special", *order],
            top=top,
            total="share",
        )


def concentration(
    workspace: Folder,
    *,
    level: str = "city",
    largest: int = 10,
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """How far each subject is in the hands of few units.

    ``herfindahl(s) = sum over units i of (Share(i, s) / Share(s))^2``; ``largest_part`` = the part of the ``largest``
    units in Share(s); Share(s) is the sum over units with a place. See
    :func:`toolkit.measures.output.subject_mix.subject_concentration`.

    Parameters
    ----------
    largest
        How many units ``largest_part`` is of.
    workspace, level, years, by_year, top, **options
        As :func:`subjects`.

    Returns
    -------
    Answer
        ``subject``, ``year``, ``units`` (with an article), ``share`` [articles], ``herfindahl``, ``largest_part``,
        ``first_id``, ``first_name``, ``first_part`` (the largest unit and its part); subjects by their Share

    Raises
    ------
    BadParameter, EmptySelection, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> frame = concentration(workspace, level="country", largest=1).frame
    >>> frame[["subject", "units", "largest_part", "first_name"]].values.tolist()[1:]
    [['Chemistry', 1, 1.0, 'China'], ['Physics', 2, 0.666666667, 'China']]
    """
    counting = Counting(**options)
    if not is_count(largest, least=1):
        raise BadParameter("largest", largest, "it is a whole number of units, at least 1")
    with asking(
        "concentration", workspace, level=level, years=years, by_year=by_year, top=top, counting=counting
    ) as question:
        tables = question.tables
        question.settled(largest=largest)
        rows = subject_concentration(
            tables, level=level, largest=largest, years=question.years, by_year=by_year, counting=counting
        )
        if counting.subject is not None:
            rows = rows.filter(rows.subject == counting.subject)
        _note_missing(question)
        rows = named(tables, rows, "first_id", level=level)
        numbers = ("share", "herfindahl", "largest_part", "first_part")
        rows = rows.mutate(**{name: rounded(rows[name]) for name in numbers})
        columns = ["subject", "year", "units", "share", "herfindahl", "largest_part"]
        return question.answer(
            rows,
            [*columns, "first_id", "first_name", "first_part"],
            [ibis.desc("share"), "subject"],
            top=top,
            total="share",
        )


def standing(
    workspace: Folder,
    place: str,
    *,
    level: str = "city",
    by: str = "share",
    years: YearsAsked = None,
    by_year: bool = False,
    country: str | None = None,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """A place's rank in each subject, and its change.

    ``rank`` is 1 + the number of units with a larger value in the subject, ``change = previous_rank - rank`` against
    the window of equal length just before (with ``by_year`` the year before); see
    :func:`toolkit.measures.output.standing.subject_ranks`.

    Parameters
    ----------
    place
        By id or name.
    by
        ``share`` or ``count``.
    country
        The rank among the units of this country only.
    workspace, level, years, by_year, top, **options
        As :func:`subjects`.

    Returns
    -------
    Answer
        ``subject`` (first ``all``: the whole output), ``year``, ``rank``, ``ranked`` (units with a value), ``value``
        [articles], ``previous_rank``, ``change`` (3: three places up); best ranks first. A subject the place has
        nothing in has no row.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> frame = standing(workspace, "Nanjing", years="2020:2021").frame
    >>> frame[["subject", "rank", "ranked", "value", "previous_rank"]].values.tolist()[:2]
    [['all', 2, 6, 0.875, 2], ['Chemistry', 2, 3, 0.4375, <NA>]]
    """
    counting = Counting(**options)
    with asking(
        "standing", workspace, level=level, years=years, by_year=by_year, top=top, counting=counting
    ) as question:
        tables = question.tables
        unit = question.place(place)
        if unit in SPECIAL:
            raise BadParameter("place", place, "what has no place has no rank")
        code = question.place(country, level="country")
        question.settled(place=unit, by=by, country=code)
        rows = subject_ranks(
            tables, level=level, by=by, years=question.years, by_year=by_year, counting=counting, country=code
        )
        rows = rows.filter(rows.id == unit)
        if counting.subject is not None:
            rows = rows.filter(rows.subject == counting.subject)
        _note_missing(question)
        rows = rows.mutate(part=(rows.subject != ALL_SUBJECTS).cast("int64"))
        columns = ["subject", "year", "rank", "ranked", "value", "previous_rank", "change"]
        return question.answer(rows, columns, ["part", "rank", ibis.desc("ranked"), "subject"], top=top, total="value")


def _note_missing(question: Question) -> None:
    """Say it where the records have no subjects: everything is then ``none``."""
    if not int(question.tables.subjects.count().to_pyarrow().as_py()):
        question.timer.notes.append(f"{NO_SUBJECTS}.")
