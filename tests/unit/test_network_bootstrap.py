"""Intervals of hubs: a plain second implementation, coverage, what must not change them, errors."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from statistics import stdev

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from toolkit.analyses import hub_analysis
from toolkit.analyses.hub_analysis import article_parts
from toolkit.analyses.repeating import repeat
from toolkit.analyses.write_back import written_properties
from toolkit.corpus.example import example_workspace
from toolkit.errors import BadParameter, EmptyGraph, MissingColumn, WrongGraph
from toolkit.graphdb.projection import network_edges
from toolkit.measures.counting.options import Counting
from toolkit.network.arrays import EdgeArray
from toolkit.network.article_parts import ArticleParts
from toolkit.network.bootstrap import hub_intervals
from toolkit.network.hubs import MEASURES, hubs


def articles(n=60, seed=3):
    """Rows of made-up articles: pairs of 6 places, each article on one to three of them."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        places = sorted(rng.choice(list("abcdef"), size=rng.integers(2, 4), replace=False))
        rows += [(f"W{number:03d}", a, b, float(rng.integers(1, 9)) / 8) for a, b in combinations(places, 2)]
    return pd.DataFrame(rows, columns=["work_id", "a_id", "b_id", "part"])


def network_of(rows):
    return EdgeArray.from_edges(rows, weight="part", sum_duplicates=True)


def intervals(rows, **options):
    edges = network_of(rows)
    table = pa.Table.from_pandas(rows, preserve_index=False)
    return hub_intervals(edges, ArticleParts.of_table(edges, table), **options)


def values_in_plain_python(rows, times):
    """Strength and degree of each place when each article counts so many times."""
    strength, partners = Counter(dict.fromkeys("abcdef", 0.0)), {place: set() for place in "abcdef"}
    for work, a, b, part in rows.itertuples(index=False):
        if times[work]:
            strength[a] += times[work] * part
            strength[b] += times[work] * part
            partners[a].add(b)
            partners[b].add(a)
    return strength, {place: len(others) for place, others in partners.items()}


def test_strength_has_the_percentile_interval_of_a_plain_poisson_bootstrap():
    rows = articles()
    found = intervals(rows, measures=["strength"], replicates=80, seed=5)
    works = sorted(rows["work_id"].unique())
    rng = np.random.default_rng(5)
    drawn = []
    for _ in range(80):
        times = dict(zip(works, rng.poisson(1.0, len(works)).tolist(), strict=True))
        drawn.append(values_in_plain_python(rows, times)[0])
    for place in "abcdef":
        values = sorted(each[place] for each in drawn)
        ranks = sorted(1 + sum(each[other] > each[place] for other in "abcdef") for each in drawn)
        # of 80 sorted: the 2nd and the 78th
        assert found.loc[place, "strength_low"] == pytest.approx(values[1])
        assert found.loc[place, "strength_high"] == pytest.approx(values[77])
        assert found.loc[place, "strength_rank_low"] == ranks[1]
        assert found.loc[place, "strength_rank_high"] == ranks[77]


def test_degree_has_the_interval_of_a_plain_jackknife():
    rows = articles(n=12)
    found = intervals(rows, measures=["degree"], replicates=80, seed=5)
    works = sorted(rows["work_id"].unique())
    own = values_in_plain_python(rows, dict.fromkeys(works, 1))[1]
    rng = np.random.default_rng([5, 1])
    drawn = []
    for _ in range(80):
        left = dict(zip(works, (rng.random(len(works)) >= 0.2).tolist(), strict=True))
        drawn.append(values_in_plain_python(rows, left)[1])
    for place in "abcdef":
        error = 2 * stdev(each[place] for each in drawn)  # sqrt((1 - .2) / .2) = 2
        assert found.loc[place, "degree_low"] == max(math.floor(own[place] - 1.959964 * error), 0)
        assert found.loc[place, "degree_high"] == math.ceil(own[place] + 1.959964 * error)
        apart = {other: 1.959964 * 2 * stdev(each[other] - each[place] for each in drawn) for other in "abcdef"}
        above = sum(own[other] - own[place] > apart[other] for other in "abcdef")
        below = sum(own[place] - own[other] > apart[other] for other in "abcdef")
        assert found.loc[place, ["degree_rank_low", "degree_rank_high"]].tolist() == [1 + above, 6 - below]


