"""What goes into the graph: hand answers, the workspace's own numbers, and no row that hangs in the air."""

from __future__ import annotations

import itertools

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from toolkit.corpus.example import (
    BEIJING,
    CAMBRIDGE_GB,
    CHANGCHUN,
    CIAC,
    NANJING,
    NJU,
    OXFORD,
    PKU,
    UCAS,
    example_tables,
    example_workspace,
    hand_tables,
    mapped_tables,
)
from toolkit.corpus.schema import TABLES
from toolkit.errors import DataError, EmptySelection
from toolkit.graphdb.contents import GraphContents
from toolkit.graphdb.layout import KEYS, PLACE_LABELS, RELATIONSHIPS
from toolkit.graphdb.place_tables import PlaceTables
from toolkit.graphdb.tables import GraphTables, graph_id, graph_tables
from toolkit.measures.answers import pairs, partnerships, share
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

NO_MOVES = GraphContents(moves=False)  # which cost half of what all tables do; test_graph_moves has them


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    return example_workspace(tmp_path_factory.mktemp("example"), tables=mapped_tables())


@pytest.fixture(scope="module")
def graph(workspace) -> GraphTables:
    return graph_tables(workspace)


def table(graph: GraphTables, kind: str, start: str) -> pa.Table:
    return next(rows for one, rows in graph.relationships.items() if (one.type, one.start) == (kind, start))


def test_hand_article(tmp_path):
    graph = graph_tables(example_workspace(tmp_path, tables=hand_tables()), contents=NO_MOVES)
    cities = table(graph, "COLLABORATES_WITH", "City").to_pylist()
    assert [tuple(row.values()) for row in cities] == [
        (NANJING, BEIJING, 2020, 1, 0.875, 2),
        (NANJING, CHANGCHUN, 2020, 1, 0.5, 1),
        (BEIJING, CHANGCHUN, 2020, 1, 0.625, 2),
    ]
    sites = {(row["start"], row["end"]): row["score"] for row in table(graph, "PARTNERS_WITH", "Site").to_pylist()}
    assert sites == {
        (CIAC, NJU): 0.5,
        (CIAC, PKU): 0.5,
        (CIAC, UCAS): 0.25,
        (NJU, PKU): 0.75,
        (NJU, UCAS): 0.5,
        (PKU, UCAS): 0.5,
    }
    beijing = next(row for row in graph.nodes["Output"].to_pylist() if row["id"] == f"city:{BEIJING}:2020")
    assert beijing == {
        "id": f"city:{BEIJING}:2020",
        "year": 2020,
        "subject": "all",
        "count": 1,
        "share": 0.5,
        "adjusted_share": 0.5,
        "internal_joint": 1,
        "internal_share": 0.5,
    }
    assert table(graph, "COLLABORATES_WITH", "Country").num_rows == 0
    assert graph.facts["base_year"] == 2020


@pytest.mark.parametrize("level", PLACE_LABELS)
def test_output_is_the_workspaces(workspace, graph, level):
    asked = share(workspace, level=level, by_year=True).frame
    asked = asked[~asked["id"].isin(["unassigned", "unlocated"])]
    outputs = graph.nodes["Output"].to_pandas()
    outputs = outputs[outputs["id"].str.startswith(f"{level}:")]
    outputs["place"] = outputs["id"].str.split(":").str[1]
    merged = asked.merge(outputs, left_on=["id", "year"], right_on=["place", "year"], suffixes=("", "_graph"))
    assert len(merged) == len(asked) == len(outputs) > 0
    for column in ("count", "share", "adjusted_share"):
        assert merged[column].tolist() == merged[f"{column}_graph"].tolist()


@pytest.mark.parametrize("level", PLACE_LABELS)
def test_pairs_are_the_workspaces(workspace, graph, level):
    kind = "COAUTHORS_WITH" if level == "institution" else "COLLABORATES_WITH"
    rows = table(graph, kind, PLACE_LABELS[level]).to_pandas()
    asked = pairs(workspace, level=level, by_year=True, top=0).frame
    found = {tuple(row) for row in rows[["start", "end", "year", "joint", "score"]].itertuples(index=False)}
    assert found == {tuple(row) for row in asked[["a_id", "b_id", "year", "joint", "score"]].itertuples(index=False)}
    assert len(found) == len(asked) == len(rows) > 0
    if level != "institution":
        asked = partnerships(workspace, level=level, by_year=True, top=0).frame
        asked = asked[asked["partnerships"] > 0]
        counted = {tuple(row) for row in rows[["start", "end", "year", "partnerships"]].itertuples(index=False)}
        expected = asked[["a_id", "b_id", "year", "partnerships"]]
        assert {row for row in counted if row[3]} == {tuple(row) for row in expected.itertuples(index=False)}


