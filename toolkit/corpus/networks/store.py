"""Imported flows and networks, each stored under its name in the workspace's folder ``networks/``.

They are apart from the canonical tables: a workspace may hold imported flows and no article, and importing flows
changes no number counted from articles. A name given again replaces what it named.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from toolkit.corpus.countries import country_code
from toolkit.corpus.names import folded
from toolkit.corpus.schema import TABLES, UNLOCATED
from toolkit.errors import BadParameter, DataError, UnknownPlace
from toolkit.output_files import write_text_atomically
from toolkit.workspace import Workspace

__all__ = [
    "EDGES",
    "NODES",
    "NamedNetwork",
    "checked_name",
    "network_names",
    "node_of",
    "read_network",
    "write_network",
]

EDGES: Final = pa.schema(
    [("from_id", pa.string()), ("to_id", pa.string()), ("year", pa.int32()), ("weight", pa.float64())]
)
"""``weight`` is the count of flows [researchers] or the strength of a tie; ``year`` is null where there is none."""

NODES: Final = pa.schema([("id", pa.string()), ("name", pa.string()), ("country", pa.string())])

_NAME: Final = re.compile(r"\w[\w .+-]{0,79}")
_MOST_CANDIDATES: Final = 8
_TEMPORARY: Final = (".new", ".old")


@dataclass(frozen=True)
class NamedNetwork:
    """Flows or a network under a name.

    Attributes
    ----------
    name
        Its name.
    kind
        ``flows`` (directed, with years) or ``network``.
    level
        ``country``, ``region``, ``city`` or ``institution``, or ``other`` where the nodes are none of these.
    directed
        Whether ``from_id`` and ``to_id`` say a direction; else an edge stands once, in the order of its ends. One end
        may be :data:`~toolkit.corpus.schema.UNLOCATED`.
    edges, nodes
        Tables :data:`EDGES` and :data:`NODES`.
    facts
        What was read from where, as in ``meta.json``.
    """

    name: str
    kind: str
    level: str
    directed: bool
    edges: pa.Table
    nodes: pa.Table
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Hash of the values, whatever the file's bytes."""
        text = json.dumps([self.kind, self.level, self.directed, self.edges.to_pylist(), self.nodes.to_pylist()])
        return hashlib.sha256(text.encode()).hexdigest()

    def located(self) -> NamedNetwork:
        """The same without edges of which one end is unknown: they count in the other end's total, and in no pair."""
        known = pc.and_(*(pc.not_equal(self.edges[end], UNLOCATED) for end in ("from_id", "to_id")))
        return replace(self, edges=self.edges.filter(known))

    def names(self) -> dict[str, str]:
        """Name of each node, its id where it has none."""
        ids, names = (self.nodes[column].to_pylist() for column in ("id", "name"))
        return {node: name or node for node, name in zip(ids, names, strict=True)}


def checked_name(name: str) -> str:
    """``name``, if a network can be called so.

    Raises
    ------
    BadParameter
        It is empty, too long, or has signs that a folder should not have.

    Examples
    --------
    >>> checked_name("orcid-2023")
    'orcid-2023'
    """
    if not _NAME.fullmatch(name) or name.endswith((*_TEMPORARY, " ", ".")):
        raise BadParameter("name", name, "letters, digits, blanks and any of _ . + -, at most 80; give one with --name")
    return name


def network_names(workspace: Workspace) -> list[str]:
    """Names of the imported flows and networks of a workspace, in order."""
    folders = workspace.networks.iterdir() if workspace.networks.is_dir() else ()
    return sorted(one.name for one in folders if (one / "meta.json").exists() and not one.name.endswith(_TEMPORARY))


def read_network(workspace: Workspace, name: str) -> NamedNetwork:
    """The flows or the network of that name.

    Raises
    ------
    BadParameter
        There is none; the message names those there are.
    DataError
        Its files can't be read.
    """
    known = network_names(workspace)
    if name not in known:
        there = f"there are {', '.join(known)}" if known else "there are none yet: `scicities ingest flows FILE`"
        raise BadParameter("network", name, f"{there}, in {workspace.root}")
    folder = workspace.networks / name
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        edges, nodes = (pq.read_table(folder / f"{table}.parquet") for table in ("edges", "nodes"))
        return NamedNetwork(
            name, meta["kind"], meta["level"], meta["directed"], edges.cast(EDGES), nodes.cast(NODES), meta["facts"]
        )
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise DataError(f"{folder} can't be read ({error}). Remove the folder and import the file again.") from error


def write_network(workspace: Workspace, network: NamedNetwork, rejects: Sequence[Mapping[str, Any]]) -> list[str]:
    """Store ``network`` under its name, with ``rejects.csv``; the caller holds the workspace's writer lock.

    Rows and nodes are written in a stable order.

    Returns
    -------
    list
        A note where another network of this name was replaced.
    """
    before = _fingerprint(workspace, network.name)
    order = [(column, "ascending") for column in ("from_id", "to_id", "year")]
    edges, nodes = network.edges.sort_by(order), network.nodes.sort_by("id")
    meta = {
        "name": network.name,
        "kind": network.kind,
        "level": network.level,
        "directed": network.directed,
        "facts": dict(network.facts),
    }
    with workspace.replacing(workspace.networks / checked_name(network.name)) as folder:
        pq.write_table(edges, folder / "edges.parquet", compression="zstd")
        pq.write_table(nodes, folder / "nodes.parquet", compression="zstd")
        pa_csv.write_csv(pa.Table.from_pylist(list(rejects), schema=TABLES["rejects"]), folder / "rejects.csv")
        write_text_atomically(folder / "meta.json", json.dumps(meta, indent=1, sort_keys=True, ensure_ascii=False))
    if before in (None, _fingerprint(workspace, network.name)):
        return []
    return [f"{network.name} replaces what had this name, whose content was another. Give --name to keep both."]


def _fingerprint(workspace: Workspace, name: str) -> str | None:
    """Hash of the network of that name, empty if it can't be read; ``None`` if there is none."""
    if name not in network_names(workspace):
        return None
    try:
        return read_network(workspace, name).fingerprint
    except DataError:
        return ""


def node_of(network: NamedNetwork, text: str) -> str:
    """Id of the node that ``text`` means: an id, else a name, without case, accents and punctuation.

    Raises
    ------
    UnknownPlace
        No node has that name, or several have.
    """
    wanted = text.strip()
    rows = sorted((row["id"], row["name"] or row["id"], "", row["country"] or "") for row in network.nodes.to_pylist())
    if any(row[0] == wanted for row in rows):
        return wanted
    named = [row for row in rows if folded(row[1]) == folded(wanted)]
    if len(named) == 1:
        return str(named[0][0])
    if network.level == "country" and (code := country_code(wanted)) in {row[0] for row in rows}:
        return str(code)
    alike = difflib.get_close_matches(folded(wanted), [folded(row[1]) for row in rows], n=_MOST_CANDIDATES, cutoff=0.75)
    close = named or [row for row in rows if folded(row[1]) in alike]
    raise UnknownPlace(text, f"node of {network.name}", close[:_MOST_CANDIDATES], ambiguous=bool(named))
