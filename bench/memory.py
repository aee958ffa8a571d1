"""The largest memory that this process had."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

__all__ = ["most_memory"]

_STATUS = Path("/proc/self/status")


def most_memory() -> float:
    """Largest resident memory of this process since its program began [MB].

    Linux tells that of the program alone. What ``getrusage`` tells there begins with the memory of the process that
    started this one, so that a large parent would hide a small child; elsewhere it is all there is.
    """
    if _STATUS.exists():
        rows = (line.split(":") for line in _STATUS.read_text(encoding="utf-8").splitlines())
        kilobytes = next(value.split()[0] for name, value in rows if name == "VmHWM")
        return int(kilobytes) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024  # what the system counts memory in
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
