"""Imported flows and networks."""

from __future__ import annotations

import gzip

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import communities, hubs, ingest_flows, ingest_network
from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import example_workspace
from toolkit.corpus.networks.finding import PlaceFinder
from toolkit.corpus.networks.ingest_flows import UNKNOWN_END
from toolkit.corpus.networks.store import network_names, read_network
from toolkit.errors import BadParameter, BadRecord, DataError, EmptyGraph, MissingColumn
from toolkit.network.arrays import EdgeArray
from toolkit.workspace import open_workspace


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "data")


@pytest.fixture
def file(tmp_path):
    def write(name, *lines):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


def flows(workspace, name):
    found = read_network(workspace, name).edges.to_pylist()
    return {(row["from_id"], row["to_id"], row["year"]): row["weight"] for row in found}


def listed(report):
    return [(row["line"], row["reason"], row["excerpt"]) for row in report.listing]


def test_the_three_shapes_say_the_same(workspace, file, tmp_path):
    expected = {("CN", "JP", 2019): 5.0, ("CN", "JP", 2020): 2.0, ("JP", "CN", 2020): 1.0, ("NA", "CN", 2019): 3.0}
    long = ["CN,JP,2019,5", "CN,JP,2020,2", "JP,China,2020,1", "Namibia,CHN,2019,3", "JP,CN,2019,0"]
    ingest_flows(workspace, file("long.csv", "origin,destination,year,count", *long))
    ingest_flows(workspace, file("wide.tsv", "from\tto\t2019\t2020", "CN\tJP\t5\t2", "JP\tCN\t0\t1", "NA\tCN\t3\t0"))
    matrix = file("matrix.csv", "from\\to,year,China,Japan", "CN,2019,,5", "JP,2019,0,0", "NA,2019,3,0")
    matrix.write_text(matrix.read_text() + "CN,2020,0,2\nJP,2020,1,\nNA,2020,0,0\n")
    report = ingest_flows(workspace, matrix)
    for name in ("long", "wide", "matrix"):
        assert flows(workspace, name) == expected, name
    assert (report.read, report.kept, report.rejects) == (12, 4, {})
    assert report.left_out == {"nobody moved": 4, "nobody on the diagonal": 4}
    one_year = ingest_flows(workspace, file("m.csv", ",CN,JP", "CN,,5", "JP,1,"), name="one", year=2018)
    assert (one_year.name, flows(workspace, "one")) == ("one", {("CN", "JP", 2018): 5.0, ("JP", "CN", 2018): 1.0})
    assert network_names(workspace) == ["long", "matrix", "one", "wide"]
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress((tmp_path / "long.csv").read_bytes()))
    ingest_flows(workspace, packed)
    assert read_network(workspace, "packed").fingerprint == read_network(workspace, "long").fingerprint


def test_what_is_bad_is_listed_with_its_line_and_the_rest_kept(workspace, file):
    path = file(
        "mixed.csv",
        "origin,destination,year,count",
        "CN,JP,2019,5",
        "CN,JP,2019,5",
        "CN,JP,2020,-1",
        "CN,JP,2020,",
        "CN,JP,2020,many",
        "CN,CN,2020,7",
        "CN,CN,2020,0",
        "Chna,JP,2020,1",
        ",JP,2020,1",
        "CN,JP,2999,1",
        "CN,JP,20,1",
        "CN,JP",
        "JP,CN,2020.0,1e1",
        "CN,JP,2021,1_0",
    )
    report = ingest_flows(workspace, path, accept_rejects=True)
    assert flows(workspace, "mixed") == {
        ("CN", "JP", 2019): 5.0,
        ("JP", "CN", 2020): 10.0,
        ("unlocated", "JP", 2020): 2.0,
    }
    assert sorted(listed(report)) == [
        (3, "another count of this origin, destination and year was taken", "CN, JP, 2019, 5"),
        (4, "the count is negative", "CN, JP, 2020, -1"),
        (5, "no count", "CN, JP, 2020"),
        (6, "the count is no number", "CN, JP, 2020, many"),
        (7, "origin and destination are the same place", "CN, CN, 2020, 7"),
        (9, f"{UNKNOWN_END}: unknown place: no such country", "Chna, JP, 2020, 1; close: China = CN, Chad = TD"),
        (10, f"{UNKNOWN_END}: no origin", "JP, 2020, 1"),
        (11, "the year lies in the future", "CN, JP, 2999, 1"),
        (12, "the year is no year", "CN, JP, 20, 1"),
        (13, "2 columns instead of 4", "CN,JP"),
        (15, "the count is no number", "CN, JP, 2021, 1_0"),
    ]
    assert sum(report.rejects.values()) == len(report.listing)
    kept = (workspace.networks / "mixed" / "rejects.csv").read_text().splitlines()
    assert len(kept) == 1 + len(report.listing)
    twice = file("twice.csv", "origin,destination,year,count", "CN,JP,2019,5", "CN,JP,2019,6")
    with pytest.raises(BadRecord, match=r"twice.csv:3: another count.*CN, JP, 2019, 6"):
        ingest_flows(workspace, twice, strict=True)
    assert network_names(workspace) == ["mixed"]


