"""No number of any measure depends on how ids are spelled: relabelling every id in reverse order changes none."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pyarrow as pa
import pytest
from plain.random_careers import random_careers
from plain.ties import in_teams

from toolkit.corpus.example import BEIJING, NANJING, example_workspace, moving_tables
from toolkit.corpus.schema import TABLES
from toolkit.measures import answers

TYPES = {"i1": ["education"], "i2": ["company"], "i3": ["education", "healthcare"], "i5": ["company", "facility"]}
RANDOM = {"tables": in_teams(random_careers(5, people=40), seed=5)}
KEYS = {"author_id": "author", "author_key": "author", "institution_id": "institution", "ancestor_id": "institution",
        "city_id": "city", "country": "country"}  # fmt: skip


def both_corpora():
    """The hand example and a random corpus in one, with types, marks, subjects, regions and an indicator."""
    rows = {name: table.to_pylist() for name, table in moving_tables().items()}
    for row in rows["institutions"]:
        row["marks"] = ["league"] if row["institution_id"] in ("pku", "oxf", "nju") else []
    for name, table in RANDOM["tables"].items():
        for row in table.to_pylist():
            if "work_id" in row:
                row["work_id"] = f"R{row['work_id']}"
            if row.get("author_id", "A") is None:
                row["author_key"] = f"R{row['author_key']}"
            if name == "institutions":
                row |= {"types": TYPES.get(row["institution_id"], []), "marks": ["league"] * (row["name"] in "I1 I3")}
            if name == "cities":
                row |= {"name": f"Place {row['city_id']}", "admin1": "07" if row["city_id"] != "c3" else None}
            rows[name].append(row)
        if name == "works":
            rows["subjects"] += [
                {"work_id": row["work_id"], "subject": subject, "part": 0.5}
                for number, row in enumerate(rows["works"])
                if row["work_id"].startswith("R")
                for subject in (("Physics", "Chemistry"), ("Physics", "Law"), ("Law", "Chemistry"))[number % 3]
            ]
    for year, site in ((2004, "i1@c1"), (2005, "i5@c2"), (2007, "i5@c2")):  # three who move together
        rows["works"].append(rows["works"][-1] | {"work_id": f"RG{year}", "year": year, "n_authors": 3})
        rows["authorships"] += [
            {"work_id": f"RG{year}", "author_key": name, "author_id": name, "author_position": 1, "site_id": site}
            for name in ("G1", "G2", "G3")
        ]
    rows["indicators"] = [
        {"place_id": city, "year": 2020, "indicator": "people", "value": 3.0, "unit": "persons", "source": "made up"}
        for city in (BEIJING, NANJING, "c1", "c2")
    ]
    return rows


def reversing(rows):
    """Old to new id, by kind: in the reverse order of their spelling."""
    found = {kind: set() for kind in KEYS.values()}
    for table in rows.values():
        for row in table:
            for column, kind in KEYS.items():
                if row.get(column) is not None:
                    found[kind].add(row[column])
    codes = sorted(found.pop("country"))
    maps = {"country": dict(zip(codes, reversed(codes), strict=True))}
    for kind, ids in found.items():
        maps[kind] = {old: f"{kind}-{len(ids) - number:04d}" for number, old in enumerate(sorted(ids))}
    return maps


def relabelled(rows, maps):
    def changed(row):
        new = row | {column: maps[kind].get(row[column], row[column]) for column, kind in KEYS.items() if column in row}
        if row.get("site_id"):
            institution, _, city = row["site_id"].rpartition("@")
            new["site_id"] = f"{maps['institution'].get(institution, institution)}@{maps['city'].get(city, city)}"
        if "metro_id" in row:
            new["metro_id"] = row["metro_id"] and maps["city"].get(row["metro_id"], row["metro_id"])
        if "place_id" in row:
            new["place_id"] = maps["city"][row["place_id"]]
        return new

    return {name: [changed(row) for row in table] for name, table in rows.items()}


def tables_of(rows):
    return {name: pa.Table.from_pylist(rows[name], schema=TABLES[name]) for name in rows}


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory):
    rows = both_corpora()
    maps = reversing(rows)
    folder = tmp_path_factory.mktemp("ids")
    one = example_workspace(folder / "one", tables=tables_of(rows))
    other = example_workspace(folder / "other", tables=tables_of(relabelled(rows, maps)))
    return one, other, maps


MOVES = {"level": "institution"}
ASKED = {
    "articles": [{"place": ("city", "c1")}],
    "bridges": [{"dual": True}],
    "careers": [{"author": ("author", "A3")}],
    "collaboration_types": [{"each": True}],
    "company_partners": [{"city": ("city", "c1")}],
    "concentration": [{}],
    "connections": [{"city": ("city", "c1")}],
    "corridors": [MOVES],
    "event_destinations": [{"who": "movers", "level": "city"}, {"level": "city", "to_place": ("city", "c1")}],
    "event_study": [
        {"who": "movers", "level": "city", "replicates": 20},
        {"level": "city", "comparison": None, "replicates": 20},
    ],
    "flow_indicators": [{"rule": "mode-year"}],
    "flow_rates": [{}],
    "flow_system": [MOVES],
    "flows": [MOVES, {"rule": "mode-year", "by_year": True}],
    "gateways": [{}],
    "group_flows": [{"level": "institution"}, {"by": "age", "each": True}],
    "group_moves": [{}],
    "internal": [{"level": "metro"}],
    "lists": [{"name": "league"}],
    "moves": [{}],
    "pairs": [{"level": "institution"}, {"level": "type"}, {"link": "two-authors"}],
    "partnerships": [{"by_year": True}],
    "rank": [{"by": "partnerships"}],
    "ratios": [{"indicator": "people"}],
    "rule_agreement": [{}],
    "scope_comparison": [{"city": ("city", "c1"), "top": 3}],
    "share": [{"level": "parent"}, {"level": "country", "by_year": True}],
    "standing": [{"place": ("city", "c1")}],
    "subjects": [{}],
    "survival": [{}],
    "ties": [MOVES],
    "together": [{"places": [("city", "c1"), ("city", "c3")]}],
    "umbrella": [{"organisation": ("institution", "i1")}],
}
SIGNED = ("net", "asymmetry")
"""Columns of pairs that change their sign with the direction."""
LABELS = ("city", "first_id", "institutions", "author_ids")
"""Columns of names and lists of names; ``first_id`` of several equal ones is the first by id."""
_BY_TIES = ("ratio_to_next", "gap_to_next")
"""Of tied rows the last in order, which ids decide, has the distance to the next value."""


def chosen(value, maps):
    if isinstance(value, list):
        return [chosen(one, maps) for one in value]
    return maps[value[0]][value[1]] if isinstance(value, tuple) else value


def spelled(answer, back):
    """Rows with the first ids, pairs in one direction, without names: a multiset."""
    frame = answer.frame
    columns = [name for name in frame if "name" not in name and name not in (*LABELS, *_BY_TIES)]
    rows = Counter()
    for row in frame[columns].astype(object).to_dict("records"):
        cells = {name: plain(value, back) for name, value in row.items()}
        if {"a_id", "b_id"} <= cells.keys() and cells["a_id"] > cells["b_id"]:
            cells = {turned(name): 0.0 - value if name in SIGNED else value for name, value in cells.items()}
        rows[tuple(sorted(cells.items()))] += 1
    later = {name: sorted(map(str, frame[name].round(6))) for name in _BY_TIES if name in frame}
    return rows, later, {name: plain(value, back) for name, value in answer.run.facts.items()}


def plain(value, back):
    if isinstance(value, str):
        return back.get(value, value)
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 (not a number)
        return ""
    if isinstance(value, dict):
        return str({plain(key, back): plain(one, back) for key, one in value.items()})
    return round(float(value), 6) + 0.0


def turned(name):
    for one, other in (("a_to_b", "b_to_a"), ("b_to_a", "a_to_b")):
        if name == one:
            return other
    for one, other in (("a", "b"), ("b", "a")):
        if name.startswith(f"{one}_"):
            return f"{other}_{name[2:]}"
        if name.endswith(f"_{one}"):
            return f"{name[:-2]}_{other}"
    return name


def test_every_measure_is_asked():
    assert set(ASKED) == set(answers.__all__) - {"repeat"}


@pytest.mark.parametrize("name", ASKED)
def test_relabelled_ids_change_no_number(workspaces, name):
    one, other, maps = workspaces
    back = {new: old for kind in maps for old, new in maps[kind].items()}
    same = {old: old for kind in maps for old in maps[kind]}
    itself = {kind: {old: old for old in ids} for kind, ids in maps.items()}
    for asked in ASKED[name]:
        measure = getattr(answers, name)
        first = measure(one, **{key: chosen(value, itself) for key, value in asked.items()})
        second = measure(other, **{key: chosen(value, maps) for key, value in asked.items()})
        assert len(first.frame) > 0, asked
        assert spelled(second, back) == spelled(first, same), asked
