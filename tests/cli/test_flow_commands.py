"""Commands of flows, ready-made and counted here."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Cli


@pytest.fixture
def made(tmp_path: Path) -> Path:
    (tmp_path / "mine.csv").write_text(
        "origin,destination,year,count\nCN,JP,2019,5\nJP,CN,2020,2\nUS,CN,2020,1\nUS,Chna,2020,1\n"
    )
    return tmp_path


def test_ready_made_flows_are_taken_in_and_analysed(cli: Cli, made: Path) -> None:
    done = cli("ingest", "flows", made / "mine.csv", "-w", made / "data")
    assert done.code == 0
    assert "flows mine: 1 files, 4 counts read, 3 kept" in done.err
    assert "mine.csv:5: unknown place: no such country: US, Chna, 2020, 1; close: China = CN" in done.err
    found = cli("hubs", "--network", "mine", "-w", made / "data", "--measure", "strength", "--format", "json").rows()
    assert [(row["id"], row["strength"]) for row in found] == [("CN", 8.0), ("JP", 7.0), ("US", 1.0)]
    groups = cli("communities", "--network", "mine", "-w", made / "data", "--format", "json").rows()
    assert {row["id"] for row in groups} == {"CN", "JP", "US"}


def test_what_ready_made_networks_refuse(cli: Cli, made: Path) -> None:
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
