"""Ties with the old place: worked out by hand, and against plain loops over random careers in teams."""

from __future__ import annotations

from collections import defaultdict

import ibis
import pytest
from plain.movement import PlainCareers
from plain.random_careers import random_careers
from plain.ties import PlainTies, in_teams

from toolkit.corpus.example import BEIJING, NANJING, NJU, OXF, PKU, team_tables
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.observations import author_numbers
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.ties import (
    bridges_of_persons,
    bridging_articles,
    coauthor_survival,
    numbered_moves,
    ties_by_event_time,
)
from toolkit.measures.tables import Tables

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

# "mover" leaves Nanjing for Beijing in 2010; "old" and "friend" stay in Nanjing, one author there has no id
ARTICLES = (
    ("W1", 2007, (("mover", (NJU,)), ("old", (NJU,)))),
    ("W2", 2008, (("mover", (NJU,)), ("friend", (NJU,)))),
    ("W3", 2009, (("mover", (NJU,)),)),
    ("W4", 2010, (("mover", (PKU,)), ("old", (NJU,)))),  # a tie, and a bridge
    ("W5", 2010, (("mover", (PKU, NJU)), ("new", (PKU,)))),  # the mover's own second affiliation is no tie
    ("W6", 2011, (("mover", (PKU,)), (None, (NJU,)))),  # somebody without an id is somebody
    ("W7", 2011, (("mover", ()), ("old", (NJU,)))),  # a tie, though not signed at the new place
    ("W8", 2012, (("mover", (PKU,)), ("friend", (OXF,)))),  # a co-author kept who is in Nanjing no more
    ("W9", 2014, (("mover", (PKU,)), ("new", (PKU,)))),
)


@pytest.fixture(params=["duckdb", "sqlite"])
def tables(request):
    with Tables.on(getattr(ibis, request.param).connect(), team_tables(ARTICLES)) as found:
        yield found


def test_ties_by_hand(tables):
    moves = numbered_moves(tables, level="city")
    found = moves.inner_join(author_numbers(tables), "author_no").select("author_id", "year", "weight").to_pyarrow()
    assert [row for row in found.to_pylist() if row["author_id"] == "mover"] == [
        {"author_id": "mover", "year": 2010, "weight": 1.0}
    ]
    own = moves.inner_join(author_numbers(tables).filter(ibis._.author_id == "mover"), "author_no")
    rates = {row["t"]: row for row in ties_by_event_time(tables, own, level="city").to_pyarrow().to_pylist()}
    assert {t: (row["articles"], row["tied_articles"], row["rate"]) for t, row in rates.items()} == {
        -3: (1, 1, 1),
        -2: (1, 1, 1),
        -1: (1, 0, 0),
        0: (2, 1, 0.5),
        1: (2, 2, 1),
        2: (1, 0, 0),
        4: (1, 0, 0),
    }


def test_survival_and_bridges_by_hand(tables):
    moves = numbered_moves(tables, level="city")
    moves = moves.inner_join(author_numbers(tables).filter(ibis._.author_id == "mover"), "author_no")
    (row,) = coauthor_survival(tables, moves).to_pyarrow().to_pylist()
    assert (row["before"], row["kept"], row["survival"]) == (2, 2, 1.0)  # old in 2010, friend in 2012
    (short,) = coauthor_survival(tables, moves, window=2).to_pyarrow().to_pylist()
    assert (short["before"], short["kept"]) == (1, 0)
    assert coauthor_survival(tables, moves, window=6).count().to_pyarrow().as_py() == 0  # windows beyond the corpus
    bridges = bridging_articles(tables, moves, level="city").order_by("work_id").to_pyarrow().to_pylist()
    assert [(row["work_id"], row["year"]) for row in bridges] == [("W4", 2010), ("W6", 2011)]
    late = bridging_articles(tables, moves, level="city", years=(2011, 2014)).to_pyarrow().to_pylist()
    assert [row["work_id"] for row in late] == ["W6"]
    numbers = {row["number"]: row["unit_id"] for row in unit_numbers(tables, "city").to_pyarrow().to_pylist()}
    assert {(numbers[row["from_no"]], numbers[row["to_no"]]) for row in bridges} == {(NANJING, BEIJING)}
    (own,) = bridges_of_persons(tables, ["mover", "old"], level="city").to_pyarrow().to_pylist()
    assert (own["author_id"], own["from_id"], own["to_id"]) == ("mover", NANJING, BEIJING)
    assert (own["year"], own["end_year"], own["years_seen"], own["articles"], own["dual"]) == (2010, 2011, 2, 2, False)


