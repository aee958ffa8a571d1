"""Neo4j Browser on the real server, in a real web browser: what a user opens, pastes, drops and then sees."""

from __future__ import annotations

import math
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest
from browser_page import FRAME, BrowserPage, open_page
from plain.loaded_graph import Loaded

from toolkit.cli import main
from toolkit.errors import EmptySelection
from toolkit.graphdb.browser.marks import mark_places
from toolkit.graphdb.browser.prepare import BrowserSession, prepare_browser
from toolkit.graphdb.browser.saved_queries import browser_query, drawings, saved_queries
from toolkit.graphdb.browser.style import MARKS, SIZES, browser_style
from toolkit.graphdb.connection import Graph
from toolkit.graphdb.layout import PLACE_LABELS
from toolkit.graphdb.library import load_library
from toolkit.graphdb.load import load
from toolkit.graphdb.query_values import examples, param_lines
from toolkit.graphdb.server import ManagedServer
from toolkit.graphdb.statement_files import statement
from toolkit.workspace import Workspace

GREY = "#9AA3AE"
MARKED = """
MATCH (p) UNWIND [l IN labels(p) WHERE l CONTAINS '_'] AS mark
RETURN [l IN labels(p) WHERE NOT l CONTAINS '_'][0] AS labels, split(mark, '_')[0] AS kind, mark, count(*) AS places
ORDER BY labels, mark
"""


@dataclass(frozen=True)
class Opened:
    """The page, and what lies behind it."""

    page: BrowserPage
    workspace: Workspace
    session: BrowserSession
    graph: Graph
    answers: dict[str, pd.DataFrame] = field(default_factory=dict)

    def answer(self, name: str) -> pd.DataFrame:
        """Answer of a query to its examples, asked for once."""
        if name not in self.answers:
            self.answers[name] = self.graph.run(name, **examples(self.graph, load_library()[name]))
        return self.answers[name]


