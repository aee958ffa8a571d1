"""The answer about collaboration inside places."""

from __future__ import annotations

from typing import Unpack

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, asking, named, one_place
from toolkit.measures.collaboration.internal import internal_parts_of_share
from toolkit.measures.counting.levels import PLACE_LEVELS
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.counting.ranking import ranked
from toolkit.measures.precision import rounded
from toolkit.measures.selection import in_country
from toolkit.runs import Answer

__all__ = ["internal"]

_RANKED_BY = ("internal_share", "internal_joint", "part_of_share")


def internal(
    workspace: Folder,
    *,
    place: str | None = None,
    city: str | None = None,
    level: str = "city",
    by: str = "internal_share",
    years: YearsAsked = None,
    by_year: bool = False,
    country: str | None = None,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Articles that several institutions of one place share, and what part of the place's output they are.

    ``internal_joint(c)`` = articles with at least two different institutions of c; ``internal_share(c)`` = sum of
    Share_p(c) over them, once an article; ``part_of_share = internal_share(c) / Share(c)``. See
    :func:`toolkit.measures.collaboration.internal.internal_parts_of_share`.

    Parameters
    ----------
    place
        Only this place, by id or name; ``city`` is another word for it at city level.
    by
        What places are ranked by: ``internal_share``, ``internal_joint`` or ``part_of_share``.
    country
        Only places of this country, by code or name.
    workspace, level, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.share`; level ``city``, ``metro``, ``region`` or ``country``.

    Returns
    -------
    Answer
        ``rank``, ``id``, ``name``, ``year``, ``internal_joint``, ``internal_share``, ``share`` [articles],
        ``part_of_share``, ``ratio_to_next``; places without internal collaboration have 0 and no distance to the next

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> internal(workspace, city="Beijing").frame[["internal_joint", "internal_share", "share"]].values.tolist()
    [[2.0, 1.5, 4.5]]
    """
    counting = Counting(**options)
    place = one_place(place, city, level)
    if by not in _RANKED_BY:
        raise BadParameter("by", by, f"it is one of {', '.join(_RANKED_BY)}")
    with asking(
        "internal",
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
        code = question.place(country, level="country")
        question.settled(place=chosen, by=by, country=code)
        question.note_pairs(seats=True)
        rows = internal_parts_of_share(tables, level=level, years=question.years, by_year=by_year, counting=counting)
        if code is not None:
            rows = in_country(tables, rows, level=level, country=code)
        rows = ranked(rows, value=by, ids=("id",), by_year=by_year)
        if chosen is not None:
            rows = rows.filter(rows.id == chosen)
        rows = named(tables, rows, level=level)
        numbers = ("internal_share", "share", "part_of_share")
        rows = rows.mutate(**{name: rounded(rows[name]) for name in numbers})
        columns = ["rank", "id", "name", "year", "internal_joint", *numbers, "ratio_to_next"]
        return question.answer(
            rows, columns, ["rank", "id"], top=top, total="internal_share" if by == "part_of_share" else by
        )
