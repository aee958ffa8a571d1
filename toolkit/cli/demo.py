"""``scicities demo``: the main job on the generated sample, then its graph in a real local Neo4j."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from toolkit.cli.output import say, show_table
from toolkit.cli.progress import stage_lines
from toolkit.errors import DataError, GraphStoreError
from toolkit.present.formats import frame_bytes, write_answer_file
from toolkit.present.tables import frame_of
from toolkit.settings import load_settings
from toolkit.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from toolkit.cli.progress import ProgressCallback
    from toolkit.corpus.sample import SampleTruth
    from toolkit.runs import Answer

__all__ = ["register"]

_QUERIES: Final[dict[str, dict[str, Any]]] = {
    "collaboration.strongest_pairs": {},
    "partnerships.between_cities": {"city_id": "Beijing"},
    "places.umbrella_reach": {},
    "flows.gains_and_losses": {},
}
"""Queries of the demo with the values that they need."""


def demo(
    workspace: Annotated[
        Path, typer.Option("-w", "--workspace", help="Workspace of the demo, apart from your own.")
    ] = Path("scicities-demo"),
    works: Annotated[int, typer.Option("--works", min=200, help="Articles in the sample.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the sample.")] = 1,
    graph: Annotated[bool, typer.Option("--graph/--no-graph", help="Also load a local Neo4j and query it.")] = True,
) -> None:
    """Sample records to cities, pairs, hubs, communities and who moves; then the same as a graph in Neo4j."""
    begun = time.perf_counter()
    ws = open_workspace(workspace)
    if ws.fingerprint and not ws.synthetic:
        raise DataError(f"{workspace} holds records of your own; give the demo another folder with -w.")
    say("scicities demo: synthetic publication records (real city names, everything else made up)", style="bold")
    with stage_lines() as progress:
        truth = _records(ws, works=works, seed=seed, progress=progress)
    _workspace_answers(ws, truth)
    say(f"\nanswers from the workspace after {time.perf_counter() - begun:.0f} s", style="green")
    reached = graph and _graph_answers(ws)
    _what_next(ws, reached=reached)


def _records(ws: Workspace, *, works: int, seed: int, progress: ProgressCallback) -> SampleTruth:
    from toolkit.corpus import ingest
    from toolkit.corpus.sample import read_truth, write_sample

    raw = ws.root / f"sample-{works}-{seed}"
    if (raw / "truth.json").exists():
        truth = read_truth(raw)
    else:
        truth = write_sample(raw, works=works, seed=seed, overwrite=True, progress=progress)
    for read, folder in (
        (ingest.ingest_ror, "ror"),
        (ingest.ingest_institutions, "institutions"),
        (ingest.ingest_openalex, "works"),
    ):
        report = read(ws, [raw / folder], progress=progress)
    aside, left = sum(report.rejects.values()), sum(report.left_out.values())
    say(f"\n{report.read:,} works read, {report.kept:,} kept, {left:,} of other types, {aside:,} bad records set aside")
    return truth


def _workspace_answers(ws: Workspace, truth: SampleTruth) -> None:
    from toolkit.analyses import community_analysis, hub_analysis
    from toolkit.corpus.checking import reconciliation
    from toolkit.measures import answers
    from toolkit.network.partition import agreement

    if not reconciliation(ws).balanced:
        raise DataError("Shares + unassigned differ from the articles; `scicities check` tells where.")
    say("reconciled: Shares + unassigned = articles", style="green")
    results = ws.root / "results"
    _show(answers.share(ws, level="city"), results / "cities.csv", "Cities that produce most", 8, sort="share")
    _show(answers.pairs(ws, level="city"), results / "city-pairs.csv", "Cities that work together most", 8)
    hubs = hub_analysis.hubs(ws, level="city")
    columns = ["rank", "name", "strength", "betweenness", "pagerank"]
    _show(hubs, results / "hubs.csv", "Hubs of the network of cities", 6, columns=columns)
    found = community_analysis.communities(ws, level="city")
    _communities(found, results / "communities.csv")
    ami = agreement(found.frame, truth.communities).ami
    recovered = [place for place in hubs.frame["id"].head(len(truth.hubs)) if place in set(truth.hubs)]
    say(
        f"planted in the sample and found again: communities AMI {ami:.2f} (1 = all), "
        f"{len(recovered)} of {len(truth.hubs)} hubs; modularity {found.run.facts['modularity']:.3f}",
        style="green",
    )
    columns = ["name", "inflow", "outflow", "net", "effectiveness"]
    _show(answers.flow_indicators(ws), results / "flows.csv", "Cities that gain most researchers", 6, columns=columns)
    moves = answers.moves(ws, level="institution").frame[["author_id", "from_id", "to_id", "year"]].to_numpy().tolist()
    right = [year for *move, year in moves if abs(truth.moves.get(tuple(move), 0) - year) <= 1]
    say(
        f"planted moves between institutions: {len(right):,} of {len(truth.moves):,} found; "
        f"found and not planted: {len(moves) - len(right):,}",
        style="green",
    )


def _show(
    answer: Answer, path: Path, title: str, rows: int, *, sort: str | None = None, columns: list[str] | None = None
) -> None:
    write_answer_file(frame_bytes(answer.frame, fmt="csv"), answer.run, path)
    frame = answer.frame
    if sort is not None:
        frame = frame[~frame["id"].isin(["unassigned", "unlocated"])].sort_values([sort, "id"], ascending=[False, True])
    shown = frame.head(rows)
    shown = shown[columns] if columns else shown[[c for c in shown.columns if c not in {"id", "a_id", "b_id"}]]
    show_table(shown, title=title)


def _communities(answer: Answer, path: Path) -> None:
    write_answer_file(frame_bytes(answer.frame, fmt="csv"), answer.run, path)
    rows = [
        {"community": number, "size": len(group), "cities": _listed(list(group["name"]))}
        for number, group in answer.frame.groupby("community")
    ]
    show_table(frame_of(rows), title="Communities (Leiden, on collaboration score)")


def _listed(names: list[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def _graph_answers(ws: Workspace) -> bool:
    """Load the graph and run some queries; what keeps it from that is said, with the way to get it later."""
    from toolkit.graphdb.connection import open_graph
    from toolkit.graphdb.load import load

    say("\nthe same as a graph: Neo4j on this machine (its jars come once, 156 MB)", style="bold")
    settings = load_settings(ws.root, neo4j_uri="local")
    try:
        with stage_lines() as progress:
            report = load(ws, "local", settings=settings, progress=progress)
            graph = open_graph("local", workspace=ws, settings=settings)
        loaded = sum(report.counts.values())
        say("loaded already" if report.unchanged else f"loaded and counted: {loaded:,} nodes and relationships")
        with graph:
            for name, values in _QUERIES.items():
                frame = graph.run(name, **values)
                shown = frame.head(6)[[c for c in frame.columns if not c.endswith("_id")]]
                options = "".join(f" --{option.removesuffix('_id')} {value}" for option, value in values.items())
                show_table(shown, title=f"query run {name}{options}")
    except GraphStoreError as error:
        say(f"no graph this time: {error}", style="yellow")
        return False
    return True


def _what_next(ws: Workspace, *, reached: bool) -> None:
    from toolkit.graphdb.server import ManagedServer

    command, at = _command(), f"-w {ws.root}"
    say(f"\nresults   {ws.root / 'results'} (csv, each with its run record)")
    if reached:
        server = ManagedServer(ws.neo4j, settings=load_settings(ws.root, neo4j_uri="local"))
        info = server.start()
        say(f"Browser   {info.http_url}")
        say(f"          connect to {info.uri} as {info.username}; the password is in {server.home / 'password'}")
    else:
        say(f"graph     {command} load {at}   (when there is a network for the jars)")
    say("next")
    say(f"  {command} pairs {at} --city Beijing --by-year")
    say(f"  {command} communities {at} --level institution --top 20")
    if reached:
        say(f"  {command} query run collaboration.common_partners {at} --help")
        say(f"stop the server with {command} server stop {at}", style="dim")
    else:
        say(f"  {command} partnerships {at} --city Beijing")


def _command() -> str:
    """How this program was called, so that what we print can be typed."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "scicities" and called.parent.name == "bin" else "scicities"


def register(app: typer.Typer) -> None:
    """Add ``demo`` to ``app``."""
    app.command(rich_help_panel="Start here")(demo)
