"""Movement worked out by hand: the named careers and each clause of the three rules, on two engines."""

from __future__ import annotations

import ibis
import pytest

from toolkit.corpus.example import (
    BEIJING,
    CAM,
    CAS,
    CIAC,
    LAB,
    MIT,
    NANJING,
    NJU,
    OXF,
    PKU,
    UCAS_NANJING,
    career_tables,
)
from toolkit.errors import BadParameter
from toolkit.measures.movement.observations import corpus_span, observations, suspects
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import (
    first_years,
    movements,
    moves_counted,
    origin_classes,
    person_years,
    tenures,
)
from toolkit.measures.tables import Tables

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

MODE = Movement(rule="mode-year")


def years(first, last):
    return range(first, last + 1)


CAREERS = {
    # the three named ones
    "clean": {NJU: years(2005, 2015), PKU: years(2015, 2020)},
    "overlap": {MIT: years(2004, 2020), OXF: years(2016, 2024)},
    "returnee": {NJU: [*years(2000, 2004), *years(2012, 2018)], OXF: years(2005, 2011)},
    # tenures
    "visit": {NJU: years(2003, 2012), OXF: years(2006, 2008)},
    "long visit": {NJU: years(2003, 2014), OXF: years(2006, 2010)},
    "same end": {NJU: years(2003, 2008), OXF: years(2006, 2008)},
    "bridged": {UCAS_NANJING: [2003, 2006, 2009]},
    "broken": {NJU: [2003, 2007]},
    "gap in": {NJU: years(2003, 2005), PKU: years(2008, 2009)},
    "gap out": {NJU: years(2003, 2005), PKU: years(2009, 2010)},
    "two left": {NJU: years(2003, 2006), PKU: years(2004, 2006), OXF: years(2007, 2009)},
    "one stays": {NJU: years(2003, 2006), PKU: years(2004, 2012), OXF: years(2006, 2009)},
    "two new": {NJU: years(2003, 2006), PKU: years(2007, 2009), OXF: years(2007, 2010)},
    "both at once": {NJU: years(2003, 2006), PKU: years(2003, 2006), OXF: years(2007, 2009)},
    "back after a gap": {NJU: [2003, 2008], PKU: [2003]},
    "institute": {CIAC: years(2003, 2006), CAS: years(2007, 2009)},
    "out of the institute": {CIAC: years(2003, 2006), CAS: years(2007, 2009), OXF: years(2010, 2012)},
    "into the academy": {OXF: years(2003, 2006), CIAC: years(2003, 2006), CAS: years(2007, 2009)},
    "late": {NJU: years(2018, 2021), PKU: years(2022, 2024)},
    # main places
    "tie before": {PKU: [2003, 2004], NJU: [2004, 2005]},
    "tie after": {CAM: [2004], PKU: [2004], NJU: [2003], MIT: [2006]},
    "tie next": {CAM: [2004, 2005], PKU: [2004]},
    "tie of next": {CAM: [2004, 2005], PKU: [2004, 2005], OXF: [2007]},
    "six empty": {NJU: [2003], PKU: [2010]},
    "five empty": {NJU: [2003], PKU: [2009]},
    # origin
    "stays": {NJU: [2003, 2005]},
    "adds": {NJU: [2003, 2005], OXF: [2005]},
    "keeps both": {NJU: [2003, 2005], OXF: [2003, 2005]},
    "keeps some": {NJU: [2003, 2005], OXF: [2003]},
    "once": {NJU: [2003], OXF: [2003]},
    "no city": {LAB: [2003, 2005], NJU: [2004]},
}


@pytest.fixture(scope="module")
def duckdb():
    with Tables.on(ibis.duckdb.connect(), career_tables(CAREERS)) as placed:
        yield placed


@pytest.fixture(scope="module")
def sqlite():
    with Tables.on(ibis.sqlite.connect(), career_tables(CAREERS)) as placed:
        yield placed


@pytest.fixture(params=["duckdb", "sqlite"])
def tables(request):
    return request.getfixturevalue(request.param)


def found(rows, author, *columns):
    listed = rows.filter(rows.author_id == author).to_pyarrow().to_pylist()
    return sorted(tuple(row[name] for name in columns) for row in listed)


