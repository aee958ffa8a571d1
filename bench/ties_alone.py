"""``python -m bench.ties_alone WORKSPACE``: tie rates of all movers in a process of its own, and what they took.

Prints movers, articles of theirs within the span (weighted by the moves), processor time of all threads without the
start of Python and its imports [s], and the largest memory of the process [MB], imports and all.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from bench.memory import most_memory
from toolkit.measures.movement.tie_answers import ties
from toolkit.workspace import Workspace


def taken_by(workspace: Path) -> dict[str, float]:
    """Ask for the ties of the workspace's movers between institutions, and say what that took."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    answer = ties(Workspace(workspace), level="institution")
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "movers": answer.run.facts["movers"],
        "articles": round(float(answer.frame["articles"].sum()), 6),
        "tied": round(float(answer.frame["tied_articles"].sum()), 6),
        "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "megabytes": most_memory(),
    }


if __name__ == "__main__":
    print(json.dumps(taken_by(Path(sys.argv[1]))))