def test_partnerships_follow_from_pairs_of_sites(graph):
    """The pairs of sites are what partnerships are counted from, so counting them again gives the same."""
    city = dict(table(graph, "LOCATED_IN", "Site").select(["start", "end"]).to_pandas().itertuples(index=False))
    found: dict[tuple[str, str, int], set[frozenset[str]]] = {}
    for row in table(graph, "PARTNERS_WITH", "Site").to_pylist():
        ends = [row["start"], row["end"]]
        if all(end in city for end in ends) and city[ends[0]] != city[ends[1]]:
            low, high = sorted(city[end] for end in ends)
            found.setdefault((low, high, row["year"]), set()).add(frozenset(end.split("@")[0] for end in ends))
    stored = table(graph, "COLLABORATES_WITH", "City").to_pylist()
    assert {(r["start"], r["end"], r["year"]): r["partnerships"] for r in stored if r["partnerships"]} == {
        key: len(value) for key, value in found.items()
    }


def test_metropolitan_areas_are_counted_from_the_articles(graph):
    """Both ends of the one article of Oxford and Cambridge are one place; its score is no sum of theirs."""
    assert {(row["id"], row["name"], row["country"]) for row in graph.nodes["Metro"].to_pylist()} == {
        ("oxbridge", "Oxford and Cambridge", "GB"),
        (NANJING, "Nanjing", "CN"),
        (BEIJING, "Beijing", "CN"),
        (CHANGCHUN, "Changchun", "CN"),
        ("4931972", "Cambridge", "US"),
    }
    areas = {row["start"]: row["end"] for row in table(graph, "IN_METRO", "City").to_pylist()}
    assert set(areas) == set(graph.nodes["City"]["id"].to_pylist())
    assert {city for city, area in areas.items() if city != area} == {OXFORD, CAMBRIDGE_GB}
    outputs = {row["id"]: row for row in graph.nodes["Output"].to_pylist()}
    found = outputs["metro:oxbridge:2021"]  # W12: one of two authors, who signs from both universities
    assert (found["count"], found["share"], found["internal_joint"], found["internal_share"]) == (1, 0.5, 1, 0.5)
    stored = {
        (row["start"], row["end"], row["year"]): row for row in table(graph, "COLLABORATES_WITH", "Metro").to_pylist()
    }
    pair = stored[BEIJING, "oxbridge", 2021]
    assert (pair["joint"], pair["score"], pair["partnerships"]) == (1, 0.75, 2)
    cities = table(graph, "COLLABORATES_WITH", "City").to_pylist()
    summed = sum(
        row["score"]
        for row in cities
        if BEIJING in row.values() and {OXFORD, CAMBRIDGE_GB} & {*row.values()} and row["year"] == 2021
    )
    assert summed == 1.0 != pair["score"]


def test_a_graph_without_a_city_map_has_no_metropolitan_areas(graph, tmp_path):
    plain = graph_tables(example_workspace(tmp_path))
    assert plain.nodes["Metro"].num_rows == plain.totals()["output of Metro"]["count"] == 0
    assert not any(output.startswith("metro:") for output in plain.nodes["Output"]["id"].to_pylist())
    for kind, rows in plain.relationships.items():
        if "Metro" in (kind.start, kind.end):
            assert (rows.num_rows, rows.schema) == (0, graph.relationships[kind].schema)
        else:
            assert rows.equals(graph.relationships[kind]), kind
    for label in set(KEYS) - {"Metro", "Output"}:
        assert plain.nodes[label].equals(graph.nodes[label])


def test_nothing_hangs_in_the_air(graph):
    keys = {label: set(graph.nodes[label][key].to_pylist()) for label, key in KEYS.items()}
    for label, found in keys.items():
        assert len(found) == graph.nodes[label].num_rows
    for kind, rows in graph.relationships.items():
        assert set(rows["start"].to_pylist()) <= keys[kind.start], kind
        assert set(rows["end"].to_pylist()) <= keys[kind.end], kind
        assert tuple(rows.column_names) == ("start", "end", *kind.properties)
        identity = ["start", "end", *({"year", "rule", "from_year"} & {*kind.properties})]
        assert rows.select(identity).group_by(identity).aggregate([]).num_rows == rows.num_rows
        assert rows["start"].to_pylist() == sorted(rows["start"].to_pylist()), kind
        if "joint" in kind.properties:
            assert pc.all(pc.less(rows["start"], rows["end"])).as_py()
    assert "unlocated" not in keys["City"] | keys["Country"]
    assert not {row.split(":")[1] for row in keys["Output"]} & {"unlocated", "unassigned"}


def test_every_output_has_its_place(graph):
    produced = itertools.chain.from_iterable(
        table(graph, "PRODUCED", label).to_pylist() for label in PLACE_LABELS.values()
    )
    ends = {row["end"]: row["start"] for row in produced}
    assert set(ends) == set(graph.nodes["Output"]["id"].to_pylist())
    assert all(output.split(":")[1] == place for output, place in ends.items())


def test_counts_and_totals(graph):
    assert graph.rows == sum(graph.counts().values())
    assert graph.counts()["(:Site)-[:LOCATED_IN]->(:City)"] == 9
    assert list(graph.counts()) == [*KEYS, *(kind.pattern for kind in RELATIONSHIPS)]
    assert graph.totals()["output of Country"]["share"] == pytest.approx(8.5)
    assert graph.totals()["(:City)-[:COLLABORATES_WITH]->(:City)"] == {"joint": 13, "score": 8.5, "partnerships": 14}


