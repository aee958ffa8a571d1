"""Commands of the network: hubs and communities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.cli import counting_options as cnt
from toolkit.cli import options as opt
from toolkit.cli.families import takes
from toolkit.cli.output import emit, rows_shown, say, warn_synthetic
from toolkit.cli.progress import progress_bar
from toolkit.cli.sources import open_source
from toolkit.runs import first_rows
from toolkit.workspace import open_workspace

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph
    from toolkit.runs import Answer

__all__ = ["register"]

_WeightOption = Annotated[str, typer.Option("--weight", help="score, joint or partnerships: strength of a tie.")]
_WriteOption = Annotated[bool, typer.Option("--write", help="Write the result back to the graph, as properties.")]


@takes(cnt.COUNTING_PAIRS, into="counting")
def hubs(
    *,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            help="degree, strength, pagerank, betweenness, eigenvector, harmonic, core or all; repeat for several. "
            "[default: the first four]",
        ),
    ] = None,
    weight: _WeightOption = "score",
    source: opt.SourceOption = "corpus",
    network: opt.NetworkOption = None,
    engine: Annotated[
        str, typer.Option("--engine", help="auto, numpy, igraph, networkx or networkit; they give the same values.")
    ] = "auto",
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=1, help="Estimate betweenness and harmonic from so many places. [default: all]"),
    ] = None,
    interval: Annotated[
        bool,
        typer.Option("--interval", help="Add 95 % intervals of values and ranks, from resampled articles."),
    ] = False,
    replicates: Annotated[
        int, typer.Option("--replicates", min=40, help="Resampled networks behind an interval.")
    ] = 200,
    seed: opt.SeedOption = 0,
    write: _WriteOption = False,
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    country: opt.CountryOption = None,
    counting: dict[str, Any],
    top: opt.TopOption = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Hubs of the collaboration network by published centralities, each with its rank and, if asked for, interval."""
    from toolkit.analyses import hub_analysis

    ws = open_workspace(workspace)
    with progress_bar() as progress, open_source(source, ws, write=write, network=network, progress=progress) as opened:
        answer = hub_analysis.hubs(
            opened.source,
            level=level,
            weight=weight,
            years=years,
            country=country,
            measures=_measures(measure),
            engine=engine,
            samples=samples,
            seed=seed,
            interval=interval,
            replicates=replicates,
            network=network,
            **counting,
        )
        if write:
            _write_back(opened.graph, answer, level=level)
    warn_synthetic(ws)
    cut = first_rows(answer, rows_shown(top, fmt=fmt, output=output))
    emit(cut.frame, cut.run, fmt=fmt, output=output)


@takes(cnt.COUNTING_PAIRS, into="counting")
def communities(
    *,
    method: Annotated[str, typer.Option("--method", help="leiden or louvain.")] = "leiden",
    weight: _WeightOption = "score",
    source: opt.SourceOption = "corpus",
    network: opt.NetworkOption = None,
    quality: Annotated[
        str, typer.Option("--quality", help="What is maximised: modularity, or cpm (leiden by igraph).")
    ] = "modularity",
    normalise: Annotated[
        str,
        typer.Option(
            "--normalise",
            help="Make weights relative to the strengths of both places: none or association (with --quality cpm as "
            "in VOSviewer).",
        ),
    ] = "none",
    engine: Annotated[
        str, typer.Option("--engine", help="auto, igraph, networkit; for louvain also python-louvain and networkx.")
    ] = "auto",
    resolution: Annotated[
        float,
        typer.Option(
            "--resolution",
            help="Above 1: more and smaller communities; of cpm the mean strength of ties inside a community.",
        ),
    ] = 1.0,
    starts: Annotated[int, typer.Option("--starts", min=1, help="Starts; the best of them is kept.")] = 10,
    stability: Annotated[
        bool, typer.Option("--stability", help="Add how far the starts keep a place with its community.")
    ] = False,
    consensus: Annotated[
        bool, typer.Option("--consensus", help="The division that agrees most with all starts, instead of the best.")
    ] = False,
    seed: opt.SeedOption = 0,
    write: _WriteOption = False,
    level: opt.LevelOption = "city",
    years: opt.YearsOption = None,
    country: opt.CountryOption = None,
    counting: dict[str, Any],
    top: opt.TopRowsOption = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Communities of the collaboration network, numbered by size, with modularity and stability."""
    from toolkit.analyses import community_analysis

    ws = open_workspace(workspace)
    with progress_bar() as progress, open_source(source, ws, write=write, network=network, progress=progress) as opened:
        answer = community_analysis.communities(
            opened.source,
            level=level,
            weight=weight,
            years=years,
            country=country,
            method=method,
            quality=quality,
            normalise=normalise,
            engine=engine,
            resolution=resolution,
            starts=starts,
            seed=seed,
            stability=stability,
            consensus=consensus,
            network=network,
            **counting,
        )
        if write:
            _write_back(opened.graph, answer, level=level)
    warn_synthetic(ws)
    cut = first_rows(answer, top)
    emit(cut.frame, cut.run, fmt=fmt, output=output)


def _measures(asked: list[str] | None) -> tuple[str, ...]:
    from toolkit.network.hubs import DEFAULT_MEASURES, MEASURES

    if not asked:
        return DEFAULT_MEASURES
    return MEASURES if "all" in asked else tuple(asked)


def _write_back(graph: Graph, answer: Answer, *, level: str) -> None:
    from toolkit.analyses.write_back import write_back, written_properties

    written = write_back(graph, answer, level=level)
    say(f"written to {written:,} nodes as {', '.join(written_properties(answer))}")


def register(app: typer.Typer) -> None:
    """Add this room's commands to ``app``."""
    for command in (hubs, communities):
        app.command(rich_help_panel="Network")(command)