def pairs(tables, author, *columns, level="institution", **options):
    rows = movements(tables, level=level, movement=Movement(**options))
    return found(rows, author, "from_id", "to_id", "year", *columns)


def test_a_clean_move(tables):
    assert pairs(tables, "clean", "kind", "weight", "last_year_at_from") == [("nju", "pku", 2015, "migration", 1, 2015)]
    assert pairs(tables, "clean", "kind", "last_year_at_from", rule="mode-year") == [("nju", "pku", 2016, "move", 2015)]
    assert found(origin_classes(tables, level="institution"), "clean", "category") == [("migrant",)]


def test_a_long_overlap(tables):
    assert pairs(tables, "overlap", "kind", "weight") == [("mit", "oxf", 2016, "dual", 0)]
    assert pairs(tables, "overlap", "kind", max_overlap=5) == [("mit", "oxf", 2016, "migration")]
    assert pairs(tables, "overlap", "kind", max_overlap=4) == [("mit", "oxf", 2016, "dual")]
    assert pairs(tables, "overlap", "kind", rule="mode-year") == [("mit", "oxf", 2021, "move")]
    assert found(origin_classes(tables, level="institution"), "overlap", "category") == [("migrant",)]


def test_a_returnee(tables):
    flags = ("kind", "is_return", "returns_to_origin", "career_end", "career_age", "left_censored")
    for rule, kind in (("tenure", "migration"), ("mode-year", "move")):
        assert pairs(tables, "returnee", *flags, rule=rule) == [
            ("nju", "oxf", 2005, kind, False, False, False, 5, True),
            ("oxf", "nju", 2012, kind, True, True, True, 12, True),
        ]
    assert found(origin_classes(tables, level="country"), "returnee", "category") == [("return migrant",)]


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("visit", [("nju", "oxf", 2006, "visit", 2012)]),
        ("long visit", [("nju", "oxf", 2006, "dual", 2014)]),
        ("same end", [("nju", "oxf", 2006, "open", 2008)]),
        ("bridged", []),
        ("broken", []),
        ("gap in", [("nju", "pku", 2008, "migration", 2005)]),
        ("gap out", []),
        # PKU itself begins beside NJU and ends with it: open, and both send to Oxford
        (
            "two left",
            [
                ("nju", "oxf", 2007, "migration", 2006),
                ("nju", "pku", 2004, "open", 2006),
                ("pku", "oxf", 2007, "migration", 2006),
            ],
        ),
        # Oxford ends before PKU does, after four years: a visit from there, and no migration from NJU
        (
            "one stays",
            [
                ("nju", "oxf", 2006, "open", 2006),
                ("nju", "pku", 2004, "migration", 2006),
                ("pku", "oxf", 2006, "visit", 2012),
            ],
        ),
        ("two new", [("nju", "oxf", 2007, "migration", 2006), ("nju", "pku", 2007, "migration", 2006)]),
        ("both at once", [("nju", "oxf", 2007, "migration", 2006), ("pku", "oxf", 2007, "migration", 2006)]),
        ("institute", []),
        ("out of the institute", [("cas", "oxf", 2010, "migration", 2009)]),
        ("into the academy", [("oxf", "cas", 2007, "migration", 2006)]),
    ],
)  # fmt: skip
def test_what_a_new_tenure_follows_on(tables, author, expected):
    assert pairs(tables, author, "kind", "last_year_at_from") == sorted(expected)


def test_a_short_stay_beside_another_is_no_visit_when_visits_are_shorter(duckdb):
    assert pairs(duckdb, "visit", "kind", max_visit=2) == [("nju", "oxf", 2006, "open")]
    assert pairs(duckdb, "visit", "kind", max_visit=2, max_overlap=2) == [("nju", "oxf", 2006, "dual")]
    assert pairs(duckdb, "long visit", "kind", max_visit=5) == [("nju", "oxf", 2006, "visit")]


