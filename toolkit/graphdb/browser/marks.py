"""Labels that carry a place's size and colour, because a style of Neo4j Browser can look at nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from toolkit.graphdb.browser.style import COLOURED_COMMUNITIES, COLOURED_COUNTRIES, MARKS, SIZES
from toolkit.graphdb.layout import PLACE_LABELS
from toolkit.graphdb.statement_files import statement

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = ["Marks", "mark_places"]

_COUNTRY_PROPERTY: Final = {"Country": "code"}
"""Where a place's country code is, other than in ``country``."""


@dataclass(frozen=True)
class Marks:
    """What was marked.

    Attributes
    ----------
    sizes
        ``label``, ``size`` (class 1 to 6), ``places`` and ``share_from``: the smallest Share in the class [articles,
        added up over all years].
    coloured
        Places with the colour of a country.
    in_communities
        Places with the colour of a community; 0 where no communities were written back.
    """

    sizes: pd.DataFrame
    coloured: int
    in_communities: int


def mark_places(graph: Graph) -> Marks:
    r"""Write each place's size class, country and community on it as labels ``Size_3``, ``In_CN``, ``Community_1``.

    The class of a place with Share :math:`s`, where :math:`m` is the largest Share of its kind (city, metropolitan
    area, institution, country), is :math:`\lceil 6\sqrt{s/m} \rceil`, so that the circle's area grows with Share.
    Places without output have none and are drawn smallest.

    Parameters
    ----------
    graph
        A loaded graph; not one that is read-only.

    Returns
    -------
    Marks
        Classes with their smallest Share, and how many places have a colour.

    Raises
    ------
    QueryRefused
        The user may not write.

    Notes
    -----
    Earlier marks go first, so this can be repeated, and should be after communities were written back. A load of other
    records removes the marks with the places. Nothing but these labels is written.
    """
    every = ":".join(MARKS)
    sizes, coloured, in_communities = [], 0, 0
    for label in PLACE_LABELS.values():
        graph.write(statement("browser/unmark", label=label, marks=every), name="browser: unmark")
        found = graph.write(statement("browser/sizes", label=label), {"classes": SIZES}, name="browser: sizes")
        sizes.append(found.assign(label=label))
        rows = graph.write(
            statement("browser/countries", label=label, country=_COUNTRY_PROPERTY.get(label, "country")),
            {"codes": list(COLOURED_COUNTRIES)},
            name="browser: countries",
        )
        coloured += int(rows["places"].iloc[0])
        rows = graph.write(
            statement("browser/communities", label=label),
            {"communities": COLOURED_COMMUNITIES},
            name="browser: communities",
        )
        in_communities += int(rows["places"].iloc[0])
    frame = pd.concat(sizes, ignore_index=True)[["label", "size", "places", "share_from"]]
    return Marks(frame, coloured, in_communities)
