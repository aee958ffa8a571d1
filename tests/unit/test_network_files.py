"""Each format of networks is read by its own rules, and as igraph and NetworkX read it where they follow them."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import igraph as ig
import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import hubs
from toolkit.corpus.networks.ingest_flows import UNKNOWN_END
from toolkit.corpus.networks.store import network_names, read_network
from toolkit.errors import BadRecord, DataError, MissingColumn
from toolkit.network.ingest_network import ingest_network
from toolkit.workspace import Workspace, open_workspace


@pytest.fixture
def workspace(tmp_path):
    return open_workspace(tmp_path / "data")


@pytest.fixture
def read(workspace, tmp_path):
    """Write a file, read it, and give its edges and the report."""

    def reading(name, text, **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        report = ingest_network(workspace, path, name="n", **options)
        found = read_network(workspace, "n").edges.to_pylist()
        return {(row["from_id"], row["to_id"], row["year"]): row["weight"] for row in found}, report

    return reading


def pairs(edges):
    return {(a, b): weight for (a, b, _), weight in edges.items()}


def rejected(report):
    return [(row["line"], row["reason"], row["excerpt"]) for row in report.listing]


def names(workspace):
    return read_network(workspace, "n").names()


GRAPHML = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
 <key id="k0" for="node" attr.name="label" attr.type="string"/>
 <key id="k1" for="edge" attr.name="Weight" attr.type="double"><default>2.5</default></key>
 <key id="k2" for="edge" attr.name="kind" attr.type="string"/>
 <graph id="G" edgedefault="{default}">
  <node id="a"><data key="k0">Alder &amp; Co</data></node>
  <node id="b"/>
  <node id="c"/>
  <node id="b"><data key="k0">Birch</data></node>
  <edge source="a" target="b"/>
  <edge source="b" target="a"><data key="k1">4</data><data key="k2">x</data></edge>
  <edge source="b" target="c"{own}><data key="k1">1</data></edge>
  <edge source="c" target="d"><data key="k1">7</data></edge>
  <edge source="c" target="c"/>
  <hyperedge><endpoint node="a"/><endpoint node="b"/><endpoint node="c"/></hyperedge>
 </graph>
</graphml>
"""


def test_graphml_has_default_values_and_sums_both_directions(read, workspace):
    edges, report = read("g.graphml", GRAPHML.format(default="undirected", own=""))
    assert pairs(edges) == {("a", "b"): 6.5, ("b", "c"): 1.0, ("c", "unlocated"): 7.0}
    assert rejected(report) == [
        (10, "another node of this id was taken", "b, Birch"),
        (16, "a hyperedge is no pair of nodes", ""),
        (14, f"{UNKNOWN_END}: unknown node: the file does not declare it", "c, d, 7"),
        (15, "a node with itself", "c, c, 2.5"),
    ]
    assert names(workspace) == {"a": "Alder & Co", "b": "b", "c": "c"}
    hub = hubs(workspace, network="n", measures=("strength",)).frame
    assert dict(zip(hub["id"], hub["strength"], strict=True)) == {"a": 6.5, "b": 7.5, "c": 1.0}


def test_graphml_edge_overrides_the_direction_of_the_graph(read, workspace):
    text = GRAPHML.format(default="directed", own=' directed="false"')
    edges, report = read("g.graphml", text)
    assert pairs(edges) == {("a", "b"): 6.5, ("b", "c"): 1.0, ("c", "unlocated"): 7.0}
    note = "Some edges have a direction and others have none: all are read without"
    assert any(one.startswith(note) for one in report.run.notes)
    edges, _ = read("g.graphml", text, directed=True)
    assert pairs(edges) == {
        ("a", "b"): 2.5,
        ("b", "a"): 4.0,
        ("b", "c"): 1.0,
        ("c", "b"): 1.0,
        ("c", "unlocated"): 7.0,
    }
    edges, _ = read("g.graphml", GRAPHML.format(default="directed", own=""))
    assert pairs(edges) == {("a", "b"): 2.5, ("b", "a"): 4.0, ("b", "c"): 1.0, ("c", "unlocated"): 7.0}
    assert read_network(workspace, "n").directed


