"""Two workspaces side by side: whose rank moved, and by which articles, places or rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Unpack

import ibis
import ibis.expr.types as ir

from toolkit.errors import BadParameter, DataError, EmptySelection
from toolkit.measures.asking import Folder, Question, YearsAsked, asking
from toolkit.measures.compare.differences import CAUSES, Ledger, ledger_of
from toolkit.measures.counting.levels import SPECIAL, units
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.counting.ranking import ranked
from toolkit.measures.output.unit_answers import rank
from toolkit.measures.precision import rounded
from toolkit.measures.selection import known_years, parse_years, resolve_years, years_text
from toolkit.measures.tables import Tables
from toolkit.runs import Answer, RunRecord
from toolkit.workspace import Workspace, open_workspace

__all__ = ["compare", "repeat_comparison"]

_BY: Final = ("share", "count")
_LAST: Final = 2**31 - 1


def compare(
    old: Folder,
    new: Folder,
    *,
    by: str = "share",
    level: str = "city",
    years: YearsAsked = None,
    moved: bool = False,
    top: int | None = None,
    old_options: Mapping[str, Any] | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """How each unit's rank and Share (or Count) changed from one workspace to another, and why.

    ``new - old = from_new_articles + from_lost_articles + from_places + from_rules``, exactly, with Share_p(i) the part
    of article p that unit i has:

    - ``from_rules = sum over p of (Share_p in OLD by NEW's rules - Share_p in OLD by OLD's rules)``: other counting
      options, ids of one city made one, other lists of journals, another city map or country map; and articles whose
      difference is a rule's: those that one workspace has and the other's kept types left out, and those of both that
      only corrections of author ids, the cities of addresses, or the subject map tell apart
      (:mod:`toolkit.measures.compare.new_rules`);
    - ``from_new_articles``: Share_p of the articles counted in NEW only; ``from_lost_articles``: minus Share_p of
      those counted in OLD only (by NEW's rules);
    - ``from_places``: of the articles counted in both, Share_p in NEW minus Share_p in OLD: other sites, cities or
      authors of the same article.

    Parameters
    ----------
    old, new
        Workspaces, or their folders.
    by
        ``share`` or ``count``.
    level, years
        As :func:`toolkit.measures.answers.share`; ``None``: all years of either workspace.
    moved
        Only units whose rank changed, or that came or went.
    top
        Only so many units; ``None`` or 0 for all, with the rows ``unassigned`` and ``unlocated`` last.
    old_options
        Conventions that differ for OLD, for example ``{"truncated": "keep"}``.
    **options
        Conventions, see :class:`toolkit.measures.counting.options.Counting`.

    Returns
    -------
    Answer
        ``id``, ``name`` (NEW's, else OLD's), ``old_rank``, ``new_rank`` (those of
        :func:`~toolkit.measures.answers.rank`; empty where the unit has nothing), ``old_share``, ``new_share``
        (``old_count``, ``new_count``), and the four parts of the difference [articles]. Rows in the order of
        ``new_rank``. Facts: articles by what became of them, and the number of units that moved. Notes name the rules
        that differ. The record names the ``rank`` runs of both workspaces; :func:`repeat_comparison` repeats it.

    Raises
    ------
    BadParameter, EmptySelection
        An option is none, or a workspace has no article in the window.
    DataError
        A workspace has no records, or the two have no unit in common. Nothing is written in any case.

    Notes
    -----
    Reads the parts of all articles of both workspaces; the sums are made of whole numbers, so they are exact before
    they are rounded to 9 decimals.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> one = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> more = example_workspace(tempfile.mkdtemp())
    >>> frame = compare(one, more).frame
    >>> frame[["name", "old_rank", "new_rank", "old_share", "new_share", "from_new_articles"]].values.tolist()[1]
    ['Nanjing', 2, 2, 0.375, 1.375, 1.0]
    """
    if by not in _BY:
        raise BadParameter("by", by, f"it is one of {', '.join(_BY)}")
    before = open_workspace(old)
    after = open_workspace(new)
    before.require_corpus()
    counting = Counting(**options)
    counting_before = replace(counting, **_known(old_options))
    with (
        asking("compare", after, level=level, years=years, by_year=False, top=top, counting=counting) as asked,
        Tables.of(before, without_suspects=counting_before.without_suspects) as tables_before,
    ):
        window = _window(years, asked, tables_before, before, counting_before)
        question = replace(asked, years=window)
        runs = _ranks(before, after, by, question, counting_before)
        question.settled(
            by=by,
            years=years_text(window),
            moved=moved,
            old=str(before.root),
            old_options=dict(old_options or {}),
            old_fingerprint=before.fingerprint,
            old_snapshot=before.snapshot,
            old_run=runs[0].run_id,
            new_run=runs[1].run_id,
        )
        ledger = ledger_of(question, tables_before, before, by=by, counting_before=counting_before)
        rows = _with_ranks(_named(question, tables_before, ledger), by)
        _tell(question, ledger, rows, runs[0])
        if moved:
            rows = rows.filter(~rows.old_rank.identical_to(rows.new_rank))
        if top:
            rows = rows.filter(rows.special == 0)
        columns = ["id", "name", "old_rank", "new_rank", f"old_{by}", f"new_{by}", *CAUSES]
        rows = rows.rename({f"old_{by}": "old", f"new_{by}": "new"})
        return question.answer(rows, columns, ["special", "new_order", "old_order", "id"], top=top)


def repeat_comparison(record: RunRecord, new: Folder, old: Folder | None = None) -> Answer:
    """Compare again what a record of :func:`compare` compared.

    Parameters
    ----------
    record
        What :func:`compare` recorded.
    new
        The workspace it was asked of, or one with the same records.
    old
        The workspace it was compared with; ``None`` for the folder that the record names.

    Raises
    ------
    BadParameter
        The record is of another method.
    DataError
        One of the two holds other records than those the answer came from.
    """
    if record.method != "compare":
        raise BadParameter("method", record.method, "it is compare")
    asked = dict(record.parameters)
    before = asked.pop("old") if old is None else old
    ends = {"new": (new, record.fingerprint), "old": (before, asked["old_fingerprint"])}
    for name, (folder, expected) in ends.items():
        opened = open_workspace(folder)
        if opened.fingerprint != expected:
            raise DataError(
                f"The {name} end came from records {expected[:12]}, but {opened.root} holds "
                f"{opened.fingerprint[:12] or 'none'}. Repeat it with the same records."
            )
    for name in ("old", "by_year", "old_fingerprint", "old_snapshot", "old_run", "new_run"):
        asked.pop(name, None)
    return compare(before, new, **asked)


def _known(old_options: Mapping[str, Any] | None) -> dict[str, Any]:
    given = dict(old_options or {})
    for name in given:
        if name not in Counting.__dataclass_fields__:
            raise BadParameter("old_options", name, f"they are among {', '.join(Counting.__dataclass_fields__)}")
    return given


def _window(
    years: YearsAsked, asked: Question, tables: Tables, before: Workspace, counting: Counting
) -> tuple[int, int]:
    """The window asked for, else from the first to the last year of either workspace."""
    try:
        earlier = resolve_years(tables, years, counting=counting)
    except EmptySelection as error:
        raise EmptySelection(f"In the old workspace {before.root}: {error}") from error
    if parse_years(years) is not None:
        return asked.years
    # a year that the old rules leave empty may hold articles by the new ones
    by_new_rules = known_years(tables, asked.counting)
    found = (*earlier, *asked.years, *by_new_rules)
    return min(found), max(found)


def _ranks(
    before: Workspace, after: Workspace, by: str, question: Question, counting_before: Counting
) -> tuple[RunRecord, RunRecord]:
    """Records of the two ``rank`` questions whose answers are compared."""
    asked: dict[str, Any] = {"by": by, "level": question.level, "years": question.years, "top": 1}
    earlier = rank(before, **asked, **counting_before.to_dict())
    return earlier.run, rank(after, **asked, **question.counting.to_dict()).run


def _named(question: Question, tables_before: Tables, ledger: Ledger) -> ir.Table:
    """The ledger's sums by unit, with names."""
    rows = ledger.sums()
    known = question.tables.keep(("old units",), units(tables_before, question.level).select("id", "name").to_pyarrow())
    here = units(question.tables, question.level)
    common = here.semi_join(known, "id").count().to_pyarrow().as_py()
    if not common:
        raise DataError(
            f"The workspaces have no {question.level} in common, so nothing can be compared: they may name the same "
            f"ones by different ids. `scicities share --level {question.level}` shows those of each."
        )
    rows = rows.left_join(here.select(here_id="id", here_name="name"), [("id", "here_id")])
    rows = rows.left_join(known.select(known_id="id", known_name="name"), [("id", "known_id")])
    rows = rows.mutate(name=ibis.coalesce(rows.here_name, rows.known_name, rows.id))
    return rows.drop("here_id", "here_name", "known_id", "known_name")


def _with_ranks(rows: ir.Table, by: str) -> ir.Table:
    """Rows with both ranks, rounded, and the columns they are ordered by."""
    kind = "int64" if by == "count" else "float64"
    rows = rows.mutate(**{name: rounded(rows[name]).cast(kind) for name in ("old", "new", *CAUSES)})
    rows = rows.mutate(special=rows.id.isin(SPECIAL).cast("int64"))
    for end in ("old", "new"):
        placed = ranked(rows.filter(rows.special == 0, rows[end] > 0), value=end, ids=("id",))
        placed = placed.select(**{"ranked_id": "id", f"{end}_rank": "rank"})
        rows = rows.left_join(placed, [("id", "ranked_id")]).drop("ranked_id")
        rows = rows.mutate(**{f"{end}_order": ibis.coalesce(rows[f"{end}_rank"], _LAST)})
    return rows


def _tell(question: Question, ledger: Ledger, rows: ir.Table, before: RunRecord) -> None:
    """Facts and notes of the record."""
    placed = rows.filter(rows.special == 0)
    counts = placed.agg(
        units=placed.count(),
        moved=placed.id.count(where=~placed.old_rank.identical_to(placed.new_rank)),
    )
    facts = {**ledger.articles(), **counts.to_pyarrow().to_pylist()[0]}
    question.timer.facts.update(facts)
    notes = question.timer.notes
    notes.extend(f"Old workspace: {note}" for note in before.notes if note not in notes)
    notes.extend(ledger.notes)
    if not facts["articles_in_both"]:
        notes.append("No article is in both workspaces: their ids may be of different kinds.")
