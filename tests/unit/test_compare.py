"""Two workspaces compared: each cause by hand, the four parts against a plain computation, and what is refused."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.random_corpora import corpora

from toolkit.cli import main
from toolkit.corpus.example import example_tables, example_workspace, hand_tables, team_tables, write_tables
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter, DataError, EmptySelection
from toolkit.measures.answers import rank, share
from toolkit.measures.compare.workspaces import compare
from toolkit.runs import RunRecord
from toolkit.workspace import open_workspace

CAUSES = ["from_new_articles", "from_lost_articles", "from_places", "from_rules"]
FEW = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
BEIJING, NANJING, CHANGCHUN = "1816670", "1799962", "2038180"


def edited(tables, table, change):
    """``tables`` with the rows of one table changed by ``change(row)``, which gives a row, or nothing to drop it."""
    rows = [new for row in tables[table].to_pylist() if (new := change(dict(row))) is not None]
    return {**tables, table: pa.Table.from_pylist(rows, schema=TABLES[table])}


def causes(answer):
    """What is not 0 of each unit's difference, by unit."""
    rows = answer.frame.set_index("id")[CAUSES]
    return {unit: {name: row[name] for name in CAUSES if row[name]} for unit, row in rows.iterrows() if any(row)}


@pytest.fixture
def example(tmp_path):
    return example_workspace(tmp_path / "example")


def test_new_and_lost_articles_by_hand(example, tmp_path):
    one = example_workspace(tmp_path / "one", tables=hand_tables())
    forth, back = compare(one, example), compare(example, one)
    rows = forth.frame.set_index("id")
    # W04: one of two authors at Nanjing University and Peking University, 1/4; W11: one of two authors, 1/2;
    # W12: one of two authors at Nanjing's branch of UCAS and Peking University, 1/4
    assert rows.loc[NANJING, ["old_share", "new_share", "from_new_articles"]].tolist() == [0.375, 1.375, 1.0]
    own = share(example).frame.set_index("id")["share"]
    assert rows["new_share"].to_dict() == own.to_dict()
    assert (rows["from_new_articles"] == (rows["new_share"] - rows["old_share"]).round(9)).all()
    assert not rows[["from_lost_articles", "from_places", "from_rules"]].to_numpy().any()
    assert forth.run.facts["articles_new"] == 9
    assert forth.run.facts["articles_in_both"] == 1
    lost = back.frame.set_index("id")
    assert (lost["from_lost_articles"] == -rows["from_new_articles"].reindex(lost.index)).all()
    assert back.run.facts["articles_lost"] == 9


def test_the_same_workspace_differs_in_nothing(example):
    answer = compare(example, example)
    assert causes(answer) == {}
    assert (answer.frame["old_rank"].dropna() == answer.frame["new_rank"].dropna()).all()
    assert compare(example, example, moved=True).frame.empty
    assert answer.run.facts["moved"] == answer.run.facts["articles_changed"] == 0


def test_a_site_that_moved_is_a_matter_of_places(example, tmp_path):
    moved = edited(
        example_tables(), "authorships",
        lambda row: {**row, "site_id": f"nju@{NANJING}"} if row["work_id"] == "W13" else row,
    )  # fmt: skip
    answer = compare(example, example_workspace(tmp_path / "new", tables=moved))
    assert causes(answer) == {BEIJING: {"from_places": -1.0}, NANJING: {"from_places": 1.0}}
    assert answer.run.facts["articles_changed"] == 1
    assert answer.run.facts["articles_in_both"] == 10


def test_an_author_more_is_a_matter_of_places_too(example, tmp_path):
    def listed(row):
        return {**row, "n_authors": 2} if row["work_id"] == "W13" else row

    tables = edited(example_tables(), "works", listed)
    row = {"work_id": "W13", "author_key": "A3", "author_id": "A3", "author_position": 2, "site_id": f"nju@{NANJING}"}
    signed = pa.Table.from_pylist([row], schema=TABLES["authorships"])
    tables["authorships"] = pa.concat_tables([tables["authorships"], signed])
    answer = compare(example, example_workspace(tmp_path / "new", tables=tables))
    assert causes(answer) == {BEIJING: {"from_places": -0.5}, NANJING: {"from_places": 0.5}}
    counts = compare(example, tmp_path / "new", by="count")
    assert causes(counts) == {NANJING: {"from_places": 1}}
    assert counts.frame["old_count"].dtype == "int64"


