"""The encoding of a table or of tagged text: UTF-8, UTF-16 by its mark, or Windows-1252 as Excel writes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from toolkit.corpus.file_kinds import start_of
from toolkit.corpus.jsonlines import blocks

__all__ = ["READ_AS_WINDOWS", "WINDOWS", "encoding_of"]

WINDOWS: Final = "cp1252"
READ_AS_WINDOWS: Final = "kept: the file is not in UTF-8 and was read as Windows-1252; check its accents"
"""Noted once for a file, with the first row that has such a letter."""

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_BLOCK_BYTES: Final = 4 << 20
_NOT_WESTERN: Final = re.compile(rb"[\x80-\xff]{4}|[0-9][\xc0-\xff]|[\xc0-\xff][0-9]")
"""Western accents are single and next to letters; Cyrillic or Chinese words and damaged ids look like this."""


def encoding_of(path: Path, declared: str = "utf-8") -> str:
    r"""Name of the encoding in which the whole file is read.

    Windows-1252 is taken only if no letter of the file is UTF-8, all bytes mean something in Windows-1252, and accents
    stand apart as in western languages. Other files are read as ``declared``, and rows that are not in it are rejected.

    Parameters
    ----------
    path
        The file, compressed with gzip or not.
    declared
        What the reader expects; anything but UTF-8 is taken as it is. A byte order mark of UTF-16 goes first.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "table.csv"
    >>> for text in ("name\nZürich\n".encode("cp1252"), "name\nZürich\n".encode(), "name\nZürich\n".encode("utf-16")):
    ...     _ = file.write_bytes(text)
    ...     print(encoding_of(file))
    cp1252
    utf-8
    utf-16
    """
    start = start_of(path)
    if start.startswith(_UTF16_MARKS):
        return "utf-16"
    if declared.lower().replace("_", "-") not in ("utf-8", "utf8") or start.startswith(_UTF8_MARK):
        return declared
    found = declared
    for block in blocks(path, size=_BLOCK_BYTES):
        if block.data.isascii():
            continue
        if not _is_windows(block.data):
            return declared
        found = WINDOWS
    return found


def _is_windows(data: bytes) -> bool:
    """Whether no letter beyond ASCII is UTF-8, and all of them may be Windows-1252."""
    if b"\x00" in data or _NOT_WESTERN.search(data):
        return False
    try:
        data.decode(WINDOWS)
    except UnicodeDecodeError:
        return False
    return all(letter.isascii() or "\udc80" <= letter <= "\udcff" for letter in data.decode(errors="surrogateescape"))
