"""What all tests may use, and what none may touch."""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# no test fails because the machine is busy
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Ibis makes millions of small objects that live on; looking through them at every 700th costs more than it frees
gc.set_threshold(50_000, 20, 100)

# a shell starts what it puts in the background with interrupts ignored, and children inherit that
signal.signal(signal.SIGINT, signal.default_int_handler)

_USERS_OWN = ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE", "SCICITIES_NEO4J_VERSION")


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the user's workspace, database or screen, nor leaves anything among the user's temporary files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
        patch.setenv("SCICITIES_WORKSPACE", str(tmp_path_factory.mktemp("nobody") / "workspace"))
        patch.setenv("MPLBACKEND", "Agg")
        patch.setenv("SCICITIES_GAZETTEER", "off")  # toy corpora use ids of real cities; tests of it switch it on
        for name in _USERS_OWN:
            patch.delenv(name, raising=False)
        if version := os.environ.get("SCICITIES_TEST_NEO4J_VERSION"):  # `make test-neo4j`
            patch.setenv("SCICITIES_NEO4J_VERSION", version)
        yield


@pytest.fixture(autouse=True)
def _no_figure_stays_open() -> Iterator[None]:
    """Matplotlib keeps each figure drawn, and warns at the twentieth."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def _records() -> Path:
    """Where the real records are, or would be."""
    given = os.environ.get("SCICITIES_SHARED_DATA")
    return Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_report_header() -> str:
    """Say it where the tests on real records are not among those run."""
    found = (
        "" if _records().is_dir() else ", absent: tests/shared is left out (SCICITIES_SHARED_DATA names another folder)"
    )
    return f"real records: {_records()}{found}"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave ``tests/shared`` out where the real records, which the project does not ship, are not at hand."""
    return True if collection_path == Path(__file__).parent / "shared" and not _records().is_dir() else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test is a failed one: what was not run is not known to work."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed here: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with real records: ``SCICITIES_SHARED_DATA``, else ``shared/data`` beside the checkout."""
    return _records()
