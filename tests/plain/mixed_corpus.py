"""A corpus on which every measure has an answer, and questions to each of them."""

from __future__ import annotations

import pyarrow as pa
from plain.random_careers import random_careers
from plain.ties import in_teams

from toolkit.corpus.example import BEIJING, NANJING, moving_tables
from toolkit.corpus.schema import TABLES

TYPES = {"i1": ["education"], "i2": ["company"], "i3": ["education", "healthcare"], "i5": ["company", "facility"]}
RANDOM = {"tables": in_teams(random_careers(5, people=40), seed=5)}


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


def tables_of(rows):
    return {name: pa.Table.from_pylist(rows[name], schema=TABLES[name]) for name in rows}


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
"""By measure, the options of some questions; an id is given as (kind, id)."""


def chosen(value, maps=None):
    """``value`` with the ids that ``maps`` gives; without maps the ids of the corpus."""
    if isinstance(value, list):
        return [chosen(one, maps) for one in value]
    if isinstance(value, tuple):
        return value[1] if maps is None else maps[value[0]][value[1]]
    return value
