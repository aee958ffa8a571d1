"""Batches and import files: every row once, the same cut each time; what happens when the server says no."""

# ruff: noqa: ARG002, ARG005 - fakes have the signatures of what they stand for
from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from toolkit.corpus.example import example_workspace
from toolkit.errors import (
    BadParameter,
    DataError,
    DuplicateKey,
    GraphStoreError,
    MissingColumn,
    QueryRefused,
    SettingsError,
    Unreachable,
)
from toolkit.graphdb.layout import KEYS, RELATIONSHIPS
from toolkit.graphdb.load import load
from toolkit.graphdb.load_check import verify
from toolkit.graphdb.load_node import read_load
from toolkit.graphdb.load_offline import write_import_files
from toolkit.graphdb.load_online import node_batches, relationship_batches, send_batches
from toolkit.graphdb.schema import constraint_statements, count_statement, create_constraints, total_statements
from toolkit.graphdb.server.config import import_arguments
from toolkit.graphdb.statement_files import statement
from toolkit.graphdb.storable import has_line_breaks, storable
from toolkit.graphdb.tables import GraphTables
from toolkit.graphdb.writeback import write_results
from toolkit.runs import RunRecord
from toolkit.workspace import open_workspace


def made_tables(cities: int = 7, seed: int = 1) -> GraphTables:
    """Graph of a country, some cities and every pair of them in two years, with random scores."""
    rng = np.random.default_rng(seed)
    ids = [f"c{number}" for number in range(cities)]
    pairs = [(a, b, year) for a in ids for b in ids if a < b for year in (2020, 2021)]
    nodes = {
        "Country": pa.table({"code": ["XX"], "name": ["Exland"]}),
        "Metro": pa.table({"id": pa.array([], pa.string())}),
        "City": pa.table(
            {"id": ids, "name": ['Quoted "town", x', *ids[1:]], "lists": [["a", "b"]] + [None] * (cities - 1)}
        ),
        "Site": pa.table({"id": pa.array([], pa.string())}),
        "Institution": pa.table({"id": pa.array([], pa.string())}),
        "Output": pa.table({"id": ["city:c0:2020"], "count": [1], "share": [0.25]}),
        "Researcher": pa.table({"id": pa.array([], pa.string())}),
    }
    relationships = {}
    for kind in RELATIONSHIPS:
        columns: dict[str, pa.Array] = {name: pa.array([], pa.string()) for name in ("start", "end")}
        types = {"score": pa.float64(), "rule": pa.string()}
        columns |= {name: pa.array([], types.get(name, pa.int64())) for name in kind.properties}
        relationships[kind] = pa.table(columns)
        if kind.pattern == "(:City)-[:COLLABORATES_WITH]->(:City)":
            relationships[kind] = pa.table(
                {
                    "start": [a for a, _, _ in pairs],
                    "end": [b for _, b, _ in pairs],
                    "year": [year for _, _, year in pairs],
                    "joint": rng.integers(1, 9, len(pairs)),
                    "score": np.round(rng.random(len(pairs)) + 0.1, 9),
                    "partnerships": rng.integers(0, 5, len(pairs)),
                }
            )
        elif kind.pattern == "(:City)-[:IN_COUNTRY]->(:Country)":
            relationships[kind] = pa.table({"start": ids, "end": ["XX"] * cities})
        elif kind.pattern == "(:City)-[:PRODUCED]->(:Output)":
            relationships[kind] = pa.table({"start": ["c0"], "end": ["city:c0:2020"]})
    return GraphTables(nodes, relationships, "made", {"base_year": 2021, "snapshot": ""})


class RecordingGraph:
    """Stands for a server: keeps what is sent and answers from a script."""

    uri = "fake"

    def __init__(self, *, present: tuple[str, ...] = (), trouble: Mapping[str, list[Exception]] | None = None) -> None:
        self.sent: list[str] = []
        self.states: list[str] = []
        self.present = present
        self.trouble = {key: list(errors) for key, errors in (trouble or {}).items()}
        self.lose = 0

    def read(self, cypher: str, parameters: Mapping[str, Any] | None = None, **_: Any) -> pd.DataFrame:
        if parameters and "key" in parameters:
            return pd.DataFrame({"key": [parameters["key"]] if parameters["key"] in self.present else []})
        return pd.DataFrame({"key": list(self.present)})

    def write(self, cypher: str, parameters: Mapping[str, Any] | None = None, **_: Any) -> pd.DataFrame:
        assert parameters is not None
        self.states.append(parameters["properties"]["state"])
        return pd.DataFrame()

    def write_auto(self, cypher: str, parameters: Mapping[str, Any] | None = None, **_: Any) -> pd.DataFrame:
        assert parameters is not None
        key = parameters["batch"]
        if self.trouble.get(key):
            raise self.trouble[key].pop(0)
        self.sent.append(key)
        rows = parameters.get("rows")
        count = len(rows) if rows is not None else sum(len(run["end"]) for run in parameters["runs"])
        return pd.DataFrame({"written": [count - self.lose]})


