"""One query file: its header, its one statement, and what both promise each other.

A file of the library starts with comment lines ``// key: value``, may go on with free lines after a bare ``//``, and
ends with one Cypher statement and a ``;``. Its path is its name: ``hubs/by_strength.cypher`` is ``hubs.by_strength``.

::

    // name: hubs.by_strength
    // summary: Rank cities by collaboration score in a window of years.
    // access: read
    // param: top_n int = 25 | Rows returned.
    // column: city_id string | GeoNames id.
    // browser: :param top_n => 25
    //
    // Question: ...
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.errors import QueryFileError
from toolkit.graphdb.query_text import line_of, masked

__all__ = ["TYPES", "Column", "Param", "QuerySpec", "fits", "parse_query", "query_name", "read_query"]

TYPES: Final = ("string", "int", "float", "bool", "list<string>")
"""Types of parameters and columns; a ``?`` behind one allows null."""

_KEYS: Final = ("name", "summary", "access", "param", "column", "browser")
_ONCE: Final = ("name", "summary", "access")
_ACCESS: Final = ("read", "write")
_KEY_LINE = re.compile(r"//\s*(?P<key>[A-Za-z_]+)\s*:(?P<value>.*)")
_TYPED = re.compile(r"(?P<name>\S+)\s+(?P<type>[^\s?|=]+)(?P<null>\?)?\s*(?P<rest>.*)")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_BROWSER = re.compile(r":param\s+(?P<name>\w+)\s*=>\s*(?P<value>.+)")
_INT64 = 2**63


@dataclass(frozen=True)
class Param:
    """A parameter of a query; without a default it is required."""

    name: str
    type: str
    nullable: bool
    required: bool
    default: Any
    meaning: str


@dataclass(frozen=True)
class Column:
    """A column of a query's answer."""

    name: str
    type: str
    nullable: bool
    meaning: str


@dataclass(frozen=True)
class QuerySpec:
    """All a query file says.

    Attributes
    ----------
    name
        ``group.query``, made from the path.
    summary
        One sentence.
    access
        ``read`` or ``write``.
    params, columns
        In the order of the file.
    browser
        Lines that set the parameters in Neo4j Browser, ``:param top_n => 25``.
    examples
        The values those lines set, by parameter: what the query can be tried with.
    notes
        The free lines.
    statement
        The Cypher, without header and without ``;``.
    path
        The file.
    statement_line
        Line of the file on which the statement begins.
    """

    name: str
    summary: str
    access: str
    params: tuple[Param, ...]
    columns: tuple[Column, ...]
    browser: tuple[str, ...]
    examples: Mapping[str, Any]
    notes: str
    statement: str
    path: Path
    statement_line: int

    @property
    def group(self) -> str:
        """Folder of the query, ``hubs`` of ``hubs.by_strength``."""
        return self.name.rpartition(".")[0]

    @property
    def question(self) -> str:
        """The question the query answers: the free lines' paragraph that starts with ``Question:``."""
        found = re.search(r"^Question:\s*(.+?)(?=\n[A-Z][\w ]*:|\n\s*\n|\Z)", self.notes, re.DOTALL | re.MULTILINE)
        return " ".join(found.group(1).split()) if found else ""

    @property
    def defaults(self) -> dict[str, Any]:
        """Default of every parameter that has one."""
        return {param.name: param.default for param in self.params if not param.required}

    @property
    def text(self) -> str:
        """The whole file, as it is pasted in Neo4j Browser."""
        return self.path.read_text(encoding="utf-8")

    def param(self, name: str) -> Param | None:
        """The parameter of that name."""
        return next((param for param in self.params if param.name == name), None)


