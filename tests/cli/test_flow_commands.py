"""Commands of flows, imported and counted here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Cli


@pytest.fixture
def made(tmp_path: Path) -> Path:
    (tmp_path / "mine.csv").write_text(
        "origin,destination,year,count\nCN,JP,2019,5\nJP,CN,2020,2\nUS,CN,2020,1\nUS,Chna,2020,1\n"
    )
    return tmp_path


def test_imported_flows_are_taken_in_and_analysed(cli: Cli, made: Path) -> None:
    done = cli("ingest", "flows", made / "mine.csv", "-w", made / "data")
    assert done.code == 0
    assert "flows mine: 1 files, 4 counts read, 4 kept" in done.err
    assert "mine.csv:5: kept with one end unlocated: unknown place: no such country: US, Chna, 2020, 1;" in done.err
    found = cli("hubs", "--network", "mine", "-w", made / "data", "--measure", "strength", "--format", "json").rows()
    assert [(row["id"], row["strength"]) for row in found] == [("CN", 8.0), ("JP", 7.0), ("US", 1.0)]
    groups = cli("communities", "--network", "mine", "-w", made / "data", "--format", "json").rows()
    assert {row["id"] for row in groups} == {"CN", "JP", "US"}


def test_what_imported_networks_refuse(cli: Cli, made: Path) -> None:
    cli("ingest", "flows", made / "mine.csv", "-w", made / "data")
    done = cli("hubs", "--network", "yours", "-w", made / "data")
    assert (done.code, "there are mine" in done.err) == (4, True)
    done = cli("hubs", "--network", "mine", "--write", "-w", made / "data")
    assert (done.code, "leave --from and --write out" in done.err) == (2, True)
    done = cli("ingest", "flows", made / "mine.csv", "--level", "planet", "-w", made / "data")
    assert (done.code, "one of country, region, city, institution, other" in done.err) == (4, True)
    done = cli("ingest", "network", made / "none.csv", "-w", made / "data")
    assert (done.code, "does not exist" in done.err) == (2, True)
    (made / "ties.csv").write_text("source,target\nx,y\nx,x\n")
    done = cli("ingest", "network", made / "ties.csv", "-w", made / "data")
    assert "network ties: 1 files, 2 edges read, 1 kept" in done.err
    assert "a node with itself" in done.err


def test_flows_of_the_sample(cli: Cli, sample_workspace: Path, tmp_path: Path) -> None:
    rows = cli("flows", "-w", sample_workspace, "--format", "json", "--top", "0").rows()
    assert list(rows[0]) == [
        *("from_id", "from_name", "to_id", "to_name", "year", "rule", "researchers", "moves", "censored"),
    ]
    done = cli(
        *("flows", "--indicators", "-w", sample_workspace, "--format", "json", "--top", "0"),
        *("--plot", tmp_path / "net.png", "--verbose"),
    )
    places = done.rows()
    assert "Wrote the figure to" in done.err
    assert (tmp_path / "net.png").stat().st_size > 10_000
    moved = sum(float(str(row["researchers"])) for row in rows)
    assert sum(float(str(row["inflow"])) for row in places) == pytest.approx(moved)
    assert sum(float(str(row["net"])) for row in places) == pytest.approx(0, abs=1e-9)
    assert "connectivity=" in done.err


def test_views_of_imported_flows(cli: Cli, made: Path) -> None:
    cli("ingest", "flows", made / "mine.csv", "-w", made / "data")
    asked = ("--network", "mine", "-w", made / "data", "--format", "json")
    assert [(row["name"], row["net"]) for row in cli("flows", "--indicators", *asked).rows()] == [
        ("Japan", 3.0),
        ("China", -2.0),
        ("United States", -2.0),
        ("unlocated", 1.0),
    ]
    system = cli("flows", "--show", "system", *asked).rows()[0]
    assert (system["places"], system["corridors"], system["connectivity"], system["effectiveness"]) == (3, 3, 0.5, 37.5)
    ways = cli("flows", "--show", "corridors", *asked, "--by-year").rows()
    assert [(row["year"], row["a_id"], row["b_id"], row["net"]) for row in ways] == [
        (2019, "CN", "JP", 5.0),
        (2020, "CN", "JP", -2.0),
        (2020, "CN", "US", -1.0),
    ]
    assert cli("flows", "--show", "suppliers", *asked).rows()[0]["name"] == "Japan"
    assert len(cli("flows", "--show", "communities", *asked, "--seed", "3").rows()) == 3
    done = cli("flows", *asked, "--plot", made / "chords.svg")
    assert (done.code, "United States" in (made / "chords.svg").read_text()) == (0, True)


def test_what_views_refuse(cli: Cli, made: Path) -> None:
    cli("ingest", "flows", made / "mine.csv", "-w", made / "data")
    asked = ("--network", "mine", "-w", made / "data")
    for arguments, code, words in (
        (("--show", "tree"), 4, "it is one of matrix, indicators"),
        (("--horizon", "3"), 4, "it says nothing about matrix, only about rates, gateways"),
        (("--show", "rates"), 4, "it says nothing about rates"),
        (("--rule", "mode-year"), 4, "these flows are imported"),
        (("--plot", made / "x.png", "--by-year"), 2, "over one window"),
        (("--plot", made / "x.txt"), 4, "ending is one of"),
    ):
        done = cli("flows", *asked, *arguments)
        assert done.code == code, arguments
        assert words in " ".join(done.err.split()), arguments


def test_groups_of_people(cli: Cli, sample_workspace: Path, tmp_path: Path) -> None:
    asked = ("-w", sample_workspace, "--format", "json", "--top", "0")
    mover = cli("moves", *asked).rows()[0]
    (tmp_path / "people.csv").write_text(f"author_id,group\n{mover['author_id']},mine\nA1,mine\n")
    done = cli("flows", "--show", "groups", "--by", "cohort,scope", "--people", tmp_path / "people.csv", *asked)
    groups = {row["cohort"]: row["researchers"] for row in done.rows() if row["cohort"] == "mine"}
    assert groups == {"mine": 1.0}
    assert "line 3: no author of the records: A1, mine" in " ".join(done.err.split())


def test_planted_groups_that_moved_together_are_found(cli: Cli, sample_folder: Path, sample_workspace: Path) -> None:
    groups: dict[int, set[str]] = {}
    for career in json.loads((sample_folder / "truth.json").read_text(encoding="utf-8"))["careers"]:
        if career.get("joint"):
            groups.setdefault(career["group"], set()).add(career["author_id"])
    asked = ("flows", "--show", "group-moves", "-w", sample_workspace, "--format", "json", "--top", "0")
    found = [set(str(row["author_ids"]).split()) for row in cli(*asked).rows()]
    assert groups
    assert sorted(map(sorted, found)) == sorted(map(sorted, groups.values()))
