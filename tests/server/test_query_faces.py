"""A query on the command line against a real server: formats, names, plans, graphs, and what is refused."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from plain.loaded_graph import Loaded

from toolkit.analyses.repeating import repeat
from toolkit.cli import main
from toolkit.errors import BadParameter, DataError, QueryRefused, UnknownPlace, UnknownQuery
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.graph_json import graph_of_answer, graph_of_statement
from toolkit.graphdb.library import library
from toolkit.graphdb.plans import explained, profiled, total_hits
from toolkit.graphdb.server import ManagedServer
from toolkit.runs import RunRecord
from toolkit.settings import load_settings

BEIJING, LONDON = "1816670", "2643743"
GATEWAYS = ("run", "bridges.gateways", "--country", "China", "--other-country", "GB", "--top-n", "4")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    loaded: Loaded, server: ManagedServer, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """``scicities query …`` against the suite's server, reached by its address."""
    monkeypatch.setenv("NEO4J_URI", loaded.graph.uri)
    monkeypatch.setenv("NEO4J_PASSWORD", server.info().password)

    def done(*arguments: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(["query", *map(str, arguments)])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return done


def test_a_query_comes_in_every_format(run: Run, loaded: Loaded, tmp_path: Path) -> None:
    wanted = loaded.graph.run("bridges.gateways", country="CN", other_country="GB", top_n=4)
    for fmt in ("csv", "json", "ndjson"):
        code, out, err = run(*GATEWAYS, "--format", fmt)
        assert code == 0, err
        read = {"csv": pd.read_csv, "json": pd.read_json, "ndjson": lambda text: pd.read_json(text, lines=True)}[fmt]
        found = read(io.StringIO(out)).astype({"city_id": str, "partner_id": str})
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
        assert "query bridges.gateways" in err
    assert run(*GATEWAYS, "-o", tmp_path / "gateways.parquet")[0] == 0
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "gateways.parquet"), wanted, check_dtype=False)
    record = json.loads((tmp_path / "gateways.parquet.run.json").read_text(encoding="utf-8"))
    assert record["parameters"]["country"] == "China"
    assert record["parameters"].keys() == {"from", *(param.name for param in library()["bridges.gateways"].params)}
    assert (record["parameters"]["year_from"], record["parameters"]["year_to"]) == (2015, 2024)
    assert record["fingerprint"] == loaded.workspace.fingerprint
    _, table, _ = run(*GATEWAYS, "--format", "table")
    assert "Beijing" in table


def test_lists_are_json_in_csv_and_words_in_a_table(run: Run) -> None:
    asked = ("run", "hubs.first_partners", "--top-n", "1")
    _, out, _ = run(*asked, "--format", "csv")
    names = pd.read_csv(io.StringIO(out)).names.iloc[0]
    assert json.loads(names)[0] == "New York City"
    table = run(*asked, "--format", "table")[1]
    assert "Shanghai," in table
    assert "[" not in table


def test_names_stand_for_ids_and_odd_ones_are_told(run: Run) -> None:
    asked = ("run", "collaboration.common_partners", "--format", "csv")
    by_id = run(*asked, "--city-id", "1790630", "--other-city-id", BEIJING)[1]
    assert run(*asked, "--city", "xi'an", "--other-city", "Beijing, CN")[1] == by_id
    for odd in (
        "Bei`jing",
        "O'Brien",
        '"Paris"',
        "Paris'; MATCH (n) DETACH DELETE n; //",
        "",
        " ",
        "\u2003",
        "$city_id",
    ):
        code, _, err = run(*asked, "--city", odd, "--other-city", "Beijing")
        assert code == 4, odd
        assert "no city named" in err
    assert run("run", "collaboration.among_cities", "--city", "Beijing", "--city", "London", "--format", "csv")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--top-n", "0"), "top_n = 0 can't be used: a whole number from 1 up is needed."),
        (("--top-n", "9223372036854775808"), "a whole number is needed"),
        (
            ("--year-from", "2024", "--year-to", "2015"),
            "year_from = 2024 can't be used: it can't be later than year_to",
        ),
        (("--country", "Atlantis"), "no country named 'Atlantis'"),
        (("--format", "xlsx"), "it must be one of table, csv, json, ndjson, parquet"),
    ],
)
def test_values_out_of_range_are_told(run: Run, arguments: tuple[str, ...], told: str) -> None:
    asked = {"--country": "China", "--other-country": "GB"} | dict(zip(arguments[::2], arguments[1::2], strict=True))
    code, out, err = run("run", "bridges.gateways", *itertools.chain(*asked.items()))
    assert code == 4
    assert out == ""
    assert told in err


def test_no_rows_are_no_error(run: Run) -> None:
    code, out, _ = run("run", "output.top_cities", "--year-from", "1900", "--year-to", "1901", "--format", "csv")
    assert (code, out) == (0, "city_id,city,country,count,share\n")


