"""The server's home folder: what lies where, what the last start left, and one at a time.

::

    neo4j/
      conf/neo4j.conf    written at every start
      data/ logs/ import/
      password           of user neo4j; only its owner can read it
      server.json        process, ports, version of the last start
      import.unfinished  there only while an import or a restore runs, or after it was killed
      before             the database as it was before a restore, while that runs
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from toolkit.errors import ServerError
from toolkit.graphdb.server.config import BOLT_PORT, HTTP_PORT, neo4j_conf
from toolkit.output_files import write_text_atomically
from toolkit.private_files import follow_folder
from toolkit.workspace import full_disk

__all__ = ["DATABASE", "Home"]

DATABASE = "neo4j"
"""The one user database that Community has."""
_ROOM = 8_000_000
_CUT_OFF = b"Unreadable bytes are encountered after last readable position"
_MOVING = "A restore puts the earlier database aside; the next start takes it back.\n"


@dataclass(frozen=True)
class Home:
    """A server's home folder; making one of these touches nothing."""

    root: Path

    @property
    def conf(self) -> Path:
        """Folder of the settings."""
        return self.root / "conf"

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.root / "logs"

    @property
    def password_file(self) -> Path:
        """File with the password of user ``neo4j``."""
        return self.root / "password"

    @property
    def initialised(self) -> bool:
        """Whether the server was given a password already."""
        return (self.root / "data" / "dbms" / "auth.ini").exists()

    @property
    def has_store(self) -> bool:
        """Whether there is a database, be it an empty one; a restore that was killed left the earlier one aside."""
        aside = self._before / self._database.name
        return (aside if self._unfinished.exists() else self._database).joinpath("neostore").exists()

    @property
    def log_files(self) -> tuple[Path, Path]:
        """What Java said, and what the server said, in its last run."""
        return self.logs / "console.log", self.logs / "neo4j.log"

    def make(self) -> None:
        """Make the folders.

        Raises
        ------
        ServerError
            They can't be made.
        """
        try:
            for name in ("conf", "data", "logs", "import"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServerError(f"The server's home {self.root} can't be made: {error.strerror}.") from error

    def write_conf(self, bolt_port: int = BOLT_PORT, http_port: int = HTTP_PORT, *, mend: bool = False) -> None:
        """Write ``neo4j.conf``."""
        (self.conf / "neo4j.conf").write_text(neo4j_conf(bolt_port, http_port, mend=mend), encoding="utf-8")

    def make_password(self) -> str:
        """Write a new password where only this user can read it."""
        self.password_file.unlink(missing_ok=True)
        password = secrets.token_hex(20)  # letters and digits: a leading dash would be taken for an option
        with os.fdopen(os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)
        return password

    def password(self) -> str:
        """Password of user ``neo4j``.

        Raises
        ------
        ServerError
            The file is gone or can't be read.
        """
        try:
            return self.password_file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise ServerError(
                f"{self.password_file} is gone, and nobody knows the server's password without it. Put it back, or "
                f"stop the server, remove {self.root} and load again: the graph is made anew from the workspace."
            ) from None
        except OSError as error:
            raise ServerError(f"The server's password {self.password_file} can't be read: {error.strerror}.") from error

    def record(self) -> dict[str, Any]:
        """What the last start left in ``server.json``; empty where it is gone or damaged."""
        try:
            record = json.loads((self.root / "server.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Replace ``server.json``."""
        write_text_atomically(self.root / "server.json", json.dumps(record, indent=1) + "\n")

    def ports(self) -> tuple[int, int]:
        """Bolt's and HTTP's port of the last start, from the settings file where ``server.json`` was lost."""
        record = self.record()
        if "bolt_port" in record:
            return int(record["bolt_port"]), int(record["http_port"])
        found = [BOLT_PORT, HTTP_PORT]
        with contextlib.suppress(OSError, ValueError):
            for line in (self.conf / "neo4j.conf").read_text(encoding="utf-8").splitlines():
                for at, name in enumerate(("server.bolt.listen_address", "server.http.listen_address")):
                    if line.startswith(name):
                        found[at] = int(line.rpartition(":")[2])
        return found[0], found[1]

    def store_bytes(self) -> int:
        """Size of the database and its transaction logs [bytes]."""
        total = 0
        for folder in (self._database, self._transactions):
            for path in folder.rglob("*"):
                with contextlib.suppress(OSError):  # files come and go while the server runs
                    total += path.stat().st_size
        return total

    def says_started(self) -> bool:
        """Whether the log of the last start says that it is complete."""
        log = self.log_files[1]
        return log.is_file() and "Started." in log.read_text(encoding="utf-8", errors="replace")

    def debug_bytes(self) -> int:
        """Length of the server's own log, which goes on from start to start."""
        return self._debug_log.stat().st_size if self._debug_log.is_file() else 0

    def says_cut_off(self) -> bool:
        """Whether the last start met a transaction whose writing was cut off, as a full disk leaves it."""
        if not self._debug_log.is_file():
            return False
        with self._debug_log.open("rb") as log:
            log.seek(min(int(self.record().get("debug_from", 0)), self.debug_bytes()))
            return _CUT_OFF in log.read()

    def has_room(self, needed: int = _ROOM) -> bool:
        """Whether the disk has ``needed`` bytes left."""
        return shutil.disk_usage(self.root).free >= needed

    def require_room(self) -> None:
        """Raise where the disk has no room for a start: Neo4j would wait for ever, without a word in its logs.

        Raises
        ------
        ServerError
            It has none.
        """
        if not self.has_room():
            free = shutil.disk_usage(self.root).free
            raise ServerError(
                f"The disk is full: {self.root} has {free / 1e6:,.1f} MB left, and Neo4j needs {_ROOM / 1e6:,.0f} MB "
                "to start. Make room, then give the same command again; the graph is as it was."
            )

    @contextmanager
    def importing(self) -> Iterator[None]:
        """Mark the database as unfinished until the block ends without an error."""
        self._unfinished.write_text("An import was begun and has not ended; the next start discards it.\n")
        yield
        self._unfinished.unlink()

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Put the database aside while the block makes another; it comes back where the block or the machine fails.

        Raises
        ------
        ServerError
            The folders can't be renamed.
        """
        shutil.rmtree(self._before, ignore_errors=True)
        try:
            self._before.mkdir(parents=True)
            self._unfinished.write_text(_MOVING)
            for folder, aside in self._aside():
                if folder.exists():
                    folder.rename(aside)
            self._unfinished.write_text("A restore was begun and has not ended; the next start takes it back.\n")
            yield
        except OSError as error:
            self.discard_unfinished()
            raise ServerError(f"The database of {self.root} can't be put aside: {error.strerror}.") from error
        except BaseException:
            self.discard_unfinished()
            raise
        self._unfinished.unlink()
        shutil.rmtree(self._before, ignore_errors=True)

    def discard_unfinished(self) -> None:
        """Remove the database that an import or a restore left half made.

        What a restore put aside comes back; after an import the server makes an empty one.
        """
        if self._unfinished.exists():
            half_made = self._unfinished.read_text() != _MOVING
            for folder, aside in self._aside():
                if half_made:
                    shutil.rmtree(folder, ignore_errors=True)
                if aside.exists():
                    aside.rename(folder)
            self._unfinished.unlink()
        shutil.rmtree(self._before, ignore_errors=True)

    @contextmanager
    def alone(self, timeout: float) -> Iterator[None]:
        """Hold the home: of two processes that both want the server started, one starts it.

        Raises
        ------
        ServerError
            Another process held it for ``timeout`` seconds, the folder can't be written, or its disk is full.
        """
        lock = FileLock(self.root / ".server.lock", timeout=timeout)
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)  # also that of an earlier version: the store holds people, the logs what was asked
            lock.acquire()
        except Timeout:
            raise ServerError(f"Another process is starting, stopping or filling the server of {self.root}.") from None
        except OSError as error:
            raise ServerError(f"The server's home {self.root} can't be written: {error.strerror}.") from error
        try:
            yield
        except OSError as error:
            full = full_disk(error, f"the server's home {self.root}")
            if full is None:
                raise
            raise ServerError(str(full)) from error
        finally:
            follow_folder(self.root)
            lock.release()

    @property
    def _database(self) -> Path:
        return self.root / "data" / "databases" / DATABASE

    @property
    def _transactions(self) -> Path:
        return self.root / "data" / "transactions" / DATABASE

    @property
    def _debug_log(self) -> Path:
        return self.logs / "debug.log"

    @property
    def _before(self) -> Path:
        return self.root / "before"

    def _aside(self) -> tuple[tuple[Path, Path], ...]:
        return (
            (self._database, self._before / self._database.name),
            (self._transactions, self._before / f"{self._transactions.name}.transactions"),
        )

    @property
    def _unfinished(self) -> Path:
        return self.root / "import.unfinished"
