"""The query library as saved queries of Neo4j Browser: each one a single statement that answers at a click."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import SettingsError
from toolkit.graphdb.library import load_library
from toolkit.graphdb.query_text import masked
from toolkit.graphdb.query_values import examples, literal, param_lines
from toolkit.output_files import replacing

if TYPE_CHECKING:
    from toolkit.graphdb.library import Library
    from toolkit.graphdb.query_checks import RunsCypher
    from toolkit.graphdb.query_spec import QuerySpec

__all__ = ["browser_query", "drawings", "saved_queries", "write_saved_queries"]

_FOLDER: Final = "scicities"
_PARAMETER: Final = re.compile(r"\$(\w+)")
_DATE: Final = (1980, 1, 1, 0, 0, 0)


def browser_query(spec: QuerySpec, values: Mapping[str, Any] | None = None) -> str:
    """A query as one statement for Neo4j Browser, with values for its parameters written into it.

    Browser shows a script of ``:param`` lines and a query as a list of ticks without its rows; a single statement shows
    its rows, but has to find the parameters set. With the values in the text it runs at a click.

    Parameters
    ----------
    spec
        A query of the library.
    values
        Values by parameter, for example :func:`toolkit.graphdb.query_values.examples` of a graph. Without them the
        graph is asked for its years and largest places each time the query runs.

    Returns
    -------
    str
        The first line is name and summary; Browser calls the saved query by it.

    Examples
    --------
    >>> print(browser_query(load_library()["output.by_year"]).splitlines()[0])  # doctest: +ELLIPSIS
    // by_year: ...
    """
    head = [f"// {spec.name.removeprefix(spec.group + '.')}: {spec.summary}"]
    if values is None:
        pairs = (line.removeprefix(":param ").split(" => ", 1) for line in param_lines(spec))
        written = {name: f"({text})" if text.startswith("COLLECT") else text for name, text in pairs}
    else:
        written = {name: literal(value) for name, value in values.items()}
    head += [f"// {name} = {text}" for name, text in written.items()]
    return "\n".join(head) + "\n" + _with_values(spec.statement, written) + ";\n"


def drawings() -> dict[str, str]:
    """Statements of ours that draw graphs, by name; each runs on any loaded graph as it is."""
    folder = resources.files("toolkit.graphdb").joinpath("statements", "browser", "draw")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".cypher")), key=lambda file: file.name)
    return {file.name.removesuffix(".cypher"): file.read_text(encoding="utf-8") for file in files}


def saved_queries(library: Library | None = None, *, graph: RunsCypher | None = None) -> dict[str, str]:
    """Text of every saved query by its path in Browser's list: a folder for each group, one for the drawings.

    Parameters
    ----------
    library
        The shipped one by default.
    graph
        The graph whose years and largest places are written into the queries; without it the queries ask for them.
    """
    texts = {f"{_FOLDER} drawings/{name}.cypher": text for name, text in drawings().items()}
    for spec in (library or load_library()).values():
        if spec.access == "read":
            texts[f"{_FOLDER} {spec.group}/{spec.name}.cypher"] = browser_query(
                spec, None if graph is None else examples(graph, spec)
            )
    return texts


def write_saved_queries(path: Path, texts: Mapping[str, str] | None = None) -> int:
    """Write a zip file that Neo4j Browser imports when it is dropped on its page; return the number of queries.

    Parameters
    ----------
    path
        Its name must end in ``.zip``: Browser goes by that.
    texts
        What :func:`saved_queries` gives; by default for any graph.

    Raises
    ------
    SettingsError
        Another ending, or the file can't be written.

    Notes
    -----
    The same texts give the same bytes.
    """
    if path.suffix != ".zip":
        raise SettingsError(f"Neo4j Browser imports saved queries from a file that ends in .zip; {path.name} does not.")
    texts = saved_queries() if texts is None else texts
    try:
        with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in texts.items():
                archive.writestr(zipfile.ZipInfo(name, _DATE), text, zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise SettingsError(f"The saved queries can't be written to {path}: {error.strerror}.") from error
    return len(texts)


def _with_values(cypher: str, values: Mapping[str, str]) -> str:
    """The statement with values for its parameters; a ``$`` in a string or a comment is none."""
    parts, begin = [], 0
    for match in _PARAMETER.finditer(masked(cypher)):
        if match[1] in values:
            parts += [cypher[begin : match.start()], values[match[1]]]
            begin = match.end()
    return "".join([*parts, cypher[begin:]])
