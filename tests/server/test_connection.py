"""Reaching Neo4j, what may be asked, and what is said when it goes wrong: on a real server."""

from __future__ import annotations

import math
import time

import pytest

from toolkit.errors import BadParameter, QueryRefused, SettingsError, UnknownQuery, Unreachable
from toolkit.graphdb.connection import Graph, open_graph
from toolkit.settings import Settings, load_settings


@pytest.fixture
def address(server):
    return server.info().uri


def settings_of(server, **changes) -> Settings:
    return Settings(**{"neo4j_password": server.info().password, **changes})


# ---- opening


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_by_address(server, address, scheme):
    with open_graph(address.replace("bolt", scheme), settings=settings_of(server)) as graph:
        assert graph.raw("RETURN 1 AS one").to_dict("list") == {"one": [1]}
        assert graph.database == "neo4j"


def test_environment_gives_the_password(server, address, monkeypatch):
    monkeypatch.setenv("NEO4J_PASSWORD", server.info().password)
    with open_graph(address) as graph:
        assert graph.info().edition == "community"


def test_wrong_password_says_whose_and_from_where(server, address):
    with pytest.raises(Unreachable, match="user 'neo4j', password from NEO4J_PASSWORD") as error:
        open_graph(address, settings=settings_of(server, neo4j_password="wrong-secret"))
    assert "wrong-secret" not in str(error.value)
    assert "Traceback" not in str(error.value)
    assert error.value.exit_code == 3


def test_lock_after_wrong_passwords_is_named_and_the_local_server_is_waited_for(server, server_workspace, address):
    said = []
    for _ in range(5):
        with pytest.raises(Unreachable) as error:
            open_graph(address, settings=settings_of(server, neo4j_password="wrong-secret"))
        said.append(str(error.value))
    assert "refuses all logins of this user for some seconds" in said[-1]
    with open_graph("local", workspace=server_workspace) as graph:
        assert graph.raw("RETURN 1 AS one")["one"].tolist() == [1]


def test_no_password_at_all(address):
    with pytest.raises(SettingsError, match=r"set NEO4J_USERNAME .* and NEO4J_PASSWORD"):
        open_graph(address, settings=Settings())


def test_closed_port_answers_at_once(server):
    begun = time.monotonic()
    with pytest.raises(Unreachable, match=r"does not answer at bolt://127\.0\.0\.1:1 .*Does it run"):
        open_graph("bolt://127.0.0.1:1", settings=settings_of(server))
    assert time.monotonic() - begun < 5


def test_port_of_something_else(server):
    with pytest.raises(Unreachable, match="does not answer"):
        open_graph(server.info().http_url.replace("http", "bolt"), settings=settings_of(server))


def test_unknown_database(server, address):
    with pytest.raises(QueryRefused, match="nowhere") as error:
        open_graph(address, settings=settings_of(server), database="nowhere")
    assert error.value.code == "Neo.ClientError.Database.DatabaseNotFound"


def test_closed_graph_is_unreachable_not_a_traceback(server, address):
    graph = open_graph(address, settings=settings_of(server))
    graph.close()
    with pytest.raises(Unreachable):
        graph.raw("RETURN 1")


# ---- asking


def test_rows_columns_and_order(graph):
    frame = graph.raw("UNWIND [3, 1, 2] AS n RETURN n, n * $by AS by ORDER BY n", {"by": 0.5})
    assert list(frame.columns) == ["n", "by"]
    assert frame.to_numpy().tolist() == [[1, 0.5], [2, 1.0], [3, 1.5]]


def test_no_rows_keep_their_columns(graph):
    assert list(graph.raw("MATCH (n:NoSuchLabel) RETURN n.id AS id, n.name AS name").columns) == ["id", "name"]


def test_values_become_plain(empty_graph):
    empty_graph.raw(
        "CREATE (:City:Place {id: 'a', at: point({x: 1, y: 2})})"
        "-[:ROAD {since: date('2024-02-29')}]->(:City {id: 'b'})",
        write=True,
    )
    row = empty_graph.raw(
        "MATCH p = (a:City {id: 'a'})-[r:ROAD]->(b) "
        "RETURN a, r, p, [datetime('2020-01-02T03:04:05Z'), duration('P1DT2H'), localtime('10:00')] AS times, "
        "{inner: a.at} AS map, null AS nothing"
    ).iloc[0]
    a, b = row["p"]["nodes"]
    assert row["a"] == a
    assert a["labels"] == ["City", "Place"]
    assert a["properties"] == {"at": {"srid": 7203, "coordinates": [1.0, 2.0]}, "id": "a"}
    assert row["r"] == row["p"]["relationships"][0]
    assert row["r"]["type"] == "ROAD"
    assert (row["r"]["start"], row["r"]["end"]) == (a["element_id"], b["element_id"])
    assert row["r"]["properties"] == {"since": "2024-02-29"}
    assert row["times"] == ["2020-01-02T03:04:05.000000000+00:00", "P1DT2H", "10:00:00.000000000"]
    assert row["map"] == {"inner": {"srid": 7203, "coordinates": [1.0, 2.0]}}
    assert row["nothing"] is None


def test_collected_columns_equal_rows(graph):
    rows = graph.raw("UNWIND range(1, 1000) AS n RETURN toString(n) AS id, n / 7.0 AS score")
    columns = graph.read_columns(
        "UNWIND range(0, 9) AS chunk UNWIND range(1, 100) AS i WITH chunk, chunk * 100 + i AS n ORDER BY chunk, n "
        "WITH chunk, collect(toString(n)) AS id, collect(n / 7.0) AS score ORDER BY chunk RETURN id, score"
    )
    assert columns == rows.to_dict("list")
    assert graph.read_columns("UNWIND [] AS n RETURN collect(n) AS id, n LIMIT 0") == {"id": [], "n": []}


