"""Options of what a move is, spelled once for all commands on movement."""

from __future__ import annotations

from typing import Annotated

import typer

_RULE = "What a move is"
_SELECTION = "What to count"

RuleOption = Annotated[
    str,
    typer.Option(
        "--rule",
        help="By tenure (stays, and what a new one follows on) or mode-year (changes of the year's main place).",
        rich_help_panel=_RULE,
    ),
]
ModeWeightOption = Annotated[
    str,
    typer.Option(
        "--mode-weight", help="Mode-year: the main place has most parts or most articles.", rich_help_panel=_RULE
    ),
]
TiesOption = Annotated[
    str,
    typer.Option(
        "--ties",
        help="Mode-year: a tied year goes to the place held earlier (else next, else it is dropped) or to the "
        "smallest-id.",
        rich_help_panel=_RULE,
    ),
]
MaxGapOption = Annotated[
    int,
    typer.Option(
        "--max-gap", min=0, help="Mode-year: a change over more empty years is in no flow.", rich_help_panel=_RULE
    ),
]
BridgeGapOption = Annotated[
    int,
    typer.Option(
        "--bridge-gap",
        min=0,
        help="Tenure: gaps of at most so many years at a place are bridged.",
        rich_help_panel=_RULE,
    ),
]
JoinGapOption = Annotated[
    int | None,
    typer.Option(
        "--join-gap",
        min=0,
        help="Tenure: empty years that may lie between two tenures. [default: as --bridge-gap]",
        rich_help_panel=_RULE,
    ),
]
MaxVisitOption = Annotated[
    int, typer.Option("--max-visit", min=0, help="Tenure: longest visit in years.", rich_help_panel=_RULE)
]
MaxOverlapOption = Annotated[
    int,
    typer.Option(
        "--max-overlap",
        min=0,
        help="Tenure: longest overlap of a migration in years; more is a dual affiliation.",
        rich_help_panel=_RULE,
    ),
]
DropCensoredOption = Annotated[
    bool,
    typer.Option("--drop-censored", help="Leave out moves too late to be told from visits.", rich_help_panel=_RULE),
]
MaxPlacesOption = Annotated[
    int,
    typer.Option(
        "--max-places", min=1, help="Authors with more places in one year are suspect.", rich_help_panel=_SELECTION
    ),
]
DropSuspectsOption = Annotated[
    bool, typer.Option("--drop-suspects", help="Leave suspect authors out.", rich_help_panel=_SELECTION)
]
MoveKinOption = Annotated[
    str,
    typer.Option(
        "--kin", help="Moves between an institution and its own ancestor: drop or keep.", rich_help_panel=_RULE
    ),
]
