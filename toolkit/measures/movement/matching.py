"""A comparison group: for each person with an event a similar person without one."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import BadParameter

__all__ = ["MATCH_COLUMNS", "MATCH_WINDOW", "POOLS", "matched_comparison"]

POOLS: Final = ("never-movers", "not-yet-movers")
"""Who may be compared with: people who never move, or also those who move only after the years looked at."""
MATCH_WINDOW: Final = 5
"""Years before the event over which output is compared [years]."""
MATCH_COLUMNS: Final = ("author_id", "comparison_id", "year", "output_before", "comparison_output_before")
NO_SUBJECT: Final = ""


def matched_comparison(
    events: pd.DataFrame,
    careers: pd.DataFrame,
    output: pd.DataFrame,
    subjects: pd.DataFrame,
    *,
    pool: str = "never-movers",
    until: int = 5,
    window: int = MATCH_WINDOW,
    seed: int = 0,
) -> pd.DataFrame:
    """One person for each person with an event: the same first year, the same main subject, output before most alike.

    Persons with an event in year y are matched in the order of y, within a year by fewest articles before (equals in an
    order drawn with ``seed``), each with an unused candidate who has the same first year, the same main subject of the
    articles before y (all of several tied ones), and an article in y (every mover has one, or the move would not be
    observed). Among these candidates the one whose number of articles in [y - ``window``, y - 1] is nearest is chosen;
    of equals the one drawn first. A person without a candidate remains unmatched.

    The draws start from an order of what people published, so relabelled ids give the same draws. Only people with the
    same subjects and the same ``output`` in each year are drawn in the order of their ids.

    Parameters
    ----------
    events
        ``author_id``, ``year``.
    careers
        ``author_id``, ``first_year``, ``last_year``, ``move_year`` (of the first move or event; missing for those who
        have none); a row for everybody, those with events among them.
    output
        ``author_id``, ``year``, ``articles``; further columns help to tell people apart before the draw.
    subjects
        ``author_id``, ``year``, ``subject``, ``part``.
    pool
        One of :data:`POOLS`. Not-yet-movers move later than y + ``until``.
    until, window
        Years after and before the event [years].
    seed
        Of the order among equals.

    Returns
    -------
    pandas.DataFrame
        ``author_id``, ``comparison_id``, ``year``, ``output_before``, ``comparison_output_before`` [articles]

    Raises
    ------
    BadParameter
        There is no such pool.

    Examples
    --------
    >>> events = pd.DataFrame({"author_id": ["m"], "year": [2010]})
    >>> careers = pd.DataFrame(
    ...     {"author_id": ["m", "a", "b"], "first_year": 2005, "last_year": 2015, "move_year": [2010, None, None]}
    ... )
    >>> counts = {"m": 4, "a": 1, "b": 5}
    >>> rows = [(name, year, articles) for name, articles in counts.items() for year in (2009, 2010)]
    >>> output = pd.DataFrame(rows, columns=["author_id", "year", "articles"])
    >>> subjects = pd.DataFrame({"author_id": [], "year": [], "subject": [], "part": []})
    >>> matched_comparison(events, careers, output, subjects)["comparison_id"].tolist()
    ['b']
    """
    if pool not in POOLS:
        raise BadParameter("comparison", pool, f"it is one of {', '.join(POOLS)}, or left out")
    ordered = careers.assign(published=_fingerprints(careers, output, subjects))
    ordered = ordered.sort_values(["first_year", "last_year", "move_year", "published", "author_id"])
    shuffled = ordered.drop(columns="published").sample(frac=1, random_state=seed).reset_index(drop=True)
    shuffled["drawn"] = np.arange(len(shuffled))
    writing = {year: set(rows.author_id) for year, rows in output.groupby("year")}
    used: set[str] = set()
    found: list[tuple[str, str, int, int, int]] = []
    years: list[int] = sorted(set(events.year.astype("int64").tolist()))
    for year in years:
        treated = events.author_id[events.year == year]
        group = _described(shuffled, output, subjects, year=year, window=window)
        free = group.move_year.isna()
        if pool == "not-yet-movers":
            free |= group.move_year > year + until
        free &= group.author_id.isin(writing.get(year, set())) & ~group.author_id.isin(used | set(treated))
        cells = dict(iter(group[free].groupby(["first_year", "subject"], sort=False)))
        person: Any
        for person in group[group.author_id.isin(treated)].sort_values(["before", "drawn"]).itertuples():
            best = _nearest(cells.get((person.first_year, person.subject)), person.before, used)
            if best is not None:
                used.add(best.author_id)
                found.append((person.author_id, best.author_id, year, int(person.before), int(best.before)))
    return pd.DataFrame(found, columns=list(MATCH_COLUMNS))


def _fingerprints(careers: pd.DataFrame, output: pd.DataFrame, subjects: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """A number for what each person published, whatever the ids: equal for equal output and subjects by year."""
    found = pd.Series(np.uint64(0), index=pd.Index(careers.author_id))
    for rows in (output, subjects.assign(part=subjects.part.astype("float64").round(9))):
        content = rows.drop(columns="author_id")
        if content.empty:
            continue
        hashes = pd.util.hash_pandas_object(content[sorted(map(str, content.columns))].astype("string"), index=False)
        sums = hashes.groupby(rows.author_id.to_numpy()).sum()  # whatever the order of rows
        found += sums.reindex(found.index, fill_value=0).astype("uint64")
    return found.to_numpy(dtype="uint64")


def _nearest(cell: pd.DataFrame | None, before: int, used: set[str]) -> Any:
    """The unused candidate of a cell whose output is nearest; of equals the one drawn first; ``None`` without any."""
    if cell is None:
        return None
    left = cell[~cell.author_id.isin(used)]
    if left.empty:
        return None
    distance = np.abs(left.before.to_numpy() - before)
    return left.iloc[int(np.lexsort((left.drawn.to_numpy(), distance))[0])]


def _described(
    careers: pd.DataFrame, output: pd.DataFrame, subjects: pd.DataFrame, *, year: int, window: int
) -> pd.DataFrame:
    """``careers`` begun before ``year`` with ``before`` (articles of the window) and ``subject`` (main one before)."""
    begun = careers[careers.first_year < year]
    recent = output[output.year.between(year - window, year - 1)].groupby("author_id").articles.sum()
    parts = subjects[subjects.year < year].groupby(["author_id", "subject"]).part.sum().reset_index()
    parts["part"] = parts.part.astype("float64").round(9)
    most = parts[parts.part == parts.groupby("author_id").part.transform("max")]
    main = most.sort_values("subject").groupby("author_id").subject.agg("\n".join)
    return begun.assign(
        before=begun.author_id.map(recent).fillna(0).astype("int64"),
        subject=begun.author_id.map(main).astype(object).where(begun.author_id.isin(main.index), NO_SUBJECT),
    )
