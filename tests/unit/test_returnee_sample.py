"""Samples with a planted effect of returning, and what the bench counts of them."""

from __future__ import annotations

from pathlib import Path

import ibis
import pytest

from toolkit.corpus.sample.returnees import returnee_tables
from toolkit.errors import BadParameter
from toolkit.measures.movement.rules import movements
from toolkit.measures.tables import Tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


def yearly(tables):
    """Articles of each person by country and year."""
    works = tables["works"].to_pandas()[["work_id", "year"]]
    signed = tables["authorships"].to_pandas().merge(works, on="work_id")
    signed["country"] = signed["site_id"].str.split("@").str[1].str[:2]
    return signed.groupby(["author_id", "year", "country"]).size().rename("articles").reset_index()


def test_who_returns_leaves_once_comes_back_once_and_nobody_else_moves():
    content = returnee_tables(effect=0.5, returnees=15, stayers=20, seed=3)
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        found = movements(tables, level="country").to_pyarrow().to_pandas()
    assert set(found["kind"]) == {"migration"}
    assert found.groupby("author_id")["is_return"].agg(["size", "sum"]).to_numpy().tolist() == [[2, 1]] * 15
    assert set(found["author_id"]) == {f"A{place:05d}" for place in range(15)}
    assert found.loc[found["is_return"], "from_id"].unique().tolist() == ["XB"]
    seen = yearly(content)
    assert seen.groupby("author_id").size().tolist() == [20] * 35, "everybody has an article in each year"
    away = seen[seen["country"] == "XB"].groupby("author_id").size()
    assert away.between(3, 5).all()


def test_the_effect_is_what_returnees_publish_more_from_the_return_on():
    without, planted = (returnee_tables(effect=effect, returnees=300, stayers=1, seed=5) for effect in (0.0, 2.0))
    rows = yearly(planted).merge(yearly(without), on=["author_id", "year", "country"], suffixes=("", "_without"))
    rows = rows.sort_values(["author_id", "year"])
    was_away = rows["country"].eq("XB").groupby(rows["author_id"]).cummax()
    back = was_away & rows["country"].eq("XA")
    more = rows["articles"] - rows["articles_without"]
    assert len(rows) == 301 * 20
    assert (more[~back] == 0).all()
    # 300 people for some 10 years each: the mean of as many Poisson numbers has a standard error of .03
    assert more[back].mean() == pytest.approx(2.0, abs=0.12)
    assert returnee_tables(effect=2.0, returnees=300, stayers=1, seed=5) == planted


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"effect": -1.0}, "effect = -1.0 can't be used: articles more in a year; 0 for none."),
        ({"effect": 0.0, "stayers": 0}, "stayers = 0 can't be used: at least one of each."),
    ],
)
def test_what_cant_be_planted(wrong, text):
    with pytest.raises(BadParameter, match=f"^{text}$"):
        returnee_tables(**wrong)


def test_coverage_counts_intervals_that_do_not_hold_the_truth():
    from bench.rows.coverage import Found, binomial_range, facts_of, missed

    def found(low, high):
        return Found(10, 9, (low + high) / 2, low, high, 0.5, (6, 5), (11, 10))

    some = [found(0.5, 1.5), found(1.1, 1.5), found(-0.5, 0.9), found(1.0, 2.0)]
    assert (missed(some, 1.0), missed(some, 0.0)) == (2, 3)
    facts = facts_of(some, 1.0)
    assert facts["intervals that hold it"].startswith("2 of 4;")
    assert facts["planted and found in the mean"] == "1.00 and 1.000 articles a year"
    assert facts["intervals of single years from the return on that hold it"] == "20 of 24 (83.3%)"
    means = facts["bootstrap intervals of the means by event time that hold the planted mean"]
    assert means == "40 of 44 (90.9%)"
    # of four fair coins 0 or 4 heads have chances of 6.25 %, so the range is all; of ten it is 2 to 8
    assert binomial_range(4, 0.5) == (0, 4)
    assert binomial_range(10, 0.5) == (2, 8)
    assert binomial_range(100, 0.05) == (1, 10)
