"""Collaboration types: by hand, invariants, a second time by plain loops, and what is refused."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.article_kinds import PlainKinds
from plain.random_corpora import corpora

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import BEIJING, example_tables, example_workspace
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter
from toolkit.measures.answers import collaboration_types, share
from toolkit.measures.collaboration.types import TYPES, article_types, type_counts
from toolkit.measures.tables import Tables

FEW = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("types"))


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")
@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
def test_types_of_the_example_by_hand(engine):
    connection = ibis.duckdb.connect() if engine == "duckdb" else ibis.sqlite.connect()
    with Tables.on(connection, example_tables()) as tables:
        rows = type_counts(tables, level=None, by_year=True).to_pyarrow().to_pylist()
        city = type_counts(tables, level="city").to_pyarrow().to_pylist()
    counts = {(row["year"], row["type"]): row["count"] for row in rows if row["count"]}
    assert counts == {
        (2018, "single-author"): 1,
        (2018, "domestic"): 1,
        (2019, "domestic"): 1,
        (2019, "international"): 1,
        (2020, "single-author"): 1,
        (2020, "domestic"): 2,  # W01, and a company without a city beside a university of its country
        (2021, "domestic"): 2,
        (2021, "international"): 1,
    }
    beijing = {row["type"]: [row["count"], row["share"], row["part"]] for row in city if row["id"] == BEIJING}
    assert beijing == {
        "single-author": [1, 1.0, 0.125],
        "single-institution": [0, 0.0, 0.0],
        "domestic": [5, 2.75, 0.625],
        "international": [2, 0.75, 0.25],
        "unknown": [0, 0.0, 0.0],
    }


def one_article(*authors, cities=(("c1", "XA"), ("c2", "XB"))):
    sites = {
        "a@c1": ("a", "c1"), "a@c2": ("a", "c2"), "b@c1": ("b", "c1"), "n@": ("n", None), "m@": ("m", None),
        "x@": ("x", None),
    }  # fmt: skip
    countries = {"a": "XA", "b": "XA", "n": None, "m": None, "x": "XB"}
    rows = {
        "works": [("W1", None, "W1", 2001, None, "article", len(authors), False, "made up")],
        "authorships": [
            ("W1", f"A{place}", f"A{place}", place, site)
            for place, mine in enumerate(authors, start=1)
            for site in (mine or (None,))
        ],
        "institutions": [(key, key, [], code, []) for key, code in countries.items()],
        "sites": [(key, *where, None, None) for key, where in sites.items()],
        "cities": [(key, key, key, code) for key, code in cities],
    }
    return {
        name: pa.Table.from_pylist([dict(zip(TABLES[name].names, row, strict=False)) for row in found], TABLES[name])
        for name, found in rows.items()
    }


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ([("a@c1", "x@")], "single-author"),  # before international
        ([()], "single-author"),  # before unknown
        ([(), ()], "unknown"),
        ([("a@c1",), ("a@c2",)], "single-institution"),  # its two sites are in two countries
        ([("n@",), ()], "single-institution"),  # without a country
        ([("n@",), ("m@",)], "unknown"),
        ([("a@c1",), ("b@c1",)], "domestic"),
        ([("a@c1",), ("n@",)], "domestic"),  # one country is known
        ([("a@c1",), ("x@",)], "international"),  # a country without a city
        ([("a@c2",), ("x@",)], "domestic"),  # the laboratory abroad counts for where it stands
        ([("a@c1", "b@c1", "x@"), ()], "international"),
    ],
)
def test_the_order_of_the_definition(authors, expected):
    with Tables.on(ibis.duckdb.connect(), one_article(*authors)) as tables:
        assert article_types(tables).type.to_pyarrow().to_pylist() == [expected]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([["company"], ["education"]], 1),
        ([["company"], ["company"]], 0),
        ([["company"], []], 0),  # the other is not typed
        ([["company"], ["funder"]], 0),  # a funder is no type
        ([["company", "facility"]], 0),  # no other
        ([["company", "facility"], ["company"]], 1),
        ([["company", "facility"], ["company", "other"]], 1),
        ([["education"], ["healthcare"]], 0),
    ],
)
def test_the_industry_flag(types, expected):
    sites = ["a@c1", "b@c1"][: len(types)]
    tables = one_article(*((site,) for site in sites), ())
    typed = {site[0]: found for site, found in zip(sites, types, strict=True)}
    rows = [{**row, "types": typed.get(row["institution_id"], [])} for row in tables["institutions"].to_pylist()]
    tables["institutions"] = pa.Table.from_pylist(rows, TABLES["institutions"])
    with Tables.on(ibis.duckdb.connect(), tables) as placed:
        assert article_types(placed).industry.to_pyarrow().to_pylist() == [expected]
        rows = type_counts(placed, level="city").to_pyarrow().to_pylist()
    assert sum(row["industry"] for row in rows) == expected


@pytest.mark.parametrize("by_year", [False, True])
@FEW
@given(tables=corpora(), seed=st.randoms(use_true_random=False))
def test_random_corpora_equal_the_plain_computation(by_year, tables, seed):
    plain = PlainKinds({name: table.to_pandas() for name, table in tables.items()}).by_city(by_year=by_year)
    order = list(range(tables["authorships"].num_rows))
    seed.shuffle(order)
    tables = {**tables, "authorships": tables["authorships"].take(pa.array(order, pa.int64()))}
    with Tables.on(ibis.duckdb.connect(), tables) as placed:
        rows = [
            row
            for level in ("city", None)
            for row in type_counts(placed, level=level, by_year=by_year).to_pyarrow().to_pylist()
        ]
    found = {
        (row["id"], row["year"], row["type"]): [row["count"], row["share"], row["industry"]]
        for row in rows
        if row["count"]
    }
    assert found == {key: [n, pytest.approx(float(part), abs=1e-9), flags] for key, (n, part, flags) in plain.items()}


def test_types_add_up_to_count_and_share(workspace):
    for level in ("city", "institution", "country"):
        types = collaboration_types(workspace, level=level, each=True, by_year=True).frame
        whole = share(workspace, level=level, by_year=True).frame
        whole = whole[~whole.id.isin(["unlocated", "unassigned"])].set_index(["id", "year"]).sort_index()
        summed = types.groupby(["id", "year"])[["count", "share", "part"]].sum().sort_index()
        assert summed["count"].tolist() == whole["count"].tolist()
        assert summed.share.tolist() == pytest.approx(whole.share.tolist(), abs=1e-8)
        assert summed.part.tolist() == pytest.approx([1.0] * len(summed), abs=1e-8)


def test_columns_and_order(workspace):
    frame = collaboration_types(workspace).frame
    assert list(frame.columns) == ["id", "name", "year", "type", "count", "share", "part", "industry"]
    assert frame.type.tolist() == list(TYPES)
    assert frame.id.tolist() == frame.name.tolist() == ["all"] * 5
    each = collaboration_types(workspace, each=True).frame
    assert each.name.tolist()[:10] == ["Beijing"] * 5 + ["Nanjing"] * 5


def test_international_share_by_year(workspace):
    answer = collaboration_types(workspace, city="Beijing", kind="international", by_year=True)
    assert answer.frame[["year", "count", "part"]].to_numpy().tolist() == [
        [2018, 0, 0.0],
        [2019, 1, 0.5],
        [2020, 0, 0.0],
        [2021, 1, 0.333333333],
    ]
    assert repeat(answer.run, workspace).frame.equals(answer.frame)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"city": "Beijing", "each": True}, "give either a place or each"),
        ({"kind": "multinational"}, "it is one of single-author, single-institution, domestic"),
        ({"city": "Beijing", "level": "country"}, "at level country say place"),
    ],
)
def test_what_can_not_be_answered_is_said(workspace, options, text):
    with pytest.raises(BadParameter, match=text):
        collaboration_types(workspace, **options)
