"""Addresses that can't be one, the driver's exceptions in our words, and plans that do more than read."""

from __future__ import annotations

import pytest
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from toolkit.errors import BadParameter, GraphStoreError, QueryRefused, Unreachable
from toolkit.graphdb.connection import Graph, open_graph
from toolkit.graphdb.driver_errors import translated
from toolkit.graphdb.read_only import effect_beyond_reading, explaining, parted, plugin_function, profiling
from toolkit.settings import Settings


@pytest.mark.parametrize(
    "target",
    ["", "localhost", "localhost:7687", "http://localhost:7474", "bolt://", "bolt://host:port", "bolt:host", "Local"],
)
def test_no_address(target):
    with pytest.raises(BadParameter, match="local, or an address like neo4j://host:7687"):
        open_graph(target, settings=Settings(neo4j_password="x"))


def test_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(BadParameter, match="NEO4J_PASSWORD") as error:
        open_graph("bolt://neo4j:hunter2@host:7687", settings=Settings(neo4j_password="x"))
    assert "hunter2" not in str(error.value)


def from_server(kind: type[Neo4jError], code: str, message: str) -> Neo4jError:
    error = Neo4jError._hydrate_neo4j(code=code, message=message)
    assert isinstance(error, kind)
    return error


@pytest.mark.parametrize(
    ("raised", "ours", "words"),
    [
        (ServiceUnavailable("Couldn't connect to host:1:\nmore"), Unreachable, "does not answer at bolt://host:1"),
        (SessionExpired("gone"), Unreachable, r"\(gone\)"),
        (ServiceUnavailable(), Unreachable, "ServiceUnavailable"),
        (ConfigurationError("no such option"), Unreachable, "can be made this way: no such option"),
        (
            from_server(AuthError, "Neo.ClientError.Security.Unauthorized", "Unauthorized"),
            Unreachable,
            r"refuses the credentials \(user 'me'\): Unauthorized",
        ),
        (
            from_server(ClientError, "Neo.ClientError.Statement.SyntaxError", "Invalid (line 3, column 7 (offset: 9))"),
            QueryRefused,
            r"Invalid \(line 2, column 7\) \[Neo\.ClientError\.Statement\.SyntaxError\]",
        ),
    ],
)
def test_driver_errors_come_up_as_ours(raised, ours, words):
    with pytest.raises(ours, match=words) as error, translated("bolt://host:1", "user 'me'", prefix_lines=1):
        raise raised
    assert isinstance(error.value, GraphStoreError)
    assert error.value.__cause__ is raised


@pytest.mark.parametrize(
    ("code", "retryable"),
    [
        ("Neo.TransientError.Transaction.DeadlockDetected", True),
        ("Neo.ClientError.Schema.ConstraintValidationFailed", False),
    ],
)
def test_retryable_is_the_servers_word(code, retryable):
    with pytest.raises(QueryRefused) as error, translated("bolt://host:1"):
        raise from_server(TransientError if retryable else ClientError, code, "no")
    assert (error.value.code, error.value.retryable) == (code, retryable)


class Losing:
    """A driver whose first commits get no answer."""

    def __init__(self, lost: int) -> None:
        self.lost, self.asked = lost, 0

    def execute_query(self, *_: object, **__: object) -> str:
        self.asked += 1
        if self.asked <= self.lost:
            raise IncompleteCommit("Failed to read from defunct connection")
        return "answer"


def test_a_commit_without_an_answer_is_sent_again():
    """The driver's own retries leave this one out, since it can't know which statements may run twice."""
    assert not IncompleteCommit("x").is_retryable()
    graph = Graph(Losing(3), "neo4j", "bolt://host:1")
    assert graph.write("MATCH (n) SET n.seen = true") == graph.read_columns("RETURN [1] AS one") == "answer"
    assert graph.driver.asked == 5
    with pytest.raises(Unreachable, match="does not answer at bolt://host:1"):
        Graph(Losing(99), "neo4j", "bolt://host:1").read("RETURN 1")


def test_our_own_errors_pass_through():
    with pytest.raises(ZeroDivisionError), translated("bolt://host:1"):
        raise ZeroDivisionError


def plan(operator, details="", *children):
    return {"operatorType": f"{operator}@neo4j", "args": {"Details": details}, "children": list(children)}


