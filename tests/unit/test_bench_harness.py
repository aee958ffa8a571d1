"""The bench harness: ratios are of medians, equal output comes first, and every row of no server runs small."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


def comparison(ours, rival, *, same=lambda *_: {}, minimum=2.0, warm_up=True, repeats=3):
    from bench.harness import Comparison, Side

    return Comparison(
        name="row",
        title="A row",
        size="3 things",
        ours=Side("ours does it", ours, repeats=repeats),
        rival=Side("rival does it", rival, repeats=1),
        minimum=minimum,
        same=same,
        warm_up=warm_up,
    )


@pytest.fixture
def clock(monkeypatch):
    """A clock that only moves when a run says so."""
    from bench import harness

    now = [0.0]
    monkeypatch.setattr(harness.time, "perf_counter", lambda: now[0])

    def taking(*seconds):
        left = list(seconds)

        def run():
            now[0] += left.pop(0)
            return "output"

        return run

    return taking


def test_ratio_is_of_medians_without_the_warm_up(clock):
    from bench.harness import measured

    result = measured(comparison(clock(100, 1, 5, 2), clock(100, 8)))
    assert (result.ours_seconds, result.rival_seconds, result.ratio) == ([1.0, 5.0, 2.0], [8.0], 4.0)
    assert result.reached


def test_without_warm_up_the_first_run_counts(clock):
    from bench.harness import measured

    result = measured(comparison(clock(4, 4, 4), clock(6), warm_up=False))
    assert (result.ours_seconds, result.rival_seconds, result.ratio) == ([4.0, 4.0, 4.0], [6.0], 1.5)
    assert not result.reached


def test_different_output_ends_the_run_before_anything_is_timed():
    from bench.harness import WrongOutput, measured

    runs = []

    def same(one, other):
        raise WrongOutput("1 row more")

    with pytest.raises(WrongOutput, match="1 row more"):
        measured(comparison(lambda: runs.append("ours"), lambda: runs.append("rival"), same=same))
    assert runs == ["ours", "rival"]


def test_another_clock_and_another_measure_than_time(clock):
    from bench.harness import Comparison, Side, measured
    from bench.page import page

    ticks = iter(range(100))
    timed = replace(comparison(list, list), clock=lambda: float(next(ticks)))
    assert measured(timed).ours_seconds == [1.0, 1.0, 1.0]
    weighed = Comparison(
        name="weight",
        title="A weight",
        size="all",
        ours=Side("ours", lambda: {"weight": 1500.4}, repeats=1, value=lambda found: found["weight"]),
        rival=Side("the limit", lambda: 3000.8, repeats=1, value=float),
        minimum=1.0,
        same=lambda *_: {},
        unit="MB",
    )
    result = measured(weighed)
    assert (result.ours_seconds, result.rival_seconds, result.ratio) == ([1500.4], [3000.8], 2.0)
    text = page([{"row": "weight", "day": "2030-01-31", "machine": {}, "results": [asdict(result)]}])
    assert "| A weight | all | 1,500 MB | 3,001 MB | **2.0** | 1 |" in text
    assert "- ours: ours: 1,500 MB\n" in text


def test_a_part_of_the_files_is_taken_evenly():
    from bench.rows.ingest import part_of

    files = [Path(str(number)) for number in range(10)]
    assert part_of(files, 1.0) == files
    assert [int(path.name) for path in part_of(files, 0.5)] == [1, 3, 5, 7, 9]
    assert [int(path.name) for path in part_of(files, 0.1)] == [9]


def test_other_ways_to_ours_are_checked_and_are_facts(clock):
    from dataclasses import replace

    from bench.harness import Side, WrongOutput, measured

    beside = replace(comparison(clock(1, 1), clock(8), repeats=1), beside=(Side("the long way", clock(4)),))
    assert measured(replace(beside, warm_up=False, same=lambda *_: {"rows": 7})).facts == {
        "rows": 7,
        "the long way": "4.00 s, ratio 2.0",
    }

    def same(one, other):
        if one != other:
            raise WrongOutput(f"{one} is not {other}")
        return {}

    wrong = replace(beside, ours=Side("ours", clock(1)), rival=Side("rival", clock(8)), same=same)
    with pytest.raises(WrongOutput, match="a detour is not output"):
        measured(replace(wrong, beside=(Side("another", lambda: "a detour"),)))


def test_page_names_both_sides_the_size_and_what_was_missed(tmp_path, clock):
    from bench.harness import measured
    from bench.page import page, read_results, write_results

    result = measured(comparison(clock(1, 1, 1, 1), clock(1, 1.5), same=lambda *_: {"rows": "7"}))
    write_results(tmp_path, "row", [result], {"day": "2030-01-31", "machine": {"cores": "2"}})
    text = page(read_results(tmp_path, ["absent", "row"]))
    assert "| A row | 3 things | 1.00 s | 1.50 s | **1.5** **(missed)** | 2 |" in text
    assert "- ours: ours does it: 1.00 s, 1.00 s, 1.00 s\n- rival: rival does it: 1.50 s\n- rows: 7\n" in text
    assert "row:\n\nday 2030-01-31; cores 2\n" in text


def test_machine_names_nothing_of_its_owner():
    from bench.machine import described

    found = described()
    assert {"processor", "cores", "memory", "system", "python", "igraph"} <= found.keys()
    text = json.dumps(found)
    assert os.uname().nodename not in text
    assert str(Path.home()) not in text


ROWS = (
    "ingest",
    "measures",
    "output",
    "subjects",
    "ties",
    "movement",
    "kept_ties",
    "coverage",
    "hub_coverage",
    "hubs",
    "communities",
)
"""Those that start no server."""


def test_rows_run_small_and_give_equal_output(tmp_path):
    asked = [part for row in ROWS for part in ("--only", row)]
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", *asked, "--results", tmp_path, "--page", tmp_path / "p.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for row in ROWS:
        results = json.loads((tmp_path / f"{row}.json").read_text())["results"]
        assert results[0]["name"] == {"hubs": "pagerank", "hub_coverage": "hub_coverage, degree"}.get(row, row)
        assert all(result["ratio"] > 0 for result in results)
        assert all(f"{result['name']}: same output" in done.stderr for result in results)
    assert "p.md has no results yet of load, projection, queries, writeback, and says so" in done.stderr
    text = (tmp_path / "p.md").read_text(encoding="utf-8")
    assert "Not measured yet: load, projection, queries, writeback.\n\n| what |" in text
    assert "| Communities |" in text


def test_small_results_are_never_published():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "give --results and --page elsewhere" in done.stderr


def test_networks_have_the_size_asked_for_and_no_loops():
    from bench.networks import network
    from toolkit.network.arrays import EdgeArray

    made = network(200, 1_500, seed=3)
    table = made.table()
    assert table.num_rows == 1_500
    assert EdgeArray.from_edges(table).n_edges == 1_500
    assert all(a < b for a, b in zip(table["a_id"].to_pylist(), table["b_id"].to_pylist(), strict=True))
    assert network(200, 1_500, seed=3).table() == table


def test_memory_is_that_of_the_process_and_not_of_the_one_that_started_it():
    from bench.memory import most_memory

    held = bytearray(300_000_000)  # bytes of zeros that are never touched are not resident
    held[::4096] = b"x" * len(held[::4096])
    assert most_memory() > 300
    asked = "from bench.memory import most_memory; print(most_memory())"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 1 < float(done.stdout) < 200
