"""``scicities repeat``: the rows of a file again, from its run record."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Cli

COMMANDS = {
    "share.csv": ("share", "--level", "country", "--by-year", "--top", "3"),
    "flows.parquet": ("flows", "--show", "suppliers", "--level", "country"),
    "hubs.json": ("hubs", "--measure", "strength", "--top", "4"),
    "titles.csv": ("check", "--list", "titles"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_is_written_again_from_its_record(cli: Cli, sample_workspace: Path, tmp_path: Path, name: str) -> None:
    first, again = tmp_path / name, tmp_path / f"again-{name}"
    assert cli(*COMMANDS[name], "-w", sample_workspace, "-o", first).code == 0
    done = cli("repeat", f"{first}.run.json", "-w", sample_workspace, "-o", again)
    assert done.code == 0, done.err
    assert again.read_bytes() == first.read_bytes()


def test_other_records_are_refused(cli: Cli, sample_workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "share.csv"
    assert cli("share", "-w", sample_workspace, "-o", file).code == 0
    done = cli("repeat", f"{file}.run.json", "-w", tmp_path / "empty")
    assert done.code == 4
    assert "The answer came from records" in done.err
    assert done.out == ""


def test_a_file_of_rows_is_no_record(cli: Cli, sample_workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "share.csv"
    assert cli("share", "-w", sample_workspace, "-o", file).code == 0
    done = cli("repeat", file, "-w", sample_workspace)
    assert done.code == 4
    assert "share.csv is no run record" in done.err
