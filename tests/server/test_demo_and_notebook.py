"""The demo, the README's graph Python and the notebooks, on the suite's server."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from toolkit.cli import main
from toolkit.graphdb.connection import Graph
from toolkit.workspace import Workspace

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"


@pytest.fixture(scope="module")
def demo(graph: Graph, server_workspace: Workspace) -> tuple[Workspace, str]:
    """The demo, run once; its workspace and what it printed."""
    graph.raw("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", write=True)
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(["demo", "-w", str(server_workspace.root), "--works", "2000"])
    assert code == 0, err.getvalue()
    return server_workspace, out.getvalue() + err.getvalue()


def test_the_demo_tells_the_same_twice_from_workspace_and_graph(demo: tuple[Workspace, str]) -> None:
    workspace, printed = demo
    for part in (
        "Cities that produce most",
        "Cities that work together most",
        "Hubs of the network of cities",
        "Communities (Leiden",
        "reconciled: Shares + unassigned = articles",
        "query run collaboration.strongest_pairs",
        "query run partnerships.between_cities",
        "query run places.umbrella_reach",
        "Cities that gain most researchers",
        "found; found and not planted: 0",
        "query run flows.gains_and_losses",
        "Browser   http://127.0.0.1:",
    ):
        assert part in printed
    assert "AMI 1.00" in printed
    strongest = [line.split() for line in printed.splitlines() if re.match(r"\s+(1\s+)?Beijing\s+New York City", line)]
    assert len(strongest) == 2, "once from the workspace, once from the graph"
    assert strongest[0][-3:-1] == strongest[1][-2:]
    names = {path.name for path in (workspace.root / "results").iterdir()}
    assert {"cities.csv", "cities.csv.run.json", "city-pairs.csv", "hubs.csv", "communities.csv", "flows.csv"} <= names
    next_commands = re.findall(r"^  scicities (.+) -w (\S+) (.*)$", printed, flags=re.MULTILINE)
    assert len(next_commands) == 3
    assert all(place == str(workspace.root) for _, place, _ in next_commands)


def test_the_readme_python_of_the_graph_runs(demo: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, _ = demo
    monkeypatch.chdir(workspace.root.parent)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    names: dict[str, object] = {}
    assert any("open_graph" in block for block in blocks)
    for block in blocks:
        code = block.replace('"scicities-demo"', repr(str(workspace.root)))
        exec(compile(code, "README.md", "exec"), names)  # noqa: S102  (our own README)


def test_the_notebooks_are_stripped_and_run(demo: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, _ = demo
    monkeypatch.setenv("SCICITIES_WORKSPACE", str(workspace.root))
    monkeypatch.delenv("MPLBACKEND")
    for name, pictures, said in (
        ("cypher-and-networkx", 1, "modularity 0."),
        ("movement", 5, "sum of nets 0.0"),
    ):
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(not cell.outputs and cell.execution_count is None for cell in cells)
        client = NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": NOTEBOOKS}}
        )
        client.execute()
        kinds = [kind for cell in cells for output in cell.outputs for kind in output.get("data", {})]
        assert kinds.count("image/png") >= pictures, "figures are shown"
        assert "text/html" in kinds, "frames are shown"
        assert said in "".join(output.get("text", "") for cell in cells for output in cell.outputs)
