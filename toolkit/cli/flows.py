"""Commands of flows: ready-made ones taken in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.cli import options as opt
from toolkit.cli.data import ingest_app
from toolkit.cli.output import say, tell_run
from toolkit.workspace import open_workspace

if TYPE_CHECKING:
    from toolkit.corpus.networks.ingest_flows import NetworkReport

__all__ = ["register"]

_SHOWN = 5
_Name = Annotated[
    str | None,
    typer.Option("--name", help="What it is asked for by. [default: the first file's name, without ending]"),
]


def ingest_flows(
    paths: Annotated[list[Path], typer.Argument(help="Tables of flows; all of them are one set.")],
    name: _Name = None,
    level: Annotated[
        str, typer.Option("--level", help="What moves from where to where: country, region, city, institution, other.")
    ] = "country",
    year: Annotated[int | None, typer.Option("--year", help="Year of tables without a column for it.")] = None,
    strict: opt.StrictOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Flows of researchers made elsewhere: origin, destination, year, count; or wide by year; or a matrix."""
    from toolkit.corpus.networks import ingest_flows as reader

    _tell(reader.ingest_flows(open_workspace(workspace), paths, name=name, level=level, year=year, strict=strict))


def ingest_network(
    paths: Annotated[list[Path], typer.Argument(help="GraphML, GEXF, VOSviewer's map and network, or edges as csv.")],
    name: _Name = None,
    level: Annotated[
        str,
        typer.Option("--level", help="What the nodes are: other (as they are), country, region, city, institution."),
    ] = "other",
    weight: Annotated[
        str | None, typer.Option("--weight", help="Column or attribute of the weight. [default: weight and its like]")
    ] = None,
    directed: Annotated[
        bool | None,
        typer.Option("--directed/--undirected", help="Whether edges have a direction. [default: what the file says]"),
    ] = None,
    strict: opt.StrictOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """A network made elsewhere: GraphML, GEXF, VOSviewer's map and network files, or a table of edges."""
    from toolkit.network import ingest_network as reader

    ws = open_workspace(workspace)
    _tell(reader.ingest_network(ws, paths, name=name, level=level, weight=weight, directed=directed, strict=strict))


def _tell(report: NetworkReport) -> None:
    """What was read, kept and set aside, on stderr."""
    what = "counts" if report.kind == "flows" else "edges"
    say(f"{report.kind} {report.name}: {report.files:,} files, {report.read:,} {what} read, {report.kept:,} kept")
    for reason, count in report.left_out.items():
        say(f"  left out  {count:>8,}  {reason}")
    for reason, count in report.rejects.items():
        say(f"  set aside {count:>8,}  {reason}")
    for row in report.listing[:_SHOWN]:
        say(f"    {row['source']}:{row['line']}: {row['reason']}: {row['excerpt']}")
    if len(report.listing) > _SHOWN:
        say(f"  all of them: networks/{report.name}/rejects.csv in the workspace")
    tell_run(report.run)


def register(app: typer.Typer) -> None:  # noqa: ARG001 (they go under `ingest`)
    """Add this room's commands to ``ingest``."""
    ingest_app.command("flows")(ingest_flows)
    ingest_app.command("network")(ingest_network)