def test_an_article_that_got_a_year_is_new_to_the_window(example, tmp_path):
    dated = edited(example_tables(), "works", lambda row: {**row, "year": row["year"] or 2019})
    answer = compare(example, example_workspace(tmp_path / "new", tables=dated))
    assert causes(answer) == {BEIJING: {"from_new_articles": 1.0}}
    assert causes(compare(example, tmp_path / "new", years="2020:2021")) == {}


def test_other_counting_is_a_matter_of_rules(example):
    answer = compare(example, example, old_options={"truncated": "keep"})
    # W08, cut at 100: one author each at Peking University and MIT, the other 98 are nobody's
    assert causes(answer) == {
        BEIJING: {"from_rules": -0.01},
        "4931972": {"from_rules": -0.01},
        "unassigned": {"from_rules": -0.98},
    }
    assert answer.run.parameters["old_options"] == {"truncated": "keep"}


def test_a_year_that_only_the_old_rules_leave_empty_is_in_the_window(tmp_path):
    big = ("W1", 2001, tuple((name, (f"pku@{BEIJING}",)) for name in "abc"))
    small = ("W2", 2002, (("a", (f"nju@{NANJING}",)),))
    old = example_workspace(tmp_path / "old", tables=team_tables([big, small]))
    new = example_workspace(tmp_path / "new", tables=team_tables([small]))
    answer = compare(old, new, old_options={"max_authors": 2})
    assert answer.run.parameters["years"] == "2001:2002"
    assert causes(answer) == {BEIJING: {"from_lost_articles": -1.0, "from_rules": 1.0}}


def test_types_that_one_workspace_leaves_out_are_a_matter_of_rules(example, tmp_path):
    letters = edited(
        example_tables(), "works", lambda row: {**row, "type": "letter" if row["work_id"] == "W13" else "article"}
    )
    with_letters = example_workspace(tmp_path / "letters", tables=letters)
    fewer = edited(example_tables(), "works", lambda row: row if row["work_id"] not in {"W13", "W03"} else None)
    fewer = edited(fewer, "authorships", lambda row: row if row["work_id"] not in {"W13", "W03"} else None)
    articles_only = example_workspace(tmp_path / "articles", tables=fewer)
    with articles_only.writing():
        articles_only.update_state({"sources": [{"kind": "openalex", "options": {"types": ["article"]}}]})
    forth, back = compare(articles_only, with_letters), compare(with_letters, articles_only)
    assert causes(forth) == {BEIJING: {"from_new_articles": 1.0, "from_rules": 1.0}}  # W03 and W13
    assert causes(back) == {BEIJING: {"from_lost_articles": -1.0, "from_rules": -1.0}}
    assert (forth.run.facts["articles_by_rule"], back.run.facts["articles_by_rule"]) == (1, 1)
    assert (forth.run.facts["articles_new"], back.run.facts["articles_lost"]) == (1, 1)
    assert "Types kept: article in the old workspace, all in the new." in forth.run.notes


@pytest.mark.parametrize(("by", "level"), [("share", "city"), ("count", "city"), ("share", "metro")])
def test_ids_of_one_city_made_one_are_a_matter_of_rules(example, tmp_path, by, level):
    """Nanjing counted as Beijing in one of the two workspaces."""

    def one(row):
        return {**row, "city_id": BEIJING} if row["city_id"] == NANJING else row

    merged = example_workspace(tmp_path / "merged", tables=edited(example_tables(), "sites", one))
    with merged.writing():
        merged.update_state({"report": {"merged_cities": [{"merged_id": NANJING, "kept_id": BEIJING}]}})
    for old, new in ((example, merged), (merged, example)):
        answer = compare(old, new, by=by, level=level)
        rows = answer.frame.set_index("id")
        # every article of Nanjing is one of Beijing already
        assert set(causes(answer)) == ({BEIJING, NANJING} if by == "share" else {NANJING})
        assert (rows["from_rules"] == (rows[f"new_{by}"] - rows[f"old_{by}"])).all()
        assert answer.run.facts["articles_changed"] == 0


