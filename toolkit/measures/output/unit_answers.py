"""Answers about single units: their output, and their ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import ibis

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, asking, named
from toolkit.measures.collaboration.scores import total_of_level
from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.counting.ranking import ranked
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.output.ranks import RANKED_BY, previous_ranks, unit_values
from toolkit.measures.precision import rounded
from toolkit.measures.selection import in_country, resolve_base_year
from toolkit.runs import Answer

__all__ = ["rank", "share"]


def share(
    workspace: Folder,
    *,
    level: str = "city",
    places: str | Sequence[str] | None = None,
    years: YearsAsked = None,
    by_year: bool = False,
    country: str | None = None,
    top: int | None = None,
    base_year: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Count, Share and adjusted Share of every unit, largest Share first.

    ``Share(i) = sum over articles and their authors at i of 1 / (n_authors * n_sites_of_the_author)``; see
    :func:`toolkit.measures.counting.share.unit_shares`.

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    places
        Only these, by id or name.
    years
        ``(2015, 2024)``, ``"2015:2024"``, ``"2015"``; both ends inclusive; ``None`` for all.
    by_year
        A row per unit and year; else the window is summed and ``year`` is empty.
    country
        Only units of this country, by code or name.
    top
        Only the first ``top`` units; with ``by_year`` those with the largest total over the window, with all their
        years; ``None`` or 0 for all. The rows ``unassigned`` and ``unlocated`` come
        last, with all units only.
    base_year
        Year whose number of articles the others are adjusted to; ``None``: the window's last with articles.
    **options
        Conventions, see :class:`toolkit.measures.counting.options.Counting`; ``subject`` among them.

    Returns
    -------
    Answer
        ``id``, ``name``, ``year``, ``count``, ``share``, ``adjusted_share`` [articles]. Facts: ``base_year``; at level
        ``parent`` ``double_counted`` [articles], the Share of joint institutes counted again at further parents.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    References
    ----------
    Nature Index, Glossary: Count, Share, adjusted Share. https://www.nature.com/nature-index/glossary

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> share(workspace).frame[["name", "count", "share"]].values.tolist()
    [['Beijing', 1, 0.5], ['Nanjing', 1, 0.375], ['Changchun', 1, 0.125]]
    """
    counting = Counting(**options)
    with asking("share", workspace, level=level, years=years, by_year=by_year, top=top, counting=counting) as question:
        tables = question.tables
        base = resolve_base_year(tables, base_year, years=question.years, counting=counting)
        rows = unit_shares(
            tables, level=level, years=question.years, by_year=by_year, base_year=base, counting=counting
        )
        chosen = None
        if places is not None:
            chosen = [question.place(text) for text in ([places] if isinstance(places, str) else places)]
            rows = rows.filter(rows.id.isin(chosen))
        code = None
        if country is not None:
            code = question.place(country, level="country")
            rows = in_country(tables, rows, level=level, country=code)
        question.settled(places=chosen, country=code, base_year=base)
        question.timer.facts["base_year"] = base
        rows = named(tables, rows, level=level)
        rows = rows.mutate(
            share=rounded(rows.share),
            adjusted_share=rounded(rows.adjusted_share),
            special=rows.id.isin(SPECIAL).cast("int64"),
        )
        if top:
            rows = rows.filter(rows.special == 0)
        return question.answer(
            rows,
            ["id", "name", "year", "count", "share", "adjusted_share"],
            ["special", ibis.desc("share"), "id"],
            top=top,
            total="share",
        )


def rank(
    workspace: Folder,
    *,
    by: str = "share",
    level: str = "city",
    years: YearsAsked = None,
    by_year: bool = False,
    country: str | None = None,
    top: int | None = None,
    base_year: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Units by one number, with the distance to the next and the rank before.

    ``rank`` is 1 + the number of units with a larger value (1, 2, 2, 4); values equal to 9 decimals are tied and come
    in the order of their ids. ``ratio_to_next`` is the value over that of the next row. ``previous_rank`` is the rank
    in the window of equal length just before (in the year before with ``by_year``), under the same filters; empty
    where the records don't reach that far back, or the unit had no value then.

    Parameters
    ----------
    by
        ``share``, ``count``, ``adjusted_share``; ``strength`` (total collaboration score), ``joint`` (joint articles,
        once for each partner), ``partners``; ``internal_joint``, ``internal_share`` and ``partnerships`` (one-ended)
        at levels of places; ``dependence`` (Count / Share: 1 = no article is shared with others).
    workspace, level, years, by_year, country, top, base_year, **options
        As :func:`share`.

    Returns
    -------
    Answer
        ``rank``, ``id``, ``name``, ``year``, ``value`` [articles, units or pairs], ``ratio_to_next``,
        ``previous_rank``. Facts, by ``strength``: ``level_total``, the score of all pairs of the level over the window,
        each unordered pair once.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> rank(workspace, by="strength").frame[["rank", "name", "value"]].values.tolist()
    [[1, 'Beijing', 1.5], [2, 'Nanjing', 1.375], [3, 'Changchun', 1.125]]
    """
    counting = Counting(**options)
    if by not in RANKED_BY:
        raise BadParameter("by", by, f"it is one of {', '.join(RANKED_BY)}")
    with asking("rank", workspace, level=level, years=years, by_year=by_year, top=top, counting=counting) as question:
        tables = question.tables
        base = resolve_base_year(tables, base_year, years=question.years, counting=counting)
        code = question.place(country, level="country")
        question.settled(by=by, country=code, base_year=base)
        if by == "adjusted_share":
            question.timer.facts["base_year"] = base
        if by == "strength":
            total = total_of_level(tables, level=level, years=question.years, counting=counting)
            question.timer.facts["level_total"] = total
        if by not in ("share", "count", "adjusted_share", "dependence"):
            question.note_pairs(seats=by in ("internal_joint", "internal_share", "partnerships"))
        asked: dict[str, Any] = {
            "by": by,
            "level": level,
            "by_year": by_year,
            "base_year": base,
            "counting": counting,
            "country": code,
        }
        rows = unit_values(tables, years=question.years, **asked)
        rows = ranked(rows, value="value", ids=("id",), by_year=by_year)
        rows = previous_ranks(tables, rows, years=question.years, **asked)
        rows = named(tables, rows, level=level)
        columns = ["rank", "id", "name", "year", "value", "ratio_to_next", "previous_rank"]
        return question.answer(rows, columns, ["rank", "id"], top=top)
