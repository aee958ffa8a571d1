"""Subjects: mixes, concentration and standing, by hand, by plain loops, by their invariants."""

from __future__ import annotations

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.output_by_subject import PlainSubjects
from plain.random_corpora import corpora

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import BEIJING, OXFORD, example_tables, example_workspace, hand_tables
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.measures.answers import concentration, rank, share, standing, subjects
from toolkit.measures.counting.options import Counting
from toolkit.measures.output.standing import subject_ranks
from toolkit.measures.output.subject_mix import subject_concentration, subject_mix, subject_shares
from toolkit.measures.tables import Tables

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

FEW = settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


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


def close(expected):
    return {key: pytest.approx(value, abs=1e-9) for key, value in expected.items()}


MIX = ["count", "share", "part", "location_quotient", "herfindahl"]


def test_the_mix_of_beijing_by_hand(example):
    """2018 to 2021, no cut list: W01 (.5), W02 (.5), W03 (1), W04 (.25), W05 (.5), W11 (.5), W12 (.25), W13 (1).

    Chemistry: W01 .25, W03 1, W04 .25; Physics: W01 .25, W02 .5; none: the rest, 2.25. All assigned: Chemistry .5 + 1
    + .5 (an author of W04 has no affiliation) = 2; Physics .5 + 1 = 1.5; none 6 (W05, W06, W07, W11, W12, W13); 9.5.
    """
    found = listed(subject_mix(example, level="city"), ["id", "subject"], MIX)
    spread = (1.5 / 4.5) ** 2 + (0.75 / 4.5) ** 2 + 0.25
    assert {subject: row for (unit, subject), row in found.items() if unit == BEIJING} == close(
        {
            "Chemistry": (3, 1.5, 1.5 / 4.5, (1.5 / 4.5) / (2 / 9.5), spread),
            "Physics": (2, 0.75, 0.75 / 4.5, (0.75 / 4.5) / (1.5 / 9.5), spread),
            "none": (4, 2.25, 0.5, 0.5 / (6 / 9.5), spread),
        }
    )
    assert found["unassigned", "Chemistry"] == (1, 0.5, 1.0, None, 1.0)


def test_whole_counting_by_hand(example):
    """W01 counts fully in both: Beijing has .5 of it in each; parts are of the same 4.5 and add up to more than 1."""
    counting = Counting(subject_counting="whole")
    found = listed(subject_mix(example, level="city", counting=counting), ["id", "subject"], ["share", "part"])
    mine = {subject: row for (unit, subject), row in found.items() if unit == BEIJING}
    assert mine == close({"Chemistry": (1.75, 1.75 / 4.5), "Physics": (1.0, 1 / 4.5), "none": (2.25, 0.5)})
    spread = listed(subject_mix(example, level="city", counting=counting), ["id"], ["herfindahl"])
    assert spread[(BEIJING,)] == pytest.approx(((1.75**2 + 1 + 2.25**2) / 25,))


def test_concentration_by_hand(example):
    """Physics: Beijing .75, Oxford .5, Nanjing .1875, Changchun .0625; 1.5 in all."""
    found = listed(
        subject_concentration(example, level="city", largest=2),
        ["subject"],
        ["units", "share", "herfindahl", "largest_part", "first_id", "first_part"],
    )
    squares = (0.75**2 + 0.5**2 + 0.1875**2 + 0.0625**2) / 1.5**2
    assert found[("Physics",)] == (4, 1.5, pytest.approx(squares), pytest.approx(1.25 / 1.5), BEIJING, 0.5)


def test_ranks_of_beijing_and_oxford_by_hand(example):
    """2020:2021 against 2018:2019. Physics: Oxford was level with Beijing (W02), then had nothing."""
    found = listed(
        subject_ranks(example, level="city", years=(2020, 2021)),
        ["id", "subject"],
        ["rank", "ranked", "value", "previous_rank", "change"],
    )
    assert found[BEIJING, "Physics"] == (1, 3, 0.25, 1, 0)
    assert found[BEIJING, "all"] == (1, 6, 2.5, 1, 0)
    assert (OXFORD, "Physics") not in found
    # 2018:2019: Beijing 2 before Nanjing and Oxford, .5 each
    assert found[OXFORD, "all"] == (5, 6, 0.25, 2, -3)
    by_year = listed(
        subject_ranks(example, level="city", years=(2018, 2021), by_year=True, by="count"),
        ["id", "subject", "year"],
        ["rank", "value", "previous_rank", "change"],
    )
    # articles of 2021 that are not cut: Beijing 3, Nanjing and the others at most 2
    assert by_year[BEIJING, "all", 2021] == (1, 3, 1, 0)
    assert by_year[BEIJING, "all", 2018] == (1, 1, None, None)


