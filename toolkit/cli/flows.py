"""Commands of flows: those of careers and imported ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.cli import movement_options as mov
from toolkit.cli import options as opt
from toolkit.cli.data import ingest_app
from toolkit.cli.families import takes
from toolkit.cli.output import emit, rows_shown, say, say_run, warn_synthetic, write_figure
from toolkit.workspace import open_workspace

if TYPE_CHECKING:
    from toolkit.corpus.networks.ingest_flows import NetworkReport

__all__ = ["register"]

_SHOWN = 5
_SELECTION = "What to count"
_VIEW = "One of the views"
_Name = Annotated[
    str | None,
    typer.Option("--name", help="What it is asked for by. [default: the first file's name, without ending]"),
]


@takes(mov.RULES_OF_MOVES, into="rules")
def flows(
    *,
    show: Annotated[
        str,
        typer.Option(
            "--show",
            help="Matrix, indicators (of places), system (of all together), corridors (both ways), rates (retention, "
            "returns, brain gain), groups, gateways, group-moves, suppliers (and attractors) or communities.",
        ),
    ] = "matrix",
    indicators: Annotated[bool, typer.Option("--indicators", help="The same as --show indicators.")] = False,
    network: opt.NetworkOption = None,
    place: Annotated[
        str | None, typer.Option("--place", help="Only flows of this place.", rich_help_panel=_SELECTION)
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="Groups: what they add to the net of every place.", rich_help_panel=_VIEW)
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="Indicators: their order (net, inflow …). Groups: type, umbrella, scope, age, cohort; several of "
            "them with commas between. [default: net; type]",
            rich_help_panel=_VIEW,
        ),
    ] = None,
    losers: Annotated[
        bool, typer.Option("--losers", help="Indicators: the smallest first.", rich_help_panel=_VIEW)
    ] = False,
    umbrella: Annotated[
        str | None,
        typer.Option("--umbrella", help="Groups: inside or outside this organisation.", rich_help_panel=_VIEW),
    ] = None,
    ages: Annotated[
        str | None,
        typer.Option("--ages", help="Groups by age: bands, as 0-5,6-10,11+.", rich_help_panel=_VIEW),
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option("--people", help="Groups by cohort: table of author_id or orcid, group.", rich_help_panel=_VIEW),
    ] = None,
    horizon: Annotated[
        int | None,
        typer.Option(
            "--horizon", min=1, help="Rates, gateways: within how many years. [default: 5]", rich_help_panel=_VIEW
        ),
    ] = None,
    before: Annotated[
        int | None,
        typer.Option(
            "--before", min=1, help="Rates: years of output before a move. [default: 3]", rich_help_panel=_VIEW
        ),
    ] = None,
    brain: Annotated[
        str | None,
        typer.Option(
            "--brain", help="Rates: output as parts (of articles) or articles. [default: parts]", rich_help_panel=_VIEW
        ),
    ] = None,
    least: Annotated[
        int | None,
        typer.Option("--least", min=2, help="Group moves: fewest authors. [default: 3]", rich_help_panel=_VIEW),
    ] = None,
    resolution: Annotated[
        float | None,
        typer.Option(
            "--resolution", help="Communities: above 1 more and smaller ones. [default: 1]", rich_help_panel=_VIEW
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Communities: seed of the first start.", rich_help_panel=_VIEW)
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Draw the matrix or the indicators into this file (.png, .svg or .pdf)."),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            help="city, institution, country, site, parent, metro, region or type. [default: city; of group-moves "
            "institution]",
            rich_help_panel=_SELECTION,
        ),
    ] = None,
    years: opt.YearsOption = None,
    by_year: opt.ByYearOption = False,
    country: opt.CountryOption = None,
    either: opt.CountryEitherOption = False,
    top: opt.TopOption = None,
    rules: dict[str, Any],
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Flows of researchers between places: matrix, indicators, groups, rates, corridors, communities.

    By year or over the window; of careers in the records, or with --network of imported flows.
    """
    from toolkit.analyses.flow_views import flow_view

    asked: dict[str, Any] = {
        "level": level,
        "years": years,
        "by_year": by_year or None,
        "place": place,
        "each": each or None,
        "country": country,
        "either": either or None,
        "network": network,
        "by": by,
        "losers": losers or None,
        "umbrella": umbrella,
        "ages": ages,
        "people": people,
        "horizon": horizon,
        "before": before,
        "output": brain,
        "least": least,
        "resolution": resolution,
        "seed": seed,
    }
    ws = open_workspace(workspace)
    view = "indicators" if indicators else show
    if plot is not None and (by_year or view not in {"matrix", "indicators"}):
        raise typer.BadParameter("--plot draws the matrix or the indicators, over one window")
    given = {name: value for name, value in asked.items() if value is not None}
    answer = flow_view(ws, view, given, top=None if plot else rows_shown(top, fmt=fmt, output=output), **rules)
    if plot is not None:
        from toolkit.present.figures import caption, figure_bytes
        from toolkit.present.flow_charts import draw_flows, draw_net_flows

        draw = draw_flows if view == "matrix" else draw_net_flows
        figure = draw(answer.frame, note=caption(answer.run))
        write_figure(figure_bytes(figure, plot), answer.run, plot)
        answer = flow_view(ws, view, given, top=rows_shown(top, fmt=fmt, output=output), **rules)
    if network is None:
        warn_synthetic(ws)
    emit(answer.frame, answer.run, fmt=fmt, output=output)


