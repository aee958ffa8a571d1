"""Answers of a workspace: columns, order, filters, names, records, stored tables, articles behind numbers."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import (
    BEIJING,
    CAMBRIDGE_GB,
    CHANGCHUN,
    NANJING,
    OXFORD,
    example_tables,
    example_workspace,
    hand_tables,
)
from toolkit.errors import BadParameter, DataError, EmptySelection, UnknownPlace
from toolkit.measures.answers import (
    articles,
    collaboration_types,
    company_partners,
    connections,
    lists,
    pairs,
    partnerships,
    rank,
    scope_comparison,
    share,
    standing,
    subjects,
    together,
    umbrella,
)
from toolkit.measures.counting.options import Counting
from toolkit.measures.precision import DIGITS
from toolkit.measures.selection import parse_years
from toolkit.measures.store import build
from toolkit.runs import RunRecord
from toolkit.workspace import open_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("example"))


def test_share_has_the_columns_and_the_order_of_the_design(workspace):
    frame = share(workspace).frame
    assert list(frame.columns) == ["id", "name", "year", "count", "share", "adjusted_share"]
    assert frame.id.tolist() == [
        BEIJING, NANJING, OXFORD, CHANGCHUN, "4931972", CAMBRIDGE_GB, "unlocated", "unassigned"
    ]  # fmt: skip
    assert frame.share.tolist() == [4.5, 1.375, 0.75, 0.625, 0.5, 0.25, 1.5, 0.5]
    assert frame.share.sum() == 10.0, "thirteen, less one cut list, one without authors and one without a year"
    assert frame.year.isna().all()
    assert str(frame["count"].dtype) == "int64"


def test_share_by_year_of_named_places(workspace):
    frame = share(workspace, places=["Beijing", NANJING], by_year=True, years="2020:2021").frame
    assert frame[["name", "year", "share"]].to_numpy().tolist() == [
        ["Beijing", 2020, 1.5],
        ["Nanjing", 2020, 0.375],
        ["Beijing", 2021, 1.0],
        ["Nanjing", 2021, 0.5],
    ]


def test_share_of_a_country_leaves_out_what_has_none(workspace):
    frame = share(workspace, level="institution", country="United States").frame
    assert frame.id.tolist() == ["acme", "mit"]


def test_top_cuts_places_in_each_year(workspace):
    frame = share(workspace, level="country", by_year=True, top=1).frame
    assert frame[["id", "year"]].to_numpy().tolist() == [["CN", 2018], ["CN", 2019], ["CN", 2020], ["CN", 2021]]
    assert len(share(workspace, top=2).frame) == 2
    assert len(share(workspace, top=0).frame) == 8


def test_numbers_are_rounded_to_nine_decimals(workspace):
    frame = share(workspace, places="Changchun", base_year=2018).frame
    # .125 * 2 / 3 + .5 * 2 / 4
    assert frame.adjusted_share.tolist() == [0.333333333]
    assert DIGITS == 9


def test_base_year_is_in_the_record(workspace):
    run = share(workspace, years="2018:2020").run
    assert run.facts["base_year"] == 2020
    assert run.parameters["base_year"] == 2020
    assert run.parameters["years"] == "2018:2020"
    assert run.fingerprint == workspace.fingerprint
    assert any("1 article has a cut author list and is left out" in note for note in share(workspace).run.notes)


def test_empty_base_year_is_an_error(workspace):
    with pytest.raises(EmptySelection, match="base_year 1999 has no articles to adjust to; the records cover 2018"):
        share(workspace, base_year=1999)


def test_ranks_of_equals_and_of_the_window_before(workspace):
    frame = rank(workspace, by="strength", years="2020:2021").frame
    assert list(frame.columns) == ["rank", "id", "name", "year", "value", "ratio_to_next", "previous_rank"]
    assert frame["rank"].tolist() == [1, 2, 3, 4, 4]
    assert frame.id.tolist() == [BEIJING, NANJING, CHANGCHUN, OXFORD, CAMBRIDGE_GB]
    assert frame.value.tolist() == [4.5, 3.375, 2.125, 1.5, 1.5]
    assert frame.ratio_to_next.tolist()[:4] == [1.333333333, 1.588235294, 1.416666667, 1.0]
    # 2018:2019: Beijing 2.0, Nanjing 1.0, Oxford 1.0
    assert frame.previous_rank.tolist()[:2] == [1, 2]
    assert frame.previous_rank.tolist()[3] == 2
    assert frame.previous_rank.isna().tolist() == [False, False, True, False, True]


def test_rank_before_the_records_begin_is_unknown(workspace):
    assert rank(workspace, years="2019:2020").frame.previous_rank.isna().all()
    by_year = rank(workspace, by="count", by_year=True, country="CN").frame
    first = by_year[by_year.year == 2018]
    assert first.previous_rank.isna().all()
    assert by_year[(by_year.year == 2021) & (by_year.id == CHANGCHUN)].previous_rank.tolist() == [2]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("count", [8, 4, 2, 2, 1, 1]),
        ("joint", [9, 7, 4, 3, 3]),
        ("partners", [4, 4, 3, 3, 2]),
        ("internal_joint", [2]),
        ("internal_share", [1.5]),
        ("partnerships", [7, 6, 3, 3, 3]),
    ],
)
def test_rank_by_other_numbers(workspace, by, expected):
    assert rank(workspace, by=by).frame.value.tolist() == expected


def test_rank_leaves_out_what_has_no_place(workspace):
    assert not rank(workspace, by="share").frame.id.isin(["unassigned", "unlocated"]).any()


def test_pairs_of_one_city_and_one_pair(workspace):
    frame = pairs(workspace, city="Beijing").frame
    assert list(frame.columns) == [
        "rank", "a_id", "a_name", "b_id", "b_name", "year", "joint", "score", "ratio_to_next"
    ]  # fmt: skip
    assert frame[["a_id", "b_id", "joint", "score"]].to_numpy().tolist() == [
        [NANJING, BEIJING, 4, 2.875],
        [BEIJING, CHANGCHUN, 2, 1.625],
        [BEIJING, OXFORD, 2, 1.5],
        [BEIJING, CAMBRIDGE_GB, 1, 0.5],
    ]
    one = pairs(workspace, place="Beijing", partner="Nanjing").frame
    assert one.score.tolist() == [2.875]


def test_pairs_with_both_ends_or_one_end_in_a_country(workspace):
    both = pairs(workspace, country="China").frame
    assert set(both.a_id) | set(both.b_id) == {BEIJING, NANJING, CHANGCHUN}
    assert len(both) == 3
    either = pairs(workspace, country="GB", country_either=True).frame
    assert len(either) == 5
    assert either.ratio_to_next.tolist()[:2] == [3.0, 1.0], "ranked among themselves"


def test_pairs_inside_one_city(workspace):
    frame = pairs(workspace, level="institution", within="Beijing").frame
    assert frame[["a_name", "b_name", "joint", "score"]].to_numpy().tolist() == [
        ["Peking University", "University of Chinese Academy of Sciences", 2, 1.5]
    ]


def test_partnerships_of_one_city_with_all_others(workspace):
    frame = partnerships(workspace, city="Beijing").frame
    assert frame.scope.tolist() == ["all", "domestic", "international"]
    assert frame.partnerships.tolist() == [7, 5, 2]
    assert frame.partner_institutions.tolist() == [5, 3, 2]
    assert frame.rank_in_country.tolist() == [1, 1, 1]
    assert partnerships(workspace, city="Nanjing").frame.rank_in_country.tolist() == [2, 2, 1]


def test_partnerships_of_one_pair_by_year(workspace):
    frame = partnerships(workspace, city="Nanjing", partner="Beijing", by_year=True).frame
    assert list(frame.columns) == [
        "a_id", "a_name", "b_id", "b_name", "year", "partnerships", "new", "kept", "lost"
    ]  # fmt: skip
    assert frame.partnerships.tolist() == [1, 0, 2, 2]
    assert frame.lost.isna().tolist() == [True, False, False, False]
    assert frame.lost.tolist()[1:] == [1, 0, 1]


def test_partnerships_inside_places(workspace):
    frame = partnerships(workspace, level="country", inside=True).frame
    assert frame[["name", "partnerships"]].to_numpy().tolist() == [
        ["China", 6], ["United Kingdom", 1], ["United States", 1]
    ]  # fmt: skip


@pytest.mark.parametrize("level", ["site", "institution", "city", "country"])
def test_articles_add_up_to_every_share_and_score(workspace, level):
    for row in share(workspace, level=level).frame.itertuples():
        behind = articles(workspace, level=level, place=row.id).frame
        assert len(behind) == row.count
        assert behind.share_a.sum() == pytest.approx(row.share, abs=1e-9)
    for row in pairs(workspace, level=level, top=3).frame.itertuples():
        behind = articles(workspace, level=level, place=row.a_id, partner=row.b_id).frame
        assert len(behind) == row.joint
        assert behind.joint_score.sum() == pytest.approx(row.score, abs=1e-9)
        assert (behind.share_a + behind.share_b).tolist() == behind.joint_score.tolist()


def test_articles_behind_inside_numbers_and_partnerships(workspace):
    behind = articles(workspace, city="Beijing", inside=True).frame
    assert behind.work_id.tolist() == ["W03", "W01"]
    assert behind.share_a.tolist() == [1.0, 0.5]
    assert list(behind.columns) == [
        "work_id", "doi", "title", "year", "journal", "share_a", "share_b", "joint_score"
    ]  # fmt: skip
    behind = articles(workspace, city="Nanjing", partner="Beijing", partnership=True).frame
    assert behind[["work_id", "a_institution", "b_institution"]].to_numpy().tolist() == [
        ["W11", "nju", "pku"],
        ["W01", "nju", "pku"],
        ["W01", "nju", "ucas"],
        ["W04", "nju", "pku"],
        ["W12", "ucas", "pku"],
    ]
    assert len(articles(workspace, city="Beijing", inside=True, partnership=True).frame) == 2
    inside = articles(workspace, level="institution", place="pku", partner="ucas", within="Beijing").frame
    assert inside.joint_score.sum() == 1.5


def test_stored_tables_give_identical_numbers(tmp_path):
    tables = example_tables()
    dimmed = tables["journals"].drop("marks").append_column("marks", pa.array([["astronomy"]], pa.list_(pa.string())))
    fresh = example_workspace(tmp_path, tables={**tables, "journals": dimmed})
    questions = [
        (share, {"wfc": True, "years": "2019:2020"}),
        (rank, {"by": "strength", "level": "institution"}),
        (rank, {"by": "internal_share", "years": "2020:2021"}),
        (rank, {"by_year": True, "years": "2020:2021"}),
        (pairs, {"link": "two-authors", "max_units": 3}),
        (partnerships, {"by_year": True, "years": "2020:2021"}),
        (partnerships, {"by_year": True, "window": 2, "kin": "keep"}),
        (partnerships, {"city": "Beijing", "by_year": True}),
        (partnerships, {"inside": True}),
        (connections, {"city": "Beijing", "years": "2020:2021"}),
        (scope_comparison, {"city": "Beijing"}),
        (subjects, {"by_year": True}),
        (standing, {"place": "Nanjing", "years": "2020:2021"}),
        (collaboration_types, {"each": True, "by_year": True}),
        (company_partners, {"city": "Oxford"}),
        (umbrella, {"organisation": "cas", "by_year": True}),
        (lists, {"name": "c9", "rollup": "split"}),
        (together, {"places": ["Beijing", "Nanjing"]}),
        (articles, {"city": "Beijing", "partner": "Nanjing"}),
    ]
    computed = [question(fresh, **options).frame for question, options in questions]
    seen = []
    run = build(fresh, progress=lambda stage, done, total: seen.append((stage, done, total)), movement=False)
    assert run.rows["city_scores"] == 12
    assert run.rows["country_wfc_shares"] == run.rows["country_shares"]
    assert list(run.rows) == [stage for stage, _, _ in seen[:-1]]
    assert seen[-1] == ("done", len(run.rows), len(run.rows))
    for (question, options), frame in zip(questions, computed, strict=True):
        assert question(fresh, **options).frame.equals(frame), (question, options)


def test_stored_tables_are_taken_only_for_the_records_they_came_from(tmp_path):
    built = example_workspace(tmp_path)
    build(built, levels=("city",), movement=False)
    stored = built.measures / "city_shares.parquet"
    pa.parquet.write_table(pa.parquet.read_table(stored).slice(0, 0), stored)
    assert len(share(built).frame) == 0, "the stored table is what answers"
    assert len(share(built, truncated="keep").frame) == 8, "other conventions are computed"
    example_workspace(tmp_path, tables=hand_tables())
    assert len(share(built).frame) == 3, "other records are computed"


def test_missing_hierarchy_is_said(tmp_path):
    hand = example_workspace(tmp_path, tables=hand_tables())
    assert any("no pair was dropped as kin" in note for note in pairs(hand, level="institution").run.notes)
    assert not any("kin" in note for note in pairs(hand, level="city").run.notes)


def test_articles_that_leave_the_pair_tables_are_said(workspace):
    answer = pairs(workspace, max_units=2)
    assert "2 articles have more than 2 units at level city and leave the pair tables." in answer.run.notes
    assert len(share(workspace, max_units=2).frame) == 8


def test_answers_are_repeated_from_their_records_alone(workspace):
    for answer in (
        share(workspace, places="Beijing", years=2020),
        rank(workspace, by="adjusted_share", country="CN", top=2, link="two-authors"),
        pairs(workspace, level="institution", within="Beijing", by="joint"),
        partnerships(workspace, place="Beijing", by_year=True, window=2),
        articles(workspace, city="Beijing", partner="Nanjing", subject="Chemistry"),
    ):
        record = RunRecord.from_dict(json.loads(answer.run.to_json()))
        again = repeat(record, workspace)
        assert again.frame.equals(answer.frame)
        assert again.run.run_id == answer.run.run_id


def test_a_record_of_other_records_is_refused(workspace, tmp_path):
    other = example_workspace(tmp_path, tables=hand_tables())
    with pytest.raises(DataError, match="Repeat it in a workspace with the same records"):
        repeat(share(workspace).run, other)
    with pytest.raises(BadParameter, match="method = 'load' can't be used: it can't be repeated; articles, "):
        repeat(RunRecord("load", {}, workspace.fingerprint), workspace)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda ws: share(ws, level="planet"), BadParameter, "level = 'planet' can't be used: it is one of site, inst"),
        (lambda ws: share(ws, years="2021:2018"), BadParameter, "the first year comes before the last"),
        (lambda ws: share(ws, years="lately"), BadParameter, "a window is written 2015:2024, a single year 2015"),
        (lambda ws: share(ws, years="1990:1999"), EmptySelection, "no article of 1990:1999; the records cover 2018 to"),
        (lambda ws: share(ws, subject="Alchemy"), BadParameter, "the records have Chemistry, Physics"),
        (lambda ws: share(ws, top=-1), BadParameter, "it is a whole number; 0 for all rows"),
        (lambda ws: share(ws, places="Atlantis"), UnknownPlace, "There is no city named 'Atlantis'"),
        (lambda ws: share(ws, places="Cambridge"), UnknownPlace, "could be any of these: Cambridge"),
        (lambda ws: rank(ws, by="fame"), BadParameter, "by = 'fame' can't be used: it is one of share, count"),
        (lambda ws: rank(ws, by="partnerships", level="site"), BadParameter, "it is one of city, country"),
        (lambda ws: pairs(ws, by="distance"), BadParameter, "it is score or joint"),
        (lambda ws: pairs(ws, within="Beijing"), BadParameter, "pairs inside a city are pairs of level institution"),
        (lambda ws: pairs(ws, level="country", city="Beijing"), BadParameter, "at level country say place"),
        (lambda ws: pairs(ws, city="Beijing", place="Beijing"), BadParameter, "give either city or place"),
        (lambda ws: partnerships(ws, level="institution"), BadParameter, "it is one of city, country"),
        (lambda ws: partnerships(ws, window=0), BadParameter, "it is a whole number of years, at least 1"),
        (lambda ws: partnerships(ws, partner="Beijing"), BadParameter, "it goes with a place"),
        (articles, BadParameter, "name the place whose articles are asked for"),
        (lambda ws: articles(ws, city="Beijing", partner="Beijing"), BadParameter, "another place than the first"),
        (lambda ws: articles(ws, city="Beijing", partnership=True), BadParameter, "it goes with a partner, or with"),
    ],
)
def test_what_can_not_be_answered_is_said(workspace, call, error, text):
    with pytest.raises(error, match=text) as caught:
        call(workspace)
    assert caught.value.exit_code == 4


def test_a_workspace_without_records_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match="has no records yet"):
        share(open_workspace(tmp_path / "none"))


def test_a_workspace_without_dated_articles_says_so(tmp_path):
    tables = dict(example_tables())
    works = tables["works"]
    tables["works"] = works.set_column(3, "year", pa.nulls(works.num_rows, pa.int32()))
    with pytest.raises(EmptySelection, match="no article with a year and an author"):
        share(example_workspace(tmp_path, tables=tables))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"truncated": "maybe"}, "truncated = 'maybe' can't be used: it is one of drop, keep"),
        ({"link": "three"}, "it is one of one-author, two-authors"),
        ({"kin": "hide"}, "it is one of drop, keep"),
        ({"subject_counting": "half"}, "it is one of fractional, whole"),
        ({"max_units": 1}, "it is a whole number of at least 2"),
        ({"max_authors": 0}, "it is a whole number of at least 1, or left out"),
        ({"subject": " "}, "it is the name of a subject, or left out"),
    ],
)
def test_unknown_conventions_are_refused(options, text):
    with pytest.raises(BadParameter, match=text):
        Counting(**options)


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("2015:2024", (2015, 2024)),
        ("2015-2024", (2015, 2024)),
        (" 2015 ", (2015, 2015)),
        (2015, (2015, 2015)),
        ((2015, 2024), (2015, 2024)),
        ([2015, 2024], (2015, 2024)),
        (None, None),
    ],
)
def test_windows_of_years_as_users_write_them(written, window):
    assert parse_years(written) == window


@pytest.mark.parametrize("written", ["2015:", "15:24", "2015:2016:2017", (2015, 2016, 2017), "20155"])
def test_what_is_no_window_is_refused(written):
    with pytest.raises(BadParameter, match="a window is written"):
        parse_years(written)
