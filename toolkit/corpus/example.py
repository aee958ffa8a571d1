"""Small corpora that can be worked out by hand: one article, thirteen with everything that goes wrong, three careers.

The institutions and cities are real, the articles are made up, so a workspace of them is marked synthetic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.schema import SORT_KEYS, TABLES
from toolkit.workspace import LAYOUT, Workspace, open_workspace

__all__ = [
    "NAMED_CAREERS",
    "career_tables",
    "example_tables",
    "example_workspace",
    "hand_tables",
    "mapped_tables",
    "moving_tables",
    "team_tables",
    "write_tables",
]

BEIJING: Final = "1816670"
NANJING: Final = "1799962"
CHANGCHUN: Final = "2038180"
OXFORD: Final = "2640729"
CAMBRIDGE_GB: Final = "2653941"
CAMBRIDGE_US: Final = "4931972"

_CITIES: Final = (
    # city_id, name, country, admin1, region, lat, lon, population
    (BEIJING, "Beijing", "CN", "22", "Beijing", 39.9075, 116.39723, 18960744),
    (NANJING, "Nanjing", "CN", "04", "Jiangsu", 32.06167, 118.77778, 7165292),
    (CHANGCHUN, "Changchun", "CN", "05", "Jilin", 43.88, 125.32278, 4714996),
    (OXFORD, "Oxford", "GB", "ENG", "England", 51.75222, -1.25596, 154326),
    (CAMBRIDGE_GB, "Cambridge", "GB", "ENG", "England", 52.2, 0.11667, 145700),
    (CAMBRIDGE_US, "Cambridge", "US", "MA", "Massachusetts", 42.3751, -71.10561, 110402),
)
_INSTITUTIONS: Final[tuple[tuple[str, str, list[str], str | None, list[str], tuple[str, ...]], ...]] = (
    # institution_id, name, types, country, marks, cities of its sites (empty text: a site without a city)
    ("pku", "Peking University", ["education"], "CN", ["c9"], (BEIJING,)),
    ("nju", "Nanjing University", ["education"], "CN", ["c9"], (NANJING,)),
    ("ciac", "Changchun Institute of Applied Chemistry", ["facility"], "CN", [], (CHANGCHUN,)),
    ("ucas", "University of Chinese Academy of Sciences", ["education"], "CN", [], (BEIJING, NANJING)),
    ("cas", "Chinese Academy of Sciences", ["government"], "CN", [], (BEIJING,)),
    ("oxf", "University of Oxford", ["education"], "GB", [], (OXFORD,)),
    ("cam", "University of Cambridge", ["education"], "GB", [], (CAMBRIDGE_GB,)),
    ("mit", "Massachusetts Institute of Technology", ["education"], "US", [], (CAMBRIDGE_US,)),
    ("acme", "Acme Research", ["company"], "US", [], ("",)),
    ("lab", "Independent Laboratory", ["other"], None, [], ("",)),
)
_KIN: Final = (("ciac", "cas", 1, "parent"), ("ucas", "cas", 1, "parent"))

PKU: Final = f"pku@{BEIJING}"
NJU: Final = f"nju@{NANJING}"
CIAC: Final = f"ciac@{CHANGCHUN}"
UCAS: Final = f"ucas@{BEIJING}"
UCAS_NANJING: Final = f"ucas@{NANJING}"
CAS: Final = f"cas@{BEIJING}"
OXF: Final = f"oxf@{OXFORD}"
CAM: Final = f"cam@{CAMBRIDGE_GB}"
MIT: Final = f"mit@{CAMBRIDGE_US}"
ACME: Final = "acme@"
LAB: Final = "lab@"

_HAND: Final = ("W01", 2020, (("A1", (PKU,)), ("A2", (PKU, NJU)), ("A3", (NJU,)), ("A4", (CIAC, UCAS))))
_MORE: Final = (
    # work_id, year, authors with their sites; an author without an id is None
    ("W02", 2019, (("A1", (PKU,)), ("A5", (OXF,)))),
    ("W03", 2019, (("A1", (PKU,)), ("A6", (UCAS,)))),  # inside Beijing
    ("W04", 2021, (("A2", (PKU, NJU)), ("A7", ()))),  # one author holds both ends; one has no affiliation
    ("W05", 2021, (("A4", (CIAC,)), ("A8", (CAS,)))),  # an institute and its academy
    ("W06", 2020, (("A9", (ACME,)), ("A10", (MIT,)))),  # a company of known country without a city
    ("W07", 2018, ((None, (LAB,)),)),  # neither city nor country, author without an id
    ("W08", 2021, (("A1", (PKU,)), ("A10", (MIT,)))),  # list of authors cut off
    ("W09", 2020, ()),  # no author
    ("W10", None, (("A1", (PKU,)),)),  # no year
    ("W11", 2018, (("A3", (NJU,)), ("A1", (PKU,)))),
    ("W12", 2021, (("A11", (UCAS_NANJING, PKU)), ("A12", (OXF, CAM)))),
    ("W13", 2020, (("A1", (PKU,)),)),
)
_TRUNCATED: Final = "W08"
_SUBJECTS: Final = (
    ("W01", "Chemistry", 0.5),
    ("W01", "Physics", 0.5),
    ("W02", "Physics", 1.0),
    ("W03", "Chemistry", 1.0),
    ("W04", "Chemistry", 1.0),
)

NAMED_CAREERS: Final[Mapping[str, Mapping[str, Sequence[int]]]] = {
    "clean": {NJU: range(2005, 2016), PKU: range(2015, 2021)},
    "overlap": {MIT: range(2004, 2021), OXF: range(2016, 2025)},
    "returnee": {NJU: [*range(2000, 2005), *range(2012, 2019)], OXF: range(2005, 2012)},
}
"""Three careers with known answers: author, site, years with an article there."""

_FIRST_OF_CAREERS: Final = 100
"""Number of the first article of a career beside others."""

_Article = tuple[str, int | None, Sequence[tuple[str | None, Sequence[str]]]]


def hand_tables() -> dict[str, pa.Table]:
    """Canonical tables of one article that is worked out by hand.

    Four authors: one at Peking University (PKU), one at PKU and Nanjing University (NJU), one at NJU, one at the
    Changchun Institute of Applied Chemistry (CIAC) and the University of Chinese Academy of Sciences (UCAS, Beijing).
    Shares: PKU .375, NJU .375, CIAC .125, UCAS .125; Beijing .5, Nanjing .375, Changchun .125.

    Examples
    --------
    >>> hand_tables()["authorships"].num_rows
    6
    """
    return _tables((_HAND,), lineage=(), subjects=())


def example_tables() -> dict[str, pa.Table]:
    """Canonical tables of thirteen articles of 2018 to 2021, the one of :func:`hand_tables` among them.

    They hold each case once: kin, a company without a city, an institution without a country, an author without an
    affiliation or an id, a cut author list, an article without authors or without a year, an institution with two
    sites, and two cities of the same name.

    Examples
    --------
    >>> example_tables()["works"].num_rows
    13
    """
    return _tables((_HAND, *_MORE), lineage=_KIN, subjects=_SUBJECTS)


def mapped_tables() -> dict[str, pa.Table]:
    """:func:`example_tables` with a city map: Oxford and Cambridge (GB) are one metropolitan area, ``oxbridge``.

    Examples
    --------
    >>> [row["name"] for row in mapped_tables()["cities"].to_pylist() if row["metro_id"]]
    ['Oxford', 'Cambridge']
    """
    return _mapped(example_tables())


def moving_tables() -> dict[str, pa.Table]:
    """:func:`mapped_tables` with the three careers of :func:`career_tables`: everything that a graph can hold.

    Examples
    --------
    >>> moving_tables()["works"].num_rows
    75
    """
    careers = _career_articles(NAMED_CAREERS, first=_FIRST_OF_CAREERS)
    return _mapped(_tables((_HAND, *_MORE, *careers), lineage=_KIN, subjects=_SUBJECTS))


def _mapped(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    rows = tables["cities"].to_pylist()
    for row in rows:
        if row["city_id"] in (OXFORD, CAMBRIDGE_GB):
            row |= {"metro_id": "oxbridge", "metro": "Oxford and Cambridge"}
    return tables | {"cities": pa.Table.from_pylist(rows, schema=TABLES["cities"])}


def career_tables(careers: Mapping[str, Mapping[str, Sequence[int]]] = NAMED_CAREERS) -> dict[str, pa.Table]:
    """Canonical tables of made-up careers, with an article of the author alone for each site and year.

    Parameters
    ----------
    careers
        For each author the sites with the years published from there. By default a clean move from Nanjing to Peking
        University in 2015, a long overlap of Massachusetts Institute of Technology and Oxford from 2016 on, and a
        return from Oxford to Nanjing University in 2012.

    Examples
    --------
    >>> career_tables()["works"].num_rows
    62
    """
    return _tables(_career_articles(careers), lineage=_KIN, subjects=())


def _career_articles(careers: Mapping[str, Mapping[str, Sequence[int]]], *, first: int = 0) -> list[_Article]:
    stays = [
        (year, author, site) for author, sites in careers.items() for site, years in sites.items() for year in years
    ]
    return [
        (f"W{number}", year, ((author, (site,)),)) for number, (year, author, site) in enumerate(sorted(stays), first)
    ]


def team_tables(articles: Sequence[_Article]) -> dict[str, pa.Table]:
    """Canonical tables of articles given as (id, year, authors with their sites); an author without an id is ``None``.

    Examples
    --------
    >>> team_tables([("W1", 2020, [("A1", [PKU]), ("A2", [])])])["authorships"].num_rows
    2
    """
    return _tables(articles, lineage=_KIN, subjects=())


def example_workspace(folder: str | Path, *, tables: Mapping[str, pa.Table] | None = None) -> Workspace:
    """Workspace in ``folder`` that holds :func:`example_tables` (or ``tables``), marked synthetic.

    Examples
    --------
    >>> import tempfile
    >>> example_workspace(tempfile.mkdtemp()).synthetic
    True
    """
    workspace = open_workspace(folder)
    write_tables(workspace, tables if tables is not None else example_tables())
    return workspace


def write_tables(workspace: Workspace, tables: Mapping[str, pa.Table]) -> None:
    """Write ``tables`` as the workspace's corpus; those not given are empty."""
    digest = hashlib.sha256()
    with workspace.writing():
        with workspace.replacing(workspace.corpus) as folder:
            for name, schema in TABLES.items():
                table = tables[name].select(schema.names).cast(schema) if name in tables else schema.empty_table()
                table = table.sort_by([(key, "ascending") for key in SORT_KEYS[name]])
                pq.write_table(table, folder / f"{name}.parquet")
                digest.update((folder / f"{name}.parquet").read_bytes())
        workspace.update_state(
            {
                "layout": LAYOUT,
                "fingerprint": digest.hexdigest(),
                "snapshot": "2021-12-31",
                "synthetic": True,
                "sources": [],
                "has_lineage": "lineage" in tables and tables["lineage"].num_rows > 0,
            }
        )