@pytest.mark.parametrize("size", [1, 4, 5, 1000])
def test_batches_hold_every_row_once(size):
    tables = made_tables()
    nodes = list(node_batches(tables, size))
    assert sum(batch.rows for batch in nodes) == 1 + 7 + 1
    assert [row for batch in nodes if "/City/" in batch.key for row in batch.parameters["rows"]] == tables.nodes[
        "City"
    ].to_pylist()
    batches = list(relationship_batches(tables, size))
    assert len({batch.key for batch in nodes + batches}) == len(nodes + batches)
    assert all(batch.rows <= size and batch.parameters["batch"] == batch.key for batch in batches)
    found = [
        {"start": run["start"]} | {name: run[name][i] for name in run if name != "start"}
        for batch in batches
        if "COLLABORATES_WITH" in batch.key
        for run in batch.parameters["runs"]
        for i in range(len(run["end"]))
    ]
    kind = next(kind for kind in RELATIONSHIPS if kind.pattern == "(:City)-[:COLLABORATES_WITH]->(:City)")
    assert found == tables.relationships[kind].to_pylist()
    assert [batch.key for batch in relationship_batches(made_tables(), size)] == [batch.key for batch in batches]


def test_statements_have_no_open_names():
    for batch in [*node_batches(made_tables(), 10), *relationship_batches(made_tables(), 10)]:
        assert not re.search(r"<\w+>", batch.statement.split("CREATE (:LoadBatch", 1)[1])
    properties = "{year: run.year[i], joint: run.joint[i], score: run.score[i], partnerships: run.partnerships[i]}"
    assert any(properties in batch.statement for batch in relationship_batches(made_tables(), 10))


def test_resuming_sends_only_what_is_missing():
    tables = made_tables()
    keys = [batch.key for batch in [*node_batches(tables, 10), *relationship_batches(tables, 10)]]
    graph = RecordingGraph(present=tuple(keys[::2]))
    told: list[tuple[str, int, int]] = []
    assert send_batches(graph, tables, batch_size=10, progress=lambda *args: told.append(args)) == len(keys[1::2])
    assert sorted(graph.sent) == sorted(keys[1::2])
    assert told[-1] == ("Loading relationships", 50, 50)
    assert graph.states == ["filled"]


def test_a_deadlock_is_tried_again_and_a_lost_answer_is_not():
    tables = made_tables()
    key = next(relationship_batches(tables, 10)).key
    deadlock = QueryRefused("deadlock", code="Neo.TransientError.Transaction.DeadlockDetected", retryable=True)
    graph = RecordingGraph(trouble={key: [deadlock, deadlock]})
    send_batches(graph, tables, batch_size=10)
    assert graph.sent.count(key) == 1
    twice = QueryRefused("exists", code="Neo.ClientError.Schema.ConstraintValidationFailed")
    graph = RecordingGraph(trouble={key: [twice]})
    with pytest.raises(QueryRefused, match="exists"):  # refused for another reason: its key is not there
        send_batches(graph, tables, batch_size=10)
    graph = RecordingGraph(trouble={key: [deadlock, twice]})
    graph.read = lambda cypher, parameters=None, **_: pd.DataFrame({"key": [key] if parameters else []})
    send_batches(graph, tables, batch_size=10)
    assert graph.sent.count(key) == 0
    assert graph.states == ["filled"]


def test_a_deadlock_after_the_server_was_away_for_long_is_tried_again(monkeypatch):
    monkeypatch.setattr("toolkit.graphdb.load_online._ASK_AGAIN", 0.0)
    tables = made_tables()
    key = next(relationship_batches(tables, 10)).key
    away = QueryRefused("starting", code="Neo.TransientError.General.DatabaseUnavailable", retryable=True)
    deadlock = QueryRefused("deadlock", code="Neo.TransientError.Transaction.DeadlockDetected", retryable=True)
    graph = RecordingGraph(trouble={key: [away] * 40 + [deadlock]})
    send_batches(graph, tables, batch_size=10)
    assert graph.sent.count(key) == 1
    graph = RecordingGraph(trouble={key: [deadlock] * 12})
    monkeypatch.setattr("toolkit.graphdb.load_online.time.sleep", lambda _: None)
    with pytest.raises(QueryRefused, match="deadlock"):
        send_batches(graph, tables, batch_size=10)


