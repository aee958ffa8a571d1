"""Names as printed tables and figures show them: with the country where two places have the same name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["labelled", "told_apart"]

_NAMED: Final = (
    ("id", "name"),
    ("a_id", "a_name"),
    ("b_id", "b_name"),
    ("from_id", "from_name"),
    ("to_id", "to_name"),
    ("place_id", "place_name"),
    ("city_id", "city"),
)
"""Columns of ids, and of the names beside them."""


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with the labels of its ``attrs["labels"]``, by id, in place of names.

    Files keep the names as they are: the id or the country beside them tells places of one name apart.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"id": ["1", "3"], "name": ["Cambridge", "Rome"]})
    >>> frame.attrs["labels"] = {"1": "Cambridge (GB)"}
    >>> labelled(frame).name.tolist()
    ['Cambridge (GB)', 'Rome']
    """
    labels: Mapping[str, str] = frame.attrs.get("labels", {})
    shown = {
        name: [labels.get(place, own) for place, own in zip(frame[key], frame[name], strict=True)]
        for key, name in _NAMED
        if labels and key in frame.columns and name in frame.columns
    }
    return frame.assign(**shown) if shown else frame


def told_apart(names: Mapping[str, str], labels: Mapping[str, str] | None = None) -> dict[str, str]:
    """Names by id for a figure: the label of a place that has one; the id after a name that several still have.

    Examples
    --------
    >>> told_apart({"1": "Cambridge", "2": "Cambridge"}, {"1": "Cambridge (GB)", "2": "Cambridge (US)"})
    {'1': 'Cambridge (GB)', '2': 'Cambridge (US)'}
    >>> told_apart({"x": "Institute of Physics", "y": "Institute of Physics"})
    {'x': 'Institute of Physics (x)', 'y': 'Institute of Physics (y)'}
    """
    shown = {key: (labels or {}).get(key, name) for key, name in names.items()}
    several = {name for name, number in Counter(shown.values()).items() if number > 1}
    return {key: f"{name} ({key})" if name in several else name for key, name in shown.items()}