def test_an_unknown_place_of_a_matrix_is_told_once(workspace, file):
    report = ingest_flows(workspace, file("m.csv", "x,CN,JP,Atlantis", "CN,,1,2", "Qqq,1,1,1", "JP,2,,3"), year=2020)
    unknown = "unknown place: no such country"
    assert listed(report) == [
        (1, f"{UNKNOWN_END}: {unknown}", "Atlantis"),
        (3, f"{UNKNOWN_END}: {unknown}", "Qqq"),
        (3, unknown, "Qqq, Atlantis, 2020, 1"),
    ]
    assert flows(workspace, "m") == {
        ("CN", "JP", 2020): 1.0,
        ("JP", "CN", 2020): 2.0,
        ("CN", "unlocated", 2020): 2.0,
        ("JP", "unlocated", 2020): 3.0,
        ("unlocated", "CN", 2020): 1.0,
        ("unlocated", "JP", 2020): 1.0,
    }


def test_what_can_t_be_used_leaves_the_workspace_as_it_was(workspace, file):
    ingest_flows(workspace, file("mine.csv", "origin,destination,year,count", "CN,JP,2019,5"))
    before = read_network(workspace, "mine").fingerprint
    with pytest.raises(DataError, match=r"none of 1 flows can be used: unknown place: no such country \(1\).*line 2"):
        ingest_flows(workspace, file("mine.csv", "origin,destination,year,count", "Beijing,JP,2019,5"))
    with pytest.raises(DataError, match="none of 0 flows can be used: it has no rows"):
        ingest_flows(workspace, file("mine.csv", "origin,destination,year,count"))
    with pytest.raises(DataError, match="none of 1 flows can be used: every count is zero"):
        ingest_flows(workspace, file("mine.csv", "origin,destination,year,count", "CN,JP,2019,0"))
    with pytest.raises(MissingColumn, match="no column says the year"):
        ingest_flows(workspace, file("mine.csv", "origin,destination,count", "CN,JP,5"))
    with pytest.raises(MissingColumn, match="needs a column for count"):
        ingest_flows(workspace, file("mine.csv", "origin,destination,year", "CN,JP,2020"))
    with pytest.raises(DataError, match="'JP' stands 2 times"):
        ingest_flows(workspace, file("mine.csv", "x,JP,JP", "CN,1,1"), year=2020)
    with pytest.raises(MissingColumn, match="a column for each destination"):
        ingest_flows(workspace, file("mine.csv", "x,y", "CN,1"), year=2020)
    with pytest.raises(BadParameter, match=r"name = '\.\./up'"):
        ingest_flows(workspace, file("mine.csv", "origin,destination,year,count", "CN,JP,2019,5"), name="../up")
    with pytest.raises(DataError, match="A city is looked up in the records or in the gazetteer"):
        ingest_flows(workspace, file("mine.csv", "origin,destination,year,count", "A,B,2019,5"), level="city")
    with pytest.raises(BadParameter, match="there are mine"):
        read_network(workspace, "yours")
    assert (network_names(workspace), read_network(workspace, "mine").fingerprint) == (["mine"], before)


