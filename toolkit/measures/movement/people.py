"""Which author a text means: an id, an ORCID, or a name that several people may have."""

from __future__ import annotations

import re
from typing import Final

from toolkit.corpus.names import folded
from toolkit.corpus.people_file import short_orcid
from toolkit.corpus.pseudonyms import Pseudonyms
from toolkit.errors import BadParameter
from toolkit.measures.tables import Tables

__all__ = ["author_shown", "authors_meant", "one_author"]

_ORCID: Final = re.compile(r"(?:https?://)?(?:orcid\.org/)?(\d{4}-?\d{4}-?\d{4}-?\d{3}[\dXx])/?")
_ADDRESS: Final = re.compile(r"https?://(?:api\.)?openalex\.org/(?:authors/)?([^/?#]+)", re.IGNORECASE)
_MOST_NAMED: Final = 8


def authors_meant(tables: Tables, text: str) -> list[str]:
    """Ids of the authors that ``text`` means, in order.

    An id (bare or as OpenAlex's web address) or an ORCID is looked for first; else all authors of that name, whole and
    without case, accents and punctuation. Namesakes are several authors: nothing here merges them. Where people are
    kept under pseudonyms, a pseudonym is understood, and with the key at hand an id or ORCID.

    Raises
    ------
    BadParameter
        Nobody has that id, ORCID or name; the message lists names that hold all its words.
    SettingsError
        People are kept under pseudonyms, this is none, and the key is not at hand.

    Examples
    --------
    >>> import ibis
    >>> from toolkit.corpus.example import example_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), example_tables())
    >>> authors_meant(tables, "author 4"), authors_meant(tables, "A4")
    (['A4'], ['A4'])
    """
    text = text.strip()
    address, orcid = _ADDRESS.fullmatch(text), _ORCID.fullmatch(text)
    wanted = address[1] if address else text
    people = tables.authors
    known = people.filter(people.author_id.isin(sorted({wanted, wanted.upper()})))
    if tables.pseudonyms is not None:
        return _under_pseudonyms(tables, tables.pseudonyms, wanted)
    if orcid:
        digits = orcid[1].replace("-", "").upper()
        known = people.filter(people.orcid.notnull() & (people.orcid.replace("-", "").upper().right(16) == digits))
    found: list[str] = sorted(known.author_id.to_pyarrow().to_pylist())
    if found or orcid or address:
        if not found:
            raise BadParameter("author", text, "no author in this workspace has this id or ORCID")
        return found
    named = people.filter(people.name.notnull()).select("author_id", "name").to_pyarrow()
    asked, words = folded(text), set(folded(text).split())
    alike: list[str] = []
    for author_id, name in zip(named["author_id"].to_pylist(), named["name"].to_pylist(), strict=True):
        own = folded(name)
        if own == asked:
            found.append(author_id)
        elif words and len(alike) < _MOST_NAMED and words <= set(own.split()):
            alike.append(f"{name} = {author_id}")
    if not found:
        close = f"; close to it: {', '.join(sorted(alike))}" if alike else "; give an id, an ORCID or the whole name"
        raise BadParameter("author", text, f"no author in this workspace has this id or name{close}")
    return sorted(found)


def _under_pseudonyms(tables: Tables, pseudonyms: Pseudonyms, wanted: str) -> list[str]:
    people = tables.authors
    known = people.filter((people.author_id == wanted) | (people.orcid == wanted))
    found: list[str] = sorted(known.author_id.to_pyarrow().to_pylist())
    if found:
        return found
    orcid = short_orcid(wanted)
    ids = {pseudonyms.author(text) for text in (wanted, wanted.upper(), orcid) if text}
    known = people.filter(people.author_id.isin(sorted(ids)))
    if orcid:
        known = people.filter(people.author_id.isin(sorted(ids)) | (people.orcid == pseudonyms.orcid(orcid)))
    found = sorted(known.author_id.to_pyarrow().to_pylist())
    if not found:
        raise BadParameter(
            "author", wanted, "no author in this workspace has this pseudonym, id or ORCID; names are not kept in it"
        )
    return found


def author_shown(tables: Tables, text: str, meant: list[str]) -> str:
    """What stands in a record for the author asked for: the text, or pseudonyms where people are kept under them."""
    return text if tables.pseudonyms is None else ", ".join(meant)


def one_author(tables: Tables, text: str) -> str:
    """The author that ``text`` means.

    Raises
    ------
    BadParameter
        Nobody is meant, or several people have the name: the message lists their ids.
    """
    found = authors_meant(tables, text)
    if len(found) > 1:
        some = ", ".join(found[:_MOST_NAMED]) + (" …" if len(found) > _MOST_NAMED else "")
        raise BadParameter("author", text, f"{len(found)} authors have this name: {some}; give the id or ORCID")
    return found[0]
