"""Small samples of one question: people who come back from abroad, people who stay, and what the return is worth.

They are canonical tables from the start, so hundreds of them are made in a minute; there is no truth to recover but the
effect, which is planted in all returnees alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter

__all__ = ["returnee_tables"]

_HOME: Final = ("XA", ("h1", "h2"))
_ABROAD: Final = ("XB", ("a1", "a2"))
_BEGINS: Final = (2000, 2004)
_YEARS: Final = 20
_STAYS: Final = (3, 6)
"""Years before leaving, and years abroad: at least, and below."""
_SPREAD: Final = 2.0
"""Shape of the gamma distribution of what people publish in a year; small numbers make people differ more."""


def returnee_tables(
    *, effect: float, returnees: int = 40, stayers: int = 120, yearly: float = 2.0, least: int = 1, seed: int = 0
) -> dict[str, pa.Table]:
    """Canonical tables of careers with a planted effect of returning.

    Person p publishes ``least + Poisson(l_p)`` articles a year alone, with l_p from a gamma distribution of mean
    ``yearly`` and the same for both kinds of people. Returnees begin in one country, leave after 3 to 5 years, stay
    abroad for 3 to 5, and from the year of their return on publish ``Poisson(effect)`` articles more. Stayers never
    leave.

    Parameters
    ----------
    effect
        Articles more in each year from the return on [articles/year]; 0 plants nothing.
    returnees, stayers
        People of each kind.
    yearly
        Mean of l_p [articles/year].
    least
        Articles that everybody has in each year. With 0 a return is dated by the first article after it, so people
        with a known return have published in its year.
    seed
        Of everything drawn.

    Raises
    ------
    BadParameter
        The effect is negative, or there is nobody.

    Examples
    --------
    >>> tables = returnee_tables(effect=1.0, returnees=2, stayers=3)
    >>> tables["authorships"]["author_id"].to_pandas().nunique()
    5
    """
    if effect < 0:
        raise BadParameter("effect", effect, "articles more in a year; 0 for none")
    if returnees < 1 or stayers < 1:
        raise BadParameter("returnees" if returnees < 1 else "stayers", min(returnees, stayers), "at least one of each")
    rng = np.random.default_rng(seed)
    people = returnees + stayers
    comes_back = np.arange(people) < returnees
    begins = rng.integers(*_BEGINS, people)[:, None]
    leaves = begins + rng.integers(*_STAYS, people)[:, None]
    returns = leaves + rng.integers(*_STAYS, people)[:, None]
    rate = rng.gamma(_SPREAD, yearly / _SPREAD, people)[:, None]
    years = begins + np.arange(_YEARS)
    written = least + rng.poisson(np.broadcast_to(rate, years.shape))
    more = rng.poisson(effect, years.shape)
    written += np.where(comes_back[:, None] & (years >= returns), more, 0)
    away = comes_back[:, None] & (years >= leaves) & (years < returns)
    house = np.where(away, len(_HOME[1]), 0) + rng.integers(0, 2, people)[:, None]
    person = np.repeat(np.arange(people), written.sum(axis=1))
    return _tables(person, np.repeat(years.ravel(), written.ravel()), np.repeat(house.ravel(), written.ravel()))


def _tables(person: np.ndarray, year: np.ndarray, house: np.ndarray) -> dict[str, pa.Table]:
    """Tables of articles that one person signs from one house each."""
    number = len(person)
    works = [f"W{place}" for place in range(number)]
    authors = [f"A{place:05d}" for place in person]
    houses = [*_HOME[1], *_ABROAD[1]]
    countries = [_HOME[0]] * len(_HOME[1]) + [_ABROAD[0]] * len(_ABROAD[1])
    known = sorted(set(authors))
    given = {
        "works": {
            "work_id": works,
            "year": year.tolist(),
            "type": ["article"] * number,
            "n_authors": [1] * number,
            "authors_truncated": [False] * number,
            "source": ["returnees"] * number,
        },
        "authorships": {
            "work_id": works,
            "author_key": authors,
            "author_id": authors,
            "author_position": [1] * number,
            "site_id": [f"{houses[place]}@{countries[place]}1" for place in house],
        },
        "authors": {"author_id": known, "name": [f"Made-up {author}" for author in known]},
        "institutions": {"institution_id": houses, "name": houses, "country": countries},
        "sites": {
            "site_id": [f"{house}@{code}1" for house, code in zip(houses, countries, strict=True)],
            "institution_id": houses,
            "city_id": [f"{code}1" for code in countries],
        },
        "cities": {"city_id": ["XA1", "XB1"], "name": ["City XA", "City XB"], "country": ["XA", "XB"]},
    }
    tables = {}
    for name, columns in given.items():
        schema, rows = TABLES[name], len(next(iter(columns.values())))
        arrays = [
            pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(rows, field.type)
            for field in schema
        ]
        tables[name] = pa.Table.from_arrays(arrays, schema=schema)
    return tables
