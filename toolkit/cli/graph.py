"""Commands of the graph: server, load, browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.cli import movement_options as mov
from toolkit.cli import options as opt
from toolkit.cli.checked_early import CheckedTyper
from toolkit.cli.families import takes
from toolkit.cli.output import chosen_format, print_text, say, say_run, show, warn_synthetic
from toolkit.cli.progress import progress_bar
from toolkit.output_files import output_file, require_output
from toolkit.present.tables import frame_of
from toolkit.settings import load_settings
from toolkit.workspace import open_workspace

__all__ = ["register"]

server_app = CheckedTyper(no_args_is_help=True, help="The workspace's own Neo4j: start, stop, status, logs, backup.")


@server_app.command("start")
def server_start(
    bolt_port: Annotated[
        int | None, typer.Option("--bolt-port", min=1, max=65_535, help="Port of Bolt. [default: 7687, or a free one]")
    ] = None,
    http_port: Annotated[
        int | None,
        typer.Option("--http-port", min=1, max=65_535, help="Port of Browser. [default: 7474, or a free one]"),
    ] = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Start the local Neo4j; the first time its jars are fetched (156 MB, once per user)."""
    from toolkit.graphdb.server import ManagedServer

    ws = open_workspace(workspace)
    with progress_bar() as progress:
        server = ManagedServer(ws.neo4j, settings=load_settings(ws.root), progress=progress)
        info = server.start(bolt_port=bolt_port, http_port=http_port)
    say(f"Neo4j {info.version} runs at {info.uri}; Browser at {info.http_url}")
    say(f"user {info.username}, password in {server.home / 'password'}")


@server_app.command("stop")
def server_stop(workspace: opt.WorkspaceOption = None) -> None:
    """Stop the local Neo4j."""
    from toolkit.graphdb.server import ManagedServer

    ws = open_workspace(workspace)
    stopped = ManagedServer(ws.neo4j, settings=load_settings(ws.root)).stop()
    say("stopped" if stopped else "it was not running")


@server_app.command("status")
def server_status(fmt: opt.FormatOption = None, workspace: opt.WorkspaceOption = None) -> None:
    """Whether the local Neo4j runs, where, and how large it is."""
    from toolkit.graphdb.server import ManagedServer

    ws = open_workspace(workspace)
    status = ManagedServer(ws.neo4j, settings=load_settings(ws.root)).status()
    values = vars(status)
    if chosen_format(fmt) == "table":
        minutes = status.uptime / 60
        values = {
            "running": "yes" if status.running else "no (scicities server start)",
            "bolt address": status.uri,
            "browser": status.http_url,
            "version": status.version,
            "process": status.pid,
            "running for": f"{minutes / 60:.1f} hours" if minutes >= 90 else f"{minutes:.0f} minutes",
            "data": f"{status.store_bytes / 1e6:,.0f} MB on disk",
            "memory": f"{status.memory_bytes / 1e6:,.0f} MB",
            "folder": status.home,
        }
        running_only = ("bolt address", "browser", "process", "running for", "memory")
        values = {name: value for name, value in values.items() if status.running or name not in running_only}
    show(frame_of({"item": name, "value": str(value)} for name, value in values.items()), fmt=fmt)


@server_app.command("logs")
def server_logs(
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="Lines from the end.")] = 40,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """The last lines the local Neo4j wrote."""
    from toolkit.graphdb.server import ManagedServer

    ws = open_workspace(workspace)
    print_text(ManagedServer(ws.neo4j, settings=load_settings(ws.root)).logs(lines))


