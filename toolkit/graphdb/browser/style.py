"""Style sheets of Neo4j Browser (GraSS) for the graph: sizes by Share, colours by country or by community, captions.

A GraSS rule looks at labels and relationship types only, never at a property. What the style says about a place is
therefore written on it as a further label beforehand (:mod:`toolkit.graphdb.browser.marks`): ``Size_1`` to ``Size_6``,
``In_CN``, ``Community_1``. The same country has the same colour in every workspace.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, get_args

from toolkit.errors import BadParameter

__all__ = ["COLOURED_COMMUNITIES", "COLOURED_COUNTRIES", "MARKS", "SIZES", "Colouring", "browser_style"]

Colouring = Literal["country", "community"]

SIZES: Final = 6
"""Classes of size; the diameter grows evenly from one to the next, so the area grows with Share."""
_SMALLEST, _STEP = 44, 12

_COUNTRY_COLOURS: Final = {
    "CN": "#D1495B",
    "US": "#2E6FB7",
    "GB": "#7A4EAB",
    "DE": "#4A4E57",
    "JP": "#E58FA6",
    "FR": "#4FA3D9",
    "KR": "#1B998B",
    "CA": "#B5453A",
    "IT": "#4C9F4F",
    "CH": "#8C2F39",
    "ES": "#E0A030",
    "AU": "#C7842C",
    "IN": "#F28E2B",
    "NL": "#F06B2A",
    "SE": "#3E8E9E",
    "SG": "#E36588",
    "BR": "#6BA539",
    "RU": "#5B7DB1",
    "IL": "#86BBD8",
    "TW": "#59A89C",
    "DK": "#A63D57",
    "AT": "#B07AA1",
    "BE": "#9C755F",
    "ZA": "#76893B",
}
_COMMUNITY_COLOURS: Final = (
    "#2E6FB7",
    "#F28E2B",
    "#4C9F4F",
    "#D1495B",
    "#7A4EAB",
    "#9C755F",
    "#E58FA6",
    "#1B998B",
    "#C9A227",
    "#4FA3D9",
    "#6B7A3A",
    "#A63D57",
)
COLOURED_COUNTRIES: Final = tuple(_COUNTRY_COLOURS)
"""Codes of the countries with a colour of their own; all others are grey."""
COLOURED_COMMUNITIES: Final = len(_COMMUNITY_COLOURS)
"""Communities with a colour of their own, from number 1 on; all others are grey."""

MARKS: Final = (
    *(f"Size_{size}" for size in range(1, SIZES + 1)),
    *(f"In_{code}" for code in COLOURED_COUNTRIES),
    *(f"Community_{number}" for number in range(1, COLOURED_COMMUNITIES + 1)),
)
"""Every label that :func:`toolkit.graphdb.browser.marks.mark_places` may write."""

_OTHERS: Final = "#9AA3AE"
_CAPTIONS: Final = {
    "Country": "{name}",
    "City": "{name}",
    "Metro": "{name}",
    "Institution": "{name}",
    "Site": "{id}",
    "Output": "{year}",
    "Researcher": "{id}",
    "Run": "{method}",
    "Load": "{state}",
}
_PLAIN_COLOURS: Final = {"Site": "#C9BFA5", "Output": "#D8DEE6", "Run": "#57606C", "Load": "#57606C"}
_TIE_CAPTIONS: Final = {
    "COLLABORATES_WITH": "{joint}",
    "COAUTHORS_WITH": "{joint}",
    "PARTNERS_WITH": "{joint}",
    "MOVED_TO": "{researchers}",
    "WORKED_AT": "{from_year}",
    "LOCATED_IN": "in",
    "IN_COUNTRY": "in",
    "IN_METRO": "in",
    "PART_OF": "part of",
}


def browser_style(colours: Colouring = "country") -> str:
    """Text of a GraSS file for the loaded graph.

    Parameters
    ----------
    colours
        ``country`` or ``community`` (of places to which communities were written back).

    Returns
    -------
    str
        To be dropped on Neo4j Browser as a file ``*.grass``, or pasted behind ``:style``.

    Raises
    ------
    BadParameter
        Another word.

    Notes
    -----
    Countries and communities without a colour of their own are grey. Institutions are paler than their cities.
    Captions of ties are joint articles.

    Examples
    --------
    >>> print(browser_style().split("node.In_CN ")[1].split("}")[0])
    {
      color: #D1495B;
      border-color: #9C3644;
      text-color-internal: #FFFFFF;
    <BLANKLINE>
    """
    if colours not in get_args(Colouring):
        raise BadParameter("colour", colours, f"it is one of {', '.join(get_args(Colouring))}")
    return "\n".join(_rule(selector, properties) for selector, properties in _rules(colours))


def _rules(colours: Colouring) -> Iterator[tuple[str, dict[str, str]]]:
    """Rules in order: where several fit a node, the later one counts."""
    yield (
        "node",
        {"diameter": f"{_SMALLEST}px", **_fill(_OTHERS), "border-width": "2px", "font-size": "9px"},
    )
    yield (
        "relationship",
        {
            "color": "#A9B4C0",
            "shaft-width": "1.5px",
            "font-size": "9px",
            "padding": "3px",
            "text-color-external": "#57606C",
            "text-color-internal": "#FFFFFF",
            "caption": "'<type>'",
        },
    )
    for label, caption in _CAPTIONS.items():
        yield f"node.{label}", {"caption": f"'{caption}'", **_fill(_PLAIN_COLOURS.get(label, _OTHERS))}
    for size in range(1, SIZES + 1):
        diameter = _SMALLEST + _STEP * (size - 1)
        yield f"node.Size_{size}", {"diameter": f"{diameter}px", "font-size": f"{8 + size}px"}
    if colours == "country":
        marks = {f"In_{code}": colour for code, colour in _COUNTRY_COLOURS.items()}
    else:
        marks = {f"Community_{number}": colour for number, colour in enumerate(_COMMUNITY_COLOURS, 1)}
    for mark, colour in marks.items():
        yield f"node.{mark}", _fill(colour)
        yield f"node.Institution.{mark}", {**_fill(_paled(colour)), "border-color": colour}
    for tie, caption in _TIE_CAPTIONS.items():
        yield f"relationship.{tie}", {"caption": f"'{caption}'"}


def _fill(colour: str) -> dict[str, str]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    bright = 0.299 * red + 0.587 * green + 0.114 * blue > 160
    border = "#" + "".join(f"{int(part * 0.75):02X}" for part in (red, green, blue))
    return {"color": colour, "border-color": border, "text-color-internal": "#20262E" if bright else "#FFFFFF"}


def _paled(colour: str) -> str:
    return "#" + "".join(f"{255 - (255 - int(colour[at : at + 2], 16)) * 2 // 5:02X}" for at in (1, 3, 5))


def _rule(selector: str, properties: dict[str, str]) -> str:
    return f"{selector} {{\n" + "".join(f"  {name}: {value};\n" for name, value in properties.items()) + "}\n"
