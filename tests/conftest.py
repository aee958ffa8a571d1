"""What all tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with real records: ``SCICITIES_SHARED_DATA``, else ``shared/data`` beside the checkout."""
    given = os.environ.get("SCICITIES_SHARED_DATA")
    folder = Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real records are not at hand: set SCICITIES_SHARED_DATA")
    return folder
