"""Tables that hold works, authors and affiliations at once, made into the rows that plain tables have.

A row of the table gives one row of works (the first row of its id) and a row of authorships for each author and
affiliation. A row whose cells contradict each other is put aside whole; an affiliation that does not tell its place is
kept, noted and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final

import pyarrow as pa

from toolkit.corpus.jsonlines import RawFile, excerpt
from toolkit.corpus.names import folded
from toolkit.corpus.plain.addresses import Address, read_address
from toolkit.corpus.plain.cells import (
    aligned,
    author_names,
    bracketed,
    items_of,
    known_id,
    known_parts,
    named_ids,
    reprinted,
    texts_after_names,
)
from toolkit.corpus.plain.column_mapping import FIELDS
from toolkit.corpus.plain.place_names import LISTED, PlaceNames
from toolkit.corpus.plain.recipe import Recipe
from toolkit.corpus.plain.set_aside import SetAside
from toolkit.corpus.plain.table_files import TableFile
from toolkit.corpus.plain.tagged import TaggedFile, is_tagged

__all__ = ["NOTES", "RecordReader"]

NOTES: Final = pa.schema(
    [
        ("work", pa.string()),
        ("source", pa.string()),
        ("line", pa.int64()),
        ("reason", pa.string()),
        ("text", pa.string()),
    ]
)
"""What is told about works that are kept: one row for each author and affiliation it is true of."""

NOBODYS: Final = "kept without affiliations: several addresses that do not say whose they are"
NO_ADDRESSES: Final = "kept without affiliations: the record has no address"
NOT_BRACKETED: Final = "kept: an address without authors, beside others with authors, is given to no author"
NO_SUCH_AUTHOR: Final = "kept: an address names a person who is not among the authors"
SAME_NAME: Final = "kept: an address names two authors who have the same name, and is given to neither"
NOT_IN_LIST: Final = "kept: affiliations that are not in the list of the row, read as one"
IDS_UNCLEAR: Final = "kept without author ids: more or fewer ids than authors"
REPEATED: Final = "another record of this work was taken"
_NUMBER: Final = re.compile(r"\s*\((\d+)\)$")
"""An author's id after the full name."""
_PLACES: Final = ("institution_id", "institution", "city_id", "city", "admin1", "country")


class _Contradiction(ValueError):
    """The cells of a row do not fit each other."""


@dataclass
class _Author:
    name: str
    author_id: str = ""
    orcid: str = ""
    affiliations: tuple[Mapping[str, str], ...] = ()