@pytest.mark.parametrize("level", ["institution", "city"])
@FEW
@given(tables=corpora(), whole=st.booleans(), keep=st.booleans())
def test_subjects_equal_the_plain_computation(level, tables, whole, keep):
    plain = PlainSubjects(
        {name: table.to_pandas() for name, table in tables.items()},
        level,
        (2002, 2003),
        whole=whole,
        truncated="keep" if keep else "drop",
    )
    counting = Counting(subject_counting="whole" if whole else "fractional", truncated="keep" if keep else "drop")
    asked = {"level": level, "years": (2002, 2003), "counting": counting}
    with Tables.on(ibis.duckdb.connect(), tables) as on_engine:
        assert listed(subject_mix(on_engine, **asked), ["id", "subject"], MIX) == close(plain.mix())
        found = subject_concentration(on_engine, largest=2, **asked)
        found = listed(found, ["subject"], ["units", "share", "herfindahl", "largest_part"])
        assert found == close({(key,): value for key, value in plain.concentration(2).items()})
        for by in ("share", "count"):
            ranks = listed(subject_ranks(on_engine, by=by, **asked), ["id", "subject"], ["rank", "ranked", "value"])
            for unit in {unit for unit, _ in ranks}:
                mine = {subject: row for (other, subject), row in ranks.items() if other == unit}
                assert mine == close(plain.ranks(unit, by))


@FEW
@given(tables=corpora(), level=st.sampled_from(["site", "city", "country"]))
def test_subjects_add_up_to_share_and_to_themselves(tables, level):
    with Tables.on(ibis.duckdb.connect(), tables) as on_engine:
        mixes = subject_mix(on_engine, level=level, by_year=True).to_pyarrow().to_pylist()
        yearly = listed(subject_shares(on_engine, level=level, by_year=True), ["id", "subject", "year"], ["share"])
        window = listed(subject_shares(on_engine, level=level), ["id", "subject"], ["share"])
    parts, quotients = {}, {}
    for row in mixes:
        parts[row["id"], row["year"]] = parts.get((row["id"], row["year"]), 0) + row["part"]
        if row["id"] != "unassigned":
            # over all that is assigned, quotients weighted by Share average 1
            weighted, total = quotients.get((row["subject"], row["year"]), (0, 0))
            share_of = row["unit_share"]
            quotients[row["subject"], row["year"]] = weighted + share_of * row["location_quotient"], total + share_of
    assert all(part == pytest.approx(1) for part in parts.values())
    totals = {}
    for row in mixes:
        if row["id"] != "unassigned":
            totals.setdefault(row["year"], {})[row["id"]] = row["unit_share"]
    for (_, year), (weighted, _) in quotients.items():
        assert weighted == pytest.approx(sum(totals[year].values()))
    for (unit, subject), (value,) in window.items():
        years = [part for (other, about, _), (part,) in yearly.items() if (other, about) == (unit, subject)]
        assert value == pytest.approx(sum(years))


def test_a_subject_is_the_share_asked_for_by_subject(workspace):
    for subject, counting, rollup in (("Chemistry", "fractional", "first"), ("Physics", "whole", "split")):
        asked = {"subject": subject, "subject_counting": counting, "rollup": rollup}
        mine = subjects(workspace, **asked).frame
        theirs = share(workspace, **asked).frame
        assert dict(zip(mine.id, mine.share, strict=True)) == dict(zip(theirs.id, theirs.share, strict=True))
        assert dict(zip(mine.id, mine["count"], strict=True)) == dict(zip(theirs.id, theirs["count"], strict=True))
        assert set(mine.subject) == {subject}