@pytest.fixture(scope="module")
def opened(server: ManagedServer, loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The sample in the suite's server, made ready as `scicities browser` does it, and a page logged in there."""
    workspace = Workspace(tmp_path_factory.mktemp("browser") / "workspace")
    shutil.copytree(loaded.workspace.root, workspace.root, ignore=shutil.ignore_patterns("neo4j"))
    workspace.neo4j.symlink_to(server.home)
    session = prepare_browser(workspace)
    with open_page(tmp_path_factory.mktemp("profile")) as page:
        page.log_in(session.url, session.password_file.read_text(encoding="utf-8"))
        page.wait(lambda: page.kept("settings")["autoComplete"] is False)
        page.run(':config "maxFrames": 1')
        yield Opened(page, workspace, session, loaded.graph)
    for label in PLACE_LABELS.values():  # other modules find the graph as a load leaves it
        loaded.graph.write(statement("browser/unmark", label=label, marks=":".join(MARKS)))


def test_the_guide_opens_by_itself_and_nothing_is_drawn_that_was_not_asked_for(opened: Opened) -> None:
    assert opened.page.text("#guide-drawer h3") == "Cities and their ties"
    assert opened.page.kept("settings")["autoComplete"] is False
    assert "password" not in opened.session.url
    boxes = [box.get_property("textContent") for box in opened.page.all("#guide-drawer pre.runnable")]
    assert [str(text).strip() for text in boxes] == [
        drawings()[name].strip() for name in ("strongest_cities", "around_the_largest_city")
    ]


def test_every_query_pasted_with_its_parameter_lines_gives_its_rows(opened: Opened) -> None:
    wrong = {}
    for name, spec in load_library().items():
        if spec.params:
            opened.page.script(param_lines(spec))
        seen = opened.page.records(spec.text)
        expected = len(opened.answer(name))
        if seen != expected or (seen and opened.page.header() != [column.name for column in spec.columns]):
            wrong[name] = f"{seen} records instead of {expected}, {opened.page.header()}"
    assert not wrong


def test_every_saved_query_answers_as_the_query_it_was(opened: Opened) -> None:
    """By the connection: the page has run the same statements with parameters."""
    for name, spec in load_library().items():
        frame = opened.graph.read(browser_query(spec, examples(opened.graph, spec)))
        pd.testing.assert_frame_equal(frame, opened.answer(name), check_dtype=False, check_exact=True, obj=name)


def test_saved_queries_dropped_on_the_page_are_there_and_run(opened: Opened) -> None:
    page = opened.page
    page.drop(opened.session.saved_queries)
    wanted = set(saved_queries(graph=opened.graph).values())
    assert opened.session.queries == len(wanted)
    page.wait(lambda: wanted <= {saved["content"] for saved in page.kept("documents")})
    page.first("[name=Favorites]").click()
    page.wait(lambda: page.named("scicities hubs")).click()
    page.wait(lambda: page.named("by_strength: ")).click()
    page.first("[data-testid=editor-Run]").click()
    page.wait(lambda: "Started streaming 25 records" in page.text(f"{FRAME} [data-testid=frameStatusbar]"))
    page.first("[name=Guides]").click()


@pytest.mark.parametrize("colours", ["country", "community"])
def test_the_style_is_applied_to_a_graph_that_one_would_show(opened: Opened, colours: str, tmp_path: Path) -> None:
    page, file = opened.page, tmp_path / f"{colours}.grass"
    file.write_text(browser_style(colours), encoding="utf-8")
    page.drop(file)
    mark = {"country": "node.In_CN", "community": "node.Community_1"}[colours]
    page.wait(lambda: mark in (page.kept("grass") or {}))
    page.run(drawings()["strongest_cities"])
    rows = opened.graph.read(drawings()["strongest_cities"])
    cities = {node["element_id"] for node in [*rows["a"], *rows["b"]]}
    page.wait(lambda: len(page.all(f"{FRAME} g.node")) == len(cities))
    page.wait(lambda: len(page.all(f"{FRAME} g.relationship")) == len(rows) == 60)
    drawn, checked = page.circles(), 0
    fills = dict(colours_of(browser_style(colours)))
    for name, size, country, community in places(opened.graph):
        if name in drawn:
            key = f"In_{country}" if colours == "country" else f"Community_{community}"
            assert drawn[name] == ((44 + 12 * (size - 1)) / 2, fills.get(key, GREY)), name
            checked += 1
    assert checked > 30
    assert drawn["Beijing"][0] == 52


def colours_of(style: str) -> Iterator[tuple[str, str]]:
    """Mark and colour, read from the style's text."""
    return (found.groups() for found in re.finditer(r"node\.(\w+) {\s+color: (#\w+);", style))


def places(graph: Graph) -> Iterator[tuple[str, int, str, int]]:
    """Name, size class by the definition, country and community of the cities whose name is theirs alone."""
    rows = graph.read(
        "MATCH (c:City)-[:PRODUCED]->(o:Output) "
        "RETURN c.name AS name, c.country AS country, c.community AS community, sum(o.share) AS share"
    )
    largest = rows["share"].max()
    for row in rows.drop_duplicates("name", keep=False).itertuples(index=False):
        community = int(row.community) if row.community == row.community else 0
        yield str(row.name), math.ceil(SIZES * math.sqrt(row.share / largest)), str(row.country), community


def test_marks_are_labels_that_can_be_written_again_and_nothing_else(opened: Opened) -> None:
    before = opened.graph.read(MARKED)
    marks = mark_places(opened.graph)
    assert opened.graph.read(MARKED).to_dict("records") == before.to_dict("records")
    assert set(before["kind"]) == {"Size", "In", "Community"}
    assert set(before["labels"]) == {"City", "Country", "Institution"}
    cities = marks.sizes[marks.sizes["label"] == "City"]
    assert cities["places"].sum() == len(opened.graph.read("MATCH (c:City)-[:PRODUCED]->() RETURN DISTINCT c.id AS id"))
    assert cities["share_from"].is_monotonic_increasing
    report = load(opened.workspace, opened.graph, contents=None)
    assert report.unchanged


def test_colours_by_community_need_communities(opened: Opened) -> None:
    opened.graph.write("MATCH (c:City) SET c.kept = c.community REMOVE c.community")
    try:
        with pytest.raises(EmptySelection, match="has no communities to colour by"):
            prepare_browser(opened.workspace, colours="community")
    finally:
        opened.graph.write("MATCH (c:City) SET c.community = c.kept REMOVE c.kept")
        mark_places(opened.graph)


def test_the_command_says_what_to_open_and_opens_it(
    opened: Opened, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: asked.append(url) or False)
    assert main(["browser", "--open", "-w", str(opened.workspace.root)]) == 0
    out, err = capfd.readouterr()
    assert out.strip() == opened.session.url
    assert asked == [opened.session.url]
    assert str(opened.session.saved_queries) in err.replace("\n", "")
    assert "no web browser opened here" in err
    assert opened.session.password_file.read_text(encoding="utf-8") not in out + err


def test_style_and_queries_are_written_without_a_server(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    style, queries = tmp_path / "a.grass", tmp_path / "q.zip"
    assert main(["browser", "--style", str(style), "--colour", "community", "--queries", str(queries)]) == 0
    assert style.read_text(encoding="utf-8") == browser_style("community")
    with zipfile.ZipFile(queries) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == saved_queries()
    assert main(["browser", "--style", str(style), "--colour", "shape"]) == 4
    assert main(["browser", "--queries", str(tmp_path / "q.txt")]) == 2
    err = capfd.readouterr().err
    assert "it is one of country, community" in err
    assert "ends in .zip; q.txt does not" in err


def test_without_a_web_browser_the_suite_names_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match=r"none was found: sh tests/find_browser\.sh"), open_page(tmp_path):
        pass
