"""Files of JSON records, one a line: finding them, refusing what is something else, cutting them into blocks.

Blocks hold whole lines and have a bounded size, so that a file of any size, compressed or not, is read in the same
memory, and every record keeps the number of its line. A compressed file that is cut short or damaged gives all whole
records before the damage, and then says so.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from toolkit.corpus.file_kinds import refusal
from toolkit.corpus.staging import source_label
from toolkit.errors import DataError, SettingsError
from toolkit.paths import expanded

__all__ = [
    "LONGEST_LINE",
    "Block",
    "RawFile",
    "beginning",
    "blocks",
    "content_hash",
    "excerpt",
    "find_files",
    "pieces",
    "why_not_json",
]

SUFFIXES: Final = (".jsonl", ".ndjson", ".json", ".gz")
"""What a file in a folder must end with to be looked at; a file asked for by name may end with anything."""

_MANIFESTS: Final = ("manifest", "manifest.json")
"""Lists of a snapshot's own files."""
_GZIP_MAGIC: Final = b"\x1f\x8b"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BLANKS: Final = b" \t\r\n\v\f\x00"
"""Surrounds a text without being part of it; unwritten parts of a file read as zero bytes."""
_LOOK_AHEAD: Final = 1 << 16
_PIECE: Final = 1 << 20
LONGEST_LINE: Final = 1 << 29
"""Longest line or record that is read whole [bytes]."""


@dataclass(frozen=True)
class RawFile:
    """A file to read; ``named`` tells whether it was asked for itself, or found in a folder that was."""

    path: Path
    named: bool

    @property
    def label(self) -> str:
        """Its short name in reports."""
        return source_label(self.path)


@dataclass(frozen=True)
class Block:
    """Whole lines of a file, each ending with a newline.

    ``damage`` says what is wrong with the file after this block's last line, and is empty where nothing is.
    """

    first_line: int
    data: bytes
    lines: int
    damage: str = ""


def find_files(
    paths: Sequence[str | Path], *, what: str, suffixes: tuple[str, ...] = SUFFIXES, also: tuple[str, ...] = ()
) -> list[RawFile]:
    """Files among ``paths`` and, at any depth, in the folders among them; each once, in the order of their paths.

    Parameters
    ----------
    paths
        Files and folders. Hidden files in folders, a snapshot's manifests, and files that don't end as ``suffixes``
        say, are passed over.
    what
        The records looked for, for the messages (``"OpenAlex works"``).
    suffixes
        Ends of file names, in lower case.
    also
        Further ends, of files that belong to such records without holding any.

    Raises
    ------
    SettingsError
        A path does not exist or can't be read, or there is none.
    DataError
        The folders hold no such file.
    """
    if not paths:
        raise SettingsError(f"No file or folder with {what} was given.")
    found: dict[Path, RawFile] = {}
    for given in paths:
        path = expanded(given)
        if path.is_dir():
            for inside in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") for part in inside.relative_to(path).parts)
                if (
                    not hidden
                    and inside.name not in _MANIFESTS
                    and inside.name.lower().endswith((*suffixes, *also))
                    and inside.is_file()
                ):
                    found.setdefault(inside.resolve(), RawFile(inside, named=False))
        elif path.is_file():
            found[path.resolve()] = RawFile(path, named=True)
        else:
            raise SettingsError(f"{path} does not exist: {what} can't be read from it.")
    if not found:
        folders = ", ".join(str(path) for path in paths)
        raise DataError(f"There is no file to read in {folders}: {what} are looked for in {', '.join(suffixes)} files.")
    return sorted(found.values(), key=lambda file: (file.label, str(file.path)))


