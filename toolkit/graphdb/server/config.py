"""What the managed server is told: ``neo4j.conf``, Java's options, free ports."""

from __future__ import annotations

import os
import socket
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import BadParameter, ServerError
from toolkit.graphdb.browser.guide import SERVED_AT
from toolkit.graphdb.server.java import Java
from toolkit.graphdb.server.startcache import StartCache

__all__ = ["Launch", "choose_port", "import_arguments", "main_class", "neo4j_conf", "port_is_free", "write_argfile"]

HOST = "127.0.0.1"
BOLT_PORT, HTTP_PORT = 7687, 7474
PROCEDURES = ("db.*", "dbms.*", "tx.*")
"""What the server may load: its own procedures; no plugin that happens to be in its folders."""
GUIDE = f"{SERVED_AT}/guide.html"
_ENTRY_POINT = "META-INF/services/org.neo4j.server.startup.EntryPoint"


@dataclass(frozen=True)
class Launch:
    """All that a run of Java on the server's jars needs."""

    java: Java
    jars: tuple[Path, ...]
    heap: str
    cache: StartCache | None


def neo4j_conf(bolt_port: int, http_port: int, *, mend: bool = False) -> str:
    """Text of ``neo4j.conf``: loopback only, nothing sent anywhere, no files or addresses read, small logs.

    With ``mend`` a transaction whose writing was cut off, at the end of the log, is left out instead of refused.
    """
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
        # our guide opens once somebody has logged in, and only the ties that were asked for are drawn
        "browser.remote_content_hostname_whitelist": f"guides.neo4j.com,localhost,{HOST}",
        "browser.post_connect_cmd": f'config "autoComplete": false; guide http://{HOST}:{http_port}/browser/{GUIDE}',
        "server.memory.pagecache.size": "256m",
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.size": "64m",
        "db.tx_log.rotation.retention_policy": "2 files",
        "server.directories.import": "import",
        # nothing in scicities needs LOAD CSV (loading uses the import tool or parameters), plugins or the HTTP API
        "dbms.security.allow_csv_import_from_file_urls": "false",
        "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
        "dbms.security.procedures.allowlist": ",".join(PROCEDURES),
        "dbms.security.procedures.unrestricted": "",
        "server.http_enabled_modules": "BROWSER",
        "dbms.security.http_access_control_allow_origin": f"http://{HOST}:{http_port}",
        # a stop would else wait twice 5 s for more requests to come
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
        # so that another version than ours, without one of these settings, still starts
        "server.config.strict_validation.enabled": "false",
    }
    if mend:
        settings["internal.dbms.tx_log.fail_on_corrupted_log_files"] = "false"
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
    BadParameter
        It is no port.
    """
    if given is not None:
        if not 1 <= given <= 65_535:
            raise BadParameter(f"{what.lower()}_port", given, "a port is a number from 1 to 65535")
        if not port_is_free(given):
            raise ServerError(f"The {what} port {given} is taken by another program; give another, or none.")
        return given
    for port in preferred:
        if port_is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def import_arguments(
    nodes: Mapping[str, Sequence[Path]], relationships: Mapping[str, Sequence[Path]]
) -> tuple[Path, list[str]]:
    """Folder to run the import tool in, and the options that name its files by label and by type.

    Paths are relative to the folder: the tool splits them at commas and reads them as patterns, and a workspace may
    have a comma or a bracket in its path.
    """
    options = {"--nodes": nodes, "--relationships": relationships}
    files = [file.resolve() for groups in options.values() for group in groups.values() for file in group]
    folder = Path(os.path.commonpath([file.parent for file in files]))
    arguments = [
        f"{option}={label}=" + ",".join(str(file.resolve().relative_to(folder)) for file in group)
        for option, groups in options.items()
        for label, group in groups.items()
    ]
    return folder, arguments


def main_class(jars: Sequence[Path]) -> str:
    """The server's main class, from the ``neo4j`` jar's own declaration."""
    jar = next((path for path in jars if path.parent.parent.name == "neo4j"), None)
    if jar is None:
        raise ServerError("The list of jars has no org.neo4j:neo4j; regenerate it.")
    with zipfile.ZipFile(jar) as archive:
        lines = archive.read(_ENTRY_POINT).decode().splitlines()
    return next(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def write_argfile(path: Path, launch: Launch, *, record: Path | None = None, program: Sequence[str] = ()) -> Path:
    """Write Java's options and class path as an argument file (the class path alone is 17 kB).

    Parameters
    ----------
    record
        Where this run shall leave a cache for quicker starts when it ends.
    program
        Main class and its arguments, where they must not be seen in the machine's list of processes.
    """
    options = [
        f"-Xmx{launch.heap}",
        "-XX:+UseG1GC",
        "-XX:-OmitStackTraceInFastThrow",
        "-XX:+AlwaysActAsServerClassMachine",
    ]
    options += launch.java.module_options
    options += [
        "-Dfile.encoding=UTF-8",
        "-Djdk.tls.rejectClientInitiatedRenegotiation=true",
        "-Dlog4j2.disable.jmx=true",
    ]
    if launch.cache is not None:
        options += launch.cache.options(record)
    options += ["-cp", ":".join(map(str, launch.jars)), *program]
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    quoted = ('"' + option.replace("\\", "\\\\").replace('"', '\\"') + '"' for option in options)
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
    return path
