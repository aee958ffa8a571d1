"""Partner cities of a city: by hand, a second time by plain loops, against the partnerships, and what is refused."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.partner_cities import partner_rows
from plain.random_corpora import corpora
from plain.share_and_collaboration import PlainMeasures

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import BEIJING, CAMBRIDGE_GB, CHANGCHUN, NANJING, OXFORD, example_workspace, hand_tables
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.measures.answers import connections, pairs, partnerships
from toolkit.measures.collaboration.connections import partner_places
from toolkit.measures.counting.options import Counting
from toolkit.measures.tables import Tables

FEW = settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
COLUMNS = [
    "rank", "id", "name", "country", "year", "partnerships", "own_institutions", "partner_institutions", "joint",
    "score", "ratio_to_next",
]  # fmt: skip
COUNTS = ["id", "partnerships", "own_institutions", "partner_institutions", "joint", "score"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("connections"))


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")
@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_the_article_of_the_definitions(engine):
    connection = ibis.duckdb.connect() if engine == "duckdb" else ibis.sqlite.connect()
    with Tables.on(connection, hand_tables()) as tables:
        found = partner_places(tables, level="city", place=BEIJING).to_pyarrow().to_pylist()
    assert {row["id"]: [row[name] for name in COUNTS[1:]] for row in found} == {
        NANJING: [2, 2, 1, 1, 0.875],
        CHANGCHUN: [2, 2, 1, 1, 0.625],
    }


def test_partners_of_beijing_over_all_years(workspace):
    frame = connections(workspace, city="Beijing").frame
    assert list(frame.columns) == COLUMNS
    assert frame[COUNTS].to_numpy().tolist() == [
        [NANJING, 3, 2, 2, 4, 2.875],
        [CHANGCHUN, 2, 2, 1, 2, 1.625],
        [OXFORD, 1, 1, 1, 2, 1.5],
        [CAMBRIDGE_GB, 1, 1, 1, 1, 0.5],
    ]
    assert frame["rank"].tolist() == [1, 2, 3, 3]
    assert frame.ratio_to_next.tolist()[:3] == [1.5, 2.0, 1.0]
    assert frame.country.tolist() == ["CN", "CN", "GB", "GB"]


def test_a_year_and_kin_without_a_partnership(workspace):
    frame = connections(workspace, city="Beijing", by_year=True, years=2021).frame
    # an institute in Changchun and its academy in Beijing: a joint article, no partnership
    assert frame[["id", "year", "partnerships", "joint"]].to_numpy().tolist() == [
        [NANJING, 2021, 2, 2],
        [OXFORD, 2021, 1, 1],
        [CAMBRIDGE_GB, 2021, 1, 1],
        [CHANGCHUN, 2021, 0, 1],
    ]
    kept = connections(workspace, city="Beijing", years=2021, kin="keep").frame.set_index("id")
    assert kept.partnerships[CHANGCHUN] == 1


def test_domestic_and_international_partners(workspace):
    assert connections(workspace, city="Beijing", scope="domestic").frame.id.tolist() == [NANJING, CHANGCHUN]
    abroad = connections(workspace, city="Beijing", scope="international", by="score").frame
    assert abroad[["rank", "id", "score"]].to_numpy().tolist() == [[1, OXFORD, 1.5], [2, CAMBRIDGE_GB, 0.5]]
    assert abroad.ratio_to_next.tolist()[0] == 3.0


def test_they_agree_with_pairs_and_partnerships(workspace):
    frame = connections(workspace, city="Beijing", by="score").frame
    scores = pairs(workspace, city="Beijing").frame
    assert frame.score.tolist() == scores.score.tolist()
    assert frame.joint.tolist() == scores.joint.tolist()
    for row in frame.itertuples():
        one = partnerships(workspace, city="Beijing", partner=row.id).frame
        assert one.partnerships.tolist() == [row.partnerships]
    whole = partnerships(workspace, city="Beijing").frame
    assert whole[whole.scope == "all"].partnerships.tolist() == [frame.partnerships.sum()]


@pytest.mark.parametrize("level", ["city", "country"])
@FEW
@given(
    tables=corpora(),
    by_year=st.booleans(),
    options=st.fixed_dictionaries(
        {},
        optional={"link": st.just("two-authors"), "kin": st.just("keep"), "subject": st.just("x")},
    ),
)
def test_random_corpora_equal_the_plain_computation(level, tables, by_year, options):
    plain = PlainMeasures({name: table.to_pandas() for name, table in tables.items()}, level, **options)
    places = {"city": ["c1", "c3"], "country": ["XA", "XB"]}[level]
    with Tables.on(ibis.duckdb.connect(), tables) as placed:
        for place in places:
            rows = partner_places(placed, level=level, place=place, by_year=by_year, counting=Counting(**options))
            found = {
                (row["id"], row["year"]): [*(row[name] for name in COUNTS[1:5]), pytest.approx(row["score"], abs=1e-9)]
                for row in rows.to_pyarrow().to_pylist()
            }
            expected = partner_rows(plain, place, by_year=by_year)
            assert found == {key: list(values) for key, values in expected.items()}


def test_a_partner_of_unknown_country_is_in_all_alone():
    works = [("W1", None, "W1", 2001, None, "article", 2, False, "made up")]
    signed = [("W1", "A1", "A1", 1, "i1@c1"), ("W1", "A2", "A2", 2, "i4@c4")]
    tables = made(works, signed)
    with Tables.on(ibis.duckdb.connect(), tables) as placed:
        for scope, expected in (("all", ["c4"]), ("domestic", []), ("international", [])):
            rows = partner_places(placed, level="city", place="c1", scope=scope).to_pyarrow().to_pylist()
            assert [row["id"] for row in rows] == expected


def made(works, signed):
    rows = {
        "works": works,
        "authorships": signed,
        "institutions": [("i1", "I1", [], "XA", []), ("i4", "I4", [], None, [])],
        "sites": [("i1@c1", "i1", "c1", None, None), ("i4@c4", "i4", "c4", None, None)],
        "cities": [(key, key, key, code) for key, code in (("c1", "XA"), ("c4", None))],
    }
    return {
        name: pa.Table.from_pylist([dict(zip(TABLES[name].names, row, strict=False)) for row in found], TABLES[name])
        for name, found in rows.items()
    }


def test_an_answer_is_repeated_from_its_record(workspace):
    answer = connections(workspace, city="Nanjing", scope="domestic", by="joint", by_year=True, top=1)
    assert answer.run.parameters["place"] == NANJING
    assert repeat(answer.run, workspace).frame.equals(answer.frame)
    assert len(answer.frame) == answer.frame.year.nunique()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({}, BadParameter, "name the place whose partners are asked for"),
        ({"city": "Atlantis"}, UnknownPlace, "There is no city named 'Atlantis'"),
        ({"city": "Beijing", "scope": "near"}, BadParameter, "it is one of all, domestic, international"),
        ({"city": "Beijing", "by": "fame"}, BadParameter, "it is one of partnerships, joint, score"),
        ({"place": "pku", "level": "institution"}, BadParameter, "it is one of city, country"),
    ],
)
def test_what_can_not_be_answered_is_said(workspace, options, error, text):
    with pytest.raises(error, match=text):
        connections(workspace, **options)
