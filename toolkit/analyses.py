"""Hubs and communities of a workspace or of its graph in Neo4j: project, analyse, record, write back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from toolkit.corpus.countries import country_code
from toolkit.corpus.networks.store import read_network
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.measures.counting import DEFAULT, Counting, CountingOptions
from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import communities as network_communities
from toolkit.network.hubs import MEASURES as HUB_MEASURES
from toolkit.network.hubs import hubs as network_hubs
from toolkit.network.hubs import strengths
from toolkit.network.ready_made import undirected_edges
from toolkit.runs import Answer, RunRecord, RunTimer, recording
from toolkit.workspace import Workspace

if TYPE_CHECKING:
    import networkx as nx

    from toolkit.graphdb.connection import Graph

    Source = Workspace | Graph | EdgeArray | nx.Graph[Any]

__all__ = ["HUB_MEASURES", "communities", "hubs", "repeat", "write_back", "written_properties"]


def hubs(
    source: Source,
    *,
    level: str = "city",
    weight: str = "score",
    years: tuple[int, int] | str | None = None,
    country: str | None = None,
    measures: tuple[str, ...] = HUB_MEASURES,
    engine: str = "auto",
    network: str | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Hubs of the collaboration network, by degree, strength, PageRank and betweenness.

    The network has a node for each place with a partner and an edge for each pair; the edge's strength is the pair's
    collaboration score (or joint articles, or partnerships) summed over the window. The formula of each measure
    stands at :func:`toolkit.network.hubs.hubs`.

    Parameters
    ----------
    source
        A workspace, an open graph, or a network of your own (NetworkX graph or edge array; then ``level``, ``years``
        and ``country`` say nothing and ``weight`` names its edge attribute).
    level
        Of a workspace one of :data:`~toolkit.corpus.schema.LEVELS`; of a graph ``city``, ``institution``, ``country``,
        or ``metro`` where it was loaded with a city map.
    weight
        ``score`` [articles], ``joint`` [articles] or ``partnerships`` [pairs of institutions].
    years
        First and last publication year, both inclusive; all by default.
    country
        Only places of this country (both ends).
    measures
        Any of ``degree``, ``strength``, ``pagerank``, ``betweenness``.
    engine
        ``auto``, ``networkx`` or ``igraph``; they agree.
    network
        Of a workspace the ready-made network or flows of this name instead of its collaboration network (directions
        and years summed; ``level`` and ``weight`` say nothing, ``country`` is refused).
    **options
        Conventions of a workspace's scores, see :class:`toolkit.measures.counting.Counting`. A graph has the usual
        ones, and a network of your own its own: others are refused.

    Returns
    -------
    Answer
        Frame ``rank, id, name`` and for each measure its value and ``<measure>_rank``, ordered by the first measure's
        rank (strength where it is asked for); the run record.

    Raises
    ------
    EmptyGraph
        No pair is left after the filters.
    BadParameter
        An unknown level, weight, measure or engine.
    """
    counting = Counting(**options)
    parameters = {
        "level": level,
        "weight": weight,
        "years": _years(years),
        "country": country,
        "measures": list(measures),
        "engine": engine,
        **({} if network is None else {"network": network}),
        **_chosen(counting),
    }
    with recording("hubs", parameters) as timer:
        edges, attribute = _edges(
            source,
            level=level,
            weight=weight,
            years=years,
            country=country,
            network=network,
            counting=counting,
            timer=timer,
        )
        frame = network_hubs(edges, weight=attribute, measures=measures, engine=engine)
        first = "strength" if "strength" in measures else measures[0]
        frame = frame.sort_values([f"{first}_rank", "id"], ignore_index=True)
        frame.insert(0, "rank", frame[f"{first}_rank"])
        timer.rows["result"] = len(frame)
        return Answer(frame, timer.record())