def read_query(path: Path, root: Path) -> QuerySpec:
    """Query in file ``path`` of the library folder ``root``.

    Raises
    ------
    QueryFileError
        The first thing that is wrong with the file, with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryFileError(f"the file can't be read as UTF-8 text ({error})", path=str(path), line=1) from error
    return parse_query(text, path=path, name=query_name(path, root))


def parse_query(text: str, *, path: Path, name: str | None = None) -> QuerySpec:
    """Query written in ``text``.

    Parameters
    ----------
    text
        Content of the file.
    path
        The file, named in errors.
    name
        Name the path asks for; ``None`` doesn't compare.

    Raises
    ------
    QueryFileError
        The header or the statement breaks the format; ``check_query`` looks at what both say of each other.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    comments = next((n for n, line in enumerate(lines) if not line.startswith("//")), len(lines))
    keyed = next((n for n, line in enumerate(lines[:comments]) if not line[2:].strip()), comments)
    header = _Header(path)
    for number, line in enumerate(lines[:keyed], start=1):
        header.add(line, number)
    for number, line in enumerate(lines[keyed:], start=keyed + 1):
        stray = _KEY_LINE.match(line.strip())
        if stray and stray["key"] in _KEYS:
            raise header.error(f"`{stray['key']}:` stands after the header's end (a bare `//`, or no comment)", number)
    statement, statement_line = _statement(lines[comments:], comments, header)
    spec = QuerySpec(
        name=header.one("name"),
        summary=header.one("summary"),
        access=header.one("access"),
        params=tuple(header.params.values()),
        columns=tuple(header.columns.values()),
        browser=tuple(header.browser.values()),
        examples=header.examples(),
        notes="\n".join(line[2:].removeprefix(" ").rstrip() for line in lines[keyed:comments]).strip(),
        statement=statement,
        path=path,
        statement_line=statement_line,
    )
    if name is not None and spec.name != name:
        raise header.error(f"name is {spec.name!r}, but the path asks for {name!r}", header.lines["name"])
    if not spec.columns:
        raise header.error("no `column:` line", 1)
    return spec


def fits(value: Any, type_: str, *, nullable: bool) -> bool:
    """Whether a JSON value is of a type of the format, taken strictly: ``1.0`` is no int."""
    if value is None:
        return nullable
    match type_:
        case "string":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case _:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)


