"""Communities of a network of collaboration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from toolkit.analyses.sources import chosen, network_of, opened, window
from toolkit.measures.city_labels import with_labels
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.communities import communities as network_communities
from toolkit.network.hubs import strengths
from toolkit.network.usable import weak_communities
from toolkit.runs import Answer, recording

if TYPE_CHECKING:
    from toolkit.analyses.sources import Source

__all__ = ["communities"]


def communities(
    source: Source,
    *,
    level: str = "city",
    weight: str = "score",
    years: tuple[int, int] | str | None = None,
    country: str | None = None,
    method: str = "leiden",
    quality: str = "modularity",
    normalise: str = "none",
    engine: str = "auto",
    seed: int = 0,
    starts: int = 10,
    resolution: float = 1.0,
    stability: bool = False,
    consensus: bool = False,
    network: str | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Communities of the collaboration network: Leiden or Louvain, best of ``starts`` or their consensus.

    Parameters
    ----------
    source, level, weight, years, country
        As for :func:`~toolkit.analyses.hub_analysis.hubs`.
    method
        ``leiden`` (igraph, networkit) or ``louvain`` (igraph, python-louvain, networkx, networkit).
    quality
        ``modularity`` or, for Leiden by igraph, ``cpm`` (constant Potts model).
    normalise
        ``none``, or ``association``: communities of the association strengths 2 m c_ij / (s_i s_j) of the ties
        (:func:`toolkit.network.normalisation.association_strengths`); with ``cpm`` VOSviewer's clustering.
    engine
        ``auto`` (igraph), ``igraph``, ``python-louvain``, ``networkx`` or ``networkit``.
    seed
        Seed of the first start; equal graphs and seeds give equal results whatever the row order.
    starts
        Starts; the one of the largest value is kept.
    resolution
        Above 1 for more and smaller communities; of ``cpm`` the mean strength of a tie that holds a community
        together [unit of the weight; none with ``normalise="association"``, where 1 is what chance gives].
    stability
        Add ``support``: how far the starts keep a place with the others of its community, 0 to 1.
    consensus
        The median of the starts instead of the best of them, with ``support``.
    network
        As for :func:`~toolkit.analyses.hub_analysis.hubs`: an imported network, or flows without their direction.
    **options
        As for :func:`~toolkit.analyses.hub_analysis.hubs`.

    Returns
    -------
    Answer
        Frame ``id, name, community, size``, communities numbered by size (1 the largest), the strongest place of each
        first; the run record's facts hold ``modularity``, ``communities``, ``stability`` (mean AMI of the starts) and,
        of ``cpm``, its value. Notes say why a result is hardly usable (one community of most places, many places
        alone, starts that disagree): :func:`toolkit.network.usable.weak_communities`.

    Raises
    ------
    EmptyGraph, BadParameter
        As for :func:`~toolkit.analyses.hub_analysis.hubs`.

    References
    ----------
    Traag, Waltman, van Eck, doi 10.1038/s41598-019-41695-z; Blondel et al., doi 10.1088/1742-5468/2008/10/P10008;
    van Eck, Waltman, doi 10.1002/asi.21075 (association strength).

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> communities(workspace, starts=1).frame[["name", "community", "size"]].values.tolist()
    [['Beijing', 1, 3], ['Nanjing', 1, 3], ['Changchun', 1, 3]]
    """
    source = opened(source)
    counting = Counting(**options)
    parameters = {
        "level": level,
        "weight": weight,
        "years": window(years),
        "country": country,
        "method": method,
        "quality": quality,
        **({} if normalise == "none" else {"normalise": normalise}),
        "engine": engine,
        "seed": seed,
        "starts": starts,
        "resolution": resolution,
        "stability": stability,
        "consensus": consensus,
        **({} if network is None else {"network": network}),
        **chosen(counting),
    }
    with recording("communities", parameters) as timer:
        edges, attribute = network_of(
            source,
            level=level,
            weight=weight,
            years=years,
            country=country,
            network=network,
            counting=counting,
            timer=timer,
        )
        found = network_communities(
            edges,
            weight=attribute,
            method=method,
            quality=quality,
            normalise=normalise,
            engine=engine,
            seed=seed,
            starts=starts,
            resolution=resolution,
            stability=stability,
            consensus=consensus,
        )
        timer.facts.update(modularity=found.modularity, communities=found.n_communities, engine=found.engine)
        if found.stability is not None:
            timer.facts["stability"] = found.stability
        if quality == "cpm":
            timer.facts["cpm"] = found.value
        elif normalise != "none":
            timer.facts["modularity_normalised"] = found.value
        timer.notes.extend(weak_communities(found, edge_array(edges, weight=attribute)))
        timer.rows["result"] = len(found.frame)
        strength = strengths(edges, weight=attribute).rename("strength")
        frame = found.frame.merge(strength, left_on="id", right_index=True, validate="one_to_one")
        frame = frame.sort_values(["community", "strength", "id"], ascending=[True, False, True], ignore_index=True)
        frame = with_labels(frame.drop(columns="strength"), edges.shown if isinstance(edges, EdgeArray) else None)
        return Answer(frame, timer.record())
