"""The article of the definitions, worked out by hand, on two engines."""

from __future__ import annotations

import ibis
import pytest

from toolkit.corpus.example import BEIJING, CHANGCHUN, NANJING, example_tables, hand_tables
from toolkit.measures.collaboration.internal import internal_collaboration
from toolkit.measures.collaboration.partnerships import (
    internal_partnerships,
    one_ended_partnerships,
    partnership_counts,
)
from toolkit.measures.collaboration.scores import collaboration_scores, total_collaboration
from toolkit.measures.counting.options import Counting
from toolkit.measures.counting.parts import unit_parts
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.output.articles import works_behind
from toolkit.measures.tables import Tables

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

TWO_AUTHORS = Counting(link="two-authors")


@pytest.fixture(params=["duckdb", "sqlite"])
def engine(request):
    return ibis.duckdb.connect() if request.param == "duckdb" else ibis.sqlite.connect()


@pytest.fixture
def hand(engine):
    with Tables.on(engine, hand_tables()) as tables:
        yield tables


@pytest.fixture
def example(engine):
    with Tables.on(engine, example_tables()) as tables:
        yield tables


def rows(table, keys, values):
    """``{key: value}`` of the result; a key of one column is bare."""
    found = {}
    for row in table.to_pyarrow().to_pylist():
        key = tuple(row[name] for name in keys)
        found[key if len(keys) > 1 else key[0]] = row[values] if isinstance(values, str) else [row[v] for v in values]
    return found


def test_shares_of_institutions(hand):
    shares = unit_shares(hand, level="institution")
    assert rows(shares, ["id"], ["count", "share", "adjusted_share"]) == {
        "pku": [1, 0.375, 0.375],
        "nju": [1, 0.375, 0.375],
        "ciac": [1, 0.125, 0.125],
        "ucas": [1, 0.125, 0.125],
    }


def test_shares_of_cities_and_country(hand):
    assert rows(unit_shares(hand, level="city"), ["id"], "share") == {BEIJING: 0.5, NANJING: 0.375, CHANGCHUN: 0.125}
    assert rows(unit_shares(hand, level="country"), ["id"], ["count", "share"]) == {"CN": [1, 1.0]}


def test_scores_of_institutions(hand):
    scores = rows(collaboration_scores(hand, level="institution"), ["a_id", "b_id"], ["joint", "score"])
    assert scores == {
        ("nju", "pku"): [1, 0.75],
        ("ciac", "ucas"): [1, 0.25],
        ("ciac", "nju"): [1, 0.5],
        ("ciac", "pku"): [1, 0.5],
        ("nju", "ucas"): [1, 0.5],
        ("pku", "ucas"): [1, 0.5],
    }


def test_two_authors_drop_the_pair_that_one_author_holds_alone(hand):
    scores = rows(collaboration_scores(hand, level="institution", counting=TWO_AUTHORS), ["a_id", "b_id"], "score")
    assert ("ciac", "ucas") not in scores
    assert scores[("nju", "pku")] == 0.75
    assert len(scores) == 5


def test_scores_of_cities_are_no_sums_of_institutions(hand):
    scores = rows(collaboration_scores(hand, level="city"), ["a_id", "b_id"], "score")
    assert scores == {(NANJING, BEIJING): 0.875, (BEIJING, CHANGCHUN): 0.625, (NANJING, CHANGCHUN): 0.5}


def test_two_authors_between_cities(hand):
    # one author stands in Beijing and Changchun, but Beijing has others too
    scores = rows(collaboration_scores(hand, level="city", counting=TWO_AUTHORS), ["a_id", "b_id"], "score")
    assert scores[(BEIJING, CHANGCHUN)] == 0.625


def test_total_score_of_beijing(hand):
    totals = total_collaboration(collaboration_scores(hand, level="city"))
    assert rows(totals, ["id"], ["partners", "joint", "strength"]) == {
        BEIJING: [2, 2, 1.5],
        NANJING: [2, 2, 1.375],
        CHANGCHUN: [2, 2, 1.125],
    }