def ingest_flows(
    paths: Annotated[list[Path], typer.Argument(help="Tables of flows; all of them are one set.")],
    name: _Name = None,
    level: Annotated[
        str, typer.Option("--level", help="What moves from where to where: country, region, city, institution, other.")
    ] = "country",
    year: Annotated[int | None, typer.Option("--year", help="Year of tables without a column for it.")] = None,
    origin: Annotated[
        str | None, typer.Option("--from", metavar="COLUMN", help="Column of the origin. [default: by its name]")
    ] = None,
    destination: Annotated[
        str | None, typer.Option("--to", metavar="COLUMN", help="Column of the destination. [default: by its name]")
    ] = None,
    count: Annotated[
        str | None, typer.Option("--count", metavar="COLUMN", help="Column of the count. [default: by its name]")
    ] = None,
    year_column: Annotated[
        str | None, typer.Option("--year-column", metavar="COLUMN", help="Column of the year. [default: year]")
    ] = None,
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Imported flows of researchers: origin, destination, year, count; or a column for each year; or a matrix."""
    from toolkit.corpus.networks import ingest_flows as reader

    asked = {"origin": origin, "destination": destination, "count": count, "year": year_column}
    columns = {field: column for field, column in asked.items() if column is not None}
    ws = open_workspace(workspace)
    _tell(
        reader.ingest_flows(
            ws, paths, name=name, level=level, year=year, columns=columns, strict=strict, accept_rejects=accept_rejects
        )
    )


def ingest_network(
    paths: Annotated[list[Path], typer.Argument(help="GraphML, GEXF, GML, Pajek, VOSviewer, JSON, or edges as csv.")],
    name: _Name = None,
    level: Annotated[
        str,
        typer.Option("--level", help="What the nodes are: other (as they are), country, region, city, institution."),
    ] = "other",
    weight: Annotated[
        str | None,
        typer.Option("--weight", help="Column or attribute of the weight. [default: weight, or the only one like it]"),
    ] = None,
    directed: Annotated[
        bool | None,
        typer.Option("--directed/--undirected", help="Whether edges have a direction. [default: what the file says]"),
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="Year of edges that have none; for the graph.")] = None,
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """An imported network: GraphML, GEXF, GML, Pajek, UCINET, VOSviewer, Gephi, node-link JSON, or a table of edges."""
    from toolkit.network import ingest_network as reader

    ws = open_workspace(workspace)
    _tell(
        reader.ingest_network(
            ws,
            paths,
            name=name,
            level=level,
            weight=weight,
            directed=directed,
            year=year,
            strict=strict,
            accept_rejects=accept_rejects,
        )
    )


def _tell(report: NetworkReport) -> None:
    """What was read, kept and rejected, on stderr."""
    what = "counts" if report.kind == "flows" else "edges"
    say(f"{report.kind} {report.name}: {report.files:,} files, {report.read:,} {what} read, {report.kept:,} kept")
    for reason, count in report.left_out.items():
        say(f"  left out  {count:>8,}  {reason}")
    for reason, count in report.rejects.items():
        say(f"  {'noted' if reason.startswith('kept') else 'rejected':9} {count:>8,}  {reason}")
    for row in report.listing[:_SHOWN]:
        say(f"    {row['source']}:{row['line']}: {row['reason']}: {row['excerpt']}")
    if len(report.listing) > _SHOWN:
        say(f"  all of them: networks/{report.name}/rejects.csv in the workspace")
    say_run(report.run)


def register(app: typer.Typer) -> None:
    """Add this room's commands to ``app`` and to ``ingest``."""
    app.command(rich_help_panel="Movement")(flows)
    ingest_app.command("flows")(ingest_flows)
    ingest_app.command("network")(ingest_network)
