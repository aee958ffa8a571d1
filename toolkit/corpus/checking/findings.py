"""The findings: what in the records looks wrong or is missing, as listings and as lines of the report.

Each finding is a section of the report of its own name: its numbers, the Share they concern, and under
``NAME: largest`` the three rows with the largest Share. The rows themselves are its listing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import pandas as pd

from toolkit.corpus.checking import listing_sql as rows_sql
from toolkit.corpus.checking import stranger_sql as strangers
from toolkit.corpus.checking import suspicion_sql as suspicion
from toolkit.corpus.checking.lines import Line
from toolkit.errors import BadParameter

__all__ = ["LISTINGS", "THRESHOLDS", "finding_lines", "listed", "listing_asked", "listing_name"]

THRESHOLDS: Final[Mapping[str, float]] = {
    "least_works": 5,
    "least_authors": 3,
    "together": 0.8,
    "far": 100,
    "abroad_works": 10,
    "abroad_authors": 5,
    "abroad_of_known": 0.95,
    "abroad_of_all": 0.75,
    "around": 2,
    "least_alone": 4,
    "alone_elsewhere": 0.8,
    "least_visitors": 5,
    "visitors": 0.6,
    "most_places": 20,
    "same_place": 30,
    "least_title": 20,
}
"""What the rules count as suspicious; ``docs/check.md`` states the rules. Distances in km."""

_LARGEST: Final = 3


@dataclass(frozen=True)
class Finding:
    """One kind of thing that looks wrong: its listing, and how the report tells it.

    Attributes
    ----------
    query
        Gives the listing.
    counts
        Item -> the rows counted under it.
    label
        Name of a row under ``NAME: largest``; empty for none.
    measured
        Column whose value stands beside the label.
    """

    query: str
    counts: Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]] = field(default_factory=dict)
    label: str = ""
    measured: str = ""


def _where(column: str, *values: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame[frame[column].isin(values)]


def _all(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


_FINDINGS: Final[Mapping[str, Finding]] = {
    "uncounted": Finding(rows_sql.UNCOUNTED),
    "unassigned": Finding(rows_sql.UNASSIGNED),
    "kin": Finding(rows_sql.KIN_PAIRS, {}, "{name} in {ancestor_name}", "authors"),
    "registry": Finding(
        rows_sql.REGISTRY,
        {
            "inactive institutions in use": _where("status", "inactive"),
            "withdrawn institutions in use": _where("status", "withdrawn"),
            "institutions without a ROR id": _where("status", "no ROR id"),
            "institutions not in the ROR that was read": _where("status", "not in the ROR that was read"),
        },
        "{name} ({status})",
        "works",
    ),
    "untyped": Finding(rows_sql.UNTYPED, {"institutions without a type": _all}, "{name}", "works"),
    "cities": Finding(
        rows_sql.CITIES,
        {"sites in another city than the registry's": _all},
        "{name}: {city}, registry {registry_city}",
        "affiliations",
    ),
    "placeless": Finding(
        rows_sql.PLACELESS,
        {
            f"cities with {what}": _where("lacks", what)
            for what in ("no country", "no coordinates", "no GeoNames id", "no region")
        },
    ),
    "matching": Finding(
        suspicion.MATCHING,
        {
            "institutions that sign with one far larger partner far off": _where("rule", "far from its partner"),
            "institutions without a place that sign with one larger partner": _where("rule", "place unknown"),
            "institutions whose authors otherwise sign from abroad": _where("rule", "partners abroad"),
            "institutions that sign with one larger partner near by": _where("rule", "near its partner"),
        },
        "{name} with {partner}",
        "affiliations",
    ),
    "strangers": Finding(
        strangers.STRANGERS,
        {
            "institutions whose authors are otherwise at one other": _where("rule", "authors of one other institution"),
            "institutions whose authors are there once and otherwise abroad": _where("rule", "authors from abroad"),
        },
        "{name}: {partner}",
        "strangers",
    ),
    "corridors": Finding(
        suspicion.CORRIDORS, {"pairs with authors going back and forth": _all}, "{a_name} - {b_name}", "back_and_forth"
    ),
    "people": Finding(
        suspicion.PEOPLE, {"authors at more than 20 institutions in a year": _all}, "{name}, {year}", "institutions"
    ),
    "circles": Finding(strangers.CIRCLES, {"institutions in a circle of ancestors": _all}),
    "orcids": Finding(suspicion.ORCIDS, {"author ids that share an ORCID": _all}),
    "doubles": Finding(
        suspicion.DOUBLES,
        {
            "works with another's DOI": _where("reason", "same DOI"),
            "works with another's title, year and an author": _where("reason", "same title, year and an author"),
        },
    ),
    "titles": Finding(
        strangers.TITLES,
        {
            "works without a title": _where("reason", "no title"),
            "works whose title is front matter": _where("reason", "front matter"),
            "works with markup in the title": _where("reason", "markup in the title"),
        },
    ),
}

LISTINGS: Final = ("rejects", "unlocated", *_FINDINGS, "names")
"""Names of the listings."""

_OTHER_NAMES: Final = {"rejected": "rejects", "noted": "rejects", "no city": "unlocated", "city names": "names"}
"""Sections of the report whose listing has another name."""


def listing_name(asked: str) -> str:
    """The listing that ``asked``, a listing or a section of the report, means.

    Raises
    ------
    BadParameter
        There is none of that name.

    Examples
    --------
    >>> listing_name("no city"), listing_name("kin: largest")
    ('unlocated', 'kin')
    """
    name = asked.partition(":")[0].strip().lower()
    name = _OTHER_NAMES.get(name, name)
    if name not in LISTINGS:
        raise BadParameter("list", asked, f"it is one of {', '.join(LISTINGS)}")
    return name


def listing_asked(
    name: str | None, *, rejects: bool = False, unlocated: bool = False, against: bool = False
) -> str | None:
    """The one listing asked for by a name or one of the two flags; ``None`` for the report itself.

    Raises
    ------
    BadParameter
        There is none of that name, several are asked for, or one beside the report of another workspace.
    """
    asked = [
        *([listing_name(name)] if name is not None else []),
        *(["rejects"] * rejects),
        *(["unlocated"] * unlocated),
    ]
    if len(asked) > 1:
        raise BadParameter("list", ", ".join(asked), "one listing at a time")
    if asked and against:
        raise BadParameter("against", asked[0], "lines are set beside another workspace's, listings are not")
    return asked[0] if asked else None


def listed(db: duckdb.DuckDBPyConnection, report: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """The listings, by name; the connection holds the canonical tables and those of ``PARTS``."""
    db.execute(suspicion.SIGNED)
    values: dict[str, float | str] = {**THRESHOLDS, "front_matter": strangers.FRONT_MATTER}
    values["ror_was_read"] = "true" if "ror" in report.get("inputs", {}) else "false"
    frames = {}
    for name, finding in _FINDINGS.items():
        frame = db.sql(finding.query.format(**values)).df()
        for column in ("share", "together", "km"):
            if column in frame:
                frame[column] = frame[column].astype(float).round(9) + 0.0
        if "year" in frame:
            frame["year"] = frame["year"].astype("Int64")
        frames[name] = frame
    return frames


def finding_lines(listings: Mapping[str, pd.DataFrame], counted: int) -> list[Line]:
    """Lines of the report on each finding; ``counted`` is the number of articles in Shares."""
    lines: list[Line] = []
    for name, finding in _FINDINGS.items():
        frame = listings[name]
        for item, chosen in finding.counts.items():
            rows = chosen(frame)
            lines.append((name, item, len(rows), _concerned(rows, counted)))
        if finding.label:
            lines += [(f"{name}: largest", *line) for line in _largest(frame, finding)]
    return lines


def _largest(frame: pd.DataFrame, finding: Finding) -> list[tuple[str, int, str]]:
    lines = []
    for row in frame.head(_LARGEST).to_dict("records"):
        partner = row.get("partner_name")
        row["partner"] = partner if isinstance(partner, str) else f"others in {row.get('partner_country')}"
        words = {str(key): "" if value is None or value is pd.NA else value for key, value in row.items()}
        lines.append((finding.label.format(**words), int(row[finding.measured]), f"Share {row['share']:.3f}"))
    return lines


def _concerned(rows: pd.DataFrame, counted: int) -> str:
    share = float(rows["share"].sum())
    part = f", {100 * share / counted:.2f} % of articles counted" if counted else ""
    return f"Share {share:.3f}{part}" if len(rows) else ""
