"""Answers about indicators of places: those there are, and measures per unit of one."""

from __future__ import annotations

from typing import Any, Final, Unpack

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.errors import BadParameter
from toolkit.measures.asking import Folder, Question, YearsAsked, asking, named
from toolkit.measures.counting.levels import units
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.output.indicator_kinds import indicator_kind
from toolkit.measures.output.indicator_ratios import INDICATOR_LEVELS, indicator_ratios, places_without
from toolkit.measures.precision import rounded
from toolkit.measures.selection import resolve_base_year
from toolkit.runs import Answer

__all__ = ["ratios"]

NO_INDICATORS: Final = (
    "the records have no indicators: type `scicities ingest indicators FILE` with a table of place, year, indicator "
    "and value"
)
_SMALL = 1e-4


def ratios(
    workspace: Folder,
    indicator: str | None = None,
    *,
    by: str = "share",
    per: float = 1.0,
    source: str | None = None,
    level: str = "city",
    years: YearsAsked = None,
    by_year: bool = False,
    country: str | None = None,
    top: int | None = None,
    base_year: int | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """A measure per unit of an indicator of places, or the indicators there are.

    ``ratio(i) = per * sum of the measure / sum of the indicator``, both over the window's years in which the place has
    the indicator; see :func:`~toolkit.measures.output.indicator_ratios.indicator_ratios`.

    Parameters
    ----------
    indicator
        Its name in the records, for example ``population``: an amount. ``None``: a row for each indicator and source
        there is.
    by
        ``share``, ``count``, ``adjusted_share``, ``strength``, ``joint``, ``internal_joint`` or ``internal_share``.
    per
        Units of the indicator that the ratio is for: 1,000,000 for Share per million people.
    source
        Only values of this source; needed where several give one place and year.
    level
        ``city``, ``region`` or ``country``.
    workspace, years, by_year, country, top, base_year, **options
        As :func:`~toolkit.measures.answers.share`.

    Returns
    -------
    Answer
        ``id``, ``name``, ``year``, ``years`` (with a value of the indicator), ``value`` (of the measure) [articles],
        ``amount`` (of the indicator, summed over these years), ``unit``, ``ratio``; largest ratio first. Without
        ``indicator``: ``indicator``, ``source``, ``unit``, ``kind`` (``amount`` or ``ratio``), ``places`` (of the
        level), ``first_year``, ``last_year``.

    Raises
    ------
    BadParameter
        The indicator is unknown, or a ratio already
        (:func:`~toolkit.measures.output.indicator_kinds.indicator_kind`): per cent of something, per head.
    EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_tables, example_workspace
    >>> tables = example_tables()
    >>> rows = [("CN", year, "rnd", 2.0, "billion", "made up") for year in (2019, 2020)]
    >>> columns = tables["indicators"].schema.names
    >>> rows = [dict(zip(columns, row)) for row in rows]
    >>> tables["indicators"] = tables["indicators"].from_pylist(rows, schema=tables["indicators"].schema)
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=tables)
    >>> ratios(workspace, "rnd", level="country").frame[["name", "value", "amount", "ratio"]].values.tolist()
    [['China', 3.5, 4.0, 0.875]]
    """
    counting = Counting(**options)
    with asking(
        "ratios",
        workspace,
        level=level,
        years=years,
        by_year=by_year,
        top=top,
        counting=counting,
        levels=INDICATOR_LEVELS,
    ) as question:
        tables = question.tables
        content = pq.read_table(question.workspace.table("indicators"))
        every = tables.keep(("indicators",), content)
        code = question.place(country, level="country")
        base = resolve_base_year(tables, base_year, years=question.years, counting=counting)
        question.settled(indicator=indicator, by=by, per=per, source=source, country=code, base_year=base)
        if indicator is None:
            return _known(question, every, top=top)
        if by == "adjusted_share":
            question.timer.facts["base_year"] = base
        amounts, unit = _one_indicator(question, every, indicator, source)
        asked: dict[str, Any] = {"level": level, "years": question.years, "counting": counting, "country": code}
        rows = indicator_ratios(tables, amounts, by=by, per=per, by_year=by_year, base_year=base, **asked)
        _note_missing(question, places_without(tables, amounts, **asked), indicator)
        rows = named(tables, rows, level=level)
        numbers = {name: rounded(rows[name]) for name in ("value", "amount", "ratio")}
        rows = rows.mutate(**numbers, unit=ibis.literal(unit))
        columns = ["id", "name", "year", "years", "value", "amount", "unit", "ratio"]
        answer = question.answer(rows, columns, [ibis.desc("ratio"), "id"], top=top, total="ratio")
        largest = answer.frame.ratio.max() if len(answer.frame) else 1.0
        if 0 <= largest < _SMALL:
            question.timer.notes.append(
                "The ratios are small; a larger per (--per 1000000) shows more of their digits."
            )
        return Answer(answer.frame, question.timer.record())


def _known(question: Question, every: ir.Table, *, top: int | None) -> Answer:
    """Indicators and sources with the places of the level that have them."""
    known = units(question.tables, question.level).select(place_id="id", place=ibis.literal(1)).distinct()
    rows = every.left_join(known, "place_id")
    rows = rows.mutate(
        source=ibis.coalesce(rows.source, ""),
        unit=ibis.coalesce(rows.unit, ""),
        here=ibis.ifelse(rows.place == 1, rows.place_id, ibis.null("string")),
    )
    rows = _with_kind(question, rows)
    found = rows.group_by(["indicator", "source", "unit", "kind"]).agg(
        places=rows.here.nunique(), first_year=rows.year.min(), last_year=rows.year.max()
    )
    found = found.mutate(year=ibis.null("int32"))
    if not int(every.count().to_pyarrow().as_py()):
        question.timer.notes.append(f"{NO_INDICATORS[0].upper()}{NO_INDICATORS[1:]}.")
    columns = ["indicator", "source", "unit", "kind", "places", "first_year", "last_year"]
    return question.answer(found, columns, ["indicator", "source", "unit", "kind"], top=top)


def _with_kind(question: Question, rows: ir.Table) -> ir.Table:
    """``rows`` with their ``kind`` where the records leave it open."""
    names = ["indicator", "unit", "kind"]
    known = rows.select(*names).distinct().to_pyarrow().to_pylist()
    kinds = pa.table(
        {
            **{f"of_{name}": pa.array([row[name] or "" for row in known], pa.string()) for name in names},
            "known_kind": pa.array([indicator_kind(**row) for row in known], pa.string()),
        }
    )
    found = question.tables.keep(("kinds of indicators", rows.op()), kinds)
    rows = rows.mutate(**{name: ibis.coalesce(rows[name], "") for name in names})
    rows = rows.left_join(found, [(name, f"of_{name}") for name in names])
    return rows.mutate(kind=rows.known_kind).drop("known_kind", *(f"of_{name}" for name in names))


def _one_indicator(question: Question, every: ir.Table, indicator: str, source: str | None) -> tuple[ir.Table, str]:
    """Amounts of one indicator by place and year, and their unit."""
    names = _texts(every.indicator)
    if indicator not in names:
        raise BadParameter(
            "indicator",
            indicator,
            f"the records have {', '.join(names)}" if names else NO_INDICATORS,
        )
    rows = every.filter(every.indicator == indicator)
    sources = _texts(rows.source)
    if source is not None:
        if source not in sources:
            raise BadParameter("source", source, f"{indicator} comes from {', '.join(sources) or 'no named source'}")
        rows = rows.filter(rows.source == source)
    _refuse_ratio(_with_kind(question, rows), indicator)
    known = units(question.tables, question.level).select(place_id="id").distinct()
    rows = rows.semi_join(known, "place_id").filter(rows.year.between(*question.years))
    repeated = rows.group_by(["place_id", "year"]).agg(n=rows.count())
    if int(repeated.filter(repeated.n > 1).count().to_pyarrow().as_py()):
        raise BadParameter(
            "source", source, f"{indicator} has several values of one place and year; {_one_of(sources)}"
        )
    named_units = _texts(rows.unit)
    if len(named_units) > 1:
        raise BadParameter(
            "source", source, f"{indicator} comes in several units ({', '.join(named_units)}); {_one_of(sources)}"
        )
    useless = int(rows.filter(~ibis.coalesce(rows.value > 0, False)).count().to_pyarrow().as_py())
    if useless:
        question.timer.notes.append(f"Values of {indicator} that are not above 0 and are left out: {useless:,}.")
    rows = rows.filter(rows.value > 0).select("place_id", "year", amount="value")
    return question.tables.keep(("indicator", indicator, source), rows), (named_units or [""])[0]


def _refuse_ratio(rows: ir.Table, indicator: str) -> None:
    units_of_ratios = _texts(rows.filter(rows.kind == "ratio").unit)
    if int(rows.filter(rows.kind == "ratio").count().to_pyarrow().as_py()):
        unit = f" (unit: {', '.join(units_of_ratios)})" if units_of_ratios else ""
        raise BadParameter(
            "indicator",
            indicator,
            f"it is a ratio already{unit}, and a measure divided by a ratio has no meaning. Take an indicator that is "
            "an amount, such as persons or euros. If this one is an amount, ingest its rows again with a column kind "
            "that holds amount",
        )


def _one_of(sources: list[str]) -> str:
    return f"name one of {', '.join(sources)}" if len(sources) > 1 else "the rows of one source must agree"


def _note_missing(question: Question, missing: ir.Table, indicator: str) -> None:
    number = int(missing.count().to_pyarrow().as_py())
    question.timer.facts["places_without"] = number
    if number:
        question.timer.notes.append(
            f"Of the places with an article {number:,} have no {indicator} in these years and no row here."
        )


def _texts(column: ir.StringColumn) -> list[str]:
    """Distinct texts of a column in order."""
    found: list[str] = [text for text in column.as_table().distinct().to_pyarrow()[0].to_pylist() if text]
    return sorted(found)
