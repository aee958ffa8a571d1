"""The workspace folder: atomic replacement, recovery after a kill, one writer."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.errors import DataError, SettingsError
from toolkit.output_files import write_text_atomically
from toolkit.workspace import Workspace, open_workspace


def test_replacing_shows_the_old_folder_until_the_new_one_is_whole(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    with ws.writing(), ws.replacing(ws.corpus) as folder:
        (folder / "a").write_text("1")
        assert not ws.corpus.exists()
    assert (ws.corpus / "a").read_text() == "1"
    with ws.writing(), ws.replacing(ws.corpus) as folder:
        (folder / "b").write_text("2")
        assert (ws.corpus / "a").exists()
    assert [p.name for p in ws.corpus.iterdir()] == ["b"]
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["corpus"]


def _write_half(ws: Workspace, stopped: type[BaseException]) -> None:
    with ws.writing(), ws.replacing(ws.corpus) as folder:
        (folder / "a").write_text("half")
        raise stopped


def test_an_error_or_interrupt_leaves_the_old_folder(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    with ws.writing(), ws.replacing(ws.corpus) as folder:
        (folder / "a").write_text("1")
    for stopped in (ValueError, KeyboardInterrupt):
        with pytest.raises(stopped):
            _write_half(ws, stopped)
        assert (ws.corpus / "a").read_text() == "1"
        assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["corpus"]


def test_a_writer_killed_between_the_two_renames_is_tidied_up_on_opening(tmp_path: Path) -> None:
    (tmp_path / "corpus.old").mkdir()
    (tmp_path / "corpus.old" / "works.parquet").write_text("old")
    (tmp_path / "corpus.new").mkdir()
    ws = open_workspace(tmp_path)
    assert ws.table("works").read_text() == "old"
    assert not (tmp_path / "corpus.new").exists()


_HOLD = """
import sys, time
from pathlib import Path
from toolkit.workspace import Workspace
with Workspace(Path(sys.argv[1])).writing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_refused_and_a_killed_ones_lock_is_taken_over(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SettingsError, match=rf"process {holder.pid}\) is writing"), Workspace(tmp_path).writing():
            pass
        holder.kill()
    with Workspace(tmp_path).writing():
        assert (tmp_path / ".lock.pid").read_text().strip() == str(os.getpid())


def test_state_is_merged_and_a_broken_state_file_is_named(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    ws.update_state({"fingerprint": "f", "synthetic": True})
    ws.update_state({"snapshot": "2024-01-31"})
    assert (ws.fingerprint, ws.snapshot, ws.synthetic) == ("f", "2024-01-31", True)
    ws.state_path.write_text("{")
    with pytest.raises(DataError, match=r"state\.json is not readable"):
        ws.state()
    ws.state_path.write_text(json.dumps({"version": 99}))
    with pytest.raises(DataError, match="newer scicities"):
        ws.state()


def test_a_file_is_no_workspace_and_an_empty_one_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError, match="is a file"):
        open_workspace(file)
    with pytest.raises(DataError, match="scicities ingest openalex"):
        open_workspace(tmp_path / "nowhere").require_corpus()
    assert not (tmp_path / "nowhere").exists()


def test_the_environment_names_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCICITIES_WORKSPACE", str(tmp_path / "there"))
    opened = open_workspace()
    assert opened.root == tmp_path / "there"
    assert open_workspace(opened) is opened
    assert open_workspace(tmp_path / "here").root == tmp_path / "here"


def test_text_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    write_text_atomically(path, "Zürich\n")
    assert path.read_text(encoding="utf-8") == "Zürich\n"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]
