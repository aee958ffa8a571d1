"""The answer that compares a city's work inside, in its country and abroad."""

from __future__ import annotations

from typing import Unpack

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, asking, one_place
from toolkit.measures.collaboration.scope_comparison import compared_scopes
from toolkit.measures.counting.levels import PLACE_LEVELS
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.precision import rounded
from toolkit.runs import Answer

__all__ = ["scope_comparison"]


def scope_comparison(
    workspace: Folder,
    *,
    place: str | None = None,
    city: str | None = None,
    level: str = "city",
    partner_country: str | None = None,
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = 25,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Mean and median joint articles of a city's top pairs of institutions: inside it, in its country, abroad.

    See :func:`toolkit.measures.collaboration.scope_comparison.compared_scopes`.

    Parameters
    ----------
    place
        The place, by id or name; ``city`` is another word for it at city level.
    partner_country
        A country, by code or name, that gets a row of its own.
    top
        Pairs taken of each scope, those with most joint articles; ``None`` or 0 for all.
    workspace, level, years, by_year, **options
        As :func:`~toolkit.measures.answers.share`; level ``city``, ``metro``, ``region`` or ``country``.

    Returns
    -------
    Answer
        ``scope`` (``inside``, ``domestic``, ``international``, code of ``partner_country``), ``year``, ``pairs``
        [pairs of institutions], ``mean_joint``, ``median_joint`` [articles], ``ratio_to_inside``

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> scope_comparison(workspace, city="Beijing", top=1).frame[["scope", "mean_joint"]].values.tolist()
    [['inside', 2.0], ['domestic', 3.0], ['international', 2.0]]
    """
    counting = Counting(**options)
    place = one_place(place, city, level)
    if place is None:
        raise BadParameter("place", place, "name the place whose scopes are compared")
    with asking(
        "scope_comparison",
        workspace,
        level=level,
        years=years,
        by_year=by_year,
        top=top,
        counting=counting,
        levels=PLACE_LEVELS,
    ) as question:
        tables = question.tables
        chosen = question.place(place)
        code = question.place(partner_country, level="country")
        question.settled(place=chosen, partner_country=code)
        question.note_pairs(seats=True)
        rows = compared_scopes(
            tables,
            level=level,
            place=chosen,
            partner_country=code,
            top=top,
            years=question.years,
            by_year=by_year,
            counting=counting,
        )
        numbers = ("mean_joint", "median_joint", "ratio_to_inside")
        rows = rows.mutate(**{name: rounded(rows[name]) for name in numbers})
        return question.answer(rows, ["scope", "year", "pairs", *numbers], ["place_in_scopes"])
