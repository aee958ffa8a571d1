"""Random careers: flows and their indicators are what plain loops over moves give."""

from __future__ import annotations

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.flows import PlainFlows
from plain.movement import PlainCareers, homes
from plain.random_careers import random_careers

from toolkit.measures.flows.counts import flow_counts, flow_matrix
from toolkit.measures.flows.group_moves import group_moves
from toolkit.measures.flows.groups import Grouping, group_contributions, group_flows
from toolkit.measures.flows.indicators import corridors, place_flows, system_flows
from toolkit.measures.flows.rates import brain_flows, gateway_rates, retention, return_rates
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import person_years
from toolkit.measures.tables import Tables

# an example holds many careers, so few are enough
FEW = settings(
    max_examples=1,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
WINDOWS = st.tuples(st.integers(2001, 2010), st.integers(2012, 2023))
OPTIONS = st.fixed_dictionaries(
    {}, optional={"drop_censored": st.booleans(), "max_gap": st.integers(0, 3), "bridge_gap": st.integers(0, 3)}
)
ABOUT = {"abs": 1e-9}


def rows(table, *keys):
    found = {}
    for row in table.to_pyarrow().to_pylist():
        key = tuple(row.pop(name) for name in keys)
        assert key not in found
        found[key if len(keys) > 1 else key[0]] = row
    return found


def about(value):
    return value if value is None else pytest.approx(float(value), **ABOUT)


@pytest.mark.parametrize(
    ("level", "rule"), [("city", "tenure"), ("institution", "tenure"), ("institution", "mode-year")]
)
@FEW
@given(seed=st.integers(0, 2**32), years=WINDOWS, options=OPTIONS)
def test_flows_and_indicators_equal_the_plain_computation(level, rule, seed, years, options):
    content = random_careers(seed)
    careers = PlainCareers({name: table.to_pandas() for name, table in content.items()}, level, **options)
    plain = PlainFlows(careers, rule, years)
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        movement = Movement(rule=rule, **options)
        counts = flow_counts(tables, level=level, movement=movement, years=years)
        matrix = rows(flow_matrix(counts, by_year=False), "from_id", "to_id")
        assert {key: row["researchers"] for key, row in matrix.items()} == {
            k: about(v) for k, v in plain.matrix().items()
        }
        spent = person_years(tables, level=level, movement=movement)
        places = place_flows(counts, spent.filter(spent.year.between(*years)))
        names = ("inflow", "outflow", "net", "net_rate", "effectiveness", "person_years")
        found = {key: [row[name] for name in names] for key, row in rows(places, "id").items()}
        assert found == {place: [about(value) for value in row] for place, row in plain.indicators().items()}
        whole = places.agg(high=places.net_high.sum(), low=places.net_low.sum()).to_pyarrow().to_pylist()[0]
        assert (whole["high"], whole["low"]) == (0, 0)
        system = system_flows(places, counts).to_pyarrow().to_pylist()[0]
        names = ("places", "corridors", "connectivity", "effectiveness", "aggregate_net_rate")
        assert [system[name] for name in names] == [about(value) for value in plain.system()]
        pairs = rows(corridors(counts), "a_id", "b_id")
        assert len(pairs) == len({tuple(sorted(key)) for key in plain.matrix()})
        for (a, b), row in pairs.items():
            there, back = plain.matrix().get((a, b), 0), plain.matrix().get((b, a), 0)
            assert a < b
            assert row["asymmetry"] == about((there - back) / (there + back))
        asked = {"level": level, "movement": movement, "years": years}
        found = {k: (r["leavers"], r["at_risk"]) for k, r in rows(retention(tables, **asked), "id").items()}
        assert found == plain.retention()
        found = rows(return_rates(tables, **asked, horizon=4), "id")
        assert {k: (r["leavings"], r["returned"]) for k, r in found.items()} == plain.returns(4)


@pytest.mark.parametrize("rule", ["tenure", "mode-year"])
@FEW
@given(seed=st.integers(0, 2**32), years=WINDOWS)
def test_gateways_brains_and_groups_equal_the_plain_computation(rule, seed, years):
    content = random_careers(seed)
    frames = {name: table.to_pandas() for name, table in content.items()}
    plain = PlainFlows(PlainCareers(frames, "city"), rule, years)
    plain.home = homes(frames, "city")
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        asked = {"level": "city", "movement": Movement(rule=rule), "years": years}
        country = {"c1": "XA", "c2": "XA", "c3": "XB", "c4": None}
        found = {k: (r["arrivals"], r["went_on"]) for k, r in rows(gateway_rates(tables, **asked), "id").items()}
        assert found == plain.gateways(country, 5)
        for output in ("parts", "articles"):
            found = rows(brain_flows(tables, **asked, before=2, output=output), "id")
            found = {key: (row["brain_gain"], row["brain_drain"]) for key, row in found.items()}
            expected = plain.brain(frames, 2, output)
            assert found == {key: (about(gain), about(drain)) for key, (gain, drain) in expected.items()}
        sites, every = PlainCareers(frames, "site"), list(plain.home)
        lands = homes(frames, "country")
        grouping = Grouping(by=("umbrella", "scope"), umbrella="i2")
        group = {site: "i2" if site.split("@")[0] in {"i2", "i3"} else "others" for site in every}
        expected = plain.contributions(group, plain.home, lands, sites)
        keys = ("id", "own_group", "other_group", "scope")
        found = rows(group_contributions(tables, grouping, **asked), *keys)
        found = {key: (row["inflow"], row["outflow"]) for key, row in found.items()}
        assert found == {key: (about(into), about(out)) for key, (into, out) in expected.items()}
        nets = rows(place_flows(flow_counts(tables, **asked)), "id")
        for place, row in nets.items():
            added = sum(into - out for key, (into, out) in found.items() if key[0] == place)
            assert added == about(row["net"])
        between = group_flows(tables, grouping, **asked).to_pyarrow()["researchers"].to_pylist()
        assert sum(between) == about(sum(move["weight"] for move in plain.moves))


@FEW
@given(seed=st.integers(0, 2**32))
def test_group_moves_equal_the_plain_computation(seed):
    content = random_careers(seed)
    frames = {name: table.to_pandas() for name, table in content.items()}
    # people on each other's articles: every article of a year at a site is signed by all who sign there in the year
    frames["authorships"] = _signed_together(frames)
    content = content | {"authorships": content["authorships"].from_pandas(frames["authorships"], preserve_index=False)}
    careers = PlainCareers(frames, "institution")
    plain = PlainFlows(careers, "tenure", (2003, 2020))
    plain.home = homes(frames, "institution")
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        members = group_moves(tables, years=(2003, 2020), least=2).order_by("author_id").to_pyarrow().to_pylist()
        found, sizes = {}, {}
        for row in members:
            key = row["from_id"], row["to_id"], row["year"]
            found[key] = (*found.get(key, ((),))[0], row["author_id"]), row["last_year"]
            sizes[key] = row["authors"]
        assert found == plain.groups_that_moved(frames, 2)
        assert sizes == {key: len(people) for key, (people, _) in found.items()}


def _signed_together(frames):
    signed = frames["authorships"].merge(frames["works"][["work_id", "year"]])
    signed = signed[signed.author_id.notna() & signed.site_id.notna() & signed.year.notna()]
    first = signed.groupby(["site_id", "year"]).work_id.transform("min")
    signed = signed.assign(work_id=first)[["work_id", "author_key", "author_id", "author_position", "site_id"]]
    return signed.drop_duplicates()
