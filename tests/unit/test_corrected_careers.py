"""Split and merged people in movement: what corrections of author ids do to moves, flows, ties and careers."""

from __future__ import annotations

import csv

import pytest

from toolkit.corpus.ingest import ingest_corrections
from toolkit.corpus.plain import ingest_tables
from toolkit.measures.answers import bridges, careers, event_study, flow_indicators, flows, moves, survival, ties
from toolkit.workspace import open_workspace

PLACES = {"PKU": ("Beijing", "CN"), "NJU": ("Nanjing", "CN"), "OXF": ("Oxford", "GB")}
# "p1" and "p1x" are one person, who leaves Nanjing for Beijing; "m" is two people, one at Oxford and one in Nanjing
ARTICLES = [
    *((f"n{year}", year, (("p1", "NJU"), ("friend", "NJU"))) for year in range(2005, 2010)),
    *((f"b{year}", year, (("p1x", "PKU"), ("friend", "NJU"))) for year in range(2010, 2013)),
    *((f"q{year}", year, (("p1x", "PKU"),)) for year in range(2013, 2016)),
    *((f"o{year}", year, (("m", "OXF"),)) for year in range(2005, 2008)),
    *((f"m{year}", year, (("m", "NJU"),)) for year in range(2009, 2016)),
]
MERGED_AND_SPLIT = "author_id,becomes,work_id\np1x,p1,\n" + "".join(
    f"m,m2,{work}\n" for work, _, signed in ARTICLES if signed == (("m", "NJU"),)
)


def records(folder, name, rename):
    """Tables of :data:`ARTICLES` with the id that ``rename`` gives each author on each work."""
    works, signed = folder / f"{name}-works.csv", folder / f"{name}-authorships.csv"
    with works.open("w", newline="") as a, signed.open("w", newline="") as b:
        of_works, of_signed = csv.writer(a), csv.writer(b)
        of_works.writerow(("id", "year"))
        of_signed.writerow(("work_id", "author_id", "author", "institution", "city", "country"))
        for work, year, authors in ARTICLES:
            of_works.writerow((work, year))
            for author, institution in authors:
                of_signed.writerow((work, rename(author, work), f"Name {author}", institution, *PLACES[institution]))
    return {"works": works, "authorships": signed}


def truly(author, work):
    """Who it is, as somebody who knows them would have written it."""
    return "m2" if work.startswith("m") else {"p1x": "p1"}.get(author, author)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corrected")
    (folder / "corrections.csv").write_text(MERGED_AND_SPLIT)
    return folder


@pytest.fixture(scope="module")
def workspaces(folder):
    """The records as they came, the same corrected, and records that were right from the start."""
    made = {}
    for name, rename in (("raw", lambda author, _: author), ("right", truly)):
        made[name] = open_workspace(folder / name)
        ingest_tables(made[name], **records(folder, name, rename))
    made["corrected"] = open_workspace(folder / "corrected")
    ingest_tables(made["corrected"], **records(folder, "corrected", lambda author, _: author))
    ingest_corrections(made["corrected"], folder / "corrections.csv")
    return made


def listed(workspace, **asked):
    found = moves(workspace, **asked).frame
    return [tuple(row) for row in found[["author_id", "from_name", "to_name", "year"]].to_numpy().tolist()]


def test_a_merge_makes_a_move_and_a_split_takes_one_away(workspaces):
    for name, expected in (
        ("raw", ("m", "Oxford", "Nanjing", 2009)),
        ("corrected", ("p1", "Nanjing", "Beijing", 2010)),
    ):
        for rule in ("tenure", "mode-year"):
            assert listed(workspaces[name], rule=rule) == [expected]
        found = flows(workspaces[name]).frame
        assert found[["from_name", "to_name", "researchers"]].to_numpy().tolist() == [[*expected[1:3], 1.0]]


def test_ties_of_the_merged_are_those_of_one_person(workspaces):
    rates = ties(workspaces["corrected"]).frame.set_index("t")
    assert rates.rate.to_dict() == {t: 1.0 if t < 3 else 0.0 for t in range(-5, 6)}
    kept = survival(workspaces["corrected"]).frame
    assert kept[["coauthors_before", "coauthors_kept", "pooled"]].to_numpy().tolist() == [[1, 1, 1]] * 2
    across = bridges(workspaces["corrected"]).frame
    assert across[["from_name", "to_name", "movers", "bridging_articles"]].to_numpy().tolist() == [["NJU", "PKU", 1, 3]]
    assert bridges(workspaces["raw"]).frame.empty


def test_careers_of_split_and_merged_people(workspaces):
    def career(name, author):
        found = careers(workspaces[name], author=author, level="city").frame
        return [(row.event, row.place_name, row.year) for row in found.itertuples()]

    assert career("corrected", "p1") == [
        ("tenure", "Nanjing", 2005),
        ("tenure", "Beijing", 2010),
        ("migration", "Beijing", 2010),
        ("move", "Beijing", 2010),
        ("bridge", "Beijing", 2010),
    ]
    assert career("corrected", "m") == [("tenure", "Oxford", 2005)]
    assert career("corrected", "m2") == [("tenure", "Nanjing", 2009)]
    assert [event for event, _, _ in career("raw", "m")] == ["tenure", "tenure", "migration", "move"]


def test_corrected_records_answer_as_records_that_were_right_from_the_start(workspaces):
    for asked in (
        lambda ws: flow_indicators(ws, by_year=True),
        lambda ws: event_study(ws, who="movers", level="city", replicates=0, comparison=None),
    ):
        corrected, right = asked(workspaces["corrected"]), asked(workspaces["right"])
        assert not right.frame.empty
        assert corrected.frame.equals(right.frame)
        assert corrected.run.facts == right.run.facts


def test_corrections_taken_back_give_the_old_moves(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(MERGED_AND_SPLIT)
    again = open_workspace(tmp_path / "again")
    ingest_tables(again, **records(tmp_path, "again", lambda author, _: author), corrections=file)
    assert listed(again) == [("p1", "Nanjing", "Beijing", 2010)]
    file.write_text("author_id,becomes\n")
    ingest_corrections(again, file)
    assert listed(again) == [("m", "Oxford", "Nanjing", 2009)]
