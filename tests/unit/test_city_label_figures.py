"""Cities of one name in hubs, communities and figures: the country distinguishes them, as in printed tables."""

from __future__ import annotations

import pandas as pd
import pytest

import toolkit as sc
from toolkit.analyses.flow_networks import flow_communities, suppliers
from toolkit.corpus.example import CAM, MIT, NJU, OXF, PKU, career_tables, example_workspace, team_tables
from toolkit.graphdb.projection import network_edges
from toolkit.present.charts import draw_network
from toolkit.present.flow_charts import draw_flows, draw_net_flows
from toolkit.present.labels import labelled
from toolkit.present.ranking_charts import draw_hub_intervals
from toolkit.present.timelines import draw_career

BOTH = {"Cambridge (GB)", "Cambridge (US)"}


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    """Both Cambridges write with Oxford and with each other; Beijing with Nanjing."""
    pairs = [(MIT, OXF), (CAM, OXF), (MIT, CAM), (PKU, NJU), (PKU, OXF)]
    articles = [(f"W{n}", 2020, [("a", [one]), ("b", [other])]) for n, (one, other) in enumerate(pairs)]
    return example_workspace(tmp_path_factory.mktemp("partners"), tables=team_tables(articles))


@pytest.fixture(scope="module")
def movers(tmp_path_factory):
    """One researcher goes from Cambridge (US) to Cambridge (GB)."""
    careers = {"mover": {MIT: range(2005, 2012), CAM: range(2012, 2020)}}
    return example_workspace(tmp_path_factory.mktemp("movers"), tables=career_tables(careers))


def cambridges(names) -> set[str]:
    return {name for name in names if "Cambridge" in name}


@pytest.mark.parametrize("analysis", [sc.hubs, sc.communities])
def test_hubs_and_communities_label_cities_of_one_name_and_keep_their_names(partners, analysis):
    frame = analysis(partners).frame
    assert frame.attrs["labels"].keys() == set(frame.id[frame.name == "Cambridge"])
    assert cambridges(labelled(frame).name) == BOTH
    assert cambridges(labelled(frame.head(3)).name) <= BOTH, "the first rows have the labels too"


def test_networks_of_other_levels_have_no_labels(partners):
    assert network_edges(partners, level="country").shown is None
    assert "labels" not in sc.hubs(partners, level="institution").frame.attrs


@pytest.mark.parametrize("analysis", [suppliers, flow_communities])
def test_flow_networks_label_cities_of_one_name(movers, analysis):
    assert cambridges(labelled(analysis(movers).frame).name) == BOTH


def test_network_figure_names_cities_with_their_country(partners):
    figure = draw_network(network_edges(partners))
    assert cambridges(text.get_text() for text in figure.axes[0].texts) == BOTH


def test_hub_interval_figure_names_cities_with_their_country(partners):
    found = sc.hubs(partners, measures=("strength",), interval=True, replicates=40)
    figure = draw_hub_intervals(found.frame, measure="strength")
    assert cambridges(label.get_text() for label in figure.axes[0].get_yticklabels()) == BOTH


def test_flow_figures_name_cities_with_their_country(movers):
    bars = draw_net_flows(sc.flow_indicators(movers).frame).axes[0].get_yticklabels()
    assert cambridges(label.get_text() for label in bars) == BOTH
    assert cambridges(text.get_text() for text in draw_flows(sc.flows(movers).frame).axes[0].texts) == BOTH


def test_career_figure_names_cities_with_their_country(movers):
    career = [sc.careers(movers, author="mover", level="city", by_year=by_year).frame for by_year in (False, True)]
    figure = draw_career(*career)
    assert cambridges(label.get_text() for label in figure.axes[0].get_yticklabels()) == BOTH


def test_labels_replace_only_names_of_their_own_ids():
    frame = pd.DataFrame({"place_id": ["1", "3"], "place_name": ["Cambridge", "Cambridge Lab"]})
    frame.attrs["labels"] = {"1": "Cambridge (GB)"}
    assert labelled(frame).place_name.tolist() == ["Cambridge (GB)", "Cambridge Lab"]
