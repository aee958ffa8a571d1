"""The lines of the reconciliation report, section by section; ``docs/check.md`` explains each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import duckdb
import pandas as pd

from toolkit.corpus.checking.queries import CONSISTENCY, KIN, SITES, TOTALS, WORKS

__all__ = [
    "consistency_lines",
    "differences",
    "invariant_lines",
    "missing_city_lines",
    "record_lines",
    "reject_lines",
    "site_lines",
    "work_lines",
    "year_lines",
]

Line = tuple[str, str, Any, str]
"""(section, item, value, note)"""

EXAMPLES: Final = 3
"""Places named for each reason of rejection."""

ORIGINS: Final = {
    "record": "the work's record names it",
    "affiliation": "the author's address names it",
    "table": "the user's table of institutions",
    "ror": "ROR",
    "openalex": "OpenAlex's institution record",
    "none": "nothing names one",
}

_REGISTRIES: Final = (
    ("older records of a registry", "superseded", "the record modified last is used"),
    ("older records that say something else", "differing", "see section rejected"),
    ("rows of tables that contradict an earlier row", "differing_rows", "see section noted"),
)
"""Item, its count in the report's ``registries``, and the note."""

NOTE_ON_KEPT: Final = "kept"
"""Reasons that start so are notes on records that were kept."""


def differences(frame: pd.DataFrame) -> pd.Series[float]:
    """Shares + unassigned + unlocated - articles, a row per year and one for all years together.

    Rounded to 9 decimals: the noise beyond depends on the order in which threads add up.
    """
    each = frame["assigned"] + frame["unassigned"] + frame["unlocated"] - frame["counted"]
    return pd.concat([each, pd.Series([each.sum()])], ignore_index=True).astype(float).round(9) + 0.0


def record_lines(report: Mapping[str, Any]) -> list[Line]:
    """Records read, kept and left out, by kind of input; ``report`` is that of ``state.json``."""
    lines: list[Line] = []
    for kind, counts in sorted(report.get("inputs", {}).items()):
        section = f"input: {kind}"
        lost = sum(number for reason, number in counts["rejects"].items() if not reason.startswith(NOTE_ON_KEPT))
        left = sorted(counts["left_out"].items())
        lines.append((section, "inputs", counts["files"], "files; tables read together are one"))
        lines.append((section, "records read", counts["read"], ""))
        lines += [(section, f"left out, {reason}", number, "") for reason, number in left]
        lines.append((section, "rejected", lost, "see the sections below"))
        lines.append((section, "kept", counts["kept"], "records; those of one work are two here"))
        lines += [(section, fact, number, "") for fact, number in sorted(counts["facts"].items())]
    return lines


def reject_lines(rejects: pd.DataFrame) -> list[Line]:
    """Records set aside and notes on records kept, by reason, each with its first places."""
    lines: list[Line] = []
    for section, kept in (("rejected", False), ("noted", True)):
        chosen = rejects[rejects["reason"].str.startswith(NOTE_ON_KEPT) == kept]
        for reason, group in chosen.groupby("reason", sort=True):
            places = [f"{row.source}:{row.line}" for row in group.head(EXAMPLES).itertuples()]
            more = ", …" if len(group) > EXAMPLES else ""
            lines.append((section, str(reason), len(group), ", ".join(places) + more))
    return lines


def work_lines(db: duckdb.DuckDBPyConnection, report: Mapping[str, Any]) -> list[Line]:
    """Works kept and what they lack; authors and affiliations; ``report`` is that of ``state.json``."""
    works, totals, kin = (_row(db, query) for query in (WORKS, TOTALS, KIN))
    window = f"{works['first_year']}-{works['last_year']}" if works["first_year"] is not None else ""
    lines: list[Line] = []
    if "works" in report:
        lines.append(("works", "the same work once more", report["works"]["duplicates"], "the latest record is kept"))
    lines += [
        ("works", "kept", works["kept"], window),
        ("works", "without authors", works["without_authors"], "in no Share"),
        ("works", "without a year", works["without_year"], "in no Share"),
        ("works", "author list cut", works["truncated"], "in no Share unless asked for"),
        ("works", "more than 100 authors", works["long_lists"], ""),
        ("works", "counted in Shares", works["counted"], "with authors and a year, not cut"),
    ]
    lines += _author_lines(totals, works["counted"])
    twice = report.get("authors", {}).get("listed_twice")
    if twice is not None:
        lines.append(("authors listed twice", "authors listed twice on a work", twice, "one author, all affiliations"))
    told = f"on {_several(kin['works'], 'work')}, Share {kin['share']:.3f}"
    lines.append(("kin", "authors at an institution and its ancestor", kin["authors"], told))
    return lines


def _author_lines(totals: Mapping[str, Any], counted: int) -> list[Line]:
    """Authors and their affiliations, with the parts of the ``counted`` articles that are nobody's or nowhere."""
    authors, affiliations = totals["authors"], totals["affiliations"]
    nobodys, nowhere = totals["without_affiliation"], totals["without_city"]
    unassigned, unlocated = totals["unassigned"], totals["unlocated"]
    return [
        ("authors", "authors on works", authors, "an author counts once on each work"),
        ("authors", "without an id", totals["without_id"], "each an author of its own"),
        ("authors", "without affiliation", nobodys, _part(nobodys, authors, "authors on works")),
        ("authors", "unassigned Share", _number(unassigned), _part(unassigned, counted, "articles counted")),
        ("affiliations", "author and site", affiliations, ""),
        ("affiliations", "without a city", nowhere, _part(nowhere, affiliations, "affiliations")),
        ("affiliations", "without a country", totals["without_country"], ""),
        ("affiliations", "unlocated Share", _number(unlocated), _part(unlocated, counted, "articles counted")),
    ]


