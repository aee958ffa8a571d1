"""Hubs of a network of collaboration, with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from toolkit.analyses.sources import chosen, network_of, opened, window
from toolkit.errors import BadParameter
from toolkit.measures.city_labels import with_labels
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.network.arrays import EdgeArray
from toolkit.network.article_parts import ArticleParts
from toolkit.network.bootstrap import REPLICATES, hub_intervals
from toolkit.network.hubs import DEFAULT_MEASURES, SAMPLED_MEASURES, checked_measures
from toolkit.network.hubs import hubs as network_hubs
from toolkit.network.usable import weak_hubs
from toolkit.runs import Answer, recording
from toolkit.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.analyses.sources import OpenedSource, Source

__all__ = ["article_parts", "hubs"]

_WEIGHTS_OF_ARTICLES = ("score", "joint")
_INTERVAL_NOTE = (
    "95 % intervals are for the average over corpora of this size from the same source, not for a corpus without end"
)


def hubs(
    source: Source,
    *,
    level: str = "city",
    weight: str = "score",
    years: tuple[int, int] | str | None = None,
    country: str | None = None,
    measures: tuple[str, ...] = DEFAULT_MEASURES,
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
        A workspace or its folder, an open graph, or a network of your own (NetworkX graph or edge array; then
        ``level``, ``years`` and ``country`` are not used and ``weight`` names its edge attribute).
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
        Add the 95 % interval of each measure and rank, from networks of resampled articles
        (:func:`toolkit.network.bootstrap.hub_intervals`): of a workspace, for weights ``score`` and ``joint``.
    replicates
        Resampled networks behind an interval.
    network
        Of a workspace the imported network or flows of this name instead of its collaboration network (directions
        and years summed; ``level`` and ``weight`` say nothing, ``country`` is refused).
    **options
        Conventions of a workspace's scores, see :class:`toolkit.measures.counting.options.Counting`. A graph has the
        usual ones, and a network of your own its own: others are refused.

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
    source = opened(source)
    counting = Counting(**options)
    parameters = {
        "level": level,
        "weight": weight,
        "years": window(years),
        "country": country,
        "measures": list(measures),
        "engine": engine,
        "samples": samples,
        "seed": seed,
        "interval": interval,
        "replicates": replicates if interval else None,
        **({} if network is None else {"network": network}),
        **chosen(counting),
    }
    if interval:
        _refuse_interval(source, weight, network)
    with recording("hubs", parameters) as timer:
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
        wanted = checked_measures(measures)
        frame = network_hubs(edges, weight=attribute, measures=wanted, engine=engine, samples=samples, seed=seed)
        if interval and isinstance(source, Workspace) and isinstance(edges, EdgeArray):
            parts = article_parts(source, edges, level=level, weight=weight, years=years, counting=counting)
            bounds = hub_intervals(
                edges, parts, measures=wanted, engine=engine, replicates=replicates, seed=seed, samples=samples
            )
            frame = frame.merge(bounds, left_on="id", right_index=True, validate="one_to_one")
            frame = frame[_with_bounds(wanted)]
            timer.rows["articles"] = parts.n_articles
            timer.notes.append(_INTERVAL_NOTE)
            if "betweenness" in wanted:
                timer.notes.append("the interval of a betweenness of 0 is too narrow to rely on")
        timer.notes.extend(weak_hubs(frame, wanted))
        first = "strength" if "strength" in wanted else wanted[0]
        frame = frame.sort_values([f"{first}_rank", "id"], ignore_index=True)
        frame.insert(0, "rank", frame[f"{first}_rank"])
        if samples is not None and samples < len(frame) and set(wanted) & set(SAMPLED_MEASURES):
            timer.notes.append(f"betweenness and harmonic are estimates from {samples:,} of {len(frame):,} places")
        if isinstance(source, Workspace) and network is None:
            frame, sentences = _marked(source, frame, level=level, counting=counting)
            timer.notes.extend(sentences)
        timer.rows["result"] = len(frame)
        frame = with_labels(frame, edges.shown if isinstance(edges, EdgeArray) else None)
        return Answer(frame, timer.record())


def _marked(
    workspace: Workspace, frame: pd.DataFrame, *, level: str, counting: Counting
) -> tuple[pd.DataFrame, list[str]]:
    """``frame`` with the rows marked that rest on what looks like a matching error."""
    import pyarrow.parquet as pq

    from toolkit.measures.suspects import Suspects

    suspects = Suspects.of(pq.read_table(workspace.table("suspects")))
    return suspects.marked(frame, level=level, moves=False, left_out=counting.without_suspects)


def _refuse_interval(source: OpenedSource, weight: str, network: str | None) -> None:
    if not isinstance(source, Workspace) or network is not None:
        raise BadParameter(
            "interval", True, "intervals are drawn from articles, which the network of a workspace has: --from corpus"
        )
    if weight not in _WEIGHTS_OF_ARTICLES:
        raise BadParameter(
            "weight", weight, f"intervals are of weights that articles add up to: {', '.join(_WEIGHTS_OF_ARTICLES)}"
        )


def article_parts(
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

    from toolkit.measures.collaboration.scores import pair_parts
    from toolkit.measures.tables import Tables

    with Tables.of(workspace, without_suspects=counting.without_suspects) as tables:
        rows = pair_parts(tables, level=level, years=window(years), counting=counting)
        part = rows.share_a + rows.share_b if weight == "score" else ibis.literal(1.0)
        table = rows.select("work_id", "a_id", "b_id", part=part.cast("float64")).to_pyarrow()
    return ArticleParts.of_table(edges, table)


def _with_bounds(measures: tuple[str, ...]) -> list[str]:
    """Columns in the order they are shown: each value beside its bounds, then the ranks beside theirs."""
    ends = ("", "_low", "_high")
    values = [f"{measure}{end}" for measure in measures for end in ends]
    return ["id", "name", *values, *(f"{measure}_rank{end}" for measure in measures for end in ends)]
