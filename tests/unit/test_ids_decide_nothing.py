"""No number of any measure depends on how ids are spelled: relabelling every id in reverse order changes none."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from plain.mixed_corpus import ASKED, both_corpora, chosen, tables_of

from toolkit.corpus.example import example_workspace
from toolkit.measures import answers

KEYS = {"author_id": "author", "author_key": "author", "institution_id": "institution", "ancestor_id": "institution",
        "city_id": "city", "country": "country"}  # fmt: skip


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


@pytest.fixture(scope="module")
def workspaces(tmp_path_factory):
    rows = both_corpora()
    maps = reversing(rows)
    folder = tmp_path_factory.mktemp("ids")
    one = example_workspace(folder / "one", tables=tables_of(rows))
    other = example_workspace(folder / "other", tables=tables_of(relabelled(rows, maps)))
    return one, other, maps


SIGNED = ("net", "asymmetry")
"""Columns of pairs that change their sign with the direction."""
LABELS = ("city", "first_id", "institutions", "author_ids")
"""Columns of names and lists of names; ``first_id`` of several equal ones is the first by id."""
_BY_TIES = ("ratio_to_next", "gap_to_next")
"""Of tied rows the last in order, which ids decide, has the distance to the next value."""


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
    assert set(ASKED) == set(answers.__all__)


@pytest.mark.parametrize("name", ASKED)
def test_relabelled_ids_change_no_number(workspaces, name):
    one, other, maps = workspaces
    back = {new: old for kind in maps for old, new in maps[kind].items()}
    same = {old: old for kind in maps for old in maps[kind]}
    for asked in ASKED[name]:
        measure = getattr(answers, name)
        first = measure(one, **{key: chosen(value) for key, value in asked.items()})
        second = measure(other, **{key: chosen(value, maps) for key, value in asked.items()})
        assert len(first.frame) > 0, asked
        assert spelled(second, back) == spelled(first, same), asked
