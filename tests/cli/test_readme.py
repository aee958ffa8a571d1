"""What the README and the pages of docs/ show is what the programs print, run on the demo's workspace.

``SCICITIES_UPDATE_README=1`` writes the outputs anew instead of comparing them.
"""

import contextlib
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import Cli

from toolkit.cli import main

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]
WIDTH = 100


@dataclass(frozen=True)
class Shown:
    """One ``$ command`` of a document and the output under it."""

    document: Path
    command: str
    output: str


def shown() -> Iterator[Shown]:
    for document in DOCUMENTS:
        for block in re.findall(r"```console\n(.*?)```", document.read_text(encoding="utf-8"), flags=re.DOTALL):
            for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, flags=re.MULTILINE):
                yield Shown(document, command, output)


def plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``scicities-demo`` in it, as ``make demo`` leaves it, without the graph, and the lists shown."""
    folder = tmp_path_factory.mktemp("readme")
    assert main(["demo", "-w", str(folder / "scicities-demo"), "--no-graph"]) == 0
    with contextlib.chdir(folder):
        for item in INGESTED:
            assert main(shlex.split(item.command)[1:]) == 0, item.command
            assert not item.output, "what an ingest says goes to stderr"
    return folder


OFFLINE = [item for item in shown() if item.command.startswith("scicities ") and "query run" not in item.command]
INGESTED = [item for item in OFFLINE if item.command.startswith("scicities ingest ")]
OFFLINE = [item for item in OFFLINE if item not in INGESTED]


@pytest.mark.parametrize("item", OFFLINE, ids=lambda item: item.command)
def test_commands_print_what_the_documents_show(
    cli: Cli, demo_folder: Path, monkeypatch: pytest.MonkeyPatch, item: Shown
) -> None:
    monkeypatch.chdir(demo_folder)
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    done = cli(*shlex.split(item.command)[1:], "--format", "table")
    assert done.code == 0, done.err
    if os.environ.get("SCICITIES_UPDATE_README"):
        text = item.document.read_text(encoding="utf-8")
        item.document.write_text(
            text.replace(f"$ {item.command}\n{item.output}", f"$ {item.command}\n{plain(done.out)}\n")
        )
        return
    assert plain(done.out) == plain(item.output)


def test_the_python_of_the_readme_runs(demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo_folder)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    offline = [block for block in blocks if "open_graph" not in block]
    assert offline
    names: dict[str, object] = {}
    for block in offline:
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102  (our own README)


RUN_PAGES = [
    ROOT / "docs" / "measures" / name for name in ("moves.md", "careers.md", "flows.md", "ties.md", "returnees.md")
]
"""Pages whose Python runs from top to bottom; what it prints stands in the text block under it."""


@pytest.mark.parametrize("page", RUN_PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_prints_what_the_page_shows(
    demo_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], page: Path
) -> None:
    monkeypatch.chdir(demo_folder)
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```(?:\n```text\n(.*?)```)?", text, flags=re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block, printed in blocks:
        capsys.readouterr()
        exec(compile(block, page.name, "exec"), names)  # noqa: S102  (our own page)
        assert plain(capsys.readouterr().out) == plain(printed)
