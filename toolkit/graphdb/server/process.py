"""The server as a process of the machine: found by its home folder, started detached, ended."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from toolkit.errors import ServerError

__all__ = ["Process", "find_process", "java_environment", "says_port_taken", "start_detached", "telling_line"]

_PORT_TAKEN = ("Address already in use", "is already in use, cannot bind to it")
"""What Java says, and Neo4j in its place where the connector's port went."""

_TAKEN_MEANWHILE = "a port was taken by another program in the meantime; start again"
_SENTENCES = (
    ("locked by another process", "another Neo4j has the data open (perhaps in a container); stop that one first"),
    ("Lock file has been locked", "another Neo4j has the data open (perhaps in a container); stop that one first"),
    *((mark, _TAKEN_MEANWHILE) for mark in _PORT_TAKEN),
    ("No space left on device", "the disk is full"),
    ("There is not enough space", "the disk is full"),
    ("Invalid maximum heap size", "the heap size is not one that Java knows; write it as 1g or 800m"),
    ("Could not reserve enough space", "there is not enough memory; set SCICITIES_NEO4J_HEAP to less"),
    ("insufficient memory", "there is not enough memory; set SCICITIES_NEO4J_HEAP to less"),
    ("GC triggered before VM initialization", "the heap is too small; set SCICITIES_NEO4J_HEAP to 512m or more"),
    ("Java heap space", "the heap is too small; set SCICITIES_NEO4J_HEAP to 512m or more"),
    ("UnsupportedClassVersionError", "this Neo4j needs a newer Java"),
)


@dataclass(frozen=True)
class Process:
    """A running server process."""

    pid: int
    started: float
    """Seconds since the epoch."""

    def memory(self) -> int:
        """Resident memory [bytes]; 0 when it has just ended."""
        psutil = _psutil()
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def alive(self) -> bool:
        """Whether it still runs (a process that ended and was not yet reaped does not)."""
        psutil = _psutil()
        try:
            process = psutil.Process(self.pid)
            return bool(process.create_time() == self.started and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False

    def listens_on(self, port: int) -> bool:
        """Whether it is this process that answers on ``port``."""
        psutil = _psutil()
        try:
            opened = psutil.Process(self.pid).net_connections("tcp")
        except psutil.Error:
            return False
        return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in opened)

    def end(self, timeout: float) -> bool:
        """Ask it to end, wait ``timeout`` seconds, then kill it; whether it ended by itself."""
        psutil = _psutil()
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if process.create_time() != self.started:
                return True
            process.terminate()
            try:
                process.wait(timeout)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(10)
                return False
        return True


def find_process(mark: str, pid: int | None = None) -> Process | None:
    """The process with ``mark`` among its arguments: the process ``pid`` if it is that, else whichever is.

    A pid alone proves nothing (it may have been given to another program since), so the command line must name the
    server's home; and a server whose ``server.json`` was lost is still found.
    """
    psutil = _psutil()
    with contextlib.suppress(psutil.Error):
        if pid and mark in psutil.Process(pid).cmdline():
            return Process(pid, psutil.Process(pid).create_time())
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if mark in process.cmdline():
                return Process(process.pid, process.create_time())
    return None


def java_environment() -> dict[str, str]:
    """The environment with a UTF-8 locale: in any other, Java can't open files with names outside of ASCII."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def start_detached(command: Sequence[str | Path], log: Path) -> Process:
    """Start ``command`` so that it outlives us, its output in ``log``."""
    psutil = _psutil()
    log.parent.mkdir(parents=True, exist_ok=True)
    # Through a shell that ends at once, the server becomes an orphan: the system reaps it, and this Python neither
    # keeps a zombie nor a warning about a child that still runs.
    with log.open("wb") as output:
        started = subprocess.run(
            ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
            umask=0o077,  # what the server writes, only its owner reads
            env=java_environment(),
            check=True,
        )
    pid = int(started.stdout)
    try:
        return Process(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return Process(pid, 0.0)


def says_port_taken(*logs: Path) -> bool:
    """Whether the logs say that another program took a port first."""
    texts = [log.read_text(encoding="utf-8", errors="replace") for log in logs if log.is_file()]
    return any(mark in text for mark in _PORT_TAKEN for text in texts)


def telling_line(*logs: Path) -> str:
    """What the logs say went wrong: a sentence of ours where the cause is known, else the last line with an error."""
    text = "\n".join(log.read_text(encoding="utf-8", errors="replace")[-20_000:] for log in logs if log.is_file())
    for mark, sentence in _SENTENCES:
        if mark in text:
            return sentence
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    telling = [line for line in lines if any(word in line for word in ("ERROR", "Caused by", "Error:", "Exception"))]
    return (telling or lines or ["it ended without a word"])[-1][:400]


def _psutil() -> ModuleType:
    try:
        return import_module("psutil")
    except ModuleNotFoundError as error:
        raise ServerError("The local server needs the package psutil: pip install 'scicities[server]'.") from error
