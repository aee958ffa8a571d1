"""Difference of two tables: hand answer, and plain Python over random rows with gaps, lists and doubled rows."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.graphdb.load_difference import COPIES, difference

SCHEMA = pa.schema({"start": pa.string(), "end": pa.string(), "year": pa.int64(), "score": pa.float64()})
ENDS = st.sampled_from(["a", "b"])
ROWS = st.lists(st.tuples(ENDS, ENDS, st.integers(2020, 2021), st.sampled_from([None, 0.1, 0.2])), max_size=8)


def table(rows: list[tuple]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA)


def rows_of(part: pa.Table) -> list[tuple]:
    return [tuple(row.values()) for row in part.to_pylist()]


@settings(max_examples=40, deadline=None)
@given(found=ROWS, wanted=ROWS)
def test_parts_are_what_plain_loops_say(found, wanted):
    wanted = list({row[:3]: row for row in wanted}.values())
    parts = difference(table(found), table(wanted), ["start", "end", "year"])
    stands, needed = Counter(found), Counter(wanted)
    new = {row for row in needed if stands[row] != 1}
    old = {row for row in stands if needed[row] != stands[row]}
    known, kept = {row[:3] for row in old}, {row[:3] for row in new}
    assert set(rows_of(parts.added)) == {row for row in new if row[:3] not in known}
    assert set(rows_of(parts.changed)) == {row for row in new if row[:3] in known}
    assert set(rows_of(parts.outdated)) == {(*row, stands[row]) for row in old if row[:3] in kept}
    assert set(rows_of(parts.removed)) == {(*row, stands[row]) for row in old if row[:3] not in kept}
    applied = stands - Counter({row[:4]: row[4] for row in rows_of(parts.outdated) + rows_of(parts.removed)})
    assert applied + Counter(rows_of(parts.added) + rows_of(parts.changed)) == needed


def test_lists_and_gaps_are_values_like_others():
    schema = pa.schema({"id": pa.string(), "types": pa.list_(pa.string())})
    found = pa.table({"id": ["a", "b", "c"], "types": [["x", "y"], None, None]}, schema=schema)
    wanted = pa.table({"id": ["a", "b", "c"], "types": [["y", "x"], None, []]}, schema=schema)
    parts = difference(found, wanted, ["id"])
    assert parts.changed.to_pylist() == [{"id": "a", "types": ["y", "x"]}, {"id": "c", "types": []}]
    assert parts.outdated["id"].to_pylist() == ["a", "c"]
    assert parts.added.num_rows == parts.removed.num_rows == 0
    assert parts.added.schema == schema
    assert parts.removed.column_names == [*schema.names, COPIES]


def test_equal_tables_differ_in_nothing():
    rows = table([("a", "b", 2020, 0.1), ("a", "b", 2021, None)])
    parts = difference(rows, rows.take([1, 0]), ["start", "end", "year"])
    assert [part.num_rows for part in (parts.added, parts.changed, parts.outdated, parts.removed)] == [0] * 4
