"""Umbrella organisations and lists: by hand, by plain loops, by their invariants."""

from __future__ import annotations

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.groups import PlainGroup, below
from plain.random_corpora import corpora

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import (
    BEIJING,
    CHANGCHUN,
    NANJING,
    example_tables,
    example_workspace,
    hand_tables,
)
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.measures.answers import lists, share, umbrella
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.output.groups import group_shares, group_totals, institutes_of
from toolkit.measures.tables import Tables

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

FEW = settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
VALUES = ["institutions", "count", "share", "part"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("example"))


@pytest.fixture(params=["duckdb", "sqlite"])
def example(request):
    engine = ibis.duckdb.connect() if request.param == "duckdb" else ibis.sqlite.connect()
    with Tables.on(engine, example_tables()) as tables:
        yield tables


def listed(table, keys, values):
    rows = table.to_pyarrow().to_pylist()
    return {tuple(row[key] for key in keys): tuple(row[value] for value in values) for row in rows}


def frames(tables):
    return {name: table.to_pandas() for name, table in tables.items()}


def test_the_academy_by_city_by_hand(example):
    """CAS, CIAC and UCAS. W01: A4 gives CIAC and UCAS .125 each; W03: UCAS .5; W05: CIAC .5, CAS .5 (one article of
    Changchun, one of Beijing); W12: UCAS in Nanjing .25. In all 2."""
    found = listed(group_shares(example, institutes_of(example, "cas"), level="city"), ["id"], VALUES)
    assert found == {
        (BEIJING,): (2, 3, 1.125, 0.5625),
        (CHANGCHUN,): (1, 2, 0.625, 0.3125),
        (NANJING,): (1, 1, 0.25, 0.125),
    }
    assert listed(group_totals(example, institutes_of(example, "cas")), ["group"], VALUES[:3]) == {
        ("cas",): (3, 4, 2.0)
    }
    by_year = group_shares(example, institutes_of(example, "cas"), level="city", by_year=True)
    assert listed(by_year, ["id", "year"], VALUES)[BEIJING, 2021] == (1, 1, 0.5, 0.4)


def test_descendants_at_any_depth_are_institutes(example):
    assert listed(institutes_of(example, "ciac"), ["institution_id"], ["group"]) == {("ciac",): ("ciac",)}


@pytest.mark.parametrize("level", ["city", "country", "site"])
@FEW
@given(tables=corpora(), members=st.sets(st.sampled_from(["i1", "i2", "i3", "i4", "i6"]), min_size=1))
def test_groups_equal_the_plain_computation(level, tables, members):
    plain = PlainGroup(frames(tables), members, level, (2001, 2003))
    with Tables.on(ibis.duckdb.connect(), tables) as on_engine:
        group = on_engine.institutions.filter(on_engine.institutions.institution_id.isin(sorted(members)))
        group = group.select(group=ibis.literal("g"), institution_id="institution_id")
        found = listed(group_shares(on_engine, group, level=level, years=(2001, 2003)), ["id"], VALUES)
        total = listed(group_totals(on_engine, group, years=(2001, 2003)), ["group"], VALUES[:3])
    assert found == {(key,): pytest.approx(row, abs=1e-9) for key, row in plain.rows.items()}
    expected = (len(plain.active), plain.count, pytest.approx(float(plain.share), abs=1e-9))
    assert total == ({("g",): expected} if plain.rows else {})


@FEW
@given(tables=corpora())
def test_all_institutions_together_are_the_share_of_their_places(tables):
    with Tables.on(ibis.duckdb.connect(), tables) as on_engine:
        everyone = on_engine.institutions.select(group=ibis.literal("all"), institution_id="institution_id")
        found = listed(group_shares(on_engine, everyone, level="city"), ["id"], ["count", "share"])
        whole = listed(unit_shares(on_engine, level="city"), ["id"], ["count", "share"])
        for organisation in ("i1", "i6"):
            group = institutes_of(on_engine, organisation)
            ids = {row["institution_id"] for row in group.to_pyarrow().to_pylist()}
            assert ids == below(frames(tables), organisation)
    whole.pop(("unassigned",), None)
    assert found == {key: (count, pytest.approx(value, abs=1e-9)) for key, (count, value) in whole.items()}


def test_institutes_with_their_cities(workspace):
    answer = umbrella(workspace, "cas", institutes=True)
    assert list(answer.frame.columns) == ["id", "name", "city_id", "city", "year", "count", "share", "part"]
    assert answer.frame[["id", "city", "count", "share"]].to_numpy().tolist() == [
        ["ciac", "Changchun", 2, 0.625],
        ["ucas", "Beijing", 2, 0.625],
        ["cas", "Beijing", 1, 0.5],
        ["ucas", "Nanjing", 1, 0.25],
    ]
    assert answer.frame.part.sum() == pytest.approx(1)
    assert {name: answer.run.facts[name] for name in ("members", "whole_count", "whole_share")} == {
        "members": 3,
        "whole_count": 4,
        "whole_share": 2.0,
    }


