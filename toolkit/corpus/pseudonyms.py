"""Pseudonyms for researchers: keyed hashes in the place of their ids, and nothing in the place of their names.

A workspace is pseudonymised from its first record of a person on, or not at all. What is read is changed before
anything of it is written to ``staging/``, so that no table, reject, run record, graph or export can hold more:

- author ids become ``A-`` and ORCIDs ``O-`` with the first 128 bits of an HMAC-SHA-256 (RFC 2104, FIPS 198-1);
- names are dropped, as are the excerpts of records set aside: file and line find them in the raw files;
- of an address the parts are dropped that hold a mail address, an ORCID or the author's whole name.

Articles keep their ids, and so do places. Equal ids get equal pseudonyms under one key, so every measure stays what it
is. Without the key a pseudonym can't be made from an id, nor an id from a pseudonym.
"""

from __future__ import annotations

import hmac
import re
import shutil
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.corpus.names import folded
from toolkit.corpus.placeholders import OPENALEX_DELETED
from toolkit.corpus.pseudonym_keys import KEY_VARIABLE, found_key, made_key
from toolkit.errors import SettingsError
from toolkit.output_files import replacing
from toolkit.paths import expanded
from toolkit.workspace import Workspace

__all__ = ["PEOPLE", "WITHHELD", "Pseudonymise", "Pseudonyms", "pseudonyms_of", "settle_pseudonyms", "without_person"]

Pseudonymise = bool | str | Path
"""``True``: with the key that is found or made; a path: with the key in this file; ``False``: as the workspace does."""

PEOPLE: Final = ("openalex", "tables", "corrections", "merged-ids")
"""Kinds of input that hold researchers' ids."""

WITHHELD: Final = "(withheld: people are pseudonymised)"
"""Stands for the text of a record set aside."""

_DIGITS: Final = 32
_MADE: Final = re.compile(r"[AO]-[0-9a-f]{32}")
_AUTHOR: Final = re.compile(r"A[0-9]+")
_WORK: Final = re.compile(r"W[0-9]+(?= into W|[:,]|$)")
_PARTS: Final = re.compile(r"([,;|\n]+)")
_CONTACT: Final = re.compile(r"@|\d{4}-\d{4}-\d{4}-\d{3}[\dXx]")


class Pseudonyms:
    """What makes the pseudonyms of a workspace.

    Parameters
    ----------
    workspace
        Whose.
    name
        Name of its key: :meth:`named`.
    file
        Where its key was found.

    Examples
    --------
    >>> import tempfile
    >>> people = Pseudonyms(Workspace(Path(tempfile.mkdtemp())), "", "")
    >>> people.key = bytes(32)
    >>> people.author("A5023888391")
    'A-4020772fc322bab16918e667cd3e416b'
    """

    def __init__(self, workspace: Workspace, name: str, file: str) -> None:
        self._workspace, self.name, self._file = workspace, name, file

    @cached_property
    def key(self) -> bytes:
        """The key, looked for when it is first needed.

        Raises
        ------
        SettingsError
            There is none, or another one.
        """
        found = found_key(self._workspace, remembered=self._file)
        if found is None:
            raise SettingsError(
                f"The people of {self._workspace.root} are pseudonymised, and their key is not here (it was in "
                f"{self._file or KEY_VARIABLE}). Name its file with SCICITIES_PSEUDONYM_KEY_FILE; without it only "
                "pseudonyms are understood, and no record of people can be added."
            )
        self.check(found.key)
        return found.key

    def check(self, key: bytes) -> None:
        """Raise where ``key`` is not the one that the workspace's pseudonyms were made with."""
        if self.named(key) != self.name:
            raise SettingsError(
                f"The people of {self._workspace.root} are pseudonymised with key {self.name}, and the key at hand is "
                f"{self.named(key)}: one person would get two pseudonyms. Give the first key, or use another workspace."
            )

    @staticmethod
    def named(key: bytes) -> str:
        """A name for the key, which tells nothing about it."""
        return hmac.digest(key, b"name of the key", "sha256").hex()[:12]

    def author(self, author_id: str) -> str:
        """Pseudonym of an author id."""
        return self._made("A", author_id)

    def orcid(self, orcid: str) -> str:
        """Pseudonym of an ORCID (``0000-0002-1825-0097``)."""
        return self._made("O", orcid)

    def author_given(self, text: str) -> str:
        """Pseudonym of an author id that a person gives, who may give a pseudonym as well."""
        return text if _MADE.fullmatch(text) else self.author(text)

    def _made(self, letter: str, text: str) -> str:
        return f"{letter}-{hmac.digest(self.key, f'{letter} {text}'.encode(), 'sha256').hex()[:_DIGITS]}"

    def staged(self, name: str, table: pa.Table) -> pa.Table:
        """Rows for staging table ``name`` without anything that tells who somebody is."""
        if name == "authorships":
            names, texts = (table[column].to_pylist() for column in ("author_name", "affiliation_text"))
            table = _replaced(table, "affiliation_text", pa.array(_impersonal(names, texts), pa.string()))
            table = _replaced(table, "author_name", pa.nulls(table.num_rows, pa.string()))
            table = _replaced(table, "orcid", _mapped(table["orcid"], self.orcid))
            return _replaced(table, "author_id", _mapped(table["author_id"], self.author))
        if name == "corrections":
            for column in ("author_id", "becomes"):
                table = _replaced(table, column, _mapped(table[column], self.author_given))
        if name == "merged":
            for column in ("id", "into_id"):
                table = _replaced(table, column, _mapped(table[column], self._merged))
        return without_excerpts(table) if name == "rejects" else table

    def _merged(self, text: str) -> str:
        return self.author(text) if _AUTHOR.fullmatch(text) and text not in OPENALEX_DELETED else text


