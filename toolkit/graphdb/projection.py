"""The network of places and pairs, from the corpus or from Neo4j: the same arrays either way.

A window's scores and joint articles are the sums of its years' published numbers, added up exactly; its partnerships
are the distinct pairs of institutions. Places without a partner in the window are no nodes, in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Unpack

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toolkit.corpus.countries import country_name
from toolkit.errors import BadParameter, EmptyGraph, GraphStoreError
from toolkit.graphdb.layout import COLLABORATION, KEYS, PLACE_LABELS
from toolkit.graphdb.statement_files import statement
from toolkit.measures.city_labels import city_labels, labels_of
from toolkit.measures.collaboration.partnerships import partnership_counts
from toolkit.measures.collaboration.scores import collaboration_scores
from toolkit.measures.counting.journals import check_journals
from toolkit.measures.counting.levels import PLACE_LEVELS, UNLOCATED, check_level, units
from toolkit.measures.counting.options import Counting, CountingOptions
from toolkit.measures.notes import about_wfc, left_out, too_many_units
from toolkit.measures.precision import rounded
from toolkit.measures.selection import both_in_country, check_subject, parse_years
from toolkit.measures.tables import Tables
from toolkit.network.arrays import EdgeArray
from toolkit.workspace import Folder, Workspace, open_workspace

if TYPE_CHECKING:
    from toolkit.graphdb.connection import Graph

__all__ = ["WEIGHTS", "corpus_network", "network_edges", "project", "require_complete"]

WEIGHTS: Final = ("score", "joint", "partnerships")
_WORDS: Final = {"score": "a collaboration score", "joint": "joint articles", "partnerships": "partnerships"}
Years = tuple[int, int] | str
_ALL_YEARS: Final = (-9999, 9999)
_UNITS: Final = 1e9
"""Scores are whole numbers of these: so they add up without error, in whatever order they come."""


def network_edges(
    workspace: Folder,
    *,
    level: str = "city",
    weight: str = "score",
    years: Years | None = None,
    country: str | None = None,
    **options: Unpack[CountingOptions],
) -> EdgeArray:
    """Collaboration network of a workspace.

    Parameters
    ----------
    workspace
        A workspace with records, or its folder.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`.
    weight
        ``score`` (collaboration score [articles]), ``joint`` [articles], or ``partnerships`` [pairs of institutions],
        which only places have.
    years
        First and last year, inclusive, as ``(2015, 2024)`` or ``"2015:2024"``; ``None`` for all.
    country
        Only pairs with both ends in this country (ISO code).
    **options
        Conventions, see :class:`toolkit.measures.counting.options.Counting`.

    Returns
    -------
    EdgeArray
        A node for each place with a partner; equal to :func:`project` of the workspace's graph, where that has the
        level and the conventions are the usual ones.

    Raises
    ------
    BadParameter
        Unknown level, weight, subject, list of journals or convention, or partnerships of institutions.
    EmptyGraph
        No pair is left.
    DataError
        The workspace has no records.

    Notes
    -----
    The sum of a window's rounded years can differ from ``pairs`` over the window in the ninth decimal.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import example_workspace, hand_tables
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=hand_tables())
    >>> edges = network_edges(workspace, level="city")
    >>> edges.labels(), edges.weight.tolist()
    (['Nanjing', 'Beijing', 'Changchun'], [0.875, 0.5, 0.625])
    """
    counting = Counting(**options)
    opened = open_workspace(workspace)
    return corpus_network(opened, level=level, weight=weight, years=years, country=country, counting=counting)[0]


def corpus_network(
    workspace: Workspace,
    *,
    level: str,
    weight: str,
    years: Years | None,
    country: str | None,
    counting: Counting,
) -> tuple[EdgeArray, list[str]]:
    """The network of :func:`network_edges`, and sentences on the articles that are not in it."""
    check_level(level)
    _check_weight(level, weight)
    window = parse_years(years)
    with Tables.of(workspace, without_suspects=counting.without_suspects) as tables:
        check_journals(tables, counting.journals)
        check_subject(tables, counting)
        if weight == "partnerships":
            pairs = partnership_counts(tables, level=level, years=window, counting=counting)
            pairs = pairs.select("a_id", "b_id", weight=pairs.partnerships.cast("float64"))
        else:
            pairs = collaboration_scores(tables, level=level, years=window, by_year=True, counting=counting)
            pairs = pairs.select("a_id", "b_id", weight=rounded(pairs[weight].cast("float64")))
        pairs = pairs.filter(pairs.a_id != UNLOCATED, pairs.b_id != UNLOCATED)
        places = units(tables, level)
        if country is not None:
            pairs = both_in_country(tables, pairs, level=level, country=country)
        rows = pairs.to_pyarrow()
        named = places.select("id", "name").to_pyarrow()
        labels = labels_of(tables.cities) if level == "city" else {}
        notes = _notes(tables, level=level, years=window or _ALL_YEARS, counting=counting)
    names = dict(zip(named["id"].to_pylist(), named["name"].to_pylist(), strict=True))
    return _edges(rows, names, labels, level=level, weight=weight), notes


def _notes(tables: Tables, *, level: str, years: tuple[int, int], counting: Counting) -> list[str]:
    notes = left_out(tables, years=years, counting=counting)
    notes += too_many_units(tables, level=level, years=years, counting=counting)
    return notes + (about_wfc(tables, years=years) if counting.wfc else [])


def project(
    graph: Graph,
    *,
    level: str = "city",
    weight: str = "score",
    years: Years | None = None,
    country: str | None = None,
) -> EdgeArray:
    """Collaboration network of a graph in Neo4j.

    Parameters
    ----------
    graph
        A graph that was loaded.
    level
        ``city``, ``institution``, ``country``, or ``metro`` where a city map was given: the graph has collaboration at
        these levels.
    weight, years, country
        As for :func:`network_edges`.

    Returns
    -------
    EdgeArray
        Equal to :func:`network_edges` of the workspace that was loaded.

    Raises
    ------
    BadParameter, EmptyGraph
        As for :func:`network_edges`.
    GraphStoreError
        The database holds no complete graph of ours, or can't be read.

    Notes
    -----
    Read as collected columns, a row per place: 1 million relationships take about 2 s, where a row per relationship
    takes half a minute. Neither end needs more memory than the network itself.
    """
    _check_in_graph(level)
    _check_weight(level, weight)
    first, last = parse_years(years) or _ALL_YEARS
    require_complete(graph)
    _check_mapped(graph, level)
    if weight == "partnerships":
        rows = _partnerships(graph, level, first=first, last=last, country=country)
    else:
        text = _filled("pairs", level, weight=weight)
        found = graph.read_columns(text, {"first": first, "last": last, "country": country}, name="project")
        rows = pa.table(
            {
                "a_id": _repeated(found["place"], found["length"]),
                "b_id": pa.array(found["partners"], pa.string()),
                "weight": pa.array(found["weights"], pa.float64()),
            }
        )
    named = graph.read_columns(_filled("names", level), name="project")
    names = dict(zip(named["id"], named["name"], strict=True))
    columns = (named[column] for column in ("id", "name", "country", "region"))
    labels = city_labels(zip(*columns, strict=True)) if level == "city" else {}
    return _edges(rows, names, labels, level=level, weight=weight)


def _partnerships(graph: Graph, level: str, *, first: int, last: int, country: str | None) -> pa.Table:
    """Number of distinct pairs of institutions between two places, from the pairs of their sites."""
    found = graph.read_columns(statement("project/partners"), {"first": first, "last": last}, name="project")
    held = "project/metro_sites" if level == "metro" else "project/sites"
    sites = graph.read(statement(held), name="project")
    if country is not None:
        sites = sites[sites["country"] == country]
    sites = sites[sites[level].notna()]
    ids = pa.array(sites["site"], pa.string())
    left = pc.index_in(_repeated(found["place"], found["length"]), ids)
    right = pc.index_in(pa.array(found["partners"], pa.string()), ids)
    located = pc.and_(pc.is_valid(left), pc.is_valid(right))
    left, right = left.filter(located), right.filter(located)
    place, institution = pa.array(sites[level], pa.string()), pa.array(sites["institution"], pa.string())
    columns: dict[str, pa.Array] = {}
    for low, high, of in (("a_id", "b_id", place), ("low", "high", institution)):
        one, other = of.take(left), of.take(right)
        columns[low], columns[high] = pc.min_element_wise(one, other), pc.max_element_wise(one, other)
    pairs = pa.table(columns)
    pairs = pairs.filter(pc.not_equal(pairs["a_id"], pairs["b_id"]))
    distinct = pairs.group_by(pairs.column_names).aggregate([])
    counted = distinct.group_by(["a_id", "b_id"]).aggregate([([], "count_all")])
    return counted.rename_columns(["a_id", "b_id", "weight"])


def _edges(
    rows: pa.Table, names: Mapping[str, str | None], labels: Mapping[str, str], *, level: str, weight: str
) -> EdgeArray:
    """Network of rows of one or several years, its nodes named."""
    rows = rows.filter(pc.greater(rows["weight"], 0))
    if not rows.num_rows:
        raise EmptyGraph(
            f"No two of these have {_WORDS[weight]} at level {level}. Widen the years, or leave the country filter out."
        )
    whole = np.rint(rows["weight"].cast(pa.float64()).to_numpy() * _UNITS)
    rows = rows.set_column(rows.column_names.index("weight"), "weight", pa.array(whole))
    edges = EdgeArray.from_edges(rows, weight="weight", sum_duplicates=True)
    label = country_name if level == "country" else (lambda node: names.get(node) or node)
    return replace(
        edges,
        weight=edges.weight / _UNITS,
        names={node: label(node) for node in edges.nodes.tolist()},
        weight_name=weight,
        shown={node: labels[node] for node in edges.nodes.tolist() if node in labels} or None,
    )


def _repeated(values: Sequence[str], lengths: Sequence[int]) -> pa.Array:
    positions = np.repeat(np.arange(len(values)), np.asarray(lengths, dtype=np.int64))
    return pa.array(values, pa.string()).take(pa.array(positions))


def _check_in_graph(level: str) -> None:
    if level in PLACE_LABELS:
        return
    check_level(level)
    levels = ", ".join(PLACE_LABELS)
    raise BadParameter("level", level, f"a graph in Neo4j has the levels {levels}; for this one say --from corpus")


def _check_mapped(graph: Graph, level: str) -> None:
    """A graph whose records came without a city map has no metropolitan areas; its cities are their own."""
    if level != "metro" or int(graph.read(statement("project/metros"), name="project")["found"].iloc[0]):
        return
    raise BadParameter(
        "level",
        level,
        "this graph was loaded without a city map (`scicities ingest metro`, then `load`), so it has no metropolitan "
        "areas; say --from corpus, where each city is its own",
    )


def _check_weight(level: str, weight: str) -> None:
    if weight not in WEIGHTS:
        raise BadParameter("weight", weight, f"it is one of {', '.join(WEIGHTS)}")
    if weight == "partnerships" and level not in PLACE_LEVELS:
        raise BadParameter(
            "weight",
            weight,
            "partnerships join cities, metropolitan areas, regions or countries; institutions have score and joint",
        )


def require_complete(graph: Graph) -> str:
    """Fingerprint of the records a graph shows, once it is complete.

    Raises
    ------
    GraphStoreError
        The database holds no graph of ours, or an unfinished one.
    """
    rows = graph.read(statement("project/state"), name="project")
    if not len(rows):
        raise GraphStoreError(f"The database at {graph.uri} holds no scicities graph. `scicities load` makes one.")
    if rows["state"].iloc[0] != "complete":
        raise GraphStoreError(
            f"The graph at {graph.uri} is not complete: its load was interrupted or failed. `scicities load` finishes "
            "it."
        )
    return str(rows["fingerprint"].iloc[0])


def _filled(name: str, level: str, **more: str) -> str:
    label = PLACE_LABELS[level]
    country = "code" if level == "country" else "country"
    return statement(
        f"project/{name}", label=label, key=KEYS[label], type=COLLABORATION[level], country=country, **more
    )