def test_collaboration_inside_beijing(hand):
    inside = internal_collaboration(hand, level="city")
    assert rows(inside, ["id"], ["internal_joint", "internal_share"]) == {BEIJING: [1, 0.5]}
    assert rows(internal_partnerships(hand, level="city"), ["id"], "partnerships") == {BEIJING: 1}


def test_partnerships_of_beijing_and_nanjing(hand):
    counts = rows(partnership_counts(hand, level="city"), ["a_id", "b_id"], "partnerships")
    assert counts == {(NANJING, BEIJING): 2, (BEIJING, CHANGCHUN): 2, (NANJING, CHANGCHUN): 1}
    counts = rows(partnership_counts(hand, level="city", counting=TWO_AUTHORS), ["a_id", "b_id"], "partnerships")
    assert counts == {(NANJING, BEIJING): 2, (BEIJING, CHANGCHUN): 1, (NANJING, CHANGCHUN): 1}


def test_base_relation(hand):
    parts = rows(unit_parts(hand, level="city"), ["unit_id"], ["share", "n_authors_here", "one_author"])
    assert parts == {BEIJING: [0.5, 3, None], NANJING: [0.375, 2, None], CHANGCHUN: [0.125, 1, "A4"]}


def test_status_by_year_with_lost_rows(example):
    counts = partnership_counts(example, level="city", by_year=True)
    counts = counts.filter(counts.a_id == NANJING, counts.b_id == BEIJING)
    assert rows(counts, ["year"], ["partnerships", "new", "kept", "lost"]) == {
        2018: [1, None, None, None],
        2019: [0, 0, 0, 1],
        2020: [2, 2, 0, 0],
        2021: [2, 1, 1, 1],
    }


def test_longer_look_back_keeps_a_partnership_over_a_gap(example):
    counts = partnership_counts(example, level="city", by_year=True, window=2)
    counts = counts.filter(counts.a_id == NANJING, counts.b_id == BEIJING)
    assert rows(counts, ["year"], ["partnerships", "new", "kept", "lost"]) == {
        2018: [1, None, None, None],
        2020: [2, 1, 1, 0],
        2021: [2, 1, 1, 0],
    }


def test_status_looks_before_the_window_of_years(example):
    counts = partnership_counts(example, level="city", by_year=True, years=(2021, 2021))
    counts = counts.filter(counts.a_id == NANJING, counts.b_id == BEIJING)
    assert rows(counts, ["year"], ["partnerships", "new", "kept", "lost"]) == {2021: [2, 1, 1, 1]}


def test_a_partnership_of_three_years_is_one_of_the_window(example):
    counts = rows(partnership_counts(example, level="city"), ["a_id", "b_id"], "partnerships")
    # PKU-NJU of 2018, 2020 and 2021; NJU with UCAS in Beijing; PKU with UCAS in Nanjing
    assert counts[(NANJING, BEIJING)] == 3


def test_one_ended_partnerships_by_scope(example):
    counts = one_ended_partnerships(example, level="city")
    counts = counts.filter(counts.id == BEIJING)
    assert rows(counts, ["scope"], ["partnerships", "partner_institutions", "partner_places"]) == {
        "all": [7, 5, 4],
        "domestic": [5, 3, 2],
        "international": [2, 2, 2],
    }


def test_kin_are_no_partners_but_their_cities_are(example):
    scores = rows(collaboration_scores(example, level="institution"), ["a_id", "b_id"], "score")
    assert ("cas", "ciac") not in scores
    assert scores[("ciac", "ucas")] == 0.25, "siblings are not kin"
    kept = collaboration_scores(example, level="institution", counting=Counting(kin="keep"))
    assert rows(kept, ["a_id", "b_id"], "score")[("cas", "ciac")] == 1.0
    cities = rows(collaboration_scores(example, level="city", years=(2021, 2021)), ["a_id", "b_id"], "score")
    assert cities[(BEIJING, CHANGCHUN)] == 1.0
    counts = partnership_counts(example, level="city", years=(2021, 2021))
    assert (BEIJING, CHANGCHUN) not in rows(counts, ["a_id", "b_id"], "partnerships")


