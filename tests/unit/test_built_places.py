"""What a place's partners and groups are told from, once built: the same numbers as from the articles themselves."""

from __future__ import annotations

import random
from dataclasses import replace

import ibis
import pyarrow as pa
import pytest

from toolkit.corpus.schema import TABLES
from toolkit.measures.collaboration.company_partners import companies_by_place, yearly_company_works
from toolkit.measures.collaboration.connections import partner_places
from toolkit.measures.collaboration.partnerships import yearly_links
from toolkit.measures.collaboration.scope_comparison import joint_frequencies
from toolkit.measures.collaboration.scores import yearly_scores
from toolkit.measures.counting.site_sums import shared_works, yearly_sites
from toolkit.measures.output.groups import group_shares
from toolkit.measures.tables import Tables

CITIES = {"c1": "XA", "c2": "XA", "c3": "XB", "c4": None, "c5": "XB"}
REGIONS = {"c1": "07", "c2": "08", "c3": "07"}
TYPES = {"i1": ["education"], "i2": ["company"], "i3": ["company", "education"], "i4": [], "i5": ["company"]}
ONE_SEAT = ["i1@c1", "i2@c1", "i3@c2", "i4@", "i5@c3", "i6@c4", "i7@c1", "i8@c5"]
SEVERAL_SEATS = [*ONE_SEAT, "i1@c2", "i2@c3", "i5@c5", "i3@c1", "i4@c4"]
GROUPS = [("g", "i1"), ("g", "i2"), ("g", "i7"), ("g", "i4"), ("h", "i2"), ("h", "i5"), ("h", "i8")]


def corpus(sites: list[str]) -> dict[str, pa.Table]:
    """A hundred articles of four years by one to four authors at one or two of ``sites``."""
    draw = random.Random(7)
    works, signed = [], []
    for number in range(100):
        people = range(draw.randint(1, 4))
        works.append((f"W{number}", None, "", 2001 + number % 4, None, "article", len(people), number % 17 == 0, ""))
        for person in people:
            chosen = draw.sample(sites, draw.randint(1, 2))
            signed += [(f"W{number}", f"A{person}", f"A{person}", person, site) for site in chosen]
    institutions = sorted({site.partition("@")[0] for site in sites})
    rows = {
        "works": works,
        "authorships": signed,
        "institutions": [(key, key, TYPES.get(key, ["facility"]), "XA", []) for key in institutions],
        "sites": [(site, site.partition("@")[0], site.partition("@")[2] or None, None, None) for site in sites],
        "cities": [
            (key, key, key, land, REGIONS.get(key), None, None, None, None, None, None) for key, land in CITIES.items()
        ],
        "lineage": [("i7", "i1", 1, "ror"), ("i5", "i2", 1, "ror")],
    }
    return {
        name: pa.Table.from_pylist(
            [dict(zip(TABLES[name].names, row, strict=True)) for row in content], schema=TABLES[name]
        )
        for name, content in rows.items()
    }


@pytest.fixture
def asked(made):
    """The same for one test: nothing is kept that another test has read."""
    plain, built, several = made
    return plain, replace(built, kept={}), several


@pytest.fixture(scope="module", params=["one seat", "several seats"])
def made(request):
    """Tables without and with what is built for places, and whether institutions have several seats."""
    several = request.param == "several seats"
    with Tables.on(ibis.duckdb.connect(), corpus(SEVERAL_SEATS if several else ONE_SEAT)) as plain:
        stored = {
            "yearly_sites": yearly_sites(plain),
            "city_shared": shared_works(plain, level="city"),
            "country_shared": shared_works(plain, level="country"),
            "city_scores": yearly_scores(plain, level="city"),
            "city_links": yearly_links(plain, level="city"),
            "city_inside_links": yearly_links(plain, level="city", inside=True),
            "city_company_works": yearly_company_works(plain),
        }
        tables = {name: plain.keep(("built here", name), table) for name, table in stored.items()}
        yield plain, replace(plain, stored={name: lambda name=name: tables[name] for name in tables}, kept={}), several


def same(asked, question, *keys):
    plain, built, _ = asked
    order = [(key, "ascending") for key in keys]
    computed, taken = (question(tables).to_pyarrow().sort_by(order) for tables in (plain, built))
    assert computed.num_rows > 0
    assert taken.select(computed.column_names).to_pylist() == computed.to_pylist()


def reads_articles(tables):
    return ("built", "site_parts") in tables.kept or any(key[0] == "author_parts" for key in tables.kept)


@pytest.mark.parametrize("span", [{"by_year": True}, {"years": (2002, 2003)}])
def test_groups_have_the_same_output(asked, span):
    members = pa.table({"group": [group for group, _ in GROUPS], "institution_id": [key for _, key in GROUPS]})
    for level in ("city", "country"):
        same(asked, lambda tables, level=level: group_shares(tables, placed(tables, members), level=level, **span),
             "group", "id", "year")  # fmt: skip
    assert not reads_articles(asked[1])


def placed(tables, members):
    return tables.keep(("members",), members)


@pytest.mark.parametrize("span", [{"by_year": True}, {"years": (2002, 2003)}])
def test_partners_and_companies_of_a_place_are_the_same(asked, span):
    for city in ("c1", "c3"):
        same(asked, lambda tables, city=city: partner_places(tables, level="city", place=city, **span), "id", "year")
        same(asked, lambda tables, city=city: companies_by_place(tables, city=city, **span), "standing", "year")
    assert not reads_articles(asked[1])


@pytest.mark.parametrize("span", [{"by_year": True}, {"years": (2002, 2003)}])
def test_scopes_of_a_place_are_the_same_and_read_articles_only_for_partners_of_several_seats(asked, span):
    def pairs(tables):
        return joint_frequencies(tables, level="city", place="c1", partner_country="XB", **span)

    same(asked, pairs, "place_in_scopes", *(["year"] if "by_year" in span else []), "joint")
    assert reads_articles(asked[1]) == asked[2]