def _tables(
    articles: Sequence[_Article],
    *,
    lineage: Sequence[tuple[str, str, int, str]],
    subjects: Sequence[tuple[str, str, float]],
) -> dict[str, pa.Table]:
    known = {row[0]: row for row in _CITIES}
    people = sorted({author for _, _, authors in articles for author, _ in authors if author})
    rows: dict[str, list[tuple[Any, ...]]] = {
        "works": [
            (
                work,
                f"10.1000/{work.lower()}",
                f"Made-up article {int(work[1:])}",
                year,
                "S1",
                "article",
                100 if work == _TRUNCATED else len(authors),
                work == _TRUNCATED,
                "example",
            )
            for work, year, authors in articles
        ],
        "authorships": [
            (work, author or f"{work}#{position}", author, position, site)
            for work, _, authors in articles
            for position, (author, sites) in enumerate(authors, start=1)
            for site in (sites or (None,))
        ],
        "authors": [(author, None, f"Author {author.removeprefix('A')}") for author in people],
        "institutions": [row[:5] for row in _INSTITUTIONS],
        "sites": [
            (f"{row[0]}@{city}", row[0], city or None, *(known[city][5:7] if city else (None, None)))
            for row in _INSTITUTIONS
            for city in row[5]
        ],
        "lineage": list(lineage),
        "registry": [],
        "cities": [
            (city, name, name, country, admin1, region, lat, lon, population, None, None)
            for city, name, country, admin1, region, lat, lon, population in _CITIES
        ],
        "journals": [("S1", "Journal of Made-up Results", "1234-5679", [])],
        "subjects": list(subjects),
        "indicators": [],
        "suspects": [],
        "rejects": [],
    }
    return {
        name: pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows[name]], schema=schema)
        for name, schema in TABLES.items()
    }
