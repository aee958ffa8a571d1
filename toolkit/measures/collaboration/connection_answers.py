"""The answer about the partners of one place."""

from __future__ import annotations

from typing import Unpack

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, asking, named, one_place
from toolkit.measures.collaboration.connections import SCOPES, partner_places
from toolkit.measures.counting.levels import PLACE_LEVELS
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.counting.ranking import ranked
from toolkit.measures.precision import rounded
from toolkit.runs import Answer

__all__ = ["connections"]

_RANKED_BY = ("partnerships", "joint", "score", "own_institutions", "partner_institutions")


def connections(
    workspace: Folder,
    *,
    place: str | None = None,
    city: str | None = None,
    level: str = "city",
    scope: str = "all",
    by: str = "partnerships",
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """The partner cities of a city, each with its partnerships, institutions, joint articles and score.

    See :func:`toolkit.measures.collaboration.connections.partner_places`.

    Parameters
    ----------
    place
        The place, by id or name; ``city`` is another word for it at city level.
    scope
        ``all`` partners, those in the same country (``domestic``), or those in another (``international``); a partner
        of unknown country is in ``all`` alone.
    by
        What partners are ranked by: ``partnerships``, ``joint``, ``score``, ``own_institutions`` or
        ``partner_institutions``.
    workspace, level, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.share`; level ``city``, ``metro``, ``region`` or ``country``.

    Returns
    -------
    Answer
        ``rank``, ``id``, ``name``, ``country`` (of the partner), ``year``, ``partnerships`` [pairs of institutions],
        ``own_institutions``, ``partner_institutions`` [institutions], ``joint``, ``score`` [articles],
        ``ratio_to_next`` (of what they are ranked by)

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> connections(workspace, city="Nanjing").frame[["rank", "name", "partnerships", "score"]].values.tolist()
    [[1, 'Beijing', 2, 0.875], [2, 'Changchun', 1, 0.5]]
    """
    counting = Counting(**options)
    place = one_place(place, city, level)
    if place is None:
        raise BadParameter("place", place, "name the place whose partners are asked for")
    for name, value, allowed in (("scope", scope, SCOPES), ("by", by, _RANKED_BY)):
        if value not in allowed:
            raise BadParameter(name, value, f"it is one of {', '.join(allowed)}")
    with asking(
        "connections",
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
        question.settled(place=chosen, scope=scope, by=by)
        question.note_pairs(seats=True)
        rows = partner_places(
            tables,
            level=level,
            place=chosen,
            scope=scope,
            years=question.years,
            by_year=by_year,
            counting=counting,
        )
        rows = named(tables, ranked(rows, value=by, ids=("id",), by_year=by_year), level=level)
        rows = rows.mutate(score=rounded(rows.score))
        columns = ["rank", "id", "name", "country", "year", "partnerships", "own_institutions"]
        columns += ["partner_institutions", "joint", "score", "ratio_to_next"]
        return question.answer(rows, columns, ["rank", "id"], top=top, total=by)
