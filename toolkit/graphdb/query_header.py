"""The header of a query file: its lines as they are read, and the sentence each mistake is told with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from toolkit.errors import QueryFileError
from toolkit.graphdb.graph_years import GraphYear
from toolkit.graphdb.query_needs import NEEDS
from toolkit.graphdb.query_spec import PLACES, TYPES, Column, Param, fits

__all__ = ["IDENTIFIER", "KEYS", "KEY_LINE", "Header"]

KEYS: Final = ("name", "summary", "access", "needs", "param", "column", "browser")
_ONCE: Final = ("name", "summary", "access", "needs")
_ACCESS: Final = ("read", "write")
KEY_LINE = re.compile(r"//\s*(?P<key>[A-Za-z_]+)\s*:(?P<value>.*)")
_TYPED = re.compile(r"(?P<name>\S+)\s+(?P<type>[^\s?|=]+)(?P<null>\?)?\s*(?P<rest>.*)")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_BROWSER = re.compile(r":param\s+(?P<name>\w+)\s*=>\s*(?P<value>.+)")


class Header:
    """Header lines as they are read, with the line of each for the errors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.single: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.params: dict[str, Param] = {}
        self.columns: dict[str, Column] = {}
        self.browser: dict[str, str] = {}

    def error(self, message: str, line: int) -> QueryFileError:
        """Error that names the file and the line."""
        return QueryFileError(message + ".", path=str(self.path), line=line)

    def one(self, key: str) -> str:
        """Value of a key that stands once; an error where it is missing."""
        if key not in self.single:
            raise self.error(f"no `{key}:` line", 1)
        return self.single[key]

    def add(self, line: str, number: int) -> None:
        """Take in one line, counted from 1."""
        found = KEY_LINE.fullmatch(line.rstrip())
        if not found:
            raise self.error(f"{line!r} is no `// key: value`; free lines come after a bare `//`", number)
        key, value = found["key"], found["value"].strip()
        if key not in KEYS:
            raise self.error(f"unknown key {key!r}; there are {', '.join(KEYS)}", number)
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
        if key == "needs" and (wrong := [need for need in value.split(", ") if need not in NEEDS]):
            raise self.error(f"needs {', '.join(wrong)}; a query can need {', '.join(NEEDS)}", number)
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
        if not IDENTIFIER.fullmatch(name):
            raise self.error(f"{key} name {name!r} is not made of small letters, digits and _", number)
        if name in seen:
            raise self.error(f"second {key} {name!r}", number)
        place = _place(type_) if key == "param" else ""
        type_ = type_.replace(place, "string") if place else type_
        if type_ not in TYPES:
            allowed = [*TYPES, *PLACES, "list<city> and so on"] if key == "param" else TYPES
            raise self.error(f"type {type_!r} of {key} {name!r} is none of {', '.join(allowed)}", number)
        rest, required, default = found["rest"], True, None
        if key == "param" and rest.startswith("="):
            default, rest = self._default(name, rest[1:].lstrip(), number)
            required = False
            if not (type_ == "int" if isinstance(default, GraphYear) else fits(default, type_, nullable=nullable)):
                told = str(default) if isinstance(default, GraphYear) else json.dumps(default)
                shown = type_ + ("?" if nullable else "")
                raise self.error(f"default {told} of param {name!r} is no {shown}", number)
        if not rest.startswith("|") or not rest[1:].strip():
            raise self.error(f"{key} {name!r} has no meaning: end the line with `| meaning`", number)
        meaning = rest[1:].strip()
        if key == "param":
            self.params[name] = Param(name, type_, nullable, required, default, meaning, place)
        else:
            self.columns[name] = Column(name, type_, nullable, meaning)
        self.lines[f"{key} {name}"] = number

    def _default(self, name: str, text: str, number: int) -> tuple[Any, str]:
        if (year := GraphYear.read(text)) is not None:
            return year
        try:
            value, end = json.JSONDecoder(parse_constant=_refuse).raw_decode(text)
        except ValueError:
            raise self.error(
                f"default of param {name!r} is no JSON value and no year such as first_year or last_year - 1: "
                f"{text.partition('|')[0].strip()}",
                number,
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
            if not param.required and not isinstance(param.default, GraphYear) and values[name] != param.default:
                raise self.error(
                    f"browser line of {name!r} doesn't give its default {json.dumps(param.default)}", number
                )
        for name, param in self.params.items():
            if param.required and not param.kind and name not in values:
                raise self.error(
                    f"param {name!r} has no default and is no place: give a value to try it with, "
                    f"`browser: :param {name} => VALUE`",
                    self.lines[f"param {name}"],
                )
        return values

    def _literal(self, text: str, name: str, number: int) -> Any:
        """Value of a Cypher literal that is JSON too, or JSON but for single quotes."""
        for written in (text, text.replace("'", '"')):
            try:
                return json.loads(written, parse_constant=_refuse)
            except (ValueError, RecursionError):
                continue
        raise self.error(f"browser line of {name!r} gives no literal: {text}", number)


def _place(type_: str) -> str:
    """``city`` of the types ``city`` and ``list<city>``; empty for a type that is no place's."""
    inner = type_.removeprefix("list<").removesuffix(">") if type_.startswith("list<") else type_
    return inner if inner in PLACES else ""


def _refuse(text: str) -> Any:
    raise ValueError(text)
