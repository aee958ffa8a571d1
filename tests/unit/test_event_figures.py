"""Figures of what comes after a move show what the frames say, and under them what they rest on."""

import pandas as pd
import pytest

from toolkit import draw_ties
from toolkit.errors import BadParameter, EmptySelection
from toolkit.present.figures import caption, figure_bytes
from toolkit.runs import RunRecord

RATES = pd.DataFrame(
    {"t": [-1, 0, 1], "articles": [4.0, 0.0, 8.0], "rate": [0.75, None, 0.25], "mean_rate": [0.5, None, 0.125]}
)


def test_ties_are_a_line_through_the_years_that_have_articles():
    figure = draw_ties(RATES, title="Ties", note="made up")
    axes = figure.axes[0]
    line, dots = axes.lines[:2]
    assert (line.get_xdata().tolist(), line.get_ydata().tolist()) == ([-1, 1], [0.75, 0.25])
    assert dots.get_ydata().tolist() == [0.5, 0.125]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["-1\n4", "0\n0", "+1\n8"]
    with pytest.raises(EmptySelection, match="No mover has an article"):
        draw_ties(RATES.assign(articles=0.0))


def test_what_stands_under_a_figure_leads_back_to_its_run(tmp_path):
    run = RunRecord(
        "ties",
        {"level": "city", "years": "2015:2020", "rule": "tenure"},
        notes=("3 articles have no year.", "The records are synthetic."),
        facts={"censored": 2},
    )
    text = caption(run, about="7 movers.")
    assert text == (
        "7 movers. By city. Years 2015:2020. Rule tenure. 2 moves lie in years that are not certain yet. "
        f"The records are synthetic. Run {run.run_id}."
    )
    figure = draw_ties(RATES, note=text * 3)
    lines = figure.get_supxlabel().split("\n")
    assert len(lines) > 3
    assert " ".join(lines) == text * 3
    svg = figure_bytes(figure, tmp_path / "ties.svg")
    assert b"made up" not in svg
    assert run.run_id.encode() in svg
    assert svg == figure_bytes(figure, tmp_path / "again.svg"), "equal figures, equal bytes"
    with pytest.raises(BadParameter, match="ending is one of"):
        figure_bytes(figure, tmp_path / "ties.docx")
