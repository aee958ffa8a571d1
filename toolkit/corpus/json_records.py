"""JSON records in any layout, as blocks with one record a line.

A file of JSON lines is passed on as it is. Everything else is cut into its records and put on lines: an array, a page
of an API (``{"meta": …, "results": […]}``, ROR's ``"items"``), several pages or arrays, pretty-printed objects one
after the other. The file is read piece by piece, so the memory needed is that of a block and one record. A record that
is no JSON becomes a line that is no JSON, and the records after it are read.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from toolkit.corpus.jsonlines import LONGEST_LINE, Block, beginning, blocks, pieces

__all__ = ["in_lines", "record_blocks"]

_LISTS: Final = ("results", "items")
"""Keys under which the API of OpenAlex and that of ROR list the records of a page."""
_TEXT: Final = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_PAGE: Final = re.compile(
    r'\{\s*(?:"(?:meta|results|items|number_of_results|time_taken|group_by)"\s*:'
    rf'|(?:(?!"id"){_TEXT}\s*:\s*(?:{_TEXT}|[\w.+-]+|\{{[^{{}}]*\}}|\[[^\[\]]*\])\s*,\s*)++"(?:results|items)"\s*:\s*\[)'
)
"""How a page begins: with a key of those, or with short members before its list."""
_BETWEEN: Final = re.compile(r"[\s,\x00\x1e\ufeff]*")
_KEY: Final = re.compile(rf"({_TEXT})\s*:\s*")
_CONTINUED: Final = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"\s*:|[\]}]|[{\[]\s*$)')
_TOKEN: Final = re.compile(rf'{_TEXT}|[{{}}\[\]]|[^"{{}}\[\]]+')
_PLAIN: Final = re.compile(r"[\s,:0-9truefalsnNaInity+\-.E]*")
_OPENING: Final = re.compile(r'\{\s*("(?:[^"\\]|\\.)*")\s*:\s*("https?://[^"/\s]+/[A-Za-z]?)?')
_CLOSES: Final = {"}": "{", "]": "["}
_LONGEST_WORD: Final = 10
"""Length of the longest literal (``-Infinity``) or escape that the end of a piece may cut."""
_TAIL: Final = 1 << 10
_BROKEN: Final = 0
_INCOMPLETE: Final = -1
_IS_PAGE: Final = -2

_DECODER: Final = json.JSONDecoder(parse_int=bool)  # numbers are not used, and int() refuses very long ones


def in_lines(path: Path) -> bool:
    """Whether the file holds one record a line, as its beginning shows."""
    start, whole = beginning(path)
    text = start.decode("utf-8", "surrogateescape").lstrip(" \t\r\n\x00\x1e\ufeff")
    if text.startswith("["):
        return False
    if not text.startswith("{") or _PAGE.match(text):
        return not text.startswith("{")
    try:
        record, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return _starts_lines(text, whole=whole)
    after = text[end:].lstrip(" \t\r")
    return "\n" not in text[:end] and not _is_page(record) and not after.startswith(("{", ","))


def _starts_lines(text: str, *, whole: bool) -> bool:
    """Whether a text whose first object is broken or goes on behind its end is laid out in lines."""
    lines = text.split("\n")
    if not whole:
        del lines[-1]
    lines = [line for line in lines if line.strip()]
    if len(lines) < 2:
        return True
    return any(_is_object(line) for line in lines[1:]) or not _CONTINUED.match(lines[1])


def _is_object(line: str) -> bool:
    if not line.startswith("{"):
        return False
    try:
        return isinstance(_DECODER.decode(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_page(record: Any) -> bool:
    return isinstance(record, dict) and "id" not in record and any(isinstance(record.get(key), list) for key in _LISTS)


def record_blocks(path: Path, *, size: int) -> Iterator[Block]:
    """Cut the file into blocks of about ``size`` bytes, unpacked, with one record a line whatever its layout.

    Parameters
    ----------
    path
        The file, plain or compressed with gzip.
    size
        Bytes of a block [bytes]; a longer record makes its block longer.

    Yields
    ------
    Block
        In the order of the file. Of JSON lines ``first_line`` is the number of the block's first line, blank and
        broken lines counted; of all other layouts it is the number of its first record. What is no JSON is given as
        it is, but for line breaks. ``damage`` is set in the last block where the file ends too early.
    """
    if in_lines(path):
        yield from blocks(path, size=size, cut_long_lines=True)
        return
    records = _Records(path, max(64, min(size, 16 << 20)))
    first, lines, length = 1, list[bytes](), 0
    for text in records:
        lines.append(text)
        length += len(text) + 1
        if length >= size:
            yield Block(first, b"\n".join([*lines, b""]), len(lines))
            first, lines, length = first + len(lines), [], 0
    if lines or records.damage:
        yield Block(first, b"\n".join([*lines, b""]), len(lines), records.damage)


class _Records:
    """Iterates over the records of a file that is not laid out in lines, each as bytes without a line break.

    Attributes
    ----------
    damage
        Set at the end: what is wrong with the end of the file; empty where nothing is.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.damage = ""
        self._pieces = pieces(path, size)
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text, self._at, self._ended = "", 0, False
        self._inside: list[str] = []  # "[" of a list of records, "{" of a page
        self._opening = ""
        self._page = ""  # how the page begins whose list of records has not come yet
        self._lost = False  # whether text was skipped that may have held the end of a list

    def __iter__(self) -> Iterator[bytes]:
        while self._skip_gap():
            sign = self._text[self._at]
            if sign == "[":
                self._inside.append(sign)
                self._at += 1
            elif sign == "{" and self._at_page():
                self._enter_page()
            elif self._inside and _CLOSES.get(sign) == self._inside[-1]:
                self._inside.pop()
                self._at += 1
                if sign == "}" and self._page:
                    yield _line(self._page, " ")  # a page without records is for the reader to reject
                    self._page = ""
            elif self._inside and self._inside[-1] == "{":
                yield from self._member()
            elif sign in "]}" and self._lost:
                self._at += 1
            else:
                yield from self._value()
        if self._inside and not self._lost and not self.damage:
            self.damage = "the file is cut short within a list of records"

    def _more(self) -> bool:
        """Read on behind the text that is still needed; ``False`` at the end of the file."""
        if self._ended:
            return False
        piece, self.damage = next(self._pieces, (b"", ""))
        self._ended = not piece or bool(self.damage)
        kept = self._text[self._at :]
        self._text, self._at = kept + self._decoder.decode(piece, final=self._ended), 0
        return len(self._text) > len(kept) or not self._ended

    def _skip_gap(self) -> bool:
        while True:
            self._at = _BETWEEN.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    def _at_page(self) -> bool:
        while len(self._text) - self._at < _TAIL and self._more():
            pass
        return _PAGE.match(self._text, self._at) is not None

    def _enter_page(self) -> None:
        self._inside.append("{")
        self._page = self._text[self._at : self._at + _TAIL]
        self._at += 1

    def _member(self) -> Iterator[bytes]:
        """The next key of a page: its list of records is entered, anything else passed over."""
        while (key := _KEY.match(self._text, self._at)) is None or key.end() == len(self._text):
            if len(self._text) - self._at > _TAIL or not self._more():
                self._inside.clear()
                yield from self._broken()
                return
        self._at = key.end()
        if key[1].strip('"') in _LISTS and self._text.startswith("[", self._at):
            self._inside.append("[")
            self._at += 1
            self._page = ""
        else:
            yield from self._value(shown=False)

    def _value(self, *, shown: bool = True) -> Iterator[bytes]:
        """The value that starts here; one that is not to be shown is given only where it is broken."""
        while (end := self._end()) == _INCOMPLETE:
            if len(self._text) - self._at > LONGEST_LINE or not self._more():
                if self.damage:
                    self._at = len(self._text)  # the record under the cut is part of the damage
                    return
                end = _BROKEN
                break
        if end == _BROKEN:
            yield from self._broken()
        elif end == _IS_PAGE:
            self._enter_page()
        else:
            text, self._at = self._text[self._at : end], end
            if shown:
                self._opening = text[:_TAIL]
                yield _line(text, " ")

    def _end(self) -> int:
        """Where the value that starts here ends, or what it is instead."""
        try:
            record, end = _DECODER.raw_decode(self._text, self._at)
        except RecursionError:
            return self._balanced()
        except ValueError as error:
            return _INCOMPLETE if _is_cut(error, self._text) else _BROKEN
        if _is_page(record) and not self._inside:
            return _IS_PAGE
        goes_on = end == len(self._text) and not self._ended and not isinstance(record, dict | list)
        return _INCOMPLETE if goes_on else end

    def _broken(self) -> Iterator[bytes]:
        """Text that is no JSON, to where the next record starts, or to the end of the file."""
        self._lost = True
        start = self._text[self._at : self._at + _TAIL]
        end = self._balanced()
        if end > 0:
            text, self._at = self._text[self._at : end], end
            yield _line(text, "\v")
            return
        same = _opening(start if _OPENING.match(start) else self._opening)
        kept, behind = "", self._at + 1
        while (found := same.search(self._text, behind)) is None:
            kept = kept or self._text[self._at : self._at + LONGEST_LINE // 8]
            self._at = max(self._at, len(self._text) - _TAIL)
            if not self._more():
                self._at = len(self._text)
                break
            behind = min(self._at + 1, len(self._text))
        else:
            kept = kept or self._text[self._at : found.start()]
            self._at = found.start()
        yield _line(kept.rstrip(" \t\r\n,"), "\v")

    def _balanced(self) -> int:
        """Where the brackets opened here are all closed, or that they don't match, or that the text ends before."""
        opened: list[str] = []
        at = self._at
        while (token := _TOKEN.match(self._text, at)) is not None:
            at = token.end()
            sign = token[0]
            if sign in "{[":
                opened.append(sign)
            elif sign in "}]":
                if not opened or opened.pop() != _CLOSES[sign]:
                    return _BROKEN
                if not opened:
                    return at
            elif not sign.startswith('"') and (not opened or not _PLAIN.fullmatch(sign)):
                return _BROKEN
        return _INCOMPLETE if at == len(self._text) or "\n" not in self._text[at:] else _BROKEN


def _is_cut(error: ValueError, text: str) -> bool:
    """Whether the text is JSON up to its end, and the value not complete."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated string") or error.pos >= len(text) - _LONGEST_WORD


def _opening(start: str) -> re.Pattern[str]:
    """How the records of this file begin: their first key, and what is the same in all ids."""
    found = _OPENING.match(start)
    if found is None:
        return re.compile(r'\{\s*"')
    return re.compile(r"\{\s*" + re.escape(found[1]) + r"\s*:\s*" + re.escape(found[2] or ""))


def _line(text: str, gap: str) -> bytes:
    if "\n" in text or "\r" in text:
        text = text.replace("\n", gap).replace("\r", gap)
    return text.encode("utf-8", "surrogateescape")
