"""The event study: what changes in output and partners around a move, and in a comparison group."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Unpack

import pandas as pd

from toolkit.errors import BadParameter, EmptySelection
from toolkit.measures.asking import Folder, Question, YearsAsked
from toolkit.measures.movement.asking import asking_movement, movement_facts
from toolkit.measures.movement.event_statistics import REPLICATES
from toolkit.measures.movement.event_study import EventStudy, careers_near, output_and_subjects
from toolkit.measures.movement.events import check_who, events_asked
from toolkit.measures.movement.matching import MATCH_COLUMNS, POOLS, matched_comparison
from toolkit.measures.movement.options import Movement, MovementOptions, check_flow_rule
from toolkit.measures.movement.panels import OUTCOMES
from toolkit.measures.movement.rules import movements
from toolkit.measures.movement.ties import EVENT_SPAN, event_span
from toolkit.measures.precision import DIGITS
from toolkit.runs import Answer

__all__ = ["event_study"]

_WIDEST: Final = 15
_MOST_REPLICATES: Final = 100_000
_DESCRIPTIVE: Final = (
    "This describes what goes with the event: people who move differ from those who stay in more than is matched, so "
    "it does not say what the move caused."
)


def event_study(
    workspace: Folder,
    *,
    who: str = "returnees",
    level: str = "country",
    years: YearsAsked = None,
    to_place: str | None = None,
    outcomes: Sequence[str] = (
        "articles",
        "share",
        "domestic_partners",
        "international_partners",
        "partners_at_origin",
    ),
    span: tuple[int, int] | str = EVENT_SPAN,
    balanced: bool = False,
    comparison: str | None = "never-movers",
    people: str | Path | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Output and partners of people around an event, by years since it, and of people like them without one.

    The event is a person's first return (``returnees``: flag ``return``), first move (``movers``), or the year that a
    file of people says. It has every place left and every place reached in its year (by these moves; of a file, the
    main places of that year and of the latest year before). With t = year - year of the event, each outcome has its
    mean over the persons known in t and a 95 % bootstrap interval over persons. A year between a person's first and
    last article without one is a year of nothing; years outside are unknown. A move is seen by an article, so
    everybody has one in t = 0, and t = -1 is often the gap before it.

    The comparison group has for each person somebody with the same first year and main subject, and output before most
    alike (:func:`toolkit.measures.movement.matching.matched_comparison`), who takes over the year of the event.
    Difference-in-differences has effects of persons and years, and errors clustered by person
    (:func:`toolkit.measures.movement.event_statistics.difference_in_differences`); it needs the extra ``stats``.
    All of it is descriptive.

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    who
        ``returnees`` or ``movers``.
    level
        Between which places: one of :data:`~toolkit.corpus.schema.LEVELS`.
    years
        Window of the events, both ends inclusive.
    to_place
        Only events with this place, by id or name, among the places reached.
    outcomes
        Of :data:`~toolkit.measures.movement.panels.OUTCOMES`.
    span
        First and last t, both inclusive [years].
    balanced
        Only persons known in every t of ``span``.
    comparison
        ``never-movers``, ``not-yet-movers``, or ``None`` for no comparison group.
    people
        Table with ``author_id`` or ``orcid``, ``group`` and ``event_year``: these people and years are the events.
    replicates
        Bootstrap samples; 0 for no intervals.
    seed
        Of the bootstrap and of the choice among equals.
    **options
        Conventions, see :class:`toolkit.measures.movement.options.Movement`.

    Returns
    -------
    Answer
        ``outcome``, ``unit``, ``t`` [years], ``n`` [persons], ``mean``, ``low``, ``high``, ``comparison_n``,
        ``comparison_mean``, ``comparison_low``, ``comparison_high``, ``did``, ``did_low``, ``did_high``
        (difference-in-differences, relative to t = -1). Facts: ``persons``, ``matched``,
        ``output_before`` and ``comparison_output_before`` (means [articles]), and for each outcome ``after_OUTCOME``
        with its interval and p-value, ``pre_trend_p_OUTCOME``.

    Raises
    ------
    BadParameter, EmptySelection, UnknownPlace, DataError, SettingsError
        Nothing is written in any case.

    References
    ----------
    L. S. Jacobson, R. J. LaLonde, D. G. Sullivan, American Economic Review 83 (1993) 685-709, for the design.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> found = event_study(workspace, outcomes=["articles"], span=(-1, 1), comparison=None)
    >>> found.frame[["outcome", "t", "n", "mean"]]
        outcome  t  n  mean
    0  articles -1  1   1.0
    1  articles  0  1   1.0
    2  articles  1  1   1.0
    """
    movement = Movement(**options)
    check_flow_rule(movement)
    span = event_span(span)
    chosen = _checked(who=who, outcomes=outcomes, span=span, comparison=comparison, replicates=replicates)
    with asking_movement("event_study", workspace, level=level, years=years, top=None, movement=movement) as question:
        place = None if to_place is None else question.place(to_place)
        question.settled(
            who=who,
            to_place=place,
            outcomes=chosen,
            span=f"{span[0]}:{span[1]}",
            balanced=balanced,
            comparison=comparison,
            people=None if people is None else str(people),
            replicates=replicates,
            seed=seed,
        )
        movement_facts(question, movement)
        moved = movements(question.tables, level=level, movement=movement)
        events = events_asked(question, moved, who=who, people=people, to_place=place)
        careers = careers_near(question.tables, moved, events.people)
        pairs = _matched(question, events.people, careers, comparison=comparison, until=span[1], seed=seed)
        study = EventStudy.of(
            question.tables, events, pairs, careers, level=level, movement=movement, span=span, balanced=balanced
        )
        if study.people.empty:
            raise EmptySelection(
                f"Nobody has such an event in {question.years[0]}:{question.years[1]}"
                f"{' and is known in every year of the span' if balanced else ''}. Widen the years or the level."
            )
        frames = []
        for name in chosen:
            frame, facts, notes = study.outcome(name, replicates=replicates, seed=seed)
            frames.append(frame)
            question.timer.facts.update(facts)
            question.timer.notes.extend(note for note in notes if note not in question.timer.notes)
        frame = pd.concat(frames, ignore_index=True).round(DIGITS)
        question.timer.rows["result"] = len(frame)
        question.timer.facts["persons"] = len(study.people)
        if comparison is not None:
            _note_matches(question, study.pairs, len(study.people))
        question.timer.notes.append(_DESCRIPTIVE)
        return Answer(frame, question.timer.record())


