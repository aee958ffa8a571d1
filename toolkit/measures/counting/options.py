"""The counting conventions: where two published ones exist, the choice is here and goes into every run record."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, TypedDict

from toolkit.errors import BadParameter

__all__ = ["DEFAULT", "Counting", "CountingOptions", "is_count"]

_CHOICES: Final = {
    "truncated": ("drop", "keep"),
    "link": ("one-author", "two-authors"),
    "kin": ("drop", "keep"),
    "subject_counting": ("fractional", "whole"),
    "rollup": ("split", "first"),
}


class CountingOptions(TypedDict, total=False):
    """Keyword form of :class:`Counting`, taken by every public measure."""

    truncated: str
    max_authors: int | None
    max_units: int
    link: str
    kin: str
    subject: str | None
    subject_counting: str
    rollup: str
    wfc: bool
    journals: str | None
    without_suspects: bool


@dataclass(frozen=True)
class Counting:
    """What is counted, and how.

    Attributes
    ----------
    truncated
        Articles whose author list was cut off by the source: their number of authors is unknown. ``drop`` leaves
        them out of everything but the yearly totals N_y; ``keep`` counts them with the authors listed.
    max_authors
        Articles with more authors are left out of everything; ``None`` for no limit.
    max_units
        Articles with more places at the level leave the pair tables (a pair table costs m^2), never Share.
    link
        ``one-author``: an author who signs from both ends links them. ``two-authors``: two different authors must.
    kin
        ``drop``: an institution and its ancestor or descendant are not partners. ``keep``: they are.
    subject
        Only articles of this subject; ``none`` for those without one.
    subject_counting
        ``fractional``: an article in several subjects gives each its part. ``whole``: it gives each the whole.
    rollup
        ``split``: an author's part is split over the author's sites, then sites are added to their units. ``first``:
        sites are replaced by their distinct units, then the part is split over these; a site without a unit at the
        level stays a leaf of its own.
    wfc
        Weighted fractional count: articles of journals marked ``astronomy`` count
        :data:`~toolkit.measures.counting.journals.ASTRONOMY_WEIGHT` of their Share.
    journals
        Only articles of journals that carry this mark, for example the name of a journal list; yearly totals N_y too.
    without_suspects
        Affiliations with institutions that look like matching errors (listings ``matching`` and ``strangers`` of
        ``scicities check``, and the small ends of its ``corridors``) count as affiliations that matched nothing.

    Raises
    ------
    BadParameter
        A value that is not one of these.

    Examples
    --------
    >>> Counting(link="two-authors").is_default
    False
    """

    truncated: str = "drop"
    max_authors: int | None = None
    max_units: int = 500
    link: str = "one-author"
    kin: str = "drop"
    subject: str | None = None
    subject_counting: str = "fractional"
    rollup: str = "split"
    wfc: bool = False
    journals: str | None = None
    without_suspects: bool = False

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise BadParameter(name, getattr(self, name), f"it is one of {', '.join(allowed)}")
        if self.max_authors is not None and not is_count(self.max_authors, least=1):
            raise BadParameter("max_authors", self.max_authors, "it is a whole number of at least 1, or left out")
        if not is_count(self.max_units, least=2):
            raise BadParameter("max_units", self.max_units, "it is a whole number of at least 2")
        if self.subject is not None and not str(self.subject).strip():
            raise BadParameter("subject", self.subject, "it is the name of a subject, or left out")
        for name in ("wfc", "without_suspects"):
            if not isinstance(getattr(self, name), bool):
                raise BadParameter(name, getattr(self, name), "it is True or False")
        if self.journals is not None and not str(self.journals).strip():
            raise BadParameter("journals", self.journals, "it is a mark that journals carry, or left out")

    @property
    def is_default(self) -> bool:
        """Whether tables stored by :func:`toolkit.measures.store.build` hold what is asked for."""
        return self == DEFAULT

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the run record."""
        return asdict(self)


def is_count(value: object, *, least: int) -> bool:
    """Whether ``value`` is a whole number of at least ``least``."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


DEFAULT = Counting()
