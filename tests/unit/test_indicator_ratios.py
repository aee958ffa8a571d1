"""Measures per unit of an indicator: by hand, by plain loops, by their invariants."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.random_corpora import corpora
from plain.ratios import plain_ratios

from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import BEIJING, CHANGCHUN, NANJING, example_tables, example_workspace
from toolkit.corpus.lists.ingest_lists import ingest_indicators
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.measures.answers import ratios, share
from toolkit.measures.output.indicator_kinds import indicator_kind
from toolkit.measures.output.indicator_ratios import indicator_ratios
from toolkit.measures.tables import Tables
from toolkit.workspace import open_workspace

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

FEW = settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
ROWS = (
    *((BEIJING, year, "population", 2e7, "persons", "census") for year in (2019, 2020, 2021)),
    (NANJING, 2020, "population", 8e6, "persons", "census"),
    (CHANGCHUN, 2019, "population", 4e6, "persons", "census"),
    ("CN", 2020, "gdp", 1.47e13, "USD", "bank"),
    ("CN", 2021, "gdp", 1.78e13, "USD", "bank"),
    ("GB", 2021, "gdp", 3.1e12, "USD", "bank"),
    ("GB", 2021, "gdp", 2.2e12, "GBP", "office"),
    ("CN", 2021, "rnd", 0.0, "USD", "bank"),
    ("GB", 2021, "rnd", 9e10, "USD", "bank"),
)
VALUES = ["years", "value", "amount", "ratio"]


def with_indicators(rows):
    schema = TABLES["indicators"]
    table = pa.Table.from_pylist([dict(zip(schema.names, row, strict=False)) for row in rows], schema=schema)
    return {**example_tables(), "indicators": table}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("example"), tables=with_indicators(ROWS))


def listed(table, keys, values):
    rows = table.to_pyarrow().to_pylist()
    return {tuple(row[key] for key in keys): tuple(row[value] for value in values) for row in rows}


@pytest.mark.parametrize("engine", [ibis.duckdb.connect, ibis.sqlite.connect], ids=["duckdb", "sqlite"])
def test_share_per_million_people_by_hand(engine):
    """Beijing has 1.5 (2019: W02, W03), 1.5 (2020: W01, W13) and 1 (2021: W04, W05, W12), Nanjing .375 of W01 in 2020;
    Changchun has people in 2019 only, when it had no article."""
    amounts = pa.table(
        {
            "place_id": [row[0] for row in ROWS[:5]],
            "year": pa.array([row[1] for row in ROWS[:5]], pa.int32()),
            "amount": [row[3] for row in ROWS[:5]],
        }
    )
    with Tables.on(engine(), example_tables()) as tables:
        people = tables.keep(("people",), amounts)
        found = listed(indicator_ratios(tables, people, level="city", per=1e6), ["id"], VALUES)
        yearly = indicator_ratios(tables, people, level="city", per=1e6, by_year=True, years=(2020, 2021))
        yearly = listed(yearly, ["id", "year"], VALUES)
    assert found == {
        (BEIJING,): (3, 4.0, 6e7, pytest.approx(4 / 60)),
        (NANJING,): (1, 0.375, 8e6, pytest.approx(0.375 / 8)),
        (CHANGCHUN,): (1, 0.0, 4e6, 0.0),
    }
    assert yearly == {
        (BEIJING, 2020): (1, 1.5, 2e7, pytest.approx(1.5 / 20)),
        (BEIJING, 2021): (1, 1.0, 2e7, pytest.approx(1 / 20)),
        (NANJING, 2020): (1, 0.375, 8e6, pytest.approx(0.375 / 8)),
    }


@pytest.mark.parametrize("level", ["city", "country"])
@FEW
@given(tables=corpora(), data=st.data())
def test_ratios_equal_the_plain_computation(level, tables, data):
    places = ["c1", "c2", "c3"] if level == "city" else ["XA", "XB"]
    some = st.floats(0.5, 9e12, allow_nan=False)
    keys = st.tuples(st.sampled_from(places), st.integers(2000, 2004))
    amounts = data.draw(st.dictionaries(keys, some, min_size=3, max_size=8))
    content = pa.table(
        {
            "place_id": pa.array([place for place, _ in amounts], pa.string()),
            "year": pa.array([year for _, year in amounts], pa.int32()),
            "amount": pa.array(list(amounts.values()), pa.float64()),
        }
    )
    plain = plain_ratios({name: table.to_pandas() for name, table in tables.items()}, level, (2001, 2003), amounts)
    with Tables.on(ibis.duckdb.connect(), tables) as on_engine:
        known = on_engine.keep(("amounts",), content)
        found = listed(indicator_ratios(on_engine, known, level=level, years=(2001, 2003)), ["id"], VALUES)
    assert {key: row for (key,), row in found.items() if key in plain} == {
        key: pytest.approx(row, rel=1e-9, abs=1e-9) for key, row in plain.items()
    }
    # a country that no article comes from is known by its institutions alone
    assert all(row[1] == 0 for (key,), row in found.items() if key not in plain)


def test_ratios_are_the_share_over_the_indicator_and_scale_with_per(workspace):
    one = ratios(workspace, "population", years="2020").frame
    many = ratios(workspace, "population", years="2020", per=1e6).frame
    shares = share(workspace, years="2020").frame.set_index("id").share
    assert one.value.tolist() == shares[one.id].tolist()
    assert many.ratio.tolist() == pytest.approx((shares[many.id] / many.amount.to_numpy() * 1e6).tolist())
    assert many.ratio.is_monotonic_decreasing


def test_columns_notes_and_names(workspace):
    answer = ratios(workspace, "population", per=1e6)
    assert list(answer.frame.columns) == ["id", "name", "year", "years", "value", "amount", "unit", "ratio"]
    assert answer.frame[["name", "years", "unit", "ratio"]].to_numpy().tolist() == [
        ["Beijing", 3, "persons", 0.066666667],
        ["Nanjing", 1, "persons", 0.046875],
        ["Changchun", 1, "persons", 0.0],
    ]
    assert answer.run.facts["places_without"] == 3
    assert "Of the places with an article 3 have no population in these years and no row here." in answer.run.notes
    small = ratios(workspace, "population")
    assert "The ratios are small; a larger per (--per 1000000) shows more of their digits." in small.run.notes
    by_year = ratios(workspace, "population", by_year=True, country="CN", per=1e6, by="count").frame
    assert by_year[["name", "year", "value"]].to_numpy().tolist() == [
        ["Beijing", 2019, 2.0],
        ["Changchun", 2019, 0.0],
        ["Nanjing", 2020, 1.0],
        ["Beijing", 2020, 2.0],
        ["Beijing", 2021, 3.0],
    ]
    country = ratios(workspace, "gdp", level="country", source="bank", per=1e12, years="2020:2021").frame
    assert country.id.tolist() == ["GB", "CN"]
    assert country.amount.tolist() == [3.1e12, 3.25e13]


def test_values_that_can_not_be_divided_by_are_left_out_and_counted(workspace):
    answer = ratios(workspace, "rnd", level="country", per=1e9)
    assert answer.frame.id.tolist() == ["GB"]
    assert "Values of rnd that are not above 0 and are left out: 1." in answer.run.notes


def test_the_indicators_there_are(workspace, tmp_path):
    frame = ratios(workspace, level="country").frame
    assert list(frame.columns) == ["indicator", "source", "unit", "kind", "places", "first_year", "last_year"]
    assert frame.to_numpy().tolist() == [
        ["gdp", "bank", "USD", "amount", 2, 2020, 2021],
        ["gdp", "office", "GBP", "amount", 1, 2021, 2021],
        ["population", "census", "persons", "amount", 0, 2019, 2021],
        ["rnd", "bank", "USD", "amount", 2, 2021, 2021],
    ]
    nothing = ratios(example_workspace(tmp_path))
    assert nothing.frame.empty
    assert nothing.run.notes[-1].startswith(
        "The records have no indicators: type `scicities ingest indicators FILE` with a table"
    )


def test_records_repeat_their_answers(workspace):
    for answer in (
        ratios(workspace, "population", per=1000, by="adjusted_share", base_year=2019, years="2019:2020"),
        ratios(workspace, "gdp", level="country", source="bank", by_year=True),
        ratios(workspace, level="country"),
    ):
        assert repeat(answer.run, workspace).frame.equals(answer.frame)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda ws: ratios(ws, "wealth"), BadParameter, "the records have gdp, population, rnd"),
        (
            lambda ws: ratios(ws, "gdp", level="country"),
            BadParameter,
            "gdp has several values of one place and year; name",
        ),
        (lambda ws: ratios(ws, "gdp", source="x", level="country"), BadParameter, "gdp comes from bank, office"),
        (lambda ws: ratios(ws, "population", by="partners"), BadParameter, "it is one of share, count"),
        (lambda ws: ratios(ws, "population", per=0), BadParameter, "a positive number of the indicator's units"),
        (lambda ws: ratios(ws, "population", level="institution"), BadParameter, "it is one of city, region, country"),
        (lambda ws: ratios(ws, "population", country="Atlantis"), UnknownPlace, "There is no country named"),
    ],
)
def test_what_can_not_be_answered_is_said(workspace, call, error, text):
    with pytest.raises(error, match=text) as caught:
        call(workspace)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("indicator", "unit", "kind"),
    [
        ("gerd", "% of GDP", "ratio"),
        ("gerd", "percent", "ratio"),
        ("gerd", "per cent of GDP", "ratio"),
        ("GDP per capita", "USD", "ratio"),
        ("gdp_per_head", None, "ratio"),
        ("Researchers", "per million inhabitants", "ratio"),
        ("Graduates", "per 1,000 people", "ratio"),
        ("density", "persons/km2", "ratio"),
        ("unemployment-rate", None, "ratio"),
        ("Price index", "2015 = 100", "ratio"),
        ("Share of women", "1", "ratio"),
        ("population", "persons", "amount"),
        ("gerd", "EUR per year", "amount"),
        ("gerd", "million EUR/year", "amount"),
        ("personnel", "full-time equivalents", "amount"),
        ("Supercomputers", "machines", "amount"),
    ],
)
def test_name_or_unit_says_whether_an_indicator_is_a_ratio(indicator, unit, kind):
    assert indicator_kind(indicator, unit) == kind
    for given_kind in ("amount", "ratio"):
        assert indicator_kind(indicator, unit, given_kind) == given_kind


def test_a_ratio_is_refused_and_listed(tmp_path):
    rows = [
        ("CN", 2020, "gerd", 2.4, "% of GDP", "bank", None),
        ("CN", 2020, "market share", 7.0, "EUR", "bank", "amount"),
        ("CN", 2020, "effort", 3.0, "points", "bank", "ratio"),
    ]
    workspace = example_workspace(tmp_path, tables=with_indicators(rows))
    with pytest.raises(BadParameter) as error:
        ratios(workspace, "gerd", level="country")
    assert str(error.value) == (
        "indicator = 'gerd' can't be used: it is a ratio already (unit: % of GDP), and a measure divided by a ratio "
        "has no meaning. Take an indicator that is an amount, such as persons or euros. If this one is an amount, "
        "ingest its rows again with a column kind that holds amount."
    )
    with pytest.raises(BadParameter, match=r"it is a ratio already \(unit: points\)"):
        ratios(workspace, "effort", level="country")
    assert ratios(workspace, "market share", level="country").frame.amount.tolist() == [7.0]
    listed_kinds = ratios(workspace, level="country").frame.set_index("indicator").kind
    assert listed_kinds.to_dict() == {"gerd": "ratio", "market share": "amount", "effort": "ratio"}


def test_kind_is_read_from_the_list_and_unknown_kinds_are_rejected(tmp_path):
    file = tmp_path / "indicators.csv"
    file.write_text(
        "place_id,level,year,indicator,value,kind\nCN,country,2020,effort,3,Ratio\nCN,country,2021,effort,4,level\n"
    )
    report = ingest_indicators(open_workspace(tmp_path / "data"), file)
    assert (report.read, report.kept) == (2, 1)
    staged = {path.stem: pq.read_table(path) for path in (tmp_path / "data" / "staging").rglob("*.parquet")}
    assert staged["indicator_rows"]["kind"].to_pylist() == ["ratio"]
    assert staged["rejects"]["reason"].to_pylist() == ["the kind is none of amount, ratio"]


def test_units_that_differ_are_not_added(tmp_path):
    rows = [("CN", 2020, "gdp", 1.0, "USD", "a"), ("CN", 2021, "gdp", 7.0, "CNY", "b")]
    workspace = example_workspace(tmp_path, tables=with_indicators(rows))
    with pytest.raises(BadParameter, match=r"gdp comes in several units \(CNY, USD\); name one of a, b"):
        ratios(workspace, "gdp", level="country")
    assert ratios(workspace, "gdp", level="country", source="b").frame.amount.tolist() == [7.0]