def pseudonyms_of(workspace: Workspace) -> Pseudonyms | None:
    """What makes the workspace's pseudonyms; ``None`` where its people go by their own ids.

    Examples
    --------
    >>> pseudonyms_of(Workspace(Path("no-such-folder"))) is None
    True
    """
    said = workspace.state().get("pseudonyms")
    return None if said is None else Pseudonyms(workspace, str(said["key"]), str(said["file"]))


def settle_pseudonyms(workspace: Workspace, asked: Pseudonymise) -> str | None:
    """Make an empty workspace a pseudonymised one where that is asked for; see to it that no other becomes a mixture.

    Parameters
    ----------
    workspace
        The caller holds its writer lock, and is about to read records of people.
    asked
        What the caller was asked for.

    Returns
    -------
    str or None
        Name of the key; ``None`` where people go by their own ids.

    Raises
    ------
    SettingsError
        The workspace has people under their own ids, or under pseudonyms made with another key, or the key is not to
        be had. Nothing has changed.
    """
    file = expanded(asked) if isinstance(asked, str | Path) else None
    pseudonyms = pseudonyms_of(workspace)
    if pseudonyms is None:
        if file is None and not asked:
            return None
        return _begun(workspace, file)
    if file is not None:
        found = found_key(workspace, file=file)
        if found is None:
            raise SettingsError(f"There is no key in {file}, and {workspace.root} is pseudonymised with one already.")
        pseudonyms.check(found.key)
        workspace.update_state({"pseudonyms": {"key": pseudonyms.name, "file": found.file}})
    else:
        pseudonyms.check(pseudonyms.key)
    return pseudonyms.name


def _begun(workspace: Workspace, file: Path | None) -> str:
    sources = workspace.state().get("sources", [])
    if workspace.table("works").exists() and (not sources or any(one.get("kind") in PEOPLE for one in sources)):
        raise SettingsError(
            f"{workspace.root} holds people under their own ids. Pseudonyms are no afterthought: take another "
            "workspace (-w FOLDER) and ingest the records there with --pseudonymise."
        )
    found = made_key(workspace, file=file)
    for folder in workspace.staging.iterdir() if workspace.staging.is_dir() else ():
        rejects = folder / "rejects.parquet"
        if folder.name.startswith((*PEOPLE, ".")) or not rejects.exists():
            shutil.rmtree(folder, ignore_errors=True)  # left behind by an ingest that was killed
        else:
            shown = without_excerpts(pq.read_table(rejects))
            with replacing(rejects) as written:
                pq.write_table(shown, written, compression="zstd")
    name = Pseudonyms.named(found.key)
    workspace.update_state({"pseudonyms": {"key": name, "file": found.file}})
    return name


def without_excerpts(rejects: pa.Table) -> pa.Table:
    """Rejects of which an excerpt tells the work's id, where it begins with one, and nothing else."""
    return _replaced(rejects, "excerpt", _mapped(rejects["excerpt"], _work_only))


def _work_only(text: str) -> str:
    work = _WORK.match(text)
    return f"{work[0]}: {WITHHELD}" if work else WITHHELD


def _mapped(column: pa.ChunkedArray, function: Callable[[str], str]) -> pa.Array:
    """Each distinct value through ``function`` once; nulls stay."""
    encoded = pc.dictionary_encode(column.combine_chunks().cast(pa.string()))
    values = pa.array([function(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(encoded.indices, values).cast(pa.string())


def _replaced(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _impersonal(names: list[str | None], texts: list[str | None]) -> list[str | None]:
    known: dict[tuple[Any, Any], str | None] = {}
    for pair in zip(names, texts, strict=True):
        if pair not in known:
            known[pair] = pair[1] and without_person(pair[0] or "", pair[1])
    return [known[pair] for pair in zip(names, texts, strict=True)]


def without_person(name: str, text: str) -> str:
    """An address without the parts that hold a mail address, an ORCID or the whole name."""
    last = name.rsplit(maxsplit=1)[-1] if name.strip() else ""
    if not _CONTACT.search(text) and not (last and last.casefold() in text.casefold()):
        return text
    words = set(folded(name).split())
    kept = ""
    pieces = _PARTS.split(text)
    for part, sign in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        named = len(words) > 1 and words <= set(folded(part).split())
        if not (_CONTACT.search(part) or named):
            kept += part + sign
    return kept.strip(" ,;|\n")
