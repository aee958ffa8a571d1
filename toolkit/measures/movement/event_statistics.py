"""Statistics of an event study: means by event time with bootstrap intervals, and difference-in-differences.

They describe what goes with an event. Nobody drew lots who moves, so none of this says what the event caused.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import DataError, SettingsError

__all__ = [
    "REPLICATES",
    "DifferenceInDifferences",
    "Floats",
    "difference_in_differences",
    "event_panel",
    "mean_by_event_time",
]

REPLICATES: Final = 1000
"""Bootstrap samples of an interval."""
_CHUNK: Final = 100
_REFERENCE: Final = -1
"""Event time that others are compared with [years]."""
_LEAST_PERSONS: Final = 10

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DifferenceInDifferences:
    """Difference-in-differences of one outcome.

    Attributes
    ----------
    by_time
        ``t``, ``difference``, ``low``, ``high`` (95 %), relative to t = -1, which has none.
    after, low, high, p
        The difference of all t >= 0 from all t < 0, its 95 % interval and p-value.
    pre_trend_p
        p-value of no difference before the event (all t < -1 together); small values speak against the comparison.
    persons
        Persons on both sides.
    """

    by_time: pd.DataFrame
    after: float
    low: float
    high: float
    p: float
    pre_trend_p: float
    persons: int


def event_panel(events: pd.DataFrame, years: pd.DataFrame, *, outcome: str, span: tuple[int, int]) -> Floats:
    """One outcome of each person by event time.

    A year between a person's first and last article without an article of theirs is a year of nothing; years before
    the first and after the last are unknown.

    Parameters
    ----------
    events
        ``author_id``, ``year`` of the event, ``first_year``, ``last_year`` of the career; a row per person.
    years
        ``author_id``, ``year`` and the outcome.
    outcome
        Column of ``years``.
    span
        First and last event time [years].

    Returns
    -------
    numpy.ndarray
        A row per row of ``events``, a column per event time; NaN where unknown

    Examples
    --------
    >>> events = pd.DataFrame({"author_id": ["m"], "year": [2010], "first_year": [2009], "last_year": [2011]})
    >>> years = pd.DataFrame({"author_id": ["m", "m"], "year": [2009, 2011], "articles": [1, 3]})
    >>> event_panel(events, years, outcome="articles", span=(-2, 1))
    array([[nan,  1.,  0.,  3.]])
    """
    times = np.arange(span[0], span[1] + 1)
    calendar = events.year.to_numpy()[:, None] + times[None, :]
    known = (calendar >= events.first_year.to_numpy()[:, None]) & (calendar <= events.last_year.to_numpy()[:, None])
    panel = np.where(known, 0.0, np.nan)
    rows = events[["author_id", "year"]].reset_index(names="row").rename(columns={"year": "event"})
    rows["row"] = np.arange(len(events))
    found = rows.merge(years[["author_id", "year", outcome]], on="author_id")
    found["t"] = found.year - found.event
    found = found[found.t.between(*span)]
    panel[found.row.to_numpy(), (found.t - span[0]).to_numpy()] = found[outcome].to_numpy(dtype="float64")
    return panel


def mean_by_event_time(
    panel: Floats, *, span: tuple[int, int], replicates: int = REPLICATES, seed: int = 0
) -> pd.DataFrame:
    """Mean of a panel at each event time, with a 95 % percentile bootstrap interval over persons.

    Each replicate draws as many persons as there are, with replacement, whole careers at a time. Rows are sorted by
    their values first, so the interval does not depend on the order of persons or on their ids.

    Parameters
    ----------
    panel
        What :func:`event_panel` gives, or a difference of two; a row per person, NaN where unknown.
    span
        First and last event time [years].
    replicates
        Bootstrap samples; 0 for no interval.
    seed
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        ``t`` [years], ``n`` [persons], ``mean``, ``low``, ``high``; NaN where n is 0

    References
    ----------
    B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. doi 10.1201/9780429246593

    Examples
    --------
    >>> mean_by_event_time(np.array([[1.0, 3.0], [3.0, np.nan]]), span=(0, 1), replicates=0)
       t  n  mean  low  high
    0  0  2   2.0  NaN   NaN
    1  1  1   3.0  NaN   NaN
    """
    panel = panel[np.lexsort(np.where(np.isnan(panel), -np.inf, panel).T)] if panel.size else panel
    known = ~np.isnan(panel)
    filled = np.where(known, panel, 0.0)
    counts = known.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = filled.sum(axis=0) / counts
    low = high = np.full(panel.shape[1], np.nan)
    if replicates and len(panel):
        low, high = _percentiles(filled, known.astype("float64"), replicates=replicates, seed=seed)
    times = np.arange(span[0], span[1] + 1)
    return pd.DataFrame({"t": times, "n": counts, "mean": mean, "low": low, "high": high})


def _percentiles(filled: Floats, known: Floats, *, replicates: int, seed: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    persons = len(filled)
    chance = np.full(persons, 1.0 / persons)
    means = []
    for start in range(0, replicates, _CHUNK):
        drawn = random.multinomial(persons, chance, size=min(_CHUNK, replicates - start)).astype("float64")
        with np.errstate(invalid="ignore"):
            means.append(drawn @ filled / (drawn @ known))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an event time that nobody is known at has no interval
        low, high = np.nanpercentile(np.vstack(means), [2.5, 97.5], axis=0)
    return low, high


def difference_in_differences(
    rows: pd.DataFrame, *, outcome: str, called: str | None = None
) -> DifferenceInDifferences:
    """Difference-in-differences between people with an event and their comparison group.

    ``y_pt = a_p + b_year + sum over k != -1 of d_k [p has the event and t = k] + e`` with effects of persons and
    years; errors clustered by person. ``after`` is the one d
    for t >= 0 that stands in for all d_k.

    Parameters
    ----------
    rows
        ``person``, ``stay`` (a person's stretch of years; a person may serve more than once), ``year``, ``t``,
        ``treated`` (0 or 1) and the outcome; a row per stay and year.
    outcome
        Column of ``rows``.
    called
        What messages call it; its own name if left out.

    Returns
    -------
    DifferenceInDifferences
        Descriptive, never causal: who moves differs from who stays in more than is matched.

    Raises
    ------
    SettingsError
        The extra ``stats`` is not installed.
    DataError
        There are fewer than 10 persons on a side, or the outcome never differs.

    References
    ----------
    J. D. Angrist, J.-S. Pischke, Mostly Harmless Econometrics (2009), chapter 5. doi 10.1515/9781400829828. The
    estimator is ``PanelOLS`` of the library linearmodels.
    """
    try:
        from linearmodels.panel import PanelOLS
    except ImportError as error:
        raise SettingsError(
            "Difference-in-differences needs the extra stats. Install it: pip install 'scicities[stats]'."
        ) from error
    for side, name in ((1, "with the event"), (0, "to compare with")):
        number = rows.loc[rows.treated == side, "person"].nunique()
        if number < _LEAST_PERSONS:
            raise DataError(
                f"There are {number} persons {name}; difference-in-differences asks for {_LEAST_PERSONS} on each side. "
                "Widen the years or the level."
            )
    panel = rows.set_index(["stay", "year"])
    if panel[outcome].nunique() < 2:
        raise DataError(f"{called or outcome} never differs, so there is nothing to compare.")
    clusters = panel["person"].astype("category").cat.codes.to_frame()
    times = sorted(set(panel.t) - {_REFERENCE})
    dummies = {f"t{t:+d}": ((panel.treated == 1) & (panel.t == t)).astype("float64") for t in times}
    dummies = {name: column for name, column in dummies.items() if column.any()}

    def fitted(columns: dict[str, pd.Series[float]]) -> Any:
        model = PanelOLS(
            panel[outcome].astype("float64"), pd.DataFrame(columns), entity_effects=True, time_effects=True
        )
        return model.fit(cov_type="clustered", clusters=clusters)

    by_time = fitted(dummies)
    interval = by_time.conf_int()
    shown = pd.DataFrame(
        {
            "t": [int(name[1:]) for name in dummies],
            "difference": by_time.params[list(dummies)].to_numpy(),
            "low": interval.loc[list(dummies), "lower"].to_numpy(),
            "high": interval.loc[list(dummies), "upper"].to_numpy(),
        }
    )
    early = [name for name in dummies if int(name[1:]) < _REFERENCE]
    pre_trend = float("nan")
    if early:
        none_of_them = pd.DataFrame(np.eye(len(dummies)), columns=list(dummies)).iloc[: len(early)]
        pre_trend = float(by_time.wald_test(restriction=none_of_them).pval)
    pooled = fitted({"after": ((panel.treated == 1) & (panel.t >= 0)).astype("float64")})
    ends = pooled.conf_int().loc["after"]
    return DifferenceInDifferences(
        by_time=shown,
        after=float(pooled.params["after"]),
        low=float(ends["lower"]),
        high=float(ends["upper"]),
        p=float(pooled.pvalues["after"]),
        pre_trend_p=pre_trend,
        persons=int(rows.person.nunique()),
    )