@pytest.mark.parametrize(("level", "rule"), [("city", "tenure"), ("institution", "mode-year"), ("country", "tenure")])
def test_ties_equal_plain_loops(level, rule):
    content = in_teams(random_careers(7, people=150), seed=7)
    frames = {name: table.to_pandas() for name, table in content.items()}
    careers = PlainCareers(frames, level)
    moves = careers.tenure_moves() if rule == "tenure" else careers.mode_moves()
    plain = PlainTies(frames, level, [move for move in moves if move["weight"] > 0])
    assert len(plain.moves) > 20
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        movers = numbered_moves(tables, level=level, movement=Movement(rule=rule))
        rates = ties_by_event_time(tables, movers, level=level, span=(-4, 6)).to_pyarrow().to_pylist()
        columns = ("pairs", "researchers", "articles", "tied_articles", "rate", "mean_rate")
        found = {row["t"]: tuple(float(row[name]) for name in columns) for row in rates}
        assert found == {t: pytest.approx(row, abs=1e-12) for t, row in plain.rates((-4, 6)).items()}
        names = author_numbers(tables)
        kept = coauthor_survival(tables, movers).inner_join(names, "author_no").to_pyarrow().to_pylist()
        survival = plain.survival(3)
        assert {(row["author_id"], row["year"]): (row["before"], row["kept"]) for row in kept} == survival
        assert any(kept for _, kept in survival.values())
        window = (2004, 2018)
        bridges = bridging_articles(tables, movers, level=level, years=window).inner_join(names, "author_no")
        numbers = {row["number"]: row["unit_id"] for row in unit_numbers(tables, level).to_pyarrow().to_pylist()}
        found = [
            (row["author_id"], numbers[row["from_no"]], numbers[row["to_no"]], row["work_id"])
            for row in bridges.to_pyarrow().to_pylist()
        ]
        assert len(found) == len(set(found))
        assert set(found) == plain.bridges(window) != set()


def test_bridges_of_persons_equal_plain_loops():
    content = in_teams(random_careers(7, people=150), seed=7)
    frames = {name: table.to_pandas() for name, table in content.items()}
    moves = [
        move
        for move in PlainCareers(frames, "institution").tenure_moves()
        if move["weight"] > 0 or move["kind"] == "dual"
    ]
    plain = PlainTies(frames, "institution", moves)
    moved = {(move["author_id"], move["from_id"], move["to_id"]) for move in moves if move["kind"] != "dual"}
    expected = defaultdict(list)
    for author, origin, place, work in plain.bridges((plain.first, plain.last)):
        expected[author, origin, place].append((plain.year[work], work))
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        people = sorted({author for author, _, _ in expected})[::2]
        rows = bridges_of_persons(tables, people, level="institution").to_pyarrow().to_pylist()
    found = {(row["author_id"], row["from_id"], row["to_id"]): row for row in rows}
    assert found.keys() == {key for key in expected if key[0] in people}
    assert {row["dual"] for row in rows} == {True, False}
    for key, row in found.items():
        years = [year for year, _ in expected[key]]
        told = (min(years), max(years), len(set(years)), len(years), key not in moved)
        assert (row["year"], row["end_year"], row["years_seen"], row["articles"], row["dual"]) == told
