"""What all tests may use, and what none may touch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

_USERS_OWN = ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE", "SCICITIES_NEO4J_VERSION")


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the user's workspace, database or screen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCICITIES_WORKSPACE", str(tmp_path_factory.mktemp("nobody") / "workspace"))
        patch.setenv("MPLBACKEND", "Agg")
        for name in _USERS_OWN:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with real records: ``SCICITIES_SHARED_DATA``, else ``shared/data`` beside the checkout."""
    given = os.environ.get("SCICITIES_SHARED_DATA")
    folder = Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real records are not at hand: set SCICITIES_SHARED_DATA")
    return folder
