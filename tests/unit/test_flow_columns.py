"""Imported flows: names of columns, and counts of which one end is unknown."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

from toolkit import flow_indicators, flows, hubs, ingest_flows
from toolkit.analyses.flow_networks import flow_graph
from toolkit.cli import build_app
from toolkit.corpus.networks.ingest_flows import UNKNOWN_END
from toolkit.corpus.networks.store import read_network
from toolkit.errors import BadParameter, BadRecord, MissingColumn
from toolkit.graphdb.network_tables import network_tables
from toolkit.measures.flows.flow_answers import corridors, flow_system
from toolkit.workspace import open_workspace


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "data")


def table(tmp_path, text, name="f.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def edges(workspace, name="f"):
    rows = read_network(workspace, name).edges.to_pylist()
    return {(row["from_id"], row["to_id"], row["year"]): row["weight"] for row in rows}


@pytest.mark.parametrize(
    "header",
    [
        "migrationfrom,migrationto,year,n_migrations",
        "origin,destination,Year,count",
        "from_country,to_country,year,flow",
        "orig,dest,year,value",
        "O,D,year,n",
        "country_of_origin,country_of_destination,year,migrants",
        "Sending country,Receiving country,year,people",
    ],
)
def test_common_names_of_columns_are_known(workspace, tmp_path, header):
    ingest_flows(workspace, table(tmp_path, f"{header}\nDE,FR,2020,3\nFR,DE,2020,1\n"))
    assert edges(workspace) == {("DE", "FR", 2020): 3.0, ("FR", "DE", 2020): 1.0}


def test_two_places_called_o_and_d_are_a_matrix(workspace, tmp_path):
    ingest_flows(workspace, table(tmp_path, "x,O,D\nO,,2\nD,3,\n"), level="other", year=2020)
    assert edges(workspace) == {("O", "D", 2020): 2.0, ("D", "O", 2020): 3.0}


ODD = "Home,Host,Period,Scholars,year\nDE,FR,2020,3,1\nFR,DE,2021,1,1\n"


def test_other_names_are_given_by_options(workspace, tmp_path):
    columns = {"origin": "home", "destination": "Host", "count": "scholars", "year": "Period"}
    ingest_flows(workspace, table(tmp_path, ODD), columns=columns)
    expected = {("DE", "FR", 2020): 3.0, ("FR", "DE", 2021): 1.0}
    assert edges(workspace) == expected
    path = table(tmp_path, ODD, "cli.csv")
    options = ["--from", "Home", "--to", "Host", "--count", "Scholars", "--year-column", "Period"]
    done = CliRunner().invoke(build_app(), ["ingest", "flows", str(path), *options, "-w", str(workspace.root)])
    assert (done.exit_code, edges(workspace, "cli")) == (0, expected)
    wide = table(tmp_path, "Home,Host,2019,2020\nDE,FR,1,2\n", "wide.csv")
    ingest_flows(workspace, wide, columns={"origin": "Home", "destination": "Host"})
    assert edges(workspace, "wide") == {("DE", "FR", 2019): 1.0, ("DE", "FR", 2020): 2.0}


def test_wrong_names_of_columns_are_refused(workspace, tmp_path):
    path = table(tmp_path, ODD)
    with pytest.raises(MissingColumn, match=r"f\.csv: there is no column 'From' \(the origin\)\. Columns present: "):
        ingest_flows(workspace, path, columns={"origin": "From"})
    with pytest.raises(BadParameter, match=r"columns = 'weight'"):
        ingest_flows(workspace, path, columns={"weight": "Scholars"})


UNKNOWN = """origin,destination,year,count
DE,FR,2020,10
FR,DE,2020,4
XQ,FR,2020,5
DE,ZQ,2020,2
YQ,FR,2020,1
XQ,FR,2020,7
XQ,ZQ,2020,3
,DE,2020,2
"""


def test_unknown_end_stays_in_the_total_of_the_known_end(workspace, tmp_path):
    report = ingest_flows(workspace, table(tmp_path, UNKNOWN))
    assert edges(workspace) == {
        ("DE", "FR", 2020): 10.0,
        ("FR", "DE", 2020): 4.0,
        ("unlocated", "FR", 2020): 6.0,
        ("DE", "unlocated", 2020): 2.0,
        ("unlocated", "DE", 2020): 2.0,
    }
    unknown = "unknown place: no such country"
    assert [(row["line"], row["reason"]) for row in report.listing] == [
        (4, f"{UNKNOWN_END}: {unknown}"),
        (5, f"{UNKNOWN_END}: {unknown}"),
        (6, f"{UNKNOWN_END}: {unknown}"),
        (7, "another count of this origin, destination and year was taken"),
        (8, unknown),
        (9, f"{UNKNOWN_END}: no origin"),
    ]
    found = flow_indicators(workspace, network="f")
    rows = found.frame.set_index("id")[["inflow", "outflow", "net"]]
    plain = pd.read_csv(tmp_path / "f.csv").drop(index=[5, 6])
    for place in ("DE", "FR"):
        inflow = plain.loc[plain["destination"] == place, "count"].sum()
        outflow = plain.loc[plain["origin"] == place, "count"].sum()
        assert rows.loc[place].tolist() == [inflow, outflow, inflow - outflow]
    assert found.frame["id"].tolist()[-1] == "unlocated"
    assert rows["net"].sum() == 0
    assert "3 flows have an unknown end" in found.run.notes[-1]


def test_unknown_end_is_in_no_pair(workspace, tmp_path):
    ingest_flows(workspace, table(tmp_path, UNKNOWN))
    assert flows(workspace, network="f").frame[["from_id", "to_id", "researchers"]].to_numpy().tolist() == [
        ["DE", "FR", 10.0],
        ["FR", "DE", 4.0],
    ]
    assert corridors(workspace, network="f").frame["total"].tolist() == [14.0]
    system = flow_system(workspace, network="f").frame
    assert system[["places", "corridors", "researchers"]].to_numpy().tolist() == [[2, 2, 14.0]]
    facts = flow_indicators(workspace, network="f").run.facts
    assert (facts["places"], facts["researchers"], facts["net_total"]) == (2, 14.0, 0.0)
    assert sorted(flow_graph(workspace, network="f")) == ["DE", "FR"]
    assert hubs(workspace, network="f", measures=("strength",)).frame["id"].tolist() == ["DE", "FR"]
    graph = network_tables(read_network(workspace, "f"))
    assert graph.totals()["(:Country)-[:MOVED_TO {rule: 'imported'}]->(:Country)"]["researchers"] == 14.0


def test_strict_refuses_an_unknown_end(workspace, tmp_path):
    with pytest.raises(BadRecord, match=r"f\.csv:4: kept with one end unlocated: unknown place"):
        ingest_flows(workspace, table(tmp_path, UNKNOWN), strict=True)


@pytest.mark.parametrize("count", ["nan", "inf", "-1", "two", "1_0", ""])
def test_odd_counts_are_rejected_with_a_known_or_unknown_end(workspace, tmp_path, count):
    rows = ["origin,destination,year,count", "DE,FR,2020,1", f"XQ,FR,2020,{count}", f"FR,DE,2020,{count}"]
    report = ingest_flows(workspace, table(tmp_path, "\n".join(rows)))
    assert edges(workspace) == {("DE", "FR", 2020): 1.0}
    assert (list(report.rejects.values()), report.left_out) == ([2], {})


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(workspace, tmp_path, encoding):
    (tmp_path / "f.csv").write_bytes("origin,destination,year,count\nDE,Türkei,2020,1\nDE,FR,2020,2\n".encode(encoding))
    ingest_flows(workspace, tmp_path / "f.csv", level="other")
    assert edges(workspace) == {("DE", "FR", 2020): 2.0, ("DE", "Türkei", 2020): 1.0}


@pytest.mark.parametrize("folder", ["a [1]", "what?", "st*r", "it's", "a, b", "Zürich 北京"])
def test_paths_with_signs_of_patterns_and_quotes(tmp_path, folder):
    home = tmp_path / folder
    home.mkdir()
    path = table(home, "origin,destination,year,count\nDE,FR,2020,1\n", f"{folder}.csv")
    workspace = open_workspace(home / "data")
    ingest_flows(workspace, path, name="f")
    assert flow_indicators(workspace, network="f").frame["net"].tolist() == [1.0, -1.0]
