"""Movement after ``build``: the same numbers, from stored tables where the conventions are the usual ones."""

from __future__ import annotations

import shutil

import pyarrow.parquet as pq
import pytest
from plain.random_careers import random_careers

import toolkit as sc
from toolkit.corpus.example import example_workspace
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import movements, origin_classes
from toolkit.measures.store import build
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

TENURE, MODE = Movement(), Movement(rule="mode-year")
ASKED = {
    "city": (TENURE, MODE, Movement(bridge_gap=1, drop_suspects=True, max_places=2)),
    "institution": (TENURE, Movement(rule="mode-year", mode_weight="articles", max_gap=1)),
}
MOVEMENT_TABLES = ["author_numbers", "first_years"] + [
    f"city_{name}" for name in ("observations", "tenure_moves", "mode_moves", "origins")
]
QUESTIONS = (
    (sc.moves, {"level": "city", "kind": "all"}),
    (sc.flows, {"level": "city", "by_year": True, "bridge_gap": 0}),
    (sc.ties, {"level": "city", "rule": "mode-year"}),
)


@pytest.fixture(scope="module")
def unbuilt(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("unbuilt"), tables=random_careers(7, people=60))


@pytest.fixture(scope="module")
def built(unbuilt, tmp_path_factory):
    """The same with tables of one level; the run that built them beside it."""
    workspace = Workspace(tmp_path_factory.mktemp("built") / "workspace")
    shutil.copytree(unbuilt.root, workspace.root)
    return workspace, build(workspace, levels=("city",))


def rows_of(table):
    return sorted(map(repr, table.select(*sorted(table.columns)).to_pyarrow().to_pylist()))


def emptied(workspace, name):
    path = workspace.measures / f"{name}.parquet"
    content = pq.read_table(path)
    assert content.num_rows > 0
    pq.write_table(content.slice(0, 0), path)


@pytest.mark.parametrize("level", ASKED)
def test_every_convention_gives_what_it_gives_where_nothing_was_built(built, unbuilt, level):
    with Tables.of(built[0]) as stored, Tables.of(unbuilt) as fresh:
        assert stored.built("author_numbers") is not None
        for movement in ASKED[level]:
            found = rows_of(movements(stored, level=level, movement=movement))
            assert found == rows_of(movements(fresh, level=level, movement=movement)), movement
            assert len(found) > 10
            classes = rows_of(origin_classes(stored, level=level, movement=movement))
            assert classes == rows_of(origin_classes(fresh, level=level, movement=movement))


@pytest.mark.parametrize(("question", "options"), QUESTIONS)
def test_answers_stay_the_same(built, unbuilt, question, options):
    answers = [question(workspace, **options) for workspace in (built[0], unbuilt)]
    assert len(answers[0].frame) > 5
    assert answers[0].frame.equals(answers[1].frame)
    assert answers[0].run.facts == answers[1].run.facts


def test_usual_conventions_are_read_and_others_start_from_who_was_seen_where(built, tmp_path):
    spoilt = Workspace(tmp_path / "workspace")
    shutil.copytree(built[0].root, spoilt.root)
    for name in ("city_tenure_moves", "city_origins"):
        emptied(spoilt, name)
    with Tables.of(spoilt) as tables:
        assert rows_of(movements(tables, level="city")) == []
        assert rows_of(origin_classes(tables, level="city")) == []
        assert rows_of(movements(tables, level="city", movement=MODE))
        assert rows_of(movements(tables, level="city", movement=Movement(bridge_gap=1)))
    emptied(spoilt, "city_observations")
    with Tables.of(spoilt) as tables:
        assert rows_of(movements(tables, level="city", movement=Movement(bridge_gap=1))) == []


def test_numbers_of_authors_are_in_the_order_of_their_ids(built):
    numbers = pq.read_table(built[0].measures / "author_numbers.parquet")
    assert numbers["author_no"].to_pylist() == list(range(numbers.num_rows))
    assert numbers["author_id"].to_pylist() == sorted(numbers["author_id"].to_pylist())
    seen = pq.read_table(built[0].measures / "city_observations.parquet", columns=["author_no", "place_no", "year"])
    keys = [tuple(row.values()) for row in seen.to_pylist()]
    assert keys == sorted(set(keys))


def test_careers_are_left_out_where_nobody_asks_for_them(built, unbuilt, tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    shutil.copytree(unbuilt.root, workspace.root)
    run = build(workspace, levels=("city",), movement=False)
    assert run.parameters["movement"] is False
    assert [name for name in built[1].rows if name not in run.rows] == MOVEMENT_TABLES
