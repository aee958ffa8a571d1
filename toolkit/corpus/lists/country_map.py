"""The user's country map: which country's code stands for which, on every place of the works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa

__all__ = ["change_countries", "country_changes", "known_countries"]

_CHANGES: Final = pa.schema([("code", pa.string()), ("becomes", pa.string())])
_KNOWN: Final = """
SELECT country FROM cities WHERE country IS NOT NULL UNION SELECT country FROM institutions WHERE country IS NOT NULL
"""
# a region keeps the country it was told in: GeoNames' codes of two countries' divisions are often the same
_CHANGE: Final = """
UPDATE cities SET admin1 = country || '-' || nullif(admin1, ''), country = becomes FROM given WHERE country = code;
UPDATE institutions SET country = becomes FROM given WHERE country = code;
UPDATE registry SET country = becomes FROM given WHERE country = code;
"""


def country_changes(rows: Sequence[Mapping[str, Any]], known: set[str]) -> tuple[dict[str, str], list[str]]:
    """Code -> the code that it becomes, and for each row why it says nothing (empty where it does).

    Parameters
    ----------
    rows
        ``code`` and ``becomes``, both codes of countries.
    known
        Countries that some place of the works lies in.

    Examples
    --------
    >>> rows = [{"code": "HK", "becomes": "CN"}, {"code": "HK", "becomes": "GB"}, {"code": "MO", "becomes": "HK"}]
    >>> country_changes(rows, {"HK", "MO"})[0]
    {'HK': 'CN'}
    """
    changes: dict[str, str] = {}
    changed = {row["code"] for row in rows}
    reasons = []
    for row in rows:
        code, becomes = row["code"], row["becomes"]
        if becomes in changed:
            reasons.append("the country that it becomes is itself changed by the map")
        elif code not in known:
            reasons.append("a country of the map that no place of the works lies in")
        elif changes.setdefault(code, becomes) != becomes:
            reasons.append(f"another country for this one was taken: {changes[code]}")
        else:
            reasons.append("")
    return changes, reasons


def known_countries(db: duckdb.DuckDBPyConnection) -> set[str]:
    """Countries of the cities and institutions of the works."""
    return {row[0] for row in db.execute(_KNOWN).fetchall()}


def change_countries(db: duckdb.DuckDBPyConnection, changes: Mapping[str, str]) -> None:
    """Change the country of cities, institutions and registry rows; a region's code begins with its old country."""
    if changes:
        rows = [{"code": code, "becomes": becomes} for code, becomes in sorted(changes.items())]
        db.register("given", pa.Table.from_pylist(rows, schema=_CHANGES))
        db.execute(_CHANGE)
