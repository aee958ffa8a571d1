"""Where the network of an analysis comes from: a workspace, its graph in Neo4j, or a network of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.corpus.countries import country_code
from toolkit.corpus.networks.store import read_network
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.measures.counting.options import DEFAULT, Counting
from toolkit.network.arrays import EdgeArray, edge_array
from toolkit.network.imported import undirected_edges
from toolkit.runs import RunTimer
from toolkit.workspace import Folder, Workspace, open_workspace

if TYPE_CHECKING:
    import networkx as nx

    from toolkit.graphdb.connection import Graph

    OpenedSource = Workspace | Graph | EdgeArray | nx.Graph[Any]
    Source = Folder | OpenedSource

__all__ = ["chosen", "fingerprint_of", "network_of", "opened", "window"]


def opened(source: Source) -> OpenedSource:
    """The workspace of a folder's name; any other source as it is."""
    return open_workspace(source) if isinstance(source, str | Path) else source


def fingerprint_of(source: OpenedSource, *, network: str | None = None, weight: str | None = None) -> str:
    """Fingerprint of what an analysis reads: records, an imported network, or the edges of a network of the user's."""
    if isinstance(source, Workspace):
        return read_network(source, network).fingerprint if network else source.fingerprint
    from toolkit.graphdb.connection import Graph

    if isinstance(source, Graph):
        from toolkit.graphdb.load_node import shown_records

        return shown_records(source)[0]
    return edge_array(source, weight=weight).fingerprint


def network_of(
    source: OpenedSource,
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
        timer.fingerprint = source.fingerprint
        return source, weight
    country = _country(country)
    if isinstance(source, Workspace):
        from toolkit.graphdb.projection import corpus_network

        edges, notes = corpus_network(
            source, level=level, weight=weight, years=window(years), country=country, counting=counting
        )
        timer.notes.extend(notes)
        timer.fingerprint, timer.snapshot = source.fingerprint, source.snapshot
    else:
        from toolkit.graphdb.connection import Graph
        from toolkit.graphdb.load_node import shown_records
        from toolkit.graphdb.projection import project

        if not isinstance(source, Graph):
            timer.fingerprint = fingerprint_of(source, weight=weight)
            return source, weight
        edges = project(source, level=level, weight=weight, years=window(years), country=country)
        timer.fingerprint, timer.snapshot = shown_records(source)
    timer.rows.update(nodes=len(edges.nodes), edges=len(edges.weight))
    return edges, "weight"


def window(years: tuple[int, int] | str | None) -> tuple[int, int] | None:
    """First and last year, as they are asked for."""
    if years is None:
        return None
    from toolkit.measures.selection import parse_years  # it brings Ibis, which an imported network does without

    return parse_years(years)


def chosen(counting: Counting) -> dict[str, Any]:
    """Conventions that are not the usual ones."""
    usual = DEFAULT.to_dict()
    return {name: value for name, value in counting.to_dict().items() if value != usual[name]}


def _named(
    source: OpenedSource, name: str, *, years: tuple[int, int] | str | None, country: str | None, timer: RunTimer
) -> EdgeArray:
    """An imported network of a workspace, without directions."""
    if not isinstance(source, Workspace):
        raise BadParameter("network", name, "imported networks are in a workspace, not in a graph")
    if country is not None:
        raise BadParameter("country", country, "an imported network is taken whole")
    found = read_network(source, name)
    edges = undirected_edges(found, years=window(years))
    timer.fingerprint = found.fingerprint
    timer.parameters = {**timer.parameters, "level": found.level, "weight": "weight"}
    timer.rows.update(nodes=len(edges.nodes), edges=len(edges.weight))
    if found.directed:
        timer.notes.append(f"The network {name} has directions; an edge here is the sum of both.")
    return edges


def _refuse_conventions(source: OpenedSource, counting: Counting) -> None:
    """A graph holds scores by the usual conventions, and a network is what it is."""
    for name, value in chosen(counting).items():
        if isinstance(source, Workspace):
            raise BadParameter(name, value, "an imported network is taken as it is")
        raise BadParameter(
            name, value, "a graph holds what was counted by the usual conventions; for others say --from corpus"
        )


def _country(text: str | None) -> str | None:
    code = None if text is None else country_code(text)
    if text is not None and code is None:
        raise UnknownPlace(text, "country")
    return code
