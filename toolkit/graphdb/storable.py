"""Node tables in the form that Neo4j can store and index, the same for both ways of loading."""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from toolkit.errors import DataError

__all__ = ["LIST_SEPARATOR", "LONGEST_KEY", "LONGEST_TEXT", "has_line_breaks", "storable"]

LIST_SEPARATOR: Final = ";"
"""Between the elements of a list in the import tool's files; no element may contain it."""
LONGEST_TEXT: Final = 2_000
"""Characters of a text property. A Neo4j range index holds 8 kB a value, and a character takes up to 4 bytes."""
LONGEST_KEY: Final = 8_000
"""Bytes of a key, likewise."""
_BREAKS: Final = "[\x00-\x1f\x7f\x85\u2028\u2029]+"


def storable(table: pa.Table, label: str) -> tuple[pa.Table, int]:
    r"""Texts without control characters, empty values and more characters than Neo4j can index.

    Parameters
    ----------
    table
        Nodes of one label; the first column is the key, which is never changed.
    label
        The label, for the message.

    Returns
    -------
    tuple
        The table, and the number of texts that were shortened to :data:`LONGEST_TEXT` characters.

    Raises
    ------
    DataError
        A key is longer than :data:`LONGEST_KEY` bytes.

    Examples
    --------
    >>> rows = pa.table({"id": ["1"], "name": ["Two\nlines"], "marks": [["a;b", ""]]})
    >>> storable(rows, "Institution")[0].to_pylist()
    [{'id': '1', 'name': 'Two lines', 'marks': ['a,b']}]
    """
    _refuse_long_keys(table.column(0), label)
    shortened = 0
    for place, column in list(enumerate(table.schema))[1:]:
        values = table.column(place)
        if pa.types.is_string(column.type):
            values = pc.replace_substring_regex(values, _BREAKS, " ")
            long = pc.greater(pc.utf8_length(values), LONGEST_TEXT)
            if count := pc.sum(long).as_py():
                cut = pc.binary_join_element_wise(pc.utf8_slice_codeunits(values, 0, LONGEST_TEXT - 1), "…", "")
                values, shortened = pc.if_else(long, cut, values), shortened + count
            values = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
        elif pa.types.is_list(column.type):
            values = pa.chunked_array([pa.array(map(_elements, values.to_pylist()), pa.list_(pa.string()))])
        table = table.set_column(place, column.name, values)
    return table, shortened


def _refuse_long_keys(keys: pa.ChunkedArray, label: str) -> None:
    sizes = pc.binary_length(keys)
    longest = pc.max(sizes).as_py() or 0
    if longest > LONGEST_KEY:
        key = keys[pc.index(sizes, longest).as_py()].as_py()
        raise DataError(
            f"The {label} id {key[:40]!r}… has {longest:,} bytes, and Neo4j stores at most {LONGEST_KEY:,} in a key. "
            "Give it a shorter id in the records and ingest them again."
        )


def _elements(row: list[str | None] | None) -> list[str] | None:
    """Elements of a list property; ``None`` for an empty list."""
    texts = (re.sub(_BREAKS, " ", element).replace(LIST_SEPARATOR, ",") for element in row or () if element)
    return [text[:LONGEST_TEXT] for text in texts] or None


def has_line_breaks(table: pa.Table) -> bool:
    """Whether a text of the table contains a line break."""
    texts = [column for column in table.columns if pa.types.is_string(column.type)]
    return any(pc.any(pc.match_substring_regex(column, r"[\r\n]")).as_py() for column in texts)