@pytest.mark.parametrize("seed", range(6))
def test_no_value_and_no_rank_is_outside_of_its_interval(seed):
    rows = articles(n=8 + 10 * seed, seed=seed)
    edges = network_of(rows)
    own = hubs(edges, weight="part", measures=MEASURES).set_index("id").sort_index()
    found = intervals(rows, measures=MEASURES, replicates=40, seed=seed)
    for name in (*MEASURES, *(f"{measure}_rank" for measure in MEASURES)):
        assert (found[f"{name}_low"] <= own[name]).all(), name
        assert (own[name] <= found[f"{name}_high"]).all(), name
    assert (found[[f"{measure}_low" for measure in MEASURES]] >= 0).all(axis=None)
    assert (found[["pagerank_high", "betweenness_high", "eigenvector_high"]] <= 1).all(axis=None)


def test_a_rank_that_many_share_is_inside_its_interval():
    # 40 pairs of one article each: all 80 places have rank 1, and in each replicate few of them
    rows = pd.DataFrame(
        [(f"W{i:02d}", f"a{i:02d}", f"b{i:02d}", 1.0) for i in range(40)], columns=["work_id", "a_id", "b_id", "part"]
    )
    assert intervals(rows, measures=["strength"])["strength_rank_low"].tolist() == [1] * 80


def test_an_interval_does_not_depend_on_the_other_measures_asked_for():
    rows = articles()
    together = intervals(rows, measures=["betweenness", "strength", "degree"], replicates=40, seed=3)
    for measure in ("betweenness", "strength", "degree"):
        alone = intervals(rows, measures=[measure], replicates=40, seed=3)
        assert together[alone.columns.tolist()].equals(alone)


def test_degree_s_interval_is_as_wide_as_theory_says():
    # 100 partners of one article each: among as many articles again their number is Poisson, standard deviation 10;
    # deleting a fifth gives sqrt(100 * .2 * .8) * 2 = 8
    n = 100
    rows = pd.DataFrame({"work_id": [f"{i:03d}" for i in range(n)], "a_id": "a", "part": 1.0})
    rows["b_id"] = [f"b{i:03d}" for i in range(n)]
    rows = pd.concat([rows, rows.assign(a_id="z", work_id=rows["work_id"] + "z")])
    found = intervals(rows, measures=["degree"], replicates=1000)
    assert found.loc["a", "degree_low"] == pytest.approx(n - 1.96 * 8, abs=2)
    assert found.loc["a", "degree_high"] == pytest.approx(n + 1.96 * 8, abs=2)


def test_row_order_changes_nothing_and_the_seed_decides():
    rows = articles()
    options = {"measures": ["strength", "pagerank", "betweenness"], "replicates": 50}
    first = intervals(rows, **options, seed=1)
    turned = rows.sample(frac=1, random_state=9).rename(columns={"a_id": "b_id", "b_id": "a_id"})
    assert intervals(turned, **options, seed=1).equals(first)
    assert not intervals(rows, **options, seed=2).equals(first)


def test_strength_s_interval_is_as_wide_as_theory_says():
    # of n articles of one pair, 1 each: the sum is Poisson of mean n, its 95 % interval n +- 1.96 sqrt(n)
    n = 400
    rows = pd.DataFrame({"work_id": [f"{i:03d}" for i in range(n)], "a_id": "a", "b_id": "b", "part": 1.0})
    found = intervals(rows, measures=["strength"], replicates=1000)
    assert found.loc["a", "strength_low"] == pytest.approx(n - 1.96 * n**0.5, abs=5)
    assert found.loc["a", "strength_high"] == pytest.approx(n + 1.96 * n**0.5, abs=5)


def test_pairs_that_are_no_edges_are_left_out():
    rows = articles()
    inside = rows[~rows[["a_id", "b_id"]].isin(["f"]).any(axis=1)]
    edges = network_of(inside)
    parts = ArticleParts.of_table(edges, pa.Table.from_pandas(rows, preserve_index=False))
    assert parts.n_articles == inside["work_id"].nunique()
    assert np.allclose(parts.weights(edges.n_edges, np.ones(parts.n_articles)), edges.weight, rtol=0, atol=1e-9)


