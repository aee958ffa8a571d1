"""Frames as files and streams: csv, json, ndjson, parquet, and a table for a terminal."""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from toolkit.errors import BadParameter
from toolkit.output_files import output_file, require_output
from toolkit.terminal_text import printable

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.runs import RunRecord

__all__ = ["FORMATS", "SAFE_NOTE", "format_of", "frame_bytes", "json_rows", "write_answer_file"]

FORMATS: Final = ("table", "csv", "json", "ndjson", "parquet", "spreadsheet")
SAFE_NOTE: Final = "texts that a spreadsheet would take for formulas begin with an apostrophe"
"""What the run record says of the format ``spreadsheet``."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BY_SUFFIX: Final = {
    ".csv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".txt": "table",
}


def format_of(path: Path | None, asked: str | None, *, terminal: bool) -> str:
    """Output format: the one asked for, else the file's ending, else table on a terminal and csv in a pipe.

    Raises
    ------
    BadParameter
        A format we don't write, or a file ending that says nothing.

    Examples
    --------
    >>> format_of(None, None, terminal=False)
    'csv'
    >>> format_of(Path("cities.parquet"), None, terminal=True)
    'parquet'
    """
    if asked is not None:
        if asked not in FORMATS:
            raise BadParameter("format", asked, f"it must be one of {', '.join(FORMATS)}")
        if asked == "parquet" and path is None and terminal:
            raise BadParameter("format", asked, "it is no text for a terminal: name a file (-o FILE), or pipe it")
        return asked
    if path is not None:
        try:
            return _BY_SUFFIX[path.suffix.lower()]
        except KeyError:
            endings = ", ".join(_BY_SUFFIX)
            raise BadParameter("output", str(path), f"name a file ending in {endings}, or add --format") from None
    return "table" if terminal else "csv"


def json_rows(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """Rows as JSON values: missing is null, never NaN."""
    for row in frame.astype(object).to_dict(orient="records"):
        yield {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) or int(getattr(value, "ndim", False)) > 0:
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        return _plain(value.item())
    if isinstance(value, (str, int, float, bool)):
        return value
    return None if str(value) in {"<NA>", "NaT"} else str(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _list_text(value: Any) -> Any:
    return json.dumps([_plain(item) for item in value], ensure_ascii=False) if _is_list(value) else value


def _without_formula(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def frame_bytes(frame: pd.DataFrame, *, fmt: str) -> bytes:
    """``frame`` in format ``fmt`` (one of :data:`FORMATS` but table), utf-8 where it is text; a list in csv is JSON.

    ``spreadsheet`` is csv in which a text, or a column's name, that a spreadsheet would take for a formula begins with
    an apostrophe. Numbers stay as they are.
    """
    if fmt == "parquet":
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        return buffer.getvalue()
    if fmt == "spreadsheet":
        frame = frame.map(_without_formula).rename(columns=_without_formula)
    if fmt in {"csv", "spreadsheet"}:
        lists = {str(n): frame[n].map(_list_text) for n in frame.columns if frame[n].map(_is_list).any()}
        return frame.assign(**lists).to_csv(index=False, lineterminator="\n").encode()
    rows = list(json_rows(frame))
    if fmt == "json":
        return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def write_answer_file(content: bytes, run: RunRecord, path: Path) -> Path:
    """Write ``content`` to ``path`` and the run record beside it as ``FILE.run.json``; both whole or not at all.

    Raises
    ------
    SettingsError
        The file can't be written, or must not be (:func:`toolkit.output_files.require_output`).
    """
    beside = path.with_name(path.name + ".run.json")
    require_output(beside)
    with output_file(path) as file:
        file.write(content)
        return run.write(beside)


def write_bytes(content: bytes, stream: IO[str] | None = None) -> None:
    """Write bytes to standard output (or ``stream``), whatever its text encoding; on a terminal as printable text."""
    out = stream if stream is not None else sys.stdout
    if out.isatty():
        content = printable(content.decode(errors="surrogatepass")).encode()
    buffer = getattr(out, "buffer", None)
    if buffer is None:
        out.write(content.decode())
    else:
        out.flush()
        buffer.write(content)
        buffer.flush()
