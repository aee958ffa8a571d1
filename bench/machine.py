"""What the numbers were measured on: enough to compare, nothing that names the machine."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from toolkit.runs import versions

__all__ = ["described"]

_RIVALS = ("numpy", "pandas", "pyarrow", "neo4j-rust-ext")


def described() -> dict[str, str]:
    """Processor, cores, memory, system and versions."""
    found = {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{_memory() / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        **versions(),
    }
    for package in _RIVALS:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0
