"""A short slice of every trial of ``make torture``; the statements that do more than read are in ``tests/server``."""

from __future__ import annotations

import json
from pathlib import Path

from torture.__main__ import page, save
from torture.disks import full_disks, two_processes
from torture.harness import Outcome
from torture.kills import killed_commands
from torture.mutations import READERS, mutated_records
from torture.names import hostile_names


def test_killed_commands_end_in_the_same_bytes(tmp_path: Path) -> None:
    outcome = killed_commands(tmp_path, kills=2, works=200)
    assert (outcome.tried, outcome.failures) == (2, [])


def test_damaged_records_are_accepted_or_rejected(tmp_path: Path) -> None:
    outcome = mutated_records(tmp_path, records=6 * len(READERS))
    assert (outcome.tried, outcome.failures) == (6 * len(READERS), [])


def test_names_print_no_escapes(tmp_path: Path) -> None:
    outcome = hostile_names(tmp_path, commands=1)
    assert (outcome.tried, outcome.failures) == (3, [])


def test_full_disks_leave_the_old_tables(tmp_path: Path) -> None:
    outcome = full_disks(tmp_path, attempts=2, works=200)
    assert outcome.failures in ([], ["no disk of its own could be mounted here (it takes root)"])


def test_two_processes_leave_whole_tables(tmp_path: Path) -> None:
    outcome = two_processes(tmp_path, attempts=1, works=200)
    assert (outcome.tried, outcome.failures) == (1, [])


def test_the_page_names_every_attempt_that_did_not_hold(tmp_path: Path) -> None:
    outcome = Outcome("kills", "nothing is lost", tried=3, failures=["build killed after 1.0 s: works.parquet"])
    save(tmp_path / "kills.json", outcome, seed=4)
    result = json.loads((tmp_path / "kills.json").read_text(encoding="utf-8"))
    text = page([result])
    assert f"| kills | nothing is lost | 3 | 2 | 0.0 min | {result['day']}, seed 4 |" in text
    assert text.endswith("Not held:\n\n- kills: build killed after 1.0 s: works.parquet\n")
