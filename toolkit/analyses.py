"""Hubs and communities of a workspace or of its graph in Neo4j: project, analyse, record, write back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from toolkit.corpus.countries import country_code
from toolkit.corpus.networks.store import read_network
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.measures.counting import DEFAULT, Counting, CountingOptions
from toolkit.network.arrays import EdgeArray
from toolkit.network.bootstrap import REPLICATES, ArticleParts, hub_intervals
from toolkit.network.communities import communities as network_communities
from toolkit.network.hubs import DEFAULT_MEASURES as DEFAULT_HUB_MEASURES
from toolkit.network.hubs import MEASURES as HUB_MEASURES
from toolkit.network.hubs import SAMPLED_MEASURES, checked_measures, strengths
from toolkit.network.hubs import hubs as network_hubs
from toolkit.network.ready_made import undirected_edges
from toolkit.runs import Answer, RunRecord, RunTimer, recording
from toolkit.workspace import Workspace

if TYPE_CHECKING:
    import networkx as nx

    from toolkit.graphdb.connection import Graph

    Source = Workspace | Graph | EdgeArray | nx.Graph[Any]

__all__ = [
    "DEFAULT_HUB_MEASURES",
    "HUB_MEASURES",
    "communities",
    "hubs",
    "repeat",
    "write_back",
    "written_properties",
]

_WEIGHTS_OF_ARTICLES = ("score", "joint")
_INTERVAL_NOTE = (
    "intervals: 95 % of the values on resampled articles; a bootstrap can't add partners, so those of degree and core "
    "lie low"
)


def hubs(
    source: Source,
    *,
    level: str = "city",
    weight: str = "score",
    years: tuple[int, int] | str | None = None,
    country: str | None = None,
    measures: tuple[str, ...] = DEFAULT_HUB_MEASURES,
    engine: str = "auto",
    samples: int | None = None,
    seed: int = 0,
    interval: bool = False,
    replicates: int = REPLICATES,
    network: str | None = None,
    **options: Unpack[CountingOptions],
) -> Answer:
    """Hubs of the collaboration network, by published centralities, each with its rank and, if asked for, its interval.

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
        Any of ``degree``, ``strength``, ``pagerank``, ``betweenness`` (these by default), ``eigenvector``,
        ``harmonic``, ``core``.
    engine
        ``auto``, ``numpy``, ``igraph``, ``networkx`` or ``networkit``; they agree.
    samples
        Estimate ``betweenness`` and ``harmonic`` from so many sampled places; ``None`` computes them whole.
    seed
        Seed of the sample and of the intervals.
    interval
        Add the 95 % interval of each measure and rank, by the Poisson bootstrap over articles
        (:func:`toolkit.network.bootstrap.hub_intervals`): of a workspace, for weights ``score`` and ``joint``.
    replicates
        Resampled networks behind an interval.
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
        rank (strength where it is asked for); with ``interval`` also ``<measure>_low``, ``<measure>_high``,
        ``<measure>_rank_low`` and ``<measure>_rank_high``; the run record.

    Raises
    ------
    EmptyGraph
        No pair is left after the filters.
    BadParameter
        An unknown level, weight, measure or engine, or intervals of what is no corpus.
    NotConverged, WrongGraph
        A measure can't be had of this network.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> hubs(workspace).frame[["rank", "name", "degree", "strength"]].values.tolist()
    [[1, 'Beijing', 2, 1.5], [2, 'Nanjing', 2, 1.375], [3, 'Changchun', 2, 1.125]]
    """
    counting = Counting(**options)
    parameters = {
        "level": level,
        "weight": weight,
        "years": _years(years),
        "country": country,
        "measures": list(measures),
        "engine": engine,
        "samples": samples,
        "seed": seed,
        "interval": interval,
        "replicates": replicates if interval else None,
        **({} if network is None else {"network": network}),
        **_chosen(counting),
    }
    if interval:
        _refuse_interval(source, weight, network)
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
        wanted = checked_measures(measures)
        frame = network_hubs(edges, weight=attribute, measures=wanted, engine=engine, samples=samples, seed=seed)
        if interval and isinstance(source, Workspace) and isinstance(edges, EdgeArray):
            parts = _article_parts(source, edges, level=level, weight=weight, years=years, counting=counting)
            bounds = hub_intervals(
                edges, parts, measures=wanted, engine=engine, replicates=replicates, seed=seed, samples=samples
            )
            frame = frame.merge(bounds, left_on="id", right_index=True, validate="one_to_one")
            frame = frame[_with_bounds(wanted)]
            timer.rows["articles"] = parts.n_articles
            timer.notes.append(_INTERVAL_NOTE)
        first = "strength" if "strength" in wanted else wanted[0]
        frame = frame.sort_values([f"{first}_rank", "id"], ignore_index=True)
        frame.insert(0, "rank", frame[f"{first}_rank"])
        if samples is not None and samples < len(frame) and set(wanted) & set(SAMPLED_MEASURES):
            timer.notes.append(f"betweenness and harmonic are estimates from {samples:,} of {len(frame):,} places")
        timer.rows["result"] = len(frame)
        return Answer(frame, timer.record())


def _refuse_interval(source: Source, weight: str, network: str | None) -> None:
    if not isinstance(source, Workspace) or network is not None:
        raise BadParameter(
            "interval", True, "intervals are drawn from articles, which the network of a workspace has: --from corpus"
        )
    if weight not in _WEIGHTS_OF_ARTICLES:
        raise BadParameter(
            "weight", weight, f"intervals are of weights that articles add up to: {', '.join(_WEIGHTS_OF_ARTICLES)}"
        )


def _article_parts(
    workspace: Workspace,
    edges: EdgeArray,
    *,
    level: str,
    weight: str,
    years: tuple[int, int] | str | None,
    counting: Counting,
) -> ArticleParts:
    """What each article of the window adds to each edge."""
    import ibis

    from toolkit.measures.collaboration import pair_parts
    from toolkit.measures.tables import Tables

    with Tables.of(workspace) as tables:
        rows = pair_parts(tables, level=level, years=_years(years), counting=counting)
        part = rows.share_a + rows.share_b if weight == "score" else ibis.literal(1.0)
        table = rows.select("work_id", "a_id", "b_id", part=part.cast("float64")).to_pyarrow()
    return ArticleParts.of_table(edges, table)


def _with_bounds(measures: tuple[str, ...]) -> list[str]:
    """Columns in the order they are shown: each value beside its bounds, then the ranks beside theirs."""
    ends = ("", "_low", "_high")
    values = [f"{measure}{end}" for measure in measures for end in ends]
    return ["id", "name", *values, *(f"{measure}_rank{end}" for measure in measures for end in ends)]


def communities(
    source: Source,
    *,
    level: str = "city",
    weight: str = "score",
    years: tuple[int, int] | str | None = None,
    country: str | None = None,
    method: str = "leiden",
    quality: str = "modularity",
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
        As for :func:`hubs`.
    method
        ``leiden`` (igraph, networkit) or ``louvain`` (igraph, python-louvain, networkx, networkit).
    quality
        ``modularity`` or, for Leiden by igraph, ``cpm`` (constant Potts model).
    engine
        ``auto`` (igraph), ``igraph``, ``python-louvain``, ``networkx`` or ``networkit``.
    seed
        Seed of the first start; equal graphs and seeds give equal results whatever the row order.
    starts
        Starts; the one of the largest value is kept.
    resolution
        Above 1 for more and smaller communities; of ``cpm`` the mean strength of a tie that holds a community
        together [unit of the weight].
    stability
        Add ``support``: how far the starts keep a place with the others of its community, 0 to 1.
    consensus
        The consensus of the starts instead of the best of them, with ``support``.
    network
        As for :func:`hubs`: a ready-made network, or flows taken without their direction.
    **options
        As for :func:`hubs`.

    Returns
    -------
    Answer
        Frame ``id, name, community, size``, communities numbered by size (1 the largest), the strongest place of each
        first; the run record's facts hold ``modularity``, ``communities``, ``stability`` (mean AMI of the starts) and,
        of ``cpm``, its value.

    Raises
    ------
    EmptyGraph, BadParameter
        As for :func:`hubs`.

    References
    ----------
    Traag, Waltman, van Eck, doi 10.1038/s41598-019-41695-z; Blondel et al., doi 10.1088/1742-5468/2008/10/P10008.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> communities(workspace, starts=1).frame[["name", "community", "size"]].values.tolist()
    [['Beijing', 1, 3], ['Nanjing', 1, 3], ['Changchun', 1, 3]]
    """
    counting = Counting(**options)
    parameters = {
        "level": level,
        "weight": weight,
        "years": _years(years),
        "country": country,
        "method": method,
        "quality": quality,
        "engine": engine,
        "seed": seed,
        "starts": starts,
        "resolution": resolution,
        "stability": stability,
        "consensus": consensus,
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
            quality=quality,
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
        What :func:`communities` or :func:`hubs` gave: the first writes property ``community`` (and
        ``community_support``), the second each measure under its name (and its ``<measure>_low``,
        ``<measure>_high``).
    level
        Level of the answer's places.

    Returns
    -------
    int
        Number of nodes that got it. A later run of the same method replaces the earlier one as a whole.
    """
    from toolkit.graphdb.writeback import write_results

    frame = answer.frame.rename(columns={"support": "community_support"})
    return write_results(graph, frame, level=level, run=answer.run, properties=written_properties(answer))


def written_properties(answer: Answer) -> tuple[str, ...]:
    """Names of the properties that :func:`write_back` writes for this answer."""
    columns = set(answer.frame.columns)
    if answer.run.method == "communities":
        return ("community", "community_support") if "support" in columns else ("community",)
    named = (f"{measure}{end}" for measure in HUB_MEASURES for end in ("", "_low", "_high"))
    return tuple(name for name in named if name in columns)


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
