"""Reading Cypher text without a database: what is code, which parameters it uses, how its clauses are ordered.

Nothing here parses Cypher. String literals, comments and backticked names are blanked out first, position for
position, so that the plain searches that follow can't be fooled by a ``$``, a ``;`` or a ``DELETE`` inside them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Word", "limits_without_order", "line_of", "masked", "order_keys", "parameters", "returned", "writing_words"]

_OPAQUE = re.compile(
    r"""
      (?P<line>//[^\n]*)
    | (?P<block>/\*.*?(?:\*/|\Z))
    | (?P<single>'(?:\\.|[^'\\])*(?:'|\Z))
    | (?P<double>"(?:\\.|[^"\\])*(?:"|\Z))
    | (?P<name>`(?:``|[^`])*(?:`|\Z))
    """,
    re.VERBOSE | re.DOTALL,
)
_PARAMETER = re.compile(r"\$\w+")
_WORD = re.compile(r"[A-Za-z_]\w*")
_COLON = re.compile(r"\s*:")
_NAMING = frozenset(".:$&|!")
_WRITING = frozenset(
    {"CREATE", "INSERT", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "DROP", "FOREACH", "LOAD"}
    | {"ALTER", "RENAME", "GRANT", "DENY", "REVOKE", "TERMINATE"}
)
_ESCAPED = re.compile(r"\\u[0-9A-Fa-f]{4}")
_AFTER_ORDER = frozenset({"LIMIT", "SKIP", "OFFSET"})
_AFTER_ITEMS = _AFTER_ORDER | {"ORDER"}
_PROJECTIONS = frozenset({"WITH", "RETURN"})
_KEY_NAME = re.compile(r"(?:^|_)(?:id|code|country|year|community)$")


@dataclass(frozen=True)
class Word:
    """A bare word of the code: its text in capitals, where it stands and how many brackets are open around it."""

    text: str
    start: int
    end: int
    depth: int


def masked(cypher: str) -> str:
    """Cypher of the same length without its comments, string literals and backticked names; line breaks stay.

    A backticked name becomes underscores, so that it still stands for one word where it was.

    Examples
    --------
    >>> masked("RETURN '$no; DELETE' AS x // ;")
    'RETURN               AS x     '
    >>> masked("RETURN `DELETE`")
    'RETURN ________'
    """

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", "_" if match.lastgroup == "name" else " ", match.group())

    return _OPAQUE.sub(blank, cypher)


def line_of(text: str, position: int) -> int:
    """Line of ``position`` in ``text``, counted from 1."""
    return text.count("\n", 0, position) + 1


def parameters(cypher: str) -> dict[str, int]:
    """Parameters the code uses, each with the position of its first use.

    Examples
    --------
    >>> parameters("MATCH (c {id: $city}) WHERE c.name <> '$nobody' RETURN $`top n`, $city")
    {'city': 14, 'top n': 55}
    """
    found: dict[str, int] = {}
    code = masked(cypher)
    for match in _PARAMETER.finditer(code):
        name = cypher[match.start() + 1 : match.end()]
        found.setdefault(name[1:-1].replace("``", "`") if name.startswith("`") else name, match.start())
    return found


@lru_cache(maxsize=64)  # each check asks anew, and every start of the command line checks every query
def words(code: str) -> tuple[Word, ...]:
    """Bare words of masked code that can be keywords: no property, label, map key or parameter."""
    found: list[Word] = []
    depth, position = 0, 0
    for match in _WORD.finditer(code):
        between = code[position : match.start()]
        depth += sum(between.count(mark) for mark in "([{") - sum(between.count(mark) for mark in ")]}")
        position = match.end()
        if between.rstrip()[-1:] in _NAMING or _COLON.match(code, match.end()):
            continue
        found.append(Word(match.group().upper(), match.start(), match.end(), depth))
    return tuple(found)


def writing_words(cypher: str) -> list[Word]:
    r"""Words in the code that write to the graph, change the server, or read its machine's files (``LOAD CSV``).

    A character written as ``\u0053`` counts too: Neo4j reads words that are spelt with them.
    """
    code = masked(cypher)
    escaped = [Word(match.group(), match.start(), match.end(), 0) for match in _ESCAPED.finditer(code)]
    return [*escaped, *(word for word in words(code) if word.text in _WRITING)]


def returned(code: str) -> list[str]:
    """Names of the columns the last ``RETURN`` of masked code gives, in order.

    Examples
    --------
    >>> returned("MATCH (c) RETURN c.id AS id, count(DISTINCT c) AS n ORDER BY n;")
    ['id', 'n']
    """
    found = [word for word in words(code) if word.depth == 0]
    begin = next((word.end for word in reversed(found) if word.text == "RETURN"), len(code))
    stop = next((word.start for word in found if word.start > begin and word.text in _AFTER_ITEMS), len(code))
    items = re.sub(r"^\s*DISTINCT\b", "", code[begin:stop], flags=re.IGNORECASE).replace(";", " ")
    return [re.split(r"\bAS\b", item, flags=re.IGNORECASE)[-1].strip() for item in _split(items)]


def order_keys(code: str, limit: int | None = None) -> list[str] | None:
    """Sort keys of the projection cut by the ``LIMIT`` at a position, or of the last ``RETURN``.

    Parameters
    ----------
    code
        Masked code.
    limit
        Position of the ``LIMIT`` asked about; ``None`` asks about the last ``RETURN``.

    Returns
    -------
    list of str or None
        The key expressions without ``ASC`` and ``DESC``; ``None`` where nothing is sorted.
    """
    found = words(code)
    depth = 0 if limit is None else next(word.depth for word in found if word.start == limit)
    level = [word for word in found if word.depth == depth]
    end = len(code) if limit is None else limit
    begin = next((word.end for word in reversed(level) if word.end <= end and word.text in _PROJECTIONS), None)
    if begin is None:
        return None
    inside = [word for word in level if begin <= word.start < end]
    start = next((word.end for word in inside if word.text == "ORDER"), None)
    if start is None:
        return None
    stop = next((word.start for word in inside if word.start > start and word.text in _AFTER_ORDER), end)
    keys = re.sub(r"^\s*BY\b", "", code[start:stop], flags=re.IGNORECASE).replace(";", " ")
    return [re.sub(r"\s+(?:ASC|DESC)(?:ENDING)?$", "", key.strip(), flags=re.IGNORECASE) for key in _split(keys)]


def limits_without_order(cypher: str) -> list[tuple[int, str]]:
    """Each ``LIMIT`` that cuts an order that isn't total, as (position, what is wrong).

    An order counts as total when its last key is an id, a code, a country, a year or a community number: what such
    a key leaves open is found on the server, where the rows are compared.
    """
    code = masked(cypher)
    wrong = []
    for word in words(code):
        if word.text != "LIMIT":
            continue
        keys = order_keys(code, word.start)
        if keys is None:
            wrong.append((word.start, "LIMIT without ORDER BY: the rows kept would be left to chance"))
        elif not _KEY_NAME.search(keys[-1].rsplit(".", 1)[-1]):
            wrong.append(
                (
                    word.start,
                    f"ORDER BY before LIMIT ends with {keys[-1]!r}; end it with an id, so that ties can't swap",
                )
            )
        elif re.match(r"\s*\$", code[word.end :]):
            wrong.append((word.start, "write LIMIT toInteger($…): Neo4j Browser sends numbers as floats"))
    return wrong


def _split(listed: str) -> list[str]:
    """Parts between the commas that stand in no bracket."""
    parts, depth, begin = [], 0, 0
    for position, mark in enumerate(listed):
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif mark == "," and depth == 0:
            parts.append(listed[begin:position])
            begin = position + 1
    return [*parts, listed[begin:]]
