"""``python -m toolkit.graphdb.server VERSION``: resolve Neo4j's jars anew and write their lock beside the package."""

from __future__ import annotations

import sys

from toolkit.graphdb.server.jars import write_shipped_lock

if __name__ == "__main__":
    write_shipped_lock(sys.argv[1])
