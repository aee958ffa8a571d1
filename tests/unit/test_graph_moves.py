"""Moves and stays in the graph: by hand, against the answers on flows, against plain loops, and what is left out."""

from __future__ import annotations

import json
from collections import Counter

import ibis
import pyarrow as pa
import pytest
from plain.movement import PlainCareers
from plain.random_careers import random_careers

from toolkit.corpus.example import (
    BEIJING,
    CAMBRIDGE_US,
    NAMED_CAREERS,
    NANJING,
    OXFORD,
    career_tables,
    example_workspace,
    moving_tables,
)
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter
from toolkit.graphdb.contents import DEFAULT_CONTENTS, GraphContents
from toolkit.graphdb.layout import KEYS, PLACE_LABELS, RELATIONSHIPS
from toolkit.graphdb.load_node import load_properties
from toolkit.graphdb.move_tables import moves_by_year, researchers, stays
from toolkit.graphdb.tables import graph_id, graph_tables
from toolkit.measures.answers import flows
from toolkit.measures.movement.options import FLOW_RULES, Movement
from toolkit.measures.tables import Tables

PEOPLE = GraphContents(researchers=True)


def rows(graph, kind, start):
    found = next(table for one, table in graph.relationships.items() if (one.type, one.start) == (kind, start))
    return found.to_pylist()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("moving"), tables=moving_tables())


@pytest.fixture(scope="module")
def graph(workspace):
    return graph_tables(workspace, contents=PEOPLE)


def test_named_careers(graph):
    cities = {(row["start"], row["end"], row["year"], row["rule"]): row for row in rows(graph, "MOVED_TO", "City")}
    assert set(cities) == {
        (NANJING, OXFORD, 2005, "tenure"),
        (NANJING, OXFORD, 2005, "mode-year"),
        (OXFORD, NANJING, 2012, "tenure"),
        (OXFORD, NANJING, 2012, "mode-year"),
        (NANJING, BEIJING, 2015, "tenure"),
        (NANJING, BEIJING, 2016, "mode-year"),  # 2015 is a tie, and keeps Nanjing
        (CAMBRIDGE_US, OXFORD, 2021, "mode-year"),  # by tenure a dual affiliation
    }
    assert {(row["researchers"], row["moves"]) for row in cities.values()} == {(1.0, 1)}
    countries = {(row["start"], row["end"], row["year"]) for row in rows(graph, "MOVED_TO", "Country")}
    assert countries == {("CN", "GB", 2005), ("GB", "CN", 2012), ("US", "GB", 2021)}
    stayed = [tuple(row.values()) for row in rows(graph, "WORKED_AT", "Researcher") if row["start"] in NAMED_CAREERS]
    assert stayed == [
        ("clean", "nju", 2005, 2015, 11),
        ("clean", "pku", 2015, 2020, 6),
        ("overlap", "mit", 2004, 2020, 17),
        ("overlap", "oxf", 2016, 2024, 9),
        ("returnee", "nju", 2000, 2004, 5),
        ("returnee", "nju", 2012, 2018, 7),
        ("returnee", "oxf", 2005, 2011, 7),
    ]


@pytest.mark.parametrize("level", PLACE_LABELS)
@pytest.mark.parametrize("rule", FLOW_RULES)
def test_moves_are_the_workspaces(workspace, graph, level, rule):
    asked = flows(workspace, level=level, rule=rule, by_year=True, top=0).frame
    names = ("from_id", "to_id", "year", "researchers", "moves")
    found = [
        tuple(row[name] for name in ("start", "end", "year", "researchers", "moves"))
        for row in rows(graph, "MOVED_TO", PLACE_LABELS[level])
        if row["rule"] == rule
    ]
    assert sorted(found) == sorted(asked[list(names)].itertuples(index=False, name=None))
    assert len(found) > 1


@pytest.mark.parametrize("options", [{}, {"bridge_gap": 0, "max_places": 2, "drop_suspects": True}])
def test_random_careers_by_plain_loops(options):
    content = random_careers(5, 60)
    plain = PlainCareers({name: table.to_pandas() for name, table in content.items()}, "institution", **options)
    expected = {}
    for author in plain.seen:
        for place, start, end in plain.tenures(author):
            signed = [
                seen[place][1] for year, seen in plain.seen[author].items() if start <= year <= end and place in seen
            ]
            expected[author, place, start, end] = sum(signed)
    movement = Movement(**options)
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        found = stays(tables, movement=movement).to_pylist()
        people = researchers(tables, movement=movement, names=False)["id"].to_pylist()
        moved = moves_by_year(tables, level="institution", movement=movement).to_pylist()
    assert {tuple(row.values())[:4]: row["works"] for row in found} == expected
    assert len(found) == len(expected) > 60
    assert people == sorted(plain.seen)
    # every article that an author signs at an institution is in one stay: stays at one place never overlap
    assert sum(row["works"] for row in found) == sum(articles for _, articles in plain.observations().values())
    for rule, moves in (("tenure", plain.tenure_moves()), ("mode-year", plain.mode_moves())):
        counted = Counter((move["from_id"], move["to_id"], move["year"]) for move in moves if move["weight"])
        own = {(row["start"], row["end"], row["year"]): row["moves"] for row in moved if row["rule"] == rule}
        assert own == counted != {}


