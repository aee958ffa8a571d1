"""Options of what is counted and how, spelled once for all measures of the records."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from toolkit.cli.families import Family
from toolkit.cli.options import SubjectOption

__all__ = ["COUNTING_EVERY", "COUNTING_PAIRS", "COUNTING_SHARES", "PAIRS", "SPLIT", "WITHOUT_SUSPECTS", "but"]

_SELECTION = "What to count"
_HOW = "How to count"

_Journals = Annotated[
    str | None,
    typer.Option(
        "--journals",
        metavar="MARK",
        help="Only articles of journals with this mark, for example a journal list.",
        rich_help_panel=_SELECTION,
    ),
]
_Truncated = Annotated[
    str,
    typer.Option("--truncated", help="Articles whose author list is cut: drop or keep.", rich_help_panel=_HOW),
]
_WithoutSuspects = Annotated[
    bool,
    typer.Option(
        "--without-suspects",
        help="Leave out institutions that look like matching errors (check --list matching).",
        rich_help_panel=_SELECTION,
    ),
]
"""Of measures of the records and of movement alike."""
_MaxAuthors = Annotated[
    int | None,
    typer.Option("--max-authors", min=1, help="Leave out articles of more authors.", rich_help_panel=_HOW),
]
_MaxUnits = Annotated[
    int,
    typer.Option(
        "--max-units",
        min=2,
        help="Articles of more units stay out of pairs (not of Share).",
        rich_help_panel=_HOW,
    ),
]
_Link = Annotated[
    str,
    typer.Option(
        "--link",
        help="one-author: an author signing from both ends links them; two-authors: it takes two people.",
        rich_help_panel=_HOW,
    ),
]
_Kin = Annotated[
    str,
    typer.Option(
        "--kin",
        help="Pairs of an institution and its own ancestor: drop or keep.",
        rich_help_panel=_HOW,
    ),
]
_SubjectCounting = Annotated[
    str,
    typer.Option(
        "--subject-counting",
        help="An article in several subjects gives each fractional parts, or counts whole in each.",
        rich_help_panel=_HOW,
    ),
]
_Rollup = Annotated[
    str,
    typer.Option(
        "--rollup",
        help="Order: split an author's part over the author's sites and add these up, or roll sites up to the level's "
        "units first.",
        rich_help_panel=_HOW,
    ),
]
_Wfc = Annotated[
    bool,
    typer.Option(
        "--wfc",
        help="Weighted fractional count: articles of journals marked astronomy count a fifth.",
        rich_help_panel=_HOW,
    ),
]

WITHOUT_SUSPECTS: Final[Family] = {"without_suspects": (_WithoutSuspects, False)}
_ARTICLES: Final[Family] = {
    "subject": (SubjectOption, None),
    "journals": (_Journals, None),
    "truncated": (_Truncated, "drop"),
    "max_authors": (_MaxAuthors, None),
    **WITHOUT_SUSPECTS,
}
_PAIRS: Final[Family] = {
    "max_units": (_MaxUnits, 500),
    "link": (_Link, "one-author"),
    "kin": (_Kin, "drop"),
}
PAIRS: Final = tuple(_PAIRS)
"""Options of which institutions make a pair."""
_SPLIT: Final[Family] = {"rollup": (_Rollup, "split"), "wfc": (_Wfc, False)}
SPLIT: Final = tuple(_SPLIT)
"""Options of how an article is split over authors and places."""

COUNTING_SHARES: Final[Family] = {**_ARTICLES, "subject_counting": (_SubjectCounting, "fractional"), **_SPLIT}
"""How Count and Share are counted: fields of :class:`~toolkit.measures.counting.options.Counting` and its defaults."""
COUNTING_PAIRS: Final[Family] = {**_ARTICLES, **_PAIRS, **_SPLIT}
"""How joint articles and scores of pairs are counted: fields of the same, with its defaults."""
COUNTING_EVERY: Final[Family] = {**COUNTING_SHARES, **_PAIRS}
"""Both, for a command that answers questions of both kinds and leaves out the rest by :func:`but`."""


def but(given: dict[str, Any], *names: str) -> dict[str, Any]:
    """Options as ``given``, but for those that what is asked does not depend on.

    Raises
    ------
    typer.BadParameter
        One of those was set.
    """
    set_anyway = [
        f"--{name.replace('_', '-')}" for name in names if name in given and given[name] != COUNTING_EVERY[name][1]
    ]
    if set_anyway:
        raise typer.BadParameter(f"what is asked does not depend on {', '.join(set_anyway)}: leave it out")
    return {name: value for name, value in given.items() if name not in names}
