"""The query library: a folder of Cypher files as functions.

``cypher/hubs/by_strength.cypher`` is the query ``hubs.by_strength``; its header says what it takes and gives.
One file has three faces: :func:`run_query` (and with it ``graph.run``), the command line, and the text pasted in Neo4j
Browser.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import QueryFileError, SettingsError, UnknownPlace, UnknownQuery
from toolkit.graphdb.query_checks import RunsCypher, answer, check_query, server_problems
from toolkit.graphdb.query_file import query_name, read_query
from toolkit.graphdb.query_params import bind, parse_parameters
from toolkit.graphdb.query_spec import Column, Param, QuerySpec
from toolkit.graphdb.statement_files import statement

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Column",
    "Library",
    "Param",
    "QuerySpec",
    "bind",
    "check_library",
    "check_on_server",
    "library_folder",
    "load_library",
    "parse_parameters",
    "run_query",
]

_PLACES = ("city", "institution", "country")


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

    def check(self) -> list[QueryFileError]:
        """Everything that is wrong with the library's files and can be seen without a database."""
        found = [problem for spec in self._specs.values() for problem in check_query(spec)]
        return [*self._broken.values(), *found]

    def _nearest(self, name: str) -> list[str]:
        near = difflib.get_close_matches(name, self._specs, n=3, cutoff=0.75)
        last = name.rpartition(".")[2]
        return [*near, *(known for known in self._specs if known.rpartition(".")[2] == last and known not in near)][:3]


def library_folder() -> Path:
    """Folder of the library: the checkout's own ``cypher/``, else the copy shipped inside the package."""
    package = Path(str(resources.files("toolkit")))
    own = package.parent / "cypher"
    if own.is_dir() and (package.parent / "pyproject.toml").is_file():
        return own
    return package / "cypher"


def load_library(*folders: str | Path, strict: bool = True) -> Library:
    """Queries of all files ``*.cypher`` in the folders.

    Parameters
    ----------
    *folders
        Library folders; none takes :func:`library_folder`.
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
    for root in [Path(folder) for folder in folders] or [library_folder()]:
        paths = sorted(root.rglob("*.cypher"))
        if not paths:
            raise SettingsError(f"The query library {root} has no *.cypher file.")
        for path in paths:
            try:
                spec = _loaded(path, root, specs, strict=strict)
            except QueryFileError as error:
                if strict:
                    raise
                broken[path.relative_to(root).with_suffix("").as_posix().replace("/", ".")] = error
            else:
                specs[spec.name] = spec
    return Library(specs.values(), broken)


def _loaded(path: Path, root: Path, others: Mapping[str, QuerySpec], *, strict: bool) -> QuerySpec:
    name = query_name(path, root)
    if name in others:
        raise QueryFileError(f"{name} is also the name of {others[name].path}.", path=str(path), line=1)
    spec = read_query(path, root)
    if strict and (problems := check_query(spec)):
        raise problems[0]
    return spec


def check_library(*folders: str | Path) -> list[QueryFileError]:
    """Everything that is wrong with the files of the library and can be seen without a database."""
    return load_library(*folders, strict=False).check()


def check_on_server(graph: RunsCypher, library: Mapping[str, QuerySpec] | None = None) -> list[QueryFileError]:
    """Everything that is wrong with the queries when they are planned and run on a server that holds data."""
    specs = (load_library() if library is None else library).values()
    return [problem for spec in specs for problem in server_problems(spec, graph)]


def run_query(graph: RunsCypher, spec: QuerySpec, params: Mapping[str, Any]) -> pd.DataFrame:
    """Rows a query gives, with the declared columns and types.

    Parameters
    ----------
    graph
        An open connection.
    spec
        The query.
    params
        Values by parameter, as in :func:`bind`. A parameter called ``city_id``, ``institution_id`` or ``country``, or
        ending so, takes a name as well as an id: ``city_id="Beijing"``.

    Returns
    -------
    pandas.DataFrame
        Columns in declared order, typed even where there is no row.

    Raises
    ------
    BadParameter
        See :func:`bind`.
    UnknownPlace
        A name means no place of the graph, or several.
    GraphStoreError
        The database can't be reached or refuses the statement.
    """
    bound = bind(spec, params)
    for name, value in bound.items():
        level = _place_level(name)
        if level and isinstance(value, str):
            bound[name] = _place_id(graph, level, value)
    return answer(spec, graph, bound)


def _place_level(name: str) -> str:
    """``city`` for ``city_id`` and ``other_city_id``, ``country`` for ``country`` and ``other_country``, else empty."""
    parts = name.removesuffix("_id").split("_")
    is_place = parts[-1] in _PLACES and (name.endswith("_id") or parts[-1] == "country")
    return parts[-1] if is_place else ""


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
