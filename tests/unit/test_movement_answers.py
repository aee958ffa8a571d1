"""Answers about moves and careers: columns, filters, what is said beside the rows, and what can't be answered."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from plain.movement import PlainCareers
from plain.movement import agreement as plain_agreement
from plain.random_careers import random_careers

import toolkit as sc
from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import (
    BEIJING,
    NAMED_CAREERS,
    NANJING,
    NJU,
    OXF,
    PKU,
    career_tables,
    example_workspace,
    team_tables,
)
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter, EmptySelection, UnknownPlace
from toolkit.measures.movement.agreement import agreement
from toolkit.measures.movement.comparison import GRID
from toolkit.measures.movement.options import Movement
from toolkit.measures.tables import Tables
from toolkit.present.timelines import draw_career

TWINS = {
    **NAMED_CAREERS,
    "twin": {PKU: range(2010, 2013), OXF: range(2013, 2016)},
    "late": {NJU: range(2018, 2022), PKU: range(2022, 2025)},
    "visit": {NJU: range(2003, 2013), OXF: range(2006, 2009)},
    "gap": {NJU: [2003], PKU: [2015]},
}


def with_people(tables):
    """A name that two people have, an ORCID, an article without an author's id."""
    names = {"clean": "Ning Zhào", "twin": "Ning Zhao", "overlap": "Maria Silva"}
    rows = [
        {**row, "name": names.get(row["author_id"], row["name"]), "orcid": "0000-0002-1825-009X"}
        if row["author_id"] == "overlap"
        else {**row, "name": names.get(row["author_id"], row["name"])}
        for row in tables["authors"].to_pylist()
    ]
    signed = tables["authorships"].to_pylist()
    signed[0] |= {"author_id": None, "author_key": "W0#1"}
    return tables | {
        "authors": pa.Table.from_pylist(rows, schema=TABLES["authors"]),
        "authorships": pa.Table.from_pylist(signed, schema=TABLES["authorships"]),
    }


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("careers"), tables=with_people(career_tables(TWINS)))


def test_moves_of_a_window_with_names_and_what_is_in_no_flow(workspace):
    answer = sc.moves(workspace, years="2013:2024")
    assert answer.frame.columns.tolist() == [
        *("author_id", "from_id", "from_name", "to_id", "to_name", "year", "last_year_at_from", "rule", "kind"),
        *("weight", "career_age", "flags"),
    ]
    listed = answer.frame[["author_id", "from_name", "to_name", "year", "weight"]].to_numpy().tolist()
    assert listed == [
        ["twin", "Beijing", "Oxford", 2013, 1],
        ["clean", "Nanjing", "Beijing", 2015, 1],
        ["late", "Nanjing", "Beijing", 2022, 1],
    ]
    assert answer.frame.loc[2, "flags"] == "censored, career end"
    facts = {"researchers": 3, "moves": 3, "movers": 3, "censored": 1, "visit": 0, "dual": 1, "open": 0}
    assert answer.run.facts == {**facts, "simultaneous_starts": 0, "gap_starts": 1}
    assert "What follows on moves after 2021 is not known yet: 1 are censored." in answer.run.notes
    assert "1 authors on articles have no id and are not followed." in answer.run.notes
    assert answer.run.parameters["years"] == "2013:2024"
    assert repeat(answer.run, workspace).frame.equals(answer.frame)


def test_moves_by_place_kind_and_rule(workspace):
    def chosen(**asked):
        return sc.moves(workspace, **asked).frame[["author_id", "year"]].to_numpy().tolist()

    assert chosen(from_place="Oxford") == [["returnee", 2012]]
    assert chosen(from_place=NANJING, to_place="Beijing", drop_censored=True, years="2015:2024") == [["clean", 2015]]
    assert chosen(kind="dual", level="country") == [["overlap", 2016]]
    assert chosen(kind="all", years="2006:2007") == [["visit", 2006]]
    assert chosen(rule="mode-year", kind="gap") == [["gap", 2015]]
    assert chosen(author="https://orcid.org/0000-0002-1825-009x", rule="mode-year") == [["overlap", 2021]]
    arbitrary = sc.moves(workspace, rule="mode-year", ties="smallest-id", max_places=1)
    assert [arbitrary.run.facts[name] for name in ("gap", "ties", "ties_dropped")] == [1, 9, 0]
    assert any("9 tied years went to the place whose id comes first" in note for note in arbitrary.run.notes)
    assert any("3 authors have more than 1 places in a year" in note for note in arbitrary.run.notes)


def test_namesakes_are_listed_and_never_merged(workspace):
    answer = sc.careers(workspace, author="ning zhao")
    assert answer.frame.author_id.unique().tolist() == ["clean", "twin"]
    assert any("2 authors are named ning zhao" in note for note in answer.run.notes)
    assert answer.run.facts["classes"] == {"clean": "migrant", "twin": "migrant"}
    both = sc.moves(workspace, author="Ning Zhao")
    assert both.frame.author_id.tolist() == ["twin", "clean"]
    assert any("2 authors are named" in note for note in both.run.notes)