def _checked(
    *, who: str, outcomes: Sequence[str], span: tuple[int, int], comparison: str | None, replicates: int
) -> list[str]:
    """Names of the outcomes, each once; raise where something asked for is none."""
    check_who(who)
    for name in outcomes:
        if name not in OUTCOMES:
            raise BadParameter("outcomes", name, f"it is one of {', '.join(OUTCOMES)}")
    if not outcomes:
        raise BadParameter("outcomes", "", f"choose at least one of {', '.join(OUTCOMES)}")
    if not -_WIDEST <= span[0] < 0 <= span[1] <= _WIDEST:
        raise BadParameter(
            "span",
            f"{span[0]}:{span[1]}",
            f"it begins before the event and ends in its year or later, within {_WIDEST} years",
        )
    if comparison is not None and comparison not in POOLS:
        raise BadParameter("comparison", comparison, f"it is one of {', '.join(POOLS)}, or none")
    if isinstance(replicates, bool) or not isinstance(replicates, int) or not 0 <= replicates <= _MOST_REPLICATES:
        raise BadParameter("replicates", replicates, f"it is a whole number from 0 to {_MOST_REPLICATES:,}")
    return list(dict.fromkeys(outcomes))


def _matched(
    question: Question, events: pd.DataFrame, careers: pd.DataFrame, *, comparison: str | None, until: int, seed: int
) -> pd.DataFrame:
    if comparison is None or events.empty:
        return pd.DataFrame(columns=MATCH_COLUMNS)
    output, subjects = output_and_subjects(question.tables, careers)
    return matched_comparison(events, careers, output, subjects, pool=comparison, until=until, seed=seed)


def _note_matches(question: Question, pairs: pd.DataFrame, persons: int) -> None:
    facts = question.timer.facts
    facts["matched"] = len(pairs)
    if len(pairs):
        facts["output_before"] = round(float(pairs.output_before.mean()), DIGITS)
        facts["comparison_output_before"] = round(float(pairs.comparison_output_before.mean()), DIGITS)
    if len(pairs) < persons:
        question.timer.notes.append(
            f"{persons - len(pairs):,} of {persons:,} persons have nobody like them to be compared with; "
            "their means count, the differences leave them out."
        )
