"""Ports, settings text, Java's arguments, the home folder: all without a server."""

from __future__ import annotations

import socket
import stat
import zipfile
from pathlib import Path

import pytest

from toolkit.errors import BadParameter, ServerError
from toolkit.graphdb.server.config import Launch, choose_port, main_class, neo4j_conf, port_is_free, write_argfile
from toolkit.graphdb.server.home import Home
from toolkit.graphdb.server.java import Java


@pytest.fixture
def taken():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_taken_port_is_not_free(taken):
    assert not port_is_free(taken)
    assert not port_is_free(99_999)


def test_preferred_port_when_free(taken):
    free = choose_port("Bolt", None, [])
    assert free != taken
    assert port_is_free(free)
    assert choose_port("Bolt", None, [free, taken]) == free


def test_another_port_when_the_preferred_are_taken(taken):
    chosen = choose_port("Bolt", None, [taken, taken])
    assert chosen != taken
    assert port_is_free(chosen)


def test_given_port_that_is_taken_is_named(taken):
    with pytest.raises(ServerError, match=f"Bolt port {taken} is taken by another program"):
        choose_port("Bolt", taken, [])


def test_conf_listens_on_loopback_only():
    settings = dict(line.split("=", 1) for line in neo4j_conf(1111, 2222).splitlines() if not line.startswith("#"))
    assert settings["server.bolt.listen_address"] == "127.0.0.1:1111"
    assert settings["server.http.listen_address"] == "127.0.0.1:2222"
    assert all("127.0.0.1" in value for name, value in settings.items() if name.endswith("address"))
    assert settings["dbms.usage_report.enabled"] == "false"
    assert settings["client.allow_telemetry"] == "false"
    assert settings["server.https.enabled"] == "false"


@pytest.mark.parametrize(("major", "unsafe"), [(17, False), (23, True), (25, True)])
def test_java_arguments_fit_the_version(tmp_path, major, unsafe):
    jars = (tmp_path / "a b" / "one.jar", tmp_path / "two.jar")
    launch = Launch(Java(Path("java"), str(major), major, "PATH"), jars, "800m", None)
    lines = write_argfile(tmp_path / "x.args", launch, program=["Main", 'a"b']).read_text().splitlines()
    assert '"-Xmx800m"' in lines
    assert ('"--sun-misc-unsafe-memory-access=allow"' in lines) is unsafe
    assert lines[-4:] == ['"-cp"', f'"{jars[0]}:{jars[1]}"', '"Main"', '"a\\"b"']
    assert stat.S_IMODE((tmp_path / "x.args").stat().st_mode) == 0o600


def test_main_class_is_the_jars_own(tmp_path):
    jar = tmp_path / "org" / "neo4j" / "neo4j" / "1.0" / "neo4j-1.0.jar"
    jar.parent.mkdir(parents=True)
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr("META-INF/services/org.neo4j.server.startup.EntryPoint", "# comment\n\norg.example.Main\n")
    assert main_class([tmp_path / "other" / "1" / "o.jar", jar]) == "org.example.Main"
    with pytest.raises(ServerError, match=r"no org\.neo4j:neo4j"):
        main_class([])


def test_password_is_the_owners_alone(tmp_path):
    home = Home(tmp_path)
    password = home.make_password()
    assert home.password() == password
    assert len(password) == 40
    assert password.isalnum()
    assert stat.S_IMODE(home.password_file.stat().st_mode) == 0o600
    assert home.make_password() != password


def test_lost_password_says_what_to_do(tmp_path):
    with pytest.raises(ServerError, match="is gone, and nobody knows"):
        Home(tmp_path).password()


def test_damaged_record_is_no_record(tmp_path):
    home = Home(tmp_path)
    for text in ("", "{", "[1]"):
        (tmp_path / "server.json").write_text(text)
        assert home.record() == {}
        assert home.ports() == (7687, 7474)


def test_ports_come_from_the_settings_when_the_record_is_lost(tmp_path):
    home = Home(tmp_path)
    home.make()
    home.write_conf(4711, 4712)
    assert home.ports() == (4711, 4712)
    home.write_record({"bolt_port": 1, "http_port": 2})
    assert home.ports() == (1, 2)


def test_killed_import_leaves_no_store(tmp_path):
    home = Home(tmp_path)
    home.make()
    for folder in ("databases", "transactions"):
        (tmp_path / "data" / folder / "neo4j").mkdir(parents=True)
        (tmp_path / "data" / folder / "system").mkdir()
    (tmp_path / "data" / "databases" / "neo4j" / "neostore").write_text("half")
    assert home.has_store
    with pytest.raises(KeyboardInterrupt), home.importing():
        raise KeyboardInterrupt
    assert not home.has_store
    home.discard_unfinished()
    assert sorted(str(path.relative_to(tmp_path / "data")) for path in (tmp_path / "data").rglob("*")) == [
        "databases",
        "databases/system",
        "transactions",
        "transactions/system",
    ]
    with home.importing():
        (tmp_path / "data" / "databases" / "neo4j").mkdir()
        (tmp_path / "data" / "databases" / "neo4j" / "neostore").write_text("whole")
    assert home.has_store


def test_one_at_a_time(tmp_path):
    home = Home(tmp_path)
    with home.alone(1), pytest.raises(ServerError, match="Another process is starting"), home.alone(0.1):
        pass
    with home.alone(0.1):
        pass


def test_home_in_the_way_of_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerError, match="can't be"), Home(tmp_path / "file" / "neo4j").alone(1):
        pass


@pytest.mark.parametrize("number", [0, -1, 65_536, 99_999])
def test_a_number_that_is_no_port_is_not_called_taken(number):
    with pytest.raises(BadParameter, match=rf"bolt_port = {number} .*from 1 to 65535"):
        choose_port("Bolt", number, [])