class RecordReader:
    """Reads files by a recipe, one after the other.

    Parameters
    ----------
    recipe
        How the files are read.
    names
        What is known of divisions and cities; those of ``regions.csv`` by default.
    strict
        Raise at the first bad row instead of putting it aside.

    Attributes
    ----------
    facts
        Counts worth telling.
    """

    def __init__(self, recipe: Recipe, *, names: PlaceNames = LISTED, strict: bool = False) -> None:
        self.facts = Counter[str]()
        self._recipe, self._strict = recipe, strict
        self._seen: set[str] = set()
        self._positions: dict[str, dict[str, int]] = {}
        self._aside = SetAside(strict=strict)
        self._notes: list[tuple[str, int, str, str]] = []
        self._source = ""
        self._line, self._title = 0, ""
        # one institute's address comes back on thousands of rows
        self._address: Callable[[str], Address] = lru_cache(maxsize=100_000)(
            partial(
                read_address,
                institution=recipe.institution,
                countries=recipe.countries,
                states=recipe.states,
                names=names,
            )
        )
        self._authors_of = {"by-order": self._by_order, "by-name": self._by_name, "in-brackets": self._in_brackets}[
            recipe.linked
        ]

    def opened(self, file: RawFile) -> TableFile | TaggedFile:
        """The file with its columns matched.

        Raises
        ------
        MissingColumn
            A column that the recipe needs is not there.
        DataError
            It is no table.
        """
        recipe = self._recipe
        if recipe.tagged and is_tagged(file):
            match = partial(recipe.matched, where=str(file.path))
            return TaggedFile(file, match, encoding=recipe.encoding, strict=self._strict)
        return TableFile(file, "", {}, strict=self._strict, recipe=recipe)

    def read(self, file: TableFile | TaggedFile) -> Iterator[tuple[pa.Table, pa.Table, pa.Table]]:
        """Yield rows of works, rows of authorships and notes (:data:`NOTES`), batch by batch.

        Raises
        ------
        BadRecord
            A row is bad and ``strict`` was asked for.
        """
        self._source = file.file.label
        for batch in file.batches():
            works: list[dict[str, Any]] = []
            listed: list[dict[str, Any]] = []
            notes: list[dict[str, Any]] = []
            for row in batch.to_pylist():
                self._line = row["line"]
                self._title = str(row.get("title") or row.get("work_id") or "")
                self._notes.clear()
                try:
                    found = self._row(file.file, row)
                except _Contradiction as error:
                    said = ", ".join(str(row.get(one) or "") for one in ("work_id", "title"))
                    self._aside.add(file.file, self._line, str(error), excerpt(said))
                    continue
                work, authors = found
                works += work
                listed += authors
                key = str(row.get("work_id") or "").strip()
                notes += [
                    {"work": key, "source": self._source, "line": line, "reason": reason, "text": text}
                    for _, line, reason, text in self._notes
                ]
            yield _table(works, "works"), _table(listed, "authorships"), pa.Table.from_pylist(notes, schema=NOTES)

    def rejects(self) -> pa.Table:
        """Rows put aside so far, as in the staging table."""
        return self._aside.table()

    def _row(self, file: RawFile, row: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        work_id = str(row.get("work_id") or "").strip()
        first = work_id not in self._seen
        work = [{"line": self._line} | {field: row[field] for field in self._recipe.works if field in row}]
        if self._recipe.rows == "works":
            if not work_id:
                return work, []
            if not first:
                self._aside.note(file, self._line, REPEATED, work_id)
                return [], []
            listed = [
                self._listing(work_id, str(position), author, place)
                for position, author in enumerate(self._authors_of(_cells(row)))
                for place in author.affiliations or ({},)
            ]
        else:
            cells = _cells(row)
            author = self._one_author(cells)
            position = cells["position"] if "position" in cells else self._position(work_id, author)
            if len(author.affiliations) > 1 and not (position.strip() or author.author_id or author.orcid):
                raise _Contradiction("an author without id and position has several affiliations")
            listed = [self._listing(work_id, position, author, place) for place in author.affiliations or ({},)]
        if work_id:
            self._seen.add(work_id)
        return work if first and work_id else [], listed

    def _position(self, work_id: str, author: _Author) -> str:
        """Place of a row's author where no column tells it: that of an id seen before, else the next."""
        known = self._positions.setdefault(work_id, {})
        return str(known.setdefault(author.author_id or author.orcid or f"\t{len(known)}", len(known)))

    def _listing(self, work_id: str, position: str, author: _Author, place: Mapping[str, str]) -> dict[str, Any]:
        return {
            "line": self._line,
            "work_id": work_id,
            "position": position,
            "author_id": author.author_id,
            "orcid": author.orcid,
            "author_name": author.name,
            **place,
        }

    def _note(self, reason: str, text: str) -> None:
        self._notes.append((self._source, self._line, reason, text))

    def _placed(self, text: str) -> Mapping[str, str]:
        """An affiliation of an author, from its text."""
        address = self._address(text)
        self.facts["affiliations read from text"] += 1
        if address.problem:
            self._note(address.problem, text)
        return {
            "institution": address.institution,
            "city": address.city,
            "admin1": address.admin1,
            "country": address.country,
        }

    def _by_order(self, cells: Mapping[str, str]) -> list[_Author]:
        names = items_of(cells.get("author_name"), self._recipe.author_mark)
        ids = {field: self._aligned(cells, field, len(names)) for field in ("author_id", "orcid")}
        columns = {
            field: self._aligned(cells, field, len(names)) for field in ("affiliation", *_PLACES) if cells.get(field)
        }
        return [
            _Author(
                name,
                known_id(ids["author_id"][at]),
                known_id(ids["orcid"][at]),
                self._places({field: texts[at] for field, texts in columns.items()}),
            )
            for at, name in enumerate(names)
        ]

    def _one_author(self, cells: Mapping[str, str]) -> _Author:
        places = self._places({field: cells.get(field, "") for field in ("affiliation", *_PLACES)})
        name, author_id, orcid = (cells.get(field, "") for field in ("author_name", "author_id", "orcid"))
        return _Author(name, known_id(author_id), known_id(orcid), places)

    def _aligned(self, cells: Mapping[str, str], field: str, count: int) -> list[str]:
        found = aligned(cells.get(field), self._recipe.author_mark, count)
        if found is None:
            number = len(items_of(cells.get(field), self._recipe.author_mark))
            more = "more" if number > count else "fewer"
            raise _Contradiction(f"{more} items of {field} than authors")
        return found

    def _places(self, texts: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
        """Affiliations of one author from columns of their own, else from text."""
        split = {field: text.split(self._recipe.affiliation_mark) for field, text in texts.items() if text.strip()}
        named = {field: items for field, items in split.items() if field != "affiliation"}
        if not named:
            return tuple(self._placed(text) for one in split.get("affiliation", ()) if (text := one.strip()))
        count = max(map(len, named.values()))
        if any(len(items) != count for items in named.values()):
            sizes = ", ".join(f"{len(items)} of {field}" for field, items in named.items())
            raise _Contradiction(f"an author's affiliations do not fit each other ({sizes})")
        return tuple({field: items[at].strip() for field, items in named.items()} for at in range(count))

    def _by_name(self, cells: Mapping[str, str]) -> list[_Author]:
        mark = self._recipe.author_mark
        full = items_of(cells.get("full_name"), mark)
        ids = items_of(cells["author_id"], mark) if "author_id" in cells else _ids_behind(full)
        names = author_names(cells.get("author_name"), mark, len(ids) or None, cells.get("affiliation"))
        if ids and len(ids) != len(names):
            ids, names = self._without_ids(cells, ids, names)
        texts = texts_after_names(cells.get("affiliation"), mark, names)
        if texts is None:
            raise _Contradiction("the affiliations do not begin with the names of the authors in their order")
        known = items_of(cells.get("affiliation_list"), mark)
        shown = [_NUMBER.sub("", name) for name in full] if len(full) == len(names) else names
        return [
            _Author(
                name, known_id(ids[at]) if ids else "", "", tuple(map(self._placed, self._parted(texts[at], known)))
            )
            for at, name in enumerate(shown)
        ]

    def _without_ids(
        self, cells: Mapping[str, str], ids: Sequence[str], names: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """No ids, and the names without regard to them: which id is whose is not known.

        Raises
        ------
        _Contradiction
            Without the number of ids and without affiliations, commas do not show where a name ends.
        """
        mark = self._recipe.author_mark
        texts = cells.get("affiliation")
        if not items_of(texts, mark) and len(items_of(cells.get("author_name"), mark)) < 2:
            raise _Contradiction(f"{'more' if len(ids) > len(names) else 'fewer'} author ids than authors")
        self._note(IDS_UNCLEAR, f"{len(ids)} ids, {len(names)} authors: {self._title}")
        return [], author_names(cells.get("author_name"), mark, None, texts)

    def _parted(self, text: str, known: Sequence[str]) -> list[str]:
        if not text:
            return []
        parts = known_parts(text, known)
        if parts is None:
            self._note(NOT_IN_LIST, text)
        return parts or [text]

    def _in_brackets(self, cells: Mapping[str, str]) -> list[_Author]:
        mark = self._recipe.author_mark
        shorts = items_of(cells.get("short_name"), mark)
        names = items_of(cells.get("author_name"), mark) or shorts
        keys = [
            {folded(name)} | ({folded(shorts[at])} if len(shorts) == len(names) else set())
            for at, name in enumerate(names)
        ]
        addresses = self._addresses(cells, keys)
        ids = {field: self._ids(cells.get(field), keys) for field in ("author_id", "orcid")}
        return [
            _Author(
                name,
                "" if ids["orcid"][at] else ids["author_id"][at],
                ids["orcid"][at],
                tuple(map(self._placed, dict.fromkeys(addresses[at]))),
            )
            for at, name in enumerate(names)
        ]

    def _addresses(self, cells: Mapping[str, str], keys: Sequence[set[str]]) -> list[list[str]]:
        """Addresses of each author; those that do not say whose they are belong to all only if there is one."""
        addresses: list[list[str]] = [[] for _ in keys]
        pieces = bracketed(cells.get("affiliation"), self._recipe.author_mark)
        if not pieces and (pieces := reprinted(cells.get("reprint"))):
            self.facts["works whose only addresses are those for reprints"] += 1
        if not pieces:
            self._note(NO_ADDRESSES, self._title)
        nameless = [piece.address for piece in pieces if not piece.names]
        if len(keys) == 1 or (len(nameless) == len(pieces) == 1):
            addresses = [list(nameless) for _ in keys]
        else:
            for text in nameless if len(nameless) < len(pieces) else ():
                self._note(NOT_BRACKETED, text)
            if pieces and len(nameless) == len(pieces):
                self._note(NOBODYS, cells.get("affiliation", ""))
        for piece in pieces:
            for name in piece.names:
                whose = [at for at, known in enumerate(keys) if folded(name) in known]
                if len(whose) == 1:
                    addresses[whose[0]].append(piece.address)
                else:
                    self._note(SAME_NAME if whose else NO_SUCH_AUTHOR, f"{name}: {piece.address}")
        return addresses

    def _ids(self, text: str | None, keys: Sequence[set[str]]) -> list[str]:
        """Ids of the authors; those of names that fit no author, or several, are counted and left."""
        found = [""] * len(keys)
        for name, identifier in named_ids(text, self._recipe.author_mark).items():
            whose = [at for at, known in enumerate(keys) if name in known]
            if len(whose) == 1:
                found[whose[0]] = identifier
            else:
                self.facts["ids of names that are not among the authors"] += 1
        return found


def _ids_behind(full_names: Sequence[str]) -> list[str]:
    """Ids after the full names (``Doe, Jane (57001)``), where every name has one."""
    found = [_NUMBER.search(name) for name in full_names]
    return [match[1] for match in found if match] if all(found) else []


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    """Fields of authors in a row."""
    return {field.removeprefix("author:"): text or "" for field, text in row.items() if field.startswith("author:")}


def _table(rows: list[dict[str, Any]], table: str) -> pa.Table:
    fields = [("line", pa.int64()), *((field, pa.string()) for field in FIELDS[table])]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))
