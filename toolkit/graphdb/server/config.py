"""What the managed server is told: ``neo4j.conf``, Java's options, free ports."""

from __future__ import annotations

import hashlib
import socket
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import ServerError
from toolkit.graphdb.server.java import Java

__all__ = ["Launch", "choose_port", "main_class", "neo4j_conf", "port_is_free", "write_argfile"]

HOST = "127.0.0.1"
BOLT_PORT, HTTP_PORT = 7687, 7474
_ENTRY_POINT = "META-INF/services/org.neo4j.server.startup.EntryPoint"
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


@dataclass(frozen=True)
class Launch:
    """All that a start of Java on the server's jars needs."""

    java: Java
    jars: tuple[Path, ...]
    heap: str
    start_cache: Path | None
    """Java's ahead-of-time cache of loaded classes (Java 25 and later): halves the processor time of a start."""


def neo4j_conf(bolt_port: int, http_port: int) -> str:
    """Text of ``neo4j.conf``: loopback only, nothing sent anywhere, small logs."""
    settings = {
        "server.default_listen_address": HOST,
        "server.default_advertised_address": HOST,
        "server.bolt.listen_address": f"{HOST}:{bolt_port}",
        "server.bolt.advertised_address": f"{HOST}:{bolt_port}",
        "server.http.listen_address": f"{HOST}:{http_port}",
        "server.http.advertised_address": f"{HOST}:{http_port}",
        "server.https.enabled": "false",
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        "server.memory.pagecache.size": "256m",
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.size": "64m",
        "db.tx_log.rotation.retention_policy": "2 files",
        "server.directories.import": "import",
    }
    head = "# Written by scicities at every start: changes are lost.\n"
    return head + "".join(f"{name}={value}\n" for name, value in settings.items())


def port_is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
        return True


def choose_port(what: str, given: int | None, preferred: Iterable[int]) -> int:
    """The port given, else the first free one of ``preferred``, else any free one.

    Raises
    ------
    ServerError
        The port given is taken.
    """
    if given is not None:
        if not port_is_free(given):
            raise ServerError(f"The {what} port {given} is taken by another program; give another, or none.")
        return given
    for port in preferred:
        if port_is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def main_class(jars: Sequence[Path]) -> str:
    """The server's main class, from the ``neo4j`` jar's own declaration."""
    jar = next((path for path in jars if path.parent.parent.name == "neo4j"), None)
    if jar is None:
        raise ServerError("The list of jars has no org.neo4j:neo4j; regenerate it.")
    with zipfile.ZipFile(jar) as archive:
        lines = archive.read(_ENTRY_POINT).decode().splitlines()
    return next(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def start_cache(folder: Path, java: Java, jars: Sequence[Path]) -> Path | None:
    """Where Java's start cache for these jars lies; ``None`` where Java is too old for one.

    Java refuses a cache made with another build or other jar files, so both are in its name.
    """
    if java.major < 25:
        return None
    seen = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in jars]
    key = hashlib.sha256(repr((str(java.command), java.version, seen)).encode()).hexdigest()[:16]
    return folder / f"start-{key}.aot"


def write_argfile(path: Path, launch: Launch, *, record: Path | None = None) -> Path:
    """Write Java's options and class path as an argument file (the class path alone is 17 kB).

    Parameters
    ----------
    record
        Where this run shall leave a start cache when it ends.
    """
    options = [
        f"-Xmx{launch.heap}",
        "-XX:+UseG1GC",
        "-XX:-OmitStackTraceInFastThrow",
        "-XX:+AlwaysActAsServerClassMachine",
    ]
    options += [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
    options += [
        "-Dfile.encoding=UTF-8",
        "-Djdk.tls.rejectClientInitiatedRenegotiation=true",
        "-Dlog4j2.disable.jmx=true",
    ]
    if launch.java.major >= 17:
        options.append("--enable-native-access=ALL-UNNAMED")
    if launch.java.major >= 23:
        options.append("--sun-misc-unsafe-memory-access=allow")
    if record is not None:
        options.append(f"-XX:AOTCacheOutput={record}")
    elif launch.start_cache is not None and launch.start_cache.is_file():
        options.append(f"-XX:AOTCache={launch.start_cache}")
    options += ["-cp", ":".join(map(str, launch.jars))]
    path.parent.mkdir(parents=True, exist_ok=True)
    quoted = ('"' + option.replace("\\", "\\\\").replace('"', '\\"') + '"' for option in options)
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
    return path
