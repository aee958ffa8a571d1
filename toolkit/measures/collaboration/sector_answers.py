"""Answers about kinds of collaboration: types of articles by year, and companies by where they stand."""

from __future__ import annotations

from typing import Unpack

import ibis

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, asking, named, one_place
from toolkit.measures.collaboration.company_partners import companies_by_place, companies_without_city, company_articles
from toolkit.measures.collaboration.types import ALL_ARTICLES, TYPES, type_counts
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.counting.ranking import ranked
from toolkit.measures.precision import rounded
from toolkit.runs import Answer

__all__ = ["collaboration_types", "company_partners"]


def collaboration_types(
    workspace: Folder,
    *,
    level: str = "city",
    place: str | None = None,
    city: str | None = None,
    each: bool = False,
    kind: str | None = None,
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Articles by collaboration type: of the whole corpus, of one place, or of each.

    In the order of the definition: ``single-author``, ``single-institution``, ``domestic``, ``international``; else
    ``unknown``. See :func:`toolkit.measures.collaboration.types.article_types`.

    Parameters
    ----------
    place
        Articles of this place, by id or name; ``city`` is another word for it at city level.
    each
        Of every place of the level, most articles first.
    kind
        Only this type: with ``by_year``, ``"international"`` gives the international share by year.
    workspace, level, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.share`; without ``place`` and ``each`` the level has no meaning.

    Returns
    -------
    Answer
        ``id`` (``all`` for the whole corpus), ``name``, ``year``, ``type``, ``count``, ``share`` [articles], ``part``
        (of the articles of the row's place and year), ``industry`` (those of ``count`` that a company shares with
        another kind of institution) [articles]

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> collaboration_types(workspace, city="Oxford", years=2019).frame[["type", "count"]].values.tolist()[2:4]
    [['domestic', 0], ['international', 1]]
    """
    counting = Counting(**options)
    place = one_place(place, city, level)
    if place is not None and each:
        raise BadParameter("place", place, "give either a place or each")
    if kind is not None and kind not in TYPES:
        raise BadParameter("kind", kind, f"it is one of {', '.join(TYPES)}")
    with asking(
        "collaboration_types", workspace, level=level, years=years, by_year=by_year, top=top, counting=counting
    ) as question:
        tables = question.tables
        chosen = question.place(place)
        question.settled(place=chosen, each=each, kind=kind)
        one_by_one = each or chosen is not None
        rows = type_counts(
            tables, level=level if one_by_one else None, years=question.years, by_year=by_year, counting=counting
        )
        if chosen is not None:
            rows = rows.filter(rows.id == chosen)
        if kind is not None:
            rows = rows.filter(rows.type == kind)
        rows = named(tables, rows, level=level) if one_by_one else rows.mutate(name=ibis.literal(ALL_ARTICLES))
        rows = rows.mutate(share=rounded(rows.share), part=rounded(rows.part))
        columns = ["id", "name", "year", "type", "count", "share", "part", "industry"]
        return question.answer(
            rows, columns, [ibis.desc("articles"), "id", "place_in_types"], top=top, total="articles"
        )


def company_partners(
    workspace: Folder,
    *,
    city: str,
    listed: bool = False,
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Companies that a city's institutions write with, by where they stand.

    See :func:`toolkit.measures.collaboration.company_partners.company_articles`.

    Parameters
    ----------
    city
        The city, by id or name.
    listed
        The companies themselves, most joint articles first, a row for each city that one stands in.
    workspace, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.share`.

    Returns
    -------
    Answer
        ``standing`` (``same city``, ``same region``, ``other region`` of the country, ``abroad``, ``unknown``,
        ``all``), ``year``, ``companies`` [distinct institutions], ``joint`` [articles]. ``listed``: ``rank``, ``id``,
        ``name``, ``standing``, ``city_id``, ``city``, ``year``, ``own_institutions`` [institutions], ``joint``
        [articles], ``ratio_to_next``.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> company_partners(workspace, city="Beijing").frame.companies.tolist()
    [0, 0, 0, 0, 0, 0]
    """
    counting = Counting(**options)
    with asking(
        "company_partners",
        workspace,
        level="city",
        years=years,
        by_year=by_year,
        top=top,
        counting=counting,
    ) as question:
        tables = question.tables
        chosen = question.place(city)
        question.settled(city=chosen, listed=listed)
        question.note_pairs(seats=True)
        firms, works = companies_without_city(tables, city=chosen, years=question.years, counting=counting)
        if firms:
            question.timer.notes.append(
                f"Companies of which no city is known: {firms:,}, on {works:,} articles of this city; they stand "
                "nowhere and are not in this table (`scicities check --list unlocated`)."
            )
        if not listed:
            rows = companies_by_place(tables, city=chosen, years=question.years, by_year=by_year, counting=counting)
            return question.answer(rows, ["standing", "year", "companies", "joint"], ["order"], top=top, total="joint")
        found = company_articles(tables, city=chosen, years=question.years, counting=counting)
        keys = ["company_no", "there_no", "standing", *(["year"] if by_year else [])]
        rows = found.group_by(keys).agg(joint=found.work_no.nunique(), own_institutions=found.own_no.nunique())
        rows = rows.inner_join(
            unit_numbers(tables, "institution").select(company_no="number", id="unit_id"), "company_no"
        )
        rows = rows.inner_join(unit_numbers(tables, "city").select(there_no="number", city_id="unit_id"), "there_no")
        rows = rows if by_year else rows.mutate(year=ibis.null("int32"))
        rows = named(tables, ranked(rows, value="joint", ids=("id", "city_id"), by_year=by_year), level="institution")
        rows = rows.left_join(units(tables, "city").select(known_city="id", city="name"), [("city_id", "known_city")])
        columns = ["rank", "id", "name", "standing", "city_id", "city", "year", "own_institutions", "joint"]
        return question.answer(rows, [*columns, "ratio_to_next"], ["rank", "id", "city_id"], top=top, total="joint")