def missing_city_lines(unlocated: pd.DataFrame) -> list[Line]:
    """Affiliations without a city, by country."""
    by_country: Counter[str] = Counter()
    institutions: Counter[str] = Counter()
    for row in unlocated.itertuples():
        country = row.country if isinstance(row.country, str) else "no country"
        by_country[country] += int(row.affiliations)  # type: ignore[arg-type]
        institutions[country] += 1
    return [
        ("no city", country, count, _several(institutions[country], "institution"))
        for country, count in sorted(by_country.items(), key=lambda item: (-item[1], item[0]))
    ]


def year_lines(years: Mapping[str, pd.DataFrame]) -> list[Line]:
    """Works of each year, and the largest difference of the year's invariant over the levels."""
    frames = list(years.values())
    lines: list[Line] = []
    for position, row in enumerate(frames[0].itertuples()):
        largest = max((float(differences(frame).iloc[position]) for frame in frames), key=abs)
        year = str(row.year)
        note = f"{row.with_authors} with authors, {row.counted} counted, difference {largest:.1e}"
        lines.append(("years", year, int(row.works), note))  # type: ignore[arg-type]
    return lines


def invariant_lines(years: Mapping[str, pd.DataFrame]) -> list[Line]:
    """The invariant at each level, over all years."""
    lines: list[Line] = []
    for level, frame in years.items():
        lines += [
            (f"invariant: {level}", "sum of Shares", _number(frame["assigned"].sum()), ""),
            (f"invariant: {level}", "+ unassigned", _number(frame["unassigned"].sum()), "authors without affiliation"),
            (f"invariant: {level}", "+ unlocated", _number(frame["unlocated"].sum()), f"affiliations without {level}"),
            (f"invariant: {level}", "- articles counted", int(frame["counted"].sum()), ""),
            (f"invariant: {level}", "= difference", _number(differences(frame).iloc[-1]), "must be 0 to within 1e-6"),
        ]
    return lines


def site_lines(db: duckdb.DuckDBPyConnection, report: Mapping[str, Any]) -> list[Line]:
    """Institutions, their sites and where the sites' cities come from; ``report`` is that of ``state.json``."""
    found = _row(db, SITES)
    registry = report.get("institutions", {})
    sites = report.get("sites", {})
    lines: list[Line] = [
        ("institutions", "institutions", found["institutions"], "that articles name, and their ancestors"),
        ("institutions", "without a ROR id", found["without_ror"], "known by another id"),
        ("institutions", "without a type", found["without_type"], ""),
        ("institutions", "without a country", found["without_country"], ""),
        ("institutions", "ancestors", found["lineage"], "pairs of institution and ancestor"),
        ("institutions", "in a circle of ancestors", found["cycles"], "pairs that are each other's ancestor"),
    ]
    lines += [
        ("institutions", f"{status} in the registry", registry[status], "used as they are")
        for status in ("inactive", "withdrawn")
        if status in registry
    ]
    lines += [
        ("institutions", item, report["registries"][count], note)
        for item, count, note in _REGISTRIES
        if "registries" in report
    ]
    lines += [
        ("sites", "sites", found["sites"], f"in {found['cities']} cities"),
        ("sites", "without a city", found["without_city"], ""),
    ]
    lines += [
        ("sites", f"city from: {origin}", number, ORIGINS.get(origin, ""))
        for origin, number in sites.get("by_city_origin", {}).items()
    ]
    lines += [
        ("addresses", how, number, "affiliations whose author's address names it")
        for how, number in report.get("city_from_affiliation", {}).items()
    ]
    merged = report.get("merged_cities", [])
    lines += [
        ("cities made one", f"{pair['name']} ({pair['country']})", pair["merged_sites"], _merged(pair))
        for pair in merged
    ]
    return lines


def _merged(pair: Mapping[str, Any]) -> str:
    apart = "" if pair["km"] is None else f", {pair['km']:.1f} km apart"
    moved = f", Share {pair['share']:.3f}" if "share" in pair else ""
    return f"sites of {pair['merged_id']} now in {pair['kept_id']}{apart}{moved}"


def consistency_lines(db: duckdb.DuckDBPyConnection) -> list[Line]:
    """Contradictions between the tables; each number must be 0."""
    return [("consistency", item, int(_row(db, query)["found"]), note) for item, note, query in CONSISTENCY]


def _row(db: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    found = db.execute(query)
    names = [column[0] for column in found.description or []]
    return dict(zip(names, found.fetchone() or (), strict=True))


def _several(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _number(value: float) -> float:
    """Nine decimals, as every number printed; never minus zero."""
    return round(float(value), 9) + 0.0


def _part(value: float, whole: float, of_what: str) -> str:
    return f"{100 * value / whole:.2f} % of {of_what}" if whole else ""