def content_hash(path: Path) -> str:
    """sha256 of the file's bytes as they lie on the disk, as hex."""
    digest = hashlib.sha256()
    with opened(path) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def opened(path: Path) -> IO[bytes]:
    """The file, open for reading bytes.

    Raises
    ------
    SettingsError
        It can't be opened.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror or error}.") from error


def _plain(file: IO[bytes]) -> IO[bytes]:
    start = file.read(2)
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if start == _GZIP_MAGIC else file  # type: ignore[return-value]


def why_not_json(path: Path) -> str:
    """Why the file can't hold JSON records, or an empty text where its start looks like them.

    Parameters
    ----------
    path
        The file, plain or compressed with gzip whatever its name says.
    """
    with opened(path) as file:
        if not file.read(1):
            return "is empty (0 bytes)"
        file.seek(0)
        try:
            start = _plain(file).read(_LOOK_AHEAD)
        except EOFError:
            return ""  # cut short near its start: the reader tells how many records were whole
        except (OSError, zlib.error):
            return "starts like a gzip file but can't be unpacked"
    if other := refusal(path, "records"):
        return other
    if start.startswith(_UTF16):
        return "is text in UTF-16; save it as UTF-8"
    text = start.removeprefix(_BYTE_ORDER_MARK).strip(_BLANKS)
    if not text:
        return "holds only blank lines"
    if text.startswith(b"[") or any(line.lstrip(_BLANKS).startswith(b"{") for line in text.split(b"\n")):
        return ""
    if b"\x00" in text:
        return "is binary, not text"
    return f"has no line that starts like a JSON record; it begins with {excerpt(text.splitlines()[0], 60)!r}"


def beginning(path: Path) -> tuple[bytes, bool]:
    """The first bytes of the file, unpacked and without byte order mark, and whether that is all of it."""
    text = b""
    for piece, damage in pieces(path, _LOOK_AHEAD):
        text += piece
        if damage:
            break
        if len(text) > _LOOK_AHEAD:
            return text, False
    return text, True


def excerpt(line: bytes | str, length: int = 200) -> str:
    """Start of a line for people to recognise it by, on one line and always text."""
    text = line[: length * 4].decode("utf-8", errors="backslashreplace") if isinstance(line, bytes) else line
    text = "".join(character if character.isprintable() else " " for character in text.strip())
    return text if len(text) <= length else text[: length - 1] + "…"


def blocks(path: Path, *, size: int, whole_lines: bool = True, cut_long_lines: bool = False) -> Iterator[Block]:
    """Cut the file into blocks of about ``size`` bytes, unpacked.

    Parameters
    ----------
    path
        The file, plain or compressed with gzip.
    size
        Bytes of a block [bytes]; a longer line makes its block longer.
    whole_lines
        Whether the text before damage must be a whole line to be given.
    cut_long_lines
        Whether the rest of a line longer than :data:`LONGEST_LINE` is passed over; otherwise the file ends there.

    Yields
    ------
    Block
        In the order of the file; the last one reports damage, and may be empty.
    """
    step = max(64, min(_PIECE, size))
    source = pieces(path, step)
    if cut_long_lines:
        source = _without_long_lines(source)
    rest, first_line, damage, end = b"", 1, "", False
    while not end:
        parts, length = [rest], len(rest)
        while length < size or b"\n" not in parts[-1]:
            piece, damage = next(source, (b"", ""))
            if length > LONGEST_LINE + size + 2 * step:
                damage = f"a line is longer than {LONGEST_LINE >> 20} MiB"
            if damage or not piece:
                end = True
                break
            parts.append(piece)
            length += len(piece)
        if end:
            data, rest = _cut(b"".join(parts), damaged=bool(damage) and whole_lines), b""
        else:
            at = parts[-1].rfind(b"\n") + 1
            rest = parts[-1][at:]
            parts[-1] = parts[-1][:at]
            data = b"".join(parts)
        lines = data.count(b"\n")
        if data or damage:
            yield Block(first_line, data, lines, damage)
        first_line += lines


def pieces(path: Path, size: int) -> Iterator[tuple[bytes, str]]:
    """Pieces of the file, unpacked and without byte order mark; the last one says what damage ends the file.

    Parameters
    ----------
    path
        The file, plain or compressed with gzip.
    size
        Most bytes of a piece [bytes].
    """
    with opened(path) as raw:
        file = _plain(raw)
        mark = _BYTE_ORDER_MARK
        while True:
            piece, damage = _piece(file, size)
            if damage:
                yield b"", damage
            if damage or not piece:
                return
            yield piece.removeprefix(mark), ""
            mark = b""


def _without_long_lines(source: Iterator[tuple[bytes, str]]) -> Iterator[tuple[bytes, str]]:
    """Pieces without what stands behind the longest length of a line."""
    length = 0
    for given, damage in source:
        piece = given
        if length > LONGEST_LINE:
            at = piece.find(b"\n")
            piece = piece[at:] if at >= 0 else b""
        if piece or damage:
            yield piece, damage
        newline = piece.rfind(b"\n")
        length = length + len(piece) if newline < 0 else len(piece) - newline - 1


def _piece(file: IO[bytes], size: int) -> tuple[bytes, str]:
    try:
        return file.read1(size), ""  # type: ignore[attr-defined]
    except EOFError:
        return b"", "the compressed file is cut short"
    except (gzip.BadGzipFile, zlib.error) as error:
        return b"", f"the compressed file is damaged ({error})"


def _cut(data: bytes, *, damaged: bool) -> bytes:
    """Whole lines of the end of a file."""
    at = data.rfind(b"\n") + 1
    tail = data[at:]
    if not tail.strip() or (damaged and not tail.rstrip().endswith(b"}")):
        return data[:at]  # the record under the cut is part of the damage, which is reported once
    return data + b"\n"