class _Header:
    """Header lines as they are read, with the line of each for the errors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.single: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.params: dict[str, Param] = {}
        self.columns: dict[str, Column] = {}
        self.browser: dict[str, str] = {}

    def error(self, message: str, line: int) -> QueryFileError:
        return QueryFileError(message + ".", path=str(self.path), line=line)

    def one(self, key: str) -> str:
        if key not in self.single:
            raise self.error(f"no `{key}:` line", 1)
        return self.single[key]

    def add(self, line: str, number: int) -> None:
        found = _KEY_LINE.fullmatch(line.rstrip())
        if not found:
            raise self.error(f"{line!r} is no `// key: value`; free lines come after a bare `//`", number)
        key, value = found["key"], found["value"].strip()
        if key not in _KEYS:
            raise self.error(f"unknown key {key!r}; there are {', '.join(_KEYS)}", number)
        if not value:
            raise self.error(f"`{key}:` says nothing", number)
        if key in _ONCE:
            self._add_single(key, value, number)
        elif key == "browser":
            self._add_browser(value, number)
        else:
            self._add_typed(key, value, number)

    def _add_single(self, key: str, value: str, number: int) -> None:
        if key in self.single:
            raise self.error(f"second `{key}:` line", number)
        if key == "access" and value not in _ACCESS:
            raise self.error(f"access is {value!r}; it is {' or '.join(_ACCESS)}", number)
        self.single[key], self.lines[key] = value, number

    def _add_browser(self, value: str, number: int) -> None:
        found = _BROWSER.fullmatch(value)
        if not found:
            raise self.error(f"{value!r} is no `:param NAME => VALUE`", number)
        if found["name"] in self.browser:
            raise self.error(f"second browser line of {found['name']!r}", number)
        self.browser[found["name"]], self.lines[f"browser {found['name']}"] = value, number

    def _add_typed(self, key: str, value: str, number: int) -> None:
        found = _TYPED.fullmatch(value)
        if not found:
            raise self.error(f"`{key}: {value}` is no `{key}: NAME TYPE … | meaning`", number)
        name, type_, nullable = found["name"], found["type"], bool(found["null"])
        seen: dict[str, Any] = self.params if key == "param" else self.columns
        if not _IDENTIFIER.fullmatch(name):
            raise self.error(f"{key} name {name!r} is not made of small letters, digits and _", number)
        if name in seen:
            raise self.error(f"second {key} {name!r}", number)
        if type_ not in TYPES:
            raise self.error(f"type {type_!r} of {key} {name!r} is none of {', '.join(TYPES)}", number)
        rest, required, default = found["rest"], True, None
        if key == "param" and rest.startswith("="):
            default, rest = self._default(name, rest[1:].lstrip(), number)
            required = False
            if not fits(default, type_, nullable=nullable):
                shown = type_ + ("?" if nullable else "")
                raise self.error(f"default {json.dumps(default)} of param {name!r} is no {shown}", number)
        if not rest.startswith("|") or not rest[1:].strip():
            raise self.error(f"{key} {name!r} has no meaning: end the line with `| meaning`", number)
        meaning = rest[1:].strip()
        if key == "param":
            self.params[name] = Param(name, type_, nullable, required, default, meaning)
        else:
            self.columns[name] = Column(name, type_, nullable, meaning)
        self.lines[f"{key} {name}"] = number

    def _default(self, name: str, text: str, number: int) -> tuple[Any, str]:
        try:
            value, end = json.JSONDecoder(parse_constant=_refuse).raw_decode(text)
        except ValueError:
            raise self.error(
                f"default of param {name!r} is no JSON value: {text.partition('|')[0].strip()}", number
            ) from None
        return value, text[end:].lstrip()

    def examples(self) -> dict[str, Any]:
        """Values of the browser lines, compared with the parameters they set."""
        values: dict[str, Any] = {}
        for name, line in self.browser.items():
            number = self.lines[f"browser {name}"]
            if name not in self.params:
                raise self.error(f"browser line of {name!r}, which is no param", number)
            param = self.params[name]
            values[name] = self._literal(line.partition("=>")[2].strip(), name, number)
            if not fits(values[name], param.type, nullable=param.nullable):
                raise self.error(f"browser line of {name!r} doesn't give a {param.type}", number)
            if not param.required and values[name] != param.default:
                raise self.error(
                    f"browser line of {name!r} doesn't give its default {json.dumps(param.default)}", number
                )
        for name in self.params:
            if name not in values:
                raise self.error(f"no browser line of param {name!r}", self.lines[f"param {name}"])
        return values

    def _literal(self, text: str, name: str, number: int) -> Any:
        """Value of a Cypher literal that is JSON too, or JSON but for single quotes."""
        for written in (text, text.replace("'", '"')):
            try:
                return json.loads(written, parse_constant=_refuse)
            except ValueError:
                continue
        raise self.error(f"browser line of {name!r} gives no literal: {text}", number)


def _statement(lines: list[str], before: int, header: _Header) -> tuple[str, int]:
    """The one statement of a file's remaining lines, and the line it begins on."""
    text = "\n".join(lines)
    code = masked(text)
    end = code.find(";")
    last = before + len(text.rstrip().split("\n"))
    if not code.replace(";", " ").strip():
        raise header.error("no statement", last)
    if end < 0:
        raise header.error("the statement doesn't end with `;`", last)
    rest = code[end + 1 :]
    if rest.strip():
        stray = end + 1 + len(rest) - len(rest.lstrip())
        raise header.error(
            "something stands after the statement's `;`; a file has one statement", before + line_of(text, stray)
        )
    statement = text[:end].rstrip()
    blank = len(statement) - len(statement.lstrip())
    return statement[blank:], before + line_of(text, blank)


def _refuse(text: str) -> Any:
    raise ValueError(text)


def query_name(path: Path, root: Path) -> str:
    """Name the path of a file in library folder ``root`` asks for: ``hubs.by_strength``."""
    parts = path.relative_to(root).with_suffix("").parts
    wrong = [part for part in parts if not _IDENTIFIER.fullmatch(part)]
    if wrong or len(parts) < 2:
        raise QueryFileError(
            "a query lies in a group's folder, and both names are made of small letters, digits and _.",
            path=str(path),
            line=1,
        )
    return ".".join(parts)