def test_base_year_moves_adjusted_share_only(workspace, graph):
    other = graph_tables(workspace, base_year=2019, contents=NO_MOVES).nodes["Output"].to_pandas()
    usual = graph.nodes["Output"].to_pandas()
    kept = ["id", "count", "share"]
    pd.testing.assert_frame_equal(other[kept], usual[kept])
    row = other[other["id"] == "country:CN:2018"].iloc[0]
    assert row["adjusted_share"] == row["share"]  # two articles in 2018, two in 2019


def test_place_properties(graph):
    beijing = next(row for row in graph.nodes["City"].to_pylist() if row["id"] == BEIJING)
    assert (beijing["name"], beijing["country"], beijing["population"]) == ("Beijing", "CN", 18960744)
    assert graph.nodes["Country"].to_pylist()[0] == {"code": "CN", "name": "China"}
    acme = next(row for row in graph.nodes["Institution"].to_pylist() if row["id"] == "acme")
    assert (acme["type"], acme["types"], acme["marks"]) == ("company", ["company"], None)


def with_tables(tmp_path, **changed: pa.Table) -> Workspace:
    return example_workspace(tmp_path, tables=example_tables() | changed)


def test_dirty_names_are_the_same_both_ways_of_loading(tmp_path):
    institutions = example_tables()["institutions"].to_pylist()
    institutions[0] |= {"name": 'Two\nlines, "quoted"\t', "marks": ["a;b", ""]}
    institutions[1] |= {"name": "", "types": ["funder"], "marks": []}
    made = pa.Table.from_pylist(institutions, schema=TABLES["institutions"])
    workspace = with_tables(tmp_path, institutions=made)
    nodes = graph_tables(workspace).nodes["Institution"].to_pylist()
    by_id = {row["id"]: row for row in nodes}
    first, second = by_id[institutions[0]["institution_id"]], by_id[institutions[1]["institution_id"]]
    assert (first["name"], first["marks"]) == ('Two lines, "quoted" ', ["a,b"])
    assert (second["name"], second["type"], second["types"], second["marks"]) == (None, None, ["funder"], None)


def test_parents_from_lineage_without_depth(tmp_path):
    """Ancestors of unknown depth: the nearest are parents, an ancestor's ancestor is not; cycles don't vanish."""
    rows = [
        ("ciac", "cas", None),
        ("ciac", "pku", None),
        ("cas", "pku", None),
        ("oxf", "cam", None),
        ("cam", "oxf", None),
    ]
    lineage = pa.Table.from_pylist(
        [{"institution_id": a, "ancestor_id": b, "depth": d, "relation": "lineage"} for a, b, d in rows],
        schema=TABLES["lineage"],
    )
    workspace = with_tables(tmp_path, lineage=lineage)
    with Tables.of(workspace) as tables:
        parents = PlaceTables(workspace, tables).parents().to_pyarrow().to_pylist()
    assert {(row["start"], row["end"]) for row in parents} == {
        ("ciac", "cas"),
        ("cas", "pku"),
        ("oxf", "cam"),
        ("cam", "oxf"),
    }


def test_places_no_article_reaches_stay_out(tmp_path):
    base = example_tables()
    extra = {"institution_id": "far", "name": "Far", "types": ["other"], "country": "NA", "marks": []}
    institutions = pa.concat_tables(
        [base["institutions"], pa.Table.from_pylist([extra], schema=TABLES["institutions"])]
    )
    site = {"site_id": f"far@{BEIJING}", "institution_id": "far", "city_id": BEIJING, "lat": 0.0, "lon": 0.0}
    sites = pa.concat_tables([base["sites"], pa.Table.from_pylist([site], schema=TABLES["sites"])])
    workspace = with_tables(tmp_path, institutions=institutions, sites=sites)
    with Tables.of(workspace) as tables:
        places = PlaceTables(workspace, tables)
        assert set(places.institutions()["id"].to_pylist()) == {
            row["institution_id"] for row in base["institutions"].to_pylist()
        }
        assert places.countries()["code"].to_pylist() == ["CN", "GB", "US"]
        assert f"far@{BEIJING}" not in places.sites()["id"].to_pylist()


def test_no_year_at_all(tmp_path):
    works = example_tables()["works"].set_column(3, "year", pa.nulls(13, pa.int32()))
    with pytest.raises(EmptySelection, match="nothing to load"):
        graph_tables(with_tables(tmp_path, works=works))


def test_changed_while_reading(tmp_path, monkeypatch):
    workspace = example_workspace(tmp_path)
    fingerprints = iter(["one", "two"])
    monkeypatch.setattr(Workspace, "fingerprint", property(lambda _: next(fingerprints)))
    with pytest.raises(DataError, match="changed while they were read"):
        graph_tables(workspace, contents=NO_MOVES)


def test_load_id_tells_records_and_layout(monkeypatch):
    before = graph_id("one")
    assert before != graph_id("two")
    monkeypatch.setattr("toolkit.graphdb.tables.LAYOUT_VERSION", 0)
    assert graph_id("one") != before
