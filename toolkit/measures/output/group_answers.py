"""Answers about groups of institutions: umbrella organisations and lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Unpack

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, Question, YearsAsked, asking, named
from toolkit.measures.counting.levels import PLACE_LEVELS, SPECIAL
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.missing_steps import NO_MARKS
from toolkit.measures.output.groups import group_shares, group_totals, institutes_of
from toolkit.measures.precision import rounded
from toolkit.measures.tables import Tables
from toolkit.runs import Answer

__all__ = ["lists", "umbrella"]

_ALONE: Final = "No hierarchy of institutions is known, so only the organisation itself is counted."
_MEMBER_COLUMNS: Final = ("id", "name", "city_id", "city", "year", "count", "share", "part")


def umbrella(
    workspace: Folder,
    organisation: str,
    *,
    institutes: bool = False,
    level: str = "city",
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Where an umbrella organisation produces: the Share of its institutes by city.

    Its institutes are the organisation itself and all that is below it in the hierarchy, at any depth.
    ``Share(c)`` = their sites' Share in c, ``part(c) = Share(c) / Share of all of them``; see
    :func:`toolkit.measures.output.groups.group_shares`.

    Parameters
    ----------
    organisation
        The umbrella, by id or name.
    institutes
        A row for each institute at each city instead.
    level
        ``city``, ``region``, ``metro`` or ``country``.
    workspace, years, by_year, top
        As :func:`~toolkit.measures.answers.share`. The row ``unlocated`` comes last, without ``top`` only.
    **options
        Conventions, see :class:`toolkit.measures.counting.options.Counting`.

    Returns
    -------
    Answer
        ``id``, ``name``, ``year``, ``institutions`` (institutes with an article there), ``count`` (each article once
        for each place), ``share`` [articles], ``part`` (of the umbrella's whole; adds up to 1). With ``institutes``:
        ``id``, ``name``, ``city_id``, ``city``, ``year``, ``count``, ``share``, ``part``. Facts: ``members``
        (institutes known), ``whole_count``, ``whole_share`` of the umbrella over the window.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> frame = umbrella(workspace, "Chinese Academy of Sciences").frame
    >>> frame[["name", "institutions", "count", "share"]].values.tolist()
    [['Beijing', 2, 3, 1.125], ['Changchun', 1, 2, 0.625], ['Nanjing', 1, 1, 0.25]]
    """
    counting = Counting(**options)
    with asking(
        "umbrella",
        workspace,
        level=level,
        years=years,
        by_year=by_year,
        top=top,
        counting=counting,
        levels=PLACE_LEVELS,
    ) as question:
        unit = question.place(organisation, level="institution")
        question.settled(organisation=unit, institutes=institutes)
        if not question.tables.has_lineage:
            question.timer.notes.append(_ALONE)
        group = institutes_of(question.tables, unit)
        return _of_one_group(question, group, members=institutes, top=top)