def test_ranks_are_those_of_rank_and_the_record_names_both_runs(example, tmp_path):
    one = example_workspace(tmp_path / "one", tables=hand_tables())
    for by in ("share", "count"):
        answer = compare(one, example, by=by, level="institution", years="2018:2021")
        for end, workspace in (("old", one), ("new", example)):
            asked = {"by": by, "level": "institution", "years": "2018:2021"}
            expected = rank(workspace, **asked).frame
            told = answer.frame.dropna(subset=[f"{end}_rank"]).set_index("id")
            assert told[f"{end}_rank"].astype(int).to_dict() == expected.set_index("id")["rank"].to_dict()
            assert told[f"{end}_{by}"].to_dict() == expected.set_index("id")["value"].to_dict()
            assert answer.run.parameters[f"{end}_run"] == rank(workspace, top=1, **asked).run.run_id
    assert answer.run.parameters["old_fingerprint"] == one.fingerprint
    assert answer.run.fingerprint == example.fingerprint
    order = answer.frame["new_rank"].fillna(10**6).tolist()
    assert order[:-2] == sorted(order[:-2])


def test_all_years_of_either_workspace_are_the_window(example, tmp_path):
    one = example_workspace(tmp_path / "one", tables=hand_tables())
    assert compare(example, one).run.parameters["years"] == "2018:2021"
    assert compare(one, example).run.parameters["years"] == "2018:2021"


def test_the_example_of_the_page(tmp_path):
    def corpus(*works):
        return {
            **example_tables(),
            "works": pa.Table.from_pylist(
                [
                    {"work_id": work, "year": year, "n_authors": 1, "authors_truncated": False}
                    for work, year, _ in works
                ],
                schema=TABLES["works"],
            ),
            "authorships": pa.Table.from_pylist(
                [{"work_id": work, "author_key": "A", "author_id": "A", "site_id": site} for work, _, site in works],
                schema=TABLES["authorships"],
            ),
        }

    old = example_workspace(tmp_path / "old", tables=corpus(("W1", 2020, f"pku@{BEIJING}")))
    nanjing = f"nju@{NANJING}"
    new = example_workspace(tmp_path / "new", tables=corpus(("W1", 2020, nanjing), ("W2", 2021, nanjing)))
    frame = compare(old, new).frame.drop(columns=["name", "from_lost_articles", "from_rules"])
    rows = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    assert rows == [[NANJING, None, 1, 0.0, 2.0, 1.0, 1.0], [BEIJING, 1, None, 1.0, 0.0, 0.0, -1.0]]


def plain_parts(tables, level, *, truncated="drop", max_authors=None):
    """Part of each counted article at each unit, as fractions, from the definition."""
    frames = {name: table.to_pylist() for name, table in tables.items()}
    city = {row["city_id"]: row["country"] for row in frames["cities"]}
    country = {row["institution_id"]: row["country"] for row in frames["institutions"]}
    unit = {}
    for row in frames["sites"]:
        own = {"city": row["city_id"], "institution": row["institution_id"]}
        own["country"] = city.get(row["city_id"]) or country.get(row["institution_id"])
        unit[row["site_id"]] = own[level] or "unlocated"
    homes = defaultdict(lambda: defaultdict(set))
    for row in frames["authorships"]:
        homes[row["work_id"]][row["author_key"]] |= {row["site_id"]} - {None}
    parts = defaultdict(lambda: defaultdict(Fraction))
    for row in frames["works"]:
        too_long = max_authors is not None and row["n_authors"] > max_authors
        cut = row["authors_truncated"] and truncated == "drop"
        if row["year"] is None or row["n_authors"] < 1 or too_long or cut:
            continue
        for sites in homes[row["work_id"]].values():
            for site in sites or {None}:
                name = unit[site] if site else "unassigned"
                parts[row["work_id"]][name] += Fraction(1, row["n_authors"] * max(len(sites), 1))
    return parts


def plain_differences(old, ruled, new):
    """The four parts and both numbers of each unit."""
    units = {unit for parts in (old, ruled, new) for work in parts.values() for unit in work}
    found = {unit: dict.fromkeys((*CAUSES, "old_share", "new_share"), Fraction(0)) for unit in units}
    for work in {*old, *ruled, *new}:
        for unit in units:
            before, by_rule, after = (parts.get(work, {}).get(unit, Fraction(0)) for parts in (old, ruled, new))
            row = found[unit]
            row["old_share"] += before
            row["new_share"] += after
            row["from_rules"] += by_rule - before
            if work in ruled and work in new:
                row["from_places"] += after - by_rule
            elif work in new:
                row["from_new_articles"] += after
            else:
                row["from_lost_articles"] -= by_rule
    return found


