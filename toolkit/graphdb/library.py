"""The query library: a folder of Cypher files as functions.

``cypher/hubs/by_strength.cypher`` is the query ``hubs.by_strength``; its header says what it takes and gives.
One file has three faces: :func:`run_query` (and with it ``graph.run``), the command line, and the text pasted in Neo4j
Browser.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import QueryFileError, SettingsError, UnknownPlace, UnknownQuery
from toolkit.graphdb.query_checks import RunsCypher, answer, check_query, require_leave, server_problems
from toolkit.graphdb.query_file import library_folder, query_name, read_query
from toolkit.graphdb.query_params import bind, parse_parameters
from toolkit.graphdb.query_spec import Column, Param, QuerySpec
from toolkit.graphdb.query_values import graph_years, require_values
from toolkit.graphdb.statement_files import statement
from toolkit.paths import expanded
from toolkit.settings import load_settings

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Column",
    "Library",
    "Param",
    "QuerySpec",
    "bind",
    "bound_to",
    "check_library",
    "check_on_server",
    "library",
    "library_folder",
    "load_library",
    "own_folders",
    "parse_parameters",
    "run_query",
]


class Library(Mapping[str, QuerySpec]):
    """Queries by name, in the order of their names.

    Parameters
    ----------
    specs
        The queries.
    broken
        By name, what is wrong with files that gave no query.
    """

    def __init__(self, specs: Iterable[QuerySpec], broken: Mapping[str, QueryFileError] | None = None) -> None:
        self._specs = {spec.name: spec for spec in sorted(specs, key=lambda spec: spec.name)}
        self._broken = dict(broken or {})

    def __getitem__(self, name: str) -> QuerySpec:
        """Query of that name.

        Raises
        ------
        UnknownQuery
            There is none; the error names the nearest.
        QueryFileError
            Its file is broken.
        """
        if name in self._broken:
            raise self._broken[name]
        try:
            return self._specs[name]
        except KeyError:
            raise UnknownQuery(name, self._nearest(name)) from None

    def get(self, name: str) -> QuerySpec:  # type: ignore[override]  # a misspelt query is never a None
        """Query of that name; raises what ``library[name]`` raises."""
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._specs

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    def __repr__(self) -> str:
        return f"Library({len(self)} queries: {', '.join(self.groups)})"

    @property
    def groups(self) -> dict[str, tuple[QuerySpec, ...]]:
        """Queries by group."""
        names = dict.fromkeys(spec.group for spec in self._specs.values())
        return {name: tuple(s for s in self._specs.values() if s.group == name) for name in names}

    @property
    def broken(self) -> Mapping[str, QueryFileError]:
        """By name, what is wrong with files that gave no query."""
        return self._broken

    def sound(self, name: str) -> QuerySpec:
        """Query of that name, its file checked.

        Raises
        ------
        UnknownQuery, QueryFileError
            As ``library[name]``, and where header and statement don't agree.
        """
        spec = self[name]
        if problems := check_query(spec):
            raise problems[0]
        return spec

    def run(self, graph: RunsCypher, name: str, /, *, write: bool = False, **parameters: Any) -> pd.DataFrame:
        """Answer of the query of that name; as :func:`run_query`."""
        return run_query(graph, self.sound(name), parameters, write=write)

    def check(self) -> list[QueryFileError]:
        """Everything that is wrong with the library's files and can be seen without a database."""
        found = [problem for spec in self._specs.values() for problem in check_query(spec)]
        return [*self._broken.values(), *found]

    def _nearest(self, name: str) -> list[str]:
        near = difflib.get_close_matches(name, self._specs, n=3, cutoff=0.75)
        last = name.rpartition(".")[2]
        return [*near, *(known for known in self._specs if known.rpartition(".")[2] == last and known not in near)][:3]


def library(*folders: str | Path, strict: bool = True) -> Library:
    r"""The shipped queries and those of folders of one's own.

    A folder of one's own is laid out as the shipped one: ``FOLDER/group/name.cypher`` is the query ``group.name``. Its
    files get the same checks, and run in the same ways. None may have the name of a shipped query: a number would
    silently be another.

    Parameters
    ----------
    *folders
        One's own folders; none takes those that ``SCICITIES_LIBRARY`` names in the environment, parted as in ``PATH``.
    strict
        Raise at the first broken file; else the library keeps it for :meth:`Library.check`.

    Returns
    -------
    Library
        A mapping from names to specs; ``.run(graph, name, …)`` runs one.

    Raises
    ------
    QueryFileError
        A file breaks the format or the checks, or has the name of another.
    SettingsError
        A folder doesn't exist or has no query.

    Examples
    --------
    >>> import tempfile
    >>> header = ["name: mine.all", "summary: All.", "access: read", "column: city_id string | GeoNames id."]
    >>> text = "// " + "\n// ".join(header) + "\n\nMATCH (c:City) RETURN c.id AS city_id ORDER BY city_id;"
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "mine").mkdir()
    >>> (folder / "mine" / "all.cypher").write_text(text) > 0
    True
    >>> mine = library(folder)
    >>> mine["mine.all"].summary, mine["hubs.by_strength"].access
    ('All.', 'read')
    """
    own = [Path(folder) for folder in folders] or own_folders(load_settings().library)
    return load_library(library_folder(), *own, strict=strict)