def test_gaps_that_are_bridged_and_joined(duckdb):
    def stays(author, gap):
        return found(tenures(duckdb, level="city", movement=Movement(bridge_gap=gap)), author, "start_year", "end_year")

    assert stays("bridged", 2) == [(2003, 2009)]
    assert stays("bridged", 1) == [(2003, 2003), (2006, 2006), (2009, 2009)]
    assert stays("broken", 2) == [(2003, 2003), (2007, 2007)], "a longer gap is not bridged in part"
    assert pairs(duckdb, "gap in", "kind", bridge_gap=1) == []
    assert pairs(duckdb, "gap in", "kind", bridge_gap=1, join_gap=2) == [("nju", "pku", 2008, "migration")]
    assert pairs(duckdb, "gap out", "kind", join_gap=3) == [("nju", "pku", 2009, "migration")]


def test_nobody_returns_from_where_they_were_last_seen_too(duckdb):
    # NJU and PKU ended last in the same year; one of them is where the author goes on
    assert pairs(duckdb, "back after a gap", "kind", join_gap=6) == []


def test_migrations_of_one_year_share_one_researcher(tables):
    for author in ("two new", "both at once"):
        assert [row[-1] for row in pairs(tables, author, "weight")] == [0.5, 0.5]
    assert pairs(tables, "both at once", "weight", "kind", rule="mode-year") == [], "every year ties up to the move"


def test_kin_neither_send_nor_receive(tables):
    assert pairs(tables, "institute", "kind", kin="keep") == [("ciac", "cas", 2007, "migration")]
    assert pairs(tables, "institute", "kind", rule="mode-year") == []
    assert pairs(tables, "institute", "kind", level="city") == [("2038180", BEIJING, 2007, "migration")]
    assert pairs(tables, "out of the institute", "kind", rule="mode-year") == [("cas", "oxf", 2010, "move")]
    both = [("ciac", "cas", 2007, 0.5), ("oxf", "cas", 2007, 0.5)]
    assert pairs(tables, "into the academy", "weight", kin="keep") == both
    assert pairs(tables, "into the academy", "weight") == [("oxf", "cas", 2007, 1)]


def test_late_moves_are_censored(duckdb):
    assert corpus_span(duckdb) == (2000, 2024)
    assert pairs(duckdb, "late", "censored", "weight") == [("nju", "pku", 2022, True, 1)]
    assert pairs(duckdb, "late", "censored", "weight", drop_censored=True) == [("nju", "pku", 2022, True, 0)]
    assert pairs(duckdb, "late", "censored", max_overlap=0) == [("nju", "pku", 2022, False)], "2022 = 2024 - 2"
    assert pairs(duckdb, "late", "censored", rule="mode-year") == [("nju", "pku", 2022, False)]
    kept = moves_counted(duckdb, level="institution", movement=Movement(drop_censored=True))
    assert found(kept, "late", "year") == []


def test_ties_of_the_main_place(tables):
    assert pairs(tables, "tie before", rule="mode-year") == [("pku", "nju", 2005)]
    # the tie of 2004 is between two places held neither before nor next: dropped
    assert pairs(tables, "tie after", "last_year_at_from", rule="mode-year") == [("nju", "mit", 2006, 2003)]
    assert pairs(tables, "tie next", rule="mode-year") == [], "2004 is Cambridge's, as 2005 is"
    assert pairs(tables, "tie of next", rule="mode-year") == [], "the next year ties too, so both are dropped"
    arbitrary = pairs(tables, "tie of next", rule="mode-year", ties="smallest-id")
    assert arbitrary == [("cam", "oxf", 2007)]


def test_changes_over_a_long_gap_are_in_no_flow(tables):
    assert pairs(tables, "six empty", "kind", "weight", rule="mode-year") == [("nju", "pku", 2010, "gap", 0)]
    assert pairs(tables, "five empty", "kind", "weight", rule="mode-year") == [("nju", "pku", 2009, "move", 1)]
    assert pairs(tables, "five empty", "kind", rule="mode-year", max_gap=4) == [("nju", "pku", 2009, "gap")]


