"""Output by subject a second time: loops over articles, written from the definitions, in fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

import pandas as pd
from plain.share_and_collaboration import UNASSIGNED, UNLOCATED, signatures, single_unit

Row = tuple[str, int, dict[str, Fraction]]


def article_parts(tables: dict[str, pd.DataFrame], level: str, *, truncated: str = "drop") -> Iterator[Row]:
    """Id, year and part of each unit (``unassigned`` and ``unlocated`` too) of every article that is counted."""
    unit = single_unit(tables, level, dict(zip(tables["sites"].site_id, tables["sites"].institution_id, strict=True)))
    signed = signatures(tables)
    for work in tables["works"].itertuples():
        if pd.isna(work.year) or not work.n_authors or (work.authors_truncated and truncated == "drop"):
            continue
        parts: dict[str, Fraction] = defaultdict(Fraction)
        n = int(work.n_authors)
        for sites in signed[work.work_id].values():
            for site in sites:
                parts[unit[site]] += Fraction(1, n * len(sites))
        rest = 1 - sum(parts.values())
        if rest:
            parts[UNASSIGNED] += rest
        yield work.work_id, int(work.year), dict(parts)


def subjects_of(tables: dict[str, pd.DataFrame], *, whole: bool) -> dict[str, dict[str, Fraction]]:
    """What each work gives to each of its subjects."""
    found: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for row in tables["subjects"].itertuples():
        found[row.work_id][row.subject] = Fraction(1) if whole else Fraction(row.part).limit_denominator(1000)
    return found


class PlainSubjects:
    """Counts and Shares by unit and subject over a window of years, and what is made of them."""

    def __init__(
        self, tables: dict[str, pd.DataFrame], level: str, years: tuple[int, int], *, whole: bool = False, **options
    ):
        self.count: dict[tuple[str, str], int] = defaultdict(int)
        self.share: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self.unit: dict[str, Fraction] = defaultdict(Fraction)
        self.unit_count: dict[str, int] = defaultdict(int)
        assigned: dict[str, Fraction] = defaultdict(Fraction)
        about = subjects_of(tables, whole=whole)
        for work, year, parts in article_parts(tables, level, **options):
            if not years[0] <= year <= years[1]:
                continue
            for unit, part in parts.items():
                self.unit[unit] += part
                self.unit_count[unit] += 1
                for subject, weight in about.get(work, {"none": Fraction(1)}).items():
                    self.count[unit, subject] += 1
                    self.share[unit, subject] += part * weight
                    if unit != UNASSIGNED:
                        assigned[subject] += part * weight
        everything = sum((part for unit, part in self.unit.items() if unit != UNASSIGNED), Fraction(0))
        self.corpus = {subject: part / everything for subject, part in assigned.items()}

    def mix(self) -> dict[tuple[str, str], tuple[int, float, float, float | None, float]]:
        """Count, Share, part, location quotient and the unit's Herfindahl index by unit and subject."""
        found = {}
        for (unit, subject), share in self.share.items():
            part = share / self.unit[unit]
            quotient = None if unit == UNASSIGNED else float(part / self.corpus[subject])
            shares = [value for (other, _), value in self.share.items() if other == unit]
            herfindahl = sum((value / sum(shares)) ** 2 for value in shares)
            found[unit, subject] = (self.count[unit, subject], float(share), float(part), quotient, float(herfindahl))
        return found

    def located(self, subject: str) -> dict[str, Fraction]:
        return {
            unit: share
            for (unit, other), share in self.share.items()
            if other == subject and unit not in (UNASSIGNED, UNLOCATED)
        }

    def concentration(self, largest: int) -> dict[str, tuple[int, float, float, float]]:
        """Units, Share, Herfindahl index and part of the largest units by subject."""
        found = {}
        for subject in {subject for _, subject in self.share}:
            shares = sorted(self.located(subject).values(), reverse=True)
            total = sum(shares)
            if shares:
                herfindahl = sum((share / total) ** 2 for share in shares)
                found[subject] = len(shares), float(total), float(herfindahl), float(sum(shares[:largest]) / total)
        return found

    def ranks(self, unit: str, by: str = "share") -> dict[str, tuple[int, int, float]]:
        """Rank, number of ranked units and value of ``unit`` in each subject and in all."""
        tables = {subject: {} for _, subject in self.share} | {"all": {}}
        for (other, subject), share in self.share.items():
            tables[subject][other] = share if by == "share" else self.count[other, subject]
        tables["all"] = dict(self.unit if by == "share" else self.unit_count)
        found = {}
        for subject, values in tables.items():
            located = {other: value for other, value in values.items() if other not in (UNASSIGNED, UNLOCATED)}
            if unit in located:
                better = sum(value > located[unit] for value in located.values())
                found[subject] = 1 + better, len(located), float(located[unit])
        return found