def own_folders(setting: str) -> list[Path]:
    """Folders that the setting ``library`` names, parted as in ``PATH``."""
    return [expanded(part) for part in setting.split(os.pathsep) if part.strip()]


def load_library(*folders: str | Path, strict: bool = True) -> Library:
    """Queries of all files ``*.cypher`` in the folders.

    Parameters
    ----------
    *folders
        Library folders; none takes :func:`library_folder`. One that is named twice is read once.
    strict
        Raise at the first broken file; else the library keeps it for :meth:`Library.check`.

    Returns
    -------
    Library
        A mapping from names to specs.

    Raises
    ------
    QueryFileError
        A file breaks the format or the checks, or two have one name.
    SettingsError
        A folder doesn't exist or has no query.

    Examples
    --------
    >>> load_library()["hubs.by_strength"].access
    'read'
    """
    specs: dict[str, QuerySpec] = {}
    broken: dict[str, QueryFileError] = {}
    roots = {root.resolve(): root for root in map(Path, folders)}
    for root in roots.values() or [library_folder()]:
        for path in _files(root):
            try:
                spec = _loaded(path, root, specs, strict=strict)
            except QueryFileError as error:
                if strict:
                    raise
                broken[path.relative_to(root).with_suffix("").as_posix().replace("/", ".")] = error
            else:
                specs[spec.name] = spec
    return Library(specs.values(), broken)


def _files(root: Path) -> Sequence[Path]:
    if not root.is_dir():
        raise SettingsError(f"The query library {root} has no *.cypher file: there is no such folder.")
    paths = sorted(root.rglob("*.cypher"))
    if not paths:
        raise SettingsError(f"The query library {root} has no *.cypher file.")
    return paths


def _loaded(path: Path, root: Path, others: Mapping[str, QuerySpec], *, strict: bool) -> QuerySpec:
    name = query_name(path, root)
    if name in others:
        raise QueryFileError(
            f"{name} is also the name of {others[name].path}; give one of the two another.", path=str(path), line=1
        )
    try:
        status = path.stat()
        spec = _read(path, root, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise QueryFileError(f"the file can't be read ({error}).", path=str(path), line=1) from error
    if strict and (problems := check_query(spec)):
        raise problems[0]
    return spec


@lru_cache(maxsize=1024)
def _read(path: Path, root: Path, _changed: int, _size: int) -> QuerySpec:
    """The file as it was read when it was last changed: a library is loaded by every ``graph.run``."""
    return read_query(path, root)


def check_library(*folders: str | Path) -> list[QueryFileError]:
    """Everything that is wrong with the files of the library and can be seen without a database."""
    return load_library(*folders, strict=False).check()


def check_on_server(graph: RunsCypher, queries: Mapping[str, QuerySpec] | None = None) -> list[QueryFileError]:
    """Everything that is wrong with the queries when they are planned and run on a server that holds data."""
    specs = (load_library() if queries is None else queries).values()
    return [problem for spec in specs for problem in server_problems(spec, graph)]


def run_query(graph: RunsCypher, spec: QuerySpec, params: Mapping[str, Any], *, write: bool = False) -> pd.DataFrame:
    """Rows a query gives, with the declared columns and types.

    Parameters
    ----------
    graph
        An open connection.
    spec
        The query.
    params
        Values by parameter, as in :func:`bind`. A parameter that is the id of a place (:attr:`Param.level`), takes its
        name too: ``city_id="Beijing"``; a list of ids takes names and ids.
    write
        Let a query whose access is ``write`` change the graph. It is refused otherwise.

    Returns
    -------
    pandas.DataFrame
        Columns in declared order, typed even where there is no row.

    Raises
    ------
    BadParameter
        See :func:`bind`; the query changes the graph, and ``write`` was not given. Nothing was run.
    UnknownPlace
        A name means no place of the graph, or several.
    GraphStoreError
        The database can't be reached or refuses the statement.
    """
    require_leave(spec, write=write)
    return answer(spec, graph, bound_to(graph, spec, params), write=write)


def bound_to(graph: RunsCypher, spec: QuerySpec, params: Mapping[str, Any]) -> dict[str, Any]:
    """Values for all parameters of a query, as :func:`bind` makes them.

    Years that are not given are those of the graph, and places that are named become their ids.

    Raises
    ------
    BadParameter
        See :func:`bind`; a required place is missing, told with places of this graph.
    UnknownPlace
        A name means no place of the graph, or several.
    """
    unknown = [name for name in params if spec.param(name) is None]
    if not unknown:
        require_values(graph, spec, params)
    bound = bind(spec, params, years=None if unknown else graph_years(graph, spec, params))
    for param in spec.params:
        value = bound[param.name]
        if param.level and isinstance(value, str):
            bound[param.name] = _place_id(graph, param.level, value)
        elif param.level and isinstance(value, list):
            bound[param.name] = [_place_id(graph, param.level, text) for text in value]
    return bound


def _place_id(graph: RunsCypher, level: str, text: str) -> str:
    name = f"places/named_{level}"
    found = graph.read(statement(name), {"text": text.strip()}, name=name)
    rows = [(str(i), str(n), str(r), str(c)) for i, n, r, c in found.itertuples(index=False)]
    ids = [row[0] for row in rows]
    if text.strip() in ids:
        return text.strip()
    if len(ids) != 1:
        raise UnknownPlace(text, level, rows)
    return ids[0]
