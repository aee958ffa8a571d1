"""``query list|show|run|raw|check``: the library of Cypher files, and Cypher of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from toolkit.cli import options as opt
from toolkit.cli.checked_early import CheckedTyper
from toolkit.cli.output import emit, print_text, say, say_always, show
from toolkit.cli.progress import progress_bar
from toolkit.cli.query_commands import (
    ExplainOption,
    FromOption,
    GraphOption,
    LibraryOption,
    QueryGroup,
    libraries,
    show_graph,
    show_plan,
)
from toolkit.cli.sources import graph_of
from toolkit.errors import BadParameter, QueryFileError
from toolkit.present.tables import frame_of
from toolkit.runs import Answer, first_rows, recording
from toolkit.workspace import open_workspace

__all__ = ["register"]


def _names(incomplete: str) -> list[str]:
    """Names of queries that begin so, for the shell."""
    return [name for name in libraries() if name.startswith(incomplete)]


def _groups(incomplete: str) -> list[str]:
    """Groups that begin so, for the shell."""
    return [name for name in libraries().groups if name.startswith(incomplete)]


query_app = CheckedTyper(no_args_is_help=True, help="The Cypher query library, and Cypher of your own.")


@query_app.command("list")
def query_list(
    group: Annotated[
        str | None, typer.Argument(help="Only this group, for example hubs.", autocompletion=_groups)
    ] = None,
    library: LibraryOption = None,
    fmt: opt.FormatOption = None,
) -> None:
    """The queries, with what each answers."""
    queries = libraries(library)
    specs = [spec for spec in queries.values() if group is None or spec.group == group]
    if not specs:
        raise BadParameter("group", group, f"there are {', '.join(queries.groups)}")
    for error in queries.broken.values():
        say_always(f"left out: {error}")
    frame = frame_of({"query": spec.name, "question": spec.question, "summary": spec.summary} for spec in specs)
    show(frame, fmt=fmt)


@query_app.command("show")
def query_show(
    name: Annotated[str, typer.Argument(help="Name, for example hubs.by_strength.", autocompletion=_names)],
    library: LibraryOption = None,
) -> None:
    """The file of a query, after the lines that set its parameters in Neo4j Browser.

    Paste the :param lines first, then the file.
    """
    from toolkit.graphdb.query_values import param_lines

    spec = libraries(library)[name]
    print_text("".join(f"{line};\n" for line in param_lines(spec)) + spec.text.rstrip())


@query_app.command("check")
def query_check(
    server: Annotated[bool, typer.Option("--server", help="Also explain and run each on the server.")] = False,
    library: LibraryOption = None,
    source: FromOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Check every query file: header, parameters, order before limit, no writing in a read."""
    from toolkit.graphdb.library import check_on_server

    queries = libraries(library, workspace)
    problems = [str(problem) for problem in queries.check()]
    if server and not problems:
        with graph_of(source, open_workspace(workspace)) as graph:
            problems += [str(problem) for problem in check_on_server(graph, queries)]
    for problem in problems:
        say_always(problem)
    if problems:
        raise QueryFileError(f"{len(problems)} problems in the query library")
    say(f"{len(queries)} queries, all in order" + (" on the server too" if server else ""))


@query_app.command("raw")
def query_raw(
    cypher: Annotated[str, typer.Argument(help="Cypher text, or @FILE.")],
    parameter: Annotated[
        list[str] | None, typer.Option("-P", "--parameter", metavar="NAME=VALUE", help="A parameter; JSON or text.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Allow it to change the graph.")] = False,
    source: FromOption = None,
    top: opt.TopRowsOption = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    explain: ExplainOption = False,
    as_graph: GraphOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Run Cypher of your own; read-only unless --write."""
    from toolkit.graphdb.graph_json import graph_of_statement
    from toolkit.graphdb.library import parse_parameters
    from toolkit.graphdb.load_node import shown_records
    from toolkit.graphdb.plans import explained

    text = _text_of(cypher)
    parameters = parse_parameters(parameter or ())
    if explain or as_graph:
        if write:
            raise BadParameter("write", "--write", "with --explain and --graph nothing is written; leave it out")
        with progress_bar() as progress, graph_of(source, open_workspace(workspace), progress=progress) as graph:
            if explain:
                show_plan(explained(graph, text, parameters), fmt)
            else:
                show_graph(graph_of_statement(graph, text, parameters), output)
        return
    with (
        progress_bar() as progress,
        graph_of(source, open_workspace(workspace), progress=progress) as graph,
        recording("query raw", {"cypher": text, "parameters": parameters, "write": write}) as timer,
    ):
        frame = graph.raw(text, parameters, write=write)
        timer.fingerprint, timer.snapshot = shown_records(graph)
        timer.rows["result"] = len(frame)
        cut = first_rows(Answer(frame, timer.record()), top)
        emit(cut.frame, cut.run, fmt=fmt, output=output)


def _text_of(cypher: str) -> str:
    if not cypher.startswith("@"):
        return cypher
    path = Path(cypher[1:])
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadParameter("cypher", cypher, f"{path} can't be read ({error})") from error


run_app = typer.Typer(cls=QueryGroup, no_args_is_help=True)


@run_app.callback()
def query_run(
    library: LibraryOption = None,
) -> None:
    """Run a query by name; `query run NAME --help` tells what it answers and its options.

    With --library, before the name, also those of a folder of your own.
    """


def register(app: typer.Typer) -> None:
    """Add ``query`` and its commands to ``app``."""
    query_app.add_typer(run_app, name="run")
    app.add_typer(query_app, name="query", rich_help_panel="Graph")
