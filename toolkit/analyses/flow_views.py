"""The views of flows by their names: what `scicities flows --show` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Unpack

from toolkit.analyses.flow_networks import flow_communities, suppliers
from toolkit.errors import BadParameter
from toolkit.measures.flows.flow_answers import corridors, flow_indicators, flow_system, flows
from toolkit.measures.flows.group_answers import group_flows
from toolkit.measures.flows.rate_answers import flow_rates, gateways, group_moves
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.runs import Answer, first_rows

if TYPE_CHECKING:
    from toolkit.measures.asking import Folder
    from toolkit.measures.movement.options import MovementOptions

__all__ = ["VIEWS", "flow_view"]

_WINDOW: Final = ("level", "years", "by_year")
_ENDS: Final = ("place", "country", "either", "network")
_NETWORK: Final = ("level", "years", "country", "network")

VIEWS: Final[dict[str, tuple[Callable[..., Answer], tuple[str, ...]]]] = {
    "matrix": (flows, (*_WINDOW, *_ENDS)),
    "indicators": (flow_indicators, (*_WINDOW, "place", "country", "network", "by", "losers")),
    "system": (flow_system, (*_WINDOW, "network")),
    "corridors": (corridors, (*_WINDOW, *_ENDS)),
    "rates": (flow_rates, (*_WINDOW, "place", "country", "horizon", "before", "output")),
    "groups": (group_flows, (*_WINDOW, "place", "each", "by", "umbrella", "ages", "people")),
    "gateways": (gateways, (*_WINDOW, "country", "horizon")),
    "group-moves": (group_moves, ("level", "years", "least")),
    "suppliers": (suppliers, _NETWORK),
    "communities": (flow_communities, (*_NETWORK, "resolution", "seed")),
}
"""Views of flows: what gives each, and the options that say something about it, beside those of the rule."""


def flow_view(
    workspace: Folder,
    view: str,
    asked: Mapping[str, Any],
    *,
    top: int | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """One view of flows, by its name.

    Parameters
    ----------
    workspace
        A workspace, or its folder.
    view
        A key of :data:`VIEWS`.
    asked
        Options of the view; groups are named with commas between.
    top
        Only the first rows, by year the largest units; the system as a whole is never cut.
    **options
        Conventions of the rule; imported flows take none.

    Returns
    -------
    Answer
        That of the view's function.

    Raises
    ------
    BadParameter
        There is no such view, or an option says nothing about it.
    """
    if view not in VIEWS:
        raise BadParameter("show", view, f"it is one of {', '.join(VIEWS)}")
    function, allowed = VIEWS[view]
    for name, value in asked.items():
        if name not in allowed:
            views = ", ".join(other for other, (_, known) in VIEWS.items() if name in known)
            raise BadParameter(name, value, f"it says nothing about {view}, only about {views}")
    given = dict(asked)
    if view == "groups" and "by" in given:
        given["by"] = [part.strip() for part in given["by"].split(",")]
    if "network" in given and Movement(**options) == DEFAULT_MOVEMENT:
        options = {}
    if view in ("suppliers", "communities"):
        return first_rows(function(workspace, **given, **options), top)
    if view != "system":
        given["top"] = top
    return function(workspace, **given, **options)
