"""Small random corpora for Hypothesis: canonical tables with everything that may be missing."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import strategies as st

from toolkit.corpus.schema import TABLES

_CITIES = {"c1": "XA", "c2": "XA", "c3": "XB", "c4": None}
_INSTITUTIONS = {"i1": "XA", "i2": "XA", "i3": "XB", "i4": None, "i5": "XC", "i6": "XA"}
_SITES = {
    f"{institution}@{city or ''}": (institution, city)
    for institution, city in [
        ("i1", "c1"), ("i1", "c3"), ("i2", "c1"), ("i2", None), ("i3", "c3"),
        ("i4", None), ("i4", "c4"), ("i5", None), ("i5", "c2"), ("i6", "c1"),
    ]
}  # fmt: skip
_PARENTS = [
    ("i1", "i6"),
    ("i2", "i6"),
    ("i2", "i5"),
    ("i3", "i1"),
    ("i3", "i6"),
    ("i6", "i1"),
    ("i4", "i2"),
    ("i4", "x"),
]
_KIN = st.sets(st.tuples(st.sampled_from(_PARENTS), st.sampled_from(["ror", "openalex"])), max_size=5)
_TYPES = st.lists(st.sampled_from(["education", "healthcare", "company", "funder"]), unique=True, max_size=3)
_JOURNALS = {"j1": ["astronomy", "top"], "j2": ["top"], "j3": []}
_METROS = {"c1": "c2", "c2": "c2", "c4": "m"}
_REGIONS = {"c1": "07", "c2": "07", "c4": "07"}


@st.composite
def corpora(draw) -> dict[str, pa.Table]:
    """Canonical tables of up to fourteen articles of four years at ten sites."""
    works, signed, subjects = [], [], []
    for number in range(draw(st.integers(4, 14))):
        work = f"W{number}"
        people = draw(st.lists(st.integers(1, 5), max_size=5, unique=True))
        for position, person in enumerate(people, start=1):
            sites = draw(st.sets(st.sampled_from(sorted(_SITES)), max_size=3)) or {None}
            if draw(st.integers(0, 9)) == 0:
                sites = sites | {None}  # affiliation text that matched nothing, beside others that did
            signed += [(work, f"A{person}", f"A{person}", position, site) for site in sorted(sites, key=str)]
        year = draw(st.sampled_from([2001, 2002, 2003, 2004, None]))
        cut = draw(st.integers(0, 5)) == 0
        journal = draw(st.sampled_from([*_JOURNALS, None]))
        works.append((work, None, work, year, journal, "article", len(people), cut, "random"))
        about = draw(st.sets(st.sampled_from(["x", "y"])))
        subjects += [(work, subject, 1 / len(about)) for subject in sorted(about)]
    rows = {
        "works": works,
        "authorships": signed,
        "subjects": subjects,
        "institutions": [(key, key.upper(), draw(_TYPES), country, []) for key, country in _INSTITUTIONS.items()],
        "sites": [(key, institution, city, None, None) for key, (institution, city) in _SITES.items()],
        "cities": [
            (key, key, key, country, _REGIONS.get(key), None, None, None, None, _METROS.get(key), None)
            for key, country in _CITIES.items()
        ],
        "lineage": closed(dict(sorted(draw(_KIN)))),
        "journals": [(key, key, None, marks) for key, marks in _JOURNALS.items()],
    }
    return {
        name: pa.Table.from_pylist(
            [dict(zip(TABLES[name].names, row, strict=True)) for row in content], schema=TABLES[name]
        )
        for name, content in rows.items()
    }


def closed(relations: dict[tuple[str, str], str]) -> list[tuple[str, str, int | None, str]]:
    """Lineage of these steps with everything that follows from them; a way over a guessed step is guessed."""
    found = dict(relations)
    while True:
        more = {
            (low, high): "ror" if one == other == "ror" else "openalex"
            for (low, middle), one in found.items()
            for (between, high), other in found.items()
            if middle == between and low != high and (low, high) not in found
        }
        if not more:
            return [(low, high, None, relation) for (low, high), relation in sorted(found.items())]
        found |= more
