"""What a move is: the rule, its gaps and lengths, what is left out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, TypedDict

from toolkit.errors import BadParameter
from toolkit.measures.counting.options import is_count

__all__ = ["DEFAULT_MOVEMENT", "FLOW_RULES", "RULES", "Movement", "MovementOptions", "check_flow_rule"]

RULES: Final = ("tenure", "mode-year", "origin")
FLOW_RULES: Final = ("tenure", "mode-year")
"""Rules that give dated moves; the origin rule gives classes of careers."""

_CHOICES: Final = {
    "rule": RULES,
    "mode_weight": ("parts", "articles"),
    "ties": ("earlier", "smallest-id"),
    "kin": ("drop", "keep"),
}
_LEAST: Final = {"max_gap": 0, "bridge_gap": 0, "max_visit": 0, "max_overlap": 0, "max_places": 1}
_SWITCHES: Final = ("drop_censored", "drop_suspects", "without_suspects")


class MovementOptions(TypedDict, total=False):
    """Keyword form of :class:`Movement`, taken by every public answer on movement."""

    rule: str
    mode_weight: str
    ties: str
    max_gap: int
    bridge_gap: int
    join_gap: int | None
    max_visit: int
    max_overlap: int
    drop_censored: bool
    max_places: int
    drop_suspects: bool
    kin: str
    without_suspects: bool


@dataclass(frozen=True)
class Movement:
    """Conventions of movement.

    Attributes
    ----------
    rule
        ``tenure``: who stays where from when to when, and what follows on what. ``mode-year``: each year's main
        place. ``origin``: classes of careers by the places of the first year; it gives no dated moves.
    mode_weight
        Mode-year: the main place has the largest sum of ``parts`` (1/k of an article signed from k affiliations) or
        of ``articles``.
    ties
        Mode-year: a tie goes to the place held ``earlier`` (else to the next year's, else the year is dropped), or to
        the ``smallest-id`` in text order, which is reproducible and arbitrary.
    max_gap
        Mode-year: a change over more empty years [years] is in no flow.
    bridge_gap
        Tenure: gaps of at most so many unobserved years [years] at a place are bridged; longer ones end the tenure.
    join_gap
        Tenure: how many empty years [years] may lie between the end of the old and the start of the new tenure;
        ``None``: as many as ``bridge_gap``.
    max_visit
        Tenure: the longest visit [years], a stay that ends before the tenure it began beside.
    max_overlap
        Tenure: the longest overlap [years] of a migration; more is a dual affiliation.
    drop_censored
        Leave out of flows the migrations so late that what follows them is not known yet.
    max_places
        Authors with more places in one year are suspect: their id may merge several people.
    drop_suspects
        Leave suspect authors out.
    kin
        ``drop``: at institution level ancestor and descendant are one another's kin, and nobody moves between them.
    without_suspects
        Institutions that look like matching errors are left out, as in
        :class:`~toolkit.measures.counting.options.Counting`.

    Raises
    ------
    BadParameter
        A value that is not one of these.

    Examples
    --------
    >>> Movement(bridge_gap=3).allowed_gap
    3
    >>> Movement(max_overlap=-1)
    Traceback (most recent call last):
        ...
    toolkit.errors.BadParameter: max_overlap = -1 can't be used: it is a whole number of years, at least 0.
    """

    rule: str = "tenure"
    mode_weight: str = "parts"
    ties: str = "earlier"
    max_gap: int = 5
    bridge_gap: int = 2
    join_gap: int | None = None
    max_visit: int = 4
    max_overlap: int = 3
    drop_censored: bool = False
    max_places: int = 20
    drop_suspects: bool = False
    kin: str = "drop"
    without_suspects: bool = False

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise BadParameter(name, getattr(self, name), f"it is one of {', '.join(allowed)}")
        for name, least in _LEAST.items():
            what = "places" if name == "max_places" else "years"
            if not is_count(getattr(self, name), least=least):
                raise BadParameter(name, getattr(self, name), f"it is a whole number of {what}, at least {least}")
        if self.join_gap is not None and not is_count(self.join_gap, least=0):
            raise BadParameter("join_gap", self.join_gap, "it is a whole number of years, at least 0, or left out")
        for name in _SWITCHES:
            if not isinstance(getattr(self, name), bool):
                raise BadParameter(name, getattr(self, name), "it is True or False")

    @property
    def allowed_gap(self) -> int:
        """``join_gap``, or ``bridge_gap`` where it is left out [years]."""
        return self.bridge_gap if self.join_gap is None else self.join_gap

    @property
    def open_end(self) -> int:
        """Years at the end of the records in which a tenure's move is ``censored``, max(2, max_overlap) [years]."""
        return max(2, self.max_overlap)

    @property
    def people(self) -> int | None:
        """What decides whose careers are read: ``max_places`` where suspects are left out, else ``None``."""
        return self.max_places if self.drop_suspects else None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the run record."""
        return asdict(self)


def check_flow_rule(movement: Movement) -> None:
    """Raise where the rule gives no dated moves.

    Raises
    ------
    BadParameter
        The rule is ``origin``.
    """
    if movement.rule not in FLOW_RULES:
        raise BadParameter(
            "rule",
            movement.rule,
            f"it gives classes of careers, no dated moves; those are of {' or '.join(FLOW_RULES)}",
        )


DEFAULT_MOVEMENT = Movement()
