"""Query groups ``careers`` and ``ties``: rows of plain loops over the records, and the careers that were planted."""

from __future__ import annotations

from typing import Any

import pytest
from plain import graph_careers as plain
from plain.graph_careers import People
from plain.loaded_graph import WHOLE, Case, Loaded, same_rows

BEIJING, NEW_YORK, TOKYO = "1816670", "5128581", "1850147"
UNIVERSITY, OTHER = "0zz003117", "0zz059r17"
SHORT, EVER = (2018, 2021), (1900, 2100)


@pytest.fixture(scope="module")
def people(loaded: Loaded) -> People:
    return People(loaded.records)


PERSON, ENDS = ("researcher_id",), ("from_id", "to_id")
CASES: list[Case[People]] = [
    Case("careers.dual", lambda at: plain.dual(at, UNIVERSITY, 2, WHOLE), ("researcher_id", "other_id"), "years"),
    Case(
        "careers.dual",
        lambda at: plain.dual(at, OTHER, 4, SHORT),
        ("researcher_id", "other_id"),
        "years",
        SHORT,
        {"institution_id": OTHER, "min_years": 4},
    ),
    Case("careers.returnees", lambda at: plain.returnees(at, "CN", WHOLE, 1), PERSON),
    Case(
        "careers.returnees",
        lambda at: plain.returnees(at, "JP", WHOLE, 2),
        PERSON,
        params={"country": "Japan", "min_away": 2},
    ),
    Case("careers.moved_together", lambda at: plain.moved_together(at, 3, WHOLE), (*ENDS, "first_year"), "people"),
    Case(
        "careers.moved_together",
        lambda at: plain.moved_together(at, 1, SHORT),
        (*ENDS, "first_year"),
        "people",
        SHORT,
        {"min_people": 1},
    ),
    Case("careers.leavers", lambda at: plain.leavers(at, UNIVERSITY, WHOLE), PERSON, "left_year"),
    Case(
        "careers.leavers",
        lambda at: plain.leavers(at, OTHER, SHORT),
        PERSON,
        "left_year",
        SHORT,
        {"institution_id": OTHER},
    ),
    Case(
        "careers.through_city",
        lambda at: plain.through_city(at, TOKYO, 3, WHOLE),
        ("researcher_id", "from_city_id", "to_city_id"),
        "arrived",
        params={"city_id": TOKYO, "horizon": 3},
    ),
    Case(
        "careers.through_city",
        lambda at: plain.through_city(at, NEW_YORK, 10, WHOLE),
        ("researcher_id", "from_city_id", "to_city_id"),
        "arrived",
    ),
    Case("ties.after_moves", lambda at: plain.after_moves(at, SHORT, 3, "tenure"), (*ENDS, "year"), None, SHORT),
    Case(
        "ties.after_moves",
        lambda at: plain.after_moves(at, WHOLE, 2, "mode-year"),
        (*ENDS, "year"),
        "researchers",
        params={"rule": "mode-year", "around": 2},
    ),
    Case(
        "ties.bridging_people",
        lambda at: plain.bridging_people(at, UNIVERSITY, OTHER, EVER),
        ("second_year", "researcher_id", "from_year"),
        None,
        EVER,
    ),
    Case(
        "ties.grown_after_moves",
        lambda at: plain.grown_after_moves(at, SHORT, 3, "tenure"),
        ("a_id", "b_id"),
        "change",
        SHORT,
    ),
    Case(
        "ties.grown_after_moves",
        lambda at: plain.grown_after_moves(at, WHOLE, 2, "mode-year"),
        ("a_id", "b_id"),
        "change",
        params={"rule": "mode-year", "around": 2},
    ),
    Case(
        "ties.dual_between_cities",
        lambda at: plain.dual_between_cities(at, BEIJING, 2, WHOLE),
        ("other_id",),
        "researchers",
    ),
    Case(
        "ties.dual_between_cities",
        lambda at: plain.dual_between_cities(at, NEW_YORK, 3, SHORT),
        ("other_id",),
        "researchers",
        SHORT,
        {"city_id": NEW_YORK, "min_years": 3},
    ),
    Case(
        "ties.former_institutions",
        lambda at: plain.former_institutions(at, UNIVERSITY, WHOLE, 3),
        ("former_id",),
        "recruits",
    ),
    Case(
        "ties.former_institutions",
        lambda at: plain.former_institutions(at, OTHER, SHORT, 2),
        ("former_id",),
        "recruits",
        SHORT,
        {"institution_id": OTHER, "around": 2},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rows_are_those_of_plain_loops(loaded: Loaded, people: People, case: Case[People]) -> None:
    frame = case.frame(loaded, people)
    if case.by:
        descending = frame[case.by].is_monotonic_decreasing
        assert descending


def test_tenures_are_the_persons(loaded: Loaded, people: People) -> None:
    several = sorted((person for person, stays in people.stays.items() if len(stays) > 2), key=str)
    for person in [*several[:3], several[-1]]:
        frame = loaded.rows("careers.tenures", researcher_id=person)
        same_rows(frame, plain.tenures(people, person), keys=("from_year", "institution_id"))
    assert len(loaded.rows("careers.tenures", (2019, 2019), researcher_id=several[-1])) < len(people.stays[several[-1]])
    assert loaded.rows("careers.tenures", researcher_id="A1").empty


# what was planted comes out again


def planted(loaded: Loaded, kind: str) -> list[dict[str, Any]]:
    return [career for career in loaded.truth.content["careers"] if career["kind"] == kind]


def test_planted_groups_are_those_that_moved_together(loaded: Loaded) -> None:
    groups: dict[int, list[dict[str, Any]]] = {}
    for career in planted(loaded, "group"):
        groups.setdefault(career["group"], []).append(career)
    wanted = {
        (
            members[0]["moves"][0]["from_id"],
            members[0]["moves"][0]["to_id"],
            min(member["moves"][0]["year"] for member in members),
            tuple(sorted(member["author_id"] for member in members)),
        )
        for members in groups.values()
    }
    frame = loaded.rows("careers.moved_together")
    found = zip(frame.from_id, frame.to_id, frame.first_year, map(tuple, frame.researcher_ids), strict=True)
    assert set(found) == wanted != set()


def test_planted_returnees_between_countries_come_back(loaded: Loaded, people: People) -> None:
    wanted = {}
    for career in planted(loaded, "return"):
        out, back = career["moves"]
        home, away = (people.countries(out[end]) for end in ("from_id", "to_id"))
        if not set(home) & set(away):
            wanted[career["author_id"], home[0]] = back["year"]
    found = {
        (row.researcher_id, country): row.returned_year
        for country in {country for _, country in wanted}
        for row in loaded.rows("careers.returnees", country=country).itertuples()
    }
    assert wanted
    assert wanted.items() <= found.items()


def test_planted_leavers_are_where_they_went(loaded: Loaded) -> None:
    told = 0
    for career in planted(loaded, "group") + planted(loaded, "abroad"):
        (move,) = career["moves"]
        frame = loaded.rows("careers.leavers", institution_id=move["from_id"]).set_index("researcher_id")
        assert frame.loc[career["author_id"], ["now_id", "since"]].tolist() == [move["to_id"], move["year"]]
        told += 1
    assert told > 2


def test_planted_people_at_two_places_are_dual(loaded: Loaded) -> None:
    for career in planted(loaded, "dual"):
        places = {place for found in career["articles"].values() for place in found}
        one, other = sorted(places)
        frame = loaded.rows("careers.dual", institution_id=one)
        row = frame[(frame.researcher_id == career["author_id"]) & (frame.other_id == other)]
        assert len(row) == 1
        assert row.years.item() >= 4
        people = loaded.rows("ties.bridging_people", EVER, institution_id=one, other_institution_id=other)
        assert (career["author_id"], "at once") in set(zip(people.researcher_id, people.way, strict=True))