def lists(
    workspace: Folder,
    name: str | None = None,
    *,
    members: bool = False,
    level: str = "city",
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Output of a list of institutions (a league, a top-100 list) by city, or of each list there is.

    Lists are marks that institutions carry. An article counts once for a list and place, however many of its members
    are on it; see :func:`toolkit.measures.output.groups.group_shares`.

    Parameters
    ----------
    name
        The list; ``None``: a row for each list there is.
    members
        With ``name``, a row for each member at each city instead.
    workspace, level, years, by_year, top, **options
        As :func:`umbrella`.

    Returns
    -------
    Answer
        Without ``name``: ``list``, ``year``, ``members`` (institutions that carry the mark), ``active`` (those with an
        article), ``count``, ``share`` [articles]. With it the columns of :func:`umbrella`.

    Raises
    ------
    BadParameter, EmptySelection, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp())
    >>> lists(workspace).frame[["list", "members", "active", "count", "share"]].values.tolist()
    [['c9', 2, 2, 7, 4.5]]
    """
    counting = Counting(**options)
    if members and name is None:
        raise BadParameter("members", members, "name the list whose members are asked for")
    with asking(
        "lists",
        workspace,
        level=level,
        years=years,
        by_year=by_year,
        top=top,
        counting=counting,
        levels=PLACE_LEVELS,
    ) as question:
        every = question.tables.listed("institution_marks").rename(group="value")
        known = sorted(every.select("group").distinct().to_pyarrow()["group"].to_pylist())
        chosen = None if name is None else _known_list(name, known)
        question.settled(name=chosen, members=members)
        if chosen is not None:
            return _of_one_group(question, every.filter(every.group == chosen), members=members, top=top)
        if not known:
            question.timer.notes.append(f"{NO_MARKS}.")
        sizes = every.group_by("group").agg(members=every.count())
        found = group_totals(question.tables, every, years=question.years, by_year=by_year, counting=counting)
        found = found.rename(of_group="group")
        # over a window a list without an article has its row; there is no year it could stand in
        rows = found.join(sizes, [("of_group", "group")], how="inner" if by_year else "right")
        rows = rows.select(
            "year",
            "members",
            list="group",
            active=ibis.coalesce(rows.institutions, 0),
            count=ibis.coalesce(rows["count"], 0),
            share=rounded(ibis.coalesce(rows.share, 0.0)),
        )
        columns = ["list", "year", "members", "active", "count", "share"]
        return question.answer(rows, columns, [ibis.desc("share"), "list"], top=top, total="share")


def _of_one_group(question: Question, group: ir.Table, *, members: bool, top: int | None) -> Answer:
    """Rows of one group by place, or by member and city."""
    tables, level = question.tables, "site" if members else question.level
    asked: dict[str, Any] = {"years": question.years, "counting": question.counting}
    rows = group_shares(tables, group, level=level, by_year=question.by_year, **asked)
    whole = group_totals(tables, group, **asked).to_pyarrow().to_pylist()
    question.timer.facts["members"] = int(group.count().to_pyarrow().as_py())
    question.timer.facts["whole_count"] = int(whole[0]["count"]) if whole else 0
    question.timer.facts["whole_share"] = round(float(whole[0]["share"]), 9) if whole else 0.0
    rows = rows.mutate(share=rounded(rows.share), part=rounded(rows.part))
    if members:
        rows = _members(tables, rows)
        return question.answer(rows, _MEMBER_COLUMNS, [ibis.desc("share"), "id", "city_key"], top=top, total="share")
    rows = named(tables, rows, level=level)
    rows = rows.mutate(special=rows.id.isin(SPECIAL).cast("int64"))
    if top:
        rows = rows.filter(rows.special == 0)
    columns = ["id", "name", "year", "institutions", "count", "share", "part"]
    return question.answer(rows, columns, ["special", ibis.desc("share"), "id"], top=top, total="share")


def _members(tables: Tables, rows: ir.Table) -> ir.Table:
    """Rows of sites with their institution and city."""
    sites = tables.sites.left_join(
        tables.cities.select(known_city="city_id", city="name"), [("city_id", "known_city")]
    ).select("site_id", "institution_id", "city_id", "city")
    rows = rows.rename(own_site="id").inner_join(sites, [("own_site", "site_id")])
    rows = rows.select(
        "year", "count", "share", "part", "city_id", "city", id="institution_id", city_key=rows.city_id.fill_null("")
    )
    return named(tables, rows, level="institution")


def _known_list(name: str, known: Sequence[str]) -> str:
    """The list of that name, whatever its case."""
    alike = [mark for mark in known if mark == name] or [mark for mark in known if mark.casefold() == name.casefold()]
    if len(alike) != 1:
        raise BadParameter(
            "list", name, f"the records have {', '.join(known)}" if known else f"{NO_MARKS[0].lower()}{NO_MARKS[1:]}"
        )
    return alike[0]
