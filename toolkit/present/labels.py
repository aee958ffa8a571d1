"""Names as printed tables show them: with the country where two places have the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["labelled"]

_NAMED: Final = (
    ("id", "name"),
    ("a_id", "a_name"),
    ("b_id", "b_name"),
    ("from_id", "from_name"),
    ("to_id", "to_name"),
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
