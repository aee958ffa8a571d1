"""Ids and words that stand for something missing: one person with such an id would be thousands of people.

Every reader takes its own list from here. A placeholder is no id: each listing of such an author is an author of its
own, an affiliation with such an institution is one that matched nothing, a work with such a journal has none.

References
----------
OpenAlex documentation, https://developers.openalex.org (null author, deleted entities); ORCID, structure of the
identifier, https://support.orcid.org; exports of Scopus, Web of Science and repositories.
"""

from __future__ import annotations

from typing import Final

__all__ = ["OPENALEX", "OPENALEX_DELETED", "ORCID", "ROR", "TABLE_IDS", "TABLE_NAMES", "in_sql"]

OPENALEX_DELETED: Final = ("W4285719527", "A5317838346", "I4389424196", "S4317411217")
"""Ids into which OpenAlex merges the works, authors, institutions and sources that it deletes."""

OPENALEX: Final = (*OPENALEX_DELETED, "A9999999999")
"""Ids in OpenAlex's records that are no work, author, institution or source; the last one is the null author."""

ORCID: Final = ("0000-0000-0000-0000",)
ROR: Final = ("000000000",)

_MISSING: Final = (
    *("n/a", "n.a.", "#n/a", "#n/a n/a", "#na", "#null!", "#ref!", "#value!", "#name?", "#div/0!"),
    *("<na>", "nan", "-nan", "null", "(null)", "<null>", "\\n", "undefined", "nil", "missing", "(missing)", "(blank)"),
    *("unknown", "(unknown)", "[unknown]", "not available", "not applicable", "not reported", "not found", "no id"),
    *("-", "--", "---", "–", "—", ".", "..", "...", "?", "??", "???", "_", "*", "/", "[]", "{}"),
)

TABLE_NAMES: Final = (*_MISSING, "na", "none", "nr", "anonymous", "[anonymous]", "anon")
"""What tables write where the name of an institution or a journal is missing, in lower case."""

TABLE_IDS: Final = (*TABLE_NAMES, "-1", "-9", "-99", "-999", "-9999", "nat", "tba", "tbd")
"""What tables write where an id is missing, in lower case; so are all texts in brackets that begin with ``[No``.

``0`` is none of them: ids that count from 0 are common.
"""


def in_sql(texts: tuple[str, ...]) -> str:
    """The texts as a list for SQL's ``IN``.

    Examples
    --------
    >>> in_sql(("A1", "d'un"))
    "('A1', 'd''un')"
    """
    return "(" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + ")"
