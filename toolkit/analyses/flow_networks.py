"""The network of flows of a workspace: suppliers and attractors, communities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd
import pyarrow as pa

from toolkit.errors import EmptyGraph
from toolkit.measures.city_labels import LABELS, with_labels
from toolkit.measures.flows.flow_answers import flows
from toolkit.network.arrays import EdgeArray
from toolkit.network.communities import communities
from toolkit.network.imported import directed_graph
from toolkit.network.suppliers import suppliers_and_attractors
from toolkit.runs import Answer, recording

if TYPE_CHECKING:
    import networkx as nx

    from toolkit.measures.asking import Folder, YearsAsked
    from toolkit.measures.movement.options import MovementOptions

__all__ = ["flow_communities", "flow_graph", "suppliers"]


def flow_graph(
    workspace: Folder,
    *,
    level: str = "city",
    country: str | None = None,
    years: YearsAsked = None,
    network: str | None = None,
    **options: Unpack[MovementOptions],
) -> nx.DiGraph[str]:
    """Flows as a NetworkX graph: an edge from i to j of attribute ``weight`` = M_ij [researchers].

    Parameters
    ----------
    workspace, level, country, years, network, **options
        As :func:`~toolkit.measures.flows.flow_answers.flows`.

    Returns
    -------
    networkx.DiGraph
        Nodes are ids, with attribute ``name``. The run record of the flows is ``g.graph["run"]``, and
        ``g.graph["censored"]`` says whether some of their years have moves that are not certain yet.

    Raises
    ------
    EmptyGraph
        Nobody moved.
    BadParameter, EmptySelection, UnknownPlace, DataError
        As :func:`~toolkit.measures.flows.flow_answers.flows`.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> g = flow_graph(workspace, level="country")
    >>> list(g.edges(data="weight"))
    [('CN', 'GB', 1.0), ('GB', 'CN', 1.0)]
    """
    found = flows(workspace, level=level, country=country, years=years, network=network, **options)
    frame = found.frame
    if frame.empty:
        raise EmptyGraph("Nobody moved in this selection: there is no network of flows.")
    edges = pa.table(
        {
            "from_id": pa.array(frame["from_id"], pa.string()),
            "to_id": pa.array(frame["to_id"], pa.string()),
            "weight": pa.array(frame["researchers"], pa.float64()),
        }
    )
    names = dict(zip(frame["from_id"], frame["from_name"], strict=True))
    names |= dict(zip(frame["to_id"], frame["to_name"], strict=True))
    g = directed_graph(edges, names=names)
    g.graph["run"] = found.run
    g.graph["labels"] = frame.attrs.get(LABELS)
    g.graph["censored"] = bool(frame["censored"].any())
    return g


def suppliers(
    workspace: Folder,
    *,
    level: str = "city",
    country: str | None = None,
    years: YearsAsked = None,
    network: str | None = None,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Suppliers and attractors of the network of flows: hubs and authorities of HITS.

    See :func:`toolkit.network.suppliers.suppliers_and_attractors`.

    Parameters
    ----------
    workspace, level, country, years, network, **options
        As :func:`~toolkit.measures.flows.flow_answers.flows`.

    Returns
    -------
    Answer
        ``rank`` (of attractors), ``id``, ``name``, ``supplier``, ``supplier_rank``, ``attractor``, ``attractor_rank``,
        ``censored``; each value adds up to 1 over the places.

    Raises
    ------
    EmptyGraph, NotConverged, BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    References
    ----------
    Urbinati, Galimberti, Ruffo, arXiv 1907.07175.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> suppliers(workspace, years="2015").frame[["rank", "name", "supplier", "attractor"]].values.tolist()
    [[1, 'Beijing', 0.0, 1.0], [2, 'Nanjing', 1.0, 0.0]]
    """
    g = flow_graph(workspace, level=level, country=country, years=years, network=network, **options)
    frame = suppliers_and_attractors(g, weight="weight")
    frame.insert(0, "rank", frame["attractor_rank"])
    columns = ["rank", "id", "name", "supplier", "supplier_rank", "attractor", "attractor_rank"]
    return _answered("suppliers", g, frame[columns], {})


