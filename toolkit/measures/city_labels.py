"""Labels of cities whose name another city of the records has as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

__all__ = ["LABELS", "city_labels", "labels_of", "with_labels"]

LABELS = "labels"
"""Key of a frame's ``attrs`` with the labels of its ids; printed tables and figures show them as names."""


def city_labels(cities: Iterable[tuple[str, str | None, str | None, str | None]]) -> dict[str, str]:
    """``{id: label}`` of the cities that share their name: with the country, within one country with the region too.

    Parameters
    ----------
    cities
        Id, name, country and region of every city of the records.

    Examples
    --------
    >>> city_labels([("1", "Cambridge", "GB", None), ("2", "Cambridge", "US", None), ("3", "Rome", "IT", None)])
    {'1': 'Cambridge (GB)', '2': 'Cambridge (US)'}
    >>> city_labels([("1", "Springfield", "US", "Illinois"), ("2", "Springfield", "US", "Ohio")])
    {'1': 'Springfield (Illinois, US)', '2': 'Springfield (Ohio, US)'}
    """
    named: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for city, name, country, region in cities:
        if name:
            named[name].append((city, country or "", region or ""))
    labels = {}
    for name, places in named.items():
        for city, country, region in places if len(places) > 1 else ():
            alone = sum(country == other for _, other, _ in places) == 1
            region_known = sum((country, region) == other[1:] for other in places) == 1
            where = (country,) if alone else (region, country) if region_known else (region, country, city)
            labels[city] = f"{name} ({', '.join(filter(None, where)) or city})"
    return labels


def labels_of(cities: ir.Table) -> dict[str, str]:
    """Labels of the cities of a canonical table, see :func:`city_labels`."""
    columns = cities.select("city_id", "name", "country", "region").to_pyarrow().columns
    return city_labels(zip(*(column.to_pylist() for column in columns), strict=True))


def with_labels(frame: pd.DataFrame, labels: Mapping[str, str] | None) -> pd.DataFrame:
    """``frame`` with the labels of the ids it holds in its ``attrs``, where tables and figures find them."""
    ids = [name for name in frame.columns if name == "id" or name.endswith("_id")]
    here = {place for name in ids for place in frame[name].unique()} if labels else set()
    found = {place: label for place, label in (labels or {}).items() if place in here}
    if found:
        frame.attrs[LABELS] = found
    return frame
