"""Every query of the library as a command of its own, made from its file when it is asked for."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from toolkit.cli import options as opt
from toolkit.cli.checked_early import CheckedTyper
from toolkit.cli.output import emit, say, show
from toolkit.cli.progress import progress_bar
from toolkit.cli.sources import graph_of
from toolkit.errors import ToolkitError
from toolkit.output_files import output_file
from toolkit.present.formats import write_bytes
from toolkit.runs import recording
from toolkit.settings import load_settings
from toolkit.workspace import open_workspace

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.graphdb.library import Library, QuerySpec
    from toolkit.graphdb.query_spec import Param

__all__ = [
    "ExplainOption",
    "FromOption",
    "GraphOption",
    "LibraryOption",
    "QueryGroup",
    "libraries",
    "show_graph",
    "show_plan",
]

FromOption = Annotated[
    str | None,
    typer.Option("--from", help="local, or a neo4j:// or bolt:// address. [default: NEO4J_URI, else local]"),
]
LibraryOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--library",
        metavar="DIR",
        help="Folder of query files of your own, beside the shipped ones; repeat for several. "
        "[default: SCICITIES_LIBRARY, else the setting library]",
        is_eager=True,  # the list of queries in --help has them too
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Print the plan Neo4j makes, and run nothing.", rich_help_panel="Output")
]
GraphOption = Annotated[
    bool,
    typer.Option("--graph", help="Print nodes and relationships as JSON (node-link form).", rich_help_panel="Output"),
]
WriteOption = Annotated[bool, typer.Option("--write", help="Let it change the graph.")]
_OWN: dict[str, tuple[Any, Any]] = {
    "source": (FromOption, None),
    "fmt": (opt.FormatOption, None),
    "output": (opt.OutputOption, None),
    "explain": (ExplainOption, False),
    "graph": (GraphOption, False),
    "write": (WriteOption, False),
    "workspace": (opt.WorkspaceOption, None),
}
"""Options of every query, by parameter; ``write`` only where it writes, ``graph`` only where it reads."""
_TRIED = {"city": "Beijing", "country": "China", "institution": '"Peking University"', "metro": "Beijing"}
"""Names in the examples of the help, by level."""
_QUERIES, _WORKSPACE = "scicities queries", "scicities workspace of queries"
_TYPES: dict[str, Any] = {"string": str, "int": int, "float": float, "bool": bool, "list<string>": list[str]}


def libraries(folders: list[Path] | None = None, workspace: Path | None = None) -> Library:
    """The library with the user's own folders; what is wrong in a file is kept until it is asked for."""
    from toolkit.graphdb.library import library, own_folders

    own = folders or own_folders(load_settings(open_workspace(workspace).root).library)
    return library(*own, strict=False)