# plans


def test_a_plan_is_printed_and_nothing_run(run: Run, loaded: Loaded) -> None:
    code, out, err = run(*GATEWAYS, "--explain", "--format", "json")
    assert code == 0, err
    steps = json.loads(out)
    assert steps[0]["operator"] == "ProduceResults"
    assert {"depth", "operator", "details", "estimated_rows"} == set(steps[0])
    assert any(step["operator"] in {"NodeUniqueIndexSeek", "NodeIndexSeek"} for step in steps)
    table = run(
        "raw", "MATCH (a:City), (b:City) WHERE a.name = b.name RETURN count(*)", "--explain", "--format", "table"
    )[1]
    assert "\n   " in table
    code, out, _ = run("raw", "MATCH (n) DETACH DELETE n", "--explain", "--format", "csv")
    assert code == 0
    assert "DetachDelete" in out
    assert loaded.graph.raw("MATCH (n) RETURN count(n) AS n")["n"].iloc[0] > 1000
    assert run("raw", "MATCH (n) RETURN", "--explain")[0] == 3
    assert "leave it out" in run("raw", "RETURN 1", "--explain", "--write")[2]


def test_a_profile_counts_what_a_query_asks_of_the_store(loaded: Loaded) -> None:
    frame = profiled(loaded.graph, "MATCH (c:City {id: $id}) RETURN c.name AS name", {"id": BEIJING})
    assert frame.operator.iloc[0] == "ProduceResults"
    assert frame.rows.iloc[0] == 1
    assert (
        0
        < frame.db_hits.sum()
        == total_hits(loaded.graph, "EXPLAIN MATCH (c:City {id: $id}) RETURN c.name AS name", {"id": BEIJING})
        < 10
    )
    with pytest.raises(BadParameter, match="it writes, and only what reads can be profiled"):
        profiled(loaded.graph, "CREATE (:Sneaked)")
    with pytest.raises(QueryRefused):
        explained(loaded.graph, "MATCH (c:City RETURN c")


# graphs


def test_the_graph_of_an_answer_goes_into_networkx(run: Run, loaded: Loaded, tmp_path: Path) -> None:
    code, out, err = run("run", "hubs.triangles", "--top-n", "1", "--year-from", "2020", "--year-to", "2021", "--graph")
    assert code == 0, err
    found = json.loads(out)
    g = nx.node_link_graph(found, edges="edges")
    row = loaded.graph.run("hubs.triangles", top_n=1, year_from=2020, year_to=2021).iloc[0]
    assert set(g) == {f"City:{row[end]}" for end in ("a_id", "b_id", "c_id")}
    ties = [tie["properties"] for _, _, tie in g.edges(data=True) if tie["type"] == "COLLABORATES_WITH"]
    assert sum(tie["score"] for tie in ties) == pytest.approx(row.total)
    assert {tie["properties"]["year"] for _, _, tie in g.edges(data=True)} <= {2020, 2021}
    assert {tie["type"] for _, _, tie in g.edges(data=True)} == {"COLLABORATES_WITH", "MOVED_TO"}
    names = {node: data["caption"] for node, data in g.nodes(data=True)}
    assert names == {f"City:{row[f'{x}_id']}": row[f"{x}_name"] for x in "abc"}
    assert found["graph"]["query"] == "hubs.triangles"
    assert run("run", "hubs.triangles", "--graph", "-o", tmp_path / "new" / "g.json")[0] == 0
    assert json.loads((tmp_path / "new" / "g.json").read_text(encoding="utf-8"))["directed"] is True


def test_places_of_the_question_and_of_all_levels_are_in_the_graph(loaded: Loaded) -> None:
    queries = library()
    found = graph_of_answer(
        loaded.graph, queries["bridges.between_cities"], {"city_id": "Beijing", "other_city_id": "London", "top_n": 3}
    )
    labels = {node["id"]: node["labels"] for node in found["nodes"]}
    assert {f"City:{BEIJING}", f"City:{LONDON}"} <= set(labels)
    assert sum(own == ["Institution"] for own in labels.values()) == 3
    countries = graph_of_answer(loaded.graph, queries["collaboration.country_pairs"], {"top_n": 2})
    assert {node["labels"][0] for node in countries["nodes"]} == {"Country"}
    again = graph_of_answer(loaded.graph, queries["collaboration.country_pairs"], {"top_n": 2})
    assert again == countries
    with pytest.raises(UnknownPlace):
        graph_of_answer(
            loaded.graph, queries["bridges.between_cities"], {"city_id": "Atlantis", "other_city_id": "London"}
        )


