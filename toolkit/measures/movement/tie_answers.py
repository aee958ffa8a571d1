"""Answers about what stays of the old place after a move: tie rates, co-authors kept, bridging articles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Unpack

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, Question, YearsAsked, named
from toolkit.measures.collaboration.scores import pair_parts, yearly_scores
from toolkit.measures.counting.options import DEFAULT, is_count
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.asking import asking_movement, movement_facts
from toolkit.measures.movement.observations import author_numbers
from toolkit.measures.movement.options import Movement, MovementOptions, check_flow_rule
from toolkit.measures.movement.ties import (
    EVENT_SPAN,
    SURVIVAL_WINDOW,
    bridging_articles,
    coauthor_survival,
    event_span,
    numbered_moves,
    ties_by_event_time,
)
from toolkit.measures.precision import exact_sum, rounded
from toolkit.measures.tables import Tables
from toolkit.runs import Answer

__all__ = ["bridges", "survival", "ties"]

_LONGEST: Final = 50
_ARTICLE_COLUMNS: Final = ("author_id", "from_id", "from_name", "to_id", "to_name", "year", "work_id", "doi", "title")


def ties(
    workspace: Folder,
    *,
    level: str = "city",
    years: YearsAsked = None,
    from_place: str | None = None,
    to_place: str | None = None,
    span: tuple[int, int] | str = EVENT_SPAN,
    **options: Unpack[MovementOptions],
) -> Answer:
    """How often movers publish with people at the place they left, by years since the move.

    ``R(t) = articles of movers in year y + t with a co-author at the old place / their articles in y + t``: see
    :func:`toolkit.measures.movement.ties.ties_by_event_time`. Own affiliations never make a tie.

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    years
        Window of the moves, both ends inclusive; articles of all years count.
    from_place, to_place
        Only moves out of, or into, this place, by id or name.
    span
        First and last t, both inclusive [years].
    **options
        Conventions, see :class:`toolkit.measures.movement.options.Movement`.

    Returns
    -------
    Answer
        ``t`` [years], ``pairs`` (moves with an article in t: person, from, to), ``researchers`` (the sum of their
        weights in the flows), ``articles``, ``tied_articles`` (weighted alike), ``rate`` (pooled), ``mean_rate`` (mean
        over the movers). Facts: see :func:`toolkit.measures.movement.asking.movement_facts`.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import NJU, PKU, example_workspace, team_tables
    >>> articles = [
    ...     ("W1", 2009, [("mover", [NJU]), ("friend", [NJU])]),
    ...     ("W2", 2010, [("mover", [PKU]), ("friend", [NJU])]),
    ...     ("W3", 2010, [("mover", [PKU])]),
    ... ]
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=team_tables(articles))
    >>> ties(workspace).frame[["t", "pairs", "articles", "tied_articles", "rate"]]
       t  pairs  articles  tied_articles  rate
    0 -1      1       1.0            1.0   1.0
    1  0      1       2.0            1.0   0.5
    """
    low, high = event_span(span)
    movement = Movement(**options)
    with _asking(
        "ties",
        workspace,
        movement,
        level=level,
        years=years,
        from_place=from_place,
        to_place=to_place,
        span=f"{low}:{high}",
    ) as asked:
        question, moves = asked
        rows = ties_by_event_time(question.tables, moves, level=level, span=(low, high))
        shown = ("researchers", "articles", "tied_articles", "rate", "mean_rate")
        rows = rows.mutate(**{name: rounded(rows[name]) for name in shown})
        return question.answer(rows, ["t", "pairs", *shown], ["t"])


def survival(
    workspace: Folder,
    *,
    level: str = "city",
    years: YearsAsked = None,
    from_place: str | None = None,
    to_place: str | None = None,
    window: int = SURVIVAL_WINDOW,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Which part of their co-authors movers keep, by year of the move and over the window.

    ``J = |before and after| / |before|``: see :func:`toolkit.measures.movement.ties.coauthor_survival`.

    Parameters
    ----------
    workspace, level, years, from_place, to_place
        As :func:`ties`.
    window
        Years before and after the move in which co-authors are looked for; both must lie inside the records.
    **options
        Conventions, see :class:`toolkit.measures.movement.options.Movement`.

    Returns
    -------
    Answer
        ``year`` (empty for the whole window, which comes last), ``movers`` [persons], ``researchers`` (sum of weights),
        ``coauthors_before``, ``coauthors_kept`` [co-authors, weighted alike], ``pooled`` (kept / before), ``mean``
        (weighted mean over persons and years of moves)

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import NJU, PKU, example_workspace, team_tables
    >>> articles = [
    ...     ("W1", 2009, [("mover", [NJU]), ("friend", [NJU]), ("other", [NJU])]),
    ...     ("W2", 2010, [("mover", [PKU]), ("friend", [NJU])]),
    ... ]
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=team_tables(articles))
    >>> survival(workspace, window=1).frame[["year", "movers", "coauthors_before", "coauthors_kept", "pooled"]]
       year  movers  coauthors_before  coauthors_kept  pooled
    0  2010       1               2.0             1.0     0.5
    1  <NA>       1               2.0             1.0     0.5
    """
    if not is_count(window, least=1) or window > _LONGEST:
        raise BadParameter("window", window, f"it is a whole number of years from 1 to {_LONGEST}")
    movement = Movement(**options)
    with _asking(
        "survival",
        workspace,
        movement,
        level=level,
        years=years,
        from_place=from_place,
        to_place=to_place,
        window=window,
    ) as asked:
        question, moves = asked
        kept = coauthor_survival(question.tables, moves, window=window)
        by_year = _survived(kept.group_by("year"), kept).mutate(last=ibis.literal(0))
        whole = _survived(kept.group_by(last=ibis.literal(1)), kept).mutate(year=ibis.null("int64"))
        rows = by_year.select(*whole.columns).union(whole)
        shown = ("researchers", "coauthors_before", "coauthors_kept", "pooled", "mean")
        rows = rows.mutate(**{name: rounded(rows[name]) for name in shown})
        return question.answer(rows, ["year", "movers", *shown], ["last", "year"])


