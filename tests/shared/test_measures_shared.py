"""Real records: 34,341 management articles and 719 OpenAlex works, counted a second time by plain loops."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict

import pyarrow.parquet as pq
import pytest
from plain.share_and_collaboration import PlainMeasures, status

from toolkit.corpus.ingest import ingest_openalex
from toolkit.corpus.schema import TABLES
from toolkit.measures.answers import articles, pairs, partnerships, rank, share
from toolkit.measures.tables import Tables
from toolkit.workspace import open_workspace

CLOSE = 1e-9
COUNTRIES = {"HK": "CN", "MO": "CN", "TW": "CN", "GB": "IE"}
"""The first three as many studies have them; the fourth as nobody does, so that codes of regions are met."""


def frames(workspace):
    return {name: pq.read_table(workspace.table(name)).to_pandas() for name in TABLES}


def values(frame, keys, value):
    return dict(zip(zip(*(frame[key] for key in keys), strict=True), frame[value], strict=True))


def assert_equal_numbers(workspace, level, **options):
    plain = PlainMeasures(frames(workspace), level, **options)
    shares = share(workspace, level=level, by_year=True, **options).frame
    assert values(shares, ["id", "year"], "count") == plain.count
    found = values(shares, ["id", "year"], "share")
    assert found.keys() == plain.share.keys()
    assert max(abs(found[key] - float(value)) for key, value in plain.share.items()) <= CLOSE
    scores = pairs(workspace, level=level, by_year=True, **options).frame
    assert values(scores, ["a_id", "b_id", "year"], "joint") == plain.joint
    found = values(scores, ["a_id", "b_id", "year"], "score")
    assert max(abs(found[key] - float(value)) for key, value in plain.score.items()) <= CLOSE
    total = float(plain.counted + plain.double_counted)
    assert shares.share.sum() == pytest.approx(total, abs=1e-5), "rounded to 9 decimals each"
    if level == "city":
        counts = partnerships(workspace, by_year=True, **options).frame
        counts = counts[counts.partnerships > 0]
        expected = {key: len(found) for key, found in plain.partners.items()}
        assert values(counts, ["a_id", "b_id", "year"], "partnerships") == expected
        inside = partnerships(workspace, by_year=True, inside=True, **options).frame
        inside = inside[inside.partnerships > 0]
        expected = {key: len(found) for key, found in plain.inside_partners.items()}
        assert values(inside, ["id", "year"], "partnerships") == expected
    return plain


@pytest.mark.parametrize("level", ["institution", "city", "country"])
def test_management_articles_by_plain_loops(management, level):
    plain = assert_equal_numbers(management, level)
    assert sum(plain.articles.values()) > 30_000


@pytest.mark.parametrize("level", ["institution", "city"])
def test_openalex_works_with_kin_and_two_authors_by_plain_loops(openalex, level):
    strict = assert_equal_numbers(openalex, level, link="two-authors")
    loose = assert_equal_numbers(openalex, level, kin="keep")
    assert len(loose.joint) > len(strict.joint) > 100


@pytest.mark.parametrize(
    ("level", "options"),
    [
        ("parent", {}),
        ("parent", {"rollup": "first", "link": "two-authors"}),
        ("type", {}),
        ("type", {"rollup": "first"}),
        ("region", {}),
        ("city", {"rollup": "first"}),
    ],
)
def test_openalex_works_at_every_level_by_plain_loops(openalex, level, options):
    plain = assert_equal_numbers(openalex, level, **options)
    assert len(plain.joint) > 20
    if level == "parent":
        twice = share(openalex, level=level, **options).run.facts["double_counted"]
        assert twice == pytest.approx(float(plain.double_counted), abs=1e-6)
        assert (twice > 1) == (options == {}), "France's joint units alone have several parents"


def test_parents_of_real_institutions_are_few_and_stand_above_them(openalex):
    institutions = share(openalex, level="institution").frame
    parents = share(openalex, level="parent").frame
    assert len(parents) < len(institutions) - 20
    unit = {name: key for key, name in zip(parents.id, parents.name, strict=True)}
    assert "Centre National de la Recherche Scientifique" in unit
    lineage = frames(openalex)["lineage"]
    below = set(lineage.institution_id) - {"unassigned", "unlocated"}
    loops = {a for a, b in zip(lineage.institution_id, lineage.ancestor_id, strict=True)
             if ((lineage.institution_id == b) & (lineage.ancestor_id == a)).any()}  # fmt: skip
    assert not (set(parents.id) & below) - loops


@pytest.mark.parametrize("level", ["type", "country"])
def test_management_articles_rolled_up_first_by_plain_loops(management, level):
    assert_equal_numbers(management, level, rollup="first")


def test_no_author_stands_twice_at_a_site_of_an_article(management, openalex):
    # the parts 1 / (n k) rely on it
    for workspace in (management, openalex):
        rows = pq.read_table(workspace.table("authorships")).to_pandas()
        assert not rows.duplicated(["work_id", "author_key", "site_id"]).any()


def test_articles_behind_the_largest_numbers_add_up(management):
    top = share(management, top=1).frame.iloc[0]
    behind = articles(management, place=top.id).frame
    assert len(behind) == top["count"]
    assert behind.share_a.sum() == pytest.approx(top.share, abs=1e-6)
    assert behind.title.notna().mean() > 0.99
    assert behind[["year", "work_id"]].equals(behind[["year", "work_id"]].sort_values(["year", "work_id"]))
    top = pairs(management, years="2015:2024", top=1).frame.iloc[0]
    behind = articles(management, place=top.a_id, partner=top.b_id, years="2015:2024").frame
    assert len(behind) == top.joint
    assert behind.joint_score.sum() == pytest.approx(top.score, abs=1e-6)


def test_ranks_of_real_cities_follow_their_values(management):
    frame = rank(management, by="strength", years="2015:2024").frame
    assert frame.value.is_monotonic_decreasing
    expected = 1 + (frame.value.to_numpy()[:, None] < frame.value.to_numpy()[None, :]).sum(axis=1)
    assert frame["rank"].tolist() == expected.tolist()
    before = rank(management, by="strength", years="2005:2014").frame.set_index("id")["rank"]
    held = frame[frame.previous_rank.notna()]
    assert held.previous_rank.tolist() == before[held.id].tolist()
    assert len(held) > 300


def test_stored_links_hold_each_pair_of_institutions_once(management):
    plain_pairs = defaultdict(set)
    with Tables.of(management) as tables:
        from toolkit.measures.collaboration.partnerships import yearly_links

        links = yearly_links(tables, level="city").to_pyarrow().to_pylist()
    for row in links:
        key = (row["a_no"], row["b_no"], row["a_institution_no"], row["b_institution_no"])
        assert row["year"] not in plain_pairs[key]
        plain_pairs[key].add(row["year"])
        assert row["a_no"] < row["b_no"]
        assert row["a_institution_no"] != row["b_institution_no"]


@pytest.fixture(scope="module")
def tables(openalex):
    return frames(openalex)


@pytest.fixture(scope="module")
def lists(tables):
    """The three journals of most works, the largest of them of astronomy; the two cities of most sites as one area."""
    journals = [journal for journal, _ in Counter(tables["works"].journal_id.dropna()).most_common(3)]
    cities = [city for city, _ in Counter(tables["sites"].city_id.dropna()).most_common(2)]
    return {"journals": journals, "astronomy": journals[:1], "metro": cities}


@pytest.fixture(scope="module")
def listed(openalex, lists, shared_data, tmp_path_factory):
    """The same workspace with all lists; nothing is read again."""
    folder = tmp_path_factory.mktemp("listed")
    shutil.copytree(openalex.root, folder / "data")
    texts = {
        "journals": "journal_id,mark\n"
        + "".join(f"{one},top\n" for one in lists["journals"])
        + "".join(f"{one},astronomy\n" for one in lists["astronomy"]),
        "metro": "city_id,metro_id,metro_name\n" + "".join(f"{one},area,Two Cities\n" for one in lists["metro"]),
        "countries": "code,becomes\n" + "".join(f"{old},{new}\n" for old, new in COUNTRIES.items()),
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = open_workspace(folder / "data")
    ingest_openalex(workspace, shared_data / "openalex-works", lists={name: folder / f"{name}.csv" for name in texts})
    return workspace


def under_the_lists(tables, lists):
    """The tables as the lists would have them, made by hand from those without lists."""
    made = {name: frame.copy() for name, frame in tables.items()}
    marks = {one: [*(["astronomy"] if one in lists["astronomy"] else []), "top"] for one in lists["journals"]}
    made["journals"]["marks"] = [marks.get(one, []) for one in made["journals"].journal_id]
    cities = made["cities"]
    cities["metro_id"] = cities.city_id.map(dict.fromkeys(lists["metro"], "area"))
    moved = cities.country.isin(COUNTRIES) & cities.admin1.notna()
    cities.loc[moved, "admin1"] = cities.country[moved] + "-" + cities.admin1[moved]
    for name in ("cities", "institutions"):
        made[name]["country"] = made[name].country.map(lambda code: COUNTRIES.get(code, code))
    return made


@pytest.mark.parametrize(
    ("level", "options"),
    [("metro", {}), ("country", {"journals": "top", "wfc": True}), ("region", {}), ("country", {})],
)
def test_lists_over_real_records_by_plain_loops(listed, tables, lists, level, options):
    expected = PlainMeasures(under_the_lists(tables, lists), level, **options)
    rows = share(listed, level=level, by_year=True, **options).frame
    keys = list(zip(rows.id, rows.year, strict=True))
    assert dict(zip(keys, rows["count"], strict=True)) == expected.count
    assert dict(zip(keys, rows.share, strict=True)) == {
        key: pytest.approx(float(value), abs=1e-9) for key, value in expected.share.items()
    }
    rows = pairs(listed, level=level, by_year=True, **options).frame
    keys = list(zip(rows.a_id, rows.b_id, rows.year, strict=True))
    assert dict(zip(keys, rows.joint, strict=True)) == expected.joint
    assert dict(zip(keys, rows.score, strict=True)) == {
        key: pytest.approx(float(value), abs=1e-9) for key, value in expected.score.items()
    }
    units = {unit for unit, _ in expected.count}
    assert not units & COUNTRIES.keys()
    if level == "metro":
        assert "area" in units
    if level == "region":
        assert any(unit.startswith("IE.GB-") for unit in units)


def test_adjusted_share_of_real_cities(openalex, tables):
    """AdjShare(i, t) = Share(i, t) N_base / N_t, with all articles that have authors, cut lists too."""
    works = tables["works"]
    articles = works[works.year.notna() & (works.n_authors >= 1)].groupby("year").size()
    rows = share(openalex, by_year=True, base_year=2020).frame
    factor = articles[2020] / rows.year.map(articles).astype(float)
    assert ((rows.adjusted_share - rows.share * factor).abs() <= 1e-9 * (1 + factor)).all()
    assert (rows.adjusted_share != rows.share).mean() > 0.5


def test_partnerships_of_real_countries_come_stay_and_go(openalex, tables):
    found = PlainMeasures(tables, "country")
    years = sorted(year for year, number in found.articles.items() if number)
    active = defaultdict(set)
    for (a, b, year), partners in found.partners.items():
        for partner in partners:
            active[a, b, partner].add(year)
    expected = Counter()
    for (a, b, _), own in active.items():
        for year in range(years[0] + 1, years[-1] + 1):
            if now := status(own, year, window=1):
                expected[a, b, year, now] += 1
    rows = partnerships(openalex, level="country", by_year=True).frame
    told = {
        (row.a_id, row.b_id, row.year, name): getattr(row, name)
        for row in rows.itertuples()
        for name in ("new", "kept", "lost")
        if row.year > years[0] and getattr(row, name)
    }
    assert told == dict(expected)
    assert {name for *_, name in told} == {"new", "kept", "lost"}
