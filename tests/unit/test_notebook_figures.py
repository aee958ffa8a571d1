"""A figure is in a notebook once, where the cell gives it."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient

SETUP = """
import pandas as pd
import toolkit as sc
from toolkit.network.arrays import EdgeArray
edges = EdgeArray.from_edges(pd.DataFrame({"a_id": ["x", "y"], "b_id": ["y", "z"], "score": [1.0, 2.0]}))
"""


def pictures(cell):
    return sum("image/png" in output.get("data", {}) for output in cell.outputs)


def test_a_cell_shows_its_figure_once(tmp_path, monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # a kernel chooses inline figures itself
    cells = [
        "sc.draw_network(edges)",
        "figure = sc.draw_network(edges, positions={'x': (0, 0), 'y': (1, 1), 'z': (2, 0)})\nfigure",
        "figure",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (SETUP, *cells)])
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert [pictures(cell) for cell in notebook.cells] == [0, 1, 1, 1]