def bridges(
    workspace: Folder,
    *,
    level: str = "institution",
    years: YearsAsked = None,
    from_place: str | None = None,
    to_place: str | None = None,
    dual: bool = False,
    by_article: bool = False,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Who bridges two places: articles that movers sign at the new place with co-authors at the old one.

    ``bridge(i, j)`` = articles from the year of the move on that a mover from i to j signs at j with a co-author at i
    (:func:`toolkit.measures.movement.ties.bridging_articles`). Beside it stands the collaboration score of the two
    places over the same years, with and without these articles, Shares unchanged.

    Parameters
    ----------
    workspace, level, from_place, to_place
        As :func:`ties`.
    years
        Window of the articles, both ends inclusive; moves of all years count.
    dual
        Count dual affiliations (of the tenure rule) too.
    by_article
        A row for each bridging article and mover instead.
    top
        Only so many rows; ``None`` or 0 for all.
    **options
        Conventions, see :class:`toolkit.measures.movement.options.Movement`.

    Returns
    -------
    Answer
        ``from_id``, ``from_name``, ``to_id``, ``to_name``, ``movers`` [persons], ``bridging_articles`` [articles],
        ``joint`` [articles], ``score``, ``score_without_bridges`` [articles], most bridging articles first. Cut author
        lists can bridge and are in no score. With ``by_article``: ``author_id``, ends, ``year``, ``work_id``, ``doi``,
        ``title``.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import NJU, PKU, example_workspace, team_tables
    >>> articles = [
    ...     ("W1", 2009, [("mover", [NJU])]),
    ...     ("W2", 2010, [("mover", [PKU]), ("friend", [NJU])]),
    ...     ("W3", 2010, [("other", [PKU]), ("friend", [NJU])]),
    ... ]
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=team_tables(articles))
    >>> bridges(workspace).frame.drop(columns=["from_name", "to_name"])
      from_id to_id  movers  bridging_articles  joint  score  score_without_bridges
    0     nju   pku       1                  1      2    2.0                    1.0
    """
    movement = Movement(**options)
    if dual and movement.rule != "tenure":
        raise BadParameter("dual", dual, "dual affiliations are known to rule tenure alone")
    with _asking(
        "bridges",
        workspace,
        movement,
        level=level,
        from_place=from_place,
        to_place=to_place,
        articles=years,
        duals=dual,
        top=top,
        dual=dual,
        by_article=by_article,
    ) as asked:
        question, moves = asked
        found = bridging_articles(question.tables, moves, level=level, years=question.years)
        found = _with_ids(question.tables, found, level=level)
        if by_article:
            works = question.tables.works.select("work_id", "doi", "title")
            rows = named(question.tables, found.inner_join(works, "work_id"), "from_id", "to_id", level=level)
            order = ["year", "work_id", "author_id", "from_id", "to_id"]
            return question.answer(rows, _ARTICLE_COLUMNS, order, top=top)
        rows = named(question.tables, _bridge_scores(question, found), "from_id", "to_id", level=level)
        rows = rows.mutate(score=rounded(rows.score), score_without_bridges=rounded(rows.score_without_bridges))
        columns = ["from_id", "from_name", "to_id", "to_name", "movers", "bridging_articles", "joint", "score"]
        columns.append("score_without_bridges")
        return question.answer(rows, columns, [ibis.desc("bridging_articles"), "from_id", "to_id"], top=top)


@contextmanager
def _asking(
    method: str,
    workspace: Folder,
    movement: Movement,
    *,
    level: str,
    from_place: str | None,
    to_place: str | None,
    years: YearsAsked = None,
    articles: YearsAsked = None,
    duals: bool = False,
    top: int | None = None,
    **settled: object,
) -> Iterator[tuple[Question, ir.Table]]:
    """The question and the moves it is about; ``articles`` is a window of articles where moves of all years count."""
    check_flow_rule(movement)
    with asking_movement(
        method, workspace, level=level, years=articles if years is None else years, top=top, movement=movement
    ) as question:
        window = None if method == "bridges" else question.years
        moves = numbered_moves(question.tables, level=level, movement=movement, years=window, duals=duals)
        ends = {"from_place": from_place, "to_place": to_place}
        for name, column in (("from_place", "from_no"), ("to_place", "to_no")):
            text = ends[name]
            if text is None:
                continue
            unit = question.place(text)
            ends[name] = unit
            numbers = unit_numbers(question.tables, level)
            number = numbers.filter(numbers.unit_id == unit).to_pyarrow()["number"].to_pylist()
            moves = moves.filter(moves[column] == (number[0] if number else -1))
        question.settled(**ends, **settled)
        movement_facts(question, movement)
        yield question, moves


def _survived(grouped: ir.GroupedTable, kept: ir.Table) -> ir.Table:
    weight = kept.weight
    before = exact_sum(weight * kept.before.cast("float64"))
    both = exact_sum(weight * kept.kept.cast("float64"))
    return grouped.agg(
        movers=kept.author_no.nunique(),
        researchers=exact_sum(weight),
        coauthors_before=before,
        coauthors_kept=both,
        pooled=both / before,
        mean=exact_sum(weight * kept.survival) / exact_sum(weight),
    )


def _with_ids(tables: Tables, found: ir.Table, *, level: str) -> ir.Table:
    places = unit_numbers(tables, level)
    found = found.inner_join(places.select(n1="number", from_id="unit_id"), [("from_no", "n1")])
    found = found.inner_join(places.select(n2="number", to_id="unit_id"), [("to_no", "n2")])
    found = found.inner_join(author_numbers(tables), "author_no")
    return found.select("work_id", "year", "author_id", "from_id", "to_id")


def _bridge_scores(question: Question, found: ir.Table) -> ir.Table:
    """Bridging articles and movers of each pair, with the scores of the two places with and without these articles."""
    tables, level, years = question.tables, question.level, question.years
    found = tables.keep(("bridges", found.op()), found)
    pairs = found.group_by(["from_id", "to_id"]).agg(
        movers=found.author_id.nunique(), bridging_articles=found.work_id.nunique()
    )
    scores = yearly_scores(tables, level=level, counting=DEFAULT, years=years)
    scores = scores.group_by("a_id", "b_id").agg(joint=scores.joint.sum(), score=exact_sum(scores.score))
    articles = found.select("work_id", "from_id", "to_id").distinct()
    articles = articles.select(
        "from_id",
        "to_id",
        bridge="work_id",
        low=ibis.least(articles.from_id, articles.to_id),
        high=ibis.greatest(articles.from_id, articles.to_id),
    )
    parts = pair_parts(tables, level=level, counting=DEFAULT, years=years)
    parts = articles.inner_join(parts, [("bridge", "work_id"), ("low", "a_id"), ("high", "b_id")])
    by_bridges = parts.group_by(f="from_id", t="to_id").agg(bridged=exact_sum(parts.share_a + parts.share_b))
    by_bridges = tables.keep(("scores of bridges", found.op(), level, years), by_bridges)
    pairs = pairs.mutate(low=ibis.least(pairs.from_id, pairs.to_id), high=ibis.greatest(pairs.from_id, pairs.to_id))
    pairs = pairs.left_join(scores, [("low", "a_id"), ("high", "b_id")])
    pairs = pairs.left_join(by_bridges, [("from_id", "f"), ("to_id", "t")])
    score = ibis.coalesce(pairs.score, 0.0)
    return pairs.select(
        "from_id",
        "to_id",
        "movers",
        "bridging_articles",
        joint=ibis.coalesce(pairs.joint, 0),
        score=score,
        score_without_bridges=ibis.greatest(score - ibis.coalesce(pairs.bridged, 0.0), 0.0),
    )
