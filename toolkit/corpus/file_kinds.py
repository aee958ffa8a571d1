"""Files recognised by their content: what a file is, and what to do with one that a command does not read.

The first 64 KiB decide, unpacked where the file is compressed with gzip; the name of the file plays no role.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple

from toolkit.corpus.file_kinds_known import KINDS
from toolkit.errors import SettingsError

__all__ = ["FileKind", "Shape", "file_kind", "hint", "json_paths", "refusal", "start_of"]

Shape = Literal["table", "records", "network", "text", "binary"]
"""``table``: rows and columns; ``records``: JSON; ``network``: formats of networks; ``text``, ``binary``: the rest."""

_LOOK_AHEAD: Final = 1 << 16
_DELIMITERS: Final = (",", "\t", ";")
_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"\x09\x08\x10\x00", "xls"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"SQLite format 3", "sqlite"),
    (b"ARROW1", "arrow"),
    (b"RDX2", "rdata"),
    (b"RDX3", "rdata"),
    (b"X\n\x00\x00\x00", "rdata"),
    (b"$FL2", "spss"),
    (b"<stata_dta>", "stata"),
)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_TAGGED: Final[tuple[tuple[str, str], ...]] = (
    ("bibtex", r"@[A-Za-z]+[ \t]*[{(]"),
    ("ris", r"TY  ?- ?[A-Z]{3,5}[ \t]*$"),
    ("medline", r"PMID- ?\d"),
    ("endnote", r"%0 [A-Z]"),
    ("refworks", r"RT [A-Z][a-z]+ [A-Z]"),
    ("wos-tagged", r"(?:FN (?:Clarivate|Thomson|ISI) .*|PT [A-Z][ \t]*$)"),
    ("pajek", r"\*(?:vertices|network|arcs|edges|arcslist|edgeslist|matrix)\b"),
    ("dl", r"dl\b.*\bn\s*=|dl[ \t]*$"),
    ("gml", r"graph[ \t]*\["),
)
"""What the first line of a record looks like in formats of lines."""
_LINES: Final = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _TAGGED)
_PREAMBLE: Final = 8
"""Lines that may come before the first record: comments, and what a website writes about the export."""
_GML: Final = re.compile(r"^graph\s*\[", re.MULTILINE | re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?![?!])([\w.:-]+)")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOTS: Final[Mapping[str, str]] = {
    "graphml": "graphml",
    "gexf": "gexf",
    "pubmedarticleset": "pubmed-xml",
    "pubmedarticle": "pubmed-xml",
    "medlinecitationset": "pubmed-xml",
    "html": "html",
    "xml": "endnote-xml",
    "workbook": "excel-xml",
}
_SIGN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\]:,]')
_DEEPEST: Final = 4
_PAGES: Final = ("results/", "message/items/", "message/", "data/", "items/")
"""Where the records of an API's answer are."""
_OPENALEX_ID: Final = re.compile(r"https?://(?:api\.)?openalex\.org/(?:[a-z]+/)?([A-Z])\d+")
_ENTITIES: Final[Mapping[str, str]] = {"W": "openalex-works", "A": "openalex-authors", "I": "openalex-institutions"}
_HEADERS: Final[tuple[tuple[str, tuple[frozenset[str], ...]], ...]] = (
    ("wos-table", (frozenset({"pt", "au", "ut"}), frozenset({"ut (unique wos id)"}), frozenset({"ut (unique id)"}))),
    ("scopus", (frozenset({"eid", "source title"}), frozenset({"eid", "authors"}))),
    ("lens", (frozenset({"lens id"}),)),
    ("dimensions", (frozenset({"publication id", "dimensions url"}),)),
    ("openalex-csv", (frozenset({"author_ids", "author_institution_ids"}), frozenset({"authorships.author.id"}))),
    ("openalex-csv", (frozenset({"authorships.author.display_name"}), frozenset({"authorships.institutions.id"}))),
    ("pubmed-csv", (frozenset({"pmid", "journal/book"}),)),
    ("publish-or-perish", (frozenset({"cites", "gsrank"}),)),
    ("ror-csv", (frozenset({"names.types.ror_display"}), frozenset({"id", "addresses[0].city"}))),
    (
        "citespace",
        (frozenset({"centrality", "sigma"}), frozenset({"freq", "burst"}), frozenset({"freq", "centrality"})),
    ),
    ("vosviewer-map", (frozenset({"id", "label", "x", "y"}), frozenset({"id", "label", "cluster"}))),
    ("edge-table", (frozenset({"source", "target"}),)),
)
"""Names of columns, in lower case, that only a table of this kind has."""


