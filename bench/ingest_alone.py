"""``python -m bench.ingest_alone WORKSPACE FILE…``: one ingest in a process of its own, and what it took.

Prints works read, processor time of all threads without the start of Python and its imports [s], and the largest
memory of the process [MB], imports and all.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from bench.memory import most_memory
from toolkit.corpus.ingest import ingest_openalex
from toolkit.workspace import Workspace


def main(arguments: list[str]) -> int:
    """Ingest the files into the workspace."""
    workspace, *files = arguments
    before = resource.getrusage(resource.RUSAGE_SELF)
    report = ingest_openalex(Workspace(Path(workspace)), files, types=None)
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"read": report.read, "seconds": seconds, "megabytes": most_memory()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
