"""The managed server of one workspace: start, stop, look, fill."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import neo4j
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from toolkit.errors import ServerError
from toolkit.graphdb.browser.site import with_guide
from toolkit.graphdb.server.config import (
    BOLT_PORT,
    HOST,
    HTTP_PORT,
    Launch,
    choose_port,
    import_arguments,
    main_class,
    write_argfile,
)
from toolkit.graphdb.server.home import DATABASE, Home
from toolkit.graphdb.server.jars import server_jars
from toolkit.graphdb.server.java import find_java, oldest_java
from toolkit.graphdb.server.process import (
    Process,
    find_process,
    java_environment,
    says_port_taken,
    start_detached,
    telling_line,
)
from toolkit.graphdb.server.startcache import open_start_cache
from toolkit.graphdb.server.status import ServerInfo, ServerStatus
from toolkit.paths import expanded
from toolkit.settings import Settings, cache_folder

__all__ = ["ManagedServer", "ServerInfo", "ServerStatus"]

Progress = Callable[[str, int, int], None]
USER = "neo4j"
AdminJob = Literal["password", "import", "dump", "restore"]
_ADMIN = "org.neo4j.cli.AdminTool"
_ADMIN_JOBS: tuple[AdminJob, ...] = get_args(AdminJob)
_NO_ROOM = 65_536
"""Bytes of disk below which a server that does not answer never will."""
_STOP_TIMEOUT, _RECORDING_TIMEOUT = 60.0, 180.0


class _PortTakenError(ServerError):
    """Another program took a port first."""


class _ClosedError(ServerError):
    """The server runs, but not its database."""


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
        self.home = expanded(home).resolve()
        self._home = Home(self.home)
        self.settings = settings or Settings()
        self._progress = progress
        self._under_way: set[str] = set()

    # ---- life

    def start(self, *, timeout: float = 180, bolt_port: int | None = None, http_port: int | None = None) -> ServerInfo:
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
        BadParameter
            A port that can't be one.
        """
        with self._home.alone(timeout):
            if self._process() and {bolt_port, http_port} - {None, *self._home.ports()}:
                raise ServerError(
                    f"The server of {self.home} already runs on the ports {self._home.ports()}; stop it to change them."
                )
            return self._await_started(timeout, bolt_port, http_port)

    def stop(self) -> bool:
        """Stop the server; whether one ran. Data, password and ports stay for the next start."""
        if not self.home.exists():
            return False
        with self._home.alone(_STOP_TIMEOUT):
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
        return self._info(process)

    def status(self) -> ServerStatus:
        """Whether the server runs, where, since when, and what it takes."""
        process = self._process()
        bolt, http = self._home.ports()
        return ServerStatus(
            running=process is not None,
            home=self.home,
            version=str(self._home.record().get("version", self.settings.neo4j_version)),
            uri=f"bolt://{HOST}:{bolt}" if process else "",
            http_url=f"http://{HOST}:{http}" if process else "",
            pid=process.pid if process else None,
            uptime=time.time() - process.started if process else 0.0,
            store_bytes=self._home.store_bytes(),
            memory_bytes=process.memory() if process else 0,
        )

    def logs(self, lines: int = 50) -> str:
        """Last lines of the server's log, and what Java itself said before them."""
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in self._home.log_files if path.is_file()]
        return "\n".join("\n".join(texts).splitlines()[-lines:])

    # ---- content

    @property
    def has_graph(self) -> bool:
        """Whether a database lies here, be it an empty one; nothing is started to tell."""
        return self._home.has_store

    def is_fresh(self) -> bool:
        """Whether nothing was loaded yet: no store, or one without nodes (asked of the server, which is started)."""
        if not self._home.has_store:
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
        timeout: float = 180,
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
        folder, files = import_arguments(nodes, relationships)
        report = self.home / "logs" / "import.report"
        arguments = ["database", "import", "full", DATABASE, "--overwrite-destination", *files]
        arguments += [f"--report-file={report}", *options]
        with self._home.alone(timeout):
            self._stop()
            launch = self._prepare()
            report.unlink(missing_ok=True)
            self._say("Importing into Neo4j", 0, 1)
            with ThreadPoolExecutor(1) as beside, self._home.importing():
                password = beside.submit(self._give_password, launch)  # of another database, by another Java
                self._admin("import", launch, arguments, "The import was refused", report=report, folder=folder)
                password.result()
            self._say("Importing into Neo4j", 1, 1)
        return self.start(timeout=timeout)

    def dump(self, folder: Path, *, timeout: float = 180) -> Path:
        """Write the database into ``folder`` as ``neo4j.dump``; a server that runs is stopped meanwhile.

        Raises
        ------
        ServerError
            There is no database, or Neo4j's tool refused: disk full, or the folder can't be written.
        """
        with self._home.alone(timeout):
            if not self._home.has_store:
                raise ServerError(f"There is no graph to back up in {self.home}; `scicities load` makes one.")
            running = self._stop()
            try:
                launch = self._prepare()
                self._home.discard_unfinished()
                command = [
                    "database",
                    "dump",
                    DATABASE,
                    f"--to-path={folder.resolve()}",
                    "--overwrite-destination=true",
                ]
                self._admin("dump", launch, command, "The graph could not be written")
            finally:
                if running:
                    self._await_started(timeout)
        return folder / f"{DATABASE}.dump"

    def load_dump(self, folder: Path, *, timeout: float = 180) -> ServerInfo:
        """Replace the database by ``neo4j.dump`` in ``folder``, and start the server on it.

        Raises
        ------
        ServerError
            Neo4j's tool refused it; the database is then as it was, also after a kill.
        """
        with self._home.alone(timeout):
            self._stop()
            launch = self._prepare()
            self._give_password(launch)
            self._home.discard_unfinished()
            command = ["database", "load", DATABASE, f"--from-path={folder.resolve()}", "--overwrite-destination=true"]
            with self._home.replacing():
                self._admin("restore", launch, command, "The backup could not be read")
            return self._await_started(timeout)

    # ---- inside

    def _await_started(self, timeout: float, bolt_port: int | None = None, http_port: int | None = None) -> ServerInfo:
        """Start the server or join it; we hold the home.

        A database that a full disk closed opens again with the next start, once there is room; the transaction that
        did not fit was cut off in its log, which then has to be said to the server.
        """
        cut_off = False
        for tries_left in (2, 1, 0):
            joined = self._process()
            process = joined or self._launch(bolt_port, http_port, mend=cut_off)
            info = self._info(process)
            try:
                self._await_answer(process, info, timeout)
            except _PortTakenError:  # between our look and Java's; the next launch looks again
                if not tries_left:
                    raise
            except _ClosedError:
                cut_off = self._home.says_cut_off()
                if not tries_left or not (joined or cut_off):
                    raise
                self._home.require_room()
                self._stop()
            else:
                return info
        raise AssertionError("unreachable: the last try returns or raises")

    def _info(self, process: Process) -> ServerInfo:
        bolt, http = self._home.ports()
        version = str(self._home.record().get("version", self.settings.neo4j_version))
        password = self._home.password()
        return ServerInfo(f"bolt://{HOST}:{bolt}", f"http://{HOST}:{http}", USER, password, version, process.pid)

    def _launch(self, bolt_port: int | None, http_port: int | None, *, mend: bool) -> Process:
        last = self._home.record()
        if last.get("recording"):  # of a run that did not end by our stop: perhaps not whole
            Path(last["recording"]).unlink(missing_ok=True)
        bolt = choose_port("Bolt", bolt_port, [last.get("bolt_port", BOLT_PORT), BOLT_PORT])
        http = choose_port("HTTP", http_port, [last.get("http_port", HTTP_PORT), HTTP_PORT])
        launch = self._prepare()
        self._home.require_room()
        self._give_password(launch)
        self._home.discard_unfinished()
        self._home.write_conf(bolt, http, mend=mend)
        recording = launch.cache.recording() if launch.cache else None
        arguments = write_argfile(self._home.conf / "java.args", launch, record=recording)
        command = [
            str(launch.java.command),
            f"@{arguments}",
            main_class(launch.jars),
            f"--home-dir={self.home}",
            f"--config-dir={self._home.conf}",
        ]
        self._say("Starting Neo4j", 0, 1)
        for log in self._home.log_files:
            log.unlink(missing_ok=True)  # so that what is read after a failure is of this start
        debug_from = self._home.debug_bytes()
        process = start_detached(command, self._home.log_files[0])
        self._home.write_record(
            {
                "pid": process.pid,
                "bolt_port": bolt,
                "http_port": http,
                "version": self.settings.neo4j_version,
                "java": launch.java.version,
                "started": datetime.now(UTC).isoformat(timespec="seconds"),
                "recording": str(recording) if recording else "",
                "archive": str(launch.cache.archive) if launch.cache else "",
                "debug_from": debug_from,
            }
        )
        return process

    def _prepare(self) -> Launch:
        """Everything a run of Java needs: Java, jars, folders."""
        java = find_java(oldest_java(self.settings.neo4j_version))
        jars = with_guide(server_jars(self.settings.neo4j_version, progress=self._progress), cache_folder() / "browser")
        self._home.make()
        for job in _ADMIN_JOBS:
            orphan = find_process(f"@{self._admin_options(job)}")
            if orphan is not None:  # its Python was killed; we hold the home, so it is nobody's
                orphan.end(10)
        if not self._home.initialised:
            self._home.write_conf()  # the admin tool asks for one
        return Launch(
            java,
            tuple(jars),
            self.settings.neo4j_heap,
            open_start_cache(cache_folder() / "java", java, jars),
        )

    def _give_password(self, launch: Launch) -> None:
        """Give a new server a password."""
        if not self._home.initialised:
            command = ["dbms", "set-initial-password", self._home.make_password()]
            self._admin("password", launch, command, "The password could not be set")

    def _admin(
        self,
        job: AdminJob,
        launch: Launch,
        arguments: Sequence[str],
        refused: str,
        *,
        report: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        """Run Neo4j's admin tool on this home; paths among the arguments start from ``folder``."""
        file = self._admin_options(job)
        write_argfile(file, launch, program=[f"-Dbasedir={self.home}", _ADMIN, *arguments])
        environment = {**java_environment(), "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self._home.conf)}
        log = self._home.logs / f"{job}.log"
        try:
            with log.open("wb") as output:
                done = subprocess.run(
                    [str(launch.java.command), f"@{file}"],
                    umask=0o077,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=environment,
                    cwd=folder,
                    check=False,
                )
        finally:
            file.unlink(missing_ok=True)  # it may hold the password
        if done.returncode:
            told = report.read_text(encoding="utf-8", errors="replace")[:600] if report and report.is_file() else ""
            raise ServerError(f"{refused}: {telling_line(log)} (all of it in {log})\n{told}".strip())

    def _await_answer(self, process: Process, info: ServerInfo, timeout: float) -> None:
        bolt, begun = self._home.ports()[0], time.monotonic()
        error: Exception | None = None
        with _driver(info.uri, info.password) as driver:
            while True:
                # asked only once it is ours: another server on this port would count our password as an attack
                if process.listens_on(bolt):
                    try:
                        driver.execute_query("RETURN 1", database_=DATABASE)
                    except (DriverError, Neo4jError, OSError) as raised:
                        error = raised
                    else:
                        self._say("Starting Neo4j", 1, 1)
                        return
                self._give_up_if_hopeless(process, driver, error)
                if time.monotonic() - begun > timeout:
                    raise ServerError(
                        f"Neo4j (process {process.pid}) has not answered for {timeout:.0f} s "
                        f"({error or 'port closed'}). `scicities server logs` shows what it does."
                    ) from error
                time.sleep(1 if isinstance(error, AuthError) else 0.1)

    def _give_up_if_hopeless(self, process: Process, driver: neo4j.Driver, error: Exception | None) -> None:
        logs = self._home.logs
        if not process.alive():
            kind = _PortTakenError if says_port_taken(*self._home.log_files) else ServerError
            raise kind(
                f"Neo4j ended while starting: {telling_line(*self._home.log_files)} (logs in {logs})."
            ) from error
        if isinstance(error, AuthError):
            if self._home.says_started():  # before that, Bolt answers without knowing its users yet
                raise ServerError(
                    f"The server does not take the password in {self._home.password_file}. If it was changed by hand, "
                    "write the new one there."
                ) from None
        elif isinstance(error, Neo4jError) and (closed := _why_closed(driver)):
            raise _ClosedError(f"Neo4j runs, but its database does not open: {closed} (logs in {logs}).") from error
        elif error is None and not self._home.has_room(_NO_ROOM):
            process.end(_STOP_TIMEOUT)
            self._home.require_room()

    def _stop(self) -> bool:
        process = self._process()
        if process is None:
            return False
        record = self._home.record()
        recording = Path(record["recording"]) if record.get("recording") else None
        stage = "Stopping Neo4j" + (", and keeping a cache for quicker starts" if recording else "")
        self._say(stage, 0, 1)
        ended = process.end(_RECORDING_TIMEOUT if recording else _STOP_TIMEOUT)
        if recording is not None:
            if ended and recording.is_file():
                recording.replace(record["archive"])
            recording.unlink(missing_ok=True)
        self._home.write_record({**record, "pid": None, "recording": ""})
        self._say(stage, 1, 1)
        return True

    def _admin_options(self, job: AdminJob) -> Path:
        return self._home.conf / f"{job}.args"

    def _process(self) -> Process | None:
        return find_process(f"--home-dir={self.home}", self._home.record().get("pid"))

    def _say(self, stage: str, done: int, total: int) -> None:
        """Report progress; the end of a stage only where it began: a server that already runs is not started."""
        begins = done < total
        if self._progress and (begins or stage in self._under_way):
            self._progress(stage, done, total)
        (self._under_way.add if begins else self._under_way.discard)(stage)


def _driver(uri: str, password: str) -> neo4j.Driver:
    return neo4j.GraphDatabase.driver(uri, auth=(USER, password), connection_timeout=2, max_transaction_retry_time=0)


def _why_closed(driver: neo4j.Driver) -> str:
    """What the server says about a database it could not open; empty while it is still opening it."""
    try:
        rows = driver.execute_query("SHOW DATABASE neo4j YIELD statusMessage", database_="system").records
    except (DriverError, Neo4jError):
        return ""
    return " ".join(str(row["statusMessage"]) for row in rows if row["statusMessage"])
