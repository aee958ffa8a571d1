"""Mutated work records: each is kept, left out or rejected with a reason, and the records next to it are kept."""

from __future__ import annotations

import copy
import json
import random

import pytest

from tests.unit.test_openalex import institution, listing, read, work
from tests.unit.test_openalex_vintages import VINTAGES

ID = "https://openalex.org/"
FULL = {name: value for vintage in VINTAGES.values() for name, value in vintage.items()} | {
    "id": f"{ID}W500",
    "synthetic": False,
    "is_authors_truncated": False,
    "alternate_host_venues": [{"id": f"{ID}V5", "display_name": "Venue", "issn": ["1234-5678"]}],
    "topics": [{"display_name": "Catalysis", "subfield": {"display_name": "Organic"}, "field": None, "domain": {}}] * 2,
}
VALUES = [None, True, -1, 1.5, 10**400, float("inf"), float("nan"), "", "x", "x" * 70_000, "a\0b", "\x1b[31m", "\ud800"]
VALUES += [[], {}, [[]], [{}], [None], ["x"], {"a": 1}, {"id": {}}, [1, "x", None, {}], f"{ID}W1", "é" * 300]
BYTES = [
    b"\0",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"\xff",
    b"\r",
    b",",
    b":",
    b"9" * 500,
    b"\xed\xa0\x80",
    b"\\ud800",
]


def places(value, path=()):
    """Paths of all values inside ``value``."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*path, key)
        yield from places(item, (*path, key))


def mutated(rng):
    record = copy.deepcopy(FULL)
    *path, key = rng.choice(list(places(record)))
    parent = record
    for one in path:
        parent = parent[one]
    change = rng.randrange(5)
    if change < 2:
        parent[key] = copy.deepcopy(rng.choice(VALUES))
    elif change == 2:
        del parent[key]
    elif change == 3:
        parent[key] = rng.choice([[parent[key]], {"value": parent[key]}])
    elif isinstance(parent, list):
        parent += [copy.deepcopy(parent[key]) for _ in range(rng.choice([1, 99, 120]))]
    line = json.dumps(record, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    how = rng.randrange(8)
    if how == 0:
        at = rng.randrange(len(line))
        return (line[:at] + rng.choice(BYTES) + line[at + rng.randrange(3) :]).replace(b"\n", b" ")
    if how == 1:
        twice = rng.choice(list(FULL))
        return line[:-1] + f", {json.dumps(twice)}: {json.dumps(rng.choice([1, 'x', [], FULL[twice]]))}}}".encode()
    if how == 2:
        depth = rng.choice([900, 2000, 30_000])
        return line[:-1] + b', "deep": ' + b"[" * depth + b"]" * depth + b"}"
    return line


@pytest.mark.parametrize("seed", [1, 2])
def test_every_mutated_record_has_one_fate_and_costs_no_other(tmp_path, seed):
    rng = random.Random(seed)
    changed = [mutated(rng) for _ in range(50)]
    lines = []
    for number, line in enumerate(changed, start=1):
        lines += [work(number, listing(number, institution(number))), line]
    counts, tables = read(tmp_path, lines)
    kept = [row["line"] for row in tables["works"]]
    left_out = [row["line"] for row in tables["left_out"]]
    lost = [row["line"] for row in tables["rejects"] if not row["reason"].startswith("kept")]
    assert counts["read"] == 2 * len(changed)
    assert sorted(kept + left_out + lost) == list(range(1, 2 * len(changed) + 1))
    assert set(kept) >= set(range(1, 2 * len(changed), 2))
    assert len(kept) > len(changed) + 10
    assert all(row["excerpt"] for row in tables["rejects"])


ODD = {
    "half of a letter": (rb'"title": "a\ud800b"', None, "broken JSON"),
    "a zero byte": (b'"title": "a\0b"', None, "broken JSON"),
    "an escaped zero byte": (rb'"title": "a\u0000b"', "ab", None),
    "an escaped backslash before": (rb'"title": "a\\u0000b"', r"a\u0000b", None),
    "a year of 400 digits": (b'"title": "t", "publication_year": ' + b"9" * 400, "t", None),
    "a duplicate key": (b'"title": "t", "title": "u"', None, "wrong type in a field"),
    "no UTF-8": (b'"title": "a\xe9b"', None, "wrong encoding"),
    "deep nesting": (b'"title": "t", "x": ' + b"[" * 50_000 + b"]" * 50_000, "t", None),
    "a long text": (b'"title": "t", "x": "' + b"y" * (20 << 20) + b'"', "t", None),
}


@pytest.mark.parametrize(("fields", "title", "reason"), ODD.values(), ids=ODD)
def test_an_odd_record_stops_no_file(tmp_path, fields, title, reason):
    odd = b'{"id": "https://openalex.org/W7", "type": "article", "authorships": [], ' + fields + b"}"
    counts, tables = read(tmp_path, [work(1), odd, work(2)])
    assert counts["read"] == 3
    assert [row["title"] for row in tables["works"]] == ["Work 1", *([title] if title else []), "Work 2"]
    lost = [(row["line"], row["reason"]) for row in tables["rejects"] if not row["reason"].startswith("kept")]
    assert lost == ([(2, reason)] if reason else [])