def test_unknown_encoding_of_xml_is_refused(read):
    with pytest.raises(DataError, match=r"g\.graphml can't be read as GraphML: unknown encoding"):
        read("g.graphml", GRAPHML.format(default="directed", own="").replace("UTF-8", "UTF-99"))


def test_yed_labels_are_names(read, workspace):
    text = (
        '<graphml xmlns:y="urn:y"><key id="d6" for="node" yfiles.type="nodegraphics"/><graph edgedefault="directed">'
        '<node id="n0"><data key="d6"><y:ShapeNode><y:NodeLabel>Alder</y:NodeLabel></y:ShapeNode></data></node>'
        '<node id="n1::g"><graph edgedefault="directed"><node id="n2"/></graph></node>'
        '<edge source="n0" target="n2"/></graph></graphml>'
    )
    edges, _ = read("y.graphml", text)
    assert (pairs(edges), names(workspace)["n0"]) == ({("n0", "n2"): 1.0}, "Alder")


GEXF = """<gexf version="1.3"><graph defaultedgetype="{default}" mode="dynamic" timeformat="double">
 <attributes class="edge" mode="dynamic"><attribute id="w" title="weight" type="float"><default>3</default></attribute>
 </attributes>
 <nodes><node id="0" label="Alder"/><node id="1" label="Birch"/><node id="2" label="Cedar"/></nodes>
 <edges>
  <edge id="0" source="0" target="1"><attvalues>
   <attvalue for="w" value="2" start="2001.0" end="2002.0"/><attvalue for="w" value="5" start="2003" end="2009"/>
  </attvalues></edge>
  <edge id="1" source="1" target="2" weight="4" type="{own}" start="2004"><spells><spell start="2004"/></spells></edge>
  <edge id="2" source="2" target="1" weight="1.5"/>
 </edges></graph></gexf>
"""


def test_gexf_weights_by_interval_count_in_the_year_they_start(read, workspace):
    edges, report = read("g.gexf", GEXF.format(default="undirected", own="undirected"), year=2000)
    assert edges == {("0", "1", 2001): 2.0, ("0", "1", 2003): 5.0, ("1", "2", 2000): 5.5}
    assert [note.partition(",")[0].partition(":")[0] for note in report.run.notes] == [
        "Weights that hold for an interval",
        "Edges that exist for some time only (spells",
        "Edges added to another edge of the same pair",
    ]
    assert names(workspace) == {"0": "Alder", "1": "Birch", "2": "Cedar"}


def test_gexf_default_value_and_types(read):
    text = (
        '<gexf><graph defaultedgetype="directed"><attributes class="edge"><attribute id="7" title="Weight" type="x">'
        '<default>3</default></attribute></attributes><nodes><node id="x"/><node id="y"/><node id="z"/></nodes><edges>'
        '<edge source="x" target="y"/><edge source="y" target="z" {own}/>'
        '<edge source="x" target="y"><attvalues><attvalue for="7" value="5"/></attvalues></edge>'
        '<edge source="y" target="x" weight="0.5"/></edges></graph></gexf>'
    )
    edges, _ = read("g.gexf", text.format(own=""))
    assert pairs(edges) == {("x", "y"): 8.0, ("y", "z"): 3.0, ("y", "x"): 0.5}
    edges, _ = read("g.gexf", text.format(own='type="mutual"'))
    assert pairs(edges) == {("x", "y"): 8.5, ("y", "z"): 3.0}
    edges, _ = read("g.gexf", text.format(own='type="undirected"'), directed=True)
    assert pairs(edges) == {("x", "y"): 8.0, ("y", "z"): 3.0, ("z", "y"): 3.0, ("y", "x"): 0.5}


