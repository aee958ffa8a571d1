"""Paths as people type them and as engines read them."""

from __future__ import annotations

import glob
import os
from pathlib import Path

__all__ = ["absolute", "engine_path", "expanded"]


def expanded(given: str | Path) -> Path:
    """The path with a leading ``~`` or ``~user`` replaced by a home folder; any other ``~name`` is a plain name.

    Examples
    --------
    >>> expanded("~no-such-user/data")
    PosixPath('~no-such-user/data')
    """
    return Path(os.path.expanduser(given))  # noqa: PTH111 - Path.expanduser fails on a folder called "~name"


def absolute(path: str | Path) -> Path:
    """The path from the root on, without ``..``; links stay as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links


def engine_path(path: str | Path) -> str:
    """The text that makes an engine read exactly the file ``path``.

    Engines take paths for patterns (``[``, ``*``, ``?``), a leading ``~`` for the home folder and a relative ``a:b``
    for an address; an absolute path with its pattern characters escaped is none of these.

    Examples
    --------
    >>> engine_path("/data/study [2024]/works.parquet")
    '/data/study [[]2024]/works.parquet'
    """
    return glob.escape(str(absolute(path)))