@pytest.mark.parametrize(
    ("query_type", "tree", "effect"),
    [
        ("r", None, "shows no plan"),
        (None, plan("ProduceResults", "x"), "does not say that it only reads"),
        ("r", plan("ProduceResults", "x", plan("NodeByLabelScan", "n:LoadCSV")), ""),
        ("rw", None, "it writes"),
        ("w", None, "it writes"),
        ("s", None, "it changes the schema"),
        ("r", plan("ProduceResults", "", plan("Apply", "", plan("Argument"), plan("LoadCSV", "row"))), "LOAD CSV"),
        ("r", plan("ProcedureCall", "apoc.load.json($x) :: (value)"), "apoc.load.json, which is not among"),
        ("r", plan("ProcedureCall", "db.labelsOfMine() :: (x)"), "db.labelsOfMine, which"),
        ("r", plan("ProcedureCall", "db.labels() :: (label)"), ""),
        ("r", plan("ProduceResults", "", plan("Expand(All)", "(a)-->(b)"), plan("Repeat(All, Trail)")), ""),
        ("r", plan("ProduceResults", "", plan("NewInNextVersion", "x")), "NewInNextVersion, which is not known"),
        ("r", plan("ProduceResults", "", plan("RunQueryAt", "CALL x()")), "RunQueryAt"),
        ("r", plan("ShortestPath", "p WHERE EXISTS { LOAD CSV FROM 'x' AS l RETURN l }"), "subquery"),
        ("r", plan("ProcedureCall", "db.index.fulltext.queryNodes(COLLECT { CALL x.y() YIELD z })"), "subquery"),
        (
            "r",
            plan("Projection", "CASE WHEN a THEN COLLECT { ResolvedCall(db.stats.status() :: x) RETURN x } END"),
            "sub",
        ),
        ("r", plan("Projection", "CASE WHEN a THEN COUNT { MATCH (c)-[:X]->(d:D) WHERE d.recall } END"), "subquery"),
        ("r", plan("Projection", "CASE WHEN a THEN COUNT { MATCH (c)-[:X]->(d:D) } END AS x"), ""),
        ("r", plan("Projection", "c.recall AS recalled, c.upload AS load"), ""),
        ("r", plan("ProduceResults", "`COUNT { LOAD CSV FROM 'x' AS l RETURN l }`", plan("Projection", "1")), ""),
    ],
)
def test_effects_are_seen_in_the_plan(query_type, tree, effect):
    found = effect_beyond_reading(query_type, tree)
    assert effect in found
    assert bool(found) is bool(effect)


def test_step_in_another_database_is_refused():
    assert "another database (system)" in effect_beyond_reading(
        "r", {"operatorType": "Argument@system"}, database="neo4j"
    )
    assert effect_beyond_reading("r", {"operatorType": "Argument@neo4j"}, database="Neo4j") == ""


@pytest.mark.parametrize(
    ("cypher", "mode"),
    [
        ("EXPLAIN CREATE (n)", "EXPLAIN"),
        (" // EXPLAIN\nCREATE (n)", ""),
        ("/* x\n */\nexplain RETURN 1", "EXPLAIN"),
        ("// c\rPROFILE RETURN 1", "PROFILE"),
        ("EXPLAINED", ""),
        ("RETURN 'EXPLAIN'", ""),
        ("/**/LOAD CSV FROM 'file:///x' AS l RETURN l AS /**/EXPLAIN", ""),
        ("// a\rLOAD CSV FROM 'file:///x' AS l RETURN l //\nEXPLAIN", ""),
        ("/* EXPLAIN", ""),
    ],
)
def test_first_word_of_a_statement_is_found_behind_comments(cypher, mode):
    assert parted(cypher)[0] == mode


@pytest.mark.parametrize("unit", ["/**/", "/*", "//\n", "/**/ //\r", " \n", "/*/**"])
def test_long_comments_are_read_once(unit):
    """With a pattern that backtracks, 50,000 of them would take longer than the age of the universe."""
    assert parted(unit * 50_000 + "RETURN 1")[0] == ""


def test_profile_is_planned_without_its_first_word():
    body = parted("// c\nPROFILE RETURN 1")[1]
    assert (explaining(body), profiling(body)) == ("EXPLAIN\n// c\n RETURN 1", "PROFILE\n// c\n RETURN 1")


def test_brackets_within_each_other_beyond_reason_are_refused_before_the_server_reads_them():
    assert explaining("RETURN " + "(" * 200 + "1" + ")" * 200)
    assert explaining("RETURN " + "() " * 100_000)
    with pytest.raises(BadParameter, match="more than 200 brackets"):
        explaining("RETURN " + "[" * 201 + "]" * 201)


@pytest.mark.parametrize(
    ("cypher", "called"),
    [
        ("RETURN apoc.cypher.runFirstColumnSingle('x', {})", "apoc.cypher.runFirstColumnSingle"),
        ("RETURN `APOC` . /* x */ `cypher`.RUNFIRSTCOLUMNSINGLE('x')", "apoc.cypher.runFirstColumnSingle"),
        ("RETURN apoc.cypher.r\\u0075nFirstColumnSingle('x')", "apoc.cypher.runFirstColumnSingle"),
        ("RETURN genai.vector.encode('x', 'OpenAI', {})", "genai.vector.encode"),
        ("RETURN apoc.text.join(['a'], ',')", ""),
        ("MATCH (c:City) RETURN c.name", ""),
    ],
)
def test_functions_of_plugins_are_found_in_the_text(cypher, called):
    installed = ["apoc.cypher.runFirstColumnSingle", "apoc.text.join", "genai.vector.encode"]
    assert plugin_function(cypher, installed) == called
    assert plugin_function(cypher, []) == ""