@pytest.mark.parametrize(("by", "by_year"), [("share", False), ("count", True)])
def test_standing_is_the_rank_asked_for_by_subject(workspace, by, by_year):
    asked = {"by": by, "by_year": by_year, "years": "2020:2021", "country": "China"}
    mine = standing(workspace, "Beijing", **asked).frame
    assert mine.subject.iloc[0] == "all"
    assert set(mine.subject) == {"all", "Chemistry", "Physics", "none"}
    for subject, rows in mine.groupby("subject"):
        frame = rank(workspace, subject=None if subject == "all" else subject, **asked).frame
        columns = ["year", "rank", "value", "previous_rank"]
        theirs = frame[frame.id == BEIJING][columns]
        assert rows[columns].astype("Float64").to_numpy().tolist() == theirs.astype("Float64").to_numpy().tolist()
        sizes = frame.groupby("year", dropna=False).size()
        assert rows.ranked.tolist() == [sizes[year] if by_year else len(frame) for year in rows.year]


def test_columns_and_order(workspace):
    frame = subjects(workspace).frame
    assert list(frame.columns) == ["id", "name", "year", "subject", *MIX]
    assert frame.name.tolist()[:4] == ["Beijing"] * 3 + ["Nanjing"]
    assert frame.subject.tolist()[:3] == ["none", "Chemistry", "Physics"]
    assert frame.id.tolist()[-2:] == ["unlocated", "unassigned"]
    by_quotient = subjects(workspace, place="Beijing", by="location_quotient").frame
    assert by_quotient.subject.tolist() == ["Chemistry", "Physics", "none"]
    by_place = subjects(workspace, subject="Physics", by="part").frame
    assert by_place.name.tolist()[0] == "Oxford"
    assert len(subjects(workspace, top=2).frame) == 2
    assert set(subjects(workspace, country="GB").frame.name) == {"Oxford", "Cambridge"}


def test_records_repeat_their_answers(workspace):
    for answer in (
        subjects(workspace, place=["Beijing", "Oxford"], by_year=True, subject="Physics", by="part"),
        concentration(workspace, largest=2, subject_counting="whole"),
        standing(workspace, "Beijing", years="2020:2021", country="CN"),
    ):
        assert repeat(answer.run, workspace).frame.equals(answer.frame)


def test_without_subjects_everything_is_none_and_that_is_said(tmp_path):
    workspace = example_workspace(tmp_path, tables=hand_tables())
    answer = subjects(workspace, place="Beijing")
    assert answer.frame[["subject", "share", "part", "location_quotient", "herfindahl"]].to_numpy().tolist() == [
        ["none", 0.5, 1.0, 1.0, 1.0]
    ]
    assert any(
        note.startswith("The records have no subjects, so every article is in none: type") for note in answer.run.notes
    )


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda ws: subjects(ws, by="fame"), BadParameter, "by = 'fame' can't be used: it is one of share, part"),
        (lambda ws: subjects(ws, subject="Alchemy"), BadParameter, "the records have Chemistry, Physics"),
        (lambda ws: subjects(ws, place="Atlantis"), UnknownPlace, "There is no city named 'Atlantis'"),
        (lambda ws: concentration(ws, largest=0), BadParameter, "it is a whole number of units, at least 1"),
        (lambda ws: standing(ws, "Beijing", by="part"), BadParameter, "it is one of share, count"),
        (lambda ws: standing(ws, "unlocated"), BadParameter, "what has no place has no rank"),
    ],
)
def test_what_can_not_be_answered_is_said(workspace, call, error, text):
    with pytest.raises(error, match=text) as caught:
        call(workspace)
    assert caught.value.exit_code == 4


def test_dependence_is_count_over_share(workspace):
    """Beijing 8 / 4.5, by the fixture's article alone 2; units without articles in common with others have 1."""
    frame = rank(workspace, by="dependence", level="institution", years="2018:2021").frame
    shares = share(workspace, level="institution").frame.set_index("id")
    expected = (shares["count"] / shares.share).round(9)
    assert dict(zip(frame.id, frame.value, strict=True)) == {
        key: pytest.approx(value) for key, value in expected.drop("unassigned").items()
    }
    assert frame.value.is_monotonic_decreasing
    assert frame.value.iloc[-1] == 1.0, "the laboratory of one author"
    hand = rank(workspace, by="dependence", years="2020", country="CN").frame
    assert dict(zip(hand.name, hand.value, strict=True)) == {
        "Changchun": 8.0,
        "Nanjing": pytest.approx(1 / 0.375),
        "Beijing": pytest.approx(2 / 1.5),
    }
    assert hand.previous_rank.isna().tolist() == [True, True, False]
