"""Results of an analysis onto the places of a graph, against the plain driver with batches of SET."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import neo4j
import numpy as np
import pandas as pd

from bench.harness import Comparison, Side, WrongOutput
from bench.rows.load import BATCH, batches
from bench.servers import Servers, city_graph, fill_offline, plain_driver
from toolkit.graphdb.writeback import write_results
from toolkit.runs import RunRecord

NAME = "writeback"
SIZES = {"full": {"cities": 100_000, "pairs": 200_000}, "quick": {"cities": 50, "pairs": 600}}

SET = "UNWIND $rows AS row MATCH (c:City {id: row.id}) SET c.plain = row.value"
CONTENT = "MATCH (c:City) RETURN count(c.<name>) AS places, round(sum(c.<name>), 6) AS total"
CLEAR = "MATCH (c:City) WHERE c.<name> IS NOT NULL CALL (c) { REMOVE c.<name> } IN TRANSACTIONS OF 10000 ROWS"


def by_driver(driver: neo4j.Driver, rows: list[dict[str, Any]]) -> None:
    """The rival: a transaction function per batch of 1,000 rows."""
    with driver.session(database="neo4j") as session:
        for batch in batches(rows):
            session.execute_write(lambda transaction, some: transaction.run(SET, rows=some).consume(), batch)


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:
    """Both write to the same running server, a property each, which is removed before each run."""
    servers = Servers(scratch, stack)
    tables = city_graph(**size)
    workspace = servers.fresh("ours", start=False)
    graph = stack.enter_context(fill_offline(workspace, tables))
    driver = stack.enter_context(plain_driver(workspace))
    ids = tables.nodes["City"]["id"].to_pylist()
    values = np.random.default_rng(3).random(len(ids)).round(9)
    frame = pd.DataFrame({"id": ids, "measured": values})
    rows = [{"id": place, "value": value} for place, value in zip(ids, values.tolist(), strict=True)]
    run = RunRecord("bench", {"seed": 3})

    def clear(name: str) -> None:
        with driver.session(database="neo4j") as session:
            session.run(CLEAR.replace("<name>", name)).consume()

    def content(name: str) -> dict[str, Any]:
        found: dict[str, Any] = (
            driver.execute_query(CONTENT.replace("<name>", name), database_="neo4j").records[0].data()
        )
        return found

    def same(ours: int, theirs: None) -> dict[str, Any]:  # noqa: ARG001
        one, other = content("measured"), content("plain")
        if one != other or not ours == one["places"] == len(ids):
            raise WrongOutput(f"{one} against {other}")
        return {"in both": f"{one['places']:,} places, sum {one['total']:,.4f}; ours with the run's id beside each"}

    return [
        Comparison(
            name="writeback",
            title="Write-back of a property",
            size=f"{len(ids):,} places",
            ours=Side(
                "write_results: ids and records checked, property, run's id and the Run node, all in one transaction",
                lambda: write_results(graph, frame, level="city", run=run),
                before=lambda: clear("measured"),
            ),
            rival=Side(
                f"the official driver (neo4j-rust-ext installed), execute_write of UNWIND batches of {BATCH:,} rows, "
                "from ready-made dicts: SET of the property alone",
                lambda: by_driver(driver, rows),
                before=lambda: clear("plain"),
            ),
            minimum=0,
            same=same,
        )
    ]
