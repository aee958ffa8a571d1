"""A workspace with the small sample, made once by the command line itself."""

from pathlib import Path

import pytest
from command_line import Cli, Done

from toolkit.cli import main

WORKS = 2_000


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Cli:
    """Run a command line in this process."""

    def run(*arguments: str | Path) -> Done:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Done(code, out, err)

    return run


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The raw sample."""
    folder = tmp_path_factory.mktemp("sample") / "raw"
    assert main(["sample", str(folder), "--works", str(WORKS), "--seed", "3"]) == 0
    return folder


@pytest.fixture(scope="session")
def sample_workspace(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, ingested."""
    folder = tmp_path_factory.mktemp("workspace") / "ws"
    for kind, name in (("ror", "ror"), ("institutions", "institutions"), ("openalex", "works")):
        assert main(["ingest", kind, str(sample_folder / name), "-w", str(folder)]) == 0
    return folder
