"""``query list|show|run|raw|check``; every query of the library is a command of its own with typed options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.cli import options as opt
from toolkit.cli.output import emit, say, show
from toolkit.cli.progress import progress_bar
from toolkit.cli.sources import graph_of
from toolkit.errors import BadParameter, QueryFileError, ToolkitError
from toolkit.present.tables import frame_of
from toolkit.runs import recording
from toolkit.workspace import open_workspace

if TYPE_CHECKING:
    from toolkit.graphdb.library import QuerySpec

__all__ = ["register"]

_FromOption = Annotated[
    str | None,
    typer.Option("--from", help="local, or a neo4j:// or bolt:// address. [default: NEO4J_URI, else local]"),
]
_TYPES: dict[str, Any] = {"string": str, "int": int, "float": float, "bool": bool, "list<string>": list[str]}

query_app = typer.Typer(no_args_is_help=True, help="The Cypher query library, and Cypher of your own.")


@query_app.command("list")
def query_list(
    group: Annotated[str | None, typer.Argument(help="Only this group, for example hubs.")] = None,
    fmt: opt.FormatOption = None,
) -> None:
    """The queries, with what each answers."""
    from toolkit.graphdb.library import load_library

    specs = [spec for spec in load_library().values() if group is None or spec.name.split(".")[0] == group]
    if not specs:
        groups = sorted({name.split(".")[0] for name in load_library()})
        raise BadParameter("group", group, f"there are {', '.join(groups)}")
    frame = frame_of({"query": spec.name, "summary": spec.summary} for spec in specs)
    show(frame, fmt=fmt)


@query_app.command("show")
def query_show(name: Annotated[str, typer.Argument(help="Name, for example hubs.by_strength.")]) -> None:
    """The file of a query, ready to paste into Neo4j Browser."""
    from toolkit.graphdb.library import load_library

    typer.echo(load_library().get(name).path.read_text(encoding="utf-8").rstrip())


@query_app.command("check")
def query_check(
    server: Annotated[bool, typer.Option("--server", help="Also explain and run each on the server.")] = False,
    source: _FromOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Check every query file: header, parameters, order before limit, no writing in a read."""
    from toolkit.graphdb.library import check_library, check_on_server, load_library

    problems = [str(problem) for problem in check_library()]
    library = {} if problems else load_library()
    if server and not problems:
        with graph_of(source, open_workspace(workspace)) as graph:
            problems += [str(problem) for problem in check_on_server(graph, library)]
    for problem in problems:
        say(problem, style="red")
    if problems:
        raise QueryFileError(f"{len(problems)} problems in the query library")
    say(f"{len(library)} queries, all in order" + (" on the server too" if server else ""))


@query_app.command("raw")
def query_raw(
    cypher: Annotated[str, typer.Argument(help="Cypher text, or @FILE.")],
    parameter: Annotated[
        list[str] | None, typer.Option("-P", "--parameter", metavar="NAME=VALUE", help="A parameter; JSON or text.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Allow it to change the graph.")] = False,
    source: _FromOption = None,
    top: opt.TopOption = 0,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Run Cypher of your own; read-only unless --write."""
    from toolkit.graphdb.library import parse_parameters

    text = _text_of(cypher)
    parameters = parse_parameters(parameter or ())
    with (
        progress_bar() as progress,
        graph_of(source, open_workspace(workspace), progress=progress) as graph,
        recording("query raw", {"cypher": text, "parameters": parameters, "write": write}) as timer,
    ):
        frame = graph.raw(text, parameters, write=write)
        timer.rows["result"] = len(frame)
        emit(frame, timer.record(), fmt=fmt, output=output, top=top)


def _text_of(cypher: str) -> str:
    if not cypher.startswith("@"):
        return cypher
    path = Path(cypher[1:])
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadParameter("cypher", cypher, f"{path} can't be read ({error})") from error


def _command_of(spec: QuerySpec) -> Callable[..., None]:
    """A function whose signature is the query's parameters, so that Typer types and documents them."""

    def command(**given: Any) -> None:
        source, ws = given.pop("source"), open_workspace(given.pop("workspace"))
        fmt, output = given.pop("fmt"), given.pop("output")
        asked = {name: value for name, value in given.items() if value is not None}
        with (
            progress_bar() as progress,
            graph_of(source, ws, progress=progress) as graph,
            recording(f"query {spec.name}", {"from": source or "local", **asked}) as timer,
        ):
            frame = graph.run(spec.name, **asked)
            timer.rows["result"] = len(frame)
            emit(frame, timer.record(), fmt=fmt, output=output)

    fields = [_parameter(item) for item in spec.params]
    for name, annotation, default in (
        ("source", _FromOption, None),
        ("fmt", opt.FormatOption, None),
        ("output", opt.OutputOption, None),
        ("workspace", opt.WorkspaceOption, None),
    ):
        fields.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation))
    command.__signature__ = inspect.Signature(fields)  # type: ignore[attr-defined]
    command.__annotations__ = {field.name: field.annotation for field in fields}
    columns = "\n".join(f"- {column.name}: {column.meaning}" for column in spec.columns)
    command.__doc__ = f"{spec.summary}\n\n{spec.notes}\n\nColumns:\n\n{columns}"
    return command


def _parameter(item: Any) -> inspect.Parameter:
    kind: Any = _TYPES[item.type]
    shown = "required" if item.required else f"default: {_shown(item.default)}"
    option = typer.Option("--" + item.name.replace("_", "-"), help=f"{item.meaning} [{shown}]", show_default=False)
    if item.required:
        return inspect.Parameter(item.name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[kind, option])
    annotation = Annotated[kind | None, option]
    return inspect.Parameter(item.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _shown(default: Any) -> str:
    return "none" if default is None else str(default).lower() if isinstance(default, bool) else str(default)


def register(app: typer.Typer) -> None:
    """Add ``query`` and a command for each query of the library to ``app``."""
    from toolkit.graphdb.library import load_library

    run_app = typer.Typer(no_args_is_help=True, help="Run a query by name; `query run NAME --help` tells its options.")
    try:
        specs = tuple(load_library(strict=False).values())
    except ToolkitError:  # no library where it should be: the query commands say so themselves, the others must work
        specs = ()
    for spec in specs:
        run_app.command(spec.name, short_help=spec.summary, rich_help_panel=spec.name.split(".")[0])(_command_of(spec))
    query_app.add_typer(run_app, name="run")
    app.add_typer(query_app, name="query", rich_help_panel="Graph")
