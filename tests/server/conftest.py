"""A real Neo4j for the whole run of the suite: started once, stopped whatever happens."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from plain.graph_questions import Corpus
from plain.graph_records import Records
from plain.loaded_graph import Loaded

from toolkit.analyses import community_analysis, hub_analysis
from toolkit.analyses.write_back import write_back
from toolkit.corpus.ingest import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.sample import SampleTruth, write_sample
from toolkit.errors import QueryRefused
from toolkit.graphdb.connection import Graph, open_graph
from toolkit.graphdb.contents import GraphContents
from toolkit.graphdb.load import load
from toolkit.graphdb.server import ManagedServer
from toolkit.graphdb.server.config import choose_port
from toolkit.network.hubs import MEASURES
from toolkit.runs import Answer
from toolkit.settings import load_settings
from toolkit.workspace import Workspace

WITH_PEOPLE = GraphContents(researchers=True)
"""What the suite's sample has in its graph: queries ask for researchers."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the server, and says so."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session", autouse=True)
def _servers_that_live_for_minutes() -> Iterator[None]:
    """Java compiles quickly, not thoroughly: half of a short-lived server's work would be the thorough kind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
        yield


def unshared_port(what: str) -> int:
    """A free port that no other run of the suite prefers.

    Tests stop this server while connections to it are open. Where another server takes its port meanwhile, those
    connections give it a wrong password, and after three of them it refuses every login for 5 s.
    """
    chance = random.SystemRandom()  # the seed of a run is not to give the ports of another run of that seed
    return choose_port(what, None, (chance.randrange(10_000, 30_000) for _ in range(100)))


def delete_everything(graph: Graph) -> None:
    """Leave no node, whoever made it."""
    graph.raw("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", write=True)


@pytest.fixture(scope="session")
def server_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace whose managed server the suite shares."""
    return Workspace(tmp_path_factory.mktemp("graph") / "workspace")


@pytest.fixture(scope="session")
def server(server_workspace: Workspace) -> Iterator[ManagedServer]:
    """The suite's server, running; a test that stops it starts it again."""
    managed = ManagedServer(server_workspace.neo4j, settings=load_settings(server_workspace.root))
    try:
        managed.start(bolt_port=unshared_port("Bolt"), http_port=unshared_port("HTTP"))
        yield managed
    finally:
        managed.stop()


@pytest.fixture(scope="session")
def graph(server: ManagedServer, server_workspace: Workspace) -> Iterator[Graph]:
    """A connection to the suite's server."""
    with open_graph("local", workspace=server_workspace) as opened:
        yield opened


@pytest.fixture
def empty_graph(graph: Graph) -> Graph:
    """The suite's graph without nodes, indexes or constraints."""
    delete_everything(graph)
    for kind, shown in (
        ("CONSTRAINT", "SHOW CONSTRAINTS"),
        ("INDEX", "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'"),
    ):
        for name in graph.raw(shown)["name"]:
            graph.raw(f"DROP {kind} `{name}` IF EXISTS", write=True)
    return graph


@pytest.fixture(scope="session")
def sample_records(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, SampleTruth]:
    """A sample of 3,000 works, ingested, and its truth."""
    folder = tmp_path_factory.mktemp("queries")
    truth = write_sample(folder / "raw", works=3000, seed=3)
    workspace = Workspace(folder / "workspace")
    ingest_ror(workspace, truth.ror_folder)
    ingest_institutions(workspace, truth.institutions_folder)
    ingest_openalex(workspace, truth.works_folder)
    return workspace, truth


@pytest.fixture(scope="session")
def sample_answers(sample_records: tuple[Workspace, SampleTruth]) -> Records:
    """What plain computations on it start from, worked out once."""
    return Records(sample_records[0], Corpus.of(sample_records[0]))


@dataclass(frozen=True)
class Findings:
    """What analyses of the sample found, to be written to its graph."""

    communities: Answer
    hubs: Answer


@pytest.fixture(scope="session")
def sample_findings(graph: Graph, sample_records: tuple[Workspace, SampleTruth]) -> Findings:
    """Communities and hubs of the sample's graph, worked out once."""
    take_in(graph, sample_records[0])
    return Findings(
        community_analysis.communities(graph, weight="score", seed=0, stability=True),
        hub_analysis.hubs(graph, measures=MEASURES),
    )


@pytest.fixture(scope="module")
def loaded(
    graph: Graph,
    sample_records: tuple[Workspace, SampleTruth],
    sample_answers: Records,
    sample_findings: Findings,
) -> Loaded:
    """The sample in the suite's graph, with communities and hubs; loaded again only where another test took it out."""
    workspace, truth = sample_records
    take_in(graph, workspace)
    for found in (sample_findings.communities, sample_findings.hubs):
        write_back(graph, found)
    frame = sample_findings.communities.frame
    community = dict(zip(frame.id, frame.community.astype(int), strict=True))
    return Loaded(workspace, graph, truth, sample_answers, community)


def take_in(graph: Graph, workspace: Workspace) -> None:
    """Load the workspace, and where a test left what scicities did not load, empty the graph first."""
    try:
        load(workspace, graph, contents=WITH_PEOPLE)
    except QueryRefused:
        delete_everything(graph)
        load(workspace, graph, contents=WITH_PEOPLE)
