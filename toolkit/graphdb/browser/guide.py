"""The guide that Neo4j Browser plays beside the graph: slides with statements to click."""

from __future__ import annotations

from html import escape
from importlib import resources
from typing import Final

from toolkit.graphdb.browser.saved_queries import drawings
from toolkit.graphdb.browser.style import Colouring, browser_style

__all__ = ["SERVED_AT", "guide_html", "served_files"]

SERVED_AT: Final = "scicities"
"""Folder below ``/browser`` of the local server."""
_STYLES: Final[dict[Colouring, str]] = {"country": "Colours by country", "community": "Colours by community"}


def guide_html() -> str:
    """The guide's slides, with the styles and the drawings' statements put in.

    Notes
    -----
    The same for every workspace: what differs, it asks the graph.
    """
    text = resources.files("toolkit.graphdb.browser").joinpath("guide.html").read_text(encoding="utf-8")
    for colours, shown in _STYLES.items():
        command = escape("style " + browser_style(colours))
        text = text.replace(f"<!-- style {colours} -->", f'<p><a exec-topic="{command}">{shown}</a></p>')
    for name, statement in drawings().items():
        text = text.replace(f"<!-- draw {name} -->", _runnable(statement))
    return text


def served_files() -> dict[str, str]:
    """Files the local server offers below ``/browser``, by path."""
    return {
        f"{SERVED_AT}/guide.html": guide_html(),
        f"{SERVED_AT}/country.grass": browser_style("country"),
        f"{SERVED_AT}/community.grass": browser_style("community"),
    }


def _runnable(text: str) -> str:
    return f'<pre class="pre-scrollable code runnable">{escape(text.strip(), quote=False)}</pre>'