def test_nothing_hangs_in_the_air(graph):
    keys = {label: set(graph.nodes[label][key].to_pylist()) for label, key in KEYS.items()}
    for kind, table in graph.relationships.items():
        assert set(table["start"].to_pylist()) <= keys[kind.start], kind
        assert set(table["end"].to_pylist()) <= keys[kind.end], kind
        assert table["start"].to_pylist() == sorted(table["start"].to_pylist()), kind
        if kind.type == "MOVED_TO":
            assert not any(row["start"] == row["end"] for row in table.to_pylist())
            assert table.num_rows > 3
            assert tuple(table.column_names) == ("start", "end", *kind.properties)


def test_people_and_moves_only_when_asked_for(workspace, graph):
    """Without them no id of a person is anywhere in the tables, and all the rest is the same."""
    bare = graph_tables(workspace, contents=GraphContents(moves=False))
    assert bare.nodes["Researcher"].num_rows == 0
    ids = {author for author in graph.nodes["Researcher"]["id"].to_pylist() if len(author) > 3}
    assert ids >= {"clean", "overlap", "returnee"}
    for table in (*bare.nodes.values(), *bare.relationships.values()):
        for column in table.schema:
            if str(column.type) == "string":
                assert not ids & set(table[column.name].to_pylist())
    for kind in RELATIONSHIPS:
        if kind.type in ("MOVED_TO", "WORKED_AT"):
            assert bare.relationships[kind].num_rows == 0
            assert bare.relationships[kind].schema == graph.relationships[kind].schema
        else:
            assert bare.relationships[kind].equals(graph.relationships[kind])


def test_names_only_when_asked_and_people_without_an_id_never(graph):
    content = moving_tables()
    authors = content["authors"].to_pylist()
    authors[0] |= {"orcid": "0000-0002-1825-0097", "name": "One"}
    content["authors"] = pa.Table.from_pylist(authors, schema=TABLES["authors"])
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        named = researchers(tables, movement=Movement(), names=True).to_pylist()
    people = {row["id"]: row for row in named}
    assert people["A1"] == {"id": "A1", "name": "One", "orcid": "0000-0002-1825-0097"}
    assert people["A2"] == {"id": "A2", "name": "Author 2", "orcid": None}
    assert graph.nodes["Researcher"].column_names == ["id"]
    assert [row["id"] for row in named] == graph.nodes["Researcher"]["id"].to_pylist()
    assert not any("#" in person for person in people)  # the author of W07 has no id


def test_sums_are_of_one_rule_each(graph):
    totals = graph.totals()
    assert totals["(:City)-[:MOVED_TO {rule: 'tenure'}]->(:City)"] == {"researchers": 3.0, "moves": 3.0}
    assert totals["(:City)-[:MOVED_TO {rule: 'mode-year'}]->(:City)"] == {"researchers": 4.0, "moves": 4.0}
    assert "(:City)-[:MOVED_TO]->(:City)" not in totals


def test_conventions_and_contents_make_another_graph(graph):
    wide = GraphContents(movement=Movement(max_overlap=5))
    ids = {graph_id("one", contents) for contents in (DEFAULT_CONTENTS, PEOPLE, GraphContents(moves=False), wide)}
    assert len(ids) == 4
    # the rule is not read, as both are loaded; without moves and people no convention is
    assert graph_id("one", GraphContents(movement=Movement(rule="mode-year"))) == graph_id("one")
    assert graph_id("one", GraphContents(moves=False, movement=Movement(max_gap=1))) == graph_id(
        "one", GraphContents(moves=False)
    )
    with Tables.on(ibis.duckdb.connect(), career_tables()) as tables:
        moved = moves_by_year(tables, level="city", movement=wide.movement).to_pylist()
    assert [(row["start"], row["end"]) for row in moved if (row["year"], row["rule"]) == (2016, "tenure")] == [
        (CAMBRIDGE_US, OXFORD)
    ]
    properties = load_properties(graph, state="loading", batch_size=10)
    assert (properties["moves"], properties["researchers"], properties["names"]) == (True, True, False)
    assert json.loads(properties["movement"])["max_overlap"] == 3
    assert GraphContents.of_properties(properties) == PEOPLE
    assert GraphContents.of_properties({"owner": "scicities"}) == DEFAULT_CONTENTS
    newer = properties | {"layout": 99, "movement": '{"unheard_of": 1}'}
    assert GraphContents.of_properties(newer) == DEFAULT_CONTENTS


@pytest.mark.parametrize(
    ("more", "less", "message"),
    [
        (["people"], [], "with = 'people' can't be used: it is one of researchers, names"),
        ([], ["researchers"], "without = 'researchers' can't be used: it is one of moves"),
    ],
)
def test_unknown_words(more, less, message):
    with pytest.raises(BadParameter, match=message):
        GraphContents.asked(more, less)


def test_names_come_with_their_researchers():
    assert GraphContents.asked(["names"], ["moves"]) == GraphContents(moves=False, researchers=True, names=True)