def flow_communities(
    workspace: Folder,
    *,
    level: str = "city",
    country: str | None = None,
    years: YearsAsked = None,
    network: str | None = None,
    resolution: float = 1.0,
    starts: int = 10,
    seed: int = 0,
    **options: Unpack[MovementOptions],
) -> Answer:
    """Communities of the network of flows: places that exchange people more than chance would have it.

    Leiden on flows without direction, ``c_ij = M_ij + M_ji``: a circle of people is one whichever way they go, and who
    gains in it is told by inflow and outflow. See :func:`toolkit.network.communities.communities`.

    Parameters
    ----------
    resolution
        Above 1 for more and smaller communities.
    starts, seed
        Seeded starts; the one of best modularity is kept.
    workspace, level, country, years, network, **options
        As :func:`~toolkit.measures.flows.flow_answers.flows`.

    Returns
    -------
    Answer
        ``id``, ``name``, ``community``, ``size``, ``inside`` (part of the place's flows, in and out, that stays in its
        community), ``censored``; the place with most flows first in each. Facts: ``modularity``,
        ``communities``, ``stability``.

    Raises
    ------
    EmptyGraph, BadParameter, EmptySelection, UnknownPlace, DataError
        Nothing is written in any case.

    References
    ----------
    Traag, Waltman, van Eck, doi 10.1038/s41598-019-41695-z.

    Examples
    --------
    >>> import tempfile
    >>> from toolkit.corpus.example import career_tables, example_workspace
    >>> workspace = example_workspace(tempfile.mkdtemp(), tables=career_tables())
    >>> flow_communities(workspace).frame[["name", "community", "inside"]].values.tolist()
    [['Nanjing', 1, 1.0], ['Oxford', 1, 1.0], ['Beijing', 1, 1.0]]
    """
    g = flow_graph(workspace, level=level, country=country, years=years, network=network, **options)
    rows = pd.DataFrame(g.edges(data="weight"), columns=["a_id", "b_id", "weight"])
    edges = EdgeArray.from_edges(
        rows, weight="weight", names={node: str(name) for node, name in g.nodes(data="name")}, sum_duplicates=True
    )
    found = communities(edges, weight="weight", resolution=resolution, starts=starts, seed=seed)
    labels = found.labels()
    both = pd.concat(
        [rows.rename(columns={"a_id": "id", "b_id": "other"}), rows.rename(columns={"b_id": "id", "a_id": "other"})]
    )
    both["kept"] = both["weight"].where(both["id"].map(labels) == both["other"].map(labels), 0.0)
    sums = both.groupby("id")[["weight", "kept"]].sum()
    frame = found.frame.merge((sums["kept"] / sums["weight"]).round(9).rename("inside"), left_on="id", right_index=True)
    frame["flows"] = frame["id"].map(sums["weight"])
    frame = frame.sort_values(["community", "flows", "id"], ascending=[True, False, True], ignore_index=True)
    facts = {"modularity": found.modularity, "communities": found.n_communities, "stability": found.stability}
    parameters = {"resolution": resolution, "starts": starts, "seed": seed}
    return _answered("flow_communities", g, frame[["id", "name", "community", "size", "inside"]], parameters, facts)


def _answered(
    method: str,
    g: nx.DiGraph[str],
    frame: pd.DataFrame,
    parameters: dict[str, Any],
    facts: dict[str, Any] | None = None,
) -> Answer:
    """The answer with the record of the flows it was made of."""
    made_of = g.graph["run"]
    one_by_one = ("place", "either", "by_year", "top")
    given = {name: value for name, value in made_of.parameters.items() if name not in one_by_one} | parameters
    with recording(method, given, fingerprint=made_of.fingerprint, snapshot=made_of.snapshot) as timer:
        timer.facts.update({**made_of.facts, **(facts or {})})
        timer.notes.extend(made_of.notes)
        timer.rows.update(nodes=g.number_of_nodes(), edges=g.number_of_edges(), result=len(frame))
        frame = with_labels(frame.assign(censored=g.graph["censored"]), g.graph["labels"])
        return Answer(frame, timer.record())
