"""Answers about people: one author's tenures, moves, dual affiliations, returns and bridges."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Unpack

import ibis
import ibis.expr.types as ir

from toolkit.measures.asking import Folder, Question, named
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.asking import asking_movement
from toolkit.measures.movement.mode_years import mode_years
from toolkit.measures.movement.move_answers import flags
from toolkit.measures.movement.observations import author_numbers, observations
from toolkit.measures.movement.options import FLOW_RULES, Movement, MovementOptions
from toolkit.measures.movement.origins import origin_classes
from toolkit.measures.movement.people import author_shown, authors_meant
from toolkit.measures.movement.rules import movements, tenures
from toolkit.measures.movement.tenures import gap_starts
from toolkit.measures.movement.ties import bridges_of_persons
from toolkit.measures.precision import rounded
from toolkit.measures.tables import Tables
from toolkit.runs import Answer

__all__ = ["careers"]

_COLUMNS: Final = (
    *("author_id", "name", "orcid", "event", "place_id", "place_name", "from_id", "from_name"),
    *("year", "end_year", "last_year_at_from", "years_seen", "articles", "flags"),
)
_MOST_NAMED: Final = 5
_MAY_LACK: Final = ("end_year", "last_year_at_from", "years_seen", "articles")
_YEAR_COLUMNS: Final = ("author_id", "name", "year", "place_id", "place_name", "part", "articles", "main_place")


def careers(
    workspace: Folder,
    *,
    author: str,
    level: str = "institution",
    by_year: bool = False,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """One author's career: tenures, what each rule makes of them, and the articles that bridge old and new places.

    A ``bridge`` sums up the person's own rows of :func:`~toolkit.bridges` with dual affiliations: articles from the
    year of a move (by tenure) on that the person signs at the new place with somebody else who signs at the old one.

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    author
        An id, an ORCID or a name. Several authors of one name are listed one after the other, never merged.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    by_year
        The observations instead: a row for each year and place, with the year's main place.
    top
        Only so many rows; ``None`` or 0 for all.
    **options
        Conventions, see :class:`toolkit.measures.movement.options.Movement`; ``rule`` changes nothing, the moves of
        both rules that date any are listed.

    Returns
    -------
    Answer
        ``author_id``, ``name``, ``orcid``, ``event`` (``tenure``; ``migration``, ``visit``, ``dual``, ``open`` by
        tenure; ``move``, ``gap`` by main place; ``bridge``), ``place_id``, ``place_name``, ``from_id``, ``from_name``,
        ``year`` (first of a tenure or of a bridge's articles, or of a move at the new place), ``end_year``,
        ``years_seen`` [years] and ``articles`` of a tenure or bridge, ``last_year_at_from`` and ``flags`` of a move; a
        bridge of dual affiliations alone is flagged ``dual``. With ``by_year``: ``author_id``, ``name``, ``year``,
        ``place_id``, ``place_name``, ``part`` [articles], ``articles``, ``main_place``. Facts: ``classes``, each
        author's class by origin; ``gap_starts``, tenures that follow on others only over a longer gap than is allowed,
        which a note names.

    Raises
    ------
    BadParameter, EmptySelection, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> career = careers(workspace, author="overlap")
    >>> career.frame[["event", "place_id", "year", "end_year", "last_year_at_from"]]
        event place_id  year  end_year  last_year_at_from
    0  tenure      mit  2004      2020               <NA>
    1  tenure      oxf  2016      2024               <NA>
    2    dual      oxf  2016      <NA>               2020
    3    move      oxf  2021      <NA>               2020
    >>> career.run.facts["classes"]
    {'overlap': 'migrant'}
    """
    movement = Movement(**options)
    with asking_movement(
        "careers", workspace, level=level, years=None, top=top, movement=movement, by_year=by_year
    ) as question:
        tables = question.tables
        meant = authors_meant(tables, author)
        author = author_shown(tables, author, meant)
        question.settled(author=author, by_year=by_year, years=None)
        if len(meant) > 1:
            question.timer.notes.append(
                f"{len(meant):,} authors are named {author}: each has a career of their own here; the id or ORCID "
                "asks for one."
            )
        classes = origin_classes(tables, level=level, movement=movement)
        classes = classes.filter(classes.author_id.isin(meant)).order_by("author_id")
        question.timer.facts["classes"] = {
            row["author_id"]: row["category"] for row in classes.to_pyarrow().to_pylist()
        }
        unseen = sorted(set(meant) - set(question.timer.facts["classes"]))
        if unseen:
            question.timer.notes.append(f"Seen at no place of level {level}: {', '.join(unseen)}.")
        _tell_gaps(question, meant, movement)
        made = _years if by_year else _events
        rows = made(tables, meant, level=level, movement=movement)
        people = tables.authors.select(person_id="author_id", name="name", orcid="orcid")
        rows = rows.left_join(people, [("author_id", "person_id")])
        order = ["author_id", "place_id"] if by_year else ["author_id", "year", "place_order", "place_id", "from_id"]
        answer = question.answer(rows, _YEAR_COLUMNS if by_year else _COLUMNS, order, top=top)
        whole = {name: "Int64" for name in _MAY_LACK if name in answer.frame.columns}
        return answer if by_year else replace(answer, frame=answer.frame.astype(whole))


def _tell_gaps(question: Question, authors: list[str], movement: Movement) -> None:
    """Note which stays follow on others only over a longer gap than the tenure rule allows."""
    tables, level = question.tables, question.level
    found = gap_starts(tables, level=level, movement=movement).inner_join(author_numbers(tables), "author_no")
    found = found.filter(found.author_id.isin(authors))
    for end in ("from", "to"):
        numbers = unit_numbers(tables, level).select(**{f"{end}_known": "number", f"{end}_id": "unit_id"})
        found = found.inner_join(numbers, [(f"{end}_no", f"{end}_known")])
    found = named(tables, found, "from_id", "to_id", level=level).order_by("author_id", "year", "to_id")
    rows = found.select("author_id", "to_name", "year", "from_name", "last_year_at_from").to_pyarrow().to_pylist()
    question.timer.facts["gap_starts"] = len(rows)
    if rows:
        told = "; ".join(
            f"{row['author_id']} at {row['to_name']} from {row['year']}, until {row['last_year_at_from']} at "
            f"{row['from_name']}"
            for row in rows[:_MOST_NAMED]
        )
        question.timer.notes.append(
            f"{len(rows):,} stays begin more than {movement.allowed_gap} unseen years after the last one elsewhere, so "
            f"they follow on none by tenure and are in no flow: {told}{' …' if len(rows) > _MOST_NAMED else ''}."
        )


def _events(tables: Tables, authors: list[str], *, level: str, movement: Movement) -> ir.Table:
    stays = tenures(tables, level=level, movement=movement)
    stays = stays.filter(stays.author_id.isin(authors))
    seen = observations(tables, level=level)
    seen = seen.filter(seen.author_id.isin(authors)).select(a="author_id", p="place_id", y="year", n="articles")
    inside = stays.inner_join(seen, [("author_id", "a"), ("place_id", "p")])
    inside = inside.filter(inside.y.between(inside.start_year, inside.end_year))
    stays = inside.group_by(["author_id", "place_id", "start_year", "end_year"]).agg(
        years_seen=inside.count(), articles=inside.n.sum()
    )
    rows = stays.select(
        "author_id",
        "place_id",
        "end_year",
        "years_seen",
        year="start_year",
        last_year_at_from=ibis.null("int64"),
        articles=stays.articles.cast("int64"),
        event=ibis.literal("tenure"),
        from_id=ibis.null("string"),
        flags=ibis.literal(""),
        place_order=ibis.literal(0),
    )
    for number, rule in enumerate(FLOW_RULES, start=1):
        found = movements(tables, level=level, movement=replace(movement, rule=rule))
        found = found.filter(found.author_id.isin(authors))
        found = found.select(
            "author_id",
            place_id="to_id",
            year="year",
            end_year=ibis.null("int64"),
            last_year_at_from="last_year_at_from",
            years_seen=ibis.null("int64"),
            articles=ibis.null("int64"),
            event="kind",
            from_id="from_id",
            flags=flags(found),
            place_order=ibis.literal(number),
        )
        rows = rows.union(found.select(*rows.columns))
    rows = rows.union(_bridges(tables, authors, level=level, movement=movement).select(*rows.columns))
    names = units(tables, level)
    for end in ("place", "from"):
        known = names.select(**{f"{end}_known": "id", f"{end}_text": "name"})
        rows = rows.left_join(known, [(f"{end}_id", f"{end}_known")])
        rows = rows.mutate(**{f"{end}_name": ibis.coalesce(rows[f"{end}_text"], rows[f"{end}_id"])})
        rows = rows.drop(f"{end}_known", f"{end}_text")
    return rows


def _bridges(tables: Tables, authors: list[str], *, level: str, movement: Movement) -> ir.Table:
    """The persons' bridges as events."""
    found = bridges_of_persons(tables, authors, level=level, movement=movement)
    return found.mutate(
        place_id=found.to_id,
        last_year_at_from=ibis.null("int64"),
        event=ibis.literal("bridge"),
        flags=ibis.ifelse(found.dual, "dual", ""),
        place_order=ibis.literal(len(FLOW_RULES) + 1),
    )


def _years(tables: Tables, authors: list[str], *, level: str, movement: Movement) -> ir.Table:
    seen = observations(tables, level=level)
    seen = seen.filter(seen.author_id.isin(authors))
    main = mode_years(tables, level=level, movement=movement)
    main = main.inner_join(author_numbers(tables), "author_no")
    main = main.inner_join(unit_numbers(tables, level), [("place_no", "number")])
    main = main.select(a="author_id", y="year", p="unit_id")
    rows = seen.left_join(main, [("author_id", "a"), ("year", "y"), ("place_id", "p")])
    names = units(tables, level).select(known="id", text="name")
    rows = rows.left_join(names, [("place_id", "known")])
    return rows.mutate(
        part=rounded(rows.part), main_place=rows.p.notnull(), place_name=ibis.coalesce(rows.text, rows.place_id)
    )