def test_a_server_that_goes_away_ends_the_load():
    tables = made_tables()
    key = next(relationship_batches(tables, 10)).key
    graph = RecordingGraph(trouble={key: [Unreachable("gone")]})
    with pytest.raises(Unreachable, match="gone"):
        send_batches(graph, tables, batch_size=10)
    assert graph.states == []


def test_rows_that_vanish_are_noticed():
    graph = RecordingGraph()
    graph.lose = 1
    with pytest.raises(GraphStoreError, match="some of their ends are missing") as caught:
        send_batches(graph, made_tables(), batch_size=10)
    # two batches are under way at once, so which of them loses its row is open
    sent, written = map(int, re.findall(r"has (\d+) rows, but the server wrote (\d+)", str(caught.value))[0])
    assert sent == written + 1
    assert set(graph.states) == {"broken"}


def test_a_wrong_count_or_sum_is_noticed():
    tables = made_tables()

    class Answers(RecordingGraph):
        off = 0.0
        counts = tables.counts()

        def read(self, cypher, parameters=None, **_):
            if cypher == count_statement():
                return pd.DataFrame([self.counts])
            name = next(name for name, text in total_statements() if text == cypher)
            return pd.DataFrame([{key: value + self.off for key, value in tables.totals()[name].items()}])

    graph = Answers()
    assert verify(graph, tables) == tables.counts()
    graph.counts = graph.counts | {"City": 6}
    with pytest.raises(GraphStoreError, match="6 City instead of 7"):
        verify(graph, tables)
    graph.counts, graph.off = tables.counts(), 0.001
    with pytest.raises(GraphStoreError, match=r"score of .*COLLABORATES_WITH"):
        verify(graph, tables)
    assert graph.states == ["broken", "broken"]


def test_foreign_database_is_refused():
    class Foreign(RecordingGraph):
        def read(self, cypher, parameters=None, **_):
            return pd.DataFrame({"load": []}) if parameters else pd.DataFrame({"found": [3]})

    with pytest.raises(QueryRefused, match="3 nodes that scicities did not load, so nothing was written"):
        read_load(Foreign())


def test_import_files_name_ends_by_number(tmp_path):
    tables = made_tables()
    nodes, relationships = write_import_files(tables, tmp_path, batch_size=10)
    assert set(nodes) == {*KEYS, "Load"}
    assert nodes["City"][0].read_text() == ":ID,id:string,name:string,lists:string[]\n"
    cities = list(csv.reader(nodes["City"][1].read_text().splitlines()))
    assert cities[0][1:] == ["c0", 'Quoted "town", x', "a;b"]
    assert cities[1][1:] == ["c1", "c1", ""]
    header = relationships["COLLABORATES_WITH"][0].read_text()
    assert header == ":START_ID,:END_ID,year:long,joint:long,score:double,partnerships:long\n"
    number = {row[1]: row[0] for row in cities}
    country = next(csv.reader(nodes["Country"][1].read_text().splitlines()))[0]
    rows = list(csv.reader(relationships["IN_COUNTRY"][1].read_text().splitlines()))
    assert rows == [[number[f"c{place}"], country] for place in range(7)]
    kind = next(kind for kind in RELATIONSHIPS if kind.pattern == "(:City)-[:COLLABORATES_WITH]->(:City)")
    rows = list(csv.reader(relationships["COLLABORATES_WITH"][1].read_text().splitlines()))
    for row, expected in zip(rows, tables.relationships[kind].to_pylist(), strict=True):
        assert row[:2] == [number[expected["start"]], number[expected["end"]]]
        assert float(row[4]) == expected["score"]
    assert (
        len({row[0] for files in nodes.values() for row in csv.reader(files[1].read_text().splitlines())})
        == 1 + 7 + 1 + 1
    )
    load_row = dict(
        zip(
            nodes["Load"][0].read_text().strip().split(","),
            next(csv.reader(nodes["Load"][1].read_text().splitlines())),
            strict=True,
        )
    )
    assert load_row["state:string"] == "filled"
    assert load_row["base_year:long"] == "2021"
    assert "snapshot:string" not in load_row


