"""A comparison group: for each person with an event somebody like them without one."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from toolkit.errors import BadParameter

__all__ = ["MATCH_WINDOW", "POOLS", "matched_comparison"]

POOLS: Final = ("never-movers", "not-yet-movers")
"""Who may be compared with: people who never move, or also those who move only after the years looked at."""
MATCH_WINDOW: Final = 5
"""Years before the event over which output is compared [years]."""
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

    Persons with an event in year y are matched in the order of y and their ids, each with an unused candidate who has
    the same first year, the same main subject of the articles before y, and an article in y or later; among these the
    one whose number of articles in [y - ``window``, y - 1] is nearest; of equals one drawn with ``seed``. Whom no
    candidate is like stays alone.

    Parameters
    ----------
    events
        ``author_id``, ``year``.
    careers
        ``author_id``, ``first_year``, ``last_year``, ``move_year`` (of the first move or event; missing for those who
        have none); a row for everybody, those with events among them.
    output
        ``author_id``, ``year``, ``articles``.
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
    >>> output = pd.DataFrame({"author_id": ["m", "a", "b"], "year": [2009] * 3, "articles": [4, 1, 5]})
    >>> subjects = pd.DataFrame({"author_id": [], "year": [], "subject": [], "part": []})
    >>> matched_comparison(events, careers, output, subjects)["comparison_id"].tolist()
    ['b']
    """
    if pool not in POOLS:
        raise BadParameter("comparison", pool, f"it is one of {', '.join(POOLS)}, or left out")
    shuffled = careers.sort_values("author_id").sample(frac=1, random_state=seed).reset_index(drop=True)
    shuffled["drawn"] = np.arange(len(shuffled))
    used: set[str] = set()
    found = []
    for year, treated in events.sort_values(["year", "author_id"]).groupby("year", sort=True):
        group = _described(shuffled, output, subjects, year=int(year), window=window)
        persons = group[group.author_id.isin(treated.author_id)]
        moves_later = group.move_year.isna() | ((group.move_year > year + until) if pool == "not-yet-movers" else False)
        free = moves_later & (group.last_year >= year) & ~group.author_id.isin(used | set(treated.author_id))
        cells = dict(iter(group[free].groupby(["first_year", "subject"], sort=False)))
        for person in persons.sort_values("author_id").itertuples():
            cell = cells.get((person.first_year, person.subject))
            if cell is None:
                continue
            left = cell[~cell.author_id.isin(used)]
            if left.empty:
                continue
            distance = (left.before - person.before).abs().to_numpy()
            best = left.iloc[int(np.lexsort((left.drawn.to_numpy(), distance))[0])]
            used.add(best.author_id)
            found.append((person.author_id, best.author_id, int(year), int(person.before), int(best.before)))
    columns = ["author_id", "comparison_id", "year", "output_before", "comparison_output_before"]
    return pd.DataFrame(found, columns=columns)


def _described(
    careers: pd.DataFrame, output: pd.DataFrame, subjects: pd.DataFrame, *, year: int, window: int
) -> pd.DataFrame:
    """``careers`` begun before ``year`` with ``before`` (articles of the window) and ``subject`` (main one before)."""
    begun = careers[careers.first_year < year]
    recent = output[output.year.between(year - window, year - 1)].groupby("author_id").articles.sum()
    parts = subjects[subjects.year < year].groupby(["author_id", "subject"], as_index=False).part.sum()
    parts["part"] = parts.part.astype("float64").round(9)
    parts = parts.sort_values(["part", "subject"], ascending=[False, True], kind="stable")
    main = parts.drop_duplicates("author_id").set_index("author_id").subject
    return begun.assign(
        before=begun.author_id.map(recent).fillna(0).astype("int64"),
        subject=begun.author_id.map(main).astype(object).where(begun.author_id.isin(main.index), NO_SUBJECT),
    )
