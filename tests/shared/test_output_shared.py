"""Real records by subject, umbrella organisation and list: counted a second time by plain loops."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plain.groups import PlainGroup, below
from plain.output_by_subject import PlainSubjects
from plain.ratios import plain_ratios

from toolkit.corpus.example import write_tables
from toolkit.corpus.schema import TABLES
from toolkit.measures.answers import concentration, lists, ratios, standing, subjects, umbrella
from toolkit.workspace import open_workspace


def frames(workspace):
    return {name: pq.read_table(workspace.table(name)).to_pandas() for name in TABLES}


def listed(frame, keys, values):
    keyed = zip(*(frame[key] for key in keys), strict=True)
    return dict(zip(keyed, frame[values].itertuples(index=False, name=None), strict=True))


@pytest.mark.parametrize("level", ["institution", "city", "country"])
@pytest.mark.parametrize("counting", ["fractional", "whole"])
def test_subjects_of_openalex_works_by_plain_loops(openalex, level, counting):
    whole = counting == "whole"
    plain = PlainSubjects(frames(openalex), level, (1000, 3000), whole=whole)
    frame = subjects(openalex, level=level, subject_counting=counting).frame
    found = listed(frame, ["id", "subject"], ["count", "share", "part", "herfindahl"])
    expected = {key: (*row[:3], row[4]) for key, row in plain.mix().items()}
    assert found == {key: pytest.approx(row, abs=1e-8) for key, row in expected.items()}
    quotients = listed(frame[frame.id != "unassigned"], ["id", "subject"], ["location_quotient"])
    assert quotients == {
        key: (pytest.approx(row[3], abs=1e-8),) for key, row in plain.mix().items() if row[3] is not None
    }
    assert len(found) > 300
    assert len({subject for _, subject in found}) > 5, "real works have subjects"
    rows = concentration(openalex, level=level, largest=3, subject_counting=counting).frame
    found = listed(rows, ["subject"], ["units", "share", "herfindahl", "largest_part"])
    assert found == {(key,): pytest.approx(row, abs=1e-8) for key, row in plain.concentration(3).items()}


def test_standing_of_a_real_city_by_plain_loops(openalex):
    plain = PlainSubjects(frames(openalex), "city", (1000, 3000))
    largest = max(
        (key for key in plain.unit if key not in ("unassigned", "unlocated")), key=lambda key: plain.unit[key]
    )
    rows = standing(openalex, largest).frame
    found = listed(rows, ["subject"], ["rank", "ranked", "value"])
    assert found == {(key,): pytest.approx(row, abs=1e-8) for key, row in plain.ranks(largest).items()}
    assert len(found) > 3


COLUMNS = ["institutions", "count", "share", "part"]


@pytest.mark.parametrize("level", ["city", "country"])
def test_the_largest_umbrella_of_openalex_works_by_plain_loops(openalex, level):
    tables = frames(openalex)
    active = set(tables["sites"].institution_id[tables["sites"].site_id.isin(tables["authorships"].site_id)])
    lineage = tables["lineage"]
    organisation = lineage[lineage.institution_id.isin(active)].ancestor_id.value_counts().index[0]
    plain = PlainGroup(tables, below(tables, organisation), level)
    answer = umbrella(openalex, organisation, level=level)
    assert listed(answer.frame, ["id"], COLUMNS) == {
        (key,): pytest.approx(row, abs=1e-8) for key, row in plain.rows.items()
    }
    assert answer.run.facts["whole_count"] == plain.count
    assert answer.run.facts["members"] == len(below(tables, organisation)) > 5
    rows = umbrella(openalex, organisation, institutes=True).frame
    assert set(rows.id) == plain.active
    assert rows.share.sum() == pytest.approx(float(plain.share), abs=1e-6)


def test_a_list_of_real_institutions_by_plain_loops(openalex, tmp_path):
    marked = {name: pq.read_table(openalex.table(name)) for name in TABLES}
    rows = marked["institutions"].to_pylist()
    for number, row in enumerate(rows):
        row["marks"] = ["seventh"] * (number % 7 == 0) + ["universities"] * ("education" in (row["types"] or []))
    marked["institutions"] = pa.Table.from_pylist(rows, schema=TABLES["institutions"])
    workspace = open_workspace(tmp_path)
    write_tables(workspace, marked)
    members = {
        name: {row["institution_id"] for row in rows if name in row["marks"]} for name in ("seventh", "universities")
    }
    tables = frames(workspace)
    plain = {name: PlainGroup(tables, group, "city") for name, group in members.items()}
    found = listed(lists(workspace).frame, ["list"], ["members", "active", "count", "share"])
    assert found == {
        (name,): (len(members[name]), len(group.active), group.count, pytest.approx(float(group.share), abs=1e-8))
        for name, group in plain.items()
    }
    found = listed(lists(workspace, "universities").frame, ["id"], COLUMNS)
    assert found == {(key,): pytest.approx(row, abs=1e-8) for key, row in plain["universities"].rows.items()}
    assert len(found) > 100


@pytest.mark.parametrize("level", ["city", "country"])
def test_ratios_of_real_places_by_plain_loops(openalex, tmp_path, level):
    content = {name: pq.read_table(openalex.table(name)) for name in TABLES}
    column = "city_id" if level == "city" else "country"
    places = sorted({place for place in content["cities"][column].to_pylist() if place})[::3]
    amounts = {(place, year): 1e5 + 7 * n + year for n, place in enumerate(places) for year in (2019, 2021, 2024)}
    rows = [
        (place, year, "people", amount, "persons", "made up", "amount") for (place, year), amount in amounts.items()
    ]
    schema = TABLES["indicators"]
    content["indicators"] = pa.Table.from_pylist(
        [dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema
    )
    workspace = open_workspace(tmp_path)
    write_tables(workspace, content)
    found = listed(
        ratios(workspace, "people", level=level, per=1e6).frame, ["id"], ["years", "value", "amount", "ratio"]
    )
    plain = plain_ratios(frames(workspace), level, (1000, 3000), amounts)
    assert {key: row for key, row in found.items() if row[1]} == {
        (key,): (years, pytest.approx(value, abs=1e-8), amount, pytest.approx(1e6 * ratio, abs=1e-8))
        for key, (years, value, amount, ratio) in plain.items()
        if value
    }
    assert sum(row[1] > 0 for row in found.values()) > 10
