"""Our own statements: files beside this module, with labels and property names filled in.

Values are parameters; labels, types and property names can't be, so a file has them as ``<name>``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

__all__ = ["statement"]


def statement(name: str, **names: str) -> str:
    """Text of ``statements/<name>.cypher`` with every ``<key>`` replaced.

    Parameters
    ----------
    name
        Path below ``statements``, without ending.
    **names
        What stands for each ``<key>``; only names of our own layout, never what a user gave.

    Examples
    --------
    >>> statement("project/names", label="City", key="id").splitlines()[1]
    'MATCH (n:City)'
    """
    text = _text(name)
    for key, value in names.items():
        text = text.replace(f"<{key}>", value)
    return text


@cache
def _text(name: str) -> str:
    path = resources.files("toolkit.graphdb").joinpath("statements", *f"{name}.cypher".split("/"))
    return path.read_text(encoding="utf-8")