@server_app.command("backup")
def server_backup(
    file: Annotated[Path, typer.Argument(help="File to write; it is replaced once the new one is complete.")],
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Write the local graph, with results written back to it, into one file; the server is stopped meanwhile."""
    from toolkit.graphdb.backup import back_up

    ws = open_workspace(workspace)
    with progress_bar() as progress:
        made = back_up(ws, file, settings=load_settings(ws.root), progress=progress)
    say(f"wrote {made.rows:,} nodes and relationships to {file} (Neo4j {made.neo4j_version})")


@server_app.command("restore")
def server_restore(
    file: Annotated[Path, typer.Argument(help="What `scicities server backup` wrote.")],
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Replace the local graph by that of a backup; it stays as it is where the file does not fit."""
    from toolkit.graphdb.backup import restore

    ws = open_workspace(workspace)
    with progress_bar() as progress:
        found = restore(ws, file, settings=load_settings(ws.root), progress=progress)
    say(f"restored {found.rows:,} nodes and relationships, counted: the graph of {found.made}")


@takes(mov.RULES_OF_MOVES, into="rules", without=("rule",))
def load(
    *,
    to: Annotated[
        str | None,
        typer.Option("--to", help="local, or a neo4j:// or bolt:// address. [default: NEO4J_URI, else local]"),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Load anew even what is complete.")] = False,
    only_changed: Annotated[
        bool,
        typer.Option("--only-changed", help="Where the graph shows other records, write only the rows that differ."),
    ] = False,
    mode: Annotated[
        str, typer.Option("--mode", help="auto, online (batches) or offline (import tool, into an empty local server).")
    ] = "auto",
    more: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="Researchers: a node for each author id, with dated stays at institutions. Names: these with names "
            "and ORCID iDs. Data about people, left out unless asked for.",
        ),
    ] = None,
    less: Annotated[
        list[str] | None,
        typer.Option("--without", help="Moves: no flows of researchers between places (which name nobody)."),
    ] = None,
    network: opt.NetworkOption = None,
    rules: dict[str, Any],
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Load the workspace into Neo4j; what is loaded already stays, what was interrupted goes on."""
    from toolkit.graphdb.contents import GraphContents
    from toolkit.graphdb.load import load as load_graph
    from toolkit.measures.movement.options import Movement

    ws = open_workspace(workspace)
    contents = GraphContents.asked(more or [], less or [], movement=Movement(**rules))
    if network is None:
        ws.require_corpus()
    settings = load_settings(ws.root, neo4j_uri=to)
    with progress_bar() as progress:
        report = load_graph(
            ws,
            settings.neo4j_uri,
            settings=settings,
            progress=progress,
            replace=replace,
            only_changed=only_changed,
            mode=mode,  # type: ignore[arg-type]  # other modes are refused there
            contents=contents,
            network=network,
        )
    if network is None:
        warn_synthetic(ws)
    for name, count in report.counts.items():
        say(f"  {count:>10,}  {name}")
    for name, sums in report.totals.items():
        say(f"  {name}: " + ", ".join(f"{what} {total:,.9g}" for what, total in sums.items()))
    for name, rows in report.changes.items():
        if rows:
            say(f"  {name}: {rows.added:,} added, {rows.changed:,} changed, {rows.removed:,} removed")
    if report.unchanged:
        say("nothing to do: this graph is loaded already")
    elif report.action == "changed":
        say("only rows that differ were written; counts and sums equal the workspace's")
    else:
        say(f"loaded; counts and sums equal the workspace's ({report.mode})")
    say_run(report.run)


def browser(
    colour: Annotated[
        str, typer.Option("--colour", "--color", help="What circles are coloured by: country or community.")
    ] = "country",
    open_it: Annotated[bool, typer.Option("--open", help="Open it in this machine's web browser.")] = False,
    style: Annotated[
        Path | None, typer.Option("--style", help="Only write the style sheet (GraSS) to this file.")
    ] = None,
    queries: Annotated[
        Path | None, typer.Option("--queries", help="Only write the saved queries to this zip file.")
    ] = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Start the local Neo4j, load the workspace, and say what to open and type in Neo4j Browser."""
    if style is not None or queries is not None:
        _write_browser_files(colour, style, queries)
        return
    from toolkit.graphdb.browser.prepare import prepare_browser

    ws = open_workspace(workspace)
    ws.require_corpus()
    with progress_bar() as progress:
        session = prepare_browser(
            ws,
            colours=colour,  # type: ignore[arg-type]  # other words are refused there
            settings=load_settings(ws.root, neo4j_uri="local"),
            progress=progress,
        )
    warn_synthetic(ws)
    say(f"log in    as {session.username}; the password is in {session.password_file}")
    say("then      a guide opens by itself; a click on a box runs it, the style first")
    say(f"style     drop {session.style} on the page, or click it in the guide")
    say(f"queries   drop {session.saved_queries} on the page: {session.queries} saved queries, under the star")
    for label, rows in session.marks.sizes.groupby("label", sort=False):
        steps = " · ".join(f"{share:,.4g}" for share in rows["share_from"])
        say(f"circles   {label}: larger from a Share of {steps}")
    say("open")
    print_text(session.url)
    if open_it and not webbrowser.open(session.url):
        say("no web browser opened here; open the address by hand")


def _write_browser_files(colour: str, style: Path | None, queries: Path | None) -> None:
    from toolkit.graphdb.browser.saved_queries import write_saved_queries
    from toolkit.graphdb.browser.style import browser_style

    if style is not None:
        with output_file(style) as file:
            file.write(browser_style(colour).encode())  # type: ignore[arg-type]  # other words are refused there
        say(f"wrote {style}")
    if queries is not None:
        require_output(queries)
        say(f"wrote {write_saved_queries(queries)} queries to {queries}")


def register(app: typer.Typer) -> None:
    """Add this room's commands to ``app``."""
    app.add_typer(server_app, name="server", rich_help_panel="Graph")
    app.command(rich_help_panel="Graph")(load)
    app.command(rich_help_panel="Graph")(browser)