def test_info_counts(empty_graph, server):
    empty_graph.write(
        "UNWIND range(1, 3) AS n CREATE (a:City {id: n}) CREATE (a)-[:IN_COUNTRY]->(:Country)", name="seed"
    )
    info = empty_graph.info()
    assert info.nodes == {"City": 3, "Country": 3}
    assert info.relationships == {"IN_COUNTRY": 3}
    assert info.version == server.info().version == load_settings().neo4j_version


def test_query_name_shows_on_the_server(graph):
    shown = graph.read(
        "SHOW TRANSACTIONS YIELD metaData, currentQuery WHERE currentQuery CONTAINS 'metaData' RETURN metaData",
        name="me",
    )
    assert {"app": "scicities", "query": "me"} in list(shown["metaData"])


# ---- reading only


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("CREATE (:City)", "it writes"),
        ("MATCH (n) SET n.x = 1", "it writes"),
        ("PROFILE CREATE (:City)", "it writes"),
        ("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS", "it writes"),
        ("CALL db.createLabel('Sneaky')", "it writes"),
        ("CREATE INDEX sneaky FOR (n:City) ON n.id", "schema or the server"),
        ("CREATE USER sneaky SET PASSWORD 'abcdefgh1'", "schema or the server"),
        ("ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'", "schema or the server"),
        ("CALL dbms.killConnection('bolt-1')", "schema or the server"),
        ("TERMINATE TRANSACTIONS 'neo4j-transaction-1'", "ends other transactions"),
        ("LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", "LOAD CSV"),
        ("/* a */ LOAD // b\n CSV FROM 'http://127.0.0.1/' AS row RETURN row", "LOAD CSV"),
        ("UNWIND [1] AS x CALL (x) { LOAD CSV FROM 'file:///a' AS row RETURN row } RETURN row", "LOAD CSV"),
    ],
)
def test_more_than_reading_is_refused_before_it_runs(graph, statement, why):
    before = graph.info()
    with pytest.raises(BadParameter, match=why):
        graph.raw(statement)
    assert graph.info() == before


@pytest.mark.parametrize(
    "statement",
    [
        "// a comment\nRETURN 1 AS one;",
        "PROFILE RETURN 1 AS one",
        "RETURN 1 AS one // LOAD CSV FROM 'x' AS row CREATE (n)",
        "RETURN size('CREATE (n)') / 10 AS one",
        "CYPHER runtime=slotted RETURN 1 AS one",
    ],
)
def test_reading_that_looks_like_writing_is_run(graph, statement):
    assert graph.raw(statement)["one"].tolist() == [1]


def test_explaining_a_write_does_nothing(graph):
    before = graph.info()
    assert graph.raw("EXPLAIN CREATE (:City)").empty
    assert graph.info() == before


def test_read_session_refuses_writes_by_itself(graph):
    with pytest.raises(QueryRefused, match="refused") as error:
        graph.read("CREATE (:City)")
    assert error.value.code == "Neo.ClientError.Statement.AccessMode"
    assert not error.value.retryable


# ---- refused by the server


def test_bad_syntax_points_at_the_users_own_line(graph):
    with pytest.raises(QueryRefused, match=r"\(line 2, column 3\)") as error:
        graph.raw("MATCH (n)\n  RETRN n")
    assert error.value.code == "Neo.ClientError.Statement.SyntaxError"
    assert not error.value.retryable
    assert "EXPLAIN" not in str(error.value)


def test_missing_parameter(graph):
    with pytest.raises(QueryRefused, match="city_id") as error:
        graph.raw("RETURN $city_id AS id")
    assert error.value.code == "Neo.ClientError.Statement.ParameterMissing"


def test_timeout_is_the_servers(graph):
    begun = time.monotonic()
    with pytest.raises(QueryRefused) as error:
        graph.raw("UNWIND range(1, 1000000000) AS n WITH n WHERE n % 7 = 8 RETURN count(n) AS n", timeout=1)
    assert error.value.code.startswith("Neo.ClientError.Transaction.TransactionTimedOut")
    assert time.monotonic() - begun < 20


def test_broken_constraint_is_not_retryable(empty_graph):
    empty_graph.raw("CREATE CONSTRAINT city_id FOR (c:City) REQUIRE c.id IS UNIQUE", write=True)
    empty_graph.write("CREATE (:City {id: 'a'})")
    with pytest.raises(QueryRefused) as error:
        empty_graph.write("CREATE (:City {id: 'a'})")
    assert error.value.code == "Neo.ClientError.Schema.ConstraintValidationFailed"
    assert not error.value.retryable


def test_write_auto_opens_its_own_transactions(empty_graph):
    statement = "UNWIND range(1, 25) AS n CALL (n) { CREATE (:City {id: n}) } IN TRANSACTIONS OF 10 ROWS"
    with pytest.raises(QueryRefused):
        empty_graph.write(statement)
    empty_graph.write_auto(statement, name="seed")
    assert empty_graph.info().nodes == {"City": 25}


def test_unknown_query_name(graph):
    with pytest.raises(UnknownQuery, match=r"hubs\.by_strenght"):
        graph.run("hubs.by_strenght")


def test_two_graphs_are_two_connections(server, address, graph):
    with open_graph(address, settings=settings_of(server)) as other:
        assert isinstance(other, Graph)
        assert other.driver is not graph.driver
    assert math.isclose(graph.raw("RETURN 0.1 + 0.2 AS sum")["sum"].iloc[0], 0.3)
