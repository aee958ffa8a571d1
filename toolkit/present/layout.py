"""Which columns of a table a terminal has room for, and how wide each is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST_NAME", "MARK", "Layout", "identifying", "layout"]

LEAST_NAME: Final = 20
"""A column that identifies the row gets at least this many characters, or its longest text where that is shorter."""

MARK: Final = "suspect"
"""Column of rows that may rest on a matching error: it stays in a table whatever leaves."""

_LEAST_TEXT: Final = 12
_WIDEST: Final = 44
_GAP: Final = 3
_YEARS: Final = re.compile(r"(.*_)?year(_.*)?|t|step|rank|(.*_)?community|depth|arrived|scope")
_REPEATED: Final = frozenset({"rule", "career_age", "last_year_at_from", "years_seen"})
_COMPARED: Final = frozenset({"unit", "comparison_n", "comparison_low", "comparison_high"})


@dataclass(frozen=True)
class Layout:
    """The columns of a table in order, each with its width and its header, which may have several lines.

    Attributes
    ----------
    widths
        Characters of each column that is shown.
    headers
        Header of each, with a line break where it is longer than its cells.
    dropped
        Columns that hold something and have no room.
    """

    widths: Mapping[str, int]
    headers: Mapping[str, str]
    dropped: tuple[str, ...]


def identifying(frame: pd.DataFrame) -> list[str]:
    """The columns that say what a row is about: names (or ids without one), ranks and years before the first number.

    Examples
    --------
    >>> import pandas as pd
    >>> identifying(pd.DataFrame({"a_id": ["1"], "a_name": ["Xi'an"], "score": [1.5], "partner": ["Paris"]}))
    ['a_name']
    """
    names = [str(name) for name in frame.columns]
    ids = _names_of_ids(names)
    leading: list[str] = []
    for name in names:
        if _is_number(frame[name]) and not _YEARS.fullmatch(name):
            break
        leading.append(name)
    found = [name for name in leading if _YEARS.fullmatch(name)]
    titles = [name for name in leading if name in {"name", *ids.values()} or (_is_id(name) and name not in ids)]
    if not titles:
        titles = [name for name in leading if name not in {*found, *ids}][:1]
    return [name for name in leading if name in {*found, *titles}]


def layout(frame: pd.DataFrame, texts: Mapping[str, Sequence[str]], width: int) -> Layout:
    """Fit a table into ``width`` characters.

    Columns leave one group after the other, only as far as needed: empty ones; ranks by single measures; ids that have
    a name; what another column repeats; intervals of ranks, then of values, where wrapped headers do not make room for
    them. Then headers wrap, then texts wrap, then texts that do not identify the row leave, then numbers, each from the
    right. The columns that identify the row (:func:`identifying`) stay, with at least :data:`LEAST_NAME` characters or
    their longest text; the mark of a row that may be wrong (:data:`MARK`) stays too.

    Parameters
    ----------
    frame
        The table.
    texts
        The cells of each column as they are printed.
    width
        Characters of a line.
    """
    names = [str(name) for name in frame.columns]
    keys = identifying(frame)
    cells = {name: max([1, *map(len, texts[name])]) for name in names}
    word = {name: max([1, *(len(part) for text in texts[name] for part in text.split())]) for name in keys}
    is_text = {name: not _is_number(frame[name]) for name in names}
    empty = {name for name in names if not any(texts[name]) and len(frame)}
    kept = [name for name in names if name not in empty or (name in keys and is_text[name])]

    def natural(name: str) -> int:
        return max(len(name), min(cells[name], _WIDEST) if is_text[name] else cells[name])

    def least(name: str) -> int:
        header = max(map(len, _wrapped(name)))
        return max(
            header, min(cells[name], LEAST_NAME if name in keys else _LEAST_TEXT) if is_text[name] else cells[name]
        )

    secondary = _secondary(frame, names, keys)
    for group, room in [(group, natural) for group in secondary] + [(group, least) for group in _bounds(names)]:
        if _line(kept, room) > width:
            kept = [name for name in kept if name not in group]
    others = [name for name in kept if name not in {*keys, MARK} and is_text[name]]
    numbers = [name for name in kept if name not in keys and not is_text[name]]
    for name in (*reversed(others), *reversed(numbers), *reversed(keys[1:])):
        if _line(kept, least) > width and name in kept:
            kept.remove(name)
    widths = _widths(kept, natural, least, width, texts=[name for name in kept if is_text[name]], word=word)
    headers = {name: name if len(name) <= widths[name] else "\n".join(_wrapped(name, widths[name])) for name in kept}
    return Layout(widths, headers, tuple(name for name in names if name not in kept and name not in empty))


def _secondary(frame: pd.DataFrame, names: Sequence[str], keys: Sequence[str]) -> list[frozenset[str]]:
    """Groups of columns that leave first, in this order."""
    ranks = {name for name in names if name.endswith("_rank") and name != "previous_rank"}
    of_one = {"author_id", "name"} if "author_id" in names and frame["author_id"].nunique() == 1 < len(frame) else set()
    groups = (ranks, set(_names_of_ids(names)), {"ratio_to_next"}, _REPEATED, of_one, _COMPARED)
    needed = frozenset(keys) - of_one - _REPEATED
    return [frozenset(group) - needed for group in groups]


def _bounds(names: Sequence[str]) -> list[frozenset[str]]:
    """Bounds of the intervals of ranks, then of values."""
    bounds = {name for name in names if name.endswith(("_low", "_high"))} | {"low", "high"}
    of_ranks = {name for name in bounds if name.endswith(("rank_low", "rank_high"))}
    return [frozenset(of_ranks), frozenset(bounds - of_ranks)]


def _widths(
    kept: Sequence[str],
    natural: Callable[[str], int],
    least: Callable[[str], int],
    width: int,
    *,
    texts: Sequence[str],
    word: Mapping[str, int],
) -> dict[str, int]:
    """Natural widths where they fit; else each column's least, and what is left for whole headers and texts.

    The longest words of identifying columns (``word``) come first, then headers of numbers, then the shortest texts.
    """
    if _line(kept, natural) <= width:
        return {name: natural(name) for name in kept}
    found = {name: least(name) for name in kept}
    room = width - _line(kept, found.__getitem__)
    for name in [name for name in texts if name in word]:
        more = max(min(word[name] - found[name], natural(name) - found[name], room), 0)
        found[name], room = found[name] + more, room - more
    for name in kept:  # headers of numbers before more than the least of a text
        more = (
            min(natural(name) - found[name], room) if name not in texts and natural(name) - found[name] <= room else 0
        )
        found[name], room = found[name] + max(more, 0), room - max(more, 0)
    while room > 0 and (growing := [name for name in texts if found[name] < natural(name)]):
        name = min(growing, key=lambda one: found[one])
        found[name], room = found[name] + 1, room - 1
    while room < 0 and (wide := [name for name in texts if found[name] > 1]):  # a terminal below 80 characters
        name = max(wide, key=lambda one: found[one])
        found[name], room = found[name] - 1, room + 1
    return found


def _line(names: Sequence[str], width: Callable[[str], int]) -> int:
    """Characters of a line: the columns, the gaps between them, and one at each end."""
    return sum(map(width, names)) + _GAP * (len(names) - 1) + 2


def _wrapped(header: str, width: int = 0) -> list[str]:
    """A header in lines that break behind ``_``, as few as ``width`` allows."""
    lines: list[str] = []
    for part in re.findall(r"[^_]*_|[^_]+", header):
        if lines and (len(lines[-1]) + len(part) <= width or lines[-1] in {"a_", "b_", "c_"}):
            lines[-1] += part
        else:
            lines.append(part)
    return lines or [header]


def _names_of_ids(names: Sequence[str]) -> dict[str, str]:
    """Columns of ids (or codes), each with the column that names the same thing."""
    found = {name: "title" for name in ("work_id", "doi") if name in names and "title" in names}
    for name, after in itertools.pairwise(names):
        if name in found or not (_is_id(name) or name.endswith("_code")):
            continue
        stem = name.rpartition("_")[0]
        told = [one for one in (stem, f"{stem}_name") if stem and one in names]
        begins_alike = bool(stem) and not _is_id(after) and after.split("_")[0] == stem.split("_")[0]
        told += [after] if after == "name" or begins_alike else []
        if told:
            found[name] = told[0]
    return found


def _is_id(name: str) -> bool:
    return name == "id" or name.endswith("_id")


def _is_number(column: pd.Series[Any]) -> bool:
    return column.dtype.kind in "iufb"
