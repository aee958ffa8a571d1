"""Real records as workspaces that several modules ask and none changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from toolkit.corpus.ingest import ingest_openalex, ingest_ror
from toolkit.corpus.ingest_report import IngestReport
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Ingested:
    """A workspace, and what each command said that filled it."""

    workspace: Workspace
    reports: tuple[IngestReport, ...]


@pytest.fixture(scope="session")
def ingested_management(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """The management articles, and the report of their tables."""
    folder = shared_data / "openalex-management"
    workspace = open_workspace(tmp_path_factory.mktemp("management"))
    report = ingest_tables(
        workspace,
        works=folder / "works.csv.gz",
        authorships=folder / "authorships.csv.gz",
        institutions=folder / "institutions.csv.gz",
    )
    return Ingested(workspace, (report,))


@pytest.fixture(scope="session")
def management(ingested_management: Ingested) -> Workspace:
    """The management articles; their institutions' hierarchy is not known."""
    return ingested_management.workspace


@pytest.fixture(scope="session")
def ingested_openalex(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """Works and the registry, and the report of each."""
    workspace = open_workspace(tmp_path_factory.mktemp("openalex"))
    works = ingest_openalex(workspace, shared_data / "openalex-works")
    registry = ingest_ror(workspace, shared_data / "ror" / "records.jsonl.gz")
    return Ingested(workspace, (works, registry))


@pytest.fixture(scope="session")
def openalex(ingested_openalex: Ingested) -> Workspace:
    """Works with sites from the registry, which knows who belongs to whom."""
    return ingested_openalex.workspace