class FileKind(NamedTuple):
    """A kind of file.

    Attributes
    ----------
    key
        Its short name in :data:`~toolkit.corpus.file_kinds_known.KINDS`.
    name
        What people call it, with its article where it has one.
    shape
        Which readers could read it at all.
    advice
        Which command reads it, or what to export instead and why; one or more sentences.
    """

    key: str
    name: str
    shape: Shape
    advice: str


def file_kind(path: Path) -> FileKind | None:
    r"""What the file is, or ``None`` for a table, records or text of no known kind.

    Parameters
    ----------
    path
        The file, compressed with gzip or not.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "refs.txt"
    >>> _ = file.write_text("PMID- 10000001\nTI  - A title\n")
    >>> file_kind(file).name
    'the MEDLINE format of PubMed (.nbib)'
    """
    start = start_of(path)
    key = _binary(start, path) or _text(start)
    return FileKind(key, *KINDS[key]) if key else None


def refusal(path: Path, shape: Shape) -> str:
    """Why a reader of ``shape`` can't read the file: ``is BibTeX. …``, without a last point; empty where it may try.

    Parameters
    ----------
    path
        The file, compressed with gzip or not.
    shape
        What the reader reads.
    """
    kind = file_kind(path)
    return "" if kind is None or kind.shape == shape else f"is {kind.name}. {kind.advice}".removesuffix(".")


def hint(path: Path) -> str:
    """What the file is and what to do with it, as a sentence that follows an error (`` It is …``); empty if unknown."""
    kind = file_kind(path)
    return "" if kind is None else f" The file is {kind.name}. {kind.advice}"


def start_of(path: Path) -> bytes:
    """The file's first 64 KiB, unpacked as far as it can be.

    Raises
    ------
    SettingsError
        It can't be opened.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK_AHEAD)
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror or error}.") from error
    if not start.startswith(b"\x1f\x8b"):
        return start
    unpacked, unpacker = b"", zlib.decompressobj(31)
    with suppress(zlib.error):  # damage is reported by the reader
        unpacked = unpacker.decompress(start, _LOOK_AHEAD)
    return unpacked


def _binary(start: bytes, path: Path) -> str:
    key = next((key for magic, key in _MAGIC if start.startswith(magic)), "")
    return _office(path) if key == "zip" else key


def _office(path: Path) -> str:
    """An Excel, OpenDocument or Word file is a zip archive of known parts."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with (gzip.open if packed else open)(path, "rb") as unpacked, zipfile.ZipFile(unpacked) as archive:
            names = archive.namelist()
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile):
        return "zip"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        return "docx"
    return "ods" if "mimetype" in names and "content.xml" in names else "zip"


def _text(start: bytes) -> str:
    utf16 = start.startswith(_UTF16)
    if b"\x00" in start and not utf16:
        return ""
    text = start.decode("utf-16" if utf16 else "utf-8-sig", errors="replace").lstrip()
    if text.startswith("<"):
        return _xml(text)
    if text.startswith(("{", "[")):
        return _json(json_paths(text))
    return _lines(text) or _table(text)


def _xml(text: str) -> str:
    root = _ROOT.search(_COMMENT.sub("", text))
    tag = root[1].rpartition(":")[2].lower() if root else ""
    return "html" if text[:14].lower() == "<!doctype html" else _ROOTS.get(tag, "xml")