@pytest.mark.parametrize(
    ("author", "category"),
    [
        ("stays", "stayer"),
        ("adds", "directional traveller"),
        ("keeps both", "non-directional traveller"),
        ("keeps some", "partly kept"),
        ("once", "single year"),
        ("returnee", "return migrant"),
        ("clean", "migrant"),
        ("one stays", "migrant"),
    ],
)
def test_classes_by_origin(duckdb, author, category):
    assert found(origin_classes(duckdb, level="institution"), author, "category") == [(category,)]


def test_places_without_a_city_are_not_seen_at_that_level(duckdb):
    seen = observations(duckdb, level="city")
    assert found(seen, "no city", "place_id", "year") == [(NANJING, 2004)]
    assert found(first_years(duckdb), "no city", "first_year", "left_censored") == [(2003, False)]
    assert found(first_years(duckdb), "returnee", "first_year", "left_censored") == [(2000, True)]
    assert found(origin_classes(duckdb, level="city"), "no city", "category") == [("single year",)]
    assert found(origin_classes(duckdb, level="institution"), "no city", "category") == [("return migrant",)]


def test_person_years(tables):
    def spent(place, movement):
        rows = person_years(tables, level="institution", movement=movement)
        listed = rows.filter(rows.place_id == place).to_pyarrow().to_pylist()
        return {row["year"]: row["person_years"] for row in listed}

    assert spent("ucas", Movement()) == dict.fromkeys(range(2003, 2010), 1), "bridged years run"
    assert spent("ucas", MODE) == dict.fromkeys([2003, 2006, 2009], 1)
    assert (spent("oxf", Movement())[2017], spent("mit", Movement())[2017]) == (1, 1), "both of the overlap"
    assert (spent("oxf", MODE).get(2017), spent("mit", MODE)[2017]) == (None, 1), "the main place is MIT still"
    assert spent("oxf", MODE)[2021] == 1


def test_suspects_have_too_many_places_in_a_year(duckdb):
    limit = Movement(max_places=1, drop_suspects=True)
    named = {
        row["author_id"]: row for row in suspects(duckdb, level="institution", movement=limit).to_pyarrow().to_pylist()
    }
    assert named["clean"] == {"author_id": "clean", "year": 2015, "places": 2}
    assert "gap in" not in named
    assert pairs(duckdb, "clean", max_places=1, drop_suspects=True) == []
    assert pairs(duckdb, "gap in", "kind", max_places=1, drop_suspects=True) == [("nju", "pku", 2008, "migration")]


def test_years_choose_moves_and_not_what_careers_are_read_from(duckdb):
    rows = movements(duckdb, level="institution", movement=Movement(), years=(2012, 2012))
    assert found(rows, "returnee", "from_id", "year", "is_return") == [("oxf", 2012, True)]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"rule": "modal"}, "rule = 'modal' can't be used: it is one of tenure, mode-year, origin."),
        ({"ties": "first"}, "ties = 'first' can't be used: it is one of earlier, smallest-id."),
        ({"max_gap": -1}, "max_gap = -1 can't be used: it is a whole number of years, at least 0."),
        ({"max_places": 0}, "max_places = 0 can't be used: it is a whole number of places, at least 1."),
        ({"join_gap": 1.5}, "join_gap = 1.5 can't be used: it is a whole number of years, at least 0, or left out."),
        ({"drop_censored": 1}, "drop_censored = 1 can't be used: it is True or False."),
    ],
)
def test_options_that_can_not_be(options, text):
    with pytest.raises(BadParameter) as error:
        Movement(**options)
    assert str(error.value) == text


def test_the_origin_rule_has_no_dated_moves(duckdb):
    for ask in (movements, person_years):
        with pytest.raises(BadParameter, match="gives classes of careers, no dated moves"):
            ask(duckdb, level="city", movement=Movement(rule="origin"))


def test_records_without_careers_give_empty_tables():
    with Tables.on(ibis.duckdb.connect(), {}) as nothing:
        assert corpus_span(nothing) == (0, 0)
        for rule in ("tenure", "mode-year"):
            assert movements(nothing, level="city", movement=Movement(rule=rule)).to_pyarrow().num_rows == 0
            assert person_years(nothing, level="city", movement=Movement(rule=rule)).to_pyarrow().num_rows == 0
        assert origin_classes(nothing, level="city").to_pyarrow().num_rows == 0