def test_keys_have_constraints():
    made = " ".join(constraint_statements())
    assert all(f"FOR (n:{label}) REQUIRE n.{key} IS UNIQUE" in made for label, key in KEYS.items())
    assert "FOR (n:LoadBatch) REQUIRE n.key IS UNIQUE" in made


def test_no_two_kinds_share_type_and_start():
    assert len({(kind.type, kind.start) for kind in RELATIONSHIPS}) == len(RELATIONSHIPS)


def test_every_property_of_a_kind_is_added_up_but_the_year():
    assert (
        "sum(r.joint) AS joint, sum(r.score) AS score" in dict(total_statements())["(:Site)-[:PARTNERS_WITH]->(:Site)"]
    )


def test_statement_files_are_found():
    assert statement("project/sites").startswith("// Institution, city and country of each site")


@pytest.mark.parametrize(
    ("options", "message"),
    [({"mode": "quick"}, "auto, offline, online"), ({"batch_size": 0}, "at least 1")],
)
def test_load_refuses_bad_options(tmp_path, options, message):
    with pytest.raises(BadParameter, match=message):
        load(open_workspace(tmp_path), "local", **options)


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        (pd.DataFrame({"id": ["a"], "name": ["A"]}), BadParameter, "at least one column"),
        (pd.DataFrame({"community": [1]}), MissingColumn, "no column id"),
        (pd.DataFrame({"id": ["a"], "population": [1]}), BadParameter, "not one the records give"),
        (pd.DataFrame({"id": ["a"], "x` SET n.y": [1]}), BadParameter, "lower-case letters"),
        (pd.DataFrame({"id": ["a", "a"], "community": [1, 2]}), DuplicateKey, "'a' stands twice"),
    ],
)
def test_write_back_refuses_before_anything_is_sent(frame, error, message):
    with pytest.raises(error, match=message):
        write_results(None, frame, level="city", run=RunRecord("communities", {}))


def test_write_back_refuses_unknown_level():
    with pytest.raises(BadParameter, match="level = 'region'"):
        write_results(None, pd.DataFrame(), level="region", run=RunRecord("communities", {}))


def test_of_two_loads_of_one_workspace_the_second_is_refused(tmp_path):
    workspace = example_workspace(tmp_path)
    with workspace.writing(), pytest.raises(SettingsError, match="Another scicities process"):
        load(workspace, "local")
    assert not workspace.neo4j.exists()


def test_import_files_are_named_from_their_folder(tmp_path):
    folder = tmp_path / "a, [b]"
    folder.mkdir()
    nodes = {"City": [folder / "header.csv", folder / "City.csv"]}
    assert import_arguments(nodes, {"ROAD": [folder / "roads.csv"]}) == (
        folder,
        ["--nodes=City=header.csv,City.csv", "--relationships=ROAD=roads.csv"],
    )


def test_texts_are_stored_without_breaks_and_no_longer_than_an_index_takes():
    rows = pa.table({"id": ["a\nb", "c"], "name": ["x\r\ny\u2028z", "é" * 3_000], "marks": [["p;q\n", None, ""], []]})
    stored, shortened = storable(rows, "Institution")
    assert stored.to_pylist() == [
        {"id": "a\nb", "name": "x y z", "marks": ["p,q "]},
        {"id": "c", "name": "é" * 1_999 + "…", "marks": None},
    ]
    assert shortened == 1
    assert has_line_breaks(stored)
    assert not has_line_breaks(stored.slice(1))


def test_a_key_that_neo4j_can_not_store_is_refused_by_name():
    with pytest.raises(DataError, match=r"The City id 'xxxx.*'… has 9,000 bytes, and Neo4j stores at most 8,000"):
        storable(pa.table({"id": ["a", "x" * 9_000]}), "City")


def test_a_constraint_that_another_load_just_made_is_no_error():
    class Racing:
        def __init__(self, code: str) -> None:
            self.code, self.written = code, []

        def write(self, statement: str, parameters: Mapping[str, Any] | None = None, *, name: str = "") -> pd.DataFrame:
            self.written.append(statement)
            if statement.startswith("CREATE"):
                raise QueryRefused("no", code=self.code)
            return pd.DataFrame()

    racing = Racing("Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists")
    create_constraints(racing)
    assert len(racing.written) == len(constraint_statements()) + 1
    with pytest.raises(QueryRefused):
        create_constraints(Racing("Neo.ClientError.Schema.ConstraintCreationFailed"))
