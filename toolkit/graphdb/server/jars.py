"""The server's jars: which they are, where they lie, and getting the ones that are missing.

The default version's jars are listed in a lock file beside this module, one ``group:artifact:version[:classifier]
sha256`` a line in class path order, so that everyone runs the same bytes and nothing is resolved. Another version is
resolved once and its list kept in the user's cache. ``python -m toolkit.graphdb.server VERSION`` writes a new lock
beside this module.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module, resources
from pathlib import Path
from types import ModuleType

from filelock import FileLock, Timeout

from toolkit.errors import ServerError
from toolkit.output_files import write_text_atomically
from toolkit.settings import cache_folder

__all__ = ["Progress", "jar_path", "locked_jars", "read_lock", "server_jars", "write_shipped_lock"]

Progress = Callable[[str, int, int], None]
Jar = tuple[str, str, str, str]

BROWSER_VERSION = "5.24.0"
_THREADS = 8
_WAIT = 900.0
_NEEDED_BYTES = 400_000_000
_LATER = (
    "Only the graph needs them: every number, hub and community of the workspace comes without. "
    "Later `scicities server start` fetches what is still missing."
)


def server_jars(version: str, *, progress: Progress | None = None) -> list[Path]:
    """Paths of the jars of Neo4j ``version`` in class path order, fetched where missing or damaged.

    Parameters
    ----------
    version
        Neo4j's version, for example ``5.26.30``.
    progress
        Called as ``progress("Neo4j's jars", files here, files needed)``.

    Raises
    ------
    ServerError
        No network, disk full, an unknown version, or the extra ``scicities[server]`` is missing. What was fetched
        completely stays; the next call goes on from there.

    Notes
    -----
    156 MB once per user, about 40 s. Afterwards the digests alone are checked (0.2 s).
    """
    repository = cache_folder() / "maven"
    jars = _jar_list(version, repository, progress)
    missing = _missing(jars, repository)
    if missing:
        with _locked(repository):
            missing = _missing(jars, repository)  # another process may have fetched them while we waited
            _fetch(missing, jars, repository, progress)
    return [jar_path(repository, jar) for jar in jars]


def jar_path(repository: Path, jar: Jar) -> Path:
    """Where ``jar`` lies in a Maven repository folder."""
    group, name, version, classifier = jar
    file = f"{name}-{version}{'-' + classifier if classifier else ''}.jar"
    return repository.joinpath(*group.split("."), name, version, file)


def locked_jars(version: str) -> dict[Jar, str]:
    """Jars and digests of the lock shipped for ``version``; empty where none is shipped."""
    lock = resources.files("toolkit.graphdb.server") / _lock_name(version)
    return read_lock(lock.read_text(encoding="utf-8")) if lock.is_file() else {}


def read_lock(text: str) -> dict[Jar, str]:
    r"""Jars and digests of a lock's text, in its order.

    Examples
    --------
    >>> read_lock("# comment\norg.neo4j:neo4j:5.26.30 00ff\n")
    {('org.neo4j', 'neo4j', '5.26.30', ''): '00ff'}
    """
    jars: dict[Jar, str] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            coordinates, digest = line.split()
            group, name, version, *rest = coordinates.split(":")
            jars[group, name, version, rest[0] if rest else ""] = digest
    return jars


def write_shipped_lock(version: str) -> Path:
    """Resolve ``version`` anew, fetch its jars and write the lock that is shipped beside this module."""
    lock = Path(__file__).with_name(_lock_name(version))
    _resolve(version, lock, None)
    return lock


def _write_lock(path: Path, version: str, jars: Mapping[Jar, str]) -> None:
    lines = [f"{':'.join(part for part in jar if part)} {digest}" for jar, digest in jars.items()]
    head = f"# Jars of Neo4j Community {version} in class path order; made by python -m toolkit.graphdb.server\n"
    write_text_atomically(path, head + "\n".join(lines) + "\n")


def _lock_name(version: str) -> str:
    return f"neo4j-{version}.jars.txt"


def _jar_list(version: str, repository: Path, progress: Progress | None) -> dict[Jar, str]:
    kept = repository / _lock_name(version)
    jars = locked_jars(version) or (read_lock(kept.read_text(encoding="utf-8")) if kept.is_file() else {})
    return jars or _resolve(version, kept, progress)


def _resolve(version: str, lock: Path, progress: Progress | None) -> dict[Jar, str]:
    """Resolve the jars of ``version``, fetch them all and keep their list with digests in ``lock``."""
    repository = cache_folder() / "maven"
    maven = _maven()
    roots = [
        ("org.neo4j", "neo4j", version, ""),
        ("org.neo4j.app", "neo4j-server", version, ""),
        ("org.neo4j.client", "neo4j-browser", BROWSER_VERSION, ""),
    ]
    if progress:
        progress(f"Finding the jars of Neo4j {version}", 0, 1)
    with _locked(repository):
        try:
            found = maven.resolve_jars(roots, repository)
        except Exception as error:
            raise _not_fetched(error, f"The jars of Neo4j {version} could not be found") from error
        _fetch([jar for jar in found if not jar_path(repository, jar).exists()], {}, repository, progress)
        jars = {jar: _digest(jar_path(repository, jar)) for jar in found}
        _write_lock(lock, version, jars)
    return jars


def _missing(jars: Mapping[Jar, str], repository: Path) -> list[Jar]:
    with ThreadPoolExecutor(_THREADS) as pool:
        digests = pool.map(lambda jar: _digest(jar_path(repository, jar)), jars)
        return [jar for jar, digest in zip(jars, digests, strict=True) if digest != jars[jar]]


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _fetch(missing: list[Jar], jars: Mapping[Jar, str], repository: Path, progress: Progress | None) -> None:
    if not missing:
        return
    free = shutil.disk_usage(repository).free
    if free < _NEEDED_BYTES:
        raise ServerError(
            f"{repository} has {free // 1_000_000} MB free; Neo4j's jars need {_NEEDED_BYTES // 1_000_000} MB. "
            "Make room, or set SCICITIES_CACHE to a folder elsewhere."
        )
    maven = _maven()
    shutil.rmtree(repository / ".parts", ignore_errors=True)  # left by a killed download; we hold the lock
    for jar in missing:
        jar_path(repository, jar).unlink(missing_ok=True)  # a damaged one would be taken as it is
    resolver, total = maven.VerifiedDownloads(jars), max(len(jars), len(missing))
    here = total - len(missing)
    if progress:
        progress("Neo4j's jars", here, total)
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            for done, _ in enumerate(pool.map(lambda jar: maven.fetch_jar(jar, repository, resolver), missing), 1):
                if progress:
                    progress("Neo4j's jars", here + done, total)
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, Exception):
                raise
            what = f"Neo4j's jars (156 MB, once per user) could not be downloaded to {repository}"
            raise _not_fetched(error, what) from error


def _not_fetched(error: Exception, what: str) -> ServerError:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return ServerError(f"{what}: the disk is full. Make room, or set SCICITIES_CACHE to a folder elsewhere.")
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS):
        return ServerError(f"{what}: {error.strerror}. Set SCICITIES_CACHE to a folder that can be written.")
    reason = type(error).__name__ if "Connection" in type(error).__name__ else f"{type(error).__name__}: {error}"
    return ServerError(f"{what} ({reason[:300]}): is there a network? {_LATER}")


@contextmanager
def _locked(repository: Path) -> Iterator[None]:
    lock = FileLock(repository / ".lock", timeout=_WAIT)
    try:
        repository.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise ServerError(f"Another process has been fetching into {repository} for 15 minutes; stop it.") from None
    except OSError as error:
        raise _not_fetched(error, f"{repository} can't be written") from error
    try:
        yield
    finally:
        lock.release()


def _maven() -> ModuleType:
    try:
        return import_module("toolkit.graphdb.server.maven")
    except ModuleNotFoundError as error:
        package = (error.name or "jgo").partition(".")[0]
        raise ServerError(
            f"The local server needs the package {package}: pip install 'scicities[server]'. {_LATER}"
        ) from error
