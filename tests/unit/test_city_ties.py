"""Scopes compared, set scores, collaboration inside: by hand, invariants, by plain loops, and what is refused."""

from __future__ import annotations

from collections import defaultdict

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.city_ties import PlainTies
from plain.random_corpora import corpora
from plain.share_and_collaboration import PlainMeasures, status

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import BEIJING, CHANGCHUN, NANJING, example_workspace, hand_tables
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.measures.answers import articles, internal, pairs, partnerships, rank, scope_comparison, share, together
from toolkit.measures.collaboration.internal import internal_parts_of_share
from toolkit.measures.collaboration.partnerships import corpus_years, one_ended_partnerships
from toolkit.measures.collaboration.scope_comparison import compared_scopes
from toolkit.measures.collaboration.set_scores import set_scores
from toolkit.measures.tables import Tables

FEW = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
both_engines = pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("ties"))


def on(engine):
    return Tables.on(ibis.duckdb.connect() if engine == "duckdb" else ibis.sqlite.connect(), hand_tables())


@both_engines
def test_scopes_of_the_article_of_the_definitions(engine):
    with on(engine) as tables:
        rows = compared_scopes(tables, level="city", place=BEIJING, partner_country="CN").to_pyarrow().to_pylist()
    names = ("pairs", "mean_joint", "median_joint", "ratio_to_inside")
    assert {row["scope"]: [row[name] for name in names] for row in rows} == {
        "inside": [1, 1.0, 1.0, 1.0],
        "domestic": [4, 1.0, 1.0, 1.0],
        "international": [0, None, None, None],
        "CN": [4, 1.0, 1.0, 1.0],
    }


@both_engines
def test_sets_of_the_article_of_the_definitions(engine):
    with on(engine) as tables:
        rows = set_scores(tables, level="city", members=[BEIJING, NANJING, CHANGCHUN]).to_pyarrow().to_pylist()
        some = set_scores(tables, level="institution", members=["ciac", "nju"], by_year=True).to_pyarrow().to_pylist()
    assert {row["id"]: [row["joint"], row["score"]] for row in rows} == {
        "set": [1, 1.0],
        BEIJING: [1, 0.5],
        NANJING: [1, 0.375],
        CHANGCHUN: [1, 0.125],
    }
    assert {(row["id"], row["year"]): row["score"] for row in some} == {
        ("set", 2020): 0.5,
        ("ciac", 2020): 0.125,
        ("nju", 2020): 0.375,
    }


@both_engines
def test_inside_of_the_article_of_the_definitions(engine):
    with on(engine) as tables:
        rows = internal_parts_of_share(tables, level="city").to_pyarrow().to_pylist()
    names = ("internal_joint", "internal_share", "share", "part_of_share")
    assert {row["id"]: [row[name] for name in names] for row in rows} == {
        BEIJING: [1, 0.5, 0.5, 1.0],
        NANJING: [0, 0.0, 0.375, 0.0],
        CHANGCHUN: [0, 0.0, 0.125, 0.0],
    }


def test_scopes_of_beijing_over_all_years(workspace):
    answer = scope_comparison(workspace, city="Beijing", partner_country="United Kingdom", top=2)
    assert list(answer.frame.columns) == [
        "scope", "year", "pairs", "mean_joint", "median_joint", "ratio_to_inside"
    ]  # fmt: skip
    # inside PKU-UCAS 2; domestic PKU-NJU 3, then 1; abroad PKU-OXF 2, PKU-CAM 1
    assert answer.frame.drop(columns="year").to_numpy().tolist() == [
        ["inside", 1, 2.0, 2.0, 1.0],
        ["domestic", 2, 2.0, 2.0, 1.0],
        ["international", 2, 1.5, 1.5, 0.75],
        ["GB", 2, 1.5, 1.5, 0.75],
    ]
    every = scope_comparison(workspace, city="Beijing", top=0).frame
    # PKU-NJU 3; UCAS-NJU, PKU-CIAC, UCAS-CIAC, PKU-UCAS in Nanjing 1 each
    assert every[["pairs", "mean_joint", "median_joint"]].to_numpy().tolist()[1] == [5, 1.4, 1.0]
    assert repeat(answer.run, workspace).frame.equals(answer.frame)


