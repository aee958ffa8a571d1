"""Real records: flows of management researchers, worked out a second time by plain loops over their moves."""

from __future__ import annotations

from collections import defaultdict

import pyarrow.parquet as pq
import pytest
from plain.flows import PlainFlows
from plain.movement import PlainCareers, homes

from toolkit.measures.flows.counts import flow_counts, flow_matrix
from toolkit.measures.flows.group_moves import group_moves
from toolkit.measures.flows.groups import Grouping, group_contributions
from toolkit.measures.flows.indicators import place_flows, system_flows
from toolkit.measures.flows.rates import brain_flows, gateway_rates, retention, return_rates
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import person_years
from toolkit.measures.tables import Tables

ABOUT = {"abs": 1e-9}


@pytest.fixture(scope="module")
def frames(management):
    needed = ("works", "authorships", "institutions", "sites", "cities", "lineage")
    return {name: pq.read_table(management.table(name)).to_pandas() for name in needed}


@pytest.fixture(scope="module")
def tables(management):
    with Tables.of(management) as opened:
        yield opened


def by_id(table, *names):
    return {row["id"]: tuple(row[name] for name in names) for row in table.to_pyarrow().to_pylist()}


def about(values):
    return tuple(value if value is None else pytest.approx(float(value), **ABOUT) for value in values)


@pytest.mark.parametrize(("rule", "years"), [("tenure", (2008, 2018)), ("mode-year", (2012, 2020))])
def test_flows_of_cities_by_plain_loops(tables, frames, rule, years):
    plain = PlainFlows(PlainCareers(frames, "city"), rule, years)
    plain.home = homes(frames, "city")
    asked = {"level": "city", "movement": Movement(rule=rule), "years": years}
    counts = flow_counts(tables, **asked)
    rows = flow_matrix(counts, by_year=False).to_pyarrow().to_pylist()
    matrix = {(row["from_id"], row["to_id"]): pytest.approx(row["researchers"], **ABOUT) for row in rows}
    assert {way: float(people) for way, people in plain.matrix().items()} == matrix
    assert len(matrix) > 1000
    spent = person_years(tables, level="city", movement=asked["movement"])
    places = place_flows(counts, spent.filter(spent.year.between(*years)))
    found = by_id(places, "inflow", "outflow", "net", "net_rate", "effectiveness", "person_years")
    assert found == {place: about(row) for place, row in plain.indicators().items()}
    whole = places.agg(high=places.net_high.sum(), low=places.net_low.sum()).to_pyarrow().to_pylist()[0]
    assert (whole["high"], whole["low"]) == (0, 0)
    system = system_flows(places, counts).to_pyarrow().to_pylist()[0]
    names = ("places", "corridors", "connectivity", "effectiveness", "aggregate_net_rate")
    assert tuple(system[name] for name in names) == about(plain.system())
    assert by_id(retention(tables, **asked), "leavers", "at_risk") == plain.retention()
    assert by_id(return_rates(tables, **asked), "leavings", "returned") == plain.returns(5)
    country = frames["cities"].set_index("city_id").country.to_dict()
    assert by_id(gateway_rates(tables, **asked), "arrivals", "went_on") == plain.gateways(country, 5)
    brain = {place: about(values) for place, values in plain.brain(frames, 3, "parts").items()}
    assert by_id(brain_flows(tables, **asked), "brain_gain", "brain_drain") == brain


def test_groups_of_cities_by_plain_loops(tables, frames):
    years = (2008, 2018)
    plain = PlainFlows(PlainCareers(frames, "city"), "tenure", years)
    plain.home = homes(frames, "city")
    types = {
        key: next((kind for kind in kinds if kind != "funder"), "unknown")
        for key, kinds in zip(frames["institutions"].institution_id, frames["institutions"].types, strict=True)
    }
    group = {site: types[site.split("@")[0]] for site in plain.home}
    lands, sites = homes(frames, "country"), PlainCareers(frames, "site")
    expected = plain.contributions(group, plain.home, lands, sites)
    keys = ("id", "own_group", "other_group", "scope")
    rows = group_contributions(tables, Grouping(by=("type", "scope")), level="city", years=years)
    rows = rows.to_pyarrow().to_pylist()
    found = {tuple(row[key] for key in keys): (row["inflow"], row["outflow"]) for row in rows}
    assert found == {key: about(values) for key, values in expected.items()}
    nets = defaultdict(float)
    for row in rows:
        nets[row["id"]] += row["net"]
    whole = by_id(place_flows(flow_counts(tables, level="city", years=years)), "net")
    assert {place: about((net,)) for place, net in nets.items()} == whole
    assert len(rows) > 500


def test_group_moves_by_plain_loops(tables, frames):
    plain = PlainFlows(PlainCareers(frames, "institution"), "tenure", (2000, 2020))
    plain.home = homes(frames, "institution")
    found = defaultdict(set)
    for row in group_moves(tables, years=(2000, 2020), least=2).to_pyarrow().to_pylist():
        found[row["from_id"], row["to_id"], row["year"]].add(row["author_id"])
    expected = plain.groups_that_moved(frames, 2)
    assert {way: tuple(sorted(people)) for way, people in found.items()} == {
        w: people for w, (people, _) in expected.items()
    }
    assert expected
