"""The managed server of one workspace: start, stop, look, fill.

::

    neo4j/
      conf/neo4j.conf   written at every start
      data/ logs/ import/
      password          of user neo4j; only its owner can read it
      server.json       process, ports, version of the last start
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import neo4j
from filelock import FileLock, Timeout
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from toolkit.errors import ServerError
from toolkit.graphdb.server.config import (
    BOLT_PORT,
    HOST,
    HTTP_PORT,
    Launch,
    choose_port,
    main_class,
    neo4j_conf,
    start_cache,
    write_argfile,
)
from toolkit.graphdb.server.jars import server_jars
from toolkit.graphdb.server.java import find_java
from toolkit.graphdb.server.process import Process, find_process, start_detached, telling_line
from toolkit.settings import Settings, cache_folder
from toolkit.workspace import write_text_atomically

__all__ = ["ManagedServer", "ServerInfo", "ServerStatus"]

Progress = Callable[[str, int, int], None]
USER = "neo4j"
DATABASE = "neo4j"
_ADMIN = "org.neo4j.cli.AdminTool"
_STOP_TIMEOUT, _RECORDING_TIMEOUT = 60.0, 180.0


@dataclass(frozen=True)
class ServerInfo:
    """How to reach a running server."""

    uri: str
    http_url: str
    username: str
    password: str
    version: str
    pid: int

    def __repr__(self) -> str:
        return f"ServerInfo(uri={self.uri!r}, http_url={self.http_url!r}, version={self.version!r}, pid={self.pid})"


@dataclass(frozen=True)
class ServerStatus:
    """What the server does and takes: uptime [s], store and resident memory [bytes]; zero where it is stopped."""

    running: bool
    home: Path
    version: str
    uri: str
    http_url: str
    pid: int | None
    uptime: float
    store_bytes: int
    memory_bytes: int


class ManagedServer:
    """Neo4j Community on the folder ``home``, for this user on this machine only.

    Parameters
    ----------
    home
        The server's home, usually ``workspace.neo4j``; made at the first start.
    settings
        Version and heap.
    progress
        Called as ``progress(stage, done, total)``.

    Notes
    -----
    Made without touching anything; starting takes 3-10 s, and once per user the download of the jars. The first
    :meth:`stop` takes some seconds more: Java then leaves a cache that halves the time of every later start.
    """

    def __init__(self, home: Path, *, settings: Settings | None = None, progress: Progress | None = None) -> None:
        self.home = home.expanduser().resolve()
        self.settings = settings or Settings()
        self._progress = progress

    # ---- life

    def start(self, *, timeout: float = 120, bolt_port: int | None = None, http_port: int | None = None) -> ServerInfo:
        """Start the server, or join the one that already runs, and return once it answers our password.

        Parameters
        ----------
        timeout
            Seconds it may take to answer, downloads not counted.
        bolt_port, http_port
            Ports that must be used; by default the last ones, else 7687 and 7474, else any that are free.

        Raises
        ------
        ServerError
            No Java, no jars, a port taken, data locked or of another password, disk full, or no answer in time. The
            data is left as it was.
        """
        with self._alone(timeout):
            process = self._process()
            if process is None:
                process = self._launch(bolt_port, http_port)
            elif {bolt_port, http_port} - {None, *self._ports()}:
                raise ServerError(
                    f"The server of {self.home} already runs on the ports {self._ports()}; stop it to change them."
                )
            self._await_answer(process, timeout)
            return self.info()

    def stop(self) -> bool:
        """Stop the server; whether one ran. Data, password and ports stay for the next start."""
        with self._alone(_STOP_TIMEOUT):
            return self._stop()

    def info(self) -> ServerInfo:
        """How to reach the server.

        Raises
        ------
        ServerError
            It does not run.
        """
        process = self._process()
        if process is None:
            raise ServerError(f"No server runs on {self.home}; `scicities server start` starts it.")
        bolt, http = self._ports()
        version = str(self._record().get("version", self.settings.neo4j_version))
        return ServerInfo(
            f"bolt://{HOST}:{bolt}", f"http://{HOST}:{http}", USER, self._password(), version, process.pid
        )

    def status(self) -> ServerStatus:
        """Whether the server runs, where, since when, and what it takes."""
        process = self._process()
        bolt, http = self._ports()
        return ServerStatus(
            running=process is not None,
            home=self.home,
            version=str(self._record().get("version", self.settings.neo4j_version)),
            uri=f"bolt://{HOST}:{bolt}" if process else "",
            http_url=f"http://{HOST}:{http}" if process else "",
            pid=process.pid if process else None,
            uptime=time.time() - process.started if process else 0.0,
            store_bytes=_folder_size(self._database) + _folder_size(self._transactions),
            memory_bytes=process.memory() if process else 0,
        )

    def logs(self, lines: int = 50) -> str:
        """Last lines of the server's log, and what Java itself said before them."""
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in self._log_files() if path.is_file()]
        return "\n".join("\n".join(texts).splitlines()[-lines:])

    # ---- content

    def is_fresh(self) -> bool:
        """Whether nothing was loaded yet: no store, or one without nodes (asked of the server, which is started)."""
        if self._unfinished.exists() or not (self._database / "neostore").exists():
            return True
        info = self.start()
        with _driver(info.uri, info.password) as driver:
            records = driver.execute_query("MATCH (n) RETURN count(n) AS nodes", database_=DATABASE).records
        return bool(records[0]["nodes"] == 0)

    def import_csv(
        self,
        nodes: Mapping[str, Sequence[Path]],
        relationships: Mapping[str, Sequence[Path]],
        *,
        options: Sequence[str] = (),
        timeout: float = 120,
    ) -> ServerInfo:
        """Replace the whole graph by csv files with Neo4j's import tool, and start the server on it.

        Parameters
        ----------
        nodes
            Files by label or labels (``City`` or ``City:Place``): a header file, then its parts, or files that each
            begin with their own header.
        relationships
            The same by type.
        options
            Further options of ``database import full``, for example ``--multiline-fields=true``.
        timeout
            Seconds the server may take to answer afterwards.

        Raises
        ------
        ServerError
            The tool refused the files; the message ends with its own words. The graph is then empty.

        Notes
        -----
        The server is stopped meanwhile. Password and ports stay (they are not in this database). Killed anywhere, the
        next start begins with an empty graph, and the import can be run again.
        """
        arguments = ["database", "import", "full", DATABASE, "--overwrite-destination"]
        for option, groups in (("--nodes", nodes), ("--relationships", relationships)):
            for label, files in groups.items():
                arguments.append(f"{option}={label}={','.join(str(file.resolve()) for file in files)}")
        report = self.home / "logs" / "import.report"
        arguments += [f"--report-file={report}", *options]
        with self._alone(timeout):
            self._stop()
            launch = self._prepare()
            self._unfinished.write_text("An import was begun and has not ended; the next start discards it.\n")
            self._say("Importing", 0, 1)
            self._admin(launch, arguments, "The import was refused", report)
            self._unfinished.unlink()
            self._say("Importing", 1, 1)
        return self.start(timeout=timeout)

    # ---- inside

    def _launch(self, bolt_port: int | None, http_port: int | None) -> Process:
        last = self._record()
        bolt = choose_port("Bolt", bolt_port, [last.get("bolt_port", BOLT_PORT), BOLT_PORT])
        http = choose_port("HTTP", http_port, [last.get("http_port", HTTP_PORT), HTTP_PORT])
        launch = self._prepare()
        self._discard_unfinished()
        (self.home / "conf" / "neo4j.conf").write_text(neo4j_conf(bolt, http), encoding="utf-8")
        recording = self._recording(launch)
        arguments = write_argfile(self.home / "conf" / "java.args", launch, record=recording)
        command = [
            launch.java.command,
            f"@{arguments}",
            main_class(launch.jars),
            f"--home-dir={self.home}",
            f"--config-dir={self.home / 'conf'}",
        ]
        self._say("Starting Neo4j", 0, 1)
        for log in self._log_files():
            log.unlink(missing_ok=True)  # so that what is read after a failure is of this start
        process = start_detached(command, self.home / "logs" / "console.log", {})
        record = {
            "pid": process.pid,
            "bolt_port": bolt,
            "http_port": http,
            "version": self.settings.neo4j_version,
            "java": launch.java.version,
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "recording": str(recording) if recording else "",
            "start_cache": str(launch.start_cache) if recording else "",
        }
        write_text_atomically(self.home / "server.json", json.dumps(record, indent=1) + "\n")
        return process

    def _prepare(self) -> Launch:
        """Everything a run of Java needs: Java, jars, folders, a password."""
        java = find_java()
        jars = server_jars(self.settings.neo4j_version, progress=self._progress)
        try:
            for folder in ("conf", "data", "logs", "import"):
                (self.home / folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServerError(f"The server's home {self.home} can't be made: {error.strerror}.") from error
        folder = cache_folder() / "java"
        folder.mkdir(parents=True, exist_ok=True)
        launch = Launch(java, tuple(jars), self.settings.neo4j_heap, start_cache(folder, java, jars))
        self._ensure_password(launch)
        return launch

    def _ensure_password(self, launch: Launch) -> None:
        file = self.home / "password"
        initialised = self.home / "data" / "dbms" / "auth.ini"
        if file.is_file() and initialised.exists():
            return
        if initialised.exists():
            raise ServerError(
                f"{file} is gone, and nobody knows the server's password without it. Put it back, or remove "
                f"{self.home} and run `scicities load`: the graph is made anew from the workspace."
            )
        with contextlib.suppress(FileNotFoundError):
            file.unlink()
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(24))
        # Neo4j's own settings file must be there before its admin tool is asked anything
        (self.home / "conf" / "neo4j.conf").write_text(neo4j_conf(BOLT_PORT, HTTP_PORT), encoding="utf-8")
        self._admin(launch, ["dbms", "set-initial-password", self._password()], "The password could not be set")

    def _password(self) -> str:
        try:
            return (self.home / "password").read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ServerError(
                f"The server's password can't be read from {error.filename}: {error.strerror}."
            ) from error

    def _admin(self, launch: Launch, arguments: Sequence[str], refused: str, report: Path | None = None) -> None:
        """Run Neo4j's admin tool on this home."""
        options = write_argfile(self.home / "conf" / "admin.args", launch)
        environment = {**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        log = self.home / "logs" / "admin.log"
        with log.open("wb") as output:
            command = [launch.java.command, f"@{options}", f"-Dbasedir={self.home}", _ADMIN, *arguments]
            code = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, check=False
            ).returncode
        if code:
            told = [report.read_text(errors="replace")[:600]] if report and report.is_file() else []
            raise ServerError("\n".join([f"{refused}: {telling_line(log)} (all of it in {log})", *told]).strip())

    def _await_answer(self, process: Process, timeout: float) -> None:
        info, begun = self.info(), time.monotonic()
        with _driver(info.uri, info.password) as driver:
            while True:
                try:
                    driver.execute_query("RETURN 1", database_=DATABASE)
                except AuthError:
                    raise ServerError(
                        f"The server does not take the password in {self.home / 'password'}. If it was "
                        "changed by hand, write the new one there."
                    ) from None
                except (DriverError, Neo4jError, OSError) as error:
                    if not process.alive():
                        told = telling_line(*self._log_files())
                        raise ServerError(
                            f"Neo4j ended while starting: {told} (logs in {self.home / 'logs'})."
                        ) from None
                    if time.monotonic() - begun > timeout:
                        raise ServerError(
                            f"Neo4j (process {process.pid}) has not answered for {timeout:.0f} s: {error} "
                            "`scicities server logs` shows what it does."
                        ) from error
                    time.sleep(0.1)
                else:
                    self._say("Starting Neo4j", 1, 1)
                    return

    def _stop(self) -> bool:
        process = self._process()
        if process is None:
            return False
        record = self._record()
        recording = Path(record["recording"]) if record.get("recording") else None
        if recording is not None:
            self._say("Stopping Neo4j and keeping a cache for quicker starts", 0, 1)
        ended = process.end(_RECORDING_TIMEOUT if recording else _STOP_TIMEOUT)
        if recording is not None:
            if ended and recording.is_file():
                recording.replace(record["start_cache"])
            recording.unlink(missing_ok=True)
            recording.with_name(recording.name + ".config").unlink(missing_ok=True)
        write_text_atomically(self.home / "server.json", json.dumps({**record, "pid": None, "recording": ""}) + "\n")
        return True

    def _recording(self, launch: Launch) -> Path | None:
        """Where this run leaves a start cache: nowhere if there is one already, or room is short."""
        cache = launch.start_cache
        if cache is None or cache.is_file() or shutil.disk_usage(cache.parent).free < 500_000_000:
            return None
        return cache.with_name(f"{cache.stem}.{os.getpid()}.new")

    def _discard_unfinished(self) -> None:
        if self._unfinished.exists():
            shutil.rmtree(self._database, ignore_errors=True)
            shutil.rmtree(self._transactions, ignore_errors=True)
            self._unfinished.unlink()

    def _process(self) -> Process | None:
        return find_process(self.home, self._record().get("pid"))

    def _record(self) -> dict[str, Any]:
        try:
            record = json.loads((self.home / "server.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

    def _ports(self) -> tuple[int, int]:
        """Ports of the last start, from the settings file where ``server.json`` was lost."""
        record = self._record()
        if "bolt_port" in record:
            return int(record["bolt_port"]), int(record["http_port"])
        found = [BOLT_PORT, HTTP_PORT]
        with contextlib.suppress(OSError):
            for line in (self.home / "conf" / "neo4j.conf").read_text().splitlines():
                for at, name in enumerate(("server.bolt.listen_address", "server.http.listen_address")):
                    if line.startswith(name):
                        found[at] = int(line.rpartition(":")[2])
        return found[0], found[1]

    @contextmanager
    def _alone(self, timeout: float) -> Iterator[None]:
        """Hold the home: two processes that both want the server started must start one."""
        lock = FileLock(self.home / ".server.lock", timeout=timeout)
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise ServerError(f"Another process is starting, stopping or filling the server of {self.home}.") from None
        except OSError as error:
            raise ServerError(f"The server's home {self.home} can't be written: {error.strerror}.") from error
        try:
            yield
        finally:
            lock.release()

    def _say(self, stage: str, done: int, total: int) -> None:
        if self._progress:
            self._progress(stage, done, total)

    def _log_files(self) -> tuple[Path, Path]:
        return self.home / "logs" / "console.log", self.home / "logs" / "neo4j.log"

    @property
    def _database(self) -> Path:
        return self.home / "data" / "databases" / DATABASE

    @property
    def _transactions(self) -> Path:
        return self.home / "data" / "transactions" / DATABASE

    @property
    def _unfinished(self) -> Path:
        return self.home / "import.unfinished"


def _driver(uri: str, password: str) -> neo4j.Driver:
    return neo4j.GraphDatabase.driver(uri, auth=(USER, password), connection_timeout=2, max_transaction_retry_time=0)


def _folder_size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # files come and go while the server runs
            total += path.stat().st_size
    return total