def communities(
    source: Source,
    *,
    level: str = "city",
    weight: str = "score",
    years: tuple[int, int] | str | None = None,
    country: str | None = None,
    method: str = "leiden",
    engine: str = "auto",
    seed: int = 0,
    starts: int = 10,
    resolution: float = 1.0,
    network: str | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Communities of the collaboration network by modularity: Leiden or Louvain, best of ``starts``.

    Parameters
    ----------
    source, level, weight, years, country
        As for :func:`hubs`.
    method
        ``leiden`` (igraph) or ``louvain`` (python-louvain, igraph or networkx).
    engine
        ``auto``, ``igraph``, ``python-louvain`` or ``networkx``.
    seed
        Seed of the first start; equal graphs and seeds give equal results whatever the row order.
    starts
        Starts; the one of best modularity is kept.
    resolution
        Above 1 for more and smaller communities.
    network
        As for :func:`hubs`: a ready-made network, or flows taken without their direction.
    **options
        As for :func:`hubs`.

    Returns
    -------
    Answer
        Frame ``id, name, community, size``, communities numbered by size (1 the largest), the strongest place of each
        first; the run record's facts hold ``modularity`` and ``communities``.

    Raises
    ------
    EmptyGraph, BadParameter
        As for :func:`hubs`.

    References
    ----------
    Traag, Waltman, van Eck, doi 10.1038/s41598-019-41695-z; Blondel et al., doi 10.1088/1742-5468/2008/10/P10008.
    """
    counting = Counting(**options)
    parameters = {
        "level": level,
        "weight": weight,
        "years": _years(years),
        "country": country,
        "method": method,
        "engine": engine,
        "seed": seed,
        "starts": starts,
        "resolution": resolution,
        **({} if network is None else {"network": network}),
        **_chosen(counting),
    }
    with recording("communities", parameters) as timer:
        edges, attribute = _edges(
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
            engine=engine,
            seed=seed,
            starts=starts,
            resolution=resolution,
        )
        timer.facts.update(modularity=found.modularity, communities=found.n_communities, engine=found.engine)
        timer.rows["result"] = len(found.frame)
        strength = strengths(edges, weight=attribute).rename("strength")
        frame = found.frame.merge(strength, left_on="id", right_index=True, validate="one_to_one")
        frame = frame.sort_values(["community", "strength", "id"], ascending=[True, False, True], ignore_index=True)
        return Answer(frame.drop(columns="strength"), timer.record())


def write_back(graph: Graph, answer: Answer, *, level: str = "city") -> int:
    """Write an analysis to the places of a graph, with its run.

    Parameters
    ----------
    graph
        An open graph, loaded from the records that were analysed.
    answer
        What :func:`communities` or :func:`hubs` gave: the first writes property ``community``, the second each measure
        under its name.
    level
        Level of the answer's places.

    Returns
    -------
    int
        Number of nodes that got it. A later run of the same method replaces the earlier one as a whole.
    """
    from toolkit.graphdb.writeback import write_results

    return write_results(graph, answer.frame, level=level, run=answer.run, properties=written_properties(answer))


def written_properties(answer: Answer) -> tuple[str, ...]:
    """Names of the properties that :func:`write_back` writes for this answer."""
    if answer.run.method == "communities":
        return ("community",)
    return tuple(name for name in HUB_MEASURES if name in answer.frame.columns)


def _edges(
    source: Source,
    *,
    level: str,
    weight: str,
    years: tuple[int, int] | str | None,
    country: str | None,
    network: str | None,
    counting: Counting,
    timer: RunTimer,
) -> tuple[EdgeArray | nx.Graph[Any], str]:
    """The network to analyse and the name of its weight; the record learns what it was made from."""
    if network is not None or not isinstance(source, Workspace):
        _refuse_conventions(source, counting)
    if network is not None:
        return _named(source, network, years=years, country=country, timer=timer), "weight"
    if isinstance(source, EdgeArray):
        return source, weight
    country = _country(country)
    if isinstance(source, Workspace):
        from toolkit.graphdb.projection import corpus_network

        edges, notes = corpus_network(
            source, level=level, weight=weight, years=_years(years), country=country, counting=counting
        )
        timer.notes.extend(notes)
        timer.fingerprint, timer.snapshot = source.fingerprint, source.snapshot
    else:
        from toolkit.graphdb.connection import Graph
        from toolkit.graphdb.load_node import read_load
        from toolkit.graphdb.projection import project

        if not isinstance(source, Graph):
            return source, weight
        edges = project(source, level=level, weight=weight, years=_years(years), country=country)
        loaded = read_load(source)
        if loaded is not None:
            timer.fingerprint, timer.snapshot = loaded.fingerprint, loaded.snapshot
    timer.rows.update(nodes=len(edges.nodes), edges=len(edges.weight))
    return edges, "weight"


def _chosen(counting: Counting) -> dict[str, Any]:
    """Conventions that are not the usual ones."""
    usual = DEFAULT.to_dict()
    return {name: value for name, value in counting.to_dict().items() if value != usual[name]}


def _refuse_conventions(source: Source, counting: Counting) -> None:
    """A graph holds scores by the usual conventions, and a network is what it is."""
    for name, value in _chosen(counting).items():
        if isinstance(source, Workspace):
            raise BadParameter(name, value, "a ready-made network is taken as it is")
        raise BadParameter(
            name, value, "a graph holds what was counted by the usual conventions; for others say --from corpus"
        )


def _named(
    source: Source, name: str, *, years: tuple[int, int] | str | None, country: str | None, timer: RunTimer
) -> EdgeArray:
    """A ready-made network of a workspace, without directions."""
    if not isinstance(source, Workspace):
        raise BadParameter("network", name, "ready-made networks are in a workspace, not in a graph")
    if country is not None:
        raise BadParameter("country", country, "a ready-made network is taken whole")
    found = read_network(source, name)
    edges = undirected_edges(found, years=_years(years))
    timer.fingerprint = found.fingerprint
    timer.parameters = {**timer.parameters, "level": found.level, "weight": "weight"}
    timer.rows.update(nodes=len(edges.nodes), edges=len(edges.weight))
    if found.directed:
        timer.notes.append(f"The network {name} has directions; an edge here is the sum of both.")
    return edges


def _years(years: tuple[int, int] | str | None) -> tuple[int, int] | None:
    from toolkit.measures.selection import parse_years

    return parse_years(years)


def _country(text: str | None) -> str | None:
    code = None if text is None else country_code(text)
    if text is not None and code is None:
        raise UnknownPlace(text, "country")
    return code


def repeat(record: RunRecord, source: Source) -> Answer:
    """Run the analysis of a record again on ``source``: the same parameters, the frame it gives today."""
    parameters = dict(record.parameters)
    if record.method == "communities":
        return communities(source, **parameters)
    if record.method == "hubs":
        return hubs(source, **{**parameters, "measures": tuple(parameters["measures"])})
    raise BadParameter("method", record.method, "analyses are hubs and communities")
