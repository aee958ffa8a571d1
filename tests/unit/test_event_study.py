"""The event study: outcomes of careers, whom people are compared with, and the statistics."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from plain.career_outcomes import outcomes
from plain.random_careers import random_careers
from plain.ties import in_teams

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import (
    CAM,
    CAMBRIDGE_GB,
    CIAC,
    LAB,
    NJU,
    OXF,
    OXFORD,
    PKU,
    example_workspace,
    team_tables,
)
from toolkit.errors import BadParameter, DataError, EmptySelection
from toolkit.measures.answers import event_destinations, event_study
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.event_statistics import difference_in_differences, event_panel, mean_by_event_time
from toolkit.measures.movement.matching import matched_comparison
from toolkit.measures.movement.observations import author_numbers
from toolkit.measures.movement.panels import OUTCOMES, career_years
from toolkit.measures.tables import Tables

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

ARTICLES = (
    ("W1", 2010, (("p", (PKU,)), ("q", (PKU,)))),  # of the own institution alone
    ("W2", 2010, (("p", (PKU,)), ("q", (NJU,)), ("r", (OXF,)))),  # partners at home and abroad
    ("W3", 2010, (("p", (PKU,)), ("s", (OXF,)), (None, (CAM,)))),  # Oxford again: one partner of the year
    ("W4", 2011, (("p", (PKU, NJU)), ("q", (NJU,)), ("t", (LAB,)))),  # own second place; a partner of no country
    ("W5", 2012, (("p", ()), ("q", (NJU,)))),  # signed from nowhere: nobody is domestic
    ("W6", 2013, (("p", (CIAC,)), ("q", ("cas@1816670",)))),  # the institute's own academy is kin
)


def rows_of(tables, people, level="country"):
    numbers, places = author_numbers(tables), unit_numbers(tables, level)

    def placed(name, *rows, columns):
        content = {
            column: pa.array(values, pa.string())
            for column, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
        return tables.keep((name, rows), pa.table(content)).inner_join(numbers, [("person", "author_id")])

    asked = placed("asked", *((person,) for person in people), columns=["person"]).select("author_no")
    ends = [(person, place) for person, left in people.items() for place in sorted(left or ())]
    left = placed("left", *ends, columns=["person", "place"]).inner_join(places, [("place", "unit_id")])
    asked, left = tables.keep(("people",), asked), tables.keep(("left",), left.select("author_no", place_no="number"))
    years = career_years(tables, asked, left, level=level).inner_join(numbers, "author_no")
    found = years.select("author_id", "year", *OUTCOMES).to_pyarrow().to_pylist()
    return {(row.pop("author_id"), row.pop("year")): row for row in found}


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_outcomes_by_hand(engine):
    with Tables.on(getattr(ibis, engine).connect(), team_tables(ARTICLES)) as tables:
        found = rows_of(tables, {"p": {"GB"}})
    names = list(OUTCOMES)
    assert {key: tuple(row[name] for name in names) for key, row in found.items()} == {
        # articles, share, at home, abroad, at the place left, both kinds, own alone
        ("p", 2010): (3, pytest.approx(1 / 2 + 1 / 3 + 1 / 3), 1, 2, 2, 1, 1),
        ("p", 2011): (1, pytest.approx(1 / 3), 0, 0, 0, 0, 0),
        ("p", 2012): (1, 0.5, 0, 0, 0, 0, 0),
        ("p", 2013): (1, 0.5, 0, 0, 0, 0, 0),
    }


@pytest.mark.parametrize("level", ["country", "institution"])
def test_outcomes_equal_plain_loops(level):
    content = in_teams(random_careers(11, people=120), seed=11)
    frames = {name: table.to_pandas() for name, table in content.items()}
    places = {"country": [{"XB"}, {"XB", "XA"}, None], "institution": [{"i1"}, {"i1", "i2", "i3"}, None]}
    people = {f"A{number}": places[level][number % 3] for number in range(60)}
    people = {name: place for name, place in people.items() if (frames["authorships"].author_id == name).any()}
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        found = rows_of(tables, people, level)
    expected = outcomes(frames, people, level)
    assert set(found) == set(expected)
    for key, row in expected.items():
        assert {name: value for name, value in found[key].items() if value is not None} == pytest.approx(row)
    assert sum(row["mixed_articles"] for row in expected.values()) > 3
    assert sum(row.get("partners_at_origin", 0) for row in expected.values()) > 3


def people(*rows):
    return pd.DataFrame(rows, columns=["author_id", "first_year", "last_year", "move_year"])


def test_comparison_is_alike_in_first_year_subject_and_output():
    events = pd.DataFrame({"author_id": ["m1", "m2", "m3"], "year": [2010, 2010, 2012]})
    careers = people(
        ("m1", 2005, 2015, 2010.0),
        ("m2", 2005, 2015, 2010.0),
        ("m3", 2006, 2015, 2012.0),
        ("near", 2005, 2015, None),
        ("far", 2005, 2015, None),
        ("later mover", 2005, 2020, 2018.0),
        ("other subject", 2005, 2015, None),
        ("other start", 2004, 2015, None),
        ("silent", 2005, 2015, None),
    )
    counts = {"m1": 4, "m2": 9, "m3": 1, "near": 5, "far": 20, "later mover": 9, "other subject": 4, "other start": 4}
    output = pd.DataFrame(
        [(name, 2008, number) for name, number in counts.items()]
        + [("silent", 2008, 4)]
        + [(name, 2010, 1) for name in counts]
        + [("far", 2000, 90), ("m3", 2012, 1)],  # long before, or after: neither is output before
        columns=["author_id", "year", "articles"],
    )
    subjects = pd.DataFrame(
        [(name, 2008, "Physics" if name == "other subject" else "Chemistry", 1.0) for name in careers.author_id]
        + [("near", 2012, "Physics", 50.0)],  # later articles don't make a subject
        columns=["author_id", "year", "subject", "part"],
    )
    found = matched_comparison(events, careers, output, subjects)
    columns = ["author_id", "comparison_id", "output_before", "comparison_output_before"]
    assert list(found[columns].itertuples(index=False, name=None)) == [("m1", "near", 4, 5), ("m2", "far", 9, 20)]
    later = matched_comparison(events, careers, output, subjects, pool="not-yet-movers")
    assert later.comparison_id.tolist() == ["near", "later mover"]
    soon = matched_comparison(events, careers, output, subjects, pool="not-yet-movers", until=8)
    assert soon.comparison_id.tolist() == ["near", "far"]
    with pytest.raises(BadParameter, match="it is one of never-movers, not-yet-movers"):
        matched_comparison(events, careers, output, subjects, pool="everybody")


def test_comparison_does_not_depend_on_ids():
    random = np.random.default_rng(2)
    names = [f"p{number:02}" for number in range(30)]
    careers = people(*((name, 2005, 2015, 2010.0 if number < 8 else None) for number, name in enumerate(names)))
    output = pd.DataFrame(
        [
            (name, year, int(random.integers(1, 4)), int(random.integers(1, 90)))
            for name in names
            for year in (2008, 2010)
        ],
        columns=["author_id", "year", "articles", "authors"],
    )
    subjects = pd.DataFrame(
        [(name, 2008, subject, 0.5) for name in names for subject in ("Physics", "Chemistry")],
        columns=["author_id", "year", "subject", "part"],
    )
    reversed_ids = {name: f"q{30 - number:02}" for number, name in enumerate(names)}
    events = careers[["author_id"]][:8].assign(year=2010)
    found = matched_comparison(events, careers, output, subjects, seed=4)
    others = [
        frame.assign(author_id=frame.author_id.map(reversed_ids)) for frame in (events, careers, output, subjects)
    ]
    again = matched_comparison(*others, seed=4)
    assert found[["author_id", "comparison_id"]].replace(reversed_ids).equals(again[["author_id", "comparison_id"]])
    assert len(found) == 8


def test_several_tied_main_subjects_match_the_same_subjects_only():
    events = pd.DataFrame({"author_id": ["m"], "year": [2010]})
    names = ["m", "one", "both"]
    careers = people(("m", 2005, 2015, 2010.0), ("one", 2005, 2015, None), ("both", 2005, 2015, None))
    output = pd.DataFrame([(name, 2010, 1) for name in names], columns=["author_id", "year", "articles"])
    parts = [("m", "B"), ("m", "A"), ("one", "A"), ("both", "A"), ("both", "B")]
    subjects = pd.DataFrame(
        [(name, 2008, subject, 0.5) for name, subject in parts], columns=["author_id", "year", "subject", "part"]
    )
    assert matched_comparison(events, careers, output, subjects).comparison_id.tolist() == ["both"]


def test_the_seed_draws_among_equals():
    events = pd.DataFrame({"author_id": ["m"], "year": [2010]})
    names = [f"c{number}" for number in range(30)]
    careers = people(("m", 2005, 2015, 2010.0), *((name, 2005, 2015, None) for name in names))
    output = pd.DataFrame([(name, 2010, 1) for name in ["m", *names]], columns=["author_id", "year", "articles"])
    nothing = pd.DataFrame(columns=["author_id", "year", "subject", "part"])
    drawn = [matched_comparison(events, careers, output, nothing, seed=seed).comparison_id[0] for seed in range(8)]
    again = matched_comparison(events, careers[::-1], output[::-1], nothing, seed=3).comparison_id[0]
    assert len(set(drawn)) > 3
    assert again == drawn[3]


def test_a_panel_knows_nothing_outside_the_career():
    events = pd.DataFrame(
        {"author_id": ["a", "b"], "year": [2010, 2012], "first_year": [2009, 2000], "last_year": 2012}
    )
    years = pd.DataFrame({"author_id": ["a", "b", "b"], "year": [2012, 2010, 2011], "share": [0.5, 2.0, 1.0]})
    panel = event_panel(events, years, outcome="share", span=(-2, 3))
    np.testing.assert_array_equal(panel, [[np.nan, 0, 0, 0, 0.5, np.nan], [2, 1, 0, np.nan, np.nan, np.nan]])


def test_bootstrap_intervals_are_those_of_a_mean():
    random = np.random.default_rng(5)
    panel = random.normal(10, 2, size=(400, 2))
    panel[:100, 1] = np.nan
    found = mean_by_event_time(panel, span=(0, 1), replicates=2000, seed=1)
    assert found.n.tolist() == [400, 300]
    for column, row in enumerate(found.itertuples()):
        own = panel[:, column][~np.isnan(panel[:, column])]
        error = own.std(ddof=1) / np.sqrt(len(own))
        assert row.mean == pytest.approx(own.mean())
        assert (row.high - row.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.06)
    assert mean_by_event_time(panel, span=(0, 1), seed=1).equals(mean_by_event_time(panel, span=(0, 1), seed=1))
    nobody = mean_by_event_time(np.full((3, 1), np.nan), span=(0, 0))
    assert nobody[["mean", "low", "high"]].isna().all(axis=None)


def made_up(persons=40, effect=1.5, seed=3):
    random = np.random.default_rng(seed)
    rows = []
    for number in range(2 * persons):
        treated, event, own = int(number < persons), int(random.integers(2006, 2014)), random.gamma(3, 1)
        for year in range(event - int(random.integers(2, 6)), event + int(random.integers(1, 6)) + 1):
            mean = own + 0.1 * (year - 2010) + (effect if treated and year >= event else 0)
            rows.append(
                (f"p{number}", f"s{number}", year, year - event, treated, float(random.poisson(max(mean, 0.1))))
            )
    return pd.DataFrame(rows, columns=["person", "stay", "year", "t", "treated", "value"])


def test_difference_in_differences_equals_a_regression_on_dummies():
    rows = made_up()
    found = difference_in_differences(rows, outcome="value")
    effects = [pd.get_dummies(rows.stay), pd.get_dummies(rows.year, prefix="y", drop_first=True)]
    times = sorted(set(rows.t[rows.treated == 1]) - {-1})
    by_time = pd.DataFrame({t: (rows.treated == 1) & (rows.t == t) for t in times})
    after = pd.DataFrame({"after": (rows.treated == 1) & (rows.t >= 0)})
    for own, expected in ((by_time, found.by_time.difference), (after, [found.after])):
        design = pd.concat([own, *effects], axis=1).to_numpy(dtype="float64")
        solution, _, rank, _ = np.linalg.lstsq(design, rows.value.to_numpy(), rcond=None)
        assert rank == design.shape[1]
        np.testing.assert_allclose(solution[: own.shape[1]], expected, atol=1e-8)
    assert found.by_time.t.tolist() == times
    # errors by person: the sandwich, up to its small-sample factor
    residual = rows.value.to_numpy() - design @ solution
    scores = pd.DataFrame(design * residual[:, None]).groupby(rows.person.to_numpy()).sum().to_numpy()
    bread = np.linalg.inv(design.T @ design)
    error = np.sqrt((bread @ scores.T @ scores @ bread)[0, 0])
    assert (found.high - found.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.12)
    assert found.persons == 80
    assert found.low < 1.5 < found.high


def test_no_effect_and_no_pre_trend_are_found_where_there_are_none():
    found = difference_in_differences(made_up(effect=0, seed=8), outcome="value")
    assert found.low < 0 < found.high
    assert found.p > 0.05
    assert found.pre_trend_p > 0.05


def test_too_few_people_or_no_difference_is_said():
    with pytest.raises(DataError, match="There are 5 persons with the event; difference-in-differences asks for 10"):
        difference_in_differences(made_up(persons=5), outcome="value")
    with pytest.raises(DataError, match="share never differs"):
        difference_in_differences(made_up().assign(value=1.0), outcome="value", called="share")


@pytest.fixture(scope="module")
def returning(tmp_path_factory):
    """Sixteen people who go to Oxford for five years and come back, and sixteen who stay."""
    articles = []
    for number in range(16):
        stays = [(NJU, range(2000, 2004)), (OXF, range(2004, 2009)), (NJU, range(2009, 2016))]
        for site, years in stays:
            articles += [(year, ((f"r{number:02}", (site,)),)) for year in years]
        # the returned write with somebody of the country they left every other year
        articles += [(year, ((f"r{number:02}", (NJU,)), (f"o{number}", (CAM,)))) for year in (2010, 2012)]
        articles += [(year, ((f"s{number:02}", (PKU,)),)) for year in range(2000, 2016)]
    tables = team_tables([(f"W{number}", *article) for number, article in enumerate(articles)])
    return example_workspace(tmp_path_factory.mktemp("returning"), tables=tables)


def test_event_study_of_returnees(returning):
    answer = event_study(returning, span=(-3, 5), replicates=50)
    frame = answer.frame.set_index(["outcome", "t"])
    assert frame.loc["articles"]["mean"].tolist() == [1, 1, 1, 1, 2, 1, 2, 1, 1]
    assert frame.loc["articles"]["comparison_mean"].tolist() == [1] * 9
    assert frame.loc["articles"].n.tolist() == [16] * 9
    assert frame.loc["partners_at_origin"]["mean"].tolist() == [0, 0, 0, 0, 1, 0, 1, 0, 0]
    assert frame.loc["partners_at_origin"].comparison_n.tolist() == [0] * 9
    assert frame.loc["international_partners"]["mean"].tolist() == [0, 0, 0, 0, 1, 0, 1, 0, 0]
    assert frame.loc["share"]["mean"].tolist() == [1, 1, 1, 1, 1.5, 1, 1.5, 1, 1]
    assert frame.loc[("articles", 1)].did == pytest.approx(1)
    facts = answer.run.facts
    assert (facts["persons"], facts["matched"], facts["output_before"]) == (16, 16, 5)
    assert facts["after_articles"] == pytest.approx(2 / 6)
    assert any("does not say what the move caused" in note for note in answer.run.notes)
    assert repeat(answer.run, returning).frame.equals(answer.frame)
    movers = event_study(returning, who="movers", span=(-1, 1), comparison=None, outcomes=["articles"])
    assert movers.frame.n.tolist() == [16] * 3
    assert movers.run.facts["persons"] == 16
    assert event_study(returning, span=(-9, 6), balanced=True, comparison=None, outcomes=["share"]).run.facts["persons"]


def test_a_file_says_whose_event_is_when(returning, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("author_id,group,event_year\nr00,talents,2009\nr01,talents,2009\nnobody,talents,2009\n")
    answer = event_study(returning, people=file, comparison=None, outcomes=["partners_at_origin"], span=(-1, 1))
    assert answer.frame["mean"].tolist() == [0, 0, 1]
    assert answer.frame.n.tolist() == [2, 2, 2]
    assert any("nobody" in note for note in answer.run.notes)
    file.write_text("author_id,group,event_year\nr00,talents,2010\nr01,talents,2031\n")
    later = event_study(returning, people=file, comparison=None, outcomes=["articles"], span=(-1, 1))
    assert later.run.facts["persons"] == 1
    assert "1 people of the file have an event outside 2000:2015." in later.run.notes
    file.write_text("author_id,group,event_year\nr00,talents,2031\nnobody,talents,2009\nr01,talents,\n")
    with pytest.raises(EmptySelection) as error:
        event_study(returning, people=file)
    assert str(error.value) == (
        f"{file} names no event that can be used. 1 rows of the file of people are not used: line 3: no author of the "
        "records: nobody, talents. 1 people of the file have no event_year and are left out. 1 people of the file have "
        "an event outside 2000:2015. Widen the years, or mend the file."
    )


@pytest.fixture(scope="module")
def arriving(tmp_path_factory):
    """Four come back from Nanjing: to Oxford, where they were; to Cambridge; to both alike; mostly to Oxford."""
    articles = []
    for person, back in {"a": (OXF,), "b": (CAM,), "c": (OXF, CAM), "d": (OXF, CAM, OXF)}.items():
        articles += [(year, ((person, (OXF,)),)) for year in (2000, 2001)]
        articles += [(year, ((person, (NJU,)),)) for year in (2004, 2005)]
        if person == "c":
            articles.append((2008, ((person, back),)))
        else:
            articles += [(2008, ((person, (site,)),)) for site in back]
    articles.append((2003, (("e", (OXF,)),)))
    tables = team_tables([(f"W{number}", *article) for number, article in enumerate(articles)])
    return example_workspace(tmp_path_factory.mktemp("arriving"), tables=tables)


@pytest.fixture(scope="module")
def leaving_two(tmp_path_factory):
    """Twelve people leave Nanjing and Oxford together for Changchun and Cambridge, and write with both old places."""
    articles = []
    for number in range(12):
        person = f"m{number:02}"
        articles += [(2000, ((person, (NJU, OXF)),)), (2001, ((person, (NJU, OXF)),))]
        articles += [(2002, ((person, (CIAC, CAM)), (f"o{number}", (NJU,)), (f"q{number}", (OXF,))))]
        articles += [(2003, ((person, (CIAC, CAM)),))]
    tables = team_tables([(f"W{number}", *article) for number, article in enumerate(articles)])
    return example_workspace(tmp_path_factory.mktemp("leaving"), tables=tables)


def test_event_has_every_place_left_and_every_place_reached_in_its_year(leaving_two):
    asked = {"who": "movers", "level": "city", "comparison": None, "replicates": 0, "span": (-1, 0)}
    found = event_study(leaving_two, outcomes=["partners_at_origin"], **asked)
    assert found.frame["mean"].tolist() == [0, 2]
    for place in ("Changchun", "Cambridge, GB"):
        into = event_study(leaving_two, outcomes=["articles"], to_place=place, **asked)
        assert into.run.facts["persons"] == 12
        arrived = event_destinations(leaving_two, who="movers", level="city", to_place=place)
        assert arrived.frame[["name", "persons"]].to_numpy().tolist() == [[place.partition(",")[0], 12]]
    both = event_destinations(leaving_two, who="movers", level="city").frame
    assert both[["name", "persons"]].to_numpy().tolist() == [["Changchun", 6], ["Cambridge", 6]]


def test_event_of_a_file_has_every_tied_main_place(leaving_two, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("author_id,group,event_year\nm00,mine,2002\n")
    asked = {"people": file, "level": "city"}
    for place in ("Changchun", "Cambridge, GB"):
        assert event_destinations(leaving_two, to_place=place, **asked).frame.persons.tolist() == [1]
    study = event_study(
        leaving_two, comparison=None, replicates=0, span=(-1, 0), outcomes=["partners_at_origin"], **asked
    )
    assert study.frame["mean"].tolist() == [0, 2]


def test_destinations_by_hand(arriving, tmp_path):
    answer = event_destinations(arriving, years="2008")
    assert answer.frame.to_numpy().tolist() == [
        [OXFORD, "Oxford", "GB", 2.5, 0.625, 2.5],
        [CAMBRIDGE_GB, "Cambridge", "GB", 1.5, 0.375, 0],
    ]
    assert answer.run.facts["persons"] == 4
    assert repeat(answer.run, arriving).frame.equals(answer.frame)
    first = event_destinations(arriving, who="movers", to_place="China").frame
    assert first[["name", "persons", "held_before"]].to_numpy().tolist() == [["Nanjing", 4, 0]]
    file = tmp_path / "people.csv"
    file.write_text("author_id,group,event_year\nb,x,2008\nd,x,2001\ne,x,2008\n")
    asked = event_destinations(arriving, people=file)
    assert asked.frame[["name", "persons", "held_before"]].to_numpy().tolist() == [
        ["Oxford", 1, 1],
        ["Cambridge", 1, 0],
    ]
    assert (
        asked.run.notes[-1]
        == "1 people of the file are observed at no place in the year of their event and are excluded."
    )
    with pytest.raises(EmptySelection, match=r"Nobody has such an event in 2001:2003"):
        event_destinations(arriving, years="2001:2003")
    with pytest.raises(BadParameter, match="it is one of returnees, movers"):
        event_destinations(arriving, who="everybody")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"who": "everybody"}, "who = 'everybody' can't be used: it is one of returnees, movers"),
        ({"outcomes": ["fame"]}, "outcomes = 'fame' can't be used: it is one of articles"),
        ({"span": "1:5"}, "span = '1:5' can't be used: it begins before the event"),
        ({"span": "x"}, "span = 'x' can't be used: first and last year since the move"),
        ({"comparison": "all"}, "comparison = 'all' can't be used"),
        ({"replicates": -1}, "replicates = -1 can't be used"),
        ({"rule": "origin"}, "it gives classes of careers, no dated moves"),
    ],
)
def test_what_cannot_be_asked_is_said(returning, asked, message):
    with pytest.raises(BadParameter, match=message):
        event_study(returning, **asked)


def test_no_event_is_said(returning):
    with pytest.raises(EmptySelection, match=r"Nobody has such an event in 2001:2003\. Widen the years or the level\."):
        event_study(returning, years="2001:2003")
    with pytest.raises(EmptySelection, match="known in every year of the span"):
        event_study(returning, span=(-15, 15), balanced=True)