def test_an_institute_in_one_city_has_its_own_share(workspace):
    whole = share(workspace, level="institution", places="ciac").frame
    row = umbrella(workspace, "Changchun Institute of Applied Chemistry", institutes=True).frame
    assert row[["count", "share"]].to_numpy().tolist() == whole[["count", "share"]].to_numpy().tolist()


def test_lists_and_their_cities(workspace):
    every = lists(workspace).frame
    assert list(every.columns) == ["list", "year", "members", "active", "count", "share"]
    assert every.drop(columns="year").to_numpy().tolist() == [["c9", 2, 2, 7, 4.5]]
    # PKU: W01 .375, W02 .5, W03 .5, W04 .25, W11 .5, W12 .25, W13 1; NJU: W01 .375, W04 .25, W11 .5
    by_city = lists(workspace, "C9").frame
    assert list(by_city.columns) == ["id", "name", "year", "institutions", "count", "share", "part"]
    assert by_city[["name", "institutions", "count", "share", "part"]].to_numpy().tolist() == [
        ["Beijing", 1, 7, 3.375, 0.75],
        ["Nanjing", 1, 3, 1.125, 0.25],
    ]
    assert lists(workspace, "c9", level="country").frame[["name", "count"]].to_numpy().tolist() == [["China", 7]]
    named = lists(workspace, "c9", members=True, years="2021").frame
    assert named[["id", "city", "share"]].to_numpy().tolist() == [["pku", "Beijing", 0.5], ["nju", "Nanjing", 0.25]]
    by_year = lists(workspace, by_year=True).frame
    assert by_year[["year", "count", "share"]].to_numpy().tolist() == [
        [2018, 1, 1.0],
        [2019, 2, 1.0],
        [2020, 2, 1.75],
        [2021, 2, 0.75],
    ]


def test_a_list_without_an_article_is_there(tmp_path):
    tables = dict(hand_tables())
    institutions = tables["institutions"].to_pylist()
    for row in institutions:
        row["marks"] = (
            ["top"] if row["institution_id"] in ("oxf", "cam") else ["top", "china"] * (row["name"][0] == "P")
        )
    tables["institutions"] = tables["institutions"].from_pylist(institutions, schema=tables["institutions"].schema)
    workspace = example_workspace(tmp_path, tables=tables)
    columns = ["list", "members", "active", "count", "share"]
    assert lists(workspace).frame[columns].to_numpy().tolist() == [["china", 1, 1, 1, 0.375], ["top", 3, 1, 1, 0.375]]
    alone = umbrella(workspace, "Chinese Academy of Sciences")
    assert alone.frame.empty
    assert "No hierarchy of institutions is known, so only the organisation itself is counted." in alone.run.notes


def test_without_marks_there_are_no_lists(tmp_path):
    tables = dict(hand_tables())
    rows = [{**row, "marks": []} for row in tables["institutions"].to_pylist()]
    tables["institutions"] = tables["institutions"].from_pylist(rows, schema=tables["institutions"].schema)
    workspace = example_workspace(tmp_path, tables=tables)
    answer = lists(workspace)
    assert answer.frame.empty
    assert answer.run.notes[-1].startswith("No institution carries a mark, so there is no list: type `scicities ingest")
    with pytest.raises(
        BadParameter, match="no institution carries a mark, so there is no list: type `scicities ingest"
    ):
        lists(workspace, "c9")


def test_records_repeat_their_answers(workspace):
    for answer in (
        umbrella(workspace, "cas", institutes=True, years="2020:2021"),
        umbrella(workspace, "cas", level="country", by_year=True, top=1),
        lists(workspace),
        lists(workspace, "c9", by_year=True),
    ):
        assert repeat(answer.run, workspace).frame.equals(answer.frame)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda ws: umbrella(ws, "Academy of Nowhere"), UnknownPlace, "There is no institution named"),
        (
            lambda ws: umbrella(ws, "cas", level="institution"),
            BadParameter,
            "it is one of city, country, metro, region",
        ),
        (lambda ws: lists(ws, "top100"), BadParameter, "list = 'top100' can't be used: the records have c9"),
        (lambda ws: lists(ws, members=True), BadParameter, "name the list whose members are asked for"),
        (lambda ws: umbrella(ws, "cas", rollup="first"), BadParameter, "a group has the part of its own sites"),
    ],
)
def test_what_can_not_be_answered_is_said(workspace, call, error, text):
    with pytest.raises(error, match=text) as caught:
        call(workspace)
    assert caught.value.exit_code == 4
