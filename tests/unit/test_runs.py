"""Run records: ids, JSON round trip, timing."""

import json
from pathlib import Path

from toolkit.runs import RunRecord, recording, versions


def test_equal_questions_to_equal_data_share_an_id_and_others_do_not() -> None:
    first = RunRecord("share", {"level": "city", "years": (2015, 2024)}, fingerprint="f", seconds=1.0)
    assert first.run_id == RunRecord("share", {"years": [2015, 2024], "level": "city"}, fingerprint="f").run_id
    others = [
        RunRecord("rank", first.parameters, fingerprint="f"),
        RunRecord("share", {"level": "country"}, fingerprint="f"),
        RunRecord("share", first.parameters, fingerprint="g"),
    ]
    assert len({first.run_id, *(other.run_id for other in others)}) == 4


def test_a_record_survives_its_file(tmp_path: Path) -> None:
    with recording("hubs", {"level": "city"}, fingerprint="f", snapshot="2024-12-31") as timer:
        timer.rows["result"] = 3
        timer.notes.append("no hierarchy table")
        timer.facts["modularity"] = 0.5
    record = timer.record()
    path = record.write(tmp_path / "deep" / "a.csv.run.json")
    assert RunRecord.read(path) == record
    assert json.loads(path.read_text())["run_id"] == record.run_id
    assert record.started.endswith("+00:00")
    assert record.versions["duckdb"] == versions()["duckdb"]
