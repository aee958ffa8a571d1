"""The answer that shows the articles behind another."""

from __future__ import annotations

from typing import Any, Unpack

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, asking, named, one_place
from toolkit.measures.counting.levels import PLACE_LEVELS
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.output.articles import described, works_behind, works_of_partnerships
from toolkit.measures.precision import rounded
from toolkit.runs import Answer

__all__ = ["articles"]


def articles(
    workspace: Folder,
    *,
    level: str = "city",
    place: str | None = None,
    partner: str | None = None,
    city: str | None = None,
    inside: bool = False,
    within: str | None = None,
    partnership: bool = False,
    years: YearsAsked = None,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Articles behind any number of a place or a pair, each with the part it gives.

    Ask with the options of the number itself: the rows then add up to it.

    Parameters
    ----------
    place, partner
        A place: the articles behind its Share. With ``partner``: those behind the pair's score. By id or name;
        ``unassigned`` and ``unlocated`` are places here; ``city`` is another word for ``place`` at city level.
    inside
        The articles behind the internal collaboration of ``place``.
    within
        The pair is one of those inside this city.
    partnership
        The articles behind the partnerships of the pair (with ``inside``: inside the place), a row for each article
        and pair of institutions.
    workspace, level, years, top, **options
        As :func:`~toolkit.measures.answers.share`.

    Returns
    -------
    Answer
        ``work_id``, ``doi``, ``title``, ``year``, ``journal``, ``share_a`` (part of ``place``), ``share_b`` (part of
        ``partner``), ``joint_score`` (their sum) [articles], by year and id. With ``partnership`` instead of the
        parts: ``a_institution``, ``a_name`` (at ``place``), ``b_institution``, ``b_name`` (at ``partner``).

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> frame = articles(workspace, city="Beijing", partner="Nanjing").frame
    >>> frame[["work_id", "share_a", "share_b", "joint_score"]].values.tolist()
    [['W01', 0.5, 0.375, 0.875]]
    """
    counting = Counting(**options)
    place = one_place(place, city, level)
    if place is None:
        raise BadParameter("place", place, "name the place whose articles are asked for")
    if partnership and (partner is None) != inside:
        raise BadParameter("partnership", partnership, "it goes with a partner, or with inside")
    levels = PLACE_LEVELS if partnership or inside else None
    with asking(
        "articles", workspace, level=level, years=years, by_year=False, top=top, counting=counting, levels=levels
    ) as question:
        tables = question.tables
        unit = question.place(place)
        other = question.place(partner)
        if other == unit:
            raise BadParameter("partner", partner, "it is another place than the first")
        city_id = question.place(within, level="city")
        question.settled(place=unit, partner=other, inside=inside, within=city_id, partnership=partnership)
        asked: dict[str, Any] = {"level": level, "place": unit, "years": question.years, "counting": counting}
        if partnership:
            rows = works_of_partnerships(tables, partner=other, **asked)
            rows = named(tables, rows, "a_institution", "b_institution", level="institution")
            parts = ["a_institution", "a_name", "b_institution", "b_name"]
        else:
            rows = works_behind(tables, partner=other, inside=inside, within=city_id, **asked)
            parts = ["share_a", "share_b", "joint_score"]
            rows = rows.mutate(**{name: rounded(rows[name]) for name in parts})
        rows = described(tables, rows)
        columns = ["work_id", "doi", "title", "year", "journal", *parts]
        order = ["year", "work_id", *(name for name in parts if name.endswith("institution"))]
        return question.answer(rows, columns, order, top=top)
