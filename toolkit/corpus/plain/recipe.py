"""Recipes: mapping files for exports in which one table holds works, authors and affiliations.

A recipe is a TOML file. Those that are shipped lie in ``recipes/`` beside this module; ``docs/recipes/`` explains each.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from toolkit.corpus.countries import country_name
from toolkit.corpus.names import folded
from toolkit.corpus.plain.column_mapping import FIELDS
from toolkit.errors import BadParameter, DataError, MissingColumn, SettingsError
from toolkit.paths import expanded

__all__ = ["AUTHOR_FIELDS", "Recipe", "read_recipe", "recipe_names"]

AUTHOR_FIELDS: Final = (
    "position",
    "author_name",
    "short_name",
    "full_name",
    "author_id",
    "orcid",
    "affiliation",
    "affiliation_list",
    "reprint",
    "institution_id",
    "institution",
    "city_id",
    "city",
    "admin1",
    "country",
)
"""What ``[authors]`` of a recipe may name; ``short_name`` and ``full_name`` are other spellings of the same names,
``reprint`` holds addresses for works that have no ``affiliation``."""

_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "rows": ("works", "authors"),
    "linked": ("by-order", "by-name", "in-brackets"),
    "institution": ("first", "by-word"),
}
_TABLES: Final = ("works", "authors", "cells", "address", "countries")
_SWITCHES: Final = ("lenient", "quotes", "tagged")


@dataclass(frozen=True)
class Recipe:
    """How one export is read.

    Attributes
    ----------
    name
        Its name, or the path of the file it came from.
    works, authors
        Field -> names of the column that may hold it, the first that is there counts.
    optional
        Columns that may be missing, each with the alternatives it stands among; all others are needed.
    rows
        ``works``: a row for each work; ``authors``: a row for each work and author.
    author_mark, affiliation_mark
        What parts authors in a cell, and the affiliations of one author.
    linked
        How an affiliation finds its author: ``by-order``, ``by-name`` (it stands after the name), ``in-brackets``.
    institution
        Which part of an address is the institution: the ``first``, or the one found ``by-word``.
    states
        Whether a state of the USA at the end of an address stands for the country.
    countries
        Folded names of countries as this export spells them -> code.
    quotes, lenient, tagged, encoding
        Whether fields may be quoted; whether empty cells beyond the last column are passed over; whether the file
        may consist of tagged lines; how its text is encoded.
    """

    name: str
    works: Mapping[str, tuple[str, ...]]
    authors: Mapping[str, tuple[str, ...]]
    optional: tuple[str, ...] = ()
    rows: str = "works"
    author_mark: str = ";"
    affiliation_mark: str = "|"
    linked: str = "by-order"
    institution: str = "first"
    states: bool = False
    countries: Mapping[str, str] = field(default_factory=dict)
    quotes: bool = True
    lenient: bool = False
    tagged: bool = False
    encoding: str = "utf-8"

    def matched(self, header: Sequence[str], *, where: str) -> dict[str, int]:
        """Position of the column of each field; fields of authors have names that start with ``author:``.

        Raises
        ------
        MissingColumn
            A column that the recipe needs is not there.
        DataError
            A column that is used stands twice.
        """
        places: dict[str, list[int]] = {}
        for index, column in enumerate(header):
            places.setdefault(folded(column), []).append(index)
        excused = {folded(column) for column in self.optional}
        found: dict[str, int] = {}
        for prefix, fields in (("", self.works), ("author:", self.authors)):
            for name, columns in fields.items():
                here = [places[folded(column)] for column in columns if folded(column) in places]
                if not here and not excused & {folded(column) for column in columns}:
                    near = difflib.get_close_matches(columns[0], header, n=1, cutoff=0.5)
                    raise MissingColumn(
                        f"{where}: recipe {self.name} needs a column {' or '.join(repr(one) for one in columns)} (its "
                        f"{name}), which is not there. Columns present: "
                        f"{', '.join(repr(column) for column in header[:40])}."
                        + (f" The nearest is {near[0]!r}." if near else "")
                        + " Export it too, or give a recipe of your own."
                    )
                if here and len(here[0]) > 1:
                    raise DataError(f"{where}: column {header[here[0][0]]!r} stands {len(here[0])} times; keep one.")
                if here:
                    found[prefix + name] = here[0][0]
        return found


def recipe_names() -> tuple[str, ...]:
    """Names of the recipes that are shipped.

    Examples
    --------
    >>> recipe_names()
    ('cris-long', 'cris-wide', 'scopus', 'wos')
    """
    folder = files("toolkit.corpus.plain").joinpath("recipes")
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


def read_recipe(recipe: str | Path) -> Recipe:
    """Recipe of a name, or from a file of the user's.

    Parameters
    ----------
    recipe
        One of :func:`recipe_names`, or a path that ends with ``.toml``.

    Raises
    ------
    SettingsError
        There is no such recipe, or the file can't be read.
    BadParameter
        It has a table, field or value that does not exist.

    Examples
    --------
    >>> read_recipe("wos").works["title"]
    ('TI', 'Article Title')
    """
    name = str(recipe)
    if name in recipe_names():
        text = files("toolkit.corpus.plain").joinpath("recipes", f"{name}.toml").read_text(encoding="utf-8")
    elif name.endswith(".toml"):
        try:
            text = expanded(name).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The recipe {name} can't be read: {error}.") from error
    else:
        near = difflib.get_close_matches(name, recipe_names(), n=1)
        raise SettingsError(
            f"There is no recipe {name!r}; there are {', '.join(recipe_names())}, and files that end with .toml."
            + (f" Did you mean {near[0]}?" if near else "")
        )
    try:
        return _checked(name, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The recipe {name} is no TOML: {error}.") from error


def _checked(name: str, data: Mapping[str, Any]) -> Recipe:
    known = (*_TABLES, *_SWITCHES, "rows", "optional", "encoding")
    for key, value in data.items():
        if key not in known:
            raise BadParameter(f"recipe {name}", key, f"one of {', '.join(known)}")
        if (key in _TABLES) != isinstance(value, Mapping) or (key in _SWITCHES and not isinstance(value, bool)):
            raise BadParameter(f"recipe {name}, {key}", value, "tables are written [works]; switches are true or false")
    cells, address = data.get("cells", {}), data.get("address", {})
    encoding = data.get("encoding", "utf-8")
    try:
        "".encode(encoding)
    except (LookupError, TypeError) as error:
        raise BadParameter(f"recipe {name}, encoding", encoding, "an encoding Python knows, such as cp1252") from error
    made = Recipe(
        name=name,
        works=_columns(name, "works", data.get("works", {}), tuple(FIELDS["works"])),
        authors=_columns(name, "authors", data.get("authors", {}), AUTHOR_FIELDS),
        optional=tuple(data.get("optional", ())),
        rows=_choice(name, "rows", data.get("rows", "works")),
        author_mark=_mark(name, "authors", cells.get("authors", ";")),
        affiliation_mark=_mark(name, "affiliations", cells.get("affiliations", "|")),
        linked=_choice(name, "linked", cells.get("linked", "by-order")),
        institution=_choice(name, "institution", address.get("institution", "first")),
        states=_switch(name, "address states", address.get("states", False)),
        countries=_countries(name, data.get("countries", {})),
        encoding=encoding,
        quotes=data.get("quotes", True),
        lenient=data.get("lenient", False),
        tagged=data.get("tagged", False),
    )
    for table, given, needed in (
        ("works", made.works, ("work_id", "year")),
        ("authors", made.authors, ("author_name",)),
    ):
        for one in needed:
            if one not in given:
                raise BadParameter(f"recipe {name} [{table}]", sorted(given), f"{one} must be among the fields")
    if made.linked == "by-name" and "affiliation_list" not in made.authors:
        raise BadParameter(f"recipe {name} [authors]", sorted(made.authors), "by-name needs an affiliation_list")
    return made


def _columns(name: str, table: str, given: Mapping[str, Any], known: Sequence[str]) -> dict[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for one, value in given.items():
        if one not in known:
            near = difflib.get_close_matches(one, known, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise BadParameter(f"recipe {name} [{table}]", one, f"one of {', '.join(known)}{hint}")
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not names or not all(isinstance(column, str) for column in names):
            raise BadParameter(f"recipe {name} [{table}] {one}", value, "the name of a column, or a list of names")
        columns[one] = tuple(names)
    return columns


def _choice(name: str, what: str, value: Any) -> str:
    if value not in _CHOICES[what]:
        raise BadParameter(f"recipe {name}, {what}", value, f"one of {', '.join(_CHOICES[what])}")
    return str(value)


def _switch(name: str, what: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadParameter(f"recipe {name}, {what}", value, "true or false")
    return value


def _mark(name: str, what: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or value.strip() == ",":
        raise BadParameter(
            f"recipe {name} [cells] {what}", value, "a sign that parts them, such as ';' or '|', no comma"
        )
    return value.strip()


def _countries(name: str, given: Mapping[str, Any]) -> dict[str, str]:
    for country, code in given.items():
        if not isinstance(code, str) or country_name(code) == code:
            raise BadParameter(f"recipe {name} [countries] {country}", code, "a two-letter country code, such as CN")
    return {folded(country): str(code) for country, code in given.items()}