PAJEK = """\ufeff% made
*Network made
*Vertices 4
1 "Alder, Univ" 0.1 0.2 0.5 ic Red
2 Birch
4 "Döbeln"
9 "Elm"
{lines}"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("*Edges\n1 2 3\n2 1\n2 3 1.5 w 2 c Blue\n3 4 c Red\n", {("1", "2"): 4.0, ("2", "3"): 1.5, ("3", "4"): 1.0}),
        ("*arcs\r\n1 2 3\r\n2 1 2\r\n", {("1", "2"): 3.0, ("2", "1"): 2.0}),
        ('*Arcs :1 "one"\n1 2 3\n*Arcs :2 "two"\n1 2 4 [1-3,5]\n', {("1", "2"): 7.0}),
        ("*Arcslist\n1 2 3\n2 1\n", {("1", "2"): 1.0, ("1", "3"): 1.0, ("2", "1"): 1.0}),
        ("*Edgeslist\n1 2 3\n2 1\n", {("1", "2"): 2.0, ("1", "3"): 1.0}),
        ("*Matrix\n0 2 0 0\n0.0 0 1 0\n0 0 0 0\n1 0 0 0\n", {("1", "2"): 2.0, ("2", "3"): 1.0, ("4", "1"): 1.0}),
        ("*Arcs\n1 2 3\n*Edges\n2 3 4\n", {("1", "2"): 3.0, ("2", "3"): 4.0}),
        ("*Arcs\n1 2 3\n*Partition parts\n*Vertices 4\n1\n2\n1\n2\n", {("1", "2"): 3.0}),
    ],
)
def test_pajek_sections(read, workspace, lines, expected):
    edges, report = read("p.net", PAJEK.format(lines=lines))
    assert pairs(edges) == expected
    assert rejected(report) == [(7, "the vertex has no number from 1 to 4", '9 "Elm"')]
    assert {"1": "Alder, Univ", "2": "Birch"}.items() <= names(workspace).items()


def test_files_without_nodes_take_the_ends_of_their_edges(read):
    edges, _ = read("g.graphml", '<graphml><graph><edge source="x" target="y"/></graph></graphml>')
    assert pairs(edges) == {("x", "y"): 1.0}
    edges, report = read("m.net", "Some words first\n*Vertices 2\n*Matrix\n0 3 9\n0 0\n")
    assert (pairs(edges), report.rejects) == ({("1", "2"): 3.0}, {"more cells than the 2 vertices": 1})


@pytest.mark.parametrize("announced", ["99999999999", "9" * 5000])
def test_announced_sizes_take_no_memory(read, announced):
    with pytest.raises(DataError):
        read("g.dl", f"dl n={announced}\nformat=edgelist1\ndata:\n1 2\n")
    if len(announced) < 20:
        edges, _ = read("p.net", f"*Vertices {announced}\n*Edges\n1 2\n")
        assert pairs(edges) == {("1", "2"): 1.0}
    else:
        with pytest.raises(DataError):
            read("p.net", f"*Vertices {announced}\n*Edges\n1 2\n")


def test_pajek_two_modes_and_bad_lines(read):
    edges, _ = read("two.net", '*Vertices 4 2\n1 "a"\n*Matrix\n1 0\n2 3\n')
    assert pairs(edges) == {("1", "3"): 1.0, ("2", "3"): 2.0, ("2", "4"): 3.0}
    edges, report = read("bad.net", "*Vertices 2\n*Edges\n1 2 1\n1 2 -1\n1 2 nan\n1 2 abc\n1\n1 7 2\n2 2 1\n")
    assert pairs(edges) == {("1", "2"): 1.0, ("1", "unlocated"): 2.0}
    assert rejected(report) == [
        (4, "the weight is not above zero", "1, 2, -1"),
        (5, "the weight is no number", "1, 2, nan"),
        (6, "the weight is no number", "1, 2, abc"),
        (7, "an end is missing", "1"),
        (8, f"{UNKNOWN_END}: unknown node: the file does not declare it", "1, 7, 2"),
        (9, "a node with itself", "2, 2, 1"),
    ]
    with pytest.raises(DataError, match="holds several networks"):
        read("two.paj", "*Network a\n*Vertices 2\n*Edges\n1 2\n*Network b\n*Vertices 2\n*Edges\n1 2\n")


GML = """Creator "made"
# a comment
graph [
  directed {directed}
  node [ id 1 label "Alder &amp; Co" graphics [ x 1.0 y 2.0 ] ]
  node [ id 2 label "B\n[2]" ]
  node [
    id 3
  ]
  edge [ source 1 target 2 value 3 ]
  edge [ source 2 target 1 ]
  edge [ source 2 target 3 value 1.5 label "x" ]
  edge [ source 2 target 9 value 1 ]
]
"""


@pytest.mark.parametrize(
    ("directed", "expected"),
    [
        (0, {("1", "2"): 4.0, ("2", "3"): 1.5, ("2", "unlocated"): 1.0}),
        (1, {("1", "2"): 3.0, ("2", "1"): 1.0, ("2", "3"): 1.5, ("2", "unlocated"): 1.0}),
    ],
)
def test_gml_edges_with_their_lines(read, workspace, directed, expected):
    edges, report = read("g.gml", GML.format(directed=directed))
    assert pairs(edges) == expected
    assert rejected(report) == [(14, f"{UNKNOWN_END}: unknown node: the file does not declare it", "2, 9, 1")]
    assert names(workspace) == {"1": "Alder & Co", "2": "B\n[2]", "3": "3"}


def test_gml_that_is_cut_short_gives_the_edges_before(read):
    whole = GML.format(directed=0)
    edges, _ = read("cut.gml", whole.partition("  edge [ source 2 target 3")[0] + "edge [\n source")
    assert pairs(edges) == {("1", "2"): 4.0}
    edges, report = read("cut.gml", whole.rstrip().removesuffix("]"))
    assert rejected(report)[0] == (14, "a bracket is not closed by the end of the file", "all before was read")
    assert len(edges) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("graph [ ] ]", r"bad\.gml:1 can't be read as GML: a bracket ends what none began"),
        ("graph [ node [ id ] ]", r"bad\.gml:1 can't be read as GML: 'id' has no value"),
        ("graph [ " + "a [ " * 5000, r"can't be read as GML: its lists are nested too deep"),
    ],
)
def test_broken_gml_is_refused(read, text, sentence):
    with pytest.raises(DataError, match=sentence):
        read("bad.gml", text)


def test_vosviewer_json(read, workspace):
    items = [{"id": 1, "label": "Alder", "x": 0.5, "weights": {"Links": 3}}, {"id": 2, "label": "Birch"}, {"id": "c"}]
    links = [
        {"source_id": 1, "target_id": 2, "strength": 3},
        {"source_id": 2, "target_id": 1},
        {"source_id": 2, "target_id": "c", "strength": 0.5, "url": "u"},
        {"source_id": 2, "target_id": 7, "strength": 1},
        {"source_id": 1, "target_id": "c", "strength": 0},
    ]
    text = json.dumps({"network": {"items": items, "links": links}, "config": {}, "info": {}}, indent=1)
    edges, report = read("vos.json", "\ufeff" + text)
    assert pairs(edges) == {("1", "2"): 4.0, ("2", "c"): 0.5, ("2", "unlocated"): 1.0}
    assert rejected(report) == [
        (4, f"{UNKNOWN_END}: unknown node: the file does not declare it", "2, 7, 1"),
        (5, "the weight is not above zero", "1, c, 0"),
    ]
    assert names(workspace) == {"1": "Alder", "2": "Birch", "c": "c"}
    edges, _ = read("vos.json", json.dumps({"network": {"links": links[:2]}}))
    assert pairs(edges) == {("1", "2"): 4.0}
    with pytest.raises(DataError, match=r"cut\.json can't be read as JSON"):
        read("cut.json", text[:-20])


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
@pytest.mark.parametrize("header", [False, True])
def test_vosviewer_map_and_network_with_each_delimiter(workspace, tmp_path, mark, header):
    rows = [["id", "label", "x", "weight<Links>", "score<Avg. year>"], ["1", '"Alder; Lyon, FR"', "0", "3", "2020"]]
    (tmp_path / "map.txt").write_text("\n".join(mark.join(row) for row in [*rows, ["2", "Birch", "", "1", "2019"]]))
    links = [*([["source", "target", "weight"]] if header else []), ["1", "2", "2.5"], ["2", "1", "1"]]
    (tmp_path / "network.txt").write_text("\n".join(mark.join(row) for row in links))
    ingest_network(workspace, [tmp_path / "network.txt", tmp_path / "map.txt"], name="n")
    found = read_network(workspace, "n")
    assert (found.edges.to_pylist()[0]["weight"], found.names()["1"]) == (3.5, "Alder; Lyon, FR")


def test_vosviewer_network_of_two_columns_has_strength_one(workspace, tmp_path):
    (tmp_path / "map.csv").write_text("id,label\nx,Alder\ny,Birch\n")
    (tmp_path / "links.csv").write_text("x,y\ny,x\n")
    report = ingest_network(workspace, [tmp_path / "map.csv", tmp_path / "links.csv"], name="n")
    assert (read_network(workspace, "n").edges["weight"].to_pylist(), report.read) == ([2.0], 2)


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
def test_gephi_table_of_edges_with_its_table_of_nodes(workspace, tmp_path, mark):
    rows = [
        "Source,Target,Type,Id,Label,timeset,Weight",
        "0,1,Undirected,0,,,3.0",
        "1,2,Undirected,1,,,",
        "1,0,Undirected,2,,,0.5",
    ]
    (tmp_path / "edges.csv").write_text("\n".join(rows).replace(",", mark))
    (tmp_path / "nodes.csv").write_text("Id,Label,timeset\n0,Alder,\n1,Birch,\n".replace(",", mark))
    report = ingest_network(workspace, [tmp_path / "edges.csv", tmp_path / "nodes.csv"], name="n")
    found = read_network(workspace, "n")
    assert [tuple(row.values()) for row in found.edges.to_pylist()] == [("0", "1", None, 3.5), ("1", "2", None, 1.0)]
    assert (found.names(), found.directed, report.rejects) == ({"0": "Alder", "1": "Birch", "2": "2"}, False, {})


def test_gephi_types_say_the_direction(read, workspace):
    text = "Source,Target,Type,Weight\na,b,Directed,2\nb,a,Directed,1\nb,c,{},4\n"
    edges, _ = read("e.csv", text.format("Directed"))
    assert (pairs(edges), read_network(workspace, "n").directed) == (
        {("a", "b"): 2.0, ("b", "a"): 1.0, ("b", "c"): 4.0},
        True,
    )
    edges, report = read("e.csv", text.format("Undirected"))
    assert pairs(edges) == {("a", "b"): 3.0, ("b", "c"): 4.0}
    assert any(note.startswith("Some edges have a direction") for note in report.run.notes)
    edges, _ = read("e.csv", text.format("Undirected"), directed=True)
    assert pairs(edges) == {("a", "b"): 2.0, ("b", "a"): 1.0, ("b", "c"): 4.0, ("c", "b"): 4.0}


NODE_LINK = {
    "networkx": nx.node_link_data(nx.DiGraph([("a", "b", {"weight": 2}), ("b", "a", {})]), edges="links"),
    "edges": {"directed": True, "nodes": [{"id": "a"}, {"id": "b"}], "edges": [
        {"source": "a", "target": "b", "value": 2}, {"source": "b", "target": "a"}]},
    "graphology": {"options": {"type": "directed"}, "nodes": [{"key": "a"}, {"key": "b"}], "edges": [
        {"source": "a", "target": "b", "attributes": {"weight": 2}}, {"source": "b", "target": "a"}]},
    "cytoscape": {"elements": {"nodes": [{"data": {"id": "a"}}, {"data": {"id": "b"}}], "edges": [
        {"data": {"source": "a", "target": "b", "weight": 2.0}}, {"data": {"source": "b", "target": "a"}}]}},
    "d3": {"nodes": [{"name": "a"}, {"name": "b"}], "links": [
        {"source": 0, "target": 1, "value": 2}, {"source": 1, "target": 0}]},
}  # fmt: skip


@pytest.mark.parametrize("kind", NODE_LINK)
def test_node_link_json_of_several_programs(read, workspace, kind):
    edges, _ = read("g.json", json.dumps(NODE_LINK[kind]))
    a, b = ("0", "1") if kind == "d3" else ("a", "b")
    directed = kind not in ("cytoscape", "d3")
    assert pairs(edges) == ({(a, b): 2.0, (b, a): 1.0} if directed else {(a, b): 3.0})
    assert names(workspace) == {a: "a", b: "b"}


def test_ucinet_edge_lists_are_read(read, workspace):
    edges, _ = read("g.dl", "dl n=3 format=edgelist1\nlabels:\nAlder,Birch,Cedar\ndata:\n1 2 3\n2 1 1\n2 3 0.5\n")
    assert pairs(edges) == {("1", "2"): 3.0, ("2", "1"): 1.0, ("2", "3"): 0.5}
    assert names(workspace) == {"1": "Alder", "2": "Birch", "3": "Cedar"}
    with pytest.raises(DataError, match=r"bad\.dl can't be read as DL: .* or as Pajek"):
        read("bad.dl", "dl n=2\ndata:\n0 7\n7 0\n")


TIES = "source,target,{}\na,b,2,5\n"


@pytest.mark.parametrize(
    ("columns", "weight", "expected"),
    [
        ("weight,strength", None, 2.0),
        ("strength,Weight", None, 5.0),
        ("other,strength", None, 5.0),
        ("score,joint", "joint", 5.0),
        ("score,joint", "SCORE", 2.0),
    ],
)
def test_one_rule_for_the_weight_in_all_formats(read, columns, weight, expected):
    names_of = columns.split(",")
    values = dict(zip(names_of, (2.0, 5.0), strict=True))
    g = nx.Graph([("a", "b", values)])
    files = {
        "g.csv": TIES.format(columns),
        "g.graphml": "\n".join(nx.generate_graphml(g)),
        "g.gexf": "\n".join(nx.generate_gexf(g)),
        "g.gml": "\n".join(nx.generate_gml(g)),
        "g.json": json.dumps(nx.node_link_data(g, edges="links")),
    }
    for name, text in files.items():
        edges, _ = read(name, text, weight=weight)
        assert list(edges.values()) == [expected], name


def test_several_weights_are_an_error_that_names_them(read, workspace):
    g = nx.Graph([("a", "b", {"score": 1.0, "joint": 2})])
    for name, text in {"g.csv": TIES.format("score,joint"), "g.graphml": "\n".join(nx.generate_graphml(g))}.items():
        with pytest.raises(DataError, match=r"may be the weight: joint, score\. Choose one, .* --weight joint"):
            read(name, text)
        with pytest.raises(MissingColumn, match=r"no edge has an attribute 'links'\. Attributes of edges: .*"):
            read(name, text, weight="links")
    assert network_names(workspace) == []


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("cp1252"),
        lambda text: gzip.compress(text.encode()),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
    ids=["BOM", "UTF-16", "latin-1", "gzip", "CRLF"],
)
def test_encodings_of_each_format(read, workspace, encode):
    files = {
        "t.csv": "source,target,weight\nKöln,Zürich,2\n",
        "p.net": '*Vertices 2\n1 "Köln"\n2 "Zürich"\n*Edges\n1 2 2\n',
        "g.gml": 'graph [ node [ id 1 label "Köln" ] node [ id 2 label "Zürich" ]\nedge [ source 1 target 2 value 2] ]',
        "v.json": json.dumps(
            {"network": {"items": [{"id": 1, "label": "Köln"}, {"id": 2, "label": "Zürich"}],
                         "links": [{"source_id": 1, "target_id": 2, "strength": 2}]}}, ensure_ascii=False),
    }  # fmt: skip
    for name, text in files.items():
        edges, report = read(name, encode(text))
        assert (list(edges.values()), set(names(workspace).values())) == ([2.0], {"Köln", "Zürich"}), name
        noted = [note for note in report.run.notes if "replaces" not in note]
        assert all(note.endswith(f"{name} is not in UTF-8 and was read as Windows-1252.") for note in noted), name


def test_damaged_and_empty_files(read):
    text = "*Vertices 2\n*Edges\n1 2 2\n" + "1 2 1\n" * 5000
    edges, report = read("p.net", gzip.compress(text.encode())[:-20])
    assert "the compressed file is cut short" in report.rejects
    assert next(iter(edges.values())) > 2
    for name, data in {"e.net": "", "e.graphml": "", "e.json": "\n\n"}.items():
        with pytest.raises(DataError, match="is empty"):
            read(name, data)
    for name, data in {
        "n.graphml": "<graphml><graph/></graphml>",
        "n.net": "*Vertices 3\n*Edges\n",
        "n.gml": "graph [ ]",
        "n.json": '{"nodes": [], "links": []}',
        "n.csv": "source,target\n",
    }.items():
        with pytest.raises(DataError, match="none of 0 edges can be used: it has no rows"):
            read(name, data)


def test_names_that_are_no_unicode_are_rejected(read):
    text = '{"nodes": [{"id": "a"}, {"id": "\\ud800"}, {"id": "c"}], "links": [{"source": "a", "target": "c"}]}'
    edges, report = read("g.json", text)
    assert (pairs(edges), report.rejects) == ({("a", "c"): 1.0}, {"wrong encoding": 1})


def test_strict_names_the_first_bad_edge(read):
    with pytest.raises(BadRecord, match=r"p\.net:4: a node with itself: 1, 1"):
        read("p.net", "*Vertices 2\n*Edges\n1 2\n1 1\n", strict=True)


def test_a_name_given_again_replaces_the_network_with_a_note(read):
    _, first = read("a.csv", "source,target,weight\nb,a,1\na,c,1\n")
    _, same = read("b.csv", "source,target,weight\na,c,1\na,b,1\n")
    edges, other = read("b.csv", "source,target,weight\nb,c,1\n")
    assert pairs(edges) == {("b", "c"): 1.0}
    assert (first.run.notes, same.run.notes) == ((), ())
    assert other.run.notes == ("n replaces what had this name, whose content was another. Give --name to keep both.",)


@pytest.mark.parametrize("folder", ["a [1]", "what?", "st*r", "it's", "a, b", "Zürich 北京", 'say "so"'])
def test_paths_with_signs_of_patterns_and_quotes(tmp_path, folder):
    home = tmp_path / folder
    home.mkdir()
    (home / f"{folder}.csv").write_text("source,target,weight\nx,y,2\n")
    (home / "p [1].net").write_text("*Vertices 2\n*Edges\n1 2 2\n")
    workspace = open_workspace(home / "data")
    for number, path in enumerate((home / f"{folder}.csv", home / "p [1].net")):
        ingest_network(workspace, path, name=f"n{number}")
        assert hubs(workspace, network=f"n{number}", measures=("strength",)).frame["strength"].tolist() == [2.0, 2.0]


WEIGHTED = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9) | st.none()).filter(
        lambda edge: edge[0] != edge[1]
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15)
@given(edges=WEIGHTED, directed=st.booleans())
def test_igraph_and_networkx_read_the_same_file_alike(tmp_path_factory, edges, directed):
    """Strengths by igraph's and NetworkX's own readers, with 1 for absent weights; parallel edges are added up."""
    folder = tmp_path_factory.mktemp("same")
    g = (nx.MultiDiGraph if directed else nx.MultiGraph)()
    g.add_nodes_from(str(node) for node in range(6))
    for a, b, weight in edges:
        g.add_edge(str(a), str(b), **({} if weight is None else {"weight": weight}))
    nx.write_graphml(g, folder / "g.graphml")
    nx.write_gml(g, folder / "g.gml")
    nx.write_gexf(g, folder / "g.gexf")
    lines = [f"{int(a) + 1} {int(b) + 1} {w if w is not None else ''}" for a, b, w in g.edges(data="weight")]
    head = "\n".join(["*Vertices 6", *(f'{n + 1} "{n}"' for n in range(6)), "*Arcs" if directed else "*Edges", ""])
    (folder / "g.net").write_text(head + "\n".join(lines) + "\n")
    workspace = open_workspace(folder / "data")
    expected = {node: float(strength) for node, strength in g.degree(weight="weight") if strength}
    for name, read in {"g.graphml": nx.read_graphml, "g.gexf": nx.read_gexf, "g.gml": nx.read_gml}.items():
        theirs = read(folder / name)
        assert {n: s for n, s in theirs.degree(weight="weight") if s} == pytest.approx(expected), name
    for name, of_igraph in {"g.graphml": "graphml", "g.gml": "gml", "g.net": "pajek", "g.gexf": None}.items():
        ingest_network(workspace, folder / name, name="n")
        found = hubs(workspace, network="n", measures=("strength",)).frame
        mine = dict(zip(found["name"], found["strength"], strict=True))
        assert mine == pytest.approx(expected), name
        if of_igraph is not None:
            theirs = ig.Graph.Read(str(folder / name), format=of_igraph)
            known = theirs.es["weight"] if "weight" in theirs.es.attributes() else [None] * theirs.ecount()
            weights = [1.0 if weight is None or math.isnan(weight) else weight for weight in known]
            label = next(one for one in ("label", "name", "id") if one in theirs.vs.attributes())
            strength = dict(zip(theirs.vs[label], theirs.strength(weights=weights), strict=True))
            assert {str(n): s for n, s in strength.items() if s} == pytest.approx(expected), name


@pytest.mark.parametrize("ending", ["graphml", "gexf"])
def test_xml_that_declares_entities_is_refused(tmp_path: Path, ending: str) -> None:
    """Entities can name other files of the machine, or grow without bounds."""
    (tmp_path / "secret.txt").write_text("SECRET")
    for entity in (f'<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">', '<!ENTITY x "xxxx">'):
        file = tmp_path / f"network.{ending}"
        file.write_text(f'<?xml version="1.0"?>\n<!DOCTYPE x [{entity}]>\n<{ending}><node id="a"/></{ending}>')
        with pytest.raises(DataError, match=r":2: the XML declares the entity 'x'"):
            ingest_network(Workspace(tmp_path / "space"), file, name="mine")


@pytest.mark.parametrize("tag", ["graphml", "gexf"])
def test_damage_of_a_compressed_file_is_said_once(read, tag):
    nodes = "".join(f'<node id="n{number * 7919 % 10007}"/>\n' for number in range(3000))
    packed = gzip.compress(f"<{tag}><graph>{nodes}</graph></{tag}>".encode())
    with pytest.raises(DataError, match="the compressed file is cut short") as raised:
        read(f"g.{tag}.gz", packed[: len(packed) // 2])
    assert str(raised.value).count("can't be read as") == 1
