"""The jars' lock and their download, against a repository on this machine that misbehaves as told."""

from __future__ import annotations

import hashlib
import re
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from toolkit.errors import ServerError
from toolkit.graphdb.server import jars as jars_module
from toolkit.graphdb.server.jars import jar_path, locked_jars, read_lock, server_jars

VERSION = "1.2.3"
JARS = {("org.example", f"part{n}", VERSION, "native" if n == 2 else ""): f"content {n}".encode() for n in range(5)}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Repository:
    """A Maven repository whose answers a test scripts: by file name, a list of (status, body, promised length)."""

    def __init__(self) -> None:
        self.files = {jar_path(Path("/"), jar).as_posix(): content for jar, content in JARS.items()}
        self.script: dict[str, list[tuple[int, bytes, int]]] = {}
        self.asked: Counter[str] = Counter()

    def answer(self, path: str) -> tuple[int, bytes, int]:
        name = path.rpartition("/")[2]
        self.asked[name] += 1
        if self.script.get(name):
            return self.script[name].pop(0)
        body = self.files.get(path)
        return (404, b"", 0) if body is None else (200, body, len(body))


@pytest.fixture
def repository(monkeypatch, tmp_path):
    served = Repository()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body, length = served.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setattr("jgo.maven._core.DEFAULT_REMOTE_REPOS", {"local": f"http://127.0.0.1:{server.server_port}"})
    monkeypatch.setenv("SCICITIES_CACHE", str(tmp_path / "cache"))
    lock = {jar: digest(content) for jar, content in JARS.items()}
    monkeypatch.setattr(jars_module, "locked_jars", lambda version: lock if version == VERSION else {})
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


def contents(paths):
    return [path.read_bytes() for path in paths]


def left_over(tmp_path):
    return [path.name for path in (tmp_path / "cache" / "maven" / ".parts").glob("*")]


def test_fetched_once_and_in_the_locks_order(repository, tmp_path):
    seen = []
    paths = server_jars(VERSION, progress=lambda *step: seen.append(step))
    assert contents(paths) == list(JARS.values())
    assert paths[2].name == f"part2-{VERSION}-native.jar"
    assert seen == [("Neo4j's jars", done, 5) for done in range(6)]
    assert contents(server_jars(VERSION)) == list(JARS.values())
    assert sum(repository.asked.values()) == 5
    assert left_over(tmp_path) == []


def test_wrong_checksum_is_fetched_again(repository, tmp_path):
    name = f"part1-{VERSION}.jar"
    repository.script[name] = [(200, b"forged!!!", 9)]
    assert contents(server_jars(VERSION)) == list(JARS.values())
    assert repository.asked[name] == 2
    assert left_over(tmp_path) == []


def test_always_wrong_checksum_never_gets_in_place(repository):
    name = f"part1-{VERSION}.jar"
    repository.script[name] = [(200, b"forged!!!", 9)] * 9
    with pytest.raises(ServerError, match=f"{name} arrived with a wrong checksum"):
        server_jars(VERSION)
    repository.script.clear()
    assert contents(server_jars(VERSION)) == list(JARS.values())


def test_damaged_file_is_replaced(repository):
    paths = server_jars(VERSION)
    paths[3].write_bytes(b"cut")
    paths[4].unlink()
    assert contents(server_jars(VERSION)) == list(JARS.values())
    assert repository.asked == {path.name: 2 if path in paths[3:] else 1 for path in paths}


def test_body_cut_short_is_fetched_again(repository):
    repository.script[f"part0-{VERSION}.jar"] = [(200, b"cont", 9)]
    assert contents(server_jars(VERSION)) == list(JARS.values())


def test_busy_repository_is_asked_again(repository):
    repository.script[f"part0-{VERSION}.jar"] = [(503, b"", 0)]
    assert contents(server_jars(VERSION)) == list(JARS.values())


def test_killed_download_is_resumed(repository, tmp_path):
    name = f"part4-{VERSION}.jar"
    repository.script[name] = [(404, b"", 0)]
    with pytest.raises(ServerError, match="404"):
        server_jars(VERSION)
    (tmp_path / "cache" / "maven" / ".parts" / "part4-half").write_bytes(b"con")
    before = repository.asked.copy()
    server_jars(VERSION)
    assert {got for got in repository.asked if repository.asked[got] > before[got]} >= {name}
    assert left_over(tmp_path) == []
    assert max(repository.asked.values()) == 2


def test_two_at_once_fetch_once(repository):
    got = []
    threads = [threading.Thread(target=lambda: got.append(contents(server_jars(VERSION)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [list(JARS.values())] * 3
    assert max(repository.asked.values()) == 1


def test_no_network_says_what_works_and_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("SCICITIES_CACHE", str(tmp_path))

    def refuse(*_arguments, **_options):
        raise requests.ConnectionError("Name or service not known")

    monkeypatch.setattr(requests.Session, "get", refuse)
    with pytest.raises(ServerError) as error:
        server_jars("5.26.30")
    message = str(error.value)
    assert message.startswith("Neo4j's jars (156 MB, once per user) could not be downloaded")
    assert "is there a network? Only the graph needs them: every number" in message
    assert "`scicities server start` fetches what is still missing" in message
    assert "http" not in message


def test_unknown_version_without_network(monkeypatch, tmp_path):
    monkeypatch.setenv("SCICITIES_CACHE", str(tmp_path))
    monkeypatch.setattr(requests.Session, "get", lambda *_a, **_o: (_ for _ in ()).throw(requests.ConnectionError()))
    with pytest.raises(ServerError, match=r"The jars of Neo4j 5\.0\.99 could not be found"):
        server_jars("5.0.99")


def test_full_disk_is_named(repository, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 5_000_000})())
    with pytest.raises(ServerError, match="5 MB free; Neo4j's jars need 400 MB"):
        server_jars(VERSION)
    assert not repository.asked


def test_cache_that_is_a_file(monkeypatch, tmp_path):
    (tmp_path / "cache").write_text("")
    monkeypatch.setenv("SCICITIES_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ServerError, match="can't be written"):
        server_jars("5.26.30")


def test_missing_extra_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("SCICITIES_CACHE", str(tmp_path))
    monkeypatch.delitem(sys.modules, "toolkit.graphdb.server.maven", raising=False)
    monkeypatch.setitem(sys.modules, "jgo.maven", None)
    with pytest.raises(ServerError, match=r"needs the package jgo: pip install 'scicities\[server\]'"):
        server_jars("5.26.30")


def test_shipped_lock_is_whole():
    lock = locked_jars("5.26.30")
    assert len(lock) == 217
    assert list(lock)[:3] == [
        ("org.neo4j", "neo4j", "5.26.30", ""),
        ("org.neo4j.app", "neo4j-server", "5.26.30", ""),
        ("org.neo4j.client", "neo4j-browser", "5.24.0", ""),
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in lock.values())
    assert sum(bool(classifier) for *_, classifier in lock) == 4
    assert locked_jars("5.0.0") == {}


def test_lock_reads_what_it_writes(tmp_path):
    lock = {("a.b", "c", "1", ""): "00", ("a", "d", "2", "linux"): "11"}
    jars_module._write_lock(tmp_path / "lock", "1", lock)
    assert read_lock((tmp_path / "lock").read_text()) == lock
    assert (tmp_path / "lock").read_text().splitlines()[1:] == ["a.b:c:1 00", "a:d:2:linux 11"]
