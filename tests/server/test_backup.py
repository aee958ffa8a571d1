"""Backup and restore of the local graph: one round trip, and what is refused before anything is touched."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from toolkit.cli import main
from toolkit.corpus.example import example_workspace, hand_tables
from toolkit.errors import ServerError
from toolkit.graphdb.backup import back_up, restore
from toolkit.graphdb.connection import open_graph
from toolkit.graphdb.load import load
from toolkit.graphdb.server import ManagedServer
from toolkit.graphdb.server.home import _MOVING, Home
from toolkit.settings import Settings
from toolkit.workspace import Workspace


@pytest.fixture
def workspace(tmp_path, server, empty_graph) -> Workspace:
    """A workspace whose own server is the suite's, loaded."""
    made = example_workspace(tmp_path / "records")
    made.neo4j.symlink_to(server.home)
    load(made, empty_graph)
    return made


def changed(file: Path, target: Path, *, dump: bytes | None = None, **changes: object) -> Path:
    """A backup file with another record or another dump."""
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w") as archive:
        record = json.loads(source.read("scicities-backup.json")) | changes
        archive.writestr("scicities-backup.json", json.dumps(record))
        archive.writestr("neo4j.dump", dump if dump is not None else source.read("neo4j.dump"))
    return target


def test_round_trip_and_what_is_refused(workspace, empty_graph, server, tmp_path, capfd):
    graph, file = empty_graph, tmp_path / "kept" / "graph.backup"
    graph.write("MATCH (c:City) SET c.community = 7")
    assert main(["server", "backup", str(file), "-w", str(workspace.root)]) == 0
    assert "nodes and relationships to" in capfd.readouterr().err
    assert [path.name for path in file.parent.iterdir()] == ["graph.backup"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert server.status().running

    graph.write("MATCH (c:City) DETACH DELETE c")
    other = example_workspace(tmp_path / "other", tables=hand_tables())
    other.neo4j.symlink_to(server.home)
    running = server.info().version
    refused = [
        (other, file, {}, "holds the graph of other records"),
        (
            workspace,
            file,
            {"neo4j_version": "5.1.0"},
            rf"can't read newer ones: set SCICITIES_NEO4J_VERSION={re.escape(running)}",
        ),
        (workspace, file, {"neo4j_uri": "neo4j://db.example.org"}, r"NEO4J_URI names neo4j://db\.example\.org"),
        (workspace, changed(file, tmp_path / "a", sha256="00"), {}, "its checksum is not the one written"),
        (workspace, changed(file, tmp_path / "b", more=1), {}, "is no backup of scicities"),
        (workspace, tmp_path / "none", {}, "can't be read or unpacked: No such file"),
    ]
    bomb = changed(file, tmp_path / "bomb", more="x" * 2_000_000)
    with zipfile.ZipFile(tmp_path / "packed", "w", zipfile.ZIP_DEFLATED) as packed, zipfile.ZipFile(file) as source:
        for member in source.namelist():
            packed.writestr(member, source.read(member))
    shutil.copy(file, tmp_path / "outside")
    with zipfile.ZipFile(tmp_path / "outside", "a") as archive:
        archive.writestr("../outside.txt", "x")
    refused += [
        (workspace, bomb, {}, "its record is too long"),
        (workspace, tmp_path / "packed", {}, "other or compressed members"),
        (workspace, tmp_path / "outside", {}, "other or compressed members"),
    ]
    (tmp_path / "words").write_text("no zip")
    refused.append((workspace, tmp_path / "words", {}, "is no backup of scicities"))
    pid = server.info().pid
    for where, what, settings, words in refused:
        with pytest.raises(ServerError, match=words):
            restore(where, what, settings=Settings(**{"neo4j_version": running, **settings}))
    assert server.info().pid == pid

    assert main(["server", "restore", str(file), "-w", str(workspace.root)]) == 0
    with open_graph("local", workspace=workspace) as fresh:
        rows = fresh.read("MATCH (c:City) RETURN count(c) AS cities, collect(DISTINCT c.community) AS communities")
        assert rows.to_dict("records") == [{"cities": 6, "communities": [7]}]
        # the suite's connection remembers transactions of the graph that went, and waits for their numbers
        for number in range(40):
            fresh.write("MATCH (l:Load) SET l.tick = $number", {"number": number})
        fresh.write("MATCH (l:Load) REMOVE l.tick")
    assert load(workspace, "local").unchanged


def test_a_dump_that_neo4j_refuses_leaves_the_graph_as_it_was(workspace, empty_graph, tmp_path, server):
    folder = tmp_path / "dump"
    folder.mkdir()
    (folder / "neo4j.dump").write_bytes(b"no dump at all")
    with pytest.raises(ServerError, match="The backup could not be read"):
        server.load_dump(folder)
    server.start()
    assert load(workspace, "local").unchanged


def test_an_unfinished_graph_is_not_backed_up(workspace, empty_graph, tmp_path):
    empty_graph.write("MATCH (l:Load) SET l.state = 'loading'")
    with pytest.raises(ServerError, match="is not complete; `scicities load` finishes it"):
        back_up(workspace, tmp_path / "graph.backup")
    assert not (tmp_path / "graph.backup").exists()


def test_nothing_to_back_up(tmp_path):
    with pytest.raises(ServerError, match="There is no graph to back up in"):
        back_up(Workspace(tmp_path / "empty"), tmp_path / "graph.backup")
    with pytest.raises(ServerError, match="There is no graph to back up in"):
        ManagedServer(tmp_path / "empty" / "neo4j").dump(tmp_path)


def test_a_restore_that_was_killed_is_taken_back(tmp_path):
    home = Home(tmp_path)
    home.make()
    store, logs = tmp_path / "data" / "databases" / "neo4j", tmp_path / "data" / "transactions" / "neo4j"
    for folder in (store, logs):
        folder.mkdir(parents=True)
        (folder / "neostore").write_text("old")
    killed = home.replacing()
    killed.__enter__()
    store.mkdir()
    (store / "neostore").write_text("half of the new")
    assert home.has_store
    Home(tmp_path).discard_unfinished()  # the next start
    assert [(folder / "neostore").read_text() for folder in (store, logs)] == ["old", "old"]
    assert not (tmp_path / "before").exists()
    with home.replacing():
        store.mkdir()
        (store / "neostore").write_text("new")
    assert (store / "neostore").read_text() == "new"
    assert not logs.exists()
    assert not (tmp_path / "import.unfinished").exists()


def test_a_restore_that_was_killed_in_an_empty_home_leaves_it_empty(tmp_path):
    home = Home(tmp_path)
    home.make()
    store = tmp_path / "data" / "databases" / "neo4j"
    killed = home.replacing()
    killed.__enter__()
    store.mkdir(parents=True)
    (store / "neostore").write_text("half of the new")
    assert not home.has_store
    home.discard_unfinished()
    assert not store.exists()


def test_a_restore_that_was_killed_while_it_put_things_aside_loses_nothing(tmp_path):
    home = Home(tmp_path)
    home.make()
    store, logs = tmp_path / "data" / "databases" / "neo4j", tmp_path / "data" / "transactions" / "neo4j"
    for folder in (store, logs):
        folder.mkdir(parents=True)
        (folder / "neostore").write_text("old")
    killed = home.replacing()
    killed.__enter__()
    (tmp_path / "before" / "neo4j.transactions").rename(logs)  # as if the second had not been moved yet
    (tmp_path / "import.unfinished").write_text(_MOVING)
    home.discard_unfinished()
    assert [(folder / "neostore").read_text() for folder in (store, logs)] == ["old", "old"]