class QueryGroup(TyperGroup):
    """``query run``: its commands are the files of the library, read when one or the list of them is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of all queries."""
        return list(self._queries(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of one query; an error where its file is broken."""
        library = self._queries(ctx)
        if cmd_name in library.broken:
            raise library.broken[cmd_name]
        return _click_command(library[cmd_name], library) if cmd_name in library else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As Click does it, but a misspelt name is told its nearest."""
        ctx.meta[_WORKSPACE] = _workspace_in(args)
        if args and not args[0].startswith("-") and not ctx.resilient_parsing:
            self._queries(ctx)[args[0]]
        return super().resolve_command(ctx, args)

    @property
    def commands(self) -> MutableMapping[str, Any]:
        """Commands of the library as the settings give it."""
        library = libraries()
        return {name: _click_command(spec, library) for name, spec in library.items()}

    @commands.setter
    def commands(self, _none: MutableMapping[str, Any]) -> None:
        """Click sets its own dict, which stays empty here."""

    def _queries(self, ctx: Any) -> Library:
        if _QUERIES not in ctx.meta:
            try:
                ctx.meta[_QUERIES] = libraries(ctx.params.get("library"), ctx.meta.get(_WORKSPACE))
            except ToolkitError:
                if not ctx.resilient_parsing:  # completing a word is no place for errors
                    raise
                from toolkit.graphdb.library import load_library

                ctx.meta[_QUERIES] = load_library(strict=False)
        found: Library = ctx.meta[_QUERIES]
        return found


def _workspace_in(args: list[str]) -> Path | None:
    """The workspace that is named behind the query, whose settings say which folders there are."""
    for place, word in enumerate(args):
        if word in {"-w", "--workspace"} and place + 1 < len(args):
            return Path(args[place + 1])
        if word.startswith("--workspace="):
            return Path(word.partition("=")[2])
    return None


def _click_command(spec: QuerySpec, library: Library) -> Any:
    app = CheckedTyper(
        add_completion=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    needed = " ".join(
        f"{_names(param, spec)[-1]} {_TRIED.get(param.level, 'VALUE')}" for param in spec.params if param.required
    )
    example = f"Example: `scicities query run {' '.join(filter(None, (spec.name, needed)))}`"
    app.command(spec.name, short_help=spec.summary, rich_help_panel=spec.group, epilog=example)(
        _command_of(spec, library)
    )
    return typer.main.get_command(app)


def _command_of(spec: QuerySpec, library: Library) -> Callable[..., None]:
    """A function whose signature is the query's parameters, so that Typer types and documents them."""

    def command(**given: Any) -> None:
        from toolkit.graphdb.library import bound_to
        from toolkit.graphdb.query_checks import answer, require_leave
        from toolkit.graphdb.query_needs import why_no_rows

        own = {name: given.pop(name, None) for name in _OWN}
        asked = {name: value for name, value in given.items() if value is not None}
        sound = library.sound(spec.name)
        if not own["explain"]:
            require_leave(spec, write=bool(own["write"]))
        with _opened(own["source"], own["workspace"]) as graph:
            if own["explain"]:
                from toolkit.graphdb.plans import explained

                show_plan(explained(graph, sound.statement, bound_to(graph, sound, asked)), own["fmt"])
                return
            if own["graph"]:
                from toolkit.graphdb.graph_json import graph_of_answer

                show_graph(graph_of_answer(graph, sound, asked), own["output"])
                return
            from toolkit.graphdb.load_node import shown_records

            bound = bound_to(graph, sound, asked)
            values = {"from": own["source"] or "local", **bound, **asked}
            with recording(f"query {spec.name}", values) as timer:
                frame = answer(sound, graph, bound, write=bool(own["write"]))
                timer.fingerprint, timer.snapshot = shown_records(graph)
                timer.rows["result"] = len(frame)
            why = why_no_rows(graph, sound, bound) if frame.empty else ""
            emit(frame, timer.record(), fmt=own["fmt"], output=own["output"], without_rows=why)

    from toolkit.graphdb.query_needs import need_texts

    fields = [_parameter(item, spec) for item in spec.params]
    for name, (annotation, default) in _OWN.items():
        if name == ("graph" if spec.access == "write" else "write"):
            continue
        fields.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation))
    command.__signature__ = inspect.Signature(fields)  # type: ignore[attr-defined]
    command.__annotations__ = {field.name: field.annotation for field in fields}
    columns = "\n".join(f"- {column.name}: {column.meaning}" for column in spec.columns)
    notes = re.sub(r"\n(?=[A-Z][\w ]*:)", "\n\n", spec.notes)  # `Question:`, `Left out:` are paragraphs
    needs = "".join(f"{text}\n\n" for text in need_texts(spec))
    command.__doc__ = f"{spec.summary}\n\n{notes}\n\n{needs}Columns:\n\n{columns}"
    return command


@contextmanager
def _opened(source: str | None, workspace: Path | None) -> Iterator[Any]:
    with progress_bar() as progress, graph_of(source, open_workspace(workspace), progress=progress) as graph:
        yield graph


def _parameter(item: Param, spec: QuerySpec) -> inspect.Parameter:
    kind: Any = _TYPES[item.type]
    # what is required is asked for once the graph is open: the error then names places that are in it
    shown = "required" if item.required else f"default: {_shown(item.default)}"
    option = typer.Option(*_names(item, spec), help=f"{item.meaning} [{shown}]", show_default=False)
    annotation = Annotated[kind | None, option]
    return inspect.Parameter(item.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _names(item: Param, spec: QuerySpec) -> list[str]:
    """Names of a parameter's option: ``--city-id`` and, since a name will do as well, ``--city``."""
    long = "--" + item.name.replace("_", "-")
    if item.type == "bool":
        return [f"{long}/--no-{long[2:]}"]
    short = item.name.removesuffix("_ids").removesuffix("_id")
    is_free = short != item.name and spec.param(short) is None
    return [long, "--" + short.replace("_", "-")] if item.level and is_free else [long]


def _shown(default: Any) -> str:
    from toolkit.graphdb.graph_years import GraphYear

    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, GraphYear):
        return f"the graph's {default}".replace("_", " ")
    return "none" if default is None else ", ".join(map(str, default)) if isinstance(default, list) else str(default)


def show_plan(plan: pd.DataFrame, fmt: str | None) -> None:
    """A plan on stdout; in a table its steps stand in as deep as they lie."""
    from toolkit.cli.output import chosen_format

    if chosen_format(fmt) == "table":
        plan = plan.assign(
            operator=["  " * depth + name for depth, name in zip(plan.depth, plan.operator, strict=True)]
        )
        plan = plan.drop(columns="depth")
    show(plan, fmt=fmt)


def show_graph(found: dict[str, Any], output: Path | None) -> None:
    """Nodes and relationships on stdout, or in a file."""
    content = (json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n").encode()
    told = f"{len(found['nodes']):,} nodes, {len(found['edges']):,} relationships"
    if output is None:
        write_bytes(content)
    else:
        with output_file(output) as file:
            file.write(content)
        told += f" in {output}"
    say(told, style="dim")