def test_a_career_has_its_tenures_and_moves_in_order(workspace):
    frame = sc.careers(workspace, author="overlap", level="institution").frame
    columns = ["event", "place_name", "year", "end_year", "last_year_at_from", "years_seen", "articles"]
    listed = frame[columns].astype(object).where(frame[columns].notna(), None).to_numpy().tolist()
    assert listed == [
        ["tenure", "Massachusetts Institute of Technology", 2004, 2020, None, 17, 17],
        ["tenure", "University of Oxford", 2016, 2024, None, 9, 9],
        ["dual", "University of Oxford", 2016, None, 2020, None, None],
        ["move", "University of Oxford", 2021, None, 2020, None, None],
    ]
    assert (frame.name.unique().tolist(), frame.orcid.unique().tolist()) == (["Maria Silva"], ["0000-0002-1825-009X"])
    years = sc.careers(workspace, author="overlap", by_year=True).frame
    assert years[years.year == 2018][["place_id", "part", "main_place"]].to_numpy().tolist() == [
        ["mit", 1.0, True],
        ["oxf", 1.0, False],
    ]
    assert repeat(sc.careers(workspace, author="overlap").run, workspace).frame.equals(frame)


def test_stays_over_too_long_a_gap_are_told(workspace):
    answer = sc.careers(workspace, author="gap", level="city")
    assert answer.frame.event.tolist() == ["tenure", "tenure", "gap"], "the gap is that of the main place"
    assert answer.run.facts["gap_starts"] == 1
    assert answer.run.notes[-1] == (
        "1 stays begin more than 2 unseen years after the last one elsewhere, so they follow on none by tenure and are "
        "in no flow: gap at Beijing from 2015, until 2003 at Nanjing."
    )
    wide = sc.careers(workspace, author="gap", level="city", join_gap=11)
    assert (wide.run.facts["gap_starts"], "migration" in wide.frame.event.tolist()) == (0, True)
    assert sc.moves(workspace, years="2014").run.facts["gap_starts"] == 0
    assert sc.careers(workspace, author="gap", bridge_gap=10, join_gap=10).run.facts["gap_starts"] == 1


def test_a_career_is_drawn(workspace, tmp_path):
    events = sc.careers(workspace, author="returnee").frame
    figure = draw_career(events, sc.careers(workspace, author="returnee", by_year=True).frame, title="Back", note="n")
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert [text for text in texts if text] == ["migration", "migration, return"]
    assert len(figure.axes[0].lines) == 2, "two moves of the main place"
    with pytest.raises(EmptySelection, match="no career to draw"):
        draw_career(events.iloc[:0], events)


def test_a_career_tells_and_draws_its_bridges(tmp_path):
    articles = [("W1", 2009, [("mover", [NJU])]), ("W2", 2010, [("mover", [PKU]), ("friend", [NJU])])]
    articles += [(f"W{year}", year, [("mover", [PKU])]) for year in range(2011, 2014)]
    articles += [("W3", 2013, [("mover", [PKU]), ("friend", [NJU])])]
    workspace = example_workspace(tmp_path, tables=team_tables(articles))
    frame = sc.careers(workspace, author="mover").frame
    columns = ["event", "place_id", "from_id", "from_name", "year", "end_year", "years_seen", "articles", "flags"]
    assert frame[frame.event == "bridge"][columns].to_numpy().tolist() == [
        ["bridge", "pku", "nju", "Nanjing University", 2010, 2013, 2, 2, ""]
    ]
    assert frame.event.tolist() == ["tenure", "tenure", "migration", "move", "bridge"]
    axes = draw_career(frame, sc.careers(workspace, author="mover", by_year=True).frame).axes[0]
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["migration", "2"]
    assert "articles with people at the place of its colour" in axes.get_title(loc="right")


def test_rules_and_options_are_held_against_each_other(workspace, monkeypatch):
    few = {"tenure": {"max_overlap": (3, 5), "drop_censored": (True,)}}
    monkeypatch.setattr("toolkit.measures.movement.comparison.GRID", few)
    answer = sc.rule_agreement(workspace, level="city")
    frame = answer.frame.set_index(["compared", "base"])
    # by tenure: returnee twice, twin, clean, late; by main place the overlap too, two visits' ends, no gap of 11 years
    assert frame.loc[("mode-year", "tenure"), ["events", "of_base", "shared"]].tolist() == [6, 5, 5]
    assert frame.loc[("mode-year", "tenure"), "agreement"] == pytest.approx(5 / 6)
    assert frame.loc[("origin", "tenure"), ["unit", "events", "of_base", "shared"]].tolist() == ["authors", 6, 4, 4]
    assert frame.loc[("drop_censored=True", "tenure"), ["events", "shared"]].tolist() == [4, 4]
    assert frame.loc[("max_overlap=5", "tenure"), ["events", "shared"]].tolist() == [6, 5]
    values = answer.frame.agreement.tolist()[3:]
    assert values == sorted(values), "what changes most stands first"
    assert len(values) == 2, "the base's own value is not held against itself"