def _lines(text: str) -> str:
    lines = (line for line in _GML.sub("graph [", text).splitlines() if line.strip())
    for line in islice(lines, _PREAMBLE):
        if kind := next((kind for kind, pattern in _LINES if pattern.match(line)), ""):
            return kind
        if max(line.count("\t"), line.count(",")) > 1:
            break
    return ""


def _table(text: str) -> str:
    if text.lstrip('"').startswith("About the data: "):
        return "dimensions"
    first = next((line for line in text.splitlines() if line.strip()), "")
    cells = max((_cells(first, mark) for mark in _DELIMITERS), key=len)
    names = {cell.strip().lower() for cell in cells}
    known = next((kind for kind, headers in _HEADERS if any(needed <= names for needed in headers)), "")
    if known == "vosviewer-map" and {"source", "target"} <= names:
        return "edge-table"
    weighted = {"id", "label"} <= names and any(name.startswith(("weight<", "score<")) for name in names)
    return known or ("vosviewer-map" if weighted else "")


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line), delimiter=mark), [])
    except csv.Error:
        return []


def json_paths(text: str) -> dict[str, str]:
    """Paths of the keys in the first JSON value of ``text``, which may be cut off, with the text each key holds.

    Lists add nothing to a path; of a key that stands several times the first one's text counts, empty if it is none.

    Examples
    --------
    >>> json_paths('{"meta": {"count": 2}, "results": [{"id": "W1", "title": "A')
    {'meta': '', 'meta/count': '', 'results': '', 'results/id': 'W1', 'results/title': ''}
    """
    found: dict[str, str] = {}
    stack: list[str] = []
    key, said = "", ""
    for sign in _SIGN.findall(text):
        if sign[0] == '"':
            if key in found:
                found[key] = found[key] or sign[1:-1]
            key, said = "", sign[1:-1]
        elif sign == ":":
            key = "/".join([*(one for one in stack if one), said])
            if len(stack) <= _DEEPEST:
                found.setdefault(key, "")
        elif sign in "{[":
            stack.append(said if key else "")
            key = ""
        else:
            key = ""
            if sign != "," and stack:
                stack.pop()
            if not stack:
                break
    return found


def _json(paths: Mapping[str, str]) -> str:
    tops = {path for path in paths if "/" not in path}
    if paths.keys() & {"network/items", "network/links"}:
        return "vosviewer-json"
    if "nodes" in tops and tops & {"links", "edges"}:
        return "node-link"
    if "elements/nodes" in paths:
        return "cytoscape"
    if tops & {"search-results", "abstracts-retrieval-response"}:
        return "scopus-api"
    if "message-type" in tops:
        return "crossref"
    prefix = next((page for page in _PAGES if any(path.startswith(page) for path in paths)), "")
    inside = {path.removeprefix(prefix): said for path, said in paths.items() if path.startswith(prefix)}
    return _record(paths) or _record(inside)


def _record(record: Mapping[str, str]) -> str:
    """What a record with these keys is."""
    has = record.keys()
    if found := _OPENALEX_ID.match(record.get("id", "")):
        return _ENTITIES.get(found[1], "openalex-other")
    if "ror.org/" in record.get("id", "") or {"names", "locations", "admin"} <= has:
        return "ror-json"
    signs: Sequence[tuple[str, tuple[set[str], ...]]] = (
        ("openalex-works", ({"authorships"},)),
        ("lens-json", ({"lens_id"},)),
        ("semantic-scholar", ({"paperId"}, {"corpusid"}, {"corpusId"})),
        ("crossref", ({"DOI", "prefix"}, {"DOI", "member"}, {"DOI", "indexed"})),
        ("orcid", ({"orcid-identifier"},)),
    )
    return next((kind for kind, keys in signs if any(needed <= has for needed in keys)), "")
