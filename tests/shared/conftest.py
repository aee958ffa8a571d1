"""Real records as workspaces that several modules ask and none changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolkit.corpus.ingest import ingest_openalex, ingest_ror
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.workspace import Workspace, open_workspace


@pytest.fixture(scope="session")
def management(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The management articles; their institutions' hierarchy is not known."""
    folder = shared_data / "openalex-management"
    workspace = open_workspace(tmp_path_factory.mktemp("management"))
    ingest_tables(
        workspace,
        works=folder / "works.csv.gz",
        authorships=folder / "authorships.csv.gz",
        institutions=folder / "institutions.csv.gz",
    )
    return workspace


@pytest.fixture(scope="session")
def openalex(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Works with sites from the registry, which knows who belongs to whom."""
    workspace = open_workspace(tmp_path_factory.mktemp("openalex"))
    ingest_openalex(workspace, shared_data / "openalex-works")
    ingest_ror(workspace, shared_data / "ror" / "records.jsonl.gz")
    return workspace