def test_scopes_by_year_have_a_row_for_each_year(workspace):
    frame = scope_comparison(workspace, city="Beijing", by_year=True, years="2019:2020").frame
    assert frame[["year", "scope", "pairs"]].to_numpy().tolist() == [
        [2019, "inside", 1], [2019, "domestic", 0], [2019, "international", 1],
        [2020, "inside", 1], [2020, "domestic", 4], [2020, "international", 0],
    ]  # fmt: skip
    assert frame.mean_joint.isna().tolist() == [False, True, False, False, False, True]


def test_pairs_of_each_scope_are_the_partnerships(workspace):
    frame = scope_comparison(workspace, city="Beijing", top=0).frame.set_index("scope")
    ended = partnerships(workspace, city="Beijing").frame.set_index("scope")
    inside = partnerships(workspace, city="Beijing", inside=True).frame
    assert frame.pairs["domestic"] == ended.partnerships["domestic"]
    assert frame.pairs["international"] == ended.partnerships["international"]
    assert frame.pairs["inside"] == inside.partnerships[0]


def test_a_set_of_two_has_the_score_of_the_pair(workspace):
    for row in pairs(workspace).frame.itertuples():
        answer = together(workspace, places=[row.a_id, row.b_id])
        found = answer.frame
        assert found[["joint", "score"]].to_numpy().tolist()[0] == [row.joint, row.score]
        assert found.score.tolist()[1:] == sorted(found.score.tolist()[1:], reverse=True)
        assert found.score[0] == pytest.approx(found.score[1:].sum(), abs=1e-9)
    kin = together(workspace, level="institution", places=["cas", "ciac"]).frame
    assert kin[["id", "joint", "score"]].to_numpy().tolist()[0] == ["set", 1, 1.0], "kin that are asked for"


def test_a_set_by_year_names_its_members(workspace):
    answer = together(workspace, places=["Beijing", "Nanjing", "changchun"], by_year=True)
    assert list(answer.frame.columns) == ["id", "name", "year", "joint", "score"]
    whole = answer.frame[answer.frame.id == "set"]
    assert whole[["name", "year", "joint", "score"]].to_numpy().tolist() == [
        ["all 3 together", 2018, 0, 0.0],
        ["all 3 together", 2019, 0, 0.0],
        ["all 3 together", 2020, 1, 1.0],
        ["all 3 together", 2021, 0, 0.0],
    ]
    assert repeat(answer.run, workspace).frame.equals(answer.frame)


def test_internal_table_has_ranks_and_parts(workspace):
    answer = internal(workspace, country="China")
    assert list(answer.frame.columns) == [
        "rank", "id", "name", "year", "internal_joint", "internal_share", "share", "part_of_share", "ratio_to_next"
    ]  # fmt: skip
    assert answer.frame[["rank", "name", "internal_joint", "internal_share"]].to_numpy().tolist() == [
        [1, "Beijing", 2, 1.5],
        [2, "Nanjing", 0, 0.0],
        [2, "Changchun", 0, 0.0],
    ]
    assert answer.frame.part_of_share.tolist() == [0.333333333, 0.0, 0.0]
    countries = internal(workspace, level="country", by="part_of_share").frame
    whole = share(workspace, level="country").frame.set_index("id").share
    assert countries.share.tolist() == whole[countries.id].tolist()
    assert (countries.internal_share <= countries.share).all()
    ranks = rank(workspace, level="country", by="internal_share").frame.set_index("id").value
    found = countries[countries.internal_joint > 0].set_index("id").internal_share
    assert found.to_dict() == ranks.to_dict()
    one = internal(workspace, city="Beijing", by_year=True, by="internal_joint")
    assert one.frame[["year", "internal_joint"]].to_numpy().tolist() == [[2018, 0], [2019, 1], [2020, 1], [2021, 0]]
    assert repeat(one.run, workspace).frame.equals(one.frame)
    assert len(articles(workspace, city="Beijing", inside=True).frame) == 2


def test_total_of_a_level_counts_each_pair_once(workspace):
    for level in ("institution", "city", "country"):
        answer = rank(workspace, by="strength", level=level)
        assert answer.run.facts["level_total"] == pytest.approx(answer.frame.value.sum() / 2, abs=1e-8)
        assert answer.run.facts["level_total"] == pytest.approx(
            pairs(workspace, level=level).frame.score.sum(), abs=1e-8
        )
    assert "level_total" not in rank(workspace, by="share").run.facts


def test_one_ended_partnerships_have_the_ratio_to_the_next_city_of_the_country(workspace):
    nanjing = partnerships(workspace, city="Nanjing").frame.set_index("scope")
    changchun = partnerships(workspace, city="Changchun").frame.set_index("scope")
    assert nanjing.ratio_to_next["all"] == nanjing.partnerships["all"] / changchun.partnerships["all"] == 2.0
    assert changchun.ratio_to_next.isna()["all"], "the last of its country"