def test_a_killed_writer_leaves_the_old_flows(workspace, file):
    ingest_flows(workspace, file("mine.csv", "origin,destination,year,count", "CN,JP,2019,5"))
    folder = workspace.networks / "mine"
    folder.rename(workspace.networks / "mine.old")
    (workspace.networks / "mine.new").mkdir()
    with workspace.writing():
        pass
    assert flows(workspace, "mine") == {("CN", "JP", 2019): 5.0}
    assert [path.name for path in workspace.networks.iterdir()] == ["mine"]


def test_places_are_those_of_the_records(tmp_path, file):
    workspace = example_workspace(tmp_path / "data")
    path = file(
        "cities.csv",
        "origin,origin_country,destination,year,count",
        "Beijing,China,1799962,2020,2",
        "BEIJING,,Cambridge,2020,1",
        'Beijing,,"Cambridge, United Kingdom",2020,1',
        "Cambridge,US,Oxford,2020,4",
        "Beijng,,Oxford,2020,4",
    )
    report = ingest_flows(workspace, path, level="city")
    assert flows(workspace, "cities") == {
        ("1816670", "1799962", 2020): 2.0,
        ("1816670", "2653941", 2020): 1.0,
        ("4931972", "2640729", 2020): 4.0,
        ("1816670", "unlocated", 2020): 1.0,
        ("unlocated", "2640729", 2020): 4.0,
    }
    assert [(line, reason) for line, reason, _ in listed(report)] == [
        (3, f"{UNKNOWN_END}: several places: more than one city of this name"),
        (6, f"{UNKNOWN_END}: unknown place: no city of this name"),
    ]
    assert "Cambridge (England, GB) = 2653941" in report.listing[0]["excerpt"]
    assert "close: Beijing (Beijing, CN) = 1816670" in report.listing[1]["excerpt"]
    names = read_network(workspace, "cities").names()
    assert (names["1799962"], names["4931972"]) == ("Nanjing", "Cambridge")
    finder = PlaceFinder(workspace, "institution")
    assert finder.found("Peking University")[:3] == ("pku", "Peking University", "CN")
    assert PlaceFinder(workspace, "region").found("Jiangsu")[:3] == ("CN.04", "Jiangsu", "CN")
    assert PlaceFinder(open_workspace(tmp_path / "empty"), "region").found("CN.04").place_id == "CN.04"
    with pytest.raises(BadParameter, match="one of country, region"):
        PlaceFinder(workspace, "planet")


