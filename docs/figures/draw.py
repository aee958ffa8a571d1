"""Draws the figure of README.md from the demo's workspace: ``python docs/figures/draw.py scicities-demo``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image

import toolkit as sc
from toolkit.present.figures import figure_bytes

FOLDER = Path(__file__).parent


def main(root: str) -> None:
    """Draw the figures from the workspace in folder ``root``."""
    workspace = sc.open_workspace(root)
    edges = sc.network_edges(workspace, level="city", weight="score")
    communities = sc.communities(workspace, level="city", seed=1)
    figure = sc.draw_network(
        edges,
        communities=dict(zip(communities.frame["id"], communities.frame["community"], strict=True)),
        title="Collaboration between 64 cities of the synthetic sample, 2015-2024",
        labels=18,
        strongest=300,
        note="Area of a circle: total collaboration score. Width of a line: score of the pair (300 strongest). "
        "Colour: community (Leiden).",
    )
    path = FOLDER / "sample-network.png"
    # a palette of 256 colours makes the file much smaller
    Image.open(io.BytesIO(figure_bytes(figure, path))).convert("RGB").resize((1650, 975)).quantize(256).save(
        path, optimize=True
    )


if __name__ == "__main__":
    main(sys.argv[1])
