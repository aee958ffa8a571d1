"""A DuckDB database for the time of one reading, that can be interrupted and says in sentences what fails."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

import duckdb

from toolkit.errors import DataError, SettingsError, ToolkitError
from toolkit.settings import Settings, load_settings
from toolkit.workspace import Workspace

__all__ = ["database"]


class _Connection:
    """A connection that stops at its next use after Ctrl-C.

    DuckDB's Python client turns a KeyboardInterrupt into another error, or loses it, depending on what it is doing
    when it comes; this remembers it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.interrupted = False

    def __getattr__(self, name: str) -> Any:
        if self.interrupted:
            raise KeyboardInterrupt
        return getattr(self._connection, name)

    def interrupt(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (a signal handler's arguments)
        self.interrupted = True
        self._connection.interrupt()
        raise KeyboardInterrupt


@contextmanager
def database(workspace: Workspace, settings: Settings | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB database in memory, within the settings' threads and memory; it spills to the staging folder.

    Parameters
    ----------
    workspace
        ``staging/.scratch`` of it is made empty, may be used, and is gone afterwards.
    settings
        ``None`` loads the workspace's.

    Raises
    ------
    SettingsError
        DuckDB does not take the threads or memory set.
    DataError
        The memory set does not suffice.
    ToolkitError
        The disk can't be written.
    KeyboardInterrupt
        Ctrl-C, also where DuckDB would have lost it.
    """
    chosen = settings or load_settings(workspace.root)
    scratch = workspace.staging / ".scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        with _started(chosen, str(scratch / "spill")) as connection:
            guarded = _Connection(connection)
            try:
                with _listening(guarded):
                    yield cast("duckdb.DuckDBPyConnection", guarded)
            except duckdb.OutOfMemoryException as error:
                raise DataError(
                    f"The records need more memory than DuckDB may use ({error}). Raise `memory_limit` "
                    "(SCICITIES_MEMORY_LIMIT), or lower `threads`."
                ) from error
            except duckdb.IOException as error:
                raise ToolkitError(
                    f"{workspace.root} could not be written or read ({error}). Is the disk full?"
                ) from error
            except BaseException as error:
                if guarded.interrupted and not isinstance(error, KeyboardInterrupt):
                    raise KeyboardInterrupt from error
                raise
            if guarded.interrupted:
                raise KeyboardInterrupt
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _started(settings: Settings, spill: str) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": spill}
    if settings.threads:
        config["threads"] = settings.threads
    if settings.memory_limit:
        config["memory_limit"] = settings.memory_limit
    try:
        connection = duckdb.connect(config=config)
        connection.execute("SET enable_progress_bar = false")  # it would write into the terminal
    except duckdb.Error as error:
        asked = f"threads = {settings.threads} and memory_limit = {settings.memory_limit!r}"
        raise SettingsError(f"DuckDB does not start with {asked}: {str(error).splitlines()[0]}") from error
    return connection


@contextmanager
def _listening(connection: _Connection) -> Iterator[None]:
    """Hear Ctrl-C for ``connection``, where this is the main thread and nobody else listens."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, connection.interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