def test_the_graph_of_ones_own_cypher(run: Run, loaded: Loaded) -> None:
    text = "MATCH p = (c:City {id: $a})-[:IN_COUNTRY]->() RETURN p, 1 AS one"
    code, out, _ = run("raw", text, "-P", f'a="{BEIJING}"', "--graph")
    found = json.loads(out)
    assert code == 0
    assert [node["id"] for node in found["nodes"]] == [f"City:{BEIJING}", "Country:CN"]
    assert [(e["source"], e["target"], e["type"]) for e in found["edges"]] == [
        (f"City:{BEIJING}", "Country:CN", "IN_COUNTRY")
    ]
    assert graph_of_statement(loaded.graph, "RETURN 1 AS x")["nodes"] == []
    code, _, err = run("raw", "CREATE (n:Sneaked) RETURN n", "--graph")
    assert code == 4
    assert "it writes, and only reading is allowed here" in err


def test_cypher_of_ones_own_takes_parameters_and_refuses_to_write(run: Run) -> None:
    code, out, err = run(
        "raw",
        "RETURN $a + 1 AS x, $b AS y, $c AS z",
        "-P",
        "a=1",
        "-P",
        'b=["x"]',
        "-P",
        "c=it's `odd`",
        "--format",
        "json",
    )
    assert code == 0, err
    assert json.loads(out) == [{"x": 2, "y": ["x"], "z": "it's `odd`"}]
    code, _, err = run("raw", "CREATE (:Sneaked)")
    assert code == 4
    assert "it writes, and only reading is allowed without write (--write)" in " ".join(err.split())
    code, _, err = run("raw", "RETURN $missing")
    assert code == 3
    assert "missing" in err
    assert "-P NAME=VALUE" in " ".join(err.split())
    assert "it is written name=value" in run("raw", "RETURN 1", "-P", "a")[2]


def test_a_query_of_ones_own_runs_like_a_shipped_one(
    run: Run, server: ManagedServer, loaded: Loaded, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    lines = [
        "// name: mine.partners",
        "// summary: Partners of a metropolis.",
        "// access: read",
        "// param: seat city | A city.",
        "// column: n int | Partners.",
        "",
        "MATCH (:City {id: $seat})-[:COLLABORATES_WITH]-(p:City) RETURN count(DISTINCT p) AS n ORDER BY n;",
    ]
    (tmp_path / "mine" / "partners.cypher").write_text("\n".join(lines), encoding="utf-8")
    own = library(tmp_path)
    partners = int(own.run(loaded.graph, "mine.partners", seat="London").n.iloc[0])
    assert partners == len(loaded.records.near((2015, 2024))[LONDON])
    code, out, err = run("run", "--library", tmp_path, "mine.partners", "--seat", "London", "--format", "csv")
    assert (code, out) == (0, f"n\n{partners}\n"), err
    # and where the workspace's file names the folder, from Python too
    (tmp_path / "scicities.toml").write_text(f'library = "{tmp_path}"\n', encoding="utf-8")
    info = server.info()
    settings = replace(load_settings(tmp_path), neo4j_username=info.username, neo4j_password=info.password)
    with open_graph(info.uri, workspace=tmp_path, settings=settings) as graph:
        assert int(graph.run("mine.partners", seat="London").n.iloc[0]) == partners
    with pytest.raises(UnknownQuery):
        loaded.graph.run("mine.partners", seat="London")


def test_a_query_is_repeated_from_its_record(run: Run, loaded: Loaded, tmp_path: Path) -> None:
    file = tmp_path / "gateways.csv"
    assert run(*GATEWAYS, "-o", file)[0] == 0
    record = RunRecord.read(Path(f"{file}.run.json"))
    again = repeat(record, loaded.graph)
    pd.testing.assert_frame_equal(
        again.frame, loaded.graph.run("bridges.gateways", country="CN", other_country="GB", top_n=4)
    )
    assert main(["repeat", f"{file}.run.json", "-o", str(tmp_path / "again.csv")]) == 0
    assert (tmp_path / "again.csv").read_bytes() == file.read_bytes()
    with pytest.raises(DataError, match="but the graph shows"):
        repeat(replace(record, fingerprint="0" * 64), loaded.graph)


def test_cypher_that_may_write_is_not_repeated(run: Run, loaded: Loaded, tmp_path: Path) -> None:
    file = tmp_path / "raw.csv"
    assert run("raw", "MATCH (c:City) RETURN c.id AS id ORDER BY id", "--top", "2", "-o", file)[0] == 0
    record = RunRecord.read(Path(f"{file}.run.json"))
    assert repeat(record, loaded.graph).frame["id"].tolist() == pd.read_csv(file, dtype=str)["id"].tolist()
    with pytest.raises(BadParameter, match="the statement may change the graph"):
        repeat(replace(record, parameters={**record.parameters, "write": True}), loaded.graph)