@pytest.mark.parametrize("level", ["city", "country"])
@FEW
@given(
    old=corpora(),
    new=corpora(),
    options=st.fixed_dictionaries({}, optional={"truncated": st.just("keep"), "max_authors": st.just(3)}),
    old_options=st.fixed_dictionaries({}, optional={"truncated": st.just("keep"), "max_authors": st.just(2)}),
)
def test_the_four_parts_are_the_plain_ones_and_add_up(level, old, new, options, old_options):
    folder = Path(tempfile.mkdtemp())
    before, after = open_workspace(folder / "old"), open_workspace(folder / "new")
    write_tables(before, old)
    write_tables(after, new)
    try:
        answer = compare(before, after, level=level, old_options=old_options, **options)
    except EmptySelection:
        sides = ((old, {**options, **old_options}), (new, options))
        assert any(not plain_parts(tables, level, **{**asked, "truncated": "keep"}) for tables, asked in sides)
        return
    sides = (old, {**options, **old_options}), (old, options), (new, options)
    expected = plain_differences(*(plain_parts(tables, level, **asked) for tables, asked in sides))
    told = answer.frame.set_index("id")
    assert set(told.index) == set(expected)
    for unit, row in expected.items():
        assert {name: told.loc[unit, name] for name in row} == {
            name: pytest.approx(float(value), abs=2e-9) for name, value in row.items()
        }
    sums = told[CAUSES].sum(axis=1)
    assert (sums - (told["new_share"] - told["old_share"])).abs().max() < 4e-9
    counted = len(plain_parts(new, level, **options))
    assert told["new_share"].sum() == pytest.approx(counted, abs=1e-7)


def test_what_can_not_be_compared_is_refused_in_a_sentence(example, tmp_path):
    with pytest.raises(DataError, match=r"nothing has no records yet"):
        compare(tmp_path / "nothing", example)
    with pytest.raises(DataError, match=r"nothing has no records yet"):
        compare(example, tmp_path / "nothing")
    with pytest.raises(BadParameter, match=r"by = 'joint' can't be used: it is one of share, count"):
        compare(example, example, by="joint")
    with pytest.raises(BadParameter, match=r"level = 'planet'"):
        compare(example, example, level="planet")
    with pytest.raises(BadParameter, match=r"old_options = 'trunkated' can't be used: they are among truncated"):
        compare(example, example, old_options={"trunkated": "keep"})
    one = example_workspace(tmp_path / "one", tables=hand_tables())
    with pytest.raises(EmptySelection, match=r"In the old workspace .*one: There is no article of 2021:2021"):
        compare(one, example, years=2021)
    renamed = hand_tables()
    for table in ("institutions", "sites"):
        renamed = edited(renamed, table, lambda row: {**row, "institution_id": "x" + row["institution_id"]})
    other = example_workspace(tmp_path / "other", tables=renamed)
    with pytest.raises(DataError, match="have no institution in common, so nothing can be compared"):
        compare(one, other, level="institution")


def test_the_command_prints_it_and_writes_the_record(example, tmp_path, capfd):
    example_workspace(tmp_path / "one", tables=hand_tables())
    out = tmp_path / "moved.csv"
    arguments = ["compare", str(tmp_path / "one"), str(example.root), "--old-truncated", "keep", "-o", str(out)]
    assert main([*arguments, "--top", "0"]) == 0, capfd.readouterr().err
    head = out.read_text(encoding="utf-8").splitlines()[0]
    assert head == "id,name,old_rank,new_rank,old_share,new_share," + ",".join(CAUSES)
    record = RunRecord.read(out.with_name("moved.csv.run.json"))
    assert record.parameters["old"] == str(tmp_path / "one")
    assert record.parameters["old_options"] == {"truncated": "keep"}
    assert main(["compare", str(tmp_path / "none"), str(example.root)]) == 4
    assert "none has no records yet" in capfd.readouterr().err.replace("\n", " ")
