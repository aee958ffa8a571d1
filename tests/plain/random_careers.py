"""Random careers: canonical tables of many authors who stay, overlap, leave and come back."""

from __future__ import annotations

import random

import pyarrow as pa
from plain.random_corpora import closed

from toolkit.corpus.schema import TABLES

_CITIES = {"c1": "XA", "c2": "XA", "c3": "XB", "c4": None}
_INSTITUTIONS = {"i1": "XA", "i2": "XA", "i3": "XB", "i4": None, "i5": "XC"}
_SITES = [
    ("i1", "c1"),
    ("i1", "c3"),
    ("i2", "c1"),
    ("i2", None),
    ("i3", "c3"),
    ("i4", "c4"),
    ("i5", "c2"),
    ("i5", None),
]
_STEPS = {("i2", "i1"): "ror", ("i3", "i2"): "ror"}


def random_careers(seed: int, people: int = 200) -> dict[str, pa.Table]:
    """Tables of ``people`` careers over 24 years; the same for the same seed."""
    chance = random.Random(seed)
    sites = [f"{institution}@{city or ''}" for institution, city in _SITES]
    works, signed = [], []
    for person in range(people):
        for year, places in _career(chance, sites):
            work = f"W{len(works)}"
            works.append((work, None, work, year, None, "article", 1, chance.random() < 0.1, "random"))
            author = None if chance.random() < 0.01 else f"A{person}"
            blank = {None} if chance.random() < 0.05 else set()  # text that matched nothing, beside others that did
            signed += [(work, author or f"{work}#1", author, 1, site) for site in sorted(places | blank, key=str)]
    rows = {
        "works": works,
        "authorships": signed,
        "institutions": [(key, key.upper(), [], country, []) for key, country in _INSTITUTIONS.items()],
        "sites": [(site, *home, None, None) for site, home in zip(sites, _SITES, strict=True)],
        "cities": [(key, key, key, country, *[None] * 7) for key, country in _CITIES.items()],
        "lineage": closed(_STEPS),
    }
    return {
        name: pa.Table.from_pylist(
            [dict(zip(TABLES[name].names, row, strict=True)) for row in content], schema=TABLES[name]
        )
        for name, content in rows.items()
    }


def _career(chance: random.Random, sites: list[str]) -> list[tuple[int | None, set[str]]]:
    """Articles of one career: year (or none) and sites."""
    stays = []
    begin = chance.randrange(2000, 2012)
    for _ in range(chance.choice([1, 2, 2, 3, 3, 4])):
        stays.append((chance.choice(sites), begin, begin + chance.choice([0, 0, 1, 2, 4, 6, 9])))
        begin += chance.choice([0, 1, 2, 3, 4, 5, 8])
    habit = chance.choice([0.4, 0.7, 1.0])
    articles: list[tuple[int | None, set[str]]] = []
    for year in range(2000, 2024):
        here = [site for site, first, last in stays if first <= year <= last and chance.random() < habit]
        if len(here) > 1 and chance.random() < 0.5:
            articles.append((year, set(here)))
        else:
            articles += [(year, {site}) for site in here for _ in range(chance.choice([1, 1, 2]))]
    if chance.random() < 0.05:
        articles.append((None, {chance.choice(sites)}))
    return articles
