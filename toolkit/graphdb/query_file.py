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

from importlib import resources
from pathlib import Path

from toolkit.errors import QueryFileError
from toolkit.graphdb.query_header import IDENTIFIER, KEY_LINE, KEYS, Header
from toolkit.graphdb.query_spec import QuerySpec
from toolkit.graphdb.query_text import line_of, masked

__all__ = ["library_folder", "parse_query", "query_name", "read_query"]


def library_folder() -> Path:
    """Folder of the library: the checkout's own ``cypher/``, else the copy shipped inside the package."""
    package = Path(str(resources.files("toolkit")))
    own = package.parent / "cypher"
    if own.is_dir() and (package.parent / "pyproject.toml").is_file():
        return own
    return package / "cypher"


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
    header = Header(path)
    for number, line in enumerate(lines[:keyed], start=1):
        header.add(line, number)
    for number, line in enumerate(lines[keyed:], start=keyed + 1):
        stray = KEY_LINE.match(line.strip())
        if stray and stray["key"] in KEYS:
            raise header.error(f"`{stray['key']}:` stands after the header's end (a bare `//`, or no comment)", number)
    statement, statement_line = _statement(lines[comments:], comments, header)
    spec = QuerySpec(
        name=header.one("name"),
        summary=header.one("summary"),
        access=header.one("access"),
        params=tuple(header.params.values()),
        columns=tuple(header.columns.values()),
        needs=tuple(header.single.get("needs", "").split(", ")) if "needs" in header.single else (),
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


def _statement(lines: list[str], before: int, header: Header) -> tuple[str, int]:
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


def query_name(path: Path, root: Path) -> str:
    """Name the path of a file in library folder ``root`` asks for: ``hubs.by_strength``."""
    parts = path.relative_to(root).with_suffix("").parts
    wrong = [part for part in parts if not IDENTIFIER.fullmatch(part)]
    if wrong or len(parts) < 2:
        raise QueryFileError(
            "a query lies in a group's folder, and both names are made of small letters, digits and _.",
            path=str(path),
            line=1,
        )
    return ".".join(parts)
