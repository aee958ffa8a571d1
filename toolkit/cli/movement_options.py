"""Options of what a move is, spelled once for all commands on movement."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from toolkit.cli.counting_options import WITHOUT_SUSPECTS
from toolkit.cli.families import Family

__all__ = ["RULES_OF_MOVES", "FromPlaceOption", "ToPlaceOption"]

_RULE = "What a move is"
_SELECTION = "What to count"

_Rule = Annotated[
    str,
    typer.Option(
        "--rule",
        help="By tenure (stays, and what a new one follows on) or mode-year (changes of the year's main place).",
        rich_help_panel=_RULE,
    ),
]
_ModeWeight = Annotated[
    str,
    typer.Option(
        "--mode-weight", help="Mode-year: the main place has most parts or most articles.", rich_help_panel=_RULE
    ),
]
_Ties = Annotated[
    str,
    typer.Option(
        "--ties",
        help="Mode-year: a tied year goes to the place held earlier (else next, else it is dropped) or to the "
        "smallest-id.",
        rich_help_panel=_RULE,
    ),
]
_MaxGap = Annotated[
    int,
    typer.Option(
        "--max-gap", min=0, help="Mode-year: a change over more empty years is in no flow.", rich_help_panel=_RULE
    ),
]
_BridgeGap = Annotated[
    int,
    typer.Option(
        "--bridge-gap",
        min=0,
        help="Tenure: gaps of at most so many years at a place are bridged.",
        rich_help_panel=_RULE,
    ),
]
_JoinGap = Annotated[
    int | None,
    typer.Option(
        "--join-gap",
        min=0,
        help="Tenure: empty years that may lie between two tenures. [default: as --bridge-gap]",
        rich_help_panel=_RULE,
    ),
]
_MaxVisit = Annotated[
    int, typer.Option("--max-visit", min=0, help="Tenure: longest visit in years.", rich_help_panel=_RULE)
]
_MaxOverlap = Annotated[
    int,
    typer.Option(
        "--max-overlap",
        min=0,
        help="Tenure: longest overlap of a migration in years; more is a dual affiliation.",
        rich_help_panel=_RULE,
    ),
]
_DropCensored = Annotated[
    bool,
    typer.Option("--drop-censored", help="Leave out moves too late to be told from visits.", rich_help_panel=_RULE),
]
_MaxPlaces = Annotated[
    int,
    typer.Option(
        "--max-places", min=1, help="Authors with more places in one year are suspect.", rich_help_panel=_SELECTION
    ),
]
_DropSuspects = Annotated[
    bool, typer.Option("--drop-suspects", help="Leave suspect authors out.", rich_help_panel=_SELECTION)
]
_Kin = Annotated[
    str,
    typer.Option(
        "--kin", help="Moves between an institution and its own ancestor: drop or keep.", rich_help_panel=_RULE
    ),
]

RULES_OF_MOVES: Final[Family] = {
    "rule": (_Rule, "tenure"),
    "mode_weight": (_ModeWeight, "parts"),
    "ties": (_Ties, "earlier"),
    "max_gap": (_MaxGap, 5),
    "bridge_gap": (_BridgeGap, 2),
    "join_gap": (_JoinGap, None),
    "max_visit": (_MaxVisit, 4),
    "max_overlap": (_MaxOverlap, 3),
    "drop_censored": (_DropCensored, False),
    "max_places": (_MaxPlaces, 20),
    "drop_suspects": (_DropSuspects, False),
    "kin": (_Kin, "drop"),
    **WITHOUT_SUSPECTS,
}
"""What a move is: fields of :class:`~toolkit.measures.movement.options.Movement`, with its defaults."""

FromPlaceOption = Annotated[
    str | None, typer.Option("--from-place", help="Only moves out of this place.", rich_help_panel=_SELECTION)
]
ToPlaceOption = Annotated[
    str | None, typer.Option("--to-place", help="Only moves into this place.", rich_help_panel=_SELECTION)
]