@settings(max_examples=15)
@given(st.dictionaries(st.tuples(st.sampled_from("ABC"), st.sampled_from("ABC")), st.integers(0, 9), min_size=1))
def test_a_matrix_and_its_long_form_are_the_same_flows(tmp_path_factory, counts):
    folder = tmp_path_factory.mktemp("shapes")
    counts = {(a, b): count for (a, b), count in counts.items() if a != b} | {("A", "B"): 1}
    long = ["origin,destination,year,count", *(f"{a},{b},2020,{count}" for (a, b), count in counts.items())]
    matrix = [",A,B,C", *(f"{a}," + ",".join(str(counts.get((a, b), 0)) for b in "ABC") for a in "ABC")]
    workspace = open_workspace(folder / "data")
    for name, lines in (("long", long), ("matrix", matrix)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
        ingest_flows(workspace, folder / f"{name}.csv", level="other", year=2020)
    assert (
        flows(workspace, "long")
        == flows(workspace, "matrix")
        == {(a, b, 2020): float(count) for (a, b), count in counts.items() if count}
    )


def test_vosviewer_s_map_and_network(workspace, file):
    paths = [
        file("map.txt", "id\tlabel\tx\ty\tcluster", "1\tParis\t0\t0\t1", "2\tRome\t0\t1\t1", "3\tOslo\t1\t0\t2", "\tx"),
        file("net.txt", "1\t2\t4", "1\t3\t2.5", "2\t9\t1", "3\t3\t1", "2\t3\t-1", "2\t1\t4", "2\t3", "2\t3\tx", "1\t"),
    ]
    report = ingest_network(workspace, paths, name="vos")
    found = read_network(workspace, "vos")
    assert flows(workspace, "vos") == {
        ("1", "2", None): 8.0,
        ("1", "3", None): 2.5,
        ("2", "3", None): 1.0,
        ("2", "unlocated", None): 1.0,
    }
    assert report.run.notes == (
        "Edges without a weight, each counted as 1: 1.",
        "Edges added to another edge of the same pair: 1.",
    )
    assert (found.directed, found.names()) == (False, {"1": "Paris", "2": "Rome", "3": "Oslo"})
    assert listed(report) == [
        (5, "no id and label", ", x"),
        (3, f"{UNKNOWN_END}: unknown node: the file does not declare it", "2, 9, 1"),
        (4, "a node with itself", "3, 3, 1"),
        (5, "the weight is not above zero", "2, 3, -1"),
        (8, "the weight is no number", "2, 3, x"),
        (9, "an end is missing", "1"),
    ]
    alone = ingest_network(workspace, paths[1], name="alone")
    assert read_network(workspace, "alone").names()["9"] == "9"
    assert alone.kept == 4
    with pytest.raises(DataError, match=r"map\.txt is a map of VOSviewer, or a table of nodes: give the file"):
        ingest_network(workspace, paths[0])


@pytest.mark.parametrize("kind", ["graphml", "gexf"])
def test_graphs_of_networkx_come_back(workspace, tmp_path, kind):
    g = nx.les_miserables_graph()
    getattr(nx, f"write_{kind}")(g, tmp_path / f"mis.{kind}")
    report = ingest_network(workspace, tmp_path / f"mis.{kind}")
    assert (report.kept, report.rejects) == (g.number_of_edges(), {})
    theirs = hubs(g, weight="weight").frame
    mine = hubs(workspace, network="mis")
    assert mine.frame.drop(columns="name").equals(theirs.drop(columns="name"))
    assert (mine.run.parameters["level"], mine.run.fingerprint) == ("other", read_network(workspace, "mis").fingerprint)
    found = communities(workspace, network="mis", seed=4).frame
    assert found[["id", "community"]].equals(communities(g, weight="weight", seed=4).frame[["id", "community"]])
    asked = {"quality": "cpm", "normalise": "association", "seed": 4}
    relative = communities(workspace, network="mis", **asked)
    assert relative.frame[["id", "community"]].equals(
        communities(g, weight="weight", **asked).frame[["id", "community"]]
    )
    assert repeat(relative.run, workspace).frame.equals(relative.frame)


def test_graphs_with_directions_loops_and_repeated_edges(workspace, tmp_path):
    g = nx.MultiDiGraph()
    g.add_node("a", name="Aachen")
    g.add_weighted_edges_from([("a", "b", 1.0), ("a", "b", 2.0), ("b", "a", 3.0), ("b", "b", 1.0)])
    nx.write_graphml(g, tmp_path / "multi.graphml")
    report = ingest_network(workspace, tmp_path / "multi.graphml")
    assert flows(workspace, "multi") == {("a", "b", None): 3.0, ("b", "a", None): 3.0}
    lines = (tmp_path / "multi.graphml").read_text().splitlines()
    assert [(row["reason"], row["excerpt"]) for row in report.listing] == [("a node with itself", "b, b, 1.0")]
    assert 'source="b" target="b"' in lines[report.listing[0]["line"] - 1]
    assert read_network(workspace, "multi").names() == {"a": "Aachen", "b": "b"}
    (tmp_path / "broken.gexf").write_text("<gexf><graph>")
    with pytest.raises(DataError, match=r"broken.gexf can't be read as GEXF"):
        ingest_network(workspace, tmp_path / "broken.gexf")


def test_tables_of_edges(workspace, file):
    path = file("ties.csv", "a_id,a_name,b_id,score,Links", "1,Rome,2,3,1", "2,,1,9,1", "1,Rome,3,1,5")
    ingest_network(workspace, path)
    assert flows(workspace, "ties") == {("1", "2", None): 12.0, ("1", "3", None): 1.0}
    ingest_network(workspace, path, weight="links", directed=True, name="arrows")
    assert flows(workspace, "arrows") == {("1", "2", None): 1.0, ("2", "1", None): 1.0, ("1", "3", None): 5.0}
    assert read_network(workspace, "arrows").names()["1"] == "Rome"
    bare = ingest_network(workspace, file("bare.csv", "source,target", "x,y", "y,z"))
    assert (set(flows(workspace, "bare").values()), bare.run.notes) == (
        {1.0},
        ("No edge has a weight; each weighs 1.",),
    )
    countries = ingest_network(workspace, file("lands.csv", "source,target", "China,JP", "Qqq,JP"), level="country")
    assert (flows(workspace, "lands"), countries.rejects) == (
        {("CN", "JP", None): 1.0, ("JP", "unlocated", None): 1.0},
        {f"{UNKNOWN_END}: unknown place: no such country": 1},
    )
    with pytest.raises(MissingColumn, match="edges needs a column for source"):
        ingest_network(workspace, file("odd.csv", "left,right,z", "x,y,1"))


def test_networks_by_year(workspace, file, tmp_path):
    path = file(
        "years.csv", "a,b,score,year", "x,y,1,2019", "y,x,2,2020", "x,y,4,2020", "x,z,3,", "y,z,1,20", "y,z,1,2999"
    )
    report = ingest_network(workspace, path)
    assert flows(workspace, "years") == {("x", "y", 2019): 1.0, ("x", "y", 2020): 6.0}
    assert [(row["line"], row["reason"]) for row in report.listing] == [
        (5, "no year"),
        (6, "the year is no year"),
        (7, "the year lies in the future"),
    ]
    ingest_network(workspace, path, year=2018, name="dated")
    assert flows(workspace, "dated")["x", "z", 2018] == 3.0
    late = hubs(workspace, network="years", years=2020, measures=("strength",)).frame
    assert late["strength"].tolist() == [6.0, 6.0]
    g = nx.MultiGraph()
    g.add_edge("x", "y", weight=1.5, year=2019)
    g.add_edge("x", "y", weight=2.5, year=2020)
    nx.write_gexf(g, tmp_path / "g.gexf")
    ingest_network(workspace, tmp_path / "g.gexf")
    assert flows(workspace, "g") == {("x", "y", 2019): 1.5, ("x", "y", 2020): 2.5}
    with pytest.raises(BadParameter, match="a year from 1500 to this one"):
        ingest_network(workspace, path, year=3000)


def test_flows_are_a_network_without_directions(workspace, file):
    rows = ["CN,JP,2019,5", "JP,CN,2020,2", "US,CN,2020,1"]
    ingest_flows(workspace, file("mine.csv", "origin,destination,year,count", *rows))
    both = hubs(workspace, network="mine", measures=("strength",))
    assert both.frame[["id", "name", "strength"]].values.tolist() == [
        ["CN", "China", 8.0],
        ["JP", "Japan", 7.0],
        ["US", "United States", 1.0],
    ]
    assert both.run.notes == ("The network mine has directions; an edge here is the sum of both.",)
    late = hubs(workspace, network="mine", years=2020, measures=("strength",)).frame
    assert late["strength"].tolist() == [3.0, 2.0, 1.0]
    with pytest.raises(EmptyGraph, match="covers 2019 to 2020"):
        hubs(workspace, network="mine", years=2015)
    with pytest.raises(BadParameter, match="taken whole"):
        hubs(workspace, network="mine", country="CN")
    edges = EdgeArray.from_networkx(nx.path_graph(2), weight=None)
    with pytest.raises(BadParameter, match="in a workspace"):
        communities(edges, network="mine")
    ingest_network(workspace, file("bare.csv", "source,target", "x,y"))
    with pytest.raises(BadParameter, match="has no years"):
        hubs(workspace, network="bare", years=2020)