def test_the_grid_changes_options_that_there_are():
    for rule, options in GRID.items():
        for option, values in options.items():
            for value in values:
                assert getattr(Movement(rule=rule, **{option: value}), option) == value


def test_the_rules_alone_are_compared_without_a_grid(workspace):
    answer = sc.rule_agreement(workspace, rule="mode-year", max_gap=10, top=5, grid=False)
    assert answer.frame.compared.tolist() == ["mode-year", "origin", "origin"]
    assert answer.frame.total.tolist() == [6, 6, 6]
    assert repeat(answer.run, workspace).frame.equals(answer.frame)


@pytest.mark.parametrize("level", ["institution", "country"])
def test_agreement_equals_the_plain_computation(level):
    content = random_careers(7, people=300)
    frames = {name: table.to_pandas() for name, table in content.items()}
    plain, wide = PlainCareers(frames, level), PlainCareers(frames, level, bridge_gap=4, max_overlap=6)
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        mode, tenure = Movement(rule="mode-year"), Movement()
        found = agreement(tables, level=level, first=mode, second=tenure)
        expected = plain_agreement(plain.mode_moves(), plain.tenure_moves(), widest=2)
        assert (found.events, found.other_events, found.shared, found.outside + found.other_outside) == expected
        assert found.outside > 0
        assert 0 < found.shared < min(found.events, found.other_events)
        other = agreement(tables, level=level, first=Movement(bridge_gap=4, max_overlap=6), second=tenure)
        expected = plain_agreement(wide.tenure_moves(), plain.tenure_moves())
        assert (other.events, other.other_events, other.shared, other.outside) == expected


@pytest.mark.parametrize(
    ("asked", "error", "text"),
    [
        ({"kind": "move"}, BadParameter, "under rule tenure it is one of all, migration, visit, dual, open"),
        ({"rule": "origin"}, BadParameter, "gives classes of careers, no dated moves"),
        ({"from_place": "Atlantis"}, UnknownPlace, "There is no city named 'Atlantis'"),
        ({"author": "Zhao"}, BadParameter, "close to it: Ning Zhao = twin, Ning Zhào = clean"),
        ({"author": "0000-0000-0000-0000"}, BadParameter, "no author in this workspace has this id or ORCID"),
        ({"years": "1990:1991"}, EmptySelection, "There is no article of 1990:1991"),
        ({"top": -1}, BadParameter, "top = -1 can't be used"),
        ({"level": "planet"}, BadParameter, "level = 'planet' can't be used"),
    ],
)
def test_questions_that_can_not_be_answered(workspace, asked, error, text):
    with pytest.raises(error) as caught:
        sc.moves(workspace, **asked)
    assert text in str(caught.value)


def test_an_author_seen_nowhere_at_the_level_is_named(tmp_path):
    nowhere = example_workspace(tmp_path, tables=career_tables({"clean": {PKU: [2015]}, "lab": {"lab@": [2016]}}))
    answer = sc.careers(nowhere, author="lab", level="city")
    assert answer.frame.empty
    assert "Seen at no place of level city: lab." in answer.run.notes
    assert sc.careers(nowhere, author="clean", level="city").frame.place_id.tolist() == [BEIJING]


def test_the_figures_of_the_pages_are_drawn_from_the_careers_they_name(tmp_path):
    figures = Path(__file__).parents[2] / "docs" / "measures" / "figures"
    draw = runpy.run_path(str(figures / "draw.py"))
    assert {f"{name}.svg" for name in draw["FIGURES"]} == {path.name for path in figures.glob("*.svg")}
    rates = sc.ties(example_workspace(tmp_path / "ties", tables=team_tables(draw["TEAM"]))).frame
    drawn_ties = {-3: 1, -2: 0, -1: 1, 0: 0.5, 1: 0, 2: 1, 3: 0, 4: 0}
    assert dict(zip(rates.t, rates.rate, strict=True)) == drawn_ties, "as the page says under the figure"
    others = [name for name in draw["FIGURES"] if name != "returnee"]
    for name in others:
        del draw["FIGURES"][name]
    (drawn,) = draw["draw"](tmp_path)

    def texts(path):
        return re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))

    assert texts(drawn) == texts(figures / "returnee.svg")
    assert {"Returnee (A1)", "Nanjing University", "migration, return", "main place"} <= set(texts(drawn))