def test_a_network_of_one_article_is_often_empty():
    rows = pd.DataFrame({"work_id": ["1"], "a_id": ["a"], "b_id": ["b"], "part": [1.0]})
    found = intervals(rows, measures=["strength", "degree", "pagerank", "core", "harmonic"])
    assert found.loc["a", ["strength_low", "degree_low", "core_low", "harmonic_low"]].tolist() == [0.0] * 4
    assert found.loc["a", ["pagerank_low", "pagerank_high"]].tolist() == [0.5, 0.5]
    assert found.dtypes[["degree_low", "core_high", "strength_rank_low"]].unique().tolist() == [np.dtype("int64")]


def test_error_texts():
    rows = articles()
    for replicates in (39, 0, 2.5):
        with pytest.raises(BadParameter, match=r"replicates = .* can't be used: a whole number, at least 40"):
            intervals(rows, measures=["strength"], replicates=replicates)
    edges = network_of(rows)
    with pytest.raises(MissingColumn, match="table of articles has no column part"):
        ArticleParts.of_table(edges, pa.table({"work_id": ["1"], "a_id": ["a"], "b_id": ["b"]}))
    other = pa.table({"work_id": ["1"], "a_id": ["x"], "b_id": ["y"], "part": [1.0]})
    with pytest.raises(EmptyGraph, match="No article of the table belongs to an edge"):
        ArticleParts.of_table(edges, other)
    two = pd.DataFrame({"work_id": ["1", "1", "2"], "a_id": list("acb"), "b_id": list("bdc"), "part": [1.0, 1.0, 1.0]})
    with pytest.raises(WrongGraph, match="In a network of resampled articles: The network falls into components"):
        intervals(two, measures=["eigenvector"])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("example"))


@pytest.mark.parametrize("weight", ["score", "joint"])
@pytest.mark.parametrize(
    ("level", "options"),
    [
        ("city", {}),
        ("institution", {}),
        ("country", {}),
        ("city", {"link": "two-authors"}),
        ("parent", {"kin": "keep"}),
    ],
)
def test_articles_of_a_workspace_add_up_to_its_network(workspace, level, options, weight):
    edges = network_edges(workspace, level=level, weight=weight, **options)
    parts = article_parts(workspace, edges, level=level, weight=weight, years=None, counting=Counting(**options))
    assert np.allclose(parts.weights(edges.n_edges, np.ones(parts.n_articles)), edges.weight, rtol=0, atol=1e-8)


def test_the_analysis_shows_values_between_their_bounds(workspace):
    answer = hub_analysis.hubs(workspace, measures=("strength", "degree"), interval=True, replicates=60, seed=4)
    assert answer.frame.columns.tolist() == [
        "rank",
        "id",
        "name",
        *(f"{measure}{end}" for measure in ("strength", "degree") for end in ("", "_low", "_high")),
        *(f"{measure}_rank{end}" for measure in ("strength", "degree") for end in ("", "_low", "_high")),
    ]
    frame = answer.frame
    assert (frame["strength_low"] <= frame["strength"]).all()
    assert (frame["strength"] <= frame["strength_high"]).all()
    assert (frame["degree_low"] <= frame["degree"]).all()
    assert (frame["degree"] <= frame["degree_high"]).all()
    assert answer.run.parameters["replicates"] == 60
    assert any(note.startswith("95 % intervals are for the average") for note in answer.run.notes)
    assert not any("betweenness" in note for note in answer.run.notes)
    paths = hub_analysis.hubs(workspace, measures=("betweenness",), interval=True, replicates=40)
    assert "the interval of a betweenness of 0 is too narrow to rely on" in paths.run.notes
    assert repeat(answer.run, workspace).frame.equals(frame)
    plain = hubs(network_edges(workspace), weight="weight", measures=("strength",))
    assert frame["strength"].tolist() == plain["strength"].tolist()
    assert written_properties(answer) == tuple(
        f"{measure}{end}" for measure in ("degree", "strength") for end in ("", "_low", "_high")
    )


def test_intervals_of_what_has_no_articles(workspace):
    edges = network_edges(workspace)
    with pytest.raises(BadParameter, match="interval = True can't be used: intervals are drawn from articles"):
        hub_analysis.hubs(edges, weight="weight", interval=True)
    with pytest.raises(BadParameter, match="weight = 'partnerships' can't be used: intervals are of weights that art"):
        hub_analysis.hubs(workspace, weight="partnerships", interval=True)
