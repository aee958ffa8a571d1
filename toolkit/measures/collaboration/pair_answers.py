"""Answers about two units: their collaboration, and the partnerships of two places."""

from __future__ import annotations

from typing import Unpack

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, asking, named, one_place
from toolkit.measures.collaboration.partnership_tables import inside_counts, one_ended_rows, pair_counts
from toolkit.measures.collaboration.scores import collaboration_scores
from toolkit.measures.counting.levels import PLACE_LEVELS
from toolkit.measures.counting.options import Counting, CountingOptions, is_count
from toolkit.measures.counting.ranking import ranked
from toolkit.measures.precision import rounded
from toolkit.measures.selection import both_in_country, either_in_country
from toolkit.runs import Answer

__all__ = ["pairs", "partnerships"]


def pairs(
    workspace: Folder,
    *,
    level: str = "city",
    place: str | None = None,
    partner: str | None = None,
    city: str | None = None,
    within: str | None = None,
    by: str = "score",
    years: YearsAsked = None,
    by_year: bool = False,
    country: str | None = None,
    country_either: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Pairs of units by their collaboration score.

    ``CS(A, B) = sum over joint articles p of Share_p(A) + Share_p(B)``, see
    :func:`toolkit.measures.collaboration.scores.collaboration_scores`.

    Parameters
    ----------
    place, partner
        Only pairs with this unit; with both, their one pair. By id or name; ``city`` is another word for ``place``
        at city level.
    within
        At level ``institution`` or ``site``: pairs inside this city, each institution with its sites there.
    by
        ``score`` or ``joint``: what the pairs are ranked by.
    country
        Only pairs with both ends in this country.
    country_either
        One end in it is enough.
    workspace, level, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.share`.

    Returns
    -------
    Answer
        ``rank``, ``a_id``, ``a_name``, ``b_id``, ``b_name`` (``a_id < b_id`` as text), ``year``, ``joint``, ``score``
        [articles], ``ratio_to_next``

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    References
    ----------
    Nature Index, Glossary: bilateral collaboration score. https://www.nature.com/nature-index/glossary

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> pairs(workspace, city="Beijing").frame[["a_name", "b_name", "score"]].values.tolist()
    [['Nanjing', 'Beijing', 0.875], ['Beijing', 'Changchun', 0.625]]
    """
    counting = Counting(**options)
    place = one_place(place, city, level)
    if by not in ("score", "joint"):
        raise BadParameter("by", by, "it is score or joint")
    if within is not None and level not in ("institution", "site"):
        raise BadParameter("within", within, "pairs inside a city are pairs of level institution or site")
    with asking("pairs", workspace, level=level, years=years, by_year=by_year, top=top, counting=counting) as question:
        tables = question.tables
        chosen = [question.place(text) for text in (place, partner) if text is not None]
        inside = question.place(within, level="city")
        code = question.place(country, level="country")
        question.settled(
            **dict(zip(("place", "partner"), [*chosen, None, None], strict=False)),
            within=inside,
            by=by,
            country=code,
            country_either=country_either,
        )
        question.note_pairs()
        rows = collaboration_scores(
            tables, level=level, years=question.years, by_year=by_year, counting=counting, within=inside
        )
        for unit in chosen:
            rows = rows.filter((rows.a_id == unit) | (rows.b_id == unit))
        if code is not None:
            keep = either_in_country if country_either else both_in_country
            rows = keep(tables, rows, level=level, country=code)
        rows = ranked(rows, value=by, ids=("a_id", "b_id"), by_year=by_year)
        rows = named(tables, rows, "a_id", "b_id", level=level)
        rows = rows.mutate(score=rounded(rows.score))
        columns = ["rank", "a_id", "a_name", "b_id", "b_name", "year", "joint", "score", "ratio_to_next"]
        return question.answer(rows, columns, ["rank", "a_id", "b_id"], top=top, total=by)


def partnerships(
    workspace: Folder,
    *,
    level: str = "city",
    place: str | None = None,
    partner: str | None = None,
    city: str | None = None,
    inside: bool = False,
    window: int = 1,
    years: YearsAsked = None,
    by_year: bool = False,
    country: str | None = None,
    country_either: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Pairs of institutions that publish together, counted between places; new, kept and lost by year.

    See :func:`toolkit.measures.collaboration.partnerships.partnership_counts`. A partnership that lasts three years
    is one partnership of the window.

    Parameters
    ----------
    place, partner
        One place: its totals over all others, see
        :func:`toolkit.measures.collaboration.partnerships.one_ended_partnerships`. Both: the row of their pair.
        By id or name; ``city`` is another word for ``place`` at city level.
    inside
        Partnerships inside each place (or inside ``place``) instead.
    window
        Years looked back for new, kept and lost.
    country, country_either
        Only pairs with both ends (one end) in this country.
    workspace, level, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.share`; level ``city``, ``metro``, ``region`` or ``country``.

    Returns
    -------
    Answer
        ``a_id``, ``a_name``, ``b_id``, ``b_name``, ``year``, ``partnerships``, ``new``, ``kept``, ``lost``
        [pairs of institutions]; status only with ``by_year``. For one place: ``id``, ``name``, ``scope`` (``all``,
        ``domestic``, ``international``), ``year``, the counts, ``partner_institutions``, ``partner_places`` and, at
        city level, ``rank_in_country`` with ``ratio_to_next`` (to the next city of the country). With ``inside``:
        ``id``, ``name``, ``year`` and the counts.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> answer = partnerships(workspace, city="Beijing", partner="Nanjing")
    >>> int(answer.frame.partnerships[0])
    2
    """
    counting = Counting(**options)
    place = one_place(place, city, level)
    if partner is not None and place is None:
        raise BadParameter("partner", partner, "it goes with a place")
    if partner is not None and inside:
        raise BadParameter("partner", partner, "partnerships inside a place have no other")
    if not is_count(window, least=1):
        raise BadParameter("window", window, "it is a whole number of years, at least 1")
    with asking(
        "partnerships",
        workspace,
        level=level,
        years=years,
        by_year=by_year,
        top=top,
        counting=counting,
        levels=PLACE_LEVELS,
    ) as question:
        chosen = [question.place(text) for text in (place, partner) if text is not None]
        code = question.place(country, level="country")
        question.settled(
            **dict(zip(("place", "partner"), [*chosen, None, None], strict=False)),
            inside=inside,
            window=window,
            country=code,
            country_either=country_either,
        )
        question.note_pairs(seats=True)
        if inside:
            return inside_counts(question, place=chosen[0] if chosen else None, country=code, window=window, top=top)
        if len(chosen) == 1:
            return one_ended_rows(question, place=chosen[0], window=window, top=top)
        return pair_counts(question, chosen=chosen, country=code, country_either=country_either, window=window, top=top)
