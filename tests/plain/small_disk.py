"""A disk that is really full: a small mount where one may be made, else a limit on the length of files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from toolkit.cli import main
sys.exit(main(sys.argv[2:]))
"""
ROOT = Path(__file__).parents[2]


def scicities(*arguments: object, file_limit: int | None = None) -> tuple[int, str]:
    """Exit code and what was said of one command, in a process of its own that may write files of so many bytes.

    It compiles no module: Python keeps what it could write of one, and every later process would fail to read it.
    """
    command = [sys.executable, "-m", "toolkit"] if file_limit is None else [sys.executable, "-c", _LIMITED, file_limit]
    done = subprocess.run(
        [*map(str, command), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, done.stderr


@contextmanager
def small_disk(folder: Path, *, size: int) -> Iterator[bool]:
    """Mount a disk of ``size`` bytes on ``folder``; whether the system lets us."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, *, but: int) -> Path:
    """Fill the disk of ``folder`` but for so many bytes; the file that does it."""
    ballast = folder / "ballast"
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    ballast.write_bytes(bytes(free - but))
    return ballast
