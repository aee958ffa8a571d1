"""Figures of flows show what the frames say."""

import pandas as pd
import pytest

from toolkit import draw_flows, draw_net_flows
from toolkit.errors import BadParameter, EmptySelection

NETS = pd.DataFrame(
    {
        "id": list("abcde"),
        "name": ["Aachen", "Bonn", "Cork", "Derby", "Essen"],
        "inflow": [5.0, 0.0, 1.0, 0.0, 2.0],
        "outflow": [1.0, 4.0, 1.0, 0.0, 3.0],
    }
).assign(net=lambda frame: frame["inflow"] - frame["outflow"])
WAYS = pd.DataFrame(
    [("a", "Aachen", "b", "Bonn", 3.0), ("b", "Bonn", "a", "Aachen", 1.0), ("c", "Cork", "a", "Aachen", 1.0)],
    columns=["from_id", "from_name", "to_id", "to_name", "researchers"],
)


def test_net_flows_are_bars_in_order():
    figure = draw_net_flows(NETS, title="Nets", note="made up")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Aachen", "Cork", "Essen", "Bonn"]
    assert sorted(bar.get_width() for bar in axes.patches) == [-4.0, -3.0, -1.0, -1.0, 0.0, 1.0, 2.0, 5.0]
    assert [text.get_text() for text in axes.texts] == ["+4", "0", "-1", "-4"]
    few = draw_net_flows(NETS, places=2).axes[0]
    assert [label.get_text() for label in few.get_yticklabels()] == ["Aachen", "Bonn"]
    with pytest.raises(EmptySelection, match="Nobody moved"):
        draw_net_flows(NETS.assign(inflow=0.0, outflow=0.0))
    with pytest.raises(BadParameter, match="shows one window"):
        draw_net_flows(pd.concat([NETS, NETS]))


def test_chords_have_an_arc_for_each_place_and_a_ribbon_for_each_flow():
    axes = draw_flows(WAYS).axes[0]
    assert [text.get_text() for text in axes.texts] == ["Aachen", "Bonn", "Cork"]
    assert len(axes.patches) == 3 + 3
    cut = draw_flows(WAYS, places=2, note="made up")
    assert [text.get_text() for text in cut.axes[0].texts] == ["Aachen", "Bonn"]
    assert "4 of 5 researchers. made up" in [text.get_text() for text in cut.texts]
    with pytest.raises(EmptySelection, match="show more of them"):
        draw_flows(WAYS, places=1)


def test_places_of_one_name_are_told_apart_by_their_ids():
    same = NETS.assign(name=["Cambridge", "Bonn", "Cambridge", "Derby", "Essen"])
    assert [label.get_text() for label in draw_net_flows(same).axes[0].get_yticklabels()] == [
        "Cambridge (a)",
        "Cambridge (c)",
        "Essen",
        "Bonn",
    ]
    ways = WAYS.assign(from_name=["Cambridge", "Bonn", "Cambridge"], to_name=["Bonn", "Cambridge", "Cambridge"])
    assert {text.get_text() for text in draw_flows(ways).axes[0].texts} == {"Cambridge (a)", "Bonn", "Cambridge (c)"}
