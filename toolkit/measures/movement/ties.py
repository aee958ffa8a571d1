"""What stays of the old place after a move: ties with people there, co-authors kept, articles that bridge the two.

Co-authors are other people; a mover's own affiliations never make a tie. Only articles that movers are on are joined a
second time with their authors, each article once for each place, so the work grows with the movers' articles and not
with the pairs of their authors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter
from toolkit.measures.counting.parts import Years, unit_numbers
from toolkit.measures.movement.observations import (
    author_numbers,
    authored_articles,
    corpus_span,
    numbered_articles,
    places_of_sites,
)
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.movement.rules import movements
from toolkit.measures.precision import exact_sum
from toolkit.measures.tables import Tables

__all__ = [
    "EVENT_SPAN",
    "SURVIVAL_WINDOW",
    "bridges_of_persons",
    "bridging_articles",
    "coauthor_survival",
    "event_span",
    "numbered_moves",
    "ties_by_event_time",
]

EVENT_SPAN: Final = (-5, 5)
"""First and last event time looked at [years]."""
_LONGEST: Final = 50
SURVIVAL_WINDOW: Final = 3
"""Years before and after a move in which co-authors are looked for [years]."""


def event_span(asked: str | Years) -> Years:
    """First and last event time asked for, both inclusive [years].

    Raises
    ------
    BadParameter
        It is no such span.

    Examples
    --------
    >>> event_span("-3:5")
    (-3, 5)
    """
    parts = asked.split(":") if isinstance(asked, str) else list(asked)
    try:
        low, high = (int(part) for part in parts)
    except (TypeError, ValueError):
        low, high = 1, 0
    if not -_LONGEST <= low <= high <= _LONGEST:
        shown = asked if isinstance(asked, str) else ":".join(map(str, parts))
        raise BadParameter(
            "span", shown, f"first and last year since the move, as in -5:5, within {_LONGEST} years of it"
        )
    return low, high


def numbered_moves(
    tables: Tables,
    *,
    level: str,
    movement: Movement = DEFAULT_MOVEMENT,
    years: Years | None = None,
    duals: bool = False,
) -> ir.Table:
    """Moves in flows by numbers, with ``duals`` the dual affiliations too.

    Returns
    -------
    ibis table
        ``move_no``, ``author_no``, ``from_no``, ``to_no``, ``year``, ``weight`` [researchers], ``kind``
    """
    found = movements(tables, level=level, movement=movement, years=years)
    wanted = found.weight > 0
    found = found.filter(wanted | (found.kind == "dual") if duals else wanted)
    places = unit_numbers(tables, level)
    found = found.inner_join(places.select(n1="number", u1="unit_id"), [("from_id", "u1")])
    found = found.inner_join(places.select(n2="number", u2="unit_id"), [("to_id", "u2")])
    found = found.inner_join(author_numbers(tables), "author_id")
    found = found.select("author_no", "year", "weight", "kind", from_no="n1", to_no="n2").mutate(
        move_no=ibis.row_number()
    )
    return tables.keep(("numbered moves", level, movement, years, duals), found)


def ties_by_event_time(tables: Tables, moves: ir.Table, *, level: str, span: Years = EVENT_SPAN) -> ir.Table:
    """Tie rate with the old place, by years since the move.

    For movers m from i to j in year y and event time ``t = year - y``::

        R(t) = sum of w_m * (articles of m in y + t with a co-author at i) / sum of w_m * (articles of m in y + t)

    with w_m the weight of the move in the flows; an article is one whoever else is on it. A co-author at i is another
    author with an affiliation at i on that article.

    Parameters
    ----------
    tables
        The canonical tables.
    moves
        What :func:`numbered_moves` gives, or a part of it.
    level
        The level of the moves.
    span
        First and last t, both inclusive [years].

    Returns
    -------
    ibis table
        ``t`` [years], ``pairs`` (moves with an article in t: person, from, to), ``researchers`` (the sum of their
        weights), ``articles``,
        ``tied_articles`` (both weighted by it), ``rate``, ``mean_rate`` (weighted mean over the moves of their own
        rates)

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> moves = numbered_moves(tables, level="city")
    >>> rates = ties_by_event_time(tables, moves, level="city", span=(0, 0))
    >>> rates.select("t", "pairs", "articles", "tied_articles", "rate").to_pyarrow().to_pylist()
    [{'t': 0, 'pairs': 3, 'articles': 4.0, 'tied_articles': 0.0, 'rate': 0.0}]
    """
    moves = moves.select("move_no", "author_no", "from_no", "year", "weight")
    written = _written(tables, moves, between=span)
    signers = _signers(_signed(tables, written, moves.select(place_no="from_no"), level=level))
    seen = written.left_join(signers, [("work_no", "signed_work"), ("from_no", "place_no")])
    seen = seen.mutate(tied=ibis.ifelse(_somebody_else(seen), 1.0, 0.0))
    by_move = seen.group_by(["move_no", "t", "weight"]).agg(articles=seen.count().cast("float64"), tied=seen.tied.sum())
    weight = by_move.weight
    return by_move.group_by("t").agg(
        pairs=by_move.count(),
        researchers=exact_sum(weight),
        articles=exact_sum(weight * by_move.articles),
        tied_articles=exact_sum(weight * by_move.tied),
        rate=exact_sum(weight * by_move.tied) / exact_sum(weight * by_move.articles),
        mean_rate=exact_sum(weight * by_move.tied / by_move.articles) / exact_sum(weight),
    )


def coauthor_survival(tables: Tables, moves: ir.Table, *, window: int = SURVIVAL_WINDOW) -> ir.Table:
    """Co-authors that a mover keeps: those of the years before who are co-authors again in the years after.

    ``J = |before and after| / |before|`` with before = co-authors with an id in [y - w, y - 1], after = those in
    [y, y + w - 1]. Only moves whose windows lie inside the corpus, and movers who had a co-author.

    Parameters
    ----------
    tables
        The canonical tables.
    moves
        What :func:`numbered_moves` gives, or a part of it; a person's moves of one year are one event.
    window
        w [years].

    Returns
    -------
    ibis table
        ``author_no``, ``year``, ``weight`` (of the moves together [researchers]), ``before``, ``kept`` [researchers],
        ``survival`` (J)
    """
    first, last = corpus_span(tables)
    inside = moves.filter(moves.year - window >= first, moves.year + window - 1 <= last)
    events = inside.group_by(["author_no", "year"]).agg(weight=exact_sum(inside.weight), move_no=inside.move_no.min())
    written = _written(tables, events, between=(-window, window - 1))
    written = written.inner_join(author_numbers(tables), "author_no")
    works = written.select("move_no", "work_no", own_id="author_id", before=ibis.ifelse(written.t < 0, 1, 0))
    # people without any affiliation are no movers, and co-authors all the same
    others = authored_articles(tables).inner_join(written.select("work_no").distinct(), "work_no")
    known = works.inner_join(others.select(with_work="work_no", coauthor="author_id"), [("work_no", "with_work")])
    known = known.filter(known.coauthor != known.own_id)
    met = known.group_by(["move_no", "coauthor"]).agg(before=known.before.max(), after=(1 - known.before).max())
    met = met.filter(met.before == 1)
    kept = met.group_by("move_no").agg(before=met.count(), kept=met.after.sum().cast("int64"))
    events = events.inner_join(kept, "move_no")
    return events.select(
        "author_no", "year", "weight", "before", "kept", survival=events.kept.cast("float64") / events.before
    )


def bridging_articles(tables: Tables, moves: ir.Table, *, level: str, years: Years | None = None) -> ir.Table:
    """Articles by which a mover bridges the old and the new place.

    ``bridge(i, j)`` = articles from the year of the move on that a mover from i to j signs at j, with a co-author at
    i: another person, since one's own two affiliations are no tie.

    Parameters
    ----------
    tables
        The canonical tables.
    moves
        What :func:`numbered_moves` gives; with dual affiliations where it holds them.
    level
        The level of the moves.
    years
        Window of the articles, both ends inclusive.

    Returns
    -------
    ibis table
        ``work_id``, ``year``, ``author_no``, ``from_no``, ``to_no``; no repeats
    """
    moves = moves.select("move_no", "author_no", "from_no", "to_no", "year")
    span = corpus_span(tables)
    written = _written(tables, moves, between=(0, span[1] - span[0]))
    if years is not None:
        written = written.filter((written.year + written.t).between(*years))
    places = moves.select(place_no="from_no").union(moves.select(place_no="to_no"))
    signed = _signed(tables, written, places, level=level)
    own = signed.select(signer="author_no", signed_at="place_no", own_work="work_no").distinct()
    written = written.inner_join(own, [("work_no", "own_work"), ("author_no", "signer"), ("to_no", "signed_at")])
    signers = _signers(signed)
    found = written.inner_join(signers, [("work_no", "signed_work"), ("from_no", "place_no")])
    found = found.filter(_somebody_else(found))
    found = found.inner_join(
        numbered_articles(tables).select("work_id", found_work="work_no"), [("work_no", "found_work")]
    )
    # who moves from i to j twice still signs each article once
    return found.select("work_id", "author_no", "from_no", "to_no", year=found.year + found.t).distinct()


def bridges_of_persons(
    tables: Tables, authors: Sequence[str], *, level: str, movement: Movement = DEFAULT_MOVEMENT
) -> ir.Table:
    """What of the articles of :func:`bridging_articles` is these persons' own, by the ends of their moves by tenure.

    Parameters
    ----------
    tables
        The canonical tables.
    authors
        Ids.
    level
        The level of the moves.
    movement
        Conventions; the rule is ``tenure``, whichever they name, and dual affiliations are among the moves.

    Returns
    -------
    ibis table
        ``author_id``, ``from_id``, ``to_id``, ``year``, ``end_year`` (first and last article), ``years_seen`` [years],
        ``articles`` [articles], ``dual`` (whether the person only held both places, and never moved between them)

    Examples
    --------
    >>> from toolkit.corpus.example import NJU, PKU, team_tables
    >>> articles = [("W1", 2009, [("mover", [NJU])]), ("W2", 2010, [("mover", [PKU]), ("friend", [NJU])])]
    >>> tables = Tables.on(ibis.duckdb.connect(), team_tables(articles))
    >>> found = bridges_of_persons(tables, ["mover"], level="institution")
    >>> found.select("from_id", "to_id", "year", "articles", "dual").to_pyarrow().to_pylist()
    [{'from_id': 'nju', 'to_id': 'pku', 'year': 2010, 'articles': 1, 'dual': False}]
    """
    people = author_numbers(tables)
    people = people.filter(people.author_id.isin(list(authors))).select("author_id", own_no="author_no")
    moves = numbered_moves(tables, level=level, movement=replace(movement, rule="tenure"), duals=True)
    moves = moves.inner_join(people, [("author_no", "own_no")]).drop("own_no", "author_id")
    found = bridging_articles(tables, moves, level=level)
    found = found.group_by(["author_no", "from_no", "to_no"]).agg(
        year=found.year.min(),
        end_year=found.year.max(),
        years_seen=found.year.nunique(),
        articles=found.work_id.nunique(),
    )
    ends = moves.group_by(a="author_no", f="from_no", t="to_no").agg(
        moved=ibis.ifelse(moves.kind == "dual", 0, 1).max()
    )
    found = found.inner_join(ends, [("author_no", "a"), ("from_no", "f"), ("to_no", "t")])
    found = found.inner_join(people, [("author_no", "own_no")])
    places = unit_numbers(tables, level)
    found = found.inner_join(places.select(n1="number", from_id="unit_id"), [("from_no", "n1")])
    found = found.inner_join(places.select(n2="number", to_id="unit_id"), [("to_no", "n2")])
    return found.select(
        "author_id", "from_id", "to_id", "year", "end_year", "years_seen", "articles", dual=found.moved == 0
    )


def _somebody_else(rows: ir.Table) -> ir.BooleanValue:
    """Whether anyone but the mover signs at the place: somebody without an id, or with another."""
    other = (rows.first_author != rows.author_no) | (rows.last_author != rows.author_no)
    return (rows.anonymous > 0) | ibis.coalesce(other, False)


def _written(tables: Tables, moves: ir.Table, *, between: Years) -> ir.Table:
    """``moves`` with each article of the mover in event times ``between``: ``work_no`` and ``t``."""
    works = numbered_articles(tables).select(dated_work="work_no", published="year")
    articles = authored_articles(tables).inner_join(author_numbers(tables), "author_id")
    articles = articles.inner_join(works, [("work_no", "dated_work")])
    articles = articles.select("work_no", "published", writer="author_no")
    rows = moves.inner_join(articles, [("author_no", "writer")]).drop("writer")
    rows = rows.mutate(t=rows.published - rows.year).drop("published")
    return tables.keep(("written by movers", moves.op(), between), rows.filter(rows.t.between(*between)))


def _signed(tables: Tables, written: ir.Table, places: ir.Table, *, level: str) -> ir.Table:
    """Who signs the articles of ``written`` from which of ``places``.

    ``work_no``, ``place_no``, ``author_no`` (null without an id).
    """
    homes = places_of_sites(tables, level).inner_join(places.distinct(), "place_no").select("home_site", "place_no")
    works = numbered_articles(tables).select("work_id", "work_no")
    works = works.inner_join(written.select("work_no").distinct(), "work_no")
    signed = tables.authorships.select("work_id", "author_id", "site_id").inner_join(works, "work_id")
    signed = signed.inner_join(homes, [("site_id", "home_site")]).left_join(author_numbers(tables), "author_id")
    signed = signed.select("work_no", "place_no", "author_no")
    return tables.keep(("signed by movers and others", written.op(), places.op(), level), signed)


def _signers(signed: ir.Table) -> ir.Table:
    """Of each article and place of :func:`_signed`: ``anonymous`` authors, the first and last number."""
    by_place = signed.group_by(["work_no", "place_no"]).agg(
        anonymous=ibis.ifelse(signed.author_no.isnull(), 1, 0).sum(),
        first_author=signed.author_no.min(),
        last_author=signed.author_no.max(),
    )
    return by_place.rename(signed_work="work_no")
