"""Real records: the careers in 34,341 management articles, read a second time by plain loops over authors."""

from __future__ import annotations

from collections import Counter

import pyarrow.parquet as pq
import pytest
from plain.movement import PlainCareers

from toolkit.corpus.schema import TABLES
from toolkit.graphdb.move_tables import moves_by_year, researchers, stays
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.observations import author_numbers, observations
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import movements, origin_classes, person_years, tenures
from toolkit.measures.movement.tenures import gap_starts
from toolkit.measures.tables import Tables


@pytest.fixture(scope="module")
def frames(management):
    needed = ("works", "authorships", "institutions", "sites", "cities", "lineage")
    assert set(needed) <= set(TABLES)
    return {name: pq.read_table(management.table(name)).to_pandas() for name in needed}


@pytest.fixture(scope="module")
def tables(management):
    with Tables.of(management) as opened:
        yield opened


COLUMNS = (
    *("author_id", "from_id", "to_id", "year", "last_year_at_from", "rule", "kind", "is_return", "returns_to_origin"),
    *("censored", "career_end", "career_age", "left_censored"),
)


def listed(rows):
    return Counter((*(row[name] for name in COLUMNS), round(float(row["weight"]), 12)) for row in rows)


def assert_equal_careers(tables, frames, level, **options):
    plain = PlainCareers(frames, level, **options)
    moves = {}
    for rule, expected in (("mode-year", plain.mode_moves()), ("tenure", plain.tenure_moves())):
        movement = Movement(rule=rule, **options)
        moves[rule] = movements(tables, level=level, movement=movement).to_pyarrow().to_pylist()
        assert listed(moves[rule]) == listed(expected)
        spent = person_years(tables, level=level, movement=movement).to_pyarrow().to_pylist()
        assert {(row["place_id"], row["year"]): row["person_years"] for row in spent} == plain.person_years(rule)
    return plain, moves


def assert_equal_graph(tables, plain, level):
    """What is loaded into Neo4j: moves by year and rule, and stays with the articles signed in them."""
    expected = {}
    for rule, moves in (("mode-year", plain.mode_moves()), ("tenure", plain.tenure_moves())):
        for move in moves:
            if move["weight"]:
                ends = expected.setdefault((move["from_id"], move["to_id"], move["year"], rule), [0, 0])
                ends[0] += move["weight"]
                ends[1] += 1
    found = moves_by_year(tables, level=level, movement=Movement()).to_pylist()
    assert {
        (row["start"], row["end"], row["year"], row["rule"]): (row["researchers"], row["moves"]) for row in found
    } == {ends: (round(float(researchers), 9), count) for ends, (researchers, count) in expected.items()}
    assert len(found) == len(expected)
    if level == "institution":
        signed = {
            (author, place, start, end): sum(
                seen[place][1] for year, seen in plain.seen[author].items() if start <= year <= end and place in seen
            )
            for author in plain.seen
            for place, start, end in plain.tenures(author)
        }
        rows = stays(tables, movement=Movement()).to_pylist()
        assert {tuple(row.values())[:4]: row["works"] for row in rows} == signed
        people = researchers(tables, movement=Movement(), names=False)["id"].to_pylist()
        assert people == sorted(plain.seen)


@pytest.mark.parametrize(("level", "least"), [("institution", 3000), ("city", 2500), ("country", 1000)])
def test_every_rule_by_plain_loops(tables, frames, level, least):
    plain, moves = assert_equal_careers(tables, frames, level)
    seen = observations(tables, level=level).to_pyarrow().to_pylist()
    expected = {key: (round(float(part), 9), n) for key, (part, n) in plain.observations().items()}
    assert {
        (row["author_id"], row["place_id"], row["year"]): (round(row["part"], 9), row["articles"]) for row in seen
    } == expected
    stays = tenures(tables, level=level).to_pyarrow().to_pylist()
    found = {(row["author_id"], row["place_id"], row["start_year"], row["end_year"]) for row in stays}
    assert found == {(author, *stay) for author in plain.seen for stay in plain.tenures(author)}
    late = gap_starts(tables, level=level, movement=Movement()).inner_join(author_numbers(tables), "author_no")
    late = late.inner_join(unit_numbers(tables, level), [("to_no", "number")])
    late = [tuple(row.values()) for row in late.select("author_id", "unit_id", "year").to_pyarrow().to_pylist()]
    assert len(late) == len(set(late)) > 500
    assert set(late) == plain.gap_starts()
    classes = origin_classes(tables, level=level).to_pyarrow().to_pylist()
    assert {row["author_id"]: row["category"] for row in classes} == plain.origin_classes()
    assert_equal_graph(tables, plain, level)
    kinds = Counter(row["kind"] for row in moves["tenure"])
    assert kinds["migration"] > least
    assert min(kinds[kind] for kind in ("visit", "dual", "open")) > 5


@pytest.mark.parametrize(
    ("level", "options"),
    [
        ("city", {"mode_weight": "articles", "ties": "smallest-id", "max_gap": 2, "bridge_gap": 0, "join_gap": 3}),
        ("institution", {"bridge_gap": 4, "max_visit": 2, "max_overlap": 1, "drop_censored": True, "max_gap": 10}),
        ("country", {"max_places": 2, "drop_suspects": True, "bridge_gap": 3, "join_gap": 8, "max_overlap": 6}),
    ],
)
def test_other_conventions_by_plain_loops(tables, frames, level, options):
    assert_equal_careers(tables, frames, level, **options)
