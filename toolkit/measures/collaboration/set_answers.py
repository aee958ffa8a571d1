"""The answer about several places that write together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import ibis

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, YearsAsked, asking, named
from toolkit.measures.collaboration.set_scores import WHOLE_SET, set_scores
from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.precision import rounded
from toolkit.runs import Answer

__all__ = ["together"]


def together(
    workspace: Folder,
    *,
    places: Sequence[str],
    level: str = "city",
    years: YearsAsked = None,
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Articles on which all of several places are, and their set score.

    ``CS(S) = sum over articles with all of S of the Shares of S's members``, see
    :func:`~toolkit.measures.collaboration.set_scores.set_scores`. Kinship, ``link`` and ``max_units`` change nothing
    here.

    Parameters
    ----------
    places
        At least two places, by id or name.
    workspace, level, years, by_year, top, **options
        As :func:`~toolkit.measures.answers.share`; any level.

    Returns
    -------
    Answer
        ``id``, ``name``, ``year``, ``joint``, ``score`` [articles]: the row ``set`` has the set score, those of the
        members their Share in these articles.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> together(workspace, places=["Beijing", "Nanjing"]).frame[["id", "joint", "score"]].values.tolist()
    [['set', 1, 0.875], ['1816670', 1, 0.5], ['1799962', 1, 0.375]]
    """
    counting = Counting(**options)
    with asking(
        "together", workspace, level=level, years=years, by_year=by_year, top=top, counting=counting
    ) as question:
        tables = question.tables
        asked = [places] if isinstance(places, str) else list(places)
        members = sorted({question.place(text) for text in asked})
        if len(members) < 2 or set(members) & set(SPECIAL):
            raise BadParameter("places", asked, "a set is of at least two different places that are known")
        question.settled(places=members)
        rows = set_scores(
            tables, level=level, members=members, years=question.years, by_year=by_year, counting=counting
        )
        rows = named(tables, rows, level=level)
        is_set = rows.id == WHOLE_SET
        rows = rows.mutate(
            name=ibis.ifelse(is_set, f"all {len(members)} together", rows.name),
            score=rounded(rows.score),
            member=(~is_set).cast("int64"),
            total_score=ibis.ifelse(is_set, float("inf"), rows.score),  # the set itself is always shown
        )
        columns = ["id", "name", "year", "joint", "score"]
        return question.answer(rows, columns, ["member", ibis.desc("score"), "id"], top=top, total="total_score")