def test_two_sites_of_one_institution_are_no_pair(example):
    scores = rows(collaboration_scores(example, level="site", counting=Counting(kin="keep")), ["a_id", "b_id"], "score")
    assert all(a.split("@")[0] != b.split("@")[0] for a, b in scores)
    assert scores[(f"cas@{BEIJING}", f"ciac@{CHANGCHUN}")] == 1.0


def test_pairs_inside_one_city_count_the_sites_there(example):
    scores = collaboration_scores(example, level="institution", within=BEIJING)
    assert rows(scores, ["a_id", "b_id"], ["joint", "score"]) == {("pku", "ucas"): [2, 1.5]}


def test_unassigned_and_unlocated_parts_go_to_nobody(example):
    shares = rows(unit_shares(example, level="city", years=(2021, 2021)), ["id"], "share")
    assert shares["unassigned"] == 0.5
    assert rows(unit_shares(example, level="city"), ["id"], ["count", "share"])["unlocated"] == [2, 1.5]
    assert rows(unit_shares(example, level="country"), ["id"], ["count", "share"])["unlocated"] == [1, 1.0]
    assert "unlocated" not in rows(unit_shares(example, level="institution"), ["id"], "share")


def test_cut_author_lists_count_only_when_kept(example):
    assert rows(unit_shares(example, level="institution"), ["id"], "count")["mit"] == 1
    kept = unit_shares(example, level="institution", counting=Counting(truncated="keep"))
    assert rows(kept, ["id"], ["count", "share"])["mit"] == [2, 0.51]


def test_adjusted_share_uses_all_articles_of_the_year(example):
    # N: 2018 2, 2019 2, 2020 3, 2021 4 (the cut list among them)
    shares = unit_shares(example, level="institution", by_year=True, base_year=2019)
    pku = rows(shares.filter(shares.id == "pku"), ["year"], ["share", "adjusted_share"])
    assert pku == {
        2018: [0.5, 0.5],
        2019: [1.0, 1.0],
        2020: [1.375, pytest.approx(1.375 * 2 / 3)],
        2021: [0.5, 0.25],
    }
    total = unit_shares(example, level="institution", base_year=2019)
    assert rows(total, ["id"], "adjusted_share")["pku"] == pytest.approx(1.5 + 1.375 * 2 / 3 + 0.25, abs=1e-15)


def test_subject_takes_its_part_of_an_article(example):
    chemistry = Counting(subject="Chemistry")
    shares = rows(unit_shares(example, level="city", counting=chemistry), ["id"], ["count", "share"])
    assert shares == {BEIJING: [3, 1.5], NANJING: [2, 0.4375], CHANGCHUN: [1, 0.0625], "unassigned": [1, 0.5]}
    whole = Counting(subject="Chemistry", subject_counting="whole")
    assert rows(unit_shares(example, level="city", counting=whole), ["id"], "share")[CHANGCHUN] == 0.125
    none = rows(unit_shares(example, level="city", counting=Counting(subject="none")), ["id"], "share")
    assert none[BEIJING] == 2.25  # W05 .5, W11 .5, W12 .25, W13 1


def test_long_author_lists_and_many_units_leave_where_they_should(hand):
    assert rows(unit_shares(hand, level="city", counting=Counting(max_authors=3)), ["id"], "share") == {}
    few = Counting(max_units=2)
    assert rows(collaboration_scores(hand, level="city", counting=few), ["a_id", "b_id"], "score") == {}
    assert rows(unit_shares(hand, level="city", counting=few), ["id"], "share")[BEIJING] == 0.5


def test_articles_behind_a_pair_name_the_place_asked_for_first(hand):
    works = works_behind(hand, level="city", place=NANJING, partner=BEIJING)
    assert rows(works, ["work_id"], ["share_a", "share_b", "joint_score"]) == {"W01": [0.375, 0.5, 0.875]}
    works = works_behind(hand, level="city", place=BEIJING, partner=NANJING)
    assert rows(works, ["work_id"], ["share_a", "share_b", "joint_score"]) == {"W01": [0.5, 0.375, 0.875]}
