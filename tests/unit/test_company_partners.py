"""Company partners of a city: by hand, by plain loops, and what is refused."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from plain.companies_of_city import companies
from plain.random_corpora import corpora

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import example_workspace
from toolkit.corpus.schema import TABLES
from toolkit.errors import UnknownPlace
from toolkit.measures.answers import company_partners
from toolkit.measures.collaboration.company_partners import PLACES_OF_COMPANIES, companies_by_place
from toolkit.measures.tables import Tables

FEW = settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
_CITIES = {
    "home": ("CN", "22"), "near": ("CN", "22"), "far": ("CN", "04"), "blank": ("CN", None), "away": ("US", "22"),
    "lost": (None, None),
}  # fmt: skip
_SEATS = [
    ("u", "home"), ("big", "home"), ("big", "away"), ("near", "near"), ("far", "far"), ("blank", "blank"),
    ("lost", "lost"), ("none", None), ("kid", "home"), ("lab", "near"),
]  # fmt: skip
_ARTICLES = [
    (2020, "u@home", "big@home"),
    (2020, "u@home", "big@away", "lab@near"),
    (2021, "u@home", "big@away", "near@near"),
    (2021, "u@home", "far@far"),
    (2021, "big@home", "far@far"),
    (2021, "u@home", "blank@blank"),
    (2021, "u@home", "lost@lost"),
    (2021, "u@home", "none@"),
    (2021, "u@home", "kid@home"),  # its own company
    (2021, "near@near", "far@far"),  # not of the city
]


def tables():
    rows = {
        "works": [
            (f"W{number}", None, "made up", year, None, "article", len(sites), False, "made up")
            for number, (year, *sites) in enumerate(_ARTICLES)
        ],
        "authorships": [
            (f"W{number}", f"A{place}", f"A{place}", place, site)
            for number, (_, *sites) in enumerate(_ARTICLES)
            for place, site in enumerate(sites, start=1)
        ],
        "institutions": [
            (key, key.upper(), {"u": ["education"], "lab": ["facility"]}.get(key, ["company"]), None, [])
            for key in sorted({owner for owner, _ in _SEATS})
        ],
        "sites": [(f"{owner}@{city or ''}", owner, city) for owner, city in _SEATS],
        "cities": [(key, key, key, country, region) for key, (country, region) in _CITIES.items()],
        "lineage": [("kid", "u", 1, "ror")],
    }
    return {
        name: pa.Table.from_pylist([dict(zip(TABLES[name].names, row, strict=False)) for row in found], TABLES[name])
        for name, found in rows.items()
    }


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("companies"), tables=tables())


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")
@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_companies_by_where_they_stand(engine):
    with Tables.on(ibis.duckdb.connect() if engine == "duckdb" else ibis.sqlite.connect(), tables()) as placed:
        rows = companies_by_place(placed, city="home").to_pyarrow().to_pylist()
    assert {row["standing"]: [row["companies"], row["joint"]] for row in rows} == {
        "same city": [1, 1],
        "same region": [1, 1],
        "other region": [1, 2],  # one of the articles with another company of the city
        "abroad": [1, 2],
        "unknown": [2, 2],  # a city without a region, one without a country
        "all": [5, 7],  # a company at home and abroad counts once; one without a city stands nowhere
    }


def test_columns_years_and_the_list(workspace):
    answer = company_partners(workspace, city="home")
    assert list(answer.frame.columns) == ["standing", "year", "companies", "joint"]
    assert answer.frame.standing.tolist() == [*PLACES_OF_COMPANIES, "all"]
    by_year = company_partners(workspace, city="home", by_year=True).frame
    assert by_year[by_year.year == 2020].companies.tolist() == [1, 0, 0, 1, 0, 1]
    listed = company_partners(workspace, city="home", listed=True)
    assert list(listed.frame.columns) == [
        "rank", "id", "name", "standing", "city_id", "city", "year", "own_institutions", "joint", "ratio_to_next"
    ]  # fmt: skip
    assert listed.frame[["rank", "id", "standing", "city_id", "own_institutions", "joint"]].to_numpy().tolist() == [
        [1, "big", "abroad", "away", 1, 2],
        [1, "far", "other region", "far", 2, 2],
        [3, "big", "same city", "home", 1, 1],
        [3, "blank", "unknown", "blank", 1, 1],
        [3, "lost", "unknown", "lost", 1, 1],
        [3, "near", "same region", "near", 1, 1],
    ]
    assert listed.frame.ratio_to_next.tolist()[:2] == [1.0, 2.0]
    for asked in (answer, listed):
        assert repeat(asked.run, workspace).frame.equals(asked.frame)


def test_the_other_end_sees_the_company_and_not_the_university(workspace):
    frame = company_partners(workspace, city="near").frame.set_index("standing")
    # NEAR: with FAR, and with BIG; its laboratory: with BIG abroad
    assert frame.companies.to_dict() == {
        "same city": 0, "same region": 0, "other region": 1, "abroad": 1, "unknown": 0, "all": 2
    }  # fmt: skip
    kept = company_partners(workspace, city="home", kin="keep").frame.set_index("standing")
    assert kept.companies["same city"] == 2


@FEW
@given(tables=corpora())
def test_random_corpora_equal_the_plain_computation(tables):
    frames = {name: table.to_pandas() for name, table in tables.items()}
    with Tables.on(ibis.duckdb.connect(), tables) as placed:
        for city in ("c1", "c3"):
            rows = companies_by_place(placed, city=city).to_pyarrow().to_pylist()
            found = {row["standing"]: (row["companies"], row["joint"]) for row in rows if row["joint"]}
            assert found == companies(frames, city)


def test_what_can_not_be_answered_is_said(workspace):
    with pytest.raises(UnknownPlace, match="There is no city named 'Atlantis'"):
        company_partners(workspace, city="Atlantis")


def test_companies_without_a_city_are_noted(tmp_path):
    workspace = example_workspace(tmp_path, tables=tables())
    (note,) = [note for note in company_partners(workspace, city="home").run.notes if "no city is known" in note]
    assert note.startswith("Companies of which no city is known: 1, on 1 articles of this city")
    assert not any(
        "no city is known" in note for note in company_partners(workspace, city="home", years=2020).run.notes
    )
