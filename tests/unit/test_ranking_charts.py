"""The figure of a ranking says what the frame says."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
import pytest

from toolkit.errors import BadParameter, EmptyGraph, MissingColumn
from toolkit.present.ranking_charts import draw_hub_intervals

mpl.use("Agg")

FRAME = pd.DataFrame(
    {
        "id": ["2", "1", "3"],
        "name": ["Lyon", "Paris", "Nice"],
        "strength": [5.0, 9.0, 5.0],
        "strength_low": [4.0, 8.5, 3.0],
        "strength_high": [6.0, 10.0, 7.0],
        "strength_rank": [2, 1, 2],
        "strength_rank_low": [2, 1, 2],
        "strength_rank_high": [3, 1, 3],
    }
)


def test_best_first_with_bounds_and_ranks():
    figure = draw_hub_intervals(FRAME, measure="strength", unit="articles", title="Hubs", note="n = 3")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Paris", "Lyon", "Nice"]
    assert axes.get_yticks().tolist() == [2, 1, 0]
    lines, dots = axes.collections
    assert [segment[:, 0].tolist() for segment in lines.get_segments()] == [[8.5, 10.0], [4.0, 6.0], [3.0, 7.0]]
    assert dots.get_offsets().tolist() == [[9.0, 2.0], [5.0, 1.0], [5.0, 0.0]]
    assert [text.get_text() for text in axes.texts] == ["1", "2–3", "2–3", "rank"]
    assert axes.get_xlabel() == "strength [articles]"
    assert axes.get_title(loc="left") == "Hubs"


def test_the_best_alone_on_axes_of_one_s_own():
    axes = mpl.figure.Figure().add_subplot()
    figure = draw_hub_intervals(FRAME, measure="strength", top=1, ax=axes)
    assert figure is axes.figure
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Paris"]
    assert axes.get_xlabel() == "strength"


def test_error_texts():
    with pytest.raises(MissingColumn, match=r"no column strength_low, strength_high; hubs\(…, interval=True\)"):
        draw_hub_intervals(FRAME.drop(columns=["strength_low", "strength_high"]), measure="strength")
    with pytest.raises(BadParameter, match="top = 0 can't be used: at least 1"):
        draw_hub_intervals(FRAME, measure="strength", top=0)
    with pytest.raises(EmptyGraph, match="no hub to draw"):
        draw_hub_intervals(FRAME.head(0), measure="strength")