@FEW
@given(tables=corpora(), top=st.sampled_from([1, 2, 50]))
def test_random_corpora_equal_the_plain_computation(tables, top):
    plain = PlainTies({name: table.to_pandas() for name, table in tables.items()})
    with Tables.on(ibis.duckdb.connect(), tables) as placed:
        for city in ("c1", "c3"):
            rows = compared_scopes(placed, level="city", place=city, partner_country="XA", top=top)
            found = {
                row["scope"]: (row["pairs"], row["mean_joint"], row["median_joint"])
                for row in rows.to_pyarrow().to_pylist()
            }
            expected = plain.scopes(city, partner_country="XA", top=top)
            assert found == {scope: pytest.approx(row, abs=1e-9) for scope, row in expected.items()}
        inside = {row["id"]: row for row in internal_parts_of_share(placed, level="city").to_pyarrow().to_pylist()}
        for city, row in inside.items():
            joint, shared, whole = plain.inside(city)
            assert row["internal_joint"] == joint
            assert [row["internal_share"], row["share"]] == pytest.approx([float(shared), float(whole)], abs=1e-9)
        for members in (["c1", "c3"], ["c1", "c2", "c3"]):
            rows = set_scores(placed, level="city", members=members, by_year=True).to_pyarrow().to_pylist()
            found = {row["year"]: [row["joint"], row["score"]] for row in rows if row["id"] == "set" and row["joint"]}
            expected = plain.together(set(members))
            assert found == {year: [joint, pytest.approx(float(part))] for year, (joint, part) in expected.items()}


@FEW
@given(tables=corpora(), window=st.integers(1, 3))
def test_status_of_one_ended_partnerships_equals_the_plain_computation(tables, window):
    plain = PlainMeasures({name: table.to_pandas() for name, table in tables.items()}, "city")
    country = {"c1": "XA", "c2": "XA", "c3": "XB", "c4": None}
    active = defaultdict(set)
    for (place, year), ends in plain.ends.items():
        for own, outside, there in ends:
            known = country[place] and country[there]
            scope = "domestic" if country[place] == country[there] else "international"
            for name in ["all", *([scope] if known else [])]:
                active[place, name, own, outside].add(year)
    with Tables.on(ibis.duckdb.connect(), tables) as placed:
        first, last = corpus_years(placed) or (0, -1)
        counts = one_ended_partnerships(placed, level="city", by_year=True, window=window)
        found = {
            (row["id"], row["scope"], row["year"]): [row[name] for name in ("partnerships", "new", "kept", "lost")]
            for row in counts.to_pyarrow().to_pylist()
        }
    expected = {}
    for (place, scope, _, _), years in active.items():
        for year in range(first, last + 1):
            now = status(years, year, window=window)
            if now is not None:
                row = expected.setdefault((place, scope, year), [0, 0, 0, 0])
                row[0] += year in years
                row[("", "new", "kept", "lost").index(now)] += 1
    no_status = {key: [row[0], None, None, None] for key, row in expected.items() if key[2] < first + window}
    assert found == expected | no_status


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (scope_comparison, BadParameter, "name the place whose scopes are compared"),
        (lambda ws: scope_comparison(ws, place="pku", level="institution"), BadParameter, "it is one of city"),
        (lambda ws: scope_comparison(ws, city="Beijing", partner_country="Utopia"), UnknownPlace, "Utopia"),
        (lambda ws: scope_comparison(ws, city="Beijing", top=-1), BadParameter, "it is a whole number"),
        (lambda ws: together(ws, places=["Beijing"]), BadParameter, "at least two different places"),
        (lambda ws: together(ws, places=["Beijing", BEIJING]), BadParameter, "at least two different places"),
        (lambda ws: together(ws, places=["Beijing", "unlocated"]), BadParameter, "at least two different places"),
        (lambda ws: together(ws, places=["Beijing", "Atlantis"]), UnknownPlace, "There is no city named 'Atlantis'"),
        (lambda ws: internal(ws, by="fame"), BadParameter, "it is one of internal_share, internal_joint"),
        (lambda ws: internal(ws, level="site"), BadParameter, "it is one of city"),
    ],
)
def test_what_can_not_be_answered_is_said(workspace, call, error, text):
    with pytest.raises(error, match=text):
        call(workspace)
